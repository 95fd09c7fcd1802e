import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KernelRefusal } from '@stannary/kernel';
import { inKeptUnits, type Measure, measured, writtenAs } from '../catalogue/kinds.ts';
import { wholeOf } from '../decimal.ts';
import type { Override } from '../layers.ts';
import { changePolicy, loadEconomy, type Policy } from '../load-economy.ts';
import { ATTACKS } from './attacks.ts';
import { CHECK_SECTIONS, type EconomicCheck } from './check.ts';
import { type Change, type CheckResult, ECONOMIC_CHECKS, failedChecks, runChecks } from './run-checks.ts';

const [reference] = (await loadEconomy('reference')).policies;

function resultsOf(id: string, ...set: readonly Override[]): readonly CheckResult[] {
  const check = ECONOMIC_CHECKS.find((one) => one.id === id)!;
  return runChecks(changePolicy(reference, set), [check]);
}

function resultOf(id: string, about: string, ...set: readonly Override[]): CheckResult {
  return resultsOf(id, ...set).find((result) => result.about === about)!;
}

const MIXED: Override = [
  'reserve',
  '{kind: mixed, spread: 0.3 %, haircut: 50 %, stableShare: 60 %, throttle: {warn: 120 %, halt: 105 %, step: 0.5 %, growth: 1.1, waitMin: 0 s, waitMax: 1 d, slowMint: 1 %}}',
];

test('the reference economy passes every check, each with its numbers', () => {
  for (const { id, about, passed, numbers, formula, changes } of runChecks(reference)) {
    assert.ok(passed, `${id} ${about}: ${numbers}`);
    assert.ok(formula.length > 0 && numbers.length > 0);
    assert.deepEqual(changes, []);
  }
});

