// The engine's WebAssembly object, narrowed to what this package uses. TypeScript ships its types only with the
// browser's; pulling those in for five members would let `window` type-check everywhere.

/** A compiled module; opaque. */
export interface EngineModule {
  readonly [Symbol.toStringTag]: string;
}

export interface EngineGlobal {
  value: number | bigint;
}

export interface EngineMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface EngineInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => EngineModule;
  readonly Instance: new (module: EngineModule) => EngineInstance;
  readonly RuntimeError: new (message?: string) => Error;
}

export const engine: Engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

/** Bytes in a page of WebAssembly memory. */
export const WASM_PAGE_BYTES = 65_536;
