import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Economy, type EconomyState, type Grains, type NodeState, nodeTable } from '@stannary/kernel';
import { sha256, toHex } from '@stannary/wire';
import { ECONOMY } from './admission.fixture.ts';
import { type DeliveredResult, drawAudits, type ReplicaCandidate, replicaNodes } from './audits.ts';

const BEACON = 'be'.repeat(32);
const id = (name: string) => toHex(sha256(new TextEncoder().encode(name)));

function stateOf(differing: Partial<NodeState>): EconomyState {
  const masses = { successPpm: 0, failurePpm: 0 };
  const lists = { convictedOf: [], holdback: [], held: [], vesting: [] };
  const standing = { bondGrains: 1_000_000_000 as Grains, consecutiveValid: 100, ...differing };
  const node = { nodeId: 'n', reputation: masses, liveness: masses, ...lists, ...standing };
  return { nodes: nodeTable([node as unknown as NodeState]) } as EconomyState;
}

function results(count: number, differing: Partial<DeliveredResult> = {}): DeliveredResult[] {
  const fields = { nodeId: 'n', payGrains: 1_000 as Grains, isDisputed: false, ...differing };
  return Array.from({ length: count }, (_, index) => ({ taskId: id(`task ${index}`), ...fields }));
}

describe('the audit lottery', () => {
  test('audits everything of a node that has not proven itself', () => {
    const draws = drawAudits(ECONOMY, stateOf({ consecutiveValid: 9 }), BEACON, results(50));
    assert.ok(
      draws.every(({ isAudited, reason, probabilityPpm }) => isAudited && reason === 'drawn' && probabilityPpm === 1e6),
    );
  });

  test('audits one in CV of a proven node, and at least the floor', () => {
    const drawn = (consecutiveValid: number) =>
      drawAudits(ECONOMY, stateOf({ consecutiveValid }), BEACON, results(20_000, { payGrains: 1 as Grains })).filter(
        ({ isAudited }) => isAudited,
      );
    assert.ok(Math.abs(drawn(20).length - 1_000) < 100, `${drawn(20).length} of 20,000 at CV 20`);
    assert.ok(Math.abs(drawn(1_000_000).length - 200) < 45, `${drawn(1_000_000).length} of 20,000 at the floor`);
  });

  test('a bond that covers many results deters less on each', () => {
    const odds = (count: number, economy = ECONOMY) =>
      drawAudits(
        economy,
        stateOf({ consecutiveValid: 1e9 }),
        BEACON,
        results(count, { payGrains: 1_000_000 as Grains }),
      )[0]!.probabilityPpm;
    // 10 results, half the bond slashable: 50,000,000 at stake on each, g / (d (R + B)) = 1 / (0.9 * 51).
    assert.equal(odds(10), 21_787);
    assert.equal(odds(1), 10_000);
    const shadow = { ...ECONOMY, offences: [{ ...ECONOMY.offences[0]!, mode: 'shadow' }] } as Economy;
    assert.equal(odds(1, shadow), 1_000_000);
  });

  test('a disputed result is always executed again', () => {
    const draws = drawAudits(ECONOMY, stateOf({ consecutiveValid: 1e9 }), BEACON, results(40, { isDisputed: true }));
    assert.ok(draws.every(({ isAudited, reason }) => isAudited && reason === 'disputed'));
  });

  test('is the same for everyone, and another with another beacon', () => {
    const audited = (beacon: string) =>
      drawAudits(ECONOMY, stateOf({ consecutiveValid: 10 }), beacon, results(200)).map(({ isAudited }) => isAudited);
    assert.deepEqual(audited(BEACON), audited(BEACON));
    assert.notDeepEqual(audited(BEACON), audited('bf'.repeat(32)));
  });

  test('a result is drawn alone: what else was delivered does not move it', () => {
    const state = stateOf({ consecutiveValid: 50 });
    const all = drawAudits(ECONOMY, state, BEACON, results(30));
    const some = drawAudits(ECONOMY, state, BEACON, results(30).slice(7, 9));
    assert.deepEqual(
      some.map(({ drawnPpm }) => drawnPpm),
      all.slice(7, 9).map(({ drawnPpm }) => drawnPpm),
    );
  });

  test('AUDIT-NODE-UNKNOWN: a result of a node that the state does not have', () => {
    assert.throws(() => drawAudits(ECONOMY, stateOf({ nodeId: 'm' }), BEACON, results(1)), {
      code: 'AUDIT-NODE-UNKNOWN',
    });
  });
});

describe('the draw of replicas', () => {
  const candidate = (name: string, bondGrains: number, operator = `of ${name}`): ReplicaCandidate => ({
    nodeId: id(name),
    operator,
    bondGrains: bondGrains as Grains,
  });
  const draw = (candidates: readonly ReplicaCandidate[], differing: object = {}) =>
    replicaNodes({
      beacon: BEACON,
      taskId: id('task'),
      accusedOperator: 'accused',
      candidates,
      count: 2,
      excludedOperators: [],
      ...differing,
    });
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => candidate(name, 100));

  test('gives nodes of different operators, the same in any order of the candidates', () => {
    assert.equal(new Set(draw(five)).size, 2);
    assert.deepEqual(draw(five), draw([...five].reverse()));
    assert.notDeepEqual(draw(five, { count: 5 }), draw(five, { count: 5, taskId: id('another task') }));
  });

  test('never the accused, never an excluded operator, never two of one', () => {
    const twins = [candidate('x', 1_000, 'accused'), candidate('y', 1_000, 'once'), candidate('z', 1_000, 'once')];
    const drawn = draw([...twins, candidate('w', 1, 'earlier')], { count: 4, excludedOperators: ['earlier'] });
    assert.equal(drawn.length, 1);
    assert.ok([id('y'), id('z')].includes(drawn[0]!));
  });

  test('gives fewer where there are fewer', () => {
    assert.deepEqual(draw([]), []);
    assert.deepEqual(draw([candidate('no bond', 0)]), []);
    assert.equal(draw(five, { count: 9 }).length, 5);
  });

  test('chances follow the bonds: many identities with one bond gain nothing', () => {
    const whole = candidate('whole', 300);
    const parts = Array.from({ length: 30 }, (_, index) => candidate(`part ${index}`, 10));
    let wins = 0;
    for (let task = 0; task < 2_000; task++)
      if (draw([whole, ...parts], { count: 1, taskId: id(`task ${task}`) })[0] === whole.nodeId) wins++;
    assert.ok(Math.abs(wins - 1_000) < 120, `${wins} of 2,000`);
  });
});