/** Changes after which a check fails, and the smallest ones that mend it. */
const FAILING: readonly (readonly [string, string, readonly Override[], readonly string[]])[] = [
  [
    'take',
    '',
    [['take.burn', '12 %']],
    ['take.treasury 3 % -> 1 %', 'take.burn 12 % -> 10 %', 'take.insurance 2 % -> 0 %'],
  ],
  [
    'price-stable',
    '',
    [
      ['price.gain', '0.5'],
      ['assumptions.elasticity', '2'],
    ],
    ['price.gain 0.5 -> 0.499999'],
  ],
  ['price-monotone', '', [['assumptions.elasticity', '5']], ['price.gain 0.0625 -> 0.05']],
  ['price-move', '', [['price.targetUtilisation', '40 %']], ['price.gain 0.0625 -> 0.042']],
  [
    'mint-ceiling',
    '',
    [['supply.ceiling.supplyShare', '3 %']],
    ['supply.ceiling.supplyShare 3 % -> 2.5 %', 'governance.timelock 48 h -> 40 h'],
  ],
  [
    'wash',
    '',
    [['supply.streams.simple.rule.perWorkPaid', '0.02']],
    [
      'supply.streams.baseline.rule.perWorkPaid 0.0196 -> 0.015',
      'supply.streams.simple.rule.perWorkPaid 0.02 -> 0.0154',
      'take.burn 5 % -> 5.92 %',
      'take.insurance 2 % -> 2.92 %',
    ],
  ],
  [
    'no-split',
    'grid',
    [['classes.grid.curve', '{kind: power, numerator: 1, denominator: 2}']],
    ['classes.grid.bond.min 50 credits -> 677.740594 credits'],
  ],
  [
    'no-split',
    'edge',
    [['classes.edge.curve.pieces', '[{until: 1, slope: 40 %}, {until: 2, slope: 50 %}, {slope: 25 %}]']],
    ['classes.edge.curve.pieces[1].slope 50 % -> 40 %', 'classes.edge.curve.pieces[0].slope 40 % -> 50 %'],
  ],
  [
    'no-split',
    'edge',
    [['classes.edge.curve.pieces', '[{until: 1, slope: 100 %}, {until: 2, slope: 50 %}, {slope: 60 %}]']],
    ['classes.edge.curve.pieces[2].slope 60 % -> 50 %', 'classes.edge.curve.pieces[1].slope 50 % -> 60 %'],
  ],
  [
    'no-split',
    'cloud',
    [['classes.cloud.curve', '{kind: pledge-capped, ncu: 100, bond: 672 tokens, nodesTarget: 500, influence: 0.3}']],
    [],
  ],
  [
    'whitewash',
    'edge',
    [['bonds.idFee', '1 credit']],
    [
      'bonds.idFee 1 credit -> 2.563631 credits',
      'newcomer.ramp 30 d -> 39.25 d',
      'verification.auditFloor 2 % -> 2.1095 %',
      'classes.edge.bond.revenue.exposure 7 d -> 176 epochs',
      'classes.edge.bond.min 50 credits -> 176.719468 credits',
    ],
  ],
  [
    'class-spoofing',
    'grid',
    [['classes.grid.verification.benchmarks', '0.3 %']],
    [
      'classes.grid.verification.benchmarks 0.3 % -> 0.4891 %',
      'classes.grid.bond.revenue.exposure 10 d -> 22.5 d',
      'classes.grid.bond.min 50 credits -> 543.563513 credits',
    ],
  ],
  [
    'sampling',
    'edge',
    [['verification.auditFloor', '0.4 %']],
    [
      'verification.auditFloor 0.4 % -> 0.4762 %',
      'classes.edge.bond.revenue.exposure 7 d -> 248 epochs',
      'classes.edge.bond.min 50 credits -> 892.8 credits',
    ],
  ],
  [
    'fraud',
    'edge',
    [['verification.auditFloor', '0.5 %']],
    [
      'verification.auditFloor 0.5 % -> 0.6912 %',
      'classes.edge.bond.revenue.exposure 7 d -> 13 d',
      'classes.edge.bond.min 50 credits -> 313.576098 credits',
    ],
  ],
  [
    'slash-cap',
    'edge',
    [
      ['verification.detection', '60 %'],
      ['offences.wrong-result.slash', '10 %'],
    ],
    [
      'offences.wrong-result.slash 10 % -> 28.5715 %',
      'classes.edge.bond.revenue.exposure 7 d -> 20 d',
      'classes.edge.bond.min 50 credits -> 483.84 credits',
    ],
  ],
  [
    'slash-split',
    '',
    [
      ['slash.challenger', '60 %'],
      ['slash.insurance', '20 %'],
    ],
    [
      'slash.challenger 60 % -> 50 %, slash.insurance 20 % -> 30 %',
      'slash.challenger 60 % -> 50 %, slash.burn 20 % -> 30 %',
    ],
  ],
  [
    'liveness-noise',
    'edge',
    [['liveness.window.bar', '93.5 %']],
    ['liveness.window.bar 93.5 % -> 92.2222 %', 'classes.edge.slo.availability 95 % -> 96.0206 %'],
  ],
  [
    'bar-margin',
    'edge',
    [['liveness.window.bar', '94 %']],
    ['liveness.window.bar 94 % -> 93.5 %', 'classes.edge.slo.availability 95 % -> 95.5 %'],
  ],
  [
    'metering-noise',
    '',
    [['metering.test.falseConviction', '0.01 %']],
    ['metering.test.falseConviction 0.01 % -> 0.0029 %', 'metering.test.cheat 95 % -> 97.5334 %'],
  ],
  [
    'holdback',
    'grid',
    [['cadence.holdback', '5 d']],
    ['cadence.holdback 5 d -> 7 d', 'classes.grid.disputes.window 7 d -> 5 d'],
  ],
  [
    'hoarding',
    'ai',
    [['classes.ai.operatorCap', '40 %']],
    ['classes.ai.operatorCap 40 % -> 28.125 %', 'leases.bond 0.25 -> 1.2'],
  ],
  [
    'hoarding-lease',
    'ai',
    [['classes.ai.consumerCap', '60 %']],
    ['classes.ai.consumerCap 60 % -> 47.0189 %', 'classes.ai.operatorCap 15 % -> 9.3428 %', 'leases.bond 0.25 -> 2.23'],
  ],
  ['selective-delivery', '', [['reserved.gapFactor', '1.5']], ['reserved.gapFactor 1.5 -> 2']],
  [
    'reservation-bond',
    'ai',
    [['assumptions.replacement', '2 d']],
    [
      'classes.ai.bond.revenue.exposure 14 d -> 440 epochs',
      'classes.ai.bond.min 50 credits -> 443.52 credits',
      'price.cap 0.036 credits per NCU·h -> 0.0297599976 credits per NCU·h',
    ],
  ],
  [
    'diligence',
    '',
    [['verification.canaryPenalty', '0.5 credits']],
    ['verification.canaries.floor 3 % -> 4 %', 'verification.canaryPenalty 0.5 credits -> 0.666667 credits'],
  ],
  [
    'committee',
    'a case',
    [['committee.threshold', '13']],
    ['committee.threshold 13 -> 14', 'committee.seats 21 -> 19'],
  ],
  [
    'committee',
    'a large case',
    [['assumptions.attackerArbiters', '25 %']],
    ['committee.largeThreshold 21 -> 22', 'committee.largeSeats 31 -> 28'],
  ],
  [
    'challenger-deposit',
    'edge',
    [
      ['challenges.deposit', '1 credit'],
      ['challenges.victimCostFactor', '1'],
    ],
    ['challenges.deposit 1 credit -> 2.631561 credits', 'challenges.victimCostFactor 1 -> 2'],
  ],
  [
    'reserve',
    '',
    [
      ['reserve.throttle.halt', '98 %'],
      ['reserve.throttle.warn', '99 %'],
    ],
    ['reserve.throttle.warn 99 % -> 100 %'],
  ],
  ['reserve', 'stress', [MIXED, ['reserve.stableShare', '40 %']], ['reserve.stableShare 40 % -> 44.4445 %']],
  ['reserve', 'lines', [MIXED, ['reserve.throttle.warn', '150 %']], ['reserve.throttle.warn 150 % -> 149.9999 %']],
  [
    'spread',
    '',
    [['reserve.spread', '0.25 %']],
    ['reserve.spread 0.25 % -> 0.2611 %', 'oracle.rule.average 30 min -> 1_651 s'],
  ],
  [
    'oracle-push',
    '',
    [['assumptions.poolDepth', '800_000 credits']],
    ['oracle.rule.average 30 min -> 33.6 min', 'reserve.spread 0.3 % -> 0.3356 %'],
  ],
  [
    'governance-capture',
    '',
    [['governance.treasuryPerDay', '12 %']],
    [
      'governance.treasuryPerDay 12 % -> 10.35 %',
      'governance.timelock 48 h -> 41.4 h',
      'governance.pass 60 % -> 63.4921 %',
      'governance.quorum 15 % -> 40 %',
    ],
  ],
];

