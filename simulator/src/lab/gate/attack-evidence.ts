import type { Economy } from '@stannary/kernel';
import type { AttackAccount } from '../../attacks/attack.ts';
import { settingOf } from '../../attacks/plan.ts';
import {
  bootstrapLowerBound,
  type Moments,
  meanInterval,
  meanLowerBound,
  momentsOf,
  type PairMoments,
  pairMomentsOf,
  positiveMeanP,
  ratioInterval,
  runsNeeded,
  varianceOf,
} from '../../experiments/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { COST_RATIO_LINE } from '../campaign/attempt-run.ts';
import { withScenario } from '../campaign/with-scenario.ts';
import type { BestResponse } from '../response/best-response.ts';
import type { AttackFinding, CheckState, Figure } from './report.ts';

const RESAMPLES = 2_000;
/** Of a test that is large enough. */
export const POWER = 0.8;

/** What test runs of a best response came to. */
export type Measured = Omit<AttackFinding, 'state' | 'profile'> & {
  /** Both bounds lie on the same side of 0. */
  readonly isAgreed: boolean;
  /** Runs that would have shown the mean that was seen; null where it is not above 0. */
  readonly needed: number | null;
};

export function measure(
  response: BestResponse,
  accounts: readonly AttackAccount[],
  confidence: number,
  { economy, scenario }: { readonly economy: Economy; readonly scenario: Scenario },
): Measured {
  const { hunt, parameters } = response;
  const { attack } = hunt;
  const costs = accounts.map(({ costCredits }) => costCredits);
  const returns = accounts.map(({ returnCredits }) => returnCredits);
  const values = costs.map((cost, at) => cost - COST_RATIO_LINE * returns[at]!);
  const differences = momentsOf(values);
  const lower = meanLowerBound(differences, confidence);
  const resampled = bootstrapLowerBound(values, { seed: scenario.seed, resamples: RESAMPLES, confidence });
  const setting = settingOf(economy, withScenario(scenario, hunt.changes), { attack, parameters });
  const note = attack.closedFormHolds?.(setting) ?? null;
  const closed = note === null ? attack.closedForm(setting) : null;
  return {
    id: attack.id,
    number: attack.number,
    title: attack.title,
    strategy: attack.strategy,
    defence: attack.defence,
    defendedBy: attack.defendedBy,
    world: hunt.world,
    parameters: setting.parameters,
    cost: meanFigure(costs, confidence),
    return: meanFigure(returns, confidence),
    difference: {
      value: differences.mean,
      interval: [Math.min(lower, resampled), 2 * differences.mean - lower],
      confidence,
      samples: values.length,
    },
    costRatio: ratioFigure(pairMomentsOf(costs, returns), confidence),
    pValue: returns.some((one) => one !== 0) ? positiveMeanP(differences) : 0,
    closedForm: closed && { costCredits: closed.costCredits, returnCredits: closed.returnCredits },
    ...(note === null ? {} : { closedFormNote: note }),
    isAgreed: lower > 0 === resampled > 0,
    needed: differences.mean > 0 ? samplesFor(differences, confidence) : null,
  };
}

function meanFigure(values: readonly number[], confidence: number): Figure {
  const moments = momentsOf(values);
  const { low, high } = meanInterval(moments, confidence);
  return { value: moments.mean, interval: [low, high], confidence, samples: values.length };
}

/** ΣC / ΣR; its interval is none where the return may be nothing. */
function ratioFigure(pairs: PairMoments, confidence: number): Figure | null {
  if (pairs.meanY === 0) return null;
  const interval = ratioInterval(pairs, confidence);
  const value = pairs.meanX / pairs.meanY;
  if (interval.kind !== 'between') return { value, interval: null, confidence: null, samples: pairs.count };
  return { value, interval: [interval.low, interval.high], confidence, samples: pairs.count };
}

/**
 * What returns nothing in any run pays nobody, unless its closed form says that what it returns is only rare. Two bounds
 * that disagree show nothing: more runs would.
 */
export function stateOf(
  { return: returned, difference, isAgreed, closedForm }: Measured,
  p: number,
  confidence: number,
): CheckState {
  if (returned.value === 0) {
    const isRare = closedForm !== null && closedForm.costCredits < COST_RATIO_LINE * closedForm.returnCredits;
    return isRare ? 'not shown' : 'passed';
  }
  if (!isAgreed && difference.value > 0) return 'not shown';
  return difference.interval![0] > 0 && p <= 1 - confidence ? 'passed' : 'failed';
}

/** n >= 6.19 (s / δ)² for the deviation and the mean that were seen. */
function samplesFor(differences: Moments, confidence: number): number {
  const deviation = Math.sqrt(varianceOf(differences));
  return runsNeeded({ deviation, effect: differences.mean, confidence, power: POWER });
}
