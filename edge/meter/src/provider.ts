import { join } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { runTask } from '@stannary/execution';
import type { NetworkAnswer, WorkItem } from '@stannary/gateway/client';
import { type Epoch, type EpochClock, epochAt, epochEndMs } from '@stannary/kernel';
import {
  coseSign1,
  decodeBatch,
  decodeBatchHeader,
  encodeDeviceRequest,
  encodeOfferMessage,
  nodeIdOf,
  type OfferMessage,
  parseCose,
  toHex,
  type UsageRecord,
} from '@stannary/wire';
import { Backoff } from './backoff.ts';
import { Bell } from './bell.ts';
import { type CpuMeter, type CpuSource, machineCores, openCpuMeter } from './cpu-time.ts';
import type { DeviceKeys } from './keys.ts';
import type { Log } from './log.ts';
import { nativeSha256 } from './native-hash.ts';
import { type AadAt, aadAtOf } from './policies.ts';
import { createRecorder, isInsideEpoch, type Recorder } from './records.ts';
import { type AnyRefusal, isRefusal } from './refusal.ts';
import { BATCH_RECORDS_MAX, type SealedBatch, sealBatch } from './seal.ts';
import { PASSING, receiptOpener, type SenderOptions, type Sleep, sendWaiting } from './sender.ts';
import { openSpool, type Spool } from './spool.ts';
import { type Execute, type ExecutedTask, TaskRunner } from './task-runner.ts';
import type { ProviderTransport } from './transport.ts';

export type OfferTerms = Pick<OfferMessage, 'resource' | 'region' | 'evidence' | 'drainEpoch' | 'poolId'>;

export interface ProviderOptions {
  /** Where the spool lives; one running provider a node. */
  readonly dataDirectory: string;
  readonly transport: ProviderTransport;
  readonly keys: DeviceKeys;
  /** What `transport.network()` answered. */
  readonly network: NetworkAnswer;
  readonly className: string;
  /** Offered for every epoch. */
  readonly capacityNcuMs: number;
  readonly floorMicrograinsPerNcuS: number;
  /** What else every offer says. Default: nothing. */
  readonly offerTerms?: OfferTerms;
  /** Default: `runTask` of execution. */
  readonly execute?: Execute;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Default: the platform's timer. */
  readonly sleep?: Sleep;
  /** Uniform in [0, 1), for backoff. Default: Math.random. */
  readonly random?: () => number;
  /** Default: `openCpuMeter()`. */
  readonly cpu?: CpuMeter;
  /** Most bytes of sealed batches that wait for the gateway. Default 64 MiB. */
  readonly spoolBytesMax?: number;
  /** How long `stop` goes on sending what waits. Default 5 s. */
  readonly flushMs?: number;
}

export interface ProviderStats {
  /** -1 before the network's first epoch. */
  readonly epoch: number;
  readonly tasksDone: number;
  readonly tasksFailed: number;
  /** Not started: their epoch was about over, or the spool was full. */
  readonly tasksSkipped: number;
  readonly fuel: number;
  readonly coreMicroseconds: number;
  readonly cpuSource: CpuSource;
  readonly batchesSealed: number;
  readonly batchesAcknowledged: number;
  readonly batchesWaiting: number;
  readonly spoolBytes: number;
  readonly recordsUnsealed: number;
}

export interface Provider {
  readonly nodeId: string;
  /** Resolves after `stop`; rejects with the refusal or the bug that ended the provider by itself. */
  readonly ended: Promise<void>;
  /** Finishes the running task, seals, sends what waits for up to `flushMs`, closes the spool. Never rejects. */
  stop(): Promise<void>;
  stats(): ProviderStats;
}

/**
 * Runs a provider: offers capacity for the coming epoch, asks for work, executes it in order, posts signed results,
 * seals the usage about once a second and at the epoch's end, and sends it. A task that fails is logged and leaves no
 * record. Refusals that may pass are waited out; one that cannot (`give-up`) ends the provider after a last flush.
 * @throws those of `openSpool`, `openCpuMeter` and `receiptOpener`
 * @example
 * const network = await client.network();
 * const provider = startProvider({ dataDirectory, transport: client, keys, network, className: 'grid',
 *   capacityNcuMs: 10_000, floorMicrograinsPerNcuS: 0, nowMs: Date.now, log });
 * process.once('SIGTERM', () => provider.stop());
 * await provider.ended;
 */
