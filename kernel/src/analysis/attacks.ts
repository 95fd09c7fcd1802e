import { fraudRetention } from './games.ts';
import { committeeCapture } from './sampling.ts';

// Closed forms of the attack catalogue (economy.md §2). Costs and returns are per attempt, in credits; costs are lost value: capital
// that comes back enters only at its cost of capital. The numbers in names are the catalogue's.

/** Both sides of an attempt. The launch gate asks for cost >= 2·return at the attacker's best response. */
export interface AttackEconomics {
  readonly returnCredits: number;
  readonly costCredits: number;
  /** Cost over return, ACR; infinite where there is nothing to gain. */
  readonly ratio: number;
  readonly isProfitable: boolean;
}

function attempt(returnCredits: number, costCredits: number): AttackEconomics {
  const ratio = returnCredits > 0 ? costCredits / returnCredits : Number.POSITIVE_INFINITY;
  return { returnCredits, costCredits, ratio, isProfitable: returnCredits > costCredits };
}

/** 1. Sybil split of work w into k identities, under a reward c·w^α per identity and a fee per identity and epoch. */
export interface SybilSplit {
  readonly rewardFactor: number;
  readonly work: number;
  readonly exponent: number;
  readonly identityFee: number;
}

export function sybilSplit(network: SybilSplit, identities: number): AttackEconomics {
  const { rewardFactor, work, exponent, identityFee } = network;
  const gain = rewardFactor * work ** exponent * (identities ** (1 - exponent) - 1);
  return attempt(gain, (identities - 1) * identityFee);
}

/** k* = ((1 − α)·c·w^α / F)^(1/α), at least 1: how many identities an operator would want. */
export function sybilBestResponse({ rewardFactor, work, exponent, identityFee }: SybilSplit): number {
  return Math.max(1, (((1 - exponent) * rewardFactor * work ** exponent) / identityFee) ** (1 / exponent));
}

/** Least fee per identity and epoch at which no split gains: c(2^(1−α) − 1)·w^α; of all splits the first gains most. */
export function sybilFeeMin({ rewardFactor, work, exponent }: SybilSplit): number {
  return rewardFactor * (2 ** (1 - exponent) - 1) * work ** exponent;
}

/** 2. Whitewash: cheat for g, drop the identity, come back and pay its dues. */
export function whitewash(p: {
  readonly gain: number;
  readonly detection: number;
  readonly slash: number;
  readonly identityFee: number;
  readonly dues: number;
}): AttackEconomics {
  return attempt(p.gain, p.detection * p.slash + p.identityFee + p.dues);
}

/** 3. Flash stake S for n epochs of a reward R shared with the other stake T; capital costs ρ per epoch. */
export interface FlashStake {
  readonly stake: number;
  readonly otherStake: number;
  readonly rewardPerEpoch: number;
  readonly capitalCostPerEpoch: number;
  readonly activationEpochs: number;
  readonly unbondingEpochs: number;
}

export function flashStake(network: FlashStake, epochs: number): AttackEconomics {
  const { stake, otherStake, rewardPerEpoch, capitalCostPerEpoch, activationEpochs, unbondingEpochs } = network;
  const locked = epochs + activationEpochs + unbondingEpochs;
  return attempt((epochs * rewardPerEpoch * stake) / (stake + otherStake), capitalCostPerEpoch * stake * locked);
}

/** Least unbonding at which staying n epochs costs `factor` times its return. */
export function flashUnbondingMin(network: FlashStake, epochs: number, factor: number): number {
  const { stake, otherStake, rewardPerEpoch, capitalCostPerEpoch, activationEpochs } = network;
  const returned = (epochs * rewardPerEpoch) / (stake + otherStake);
  return Math.max(0, (factor * returned) / capitalCostPerEpoch - epochs - activationEpochs);
}

/** 4. Hoarding a share x of supply to sell one's own share m dearer, demand having the elasticity η; idle surcharge h. */
export interface Hoarding {
  readonly ownShare: number;
  readonly elasticity: number;
  readonly surcharge: number;
  /** Non-refundable opening fee on what is withheld, as a share of its price. */
  readonly openingFee?: number;
}

/** Per unit of the market's value. */
export function hoarding(market: Hoarding, withheld: number): AttackEconomics {
  const { ownShare, elasticity, surcharge, openingFee = 0 } = market;
  const rise = (1 - withheld) ** (-1 / elasticity) - 1;
  return attempt(ownShare * rise, withheld * (1 + surcharge + openingFee));
}

/** Largest own share at which hoarding a little costs `factor` times its return: (1 + h)·η / factor. */
export function hoardingShareMax(market: Pick<Hoarding, 'elasticity' | 'surcharge'>, factor: number): number {
  return ((1 + market.surcharge) * market.elasticity) / factor;
}

