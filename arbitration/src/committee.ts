import { concatBytes, fromHex, sha256 } from '@stannary/wire';
import { ArbitrationRefusal } from './refusals.ts';

// Committees by lot, as the chain's Arbitration draws them: anyone can replay a draw from what the chain published.

/**
 * `count` positions of a pool, without repetition: the walk of Fisher and Yates, whose i-th step takes SHA-256(seed, i)
 * modulo what is left. No position is more than 2^-224 off its share. Twin of the contracts' `CommitteeDraw`.
 * @param seed 64 hex characters
 * @throws ArbitrationRefusal COMMITTEE-POOL (more positions than the pool has)
 * @example drawPositions('00'.repeat(32), 100, 21)
 */
export function drawPositions(seed: string, poolSize: number, count: number): number[] {
  if (!(Number.isSafeInteger(poolSize) && Number.isSafeInteger(count) && count >= 0 && count <= poolSize)) {
    throw new ArbitrationRefusal('COMMITTEE-POOL', { where: 'count', expected: `0–${poolSize}`, got: `${count}` });
  }
  const seedBytes = fromHex(seed);
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, at) => {
    const other = at + Number(drawWord(seedBytes, at) % BigInt(poolSize - at));
    const position = moved.get(other) ?? other;
    moved.set(other, moved.get(at) ?? at);
    return position;
  });
}

/**
 * The members of a committee: drawn from the pool in its order on chain, passing over those who judged before.
 * Refuses as `drawPositions` does, unless the pool holds the seats and all the excluded.
 */
export function drawCommittee<Member>(
  seed: string,
  pool: readonly Member[],
  seats: number,
  excluded: ReadonlySet<Member> = new Set(),
): Member[] {
  const drawn = drawPositions(seed, pool.length, seats + excluded.size).map((position) => pool[position]!);
  return drawn.filter((member) => !excluded.has(member)).slice(0, seats);
}

function drawWord(seed: Uint8Array, index: number): bigint {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, index);
  return sha256(concatBytes(seed, bytes)).reduce((word, byte) => (word << 8n) | BigInt(byte), 0n);
}
