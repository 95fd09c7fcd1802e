import { countFrom, ExperimentRefusal } from '../refusal.ts';

/** A node of the tree: the parts of indices index·2^level to (index + 1)·2^level − 1, merged. */
export type TreeNode<Part> = readonly [level: number, index: number, part: Part];

/**
 * Merges parts that are numbered 0, 1, 2, … in an order that depends on the numbers alone: always the two halves of an
 * aligned range of 2^k. Floating sums then come out bit for bit the same whoever delivers the parts and when: one worker,
 * two, or one that was stopped and resumed. Keeps as few nodes as there are gaps, about log2 n in a run from 0 on.
 */
export class FixedTree<Part> {
  readonly #merge: (left: Part, right: Part) => Part;
  /** By level, then by index. */
  readonly #levels: Map<number, Part>[] = [];

  /** `merge` need be neither commutative nor associative, only a function. */
  constructor(merge: (left: Part, right: Part) => Part, nodes: Iterable<TreeNode<Part>> = []) {
    this.#merge = merge;
    for (const [level, index, part] of nodes) this.#insert(level, index, part);
  }

  /** Refuses EXPERIMENT-DUPLICATE: a run that is counted twice, as after a bad resume, would be silently wrong. */
  add(index: number, part: Part): void {
    this.#insert(0, countFrom(0, index, 'index'), part);
  }

  /** Takes over another tree's parts. Refuses EXPERIMENT-DUPLICATE. */
  absorb(other: FixedTree<Part>): void {
    for (const [level, index, part] of other.nodes()) this.#insert(level, index, part);
  }

  /** What is merged so far, by index: plain data to save, and to make a tree of again. */
  nodes(): TreeNode<Part>[] {
    const all = this.#levels.flatMap((parts, level) =>
      [...parts].map(([index, part]): TreeNode<Part> => [level, index, part]),
    );
    return all.sort((a, b) => a[1] * 2 ** a[0] - b[1] * 2 ** b[0]);
  }

  /** All parts merged, from the left; undefined where there is none. */
  total(): Part | undefined {
    return this.nodes()
      .map(([, , part]) => part)
      .reduce<Part | undefined>((sum, part) => (sum === undefined ? part : this.#merge(sum, part)), undefined);
  }

  #insert(level: number, index: number, part: Part): void {
    this.#mustBeFree(level, index);
    let [at, height, merged] = [index, level, part];
    for (;;) {
      while (this.#levels.length <= height) this.#levels.push(new Map());
      const parts = this.#levels[height]!;
      const sibling = at % 2 === 0 ? at + 1 : at - 1;
      const other = parts.get(sibling);
      if (other === undefined) {
        parts.set(at, merged);
        return;
      }
      parts.delete(sibling);
      merged = at < sibling ? this.#merge(merged, other) : this.#merge(other, merged);
      at = Math.floor(at / 2);
      height += 1;
    }
  }

  /** Neither the node itself nor one above it nor one below it may be there. */
  #mustBeFree(level: number, index: number): void {
    for (const [height, parts] of this.#levels.entries()) {
      const taken =
        height >= level
          ? parts.has(Math.floor(index / 2 ** (height - level)))
          : level > 0 && [...parts.keys()].some((below) => Math.floor(below / 2 ** (level - height)) === index);
      if (taken) throw new ExperimentRefusal('EXPERIMENT-DUPLICATE', 'runs', 'each index once', index * 2 ** level);
    }
  }
}
