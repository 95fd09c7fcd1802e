import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { GatewayClient, type NetworkAnswer } from '@stannary/gateway/client';
import { exitStatusOf } from '../refusal.ts';
import { Consumer } from './consumer.ts';
import { Corpus } from './corpus.ts';
import { drawRequests, fitInto, type Request, readTrace } from './demand.ts';

// The consumer's program: `--config FILE`. Buys work as the trace or the draw says, verifies every result, and at the
// end takes its unspent money out.

interface ConsumerConfig {
  readonly gatewayUrl: string;
  readonly apiKey: string;
  readonly corpus: string;
  readonly workEras: number | null;
  readonly trace: { readonly file: string; readonly skip: number; readonly requests: number } | null;
  readonly progressFile: string;
}

/** The last requests come this many epochs before the end, so that each can still be allocated in time. */
const SPARE_EPOCHS = 1.5;
const CHECK_MS = 400;
const PROGRESS_EVERY = 20;
/** How much faster than in life requests come when no end is set. */
const SPEED_UP = 3;

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
  const bought = buyAll(consumer, timetable(config, network, await trace(config)), progress, window);
  while (await isSelling(client)) {
    await consumer.check();
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

interface ProgressRow {
  readonly bought: number;
  readonly checkedThroughMs: number;
}

/** What was bought and looked at, kept across restarts: no request is bought twice, no result disputed twice. */
class Progress {
  readonly #file: string;
  #row: ProgressRow;

  private constructor(file: string, row: ProgressRow) {
    this.#file = file;
    this.#row = row;
  }

  static async open(file: string): Promise<Progress> {
    const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<ProgressRow>;
    return new Progress(file, { bought: 0, checkedThroughMs: 0, ...kept });
  }

  get bought(): number {
    return this.#row.bought;
  }

  get checkedThroughMs(): number {
    return this.#row.checkedThroughMs;
  }

  async write(change: Partial<ProgressRow>): Promise<void> {
    const row = { ...this.#row, ...change };
    if (row.bought === this.#row.bought && row.checkedThroughMs === this.#row.checkedThroughMs) return;
    this.#row = row;
    await writeFile(`${this.#file}.new`, JSON.stringify(row));
    await rename(`${this.#file}.new`, this.#file);
  }
}

interface Timed extends Request {
  readonly index: number;
  readonly dueMs: number;
}

async function trace(config: ConsumerConfig): Promise<Request[] | null> {
  if (config.trace === null) return null;
  const { file, skip, requests } = config.trace;
  return readTrace(await readFile(file, 'utf8'), skip, requests);
}

/**
 * When each request is due. A trace is laid over the eras of work, or played SPEED_UP times faster when there is no
 * end; after a restart what was missed is due at once. Drawn requests begin now, whenever now is.
 */
function* timetable(config: ConsumerConfig, network: NetworkAnswer, traced: Request[] | null): Generator<Timed> {
  const { clock } = network;
  const spanMs = ((config.workEras ?? 0) * clock.epochsPerEra - SPARE_EPOCHS) * clock.epochMs;
  const fitted =
    traced !== null && config.workEras !== null ? fitInto(traced, spanMs) : (traced ?? drawRequests(Math.random));
  const speedUp = traced !== null && config.workEras !== null ? 1 : SPEED_UP;
  const beganMs = traced === null ? Math.max(clock.genesisMs, clock.nowMs) : clock.genesisMs;
  let index = 0;
  for (const request of fitted) {
    yield { ...request, index, dueMs: beganMs + request.atMs / speedUp };
    index += 1;
  }
}

/** Buys every request at its time; several at once when time has run ahead. A trace's requests are bought once each. */
async function buyAll(
  consumer: Consumer,
  requests: Iterable<Timed>,
  progress: Progress,
  window: { readonly selling: boolean },
): Promise<void> {
  const alreadyBought = progress.bought;
  for (const request of requests) {
    if (request.index < alreadyBought) continue;
    while (window.selling && Date.now() < request.dueMs) await pause(Math.min(CHECK_MS, request.dueMs - Date.now()));
    if (!window.selling) return;
    await buyOne(consumer, request);
    if (request.index % PROGRESS_EVERY === 0) await progress.write({ bought: request.index + 1 });
  }
}

/** Tries until it is bought: a gateway that is down comes back, and a full escrow empties. */
async function buyOne(consumer: Consumer, request: Timed): Promise<void> {
  for (;;) {
    try {
      await consumer.buy(request, request.index);
      return;
    } catch (error) {
      const { code, refusalClass } = error as { code?: string; refusalClass?: string };
      if (code === 'TASK-CLOSED') return;
      if (refusalClass !== 'retry' && code !== 'ACCOUNT-FUNDS') throw error;
      await pause(CHECK_MS);
    }
  }
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
    if ((error as { refusalClass?: string }).refusalClass === 'retry') return false;
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
