import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyStatus, exampleNetwork, exampleStatus } from '../console.fixture.ts';
import { THIN_SPACE } from './format.ts';
import { bookLines, faultsInOrder, findingsOf, heldByArithmetic, marginReading, previousPrice } from './reading.ts';

test('sums the network up in one line', () => {
  const texts = findingsOf(exampleStatus()).map((finding) => finding.text);
  assert.deepEqual(texts, [
    'Running',
    '8 providers: 5 active, 2 slashed, 1 held',
    '3 faults: 2 final, 1 proposed',
    'Ledger and chain agree',
  ]);
});

test('says in words that there is nothing yet', () => {
  const texts = findingsOf(emptyStatus()).map((finding) => finding.text);
  assert.deepEqual(texts, ['Running', 'No provider has joined', 'No fault', 'Chain not read yet']);
});

test('a uniform network is said briefly, a disagreement as bad', () => {
  const status = exampleStatus();
  const nodes = status.nodes.filter((node) => node.status === 'active');
  const faults = status.faults.filter((fault) => fault.stage === 'final');
  const findings = findingsOf({ ...status, nodes, faults, conservation: { ...status.conservation, agree: false } });
  assert.deepEqual(findings.slice(1), [
    { tone: 'good', text: '5 providers, all active' },
    { tone: 'bad', text: '2 faults, all final' },
    { tone: 'bad', text: 'Ledger and chain disagree' },
  ]);
  const alone = findingsOf({ ...status, nodes: nodes.slice(0, 1), faults: faults.slice(0, 1) });
  assert.deepEqual([alone[1]!.text, alone[2]!.text], ['1 provider, active', '1 fault, final']);
});

test('the previous price is of the newest settled epoch before the current one', () => {
  const status = exampleStatus();
  assert.equal(previousPrice(status)?.epoch, 25);
  assert.equal(previousPrice({ ...status, epoch: 10 })?.epoch, 9);
  assert.equal(previousPrice(emptyStatus()), undefined);
});

test('margins are written in the unit of their statistic', () => {
  const network = exampleNetwork();
  const margin = (offence: string, value: number, threshold: number, usedPpm: number) =>
    marginReading(
      { offence, mode: offence === 'low-reputation' ? 'shadow' : 'live', value, threshold, usedPpm },
      network,
    );
  assert.equal(margin('wrong-result', 0, 1, 0).text, '0 of 1 proof');
  assert.equal(margin('equivocation', 1, 2, 500_000).text, '1 of 2 proofs');
  assert.equal(margin('abandoned-work', 21_000, 40_000, 525_000).text.replaceAll(THIN_SPACE, ' '), '2.1 % of 4.0 %');
  assert.equal(margin('low-reputation', 930_000, 600_000, 175_000).text, '0.930, bar 0.600');
  assert.equal(margin('unheard-of', 3, 4, 750_000).text, '3 of 4');
});

test('a margin warns at half of the way, alarms at four fifths and says when it is reached', () => {
  const at = (usedPpm: number, mode: 'live' | 'shadow' = 'live') =>
    marginReading({ offence: 'abandoned-work', mode, value: 0, threshold: 1, usedPpm }, null);
  assert.deepEqual(
    [0, 499_999, 500_000, 799_999, 800_000, 1_000_000].map((usedPpm) => at(usedPpm).tone),
    ['quiet', 'quiet', 'warn', 'warn', 'bad', 'bad'],
  );
  assert.equal(at(1_000_000).usedText, 'reached');
  assert.deepEqual([at(1_700_000).used, at(-5).used], [1, 0]);
  assert.equal(at(1_000_000, 'shadow').tone, 'warn', 'a shadow threshold moves nothing, so it never alarms');
});

test('sets both books side by side and says what a difference means', () => {
  const { conservation } = exampleStatus();
  const lines = bookLines(conservation);
  assert.deepEqual(
    lines.map((line) => line.differenceGrains),
    [0n, 0n, 0n, 1_217_881_960n],
  );
  assert.equal(lines[3]!.differenceMeaning, 'not minted yet');
  const chain = { ...conservation.chain!, claimedGrains: '0', tokensMintedGrains: '99000000000' };
  const meanings = bookLines({ ...conservation, chain }).map((line) => line.differenceMeaning);
  assert.deepEqual([meanings[1], meanings[3]], ['ledger has more', 'chain has more']);
  assert.equal(bookLines({ ...conservation, chain: null })[0]!.differenceGrains, null);
});

test('checks a book against itself to the last grain', () => {
  assert.equal(heldByArithmetic('90071992547409930', '1', '90071992547409929'), true);
  assert.equal(heldByArithmetic('90071992547409930', '1', '90071992547409930'), false);
});

test('faults: open ones first, then the newest', () => {
  const order = faultsInOrder(exampleStatus().faults).map((fault) => fault.proposedEpoch);
  assert.deepEqual(order, [25, 14, 9]);
});
