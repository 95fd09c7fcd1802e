import { hash as nodeHash } from 'node:crypto';
import type { TaskRun } from '@stannary/execution';
import type { Execute, ProviderParts, ProviderPlugin, ProviderTransport } from '@stannary/meter';
import {
  coseSign1,
  decodeBatch,
  decodeBatchHeader,
  encodeBatch,
  encodeBatchHeader,
  parseCose,
  recordsRoot,
  type Sign,
  totalsOf,
} from '@stannary/wire';

/** How the local network's providers behave. Only they know; nothing else in the network is told. */
export type Behaviour = 'honest' | 'inflates-fuel' | 'invents-results' | 'equivocates';

/** Eight providers: five honest, three who cheat in the three ways there are. */
export const LOCAL_BEHAVIOURS: readonly Behaviour[] = [
  'honest',
  'inflates-fuel',
  'honest',
  'invents-results',
  'honest',
  'equivocates',
  'honest',
  'honest',
];

/**
 * What the provider's program loads for a cheat (`--plugin`). The program itself is the one that honest nodes run: it
 * signs and sends what it is handed.
 */
const cheat: ProviderPlugin = ({ execute, transport, keys, aadAt }, behaviour) => {
  switch (behaviour) {
    case 'inflates-fuel':
      return { execute: inflateFuel(execute) };
    case 'invents-results':
      return { execute: inventResults(execute) };
    case 'equivocates':
      return { transport: equivocate(transport, keys.sign, aadAt) };
    default:
      throw new Error(`expected one of ${LOCAL_BEHAVIOURS.join(', ')}, got ${behaviour}`);
  }
};

export default cheat;

/** Works, and claims a fifth more fuel than it burnt. */
function inflateFuel(execute: Execute): Execute {
  return (task) => {
    const honest = execute(task);
    return { ...honest, fuel: Math.min(task.fuelMax, Math.floor(honest.fuel * 1.2)) };
  };
}

/** Runs its first task, then hands out that result again, or makes one up where that would not even have the length. */
function inventResults(execute: Execute): Execute {
  let kept: TaskRun | null = null;
  return (task) => {
    kept ??= execute(task);
    const madeUp = nodeHash('sha256', task.input.subarray(0, 64), 'buffer');
    return {
      ...kept,
      output: kept.output.length === madeUp.length ? kept.output : madeUp,
      fuel: Math.min(task.fuelMax, kept.fuel),
    };
  };
}

/** Sends every third batch honestly, and then once more with the same sequence number and other figures. */
function equivocate(transport: ProviderTransport, sign: Sign, aadAt: ProviderParts['aadAt']): ProviderTransport {
  let sent = 0;
  return {
    network: () => transport.network(),
    requestWork: (request) => transport.requestWork(request),
    postOffer: (offer) => transport.postOffer(offer),
    postResult: (result) => transport.postResult(result),
    blob: (hash) => transport.blob(hash),
    postBatch: async (body) => {
      const receipt = await transport.postBatch(body);
      sent += 1;
      if (sent % 3 === 0) await transport.postBatch(await secondVersion(body, sign, aadAt)).catch(() => undefined);
      return receipt;
    },
  };
}

/** The same sequence number over other records: in order in itself, which is what makes it a lie and not a mistake. */
async function secondVersion(body: Uint8Array, sign: Sign, aadAt: ProviderParts['aadAt']): Promise<Uint8Array> {
  const batch = decodeBatch(body);
  const header = decodeBatchHeader(parseCose(batch.cose).payload);
  const records = batch.records.map((record) => ({ ...record, quantity: record.quantity + 1 }));
  const changed = { totals: totalsOf(records), recordsRoot: recordsRoot(records), sealedAtMs: header.sealedAtMs + 1 };
  const cose = await coseSign1(encodeBatchHeader({ ...header, ...changed }), aadAt(header.epoch), sign);
  return encodeBatch({ cose, records });
}
