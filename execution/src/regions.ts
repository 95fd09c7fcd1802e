/** A run of code that is paid at once, before its first instruction: where it begins and what it costs. */
interface Region {
  start: number;
  cost: number;
}

interface RegionFrame {
  region: Region;
  /** The outermost frame that anything inside branches to; infinite when nothing does. */
  lowestTarget: number;
}

/**
 * Splits one function into the largest runs that are entered only at their beginning and left only at their end.
 * Straight code, a block's first run, and the code after a construct that nothing branches out of share one charge;
 * a branch ends the run. So for a call that does not trap, the fuel paid is exactly the sum over the operators run.
 */
export class Regions {
  /** Cost by the index of the instruction it is paid before. */
  readonly charges = new Map<number, number>();
  readonly #frames: RegionFrame[] = [];

  get depth(): number {
    return this.#frames.length;
  }

  add(cost: number): void {
    this.#top().region.cost += cost;
  }

  /**
   * A block goes on in its parent's run until something branches; loops, branches of an if and the function start
   * their own.
   */
  open(start: number, continuesParent: boolean): void {
    const first = continuesParent ? this.#top().region.start : start;
    this.#frames.push({ region: { start: first, cost: 0 }, lowestTarget: Number.POSITIVE_INFINITY });
  }

  /** Ends the run after instruction `index`; the next begins behind it. */
  split(index: number): void {
    const frame = this.#top();
    const { start, cost } = frame.region;
    frame.region = { start: index + 1, cost: 0 };
    const parent = this.#frames.at(-2);
    if (parent !== undefined && parent.region.start === start) parent.region.cost += cost;
    else if (cost > 0) this.charges.set(start, (this.charges.get(start) ?? 0) + cost);
  }

  /** Instruction `index` may leave for frame number `target`, counted from the function. */
  branch(index: number, target: number): void {
    this.split(index);
    const frame = this.#top();
    frame.lowestTarget = Math.min(frame.lowestTarget, target);
  }

  /**
   * The frame ends with instruction `index`. What follows is certain to run only if nothing inside left for further
   * out.
   */
  close(index: number): void {
    this.split(index);
    const closed = this.#frames.pop()!;
    const parent = this.#frames.at(-1);
    if (parent === undefined) return;
    parent.lowestTarget = Math.min(parent.lowestTarget, closed.lowestTarget);
    if (closed.lowestTarget < this.#frames.length) this.split(index);
  }

  #top(): RegionFrame {
    return this.#frames.at(-1)!;
  }
}
