import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Economy } from '@stannary/kernel';
import fc from 'fast-check';
import { economyWith, oneClass, reference, smallWorld } from '../world.fixture.ts';
import type { Attack, AttackSetting } from './attack.ts';
import { ECONOMIC_ATTACKS } from './catalogue.ts';
import { classSpoofing } from './class-spoofing.ts';
import { flashStake } from './flash-stake.ts';
import { hoarding } from './hoarding.ts';
import { lazyWork } from './lazy-work.ts';
import { meteringInflation } from './metering-inflation.ts';
import { selectiveDelivery } from './selective-delivery.ts';
import { sybilSplit } from './sybil-split.ts';
import { washUsage } from './wash-usage.ts';
import { whitewash } from './whitewash.ts';

// Every attack costs twice what it returns under the reference economy, and does not any more once what defends against
// it is taken away.

const RUNS = 6;

interface Means {
  readonly cost: number;
  readonly gain: number;
}

function settingOf(economy: Economy, { parameters }: Attack, changes: Readonly<Record<string, number>>): AttackSetting {
  const scenario = smallWorld(economy, 100, { horizonEpochs: 336 });
  const values = Object.entries(parameters).map(([name, { value }]) => [name, value]);
  return { economy, scenario, parameters: { ...Object.fromEntries(values), ...changes } };
}

function meansOf(attack: Attack, economy: Economy, changes: Readonly<Record<string, number>> = {}): Means {
  const setting = settingOf(economy, attack, changes);
  const accounts = Array.from({ length: RUNS }, (_, run) => attack.attempt(setting, run));
  const mean = (side: 'costCredits' | 'returnCredits') => accounts.reduce((sum, one) => sum + one[side], 0) / RUNS;
  return { cost: mean('costCredits'), gain: mean('returnCredits') };
}

type Changes = Parameters<typeof economyWith>[0];

const UNSEEN: Changes = {
  verification: { auditFloorPpm: 0, canaries: { floorPpm: 0, safetyPpm: 2_000_000 } },
  classes: reference.classes.map((one) => ({
    ...one,
    verification: { ...one.verification, canaryPpm: 0, benchmarkPpm: 0 },
  })),
};

/** What was taken away, the economy without it, and the attacker's answer. */
const OPEN: readonly (readonly [string, Attack, Economy, Readonly<Record<string, number>>?])[] = [
  [
    'weights of work and bond',
    sybilSplit,
    oneClass({}, { kind: 'power', exponentNumerator: 1, exponentDenominator: 2 }),
  ],
  [
    'audits, fees and dues',
    whitewash,
    economyWith({ ...UNSEEN, bonds: { idFeeGrains: 0 }, newcomer: { multiplierMinPpm: 1_000_000 } }),
  ],
  [
    'the queues and the fee',
    flashStake,
    economyWith({ settlement: { activationSeconds: 0, unbondingSeconds: 0 }, bonds: { idFeeGrains: 0 } }),
  ],
  [
    'the caps and the fees of leases',
    hoarding,
    economyWith({
      classes: reference.classes.map((one) => ({ ...one, consumerCapPpm: 1_000_000, operatorCapPpm: 900_000 })),
      leases: { openingFeePpm: 0, bondPpm: 0, idleSurchargePpmMax: 0 },
    }),
    { ownShare: 0.8, withheld: 0.2 },
  ],
  ['the take', washUsage, economyWith({ take: { burnPpm: 10_000, insurancePpm: 0 } }), { nodes: 2 }],
  ['audits', meteringInflation, economyWith(UNSEEN), { inflation: 0.4 }],
  ['audits', lazyWork, economyWith(UNSEEN)],
  [
    'the second price gap and service credits',
    selectiveDelivery,
    economyWith({ reserved: { gapFactorPpm: 1_000_000, missedFeePpm: 0, credits: [] } }),
    { discount: 0.5, missed: 1 },
  ],
  ['benchmarks', classSpoofing, economyWith(UNSEEN)],
];

