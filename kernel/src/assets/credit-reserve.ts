import { mulDivDown } from '../numbers/wide.ts';
import { KernelRefusal } from '../refusal.ts';
import { type CoverageThrottleRule, mintPace } from './coverage-throttle.ts';

// What stands behind the credit. Minting can be slowed and halted; redeeming never is: it happens in batches, each credit
// of which gets min(1, coverage), so nobody gains by being first.

export type ReserveRule = FullReserveRule | MixedReserveRule | MintBackedReserveRule;

interface AnyReserveRule {
  /** Of what is paid in for new credits; it stays in the reserve. */
  readonly mintSpreadPpm: number;
  /** Off the work token's price, wherever tokens count. */
  readonly tokenHaircutPpm: number;
  /** Slows and halts minting by coverage. */
  readonly throttle: CoverageThrottleRule;
}

/**
 * Every credit has its unit of stable assets. Work tokens may be posted on top: they count nothing in redeeming, and a
 * demanded cover by them can only make minting stricter.
 */
export interface FullReserveRule extends AnyReserveRule {
  readonly kind: 'full';
  /** Least value of posted tokens over credits outstanding; 0 where none is demanded. */
  readonly tokenCoverPpmMin: number;
}

/** Work tokens count too, after a haircut, and as far as stable assets keep their least share. */
export interface MixedReserveRule extends AnyReserveRule {
  readonly kind: 'mixed';
  /** Above 0. */
  readonly stableSharePpmMin: number;
}

/**
 * Credits are bought with work tokens and redeemed for as many as they are worth by then: what the tokens paid in lack, is
 * minted (Akash's burn-mint equilibrium). A credit never pays less than its unit, so coverage below 1 closes nothing by
 * itself; the throttle alone bounds what holders of tokens are diluted by.
 */
export interface MintBackedReserveRule extends AnyReserveRule {
  readonly kind: 'mint-backed';
}

export interface Reserve {
  readonly stableGrains: bigint;
  /** Work tokens, posted. */
  readonly tokenGrains: bigint;
  /** Credits that may be redeemed. */
  readonly outstandingGrains: bigint;
}

export interface Coverage {
  /** What counts, in grains of credit, rounded down. */
  readonly assetsGrains: bigint;
  /** Over credits outstanding, rounded down; null where there are none. */
  readonly coveragePpm: bigint | null;
}

/** A price of null (the oracle is halted) counts tokens as nothing. */
export function coverageOf(rule: ReserveRule, reserve: Reserve, tokenPriceMicrograins: bigint | null): Coverage {
  checkReserve(reserve);
  const assetsGrains = reserve.stableGrains + countedTokens(rule, reserve, tokenPriceMicrograins ?? 0n);
  return { assetsGrains, coveragePpm: ratioPpm(assetsGrains, reserve.outstandingGrains) };
}

/** Coverage after the token's price has fallen by `shockPpm`, rounded down: CR (s + (1 - s)(1 - shock)). */
export function stressedCoverage(rule: ReserveRule, reserve: Reserve, price: bigint, shockPpm: number): Coverage {
  return coverageOf(rule, reserve, (price * BigInt(MILLION - shockPpm)) / WHOLE);
}

export interface MintRequest {
  /** Paid in: stable assets, or work tokens where the reserve is mint-backed. */
  readonly paidGrains: bigint;
  readonly tokenPriceMicrograins: bigint | null;
  readonly secondsSinceMint: number;
}

/**
 * Credits for what is paid in: its value (1 - spread), rounded down once.
 * @throws KernelRefusal KERNEL-MINT-HALTED (coverage at the rule's line, or below 1 where nothing is minted for it),
 * KERNEL-MINT-WAIT (too early), KERNEL-MINT-SLOW (more than a slow mint's most), KERNEL-PRICE-UNKNOWN (tokens are paid in
 * and the price is null), KERNEL-AMOUNT
 */
