import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Epoch } from '@stannary/kernel';
import fc from 'fast-check';
import type { ChainHead, SealedBatch } from './seal.ts';
import { openSpool, type Spool, type SpooledBatch } from './spool.ts';

const root = mkdtempSync(join(tmpdir(), 'meter-spool-'));
after(() => rmSync(root, { recursive: true }));
let directories = 0;
const freshDirectory = () => join(root, `spool-${directories++}`);
const open = (directory: string, bytesMax = 8_000_000) => openSpool({ directory, bytesMax, log: () => {} });

describe('a spool', () => {
  test('gives batches back in order and byte for byte, and goes on from the last one, acknowledged or not', () => {
    const directory = freshDirectory();
    let spool = open(directory);
    assert.deepEqual(spool.head, { nextSeq: 1, previousBatchId: '0'.repeat(64) });
    const batches = [1, 2, 3].map((content) => appendNext(spool, content));
    for (const batch of batches) {
      spool = reopen(spool, directory);
      assert.deepEqual(spool.head, { nextSeq: 4, previousBatchId: batches[2]!.batchId });
      assertSame(spool.oldest(), batch);
      spool.acknowledge(batch.batchId);
    }
    spool = reopen(spool, directory);
    assert.equal(spool.oldest(), null);
    assert.deepEqual(spool.head, { nextSeq: 4, previousBatchId: batches[2]!.batchId });
    assert.deepEqual(filesOf(directory), ['0000000000000003.sent']);
    spool.close();
  });

  test('knows how much waits', () => {
    const spool = open(freshDirectory());
    const batch = appendNext(spool, 1);
    assert.deepEqual([spool.waitingCount, spool.waitingBytes > batch.body.length], [1, true]);
    spool.acknowledge(batch.batchId);
    assert.deepEqual([spool.waitingCount, spool.waitingBytes], [0, 0]);
    spool.close();
  });

  test('is not given batches out of order, nor acknowledgements of others: these are bugs', () => {
    const spool = open(freshDirectory());
    const first = appendNext(spool, 1);
    assert.throws(() => spool.append(batchAfter({ nextSeq: 3, previousBatchId: first.batchId }, 2)), /continue/);
    assert.throws(() => spool.append(batchAfter({ nextSeq: 2, previousBatchId: 'ab'.repeat(32) }, 2)), /continue/);
    assert.throws(() => spool.acknowledge('ab'.repeat(32)), /oldest/);
    spool.close();
  });
});

describe('killed while it writes', () => {
  const directory = freshDirectory();
  const spool = open(directory);
  const kept = [1, 2].map((content) => appendNext(spool, content));
  const last = appendNext(spool, 3);
  spool.close();
  const name = '0000000000000003';
  const whole = readFileSync(join(directory, `${name}.batch`));
  rmSync(join(directory, `${name}.batch`));

  test('at every byte of the last write: what was sealed is kept, and its number is taken by the next batch', () => {
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(join(directory, `${name}.draft`), whole.subarray(0, length));
      const opened = open(directory);
      assert.equal(opened.refusal, null);
      assert.deepEqual(opened.head, { nextSeq: 3, previousBatchId: kept[1]!.batchId });
      assertSame(opened.oldest(), kept[0]!);
      opened.close();
      assert.deepEqual(filesOf(directory), ['0000000000000001.batch', '0000000000000002.batch']);
    }
  });

  test('after the last byte, before the renaming: the batch is signed, so it counts', () => {
    writeFileSync(join(directory, `${name}.draft`), whole);
    const opened = open(directory);
    assert.deepEqual(opened.head, { nextSeq: 4, previousBatchId: last.batchId });
    assert.equal(opened.waitingCount, 3);
    opened.close();
    assert.deepEqual(filesOf(directory).at(-1), `${name}.batch`);
  });

  test('METER-SPOOL-TORN at every byte that a damaged disk takes from a batch that may have been sent', () => {
    const path = join(directory, `${name}.batch`);
    const torn = { code: 'METER-SPOOL-TORN', refusalClass: 'give-up', where: path };
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const opened = open(directory);
      assert.equal(opened.refusal?.code, 'METER-SPOOL-TORN');
      assert.throws(() => opened.append(batchAfter({ nextSeq: 3, previousBatchId: kept[1]!.batchId }, 9)), torn);
      for (const batch of kept.slice(0, 1)) assertSame(opened.oldest(), batch);
      assert.equal(opened.waitingCount, 2, 'the others are intact');
      opened.close();
    }
    writeFileSync(path, whole);
    const mended = open(directory);
    assert.deepEqual(mended.head, { nextSeq: 4, previousBatchId: last.batchId });
    mended.close();
  });

  test('METER-SPOOL-TORN for any changed byte', () => {
    const path = join(directory, `${name}.batch`);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const bytes = Uint8Array.from(whole);
        bytes[index]! ^= change;
        writeFileSync(path, bytes);
        const opened = open(directory);
        opened.close();
        assert.equal(opened.refusal?.code, 'METER-SPOOL-TORN');
      }),
      { numRuns: 40 },
    );
    rmSync(path);
  });

  test('METER-SPOOL-TORN when a batch is damaged while the spool is open', () => {
    const opened = open(directory);
    writeFileSync(join(directory, '0000000000000001.batch'), 'x');
    assert.throws(() => opened.oldest(), { code: 'METER-SPOOL-TORN' });
    assert.equal(opened.refusal?.code, 'METER-SPOOL-TORN');
    opened.close();
  });

  test('between the steps of an acknowledgement: the head is still known', () => {
    const other = freshDirectory();
    const before = open(other);
    const [first, second] = [appendNext(before, 1), appendNext(before, 2)];
    before.acknowledge(first.batchId);
    before.close();
    renameSync(join(other, '0000000000000002.batch'), join(other, '0000000000000002.sent'));
    const opened = open(other);
    assert.deepEqual(opened.head, { nextSeq: 3, previousBatchId: second.batchId });
    assert.equal(opened.oldest(), null);
    opened.close();
    assert.deepEqual(filesOf(other), ['0000000000000002.sent']);
  });

  test('a damaged head is of no account once another batch follows it', () => {
    const other = freshDirectory();
    const before = open(other);
    const [first, second] = [appendNext(before, 1), appendNext(before, 2)];
    before.acknowledge(first.batchId);
    before.close();
    writeFileSync(join(other, '0000000000000001.sent'), 'x');
    const opened = open(other);
    assert.equal(opened.refusal, null);
    assertSame(opened.oldest(), second);
    opened.acknowledge(second.batchId);
    opened.close();
    writeFileSync(join(other, '0000000000000002.sent'), 'x');
    const headless = open(other);
    assert.equal(headless.refusal?.code, 'METER-SPOOL-TORN', 'without a head no number is safe');
    headless.close();
  });
});

