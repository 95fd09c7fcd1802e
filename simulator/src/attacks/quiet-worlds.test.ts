import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Economy } from '@stannary/kernel';
import type { Scenario } from '../scenario/scenario.ts';
import { economyWith, reference, smallWorld } from '../world.fixture.ts';
import { ECONOMIC_ATTACKS } from './catalogue.ts';

// Every attack in worlds at the edge: a defined result, never a NaN, from its attempt and from its closed form.

const base = smallWorld(reference, 9, { horizonEpochs: 140 });

const WORLDS: readonly (readonly [string, Partial<Scenario>, Economy?])[] = [
  ['no nodes', { providers: [] }],
  ['one node', { providers: smallWorld(reference, 1).providers.slice(-1) }],
  ['no demand', { demand: { ...base.demand, utilisation: 0 } }],
  ['demand beyond all capacity', { demand: { ...base.demand, utilisation: 50 } }],
  ['demand that no price moves', { demand: { ...base.demand, elasticity: 0 } }],
  ['nobody up', { providers: base.providers.map((one) => ({ ...one, availability: 0 })) }],
  ['a horizon of one epoch', { horizonEpochs: 1 }],
  ['verifiers that see nothing', { verification: { ...base.verification, lazyShare: 1 } }],
  ['verifiers that see all', { verification: { ...base.verification, auditShare: 1, detection: 1 } }],
  ['no holdback', {}, economyWith({ cadence: { holdbackEras: 0 } })],
  ['no take', {}, economyWith({ take: { burnPpm: 0, insurancePpm: 0, treasuryPpm: 0 } })],
  ['no emission', {}, economyWith({ supply: { streams: [] } })],
];

for (const [name, changes, economy = reference] of WORLDS) {
  test(`a defined result of every attack: ${name}`, () => {
    const scenario = { ...base, ...changes };
    for (const attack of ECONOMIC_ATTACKS) {
      const values = Object.entries(attack.parameters).map(([key, { value }]) => [key, value]);
      const setting = { economy, scenario, parameters: Object.fromEntries(values) };
      const account = attack.attempt(setting, 0);
      assert.ok(Object.values(account).every(Number.isFinite), `${attack.id}: ${JSON.stringify(account)}`);
      assert.ok(account.costCredits >= 0 && account.stakeCredits >= 0, attack.id);
      const closed = attack.closedForm(setting);
      const sides = closed === null ? [] : [closed.costCredits, closed.returnCredits];
      assert.ok(sides.every(Number.isFinite), `${attack.id}: closed form ${sides}`);
      assert.ok(closed === null || !Number.isNaN(closed.ratio), attack.id);
      assert.ok(attack.minimumSize(setting) > 0, attack.id);
    }
  });
}
