import fc from 'fast-check';

const MAX = Number.MAX_SAFE_INTEGER;

/** Integers of every size from 0 to 2^53 - 1, with the edges where estimates go wrong more often than chance has it. */
export const amount = fc.oneof(
  fc.integer({ min: 0, max: 53 }).chain((bits) => fc.maxSafeNat().map((value) => value % 2 ** bits)),
  fc.nat({ max: 40 }).map((below) => MAX - below),
  fc
    .tuple(fc.integer({ min: 1, max: 52 }), fc.integer({ min: -3, max: 3 }))
    .map(([bits, off]) => Math.max(0, 2 ** bits + off)),
);

/** Integers of every size from 0 to 2^256 - 1, powers of two and their neighbours among them. */
export const wideAmount = fc.oneof(
  fc.integer({ min: 1, max: 256 }).chain((bits) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })),
  fc
    .tuple(fc.integer({ min: 1, max: 255 }), fc.bigInt({ min: -1n, max: 1n }))
    .map(([bits, off]) => 2n ** BigInt(bits) + off),
  fc.bigInt({ min: 0n, max: 3n }).map((below) => 2n ** 256n - 1n - below),
);
