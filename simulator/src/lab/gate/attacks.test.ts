import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, loadEconomy } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import fc from 'fast-check';
import { defaultScenario } from '../../scenario/defaults.ts';
import { oneClass, reference } from '../../world.fixture.ts';
import { loadAttack } from '../attacks/load-attack.ts';
import { economySource } from '../campaign/run-campaign.ts';
import { withScenario } from '../campaign/with-scenario.ts';
import type { BestResponse } from '../response/best-response.ts';
import { measure, stateOf } from './attack-evidence.ts';
import { CATALOGUE, judgeAttacks } from './attacks.ts';
import { worst } from './criterion.ts';
import { playedRatios } from './probes.ts';
import { defendingFields, judgeSensitivity } from './sensitivity.ts';
import { bestSplits, judgeSybil } from './sybil.ts';
import { GATE_WORLDS, gateScenario, isOwnWorld } from './worlds.ts';

const scenario = { ...gateScenario(reference, 'quick'), horizonEpochs: 24 };
const named = (id: string) => CATALOGUE.find(({ attack }) => attack.id === id)!;
const alone = { workers: 0 } as const;

function evidence(costs: readonly number[], returns: readonly number[]) {
  const { name, attack } = named('griefing');
  const hunt = { attack, name, world: 'base', changes: {} };
  const accounts = costs.map((costCredits, at) => ({ costCredits, returnCredits: returns[at]!, stakeCredits: 1 }));
  return measure({ hunt, parameters: {} } as BestResponse, accounts, 0.95, { economy: reference, scenario });
}

test('an attack fails whose cost is not shown to exceed twice its return, and passes where it returns nothing', () => {
  const runs = Array.from({ length: 60 }, (_, run) => run);
  const dear = evidence(
    runs.map((run) => 30 + (run % 3)),
    runs.map((run) => 10 + (run % 2)),
  );
  assert.equal(stateOf(dear, dear.pValue, 0.95), 'passed');
  assert.ok(Math.abs(dear.difference.value - 10) < 1e-9 && dear.difference.interval![0] > 9);
  assert.ok(Math.abs(dear.costRatio!.value - 31 / 10.5) < 1e-9);
  assert.equal(stateOf(dear, 0.06, 0.95), 'failed', 'Holm’s p is over the line');
  const cheap = evidence(
    runs.map(() => 19),
    runs.map((run) => 10 + (run % 2)),
  );
  assert.equal(stateOf(cheap, cheap.pValue, 0.95), 'failed');
  const nothing = evidence(
    runs.map(() => 0),
    runs.map(() => 0),
  );
  assert.equal(nothing.costRatio, null);
  assert.equal(stateOf(nothing, nothing.pValue, 0.95), 'passed');
  const rare = { ...nothing, closedForm: { costCredits: 1, returnCredits: 1 } };
  assert.equal(stateOf(rare, nothing.pValue, 0.95), 'not shown', 'a return that no run has seen');
  assert.equal(stateOf({ ...dear, isAgreed: false }, 0, 0.95), 'not shown');
  assert.equal(worst(['passed', 'not shown']), 'not shown');
  assert.equal(worst([]), 'not shown');
});

test('the gate judges each attack in each world, and runs that test are none that searched', async () => {
  const source = await economySource('reference');
  const attacks = [named('governance-capture'), named('griefing')];
  const trial = { source, economy: reference, scenario, profile: 'quick', attacks, runs: 40 } as const;
  const judged = await judgeAttacks(trial, alone);
  assert.deepEqual(
    judged.findings.map(({ id, world, state }) => [id, world, state]),
    attacks.flatMap(({ attack: { id } }) => GATE_WORLDS.map(({ name }) => [id, name, 'passed'])),
  );
  const [[searched, searches], [tested]] = [judged.seeds.search, judged.seeds.test];
  assert.ok(searched + searches <= tested);
  assert.deepEqual(await judgeAttacks(trial, alone), judged, 'the same to the bit');
});

