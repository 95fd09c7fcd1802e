import { setImmediate } from 'node:timers/promises';
import { measuredField, type Override, type Policy } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import { settingOf } from '../../attacks/plan.ts';
import {
  type Judged,
  judgedMorris,
  morrisTrajectories,
  SaltelliDesign,
  sobolIndices,
} from '../../experiments/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { COST_RATIO_LINE } from '../campaign/attempt-run.ts';
import { type EconomySource, type JobResult, NO_CHANGE } from '../campaign/plan.ts';
import { runCampaign } from '../campaign/run-campaign.ts';
import { chosenPaths } from '../explore/fields.ts';
import type { ResponseOptions } from '../response/best-response.ts';
import { closedBestResponse, type Tried } from '../response/closed-response.ts';
import { CATALOGUE, type NamedAttack } from './attacks.ts';
import { type ClosedFormOptions, closedFormOptions } from './closed-form-run.ts';
import { atLeast, criterionOf, exactly, measured, notShown, worst, worstFor } from './criterion.ts';
import { leastOf, RATIO_MAX } from './least-ratio.ts';
import { type Probe, playedRatios, type Step } from './probes.ts';
import type { Figure, GateCheck, GateCriterion, SensitivityBar } from './report.ts';
import { type GateProfile, gateScenario } from './worlds.ts';

export interface SensitivityTrial {
  readonly source: EconomySource;
  readonly policy: Policy;
  readonly profile: GateProfile;
  readonly seed: number;
  /** The one world of all economies. Default: each one's own, `gateScenario`. */
  readonly scenario?: Scenario;
  /** Default: the whole catalogue. */
  readonly attacks?: readonly NamedAttack[];
  /** What G1 found, by id, in the base world: where closed forms are silent. */
  readonly known?: ReadonlyMap<string, Pick<Tried, 'parameters'>>;
}

export interface SensitivityJudgement {
  readonly bars: readonly SensitivityBar[];
  readonly criterion: GateCriterion;
}

function scenarioOf({ profile, seed, scenario }: SensitivityTrial, economy: Economy): Scenario {
  return { ...(scenario ?? gateScenario(economy, profile)), seed };
}

interface Effort {
  /** Steps of the lowest ratios, in which an attacker tries `NEAR_ATTEMPTS`; in the others it does what it did. */
  readonly searched: number;
  readonly trajectories: number;
  readonly base: number;
  readonly confirmed: number;
  readonly runs: number;
  readonly runsMax: number;
}

/** Of a closed form near a known best response. */
const NEAR_ATTEMPTS = 40;
const EFFORT: Readonly<Record<GateProfile, Effort>> = {
  quick: { searched: 6, trajectories: 6, base: 0, confirmed: 8, runs: 6, runsMax: 200 },
  full: { searched: 64, trajectories: 0, base: 1_024, confirmed: 48, runs: 24, runsMax: 192 },
};
/** Fields that are moved together: those that alone move the least ratio most. */
const TOGETHER_MAX = 16;
/** Probes in all, of each that closed forms find lowest: the others are of attacks without one. */
const PROBES_EACH = 4;
const BOOTSTRAP = { resamples: 500, confidence: 0.95 } as const;

/** The least cost ratio of all attacks, and whose. */
interface Least {
  readonly ratio: number;
  readonly attack: NamedAttack | null;
  readonly parameters: Tried['parameters'];
  /** Of all other attacks. */
  readonly othersRatio: number;
}

/**
 * G16: no chosen parameter takes the cost ratio of any attack below its line within a step of `gate.sensitivity.step`. Each
 * field that an attack names as its defence is moved up and down alone, and the strongest of them together by Morris
 * (quick) or Saltelli (full); attackers respond anew to each economy. Closed forms first; the lowest, and attacks without one, by
 * simulation. What the economy's own rules refuse cannot be reached. A closed form whose assumptions do not hold in the economy
 * as it stands has no say: its attack is not shown.
 */
