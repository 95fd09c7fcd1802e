import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type CpuSource, openCpuMeter } from './cpu-time.ts';

const SOURCES: readonly CpuSource[] = process.platform === 'linux' ? ['procfs', 'rusage'] : ['rusage'];

describe('a busy loop', () => {
  for (const source of SOURCES) {
    test(`is measured by ${source} as getrusage sees it`, () => {
      const meter = openCpuMeter({ sources: [source] });
      const before = process.cpuUsage();
      assert.equal(meter.source, source);
      burn(120_000);
      const { user, system } = process.cpuUsage(before);
      const measured = meter.readCoreMicroseconds();
      // Generous for a loaded machine: 5 % and one scheduler tick.
      assert.ok(Math.abs(measured - user - system) < 0.05 * measured + 10_000, `${measured} against ${user + system}`);
    });
  }

  test('is the same to all sources', () => {
    const meters = SOURCES.map((source) => openCpuMeter({ sources: [source] }));
    burn(100_000);
    const readings = meters.map((meter) => meter.readCoreMicroseconds());
    assert.ok(Math.max(...readings) - Math.min(...readings) < 15_000, readings.join(', '));
  });

  test('never takes more than wall time × cores, and readings never fall', () => {
    const cores = 2;
    const meter = openCpuMeter({ cores });
    let last = { value: meter.readCoreMicroseconds(), wall: process.hrtime.bigint() };
    for (let round = 0; round < 200; round++) {
      burn(200);
      const value = meter.readCoreMicroseconds();
      const wall = process.hrtime.bigint();
      assert.ok(value >= last.value);
      // The meter's own clock readings lie within ours, but for the call's duration: 5 ms covers a preemption.
      assert.ok(value - last.value <= (Number(wall - last.wall) / 1000 + 5000) * cores);
      last = { value, wall };
    }
  });
});

/** A machine's history: time that passed, and what the kernel then says, right or wrong. */
const history = fc.array(fc.record({ wall: fc.integer({ min: -50, max: 5000 }), raw: fc.nat(40_000) }), {
  maxLength: 60,
});

test('whatever a source says: readings never fall and never rise faster than wall time × cores', () => {
  const root = mkdtempSync(join(tmpdir(), 'meter-bound-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 8 }), (steps, cores) => {
      writeCgroup(write, 1_000_000);
      let wall = 0;
      const options = { hostRoot: root, processId: 42, wallMicroseconds: () => wall, cores };
      const meter = openCpuMeter({ ...options, sources: ['cgroup-v2'] });
      let before = 0;
      for (const step of steps) {
        wall += step.wall;
        writeCgroup(write, 980_000 + step.raw);
        const reading = meter.readCoreMicroseconds();
        assert.ok(reading >= before && reading - before <= Math.max(0, step.wall) * cores);
        before = reading;
      }
    }),
    { numRuns: 50 },
  );
  rmSync(root, { recursive: true });
});

test('when somebody joins the group, the next source goes on from the last reading', () => {
  const root = mkdtempSync(join(tmpdir(), 'meter-fallback-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  let wall = 0;
  writeCgroup(write, 1000);
  const meter = openCpuMeter({ hostRoot: root, processId: 42, wallMicroseconds: () => wall, cores: 1 });
  wall = 10_000_000;
  writeCgroup(write, 6000);
  assert.deepEqual([meter.source, meter.readCoreMicroseconds()], ['cgroup-v2', 5000]);
  writeCgroup(write, 9000, '42\n77\n');
  wall = 20_000_000;
  assert.equal(meter.readCoreMicroseconds(), 5000);
  assert.equal(meter.source, 'rusage');
  const before = process.cpuUsage();
  burn(20_000);
  wall = 30_000_000;
  const { user, system } = process.cpuUsage(before);
  assert.ok(meter.readCoreMicroseconds() - 5000 >= user + system);
  rmSync(root, { recursive: true });
});

test('METER-CPU-SOURCE when none of the named sources is here', () => {
  const open = () => openCpuMeter({ sources: ['cgroup-v2', 'procfs'], hostRoot: '/nonexistent' });
  assert.throws(open, { code: 'METER-CPU-SOURCE', refusalClass: 'give-up' });
});

function writeCgroup(write: (path: string, text: string) => void, usage: number, processes = '42\n'): void {
  write('proc/self/cgroup', '0::/meter\n');
  write('proc/self/mountinfo', '35 24 0:30 / /cgroup rw shared:9 - cgroup2 cgroup2 rw\n');
  write('cgroup/meter/cgroup.procs', processes);
  write('cgroup/meter/cgroup.stat', 'nr_descendants 0\n');
  write('cgroup/meter/cpu.stat', `usage_usec ${usage}\nuser_usec 0\nsystem_usec 0\n`);
}

/** Keeps this thread busy until it has had that much CPU time. */
function burn(coreMicroseconds: number): void {
  const before = process.cpuUsage();
  let sink = 0;
  for (;;) {
    for (let round = 0; round < 2000; round++) sink += Math.sqrt(round + sink);
    const { user, system } = process.cpuUsage(before);
    if (user + system >= coreMicroseconds || !Number.isFinite(sink)) return;
  }
}
