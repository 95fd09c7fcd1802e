import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, refuseHanging, untilReady } from './waiting.ts';

const limits = { withinMs: 40, stop: new AbortController().signal, logs: '/logs' };

test('START-TIMEOUT: what never answers is refused, with where to look', async () => {
  await assert.rejects(
    untilReady('the gateway', async () => false, limits),
    {
      code: 'START-TIMEOUT',
      refusalClass: 'give-up',
      message: 'the gateway: expected an answer within 0.04 s, got none; see /logs',
    },
  );
});

test('what answers, or is stopped, is waited for no longer', async () => {
  await untilReady('the gateway', async () => true, limits);
  await untilReady('the gateway', async () => false, { ...limits, withinMs: 60_000, stop: AbortSignal.abort() });
  await pause(60_000, AbortSignal.abort());
});

test('DRAIN-TIMEOUT: a network that does not come to an end', () => {
  refuseHanging({ era: 10, phase: 'draining' }, 3, '/logs');
  refuseHanging({ era: 1_000, phase: 'running' }, null, '/logs');
  assert.throws(() => refuseHanging({ era: 11, phase: 'draining' }, 3, '/logs'), { code: 'DRAIN-TIMEOUT' });
});