for (const [defence, attack, open, answer = {}] of OPEN) {
  test(`${attack.number}, ${attack.id}: does not pay under the reference, and pays without ${defence}`, () => {
    const held = meansOf(attack, reference, answer);
    assert.ok(held.cost >= 2 * held.gain, `held: ${held.cost} for ${held.gain}`);
    const paid = meansOf(attack, open, answer);
    assert.ok(paid.cost < 2 * paid.gain, `open: ${paid.cost} for ${paid.gain}`);
  });
}

test('without a holdback an inflated meter keeps what it had been paid before it is found', () => {
  const unheld = economyWith({ cadence: { holdbackEras: 0 } });
  const kept = meansOf(meteringInflation, unheld, { inflation: 0.4 });
  const held = meansOf(meteringInflation, reference, { inflation: 0.4 });
  assert.ok(kept.gain > 10 * held.gain + 1, `${kept.gain} after ${held.gain}`);
});

test('a tenth of a bond deters a tenth as much', () => {
  const offences = reference.offences.map((one) => ({ ...one, ceilingPpm: 100_000 }));
  const capped = meansOf(meteringInflation, economyWith({ offences }));
  const whole = meansOf(meteringInflation, reference);
  assert.ok(capped.cost < 0.15 * whole.cost, `${capped.cost} of ${whole.cost}`);
});

test('under curves of work and bond no split gains more than roundings', () => {
  const curves = reference.classes.map(({ curve }) => curve);
  fc.assert(
    fc.property(
      fc.constantFrom(...curves),
      fc.integer({ min: 2, max: 40 }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      fc.nat({ max: 50 }),
      (curve, identities, load, run) => {
        // The parts bond as much as the whole: where each must bond a minimum, many bond more, and earn with it.
        const whole = oneClass({}, curve);
        const classes = whole.classes.map((one) => ({ ...one, bond: { ...one.bond, bondGrainsMin: 0 } }));
        const setting = settingOf({ ...whole, classes } as unknown as Economy, sybilSplit, { identities, load });
        const scenario = smallWorld(setting.economy, 20);
        const { returnCredits } = sybilSplit.attempt({ ...setting, scenario }, run);
        // A grain an identity and epoch, and its bond rounded up.
        assert.ok(returnCredits <= identities * 48 * 1e-5, `${curve.kind}: ${returnCredits}`);
      },
    ),
    { numRuns: 25 },
  );
});

test('the catalogue is in the order of its numbers, each once, with words for pages', () => {
  const numbers = ECONOMIC_ATTACKS.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((one, other) => one - other),
  );
  for (const { id, title, strategy, defence, defendedBy, parameters } of ECONOMIC_ATTACKS) {
    assert.match(id, /^[a-z-]+$/);
    for (const text of [title, strategy, defence]) assert.ok(text.length > 5);
    assert.ok(defendedBy.length > 0);
    for (const { least, value, most } of Object.values(parameters)) assert.ok(least <= value && value <= most, id);
  }
});

/** Whether a file of nested keys has a path; `*` stands for any key. */
function hasField(yaml: string, path: string): boolean {
  let reached = new Set(['']);
  const open: { readonly indent: number; readonly path: string }[] = [];
  const paths = new Set<string>();
  for (const line of yaml.split('\n')) {
    const found = /^( *)([\w-]+):/.exec(line);
    if (found === null) continue;
    const indent = found[1]!.length;
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    const full = `${open.at(-1)?.path ?? ''}.${found[2]}`;
    open.push({ indent, path: full });
    paths.add(full);
  }
  for (const key of path.split('.')) {
    const next = [...paths].filter((one) => {
      const cut = one.lastIndexOf('.');
      return reached.has(one.slice(0, cut)) && (key === '*' || one.slice(cut + 1) === key);
    });
    reached = new Set(next);
  }
  return reached.size > 0;
}

test('what defends is a field of the economy file', async () => {
  const yaml = await readFile(new URL('../../../economies/reference.yaml', import.meta.url), 'utf8');
  assert.ok(hasField(yaml, 'cadence.holdback') && !hasField(yaml, 'cadence.hold') && !hasField(yaml, 'holdback'));
  for (const { id, defendedBy } of ECONOMIC_ATTACKS) {
    assert.deepEqual(
      defendedBy.filter((path) => !hasField(yaml, path)),
      [],
      id,
    );
  }
});
