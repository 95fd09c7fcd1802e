import type { Economy } from '@stannary/kernel';
import type { Attack, AttackAccount } from '../../attacks/attack.ts';
import { CORRECTNESS_ATTACKS, ECONOMIC_ATTACKS } from '../../attacks/catalogue.ts';
import { type CorrectnessAttack, playSchedules } from '../../attacks/correctness.ts';
import { holmAdjusted } from '../../experiments/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { EconomySource } from '../campaign/plan.ts';
import {
  attempts,
  type BestResponse,
  bestResponses,
  type Hunt,
  type ResponseOptions,
  type ResponsePlan,
} from '../response/best-response.ts';
import { profileStrategies } from '../response/profile.ts';
import { type Measured, measure, POWER, stateOf } from './attack-evidence.ts';
import { affordableAttempts, type LongAttack, tooLongText } from './attack-sizes.ts';
import { criterionOf, notShown, withChecks } from './criterion.ts';
import type { AttackFinding, CheckState, GateCheck, GateCriterion } from './report.ts';
import { GATE_WORLDS, type GateProfile } from './worlds.ts';

/** What a judgement of attacks is made in. */
export interface AttackTrial {
  readonly source: EconomySource;
  readonly economy: Economy;
  /** The base world: `gateScenario`, or one's own. */
  readonly scenario: Scenario;
  readonly profile: GateProfile;
  /** Default: the whole catalogue. */
  readonly attacks?: readonly NamedAttack[];
  /** Names of `GATE_WORLDS`. Default: all. */
  readonly worlds?: readonly string[];
  /** Parameters of an attack that are not searched. Default: none. */
  readonly told?: (attack: Attack) => Readonly<Record<string, number>>;
  /** Each test run at a point of its own in the box of uncertain inputs. Default: true; else all as assumed. */
  readonly isBoxed?: boolean;
  /** All attacks, however long they take. Default: false; those that the profile has time for. */
  readonly isUnbounded?: boolean;
  /** Runs that test a best response. Default: the gate's least, or twice that in the full profile. */
  readonly runs?: number;
}

/** An attack, and how a job finds it: by its id, or its module's path. */
export interface NamedAttack {
  readonly name: string;
  readonly attack: Attack;
}

export interface AttackJudgement {
  readonly findings: readonly AttackFinding[];
  readonly responses: readonly BestResponse[];
  readonly criterion: GateCriterion;
  readonly seeds: { readonly search: readonly [number, number]; readonly test: readonly [number, number] };
}

interface Effort {
  readonly attempts: number;
  readonly searchRuns: number;
  /** Of the best strategies, with runs of their own; null: the search decides. */
  readonly finals: NonNullable<ResponsePlan['finals']> | null;
  readonly testFactor: number;
  readonly schedules: number;
}

const EFFORT: Readonly<Record<GateProfile, Effort>> = {
  quick: { attempts: 16, searchRuns: 2, finals: null, testFactor: 1, schedules: 50 },
  full: { attempts: 96, searchRuns: 2, finals: { strategies: 6, runs: 16 }, testFactor: 2, schedules: 1_000 },
};
/** A power of two: whole blocks of Sobol' points; and never a run that a search has seen. */
const FIRST_TEST_RUN = 65_536;
const IMPOSSIBLE = [16, 17, 20];

export const CATALOGUE: readonly NamedAttack[] = ECONOMIC_ATTACKS.map((attack) => ({ name: attack.id, attack }));

/**
 * G1: every attack, at the attacker's best response, costs more than twice what it brings: the one-sided lower bound of
 * mean(C - 2R) is above 0, by Student's t and by bootstrap alike, after Holm's correction over attacks, in the base and
 * the stress world, each test run at a point of its own in the box of uncertain inputs; and what must be impossible is.
 * @throws SimulationRefusal those of an attempt
 */