export async function judgeSensitivity(
  trial: SensitivityTrial,
  options: ResponseOptions = {},
): Promise<SensitivityJudgement> {
  const { policy, attacks = CATALOGUE, profile } = trial;
  const lineRatio = policy.economy.gate.attackCostRatioPpmMin / 1_000_000;
  const fields = defendingFields(policy, attacks);
  const effort = EFFORT[profile];
  const response = await Responses.of(trial, attacks, options);
  const alone = fields.flatMap((path) => stepsOf(policy, path));
  const leasts = await steppedLeasts(response, alone, effort);
  const line = atLeast(lineRatio);
  const seen = await simulated(trial, leasts, lineRatio, options);
  const moves = new Map(fields.map((path) => [path, moveOf(path, leasts, response.base.ratio)]));
  const together = strongest(fields, moves);
  const joint = await effectsOf(trial, together, response);
  const effects = new Map(joint.map((effect, at) => [together[at]!, effect]));
  const bars = fields.map((path): SensitivityBar => {
    const own = seen.filter(({ step }) => step.path === path);
    const asItStands = { figure: exactly(response.base.ratio), text: measuredField(policy, path)!.text };
    const all = own.flatMap(({ step, figures }) => figures.map((figure) => ({ figure, text: step.text })));
    const lowest = worstFor(line, all.length === 0 ? [asItStands] : all);
    return {
      field: path,
      ...effectOf(effects.get(path) ?? null, moves.get(path)!, effort),
      method: profile === 'quick' ? 'morris' : 'sobol',
      leastCostRatio: lowest.figure,
      leastAt: lowest.text,
      untried: own.reduce((sum, one) => sum + one.untried, 0),
    };
  });
  bars.sort((a, b) => b.effect.value - a.effect.value || (a.field < b.field ? -1 : 1));
  return {
    bars,
    criterion: criterionOf(...TITLE, [...checksOf(bars, lineRatio), ...response.unheld.map(unheldCheck)]),
  };
}

/**
 * The least ratio at each step. Near its best response an attacker gains little by another strategy (the envelope theorem:
 * nothing, to first order), so that only the lowest ratios are worth a search.
 */
async function steppedLeasts(response: Responses, steps: readonly Step[], { searched }: Effort) {
  const leastsAt = (some: readonly Step[], attempts: number) =>
    response.leasts(
      some.map(({ path, text }) => [[path, text]]),
      { refused: 'set', attempts },
    );
  const first = await leastsAt(steps, 1);
  const lowest = [...steps.keys()].sort((a, b) => (first[a]?.ratio ?? RATIO_MAX) - (first[b]?.ratio ?? RATIO_MAX));
  const again = lowest.slice(0, searched);
  const nearer = await leastsAt(
    again.map((at) => steps[at]!),
    NEAR_ATTEMPTS,
  );
  const leasts = [...first];
  for (const [place, at] of again.entries()) leasts[at] = nearer[place]!;
  return steps.map((step, at) => ({ step, least: leasts[at]! }));
}

/** By how much a field alone moves the least ratio, up or down; null where its rules leave it no step. */
function moveOf(
  path: string,
  leasts: readonly { readonly step: Step; readonly least: Least | null }[],
  base: number,
): number | null {
  const own = leasts.flatMap(({ step, least }) => (step.path === path && least !== null ? [least.ratio] : []));
  return own.length === 0 ? null : Math.max(...own.map((ratio) => Math.abs(ratio - base)));
}

function strongest(fields: readonly string[], moves: ReadonlyMap<string, number | null>): string[] {
  const moved = fields.filter((path) => (moves.get(path) ?? 0) > 0);
  return moved.sort((a, b) => moves.get(b)! - moves.get(a)! || (a < b ? -1 : 1)).slice(0, TOGETHER_MAX);
}

/** Of the joint design where the field is in it; else what it did alone. */
function effectOf(joint: Judged | null, move: number | null, { base, trajectories }: Effort) {
  if (joint !== null) {
    const { estimate, bca, words } = joint;
    const { confidence } = BOOTSTRAP;
    const figure = {
      value: estimate,
      interval: [bca.low, bca.high] as const,
      confidence,
      samples: base || trajectories,
    };
    return { effect: figure, wording: words };
  }
  const effect = { value: move ?? 0, interval: null, confidence: null, samples: 2 };
  const words = move === 0 ? 'moves nothing alone' : `moves the least ratio by ${Number(move?.toPrecision(3))} alone`;
  return { effect, wording: move === null ? 'the rules of the economy leave it no step' : words };
}

/** Chosen fields with a number that attacks name as their defence, with all below them. */
export function defendingFields(policy: Policy, attacks: readonly NamedAttack[]): string[] {
  const patterns = attacks
    .flatMap(({ attack }) => attack.defendedBy)
    .map((path) => {
      const steps = path.split('.').map((step) => (step === '*' ? '[^.]+' : step.replaceAll(/[[\]()]/g, '\\$&')));
      return new RegExp(`^${steps.join('\\.')}(\\.|\\[|$)`);
    });
  return chosenPaths(policy).filter((path) => patterns.some((pattern) => pattern.test(path)));
}

/** The field a step down and a step up, in its kept unit and within its hard bounds. */
function stepsOf(policy: Policy, path: string): Step[] {
  const field = measuredField(policy, path)!;
  const step = BigInt(policy.economy.gate.sensitivityStepPpm);
  return [-step, step].flatMap((by) => {
    const moved = textAtShare(field, by);
    return moved === null ? [] : [{ path, text: moved }];
  });
}

