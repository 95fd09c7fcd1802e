import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EconomyRefusal } from './index.ts';
import { loadEconomy } from './index.ts';

const BASE = `extends: local
name: changed
version: 1
supply:
  streams:
    burn: { share: 0 %, rule: { kind: burn-mint, mintSpread: 1 %, settleSpread: 1 % } }
`;

/** The second version of a file that changes `set`, which is given as JSON. */
function load(set: object, base = BASE) {
  const version = { version: 2, from: '3 epochs', stepWaived: 'a test', set };
  const text = `${base}versions: [${JSON.stringify(version)}]\n`;
  return loadEconomy('/changed.yaml', {
    readText: async (path) =>
      path === '/changed.yaml' ? text : (await import('node:fs/promises')).readFile(path, 'utf8'),
  });
}

async function refusalOf(set: object, base = BASE): Promise<EconomyRefusal> {
  return load(set, base).then(
    () => assert.fail('the file was not refused'),
    (reason: EconomyRefusal) => reason,
  );
}

const halving = { kind: 'halving', firstPeriod: '1_000 tokens', period: '30 d' };
const credits = (amount: number) => `${amount} credits per NCU·s`;
const price = { initial: credits(50), floor: credits(10), cap: credits(500), targetUtilisation: '70 %' };

test('what a running network can carry over is accepted', async () => {
  for (const set of [
    { supply: { streams: { more: { share: '100 %', rule: halving } } } },
    { supply: { streams: { baseline: null } } },
    { price: { ...price, kind: 'exponential', gain: '0.01' } },
    { vesting: { schedule: { kind: 'linear', share: '50 %', duration: '4 epochs' } } },
    { offences: { 'abandoned-work': { mode: 'live' } } },
    { supply: { ceiling: null } },
  ]) {
    const { policies } = await load(set).catch((error: Error) =>
      assert.fail(`${JSON.stringify(set)}: ${error.message}`),
    );
    assert.equal(policies[1]!.fromEpoch, 3);
    assert.notEqual(policies[1]!.economyHash, policies[0].economyHash);
  }
});

for (const [what, set, path, expected] of [
  ['a class that nodes stay in', { classes: { ai: null, grid: { emissionShare: '55 %' } } }, 'classes', /ai to stay/],
  ['a meter that late usage names', { resources: { cpu: null } }, 'resources', /cpu to stay/],
  [
    'another curve under the name of one that has begun',
    { supply: { streams: { simple: { rule: { of: halving } } } } },
    'supply.streams.simple',
    /the curve that has begun, exponential/,
  ],
  [
    'a stream that owes settled work its mint',
    { supply: { streams: { burn: null } } },
    'supply.streams',
    /burn to stay/,
  ],
] as const) {
  test(`ECONOMY-VERSION-STATE: ${what}`, async () => {
    const refusal = await refusalOf(set);
    assert.deepEqual([refusal.code, refusal.where.split(' ')[1]], ['ECONOMY-VERSION-STATE', path], refusal.message);
    assert.match(refusal.expected, expected);
  });
}

test('ECONOMY-VERSION-STATE: a curve that would begin again under a new name', async () => {
  const base = `${BASE}    mine: { share: 0 %, rule: ${JSON.stringify(halving)} }\n`;
  const streams = { mine: null, yours: { share: '0 %', rule: halving } };
  const refusal = await refusalOf({ supply: { streams } }, base);
  assert.deepEqual([refusal.code, refusal.where.split(' ')[1]], ['ECONOMY-VERSION-STATE', 'supply.streams.yours']);
  assert.match(refusal.expected, /the name mine/);
});

test('ECONOMY-SUMS: more nodes at once than the last prices of the version before leave room for', async () => {
  const refusal = await refusalOf({
    limits: { nodes: 100_000 },
    price: { cap: '60 credits per NCU·s' },
    bounds: 'waived',
  });
  assert.equal(refusal.code, 'ECONOMY-SUMS');
});

test('ECONOMY-FIXED: what clock, ledger and contracts stand on never changes', async () => {
  for (const [set, path] of [
    [{ cadence: { late: '2 epochs' } }, 'cadence.late'],
    [{ cadence: { holdback: '2 eras' } }, 'cadence.holdback'],
    [{ settlement: { unbonding: '120 s' } }, 'settlement.unbonding'],
    [{ slash: { burn: '10 %', insurance: '40 %' } }, 'slash.insurance'],
    [
      { genesis: { allocations: { more: { holder: 'public', amount: '1 token', lockup: '0 s', vesting: '0 s' } } } },
      '',
    ],
  ] as const) {
    const refusal = await refusalOf(set);
    assert.equal(refusal.code, 'ECONOMY-FIXED', refusal.message);
    assert.ok(refusal.where.includes(path), refusal.where);
  }
});
