import { addExact, divideProduct, isAmount, lastRemainder, mulDivDown, mulDivUp } from '../numbers/exact.ts';
import type { Grains, Ppm } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';

const MILLION = 1_000_000;
const BILLION = 1_000_000_000;

/** What a node must bond: the largest of the terms that are not null. Credits. */
export interface BondRule {
  /** B_min. */
  readonly bondGrainsMin: Grains;
  /** β·r_max·H: revenue at risk until an exposure of H epochs ends. */
  readonly revenue: { readonly sharePpm: number; readonly exposureEpochs: number } | null;
  /** factor·g / (σ·q_tot): a single cheat must not pay; factor 2 is the launch gate's. */
  readonly deterrence: { readonly factorPpm: number; readonly slashPpm: Ppm; readonly detectionPpm: Ppm } | null;
  /** factor·H_byz: third-party harm in the node's exposed jobs. */
  readonly harm: { readonly factorPpm: number } | null;
  /** Taken off the oracle's value of a work token. */
  readonly haircutPpm: Ppm;
  /** Below this share of the requirement the node is warned. */
  readonly marginCallPpm: Ppm;
  /** Below this share it gets no work, and what it reports counts zero. */
  readonly stopLinePpm: Ppm;
}

/** What a node could gain or spoil, in credits. */
export interface BondExposure {
  /** r_max: most that it can earn in one epoch. */
  readonly revenueGrainsPerEpochMax: Grains;
  /** g: largest gain of a single cheat. */
  readonly oneShotGainGrains: Grains;
  /** H_byz: worst harm to third parties. */
  readonly harmGrains: Grains;
}

export type BondReason = 'minimum' | 'revenue' | 'deterrence' | 'harm';

/**
 * The bond that a node needs: max(B_min, β·r_max·H, factor·g / (σ·q_tot), factor·H_byz), each term rounded up, with the
 * term that decides; of equal terms the first (economy.md §1.3).
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE, KERNEL-DIVIDE-BY-ZERO (a deterrence of no slash or no detection)
 * @example requiredBond({ ...rule, bondGrainsMin: 50, harm: { factorPpm: 2_000_000 } }, { ...exposure, harmGrains: 30 })
 *   // { creditsGrains: 60, reason: 'harm' }
 */
export function requiredBond(rule: BondRule, exposure: BondExposure): { creditsGrains: Grains; reason: BondReason } {
  const { revenue, deterrence, harm } = rule;
  let creditsGrains: number = rule.bondGrainsMin;
  let reason: BondReason = 'minimum';
  const raise = (term: number, name: BondReason): void => {
    if (term > creditsGrains) [creditsGrains, reason] = [term, name];
  };
  if (revenue !== null) {
    const share = revenue.sharePpm * revenue.exposureEpochs;
    raise(mulDivUp(exposure.revenueGrainsPerEpochMax, share, MILLION), 'revenue');
  }
  if (deterrence !== null) {
    const { factorPpm, slashPpm, detectionPpm } = deterrence;
    raise(mulDivUp(exposure.oneShotGainGrains, factorPpm * MILLION, slashPpm * detectionPpm), 'deterrence');
  }
  if (harm !== null) raise(mulDivUp(exposure.harmGrains, harm.factorPpm, MILLION), 'harm');
  return { creditsGrains: creditsGrains as Grains, reason };
}

/** What the oracle says of the work token: credit grains for a billion token grains. */
export interface TokenValue {
  readonly spotPpb: number;
  /** Lowest time-weighted average of the rule's look-back. */
  readonly twapLowPpb: number;
}

/** Value of a bonded work token: min(spot, low TWAP)·(1 − haircut), rounded down, in credit grains per 1e9 token grains. */
export function bondValuePpb(rule: Pick<BondRule, 'haircutPpm'>, value: TokenValue): number {
  return mulDivDown(Math.min(value.spotPpb, value.twapLowPpb), MILLION - rule.haircutPpm, MILLION);
}

/**
 * Work tokens that stand for a bond in credits, rounded up.
 * @throws KernelRefusal KERNEL-DIVIDE-BY-ZERO (the token is worth nothing: no amount of it is a bond), KERNEL-RANGE
 */
