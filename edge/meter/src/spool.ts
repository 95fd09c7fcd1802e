import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { concatBytes, fromHex, toHex } from '@stannary/wire';
import { syncDirectory, syncFile, writeSynced } from './durable-file.ts';
import type { Log } from './log.ts';
import { MeterRefusal } from './refusal.ts';
import { type ChainHead, FIRST_HEAD, type SealedBatch } from './seal.ts';

// One file a batch, named by its sequence number:
//   N.draft  being written; never sent; at the next opening finished when it is whole, else thrown away
//   N.batch  on the disk for good and may have been sent; sent again byte for byte until acknowledged
//   N.sent   acknowledged; kept only while it is the newest, since it says where the chain goes on
// A batch is sent only after its file and its name are synced. So a file under its final name that does not read back
// was damaged later, the batch may be known to the gateway, and its number must not be used again.

/** Room that is left for what is being executed while the spool fills: a thousand records are about 120 kB. */
const ROOM_BYTES = 256 * 1024;

export interface SpoolOptions {
  /** One directory a node: the chain's head is in it. */
  readonly directory: string;
  /** Most bytes of batches that wait; the oldest are kept and new work is refused. */
  readonly bytesMax: number;
  readonly log: Log;
}

/** A node's sealed batches, on the disk from before they are first sent until they are acknowledged. */
export interface Spool {
  /** Where the chain goes on, as the disk says. */
  readonly head: ChainHead;
  readonly waitingCount: number;
  readonly waitingBytes: number;
  /** Why nothing can be appended, or null: METER-SPOOL-TORN (give-up), METER-SPOOL-FULL (retry). */
  readonly refusal: MeterRefusal | null;
  /**
   * Takes the next batch of the chain; when it returns, the batch survives anything but the loss of the disk.
   * @throws MeterRefusal METER-SPOOL-FULL, METER-SPOOL-DISK: nothing is kept, append the same batch again later;
   *   METER-SPOOL-TORN: a damaged batch stands in the way
   */
  append(batch: SealedBatch): void;
  /** The batch to send next, or null. @throws MeterRefusal METER-SPOOL-TORN */
  oldest(): SpooledBatch | null;
  /** Removes the oldest batch, which must be this one. */
  acknowledge(batchId: string): void;
  close(): void;
}

export interface SpooledBatch {
  readonly seq: number;
  readonly batchId: string;
  readonly previousBatchId: string;
  readonly body: Uint8Array;
}

/**
 * Opens a spool and recovers the chain's head from it. Batches up to a damaged one can still be sent.
 * @throws MeterRefusal METER-SPOOL-LOCKED: another process has it open; METER-SPOOL-CHAIN: a batch is missing between two
 * @example
 * const spool = openSpool({ directory, bytesMax: 64 * 1024 * 1024, log });
 * spool.append(await sealBatch({ head: spool.head, ...rest }));
 */
