import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Simulation } from '../simulation.ts';
import { reference, refused, smallWorld } from '../world.fixture.ts';
import type { Attack, AttackSetting, AttackView, CohortAttack, PlannedAttack } from './attack.ts';
import { classSpoofing } from './class-spoofing.ts';
import { cohortAttack } from './cohort-attack.ts';
import { lazyWork } from './lazy-work.ts';
import { meteringInflation } from './metering-inflation.ts';
import { mixtureOf } from './mixture.ts';
import { cohortAddresses } from './plan.ts';
import { sybilSplit } from './sybil-split.ts';
import { washUsage } from './wash-usage.ts';

const scenario = smallWorld(reference, 60, { horizonEpochs: 24 * 3 });

/** An attack that does nothing but look at what it may draw. */
function looker(id: string, seen: Map<string, number[]>): CohortAttack {
  return cohortAttack({
    ...meteringInflation,
    id,
    play: ({ draw }: AttackView) => {
      seen.set(id, [...(seen.get(id) ?? []), draw(0), draw(1)]);
      return {};
    },
  });
}

function drawsOf(ids: readonly string[]): Map<string, number[]> {
  const seen = new Map<string, number[]>();
  new Simulation(reference, scenario, { attacks: ids.map((id) => ({ attack: looker(id, seen) })) }).advance(10);
  return seen;
}

test('two attackers share no draw, and another one changes nobody’s, wherever it stands in the list', () => {
  const alone = drawsOf(['fox']).get('fox')!;
  for (const list of [
    ['fox', 'owl'],
    ['owl', 'fox'],
    ['owl', 'elk', 'fox'],
  ]) {
    const together = drawsOf(list);
    assert.deepEqual(together.get('fox'), alone);
    const all = [...together.values()].flat();
    assert.equal(new Set(all).size, all.length);
  }
});

test('addresses of cohorts are apart, also of one attack that is there several times', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'metering-inflation'), { maxLength: 20 }), (ids) => {
      const addresses = cohortAddresses(ids);
      assert.equal(new Set(addresses).size, ids.length);
      assert.ok(addresses.every((one) => one >= 0x1_0000 && one < 0xffff_0000));
      assert.deepEqual(cohortAddresses([...ids, 'z']).slice(0, ids.length), addresses);
    }),
  );
});

/** When each attacker was found first. */
function foundIn(attacks: readonly PlannedAttack[]): (number | null)[] {
  // The last verdict falls within the run: eight days of it leave three to cheat in.
  const longer = { ...scenario, horizonEpochs: 24 * 8 };
  const simulation = new Simulation(reference, longer, { attacks, assumeLive: true }).advance();
  return attacks.map((_, index) => simulation.accountOf(index).ledger.foundEpoch);
}

test('who is found does not hang on who else attacks, and all money adds up with many', () => {
  const inflating = { attack: meteringInflation, parameters: { nodes: 5 } };
  const lazy = { attack: lazyWork, parameters: { nodes: 5 } };
  const spoofing = { attack: classSpoofing, parameters: { nodes: 5 } };
  const [alone] = foundIn([inflating]);
  assert.notEqual(alone, null);
  // Their work is another where others take part of it, and so is how often the lazy are looked at: not whether.
  assert.equal(foundIn([spoofing, inflating, lazy])[1], alone);
  assert.equal(foundIn([inflating, { attack: washUsage }, inflating])[0], alone);
  assert.notEqual(foundIn([inflating, inflating])[1], null);
});

