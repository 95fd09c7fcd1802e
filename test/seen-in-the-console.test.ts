import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeploymentBook, newAccount, readRegistry } from '@stannary/chain';
import { runStannary } from '../apps/cli/src/lab/run-stannary.fixture.ts';
import { browserTest, openConsole, type ToldEvent } from './console-timeline.ts';
import { type LocalNetworkRun, startNetwork, temporaryFolder, untilStatus } from './local-network.ts';

// What the user of a local network sees of two stories while it runs: a payer that leaves while its payee sleeps, and one
// parameter's way from a motion to its effect and back. Nobody moves the clock: the local economy's delays are seconds.

const WAIT_MS = 500;
const NOT_YET = 'none seen yet';
const CHANGE = ['--set', 'version=2', '--set', 'reserve.spread=0.4%'];

describe('a local network with a payer that leaves', { timeout: 900_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let run: LocalNetworkRun;
  let rpcUrl: string;
  let book: DeploymentBook;

  before(async () => {
    folder = await temporaryFolder();
    run = await startNetwork(join(folder.path, 'network'), ['--payer-exit']);
    await untilStatus(run, 'a settled epoch', ({ settledEpoch }) => settledEpoch >= 0, 300_000);
    ({ rpcUrl } = await run.client.network());
    book = read('network.json').addressBook;
  });

  after(async () => {
    run?.child.kill('SIGINT');
    await run?.ended;
    await folder.remove();
  });

  test(
    'shows its exit, the commitment by the tower that stops it, and that the payee keeps its due',
    browserTest,
    async () => {
      await using console = await openConsole(run.consoleUrl);
      const told = await console.untilTold((told) => has(told, 'Channel closed'));
      assert.deepEqual(
        told.filter(({ event }) => /^(Exit|Channel) /.test(event)).map(({ event }) => event),
        ['Exit started', 'Channel committed', 'Channel closed'],
      );
      const { payeeKey } = read('payer-exit.json');
      const { address: payee } = newAccount(payeeKey);
      assert.match(telling(told, 'Exit started'), /: the payer leaves\. The payee may claim or commit until /);
      const held = `: 70.0000 credits are held for ${payee.slice(0, 6)}…${payee.slice(-4)}, whatever the payer does.`;
      assert.ok(telling(told, 'Channel committed').endsWith(held), telling(told, 'Channel committed'));
      const closed = / is closed: 30\.0000 credits back to the payer, 70\.0000 credits kept for the payee\.$/;
      assert.match(telling(told, 'Channel closed'), closed);
      const ids = told.flatMap(({ telling }) => /^Channel (\S+?):? /.exec(telling)?.[1] ?? []);
      assert.equal(new Set(ids).size, 1, 'all of one channel');
      assert.deepEqual(console.errors, []);
    },
  );

  test('shows a change by vote, timelock and epoch, and the guardian’s way back', browserTest, async () => {
    await using console = await openConsole(run.consoleUrl);
    const startsAt = await carriedThrough(await gateReport());
    const waiting = await console.untilTold((told) => has(told, 'Change scheduled'));
    const from = new Date(startsAt * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    const scheduled = `Version 2 of the economy is scheduled for ${from} UTC: reserve.spread to 4 000. It only tightens.`;
    assert.equal(waiting.findLast(({ event }) => event === 'Change scheduled')!.telling, scheduled);
    assert.ok(has(waiting, 'Motion put'));
    assert.match(telling(waiting, 'Call queued'), /is decided, and waits in the timelock until /);
    while ((await readRegistry(rpcUrl, book)).versionInForce !== 2) await sleep(WAIT_MS);

    await rolledBack();
    assert.equal((await readRegistry(rpcUrl, book)).versionInForce, 1);
    const told = await console.untilTold((told) => has(told, 'Change rolled back'));
    const way = ['Motion put', 'Call queued', 'Change scheduled', 'Change activated', 'Change rolled back'];
    const places = way.map((kind) =>
      told.findLastIndex(({ event, telling }) => event === kind && !isOfGuardian(telling)),
    );
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      JSON.stringify(told),
    );
    assert.equal(
      telling(told, 'Change rolled back'),
      'Version 2 of the economy is rolled back: the values of version 1, the last that proved itself, are in force again.',
    );
    assert.ok(told.some(({ event, telling }) => event === 'Motion executed' && isOfGuardian(telling)));
    assert.deepEqual(console.errors, []);
  });

  /** Keys of two seats of three, which are enough of the council and of the guardian. */
  function seats(): string[] {
    return ['operator.key', 'insurance.key'].map((name) => join(run.dataDirectory, name));
  }

  /** What a command of `stannary deploy` says of this network. */
  async function deploy(...args: string[]) {
    const files = ['--parties', 'parties.json', '--book', 'addresses.json'];
    const place = files.map((arg) => (arg.startsWith('--') ? arg : join(run.dataDirectory, arg)));
    const said = await runStannary('deploy', '--economy', 'local', '--rpc', rpcUrl, ...place, ...args, '--json');
    assert.equal(said.status, 0, said.stderr);
    return JSON.parse(said.stdout);
  }

  async function gateReport(): Promise<string> {
    const out = join(folder.path, 'look');
    const row = ['--only', 'G8', '--profile', 'quick', '--out', out, '--key', join(folder.path, 'gate.pem')];
    const { stderr } = await runStannary('gate', 'local', ...CHANGE, ...row);
    assert.ok(existsSync(join(out, 'gate-report.json')), stderr);
    return join(out, 'gate-report.json');
  }

  /** As often as it takes: on a busy machine a motion may miss its epoch, and is put anew. The first second in force. */
  async function carriedThrough(report: string): Promise<number> {
    for (;;) {
      for (const key of seats()) {
        const { step } = await deploy(...CHANGE, '--diff', '--gate-report', report, '--key', key);
        if ('startsAt' in step) return step.startsAt;
      }
      await sleep(WAIT_MS);
    }
  }

  /** So is this. */
  async function rolledBack(): Promise<void> {
    for (;;) {
      for (const key of seats()) if ((await deploy('--rollback', '--key', key)).did === 'carried') return;
    }
  }

  function read(name: string) {
    return JSON.parse(readFileSync(join(run.dataDirectory, name), 'utf8'));
  }
});

function has(told: readonly ToldEvent[], kind: string): boolean {
  return told.some(({ event }) => event === kind);
}

function telling(told: readonly ToldEvent[], kind: string): string {
  return told.find(({ event }) => event === kind)?.telling ?? NOT_YET;
}

function isOfGuardian(telling: string): boolean {
  return telling.includes('of the guardian');
}