export function openSpool(options: SpoolOptions): Spool {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(options.directory);
  try {
    return new FileSpool(options, recover(options), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

interface WaitingBatch {
  readonly seq: number;
  readonly batchId: string;
  readonly bytes: number;
}

interface Recovered {
  readonly head: ChainHead;
  readonly waiting: WaitingBatch[];
  readonly torn: MeterRefusal | null;
}

class FileSpool implements Spool {
  readonly #options: SpoolOptions;
  readonly #waiting: WaitingBatch[];
  readonly #unlock: () => void;
  #head: ChainHead;
  #torn: MeterRefusal | null;
  #waitingBytes: number;

  constructor(options: SpoolOptions, recovered: Recovered, unlock: () => void) {
    this.#options = options;
    this.#unlock = unlock;
    this.#head = recovered.head;
    this.#waiting = recovered.waiting;
    this.#torn = recovered.torn;
    this.#waitingBytes = recovered.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get head(): ChainHead {
    return this.#head;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  get refusal(): MeterRefusal | null {
    return this.#torn ?? (this.#waitingBytes + ROOM_BYTES > this.#options.bytesMax ? this.#full() : null);
  }

  append(batch: SealedBatch): void {
    if (this.#torn !== null) throw this.#torn;
    if (batch.seq !== this.#head.nextSeq || batch.previousBatchId !== this.#head.previousBatchId) {
      throw new Error(`batch ${batch.seq} does not continue the chain at ${this.#head.nextSeq}`);
    }
    const bytes = encodeFrame(batch);
    if (this.#waitingBytes + bytes.length > this.#options.bytesMax) throw this.#full();
    this.#write(batch.seq, bytes);
    this.#waiting.push({ seq: batch.seq, batchId: batch.batchId, bytes: bytes.length });
    this.#waitingBytes += bytes.length;
    this.#head = { nextSeq: batch.seq + 1, previousBatchId: batch.batchId };
  }

  oldest(): SpooledBatch | null {
    const first = this.#waiting[0];
    if (first === undefined) return null;
    const path = this.#path(first.seq, 'batch');
    const batch = readFrame(path, first.seq);
    if (batch !== null && batch.batchId === first.batchId) return batch;
    this.#torn = tornRefusal(path);
    throw this.#torn;
  }

  acknowledge(batchId: string): void {
    const first = this.#waiting[0];
    if (first?.batchId !== batchId) throw new Error(`batch ${batchId} is not the oldest that waits`);
    renameSync(this.#path(first.seq, 'batch'), this.#path(first.seq, 'sent'));
    // The renaming is on the disk before the older head goes: at every moment one file says where the chain is.
    syncDirectory(this.#options.directory);
    rmSync(this.#path(first.seq - 1, 'sent'), { force: true });
    this.#waiting.shift();
    this.#waitingBytes -= first.bytes;
  }

  close(): void {
    this.#unlock();
  }

  #write(seq: number, bytes: Uint8Array): void {
    const draft = this.#path(seq, 'draft');
    try {
      writeSynced(draft, bytes, 0o600);
      renameSync(draft, this.#path(seq, 'batch'));
      syncDirectory(this.#options.directory);
    } catch (cause) {
      rmSync(draft, { force: true, recursive: true });
      const got = cause instanceof Error ? cause.message : String(cause);
      const details = { expected: `${bytes.length} bytes written and synced`, got, where: draft };
      throw new MeterRefusal('METER-SPOOL-DISK', details, { cause });
    }
  }

  #path(seq: number, kind: FileKind): string {
    return pathOf(this.#options.directory, seq, kind);
  }

  #full(): MeterRefusal {
    const { directory, bytesMax } = this.#options;
    const got = `${this.#waitingBytes} bytes in ${this.#waiting.length} batches`;
    return new MeterRefusal('METER-SPOOL-FULL', { expected: `less than ${bytesMax} bytes`, got, where: directory });
  }
}

type FileKind = 'draft' | 'batch' | 'sent';

interface SpoolFile {
  readonly seq: number;
  readonly kind: FileKind;
}

function recover({ directory, log }: SpoolOptions): Recovered {
  const files = listFiles(directory).filter((file) => file.kind !== 'draft' || finishDraft(directory, file.seq, log));
  const waiting: WaitingBatch[] = [];
  let head: ChainHead | null = null;
  for (const [index, { seq, kind }] of files.entries()) {
    const path = pathOf(directory, seq, kind === 'draft' ? 'batch' : kind);
    const batch = readFrame(path, seq);
    // Of an acknowledged batch only the newest file is needed.
    if (batch === null && kind === 'sent' && index < files.length - 1) continue;
    if (batch === null) return { head: head ?? FIRST_HEAD, waiting, torn: tornRefusal(path) };
    if (head !== null) requireChained(path, batch, head);
    if (kind !== 'sent') waiting.push({ seq, batchId: batch.batchId, bytes: FRAME_BYTES + batch.body.length });
    head = { nextSeq: seq + 1, previousBatchId: batch.batchId };
  }
  const older = files.filter(({ kind }) => kind === 'sent').slice(0, -1);
  for (const { seq } of older) rmSync(pathOf(directory, seq, 'sent'));
  return { head: head ?? FIRST_HEAD, waiting, torn: null };
}

/** A draft that is whole becomes a batch, since it is signed already; the rest of one is thrown away. */
function finishDraft(directory: string, seq: number, log: Log): boolean {
  const draft = pathOf(directory, seq, 'draft');
  const isWhole = readFrame(draft, seq) !== null;
  log(isWhole ? 'spool-draft-finished' : 'spool-draft-dropped', { seq });
  if (!isWhole) {
    rmSync(draft);
    return false;
  }
  syncFile(draft);
  renameSync(draft, pathOf(directory, seq, 'batch'));
  syncDirectory(directory);
  return true;
}

/** By sequence number; other names in the directory are let alone. */
function listFiles(directory: string): SpoolFile[] {
  const files: SpoolFile[] = [];
  for (const name of readdirSync(directory)) {
    const match = /^(\d{16})\.(draft|batch|sent)$/.exec(name);
    if (match !== null) files.push({ seq: Number(match[1]), kind: match[2] as FileKind });
  }
  return files.sort((left, right) => left.seq - right.seq);
}

function requireChained(path: string, batch: SpooledBatch, head: ChainHead): void {
  if (batch.seq === head.nextSeq && batch.previousBatchId === head.previousBatchId) return;
  const expected = `batch ${head.nextSeq} after ${head.previousBatchId}`;
  const got = `batch ${batch.seq} after ${batch.previousBatchId}`;
  throw new MeterRefusal('METER-SPOOL-CHAIN', { expected, got, where: path });
}

function pathOf(directory: string, seq: number, kind: FileKind): string {
  return join(directory, `${String(seq).padStart(16, '0')}.${kind}`);
}

/** magic, seq (8 bytes, big-endian), batch id, previous batch id, body, SHA-256 of all before it. */
const MAGIC = new TextEncoder().encode('STNSPL01');
const FRAME_BYTES = MAGIC.length + 8 + 32 + 32 + 32;

function encodeFrame(batch: SpooledBatch): Uint8Array {
  const seq = new Uint8Array(8);
  new DataView(seq.buffer).setBigUint64(0, BigInt(batch.seq));
  const ids = [fromHex(batch.batchId, 32), fromHex(batch.previousBatchId, 32)];
  const content = concatBytes(MAGIC, seq, ...ids, batch.body);
  return concatBytes(content, hash('sha256', content, 'buffer'));
}

/** The batch of a file, or null when its bytes are not what `encodeFrame` wrote for that number. */
function readFrame(path: string, seq: number): SpooledBatch | null {
  const bytes = new Uint8Array(readFileSync(path));
  if (bytes.length < FRAME_BYTES) return null;
  const content = bytes.subarray(0, -32);
  if (!hash('sha256', content, 'buffer').equals(bytes.subarray(-32))) return null;
  const written = new DataView(bytes.buffer).getBigUint64(MAGIC.length);
  if (!MAGIC.every((byte, index) => bytes[index] === byte) || written !== BigInt(seq)) return null;
  const id = (start: number) => toHex(content.subarray(start, start + 32));
  return { seq, batchId: id(16), previousBatchId: id(48), body: content.slice(80) };
}

const SQLITE_BUSY = 5;

/**
 * One opener at a time. SQLite's exclusive lock is the one lock of the kernel's that Node offers without an addon: it is
 * gone with the process, however it ended, and holds across containers, which a file with a process id in it does not.
 */
function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock.sqlite');
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (cause) {
    database.close();
    if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)) throw cause;
    const details = { expected: 'no other meter on this directory', got: 'one that runs', where: directory };
    throw new MeterRefusal('METER-SPOOL-LOCKED', details, { cause });
  }
}

function tornRefusal(path: string): MeterRefusal {
  const expected = 'the batch as it was written (restore the file, or retire this key and start with a new one)';
  return new MeterRefusal('METER-SPOOL-TORN', { expected, got: 'a damaged file', where: path });
}