test('an attack that takes too long is not shown, unless there is no bound', async () => {
  const { name, attack } = named('griefing');
  const patient = { name, attack: { ...attack, cohort: () => null, horizonEpochs: () => 1e9 } };
  const source = await economySource('reference');
  const trial = { source, economy: reference, scenario, profile: 'quick', runs: 4, worlds: ['base'] } as const;
  const bounded = await judgeAttacks({ ...trial, attacks: [patient] }, alone);
  assert.deepEqual([bounded.findings, bounded.criterion.state], [[], 'not shown']);
  const whole = await judgeAttacks({ ...trial, attacks: [patient], isUnbounded: true }, alone);
  assert.deepEqual([whole.findings.length, whole.criterion.state], [1, 'passed']);
});

test('without a return on bonds a vote is bought, and G1 says so', async () => {
  const set = [['assumptions.treasury', '900_000_000 credits']] as const;
  const { economy } = await loadEconomy('reference', { set });
  const source = await economySource('reference', set);
  const attacks = [named('governance-capture')];
  const { criterion } = await judgeAttacks({ source, economy, scenario, profile: 'quick', attacks, runs: 20 }, alone);
  assert.equal(criterion.state, 'failed');
});

test('a world is the economy’s own, whatever its name and seed, until a field is another', () => {
  const own = { ...defaultScenario(reference), name: 'mine', seed: 7 };
  assert.ok(isOwnWorld(reference, own));
  assert.ok(!isOwnWorld(reference, { ...own, horizonEpochs: 7 }));
});

test('the stress world is a scenario of the same economy, with its bad times’ volatility', () => {
  for (const { changes } of GATE_WORLDS) withScenario(scenario, changes(reference, scenario));
  const stressed = withScenario(scenario, GATE_WORLDS[1]!.changes(reference, scenario));
  assert.equal(stressed.token.kind === 'geometric' && stressed.token.volatilityPerYear, 1.5);
  assert.equal(stressed.shocks.length, 8);
});

test('no split of a node gains under the reference, whatever the seed', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      for (const { gainGrains } of bestSplits(reference, seed, 20)) assert.ok(gainGrains <= 0);
    }),
    { numRuns: 2 },
  );
  assert.equal(judgeSybil(reference, 0).state, 'passed');
});

test('G13 names the class and the split of a curve of work alone', () => {
  const economy: Economy = oneClass({}, { kind: 'power', exponentNumerator: 1, exponentDenominator: 2 });
  const { state, checks } = judgeSybil(economy, 0);
  assert.equal(state, 'failed');
  assert.match(`${checks[0]!.id} ${checks[0]!.how}`, /grid most with 100 equal identities/);
  const rising = [
    { untilPpm: 1_000_000, slopePpm: 500_000 },
    { untilPpm: null, slopePpm: 1_000_000 },
  ];
  const curve = { kind: 'perspective', kappaNumerator: 1_000_000, kappaDenominator: 1, pieces: rising };
  assert.match(judgeSybil(oneClass({}, curve), 0).checks[0]!.how, /unequal/);
});

const { policies } = await loadEconomy('reference');

test('chosen fields are those that attacks name, with all below them, and nothing that is assumed', () => {
  const fields = defendingFields(policies[0], [named('wash-usage'), named('griefing')]);
  assert.ok(fields.includes('take.burn'));
  assert.ok(fields.every((field) => !field.startsWith('assumptions.')));
});

test('a ratio is told with its interval, and where few runs cannot tell, fresh ones do', async () => {
  const step = { path: 'bonds.idFee', text: '4 credits' };
  const probes = [{ step, attack: named('verifier-laziness'), parameters: {} }];
  const source = await economySource('reference');
  const trial = { source, policy: policies[0], scenario, runs: 6, runsMax: 60 };
  const [few] = await playedRatios({ ...trial, line: 0 }, probes, alone);
  const [low, high] = few!.interval!;
  assert.ok(few!.samples === 6 && low < few!.value && few!.value < high, JSON.stringify(few));
  const between = (low + few!.value) / 2;
  const [more] = await playedRatios({ ...trial, line: between }, probes, alone);
  assert.ok(more!.samples > 6, 'the line is in the interval');
  const [sure] = await playedRatios({ ...trial, line: low * 0.99 }, probes, alone);
  assert.deepEqual(sure, few);
});

