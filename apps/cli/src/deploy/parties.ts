import { readFileSync } from 'node:fs';
import type { DeploymentParties } from '@stannary/chain';
import { CliRefusal } from '../refusal.ts';

// The parties' file: JSON, with every field of `DeploymentParties`. Whether they fit the economy is the deployment's to
// say; here it is only whether they are what they claim to be.

type Shape = Kind | readonly [Shape] | { readonly [field: string]: Shape };
/** `?`: or null, as a shape alone in `orNull` is. `amount` is a decimal text or a number, of any size. */
type Kind = 'text' | 'hex' | 'address' | 'address?' | 'count' | 'count?' | 'amount';

const SEAT = { name: 'text', holder: 'address', endsAt: 'count?' } as const;
const SHAPE: { readonly [Field in keyof DeploymentParties]: Shape } = {
  chain: 'text',
  forcedInclusionSeconds: 'count',
  genesisAt: 'count?',
  genesis: [{ account: 'text', grains: 'count' }],
  poster: 'address',
  receiptKey: 'hex',
  beaconTip: 'hex',
  insurance: 'address',
  arbiter: 'address?',
  canaryKeeper: 'address',
  guardian: [SEAT],
  council: { orNull: [SEAT] },
  reserve: { asset: 'address?', attestor: 'address', attestationSecondsMax: 'count' },
  figures: { attestors: ['address'], quorum: 'count', ageSecondsMax: 'count' },
  probationSeconds: 'count',
  arbitration: { drawSeconds: 'count', entropyDelayBlocks: 'count' },
  curve: {
    orNull: { batchSeconds: 'count', batchSharePpm: 'count', supplyGrains: 'amount', reserveUnits: 'amount' },
  },
};

/** Refuses DEPLOY-PARTIES, with the field. */
export function partiesIn(file: string): DeploymentParties {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'something else';
    throw refused(file, '', 'JSON', got);
  }
  return fitted(file, '', SHAPE, read) as DeploymentParties;
}

function fitted(file: string, where: string, shape: Shape, value: unknown): unknown {
  if (typeof shape === 'string') return fittedValue(file, where, shape, value);
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw refused(file, where, 'a list', shown(value));
    return value.map((one, index) => fitted(file, `${where}[${index}]`, shape[0] as Shape, one));
  }
  const { orNull } = shape as { orNull?: Shape };
  if (orNull !== undefined) return value === null ? null : fitted(file, where, orNull, value);
  if (value === null || typeof value !== 'object') throw refused(file, where, 'fields', shown(value));
  const fields = shape as { readonly [field: string]: Shape };
  const unknown = Object.keys(value).find((field) => fields[field] === undefined);
  if (unknown !== undefined) throw refused(file, within(where, unknown), 'no such field', 'one');
  const given = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields).map(([field, one]) => [field, fitted(file, within(where, field), one, given[field])]),
  );
}

const ADDRESS = /^0x[0-9a-f]{40}$/;

function fittedValue(file: string, where: string, kind: string, value: unknown): unknown {
  if (kind.endsWith('?')) return value === null ? null : fittedValue(file, where, kind.slice(0, -1), value);
  if (kind === 'amount') {
    if (/^\d{1,38}$/.test(String(value))) return BigInt(String(value));
    throw refused(file, where, 'a whole number', shown(value));
  }
  if (kind === 'count') {
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value;
    throw refused(file, where, 'a whole number', shown(value));
  }
  if (typeof value !== 'string') throw refused(file, where, 'text', shown(value));
  if (kind === 'address' && !ADDRESS.test(value)) throw refused(file, where, 'an address in lower case', value);
  if (kind === 'hex' && !/^[0-9a-f]+$/.test(value)) throw refused(file, where, 'lower-case hex', value);
  return value;
}

function within(where: string, field: string): string {
  return where === '' ? field : `${where}.${field}`;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function refused(file: string, field: string, expected: string, got: string): CliRefusal {
  return new CliRefusal('DEPLOY-PARTIES', 'input', { where: field === '' ? file : `${file}: ${field}`, expected, got });
}
