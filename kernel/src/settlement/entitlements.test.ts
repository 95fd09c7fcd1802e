import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { account, id } from '../economy.fixture.ts';
import type { Epoch, MicrograinsPerNcuS, NcuMs } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import type { EntitlementTerms, UsageLine } from './epoch.ts';
import { chargeLines } from './node-table.ts';
import { CONSUMER, Epochs, SPOT } from './reservations.fixture.ts';

const OTHER = account(8);

function grant(grantedNcuMs: number, changes: Partial<EntitlementTerms> = {}): EntitlementTerms {
  return {
    grantId: 'g',
    consumers: [CONSUMER, OTHER],
    terms: { kind: 'project', grantedNcuMs: grantedNcuMs as NcuMs, fromEpoch: 1 as Epoch, untilEpoch: 3 as Epoch },
    priceMicrograinsPerNcuS: 0 as MicrograinsPerNcuS,
    ...changes,
  };
}

/** Periods of two epochs from epoch 1 on, at half of the first spot price. */
function subscription(includedNcuMs: number): EntitlementTerms {
  const terms = { kind: 'subscription', fromEpoch: 1 as Epoch, untilEpoch: 6 as Epoch, periodEpochs: 2 } as const;
  const priceMicrograinsPerNcuS = (SPOT / 2) as MicrograinsPerNcuS;
  return grant(0, { terms: { ...terms, includedNcuMs: includedNcuMs as NcuMs }, priceMicrograinsPerNcuS });
}

/** So many NCU·ms of node 1. */
function work(lease: number, epoch: number, ncuMs: number, changes: Partial<UsageLine> = {}): UsageLine {
  const named = { leaseId: id(lease), nodeId: id(1), consumer: CONSUMER, resource: 7, grantId: 'g' };
  return { ...named, purpose: 'task', epoch: epoch as Epoch, quantity: ncuMs * 1_000_000, ...changes };
}

const drawn = (epochs: Epochs) => epochs.state.entitlements.map((one) => one.drawn.map(({ ncuMs }) => ncuMs));

describe('a project’s grant', () => {
  test('pays for work until it is drawn, in the order of the lines; what is past it is at spot', () => {
    const epochs = new Epochs();
    const usage = [work(2, 1, 60, { consumer: OTHER }), work(1, 1, 60)];
    const charges = chargeLines(epochs.settle({ entitlements: [grant(100)], usage }));
    assert.deepEqual(
      charges.map(({ entitlement, chargeGrains }) => [
        entitlement!.coveredNcuMs,
        entitlement!.overageNcuMs,
        chargeGrains,
      ]),
      [
        [60, 0, 0],
        [40, 20, 1_000_000],
      ],
    );
    assert.deepEqual(drawn(epochs), [[100]]);
    assert.equal(epochs.node().ncuMs, 120, 'covered work is work');
    assert.ok(epochs.node().earnedTokensGrains > 0);
    assert.equal(epochs.node().earnedCreditsGrains, 900_000);
  });

  test('covers nothing after its term, and is forgotten when no late usage may name it', () => {
    const epochs = new Epochs();
    epochs.settle({ entitlements: [grant(100)] });
    epochs.settle();
    epochs.settle();
    const late = chargeLines(epochs.settle({ usage: [work(1, 3, 30), work(1, 4, 30)] }));
    assert.deepEqual(
      late.map(({ entitlement }) => entitlement!.coveredNcuMs),
      [30, 0],
    );
    assert.deepEqual(drawn(epochs), []);
  });

  test('is not drawn by audits', () => {
    const epochs = new Epochs();
    epochs.settle({ entitlements: [grant(100)], usage: [work(1, 1, 60, { purpose: 'audit' })] });
    assert.deepEqual(drawn(epochs), [[]]);
  });
});

