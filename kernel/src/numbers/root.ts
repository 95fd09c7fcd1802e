/** How many binary digits x > 0 has: floor(log2(x)) + 1. */
export function bitLength(x: bigint): number {
  const digits = x.toString(16);
  return 4 * digits.length + 28 - Math.clz32(Number.parseInt(digits[0]!, 16));
}

/** floor(sqrt(x)) for x >= 0 of any width, by Newton's iteration from above: it falls until it is there, and no further. */
export function floorRoot(x: bigint): bigint {
  if (x === 0n) return 0n;
  let root = 1n << BigInt((bitLength(x) + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The largest r with r^degree <= value, both above 0 or the value 0. Newton's steps from above fall until they have arrived. */
export function floorDegreeRoot(value: bigint, degree: bigint): bigint {
  if (value === 0n) return 0n;
  const bits = BigInt(value.toString(16).length * 4);
  let root = 1n << ((bits + degree - 1n) / degree);
  for (;;) {
    const next = ((degree - 1n) * root + value / root ** (degree - 1n)) / degree;
    if (next >= root) return root;
    root = next;
  }
}