/** What may happen to a spool; a crash may leave the first bytes of a batch that was never sealed. */
const event = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), content: fc.nat(1000) }),
  fc.record({ kind: fc.constant('acknowledge' as const) }),
  fc.record({ kind: fc.constant('crash' as const), leftover: fc.option(fc.nat(400)) }),
);

test('whatever happens: nothing sealed is lost before its acknowledgement, and no number has two contents', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 25 }), (events) => {
      const directory = freshDirectory();
      let spool = open(directory);
      const sealed = new Map<number, SealedBatch>();
      let waiting: SealedBatch[] = [];
      for (const step of events) {
        if (step.kind === 'append') {
          const batch = appendNext(spool, step.content);
          assert.equal(sealed.get(batch.seq), undefined, 'a number is given once');
          sealed.set(batch.seq, batch);
          waiting = [...waiting, batch];
        } else if (step.kind === 'acknowledge' && waiting[0] !== undefined) {
          spool.acknowledge(waiting[0].batchId);
          waiting = waiting.slice(1);
        } else if (step.kind === 'crash') {
          if (step.leftover !== null) leaveDraft(directory, spool.head, step.leftover);
          spool = reopen(spool, directory);
        }
        assert.equal(spool.waitingCount, waiting.length);
        assert.deepEqual(spool.oldest()?.body, waiting[0]?.body);
        assert.equal(spool.head.nextSeq, sealed.size + 1);
        assert.equal(spool.head.previousBatchId, sealed.get(sealed.size)?.batchId ?? '0'.repeat(64));
      }
      spool.close();
    }),
    { numRuns: 40 },
  );
});

test('METER-SPOOL-FULL: the oldest are kept, new work is refused, and room comes back with acknowledgements', () => {
  const spool = open(freshDirectory(), 300_000);
  const batches = [];
  while (spool.refusal === null) batches.push(appendNext(spool, 1, 20_000));
  assert.deepEqual([spool.refusal.code, spool.refusal.refusalClass], ['METER-SPOOL-FULL', 'retry']);
  while (spool.waitingBytes + 20_200 <= 300_000) batches.push(appendNext(spool, 1, 20_000));
  const refused = { code: 'METER-SPOOL-FULL', refusalClass: 'retry' };
  assert.throws(() => appendNext(spool, 1, 20_000), refused);
  for (const batch of batches) {
    assertSame(spool.oldest(), batch);
    spool.acknowledge(batch.batchId);
  }
  assert.equal(spool.refusal, null);
  spool.close();
});

test('METER-SPOOL-DISK on a full disk: nothing is kept, and the same batch goes in later', () => {
  const directory = freshDirectory();
  const spool = open(directory);
  const batch = batchAfter(spool.head, 1);
  const draft = join(directory, '0000000000000001.draft');
  // A device that is always full, or where there is none, a name that no file can have.
  if (existsSync('/dev/full')) symlinkSync('/dev/full', draft);
  else mkdirSync(draft);
  assert.throws(() => spool.append(batch), { code: 'METER-SPOOL-DISK', refusalClass: 'retry' });
  assert.deepEqual([spool.waitingCount, filesOf(directory)], [0, []]);
  spool.append(batch);
  assertSame(spool.oldest(), batch);
  spool.close();
});

