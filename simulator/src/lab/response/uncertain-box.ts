import type { Economy } from '@stannary/kernel';
import { SobolSequence } from '../../experiments/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';

/**
 * What nobody can know of a world before launch, as factors on what is assumed, from and to: the box that test runs are
 * spread over. What is chosen is not in it.
 */
const FACTORS = {
  /** Down to what the economy says must be reckoned with, and as far up; replaced by its own. */
  elasticity: [0.5, 1.5],
  volatility: [0.75, 1.25],
  /** Of providers. */
  costs: [0.7, 1.3],
  capital: [2 / 3, 3 / 2],
  /** Of cheats that an audit does not see. */
  missed: [0.5, 2],
} as const satisfies Record<string, readonly [number, number]>;

type Input = keyof typeof FACTORS;
const INPUTS = Object.keys(FACTORS) as Input[];

interface BoxedWorld {
  readonly economy: Economy;
  readonly scenario: Scenario;
}

/** The world at point `index` of a scrambled Sobol' sequence in the box: each run has a point of its own. */
export function worldInBox(world: BoxedWorld, seed: number, index: number): BoxedWorld {
  const point = new SobolSequence(INPUTS.length, 'owen', seed).point(index);
  const { elasticityPpm, elasticityPpmMin } = world.economy.assumptions;
  const reach = Math.min(1, Math.max(0, 1 - elasticityPpmMin / elasticityPpm));
  const ranges: Record<Input, readonly [number, number]> = { ...FACTORS, elasticity: [1 - reach, 1 + reach] };
  const factors = INPUTS.map((name, at) => {
    const [low, high] = ranges[name];
    return [name, low + (high - low) * point[at]!] as const;
  });
  return moved(world, Object.fromEntries(factors) as Record<Input, number>);
}

function moved({ economy, scenario }: BoxedWorld, factors: Record<Input, number>): BoxedWorld {
  const { assumptions } = economy;
  const { token, demand, verification } = scenario;
  const detection = verification.detection ?? economy.verification.detectionPpm / 1_000_000;
  const share = (ppm: number, factor: number) => Math.min(1_000_000, Math.round(ppm * factor));
  return {
    economy: {
      ...economy,
      assumptions: {
        ...assumptions,
        elasticityPpm: Math.round(assumptions.elasticityPpm * factors.elasticity),
        volatilityPpm: Math.round(assumptions.volatilityPpm * factors.volatility),
        providerCostPpm: share(assumptions.providerCostPpm, factors.costs) as typeof assumptions.providerCostPpm,
        costOfCapitalPpmPerYear: share(
          assumptions.costOfCapitalPpmPerYear,
          factors.capital,
        ) as typeof assumptions.costOfCapitalPpmPerYear,
      },
    },
    scenario: {
      ...scenario,
      demand: { ...demand, elasticity: demand.elasticity * factors.elasticity },
      verification: { ...verification, detection: Math.max(0, 1 - (1 - detection) * factors.missed) },
      token:
        token.kind === 'geometric'
          ? { ...token, volatilityPerYear: token.volatilityPerYear * factors.volatility }
          : token,
      providers: scenario.providers.map((one) => ({
        ...one,
        cost: { ...one.cost, revenueShare: one.cost.revenueShare * factors.costs },
      })),
    },
  };
}