export function startProvider(options: ProviderOptions): Provider {
  const provider = new RunningProvider(options);
  const ended = provider.run();
  // A caller that only stops it is not brought down by a rejection that it does not look at: it is in the log.
  ended.catch(() => {});
  return {
    nodeId: provider.nodeId,
    ended,
    stop: async () => {
      provider.requestStop();
      await ended.catch(() => {});
    },
    stats: () => provider.stats(),
  };
}

const SEAL_MS = 1000;
const OFFER_MS = 500;
/** What a result needs after its task: signature and post. */
const MARGIN_MS = 100;
/** An answer without work that came at once is not asked for again at once. */
const WORK_PAUSE_MS = 50;
/** More unsealed records than this means that the disk does not keep up. */
const UNSEALED_MAX = 2 * BATCH_RECORDS_MAX;

interface UnsealedRecord {
  readonly epoch: Epoch;
  readonly record: UsageRecord;
}

class RunningProvider {
  readonly nodeId: string;
  readonly #options: ProviderOptions;
  readonly #sleep: Sleep;
  readonly #random: () => number;
  readonly #cpu: CpuMeter;
  readonly #spool: Spool;
  readonly #recorder: Recorder;
  readonly #runner: TaskRunner;
  readonly #openReceipt: ReturnType<typeof receiptOpener>;
  readonly #stopping = new AbortController();
  readonly #sealBell: Bell;
  readonly #sendBell: Bell;
  readonly #unsealed: UnsealedRecord[] = [];
  readonly #recentTaskMs: number[] = [];
  /** As last heard: clock and policies may have changed since. */
  #network: NetworkAnswer;
  #aadAt: AadAt;
  /** True after a request that did not get through: the network may have stood still meanwhile. */
  #isLost = false;
  #unsaved: SealedBatch | null = null;
  #failure: { readonly error: unknown } | null = null;
  #isFullLogged = false;
  readonly #counts = { tasksDone: 0, tasksFailed: 0, tasksSkipped: 0, fuel: 0, coreMicroseconds: 0 };
  readonly #batches = { batchesSealed: 0, batchesAcknowledged: 0 };

  constructor(options: ProviderOptions) {
    const { keys, network, transport, nowMs, execute = runTask } = options;
    this.#options = options;
    this.#sleep = options.sleep ?? sleepFor;
    this.#random = options.random ?? Math.random;
    this.#cpu = options.cpu ?? openCpuMeter();
    this.#network = network;
    this.#aadAt = aadAtOf(network);
    this.nodeId = nodeIdOf(keys.spki, nativeSha256);
    const aadAt: AadAt = (epoch) => this.#aadAt(epoch);
    this.#openReceipt = receiptOpener(network.posterKey);
    this.#sealBell = new Bell(this.#sleep);
    this.#sendBell = new Bell(this.#sleep);
    this.#recorder = createRecorder(() => this.#clock, machineCores());
    this.#runner = new TaskRunner({ transport, execute, cpu: this.#cpu, aadAt, sign: keys.sign, nowMs });
    const directory = spoolDirectory(options.dataDirectory, this.nodeId, network);
    this.#spool = openSpool({ directory, bytesMax: options.spoolBytesMax ?? 64 * 1024 * 1024, log: options.log });
  }

