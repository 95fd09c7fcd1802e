import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultLine, NodeLine, Statement } from '@stannary/kernel';
import { type CalibrateOptions, type Calibration, calibrate } from './statements.ts';
import { hashUniform, near, refusal } from './traces.fixture.ts';

const uniform = hashUniform(1);
const HOUR: CalibrateOptions = { epochSeconds: 3_600 };

interface Seen {
  readonly price: number;
  readonly usedNcuMs: number;
  readonly nodes: readonly Partial<Record<keyof NodeLine, unknown>>[];
  readonly faults?: readonly Pick<FaultLine, 'stage'>[];
}

/** The fields that calibration reads; the others do not matter to it. */
/** Rows as a statement holds them: a column for each field. */
function tableOf(rows: readonly Record<string, unknown>[]) {
  const columns = Object.keys(rows[0] ?? { nodeId: '' }).map((key) => [key, rows.map((row) => row[key])]);
  return { length: rows.length, columns: Object.fromEntries(columns) };
}

function statementOf(epoch: number, { price, usedNcuMs, nodes, faults = [] }: Seen, economyHash = 'aa'): Statement {
  const line = { status: 'active', bondGrains: 1, bondRequiredGrains: 1, ncuMs: 1, auditNcuMs: 0 };
  return {
    economyHash,
    epoch,
    priceMicrograinsPerNcuS: price,
    usedNcuMs,
    nodes: tableOf(nodes.map((node) => ({ ...line, ...node }))),
    faults,
  } as unknown as Statement;
}

/** 400 hours of a network whose truth is known. */
function history(): Statement[] {
  let price = 1_000;
  return Array.from({ length: 400 }, (_, epoch) => {
    price *= Math.exp(0.06 * (uniform('p', epoch, 0, 0) - 0.5));
    const noise = Math.exp(0.04 * (uniform('q', epoch, 0, 0) - 0.5));
    const usedNcuMs = 1e9 * (price / 1_000) ** -1.2 * noise;
    const nodes = Array.from({ length: 40 }, (_, node) => {
      const has = epoch < 10 * (node + 1);
      return {
        nodeId: `n${node}`,
        bondGrains: has ? 1 : 0,
        ncuMs: has ? usedNcuMs / 40 : 0,
        auditNcuMs: usedNcuMs / 40 / 50,
      };
    });
    const faults =
      epoch % 50 === 9 ? [{ stage: 'final' as const }] : epoch % 100 === 3 ? [{ stage: 'reversed' as const }] : [];
    return statementOf(epoch, { price, usedNcuMs, nodes, faults });
  });
}

async function fitted(): Promise<Calibration> {
  return calibrate(history(), HOUR);
}

test('elasticity, demand, churn, cost and detection come back, each with an interval', async () => {
  const { epochs, demand, elasticity, churn, cost, detection } = await fitted();
  assert.deepEqual(epochs, { first: 0, last: 399, count: 400 });
  assert.ok('elasticity' in elasticity && elasticity.elasticity.low < 1.2 && 1.2 < elasticity.elasticity.high);
  assert.ok('errors' in demand && demand.level.kind === 'estimate' && demand.errors.outOfSample.count === 120);
  assert.ok('model' in churn);
  // One of the forty leaves every ten epochs; the last stays.
  assert.equal(churn.model.failures, 39);
  assert.ok('fit' in churn && 'failuresPerHour' in churn.fit);
  assert.ok('median' in cost.atExit && cost.atExit.median.kind === 'estimate');
  assert.equal(cost.tolerated?.count, 40);
  assert.ok('share' in detection.audited && detection.audited.share.kind === 'estimate');
  assert.ok(detection.faultsPerNodeEpoch.kind === 'estimate' && detection.reversedShare.kind === 'estimate');
  assert.equal(detection.faultsPerNodeEpoch.count, 8);
  near(detection.reversedShare.value, 4 / 12, 1e-12);
});

test('statements may stream, and say where they are from', async () => {
  async function* stream() {
    yield* history();
  }
  const streamed = await calibrate(stream(), { ...HOUR, source: 'main network' });
  assert.equal(streamed.source, 'main network');
  assert.deepEqual(streamed.elasticity, (await fitted()).elasticity);
});

test('a network of one epoch, one node, no demand: not shown, never a NaN', async () => {
  const quiet = statementOf(5, { price: 1, usedNcuMs: 0, nodes: [{ nodeId: 'a', ncuMs: 0 }] });
  const report = await calibrate([quiet], HOUR);
  for (const part of [
    report.demand,
    report.elasticity,
    report.churn,
    report.cost.atExit,
    report.detection.audited,
    report.detection.reversedShare,
  ])
    assert.ok('kind' in part && part.kind === 'not-shown');
  assert.equal(report.cost.tolerated, null);
  const empty = await calibrate([statementOf(5, { price: 1, usedNcuMs: 0, nodes: [] })], HOUR);
  assert.equal(empty.detection.faultsPerNodeEpoch.kind, 'not-shown');
});

test('a slashed node did not leave for the price', async () => {
  const at = (epoch: number, status: NodeLine['status']) =>
    statementOf(epoch, { price: 7, usedNcuMs: 1, nodes: [{ nodeId: 'a', status }] });
  const { cost, churn } = await calibrate([at(0, 'active'), at(1, 'slashed'), at(2, 'slashed')], HOUR);
  assert.ok('reason' in cost.atExit && /^0 costs/.test(cost.atExit.reason));
  assert.ok('model' in churn && churn.model.failures === 1);
});

const quiet = (epoch: number, hash?: string) => statementOf(epoch, { price: 1, usedNcuMs: 1, nodes: [] }, hash);

for (const [name, code, statements] of [
  ['no statement', 'TRACE-EMPTY', []],
  ['an epoch twice', 'TRACE-DUPLICATE', [quiet(1), quiet(1)]],
  ['epochs that go back', 'TRACE-ORDER', [quiet(2), quiet(1)]],
  ['an epoch that is missing', 'TRACE-GAP', [quiet(1), quiet(3)]],
  ['a statement of another economy', 'TRACE-SERIES', [quiet(1), quiet(2, 'bb')]],
] as const) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(calibrate(statements, HOUR), refusal(code, /^statement/));
  });
}
