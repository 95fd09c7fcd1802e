import type { EraAmounts } from './epoch.ts';
import { payFrom } from './era-amounts.ts';
import type { FaultBook } from './faults.ts';
import type { SettlementColumns } from './settle-columns.ts';

/**
 * What nodes have earned and not been paid, for debts that come before it vests: holdback or held credits, oldest era
 * first, then what the epoch itself earned. Columns and accounts are kept in step.
 */
export class UnpaidCredits {
  readonly #faults: FaultBook;
  readonly #nodes: SettlementColumns['nodes'];
  readonly #vestThrough: number;
  readonly #taken = new Map<number, { total: number; earned: number }>();

  /** Eras up to `vestThrough` vest in this settlement; what vests is not paid yet. */
  constructor(faults: FaultBook, { nodes }: SettlementColumns, vestThrough: number) {
    this.#faults = faults;
    this.#nodes = nodes;
    this.#vestThrough = vestThrough;
  }

  /** Takes up to `wanted` grains from a node and says how much it was. */
  take(node: number, wanted: number): number {
    if (wanted === 0) return 0;
    const account = this.#faults.touch(node);
    const place = this.#nodes.frozen[node] === 1 ? 'held' : 'holdback';
    const { grains, rest } = payFrom(account[place], wanted);
    for (const { era, creditsGrains } of difference(account[place], rest)) {
      this.#nodes.openCredits[node]! -= creditsGrains;
      if (era <= this.#vestThrough) this.#nodes.dueCredits[node]! -= creditsGrains;
    }
    account[place] = rest;
    const earned = Math.min(wanted - grains, this.#nodes.earnedCredits[node]!);
    this.#nodes.earnedCredits[node]! -= earned;
    const before = this.#taken.get(node) ?? { total: 0, earned: 0 };
    this.#taken.set(node, { total: before.total + grains + earned, earned: before.earned + earned });
    return grains + earned;
  }

  /** By node: all that was taken from it, and the part of it that the epoch itself had earned. */
  get taken(): ReadonlyMap<number, { readonly total: number; readonly earned: number }> {
    return this.#taken;
  }
}

/** What entries lost, by era. */
function difference(before: readonly EraAmounts[], after: readonly EraAmounts[]) {
  const left = new Map(after.map(({ era, creditsGrains }) => [era, creditsGrains]));
  return before.map(({ era, creditsGrains }) => ({ era, creditsGrains: creditsGrains - (left.get(era) ?? 0) }));
}