describe('a subscription', () => {
  test('has its own price up to what a period includes, and a multiple of spot past it; a period takes nothing over', () => {
    const epochs = new Epochs();
    const [first] = chargeLines(epochs.settle({ entitlements: [subscription(50)], usage: [work(1, 1, 60)] }));
    // 50 at 25,000 grains and 10 at 1.1 times 50,000.
    assert.equal(first!.chargeGrains, 50 * 25_000 + 10 * 55_000);
    const [second] = chargeLines(epochs.settle({ usage: [work(2, 2, 10)] }));
    assert.equal(second!.entitlement!.coveredNcuMs, 0);
    const [third, late] = chargeLines(epochs.settle({ usage: [work(3, 3, 20), work(4, 2, 20)] }));
    assert.deepEqual([third!.entitlement!.coveredNcuMs, late!.entitlement!.coveredNcuMs], [20, 0]);
    assert.deepEqual(drawn(epochs), [[20]]);
  });

  test('rounds a line’s charge once, and its parts make it', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e9), (included, ncuMs, price) => {
        const terms = { ...subscription(included), priceMicrograinsPerNcuS: price as MicrograinsPerNcuS };
        const [line] = chargeLines(new Epochs().settle({ entitlements: [terms], usage: [work(1, 1, ncuMs)] }));
        const { coveredNcuMs, overageNcuMs, overageMicrograinsPerNcuS } = line!.entitlement!;
        assert.equal(coveredNcuMs + overageNcuMs, ncuMs);
        const product = BigInt(coveredNcuMs) * BigInt(price) + BigInt(overageNcuMs) * BigInt(overageMicrograinsPerNcuS);
        assert.equal(BigInt(line!.chargeGrains), (product + 999_999_999n) / 1_000_000_000n);
        const { earnedGrains, burnGrains, insuranceGrains, treasuryGrains } = line!;
        assert.equal(earnedGrains + burnGrains + insuranceGrains + treasuryGrains, line!.chargeGrains);
      }),
      { numRuns: 60 },
    );
  });
});

test('no grant ever gives more than it has, whatever the order of the lines', () => {
  const lines = fc.array(fc.record({ lease: fc.nat(30), ncuMs: fc.nat(60) }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1, maxLength: 3 }), (epochLines) => {
      const one = new Epochs();
      const other = new Epochs();
      let covered = 0;
      epochLines.forEach((rows, index) => {
        const unique = [...new Map(rows.map((row) => [row.lease, row])).values()];
        const usage = unique.map(({ lease, ncuMs }) => work(lease, index + 1, ncuMs));
        const entitlements = index === 0 ? [grant(150)] : [];
        const statement = one.settle({ usage, entitlements });
        assert.deepEqual(other.settle({ usage: [...usage].reverse(), entitlements }), statement);
        covered += chargeLines(statement).reduce((sum, line) => sum + line.entitlement!.coveredNcuMs, 0);
      });
      assert.ok(covered <= 150);
    }),
    { numRuns: 40 },
  );
});

describe('refuses', () => {
  const twice = [grant(1), grant(2)];
  const period = { ...subscription(1).terms, periodEpochs: 0 } as EntitlementTerms['terms'];
  const cases: readonly (readonly [Parameters<typeof refusal>[0], string, readonly EntitlementTerms[], UsageLine?])[] =
    [
      ['KERNEL-GRANT-DUPLICATE', 'a grant twice', twice],
      ['KERNEL-GRANT-UNKNOWN', 'a line that draws on nothing', [], work(1, 1, 1)],
      ['KERNEL-GRANT-UNKNOWN', 'a line of somebody else', [grant(5)], work(1, 1, 1, { consumer: account(7) })],
      ['KERNEL-AMOUNT', 'half a grant', [grant(0.5)]],
      ['KERNEL-AMOUNT', 'a period of nothing', [grant(0, { terms: period })]],
    ];
  for (const [code, what, entitlements, line] of cases) {
    test(`${code}: ${what}`, () => {
      const usage = line === undefined ? [] : [line];
      assert.throws(() => new Epochs().settle({ entitlements, usage }), refusal(code));
    });
  }
});