export function mintCredits(
  rule: ReserveRule,
  reserve: Reserve,
  { paidGrains, tokenPriceMicrograins, secondsSinceMint }: MintRequest,
): { readonly creditGrains: bigint; readonly reserve: Reserve } {
  const { coveragePpm } = coverageOf(rule, reserve, tokenPriceMicrograins);
  const creditGrains = creditsFor(rule, paidGrains, tokenPriceMicrograins);
  const outstandingGrains = reserve.outstandingGrains + creditGrains;
  checkTokenCover(rule, { ...reserve, outstandingGrains }, tokenPriceMicrograins);
  const pace = mintPace(rule.throttle, coveragePpm);
  // Whoever paid a whole unit into a reserve that pays less would lose at once.
  const leastPpm = rule.kind === 'mint-backed' ? 0n : WHOLE;
  if (pace.kind === 'halted' || (coveragePpm !== null && coveragePpm < leastPpm)) {
    throw new KernelRefusal(
      'KERNEL-MINT-HALTED',
      'coveragePpm',
      `at least ${leastPpm}, above ${rule.throttle.haltPpm}`,
      coveragePpm,
    );
  }
  if (secondsSinceMint < pace.waitSeconds) {
    throw new KernelRefusal('KERNEL-MINT-WAIT', 'secondsSinceMint', `at least ${pace.waitSeconds}`, secondsSinceMint);
  }
  const most = (reserve.outstandingGrains * BigInt(rule.throttle.slowMintPpm)) / WHOLE;
  if (pace.kind === 'slow' && creditGrains > most) {
    throw new KernelRefusal('KERNEL-MINT-SLOW', 'creditGrains', `at most ${most}`, creditGrains);
  }
  const paid =
    rule.kind === 'mint-backed'
      ? { tokenGrains: reserve.tokenGrains + paidGrains }
      : { stableGrains: reserve.stableGrains + paidGrains };
  return { creditGrains, reserve: { ...reserve, ...paid, outstandingGrains } };
}

export interface Redemption {
  readonly account: string;
  readonly creditGrains: bigint;
}

export interface RedemptionPayment extends Redemption {
  readonly stableGrains: bigint;
  readonly tokenGrains: bigint;
}

export interface RedeemedBatch {
  readonly payments: readonly RedemptionPayment[];
  readonly reserve: Reserve;
  /** Of the payments, tokens that no one had paid in; 0 but of a mint-backed reserve. */
  readonly mintedTokenGrains: bigint;
}

/**
 * Redeems one era's requests at min(1, coverage) of the batch's start, each payment rounded down. A mixed reserve pays
 * in kind, the same part of stable assets and tokens to everybody, tokens at their full price: so the next batch finds
 * the same mix. A mint-backed reserve pays each credit's worth in tokens, and mints what it lacks. What a request gets
 * depends on no other, its place is nothing, and splitting it never gains.
 * @throws KernelRefusal KERNEL-AMOUNT (a request below 0, or more than is outstanding), KERNEL-PRICE-UNKNOWN (tokens are
 * to be paid and the price is null)
 */
export function redeemBatch(
  rule: ReserveRule,
  reserve: Reserve,
  requests: readonly Redemption[],
  tokenPriceMicrograins: bigint | null,
): RedeemedBatch {
  const { assetsGrains } = coverageOf(rule, reserve, tokenPriceMicrograins);
  checkRequests(requests, reserve.outstandingGrains);
  if (rule.kind === 'mint-backed') return redeemMinting(reserve, requests, tokenPriceMicrograins);
  const { numerator, denominator, tokens } = paymentRate(rule, reserve, assetsGrains, tokenPriceMicrograins);
  const payments = requests.map(({ account, creditGrains }) => ({
    account,
    creditGrains,
    stableGrains: (creditGrains * numerator * reserve.stableGrains) / denominator,
    tokenGrains: (creditGrains * numerator * tokens) / denominator,
  }));
  const sum = (of: (payment: RedemptionPayment) => bigint) => payments.reduce((all, one) => all + of(one), 0n);
  return {
    payments,
    reserve: {
      stableGrains: reserve.stableGrains - sum((payment) => payment.stableGrains),
      tokenGrains: reserve.tokenGrains - sum((payment) => payment.tokenGrains),
      outstandingGrains: reserve.outstandingGrains - sum((payment) => payment.creditGrains),
    },
    mintedTokenGrains: 0n,
  };
}

/** Tokens that were paid in go first. */
function redeemMinting(reserve: Reserve, requests: readonly Redemption[], price: bigint | null): RedeemedBatch {
  const known = knownPrice('redeemBatch', price);
  const payments = requests.map(({ account, creditGrains }) => ({
    account,
    creditGrains,
    stableGrains: 0n,
    tokenGrains: (creditGrains * WHOLE) / known,
  }));
  const paid = payments.reduce((sum, { tokenGrains }) => sum + tokenGrains, 0n);
  const redeemed = payments.reduce((sum, { creditGrains }) => sum + creditGrains, 0n);
  const held = paid < reserve.tokenGrains ? paid : reserve.tokenGrains;
  return {
    payments,
    reserve: {
      ...reserve,
      tokenGrains: reserve.tokenGrains - held,
      outstandingGrains: reserve.outstandingGrains - redeemed,
    },
    mintedTokenGrains: paid - held,
  };
}

/**
 * Takes posted tokens back, as long as minting stays open without them.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-TOKEN-COVER, KERNEL-MINT-HALTED
 */