test('a run with attackers that come and go goes on from a checkpoint bit for bit', () => {
  const attacks: readonly PlannedAttack[] = [
    { attack: meteringInflation, parameters: { nodes: 3 } },
    { attack: comer },
  ];
  const whole = new Simulation(reference, scenario, { attacks }).advance();
  for (const split of [10, 31, 50]) {
    const checkpoint = new Simulation(reference, scenario, { attacks }).advance(split).checkpoint();
    const resumed = new Simulation(reference, scenario, { attacks }).restore(checkpoint).advance();
    assert.deepEqual(resumed.checkpoint(), whole.checkpoint());
  }
  assert.equal(whole.accountOf(1).ledger.nodes, 9, 'no more than it has places for');
  assert.equal(whole.accountOf(1).ledger.identityFeesGrains, 9 * reference.bonds.idFeeGrains);
});

/** Comes in thirds, sells ahead and misses, and leaves with each third. */
const comer = cohortAttack({
  ...meteringInflation,
  id: 'comer',
  cohort: (setting) => ({ ...meteringInflation.cohort(setting), nodes: 3, nodesMax: 9 }),
  play: ({ epoch, capacityNcuMs, priceMicrograinsPerNcuS }) => ({
    leaves: epoch % 20 === 19,
    enters: epoch % 20 === 19 ? 4 : 0,
    reserves: {
      promisedNcuMs: Math.floor(capacityNcuMs / 2),
      contractMicrograinsPerNcuS: Math.floor(priceMicrograinsPerNcuS * 0.9),
      termEpochs: 15,
    },
    missedShare: 0.3,
  }),
});

function valuesOf({ parameters }: Attack): Record<string, number> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
}

test('a mixture plays each of its attacks as often as it weighs, the same one in the same run', () => {
  const played: string[] = [];
  const noting = (id: string, cost: number): Attack => ({
    ...meteringInflation,
    id,
    attempt: ({ parameters }) => {
      played.push(id);
      assert.equal(parameters.nodes, 10);
      return { costCredits: cost, returnCredits: 1, stakeCredits: 1 };
    },
  });
  const mixture = mixtureOf([noting('left', 2), noting('right', 6)], [3, 1]);
  const setting: AttackSetting = { economy: reference, scenario, parameters: valuesOf(mixture) };
  const runs = Array.from({ length: 800 }, (_, run) => mixture.attempt(setting, run).costCredits);
  const right = played.filter((id) => id === 'right').length / runs.length;
  assert.ok(Math.abs(right - 0.25) < 3 * Math.sqrt((0.25 * 0.75) / 800), `${right}`);
  assert.deepEqual(
    Array.from({ length: 40 }, (_, run) => mixture.attempt(setting, run).costCredits),
    runs.slice(0, 40),
  );
  assert.ok('left.nodes' in mixture.parameters && mixture.id === 'mixture');
});

test('a mixture’s closed form is the mean of its attacks’, and none where one has none', () => {
  const parts = [meteringInflation, classSpoofing];
  const mixture = mixtureOf(parts, [1, 3], { id: 'either', number: 101, title: 'Either' });
  const setting: AttackSetting = { economy: reference, scenario, parameters: valuesOf(mixture) };
  const [one, other] = parts.map((part) => part.closedForm({ ...setting, parameters: valuesOf(part) })!);
  const mean = mixture.closedForm(setting)!;
  assert.ok(Math.abs(mean.costCredits - (one!.costCredits + 3 * other!.costCredits) / 4) < 1e-9 * mean.costCredits);
  assert.equal(mixtureOf([{ ...sybilSplit, closedForm: () => null }], [1]).closedForm(setting), null);
});

test('refused: a mixture of nothing, of one attack twice, of weights that are none (SIMULATION-ATTACK)', () => {
  const parts = [meteringInflation, lazyWork];
  assert.throws(() => mixtureOf([], []), refused('SIMULATION-ATTACK'));
  assert.throws(() => mixtureOf([lazyWork, lazyWork], [1, 1]), refused('SIMULATION-ATTACK'));
  for (const weights of [[1], [0, 0], [1, -1], [1, Number.NaN], [1, Number.POSITIVE_INFINITY]]) {
    assert.throws(() => mixtureOf(parts, weights), refused('SIMULATION-ATTACK'));
  }
});
