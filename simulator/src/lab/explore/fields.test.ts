import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeAt, chosenFields, exploredField, uncertainFields } from './fields.ts';
import { pointOf } from './setting.ts';
import { smallSetting } from './small-world.fixture.ts';

const setting = await smallSetting(1);
const field = (text: string) => exploredField(setting, text);
const refused = (text: string, code: string) => assert.throws(() => field(text), { code }, text);

test('a range has the units of its field, and values that the file can hold', () => {
  const burn = field('take.burn=2..10 %');
  assert.deepEqual([burn.low, burn.here, burn.high, burn.at], ['2 %', '5 %', '10 %', 50_000]);
  assert.equal(burn.textAt(1 / 3), '4.666 7 %'.replace(' 7', '7'));
  const holdback = field('cadence.holdback = 2 d .. 4 d');
  assert.deepEqual([0, 0.3, 0.34, 0.99, 1].map(holdback.textAt), ['2 d', '2 d', '3 d', '4 d', '4 d']);
  const deposit = field('challenges.deposit=1 credit..100 credits log');
  assert.equal(deposit.textAt(0.5), '10 credits');
});

test('fields of the scenario have the names and units of their file, and whole numbers where things are counted', () => {
  assert.equal(field('demand.elasticity=0.5..1.5').textAt(0.25), '0.75');
  const nodes = field('scenario.providers.edge.nodes=2..4');
  assert.deepEqual([nodes.textAt(0.5), nodes.keptAt(0.5), nodes.key], ['3', 3, 'providers[2].nodes']);
  assert.deepEqual(changeAt([field('scenario.providers.edge.capacity=1..3 NCU')], [0.5]).scenario, {
    'providers[2].milliNcu': 2_000,
  });
  assert.equal(field('scenario.network.loss=0 %..20 %').keptAt(0.5), 0.1);
  // Both have one: without a prefix it is the economy's.
  assert.equal(field('verification.detection=50..90 %').of, 'economy');
  assert.equal(field('economy.verification.detection=50..90 %').of, 'economy');
  const outside = field('scenario.demand.outside=0.01 credits per NCU·h..0.02 credits per NCU·h');
  assert.deepEqual([outside.here, outside.at, outside.key], ['null', null, 'demand.outsideMicrograinsPerNcuS']);
});

test('a point moves the fields, and the world follows what the economy assumes', () => {
  const fields = [field('assumptions.utilisation=50 %..70 %'), field('network.meterNoise=0..20 %')];
  const change = changeAt(fields, [0, 0.5]);
  assert.deepEqual(change, { economy: [['assumptions.utilisation', '50 %']], scenario: { 'network.meterNoise': 0.1 } });
  const { scenario } = pointOf(setting, change);
  assert.equal((scenario.demand as { utilisation: number }).utilisation, 0.5);
  assert.equal(scenario['network.meterNoise'], 0.1);
});

test('the uncertain inputs and the chosen parameters of the reference economy are fields that can be moved', () => {
  const uncertain = uncertainFields(setting);
  assert.equal(uncertain.length, 10);
  assert.deepEqual(uncertain.map(({ path }) => path).slice(0, 2), [
    'assumptions.utilisation',
    'assumptions.elasticity',
  ]);
  for (const share of [0, 1])
    pointOf(
      setting,
      changeAt(
        uncertain,
        uncertain.map(() => share),
      ),
    );
  const chosen = chosenFields(setting);
  assert.ok(chosen.length > 200 && chosen.every(({ at }) => at !== null));
  assert.deepEqual(chosen.find(({ path }) => path === 'take.burn')?.high, '6 %');
  assert.ok(chosen.every(({ path }) => !/^(assumptions|gate)/.test(path)));
});

test('EXPLORE-FIELD, SCENARIO-FIELD: a field without a number, or neither economy nor scenario has it', () => {
  refused('economy.governance.mode=1..2', 'EXPLORE-FIELD');
  refused('demand=1..2', 'EXPLORE-FIELD');
  for (const name of ['take.bern', 'scenario.take.burn', 'economy.price.gian', 'providers.clowd.nodes'])
    refused(`${name}=1..2`, 'SCENARIO-FIELD');
});

test('EXPLORE-RANGE: no range, another unit, ends in no order, a broken count', () => {
  for (const text of [
    'take.burn',
    'take.burn=5 %',
    'take.burn=2 d..3 d',
    'take.burn=10 %..2 %',
    'take.burn=1..2 ppb',
  ]) {
    refused(text, 'EXPLORE-RANGE');
  }
  refused('cadence.holdback=1.5 d..3 d', 'EXPLORE-RANGE');
  refused('demand.noise=1 d..2 d', 'EXPLORE-RANGE');
  refused('take.burn=2 %..10 % : 5', 'EXPLORE-RANGE');
  refused('scenario.providers.edge.nodes=2.5..4', 'EXPLORE-RANGE');
  refused('take.burn=0 %..5 % log', 'EXPLORE-RANGE');
});

test('EXPLORE-POINT: what file, kernel or world would refuse', () => {
  const past = field('cadence.holdback=8 d..14 d');
  assert.throws(() => pointOf(setting, changeAt([past], [1])), { code: 'EXPLORE-POINT', message: /unbonding/ });
  const share = field('network.loss=0..3');
  assert.throws(() => pointOf(setting, changeAt([share], [1])), { code: 'EXPLORE-POINT', message: /lossShare/ });
});
