import {
  type Economy,
  type Emission,
  type IntervalRule,
  type SupplyFacts,
  type SupplyRule,
  type SupplyState,
  supplyGenesis,
  wideEmissionOf,
} from '@stannary/kernel';
import { curveRefusal } from './refusal.ts';

/** What is assumed of the network, all along; amounts of a flow are of one epoch. */
export interface Conditions {
  /** Share of the supply that is bonded, unless `stake` says how much is. */
  readonly bondedPpm: bigint;
  readonly stake: bigint | null;
  readonly networkPower: bigint;
  readonly burned: bigint;
  readonly work: bigint;
  readonly fees: bigint;
  readonly tokenPriceMicrograins: bigint;
}

/** Rules that set a budget for an interval. */
export function isInterval(rule: SupplyRule): rule is IntervalRule {
  return 'intervalSeconds' in rule && rule.kind !== 'fixed';
}

/** More spans would take minutes. */
const SPANS_MAX = 1_000_000n;
const MILLION = 1_000_000n;

/**
 * Mints from genesis on under constant conditions, in the longest spans that mint what epoch after epoch would: to the
 * next moment that a rule looks at the network.
 */
export class SupplyWalk {
  state: SupplyState;
  readonly minted = new Map<string, bigint>();
  readonly #economy: Economy;
  readonly #conditions: Conditions;
  readonly #looks: readonly bigint[];

  constructor(economy: Economy, conditions: Conditions, state: SupplyState = genesisOf(economy)) {
    this.#economy = economy;
    this.#conditions = conditions;
    this.#looks = looksOf(economy);
    this.state = state;
    for (const { name } of economy.supply.streams) this.minted.set(name, 0n);
  }

  get at(): bigint {
    return BigInt(this.state.elapsedMs);
  }

  /** Refuses CURVE-RANGE. */
  advanceTo(ms: bigint): void {
    const spans = this.#looks.reduce((sum, length) => sum + (ms - this.at) / length, 1n);
    if (spans > SPANS_MAX) {
      throw curveRefusal('CURVE-RANGE', 'time', `at most ${SPANS_MAX} spans of a rule from genesis`, `${spans}`);
    }
    while (this.at < ms) {
      const nexts = this.#looks.map((length) => (this.at / length + 1n) * length);
      this.pass([...nexts, ms].reduce((first, next) => (next < first ? next : first)) - this.at);
    }
  }

  /** One span, as one epoch of that length. */
  pass(spanMs: bigint): Emission<bigint> {
    const emission = wideEmissionOf(this.#economy.supply, this.state, this.#facts(spanMs));
    for (const { stream, grains } of emission.parts) this.minted.set(stream, this.minted.get(stream)! + grains);
    this.state = emission.state;
    return emission;
  }

  #facts(spanMs: bigint): SupplyFacts {
    const { bondedPpm, stake, networkPower, burned, work, fees, tokenPriceMicrograins } = this.#conditions;
    const { cadence, take } = this.#economy;
    const epochMs = BigInt(cadence.epochMs);
    // A difference of floors: however spans are cut, a flow's sum is the flow.
    const within = (perEpoch: bigint) => (perEpoch * (this.at + spanMs)) / epochMs - (perEpoch * this.at) / epochMs;
    const supply = BigInt(this.state.mintedGrains) - BigInt(this.state.burnedGrains);
    return {
      era: Number(this.at / epochMs / BigInt(cadence.epochsPerEra)),
      epochMs: Number(spanMs),
      bondedGrains: stake ?? (supply * bondedPpm) / MILLION,
      networkPower,
      burnedGrains: within(burned),
      workPaidGrains: within(work),
      feesGrains: within(fees),
      nonRecoverableTakeGrains: (within(fees) * BigInt(take.burnPpm + take.insurancePpm)) / MILLION,
      tokenPriceMicrograins,
    };
  }
}

/** With the genesis allocations, in the supply's units. */
export function genesisOf({ genesis, supply }: Economy): SupplyState {
  const grains = genesis.allocations.reduce((sum, { tokensGrains }) => sum + BigInt(tokensGrains), 0n);
  return supplyGenesis(supply, grains * BigInt(supply.unitsPerGrain));
}

/** How often something has to be looked at for the result to be settlement's. */
function looksOf({ supply, cadence }: Economy): readonly bigint[] {
  const epochMs = BigInt(cadence.epochMs);
  const ceiling = supply.limits.ceiling?.kind;
  const limit =
    ceiling === 'decaying' ? [epochMs] : ceiling === 'per-era' ? [epochMs * BigInt(cadence.epochsPerEra)] : [];
  const rules = supply.streams.flatMap(({ rule }) => {
    if (rule.kind === 'work-capped') return [epochMs];
    if (!isInterval(rule)) return [];
    const intervalMs = BigInt(rule.intervalSeconds) * 1_000n;
    return [intervalMs % epochMs === 0n ? intervalMs : epochMs];
  });
  return [...new Set([...limit, ...rules])];
}
