import type { Override } from '@stannary/economies';
import { binomialTail } from '@stannary/kernel';
import { meanInterval, momentsOf } from '../../experiments/index.ts';
import type { CheckState, Figure, GateCheck, GateCriterion, GateName, GateShare } from './report.ts';

/** Two-sided; each of its ends bounds the truth from its side at 95 %. */
const CONFIDENCE = 0.9;

/** A number that is known: a closed form, a count, an extreme of what was seen. */
export function exactly(value: number, samples = 1): Figure {
  return { value, interval: null, confidence: null, samples };
}

/**
 * Mean of independent runs, by Student's t; of a single one nothing is known of its error: it wants an interval, told by
 * its confidence, and has none.
 */
export function meanOf(values: readonly number[]): Figure {
  if (values.length === 0) return exactly(Number.NaN, 0);
  const moments = momentsOf(values);
  if (values.length < 2) return { ...exactly(moments.mean, values.length), confidence: CONFIDENCE };
  const { low, high } = meanInterval(moments, CONFIDENCE);
  return { value: moments.mean, interval: [low, high], confidence: CONFIDENCE, samples: values.length };
}

/** A share of independent trials with its exact interval (Clopper and Pearson 1934). */
export function shareOf(successes: number, trials: number): Figure {
  const tail = (1 - CONFIDENCE) / 2;
  const low = successes === 0 ? 0 : bisect((share) => binomialTail(trials, share, successes) < tail);
  const high = successes === trials ? 1 : bisect((share) => 1 - binomialTail(trials, share, successes + 1) > tail);
  return { value: successes / trials, interval: [low, high], confidence: CONFIDENCE, samples: trials };
}

/** The share up to which a condition holds that stops to hold but once. */
function bisect(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

type Line = NonNullable<GateCheck['line']>;

/** What a check is made of but its state. */
export interface Measured extends Omit<GateCheck, 'state' | 'figure' | 'line'> {
  readonly figure: Figure;
  readonly line: Line;
}

/**
 * The figure that is worst for a line: one that is no number, before one on the wrong side, before the one whose interval
 * reaches farthest towards it.
 */
export function worstFor<Named extends { readonly figure: Figure }>(line: Line, all: readonly Named[]): Named {
  const isMost = line.relation.startsWith('<');
  const badness = ({ figure: { value, interval } }: Named): readonly [number, number] => {
    if (Number.isNaN(value)) return [2, 0];
    const far = (isMost ? interval?.[1] : interval?.[0]) ?? value;
    return [meets(value, line) ? 0 : 1, isMost ? far : -far];
  };
  return all.reduce((most, one) => {
    const [[a, far], [b, farther]] = [badness(most), badness(one)];
    return b > a || (b === a && farther > far) ? one : most;
  });
}

/**
 * A figure against its line: failed when its value is on the wrong side, passed when its whole interval is on the right
 * one, and between the two not shown, because more runs could tell.
 */
export function measured({ figure, line, how, ...check }: Measured): GateCheck {
  if (!Number.isFinite(figure.value)) return notShown({ ...check, line }, `there is no such figure: ${how}`);
  if (!meets(figure.value, line)) return { ...check, figure, line, how, state: 'failed' };
  if (figure.interval === null && figure.confidence !== null) {
    const alone = { ...figure, confidence: null };
    return { ...check, figure: alone, line, how: `${how}; one sample tells nothing of its error`, state: 'not shown' };
  }
  const [low, high] = figure.interval ?? [figure.value, figure.value];
  const isShown = meets(low, line) && meets(high, line);
  const more = isShown ? '' : `; the interval reaches past the line, ${figure.samples} samples cannot tell`;
  return { ...check, figure, line, how: `${how}${more}`, state: isShown ? 'passed' : 'not shown' };
}

/** Something that this run did not measure: why, and what would show it. */
export function notShown(
  check: Pick<GateCheck, 'id' | 'metric' | 'unit' | 'share' | 'movedBy'> & { readonly line: Line | null },
  how: string,
): GateCheck {
  return { ...check, figure: null, how, state: 'not shown' };
}

export function meets(value: number, { relation, value: line }: Line): boolean {
  if (relation === '<') return value < line;
  if (relation === '<=') return value <= line;
  if (relation === '>') return value > line;
  return relation === '>=' ? value >= line : value === line;
}

export const atMost = (value: number): Line => ({ relation: '<=', value });
export const atLeast = (value: number): Line => ({ relation: '>=', value });
export const below = (value: number): Line => ({ relation: '<', value });
export const equalTo = (value: number): Line => ({ relation: '=', value });

/** A row of the gate, in the state that its checks are in together. */
export function criterionOf(
  gate: GateName,
  title: string,
  share: GateShare,
  checks: readonly GateCheck[],
  remedies: readonly Override[] = [],
): GateCriterion {
  return { gate, title, share, state: stateOfAll(checks), checks, remedies };
}

/** The same row with other checks. */
export function withChecks(criterion: GateCriterion, checks: readonly GateCheck[]): GateCriterion {
  return { ...criterion, checks, state: stateOfAll(checks) };
}

function stateOfAll(checks: readonly GateCheck[]): CheckState {
  return worst(checks.map(({ state }) => state));
}

/** Failed if one is; else not shown if one is not, or there is none; else passed. */
export function worst(states: readonly CheckState[]): CheckState {
  if (states.includes('failed')) return 'failed';
  return states.length === 0 || states.includes('not shown') ? 'not shown' : 'passed';
}