export function withdrawTokens(rule: ReserveRule, reserve: Reserve, grains: bigint, price: bigint | null): Reserve {
  const after = { ...reserve, tokenGrains: reserve.tokenGrains - grains };
  if (grains < 0n) throw new KernelRefusal('KERNEL-AMOUNT', 'grains', 'at least 0', grains);
  const { coveragePpm } = coverageOf(rule, after, price);
  checkTokenCover(rule, after, price);
  if (mintPace(rule.throttle, coveragePpm).kind === 'open') return after;
  throw new KernelRefusal('KERNEL-MINT-HALTED', 'coveragePpm', `at least ${rule.throttle.warnPpm}`, coveragePpm);
}

const MILLION = 1_000_000;
const WHOLE = 1_000_000n;

function creditsFor(rule: ReserveRule, paidGrains: bigint, price: bigint | null): bigint {
  const kept = BigInt(MILLION - rule.mintSpreadPpm);
  if (rule.kind !== 'mint-backed') return mulDivDown(paidGrains, kept, WHOLE);
  return mulDivDown(paidGrains * knownPrice('mintCredits', price), kept, WHOLE * WHOLE);
}

/** A price of 0 is none: no number of tokens would be worth a credit. */
function knownPrice(where: string, price: bigint | null): bigint {
  if (price !== null && price > 0n) return price;
  throw new KernelRefusal('KERNEL-PRICE-UNKNOWN', where, "the token's price", price);
}

/**
 * Part of each asset for one credit: min(assets, outstanding) / outstanding of value, over all the assets at market. A
 * full reserve pays from stable assets alone.
 */
function paymentRate(rule: FullReserveRule | MixedReserveRule, reserve: Reserve, assets: bigint, price: bigint | null) {
  const { stableGrains, tokenGrains, outstandingGrains: outstanding } = reserve;
  const numerator = assets < outstanding ? assets : outstanding;
  if (rule.kind === 'full' || tokenGrains === 0n) {
    return { numerator, denominator: notZero(outstanding * stableGrains), tokens: 0n };
  }
  if (price === null) throw new KernelRefusal('KERNEL-PRICE-UNKNOWN', 'redeemBatch', "the token's price", price);
  // In millionths of a grain, exactly.
  const market = stableGrains * WHOLE + tokenGrains * price;
  return { numerator: numerator * WHOLE, denominator: notZero(outstanding * market), tokens: tokenGrains };
}

/** Nothing outstanding, or nothing to pay it with: everybody gets 0 of it. */
function notZero(denominator: bigint): bigint {
  return denominator === 0n ? 1n : denominator;
}

function countedTokens(rule: ReserveRule, { stableGrains, tokenGrains }: Reserve, price: bigint): bigint {
  if (rule.kind === 'full') return 0n;
  const value = haircutValue(rule, tokenGrains, price);
  if (rule.kind === 'mint-backed') return value;
  const share = BigInt(rule.stableSharePpmMin);
  const most = mulDivDown(stableGrains, WHOLE - share, share);
  return value < most ? value : most;
}

function haircutValue(rule: ReserveRule, tokenGrains: bigint, price: bigint): bigint {
  return (tokenGrains * price * BigInt(MILLION - rule.tokenHaircutPpm)) / (WHOLE * WHOLE);
}

function checkTokenCover(rule: ReserveRule, reserve: Reserve, price: bigint | null): void {
  if (rule.kind !== 'full' || rule.tokenCoverPpmMin === 0) return;
  const value = haircutValue(rule, reserve.tokenGrains, price ?? 0n);
  if (value * WHOLE >= reserve.outstandingGrains * BigInt(rule.tokenCoverPpmMin)) return;
  const expected = `${rule.tokenCoverPpmMin} ppm of ${reserve.outstandingGrains}`;
  throw new KernelRefusal('KERNEL-TOKEN-COVER', 'posted tokens', expected, value);
}

function ratioPpm(assets: bigint, outstanding: bigint): bigint | null {
  return outstanding === 0n ? null : (assets * WHOLE) / outstanding;
}

function checkRequests(requests: readonly Redemption[], outstanding: bigint): void {
  let sum = 0n;
  for (const { account, creditGrains } of requests) {
    if (creditGrains < 0n) throw new KernelRefusal('KERNEL-AMOUNT', account, 'at least 0', creditGrains);
    sum += creditGrains;
  }
  if (sum > outstanding) throw new KernelRefusal('KERNEL-AMOUNT', 'the batch', `at most ${outstanding}`, sum);
}

function checkReserve(reserve: Reserve): void {
  for (const [name, value] of Object.entries(reserve)) {
    if (value < 0n) throw new KernelRefusal('KERNEL-AMOUNT', name, 'at least 0', value);
  }
}
