import { type Hex, stringToHex } from 'viem';
import { ChainRefusal } from './refusal.ts';

// The part of an economy file that the registry on the chain holds: which fields, which way is stricter, and how a new
// version's values differ from those in force. Plain data in, plain data out: nothing here asks a chain.

/** A measured field in whole units: its value, its hard bounds, its largest step. */
export interface EconomyField {
  /** As in the file: `governance.vote`. */
  readonly path: string;
  readonly value: bigint;
  readonly min: bigint;
  readonly max: bigint;
  /** The larger of a share of the value before and a number of units; or none, or any. */
  readonly step: 'fixed' | 'free' | { readonly ppm: number; readonly units: bigint };
}

/** `IEconomyRegistry.Direction`. */
export const DIRECTION = { none: 0, lowerIsTighter: 1, higherIsTighter: 2 } as const;
type Direction = keyof typeof DIRECTION;

/** `IEconomyRegistry.Row`, as the registry's constructor takes it. */
export interface RegistryRow {
  readonly name: Hex;
  readonly value: bigint;
  readonly min: bigint;
  readonly max: bigint;
  readonly stepUnits: bigint;
  readonly stepPpm: number;
  readonly delaySeconds: number;
  readonly direction: number;
}

/** One parameter's way from the value in force to a new one. */
export interface RegistryChange {
  readonly path: string;
  readonly name: Hex;
  readonly before: bigint;
  readonly value: bigint;
  readonly tightens: boolean;
  /** What the registry would refuse about it; null: nothing. */
  readonly refusedBy: 'bounds' | 'step' | null;
}

export interface RegistryDiff {
  /** Sorted by name. */
  readonly changes: readonly RegistryChange[];
  /** Which of the registry's two doors takes it, and with it which majority. */
  readonly entry: 'scheduleTightening' | 'scheduleLoosening';
}

const UINT96_MAX = (1n << 96n) - 1n;
const PPM = 1_000_000n;

/**
 * The fields that contracts read, and which way is stricter. The terms of governance itself have none: a guardian that
 * could raise them would raise the bar for its own removal.
 */
const ON_CHAIN: Readonly<Record<string, Direction>> = {
  'bondingCurve.entryTax': 'none',
  'bondingCurve.entryTribute': 'none',
  'bondingCurve.exitTribute': 'none',
  'challenges.deposit': 'none',
  'challenges.victimCostFactor': 'none',
  'committee.arbiterBond': 'higherIsTighter',
  'committee.commit': 'none',
  'committee.largeFrom': 'none',
  'committee.largeSeats': 'none',
  'committee.largeThreshold': 'none',
  'committee.reveal': 'none',
  'committee.seats': 'none',
  'committee.threshold': 'none',
  'compliance.travelRuleFrom': 'lowerIsTighter',
  'governance.guardian.pauseMax': 'lowerIsTighter',
  'governance.pass': 'none',
  'governance.passToLoosen': 'none',
  'governance.quorum': 'none',
  'governance.snapshot': 'none',
  'governance.timelock': 'none',
  'governance.treasuryPerDay': 'lowerIsTighter',
  'governance.vote': 'none',
  'oracle.price': 'none',
  'oracle.rule.average': 'higherIsTighter',
  'oracle.rule.low': 'higherIsTighter',
  'oracle.rule.outlier': 'none',
  'oracle.rule.reporters': 'higherIsTighter',
  'oracle.rule.stale': 'lowerIsTighter',
  'reserve.haircut': 'higherIsTighter',
  'reserve.spread': 'higherIsTighter',
  'reserve.stableShare': 'higherIsTighter',
  'reserve.throttle.growth': 'higherIsTighter',
  'reserve.throttle.halt': 'higherIsTighter',
  'reserve.throttle.slowMint': 'lowerIsTighter',
  'reserve.throttle.step': 'lowerIsTighter',
  'reserve.throttle.waitMax': 'higherIsTighter',
  'reserve.throttle.waitMin': 'higherIsTighter',
  'reserve.throttle.warn': 'higherIsTighter',
  'reserve.tokenCover': 'higherIsTighter',
  'slashLimit.ceiling': 'lowerIsTighter',
  'slashLimit.window': 'higherIsTighter',
  'supply.ceiling.amount': 'lowerIsTighter',
  'supply.ceiling.supplyShare': 'lowerIsTighter',
};