function textAtShare(field: NonNullable<ReturnType<typeof measuredField>>, byPpm: bigint): string | null {
  const [low, high] = field.bounds;
  const moved = (field.here * (1_000_000n + byPpm) + 500_000n) / 1_000_000n;
  const kept = moved < low ? low : moved > high ? high : moved;
  return kept === field.here ? null : field.textAt(kept);
}

/** Attackers' best responses to economies near the policy's, by closed forms; each is asked on whatever threads there are. */
class Responses {
  readonly base: Least;
  /** Whose closed form assumes what does not hold here. */
  readonly unheld: readonly Unheld[];
  readonly #trial: SensitivityTrial;
  readonly #options: ResponseOptions;
  /** Those with a closed form that holds, from their best response to the economy as it stands. */
  readonly #attacks: readonly Answering[];

  private constructor(
    trial: SensitivityTrial,
    options: ResponseOptions,
    { answering: attacks, unheld }: { readonly answering: readonly Answering[]; readonly unheld: readonly Unheld[] },
  ) {
    this.unheld = unheld;
    this.#trial = trial;
    this.#options = options;
    this.#attacks = attacks;
    const { ratio, othersRatio, at } = leastOf(attacks.map(({ best }) => best));
    const own = at === null ? null : attacks[at]!;
    this.base = { ratio, othersRatio, attack: own?.named ?? null, parameters: own?.best.parameters ?? {} };
  }

  static async of(trial: SensitivityTrial, attacks: readonly NamedAttack[], options: ResponseOptions) {
    const { policy, known } = trial;
    const world = { economy: policy.economy as Economy, scenario: scenarioOf(trial, policy.economy) };
    const answering: Answering[] = [];
    const unheld: Unheld[] = [];
    for (const named of attacks) {
      // A closed form is asked 64 times here: signals are heard in between.
      await setImmediate();
      options.signal?.throwIfAborted();
      const start = known?.get(named.attack.id)?.parameters ?? {};
      const best = closedBestResponse(named.attack, world, { start });
      if (best === null) continue;
      const reason = reasonAgainst(named, world, best);
      if (reason === null) answering.push({ named, best });
      else unheld.push({ named, reason });
    }
    return new Responses(trial, options, { answering, unheld });
  }

