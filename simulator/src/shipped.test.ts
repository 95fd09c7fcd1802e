import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadEconomy } from '@stannary/economies';
import type { SettledEpoch, SettlementTwin } from './simulation.ts';
import { Simulation } from './simulation.ts';
import { smallWorld } from './world.fixture.ts';

// Every economy that is shipped can be simulated: whatever rules its file has, the columns carry them out.

const FOLDER = fileURLToPath(new URL('../../economies', import.meta.url));
const EPOCHS = 60;

const SHIPPED = [FOLDER, `${FOLDER}/presets`].flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml')),
);

/** Sums of what each epoch settled, beside the run's own. */
class Sums implements SettlementTwin {
  charged = 0;
  emitted = 0;
  distributed = 0;

  assign(): void {}

  settle(_: unknown, { charged, emissionGrains, rewards }: SettledEpoch): void {
    this.charged += charged.chargedGrains;
    this.emitted += emissionGrains;
    this.distributed += rewards.earnedTokens;
  }
}

test('the shipped economies are all looked at', () => {
  for (const name of ['reference', 'local', 'helium', 'filecoin']) assert.ok(SHIPPED.includes(name), name);
});

for (const name of SHIPPED) {
  test(`a shipped economy is simulated and its books balance: ${name}`, async () => {
    const { economy } = await loadEconomy(name);
    const sums = new Sums();
    // Nodes in several bands: where a class has them, they count.
    const world = smallWorld(economy, 40, { horizonEpochs: EPOCHS });
    const providers = world.providers.map((one) => ({ ...one, meanBand: 1 }));
    const simulation = new Simulation(economy, { ...world, providers }, { twin: sums }).advance();
    // Each step has asserted that nothing is lost; the lifetime sums say the same from the other side.
    const { books, ledger } = simulation;
    assert.equal(simulation.epoch, EPOCHS);
    assert.equal(ledger.chargedCredits, BigInt(sums.charged));
    assert.equal(ledger.emittedTokens, BigInt(sums.emitted));
    assert.ok(sums.charged > 0 && sums.distributed <= sums.emitted);
    const waiting = BigInt(books.openTokensTotal + (books.vesting?.total ?? 0));
    assert.equal(ledger.emittedTokens, ledger.paidTokens + ledger.carriedTokens + waiting);
    const perNode = books.columns.nodes.openTokens.reduce((sum, grains) => sum + grains, 0);
    assert.equal(perNode, books.openTokensTotal);
  });
}

test('bands and coverage of a shipped economy reach the nodes: whoever is idle earns, and rank counts', async () => {
  const { economy } = await loadEconomy('helium');
  const world = smallWorld(economy, 40, { horizonEpochs: 12 });
  const earned = (changes: object, demanded = world.demand) => {
    const sums = new Sums();
    const providers = world.providers.map((one) => ({ ...one, ...changes }));
    const scenario = { ...world, demand: { ...demanded, noise: 0 }, providers };
    const { books } = new Simulation(economy, scenario, { twin: sums }).advance();
    return { ...sums, counted: books.workByClass().reduce((sum, one) => sum + one, 0) };
  };
  const idle = earned({}, { ...world.demand, utilisation: 0 });
  assert.equal(idle.charged, 0);
  assert.ok(idle.distributed > 0.99 * idle.emitted, 'all of the emission is for being there');
  const [best, ranked] = [earned({}), earned({ meanBand: 2 })];
  assert.equal(best.charged, ranked.charged);
  assert.ok(ranked.counted < best.counted);
});
