import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bell } from './bell.ts';
import type { Sleep } from './sender.ts';

const never = new AbortController().signal;
/** Sleeps that end when they are told to. */
function createSleep(): { sleep: Sleep; wakeAll: () => void; count: () => number } {
  const sleepers: (() => void)[] = [];
  const sleep: Sleep = () => new Promise((resolve) => sleepers.push(resolve));
  return { sleep, wakeAll: () => sleepers.forEach((wake) => void wake()), count: () => sleepers.length };
}

test('a ring ends a wait, and so does the time', async () => {
  const { sleep, wakeAll } = createSleep();
  const bell = new Bell(sleep);
  const first = bell.wait(1000, never);
  bell.ring();
  await first;
  const second = bell.wait(1000, never);
  wakeAll();
  await second;
});

test('a ring with nobody waiting is kept, once', async () => {
  const { sleep, wakeAll, count } = createSleep();
  const bell = new Bell(sleep);
  bell.ring();
  bell.ring();
  await bell.wait(1000, never);
  assert.equal(count(), 0);
  const next = bell.wait(1000, never);
  assert.equal(count(), 1);
  wakeAll();
  await next;
});
