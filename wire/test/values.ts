import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type CborValue, type UsageRecord, WireRefusal } from '../src/index.ts';

/** Asserts that `act` is refused with `code`; gives the refusal for further looks. */
export function assertRefused(code: string, act: () => unknown): WireRefusal {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof WireRefusal, `expected a refusal ${code}, got ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`expected a refusal ${code}, got none`);
}

const safeInteger = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, 23, 24, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
  fc.constantFrom(-1, -24, -25, -256, -257, -(2 ** 32), -(2 ** 32) - 1, Number.MIN_SAFE_INTEGER),
);
const unsignedInteger = safeInteger.map((value) => Math.abs(value));
const text = fc.string({ unit: 'binary' });

/** Any value of the profile. */
export const cborValue: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    safeInteger,
    text,
    fc.uint8Array({ maxLength: 40 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.uniqueArray(fc.tuple(unsignedInteger, tie('value')), { maxLength: 6, selector: ([key]) => key }).map(mapOf),
    fc.uniqueArray(fc.tuple(text, tie('value')), { maxLength: 6, selector: ([key]) => key }).map(mapOf),
  ),
})).value;

const hexId = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

/** Any record that can be encoded. Few leases, as in a real batch. */
export const usageRecord: fc.Arbitrary<UsageRecord> = fc.record(
  {
    leaseId: fc.oneof(hexId, fc.constantFrom('aa'.repeat(32), 'bb'.repeat(32))),
    resource: fc.integer({ min: 1, max: 8 }),
    quantity: unsignedInteger,
    windowStartMs: fc.integer({ min: 0, max: 2 ** 52 }),
    windowMs: fc.integer({ min: 0, max: 2 ** 52 - 1 }),
    evidence: fc.option(hexId),
  },
  { noNullPrototype: true },
);

/** Up to four bytes overwritten, and perhaps the end cut off or extended. */
export function mutations(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const position = fc.nat({ max: Math.max(0, bytes.length - 1) });
  const edits = fc.array(fc.tuple(position, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
  return fc.tuple(edits, fc.integer({ min: -3, max: 3 })).map(([changes, more]) => {
    const mutated = new Uint8Array(Math.max(0, bytes.length + more));
    mutated.set(bytes.subarray(0, mutated.length));
    for (const [at, byte] of changes) if (at < mutated.length) mutated[at] = byte;
    return mutated;
  });
}

function mapOf<Key extends number | string>(entries: [Key, CborValue][]): Map<Key, CborValue> {
  return new Map(entries);
}
