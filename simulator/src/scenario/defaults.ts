import type { Economy, NodeClass } from '@stannary/kernel';
import type { ProviderPopulation, Scenario } from './scenario.ts';

const MILLION = 1_000_000;
const NODES_PER_OPERATOR = 10;
/** A class that its operator cap would bind with fewer says nothing about the rest. */
const OPERATORS_MIN = 10;

/**
 * The world that an economy's own assumptions describe: its nodes by the classes' emission shares, its utilisation,
 * elasticity, costs and volatility; audits as its verification rule has them; no shocks. Four weeks, one run, seed 0.
 */
export function defaultScenario(economy: Economy): Scenario {
  const { assumptions, reserve } = economy;
  const charges = chargesPerEra(economy);
  return {
    name: 'default',
    horizonEpochs: 28 * economy.cadence.epochsPerEra,
    seed: 0,
    runs: 1,
    providers: populations(economy),
    demand: {
      utilisation: assumptions.utilisationPpm / MILLION,
      elasticity: assumptions.elasticityPpm / MILLION,
      outsideMicrograinsPerNcuS: null,
      growthPerYear: 0,
      noise: 0.05,
      trace: null,
    },
    verification: {
      auditShare: null,
      detection: null,
      canaryShare: null,
      lazyShare: 0,
      challengeCostGrains: assumptions.checkCostGrains,
    },
    token: {
      kind: 'geometric',
      initialMicrograins: assumptions.tokenPriceMicrograins,
      driftPerYear: 0,
      volatilityPerYear: assumptions.volatilityPpm / MILLION,
      jumps: null,
    },
    network: { latencyMs: 1_000, lossShare: 0, meterNoise: 0 },
    reserve: {
      stableGrains: charges,
      tokenGrains: reserve.kind === 'full' ? 0 : Math.floor(charges / 2),
      outstandingGrains: charges,
      redeemedShare: 1,
    },
    shocks: [],
  };
}

function populations(economy: Economy): ProviderPopulation[] {
  const { classes, assumptions } = economy;
  const shares = classes.reduce((sum, one) => sum + one.emissionSharePpm, 0);
  let before = 0;
  let given = 0;
  return classes.map((one) => {
    before += shares === 0 ? 1 : one.emissionSharePpm;
    const upTo = Math.round((assumptions.nodes * before) / (shares === 0 ? classes.length : shares));
    const nodes = upTo - given;
    given = upTo;
    return population(economy, one, nodes);
  });
}

function population(economy: Economy, { name, evidence }: NodeClass, nodes: number): ProviderPopulation {
  const { assumptions } = economy;
  return {
    className: name,
    nodes,
    nodesMax: Math.min(Math.ceil(nodes * 1.25), shareOf(economy.limits.nodesMax, nodes, assumptions.nodes)),
    operators: Math.max(OPERATORS_MIN, Math.round(nodes / NODES_PER_OPERATOR)),
    operatorSkew: 0,
    milliNcu: assumptions.nodeNcu * 1_000,
    evidence: evidence.least,
    meanBand: 0,
    cost: { revenueShare: assumptions.providerCostPpm / MILLION, deviation: 0.15, variableShare: 0.5, trace: null },
    availability: assumptions.honestAvailabilityPpm / MILLION,
    churn: null,
    entry: { sharePerEra: 0.02, marginMin: 0.3 },
    exit: { marginMin: 0, patienceEras: 7 },
    bondCushion: 1.25,
    soldShare: 0.5,
  };
}

/** A population's part of the most that there may be, rounded down: all parts together are no more. */
function shareOf(nodesMax: number, nodes: number, of: number): number {
  return of === 0 ? 0 : Math.max(nodes, Math.floor((nodesMax * nodes) / of));
}

/** What an era of the assumed use costs at the initial price, grains. */
function chargesPerEra({ assumptions, cadence, price }: Economy): number {
  const capacityNcuS = assumptions.nodes * assumptions.nodeNcu * (cadence.epochMs / 1_000) * cadence.epochsPerEra;
  const used = (capacityNcuS * assumptions.utilisationPpm) / MILLION;
  return Math.floor((used * price.initialMicrograinsPerNcuS) / MILLION);
}