export function bondTokens(rule: Pick<BondRule, 'haircutPpm'>, value: TokenValue, creditsGrains: Grains): Grains {
  return mulDivUp(creditsGrains, BILLION, bondValuePpb(rule, value)) as Grains;
}

/**
 * How a bond stands to its requirement, both in the same asset: compared exactly, bond·1e6 < line·required. A
 * requirement of zero calls and stops nobody.
 */
export function bondCover(
  rule: Pick<BondRule, 'marginCallPpm' | 'stopLinePpm'>,
  bondGrains: Grains,
  requiredGrains: Grains,
): 'covered' | 'margin-call' | 'stopped' {
  // An integer is below x exactly when it is below x rounded up.
  if (bondGrains < stopLineGrains(rule, requiredGrains)) return 'stopped';
  return bondGrains < mulDivUp(requiredGrains, rule.marginCallPpm, MILLION) ? 'margin-call' : 'covered';
}

/** Below it a bond stops its node. Rounded up. */
export function stopLineGrains(rule: Pick<BondRule, 'stopLinePpm'>, requiredGrains: Grains): Grains {
  return mulDivUp(requiredGrains, rule.stopLinePpm, MILLION) as Grains;
}

/** Delays of a bond's way in and out, in the unit of the moments given with them: all seconds or all epochs. */
export interface BondQueueRule {
  /** a: from deposit to counting. Makes flash stakes cost their capital. */
  readonly activationDelay: number;
  /** u: from request to withdrawal; at least dispute window + appeal + reporting margin. */
  readonly unbondingDelay: number;
}

/** An amount on its way; it arrives at `readyAt`, inclusive. Entries are kept oldest first. */
export interface BondEntry {
  readonly amountGrains: Grains;
  readonly readyAt: number;
}

/** One bond. Only what is active counts for work and rewards; all three parts can be slashed. */
export interface BondAccount {
  readonly activeGrains: Grains;
  readonly activating: readonly BondEntry[];
  readonly unbonding: readonly BondEntry[];
}

export const NO_BOND: BondAccount = { activeGrains: 0 as Grains, activating: [], unbonding: [] };

/** Adds a deposit, which becomes active after the activation delay. Empty deposits leave nothing. */
export function depositBond(rule: BondQueueRule, account: BondAccount, amountGrains: Grains, at: number): BondAccount {
  const entry = { amountGrains, readyAt: addExact(at, rule.activationDelay) };
  addExact(bondTotal(account), amountGrains);
  return amountGrains === 0 ? account : { ...account, activating: inOrder([...account.activating, entry]) };
}

/**
 * Sends an amount to the unbonding queue: it stops counting at once and stays slashable until it is released. Taken from
 * the active part first, then from the oldest deposits.
 * @throws KernelRefusal KERNEL-BOND (more than is active or activating)
 */
export function unbond(rule: BondQueueRule, account: BondAccount, amountGrains: Grains, at: number): BondAccount {
  const readyAt = addExact(at, rule.unbondingDelay);
  const { activeGrains } = account;
  const available = addExact(activeGrains, sumOf(account.activating));
  if (!isAmount(amountGrains) || amountGrains > available) {
    throw new KernelRefusal('KERNEL-BOND', 'unbond', `at most the ${available} grains bonded`, amountGrains);
  }
  if (amountGrains === 0) return account;
  const fromActive = Math.min(amountGrains, activeGrains);
  return {
    activeGrains: (activeGrains - fromActive) as Grains,
    activating: takeOldest(account.activating, amountGrains - fromActive).rest,
    unbonding: inOrder([...account.unbonding, { amountGrains, readyAt }]),
  };
}

/** Moves everything whose moment has come: deposits become active, unbonded amounts are released to their owner. */
export function advanceBond(account: BondAccount, at: number): { account: BondAccount; releasedGrains: Grains } {
  const activating = account.activating.filter((entry) => entry.readyAt > at);
  const unbonding = account.unbonding.filter((entry) => entry.readyAt > at);
  const releasedGrains = (sumOf(account.unbonding) - sumOf(unbonding)) as Grains;
  return { account: { activeGrains: activeBond(account, at), activating, unbonding }, releasedGrains };
}

