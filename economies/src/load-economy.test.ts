import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { decodeCbor } from '@stannary/wire';
import { EconomyRefusal, type EconomyRefusalCode, economyHashOf, loadEconomy } from './index.ts';
import { editorSchema } from './schema.ts';

const referenceText = await readFile(new URL('../reference.yaml', import.meta.url), 'utf8');
const MAIN = '/economies/main.yaml';

/** The reference economy with some of its text replaced, as the only file there is. */
function loadChanged(from: string, to: string) {
  assert.ok(referenceText.includes(from), `the reference has ${from}`);
  return loadText(referenceText.replace(from, to));
}

function loadText(text: string, others: Readonly<Record<string, string>> = {}) {
  return loadEconomy(MAIN, async (path) => (path === MAIN ? text : (others[path] ?? null)));
}

async function refusalOf(loading: Promise<unknown>): Promise<EconomyRefusal> {
  const error = await loading.then(
    () => assert.fail('the file was not refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EconomyRefusal, String(error));
  return error;
}

test('the bundled economies keep their hashes', async () => {
  // A change here changes the rules of every network that runs the economy: raise its version with it.
  const hashes = Object.fromEntries(
    await Promise.all(['reference', 'local'].map(async (name) => [name, (await loadEconomy(name)).economyHash])),
  );
  assert.deepEqual(hashes, {
    reference: 'd8e90e428aed4d49706946e53aa6958c527c5a1bd6a17e7a8fa098cf2fc22323',
    local: '53330b7fc21337a84f7cc31724d6b0fab377fc35f054bb2651a55bb6902ba7f4',
  });
});

test('the profile is the economy in deterministic CBOR, and its hash names it', async () => {
  const { economy, economyHash, profile } = await loadEconomy('local');
  assert.equal(economyHashOf(economy), economyHash);
  const decoded = decodeCbor(profile) as ReadonlyMap<string, unknown>;
  assert.deepEqual([...decoded.keys()].sort(), Object.keys(economy).sort());
  assert.deepEqual(JSON.parse(JSON.stringify(economy)), economy);
});

test('decimals and durations become integers exactly', async () => {
  const { economy } = await loadEconomy('reference');
  assert.equal(economy.price.gainPpm, 62_500);
  assert.equal(economy.price.initialMicrograinsPerNcuS, 2_800_000);
  assert.equal(economy.cadence.holdbackEras, 7);
  assert.equal(economy.cadence.appealEpochs, 120);
  assert.equal(economy.emission.grainsPerEpoch, 2_000_000_000);
  const grid = economy.classes.find((one) => one.name === 'grid')!;
  // 100 NCU for an hour over 240 tokens.
  const { kappaNumerator, kappaDenominator } = grid.curve;
  assert.equal(kappaNumerator * 240_000_000, 360_000_000 * kappaDenominator);
});

test('a shorter epoch keeps what is given per time', async () => {
  const hour = await loadEconomy('reference');
  const minutes = await loadChanged('epoch: 1 h', 'epoch: 30 min');
  assert.equal(minutes.economy.emission.grainsPerEpoch * 2, hour.economy.emission.grainsPerEpoch);
  assert.equal(minutes.economy.cadence.epochsPerEra, 2 * hour.economy.cadence.epochsPerEra);
  assert.equal(minutes.economy.cadence.holdbackEras, hour.economy.cadence.holdbackEras);
});

test('an extending file changes what it names and reports it', async () => {
  const { economy, overridden } = await loadEconomy('local');
  assert.equal(economy.name, 'local');
  assert.equal(economy.cadence.epochMs, 5_000);
  assert.equal(economy.take.burnPpm, 50_000);
  assert.ok(overridden.includes('price.cap'));
  assert.ok(!overridden.includes('name'));
  assert.deepEqual(overridden, [...overridden].sort());
});

test('the order of fields, classes and resources never matters', async () => {
  const blocks = referenceText.split(/\n(?=\S)/).filter((block) => !block.startsWith('#'));
  const reversed = await loadText(`${blocks.reverse().join('\n')}\n`);
  assert.equal(reversed.economyHash, (await loadEconomy('reference')).economyHash);
});

test('the editor schema in the repository is current', async () => {
  const written = await readFile(new URL('../stannary.schema.json', import.meta.url), 'utf8');
  // Compared as data: the formatter lays the file out its own way.
  const hint = 'run node economies/src/write-schema.ts and format it';
  assert.equal(JSON.stringify(JSON.parse(written)), JSON.stringify(editorSchema()), hint);
});

test('a refusal names file, line, field, what was expected and what came', async () => {
  const refusal = await refusalOf(loadChanged('gain: 0.0625', 'gain: 0.06250001'));
  const line = referenceText.slice(0, referenceText.indexOf('gain: 0.0625')).split('\n').length;
  assert.equal(refusal.message, `${MAIN}:${line} price.gain: expected a whole number of ppm, got 0.06250001`);
  assert.equal(refusal.refusalClass, 'input');
});

/** One broken file a row: what is wrong, what of the reference is replaced by what, the code, the field it names. */
const BROKEN: readonly (readonly [string, string, string, EconomyRefusalCode, string])[] = [
  ['not YAML', 'version: 1\n', 'version: [1\n', 'ECONOMY-YAML', ''],
  ['a key twice', 'version: 1\n', 'version: 1\nversion: 2\n', 'ECONOMY-YAML', ''],
  ['an alias', 'burn: 5 %', 'burn: &a 5 %\n  x: *a', 'ECONOMY-TYPE', 'take.x'],
  ['a list', 'insurance: 2 %', 'insurance: [2 %]', 'ECONOMY-TYPE', 'take.insurance'],
  ['no value', 'insurance: 2 %', 'insurance:', 'ECONOMY-TYPE', 'take.insurance'],
  [
    'a value for a group',
    'take:\n  burn: 5 %\n  insurance: 2 %\n  treasury: 3 %',
    'take: 10 %',
    'ECONOMY-TYPE',
    'take',
  ],
  ['text for a flag', 'billed: true', 'billed: maybe', 'ECONOMY-TYPE', 'resources.fuel.billed'],
  ['a missing field', '  treasury: 3 %\n', '', 'ECONOMY-MISSING', 'take.treasury'],
  ['a missing group', /^reputation:[\s\S]*?\n\n/m.exec(referenceText)![0], '', 'ECONOMY-MISSING', 'reputation'],
  ['a misspelt field', 'treasury: 3 %', 'tresury: 3 %', 'ECONOMY-UNKNOWN-KEY', 'take.tresury'],
  ['an unknown resource', '  cpu:\n', '  vibes:\n', 'ECONOMY-UNKNOWN-KEY', 'resources.vibes'],
  ['an unknown curve', 'kind: linear-capped', 'kind: square-root', 'ECONOMY-CHOICE', 'curve.kind'],
  ['an unknown mode', 'mode: shadow', 'mode: whisper', 'ECONOMY-CHOICE', 'mode'],
  ['a name with spaces', 'name: reference', 'name: my economy', 'ECONOMY-CHOICE', 'name'],
  ['a duration without unit', 'grace: 10 min', 'grace: 600', 'ECONOMY-DURATION', 'cadence.grace'],
  ['a duration in an unknown unit', 'grace: 10 min', 'grace: 1 fortnight', 'ECONOMY-DURATION', 'cadence.grace'],
  ['an epoch of nothing', 'epoch: 1 h', 'epoch: 0 h', 'ECONOMY-DURATION', 'cadence.epoch'],
  ['a negative duration', 'grace: 10 min', 'grace: -1 min', 'ECONOMY-DURATION', 'cadence.grace'],
  ['an era of a broken number of epochs', 'era: 24 h', 'era: 90 min', 'ECONOMY-WHOLE', 'cadence.era'],
  ['a holdback of a broken number of eras', 'holdback: 7 d', 'holdback: 36 h', 'ECONOMY-WHOLE', 'cadence.holdback'],
  ['an emission of a broken number of grains', 'every: 1 h', 'every: 7 h', 'ECONOMY-WHOLE', 'emission.amount'],
  ['a share above all', 'burn: 5 %', 'burn: 105 %', 'ECONOMY-SHARE', 'take.burn'],
  ['a share in an unknown unit', 'burn: 5 %', 'burn: 5 bps', 'ECONOMY-SHARE', 'take.burn'],
  ['a share finer than ppm', 'burn: 5 %', 'burn: 5.00001 %', 'ECONOMY-PRECISION', 'take.burn'],
  ['an amount finer than a grain', 'bondMin: 240 tokens', 'bondMin: 0.0000001 tokens', 'ECONOMY-PRECISION', 'bondMin'],
  ['an amount of the wrong asset', 'bondMin: 240 tokens', 'bondMin: 240 credits', 'ECONOMY-AMOUNT', 'bondMin'],
  ['a curve without a bond', 'bond: 240 tokens', 'bond: 0 tokens', 'ECONOMY-AMOUNT', 'classes.grid.curve.bond'],
  ['an amount past 2^53', 'posterBond: 100_000 tokens', 'posterBond: 1e15 tokens', 'ECONOMY-AMOUNT', 'posterBond'],
  [
    'more grains than a number holds',
    'posterBond: 100_000',
    'posterBond: 10_000_000_000',
    'ECONOMY-RANGE',
    'posterBond',
  ],
  ['a price without unit', 'floor: 0.0036 credits per NCU·h', 'floor: 0.0036', 'ECONOMY-PRICE', 'price.floor'],
  ['a price finer than a micrograin', '0.0036 credits', '0.0036001 credits', 'ECONOMY-PRECISION', 'price.floor'],
  ['a broken count', 'consecutiveValidMin: 10', 'consecutiveValidMin: 9.5', 'ECONOMY-COUNT', 'consecutiveValidMin'],
  ['no replicas', 'replicasToConvict: 2', 'replicasToConvict: 0', 'ECONOMY-COUNT', 'replicasToConvict'],
  ['more work than a number holds', 'nodes: 1_000_000', 'nodes: 100_000_000', 'ECONOMY-SUMS', 'limits.nodes'],
  ['a node larger than the kernel takes', 'nodeNcu: 100', 'nodeNcu: 1_000', 'ECONOMY-SUMS', 'limits.nodeNcu'],
  ['charges past 2^53', 'cap: 0.036 credits per NCU·h', 'cap: 36 credits per NCU·s', 'ECONOMY-SUMS', 'price.cap'],
  ['grace longer than an epoch', 'grace: 10 min', 'grace: 61 min', 'ECONOMY-GRACE', 'cadence.grace'],
  ['lateness beyond an era', 'late: 6 h', 'late: 25 h', 'ECONOMY-LATE', 'cadence.late'],
  ['no holdback', 'holdback: 7 d', 'holdback: 0 d', 'ECONOMY-HOLDBACK', 'cadence.holdback'],
  [
    'unbonding before faults are final',
    'unbonding: 14 d',
    'unbonding: 12 d',
    'ECONOMY-UNBONDING',
    'settlement.unbonding',
  ],
  ['a floor above the first price', 'floor: 0.0036', 'floor: 0.0108', 'ECONOMY-PRICE-ORDER', 'price.initial'],
  ['a price that never moves', 'gain: 0.0625', 'gain: 0', 'ECONOMY-PRICE-GAIN', 'price.gain'],
  ['a price that doubles', 'targetUtilisation: 70 %', 'targetUtilisation: 1 %', 'ECONOMY-PRICE-GAIN', 'price.gain'],
  ['a take of everything', 'burn: 5 %', 'burn: 95 %', 'ECONOMY-TAKE', 'take.burn'],
  ['class shares short of all', 'emissionShare: 40 %', 'emissionShare: 39 %', 'ECONOMY-CLASS-SHARES', 'emissionShare'],
  ['a stop line above the margin call', 'stopLine: 60 %', 'stopLine: 90 %', 'ECONOMY-BOND-LINES', 'stopLine'],
  ['a stop line without a bond', 'bondMin: 240 tokens', 'bondMin: 0 tokens', 'ECONOMY-BOND-LINES', 'bondMin'],
  ['an operator cap of nothing', 'operatorCap: 15 %', 'operatorCap: 0 %', 'ECONOMY-OPERATOR-CAP', 'operatorCap'],
  ['a cap below one emission', 'cap: 400_000_000 tokens', 'cap: 1_999 tokens', 'ECONOMY-EMISSION-CAP', 'emission.cap'],
  ['a cap past 2^53', 'cap: 400_000_000 tokens', 'cap: 10_000_000_000 tokens', 'ECONOMY-EMISSION-CAP', 'emission.cap'],
  ['audits that see nothing', 'detection: 90 %', 'detection: 0 %', 'ECONOMY-DETECTION', 'verification.detection'],
  ['a live offence that costs nothing', 'slash: 100 %', 'slash: 0 %', 'ECONOMY-OFFENCE', 'offences.equivocation.slash'],
  ['a bar that all are past', 'threshold: 50 %', 'threshold: 0 %', 'ECONOMY-OFFENCE', 'abandoned-work.threshold'],
  ['a slash split short of all', 'challenger: 50 %', 'challenger: 40 %', 'ECONOMY-SLASH-SPLIT', 'slash.challenger'],
  [
    'a challenger who gets it all',
    'challenger: 50 %\n  insurance: 30 %\n  burn: 20 %',
    'challenger: 100 %\n  insurance: 0 %\n  burn: 0 %',
    'ECONOMY-CHALLENGER',
    'slash.challenger',
  ],
  ['reputation that never forgets', 'lambda: 0.95', 'lambda: 1', 'ECONOMY-REPUTATION', 'reputation.lambda'],
  ['newcomers above veterans', 'multiplierMin: 0.5', 'multiplierMin: 1.5', 'ECONOMY-REPUTATION', 'multiplierMin'],
  ['nothing billed', 'billed: true', 'billed: false', 'ECONOMY-NOTHING-BILLED', 'billed'],
];

for (const [name, from, to, code, field] of BROKEN) {
  test(`refuses ${name}: ${code}`, async () => {
    const refusal = await refusalOf(loadChanged(from, to));
    assert.equal(refusal.code, code, refusal.message);
    assert.match(refusal.where, /^\/economies\/main\.yaml:\d+/);
    assert.ok(refusal.where.endsWith(field), refusal.message);
  });
}

test('refuses a file that is not there: ECONOMY-NOT-FOUND', async () => {
  assert.equal((await refusalOf(loadEconomy('/nowhere/economy.yaml'))).code, 'ECONOMY-NOT-FOUND');
  assert.equal((await refusalOf(loadEconomy('nowhere'))).code, 'ECONOMY-NOT-FOUND');
});

test('refuses a change of a field that is not there: ECONOMY-EXTENDS-KEY', async () => {
  const extending = 'extends: ./base.yaml\nname: changed\nversion: 1\ntake:\n  lottery: 1 %\n';
  const refusal = await refusalOf(loadText(extending, { '/economies/base.yaml': referenceText }));
  assert.equal(refusal.code, 'ECONOMY-EXTENDS-KEY');
  assert.equal(refusal.where, `${MAIN}:5 take.lottery`);
});

test('refuses files that extend each other: ECONOMY-EXTENDS', async () => {
  const refusal = await refusalOf(
    loadText('extends: ./other.yaml\n', { '/economies/other.yaml': 'extends: ./main.yaml\n' }),
  );
  assert.equal(refusal.code, 'ECONOMY-EXTENDS');
});
