import type { Economy } from '@stannary/kernel';
import type { Scenario, Shock } from '../../../scenario/scenario.ts';
import type { Json, Point } from '../../campaign/plan.ts';
import type { GateContext } from '../context.ts';
import { shrunk } from '../worlds.ts';

const HOUR_MS = 3_600_000;
const MILLION = 1_000_000;

/** The worlds that the gate looks at beside the attackers' own: the scenario as it is, and what shocks make of it. */
export const SCENES = ['base', 'demand-up', 'demand-down', 'joint-stress', 'halt', 'turmoil', 'newcomers'] as const;
export type SceneName = (typeof SCENES)[number];

/** Runs of each scene. The joint stress needs 299 paths without a failure to show 99 % at 95 % confidence. */
export const SCENE_RUNS: Readonly<Record<'quick' | 'full', Readonly<Record<SceneName, number>>>> = {
  quick: {
    base: 24,
    'demand-up': 20,
    'demand-down': 20,
    'joint-stress': 320,
    halt: 12,
    turmoil: 12,
    newcomers: 6,
  },
  full: {
    base: 400,
    'demand-up': 400,
    'demand-down': 400,
    'joint-stress': 4_000,
    halt: 200,
    turmoil: 200,
    newcomers: 40,
  },
};

/** Of all runs of a scene together, so that economies of short epochs end in about the same time. */
const LIMITS = {
  quick: { epochs: 200_000, nodeEpochs: 80e6 },
  full: { epochs: 8_000_000, nodeEpochs: 2.5e9 },
} as const;
/** What no scene may take, of all its runs together: one that would is not run. */
const EPOCHS_MOST = { quick: 1_000_000, full: 16_000_000 } as const;
const NODES_LEAST = 100;
const RUNS_LEAST = 4;

/** How large a scene is made, and in words what was cut for the time it may take; empty if nothing was. */
export interface SceneSize {
  readonly scenario: Scenario;
  readonly point: Point;
  readonly runs: number;
  readonly horizonEpochs: number;
  readonly note: string;
}

/**
 * A scene within its limits. What its law needs stays: its length, and of the joint stress the number of paths. Fewer runs
 * make intervals wider, which is said by the intervals; fewer nodes are in proportion.
 */
export function sceneSize(
  scene: SceneName,
  { policy, scenario, profile }: Pick<GateContext, 'policy' | 'scenario' | 'profile'>,
  told: number | null = null,
): SceneSize {
  const { epochs, nodeEpochs } = LIMITS[profile];
  const wanted = scenePoint(scene, policy.economy, scenario);
  const nodes = nodesOf(scenario);
  const length = Number(wanted.scenario.horizonEpochs ?? scenario.horizonEpochs);
  const atLeastEpochs = Math.max(2 * policy.economy.cadence.epochsPerEra, nodeEpochs / RUNS_LEAST / nodes);
  // How long the scenario itself is looked at is free; its operators are not, as long as two eras of them can be paid for.
  const horizonEpochs = scene === 'base' ? Math.min(length, Math.ceil(atLeastEpochs)) : length;
  const all = told ?? SCENE_RUNS[profile][scene];
  const perRun = horizonEpochs * (scene === 'base' ? nodes : Math.min(nodes, NODES_LEAST));
  const affordable = Math.floor(Math.min(epochs / horizonEpochs, nodeEpochs / perRun));
  const runs = scene === 'joint-stress' ? all : Math.min(all, Math.max(RUNS_LEAST, affordable));
  const kept = Math.min(nodes, Math.max(NODES_LEAST, Math.floor(nodeEpochs / (runs * horizonEpochs))));
  const isShrunk = kept < nodes;
  const world = isShrunk ? shrunk(scenario, kept) : scenario;
  const point = isShrunk ? scenePoint(scene, policy.economy, world) : wanted;
  const cuts = [
    ...(isShrunk ? [`${kept} of ${nodes} nodes`] : []),
    ...(horizonEpochs < length ? [`${horizonEpochs} of ${length} epochs`] : []),
    ...(runs < all ? [`${runs} of ${all} runs`] : []),
  ];
  const note = cuts.length === 0 ? '' : `cut for the time it takes: ${cuts.join(', ')}`;
  return {
    scenario: world,
    point: { ...point, scenario: { ...point.scenario, horizonEpochs } },
    runs,
    horizonEpochs,
    note,
  };
}

function nodesOf({ providers }: Scenario): number {
  return providers.reduce((sum, one) => sum + one.nodes, 0);
}

/** About, on two cores, beside the worlds: the search for attackers and the sensitivity. */
const SEARCH_SECONDS = { quick: 110, full: 3_100 } as const;
const NODE_EPOCHS_PER_SECOND = 6e6;
/** What an epoch takes whatever its nodes. */
const EPOCH_SECONDS = 15e-6;

