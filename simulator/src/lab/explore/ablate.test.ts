import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ECONOMIC_ATTACKS } from '../../attacks/catalogue.ts';
import { ablate, ablationBudget, ablationCases } from './ablate.ts';
import { DEFENCES, defenceNamed, standsAgainst, withoutDefence } from './defences.ts';
import { smallSetting } from './small-world.fixture.ts';

const setting = await smallSetting(3);
const named = (...ids: string[]) => ids.map(defenceNamed);

test('without the link to fees, wash usage pays', async () => {
  const washUsage = ECONOMIC_ATTACKS.filter(({ id }) => id === 'wash-usage');
  const plan = { defences: named('fee-link', 'correlation'), attacks: washUsage };
  const progress: number[] = [];
  const [link, correlation] = await ablate(setting, plan, {
    workers: 0,
    onProgress: (done, of) => void progress.push(done / of),
  });
  const [wash] = link!.attacks;
  assert.deepEqual([wash!.with.pays, wash!.without.pays], ['no', 'yes']);
  assert.match(wash!.words, /^breaks/);
  assert.ok(wash!.without.ratio! < 2 && wash!.with.ratio! > 2);
  assert.ok(wash!.change.interval.high < 0);
  assert.deepEqual(correlation!.attacks, []);
  assert.ok(progress.at(-1) === 1 && progress.length === ablationBudget(setting, plan));
});

test('each defence of the table can be switched off in the reference economy, and changes it', () => {
  for (const defence of DEFENCES) assert.ok(withoutDefence(setting.policy, defence) !== null, defence.id);
  assert.equal(new Set(DEFENCES.map(({ id }) => id)).size, DEFENCES.length);
});

test('every attack of the catalogue that the economy defends against has a defence in the table', () => {
  const cases = ablationCases(setting, { defences: DEFENCES, attacks: ECONOMIC_ATTACKS });
  const met = new Set(cases.flatMap(({ attacks }) => attacks.map(({ id }) => id)));
  assert.deepEqual([...met].sort(), ECONOMIC_ATTACKS.map(({ id }) => id).sort());
});

test('a defence meets an attack by a field, one above it or one below it', () => {
  const [bond] = named('bond');
  const meets = (...fields: string[]) => standsAgainst(bond!, fields);
  assert.deepEqual(
    [
      meets('classes.*.bond'),
      meets('classes.edge.bond.min'),
      meets('classes'),
      meets('classes.*.curve'),
      meets('bonds.idFee'),
    ],
    [true, true, true, false, false],
  );
});

test('a defence that the economy does not have is none', async () => {
  const without = await smallSetting(1, [['supply.ceiling', 'null']]);
  assert.equal(withoutDefence(without.policy, defenceNamed('mint-ceiling')), null);
});

test('EXPLORE-DEFENCE', () => {
  assert.throws(() => defenceNamed('hold-back'), { code: 'EXPLORE-DEFENCE', message: /holdback/ });
});
