import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeCbor } from '@stannary/wire';
import { parse } from 'yaml';
import {
  changePolicy,
  EconomyRefusal,
  economyHashOf,
  loadEconomy,
  type Override,
  policyAt,
  policyOn,
} from './index.ts';

const referenceText = await readFile(new URL('../reference.yaml', import.meta.url), 'utf8');
const MAIN = '/economies/main.yaml';
const BASE = '/economies/base.yaml';

/** A text as a file beside the reference, which it may extend as `./base.yaml`. */
function loadText(text: string, set: readonly Override[] = []) {
  const files: Readonly<Record<string, string>> = { [MAIN]: text, [BASE]: referenceText };
  return loadEconomy(MAIN, { readText: async (path) => files[path] ?? null, set });
}

const extending = (text: string) => `extends: ./base.yaml\nname: changed\nversion: 1\n${text}`;

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
    reference: 'abae9529027424194334f044b91f053e0477913792affbb52e752c656b9b6a61',
    local: 'fe37d4e0c40cfeb40d1107b42ef8aed0bfda406c8cfb81f2654ab1b0cc388077',
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
  assert.ok(economy.price.kind === 'rational-step');
  assert.equal(economy.price.gainPpm, 62_500);
  assert.equal(economy.price.initialMicrograinsPerNcuS, 2_800_000);
  assert.equal(economy.cadence.holdbackEras, 7);
  assert.equal(economy.cadence.appealEpochs, 120);
  assert.equal(economy.supply.limits.capGrains, '1000000000000000');
  const grid = economy.classes.find((one) => one.name === 'grid')!;
  assert.equal(grid.bond.revenue?.exposureEpochs, 240);
  // 100 NCU for an hour over 480 tokens.
  assert.ok(grid.curve.kind === 'linear-capped');
  const { kappaNumerator, kappaDenominator } = grid.curve;
  assert.equal(kappaNumerator * 480_000_000, 360_000_000 * kappaDenominator);
});

test('a shorter epoch keeps what is given per time', async () => {
  const hour = await loadEconomy('reference');
  const minutes = await loadEconomy('reference', { set: [['cadence.epoch', '30 min']] });
  assert.equal(minutes.economy.cadence.epochsPerEra, 2 * hour.economy.cadence.epochsPerEra);
  assert.equal(minutes.economy.cadence.holdbackEras, hour.economy.cadence.holdbackEras);
  assert.deepEqual(minutes.economy.supply, hour.economy.supply);
  const exposures = [hour, minutes].map(({ economy }) => economy.classes[0]!.bond.revenue!.exposureEpochs);
  assert.equal(exposures[1], 2 * exposures[0]!);
});

test('all kinds of supply are read, in units of a grain', async () => {
  const { economy } = await loadText(
    extending(`supply:
  unitsPerGrain: 1_000_000_000_000
  streams:
    simple: { rule: { kind: halving, firstPeriod: 10 tokens, period: 30 d } }
    baseline: null
    bonded: { share: 10 %, rule: { kind: bonding-step, rate: 220_500, step: 500, target: 50 %, interval: 1 d } }
    burned: { share: 1, rule: { kind: net-emission, cap: 5 tokens, average: 7, interval: 1 d } }
    fees: { share: 1, rule: { kind: fee-linked, perFee: 1 %, perNonRecoverable: 40 % } }
`),
  );
  const { streams, limits } = economy.supply;
  assert.deepEqual(
    streams.map(({ name, rule }) => [name, rule.kind]),
    [
      ['bonded', 'bonding-step'],
      ['burned', 'net-emission'],
      ['fees', 'fee-linked'],
      ['simple', 'halving'],
    ],
  );
  assert.deepEqual(streams[3]!.rule, {
    kind: 'halving',
    firstPeriodGrains: '10000000000000000000',
    periodSeconds: 2_592_000,
  });
  assert.equal(limits.capGrains, `1${'0'.repeat(27)}`);
});

test('a window becomes buckets, and a class curve says how much a bond covers', async () => {
  const { economy } = await loadText(
    extending(`price: { breaker: { multiple: 4, window: 7 d } }
classes:
  grid: { curve: { kind: exponential-rebate, ncu: 100, bond: 480 tokens, alpha: 1, lambda: 0.6 } }
  ai: { curve: { kind: power, numerator: 1, denominator: 2 }, bands: { multipliers: [1, 75 %] } }
  cloud: { pool: { pieces: [{ until: 10, rate: 3.6 tokens per NCU·h }] } }
`),
  );
  assert.deepEqual(economy.price.breaker, { multiplePpm: 4_000_000, buckets: 28, bucketEpochs: 6 });
  const [ai, cloud, , grid] = economy.classes;
  assert.deepEqual(ai!.curve, { kind: 'power', exponentNumerator: 1, exponentDenominator: 2 });
  assert.deepEqual(ai!.bands, { multipliersPpm: [1_000_000, 750_000] });
  assert.deepEqual(cloud!.pool, { pieces: [{ untilNcuMs: 36_000_000, rateMicrograinsPerNcuS: 1_000_000_000 }] });
  assert.ok(grid!.curve.kind === 'exponential-rebate');
  assert.equal(grid!.curve.lambdaNumerator * 480_000_000, 216_000_000 * grid!.curve.lambdaDenominator);
});

