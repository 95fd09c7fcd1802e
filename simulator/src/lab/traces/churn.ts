import { type Confidence, type Estimate, meanTimeEstimate, type NotShown } from './estimates.ts';
import { QuantileSample, type QuantileTable } from './quantiles.ts';
import { TraceRefusal } from './refusal.ts';
import { newTally, type TraceTally, type UpDownTrace } from './schemas.ts';

/** How nodes come and go. Times that the trace's end cuts off count as exposure, not as lengths. */
export interface ChurnModel {
  readonly source: string;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly nodes: number;
  readonly upSeconds: number;
  readonly downSeconds: number;
  /** Changes from up to down, and back. */
  readonly failures: number;
  readonly repairs: number;
  /** Exposure over events: the maximum likelihood of exponential times under censoring. */
  readonly meanUpSeconds: Estimate | NotShown;
  readonly meanDownSeconds: Estimate | NotShown;
  /** Up over known time; null where nothing is known. */
  readonly availability: number | null;
  readonly meanNodesUp: number;
  /** Of the times that both began and ended within the trace; null without any. */
  readonly upTimes: QuantileTable | null;
  readonly downTimes: QuantileTable | null;
  /** Failures by the age of the uptime. */
  readonly hazard: readonly HazardBand[];
  /** Equal parts of the span, for fitting on some and judging on others. */
  readonly windows: readonly { readonly upSeconds: number; readonly failures: number }[];
  readonly tally: Readonly<TraceTally>;
}

export interface HazardBand {
  readonly fromSeconds: number;
  /** Null: without end. */
  readonly toSeconds: number | null;
  readonly upSeconds: number;
  readonly failures: number;
  /** Null without exposure. */
  readonly perHour: number | null;
}

export interface ChurnOptions {
  /** Default: the first and the last event. */
  readonly fromSeconds?: number;
  readonly untilSeconds?: number;
  readonly confidence?: Confidence;
  readonly windows?: number;
}

const HOUR = 3_600;
const AGES_SECONDS = [0, 0.25, 1, 3, 12, 24, 72, 168, 720].map((hours) => hours * HOUR);
const WINDOWS = 20;

/**
 * Churn of a trace of up and down. Where the trace lists times down, nodes are up around them, from its start; where it
 * lists times up, one that reaches the trace's end is cut off there and no failure. The trace is read twice.
 * @throws TraceRefusal TRACE-EMPTY (no event), and the reader's
 */
