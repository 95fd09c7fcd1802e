import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ECONOMY_REFUSALS, EconomyRefusal, type EconomyRefusalCode, loadEconomy } from './index.ts';

// Every file of economies/broken is the reference with one thing wrong, and gives that one refusal.

const FOLDER = fileURLToPath(new URL('../broken/', import.meta.url));

/** File, code, and the field that the refusal names. */
const BROKEN: readonly (readonly [string, EconomyRefusalCode, string])[] = [
  ['ages-fall', 'ECONOMY-VESTING', 'vesting.schedule.withhold[1].age'],
  ['amount-of-other-asset', 'ECONOMY-AMOUNT', 'classes.grid.curve.bond'],
  ['amount-past-numbers', 'ECONOMY-RANGE', 'settlement.posterBond'],
  ['anchor', 'ECONOMY-TYPE', 'name'],
  ['audits-see-nothing', 'ECONOMY-DETECTION', 'verification.detection'],
  ['bar-that-all-pass', 'ECONOMY-OFFENCE', 'offences.abandoned-work.threshold'],
  ['baseline-of-broken-steps', 'ECONOMY-SUPPLY-STEP', 'supply.streams.baseline.rule.of.doubling'],
  ['benchmark-of-nothing', 'ECONOMY-BENCHMARK', 'benchmarks.devices.l4-24gb.resource'],
  ['bond-too-large', 'ECONOMY-SUMS', 'classes.grid.bond.revenue'],
  ['broken-count', 'ECONOMY-COUNT', 'verification.consecutiveValidMin'],
  ['cap-below-emission', 'ECONOMY-EMISSION-CAP', 'supply.cap'],
  ['cap-past-numbers', 'ECONOMY-EMISSION-CAP', 'supply.cap'],
  ['ceiling-below-slash', 'ECONOMY-OFFENCE', 'offences.wrong-result.ceiling'],
  ['ceiling-of-nothing', 'ECONOMY-EMISSION-CAP', 'supply.ceiling'],
  ['challenger-gets-all', 'ECONOMY-CHALLENGER', 'slash.challenger'],
  ['charges-too-large', 'ECONOMY-SUMS', 'price.cap'],
  ['cheats-are-honest', 'ECONOMY-RULE', 'metering.test'],
  ['class-name', 'ECONOMY-CHOICE', 'classes.Tin'],
  ['class-shares', 'ECONOMY-CLASS-SHARES', 'classes'],
  ['cliff-past-vesting', 'ECONOMY-CURVE', 'bondingCurve.vestingCliff'],
  ['controller-in-haste', 'ECONOMY-SUPPLY-STEP', 'supply.streams.simple.rule.rate'],
  ['controller-of-instants', 'ECONOMY-SUPPLY-STEP', 'supply.streams.simple.rule.interval'],
  ['default-that-pays', 'ECONOMY-RESERVED', 'reserved.gapFactor'],
  ['duration-without-unit', 'ECONOMY-DURATION', 'cadence.grace'],
  ['era-of-broken-epochs', 'ECONOMY-WHOLE', 'cadence.era'],
  ['exposure-of-broken-epochs', 'ECONOMY-WHOLE', 'classes.grid.bond.revenue.exposure'],
  ['extends-itself', 'ECONOMY-EXTENDS', 'extends'],
  ['extends-nothing', 'ECONOMY-NOT-FOUND', 'extends'],
  ['fixed-changes', 'ECONOMY-FIXED', 'supply.cap'],
  ['floor-above-initial', 'ECONOMY-PRICE-ORDER', 'price.floor'],
  ['genesis-date', 'ECONOMY-DATE', 'genesis.at'],
  ['grace-past-epoch', 'ECONOMY-GRACE', 'cadence.grace'],
  ['growth-of-nothing', 'ECONOMY-RESERVE', 'reserve.throttle.growth'],
  ['halt-before-warning', 'ECONOMY-RESERVE', 'reserve.throttle.halt'],
  ['key-twice', 'ECONOMY-YAML', ''],
  ['late-first-step', 'ECONOMY-VESTING', 'vesting.schedule.withhold[0].age'],
  ['late-past-era', 'ECONOMY-LATE', 'cadence.late'],
  ['list-for-value', 'ECONOMY-TYPE', 'take.treasury'],
  ['live-and-free', 'ECONOMY-OFFENCE', 'offences.equivocation.slash'],
  ['loosening-is-easier', 'ECONOMY-GOVERNANCE', 'governance.passToLoosen'],
  ['low-within-average', 'ECONOMY-ORACLE', 'oracle.rule.low'],
  ['market-of-nothing', 'ECONOMY-MARKET', 'resourceMarkets'],
  ['minority-decides', 'ECONOMY-COMMITTEE', 'committee.threshold'],
  ['minority-of-votes', 'ECONOMY-GOVERNANCE', 'governance.pass'],
  ['missing-fields', 'ECONOMY-MISSING', 'classes.tin.emissionShare'],
  ['misspelt-field', 'ECONOMY-UNKNOWN-KEY', 'take.tresury'],
  ['name-with-spaces', 'ECONOMY-CHOICE', 'name'],
  ['newcomers-above-veterans', 'ECONOMY-REPUTATION', 'reputation.multiplierMin'],
  ['no-holdback', 'ECONOMY-HOLDBACK', 'cadence.holdback'],
  ['no-replicas', 'ECONOMY-COUNT', 'verification.replicasToConvict'],
  ['no-value', 'ECONOMY-TYPE', 'take.treasury'],
  ['node-too-large', 'ECONOMY-SUMS', 'limits.nodeNcu'],
  ['not-yaml', 'ECONOMY-YAML', ''],
  ['nothing-billed', 'ECONOMY-NOTHING-BILLED', 'resources'],
  ['operator-cap-of-nothing', 'ECONOMY-OPERATOR-CAP', 'classes.grid.operatorCap'],
  ['penalty-past-bond', 'ECONOMY-VERIFIER', 'verification.canaryPenalty'],
  ['pieces-that-fall', 'ECONOMY-PIECES', 'classes.edge.curve.pieces'],
  ['power-above-work', 'ECONOMY-EXPONENT', 'classes.grid.curve.numerator'],
  ['price-doubles', 'ECONOMY-PRICE-GAIN', 'price.gain'],
  ['price-never-moves', 'ECONOMY-PRICE-GAIN', 'price.gain'],
  ['price-per-day', 'ECONOMY-PRICE', 'price.initial'],
  ['programme-too-fine', 'ECONOMY-PRECISION', 'programme.weight.steps.1-cap.cap'],
  ['programme-too-many-decimals', 'ECONOMY-COUNT', 'programme.decimals'],
  ['returns-fall', 'ECONOMY-VESTING', 'vesting.schedule.returns[1].share'],
  ['samples-fall', 'ECONOMY-METERING', 'metering.confidence[1].samples'],
  ['share-above-all', 'ECONOMY-SHARE', 'take.burn'],
  ['share-too-fine', 'ECONOMY-PRECISION', 'take.burn'],
  ['slash-split', 'ECONOMY-SLASH-SPLIT', 'slash'],
  ['step-too-large', 'ECONOMY-STEP', 'price.gain'],
  ['step-without-order', 'ECONOMY-CHOICE', 'programme.weight.steps.cap'],
  ['stop-line-above-margin-call', 'ECONOMY-BOND-LINES', 'classes.grid.bond.stopLine'],
  ['stop-line-without-bond', 'ECONOMY-BOND-LINES', 'classes.grid.bond.min'],
  ['surcharge-from-everything', 'ECONOMY-LEASES', 'leases.idleFrom'],
  ['take-of-everything', 'ECONOMY-TAKE', 'take'],
  ['take-past-bound', 'ECONOMY-BOUNDS', 'take.burn'],
  ['text-for-flag', 'ECONOMY-TYPE', 'resources.fuel.billed'],
  ['token-without-value', 'ECONOMY-BOND-LINES', 'classes.grid.bond.haircut'],
  ['too-deep', 'ECONOMY-SIZE', ''],
  ['too-much-work', 'ECONOMY-SUMS', 'limits.nodes'],
  ['two-documents', 'ECONOMY-YAML', ''],
  ['unbonding-too-short', 'ECONOMY-UNBONDING', 'settlement.unbonding'],
  ['units-of-seven', 'ECONOMY-UNITS', 'supply.unitsPerGrain'],
  ['unknown-curve', 'ECONOMY-CHOICE', 'classes.grid.curve.kind'],
  ['unknown-mode', 'ECONOMY-CHOICE', 'offences.abandoned-work.mode'],
  ['unknown-resource', 'ECONOMY-UNKNOWN-KEY', 'resources.vibes'],
  ['value-for-section', 'ECONOMY-TYPE', 'take'],
  ['version-at-date', 'ECONOMY-VERSION-START', 'versions[0].from'],
  ['version-at-genesis', 'ECONOMY-VERSION-ORDER', 'versions[0].from'],
  ['version-not-ascending', 'ECONOMY-VERSION-ORDER', 'versions[0].version'],
  ['version-within-epoch', 'ECONOMY-WHOLE', 'versions[0].from'],
  ['version-without-class', 'ECONOMY-VERSION-STATE', 'classes'],
  ['wait-falls', 'ECONOMY-RESERVE', 'reserve.throttle.waitMin'],
  ['warn-past-slash', 'ECONOMY-METERING', 'metering.warn'],
  ['window-below-bound', 'ECONOMY-BOUNDS', 'settlement.challengeWindow'],
  ['window-without-probe', 'ECONOMY-LIVENESS', 'liveness.window.slot'],
];

