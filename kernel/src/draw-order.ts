import { beaconWords, drawBelow } from './draw.ts';
import { isAmount } from './exact.ts';
import { compareText } from './order.ts';
import { KernelRefusal } from './refusal.ts';
import { WeightTree } from './weight-tree.ts';

export interface LotteryTicket {
  readonly id: string;
  /** Chance to be next, relative to the others still in; 0: after all others. */
  readonly weight: number;
}

/**
 * A weighted lottery without replacement: the ids in the order in which they are drawn. Same beacon, label and tickets:
 * same order, whatever the order of the list. O(n log n).
 * @throws KernelRefusal KERNEL-BEACON, KERNEL-AMOUNT (a weight), KERNEL-NODE-DUPLICATE (an id twice)
 */
export function drawOrder(beacon: string, label: string, tickets: readonly LotteryTicket[]): readonly string[] {
  const words = beaconWords(beacon);
  const sorted = [...tickets].sort((x, y) => compareText(x.id, y.id));
  sorted.forEach(({ id, weight }, index) => {
    if (sorted[index + 1]?.id === id) throw new KernelRefusal('KERNEL-NODE-DUPLICATE', 'tickets', 'each id once', id);
    if (isAmount(weight)) return;
    throw new KernelRefusal('KERNEL-AMOUNT', `tickets.${id}.weight`, 'an integer from 0 to 2^53 - 1', weight);
  });
  const tree = new WeightTree(sorted.map((ticket) => ticket.weight));
  const drawn: string[] = [];
  for (let total = tree.sumBelow(sorted.length); total > 0; total = tree.sumBelow(sorted.length)) {
    const index = tree.find(drawBelow(words, label, drawn.length, total));
    drawn.push(sorted[index]!.id);
    tree.set(index, 0);
  }
  const without = sorted.filter((ticket) => ticket.weight === 0).map((ticket) => ticket.id);
  return [...drawn, ...without];
}
