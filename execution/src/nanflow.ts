import { F32, F64 } from './module.ts';
import type { NanKind } from './operators.ts';

/**
 * Where the NaN bits of a value on the operand stack may come from: instruction numbers of float arithmetic (≥ 0)
 * and local variables (−1 − index). Null: nowhere, its bits are the same on every engine.
 */
export type NanOrigins = readonly number[] | null;

export type NanPolicy = 'observed' | 'always' | 'off';

// A longer list is settled at once by canonicalising all of it; without a bound, a chain of selects costs quadratic
// time.
const ORIGINS_MAX = 16;

/**
 * Decides which float results need their NaN made canonical. Only values that reach a place where NaN bits can be
 * seen (memory, an integer, a call, a block's boundary, copysign) do; sums kept in registers do not. Flow through local
 * variables ignores order, which errs on the side of canonicalising.
 */
export class NanFlow {
  /** Instructions after which a canonicalisation goes. */
  readonly canonical = new Map<number, NanKind>();
  readonly #policy: NanPolicy;
  readonly #localTypes: readonly number[];
  readonly #kinds = new Map<number, NanKind>();
  readonly #sources = new Map<number, Set<number>>();
  readonly #observedLocals = new Set<number>();

  constructor(policy: NanPolicy, localTypes: readonly number[]) {
    this.#policy = policy;
    this.#localTypes = localTypes;
  }

  /** Float arithmetic at `index`; its result's origins. */
  produce(index: number, kind: NanKind): NanOrigins {
    if (this.#policy === 'off') return null;
    this.#kinds.set(index, kind);
    if (this.#policy === 'always' || kind === 'f32x4' || kind === 'f64x2') {
      this.canonical.set(index, kind);
      return null;
    }
    return [index];
  }

  /** The bits of this value can be seen from here on. */
  observe(origins: NanOrigins): void {
    const pending = origins === null ? [] : [...origins];
    for (let origin = pending.pop(); origin !== undefined; origin = pending.pop()) {
      if (origin >= 0) this.canonical.set(origin, this.#kinds.get(origin)!);
      else if (!this.#observedLocals.has(origin)) {
        this.#observedLocals.add(origin);
        pending.push(...(this.#sources.get(origin) ?? []));
      }
    }
  }

  /** select: either of two values. */
  either(left: NanOrigins, right: NanOrigins): NanOrigins {
    if (left === null || right === null) return left ?? right;
    const union = [...new Set([...left, ...right])];
    if (union.length <= ORIGINS_MAX) return union;
    this.observe(union);
    return null;
  }

  assignLocal(local: number, origins: NanOrigins): void {
    if (origins === null) return;
    const origin = -1 - local;
    if (this.#observedLocals.has(origin)) {
      this.observe(origins);
      return;
    }
    const sources = this.#sources.get(origin) ?? new Set();
    for (const source of origins) sources.add(source);
    this.#sources.set(origin, sources);
  }

  readLocal(local: number): NanOrigins {
    const type = this.#localTypes[local];
    return type === F32 || type === F64 ? [-1 - local] : null;
  }
}