/** Codes of kinds that no field has, and of what stands in no file, with the tests that provoke them. */
const ELSEWHERE: readonly EconomyRefusalCode[] = [
  // layers.test.ts
  'ECONOMY-SET',
  // catalogue/parts.test.ts
  'ECONOMY-LENGTH',
  'ECONOMY-RATE',
  // programme.test.ts
  'ECONOMY-PROGRAMME',
];

for (const [name, code, field] of BROKEN) {
  test(`refuses ${name}: ${code}`, async () => {
    const file = `${FOLDER}${name}.yaml`;
    const error = await loadEconomy(file).then(
      () => assert.fail('the file was not refused'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof EconomyRefusal, String(error));
    assert.equal(error.code, code, error.message);
    assert.deepEqual(error.others, [], 'one thing is wrong, so one thing is said');
    if (code === 'ECONOMY-NOT-FOUND') return;
    assert.ok(error.expected.length > 0 && error.got.length > 0, error.message);
    assert.match(error.where.slice(file.length), /^:\d+( |$)/, error.message);
    assert.ok(error.where.startsWith(file), error.message);
    assert.equal(error.where.split(' ')[1] ?? '', field);
  });
}

test('the table lists every broken file, and every code has one', async () => {
  const files = (await readdir(FOLDER)).map((name) => name.replace(/\.yaml$/, ''));
  assert.deepEqual(files.sort(), BROKEN.map(([name]) => name).sort());
  const shown = new Set([...BROKEN.map(([, code]) => code), ...ELSEWHERE]);
  assert.deepEqual([...shown].sort(), [...ECONOMY_REFUSALS].sort());
});