  /** The least ratio in each economy that the sets make; null where the economy's rules refuse it. */
  async leasts(
    sets: readonly (readonly Override[])[],
    asked: Pick<ClosedFormOptions, 'refused' | 'attempts'>,
  ): Promise<(Least | null)[]> {
    const { source, policy, profile, scenario } = this.#trial;
    const attacks = this.#attacks.map(({ named, best }) => ({ name: named.name, start: best.parameters }));
    const options = closedFormOptions({ ...asked, sets, attacks, profile: scenario === undefined ? profile : null });
    const found: (Least | null)[] = [];
    if (sets.length === 0) return found;
    await runCampaign(
      {
        name: 'sensitivity',
        kind: 'closed-form',
        economy: source,
        scenario: scenarioOf(this.#trial, policy.economy),
        points: [{ ...NO_CHANGE, options }],
        firstRun: 0,
        runs: sets.length,
      },
      { ...this.#options, onResult: (_, { figures }) => void found.push(this.#leastFrom(figures)) },
    );
    return found;
  }

  #leastFrom({ ratio, othersRatio, attack, ...chosen }: JobResult['figures']): Least | null {
    if (ratio === null) return null;
    const parameters = Object.entries(chosen).map(([name, value]) => [name.slice('parameters.'.length), value]);
    return {
      ratio: ratio!,
      othersRatio: othersRatio!,
      attack: attack === null ? null : this.#attacks[attack!]!.named,
      parameters: Object.fromEntries(parameters),
    };
  }
}

/** An attack and its best response to the economy as it stands. */
interface Answering {
  readonly named: NamedAttack;
  readonly best: Tried;
}

interface Unheld {
  readonly named: NamedAttack;
  readonly reason: string;
}

/** Which assumption of its closed form does not hold at its best response; null where all do. */
function reasonAgainst(
  { attack }: NamedAttack,
  { economy, scenario }: { readonly economy: Economy; readonly scenario: Scenario },
  { parameters }: Tried,
): string | null {
  return attack.closedFormHolds?.(settingOf(economy, scenario, { attack, parameters })) ?? null;
}

/** What is known of the least ratio at a step: by closed forms, and by each attempt that was simulated. */
interface Measured {
  readonly step: Step;
  readonly figures: readonly Figure[];
  readonly untried: number;
}

/** The lowest of the closed forms, and what no closed form covers, as attempts of common runs: there these have the say. */
async function simulated(
  trial: SensitivityTrial,
  leasts: readonly { readonly step: Step; readonly least: Least | null }[],
  line: number,
  options: ResponseOptions,
): Promise<Measured[]> {
  const { source, policy } = trial;
  const { confirmed, runs, runsMax } = EFFORT[trial.profile];
  const reached = leasts.flatMap(({ step, least }) => (least === null ? [] : [{ step, least }]));
  const lowest = [...reached].sort((a, b) => a.least.ratio - b.least.ratio).slice(0, confirmed);
  const wanted = [
    ...lowest.flatMap(({ step, least }) => (least.attack === null ? [] : [{ step, ...least, attack: least.attack }])),
    ...silentProbes(trial, reached),
  ];
  const probes = wanted.slice(0, PROBES_EACH * confirmed);
  const untried = wanted.slice(probes.length);
  const scenario = scenarioOf(trial, policy.economy);
  const ratios = await playedRatios({ source, policy, scenario, line, runs, runsMax }, probes, options);
  return reached.map(({ step, least }) => {
    const own = probes.flatMap((probe, at) => (probe.step === step ? [{ probe, ratio: ratios[at]! }] : []));
    // Few runs that saw no return may have missed a rare one, of which a closed form knows.
    const isPlayed = own.some(({ probe, ratio }) => probe.attack === least.attack && ratio !== null);
    const told = isPlayed ? least.othersRatio : least.ratio;
    const figures = [exactly(told), ...own.map(({ ratio }) => ratio ?? exactly(RATIO_MAX, runs))];
    return { step, figures, untried: untried.filter((probe) => probe.step === step).length };
  });
}

/** Attacks that nobody has a closed form of, in the economies whose change they name, as G1 found them best. */
function silentProbes(trial: SensitivityTrial, reached: readonly { readonly step: Step }[]): Probe[] {
  const { policy, attacks = CATALOGUE, known } = trial;
  const world = { economy: policy.economy as Economy, scenario: scenarioOf(trial, policy.economy) };
  const silent = attacks.filter(({ attack }) => closedBestResponse(attack, world, { attempts: 1 }) === null);
  return silent.flatMap((attack) => {
    const own = new Set(defendingFields(policy, [attack]));
    const parameters = known?.get(attack.attack.id)?.parameters ?? {};
    return reached.flatMap(({ step }) => (own.has(step.path) ? [{ step, attack, parameters }] : []));
  });
}

/** What each field does to the least cost ratio with all of them moving, over the whole step. */
async function effectsOf(
  trial: SensitivityTrial,
  fields: readonly string[],
  responses: Responses,
): Promise<readonly Judged[]> {
  const { policy, profile, seed } = trial;
  const { trajectories, base } = EFFORT[profile];
  const step = policy.economy.gate.sensitivityStepPpm;
  const moved = fields.map((path) => measuredField(policy, path)!);
  if (fields.length === 0) return [];
  const setAt = (point: ArrayLike<number>): Override[] =>
    moved.flatMap((field, at): Override[] => {
      const text = textAtShare(field, BigInt(Math.round((2 * point[at]! - 1) * step)));
      return text === null ? [] : [[field.path, text]];
    });
  const ratiosAt = async (points: readonly ArrayLike<number>[]) => {
    const leasts = await responses.leasts(points.map(setAt), { refused: 'changes', attempts: 1 });
    return leasts.map((least) => least!.ratio);
  };
  const parameters = fields.length;
  if (profile === 'quick') {
    const design = morrisTrajectories({ parameters, trajectories, seed });
    const outputs = await ratiosAt(design.points);
    return judgedMorris(design, outputs, { seed, ...BOOTSTRAP }).map(({ judged }) => judged);
  }
  const design = new SaltelliDesign({ parameters, base, secondOrder: false, seed });
  const outputs = await ratiosAt([...design.points()]);
  return [...sobolIndices(design.shape, outputs, { seed, ...BOOTSTRAP }).total];
}

const TITLE = ['G16', 'No single parameter carries the safety', 'economics'] as const;

function checksOf(bars: readonly SensitivityBar[], lineRatio: number): GateCheck[] {
  return bars.map(({ field, leastCostRatio, leastAt, wording, untried }): GateCheck => {
    const check = measured({
      id: field,
      metric: `least cost over return of any attack within a step of ${field}`,
      unit: '',
      figure: leastCostRatio,
      line: atLeast(lineRatio),
      how: `lowest at ${leastAt}; attacks must cost ${COST_RATIO_LINE} times their return as the file stands; effect ${wording}`,
    });
    if (untried === 0) return check;
    const how = `${check.how}; ${untried} attempts at its steps were too many to be simulated, and no closed form tells of them`;
    return { ...check, how, state: worst([check.state, 'not shown']) };
  });
}

function unheldCheck({ named: { attack }, reason }: Unheld): GateCheck {
  const metric = `least cost over return of: ${attack.title}`;
  const how = `its closed form does not hold here (${reason}), and near the economy nothing else is asked; G1 plays it in the economy as it stands`;
  return notShown({ id: attack.id, metric, unit: '', line: null }, how);
}
