import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { GatewayClient } from '@stannary/gateway/client';
import { exitStatusOf } from '../refusal.ts';
import { Consumer } from './consumer.ts';
import { Corpus } from './corpus.ts';
import { openTrace, type TracePart } from './demand.ts';
import { Progress } from './progress.ts';
import { type Timed, timetable } from './timetable.ts';

// The consumer's program: `--config FILE`. Buys work as the trace or the draw says, verifies every result, and at the
// end takes its unspent money out.

interface ConsumerConfig {
  readonly gatewayUrl: string;
  readonly apiKey: string;
  readonly corpus: string;
  readonly workEras: number | null;
  readonly trace: TracePart | null;
  readonly progressFile: string;
}

const CHECK_MS = 400;
/** Purchases under way at once. */
const LANES = 8;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  const config = JSON.parse(await readFile(values.config!, 'utf8')) as ConsumerConfig;
  const client = new GatewayClient({ baseUrl: config.gatewayUrl, apiKey: config.apiKey });
  const network = await client.network();
  const corpus = await Corpus.open(config.corpus);
  let finished = false;
  const progress = await Progress.open(config.progressFile);
  const consumer = new Consumer({
    client,
    network,
    corpus,
    checkedThroughMs: progress.checkedThroughMs,
    onCounts: (counts) => process.send?.({ ...counts, finished }),
    log: (event, fields) => console.log(JSON.stringify({ at: new Date().toISOString(), event, ...fields })),
  });
  await consumer.prepare();
  const window = { selling: true };
  const { clock } = network;
  const traced = config.trace === null ? null : await openTrace(config.trace);
  const requests = timetable({
    ...{ traced, workEras: config.workEras, bought: progress.bought },
    ...{ clock, nowMs: clock.nowMs, random: Math.random },
  });
  const bought = buyAll(consumer, requests, progress, window);
  while (await isSelling(client)) {
    await checkNow(consumer);
    await progress.write({ checkedThroughMs: consumer.checkedThroughMs });
    await pause(CHECK_MS);
  }
  window.selling = false;
  await bought;
  while (!(await leave(client, consumer))) await pause(CHECK_MS);
  await progress.write({ checkedThroughMs: consumer.checkedThroughMs });
  finished = true;
  process.send?.({ ...consumer.counts, finished });
  console.log(JSON.stringify({ at: new Date().toISOString(), event: 'finished', ...consumer.counts }));
}

/** Buys every request at its time, up to LANES at once: a purchase is three answers of the gateway, and it may be slow. */
async function buyAll(
  consumer: Consumer,
  requests: Iterable<Timed>,
  progress: Progress,
  window: { readonly selling: boolean },
): Promise<void> {
  const coming = requests[Symbol.iterator]();
  const underWay = new Set<number>();
  let next = progress.bought;
  const lane = async () => {
    for (let item = coming.next(); item.done !== true; item = coming.next()) {
      const { index, dueMs } = item.value;
      next = index + 1;
      underWay.add(index);
      while (window.selling && Date.now() < dueMs) await pause(Math.min(CHECK_MS, dueMs - Date.now()));
      if (!window.selling) return;
      await buyOne(consumer, item.value);
      underWay.delete(index);
      await progress.write({ bought: Math.min(next, ...underWay) });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Tries until it is bought: a gateway that is down comes back, and a full escrow empties. */
async function buyOne(consumer: Consumer, request: Timed): Promise<void> {
  for (;;) {
    try {
      await consumer.buy(request, request.index);
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'TASK-CLOSED') return;
      if (!mayPass(error) && code !== 'ACCOUNT-FUNDS') throw error;
      await pause(CHECK_MS);
    }
  }
}

/** What could not be looked at because the gateway is down is looked at when it is back. */
async function checkNow(consumer: Consumer): Promise<void> {
  try {
    await consumer.check();
  } catch (error) {
    if (!mayPass(error)) throw error;
  }
}

function mayPass(error: unknown): boolean {
  return (error as { refusalClass?: string }).refusalClass === 'retry';
}

async function isSelling(client: GatewayClient): Promise<boolean> {
  const status = await client.status().catch(() => null);
  return status === null || status.phase === 'running';
}

/** One step of leaving: looks at the last results, takes out what is free; true when nothing is left to take. */
async function leave(client: GatewayClient, consumer: Consumer): Promise<boolean> {
  try {
    await consumer.check();
    const { walletGrains, escrowGrains, openFaults, tasksOpen, withdrawingGrains } = await client.account();
    if (tasksOpen + escrowGrains + openFaults > 0) return false;
    if (walletGrains > 0) await client.withdraw(walletGrains);
    return walletGrains === 0 && withdrawingGrains === 0 && (await client.status()).phase === 'drained';
  } catch (error) {
    if (mayPass(error)) return false;
    throw error;
  }
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
main().catch((error) => {
  console.error(
    JSON.stringify({ at: new Date().toISOString(), event: 'consumer ended', code: error.code, error: error.stack }),
  );
  process.exit(exitStatusOf(error));
});
