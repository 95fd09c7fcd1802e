import { sha256, toHex } from '@stannary/wire';
import { analyseFunction } from './analyse.ts';
import { ByteReader, ByteWriter } from './binary.ts';
import { assertCostTable, COST_TABLE, type CostTable } from './cost.ts';
import { engine } from './engine.ts';
import {
  I32,
  I64,
  MODULE_LIMITS,
  modulePreamble,
  type ParsedModule,
  parseModule,
  SECTION,
  type Signature,
  within,
} from './module.ts';
import type { NanPolicy } from './nanflow.ts';
import { ExecutionRefusal } from './refusal.ts';
import { type FuelPlacement, type MeterGlobals, type RewriteContext, rewriteFunction } from './rewrite.ts';

/** How to rewrite. Everything but the defaults exists so that tests can hold two ways against each other. */
export interface MeterOptions {
  /** Default: COST_TABLE, the one that `costTableHash` names. */
  readonly cost?: CostTable;
  /** Default `auto`. */
  readonly fuelPlacement?: FuelPlacement;
  /**
   * `observed` (default) canonicalises NaNs whose bits can be seen; `always` all of them; `off` none, which is not
   * deterministic.
   */
  readonly nan?: NanPolicy;
}

/** A module that counts its own work. */
export interface MeteredWasm {
  /** The rewritten module. It imports nothing. */
  readonly wasm: Uint8Array;
  /** SHA-256 of the original, as hex: the module's identity on the network. */
  readonly hash: string;
  readonly cost: CostTable;
  /** The original, as read: its exports, memory and globals. */
  readonly original: ParsedModule;
  /** Indices of the mutable globals, ascending; with memory they are the whole state between two calls. */
  readonly stateGlobals: readonly number[];
}

/** Prefix of every export that the pass adds; an original that uses it is refused. */
export const METER_PREFIX = 'meter:';

/** Export name of a mutable global of the original. */
export function stateGlobalName(index: number): string {
  return `${METER_PREFIX}global${index}`;
}

/**
 * Rewrites a module so that it pays for every operator from a fuel counter before running it, stops itself when the
 * counter or its logical stack runs out, and shows only canonical NaNs. The result of a call, its fuel and the memory
 * it leaves are then the same on every engine.
 *
 * The original is validated first. That is a security rule, not tidiness: the pass appends globals, locals and
 * labels, and an invalid module that names one of them beforehand would come out valid, with its hand on its own meter.
 *
 * @throws ExecutionRefusal EXECUTION-MODULE-SIZE, EXECUTION-INVALID-MODULE, EXECUTION-FORBIDDEN-IMPORT,
 *   EXECUTION-FORBIDDEN-FEATURE, EXECUTION-MODULE-LIMIT, EXECUTION-RESERVED-EXPORT
 * @example
 *   const { wasm, hash } = meterModule(original);
 */
export function meterModule(original: Uint8Array, options: MeterOptions = {}): MeteredWasm {
  checkSize(original);
  const cost = options.cost ?? COST_TABLE;
  assertCostTable(cost);
  if (!engine.validate(original)) throw invalidModule();
  const module = parseModule(original);
  checkExports(module);
  const rewriter = new ModuleRewriter(module, cost, options.fuelPlacement ?? 'auto', options.nan ?? 'observed');
  return {
    wasm: rewriter.module(),
    hash: toHex(sha256(original)),
    cost,
    original: module,
    stateGlobals: rewriter.stateGlobals,
  };
}

function checkSize(original: Uint8Array): void {
  if (original.length <= MODULE_LIMITS.moduleBytes) return;
  throw new ExecutionRefusal('EXECUTION-MODULE-SIZE', {
    expected: `at most ${MODULE_LIMITS.moduleBytes} bytes`,
    got: `${original.length}`,
    where: 'module',
  });
}

function invalidModule(): ExecutionRefusal {
  return new ExecutionRefusal('EXECUTION-INVALID-MODULE', {
    expected: 'a valid WebAssembly module',
    got: 'one that the engine does not validate',
    where: 'module',
  });
}

function checkExports(module: ParsedModule): void {
  for (const { name } of module.exports) {
    if (!name.startsWith(METER_PREFIX)) continue;
    throw new ExecutionRefusal('EXECUTION-RESERVED-EXPORT', {
      expected: `no name that begins with ${METER_PREFIX}`,
      got: name,
      where: 'export section',
    });
  }
}

class ModuleRewriter {
  readonly stateGlobals: readonly number[];
  readonly #module: ParsedModule;
  readonly #cost: CostTable;
  readonly #nan: NanPolicy;
  readonly #context: RewriteContext;
  readonly #addedTypes: Signature[] = [];
  readonly #blockTypes = new Map<string, Uint8Array>();

