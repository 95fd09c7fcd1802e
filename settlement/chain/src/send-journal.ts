import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Hex } from 'viem';
import { ChainRefusal } from './refusal.ts';
import { writeState } from './state-file.ts';

// What was signed for which nonce, written before it is sent. A key has one transaction under way at a time, so there is
// one entry or none.

/** Everything that was signed for one nonce of a key: any one of it may be mined, and no other nonce may say the same. */
export interface SignedSend {
  readonly chainId: number;
  /** 0x, lower case. */
  readonly account: string;
  readonly nonce: number;
  /** What it is, for messages. */
  readonly what: string;
  /** Digest of receiver, data and value: another call that says the same is this one. */
  readonly callHash: Hex;
  /** Signed transactions, each dearer than the one before. */
  readonly attempts: readonly Hex[];
}

export interface SendJournal {
  /** For messages. */
  readonly place: string;
  /** Errors: CHAIN-SEND-JOURNAL. */
  readonly read: () => Promise<SignedSend | null>;
  /** Resolves once a crash can no longer lose it. Null: nothing is under way. */
  readonly write: (entry: SignedSend | null) => Promise<void>;
}

/** Forgets with the process. */
export function memoryJournal(): SendJournal {
  let kept: SignedSend | null = null;
  return {
    place: 'memory',
    read: async () => kept,
    write: async (entry) => {
      kept = entry;
    },
  };
}

/** Survives the process. One process at a time: the file belongs to the key as long as its sender is open. */
export function fileJournal(path: string): SendJournal {
  return {
    place: path,
    read: () => readEntry(path),
    write: (entry) => writeState(path, new TextEncoder().encode(`${JSON.stringify(entry)}\n`)),
  };
}

async function readEntry(path: string): Promise<SignedSend | null> {
  if (!existsSync(path)) return null;
  const text = await readFile(path, 'utf8');
  try {
    const entry: unknown = JSON.parse(text);
    if (entry === null || isEntry(entry)) return entry;
  } catch {
    // Said below.
  }
  // Going on without it could send the same twice.
  throw new ChainRefusal('CHAIN-SEND-JOURNAL', {
    where: path,
    expected: 'what was signed last, or null',
    got: text.slice(0, 80),
  });
}

function isEntry(value: unknown): value is SignedSend {
  if (typeof value !== 'object' || value === null) return false;
  const { chainId, account, nonce, what, callHash, attempts } = value as Record<string, unknown>;
  const isNumbers = Number.isSafeInteger(chainId) && Number.isSafeInteger(nonce);
  const isTexts = [account, what, callHash].every((text) => typeof text === 'string');
  return isNumbers && isTexts && Array.isArray(attempts) && attempts.length > 0 && attempts.every(isHex);
}

function isHex(value: unknown): boolean {
  return typeof value === 'string' && /^0x[0-9a-f]+$/.test(value);
}
