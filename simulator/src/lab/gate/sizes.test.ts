import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Policy } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import fc from 'fast-check';
import { defaultScenario } from '../../scenario/defaults.ts';
import { reference } from '../../world.fixture.ts';
import { affordableAttempts, affordableCourses, tooLongText } from './attack-sizes.ts';
import { CATALOGUE } from './attacks.ts';
import { SCENES, sceneSize, scenesFor } from './scenes/scenes.ts';
import { gateScenario } from './worlds.ts';

const HOUR_MS = 3_600_000;

/** Economies of any pace and size, from epochs of a second in eras of a year to epochs of a month. */
const economies = fc
  .record({
    epochMs: fc.constantFrom(1_000, 5_000, 30_000, 384_000, HOUR_MS, 24 * HOUR_MS, 31 * 24 * HOUR_MS),
    epochsPerEra: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 366 * 86_400 })),
    holdbackEras: fc.integer({ min: 1, max: 14 }),
    nodes: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 10_000_000 })),
    breakEvenSecondsMax: fc.integer({ min: 3_600, max: 366 * 86_400 }),
  })
  .map(
    ({ epochMs, epochsPerEra, holdbackEras, nodes, breakEvenSecondsMax }): Economy => ({
      ...reference,
      cadence: { ...reference.cadence, epochMs, epochsPerEra, holdbackEras } as Economy['cadence'],
      assumptions: { ...reference.assumptions, nodes: nodes as never },
      gate: { ...reference.gate, breakEvenSecondsMax: breakEvenSecondsMax as never },
    }),
  );
const profiles = fc.constantFrom('quick', 'full');

test('worlds of any economy have bounded epochs and node-epochs, or are not run', () => {
  const most = { quick: { epochs: 1e6, nodeEpochs: 200e6 }, full: { epochs: 16e6, nodeEpochs: 4e9 } } as const;
  fc.assert(
    fc.property(economies, profiles, (economy, profile) => {
      const context = { policy: { economy } as Policy, scenario: defaultScenario(economy), profile };
      for (const scene of scenesFor(context)) {
        const { scenario, runs, horizonEpochs } = sceneSize(scene, context);
        const nodes = scenario.providers.reduce((sum, one) => sum + one.nodes, 0);
        const told = `${scene}: ${runs} runs of ${horizonEpochs} epochs of ${nodes} nodes`;
        assert.ok(runs * horizonEpochs <= most[profile].epochs, told);
        assert.ok(runs * horizonEpochs * nodes <= most[profile].nodeEpochs, told);
      }
    }),
  );
});

test('attackers of any economy have bounded node-epochs together, and all of them are tried or named', () => {
  fc.assert(
    fc.property(economies, profiles, (economy, profile) => {
      const world = { economy, scenario: gateScenario(economy, profile) };
      const attempts = affordableAttempts(world, profile, CATALOGUE);
      const courses = affordableCourses(world, profile, CATALOGUE);
      assert.ok(attempts.spent <= (profile === 'quick' ? 1.5e6 : 12e6), `${attempts.spent} node-epochs`);
      assert.ok(courses.spent <= 8_000, `${courses.spent} epochs`);
      for (const { attacks, tooLong } of [attempts, courses]) {
        const named = [...attacks, ...tooLong.map((long) => long.named)];
        assert.deepEqual(new Set(named), new Set(CATALOGUE));
        assert.equal(named.length, CATALOGUE.length);
      }
    }),
  );
});

test('the full profile is recommended for what it has more time for', () => {
  const isRecommended = (profile: 'quick' | 'full', of: 'attempts' | 'courses') =>
    tooLongText({ horizonEpochs: 1 }, profile, of).includes('the full profile has more');
  assert.ok(isRecommended('quick', 'attempts') && !isRecommended('full', 'attempts'));
  assert.ok(!isRecommended('quick', 'courses'));
  fc.assert(
    fc.property(economies, (economy) => {
      const world = { economy, scenario: gateScenario(economy, 'quick') };
      const [quick, full] = (['quick', 'full'] as const).map((profile) => affordableCourses(world, profile, CATALOGUE));
      assert.ok(full!.attacks.length <= quick!.attacks.length);
    }),
  );
});

test('at the pace of the reference nothing is left out', () => {
  for (const profile of ['quick', 'full'] as const) {
    const context = { policy: { economy: reference } as Policy, scenario: defaultScenario(reference), profile };
    assert.deepEqual(scenesFor(context), SCENES);
    const world = { economy: reference, scenario: gateScenario(reference, profile) };
    assert.deepEqual(affordableAttempts(world, profile, CATALOGUE).tooLong, []);
    assert.deepEqual(affordableCourses(world, profile, CATALOGUE).tooLong, []);
  }
});
