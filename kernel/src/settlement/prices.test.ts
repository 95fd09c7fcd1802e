import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochInputs, id, testAccounts, testEconomy, testEconomyHash } from '../economy.fixture.ts';
import type { Economy } from '../economy.ts';
import type { Epoch, NcuMs } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { chargeLines } from './node-table.ts';
import { priceOf } from './prices.ts';
import { genesisState, settleEpoch } from './settle.ts';

const FUEL = 7;
/** Fuel of grid nodes has a market of its own, at a fifth of the common price. */
const withMarket: Economy = {
  ...testEconomy,
  resourceMarkets: [
    {
      className: 'grid',
      resource: FUEL,
      price: { ...testEconomy.price, initialMicrograinsPerNcuS: 10_000_000_000_000 } as Economy['price'],
    },
  ],
};

function usageOf(epoch: number) {
  const line = { leaseId: id(9), nodeId: id(1), consumer: `0x${'c'.repeat(40)}`, purpose: 'task' as const };
  return [{ ...line, resource: FUEL, epoch: epoch as Epoch, quantity: 2_000_000_000 }];
}

test('a resource with a market of its own is charged at its own price and moves its own price alone', () => {
  const key = { className: 'grid', resource: FUEL };
  const inputs = epochInputs(0, {
    usage: usageOf(0),
    offeredByMarket: [{ ...key, offeredNcuMs: 2_000 as NcuMs }],
  });
  const common = settleEpoch(testEconomy, testEconomyHash, genesisState(testEconomy, testAccounts), {
    ...inputs,
    offeredByMarket: [],
  });
  const own = settleEpoch(withMarket, testEconomyHash, genesisState(withMarket, testAccounts), inputs);
  const [charge, ownCharge] = [common, own].map(({ statement }) => chargeLines(statement)[0]!.chargeGrains);
  assert.equal(ownCharge, charge! / 5);
  assert.equal(own.statement.usedNcuMs, 0, 'the common market saw nothing');
  const fixed = own.state.prices.at(-1)!;
  assert.ok(fixed.resources[0]!.priceMicrograinsPerNcuS > 10_000_000_000_000, 'its capacity was used up');
  assert.ok(fixed.priceMicrograinsPerNcuS < testEconomy.price.initialMicrograinsPerNcuS, 'the common one lay idle');
});

test('refuses an epoch whose price is not fixed: KERNEL-PRICE-UNKNOWN', () => {
  assert.throws(() => priceOf({ prices: [] }, 0), refusal('KERNEL-PRICE-UNKNOWN'));
});
