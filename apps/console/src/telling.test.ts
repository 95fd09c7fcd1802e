import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TimelineEntry } from '@stannary/gateway/client';
import { exampleTimeline } from '../console.fixture.ts';
import { TIMELINE_GROUPS, tell, utcTime } from './telling.ts';

const GRAINS_PER_UNIT = 1_000_000;
const entries = exampleTimeline();

/** Any kind of space as one. */
function textOf(kind: TimelineEntry['kind'], change: object = {}): string {
  const entry = { ...entries.find((one) => one.kind === kind)!, ...change } as TimelineEntry;
  return tell(entry, GRAINS_PER_UNIT).text.replace(/\s/g, ' ');
}

test('every kind of event is a whole sentence, and stands in one group', () => {
  for (const entry of entries) {
    const { text } = tell(entry, GRAINS_PER_UNIT);
    assert.match(text, /^[A-Z0-9].{9,}\.$/);
    assert.doesNotMatch(text, /undefined|NaN|null|\[object|never/, entry.kind);
  }
  const grouped = TIMELINE_GROUPS.flatMap(([, kinds]) => kinds);
  assert.deepEqual(grouped.toSorted(), entries.map(({ kind }) => kind).toSorted());
});

test('says what became of an era, why, and by whom', () => {
  assert.match(
    textOf('era-posted'),
    /^Era 4 posted: 124\.81 credits and 1 827\.00 tokens owed in all\. Open to challenge until 2026-03-01 13:00:00 UTC\.$/,
  );
  const proof = 'are void: it pays an account another amount than it earned. Proven by 0x';
  assert.ok(textOf('era-voided').startsWith(`Eras 4 to 5 ${proof}`), textOf('era-voided'));
  assert.match(
    textOf('era-voided', { lastEra: 4, ground: 'data-withheld' }),
    /^Era 4 is void: its poster did not show/,
  );
  assert.match(textOf('era-voided', { ground: 'some-new-ground' }), /are void: some new ground\. /);
  assert.match(
    textOf('poster-slashed'),
    /bond is split: 50\.0000 tokens to 0x\S+, who proved it wrong, 50\.0000 tokens/,
  );
  assert.match(textOf('leaf-asked'), /asks to see entry 7 of the tree of payouts of era 3\. /);
  assert.match(textOf('leaf-asked', { tree: 'another' }), /of the tree of another of/);
});

test('says what becomes of the rules', () => {
  assert.equal(
    textOf('change-scheduled'),
    'Version 2 of the economy is scheduled for 2026-03-01 13:00:00 UTC: reserve.spread to 2 000. It loosens.',
  );
  const tightens = textOf('change-scheduled', { changes: [], loosens: false });
  assert.ok(tightens.endsWith(': no value on the chain changes. It only tightens.'), tightens);
  assert.match(textOf('change-rolled-back'), /^Version 2 of the economy is rolled back: the values of version 1, /);
  assert.match(textOf('proposal-voted', { vote: 'abstain' }), /votes neither way on proposal/);
  assert.match(textOf('motion-answered', { agrees: false }), /^Motion 2 of the guardian: seat 1 disagrees\.$/);
});

test('a kind of a newer gateway is named, and an amount that is none is refused', () => {
  assert.equal(tell({ kind: 'moon-landed' } as unknown as TimelineEntry, GRAINS_PER_UNIT).text, 'Moon landed.');
  const wrong = { ...entries[0]!, totalCreditsGrains: 'much' } as TimelineEntry;
  assert.throws(() => tell(wrong, GRAINS_PER_UNIT), RangeError);
});

test('times are UTC to the second, and one that no calendar has is never', () => {
  assert.equal(utcTime(Date.UTC(2026, 2, 1, 12, 0, 5, 999)), '2026-03-01 12:00:05');
  assert.equal(utcTime(2 ** 53 - 1), 'never');
});