for (const [id, about, set, changes] of FAILING) {
  test(`${id} fails of ${about || 'the whole'}, and the smallest changes that would pass are the smallest`, () => {
    const found = resultOf(id, about, ...set);
    assert.ok(!found.passed, found.numbers);
    assert.deepEqual(
      found.changes.map(({ also, ...one }) => [one, ...(also === null ? [] : [also])].map(changeText).join(', ')),
      changes,
    );
    for (const change of found.changes) {
      const made = [change, ...(change.also === null ? [] : [change.also])];
      assert.ok(resultOf(id, about, ...set, ...made.map(({ path, to }): Override => [path, to])).passed, change.path);
      const nearer = made.map((one): Override => [one.path, nearerBy(one, set)]);
      if (nearer[0]![1] !== change.from) assert.ok(!resultOf(id, about, ...set, ...nearer).passed, nearer.join());
    }
  });
}

function changeText({ path, from, to }: Omit<Change, 'also'>): string {
  return `${path} ${from} -> ${to}`;
}

/** One kept unit less than a change. */
function nearerBy({ path, from, to }: Omit<Change, 'also'>, set: readonly Override[]): string {
  const { scale, seen } = changePolicy(reference, set).reading;
  const kind = seen.get(path)!.field!.kind as Measure;
  const [low, high] = [from, to].map((text) => wholeOf(inKeptUnits(kind, measured(kind, text, scale)!, scale))!) as [
    bigint,
    bigint,
  ];
  const nearer = high > low ? high - 1n : high + 1n;
  return nearer === low ? from : writtenAs(kind, nearer, scale)!;
}

