import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEDGER_MIGRATIONS, migrate, openDatabase } from '@stannary/billing/postgres';
import { loadEconomy } from '@stannary/economies';
import { advanceResourcePrices, initialResourcePrices } from '@stannary/kernel';
import { RESOURCE_CODES } from '@stannary/wire';
import type { Tables } from './context.ts';
import { offeredByClass, offeredIn } from './offered.ts';
import { gatewayMigrations } from './tables.ts';

const { policies } = await loadEconomy('reference');
const { price } = policies[0].economy;
const { fuel } = RESOURCE_CODES;
const OFFERED = [
  { className: 'cloud', ncuMs: 1_000 },
  { className: 'edge', ncuMs: 300 },
  { className: 'grid', ncuMs: 20 },
];

test('capacity is summed by the class of who offers it, of the one epoch', async () => {
  const { db, close } = await openDatabase<Tables>({ memory: true });
  try {
    await migrate(db, { ...LEDGER_MIGRATIONS, ...gatewayMigrations });
    const classes = { a: 'edge', b: 'cloud', c: 'edge' };
    for (const [node_id, class_name] of Object.entries(classes)) {
      const device = { node_id, class_name, operator: 'o', spki: '', milli_ncu: 1_000, head_seq: 0, head_batch_id: '' };
      await db.insertInto('device').values(device).execute();
      for (const epoch of [4, 5]) {
        const offer = { node_id, epoch, capacity_ncu_ms: 100 * epoch, floor_price: 1, message: new Uint8Array() };
        await db.insertInto('offer').values(offer).execute();
      }
    }
    assert.deepEqual(await offeredByClass(db, 5), [
      { className: 'cloud', ncuMs: 500 },
      { className: 'edge', ncuMs: 1_000 },
    ]);
    assert.deepEqual(await offeredByClass(db, 6), []);
  } finally {
    await close();
  }
});

test('capacity is offered where its work is priced: the class’s own market, that of all classes, the common price', () => {
  assert.deepEqual(offeredIn({ resourceMarkets: [] }, OFFERED), { offeredNcuMs: 1_320, offeredByMarket: [] });
  const edge = { className: 'edge', resource: fuel, price };
  const own = { className: 'edge', resource: fuel, offeredNcuMs: 300 };
  assert.deepEqual(offeredIn({ resourceMarkets: [edge] }, OFFERED), { offeredNcuMs: 1_020, offeredByMarket: [own] });
  const all = { className: null, resource: fuel, price };
  assert.deepEqual(offeredIn({ resourceMarkets: [all, edge] }, OFFERED), {
    offeredNcuMs: 0,
    offeredByMarket: [{ className: null, resource: fuel, offeredNcuMs: 1_020 }, own],
  });
});

test('use in a market moves its price, which stood still while nothing was said to be offered to it', () => {
  const rules = [{ className: null, resource: fuel, price }];
  const before = initialResourcePrices(rules);
  const { offeredByMarket } = offeredIn({ resourceMarkets: rules }, OFFERED);
  const uses = offeredByMarket.map((offer) => ({ ...offer, usedNcuMs: 1_320 }));
  const epochMs = policies[0].economy.cadence.epochMs;
  const [after] = advanceResourcePrices(rules, before, uses, epochMs);
  assert.ok(after!.state.priceMicrograinsPerNcuS > before[0]!.state.priceMicrograinsPerNcuS);
  assert.deepEqual(advanceResourcePrices(rules, before, [], epochMs), before);
});