export async function judgeAttacks(trial: AttackTrial, options: ResponseOptions = {}): Promise<AttackJudgement> {
  const effort = EFFORT[trial.profile];
  const { isBoxed = true, isUnbounded = false } = trial;
  const confidence = trial.economy.gate.attackConfidencePpm / 1_000_000;
  const runs = trial.runs ?? trial.economy.gate.seedsMin * effort.testFactor;
  const { finals } = effort;
  const all = trial.attacks ?? CATALOGUE;
  const { attacks, tooLong } = isUnbounded
    ? { attacks: all, tooLong: [] }
    : affordableAttempts(trial, trial.profile, all);
  const search = { ...trial, attempts: effort.attempts, firstRun: 0, runs: effort.searchRuns };
  const responses = await bestResponses(
    huntsOf({ ...trial, attacks }),
    { ...search, ...(finals && { finals }) },
    options,
  );
  const test = { ...search, firstRun: FIRST_TEST_RUN, runs };
  const kind = isBoxed ? 'trial' : 'attempt';
  const first = await attempts(responses, test, options, kind);
  const profiles = await profilesOf(responses, search, options);
  const judge = (response: BestResponse, accounts: readonly AttackAccount[]) =>
    measure(response, accounts, confidence, trial);
  const seen = responses.map((response, at) => judge(response, first[at]!));
  const measured = await surer(seen, responses, test, { options, kind, judge });
  const pValues = holmAdjusted(measured.map(({ pValue }) => pValue));
  const findings = measured.map((one, at): AttackFinding => {
    const { isAgreed: _, needed: __, ...finding } = one;
    return { ...finding, pValue: pValues[at]!, profile: profiles[at]!, state: stateOf(one, pValues[at]!, confidence) };
  });
  const economic = findings.map((finding, at) => checkOf(finding, measured[at]!.needed));
  const checks = [
    ...economic,
    ...tooLong.map((one) => untried(one, trial.profile)),
    ...impossible(trial, effort.schedules),
  ];
  return {
    findings,
    responses,
    criterion: criterionOf('G1', 'Every attack costs more than twice what it brings', 'economics', checks),
    seeds: { search: [0, effort.searchRuns + (finals?.runs ?? 0)], test: [FIRST_TEST_RUN, runs] },
  };
}

/**
 * What attacks showed in worlds that end sooner than the profile's: those that failed did; the others might have paid later,
 * so they show nothing.
 */
export function unlessCut(judged: AttackJudgement, horizonEpochs: number, leastEpochs: number): AttackJudgement {
  if (horizonEpochs >= leastEpochs) return judged;
  const cut = (state: CheckState): CheckState => (state === 'passed' ? 'not shown' : state);
  const why = `; looked at for ${horizonEpochs} epochs only, the profile has ${leastEpochs}`;
  const { criterion, findings } = judged;
  const checks = criterion.checks.map((check) => ({ ...check, state: cut(check.state), how: `${check.how}${why}` }));
  return {
    ...judged,
    findings: findings.map((finding) => ({ ...finding, state: cut(finding.state) })),
    criterion: withChecks(criterion, checks),
  };
}

/**
 * Where the runs had too little power for what they saw, as many more as would have: fresh ones, which alone count then,
 * up to four times as many.
 */
async function surer(
  seen: readonly Measured[],
  responses: readonly BestResponse[],
  test: ResponsePlan,
  { options, kind, judge }: Further,
): Promise<Measured[]> {
  const measured = [...seen];
  for (const [at, { needed }] of seen.entries()) {
    if (needed === null || needed <= test.runs / 2) continue;
    const runs = Math.min(4 * test.runs, Math.max(test.runs, 2 * needed));
    const fresh = { ...test, firstRun: test.firstRun + FIRST_TEST_RUN, runs };
    const [accounts] = await attempts([responses[at]!], fresh, options, kind);
    measured[at] = judge(responses[at]!, accounts!);
  }
  return measured;
}

