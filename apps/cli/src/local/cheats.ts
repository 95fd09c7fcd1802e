import { hash as nodeHash } from 'node:crypto';
import type { TaskRun } from '@stannary/execution';
import type { ProviderTransport } from '@stannary/meter';
import { coseSign1, decodeBatch, decodeBatchHeader, encodeBatch, encodeBatchHeader, parseCose, recordsRoot, type Sign, totalsOf } from '@stannary/wire';

/** How the local network's providers behave. Only they know; nothing else in the network is told. */
export type Behaviour = 'honest' | 'inflates-fuel' | 'invents-results' | 'equivocates';

/** Eight providers: five honest, three who cheat in the three ways there are. */
export const LOCAL_BEHAVIOURS: readonly Behaviour[] = ['honest', 'inflates-fuel', 'honest', 'invents-results', 'honest', 'equivocates', 'honest', 'honest'];

type Execute = (run: { readonly input: Uint8Array; readonly fuelMax: number }) => TaskRun;

/** Works, and claims a fifth more fuel than it burnt. */
export function inflateFuel<Run extends Execute>(execute: Run): Run {
  const cheat = (run: Parameters<Run>[0]): TaskRun => {
    const honest = execute(run);
    return { ...honest, fuel: Math.min(run.fuelMax, Math.floor(honest.fuel * 1.2)) };
  };
  return cheat as Run;
}

/** Runs the first task, then hands out that result again, or makes one up when it would not even have the right length. */
export function inventResults<Run extends Execute>(execute: Run): Run {
  let kept: TaskRun | null = null;
  const cheat = (run: Parameters<Run>[0]): TaskRun => {
    kept ??= execute(run);
    const madeUp = nodeHash('sha256', run.input.subarray(0, 64), 'buffer');
    return { ...kept, output: kept.output.length === madeUp.length ? kept.output : madeUp, fuel: Math.min(run.fuelMax, kept.fuel) };
  };
  return cheat as Run;
}

/** Sends every third batch honestly, and then once more with the same sequence number and other figures. */
export function equivocate(transport: ProviderTransport, sign: Sign, aad: Uint8Array): ProviderTransport {
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
      if (sent % 3 === 0) await transport.postBatch(await secondVersion(body, sign, aad)).catch(() => undefined);
      return receipt;
    },
  };
}

/** The same sequence number over other records: in order in itself, which is what makes it a lie and not a mistake. */
async function secondVersion(body: Uint8Array, sign: Sign, aad: Uint8Array): Promise<Uint8Array> {
  const batch = decodeBatch(body);
  const header = decodeBatchHeader(parseCose(batch.cose).payload);
  const records = batch.records.map((record) => ({ ...record, quantity: record.quantity + 1 }));
  const changed = { totals: totalsOf(records), recordsRoot: recordsRoot(records), sealedAtMs: header.sealedAtMs + 1 };
  return encodeBatch({ cose: await coseSign1(encodeBatchHeader({ ...header, ...changed }), aad, sign), records });
}
