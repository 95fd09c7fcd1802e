import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { SignedGateReport } from '@stannary/simulator/lab';
import { startNetwork, temporaryFolder, untilStatus } from './local-network.ts';

const CLI = resolve(import.meta.dirname, '../apps/cli/stannary.mjs');
const SETTLED = 4;

/** The command as a user runs it; a gate that does not pass ends with status 1. */
function stannary(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [CLI, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test('a running network is fitted and gated through its gateway, and from the statements that were saved', async () => {
  const folder = await temporaryFolder();
  const run = await startNetwork(join(folder.path, 'network'), []);
  try {
    await untilStatus(run, `epoch ${SETTLED}`, ({ settledEpoch }) => settledEpoch >= SETTLED, 300_000);
    const saved = join(folder.path, 'saved');
    const fitted = await stannary(
      'calibrate',
      ...['--gateway', run.gatewayUrl, '--save', saved, '--out', join(folder.path, 'live.yaml')],
    );
    assert.equal(fitted.status, 0, fitted.stderr);
    const again = await stannary('calibrate', '--from', saved, '--out', join(folder.path, 'saved.yaml'));
    assert.equal(again.status, 0, again.stderr);
    assert.equal(scenarioIn(join(folder.path, 'live.yaml')), scenarioIn(join(folder.path, 'saved.yaml')));

    const { economyHash } = (await run.client.status()).policy;
    for (const [name, live] of [
      ['from-gateway', run.gatewayUrl],
      ['from-folder', saved],
    ] as const) {
      const out = join(folder.path, name);
      const key = join(folder.path, 'key.pem');
      const gated = await stannary(
        ...['gate', 'local', '--live', live, '--only', 'G8', '--workers', '0', '--out', out, '--key', key],
      );
      assert.ok(gated.status === 0 || gated.status === 1, gated.stderr);
      const { report } = JSON.parse(readFileSync(join(out, 'gate-report.json'), 'utf8')) as SignedGateReport;
      const told = report.calibration as { economyHash: string; isGatedEconomy: boolean; epochs: { count: number } };
      assert.equal(report.economy.hash, economyHash);
      assert.deepEqual([told.economyHash, told.isGatedEconomy], [economyHash, true], 'the network’s own economy');
      assert.ok(told.epochs.count > SETTLED);
      assert.deepEqual(
        report.criteria.map(({ gate }) => gate),
        ['G8'],
      );
    }
  } finally {
    run.child.kill('SIGINT');
    await run.ended;
    await folder.remove();
  }
});

/** All but the first line, which says where the statements came from. */
function scenarioIn(file: string): string {
  return readFileSync(file, 'utf8').replace(/^.*\n/, '');
}
