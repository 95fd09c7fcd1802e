import type { Override } from '@stannary/economies';
import type { Attack } from '../../attacks/attack.ts';
import {
  meanInterval,
  momentsOf,
  type PairedDifference,
  type PairMoments,
  pairedDifference,
  pairMomentsOf,
  type RatioInterval,
  ratioInterval,
} from '../../experiments/index.ts';
import { COST_RATIO_LINE } from '../campaign/attempt-run.ts';
import { type Defence, standsAgainst, withoutDefence } from './defences.ts';
import { type Evaluated, evaluate, type RunOptions } from './evaluate.ts';
import { costRatio, type Metric, metricNamed } from './metrics.ts';
import { AS_IT_STANDS, type ExploreSetting, pointOf } from './setting.ts';

/** An attack's account over the runs. Credits. */
export interface AttackAccounts {
  readonly cost: number;
  readonly return: number;
  /** ΣC / ΣR with its Fieller interval of 95 %; null where nothing is returned. */
  readonly ratio: number | null;
  readonly ratioInterval: RatioInterval | null;
  /** mean(C - 2R), with its interval of 95 %. */
  readonly difference: number;
  readonly interval: readonly [low: number, high: number];
  readonly pays: 'no' | 'yes' | 'cannot be told';
}

export interface AblatedAttack {
  readonly attack: string;
  readonly title: string;
  readonly with: AttackAccounts;
  readonly without: AttackAccounts;
  /** Of C - 2R: without the defence less with it, run by run. */
  readonly change: PairedDifference;
  readonly words: string;
}

export interface Ablation {
  readonly defence: Defence;
  /** What switches it off; null: the economy does not have it. */
  readonly set: readonly Override[] | null;
  readonly attacks: readonly AblatedAttack[];
}

const CONFIDENCE = 0.95;

export interface AblationPlan {
  readonly defences: readonly Defence[];
  readonly attacks: readonly Attack[];
}

/** Defences that the economy has, each with the attacks that it stands against. */
export function ablationCases(setting: ExploreSetting, { defences, attacks }: AblationPlan) {
  return defences.map((defence) => ({
    defence,
    set: withoutDefence(setting.policy, defence),
    attacks: attacks.filter(({ defendedBy }) => standsAgainst(defence, defendedBy)),
  }));
}

/** Jobs of an ablation: each attack once with everything, and once without each of its defences. */
export function ablationBudget(setting: ExploreSetting, plan: AblationPlan): number {
  const cases = ablationCases(setting, plan).filter(({ set, attacks }) => set !== null && attacks.length > 0);
  const attacked = new Set(cases.flatMap(({ attacks }) => attacks));
  return (attacked.size + cases.reduce((sum, { attacks }) => sum + attacks.length, 0)) * setting.runs;
}

/**
 * Switches one defence off at a time and plays the attacks that name it, in the same runs as with it. An attack keeps its
 * own parameters: what a better attacker would do without the defence is more, never less.
 * @throws ExploreRefusal EXPLORE-POINT; AbortError
 */
export async function ablate(
  setting: ExploreSetting,
  plan: AblationPlan,
  options: RunOptions = {},
): Promise<readonly Ablation[]> {
  const cases = ablationCases(setting, plan);
  const budget = ablationBudget(setting, plan);
  const attacked = [...new Set(cases.flatMap(({ set, attacks }) => (set === null ? [] : attacks)))];
  let done = 0;
  const part = async (name: string, set: readonly Override[], attacks: readonly Attack[]): Promise<Evaluated> => {
    const before = done;
    const point = pointOf(setting, { ...AS_IT_STANDS, economy: set });
    const found = await evaluate(setting, [point], attacks.flatMap(metricsOf), {
      ...options,
      ...(options.folder === undefined ? {} : { folder: `${options.folder}/${name}` }),
      onProgress: (count) => options.onProgress?.(before + count, budget),
    });
    done += attacks.length * setting.runs;
    return found;
  };
  const base = await part('with-all', [], attacked);
  const found: Ablation[] = [];
  for (const { defence, set, attacks } of cases) {
    const without = set === null || attacks.length === 0 ? null : await part(`without-${defence.id}`, set, attacks);
    const accounts = without === null ? [] : attacks.map((attack) => ablated(attack, base, without));
    found.push({ defence, set, attacks: accounts });
  }
  return found;
}

function metricsOf({ id }: Attack): readonly [difference: Metric, cost: Metric, back: Metric] {
  const named = (figure: string): Metric => metricNamed(`attack:${id}:${figure}`);
  return [named('difference'), named('cost'), named('return')];
}

function ablated(attack: Attack, base: Evaluated, without: Evaluated): AblatedAttack {
  const [difference] = metricsOf(attack);
  const [before, after] = [accountsOf(attack, base), accountsOf(attack, without)];
  const change = pairedDifference(without.ofRuns(difference, 0), base.ofRuns(difference, 0), CONFIDENCE);
  return {
    attack: attack.id,
    title: attack.title,
    with: before,
    without: after,
    change,
    words: wordsOf(before, after, change),
  };
}

function accountsOf(attack: Attack, found: Evaluated): AttackAccounts {
  const [differences, costs, returns] = metricsOf(attack).map((metric) => found.ofRuns(metric, 0));
  const pairs: PairMoments = pairMomentsOf(costs!, returns!);
  const moments = momentsOf(differences!);
  const { low, high } = meanInterval(moments, CONFIDENCE);
  const nothing = pairs.meanY <= 0;
  return {
    cost: pairs.meanX,
    return: pairs.meanY,
    ratio: nothing ? null : costRatio(pairs.meanX, pairs.meanY),
    ratioInterval: nothing ? null : ratioInterval(pairs, CONFIDENCE),
    difference: moments.mean,
    interval: [low, high],
    pays: low > 0 || (nothing && low >= 0) ? 'no' : high < 0 ? 'yes' : 'cannot be told',
  };
}

function wordsOf(before: AttackAccounts, after: AttackAccounts, { interval }: PairedDifference): string {
  const line = `${COST_RATIO_LINE} times its return`;
  if (before.pays === 'no' && after.pays === 'yes') return `breaks: without it the attack costs less than ${line}`;
  if (before.pays === 'no' && after.pays === 'cannot be told') {
    return `no longer shown: without it these runs do not show that the attack costs ${line}`;
  }
  const worse = interval.high < 0 ? 'cheaper' : interval.low > 0 ? 'dearer' : null;
  if (worse === null) return 'no difference that these runs show';
  const held = after.pays === 'no' ? 'other defences hold' : 'it did not hold before either';
  return `${worse} without it; ${held}`;
}