/** 5. Wash usage x for an emission E shared by fees, beside honest fees X, losing τ_nr of each fee. */
export interface WashUsage {
  readonly emission: number;
  readonly honestFees: number;
  readonly lostTake: number;
}

export function washUsage({ emission, honestFees, lostTake }: WashUsage, washFees: number): AttackEconomics {
  return attempt((emission * washFees) / (honestFees + washFees), lostTake * washFees);
}

/** x* = √(E·X / τ_nr) − X and its profit (√E − √(τ_nr·X))², nothing where E <= τ_nr·X. */
export function washBestResponse({ emission, honestFees, lostTake }: WashUsage): { fees: number; profit: number } {
  if (emission <= lostTake * honestFees) return { fees: 0, profit: 0 };
  const fees = Math.sqrt((emission * honestFees) / lostTake) - honestFees;
  return { fees, profit: (Math.sqrt(emission) - Math.sqrt(lostTake * honestFees)) ** 2 };
}

/** Cost over return where emission follows fees at a rate: τ_nr / (emission per fee). */
export function washFeeLinkedRatio(lostTake: number, emissionPerFee: number): number {
  return lostTake / emissionPerFee;
}

/** 6. A cheat of a revenue share ε per epoch, found with q per epoch, that keeps what is older than the holdback. */
export interface RevenueFraud {
  readonly revenuePerEpoch: number;
  /** ε; 1 for revenue that is false altogether. */
  readonly inflation: number;
  readonly detection: number;
  readonly holdbackEpochs: number;
  readonly slash: number;
}

export function revenueFraud(p: RevenueFraud): AttackEconomics {
  return attempt(p.inflation * p.revenuePerEpoch * fraudRetention(p.detection, p.holdbackEpochs), p.slash);
}

/** Least slash at which a fraud costs `factor` times its return. */
export function fraudSlashMin(p: Omit<RevenueFraud, 'slash'>, factor: number): number {
  return factor * p.inflation * p.revenuePerEpoch * fraudRetention(p.detection, p.holdbackEpochs);
}

/** 7. Lazy work: skip a share s of a job's cost r; kept even if caught, with q per job. */
export interface LazyWork {
  readonly savedShare: number;
  readonly revenue: number;
  readonly detection: number;
  readonly slash: number;
}

export function lazyWork({ savedShare, revenue, detection, slash }: LazyWork): AttackEconomics {
  return attempt(savedShare * revenue, detection * (slash + revenue));
}

/** Least detection per job at which laziness costs `factor` times its return. */
export function lazyDetectionMin({ savedShare, revenue, slash }: Omit<LazyWork, 'detection'>, factor: number): number {
  return (factor * savedShare * revenue) / (slash + revenue);
}

/** 8. Verifier collusion: t of n bribed, or a share a that is drawn into a majority by luck. */
export function verifierBribe(p: {
  readonly gain: number;
  readonly threshold: number;
  /** β: at least what a member expects to lose, q_a·σ_v·b_v. */
  readonly bribePerMember: number;
}): AttackEconomics {
  return attempt(p.gain, p.threshold * p.bribePerMember);
}

export function verifierCapture(p: {
  readonly gain: number;
  readonly attackerShare: number;
  readonly jurors: number;
  readonly threshold: number;
  /** Lost by each of t members when a late audit finds the capture, with q_a. */
  readonly slashPerMember: number;
  readonly lateDetection: number;
}): AttackEconomics {
  const captured = committeeCapture(p.attackerShare, p.jurors, p.threshold);
  return attempt(captured * p.gain, captured * p.lateDetection * p.threshold * p.slashPerMember);
}

/** 9. Verifier laziness: a check's cost saved, against a share of canaries and their penalty. */
export function verifierLaziness(checkCost: number, canaryShare: number, penalty: number): AttackEconomics {
  return attempt(checkCost, canaryShare * penalty);
}

/** 10. Selective delivery of a unit reserved at p_c when spot is p_s: penalty c·(p_s − p_c) + f·p_c. */
export interface SelectiveDelivery {
  readonly reservedPrice: number;
  readonly damagesFactor: number;
  readonly fixedShare: number;
}

export function selectiveDelivery(lease: SelectiveDelivery, spotPrice: number): AttackEconomics {
  const gap = Math.max(0, spotPrice - lease.reservedPrice);
  return attempt(gap, lease.damagesFactor * gap + lease.fixedShare * lease.reservedPrice);
}

/** 11. Holding a constant-product pool of depth y pushed by δ for some blocks, to mint or settle up to a limit. */
export interface OraclePush {
  readonly poolDepth: number;
  readonly blocks: number;
  readonly mintLimit: number;
}

