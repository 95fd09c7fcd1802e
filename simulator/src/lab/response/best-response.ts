import { setImmediate } from 'node:timers/promises';
import type { Economy } from '@stannary/kernel';
import type { Attack, AttackAccount, AttackSetting } from '../../attacks/attack.ts';
import { settingOf } from '../../attacks/plan.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { CampaignPlan, EconomySource, Json, Point as PlanPoint } from '../campaign/plan.ts';
import { type CampaignOptions, runCampaign } from '../campaign/run-campaign.ts';
import { withScenario } from '../campaign/with-scenario.ts';
import { closedBestResponse, type Tried } from './closed-response.ts';
import { isBetter, type Score, scoreOf } from './objective.ts';
import { type Found, type Point, patternSearch, type Search } from './pattern-search.ts';
import { keyIn, type Parameters, parametersAt, placeOf, type StrategySpace, strategySpace } from './strategy-space.ts';

/** An attack in a world: what a best response is looked for. */
export interface Hunt {
  readonly attack: Attack;
  /** As jobs are told: its id, or its module's path. */
  readonly name: string;
  /** `base`, `stress`, … */
  readonly world: string;
  /** Of the plan's scenario, by path. */
  readonly changes: Readonly<Record<string, Json>>;
  /** Parameters that are not searched. Default: none. */
  readonly told?: Parameters;
}

export interface ResponsePlan {
  readonly source: EconomySource;
  readonly economy: Economy;
  readonly scenario: Scenario;
  /** Simulated strategies of each hunt, and runs of each, from `firstRun` on: never those that test them. */
  readonly attempts: number;
  readonly firstRun: number;
  readonly runs: number;
  /** Of each hunt, so many of the best meet so many further runs, which alone decide. Default: the search decides. */
  readonly finals?: { readonly strategies: number; readonly runs: number };
}

export interface BestResponse extends Tried {
  readonly hunt: Hunt;
  /** What the closed form says an attacker does best; null without one. */
  readonly closedForm: Tried | null;
  /** Every strategy that was simulated, in order. */
  readonly trail: readonly Tried[];
}

/** What a search may be told of the campaign beneath it. */
export type ResponseOptions = Pick<CampaignOptions, 'workers' | 'signal' | 'shelf'> & {
  readonly onProgress?: (done: number, of: number) => void;
};

/**
 * The attacker's best responses: of the strategies that return something and are of at least the attack's minimum size, the
 * one with the most (2R - C) / C, which costs least over its return (docs/adr/0016). Searched in the closed form where there
 * is one, then by simulation from there, all hunts in step: each round is one campaign, and all its strategies meet the same
 * runs. Pure but for the campaign.
 * @throws SimulationRefusal those of an attempt
 */
export async function bestResponses(
  hunts: readonly Hunt[],
  plan: ResponsePlan,
  options: ResponseOptions = {},
): Promise<BestResponse[]> {
  const chases: Chase[] = [];
  for (const hunt of hunts) {
    // Each begins with a search of its closed form: signals are heard in between.
    await setImmediate();
    options.signal?.throwIfAborted();
    chases.push(new Chase(hunt, plan));
  }
  for (;;) {
    const asked = chases.flatMap((chase) => chase.asked);
    if (asked.length === 0) break;
    const accounts = await attempts(asked, plan, options);
    for (const chase of chases) chase.tell(accounts.splice(0, chase.asked.length));
    options.onProgress?.(
      chases.reduce((sum, { tried }) => sum + tried, 0),
      hunts.length * plan.attempts,
    );
  }
  const found = chases.map((chase) => chase.found());
  return plan.finals === undefined ? found : decided(found, plan, plan.finals, options);
}

/**
 * Few runs are enough to see which strategies are poor, and more are spent on the others: fresh ones, for of many that were
 * tried the one that looks best was lucky as well.
 */
