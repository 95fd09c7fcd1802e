import { hash as nodeHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GatewayRefusal } from './client/refusal.ts';

/** Largest input or output that is stored. */
export const BLOB_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Bytes by their SHA-256, one file each. A blob is whole or absent: it is written beside its place, synced, then renamed.
 * The hash is the capability: whoever knows it may read it.
 */
export class Blobs {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Stores bytes and returns their hash; storing twice is one file. Refuses BLOB-OVERSIZED. */
  async put(bytes: Uint8Array): Promise<string> {
    if (bytes.length > BLOB_BYTES_MAX) throw oversized(bytes.length);
    const hash = nodeHash('sha256', bytes);
    const path = this.#path(hash);
    if (await exists(path)) return hash;
    await mkdir(dirname(path), { recursive: true });
    const beside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    const file = await open(beside, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    return hash;
  }

  /** The bytes, or BLOB-UNKNOWN. */
  async get(hash: string): Promise<Uint8Array> {
    const path = this.#path(hash);
    try {
      return await readFile(path);
    } catch (cause) {
      const message = `blob ${hash}: expected a stored SHA-256, got one that nobody stored`;
      throw new GatewayRefusal({ code: 'BLOB-UNKNOWN', message }, 404, 'give-up', { cause });
    }
  }

  has(hash: string): Promise<boolean> {
    return exists(this.#path(hash));
  }

  async remove(hash: string): Promise<void> {
    await rm(this.#path(hash), { force: true });
  }

  #path(hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) {
      const message = `blob: expected 64 hex digits, got ${JSON.stringify(hash.slice(0, 80))}`;
      throw new GatewayRefusal({ code: 'BLOB-HASH', message }, 400, 'input');
    }
    return join(this.#directory, hash.slice(0, 2), hash);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function oversized(got: number): GatewayRefusal {
  const message = `blob: expected at most ${BLOB_BYTES_MAX} bytes, got ${got}`;
  return new GatewayRefusal(
    { code: 'BLOB-OVERSIZED', message, expected: `${BLOB_BYTES_MAX}`, got: `${got}` },
    413,
    'input',
  );
}
