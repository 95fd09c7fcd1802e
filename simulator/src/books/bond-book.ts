import type { Economy } from '@stannary/kernel';
import { assertSum } from './node-books.ts';

/** An amount on its way in (activating) or out (leaving), oldest first. */
interface Entry {
  readonly node: number;
  amount: number;
  readonly readyAt: number;
}

export interface BondBookState {
  readonly activating: readonly Entry[];
  readonly leaving: readonly Entry[];
  readonly totals: BondTotals;
}

/** Work-token grains since genesis. deposited = returned + slashed + what is bonded or on its way. */
export interface BondTotals {
  deposited: number;
  returned: number;
  slashed: number;
  active: number;
}

/**
 * Bonds by the kernel's queue rule (`depositBond`, `unbond`, `advanceBond`, `slashBond`), over all nodes at once: what is
 * active is a column that curve and allocation read; what moves waits in two queues, as delays are the same for all.
 */
export class BondBook {
  readonly #active: Float64Array;
  readonly #activationEpochs: number;
  readonly #unbondingEpochs: number;
  #activating: Entry[] = [];
  #leaving: Entry[] = [];
  /** By node: what is on its way to counting. */
  readonly #incoming: Float64Array;
  /** By node: what is on its way out. */
  readonly #outgoing: Float64Array;
  readonly totals: BondTotals = { deposited: 0, returned: 0, slashed: 0, active: 0 };

  constructor({ settlement, cadence }: Economy, active: Float64Array) {
    this.#active = active;
    this.#incoming = new Float64Array(active.length);
    this.#outgoing = new Float64Array(active.length);
    const epochs = (seconds: number) => Math.ceil((seconds * 1_000) / cadence.epochMs);
    this.#activationEpochs = epochs(settlement.activationSeconds);
    this.#unbondingEpochs = epochs(settlement.unbondingSeconds);
  }

  /** A bond that counts at once: of those who are there when the network starts. */
  found(node: number, amount: number): void {
    this.totals.deposited += amount;
    this.#activate(node, amount);
  }

  deposit(node: number, amount: number, epoch: number): void {
    if (amount === 0) return;
    this.totals.deposited += amount;
    if (this.#activationEpochs === 0) this.#activate(node, amount);
    else {
      this.#incoming[node]! += amount;
      this.#activating.push({ node, amount, readyAt: epoch + this.#activationEpochs });
    }
  }

  /** All of a node's bond leaves: it stops counting at once and stays slashable until it is returned. */
  leave(node: number, epoch: number): void {
    const active = this.#active[node]!;
    this.totals.active -= active;
    this.#active[node] = 0;
    const amount = active + this.#takeIncoming(node, this.#incoming[node]!);
    if (amount === 0) return;
    this.#outgoing[node]! += amount;
    this.#leaving.push({ node, amount, readyAt: epoch + this.#unbondingEpochs });
  }

  /** Moves everything whose moment has come; says which nodes' active bonds have grown. */
  advance(epoch: number): readonly number[] {
    const grown: number[] = [];
    const ready = countReady(this.#activating, epoch);
    for (const { node, amount } of this.#activating.slice(0, ready)) {
      if (amount === 0) continue;
      this.#incoming[node]! -= amount;
      this.#activate(node, amount);
      grown.push(node);
    }
    if (ready > 0) this.#activating = this.#activating.slice(ready);
    const returned = countReady(this.#leaving, epoch);
    for (const { node, amount } of this.#leaving.slice(0, returned)) {
      this.#outgoing[node]! -= amount;
      this.totals.returned += amount;
    }
    if (returned > 0) this.#leaving = this.#leaving.slice(returned);
    return grown;
  }

  /** Takes up to an amount: what leaves soonest, then what is active, then the oldest deposits. Returns what was taken. */
  slash(node: number, wanted: number): number {
    const fromLeaving = this.#outgoing[node] === 0 ? 0 : takeFrom(this.#leaving, node, wanted);
    this.#outgoing[node]! -= fromLeaving;
    const fromActive = Math.min(wanted - fromLeaving, this.#active[node]!);
    this.#active[node]! -= fromActive;
    this.totals.active -= fromActive;
    const taken = fromLeaving + fromActive + this.#takeIncoming(node, wanted - fromLeaving - fromActive);
    this.totals.slashed += taken;
    return taken;
  }

  /** All of a node's bond that a slash can reach, and that costs its capital cost. */
  bonded(node: number): number {
    return this.#active[node]! + this.#incoming[node]! + this.#outgoing[node]!;
  }

  /** What is on its way to counting. */
  activating(node: number): number {
    return this.#incoming[node]!;
  }

  assertConserved(): void {
    const { deposited, returned, slashed, active } = this.totals;
    const moving = [...this.#activating, ...this.#leaving].reduce((sum, { amount }) => sum + amount, 0);
    assertSum('bonds', deposited, returned + slashed + active + moving);
  }

  get state(): BondBookState {
    return { activating: this.#activating, leaving: this.#leaving, totals: this.totals };
  }

  /** The active column is the node books'. */
  restore({ activating, leaving, totals }: BondBookState): void {
    this.#activating = activating.map((entry) => ({ ...entry }));
    this.#leaving = leaving.map((entry) => ({ ...entry }));
    this.#incoming.fill(0);
    this.#outgoing.fill(0);
    for (const { node, amount } of activating) this.#incoming[node]! += amount;
    for (const { node, amount } of leaving) this.#outgoing[node]! += amount;
    Object.assign(this.totals, totals);
  }

  #takeIncoming(node: number, wanted: number): number {
    const most = Math.min(wanted, this.#incoming[node]!);
    if (most <= 0) return 0;
    this.#incoming[node]! -= most;
    return takeFrom(this.#activating, node, most);
  }

  #activate(node: number, amount: number): void {
    this.#active[node]! += amount;
    this.totals.active += amount;
  }
}

/** Entries come in order of time. */
function countReady(entries: readonly Entry[], epoch: number): number {
  const waiting = entries.findIndex(({ readyAt }) => readyAt > epoch);
  return waiting === -1 ? entries.length : waiting;
}

function takeFrom(entries: readonly Entry[], node: number, wanted: number): number {
  let taken = 0;
  for (const entry of entries) {
    if (entry.node !== node) continue;
    const part = Math.min(wanted - taken, entry.amount);
    entry.amount -= part;
    taken += part;
  }
  return taken;
}
