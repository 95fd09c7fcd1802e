import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  enterOwnCgroup,
  locateCgroup,
  openCgroupCpu,
  ownCgroup,
  parseCgroup2Mounts,
  parseCpuUsage,
  parseDescendants,
  parseMembership,
  parseProcessIds,
  removeCgroup,
} from './cgroup.ts';

// Texts as kernels wrote them: 6.18 with both versions mounted, 6.8 with version 2 only, a container of the latter.
const HYBRID_CGROUP =
  '9:name=systemd:/\n8:pids:/\n4:memory:/process_api/befbb4e6\n2:cpuacct:/\n1:cpu:/\n0::/user.slice/meter\n';
const HYBRID_MOUNTS = `23 1 254:0 / / rw,relatime - ext4 /dev/root rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const UNIFIED_MOUNTS =
  '35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n';
const CONTAINER_MOUNTS =
  '1290 1284 0:30 /docker/4f1a /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n';
const CPU_STAT = `usage_usec 90414260
user_usec 47878080
system_usec 42536180
nice_usec 0
core_sched.force_idle_usec 0
nr_periods 0
nr_throttled 0
throttled_usec 0
nr_bursts 0
burst_usec 0
`;
const CGROUP_STAT = 'nr_descendants 0\nnr_subsys_cpu 1\nnr_dying_descendants 0\nnr_dying_subsys_cpu 0\n';

describe('membership of /proc/self/cgroup', () => {
  test('is the 0:: line, alone or among version 1 lines', () => {
    assert.equal(parseMembership(HYBRID_CGROUP), '/user.slice/meter');
    assert.equal(parseMembership('0::/\n'), '/');
    assert.equal(parseMembership('0::/system.slice/a:b.service\n'), '/system.slice/a:b.service');
  });
  test('is null on a host with version 1 only', () => {
    assert.equal(parseMembership('2:cpuacct:/\n1:cpu:/\n'), null);
  });
  test('METER-CGROUP-FORMAT for other lines', () => {
    for (const text of ['0:/\n', 'zero::/\n', '0::relative\n']) refusesFormat(() => parseMembership(text));
  });
});

describe('mounts of /proc/self/mountinfo', () => {
  test('are those of type cgroup2, with or without optional tags', () => {
    assert.deepEqual(parseCgroup2Mounts(HYBRID_MOUNTS), [{ root: '/', mountPoint: '/sys/fs/cgroup/unified' }]);
    assert.deepEqual(parseCgroup2Mounts(UNIFIED_MOUNTS), [{ root: '/', mountPoint: '/sys/fs/cgroup' }]);
    assert.deepEqual(parseCgroup2Mounts(CONTAINER_MOUNTS), [{ root: '/docker/4f1a', mountPoint: '/sys/fs/cgroup' }]);
  });
  test('blanks in paths are octal', () => {
    const text = '41 31 0:38 / /media/two\\040words rw - cgroup2 cgroup2 rw\n';
    assert.deepEqual(parseCgroup2Mounts(text), [{ root: '/', mountPoint: '/media/two words' }]);
  });
  test('METER-CGROUP-FORMAT for lines that are cut off', () => {
    for (const text of ['41 31 0:38 /\n', '41 31 0:38 / /sys rw - cgroup2\n']) {
      refusesFormat(() => parseCgroup2Mounts(text));
    }
  });
});

test("a group lies at its path below the mount, or relative to the mount's root", () => {
  assert.equal(locateCgroup('/user.slice', parseCgroup2Mounts(HYBRID_MOUNTS)), '/sys/fs/cgroup/unified/user.slice');
  assert.equal(locateCgroup('/docker/4f1a/in', parseCgroup2Mounts(CONTAINER_MOUNTS)), '/sys/fs/cgroup/in');
  assert.equal(locateCgroup('/docker/4f1abc', parseCgroup2Mounts(CONTAINER_MOUNTS)), null);
  assert.equal(locateCgroup('/../sibling', parseCgroup2Mounts(UNIFIED_MOUNTS)), null);
  assert.equal(locateCgroup('/', []), null);
});

describe('figures', () => {
  test('usage_usec of cpu.stat', () => {
    assert.equal(parseCpuUsage(CPU_STAT), 90_414_260);
  });
  test('METER-CGROUP-FORMAT for cpu.stat without usage, with another form, or beyond 2^53 - 1', () => {
    for (const text of ['', 'user_usec 1\n', 'usage_usec -1\n', 'usage_usec 1.5\n', `usage_usec ${2 ** 53}\n`]) {
      refusesFormat(() => parseCpuUsage(text));
    }
  });
  test('process ids, 0 for one of another namespace', () => {
    assert.deepEqual(parseProcessIds('1\n4242\n0\n'), [1, 4242, 0]);
    assert.deepEqual(parseProcessIds(''), []);
  });
  test('METER-CGROUP-FORMAT for other process ids', () => {
    refusesFormat(() => parseProcessIds('1 2\n'));
  });
  test('descendants', () => {
    assert.equal(parseDescendants(CGROUP_STAT), 0);
    refusesFormat(() => parseDescendants('nr_dying_descendants 0\n'));
  });
});

describe('the group of a process', () => {
  const host = createHost();
  const place = { hostRoot: host.root, processId: 42 };
  const group = '/sys/fs/cgroup/unified/user.slice/meter';
  after(() => rmSync(host.root, { recursive: true }));

  test('is read while the process is alone in it', () => {
    host.write(`${group}/cgroup.procs`, '42\n');
    const read = openCgroupCpu(place);
    assert.equal(read?.(), 90_414_260);
    host.write(`${group}/cgroup.procs`, '42\n43\n');
    assert.equal(read?.(), null);
  });
  test('is not used when it is shared, has groups below, or is not there', () => {
    host.write(`${group}/cgroup.procs`, '42\n0\n');
    assert.equal(openCgroupCpu(place), null);
    host.write(`${group}/cgroup.procs`, '42\n');
    host.write(`${group}/cgroup.stat`, CGROUP_STAT.replace('nr_descendants 0', 'nr_descendants 2'));
    assert.equal(openCgroupCpu(place), null);
    assert.equal(openCgroupCpu({ ...place, hostRoot: join(host.root, 'nowhere') }), null);
    host.write(`${group}/cgroup.stat`, CGROUP_STAT);
  });
  test('can be entered where the hierarchy is writable', () => {
    const entered = enterOwnCgroup('worker', place);
    assert.equal(entered, `${host.root}${group}/worker`);
    assert.equal(enterOwnCgroup('worker', { ...place, hostRoot: join(host.root, 'nowhere') }), false);
    assert.equal(removeCgroup(join(host.root, 'nowhere')), false);
  });
});

test('on this machine, a group of its own is entered and left without a trace, or not at all', async () => {
  const place = { hostRoot: '', processId: process.pid };
  const before = ownCgroup(place);
  const entered = enterOwnCgroup(`stannary-test-${process.pid}`, place);
  if (entered === false) return;
  assert.equal(ownCgroup(place), entered);
  assert.ok(openCgroupCpu(place)?.() !== null);
  assert.equal(removeCgroup(entered), false, 'an occupied group stays');
  writeFileSync(join(before ?? '', 'cgroup.procs'), String(process.pid));
  assert.equal(removeCgroup(entered), true);
});

function createHost(): { root: string; write: (path: string, text: string) => void } {
  const root = mkdtempSync(join(tmpdir(), 'meter-cgroup-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  };
  write('/proc/self/cgroup', HYBRID_CGROUP);
  write('/proc/self/mountinfo', HYBRID_MOUNTS);
  write('/sys/fs/cgroup/unified/user.slice/meter/cpu.stat', CPU_STAT);
  write('/sys/fs/cgroup/unified/user.slice/meter/cgroup.stat', CGROUP_STAT);
  return { root, write };
}

function refusesFormat(run: () => unknown): void {
  assert.throws(run, { name: 'MeterRefusal', code: 'METER-CGROUP-FORMAT', refusalClass: 'give-up' });
}