test('markets of resources are in canonical order, with codes in the place of names', async () => {
  const rule =
    'kind: excess, initial: 0.036 credits per NCU·h, floor: 0.036 credits per NCU·h, cap: 3.6 credits per NCU·h';
  const price = `price: { ${rule}, targetUtilisation: 70 %, updateFraction: 1_000 }`;
  const list = `[{ class: edge, resource: gpu, ${price} }, { resource: fuel, ${price} }]`;
  const { economy } = await loadText(extending(`resourceMarkets: ${list}\n`));
  assert.deepEqual(
    economy.resourceMarkets.map(({ className, resource }) => [className, resource]),
    [
      [null, 7],
      ['edge', 6],
    ],
  );
  const [first] = economy.resourceMarkets;
  assert.ok(first!.price.kind === 'excess' && first!.price.updateFractionNcuMs === '3600000000');
});

test('a device is worth what was measured, by profile', async () => {
  const { coefficients, clamp } = (await loadEconomy('reference')).economy.benchmarks;
  const h100 = coefficients.filter(({ deviceClass }) => deviceClass === 'h100-sxm-80gb');
  assert.deepEqual(
    h100.map(({ profile, resource, milliNcuPerUnitS }) => [profile, resource, milliNcuPerUnitS]),
    [
      ['encoder', 6, 100_000],
      ['language', 6, 100_000],
      ['vision', 6, 100_000],
    ],
  );
  assert.deepEqual(clamp, { eraChangePpmMax: 20_000, windowChangePpmMax: 100_000, windowEras: 30 });
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

test('an extending file adds a class, and null takes one out', async () => {
  const tree = parse(referenceText, { schema: 'failsafe' }) as { classes: Record<string, object> };
  const tin = { ...tree.classes.ai, bands: null, pool: null };
  const text = `classes:\n  ai: null\n  tin: ${JSON.stringify(tin)}\n`;
  const { economy, overridden } = await loadText(extending(text));
  assert.deepEqual(
    economy.classes.map((one) => one.name),
    ['cloud', 'edge', 'grid', 'tin'],
  );
  assert.ok(overridden.includes('classes.ai') && overridden.includes('classes.tin.curve.bond'));
});

test('the order of fields, classes and resources never matters', async () => {
  const blocks = referenceText.split(/\n(?=\S)/).filter((block) => !block.startsWith('#'));
  const reversed = await loadText(`${blocks.reverse().join('\n')}\n`);
  assert.equal(reversed.economyHash, (await loadEconomy('reference')).economyHash);
});

test('JSON is read as it is, with lines', async () => {
  const tree = parse(referenceText, { schema: 'failsafe' }) as Record<string, unknown>;
  // All values are texts in this reading but those that JSON has words for.
  const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };
  const asWord = (_: string, value: unknown) => (typeof value === 'string' && value in words ? words[value] : value);
  const text = JSON.stringify(tree, asWord, 2);
  assert.equal((await loadText(text)).economyHash, (await loadEconomy('reference')).economyHash);
  const broken = text.replace('"0.0625"', '"much"');
  const line = broken.slice(0, broken.indexOf('"much"')).split('\n').length;
  assert.equal((await refusalOf(loadText(broken))).where, `${MAIN}:${line} price.gain`);
});

test('a refusal names file, line, field, what was expected and what came', async () => {
  const refusal = await refusalOf(loadText(referenceText.replace('gain: 0.0625', 'gain: 0.06250001')));
  const line = referenceText.slice(0, referenceText.indexOf('gain: 0.0625')).split('\n').length;
  assert.equal(
    refusal.message,
    `${MAIN}:${line} price.gain: expected a whole number of ppm, as 0.0625 or 0.062501 is, got 0.06250001`,
  );
  assert.equal(refusal.refusalClass, 'input');
});

test('everything that is wrong with the fields is said at once', async () => {
  const refusal = await refusalOf(loadText(extending('take:\n  burn: 5 bps\n  treasury: []\nprice:\n  gian: 1\n')));
  const all = [refusal, ...refusal.others].map(({ code, where }) => `${code} ${where.split(' ')[1]}`);
  assert.deepEqual(all.sort(), [
    'ECONOMY-SHARE take.burn',
    'ECONOMY-TYPE take.treasury',
    'ECONOMY-UNKNOWN-KEY price.gian',
  ]);
});

test('a waived bound is passed, and told', async () => {
  const text = extending('bounds: waived\ntake:\n  burn: 16 %\n');
  const [{ reading, economy }] = (await loadText(text)).policies;
  assert.equal(economy.take.burnPpm, 160_000);
  assert.deepEqual(
    reading.waived.map(({ code, where }) => `${code} ${where}`),
    [`ECONOMY-BOUNDS ${MAIN}:6 take.burn`],
  );
});

test('a price that is no whole number of micrograins comes with the two nearest that are', async () => {
  const set = [['price.initial', '0.01 credits per NCU·h']] as const;
  const { code, expected } = await refusalOf(loadEconomy('reference', { set }));
  assert.equal(code, 'ECONOMY-PRECISION');
  const offered = /, as (.*) or (.*) is$/.exec(expected)!.slice(1);
  assert.deepEqual(
    offered.map((text) => text.replace(/^[\d._]+ /, '')),
    ['credits per NCU·h', 'credits per NCU·h'],
  );
  for (const text of offered) await loadEconomy('reference', { set: [['price.initial', text]] });
});

test('a unit that the file itself sets is named where it no longer fits, and so is a kind that was changed', async () => {
  const epoch = await refusalOf(loadEconomy('reference', { set: [['cadence.epoch', '5 h']] }));
  assert.match(epoch.message, /cadence\.era: expected a whole number of epochs \(--set:1 cadence\.epoch: 5 h\), as /);
  const kind = await refusalOf(loadEconomy('reference', { set: [['price.kind', 'eip-1559']] }));
  assert.match(kind.expected, /, since a change of kind drops the fields of the one before$/);
});

test('messages escape what acts on a terminal and cut what is long', async () => {
  const hostile = `\u001b[31m${'x'.repeat(100_000)}\n`;
  const { message, got } = await refusalOf(loadText(extending(JSON.stringify({ [hostile]: hostile }))));
  assert.ok(got.length <= 100 && message.length < 3_000, message);
  assert.doesNotMatch(message, /\p{Cc}/u);
  const value = await refusalOf(loadText(extending(`bounds: ${JSON.stringify(hostile)}\n`)));
  assert.match(value.got, /^\\u001b\[31mx+…x+\\u000a$/);
});

test('extends reads regular files of a sensible size and nothing else, and names its line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stannary-extends-'));
  const main = join(folder, 'main.yaml');
  await symlink('loop.yaml', join(folder, 'loop.yaml'));
  const paths = ['/dev/zero', '.', './loop.yaml', `./${'a'.repeat(5_000)}`, '"./a\\0b"', '', 'refrence'];
  for (const path of paths) {
    await writeFile(main, `name: x\nextends: ${path}\n`);
    const refusal = await refusalOf(loadEconomy(main));
    assert.equal(refusal.code, 'ECONOMY-NOT-FOUND', path);
    assert.equal(refusal.where, `${main}:2 extends`);
    assert.equal(/one of akash, .*reference/.test(refusal.expected), path === 'refrence');
  }
  await writeFile(join(folder, 'large.yaml'), ' '.repeat(4_000_001));
  await writeFile(main, 'extends: ./large.yaml\n');
  assert.equal((await refusalOf(loadEconomy(main))).code, 'ECONOMY-SIZE');
  await rm(folder, { recursive: true });
});

