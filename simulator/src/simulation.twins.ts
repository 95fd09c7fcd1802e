// What the bench compares with: the same epoch in plain floating point, without exact integers, books that add up,
// classes' rules as data, faults, vesting schedule or agents that decide. A lower bound of what a simulator can cost.

const HOLDBACK_ERAS = 7;
const EPOCHS_PER_ERA = 24;

/** A loop over typed arrays, as one would write it for one network and one question. */
export class FloatTwin {
  readonly #nodes: number;
  readonly #capacity: Float64Array;
  readonly #weight: Float64Array;
  readonly #bond: Float64Array;
  readonly #work: Float64Array;
  readonly #curve: Float64Array;
  readonly #earned: Float64Array;
  readonly #tokens: Float64Array;
  readonly #heldCredits: Float64Array;
  readonly #heldTokens: Float64Array;
  readonly #paid: Float64Array;
  #price = 2.8;
  #epoch = 0;
  #state = 1;
  charged = 0;

  constructor(nodes: number) {
    const column = () => new Float64Array(nodes);
    this.#nodes = nodes;
    this.#capacity = column().fill(360_000);
    this.#weight = column().map((_, node) => 600 + (node % 7) * 10);
    this.#bond = this.#weight.slice();
    this.#work = column();
    this.#curve = column();
    this.#earned = column();
    this.#tokens = column();
    this.#paid = column();
    this.#heldCredits = new Float64Array(nodes * (HOLDBACK_ERAS + 1));
    this.#heldTokens = new Float64Array(nodes * (HOLDBACK_ERAS + 1));
  }

  step(): void {
    const rate = this.#open();
    const weight = this.#charge(rate);
    this.#reward(weight);
    this.#epoch += 1;
  }

  /** Who is up, by a shift register; returns work per weight. */
  #open(): number {
    let state = this.#state;
    let sum = 0;
    for (let node = 0; node < this.#nodes; node += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const own = state >>> 0 < 0.995 * 2 ** 32 ? this.#weight[node]! : 0;
      this.#work[node] = own;
      sum += own;
    }
    this.#state = state;
    const demanded = (0.7 * 360_000 * this.#nodes * 2.8) / this.#price;
    return demanded / sum;
  }

  #charge(rate: number): number {
    let used = 0;
    let weight = 0;
    for (let node = 0; node < this.#nodes; node += 1) {
      const work = Math.min(this.#work[node]! * rate, this.#capacity[node]!);
      const charge = work * this.#price;
      const curve = Math.min(work, this.#bond[node]! * 750);
      this.#work[node] = work;
      this.#earned[node] = charge * 0.9;
      this.#curve[node] = curve;
      used += work;
      weight += curve;
      this.charged += charge;
    }
    this.#price *= 1 + (0.0625 * (used / (360_000 * this.#nodes) - 0.7)) / 0.7;
    return weight;
  }

  #reward(weight: number): void {
    const era = Math.floor(this.#epoch / EPOCHS_PER_ERA);
    const slot = (era % (HOLDBACK_ERAS + 1)) * this.#nodes;
    const perWeight = weight === 0 ? 0 : (0.028 * this.charged) / (this.#epoch + 1) / weight;
    for (let node = 0; node < this.#nodes; node += 1) {
      const tokens = this.#curve[node]! * perWeight;
      this.#tokens[node] = tokens;
      this.#heldCredits[slot + node]! += this.#earned[node]!;
      this.#heldTokens[slot + node]! += tokens;
    }
    if ((this.#epoch + 1) % EPOCHS_PER_ERA !== 0) return;
    const due = ((era + 1) % (HOLDBACK_ERAS + 1)) * this.#nodes;
    for (let node = 0; node < this.#nodes; node += 1) {
      this.#paid[node]! += this.#heldCredits[due + node]! + this.#heldTokens[due + node]!;
      this.#heldCredits[due + node] = 0;
      this.#heldTokens[due + node] = 0;
    }
  }
}
