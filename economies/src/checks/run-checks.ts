import { KernelRefusal } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import type { Override } from '../layers.ts';
import { type Policy, tryChange } from '../load-economy.ts';
import { measuredField } from '../measured-field.ts';
import { shownText } from '../refusal.ts';
import { oraclePushCheck, reserveCheck, spreadCheck } from './assets.ts';
import { hoardingCheck, hoardingLeaseCheck, reservationBondCheck, selectiveDelivery } from './capacity.ts';
import type { CheckSection, EconomicCheck, Finding } from './check.ts';
import {
  fraudCheck,
  samplingCheck,
  slashCapCheck,
  slashSplitCheck,
  spoofingCheck,
  whitewashCheck,
} from './deterrence.ts';
import { mintCeilingCheck, supplyCapCheck, washCheck } from './emission.ts';
import { priceMonotone, priceMove, priceStable, takeCheck } from './market.ts';
import { barMargin, livenessNoise, meteringNoise } from './noise.ts';
import { splitCheck } from './splits.ts';
import { committeeCheck, depositCheck, diligenceCheck } from './verifiers.ts';
import { captureCheck } from './votes.ts';
import { flashStakeCheck, holdbackCheck, unbondingCheck } from './windows.ts';

/** By section, in the order in which `stannary check` prints them. */
export const ECONOMIC_CHECKS: readonly EconomicCheck[] = [
  takeCheck,
  priceStable,
  priceMonotone,
  priceMove,
  supplyCapCheck,
  mintCeilingCheck,
  washCheck,
  splitCheck,
  whitewashCheck,
  spoofingCheck,
  samplingCheck,
  fraudCheck,
  slashCapCheck,
  slashSplitCheck,
  livenessNoise,
  barMargin,
  meteringNoise,
  holdbackCheck,
  unbondingCheck,
  flashStakeCheck,
  hoardingCheck,
  hoardingLeaseCheck,
  selectiveDelivery,
  reservationBondCheck,
  diligenceCheck,
  committeeCheck,
  depositCheck,
  reserveCheck,
  spreadCheck,
  oraclePushCheck,
  captureCheck,
];

/** A change of one field, as the file would write it, after which a check passes; nearer values do not. */
export interface Change {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** The field that changes with it, because their sum is fixed. */
  readonly also: Omit<Change, 'also'> | null;
}

export interface CheckResult extends Finding {
  readonly id: string;
  readonly section: CheckSection;
  readonly title: string;
  readonly formula: string;
  readonly source: string;
  readonly attacks: readonly number[];
  readonly assumes: readonly string[];
  /** Of a failed check: for each field that can mend it alone, its smallest change. */
  readonly changes: readonly Change[];
}

/** Whether an economy holds where formulas can tell, and what would make it hold. */
export function runChecks(policy: Policy, checks: readonly EconomicCheck[] = ECONOMIC_CHECKS): readonly CheckResult[] {
  const change = changesOf(policy);
  return checks.flatMap(({ evaluate, ...check }) =>
    found(evaluate, policy.economy).map((finding) => {
      const passesWith = (set: readonly Override[]) => {
        const economy = change(set);
        return economy !== null && found(evaluate, economy).some((one) => one.about === finding.about && one.passed);
      };
      const tried = finding.passed
        ? []
        : finding.fields.map((paths) => smallestChange(policy, paths.split(' - '), passesWith));
      return { ...check, ...finding, changes: tried.filter((one) => one !== null) };
    }),
  );
}

/** Checks that fail, by id and what they are about; without looking for changes that would mend them, which takes longer. */
export function failedChecks({ economy }: Policy): readonly string[] {
  return ECONOMIC_CHECKS.flatMap(({ id, evaluate }) =>
    found(evaluate, economy).flatMap(({ about, passed }) => (passed ? [] : [`${id} ${about}`.trimEnd()])),
  );
}

/** A check that the kernel cannot compute has failed: whoever relies on its number has none. */
function found(evaluate: EconomicCheck['evaluate'], economy: EconomyProfile): readonly Finding[] {
  try {
    return evaluate(economy);
  } catch (error) {
    if (!(error instanceof KernelRefusal)) throw error;
    return [{ about: '', passed: false, numbers: `cannot be computed: ${shownText(error.message, 200)}`, fields: [] }];
  }
}

/** Economies with one field changed, each read once: searches of one field begin with the same texts. */
function changesOf(policy: Policy): (set: readonly Override[]) => EconomyProfile | null {
  const read = new Map<string, EconomyProfile | null>();
  return (set) => {
    const key = set.join();
    if (!read.has(key)) read.set(key, tryChange(policy, set));
    return read.get(key)!;
  };
}

/**
 * The nearest value of a field, in its kept unit and within its hard bounds, at which the check passes and the file is
 * still accepted. A check is monotone in each of its fields, so one way at most leads there: the search doubles its
 * stride until it passes and then halves the rest.
 */
function smallestChange(
  policy: Policy,
  [path, other]: readonly string[],
  passesWith: (set: readonly Override[]) => boolean,
): Change | null {
  const one = measuredField(policy, path!);
  const balance = other === undefined ? null : measuredField(policy, other);
  if (one === null || (other !== undefined && balance === null)) return null;
  const passesAt = (kept: bigint) => {
    const set = [one, balance]
      .filter((field) => field !== null)
      .map((field) => [field.path, field.textAt(field === one ? kept : field.here + one.here - kept)] as const);
    return set.some(([, text]) => text === null) ? false : passesWith(set as readonly Override[]);
  };
  const kept =
    nearestPassing(one.here, 1n, one.bounds, passesAt) ?? nearestPassing(one.here, -1n, one.bounds, passesAt);
  if (kept === null) return null;
  const change = { path: one.path, from: one.text, to: one.textAt(kept)! };
  if (balance === null) return { ...change, also: null };
  const to = balance.textAt(balance.here + one.here - kept)!;
  return { ...change, also: { path: balance.path, from: balance.text, to } };
}

function nearestPassing(
  here: bigint,
  way: bigint,
  [low, high]: readonly [bigint, bigint],
  passes: (kept: bigint) => boolean,
): bigint | null {
  const end = way > 0n ? high : low;
  const room = (end - here) * way;
  if (room <= 0n) return null;
  let fails = 0n;
  let stride = 1n;
  while (!passes(here + way * stride)) {
    if (stride === room) return null;
    fails = stride;
    stride = stride * 2n < room ? stride * 2n : room;
  }
  while (stride - fails > 1n) {
    const middle = (fails + stride) / 2n;
    if (passes(here + way * middle)) stride = middle;
    else fails = middle;
  }
  return here + way * stride;
}
