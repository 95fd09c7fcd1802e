import { mulDivDown } from '../numbers/exact.ts';
import type { NcuMs, Ppm } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';

const MILLION = 1_000_000n;
const MILLI = 1_000;

/** What a device of a class does of a kind of work. Benchmarks are folded into it outside; the kernel knows no means. */
export interface BenchmarkKey {
  readonly deviceClass: string;
  /** Workload profile, as in 'integer' or 'inference': a device's rank depends on the work. */
  readonly profile: string;
  /** Code on the wire. */
  readonly resource: number;
}

export interface BenchmarkCoefficient extends BenchmarkKey {
  /** Work in a unit and second. */
  readonly milliNcuPerUnitS: number;
}

/** A version of the table: it stands from its era until the next one's. */
export interface BenchmarkTable {
  readonly fromEra: number;
  readonly coefficients: readonly BenchmarkCoefficient[];
}

/** How far a coefficient may move: within one era, and within a number of eras (a month). */
export interface BenchmarkClampRule {
  readonly eraChangePpmMax: Ppm;
  readonly windowChangePpmMax: Ppm;
  readonly windowEras: number;
}

export interface BenchmarkViolation extends BenchmarkKey {
  readonly limit: 'era' | 'window' | 'removed';
  /** The table that it is too far from. */
  readonly againstEra: number;
  readonly fromMilliNcu: number;
  /** 0 where it was removed. */
  readonly toMilliNcu: number;
}

/**
 * A meter's reading as normalised work: floor(unit·ms * coefficient / 1000), once.
 * @throws KernelRefusal KERNEL-BENCHMARK-UNKNOWN, KERNEL-AMOUNT, KERNEL-RANGE
 * @example benchmarkedWork(table, { deviceClass: 'a', profile: 'integer', resource: 1 }, 2_000) // at 1_500: 3_000
 */
export function benchmarkedWork(table: BenchmarkTable, key: BenchmarkKey, meterUnitMs: number): NcuMs {
  const entry = coefficientOf(table, key);
  if (entry !== undefined) return mulDivDown(meterUnitMs, entry.milliNcuPerUnitS, MILLI) as NcuMs;
  const got = `${key.deviceClass}, ${key.profile}, resource ${key.resource}`;
  throw new KernelRefusal(
    'KERNEL-BENCHMARK-UNKNOWN',
    'benchmark',
    'a coefficient for class, profile and resource',
    got,
  );
}

/**
 * What is wrong with a proposed table; empty if nothing is. Each coefficient is held to the table in force in the era
 * before (era limit) and to every one in force within the window (window limit); a new coefficient is free, a removed
 * one is a violation, because standing offers name it.
 */
export function benchmarkViolations(
  rule: BenchmarkClampRule,
  history: readonly BenchmarkTable[],
  proposed: BenchmarkTable,
): readonly BenchmarkViolation[] {
  const era = proposed.fromEra;
  const before = inForce(history, era - 1, era - 1).flatMap((table) =>
    violations(table, proposed, 'era', rule.eraChangePpmMax),
  );
  const within = inForce(history, era - rule.windowEras, era - 1).flatMap((table) =>
    violations(table, proposed, 'window', rule.windowChangePpmMax),
  );
  return [...before, ...within];
}

/** The tables in force at any time from one era to another. */
function inForce(history: readonly BenchmarkTable[], firstEra: number, lastEra: number): readonly BenchmarkTable[] {
  const known = history.filter((table) => table.fromEra <= lastEra).sort((x, y) => x.fromEra - y.fromEra);
  return known.filter((_, index) => (known[index + 1]?.fromEra ?? lastEra + 1) > firstEra);
}

function violations(
  old: BenchmarkTable,
  proposed: BenchmarkTable,
  limit: 'era' | 'window',
  changePpmMax: number,
): BenchmarkViolation[] {
  return old.coefficients.flatMap<BenchmarkViolation>(({ deviceClass, profile, resource, milliNcuPerUnitS }) => {
    const key = { deviceClass, profile, resource };
    const found = { ...key, againstEra: old.fromEra, fromMilliNcu: milliNcuPerUnitS };
    const entry = coefficientOf(proposed, key);
    if (entry === undefined) return limit === 'era' ? [{ ...found, limit: 'removed', toMilliNcu: 0 }] : [];
    const change = BigInt(Math.abs(entry.milliNcuPerUnitS - milliNcuPerUnitS));
    if (change * MILLION <= BigInt(milliNcuPerUnitS) * BigInt(changePpmMax)) return [];
    return [{ ...found, limit, toMilliNcu: entry.milliNcuPerUnitS }];
  });
}

function coefficientOf(table: BenchmarkTable, key: BenchmarkKey): BenchmarkCoefficient | undefined {
  return table.coefficients.find(
    (one) => one.deviceClass === key.deviceClass && one.profile === key.profile && one.resource === key.resource,
  );
}