/** What a whole gate takes: worlds, nodes times epochs, and seconds. */
export function gateBudget(context: Pick<GateContext, 'policy' | 'scenario' | 'profile' | 'workers'>): {
  readonly runs: number;
  readonly nodeEpochs: number;
  readonly seconds: number;
} {
  let [runs, nodeEpochs, epochs] = [0, 0, 0];
  for (const scene of scenesFor(context)) {
    const size = sceneSize(scene, context);
    runs += size.runs;
    epochs += size.runs * size.horizonEpochs;
    nodeEpochs += size.runs * size.horizonEpochs * nodesOf(size.scenario);
  }
  const seconds = nodeEpochs / NODE_EPOCHS_PER_SECOND + epochs * EPOCH_SECONDS + SEARCH_SECONDS[context.profile];
  return { runs, nodeEpochs, seconds: seconds / Math.max(1, context.workers) };
}

/** All, but for newcomers where what they are followed for is more epochs than a run may have, and for what takes too long. */
export function scenesFor(context: Pick<GateContext, 'policy' | 'scenario' | 'profile'>): readonly SceneName[] {
  const { policy, profile } = context;
  return SCENES.filter((scene) => {
    if (scene === 'newcomers' && followEpochs(policy.economy) > FOLLOWED_MAX) return false;
    const { runs, horizonEpochs } = sceneSize(scene, context);
    return runs * horizonEpochs <= EPOCHS_MOST[profile];
  });
}

const FOLLOWED_MAX = 20_000;

export function followEpochs(economy: Economy): number {
  return epochsOf(economy.gate.breakEvenSecondsMax / 3_600, economy);
}

/** The epoch of a scene's shock: nodes have settled in and the first holdback is over, and there is time left after. */
function shockEpoch({ cadence }: Economy): number {
  return (cadence.holdbackEras + 2) * cadence.epochsPerEra;
}

/** Where hundreds of paths are asked for, and a holdback is too long for them: what nodes need to settle in. */
const SETTLING = { epochsMax: 2_500, epochs: 240 } as const;

function settledEpoch(economy: Economy): number {
  const whole = shockEpoch(economy);
  return whole <= SETTLING.epochsMax ? whole : SETTLING.epochs;
}

/** A shock that lasts a day lasts at most so many epochs: it then comes faster, which is no easier. */
const DAY_EPOCHS_MAX = 1_500;

function dayEpochs(economy: Economy): number {
  return Math.min(DAY_EPOCHS_MAX, epochsOf(24, economy));
}

function epochsOf(hours: number, { cadence }: Economy): number {
  return Math.max(1, Math.round((hours * HOUR_MS) / cadence.epochMs));
}

/** The three weeks after a step of demand: whole, or where they are more epochs than a run may have, a part. */
const STEP_EPOCHS = { most: 70_000, part: 1_500 } as const;

function stepEpochs(economy: Economy): number {
  const whole = Math.max(21 * economy.cadence.epochsPerEra, epochsOf(21 * 24, economy));
  return whole <= STEP_EPOCHS.most ? whole : STEP_EPOCHS.part;
}

/** What a scene changes in the scenario, and what its job must know of it. */
function scenePoint(scene: SceneName, economy: Economy, scenario: Scenario): Point {
  const atEpoch = scene === 'joint-stress' || scene === 'halt' ? settledEpoch(economy) : shockEpoch(economy);
  const point = (changes: Readonly<Record<string, unknown>>, options: Readonly<Record<string, Json>> = {}): Point => ({
    economy: [],
    scenario: changes as Point['scenario'],
    options: { scene, shockEpoch: atEpoch, ...options },
  });
  const shocked = (shocks: readonly Shock[]) => ({ shocks: [...scenario.shocks, ...shocks] });
  const { epochsPerEra } = economy.cadence;
  switch (scene) {
    case 'base':
      return point({});
    case 'demand-up':
    case 'demand-down': {
      // With the reference's holdback a month: one such step in it.
      const horizonEpochs = atEpoch + stepEpochs(economy);
      const factor = scene === 'demand-up' ? 1.5 : 0.5;
      const shock: Shock = { kind: 'demand', atEpoch, epochs: horizonEpochs - atEpoch, factor };
      return point({ horizonEpochs, providers: standing(scenario), ...shocked([shock]) });
    }
    case 'joint-stress': {
      // Coverage is told at the end of eras.
      const after = atEpoch + dayEpochs(economy);
      const isWhole = atEpoch === shockEpoch(economy);
      const horizonEpochs = isWhole ? after + 2 * epochsPerEra : Math.ceil(after / epochsPerEra) * epochsPerEra;
      return point({
        horizonEpochs,
        reserve: keptReserve(economy, scenario),
        ...shocked(jointStress(economy, atEpoch)),
      });
    }
    case 'halt': {
      const epochs = epochsOf(2, economy);
      const horizonEpochs = atEpoch + epochs + 3 * Math.max(epochsPerEra, epochsOf(24, economy));
      return point({ horizonEpochs, ...shocked([{ kind: 'oracle-freeze', atEpoch, epochs }]) }, { haltEpochs: epochs });
    }
    case 'turmoil':
      return point(
        { horizonEpochs: atEpoch + 8 * epochsPerEra, ...shocked(turmoil(economy, atEpoch)) },
        { attackers: true },
      );
    case 'newcomers':
      return newcomersPoint(economy, scenario, point);
  }
}