async function decided(
  responses: readonly BestResponse[],
  plan: ResponsePlan,
  { strategies, runs }: NonNullable<ResponsePlan['finals']>,
  options: ResponseOptions,
): Promise<BestResponse[]> {
  const finalists = responses.map(({ hunt, trail }) => {
    const ranked = [...trail].sort((a, b) => Number(isBetter(b, a)) - Number(isBetter(a, b)));
    return ranked.slice(0, strategies).map(({ parameters }) => ({ hunt, parameters }));
  });
  const accounts = await attempts(finalists.flat(), { ...plan, firstRun: plan.firstRun + plan.runs, runs }, options);
  return responses.map((response, at) => {
    const { attack, changes } = response.hunt;
    const scenario = withScenario(plan.scenario, changes);
    const played = finalists[at]!.map(({ parameters }): Tried => {
      const setting = settingOf(plan.economy, scenario, { attack, parameters });
      return { ...scoreOf(attack, setting, accounts.shift()!), parameters };
    });
    return { ...response, ...played.reduce((a, b) => (isBetter(b, a) ? b : a)) };
  });
}

/** Every strategy as often as the plan has runs: the accounts of each. */
export async function attempts(
  strategies: readonly Strategy[],
  { source, scenario, firstRun, runs }: Omit<ResponsePlan, 'economy' | 'attempts'>,
  { workers, signal, shelf }: ResponseOptions,
  kind: 'attempt' | 'trial' = 'attempt',
): Promise<AttackAccount[][]> {
  const points = strategies.map(
    ({ hunt, parameters }): PlanPoint => ({
      economy: [],
      scenario: hunt.changes,
      options: { attack: hunt.name, parameters },
    }),
  );
  const plan: CampaignPlan = { name: kind, kind, economy: source, scenario, points, firstRun, runs };
  const accounts = strategies.map((): AttackAccount[] => []);
  await runCampaign(plan, {
    ...(workers === undefined ? {} : { workers }),
    ...(signal === undefined ? {} : { signal }),
    ...(shelf === undefined ? {} : { shelf }),
    onResult: ({ point }, { figures }) => void accounts[point]!.push(figures as unknown as AttackAccount),
  });
  return accounts;
}

export interface Strategy {
  readonly hunt: Hunt;
  readonly parameters: Parameters;
}

/** One hunt's search: what it asks next, and what it was told. */
class Chase {
  readonly #hunt: Hunt;
  readonly #world: Omit<AttackSetting, 'parameters'>;
  readonly #space: StrategySpace;
  readonly #search: Search<Score>;
  readonly #closed: Tried | null;
  #points: readonly Point[] = [];
  #found: Found<Score> | null = null;
  tried = 0;

  constructor(hunt: Hunt, { economy, scenario, attempts }: ResponsePlan) {
    this.#hunt = hunt;
    this.#world = { economy, scenario: withScenario(scenario, hunt.changes) };
    this.#space = strategySpace(hunt.attack, this.#world.scenario, hunt.told);
    this.#closed = closedBestResponse(hunt.attack, this.#world, { told: hunt.told ?? {} });
    const starts = [this.#closed?.parameters ?? {}, {}].map((one) => placeOf(this.#space, hunt.attack, one));
    this.#search = patternSearch(this.#space.names.length, starts, { attempts, isBetter, keyOf: keyIn(this.#space) });
    this.#advance(this.#search.next());
  }

  get asked(): readonly Strategy[] {
    return this.#points.map((point) => ({ hunt: this.#hunt, parameters: this.#chosen(point) }));
  }

  tell(accounts: readonly (readonly AttackAccount[])[]): void {
    if (this.#points.length === 0) return;
    const scores = this.#points.map((point, at) => scoreOf(this.#hunt.attack, this.#setting(point), accounts[at]!));
    this.tried += scores.length;
    this.#advance(this.#search.next(scores));
  }

  found(): BestResponse {
    const { point, value, tried } = this.#found!;
    const triedAt = (at: Point, score: Score): Tried => ({ ...score, parameters: this.#chosen(at) });
    const trail = tried.map((one) => triedAt(one.point, one.value));
    return { ...triedAt(point, value), hunt: this.#hunt, closedForm: this.#closed, trail };
  }

  #setting(point: Point): AttackSetting {
    const { economy, scenario } = this.#world;
    return settingOf(economy, scenario, { attack: this.#hunt.attack, parameters: this.#chosen(point) });
  }

  #chosen(point: Point): Parameters {
    return { ...this.#hunt.told, ...parametersAt(this.#space, point) };
  }

  #advance(state: IteratorResult<readonly Point[], Found<Score> | null>): void {
    this.#points = state.done ? [] : state.value;
    if (state.done) this.#found = state.value;
  }
}
