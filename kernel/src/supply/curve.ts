import { wideEmissionOf } from './emission.ts';
import { YEAR_SECONDS } from './intervals.ts';
import type { SupplyFacts, SupplyRules, SupplyState } from './supply.ts';

/** One span of a supply curve, in grains. */
export interface CurvePoint {
  /** The span's end, from genesis. */
  readonly elapsedMs: number;
  readonly emittedGrains: bigint;
  /** Ever minted, genesis included. */
  readonly mintedGrains: bigint;
  /** Minted less burned. */
  readonly supplyGrains: bigint;
  /** Emitted per year of 365 days over the supply at the span's start, rounded down; null where that is 0. */
  readonly inflationPpm: bigint | null;
}

/** What is assumed of a span: everything but its length. */
export type AssumedFacts = Omit<SupplyFacts, 'epochMs'>;

/**
 * The supply curve as settlement would mint it, span by span under assumed facts; spans may be months, because how time
 * is cut changes no curve. The facts hold for a whole span: a long one looks at the network less often.
 * Refuses as `wideEmissionOf` does.
 */
export function supplyCurve(
  rules: SupplyRules,
  genesis: SupplyState,
  { spanMs, spans }: { readonly spanMs: number; readonly spans: number },
  assume: (state: SupplyState, span: number) => AssumedFacts,
): CurvePoint[] {
  const points: CurvePoint[] = [];
  let state = genesis;
  for (let span = 0; span < spans; span += 1) {
    const before = BigInt(state.mintedGrains) - BigInt(state.burnedGrains);
    const emission = wideEmissionOf(rules, state, { ...assume(state, span), epochMs: spanMs });
    state = emission.state;
    const mintedGrains = BigInt(state.mintedGrains);
    points.push({
      elapsedMs: state.elapsedMs,
      emittedGrains: emission.grains,
      mintedGrains,
      supplyGrains: mintedGrains - BigInt(state.burnedGrains),
      inflationPpm: inflationPpm(emission.grains, before, spanMs),
    });
  }
  return points;
}

/** Yearly inflation of a span's emission over a supply, rounded down; null where the supply is 0. */
export function inflationPpm(emittedGrains: bigint, supplyGrains: bigint, spanMs: number): bigint | null {
  if (supplyGrains <= 0n) return null;
  return (emittedGrains * 1_000_000n * YEAR_SECONDS * 1000n) / (supplyGrains * BigInt(spanMs));
}
