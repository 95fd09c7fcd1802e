import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attack } from '../../attacks/attack.ts';
import { reference, smallWorld } from '../../world.fixture.ts';
import { economySource } from '../campaign/run-campaign.ts';
import { bestResponses, type Hunt, type ResponsePlan } from './best-response.ts';
import { closedBestResponse } from './closed-response.ts';
import { closedScore, isBetter, type Score, scoreOf } from './objective.ts';
import { type Point, patternSearch, searched } from './pattern-search.ts';
import { profileStrategies } from './profile.ts';
import { parametersAt, placeOf, strategySpace } from './strategy-space.ts';
import { trialRun } from './trial-run.ts';
import { worldInBox } from './uncertain-box.ts';

const scenario = smallWorld(reference, 20, { horizonEpochs: 24 });
const world = { economy: reference, scenario };

/** Profit per stake falls with the square of the distance from a share of 0.3 and a count of 7; none below ten credits. */
const hill: Attack = {
  id: 'hill',
  number: 100,
  title: 'A hill',
  strategy: '',
  defence: '',
  defendedBy: [],
  parameters: {
    share: { meaning: '', unit: '', least: 0, most: 1, value: 0.9 },
    count: { meaning: '', unit: 'nodes', least: 1, most: 10_000, value: 3, whole: true },
    luck: { meaning: '', unit: '', least: 0, most: 1, value: 0, fact: () => 0.5 },
  },
  minimumSize: () => 10,
  closedForm: (setting) => {
    const { costCredits, returnCredits } = hill.attempt(setting, 0);
    return {
      costCredits,
      returnCredits,
      ratio: costCredits / returnCredits,
      isProfitable: returnCredits > costCredits,
    };
  },
  attempt: ({ parameters }) => {
    const { share, count, luck } = parameters as { share: number; count: number; luck: number };
    const lost = (share - 0.3) ** 2 + ((count - 7) / 10) ** 2;
    return { costCredits: 20 * (1 + lost), returnCredits: 20 * luck, stakeCredits: 20 };
  },
};

test('a pattern search finds the top of any paraboloid within its last step', () => {
  const inside = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(inside, { minLength: 1, maxLength: 3 }), (top) => {
      const found = searched(
        patternSearch<number>(top.length, [top.map(() => 0.5)], {
          attempts: 400,
          keyOf: (point) => point.join(),
          isBetter: (a, b) => a > b,
        }),
        (point) => -point.reduce((sum, at, axis) => sum + (at - top[axis]!) ** 2, 0),
      );
      assert.ok(
        found!.point.every((at, axis) => Math.abs(at - top[axis]!) <= 0.02),
        `${found!.point} for ${top}`,
      );
    }),
    { numRuns: 30 },
  );
});

test('a search asks no point twice, and no more than it may', () => {
  const seen = new Set<string>();
  const ask = (point: Point) => {
    assert.ok(!seen.has(point.join()));
    seen.add(point.join());
    return 0;
  };
  const rules = { attempts: 37, keyOf: (point: Point) => point.join(), isBetter: () => false };
  assert.equal(searched(patternSearch<number>(4, [[0, 0, 0, 0]], rules), ask)!.tried.length, seen.size);
  assert.ok(seen.size <= 37);
  assert.equal(searched(patternSearch<number>(0, [[]], rules), () => 1)!.tried.length, 1);
});

test('values lie where their place says, whole ones whole, facts left out, and nobody brings more nodes than there are', () => {
  const space = strategySpace(hill, scenario);
  assert.deepEqual(space.names, ['share', 'count']);
  assert.equal(parametersAt(space, [1, 1]).count, 20);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 20 }), (share, count) => {
      const values = parametersAt(space, placeOf(space, hill, { share, count }));
      assert.equal(values.count, count);
      assert.ok(Math.abs(values.share! - share) < 1e-12);
    }),
  );
  assert.deepEqual(strategySpace(hill, scenario, { count: 2 }).names, ['share']);
});

test('a strategy below the minimum size is worse than any of full size', () => {
  const setting = { ...world, parameters: { share: 0, count: 1, luck: 0 } };
  const rich = scoreOf(hill, setting, [{ costCredits: 0, returnCredits: 100, stakeCredits: 9 }]);
  const poor = scoreOf(hill, setting, [{ costCredits: 100, returnCredits: 1, stakeCredits: 10 }]);
  assert.ok(isBetter(poor, rich) && !isBetter(rich, poor));
  const idle = scoreOf(hill, setting, [{ costCredits: 0.001, returnCredits: 0, stakeCredits: 1_000 }]);
  assert.ok(isBetter(poor, idle), 'who abstains does not attack');
  const mean = scoreOf(hill, setting, [
    { costCredits: 1, returnCredits: 2, stakeCredits: 10 },
    { costCredits: 3, returnCredits: 4, stakeCredits: 30 },
  ]);
  assert.deepEqual(mean, {
    costCredits: 2,
    returnCredits: 3,
    stakeCredits: 20,
    size: 1,
    profit: (2 * 3) / 2 - 1,
  } satisfies Score);
  assert.equal(closedScore({ ...hill, closedForm: () => null }, setting), null);
});

test('the closed form’s best response is the top, with what is told as told', () => {
  const { parameters } = closedBestResponse(hill, world)!;
  assert.equal(parameters.count, 7);
  assert.ok(Math.abs(parameters.share! - 0.3) < 0.02);
  assert.equal(closedBestResponse(hill, world, { told: { count: 2 } })!.parameters.count, 2);
});

/** An attack of the catalogue under another's account: jobs find it by name. */
const name = 'sybil-split';
const plan: ResponsePlan = {
  source: await economySource('reference'),
  economy: reference,
  scenario,
  attempts: 6,
  firstRun: 0,
  runs: 1,
};

test('hunts in step find what each finds alone, and the trail is within the budget', async () => {
  const { ECONOMIC_ATTACKS } = await import('../../attacks/catalogue.ts');
  const hunt = (id: string): Hunt => ({
    attack: ECONOMIC_ATTACKS.find((one) => one.id === id)!,
    name: id,
    world: 'base',
    changes: {},
  });
  const together = await bestResponses([hunt(name), hunt('wash-usage')], plan, { workers: 0 });
  const [alone] = await bestResponses([hunt('wash-usage')], plan, { workers: 0 });
  assert.deepEqual(together[1]!.parameters, alone!.parameters);
  assert.deepEqual(together[1]!.trail, alone!.trail);
  assert.ok(alone!.trail.length <= 6);
  assert.ok(alone!.trail.every((one) => !isBetter(one, alone!)));
  const profile = profileStrategies(alone!, plan)!;
  assert.ok(profile.at.includes(alone!.parameters[profile.parameter]!));
});

test('each run is at a point of its own in the box, the same for all attacks, and nothing chosen moves', async () => {
  const [one, again, other] = [3, 3, 4].map((index) => worldInBox(world, 7, index));
  assert.deepEqual(one, again);
  assert.notEqual(one!.scenario.demand.elasticity, other!.scenario.demand.elasticity);
  assert.deepEqual({ ...one!.economy, assumptions: null }, { ...reference, assumptions: null });
  for (const { scenario: boxed } of [one!, other!]) {
    assert.ok(boxed.demand.elasticity >= 0.5 && boxed.demand.elasticity <= 1.5);
    assert.ok(boxed.verification.detection! >= 0.8 && boxed.verification.detection! <= 0.95);
  }
  const policy = null as never;
  const { figures } = await trialRun({ ...world, policy, options: { attack: name } }, 0);
  assert.ok(Number.isFinite(figures.differenceCredits));
});
