import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { toHex } from '@stannary/wire';
import { deviceKeysOf } from './keys.ts';

const root = mkdtempSync(join(tmpdir(), 'meter-main-'));
after(() => rmSync(root, { recursive: true }));
const PROGRAM = new URL('./main.ts', import.meta.url).pathname;
const PLUGIN = `export default ({ transport }, option) => ({
  transport: {
    network: () => transport.network(),
    postOffer: (offer) => transport.postOffer(offer),
    requestWork: () => Promise.reject(Object.assign(new Error(option), { code: 'PLUGIN-REFUSED', refusalClass: 'give-up' })),
  },
});`;
const REQUIRED = ['--data', join(root, 'node'), '--class', 'grid', '--capacity-ncu-ms', '1000'];

describe('the program', () => {
  test('starts with a key of its own, works against a gateway, and ends with 0 on SIGTERM', async () => {
    const gateway = await serve({ status: 200 });
    const program = run(['--gateway', gateway.url, ...REQUIRED]);
    await program.seen('started');
    assert.equal(statSync(join(root, 'node', 'device.pem')).mode & 0o777, 0o600);
    await gateway.asked('/v1/work');
    assert.equal(await program.end('SIGTERM'), 0);
    const { epoch, batchesWaiting } = program.lines.at(-1) as Record<string, unknown>;
    assert.deepEqual([program.lines.at(-1)?.event, epoch, batchesWaiting], ['stopped', 0, 0]);
    gateway.server.close();
  });

  test('waits for a gateway that is not up, and ends with 0 on SIGTERM', async () => {
    const program = run(['--gateway', 'http://127.0.0.1:9', ...REQUIRED]);
    await program.seen('gateway-awaited');
    assert.equal(await program.end('SIGTERM'), 0);
  });

  test('ends with 4 when the gateway gives up on it', async () => {
    const gateway = await serve({ status: 403 });
    const program = run(['--gateway', gateway.url, ...REQUIRED]);
    assert.equal(await program.end(), 4);
    assert.match(program.stderr, /NODE-SLASHED/);
    gateway.server.close();
  });

  test('lets a plugin change how it reaches the gateway', async () => {
    const gateway = await serve({ status: 200 });
    const plugin = join(root, 'plugin.mjs');
    writeFileSync(plugin, PLUGIN);
    const program = run(['--gateway', gateway.url, ...REQUIRED, '--plugin', plugin, '--plugin-option', 'says so']);
    assert.equal(await program.end(), 4);
    assert.match(program.stderr, /PLUGIN-REFUSED: says so/);
    gateway.server.close();
  });

  test('METER-PLUGIN ends it with 2', async () => {
    const empty = join(root, 'empty.mjs');
    writeFileSync(empty, 'export const provider = 1;');
    for (const path of [empty, join(root, 'nowhere.mjs')]) {
      const program = run(['--gateway', 'http://127.0.0.1:9', ...REQUIRED, '--plugin', path]);
      assert.equal(await program.end(), 2);
      assert.match(program.stderr, /^METER-PLUGIN: /);
    }
  });

  test('ends with 0 when the parent that talks to it goes away', async () => {
    const gateway = await serve({ status: 200 });
    const child = spawn(process.execPath, [PROGRAM, '--gateway', gateway.url, ...REQUIRED], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await gateway.asked('/v1/work');
    child.disconnect();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    gateway.server.close();
  });

  test('--help shows an example and ends with 0', async () => {
    const program = run(['--help']);
    assert.equal(await program.end(), 0);
    assert.match(program.stdout, /example: meter --gateway/);
  });

  test('METER-ARGUMENT ends it with 2', async () => {
    const cases = [
      [],
      ['--unknown'],
      ['--gateway', 'ftp://x', ...REQUIRED],
      ['--gateway', 'http://127.0.0.1:9', ...REQUIRED.slice(0, 4), '--capacity-ncu-ms', '1.5'],
    ];
    for (const argv of cases) {
      const program = run(argv);
      assert.equal(await program.end(), 2);
      assert.match(program.stderr, /^METER-ARGUMENT: /);
    }
  });
});

/** As much of a gateway as a start needs: the network's facts, offers taken, no work (or a refusal). */
async function serve({
  status,
}: {
  status: number;
}): Promise<{ server: Server; url: string; asked: (path: string) => Promise<void> }> {
  const asked = new Set<string>();
  const server = createServer((request, response) => {
    asked.add(request.url!);
    if (request.url === '/v1/network') return response.end(JSON.stringify(networkAnswer()));
    const refusal = { code: 'NODE-SLASHED', message: 'the node is out' };
    response.writeHead(status).end(JSON.stringify(status === 200 ? [] : refusal));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const waitFor = async (path: string) => {
    while (!asked.has(path)) await once(server, 'request');
  };
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: waitFor };
}

function networkAnswer() {
  const poster = deviceKeysOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  return {
    chain: 'eip155:31337',
    contracts: { settlement: `0x${'12'.repeat(20)}` },
    economyHash: '34'.repeat(32),
    policies: [{ version: 1, fromEpoch: 0, economyHash: '34'.repeat(32) }],
    economy: { cadence: { graceMs: 1000 } },
    clock: { genesisMs: Date.now() - 1000, epochMs: 3_600_000, epochsPerEra: 4, pauses: [] },
    posterKey: toHex(poster.spki),
  };
}

/** The program as a process, its printed lines, and its end. */
function run(argv: string[]) {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout!.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const closed = once(child, 'close');
  return {
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    get lines() {
      return output.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { event: string });
    },
    async seen(event: string): Promise<void> {
      while (!output.stdout.includes(`"event":"${event}"`)) await once(child.stdout!, 'data');
    },
    async end(signal?: NodeJS.Signals): Promise<unknown> {
      if (signal !== undefined) child.kill(signal);
      return (await closed)[0];
    },
  };
}