  requestStop(): void {
    this.#stopping.abort();
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    const loops = [this.#offers(signal), this.#work(signal), this.#seals(signal), this.#sends(signal)];
    await Promise.all(loops.map((loop) => loop.catch((error) => this.#fail(error))));
    await this.#flush().catch((error) => this.#fail(error));
    this.#spool.close();
    if (this.#failure !== null) throw this.#failure.error;
  }

  stats(): ProviderStats {
    return {
      epoch: this.#moment().epoch,
      ...this.#counts,
      ...this.#batches,
      cpuSource: this.#cpu.source,
      batchesWaiting: this.#spool.waitingCount,
      spoolBytes: this.#spool.waitingBytes,
      recordsUnsealed: this.#unsealed.length,
    };
  }

  /** The first failure counts; it stops the other loops. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#logRefusal('provider-failed', error, {});
    this.#stopping.abort();
  }

  // Offers: once for every epoch to come, with a fresh view of the network's clock and of the rules that will hold then.

  async #offers(signal: AbortSignal): Promise<void> {
    const backoff = this.#backoff();
    let offered = -1;
    while (!signal.aborted) {
      const { epoch, endMs } = this.#moment();
      if (epoch + 1 > offered) {
        const taken = await this.#attempt('offer', backoff, signal, () => this.#offer());
        if (taken === undefined) continue;
        offered = taken;
        if (epoch > 0) this.#recorder.forgetBefore(epoch as Epoch);
      }
      await this.#sleep(Math.min(OFFER_MS, Math.max(1, endMs - this.#nowMs())), signal);
    }
  }

  /** Offers for the next epoch by the clock just heard: after a stop of the network the known one is ahead. */
  async #offer(): Promise<number> {
    const { transport, className, capacityNcuMs, floorMicrograinsPerNcuS, offerTerms } = this.#options;
    await this.#refresh();
    const epoch = this.#moment().epoch + 1;
    const offer = encodeOfferMessage({ epoch, className, capacityNcuMs, floorMicrograinsPerNcuS, ...offerTerms });
    try {
      await transport.postOffer(await this.#signedRequest('offer', offer, epoch));
    } catch (error) {
      // A refused offer is refused again: the next epoch's is another one.
      if (!isRefusal(error) || error.refusalClass !== 'input') throw error;
      this.#logRefusal('offer-refused', error, { epoch });
    }
    return epoch;
  }

  // Work: one item after the other; the event loop turns between two, so that batches go out.

  async #work(signal: AbortSignal): Promise<void> {
    const backoff = this.#backoff();
    while (!signal.aborted) {
      if (!this.#hasRoom()) {
        await this.#sleep(SEAL_MS, signal);
        continue;
      }
      const askedMs = this.#nowMs();
      const items = await this.#attempt('work', backoff, signal, async () => {
        if (this.#isLost) await this.#refresh();
        return this.#options.transport.requestWork(await this.#signedRequest('work', new Uint8Array(0)));
      });
      if (items === undefined) continue;
      await this.#executeAll(
        [...items].sort((left, right) => left.order - right.order),
        signal,
      );
      if (items.length === 0 && this.#nowMs() - askedMs < WORK_PAUSE_MS) await this.#sleep(WORK_PAUSE_MS, signal);
    }
  }

  async #executeAll(items: readonly WorkItem[], signal: AbortSignal): Promise<void> {
    for (const item of items) {
      const reason = signal.aborted ? 'stopping' : this.#reasonToSkip(item);
      if (reason === null) await this.#executeItem(item, signal);
      else this.#skip(item, reason);
      await nextTurn();
    }
  }

  async #executeItem(item: WorkItem, signal: AbortSignal): Promise<void> {
    const beganMs = this.#nowMs();
    try {
      const executed = await this.#runner.run(item);
      await this.#postResult(item, executed, signal);
      this.#record(executed);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#counts.tasksFailed++;
      this.#logRefusal('task-failed', error, { taskId: item.taskId, epoch: item.epoch });
    }
    this.#recentTaskMs.push(this.#nowMs() - beganMs);
    if (this.#recentTaskMs.length > 16) this.#recentTaskMs.shift();
  }

  #reasonToSkip(item: WorkItem): string | null {
    const { epoch, endMs } = this.#moment();
    if (item.epoch !== epoch) return 'another-epoch';
    if (endMs - this.#nowMs() < this.#marginMs()) return 'epoch-about-over';
    return this.#hasRoom() ? null : 'spool-full';
  }

  #skip(item: WorkItem, reason: string): void {
    this.#counts.tasksSkipped++;
    this.#options.log('task-skipped', { taskId: item.taskId, epoch: item.epoch, reason });
  }

  /** The longest of the last tasks, and what posting takes; at most half an epoch, lest one outlier end all work. */
  #marginMs(): number {
    return Math.min(MARGIN_MS + Math.max(0, ...this.#recentTaskMs), this.#clock.epochMs / 2);
  }

  /** Posts until it is taken; the lease ends with its epoch and grace. */
  async #postResult(item: WorkItem, { result }: ExecutedTask, signal: AbortSignal): Promise<void> {
    const { transport, log } = this.#options;
    const lastMs = epochEndMs(this.#clock, item.epoch) + this.#network.economy.cadence.graceMs;
    const backoff = this.#backoff();
    for (;;) {
      try {
        return await transport.postResult(result);
      } catch (error) {
        const waitMs = backoff.nextMs();
        const isPassing = isRefusal(error) && mayPass(error);
        if (!isPassing || signal.aborted || this.#nowMs() + waitMs > lastMs) throw error;
        log('result-not-taken', { taskId: item.taskId, code: error.code, reason: error.message, waitMs });
        await this.#sleep(waitMs, signal);
      }
    }
  }

  #record({ usage }: ExecutedTask): void {
    for (const record of this.#recorder.record(usage)) this.#unsealed.push({ epoch: usage.epoch, record });
    this.#counts.tasksDone++;
    this.#counts.fuel += usage.fuel;
    this.#counts.coreMicroseconds += usage.coreMicroseconds;
    const isEpochOver = this.#moment().epoch > usage.epoch;
    if (isEpochOver || this.#unsealed.length >= BATCH_RECORDS_MAX) this.#sealBell.ring();
  }

  /** False while the disk does not take batches; a damaged spool ends the provider. */
  #hasRoom(): boolean {
    const { refusal } = this.#spool;
    if (refusal?.refusalClass === 'give-up') throw refusal;
    const hasRoom = refusal === null && this.#unsaved === null && this.#unsealed.length < UNSEALED_MAX;
    if (!hasRoom && !this.#isFullLogged) this.#logRefusal('spool-full', refusal, { unsealed: this.#unsealed.length });
    this.#isFullLogged = !hasRoom;
    return hasRoom;
  }

  // Batches: sealed in order by one loop, sent in order by another.

  async #seals(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const leftMs = this.#moment().endMs - this.#nowMs();
      await this.#sealBell.wait(Math.min(SEAL_MS, Math.max(1, leftMs)), signal);
      await this.#sealAll();
    }
  }

  async #sealAll(): Promise<void> {
    while (this.#save()) {
      const { nodeId } = this;
      const next = this.#takeUnsealed();
      if (next === null) return;
      const { head } = this.#spool;
      const moment = { sealedAtMs: this.#nowMs(), clock: this.#clock };
      this.#unsaved = await sealBatch({
        ...{ nodeId, head, aad: this.#aadAt(next.epoch), sign: this.#options.keys.sign },
        ...moment,
        ...next,
      });
    }
  }

  /** Puts the sealed batch on the disk; false when it did not go, and then the same bytes are tried again later. */
  #save(): boolean {
    if (this.#unsaved === null) return true;
    try {
      this.#spool.append(this.#unsaved);
    } catch (error) {
      if (!isRefusal(error) || error.refusalClass !== 'retry') throw error;
      this.#logRefusal('batch-not-saved', error, { seq: this.#unsaved.seq });
      return false;
    }
    this.#unsaved = null;
    this.#batches.batchesSealed++;
    this.#sendBell.ring();
    return true;
  }

  /** The next batch's records: all of one epoch. Those that a changed clock has put outside it are dropped. */
  #takeUnsealed(): { epoch: Epoch; records: UsageRecord[] } | null {
    while (this.#unsealed[0] !== undefined) {
      const { epoch } = this.#unsealed[0];
      const other = this.#unsealed.findIndex((unsealed) => unsealed.epoch !== epoch);
      const count = Math.min(other === -1 ? this.#unsealed.length : other, BATCH_RECORDS_MAX);
      const taken = this.#unsealed.splice(0, count).map(({ record }) => record);
      const records = taken.filter((record) => isInsideEpoch(record, this.#clock, epoch));
      const dropped = taken.length - records.length;
      if (dropped > 0) this.#options.log('records-dropped', { epoch, dropped, reason: 'outside their epoch' });
      if (records.length > 0) return { epoch, records };
    }
    return null;
  }

  async #sends(signal: AbortSignal): Promise<void> {
    const sender = this.#sender();
    while (!signal.aborted) {
      await sendWaiting(sender, signal);
      await this.#sendBell.wait(SEAL_MS, signal);
    }
  }

  /** What is left when the loops have ended. A batch that was refused for good is not offered again. */
  async #flush(): Promise<void> {
    await this.#sealAll();
    const isRefused =
      this.#failure !== null && isRefusal(this.#failure.error) && this.#failure.error.code === 'METER-BATCH-REFUSED';
    if (isRefused || this.#spool.waitingCount === 0) return;
    const done = new AbortController();
    const timer = this.#sleep(this.#options.flushMs ?? 5000, done.signal).then(() => done.abort());
    await sendWaiting(this.#sender(), done.signal).finally(() => done.abort());
    await timer;
  }

  #sender(): SenderOptions {
    const { transport, log } = this.#options;
    const spool = this.#spool;
    return {
      spool: {
        oldest: () => spool.oldest(),
        acknowledge: (batchId) => {
          spool.acknowledge(batchId);
          this.#batches.batchesAcknowledged++;
        },
      },
      postBatch: (body) => transport.postBatch(body),
      // The poster signs under the policy of the batch's epoch.
      openReceipt: (receipt, body) => this.#openReceipt(receipt, this.#aadAt(batchEpoch(body))),
      ...{ backoff: this.#backoff(), sleep: this.#sleep, log },
    };
  }

  // What the loops share.

  /** Runs one request; undefined when it was refused for now (and the wait is over). Throws when it will not pass. */
  async #attempt<Answer>(
    what: string,
    backoff: Backoff,
    signal: AbortSignal,
    request: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    try {
      const answer = await request();
      backoff.reset();
      return answer;
    } catch (error) {
      if (!isRefusal(error) || !mayPass(error)) throw error;
      this.#isLost = true;
      const waitMs = backoff.nextMs();
      this.#logRefusal(`${what}-not-taken`, error, { waitMs });
      await this.#sleep(waitMs, signal);
      return undefined;
    }
  }

  async #refresh(): Promise<void> {
    this.#network = await this.#options.transport.network();
    this.#aadAt = aadAtOf(this.#network);
    this.#isLost = false;
  }

  get #clock(): EpochClock {
    return this.#network.clock;
  }

