import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openProcfsCpu, parseProcessStat, parseSchedstat } from './procfs.ts';

// As Linux 6.18 writes them; the name may be anything a program calls itself.
const STAT =
  '8520 (node) R 8376 8376 4929 0 -1 4194304 101 0 0 0 61 23 0 0 20 0 1 0 152707 3133440 383 18446744073709551615 93882160562176 93882160582057 140735183488000 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 93882160598064 93882160599680 93882691608576 140735183489501 140735183489542 140735183489542 140735183491051 0\n';

describe('/proc/self/stat', () => {
  test('gives utime + stime in steps of 10 ms', () => {
    assert.equal(parseProcessStat(STAT), 840_000);
    assert.equal(parseProcessStat(STAT.replace('(node)', '(a b) c (d)')), 840_000);
  });
  test('METER-PROCFS-FORMAT when it is cut off or not numbers', () => {
    for (const text of ['', STAT.slice(0, 40), STAT.replace(' 61 ', ' x '), STAT.replace(/[()]/g, '')]) {
      refusesFormat(() => parseProcessStat(text));
    }
  });
});

describe('schedstat', () => {
  test('gives nanoseconds, beyond 2^53 too', () => {
    assert.equal(parseSchedstat('533965 2751037 4\n'), 533_965n);
    assert.equal(parseSchedstat('18446744073709551615 0 0\n'), 18_446_744_073_709_551_615n);
  });
  test('METER-PROCFS-FORMAT for other forms', () => {
    for (const text of ['', '1 2\n', '-1 0 0\n', '1.5 0 0\n', '1 2 3 4\n']) refusesFormat(() => parseSchedstat(text));
  });
});

describe('the reader', () => {
  const root = mkdtempSync(join(tmpdir(), 'meter-procfs-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  after(() => rmSync(root, { recursive: true }));

  test('sums threads, keeps what ended threads had, and never falls below stat', () => {
    write('proc/self/stat', STAT);
    write('proc/self/schedstat', '800000000 0 1\n');
    write('proc/self/task/1/schedstat', '800000000 0 1\n');
    write('proc/self/task/2/schedstat', '60000999 0 1\n');
    const read = openProcfsCpu(root);
    assert.equal(read?.(), 860_000);
    rmSync(join(root, 'proc/self/task/2'), { recursive: true });
    write('proc/self/task/1/schedstat', '801000000 0 1\n');
    assert.equal(read?.(), 861_000);
    write('proc/self/stat', STAT.replace(' 61 ', ' 70 '));
    assert.equal(read?.(), 930_000);
  });
  test('is null where threads have no schedstat', () => {
    rmSync(join(root, 'proc/self/schedstat'));
    assert.equal(openProcfsCpu(root), null);
    assert.equal(openProcfsCpu(join(root, 'nowhere')), null);
  });
});

function refusesFormat(run: () => unknown): void {
  assert.throws(run, { name: 'MeterRefusal', code: 'METER-PROCFS-FORMAT', refusalClass: 'give-up' });
}