interface Further {
  readonly options: ResponseOptions;
  readonly kind: 'attempt' | 'trial';
  readonly judge: (response: BestResponse, accounts: readonly AttackAccount[]) => Measured;
}

function huntsOf({ economy, scenario, attacks = CATALOGUE, worlds, told = () => ({}) }: AttackTrial): Hunt[] {
  const named = GATE_WORLDS.filter(({ name }) => worlds === undefined || worlds.includes(name));
  return attacks.flatMap(({ name, attack }) =>
    named.map((world) => ({
      attack,
      name,
      world: world.name,
      changes: world.changes(economy, scenario),
      told: told(attack),
    })),
  );
}

function untried(long: LongAttack<NamedAttack>, profile: GateProfile): GateCheck {
  const { id, number, title } = long.named.attack;
  const metric = `${number}. ${title}: cost less twice the return`;
  const line = { relation: '>', value: 0 } as const;
  return notShown({ id, metric, unit: 'credits', line }, tooLongText(long, profile, 'attempts'));
}

function checkOf(finding: AttackFinding, needed: number | null): GateCheck {
  const { id, number, title, world, parameters, difference, costRatio, pValue, state } = finding;
  const told = Object.entries(parameters).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  const ratio =
    costRatio === null ? 'it returns nothing' : `cost over return ${Number(costRatio.value.toPrecision(4))}`;
  const power = needed === null ? '' : `, ${needed} needed for a power of ${POWER * 100} %`;
  return {
    id: `${id}.${world}`,
    metric: `${number}. ${title}: cost less twice the return, ${world} world`,
    unit: 'credits',
    state,
    figure: difference,
    line: { relation: '>', value: 0 },
    how: `${ratio} at the best response (${told.join(', ')}); p ${pValue.toExponential(1)} after Holm; ${difference.samples} runs${power}`,
  };
}

async function profilesOf(
  responses: readonly BestResponse[],
  search: ResponsePlan,
  options: ResponseOptions,
): Promise<AttackFinding['profile'][]> {
  const swept = responses.map((response) => profileStrategies(response, search));
  const accounts = await attempts(
    swept.flatMap((one) => one?.strategies ?? []),
    { ...search, runs: 1 },
    options,
  );
  return swept.map((one) => {
    if (one === null) return null;
    const { parameter, unit, at } = one;
    const points = at.map((value) => {
      const [{ costCredits, returnCredits }] = accounts.shift() as [AttackAccount];
      return { at: value, costCredits, returnCredits };
    });
    return { parameter, unit, points };
  });
}

/** 16, 17 and 20 have no ratio: no schedule of messages may succeed. */
function impossible({ scenario, attacks }: AttackTrial, schedules: number): GateCheck[] {
  if (attacks !== undefined) return [];
  return IMPOSSIBLE.map((number) => {
    const attack = CORRECTNESS_ATTACKS.find((one) => one.number === number);
    const line = { relation: '=', value: 0 } as const;
    const base = { id: attack?.id ?? `attack-${number}`, unit: 'successes', line };
    if (attack === undefined) {
      const how = 'the catalogue has no schedules of it';
      return { ...base, metric: `attack ${number} succeeds`, state: 'not shown', figure: null, how };
    }
    return { ...base, ...played(attack, scenario.seed, schedules) };
  });
}

function played(
  attack: CorrectnessAttack,
  seed: number,
  schedules: number,
): Pick<GateCheck, 'metric' | 'state' | 'figure' | 'how'> {
  const { attempts: hostile, successes, trace } = playSchedules(attack, seed, schedules);
  return {
    metric: `${attack.number}. ${attack.title}: messages that paid`,
    state: successes === 0 && hostile > 0 ? 'passed' : 'failed',
    figure: { value: successes, interval: null, confidence: null, samples: hostile },
    how: trace === null ? `${schedules} schedules against the production code` : trace.join('; '),
  };
}
