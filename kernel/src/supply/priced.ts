import { KernelRefusal } from '../refusal.ts';

// Rules that mint for value in credits. What could not be minted yet, because the price is unknown or a grain is dearer
// than what is left, stays owed to the stream; so value in is value out, exactly.

/** Mints what settled work is worth: owed / (price (1 + settle spread)). Consumers burn by `tokensToBurnUp`. */
export interface BurnMintSupplyRule {
  readonly kind: 'burn-mint';
  /** Taken off what a burned token is worth, and off what settled work mints. */
  readonly mintSpreadPpm: number;
  readonly settleSpreadPpm: number;
}

/**
 * Mints in proportion to fees, bounded by a share of that part of the take which nobody can get back: with a share of
 * at most a half, an attacker who pays himself loses twice what he mints.
 */
export interface FeeLinkedSupplyRule {
  readonly kind: 'fee-linked';
  readonly perFeePpm: number;
  readonly perNonRecoverablePpm: number;
}

export type PricedRule = BurnMintSupplyRule | FeeLinkedSupplyRule;

export interface PricedMemory {
  readonly kind: 'priced';
  /** Decimal string of millionths of a credit grain. */
  readonly owedMicrograins: string;
}

/** What priced rules look at: credits of the epoch in grains, and the price of a token grain or null while it is halted. */
export interface PricedFacts {
  readonly workPaidGrains: bigint;
  readonly feesGrains: bigint;
  readonly nonRecoverableTakeGrains: bigint;
  /** Millionths of a credit grain for one token grain. */
  readonly tokenPriceMicrograins: bigint | null;
}

export interface PricedResult {
  /** Tokens, rounded down. */
  readonly grains: bigint;
  readonly memory: PricedMemory;
  readonly reason: 'scheduled' | 'take-bound' | 'price-halted';
}

export const PRICED_GENESIS: PricedMemory = { kind: 'priced', owedMicrograins: '0' };

export function advancePriced(rule: PricedRule, memory: PricedMemory, facts: PricedFacts): PricedResult {
  const { micrograins, isBound } = epochValue(rule, facts);
  const owed = BigInt(memory.owedMicrograins) + micrograins;
  const price = facts.tokenPriceMicrograins;
  if (price === null || price === 0n) return { grains: 0n, memory: owes(owed), reason: 'price-halted' };
  const spread = MILLION + BigInt(rule.kind === 'burn-mint' ? rule.settleSpreadPpm : 0);
  const grains = (owed * MILLION) / (price * spread);
  const spent = (grains * price * spread + MILLION - 1n) / MILLION;
  return { grains, memory: owes(owed - spent), reason: isBound ? 'take-bound' : 'scheduled' };
}

/**
 * Tokens to burn for credits, rounded up: credits / (price (1 - mint spread)).
 * @throws KernelRefusal KERNEL-DIVIDE-BY-ZERO (a price of 0, or a spread of 100 %)
 */
export function tokensToBurnUp(rule: BurnMintSupplyRule, creditGrains: bigint, tokenPriceMicrograins: bigint): bigint {
  const worth = tokenPriceMicrograins * (MILLION - BigInt(rule.mintSpreadPpm));
  if (worth === 0n) throw new KernelRefusal('KERNEL-DIVIDE-BY-ZERO', 'tokensToBurnUp', 'a worth above 0', worth);
  return (creditGrains * MILLION * MILLION + worth - 1n) / worth;
}

/** Tokens that paid work is worth at a price, rounded down; 0 while the price is halted. */
export function tokenValueDown(creditGrains: bigint, tokenPriceMicrograins: bigint | null): bigint {
  return tokenPriceMicrograins ? (creditGrains * MILLION) / tokenPriceMicrograins : 0n;
}

const MILLION = 1_000_000n;

/** The epoch's value in micrograins, exactly, and whether the bound cut it. */
function epochValue(rule: PricedRule, facts: PricedFacts): { readonly micrograins: bigint; readonly isBound: boolean } {
  if (rule.kind === 'burn-mint') return { micrograins: facts.workPaidGrains * MILLION, isBound: false };
  const asked = facts.feesGrains * BigInt(rule.perFeePpm);
  const bound = facts.nonRecoverableTakeGrains * BigInt(rule.perNonRecoverablePpm);
  return asked > bound ? { micrograins: bound, isBound: true } : { micrograins: asked, isBound: false };
}

function owes(micrograins: bigint): PricedMemory {
  return { kind: 'priced', owedMicrograins: micrograins.toString() };
}
