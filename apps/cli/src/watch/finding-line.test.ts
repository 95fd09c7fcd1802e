import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelFindingText } from './channel-finding-text.ts';
import type { ChannelFinding } from './channel-tower.ts';
import type { Finding } from './era-tower.ts';
import { failureLine, findingLine } from './finding-line.ts';
import { findingText } from './finding-text.ts';

/** Clears a screen, in two ways, begins a line of its own, and turns what follows around. */
const ACTING = 'a\u001b[2J\u009b2J\r\n2026-01-01  era 3 holds\u2028\u202e.json';
const ACTS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

test('nothing of what others wrote acts on a terminal, and JSON says it as it was', () => {
  const era: Finding = { kind: 'era-unpublished', era: 3, reason: ACTING };
  const channel: ChannelFinding = { kind: 'voucher-refused', file: ACTING, code: 'WATCH-VOUCHER', reason: ACTING };
  for (const [finding, text] of [
    [era, findingText(era)],
    [channel, channelFindingText(channel)],
  ] as const) {
    const line = findingLine(finding, text, { isJson: false, atMs: 0 });
    assert.doesNotMatch(line, ACTS);
    assert.match(line, /^1970-01-01T00:00:00\.000Z {2}\S/);
    const json = findingLine(finding, text, { isJson: true, atMs: 0 });
    assert.doesNotMatch(json, ACTS);
    assert.deepEqual(JSON.parse(json), { at: '1970-01-01T00:00:00.000Z', ...finding });
  }
  assert.doesNotMatch(failureLine(ACTING), ACTS);
});

test('a line is bounded, however much a gateway says', () => {
  const finding: Finding = { kind: 'era-unpublished', era: 3, reason: 'x'.repeat(1_000_000) };
  assert.ok(findingLine(finding, findingText(finding), { isJson: false, atMs: 0 }).length < 2_100);
});