test('METER-SPOOL-CHAIN when a batch is missing between two, or is of another chain', () => {
  const directory = freshDirectory();
  const spool = open(directory);
  for (const content of [1, 2, 3]) appendNext(spool, content);
  spool.close();
  const other = freshDirectory();
  const stranger = open(other);
  for (const content of [4, 5, 6]) appendNext(stranger, content);
  stranger.close();
  writeFileSync(join(directory, '0000000000000002.batch'), readFileSync(join(other, '0000000000000002.batch')));
  const refused = { code: 'METER-SPOOL-CHAIN', refusalClass: 'give-up' };
  assert.throws(() => open(directory), refused);
  rmSync(join(directory, '0000000000000002.batch'));
  assert.throws(() => open(directory), refused);
});

describe('one opener at a time', () => {
  test('METER-SPOOL-LOCKED for a second one, in this process or another', async () => {
    const directory = freshDirectory();
    const spool = open(directory);
    assert.throws(() => open(directory), { code: 'METER-SPOOL-LOCKED', refusalClass: 'give-up' });
    const child = spawnAppender(directory);
    assert.match(await outputOf(child), /METER-SPOOL-LOCKED/);
    spool.close();
    open(directory).close();
  });

  test('after kill -9 the next one gets in, and finds all that was sealed, once', async () => {
    const directory = freshDirectory();
    const reported = new Map<number, string>();
    for (let round = 0; round < 4; round++) {
      const child = spawnAppender(directory);
      await killAfter(child, 40 + round * 17, (line) => {
        const [seq, batchId] = line.split(' ');
        assert.ok(!reported.has(Number(seq)), `batch ${seq} was sealed twice`);
        reported.set(Number(seq), batchId!);
      });
    }
    const spool = open(directory);
    assert.ok(spool.waitingCount >= reported.size && reported.size > 0);
    for (let batch = spool.oldest(); batch !== null; batch = spool.oldest()) {
      // The last of each round may have been sealed without having been reported.
      assert.equal(batch.batchId, reported.get(batch.seq) ?? batch.batchId);
      reported.delete(batch.seq);
      spool.acknowledge(batch.batchId);
    }
    assert.equal(reported.size, 0);
    spool.close();
  });
});

/** A batch with any bytes for a body: the spool does not look into it. */
function batchAfter({ nextSeq, previousBatchId }: ChainHead, content: number, bytes = 40): SealedBatch {
  const body = new Uint8Array(bytes).fill(content);
  const batchId = hash('sha256', `${nextSeq} ${previousBatchId} ${content}`);
  return { seq: nextSeq, batchId, previousBatchId, epoch: 0 as Epoch, recordCount: 1, body };
}

function appendNext(spool: Spool, content: number, bytes?: number): SealedBatch {
  const batch = batchAfter(spool.head, content, bytes);
  spool.append(batch);
  return batch;
}

function reopen(spool: Spool, directory: string): Spool {
  spool.close();
  return open(directory);
}

function leaveDraft(directory: string, head: ChainHead, length: number): void {
  const name = `${String(head.nextSeq).padStart(16, '0')}.draft`;
  writeFileSync(join(directory, name), new Uint8Array(length).fill(0x53));
}

function assertSame(spooled: SpooledBatch | null, { seq, batchId, previousBatchId, body }: SealedBatch): void {
  assert.deepEqual(spooled, { seq, batchId, previousBatchId, body });
}

function filesOf(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('lock'))
    .sort();
}

/** Another process that seals as fast as it can and says so after each batch. */
function spawnAppender(directory: string): ChildProcess {
  const program = `
    import { hash } from 'node:crypto';
    import { openSpool } from ${JSON.stringify(new URL('./spool.ts', import.meta.url).href)};
    const spool = openSpool({ directory: ${JSON.stringify(directory)}, bytesMax: 1e9, log: () => {} });
    for (;;) {
      const { nextSeq: seq, previousBatchId } = spool.head;
      const batchId = hash('sha256', process.pid + ' ' + seq);
      spool.append({ seq, batchId, previousBatchId, epoch: 0, recordCount: 1, body: new Uint8Array(5000) });
      process.stdout.write(seq + ' ' + batchId + '\\n');
    }`;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stderr!) text += chunk;
  return text;
}

/** Lets it write for that long after its first line, then kills it; whole lines are given on. */
async function killAfter(child: ChildProcess, ms: number, onLine: (line: string) => void): Promise<void> {
  let text = '';
  child.stdout!.once('data', () => setTimeout(() => child.kill('SIGKILL'), ms));
  for await (const chunk of child.stdout!) text += chunk;
  for (const line of text.split('\n').slice(0, -1)) onLine(line);
}