test('every check fails somewhere in these tests', () => {
  // The loader refuses what these would find: the next test.
  const elsewhere = ['flash-stake', 'supply-cap', 'unbonding'];
  const failing = new Set([...FAILING.map(([id]) => id), ...elsewhere]);
  assert.deepEqual([...failing].sort(), ECONOMIC_CHECKS.map(({ id }) => id).sort());
});

test('supply-cap, unbonding and flash-stake fail of economies that the loader would refuse', () => {
  const { economy } = reference;
  const verdicts = (id: string, changed: typeof economy) =>
    ECONOMIC_CHECKS.find((one) => one.id === id)!
      .evaluate(changed)
      .map(({ passed }) => passed);
  const { supply, settlement } = economy;
  const limits = (capGrains: string) => ({ ...supply, limits: { ...supply.limits, capGrains } });
  assert.deepEqual(verdicts('supply-cap', { ...economy, supply: limits('1000000000000000') }), [true]);
  assert.deepEqual(verdicts('supply-cap', { ...economy, supply: limits('999999999999999') }), [false]);
  const unbonding = (unbondingSeconds: number) => ({ ...economy, settlement: { ...settlement, unbondingSeconds } });
  assert.deepEqual(verdicts('flash-stake', unbonding(0)), [true]);
  const atOnce = { ...settlement, activationSeconds: 86_400 - 1, unbondingSeconds: 0 };
  assert.deepEqual(verdicts('flash-stake', { ...economy, settlement: atOnce }), [false]);
  assert.deepEqual(verdicts('unbonding', unbonding(13 * 86_400)), [true, true, true, true]);
  assert.deepEqual(verdicts('unbonding', unbonding(13 * 86_400 - 1)), [false, false, false, false]);
});

test('a cheat in shadow mode costs no bond', () => {
  const [live] = resultsOf('sampling');
  const [shadow] = resultsOf('sampling', ['offences.wrong-result.mode', 'shadow']);
  assert.ok(live!.numbers.includes('(203.212 + '), live!.numbers);
  assert.ok(shadow!.numbers.includes('(0 + '), shadow!.numbers);
});

test('a full reserve needs no tokens to survive their fall; a mixed one is judged by what it holds', () => {
  assert.ok(resultsOf('reserve').every(({ passed }) => passed));
  assert.ok(resultOf('reserve', 'stress', MIXED).numbers.endsWith('= 1.14 >= 1'));
  assert.ok(resultOf('reserve', 'lines', MIXED).passed);
});

test('where nobody buys votes there is none to buy', () => {
  assert.ok(
    resultOf('governance-capture', '', ['governance.mode', 'multisig'], ['governance.treasuryPerDay', '20 %']).passed,
  );
});

/** Halving the epoch restates what the file counts per epoch: one step of the price, one chance of a benchmark. */
const HALVED: readonly Override[] = [
  ['cadence.epoch', '30 min'],
  ['price.gain', '3.125 %'],
  ...[
    ['ai', '1 %'],
    ['cloud', '1 %'],
    ['edge', '0.5 %'],
    ['grid', '0.5 %'],
  ].map(([name, share]): Override => [`classes.${name}.verification.benchmarks`, share!]),
];

test('a rescaled epoch changes no verdict and no number', () => {
  const found = (policy: Policy) =>
    runChecks(policy).map(({ id, about, passed, numbers }) => [id, about, passed, numbers]);
  assert.deepEqual(found(changePolicy(reference, HALVED)), found(reference));
});

for (const [id, , set] of FAILING) {
  const ownEpoch = set.some(([path]) => HALVED.some(([own]) => own === path));
  if (ownEpoch) continue;
  test(`${id} fails alike with a rescaled epoch`, () => {
    const check = ECONOMIC_CHECKS.find((one) => one.id === id)!;
    const found = (...more: readonly Override[]) =>
      check.evaluate(changePolicy(reference, more).economy).map(({ passed, numbers }) => [passed, numbers]);
    assert.deepEqual(found(...HALVED, ...set), found(...set));
  });
}

