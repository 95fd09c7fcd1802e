import { fromHex, toHex } from './bytes.ts';
import { type CborReader, CborWriter, MAJOR } from './cbor.ts';
import { nameOf, WireRefusal } from './refusal.ts';

/** The fixed codes of metered resources. Smallest units: see each line. */
export const RESOURCE_CODES = {
  /** Core·µs. */
  cpu: 1,
  /** MB·s. */
  memory: 2,
  /** MB·s. */
  storage: 3,
  /** Operations. */
  iops: 4,
  /** Bytes. */
  egress: 5,
  /** Device·ms. */
  gpu: 6,
  /** Units of the cost table. */
  fuel: 7,
  /** Tokens. */
  inference: 8,
} as const;

const RESOURCE_CODE_MAX = 8;

/** What one lease used of one resource in one window. On the wire: an array of the six fields in this order. */
export interface UsageRecord {
  /** 64 hex characters. */
  readonly leaseId: string;
  /** One of RESOURCE_CODES. */
  readonly resource: number;
  /** In the resource's smallest unit. */
  readonly quantity: number;
  readonly windowStartMs: number;
  readonly windowMs: number;
  /** Hash of what proves the record (a task receipt's id), 64 hex characters, or null. */
  readonly evidence: string | null;
}

/** A record's bytes: the leaf of the records tree. Errors: HEX-FORM, RECORD-RESOURCE, RECORD-WINDOW, CBOR-RANGE. */
export function encodeRecord(record: UsageRecord): Uint8Array {
  const writer = new CborWriter();
  writeRecord(writer, record);
  return writer.take();
}

/** Appends one record. Errors: as encodeRecord. */
export function writeRecord(writer: CborWriter, record: UsageRecord): void {
  checkFields(record.resource, record.windowStartMs, record.windowMs);
  writer.head(MAJOR.array, 6);
  writer.byteString(fromHex(record.leaseId, 32, 'record.leaseId'));
  writer.unsigned(record.resource);
  writer.unsigned(record.quantity);
  writer.unsigned(record.windowStartMs);
  writer.unsigned(record.windowMs);
  if (record.evidence === null) writer.head(MAJOR.simple, 22);
  else writer.byteString(fromHex(record.evidence, 32, 'record.evidence'));
}

/**
 * Reads records of one batch straight from its bytes, without the generic decoder's arrays and copies: that is most
 * of the cost of admitting a batch. Whatever is not a record in its one form is refused with the code that the
 * generic decoder has for it, or else RECORD-SHAPE, RECORD-RESOURCE, RECORD-WINDOW.
 */
export class RecordReader {
  private readonly reader: CborReader;
  /**
   * By a lease id's first byte: where it last stood, and its hex. Records of a batch share few leases, and comparing
   * an id costs an eighth of writing its hex.
   */
  private readonly leaseStarts = new Int32Array(256).fill(-1);
  private readonly leaseIds: string[] = [];

  constructor(reader: CborReader) {
    this.reader = reader;
  }

  read(): UsageRecord {
    const reader = this.reader;
    if (reader.bytes[reader.position] !== ARRAY_OF_SIX) throw this.shape('an array of 6');
    reader.position++;
    const leaseId = this.lease();
    const resource = this.unsigned('a resource code');
    const quantity = this.unsigned('a quantity');
    const windowStartMs = this.unsigned('a window start');
    const windowMs = this.unsigned('a window length');
    checkFields(resource, windowStartMs, windowMs);
    const evidence = reader.bytes[reader.position] === NULL ? this.none() : toHex(this.id('evidence or null'));
    return { leaseId, resource, quantity, windowStartMs, windowMs, evidence };
  }

  private lease(): string {
    const id = this.id('a lease id');
    const start = this.reader.position - 32;
    const slot = id[0]!;
    const known = this.leaseStarts[slot]!;
    this.leaseStarts[slot] = start;
    if (known >= 0 && this.isSameId(known, start)) return this.leaseIds[slot]!;
    const leaseId = toHex(id);
    this.leaseIds[slot] = leaseId;
    return leaseId;
  }

  private isSameId(left: number, right: number): boolean {
    const bytes = this.reader.bytes;
    for (let index = 0; index < 32; index++) {
      if (bytes[left + index] !== bytes[right + index]) return false;
    }
    return true;
  }

  private unsigned(expected: string): number {
    const reader = this.reader;
    const initial = reader.bytes[reader.position];
    if (initial === undefined || initial >> 5 !== MAJOR.unsigned) throw this.shape(expected);
    return reader.argument();
  }

  private id(expected: string): Uint8Array {
    const reader = this.reader;
    const { bytes, position } = reader;
    if (bytes[position] !== BYTES_ONE_LENGTH_BYTE || bytes[position + 1] !== 32) throw this.shape(expected);
    reader.position += 2;
    return reader.content(32);
  }

  private none(): null {
    this.reader.position++;
    return null;
  }

  /** The generic decoder names what is wrong with the item; where it finds nothing, the item is of another shape. */
  private shape(expected: string): WireRefusal {
    const where = `byte ${this.reader.position}`;
    const got = nameOf(this.reader.item(2));
    return new WireRefusal('RECORD-SHAPE', { expected, got, where });
  }
}

const ARRAY_OF_SIX = 0x86;
const BYTES_ONE_LENGTH_BYTE = 0x58;
const NULL = 0xf6;

function checkFields(resource: number, windowStartMs: number, windowMs: number): void {
  if (!(resource >= 1 && resource <= RESOURCE_CODE_MAX)) {
    throw new WireRefusal('RECORD-RESOURCE', { expected: `a code 1–${RESOURCE_CODE_MAX}`, got: nameOf(resource) });
  }
  if (!(windowStartMs + windowMs <= Number.MAX_SAFE_INTEGER)) {
    throw new WireRefusal('RECORD-WINDOW', {
      expected: 'an end of at most 2^53 - 1',
      got: `${windowStartMs} + ${windowMs}`,
    });
  }
}