test('refuses a file that is not there: ECONOMY-NOT-FOUND', async () => {
  assert.equal((await refusalOf(loadEconomy('/nowhere/economy.yaml'))).code, 'ECONOMY-NOT-FOUND');
  assert.equal((await refusalOf(loadEconomy('nowhere'))).code, 'ECONOMY-NOT-FOUND');
});

const VERSIONS = extending(`genesis:
  at: 2027-01-01
versions:
  - version: 2
    from: 30 d
    set:
      take: { burn: 6 % }
  - version: 5
    from: 2027-03-01T12:00Z
    stepWaived: the oracle was wrong for a month
    set:
      take: { insurance: 6 % }
      classes: { grid: { bond: { min: 100 credits } } }
`);

test('each version is the one before with its changes, and has its own hash', async () => {
  const { policies } = await loadText(VERSIONS);
  assert.deepEqual(
    policies.map(({ version, fromEpoch, economy }) => [version, fromEpoch, economy.version, economy.take.burnPpm]),
    [
      [1, 0, 1, 50_000],
      [2, 720, 2, 60_000],
      [5, 59 * 24 + 12, 5, 60_000],
    ],
  );
  assert.deepEqual(
    policies.map(({ economy }) => economy.take.insurancePpm),
    [20_000, 20_000, 60_000],
  );
  assert.equal(new Set(policies.map(({ economyHash }) => economyHash)).size, 3);
});

