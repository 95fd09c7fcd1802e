import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderPopulation } from '../../../scenario/scenario.ts';
import { Simulation } from '../../../simulation.ts';
import { reference, smallWorld } from '../../../world.fixture.ts';
import { TenantSlots } from './tenant-slots.ts';

function slotsOf(changes: Partial<ProviderPopulation>, utilisation = 0.4): TenantSlots['figures'] {
  const world = smallWorld(reference, 200, { horizonEpochs: 48 });
  // Demand that no price moves: what is kept depends on supply alone.
  const demand = { ...world.demand, utilisation, elasticity: 0 };
  const providers = world.providers.map((one) => ({ ...one, ...changes }));
  const slots = new TenantSlots(reference);
  new Simulation(reference, { ...world, demand, providers }, { twin: slots }).advance();
  return slots.figures;
}

test('slots are served by the nodes that churn leaves up, epoch by epoch', () => {
  const steady = slotsOf({ availability: 0.99 });
  assert.ok(steady.slotsKept > 0);
  // The course replaces the plain share, for the waiting line as for the market.
  assert.deepEqual(slotsOf({ availability: 0.01, churn: { values: [0.99], epochsPerValue: 1 } }), steady);
  // In every second half day four fifths are away, and the promise with them.
  const halved = slotsOf({ availability: 0.99, churn: { values: [0.99, 0.2], epochsPerValue: 12 } });
  assert.equal(halved.slots, steady.slots);
  assert.ok(halved.slotsKept < 0.6 * steady.slotsKept, `${halved.slotsKept} of ${steady.slotsKept}`);
});

test('a server works as fast as its population, whatever the economy assumes of nodes', () => {
  // Nodes a tenth as large are a tenth as fast: the same share of their capacity leaves starts waiting as long or longer.
  const { milliNcu } = smallWorld(reference, 200).providers[0]!;
  const [large, small] = [milliNcu, milliNcu / 10].map((own) => slotsOf({ availability: 0.99, milliNcu: own }, 0.85));
  assert.equal(small!.slots, large!.slots);
  assert.ok(
    large!.slotsKept < 0.9 * large!.slots && small!.slotsKept <= large!.slotsKept,
    `${small!.slotsKept} of ${large!.slotsKept}`,
  );
});
