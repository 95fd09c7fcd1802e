import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { keccak_256 as nobleKeccak256 } from '@noble/hashes/sha3.js';

/**
 * A hash function of 32 bytes output. Functions of this package that hash much take one as their last argument, so
 * that a server may pass a native SHA-256 (three times as fast on whole batches); the portable one below is the
 * default. The result must be memory of its own: the input is overwritten afterwards.
 */
export type Hash = (bytes: Uint8Array) => Uint8Array;

/** SHA-256 (FIPS 180-4). */
export const sha256: Hash = (bytes) => nobleSha256(bytes);

/** Keccak-256 with the original padding, as the EVM has it; not SHA3-256. */
export const keccak256: Hash = (bytes) => nobleKeccak256(bytes);
