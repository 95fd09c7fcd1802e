import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePolicy, failedChecks, loadEconomy } from '@stannary/economies';
import { exploredField } from './fields.ts';
import { objectiveOf, tuneGateOf } from './objectives.ts';
import { patchText } from './patch.ts';
import { smallSetting } from './small-world.fixture.ts';
import { generationsOf, type TunePlan, type TuneState, tune, tuneBudget, tuneStart } from './tune.ts';

/** Small runs are done before a thread has started. */
const ALONE = { workers: 0 };

const setting = await smallSetting(2);
const PLAN: TunePlan = {
  fields: [exploredField(setting, 'take.treasury=0..10 %'), exploredField(setting, 'take.burn=1 %..8 %')],
  objectives: [objectiveOf('max marginMedian')],
  gates: [tuneGateOf('attack:wash-usage:ratio >= 2')],
  generations: 3,
  population: 4,
  seed: 0,
};
const bothTakes = ({ change }: { change: { economy: readonly (readonly [string, string])[] } }) =>
  change.economy.map(([, text]) => Number.parseFloat(text));

test('one objective: the margin rises as the take falls, as far as the gate lets it', async () => {
  const states: TuneState[] = [];
  const progress: number[] = [];
  const found = await tune(setting, PLAN, {
    workers: 0,
    onGeneration: (state) => void states.push(structuredClone(state)),
    onProgress: (done, of) => void progress.push(done / of),
  });
  const [best] = found.best;
  assert.ok(best!.passes && best!.found[0]!.value > found.here.found[0]!.value, JSON.stringify(found));
  assert.ok(best!.found[1]!.value >= 2);
  const tuned = changePolicy(setting.policy, best!.change.economy);
  assert.deepEqual(failedChecks(tuned), failedChecks(setting.policy));
  assert.ok(bothTakes(best!).reduce((sum, take) => sum + take) < 8);
  assert.deepEqual(states.map(generationsOf), [1, 2, 3]);
  assert.ok(progress.at(-1) === 1 && progress.length <= tuneBudget(PLAN, 2));
  // A search that stopped after a generation, kept as JSON, goes on to the same end.
  const from = JSON.parse(JSON.stringify(states[0])) as TuneState;
  assert.deepEqual(await tune(setting, PLAN, { from, workers: 0 }), found);
});

test('several objectives: a front on which more of one is less of the other', async () => {
  const objectives = [objectiveOf('max marginMedian'), objectiveOf('max attack:wash-usage:ratio')];
  const found = await tune(setting, { ...PLAN, objectives, gates: [], generations: 2, population: 6 }, ALONE);
  assert.equal(found.method, 'nsga-ii');
  assert.ok(found.best.length >= 2, `${found.best.length}`);
  const [first, last] = [found.best[0]!, found.best.at(-1)!];
  assert.ok(first.found[0]!.value >= last.found[0]!.value && first.found[1]!.value <= last.found[1]!.value);
});

test('nothing passes an impossible gate, and candidates that the file refuses are never run', async () => {
  const fields = [exploredField(setting, 'cadence.holdback=7 d..14 d')];
  const plan = { ...PLAN, fields, gates: [tuneGateOf('marginMedian>=2')], generations: 1 };
  assert.deepEqual((await tune(setting, plan, ALONE)).best, []);
});

test('a patch extends the economy, changes the fields alone, and is an economy', async () => {
  const text = patchText(
    'reference',
    [
      ['take.burn', '6 %'],
      ['take.treasury', '2 %'],
      ['price.gain', '0.05'],
    ],
    ['Found.', ''],
  );
  assert.equal(text, '# Found.\n#\nextends: reference\ntake:\n  burn: 6 %\n  treasury: 2 %\nprice:\n  gain: 0.05\n');
  const readText = async (path: string) =>
    path.endsWith('patch.yaml') ? text : await (await import('node:fs/promises')).readFile(path, 'utf8');
  const { overridden } = await loadEconomy('./patch.yaml', { readText });
  assert.deepEqual(overridden, ['price.gain', 'take.burn', 'take.treasury']);
});

test('EXPLORE-OBJECTIVE', () => {
  for (const text of ['marginMedian', 'most marginMedian', 'max a b']) {
    assert.throws(() => objectiveOf(text), { code: 'EXPLORE-OBJECTIVE' });
  }
  for (const text of ['minRatio', 'minRatio>2', 'minRatio>=two', '>=2']) {
    assert.throws(() => tuneGateOf(text), { code: 'EXPLORE-OBJECTIVE' });
  }
});

test('EXPLORE-FIELD: a patch holds fields of the economy, and no part of a list', async () => {
  const refused = (text: string) =>
    assert.rejects(tune(setting, { ...PLAN, fields: [exploredField(setting, text)] }), { code: 'EXPLORE-FIELD' });
  await refused('demand.noise=0..1');
  await refused('reserved.credits[0].credit=5 %..10 %');
});

test('EXPLORE-STATE: what was kept is of another search', async () => {
  const kept = tuneStart(PLAN);
  await assert.rejects(tune(setting, { ...PLAN, seed: 5 }, { from: kept }), { code: 'EXPLORE-STATE' });
  await assert.rejects(tune(setting, { ...PLAN, population: 6 }, { from: kept }), { code: 'EXPLORE-STATE' });
});