test('the policy in force is found by epoch and by date', async () => {
  const loaded = await loadText(VERSIONS);
  const versions = [0, 719, 720, 1_427, 1_428, 1_000_000].map((epoch) => policyAt(loaded, epoch).version);
  assert.deepEqual(versions, [1, 1, 2, 2, 5, 5]);
  assert.equal(policyOn(loaded, '2027-01-30').version, 1);
  assert.equal(policyOn(loaded, '2027-01-31').version, 2);
  assert.equal(policyOn(loaded, '2027-03-01T12:00Z').version, 5);
  assert.throws(() => policyOn(loaded, 'soon'), { code: 'ECONOMY-DATE' });
});

test('a date finds no policy without a date of genesis: ECONOMY-DATE', async () => {
  const loaded = await loadEconomy('reference');
  assert.throws(() => policyOn(loaded, '2027-01-31'), { code: 'ECONOMY-DATE' });
});

test('a step is measured from the version before, by share or by amount', async () => {
  const step = (set: string) => loadText(extending(`versions:\n  - version: 2\n    from: 1 d\n    set: ${set}\n`));
  // 20 % of 0.0625 is 0.0125.
  assert.equal((await step('{price: {gain: 0.075}}')).policies.length, 2);
  assert.equal((await refusalOf(step('{price: {gain: 0.075001}}'))).code, 'ECONOMY-STEP');
  // 20 % of 2 % is less than the 1 % that the take may move at once.
  assert.equal((await step('{take: {insurance: 3 %}}')).policies.length, 2);
  assert.equal((await refusalOf(step('{take: {insurance: 3.0001 %}}'))).code, 'ECONOMY-STEP');
  // A field that comes or goes is a step, however small.
  assert.equal((await refusalOf(step('{resources: {cpu: null}}'))).code, 'ECONOMY-STEP');
});

test('measured work creeps no farther in small steps than its longer limit allows: ECONOMY-STEP', async () => {
  const creeping = (count: number, days: number, head = '') => {
    let work = 100_000;
    return loadText(
      extending(
        `versions:\n${Array.from({ length: count }, (_, index) => {
          work = Math.floor(work * 1.02);
          const set = `{benchmarks: {devices: {h100-sxm-80gb: {profiles: {language: ${work}}}}}}`;
          return `  - version: ${index + 2}\n    from: ${(index + 1) * days} d\n${head}    set: ${set}\n`;
        }).join('')}`,
      ),
    );
  };
  assert.equal((await creeping(4, 1)).policies.length, 5);
  // 1.02^5 is more than 1.1.
  const refusal = await refusalOf(creeping(5, 1));
  assert.equal(refusal.code, 'ECONOMY-STEP');
  assert.match(refusal.message, /h100-sxm-80gb language.*10 %.*era 0/);
  assert.equal((await creeping(5, 10)).policies.length, 6, 'the first is out of the window');
  assert.equal((await creeping(5, 1, '    stepWaived: a new benchmark\n')).policies.length, 6);
});

test('what never changes does not, whatever the reason: ECONOMY-FIXED', async () => {
  const text =
    'versions:\n  - version: 2\n    from: 1 d\n    stepWaived: why not\n    set: {cadence: {epoch: 30 min}}\n';
  assert.equal((await refusalOf(loadText(extending(text)))).code, 'ECONOMY-FIXED');
});

test('a version names only rules', async () => {
  const text = (key: string) => `versions:\n  - version: 2\n    from: 1 d\n    set: {${key}: 1}\n`;
  for (const key of ['version', 'extends', 'versions']) {
    const refusal = await refusalOf(loadText(extending(text(key))));
    assert.equal(refusal.code, 'ECONOMY-UNKNOWN-KEY');
    assert.equal(refusal.where, `${MAIN}:7 versions[0].set.${key}`);
  }
});

test('a changed policy keeps its start and has another hash', async () => {
  const policy = (await loadText(VERSIONS)).policies[1]!;
  const changed = changePolicy(policy, [['price.gain', '0.05']]);
  assert.equal(changed.fromEpoch, 720);
  assert.ok(changed.economy.price.kind === 'rational-step');
  assert.equal(changed.economy.price.gainPpm, 50_000);
  assert.notEqual(changed.economyHash, policy.economyHash);
});