/** Pays twice its cost in the mean, so rarely that few runs see it. */
const RARE = `export default {
  id: 'rare', number: 100, title: 'Rare', strategy: 's', defence: 'd', defendedBy: ['bonds.idFee'], parameters: {},
  minimumSize: () => 1,
  closedForm: () => ({ costCredits: 1, returnCredits: 2, ratio: 0.5, isProfitable: true }),
  attempt: (_, run) => ({ costCredits: 1, returnCredits: run % 100_003 === 0 ? 200_006 : 0, stakeCredits: 1 }),
};`;

test('a return that no run has seen is as likely as its closed form says', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-rare-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const name = join(folder, 'rare.mjs');
  writeFileSync(name, RARE);
  const attacks = [{ name, attack: await loadAttack(name) }];
  const trial = { source: await economySource('reference'), profile: 'quick', seed: 0, attacks } as const;
  const { criterion } = await judgeSensitivity({ ...trial, policy: policies[0] }, alone);
  const [check] = criterion.checks;
  assert.deepEqual([check!.state, check!.figure?.value], ['failed', 0.5]);
});

test('attempts that are too many to be simulated are counted, and their fields are not shown', async () => {
  const { name, attack } = named('griefing');
  const silent = { name, attack: { ...attack, closedForm: () => null, defendedBy: ['classes'] } };
  const trial = { source: await economySource('reference'), profile: 'quick', seed: 0, attacks: [silent] } as const;
  const { bars, criterion } = await judgeSensitivity({ ...trial, policy: policies[0] }, alone);
  const left = bars.filter(({ untried }) => untried > 0);
  assert.ok(left.length > 0 && left.length < bars.length);
  for (const { id, state, how } of criterion.checks) {
    const isLeft = left.some(({ field }) => field === id);
    assert.equal(state, isLeft ? 'not shown' : 'passed', id);
    assert.equal(/too many to be simulated/.test(how), isLeft, id);
  }
  assert.equal(criterion.state, 'not shown');
});

test('a closed form that does not hold in the economy has no say in G16: its attack is not shown', async () => {
  const { policies: helium } = await loadEconomy('helium');
  const attacks = [named('wash-usage'), named('griefing')];
  const trial = {
    source: await economySource('helium'),
    policy: helium[0],
    profile: 'quick',
    seed: 0,
    attacks,
  } as const;
  const { bars, criterion } = await judgeSensitivity(trial, alone);
  const wash = criterion.checks.find(({ id }) => id === 'wash-usage')!;
  assert.deepEqual([wash.state, wash.figure, criterion.state], ['not shown', null, 'not shown']);
  assert.match(wash.how, /does not hold here \(part of the emission is for being there\)/);
  // Emission would be washed for a twelfth of its worth by the form that does not hold.
  assert.ok(bars.every(({ leastCostRatio }) => leastCostRatio.value > 2));
});

test('the take carries the safety against wash usage, and G16 says where it would fall', async () => {
  const trial = {
    source: await economySource('reference'),
    profile: 'quick',
    seed: 0,
    attacks: [named('wash-usage')],
  } as const;
  const { bars, criterion } = await judgeSensitivity({ ...trial, policy: policies[0] }, alone);
  assert.equal(criterion.state, 'passed');
  const emission = bars.find(({ field }) => /feeLinked|emission|streams/.test(field));
  assert.ok(emission !== undefined, bars.map(({ field }) => field).join());
  const told = { ...gateScenario(reference, 'quick'), demand: { ...scenario.demand, utilisation: 0.05 } };
  const strict = changePolicy(policies[0], [['gate.sensitivity.costRatioMin', '30']]);
  const other = await judgeSensitivity({ ...trial, policy: strict, scenario: told }, alone);
  assert.equal(other.criterion.state, 'failed');
  // Lines are no part of a figure: what moved them is the world that was told.
  assert.notDeepEqual(other.bars, bars);
});
