import { contentHash } from '@stannary/wire';

/**
 * Fuel by kind of operator, each a whole number. Structural operators (nop, drop, block, loop, else, end, return,
 * unreachable) cost nothing: they leave no machine code.
 */
export interface CostTable {
  /** Entering a function. At least 1, so that no recursion is free. */
  readonly entry: number;
  /** br, br_if, if. At least 1, so that no loop is free. */
  readonly branch: number;
  readonly branchTable: number;
  /** Constants, locals, comparisons, integer addition, bits, shifts, reinterpretations. */
  readonly simple: number;
  readonly global: number;
  readonly load: number;
  readonly store: number;
  readonly multiply: number;
  readonly divide: number;
  /** f32 and f64 addition, subtraction, multiplication, rounding, copysign. */
  readonly float: number;
  readonly floatDivide: number;
  readonly floatMinMax: number;
  readonly floatSqrt: number;
  /** Between integers and floats, and between the floats. */
  readonly convert: number;
  readonly call: number;
  readonly callIndirect: number;
  /**
   * Each call from the host: reserve, step, output, outputLength. Without it, many short steps cost more time than
   * fuel.
   */
  readonly hostCall: number;
  readonly table: number;
  readonly memoryGrow: number;
  /** memory.copy, fill, init, before their length. */
  readonly bulk: number;
  /** Each byte moved, zeroed or given: bulk operators' lengths, memory's pages, the task's input. */
  readonly byte: number;
  readonly simd: number;
  readonly simdDivide: number;
  readonly simdMemory: number;
}

export type CostClass = keyof CostTable;

/**
 * Changes with every change of what the pass inserts or counts, so that two versions never claim the same hash.
 */
const PASS_VERSION = 1;

/** Logical words of stack a task may hold: 256 KiB, a quarter of what engines give a thread by default. */
export const STACK_WORDS_MAX = 32_768;

/** Pages of 64 KiB a task's memory may grow to: 64 MiB. */
export const MEMORY_PAGES_MAX = 1_024;

/**
 * The network's prices of operators. The ratios start from those that the Internet Computer and Arbitrum Stylus
 * publish for the same kind of pass; one unit is about the time of an addition. `byte` is what hashing a byte into
 * the state costs rather than what zeroing it costs, because every page given is committed to at least once.
 */
export const COST_TABLE: CostTable = {
  entry: 1,
  branch: 1,
  branchTable: 2,
  simple: 1,
  global: 2,
  load: 2,
  store: 2,
  multiply: 2,
  divide: 10,
  float: 2,
  floatDivide: 5,
  floatMinMax: 4,
  floatSqrt: 8,
  convert: 3,
  call: 5,
  callIndirect: 10,
  hostCall: 1_000,
  table: 5,
  memoryGrow: 300,
  bulk: 100,
  byte: 1,
  simd: 2,
  simdDivide: 10,
  simdMemory: 3,
};

/**
 * SHA-256, as hex, over the deterministic CBOR of [pass version, stack words, memory pages, table]: everything that
 * decides what a task's fuel and outcome are, beside module and input.
 */
export function costTableHashOf(table: CostTable): string {
  return contentHash([PASS_VERSION, STACK_WORDS_MAX, MEMORY_PAGES_MAX, { ...table }]);
}

/** Hash of the network's own table: field 8 of a task receipt. */
export const costTableHash: string = costTableHashOf(COST_TABLE);

/** A wrong table is a programmer's error: it comes from code or from a checked economy, never from a peer. */
export function assertCostTable(table: CostTable): void {
  for (const [name, cost] of Object.entries(table)) {
    if (!Number.isSafeInteger(cost) || cost < 0 || cost > 1_000_000) {
      throw new Error(`cost.${name}: expected a whole number from 0 to 1000000, got ${cost}`);
    }
  }
  if (table.entry < 1 || table.branch < 1)
    throw new Error('cost: entry and branch must cost, or an endless loop is free');
}
