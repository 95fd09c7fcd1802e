import { isAmount } from '../numbers/exact.ts';
import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import { beaconWords, Draws } from './draw.ts';
import { WeightTree } from './weight-tree.ts';

/** The sum of weights above which all are halved: a lottery's sums must stay exact in a number. */
const WEIGHT_SUM_MAX = 2 ** 52;

export interface LotteryTicket {
  readonly id: string;
  /** Chance to be next, relative to the others still in; 0: after all others. */
  readonly weight: number;
}

/**
 * A weighted lottery without replacement: the ids in the order in which they are drawn. Same beacon, label and tickets:
 * same order, whatever the order of the list. Weights whose sum passes 2^52 are all halved until it does not, each staying
 * at least one: the odds move by less than 2^-20. O(n log n).
 * @throws KernelRefusal KERNEL-BEACON, KERNEL-AMOUNT (a weight), KERNEL-NODE-DUPLICATE (an id twice)
 */
export function drawOrder(beacon: string, label: string, tickets: readonly LotteryTicket[]): readonly string[] {
  const draws = new Draws(beaconWords(beacon), label);
  const sorted = [...tickets].sort((x, y) => compareText(x.id, y.id));
  sorted.forEach(({ id, weight }, index) => {
    if (sorted[index + 1]?.id === id) throw new KernelRefusal('KERNEL-NODE-DUPLICATE', 'tickets', 'each id once', id);
    if (isAmount(weight)) return;
    throw new KernelRefusal('KERNEL-AMOUNT', `tickets.${id}.weight`, 'an integer from 0 to 2^53 - 1', weight);
  });
  const weights = scaled(Float64Array.from(sorted, (ticket) => ticket.weight));
  const tree = new WeightTree(weights.length, (index) => weights[index]!);
  const drawn: string[] = [];
  for (let total = tree.sumBelow(sorted.length); total > 0; total = tree.sumBelow(sorted.length)) {
    const index = tree.find(draws.below(drawn.length, total));
    drawn.push(sorted[index]!.id);
    tree.add(index, -weights[index]!);
  }
  const without = sorted.filter((ticket) => ticket.weight === 0).map((ticket) => ticket.id);
  return [...drawn, ...without];
}

function scaled(weights: Float64Array): Float64Array {
  if (weights.reduce((sum, weight) => sum + weight, 0) <= WEIGHT_SUM_MAX) return weights;
  return scaled(weights.map((weight) => (weight === 0 ? 0 : Math.max(1, Math.floor(weight / 2)))));
}