/**
 * The registry's rows of a first version, sorted by name as its constructor wants them. Fields that an economy leaves out
 * (a market it has not, the rule of an oracle with a fixed price) have no row. One delay holds for all: the economy's own
 * `governance.timelock`.
 *
 * Errors: CHAIN-RANGE where a number does not fit uint96, a value is outside its bounds, or the timelock is missing.
 */
export function registryRows(fields: readonly EconomyField[]): readonly RegistryRow[] {
  const timelock = fields.find(({ path }) => path === 'governance.timelock');
  if (timelock === undefined) throw range('governance.timelock', 'a field of the economy', 'nothing');
  const delaySeconds = Number(timelock.value);
  return onChain(fields).map((field) => rowOf(field, delaySeconds));
}

/**
 * What a version on the ground of `inForce` changes. What the registry would refuse is told, not thrown, so that all of it
 * can be shown at once.
 *
 * Errors: CHAIN-RANGE where a row would appear or go: rows are given at deployment.
 */
export function registryDiff(inForce: readonly RegistryRow[], fields: readonly EconomyField[]): RegistryDiff {
  const rows = new Map(inForce.map((row) => [row.name, row]));
  const next = onChain(fields);
  const gone = inForce.find(({ name }) => !next.some(({ path }) => parameterName(path) === name));
  if (gone !== undefined) throw range(gone.name, 'the parameter to stay', 'nothing');
  const changes = next.flatMap((field) => {
    const row = rows.get(parameterName(field.path));
    if (row === undefined) throw range(field.path, 'a parameter of the registry', 'a new one');
    return field.value === row.value ? [] : [changeOf(row, field)];
  });
  const onlyTightens = changes.length > 0 && changes.every(({ tightens }) => tightens);
  return { changes, entry: onlyTightens ? 'scheduleTightening' : 'scheduleLoosening' };
}

/** A path as the registry names it: ASCII, padded with zero bytes. Errors: CHAIN-RANGE unless it is 1–32 characters. */
export function parameterName(path: string): Hex {
  if (!/^[A-Za-z0-9.]{1,32}$/.test(path)) throw range('path', '1–32 of letters, digits and points', path);
  return stringToHex(path, { size: 32 });
}

/** Sorted as bytes are, which for ASCII is as text is. */
function onChain(fields: readonly EconomyField[]): readonly EconomyField[] {
  return fields
    .filter(({ path, step }) => ON_CHAIN[path] !== undefined && step !== 'fixed')
    .sort((x, y) => (x.path < y.path ? -1 : 1));
}

function rowOf(field: EconomyField, delaySeconds: number): RegistryRow {
  const { path, value, step } = field;
  const [min, max] = [uint96Of(field.min, `${path} min`), uint96Of(field.max, `${path} max`)];
  if (value < min || value > max) throw range(path, `${min}–${max}`, value);
  const { ppm, units } = step === 'free' || step === 'fixed' ? { ppm: 0, units: max - min } : step;
  return {
    name: parameterName(path),
    value,
    min,
    max,
    stepUnits: uint96Of(units, `${path} step`),
    stepPpm: ppm,
    delaySeconds,
    direction: DIRECTION[ON_CHAIN[path] ?? 'none'],
  };
}

function changeOf(row: RegistryRow, { path, value }: EconomyField): RegistryChange {
  const before = row.value;
  const distance = value > before ? value - before : before - value;
  const share = (before * BigInt(row.stepPpm)) / PPM;
  const stepMax = share > row.stepUnits ? share : row.stepUnits;
  const isInside = value >= row.min && value <= row.max;
  const tightens = row.direction === (value > before ? DIRECTION.higherIsTighter : DIRECTION.lowerIsTighter);
  const refusedBy = isInside ? (distance > stepMax ? 'step' : null) : 'bounds';
  return { path, name: row.name, before, value, tightens, refusedBy };
}

function uint96Of(value: bigint, where: string): bigint {
  if (value < 0n || value > UINT96_MAX) throw range(where, '0–2^96-1', value);
  return value;
}

function range(where: string, expected: string, got: unknown): ChainRefusal {
  return new ChainRefusal('CHAIN-RANGE', { where, expected, got: String(got) });
}
