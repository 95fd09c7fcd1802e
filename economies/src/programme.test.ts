import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { EconomyRefusal, loadEconomy, programmeOf } from './index.ts';

const REFERENCE = await readFile(new URL('../reference.yaml', import.meta.url), 'utf8');

/** The reference with more text, as a loaded economy. */
function load(text: string) {
  const files: Readonly<Record<string, string>> = { '/base.yaml': REFERENCE, '/main.yaml': text };
  return loadEconomy('/main.yaml', { readText: async (path) => files[path] ?? null });
}

const HEAD = 'extends: ./base.yaml\nname: test\n';
const PROGRAMME = `
programme:
  decimals: 18
  weight:
    measure: { kind: sum, plus: [work, bonus], minus: [] }
    steps:
      2-share: { kind: measured-share, column: uptime }
      1-cap: { kind: soft-cap, threshold: 0.5 }
  requirements:
    trusted: { kind: flag, mustBe: true, unless: leaving }
    checked: { kind: flag, flag: audited, mustBe: true }
  payout:
    kind: yield
    rate: 150 %
    year: 360 d
`;

test('amounts become smallest units, steps stand by their digit, a flag is named by its requirement', async () => {
  const { economy } = await load(HEAD + PROGRAMME);
  assert.deepEqual(economy.programme, {
    weight: {
      measure: { kind: 'sum', plus: ['work', 'bonus'], minus: [] },
      steps: [
        { kind: 'soft-cap', thresholdAmount: '500000000000000000' },
        { kind: 'measured-share', shareColumn: 'uptime' },
      ],
    },
    requirements: [
      { name: 'checked', kind: 'flag', flag: 'audited', mustBe: true, unless: null },
      { name: 'trusted', kind: 'flag', flag: 'trusted', mustBe: true, unless: 'leaving' },
    ],
    payout: { kind: 'yield', ratePpm: 1_500_000, yearSeconds: 31_104_000 },
  });
});

test('a single version needs no date, and holds always', async () => {
  const { versions } = programmeOf(await load(HEAD + PROGRAMME));
  assert.deepEqual(
    versions.map(({ version, fromSeconds }) => [version, fromSeconds]),
    [[1, 0]],
  );
});

const RATE = 'set: { programme: { payout: { rate: 100 % } } }';

test('versions begin at their dates, and each has the rules of its own', async () => {
  const dated = `genesis:\n  at: 2024-01-01\nversions:\n  - { version: 2, from: 2024-03-01, ${RATE} }\n`;
  const { versions } = programmeOf(await load(HEAD + PROGRAMME + dated));
  assert.deepEqual(
    versions.map(({ version, fromSeconds, payout }) => [
      version,
      fromSeconds,
      payout.kind === 'yield' && payout.ratePpm,
    ]),
    [
      [1, Date.parse('2024-01-01') / 1000, 1_500_000],
      [2, Date.parse('2024-03-01') / 1000, 1_000_000],
    ],
  );
});

/** Code and place. */
async function refusal(text: string): Promise<string> {
  const loaded = await load(HEAD + text);
  try {
    programmeOf(loaded);
  } catch (error) {
    if (error instanceof EconomyRefusal) return `${error.code} ${error.where}`;
  }
  return 'accepted';
}

test('ECONOMY-PROGRAMME: no version has one, or a later one has none', async () => {
  assert.match(await refusal(''), /^ECONOMY-PROGRAMME .*base\.yaml:\d+ programme$/);
  const gone =
    'genesis:\n  at: 2024-01-01\nversions:\n  - { version: 2, from: 9 d, stepWaived: over, set: { programme: null } }\n';
  assert.match(await refusal(PROGRAMME + gone), /^ECONOMY-PROGRAMME .*main\.yaml:\d+ programme$/);
});

test('ECONOMY-DATE: versions, and no date to count from', async () => {
  const undated = `versions:\n  - { version: 2, from: 9 d, ${RATE} }\n`;
  assert.match(await refusal(PROGRAMME + undated), /^ECONOMY-DATE .* genesis\.at$/);
});

test('a programme may begin later than its economy', async () => {
  const indented = PROGRAMME.trim().replaceAll('\n', '\n      ');
  const later = `genesis:\n  at: 2024-01-01\nversions:\n  - version: 2\n    from: 1 d\n    stepWaived: it begins\n    set:\n      ${indented}\n`;
  const { versions } = programmeOf(await load(HEAD + later));
  assert.deepEqual(
    versions.map(({ version }) => version),
    [2],
  );
});

for (const [name, versions] of [
  ['keep-ecdsa', 10],
  ['threshold', 6],
] as const) {
  test(`the preset ${name} is found by its name, with all its versions`, async () => {
    const loaded = await loadEconomy(name);
    assert.equal(loaded.economy.name, name);
    assert.equal(programmeOf(loaded).versions.length, versions);
    assert.notEqual(loaded.economy.replay, null);
  });
}