  constructor(module: ParsedModule, cost: CostTable, placement: FuelPlacement, nan: NanPolicy) {
    this.#module = module;
    this.#cost = cost;
    this.#nan = nan;
    this.stateGlobals = module.globals.flatMap(({ isMutable }, index) => (isMutable ? [index] : []));
    this.#context = {
      bytes: module.bytes,
      globals: appendedGlobals(module),
      cost,
      placement,
      memoryPagesMax: module.memory?.pagesMax ?? 0,
      blockTypeOf: (results) => this.#blockTypeOf(results),
    };
  }

  /** Sections keep their order; those without a meaning here (custom, start) are dropped. */
  module(): Uint8Array {
    const code = this.#codeSection(); // first: it finds out which types have to be added
    const written = new Map<number, Uint8Array>([
      [SECTION.type, this.#typeSection()],
      [SECTION.memory, this.#memorySection()],
      [SECTION.global, this.#globalSection()],
      [SECTION.export, this.#exportSection()],
      [SECTION.code, code],
    ]);
    const out = new ByteWriter(this.#module.bytes.length * 2 + 256);
    out.raw(modulePreamble());
    for (const id of SECTION_ORDER) {
      const payload = written.get(id) ?? this.#payloadOf(id);
      if (payload.length === 0) continue;
      out.u8(id);
      out.sized(payload);
    }
    return out.view.slice();
  }

  #payloadOf(id: number): Uint8Array {
    const section = this.#module.sections.find((candidate) => candidate.id === id);
    return section === undefined ? EMPTY : this.#module.bytes.subarray(section.start, section.end);
  }

  #codeSection(): Uint8Array {
    const out = new ByteWriter(this.#module.bytes.length * 2);
    out.u32(this.#module.bodies.length);
    this.#module.bodies.forEach((body, index) => {
      const signature = this.#module.functions[index]!;
      const plan = analyseFunction(this.#module, body, signature, this.#cost, this.#nan);
      const rewritten = rewriteFunction(this.#context, plan, signature);
      within('rewrittenFunctionBytes', rewritten.length);
      out.sized(rewritten);
    });
    return out.view;
  }

  #typeSection(): Uint8Array {
    const all = [...this.#module.signatures, ...this.#addedTypes];
    const out = new ByteWriter();
    out.u32(all.length);
    for (const { parameters, results } of all) {
      out.u8(0x60);
      out.sized(new Uint8Array(parameters));
      out.sized(new Uint8Array(results));
    }
    return out.view;
  }

  /** With a maximum in any case: memory.grow past it fails alike everywhere. */
  #memorySection(): Uint8Array {
    const { memory } = this.#module;
    if (memory === null) return EMPTY;
    const out = new ByteWriter();
    out.raw([1, 1]);
    out.u32(memory.pagesMin);
    out.u32(memory.pagesMax);
    return out.view;
  }

  #globalSection(): Uint8Array {
    const out = new ByteWriter();
    out.u32(this.#module.globals.length + 3);
    const payload = this.#payloadOf(SECTION.global);
    if (payload.length > 0) out.raw(payload.subarray(lengthOfCount(payload)));
    out.raw([I64, 1, 0x42, 0, 0x0b]); // fuel
    out.raw([I32, 1, 0x41, 0, 0x0b]); // depth
    out.raw([I32, 1, 0x41, 0, 0x0b]); // fault
    return out.view;
  }

  #exportSection(): Uint8Array {
    const { fuel, fault } = this.#context.globals;
    const entries = [
      ...this.#module.exports,
      { name: `${METER_PREFIX}fuel`, kind: 3, index: fuel },
      { name: `${METER_PREFIX}fault`, kind: 3, index: fault },
      ...this.stateGlobals.map((index) => ({ name: stateGlobalName(index), kind: 3, index })),
    ];
    // A start function would run before the host has set the fuel.
    const start = this.#module.startFunction;
    if (start !== null) entries.push({ name: `${METER_PREFIX}start`, kind: 0, index: start });
    const out = new ByteWriter();
    out.u32(entries.length);
    for (const { name, kind, index } of entries) {
      out.name(name);
      out.u8(kind);
      out.u32(index);
    }
    return out.view;
  }

  #blockTypeOf(results: readonly number[]): Uint8Array {
    const key = results.join();
    let bytes = this.#blockTypes.get(key);
    if (bytes === undefined) {
      bytes = this.#newBlockType(results);
      this.#blockTypes.set(key, bytes);
    }
    return bytes;
  }

  #newBlockType(results: readonly number[]): Uint8Array {
    if (results.length === 0) return new Uint8Array([0x40]);
    if (results.length === 1) return new Uint8Array(results);
    this.#addedTypes.push({ parameters: [], results });
    const out = new ByteWriter(8);
    out.signed(this.#module.signatures.length + this.#addedTypes.length - 1);
    return out.view;
  }
}

// Custom sections are dropped (names, debugging), and so is start. The data count stands before the code.
const SECTION_ORDER = [
  SECTION.type,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.global,
  SECTION.export,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
];

const EMPTY = new Uint8Array(0);

function appendedGlobals(module: ParsedModule): MeterGlobals {
  const first = module.globals.length;
  return { fuel: first, depth: first + 1, fault: first + 2 };
}

function lengthOfCount(payload: Uint8Array): number {
  const reader = new ByteReader(payload);
  reader.u32();
  return reader.position;
}
