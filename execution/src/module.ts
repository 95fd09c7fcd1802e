import { ByteReader } from './binary.ts';
import { MEMORY_PAGES_MAX } from './cost.ts';
import { ExecutionRefusal, forbidden } from './refusal.ts';

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
const FUNCREF = 0x70;
const EXTERNREF = 0x6f;

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/**
 * Sizes of a module, all inclusive. They keep compilation short (a provider compiles before it is paid) and one
 * function's frame small against the engine's stack, so that the stack limit of the pass is reached before the
 * engine's own.
 */
export const MODULE_LIMITS = {
  moduleBytes: 4_194_304,
  types: 10_000,
  /** Parameters, or results, of one type. */
  signatureValues: 128,
  functions: 20_000,
  functionBytes: 262_144,
  /** The same function once it counts its fuel; engines refuse to compile past 7 MB. */
  rewrittenFunctionBytes: 4_194_304,
  /** Locals with parameters, and separately the height of the operand stack, in words. */
  frameWords: 4_096,
  globals: 10_000,
  tableElements: 100_000,
  exports: 1_000,
} as const;

export interface Signature {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

export interface Section {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

export interface GlobalType {
  readonly valueType: number;
  readonly isMutable: boolean;
}

export interface ExportEntry {
  readonly name: string;
  /** 0 function, 1 table, 2 memory, 3 global. */
  readonly kind: number;
  readonly index: number;
}

/** What the pass needs to know of a module. Imports are refused, so every index space begins with the module's own. */
export interface ParsedModule {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly signatures: readonly Signature[];
  /** Signature of each function. */
  readonly functions: readonly Signature[];
  readonly globals: readonly GlobalType[];
  /** Null when the module has no memory; the maximum is the declared one under the network's cap. */
  readonly memory: { readonly pagesMin: number; readonly pagesMax: number } | null;
  readonly exports: readonly ExportEntry[];
  readonly startFunction: number | null;
  readonly bodies: readonly Section[];
}

/**
 * Reads a module that the engine has validated, refusing what the deterministic profile leaves out.
 *
 * @throws ExecutionRefusal EXECUTION-FORBIDDEN-IMPORT, EXECUTION-FORBIDDEN-FEATURE, EXECUTION-MODULE-LIMIT,
 *   EXECUTION-INVALID-MODULE
 */
export function parseModule(bytes: Uint8Array): ParsedModule {
  const sections = readSections(bytes);
  const readerOf = (id: number): ByteReader => {
    const section = sections.find((candidate) => candidate.id === id);
    return section === undefined ? new ByteReader(EMPTY_VECTOR) : new ByteReader(bytes, section.start, section.end);
  };
  refuseImports(readerOf(SECTION.import));
  const signatures = readSignatures(readerOf(SECTION.type));
  checkTables(readerOf(SECTION.table));
  checkElements(readerOf(SECTION.element));
  checkData(readerOf(SECTION.data));
  return {
    bytes,
    sections,
    signatures,
    functions: readFunctions(readerOf(SECTION.function), signatures),
    globals: readGlobals(readerOf(SECTION.global)),
    memory: readMemory(readerOf(SECTION.memory)),
    exports: readExports(readerOf(SECTION.export)),
    startFunction: sections.some(({ id }) => id === SECTION.start) ? readerOf(SECTION.start).u32() : null,
    bodies: readBodies(readerOf(SECTION.code)),
  };
}

const EMPTY_VECTOR = new Uint8Array([0]);
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** The eight bytes every core module begins with. */
export function modulePreamble(): Uint8Array {
  return new Uint8Array(PREAMBLE);
}

function readSections(bytes: Uint8Array): Section[] {
  const reader = new ByteReader(bytes);
  const preamble = reader.take(PREAMBLE.length);
  if (PREAMBLE.some((byte, index) => preamble[index] !== byte)) throw forbidden('module preamble', preamble.join(' '));
  const sections: Section[] = [];
  while (!reader.atEnd) {
    const id = reader.u8();
    const length = reader.u32();
    if (id > SECTION.dataCount) throw forbidden('section', `id ${id}`);
    sections.push({ id, start: reader.position, end: reader.position + length });
    reader.skip(length);
  }
  return sections;
}

function refuseImports(reader: ByteReader): void {
  reader.each(() => {
    throw new ExecutionRefusal('EXECUTION-FORBIDDEN-IMPORT', {
      expected: 'no imports',
      got: `${reader.name()}.${reader.name()}`,
      where: 'import section',
    });
  });
}

function readSignatures(reader: ByteReader): Signature[] {
  const signatures: Signature[] = [];
  reader.each((index) => {
    within('types', index + 1);
    const form = reader.u8();
    if (form !== 0x60) throw forbidden(`type ${index}`, `form 0x${form.toString(16)}`);
    signatures.push({ parameters: readValueTypes(reader), results: readValueTypes(reader) });
  });
  return signatures;
}

function readValueTypes(reader: ByteReader): number[] {
  const types: number[] = [];
  reader.each((index) => {
    within('signatureValues', index + 1);
    types.push(readValueType(reader));
  });
  return types;
}

/** One value type of the profile: the four numbers, v128 and the two nullable references. */
export function readValueType(reader: ByteReader): number {
  const type = reader.u8();
  const isNumber = type >= V128 && type <= I32;
  if (!isNumber && type !== FUNCREF && type !== EXTERNREF) throw forbidden('value type', `0x${type.toString(16)}`);
  return type;
}

function readFunctions(reader: ByteReader, signatures: readonly Signature[]): Signature[] {
  const functions: Signature[] = [];
  reader.each((index) => {
    within('functions', index + 1);
    functions.push(signatures[reader.u32()]!);
  });
  return functions;
}

function readLimits(reader: ByteReader, where: string): { minimum: number; maximum: number | null } {
  const flags = reader.u8();
  if (flags > 1) throw forbidden(where, `limits flag ${flags} (shared, 64-bit or custom pages)`);
  return { minimum: reader.u32(), maximum: flags === 1 ? reader.u32() : null };
}

function readMemory(reader: ByteReader): ParsedModule['memory'] {
  const memories: { pagesMin: number; pagesMax: number }[] = [];
  reader.each((index) => {
    if (index > 0) throw forbidden('memory section', 'more than one memory');
    const { minimum, maximum } = readLimits(reader, 'memory');
    if (minimum > MEMORY_PAGES_MAX) throw limitRefusal('memory pages', MEMORY_PAGES_MAX, minimum);
    memories.push({ pagesMin: minimum, pagesMax: Math.min(maximum ?? MEMORY_PAGES_MAX, MEMORY_PAGES_MAX) });
  });
  return memories[0] ?? null;
}

function checkTables(reader: ByteReader): void {
  reader.each((index) => {
    if (reader.bytes[reader.position] === 0x40) throw forbidden(`table ${index}`, 'an initial expression');
    readValueType(reader);
    within('tableElements', readLimits(reader, `table ${index}`).minimum);
  });
}

// A snapshot holds integers exactly, and JavaScript cannot read the bits of a float global: a NaN with a payload kept
// there would be lost in a snapshot, and an honest provider's interval would fail its check.
function readGlobals(reader: ByteReader): GlobalType[] {
  const globals: GlobalType[] = [];
  reader.each((index) => {
    within('globals', index + 1);
    const valueType = readValueType(reader);
    const isMutable = reader.u8() === 1;
    if (isMutable && valueType !== I32 && valueType !== I64) {
      throw forbidden(`global ${index}`, 'a mutable global that is neither i32 nor i64');
    }
    skipConstantExpression(reader);
    globals.push({ valueType, isMutable });
  });
  return globals;
}

function readExports(reader: ByteReader): ExportEntry[] {
  const entries: ExportEntry[] = [];
  reader.each((index) => {
    within('exports', index + 1);
    entries.push({ name: reader.name(), kind: reader.u8(), index: reader.u32() });
  });
  return entries;
}

function readBodies(reader: ByteReader): Section[] {
  const bodies: Section[] = [];
  reader.each(() => {
    const length = reader.u32();
    within('functionBytes', length);
    bodies.push({ id: SECTION.code, start: reader.position, end: reader.position + length });
    reader.skip(length);
  });
  return bodies;
}

// Bits of an element segment's flag: 1 passive or declared, 2 explicit table or kind, 4 expressions instead of indices.
function checkElements(reader: ByteReader): void {
  reader.each(() => {
    const flags = reader.u32();
    const isActive = (flags & 1) === 0;
    if (isActive && (flags & 2) !== 0) reader.u32();
    if (isActive) skipConstantExpression(reader);
    const hasType = (flags & 3) !== 0;
    if (hasType && (flags & 4) !== 0) readValueType(reader);
    else if (hasType) reader.u8();
    reader.each(() => {
      if ((flags & 4) !== 0) skipConstantExpression(reader);
      else reader.u32();
    });
  });
}

function checkData(reader: ByteReader): void {
  reader.each(() => {
    const flags = reader.u32();
    if (flags === 2) reader.u32();
    if (flags !== 1) skipConstantExpression(reader);
    reader.skip(reader.u32());
  });
}

function skipConstantExpression(reader: ByteReader): void {
  for (let opcode = reader.u8(); opcode !== 0x0b; opcode = reader.u8()) {
    const isExtended = (opcode >= 0x6a && opcode <= 0x6c) || (opcode >= 0x7c && opcode <= 0x7e);
    if (opcode === 0x43) reader.skip(4);
    else if (opcode === 0x44) reader.skip(8);
    else if (opcode === 0x41 || opcode === 0x42 || opcode === 0x23 || opcode === 0xd2) reader.skipLeb();
    else if (opcode === 0xd0) readValueType(reader);
    else if (opcode === 0xfd && reader.u32() === 12) reader.skip(16);
    else if (!isExtended) throw forbidden('constant expression', `opcode 0x${opcode.toString(16)}`);
  }
}

/** Refuses a size above one of MODULE_LIMITS. */
export function within(limit: keyof typeof MODULE_LIMITS, size: number): void {
  if (size > MODULE_LIMITS[limit]) throw limitRefusal(limit, MODULE_LIMITS[limit], size);
}

/** A module larger in some respect than every replica is ready to compile. */
export function limitRefusal(where: string, most: number, got: number): ExecutionRefusal {
  return new ExecutionRefusal('EXECUTION-MODULE-LIMIT', { expected: `at most ${most}`, got: `${got}`, where });
}
