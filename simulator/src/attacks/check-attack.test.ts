import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from '../simulation.ts';
import { reference, refused, smallWorld } from '../world.fixture.ts';
import type { CohortAttack } from './attack.ts';
import { checkAttack } from './check-attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { meteringInflation } from './metering-inflation.ts';

const own: CohortAttack = { ...meteringInflation, id: 'own-2', number: 123 };
const parameter = { meaning: 'm', unit: 'u', least: 0, most: 1, value: 0.5 };

test('an attack of a user’s own is taken, and plays as it is', () => {
  const scenario = smallWorld(reference, 20, { horizonEpochs: 30 });
  const setting = { economy: reference, scenario, parameters: { nodes: 2, inflation: 0.1, leaveAfter: 20 } };
  assert.deepEqual(checkAttack(own).attempt(setting, 1), own.attempt(setting, 1));
});

const REFUSED: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a function', () => own],
  ['an id of capitals', { ...own, id: 'Own' }],
  ['an id with spaces', { ...own, id: 'my own' }],
  ['a number of the catalogue', { ...own, number: 6 }],
  ['half a number', { ...own, number: 100.5 }],
  ['no title', { ...own, title: '' }],
  ['no strategy', { ...own, strategy: undefined }],
  ['no attempt', { ...own, attempt: undefined }],
  ['a closed form that is none', { ...own, closedForm: null }],
  ['fields that are no list', { ...own, defendedBy: 'cadence.holdback' }],
  ['no parameters', { ...own, parameters: null }],
  ['a parameter that is null', { ...own, parameters: { x: null } }],
  ['a parameter without a unit', { ...own, parameters: { x: { ...parameter, unit: undefined } } }],
  ['a parameter of NaN', { ...own, parameters: { x: { ...parameter, value: Number.NaN } } }],
  ['a parameter outside its bounds', { ...own, parameters: { x: { ...parameter, value: 2 } } }],
  ['bounds that are none', { ...own, parameters: { x: { ...parameter, least: 2, value: 1 } } }],
];

for (const [name, value] of REFUSED) {
  test(`refused: ${name} (SIMULATION-ATTACK)`, () => {
    assert.throws(() => checkAttack(value, 'mine.ts'), refused('SIMULATION-ATTACK'));
  });
}

test('refused: a cohort’s account that is no number or below 0, with the run (SIMULATION-ACCOUNT)', () => {
  const scenario = smallWorld(reference, 10, { horizonEpochs: 4 });
  const none = [{ costCredits: Number.NaN, returnCredits: 1, stakeCredits: 1 }, { costCredits: -1e-9 }, {}, undefined];
  for (const account of none) {
    const lost = cohortAttack({ ...own, account: () => account as never });
    const setting = { economy: reference, scenario, parameters: {} };
    assert.throws(() => lost.attempt(setting, 7), /own-2 in run 7: costCredits: expected a finite number/);
    assert.throws(() => lost.attempt(setting, 7), refused('SIMULATION-ACCOUNT'));
  }
});

const CONFUSED: readonly (readonly [string, object])[] = [
  ['a false share above one', { falseShare: 1.5 }],
  ['a miss of NaN', { missedShare: Number.NaN }],
  ['half a newcomer', { enters: 0.5 }],
  ['newcomers of NaN', { enters: Number.NaN }],
  ['a promise of NaN', { reserves: { promisedNcuMs: Number.NaN, contractMicrograinsPerNcuS: 1, termEpochs: 1 } }],
  ['a term of no length', { reserves: { promisedNcuMs: 1, contractMicrograinsPerNcuS: 1, termEpochs: 0 } }],
  ['a price below zero', { reserves: { promisedNcuMs: 1, contractMicrograinsPerNcuS: -1, termEpochs: 1 } }],
  ['a probability of NaN', { exposure: { offence: 'wrong-result', probability: Number.NaN } }],
];

for (const [name, choices] of CONFUSED) {
  test(`refused: ${name} (SIMULATION-CHOICE)`, () => {
    const confused = cohortAttack({ ...own, play: () => choices });
    const simulation = new Simulation(reference, smallWorld(reference, 10), { attacks: [{ attack: confused }] });
    assert.throws(() => simulation.step(), refused('SIMULATION-CHOICE'));
  });
}

test('refused: a cohort of NaN nodes (SIMULATION-NUMBER)', () => {
  const nobody = cohortAttack({ ...own, cohort: () => ({ ...meteringInflation.cohort(setting), nodes: Number.NaN }) });
  const setting = { economy: reference, scenario: smallWorld(reference, 10), parameters: { nodes: 1 } };
  assert.throws(() => nobody.attempt(setting, 0), refused('SIMULATION-NUMBER'));
});
