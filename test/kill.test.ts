import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { chargeLines, type Statement } from '@stannary/kernel';
import { type LocalNetworkRun, startNetwork, temporaryFolder, untilStatus } from './local-network.ts';

// kill -9 of the gateway in the middle of an epoch, twice, while a whole network works through it. Its supervisor starts
// it again; nothing that was acknowledged may be lost, and nothing may be paid twice.

const ERAS = 2;
/** Two minutes where the machine is idle. */
const RUN_WITHIN_MS = 600_000;

describe('a gateway that is killed in mid-epoch', { timeout: RUN_WITHIN_MS }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let run: LocalNetworkRun;
  const killed: number[] = [];
  const statements = new Map<number, { statement: Statement; statementHash: string }>();

  before(async () => {
    folder = await temporaryFolder();
    run = await startNetwork(folder.path, ['--eras', `${ERAS}`, '--json']);
    for (const epoch of [2, 5]) {
      await untilStatus(
        run,
        `work in epoch ${epoch}`,
        (status) => status.epoch >= epoch && status.epochEndsInMs < 3_500,
      );
      await remember(run, statements);
      killed.push(await killGateway(run));
    }
    await untilStatus(run, 'the end of work', (status) => status.phase === 'draining' || status.phase === 'drained');
    await remember(run, statements);
  });

  after(async () => {
    run?.child.kill('SIGINT');
    await run?.ended;
    await folder.remove();
  });

  test('is started again, twice', () => {
    assert.equal(new Set(killed).size, 2);
  });

  test('ends sound: books exact, all claims paid, all cheats and only cheats slashed', async () => {
    const { status, stdout, stderr } = await run.ended;
    assert.equal(status, 0, `${stderr}\n${stdout}`);
    const { conservation, cheats, honest, results, claims } = JSON.parse(stdout);
    assert.deepEqual(conservation, { ledger: true, chain: true, agree: true });
    assert.deepEqual(
      [cheats, honest],
      [
        { planted: 3, slashed: 3 },
        { count: 5, slashed: 0 },
      ],
    );
    assert.deepEqual([claims.paid, claims.paidTokens], [claims.due, claims.dueTokens]);
    assert.ok(results.verified > 0);
  });

  test('loses nothing that was acknowledged and counts nothing twice', () => {
    const charged = new Set<string>();
    for (const { statement } of statements.values()) {
      for (const { leaseId, resource, epoch } of chargeLines(statement)) {
        const key = `${leaseId} ${resource} ${epoch}`;
        assert.ok(!charged.has(key), `charged twice: ${key}`);
        charged.add(key);
      }
    }
    const acknowledged = acknowledgedBatches(folder.path);
    assert.ok(acknowledged.sealed > 0);
    assert.equal(acknowledged.acknowledged, acknowledged.sealed, 'every sealed batch got through in the end');
  });

  test('statements settled before a kill are the same after it', () => {
    const hashes = [...statements.values()].map(({ statementHash }) => statementHash);
    assert.equal(new Set(hashes).size, hashes.length);
  });
});

/** Fetches what is settled; a statement that was fetched before must not have changed. */
async function remember(
  run: LocalNetworkRun,
  statements: Map<number, { statement: Statement; statementHash: string }>,
): Promise<void> {
  const { settledEpoch } = await run.client.status();
  for (let epoch = 0; epoch <= settledEpoch; epoch += 1) {
    const fetched = await run.client.statement(epoch);
    const before = statements.get(epoch);
    if (before !== undefined) assert.equal(fetched.statementHash, before.statementHash, `epoch ${epoch} changed`);
    statements.set(epoch, fetched);
  }
}

/** SIGKILL to the process that listens as gateway of this network; resolves to its number once another one answers. */
async function killGateway(run: LocalNetworkRun): Promise<number> {
  const pid = gatewayPid(run.dataDirectory);
  // A number that is none would not kill nobody: -1 stands for every process there is.
  assert.ok(pid > 1, `expected a gateway to kill, got ${pid}`);
  process.kill(pid, 'SIGKILL');
  await untilStatus(run, 'the gateway’s return', () => ![-1, pid].includes(gatewayPid(run.dataDirectory)));
  return pid;
}

function gatewayPid(dataDirectory: string): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const commandLine = readIfThere(`/proc/${name}/cmdline`).split('\0');
    if (commandLine.includes('--config') && commandLine.includes(`${dataDirectory}/gateway.json`)) return Number(name);
  }
  return -1;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Sums over the providers' own logs: what they sealed, and what they got a receipt for. */
function acknowledgedBatches(dataDirectory: string): { sealed: number; acknowledged: number } {
  const sums = { sealed: 0, acknowledged: 0 };
  for (const file of readdirSync(`${dataDirectory}/logs`).filter((name) => name.startsWith('provider-'))) {
    const last = readIfThere(`${dataDirectory}/logs/${file}`)
      .trim()
      .split('\n')
      .findLast((line) => line.includes('"event":"stopped"'));
    if (last === undefined) continue;
    const { batchesSealed, batchesAcknowledged } = JSON.parse(last) as {
      batchesSealed: number;
      batchesAcknowledged: number;
    };
    sums.sealed += batchesSealed;
    sums.acknowledged += batchesAcknowledged;
  }
  return sums;
}
