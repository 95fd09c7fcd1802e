import { type Decimal, parseDecimal, scaleExactly } from './decimal.ts';
import { EconomyRefusal, type EconomyRefusalCode } from './refusal.ts';
import type { Source } from './source.ts';

const MILLION = 1_000_000n;
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

const MILLISECONDS: Readonly<Record<string, bigint>> = {
  ms: 1n,
  s: 1_000n,
  min: 60_000n,
  h: 3_600_000n,
  d: 86_400_000n,
};

/** Reads one field as what it means. Paths name fields that the schema has found present. */
export type FieldReader = ReturnType<typeof fieldReader>;

/**
 * Readers for one file. Each refuses a value that is not of its kind, that is finer than its integer unit
 * (ECONOMY-PRECISION), or that passes 2^53 - 1 (ECONOMY-RANGE), and names file, line and field.
 */
export function fieldReader(source: Source) {
  const at = (path: string) => {
    const found = source.values.get(path);
    if (found === undefined) throw new Error(`${source.file} has no ${path}, which the schema requires`);
    return found;
  };
  const refuse = (code: EconomyRefusalCode, path: string, expected: string, got = at(path).text) =>
    new EconomyRefusal(code, at(path).where, expected, got);
  const whole = (path: string, decimal: Decimal, numerator: bigint, denominator: bigint, unit: string): bigint => {
    const scaled = scaleExactly(decimal, numerator, denominator);
    if (scaled === null) throw refuse('ECONOMY-PRECISION', path, `a whole number of ${unit}`);
    return scaled;
  };
  const safe = (path: string, amount: bigint, unit: string): number => {
    if (amount > SAFE_MAX) throw refuse('ECONOMY-RANGE', path, `at most 2^53 - 1 ${unit}`);
    return Number(amount);
  };
  /** The number and the unit behind it. */
  const measure = (path: string, code: EconomyRefusalCode, expected: string) => {
    const match = /^([\d._]+)\s*(.*)$/.exec(at(path).text.trim());
    const decimal = parseDecimal(match?.[1] ?? '');
    if (decimal === null) throw refuse(code, path, expected);
    return { decimal, unit: match![2]!.trim() };
  };

  const count = (path: string, least = 0): number => {
    const expected = `a whole number from ${least}`;
    const { decimal, unit } = measure(path, 'ECONOMY-COUNT', expected);
    if (unit !== '' || decimal.places !== 0 || decimal.digits < BigInt(least)) {
      throw refuse('ECONOMY-COUNT', path, expected);
    }
    return safe(path, decimal.digits, '');
  };
  const grainsPerUnit = count('grainsPerUnit', 1);

  const inMilliseconds = (path: string, lengths: Readonly<Record<string, bigint>>): bigint => {
    const expected = `a duration in ${Object.keys(lengths).join(', ')}`;
    const { decimal, unit } = measure(path, 'ECONOMY-DURATION', expected);
    const length = lengths[unit];
    if (length === undefined) throw refuse('ECONOMY-DURATION', path, expected);
    return whole(path, decimal, length, 1n, 'milliseconds');
  };
  const divided = (path: string, amount: bigint, length: bigint, unit: string): number => {
    if (amount % length !== 0n) throw refuse('ECONOMY-WHOLE', path, `a whole number of ${unit}`);
    return safe(path, amount / length, unit);
  };

  const epoch = inMilliseconds('cadence.epoch', MILLISECONDS);
  if (epoch === 0n) throw refuse('ECONOMY-DURATION', 'cadence.epoch', 'more than 0 ms');
  const epochUnits = { ...MILLISECONDS, epoch, epochs: epoch };
  const era = inMilliseconds('cadence.era', epochUnits);
  if (era === 0n) throw refuse('ECONOMY-DURATION', 'cadence.era', 'at least one epoch');
  const allUnits = { ...epochUnits, era, eras: era };

  const ratio = (path: string): bigint => {
    const expected = 'a share such as 5 %, 0.05 or 50_000 ppm';
    const { decimal, unit } = measure(path, 'ECONOMY-SHARE', expected);
    const scale = { '%': 10_000n, '': MILLION, ppm: 1n }[unit];
    if (scale === undefined) throw refuse('ECONOMY-SHARE', path, expected);
    return whole(path, decimal, scale, 1n, 'ppm');
  };
  const largeTokens = (path: string): bigint => {
    const expected = 'an amount such as 1_000 tokens';
    const { decimal, unit } = measure(path, 'ECONOMY-AMOUNT', expected);
    if (unit !== 'tokens' && unit !== 'token') throw refuse('ECONOMY-AMOUNT', path, expected);
    return whole(path, decimal, BigInt(grainsPerUnit), 1n, 'grains');
  };

  return {
    grainsPerUnit,
    epochMs: safe('cadence.epoch', epoch, 'ms'),
    epochsPerEra: divided('cadence.era', era, epoch, 'epochs'),
    count,
    largeTokens,
    refuse,
    text: (path: string): string => at(path).text,
    flag: (path: string): boolean => at(path).value === true,
    /** Names directly below a path, in the file's order. */
    keys: (path: string): string[] => {
      const names = [...source.values.keys()].filter((key) => key.startsWith(`${path}.`));
      return [...new Set(names.map((key) => key.slice(path.length + 1).split('.')[0]!))];
    },
    milliseconds: (path: string): number => safe(path, inMilliseconds(path, allUnits), 'ms'),
    seconds: (path: string): number => divided(path, inMilliseconds(path, allUnits), 1_000n, 'seconds'),
    epochs: (path: string): number => divided(path, inMilliseconds(path, allUnits), epoch, 'epochs'),
    eras: (path: string): number => divided(path, inMilliseconds(path, allUnits), era, 'eras'),
    /** From 0 to 100 %. */
    share: (path: string): number => {
      const parts = ratio(path);
      if (parts > MILLION) throw refuse('ECONOMY-SHARE', path, 'at most 100 %');
      return Number(parts);
    },
    /** A factor in ppm that may pass 1. */
    multiple: (path: string): number => safe(path, ratio(path), 'ppm'),
    tokens: (path: string, least = 0): number => {
      const grains = largeTokens(path);
      if (grains < BigInt(least)) throw refuse('ECONOMY-AMOUNT', path, 'more than 0 tokens');
      return safe(path, grains, 'grains');
    },
    /** Micrograins per NCU·s, from credits per NCU·s or NCU·h. */
    price: (path: string): number => {
      const expected = 'a price such as 50 credits per NCU·s or 0.01 credits per NCU·h';
      const { decimal, unit } = measure(path, 'ECONOMY-PRICE', expected);
      const seconds = { 'credits per NCU·s': 1n, 'credits per NCU·h': 3_600n }[unit];
      if (seconds === undefined) throw refuse('ECONOMY-PRICE', path, expected);
      const micrograins = whole(path, decimal, BigInt(grainsPerUnit) * MILLION, seconds, 'micrograins per NCU·s');
      return safe(path, micrograins, 'micrograins per NCU·s');
    },
    /** An amount in a period, as grains in an epoch. */
    perEpoch: (amountPath: string, periodPath: string): number => {
      const period = inMilliseconds(periodPath, allUnits);
      if (period === 0n) throw refuse('ECONOMY-DURATION', periodPath, 'more than 0 ms');
      return divided(amountPath, largeTokens(amountPath) * epoch, period, 'grains per epoch');
    },
  };
}
