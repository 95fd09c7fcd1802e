import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** Creates or replaces a file and returns when its bytes are on the disk; its name is not until `syncDirectory`. */
export function writeSynced(path: string, bytes: Uint8Array, mode: number): void {
  const file = openSync(path, 'w', mode);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Returns when what the file holds is on the disk. */
export function syncFile(path: string): void {
  syncOpened(path, 'r+');
}

/** Returns when the directory's entries (creations, renamings, removals) are on the disk. */
export function syncDirectory(path: string): void {
  // Windows cannot open a directory; its file system orders renamings by itself.
  if (process.platform !== 'win32') syncOpened(path, 'r');
}

function syncOpened(path: string, flags: 'r' | 'r+'): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
