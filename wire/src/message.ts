import { addressBytes, fromHex, toHex } from './bytes.ts';
import { type CborValue, decodeCbor, encodeCbor } from './cbor.ts';
import { nameOf, WireRefusal } from './refusal.ts';

/**
 * How a field stands on the wire: `id` is 32 bytes (64 hex characters here), `address` 20 bytes (0x and lower case here),
 * `amounts` a map of unsigned integers.
 */
type Kind = 'id' | 'address' | 'unsigned' | 'text' | 'bytes' | 'amounts';

type KindFor<Value> = Value extends number
  ? 'unsigned'
  : Value extends Uint8Array
    ? 'bytes'
    : Value extends string
      ? 'id' | 'address' | 'text'
      : 'amounts';

/** A message's fields by name: the map key, the kind, and whether it may be missing. */
type FieldTable<Shape> = {
  readonly [Name in keyof Shape]-?: {
    readonly key: number;
    readonly kind: KindFor<NonNullable<Shape[Name]>>;
    readonly optional?: undefined extends Shape[Name] ? true : never;
  };
};

export interface MessageCodec<Shape> {
  /** Errors: MESSAGE-FIELD (a value of another kind or range), CBOR-UTF8. */
  readonly encode: (message: Shape) => Uint8Array;
  /** Errors: those of decodeCbor; MESSAGE-SHAPE, MESSAGE-FIELD, MESSAGE-KEY-MISSING, MESSAGE-KEY-UNKNOWN. */
  readonly decode: (bytes: Uint8Array) => Shape;
}

/** The codec of one message: a map with exactly the table's keys, each value of exactly its kind. */
export function messageCodec<Shape extends object>(name: string, table: FieldTable<Shape>): MessageCodec<Shape> {
  const fields = Object.entries(table).map(([field, row]) => ({ field, ...(row as Row) }));
  return {
    encode: (message) => encodeCbor(toMap(name, fields, message as Record<string, unknown>)),
    // The table's type ties names and kinds to Shape, and fromMap checks each value's kind.
    decode: (bytes) => fromMap(name, fields, decodeCbor(bytes)) as Shape,
  };
}

interface Row {
  readonly key: number;
  readonly kind: Kind;
  readonly optional?: boolean;
}

type Field = Row & { readonly field: string };

function toMap(name: string, fields: readonly Field[], message: Record<string, unknown>): CborValue {
  const entries = new Map<number, CborValue>();
  for (const { key, kind, field, optional } of fields) {
    const value = message[field];
    if (value === undefined && optional) continue;
    entries.set(key, KINDS[kind].toWire(value, `${name}.${field}`));
  }
  return entries;
}

function fromMap(name: string, fields: readonly Field[], value: CborValue): Record<string, unknown> {
  if (!(value instanceof Map))
    throw new WireRefusal('MESSAGE-SHAPE', { expected: 'a map', got: nameOf(value), where: name });
  const message: Record<string, unknown> = {};
  let known = 0;
  for (const { key, kind, field, optional } of fields) {
    const where = `${name}.${field}`;
    if (value.has(key)) {
      message[field] = KINDS[kind].fromWire(value.get(key), where);
      known++;
    } else if (!optional) throw new WireRefusal('MESSAGE-KEY-MISSING', { expected: `key ${key}`, where });
  }
  if (known !== value.size) throw unknownKey(name, fields, value);
  return message;
}

interface KindCodec {
  readonly toWire: (value: unknown, where: string) => CborValue;
  readonly fromWire: (value: unknown, where: string) => unknown;
}

const KINDS: Record<Kind, KindCodec> = {
  id: {
    toWire: (value, where) => fromHex(value as string, 32, where),
    fromWire: (value, where) => {
      if (!(value instanceof Uint8Array) || value.length !== 32) throw fieldRefusal('32 bytes', value, where);
      return toHex(value);
    },
  },
  address: {
    toWire: (value, where) => addressBytes(value as string, where),
    fromWire: (value, where) => {
      if (!(value instanceof Uint8Array) || value.length !== 20) throw fieldRefusal('20 bytes', value, where);
      return `0x${toHex(value)}`;
    },
  },
  unsigned: { toWire: unsigned, fromWire: unsigned },
  text: { toWire: text, fromWire: text },
  bytes: { toWire: bytes, fromWire: bytes },
  amounts: { toWire: amounts, fromWire: amounts },
};

function unsigned(value: unknown, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw fieldRefusal('an unsigned integer', value, where);
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw fieldRefusal('text', value, where);
}

function bytes(value: unknown, where: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw fieldRefusal('bytes', value, where);
}

function amounts(value: unknown, where: string): Map<number, number> {
  if (!(value instanceof Map)) throw fieldRefusal('a map', value, where);
  for (const [key, amount] of value) unsigned(amount, `${where}[${unsigned(key, where)}]`);
  return value;
}

function unknownKey(name: string, fields: readonly Field[], value: ReadonlyMap<unknown, unknown>): WireRefusal {
  const key = [...value.keys()].find((candidate) => !fields.some((field) => field.key === candidate));
  return new WireRefusal('MESSAGE-KEY-UNKNOWN', { got: `key ${String(key)}`, where: name });
}

function fieldRefusal(expected: string, got: unknown, where: string): WireRefusal {
  return new WireRefusal('MESSAGE-FIELD', { expected, got: nameOf(got), where });
}