  /** Under the policy of the epoch that it is for; by default of the one in which it is signed. */
  async #signedRequest(action: string, body: Uint8Array, epoch?: number): Promise<Uint8Array> {
    const sentAtMs = this.#nowMs();
    const request = encodeDeviceRequest({ nodeId: this.nodeId, action, sentAtMs, body });
    return coseSign1(request, this.#aadAt(epoch ?? this.#momentOf(sentAtMs).epoch), this.#options.keys.sign);
  }

  /** The running epoch and its end; epoch -1 ends at the network's genesis. */
  #moment(): { epoch: number; endMs: number } {
    return this.#momentOf(this.#nowMs());
  }

  #momentOf(nowMs: number): { epoch: number; endMs: number } {
    if (nowMs < this.#clock.genesisMs) return { epoch: -1, endMs: this.#clock.genesisMs };
    const epoch = epochAt(this.#clock, nowMs);
    return { epoch, endMs: epochEndMs(this.#clock, epoch) };
  }

  #nowMs(): number {
    return Math.floor(this.#options.nowMs());
  }

  #backoff(): Backoff {
    return new Backoff({ random: this.#random });
  }

  #logRefusal(event: string, error: unknown, fields: Record<string, string | number>): void {
    const code = isRefusal(error) ? error.code : null;
    const reason = error instanceof Error ? error.message : null;
    this.#options.log(event, { ...fields, code, reason });
  }
}

function batchEpoch(body: Uint8Array): number {
  return decodeBatchHeader(parseCose(decodeBatch(body).cose).payload).epoch;
}

/** True for what time or a fresh signature mends. */
function mayPass(refusal: AnyRefusal): boolean {
  return refusal.refusalClass === 'retry' || PASSING.has(refusal.code);
}

/** One chain of batches a node and deployment: in another deployment the same key starts at batch 1 again. */
function spoolDirectory(dataDirectory: string, nodeId: string, { chain, contracts }: NetworkAnswer): string {
  const deployment = toHex(nativeSha256(new TextEncoder().encode(`${chain} ${contracts.settlement}`)));
  return join(dataDirectory, 'spool', `${nodeId.slice(0, 16)}-${deployment.slice(0, 16)}`);
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