export async function churnModel(trace: UpDownTrace, options: ChurnOptions = {}): Promise<ChurnModel> {
  const span = { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
  for await (const { seconds } of trace.rows()) {
    span.from = Math.min(span.from, seconds);
    span.until = Math.max(span.until, seconds);
  }
  const from = options.fromSeconds ?? span.from;
  const until = options.untilSeconds ?? span.until;
  if (!(until > from))
    throw new TraceRefusal('TRACE-EMPTY', trace.name, 'events at two moments', span.until < span.from ? 'none' : 'one');
  const columns = trace.mapping.columns;
  const listed = columns?.kind === 'intervals' ? columns.state : null;
  const counter = new ChurnCounter(from, until, options.windows ?? WINDOWS);
  const tally = newTally();
  const known = new Set<string>();
  for await (const { node, seconds, isUp } of trace.rows(tally)) {
    if (listed === 'down' && !known.has(node)) counter.see(node, from, true);
    known.add(node);
    if (listed === 'up' && !isUp && seconds >= span.until) continue;
    counter.see(node, seconds, isUp);
  }
  return counter.model(trace.source, options.confidence ?? 0.95, tally);
}

interface NodeStanding {
  isUp: boolean;
  sinceSeconds: number;
  /** Whether the state's beginning was seen. */
  isWhole: boolean;
}

/** Counts churn as sightings come, in the order of time within each node. Memory: one entry a node. */
export class ChurnCounter {
  readonly #from: number;
  readonly #until: number;
  readonly #windows: { upSeconds: number; failures: number }[];
  readonly #nodes = new Map<string, NodeStanding>();
  readonly #up = new QuantileSample();
  readonly #down = new QuantileSample();
  readonly #bands = AGES_SECONDS.map(() => ({ upSeconds: 0, failures: 0 }));
  readonly #sums = { up: 0, down: 0, failures: 0, repairs: 0 };

  constructor(fromSeconds: number, untilSeconds: number, windows: number) {
    this.#from = fromSeconds;
    this.#until = untilSeconds;
    this.#windows = Array.from({ length: windows }, () => ({ upSeconds: 0, failures: 0 }));
  }

  see(node: string, seconds: number, isUp: boolean): void {
    const before = this.#nodes.get(node);
    if (before?.isUp === isUp) return;
    if (before !== undefined) this.#end(before, seconds, true);
    this.#nodes.set(node, { isUp, sinceSeconds: seconds, isWhole: before !== undefined });
  }

  /** Cuts off what is still going on at the end. Call once. */
  model(source: string, confidence: Confidence, tally: TraceTally): ChurnModel {
    for (const standing of this.#nodes.values()) this.#end(standing, this.#until, false);
    const { up, down, failures, repairs } = this.#sums;
    const bands = this.#bands.map((band, index) => ({
      fromSeconds: AGES_SECONDS[index]!,
      toSeconds: AGES_SECONDS[index + 1] ?? null,
      ...band,
      perHour: band.upSeconds > 0 ? (band.failures / band.upSeconds) * HOUR : null,
    }));
    return {
      source,
      fromSeconds: this.#from,
      untilSeconds: this.#until,
      nodes: this.#nodes.size,
      upSeconds: up,
      downSeconds: down,
      failures,
      repairs,
      meanUpSeconds: meanTimeEstimate(failures, up, confidence),
      meanDownSeconds: meanTimeEstimate(repairs, down, confidence),
      availability: up + down > 0 ? up / (up + down) : null,
      meanNodesUp: up / (this.#until - this.#from),
      upTimes: this.#up.count > 0 ? this.#up.table(`${source}: times up`, 's') : null,
      downTimes: this.#down.count > 0 ? this.#down.table(`${source}: times down`, 's') : null,
      hazard: bands,
      windows: this.#windows,
      tally,
    };
  }

  /** A state ended, by a change or by the end of the span. */
  #end({ isUp, sinceSeconds, isWhole }: NodeStanding, at: number, isChange: boolean): void {
    const start = Math.max(sinceSeconds, this.#from);
    const end = Math.min(at, this.#until);
    const isCounted = isChange && at > this.#from && at <= this.#until;
    if (end > start) this.#expose(isUp, sinceSeconds, start, end);
    if (!isCounted) return;
    if (isUp) {
      this.#sums.failures += 1;
      this.#bands[bandOf(at - sinceSeconds)]!.failures += 1;
      this.#windows[this.#windowOf(at)]!.failures += 1;
    } else this.#sums.repairs += 1;
    if (isWhole && sinceSeconds >= this.#from) (isUp ? this.#up : this.#down).add(at - sinceSeconds);
  }

  #expose(isUp: boolean, since: number, start: number, end: number): void {
    this.#sums[isUp ? 'up' : 'down'] += end - start;
    if (!isUp) return;
    for (const [index, band] of this.#bands.entries()) {
      const [low, high] = [AGES_SECONDS[index]!, AGES_SECONDS[index + 1] ?? Number.POSITIVE_INFINITY];
      band.upSeconds += Math.max(0, Math.min(high, end - since) - Math.max(low, start - since));
    }
    const length = (this.#until - this.#from) / this.#windows.length;
    for (let index = this.#windowOf(start); index < this.#windows.length; index += 1) {
      const low = this.#from + index * length;
      if (low >= end) break;
      this.#windows[index]!.upSeconds += Math.max(0, Math.min(end, low + length) - Math.max(start, low));
    }
  }

  #windowOf(seconds: number): number {
    const share = (seconds - this.#from) / (this.#until - this.#from);
    return Math.min(this.#windows.length - 1, Math.floor(share * this.#windows.length));
  }
}

function bandOf(ageSeconds: number): number {
  return AGES_SECONDS.findLastIndex((from) => ageSeconds >= from);
}

/**
 * Chance that a node that has been up for `ageSeconds` goes down within the next `seconds`: by the hazard of its age, and
 * by the mean where no node of that age was seen.
 */
export function leaveProbability(churn: ChurnModel, ageSeconds: number, seconds: number): number {
  const perHour = churn.hazard[bandOf(ageSeconds)]!.perHour ?? meanHazardPerHour(churn);
  return -Math.expm1((-perHour * seconds) / HOUR);
}

function meanHazardPerHour({ failures, upSeconds }: ChurnModel): number {
  return upSeconds > 0 ? (failures / upSeconds) * HOUR : 0;
}
