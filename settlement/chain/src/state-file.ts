import { existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { ChainRefusal } from './refusal.ts';

// A local chain's state on disk. anvil can dump its state at intervals by itself, but overwrites the file in place: a
// crash in the middle leaves half a file, and a dump beside a block being mined has that block's balances without its
// logs. So dumps are asked for by RPC, taken only between blocks, and put in place by rename.

/** The part of anvil's dump that is looked into. */
interface Dump {
  readonly best_block_number: number;
  readonly accounts: Readonly<Record<string, { readonly nonce: number; readonly code: string }>>;
  readonly transactions: readonly { readonly info: { readonly from: string } }[];
}

interface Candidate {
  readonly blockNumber: number;
  readonly json: Buffer;
}

/** Where anvil writes its last dump as it ends; taken over into the state file at once or at the next start. */
export function exitDumpOf(stateFile: string): string {
  return `${stateFile}.exit`;
}

/** Puts a dump (gzipped JSON) in place, whole or not at all. */
export async function writeState(stateFile: string, gzipped: Uint8Array): Promise<void> {
  const part = `${stateFile}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(gzipped);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, stateFile);
  const folder = await open(dirname(stateFile), 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * The newest whole state there is, as anvil's JSON, with the number of its last block; null where there is none yet.
 * What anvil wrote at its end becomes the state file's content.
 * Errors: CHAIN-STATE-FILE when files are there but none can be read.
 */
export async function readState(stateFile: string): Promise<Candidate | null> {
  const exitDump = exitDumpOf(stateFile);
  const files = [stateFile, exitDump].filter(existsSync);
  const candidates = (await Promise.all(files.map(readCandidate))).filter((candidate) => candidate !== null);
  const newest = candidates.sort((a, b) => b.blockNumber - a.blockNumber)[0] ?? null;
  if (newest === null && files.length > 0) {
    throw new ChainRefusal('CHAIN-STATE-FILE', {
      where: stateFile,
      expected: 'a state of the local chain',
      got: 'none',
    });
  }
  if (newest !== null && files.includes(exitDump)) {
    await writeState(stateFile, await promisify(gzip)(newest.json));
    await rm(exitDump);
  }
  return newest;
}

async function readCandidate(path: string): Promise<Candidate | null> {
  try {
    const bytes = await readFile(path);
    const json = bytes[0] === 0x1f ? await promisify(gunzip)(bytes) : bytes;
    const dump = JSON.parse(json.toString('utf8')) as Dump;
    return isWhole(dump) ? { blockNumber: dump.best_block_number, json } : null;
  } catch {
    return null;
  }
}

/**
 * Every transaction that moved an account's nonce is there, so every log that belongs to the balances is. Contracts are
 * left out: they have a nonce of their own, and send only where someone impersonates them.
 */
function isWhole({ best_block_number, accounts, transactions }: Dump): boolean {
  const isContract = (address: string) => (accounts[address]?.code ?? '0x') !== '0x';
  const moved = Object.entries(accounts).reduce(
    (sum, [address, { nonce }]) => sum + (isContract(address) ? 0 : nonce),
    0,
  );
  const sent = transactions.filter(({ info }) => !isContract(info.from)).length;
  return Number.isSafeInteger(best_block_number) && moved === sent;
}