/** b: what counts as bond at a moment. */
export function activeBond(account: BondAccount, at: number): Grains {
  const arrived = sumOf(account.activating.filter((entry) => entry.readyAt <= at));
  return addExact(account.activeGrains, arrived) as Grains;
}

/** Everything that a slash can reach. */
export function bondTotal(account: BondAccount): Grains {
  const queued = addExact(sumOf(account.activating), sumOf(account.unbonding));
  return addExact(account.activeGrains, queued) as Grains;
}

/**
 * Takes up to an amount: first what leaves soonest, because it would be out of reach first, then the active part, then
 * the oldest deposits.
 */
export function slashBond(account: BondAccount, amountGrains: Grains): { account: BondAccount; slashedGrains: Grains } {
  const leaving = takeOldest(account.unbonding, amountGrains);
  const afterLeaving = amountGrains - leaving.takenGrains;
  const fromActive = Math.min(afterLeaving, account.activeGrains);
  const joining = takeOldest(account.activating, afterLeaving - fromActive);
  return {
    account: {
      activeGrains: (account.activeGrains - fromActive) as Grains,
      activating: joining.rest,
      unbonding: leaving.rest,
    },
    slashedGrains: (leaving.takenGrains + fromActive + joining.takenGrains) as Grains,
  };
}

/** From `at` on the stake is `stakeGrains`, until the next change. */
export interface StakeChange {
  readonly at: number;
  readonly stakeGrains: Grains;
}

/**
 * Time-weighted stake S̄ = (1/L)·Σ s_t over [from, to), rounded down once. Before the first change the stake is zero;
 * changes are in order of time.
 * @throws KernelRefusal KERNEL-RANGE (an empty window, or changes out of order), KERNEL-AMOUNT
 */
export function timeWeightedStake(changes: readonly StakeChange[], from: number, to: number): Grains {
  const length = to - from;
  if (!isAmount(from) || !isAmount(to) || length <= 0) {
    throw new KernelRefusal('KERNEL-RANGE', 'timeWeightedStake', '0 <= from < to', `${from} to ${to}`);
  }
  // Each s·dt / L is a quotient and a remainder below L; the quotients' sum is at most the largest stake.
  let whole = 0;
  let rest = 0;
  changes.forEach(({ at, stakeGrains }, index) => {
    const until = changes[index + 1]?.at ?? to;
    if (!isAmount(at) || !isAmount(stakeGrains) || (until < at && until < to)) {
      throw new KernelRefusal(
        'KERNEL-RANGE',
        `changes[${index}]`,
        'amounts in order of time',
        `${stakeGrains} at ${at}`,
      );
    }
    const held = Math.min(until, to) - Math.max(at, from);
    if (held <= 0) return;
    whole += divideProduct(stakeGrains, held, length);
    rest += lastRemainder();
    if (rest >= length) [whole, rest] = [whole + 1, rest - length];
  });
  return whole as Grains;
}

/**
 * Conviction after one more epoch: y' = κ·y + s, rounded down. A steady stake s ends at s / (1 − κ);
 * κ = .5^(1 / half-life).
 */
export function conviction(kappaPpm: Ppm, convictionGrains: Grains, stakeGrains: Grains): Grains {
  return addExact(mulDivDown(convictionGrains, kappaPpm, MILLION), stakeGrains) as Grains;
}

function takeOldest(entries: readonly BondEntry[], wantedGrains: number): { takenGrains: number; rest: BondEntry[] } {
  let left = wantedGrains;
  const rest: BondEntry[] = [];
  for (const { amountGrains, readyAt } of entries) {
    const part = Math.min(left, amountGrains);
    left -= part;
    if (amountGrains > part) rest.push({ amountGrains: (amountGrains - part) as Grains, readyAt });
  }
  return { takenGrains: wantedGrains - left, rest };
}

/** Stable: a shorter delay under a new rule may overtake. */
function inOrder(entries: readonly BondEntry[]): BondEntry[] {
  return entries.toSorted((x, y) => x.readyAt - y.readyAt);
}

function sumOf(entries: readonly BondEntry[]): number {
  return entries.reduce((sum, entry) => addExact(sum, entry.amountGrains), 0);
}
