import { type Economy, type Grains, type VestingEntry, type VestingNode, vestedGrains } from '@stannary/kernel';

/**
 * Entries of a node that vest at once. Each costs a rounding more and an era's pass over all nodes; a network keeps one a
 * merging span, which a simulation of 10^5 nodes has no use for.
 */
const SPANS = 5;

export interface VestingState {
  readonly earned: Float64Array;
  readonly released: Float64Array;
  /** Epoch that the entries of each span count from, -1: unused. */
  readonly epochs: Int32Array;
}

interface VestingNodes {
  /** Past the holdback, of this epoch. */
  readonly vestedTokens: Float64Array;
  readonly bond: Float64Array;
  readonly frozen: Uint8Array;
  readonly joined: Int32Array;
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/**
 * Tokens past their holdback, on their way through the economy's vesting schedule: a few entries a node, shared by the
 * spans in which they were earned. What each has released by an epoch is the kernel's `vestedGrains`.
 */
export class VestingColumns {
  /** Sum of what is earned and not released. */
  total = 0;
  readonly #economy: Economy;
  readonly #nodes: number;
  readonly #spanEpochs: number;
  readonly #earned: Float64Array;
  readonly #released: Float64Array;
  readonly #epochs = new Int32Array(SPANS).fill(-1);
  readonly #entry: Mutable<VestingEntry> = { earnedEpoch: 0, earnedGrains: 0, releasedGrains: 0 } as never;
  readonly #node: Mutable<VestingNode> = { joinedEpoch: 0, isGracefulExit: false } as never;

  constructor(economy: Economy, nodes: number) {
    const { schedule, mergeEpochs } = economy.vesting;
    const last = schedule === null ? 0 : lastEpoch(schedule);
    this.#economy = economy;
    this.#nodes = nodes;
    this.#spanEpochs = Math.max(mergeEpochs, economy.cadence.epochsPerEra, Math.ceil(last / (SPANS - 1)));
    this.#earned = new Float64Array(SPANS * nodes);
    this.#released = new Float64Array(SPANS * nodes);
  }

  /** Adds what has passed the holdback and releases what has vested; returns the sum of the latter. */
  release(columns: VestingNodes, epoch: number): number {
    const added = this.#add(columns.vestedTokens, epoch);
    let paid = 0;
    for (let one = 0; one < SPANS; one += 1)
      if (this.#epochs[one]! >= 0) paid += this.#releaseSpan(one, columns, epoch);
    this.total += added - paid;
    return paid;
  }

  /** All that a node has not been paid leaves the schedule; returns it. */
  void(node: number): number {
    let taken = 0;
    for (let at = node; at < this.#earned.length; at += this.#nodes) {
      taken += this.#earned[at]! - this.#released[at]!;
      this.#earned[at] = 0;
      this.#released[at] = 0;
    }
    this.total -= taken;
    return taken;
  }

  get state(): VestingState {
    return { earned: this.#earned, released: this.#released, epochs: this.#epochs };
  }

  restore({ earned, released, epochs }: VestingState): void {
    this.#earned.set(earned);
    this.#released.set(released);
    this.#epochs.set(epochs);
    let total = 0;
    for (let at = 0; at < earned.length; at += 1) total += earned[at]! - released[at]!;
    this.total = total;
  }

  /** Into the entries of the epoch's span, which count from the latest income. */
  #add(vestedTokens: Float64Array, epoch: number): number {
    let added = 0;
    for (let node = 0; node < this.#nodes; node += 1) added += vestedTokens[node]!;
    if (added === 0) return 0;
    const span = Math.floor(epoch / this.#spanEpochs) % SPANS;
    const before = this.#epochs[span]!;
    const comesRound = before >= 0 && Math.floor(before / this.#spanEpochs) < Math.floor(epoch / this.#spanEpochs);
    if (comesRound) this.#reopen(span);
    this.#epochs[span] = epoch;
    const from = span * this.#nodes;
    for (let node = 0; node < this.#nodes; node += 1) this.#earned[from + node]! += vestedTokens[node]!;
    return added;
  }

  #releaseSpan(span: number, { bond, frozen, joined }: VestingNodes, epoch: number): number {
    const schedule = this.#economy.vesting.schedule!;
    const { cadence } = this.#economy;
    const entry = this.#entry as { earnedEpoch: number; earnedGrains: number; releasedGrains: number };
    const node = this.#node as { joinedEpoch: number; isGracefulExit: boolean };
    const from = span * this.#nodes;
    entry.earnedEpoch = this.#epochs[span]!;
    let paid = 0;
    for (let index = 0; index < this.#nodes; index += 1) {
      const earned = this.#earned[from + index]!;
      const before = this.#released[from + index]!;
      if (earned === before || frozen[index] === 1) continue;
      entry.earnedGrains = earned;
      node.joinedEpoch = Math.min(joined[index]!, entry.earnedEpoch);
      node.isGracefulExit = bond[index] === 0;
      const vested = Math.max(
        before,
        vestedGrains(schedule, cadence, this.#node, this.#entry, epoch as never) as Grains,
      );
      paid += vested - before;
      this.#released[from + index] = vested;
    }
    return paid;
  }

  /** A span comes round again: what is left of its old entries joins the new ones. */
  #reopen(span: number): void {
    const from = span * this.#nodes;
    for (let at = from; at < from + this.#nodes; at += 1) {
      this.#earned[at]! -= this.#released[at]!;
      this.#released[at] = 0;
    }
  }
}

function lastEpoch(schedule: NonNullable<Economy['vesting']['schedule']>): number {
  if (schedule.kind === 'linear') return schedule.durationEpochs;
  return schedule.returns.at(-1)?.ageEpochsMin ?? 0;
}
