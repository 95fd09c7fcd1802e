/** What no rule can mint past, applied last. */
export interface MintLimits {
  /** Immutable. Decimal string. */
  readonly capGrains: string;
  /** `minted`: everything ever minted, genesis included; `outstanding`: minted less burned, so burns make room. */
  readonly capCounts: 'minted' | 'outstanding';
  /** Bounds what a fault in any rule could mint before someone looks; null where there is none. */
  readonly ceiling: MintCeiling | null;
}

/** A ceiling of `grains` plus a share of the supply. */
export type MintCeiling = EraCeiling | DecayingCeiling;

interface CeilingAmount {
  /** Decimal string. */
  readonly grains: string;
  readonly supplyPpm: number;
}

/** On what one era mints; the share is of the supply as the era began. */
export interface EraCeiling extends CeilingAmount {
  readonly kind: 'per-era';
}

/** On A' = a + A max(0, 1 - dt / window): no era's end to wait for (Helium's circuit breaker). */
export interface DecayingCeiling extends CeilingAmount {
  readonly kind: 'decaying';
  readonly windowSeconds: number;
}

/** What the ceiling has counted. Decimal strings. */
export interface CeilingMemory {
  readonly era: number;
  readonly countedGrains: string;
  /** Of this era or, for a decaying one, of this epoch. */
  readonly ceilingGrains: string;
}

export const CEILING_GENESIS: CeilingMemory = { era: -1, countedGrains: '0', ceilingGrains: '0' };

/** The memory as it stands before an epoch's mint is counted. What still counts is rounded up, a ceiling down. */
export function ceilingAt(
  rule: MintCeiling,
  memory: CeilingMemory,
  { era, epochMs, supplyGrains }: { readonly era: number; readonly epochMs: number; readonly supplyGrains: bigint },
): CeilingMemory {
  if (rule.kind === 'per-era' && memory.era === era) return memory;
  const ceiling = BigInt(rule.grains) + (supplyGrains * BigInt(rule.supplyPpm)) / 1_000_000n;
  const ceilingGrains = ceiling.toString();
  if (rule.kind === 'per-era') return { era, countedGrains: '0', ceilingGrains };
  const windowMs = BigInt(rule.windowSeconds) * 1000n;
  const leftMs = windowMs - BigInt(epochMs);
  const counted = BigInt(memory.countedGrains);
  const countedGrains = leftMs > 0n ? ((counted * leftMs + windowMs - 1n) / windowMs).toString() : '0';
  return { era, countedGrains, ceilingGrains };
}

/** What may still be minted, and which limit it is that binds first. */
export function mintRoom(
  limits: MintLimits,
  memory: CeilingMemory,
  { mintedGrains, burnedGrains }: { readonly mintedGrains: bigint; readonly burnedGrains: bigint },
): { readonly grains: bigint; readonly limit: 'lifetime-cap' | 'mint-ceiling' } {
  const counted = limits.capCounts === 'minted' ? mintedGrains : mintedGrains - burnedGrains;
  const underCap = notNegative(BigInt(limits.capGrains) - counted);
  if (limits.ceiling === null) return { grains: underCap, limit: 'lifetime-cap' };
  const underCeiling = notNegative(BigInt(memory.ceilingGrains) - BigInt(memory.countedGrains));
  if (underCap <= underCeiling) return { grains: underCap, limit: 'lifetime-cap' };
  return { grains: underCeiling, limit: 'mint-ceiling' };
}

function notNegative(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
