import { hash } from 'node:crypto';
import type { Hash } from '@stannary/wire';

/** SHA-256 by the platform: some ten times faster than the portable one. */
export const nativeSha256: Hash = (bytes) => hash('sha256', bytes, 'buffer');