test('the gain of the price counts by the hour whatever its kind', () => {
  const kinds = [
    '{kind: exponential, initial: 0.01008 credits per NCU·h, floor: 0.0036 credits per NCU·h, cap: 0.036 credits per NCU·h, targetUtilisation: 70 %, gain: 6.25 %, breaker: null}',
    '{kind: eip-1559, initial: 0.01008 credits per NCU·h, floor: 0.0036 credits per NCU·h, cap: 0.036 credits per NCU·h, targetUtilisation: 70 %, denominator: 16, breaker: null}',
    '{kind: excess, initial: 0.01008 credits per NCU·h, floor: 0.0036 credits per NCU·h, cap: 0.036 credits per NCU·h, targetUtilisation: 70 %, updateFraction: 1_120_000, breaker: null}',
  ];
  for (const price of kinds) {
    const found = resultOf('price-monotone', '', ['price', price]);
    assert.equal(found.numbers, '0.0625 * 1 = 0.0625 <= 1/4', price);
  }
});

test('a check that the kernel refuses to compute has failed, and says why', () => {
  const refused: EconomicCheck = {
    ...ECONOMIC_CHECKS[0]!,
    evaluate: () => {
      throw new KernelRefusal('KERNEL-AMOUNT', 'wide arithmetic', 'less', '9'.repeat(1_000));
    },
  };
  const [{ passed, numbers, changes }] = runChecks(reference, [refused]) as [CheckResult];
  assert.ok(!passed && numbers.length < 250);
  assert.match(numbers, /^cannot be computed: wide arithmetic: expected less, got 9+…9+$/);
  assert.deepEqual(changes, []);
});

test('a resource with a market of its own is checked by its own price, wherever it stands in the file', () => {
  const own = (resource: string, gain: string) =>
    `{resource: ${resource}, class: ai, price: {kind: exponential, initial: 0.01008 credits per NCU·h, floor: 0.0036 credits per NCU·h, cap: 0.036 credits per NCU·h, targetUtilisation: 70 %, gain: ${gain}, breaker: null}}`;
  const markets: Override = ['resourceMarkets', `[${own('gpu', '0.3')}, ${own('fuel', '0.05')}]`];
  const found = resultsOf('price-monotone', markets);
  assert.deepEqual(
    found.map(({ about, passed }) => [about, passed]),
    [
      ['', true],
      ['gpu in ai', false],
      ['fuel in ai', true],
    ],
  );
  assert.deepEqual(found[1]!.changes.map(changeText), ['resourceMarkets[0].price.gain 0.3 -> 0.25']);
});

test('what the page says of checks is true: sections in order, known attacks, fields that exist', () => {
  const sections = ECONOMIC_CHECKS.map(({ section }) => CHECK_SECTIONS.indexOf(section));
  assert.deepEqual(
    sections,
    sections.toSorted((x, y) => x - y),
  );
  assert.equal(new Set(ECONOMIC_CHECKS.map(({ id }) => id)).size, ECONOMIC_CHECKS.length);
  for (const { id, attacks, assumes, fields } of runChecks(reference)) {
    assert.ok(
      attacks.every((attack) => ATTACKS.has(attack)),
      id,
    );
    for (const path of [...assumes, ...fields.flatMap((one) => one.split(' - '))])
      assert.ok(reference.reading.seen.has(path), `${id}: ${path}`);
  }
});

test('the checks that fail are those of the whole run', async () => {
  const { policies } = await loadEconomy('reference', {
    set: [
      ['take.burn', '1 %'],
      ['take.insurance', '0 %'],
    ],
  });
  const failed = runChecks(policies[0]).filter(({ passed }) => !passed);
  assert.ok(failed.length > 0);
  assert.deepEqual(
    failedChecks(policies[0]),
    failed.map(({ id, about }) => `${id} ${about}`.trimEnd()),
  );
});
