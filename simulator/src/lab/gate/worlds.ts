import { isDeepStrictEqual } from 'node:util';
import type { Economy } from '@stannary/kernel';
import { defaultScenario } from '../../scenario/defaults.ts';
import type { Scenario, Shock } from '../../scenario/scenario.ts';
import type { Json } from '../campaign/plan.ts';

// The worlds in which the launch gate tries an economy, and how large they are.

export type GateProfile = 'quick' | 'full';

/** A world as changes of a scenario, by path; `base` changes nothing. */
export interface GateWorld {
  readonly name: 'base' | 'stress';
  readonly about: string;
  changes(economy: Economy, scenario: Scenario): Readonly<Record<string, Json>>;
}

const QUICK_NODES = 100;
/** Epochs that attackers are looked at for: those wanted, in eras and at least so many epochs, and the most. */
const LOOKED_AT: Readonly<
  Record<GateProfile, { readonly eras: number; readonly least: number; readonly most: number }>
> = {
  quick: { eras: 14, least: 336, most: 336 },
  full: { eras: 28, least: 0, most: 2_016 },
};
/** A class with fewer operators is bound by its own operator cap, which says nothing of attacks. */
const OPERATORS_MIN = 10;
const HOUR_MS = 3_600_000;

/** The world that attackers are tried in: the economy's own, as large as the profile affords. */
export function gateScenario(economy: Economy, profile: GateProfile): Scenario {
  return { ...attackScenario(defaultScenario(economy), profile), name: 'gate' };
}

/** Whether a scenario is the world that the economy assumes, whatever its name and draws. */
export function isOwnWorld(economy: Economy, scenario: Scenario): boolean {
  const { name, seed, runs } = scenario;
  return isDeepStrictEqual(scenario, { ...defaultScenario(economy), name, seed, runs });
}

/** A world cut down in proportion to what a profile has time for: a hundred nodes in the quick one, and so many epochs. */
export function attackScenario(scenario: Scenario, profile: GateProfile): Scenario {
  const horizonEpochs = Math.min(scenario.horizonEpochs, LOOKED_AT[profile].most);
  return { ...(profile === 'full' ? scenario : shrunk(scenario, QUICK_NODES)), horizonEpochs };
}

/** Epochs after which a cheat has paid or has not: fourteen eras, or the four weeks of the full profile. */
export function attackEpochs({ cadence }: Economy, profile: GateProfile): number {
  const { eras, least } = LOOKED_AT[profile];
  return Math.min(28 * cadence.epochsPerEra, Math.max(least, eras * cadence.epochsPerEra));
}

/** The same world with at most so many nodes, everything in proportion. */
export function shrunk(scenario: Scenario, nodes: number): Scenario {
  const { reserve, providers } = scenario;
  const part = nodes / providers.reduce((sum, one) => sum + one.nodes, 0);
  if (part >= 1) return scenario;
  return {
    ...scenario,
    providers: providers.map((one) => ({
      ...one,
      nodes: Math.round(one.nodes * part),
      nodesMax: Math.ceil(one.nodesMax * part),
      operators: Math.min(one.operators, Math.max(OPERATORS_MIN, Math.round(one.operators * part))),
    })),
    reserve: {
      ...reserve,
      stableGrains: Math.floor(reserve.stableGrains * part),
      tokenGrains: Math.floor(reserve.tokenGrains * part),
      outstandingGrains: Math.floor(reserve.outstandingGrains * part),
    },
  };
}

export const GATE_WORLDS: readonly GateWorld[] = [
  { name: 'base', about: 'volatility and detection as the economy assumes them', changes: () => ({}) },
  {
    name: 'stress',
    about:
      'the bad times’ volatility; the token falls by 60 % in a day, demand swings to a third and threefold, the largest operator is away, the oracle stands still for two hours, 40 % of verifiers see nothing, disputes cost twenty times as much, 30 % of credits are redeemed at once',
    changes: (economy, scenario) => ({
      ...(scenario.token.kind === 'geometric'
        ? { 'token.volatilityPerYear': stressVolatility(economy, scenario) }
        : {}),
      shocks: [...scenario.shocks, ...stressShocks(economy, scenario.horizonEpochs)] as unknown as Json,
    }),
  },
];

function stressVolatility({ assumptions }: Economy, { token }: Scenario): number {
  const assumed = token.kind === 'geometric' ? token.volatilityPerYear : 0;
  return Math.max(assumed, assumptions.volatilityPpmStress / 1_000_000);
}

/** Seven shocks over the horizon, one after the other; what weakens verification lasts throughout. */
function stressShocks({ cadence }: Economy, horizonEpochs: number): Shock[] {
  const at = (part: number): number => Math.floor((horizonEpochs * part) / 7);
  const hours = (count: number): number => Math.max(1, Math.ceil((count * HOUR_MS) / cadence.epochMs));
  const always = { atEpoch: 0, epochs: horizonEpochs };
  return [
    { kind: 'token-price', atEpoch: at(1), epochs: hours(24), factor: 0.4 },
    { kind: 'demand', atEpoch: at(2), epochs: hours(24), factor: 0.3 },
    { kind: 'demand', atEpoch: at(3), epochs: hours(24), factor: 3 },
    { kind: 'operator-outage', atEpoch: at(4), epochs: hours(24) },
    { kind: 'oracle-freeze', atEpoch: at(5), epochs: hours(2) },
    { kind: 'redemption', atEpoch: at(6), share: 0.3 },
    { kind: 'lazy-verifiers', ...always, share: 0.4 },
    { kind: 'challenge-cost', ...always, factor: 20 },
  ];
}