/**
 * Nobody enters or leaves: what comes back to rest is the price rule, as its closed form has it. Where providers answer, it is
 * their patience that is measured (docs/reference/gate.md has the figures of both).
 */
function standing({ providers }: Scenario): Scenario['providers'] {
  return providers.map((one) => ({
    ...one,
    entry: { sharePerEra: 0, marginMin: 1 },
    exit: { marginMin: -1e6, patienceEras: 255 },
  }));
}

/** −60 % of the token in a day, then 30 % of all credits redeemed, 20 % of all nodes lost for that day. */
function jointStress(economy: Economy, atEpoch: number): Shock[] {
  const epochs = dayEpochs(economy);
  const factor = 1 - economy.assumptions.tokenFallPpm / MILLION;
  return [
    { kind: 'token-price', atEpoch, epochs, factor },
    { kind: 'node-loss', atEpoch, epochs, share: 0.2 },
    { kind: 'redemption', atEpoch: atEpoch + epochs - 1, share: 0.3 },
  ];
}

/** Everything of the stress set one after the other, while attackers inflate and wash: for the books alone. */
function turmoil(economy: Economy, atEpoch: number): Shock[] {
  const epochs = dayEpochs(economy);
  return [
    { kind: 'demand', atEpoch: 0, epochs, factor: 3 },
    { kind: 'demand', atEpoch: epochs, epochs, factor: 0.3 },
    { kind: 'operator-outage', atEpoch: 2 * epochs, epochs },
    { kind: 'lazy-verifiers', atEpoch: epochs, epochs, share: 0.4 },
    { kind: 'challenge-cost', atEpoch: epochs, epochs, factor: 20 },
    { kind: 'oracle-freeze', atEpoch, epochs: epochsOf(2, economy) },
    ...jointStress(economy, atEpoch),
  ];
}

/** Credits that wait in balances, in what the scenario has outstanding: what one era turns over moves the mix little. */
const BALANCES = 100;

/** A mixed reserve as it is said to be kept, on its least stable share; a full one as the scenario has it. */
function keptReserve({ reserve: rule, assumptions }: Economy, { reserve }: Scenario): Scenario['reserve'] {
  if (rule.kind === 'full') return reserve;
  const outstandingGrains = BALANCES * reserve.outstandingGrains;
  const assets = (outstandingGrains * assumptions.coveragePpm) / MILLION;
  const stableShare = rule.kind === 'mixed' ? rule.stableSharePpmMin / MILLION : 0;
  const counted = (assumptions.tokenPriceMicrograins / MILLION) * (1 - rule.tokenHaircutPpm / MILLION);
  return {
    ...reserve,
    outstandingGrains,
    stableGrains: Math.ceil(assets * stableShare),
    tokenGrains: counted === 0 ? 0 : Math.ceil((assets * (1 - stableShare)) / counted),
  };
}

/** A few enter among many, from the beginning on; they are followed for as long as a newcomer may take. */
function newcomersPoint(
  economy: Economy,
  scenario: Scenario,
  point: (changes: Readonly<Record<string, unknown>>, options: Readonly<Record<string, Json>>) => Point,
): Point {
  const { epochsPerEra } = economy.cadence;
  const joinFrom = 10 * epochsPerEra;
  const joinTo = 20 * epochsPerEra;
  const followed = followEpochs(economy);
  const all = Math.max(1, nodesOf(scenario));
  const providers = scenario.providers.map((one) => ({
    ...one,
    nodesMax: Math.min(Math.floor((economy.limits.nodesMax * one.nodes) / all), Math.ceil(one.nodes * 1.06) + 1),
    entry: { sharePerEra: 0.002, marginMin: -1 },
  }));
  return point({ horizonEpochs: joinTo + followed, providers }, { joinFrom, joinTo, followEpochs: followed });
}