export function oraclePush({ poolDepth, blocks, mintLimit }: OraclePush, push: number): AttackEconomics {
  return attempt(push * mintLimit, blocks * poolDepth * oraclePushCost(push));
}

/** Cost of a push per block and unit of depth: √(1 + δ) + 1 / √(1 + δ) − 2; arbitrage takes it anew each block. */
export function oraclePushCost(push: number): number {
  const root = Math.sqrt(1 + push);
  return root + 1 / root - 2;
}

/** 12. Reserve run: what the first to redeem at par gains per unit over waiting; pro rata there is nothing. */
export function reserveRun(
  p: { readonly cover: number; readonly isProRata: boolean },
  exitFee: number,
): AttackEconomics {
  return attempt(p.isProRata ? 0 : Math.max(0, 1 - p.cover), exitFee);
}

/** Share of the reserve that the first x of a bonding curve's supply takes out: 1 − (1 − x)^(1/F). */
export function curveRunShare(redeemedShare: number, reserveRatio: number): number {
  return 1 - (1 - redeemedShare) ** (1 / reserveRatio);
}

/** 13. Governance capture: θ of the votes bought, of which κ is lost to price impact or locks. */
export interface GovernanceCapture {
  readonly marketCap: number;
  readonly stakedShare: number;
  readonly votesNeeded: number;
  readonly lostShare: number;
  /** V: what can be extracted before the timelock lets others leave or object. */
  readonly extractable: number;
}

export function governanceCapture(p: GovernanceCapture): AttackEconomics {
  return attempt(p.extractable, p.lostShare * p.votesNeeded * p.stakedShare * p.marketCap);
}

/** 14. Griefing by false disputes: what the victim loses by the challenger's deposit. */
export function griefing(p: Griefing, deposit: number): AttackEconomics {
  return attempt(victimCost(p), deposit);
}

export interface Griefing {
  readonly heldAmount: number;
  readonly capitalCostPerEpoch: number;
  readonly disputeEpochs: number;
  readonly defenceCost: number;
}

/**
 * Deposits that deter griefing by `factor` and still let an honest challenger win: factor·(ρ·held·T + c_v) <= D_c <=
 * (π·share·σb − c) / (1 − π). Null where there is none.
 */
export function challengerDepositRange(
  p: Griefing,
  honest: {
    readonly winProbability: number;
    readonly slashShare: number;
    readonly slash: number;
    readonly challengeCost: number;
  },
  factor: number,
): { readonly least: number; readonly most: number } | null {
  const least = factor * victimCost(p);
  const won = honest.winProbability * honest.slashShare * honest.slash - honest.challengeCost;
  const most = honest.winProbability === 1 ? Number.POSITIVE_INFINITY : won / (1 - honest.winProbability);
  return won >= 0 && least <= most ? { least, most } : null;
}

function victimCost(p: Griefing): number {
  return p.capitalCostPerEpoch * p.heldAmount * p.disputeEpochs + p.defenceCost;
}

/** 15. Censoring k blocks by filling them, the fee rising by an eighth each: gas·fee·(1.125^k − 1) / .125. */
export function censorship(fraudGain: number, gasFeePerBlock: number, blocks: number): AttackEconomics {
  return attempt(fraudGain, gasFeePerBlock * fullBlocksFactor(blocks));
}

/** Cost of k full blocks in a row, in costs of the first. */
export function fullBlocksFactor(blocks: number): number {
  return (1.125 ** blocks - 1) / 0.125;
}

/** 17. Overspending one deposit at k providers at once, each trusting its allotment. */
export function overspend(p: {
  readonly vouchersOutstanding: number;
  readonly deposit: number;
  readonly reserve: number;
}): AttackEconomics {
  return attempt(p.vouchersOutstanding, p.deposit + p.reserve);
}

/** 18. Spoofing a better class: the difference in coefficients is false revenue until a re-benchmark finds it. */
export function classSpoofing(
  p: Omit<RevenueFraud, 'inflation'> & { readonly coefficientGain: number; readonly attestationCost: number },
): AttackEconomics {
  const kept = p.coefficientGain * p.revenuePerEpoch * fraudRetention(p.detection, p.holdbackEpochs);
  return attempt(kept, p.slash + p.attestationCost);
}

/** 19. Arbitrage of a stale oracle at mint or settlement: edge against spread, per unit of size. */
export function staleOracle(edge: number, spread: number): AttackEconomics {
  return attempt(edge, spread);
}

/**
 * 16, 17 and 20 are questions of correctness: uniqueness of claims, monotone vouchers, no path that pays a part and
 * marks all used. Invariants and fuzzing show them impossible; there is no ratio.
 */
export const IMPOSSIBLE_ATTACKS: readonly number[] = [16, 17, 20];
