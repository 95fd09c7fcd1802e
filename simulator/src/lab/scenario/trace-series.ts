import { open } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { Series } from '../../scenario/scenario.ts';
import { churnModel } from '../traces/churn.ts';
import { type DemandSeries, demandSeries } from '../traces/demand.ts';
import { traceMapping } from '../traces/mapping.ts';
import { priceDriver } from '../traces/price-driver.ts';
import { openTrace } from '../traces/read.ts';
import { TraceRefusal } from '../traces/refusal.ts';
import type { JobTrace, RequestTrace, Trace, TraceMapping, UsageTrace } from '../traces/schemas.ts';
import { traceNamed, traceNames } from '../traces/sets.ts';
import { summarise } from '../traces/summary.ts';
import type { TraceWish } from './read.ts';

/** The course that a trace gives, and how it was taken. */
export interface TracedSeries {
  readonly series: Series;
  /** In one line: source, length and what an epoch of it is. */
  readonly note: string;
  /** For fits; null of prices. */
  readonly demand: DemandSeries | null;
}

/** Fewest parts of a trace of which a day's shape can be told. */
const PARTS_MIN = 24;
/** Lengths that one epoch may stand for where the trace is short, seconds. */
const STEPS_SECONDS = [3_600, 900, 300, 60, 15, 5, 1];

/**
 * Demand over its mean, a price from `first` on in the trace's proportions, a cost from 1 on, the share of nodes that are
 * up. Where the trace is shorter than 24 epochs, one epoch stands for less of it, as far as its readings reach, as the note
 * says.
 * @throws TraceRefusal the reader's; TRACE-SCHEMA where the trace is of another kind; TRACE-SHORT where one epoch holds all
 */
export async function traceSeries(
  wish: TraceWish,
  epochMs: number,
  folder: string,
  first: number,
): Promise<TracedSeries> {
  const trace = await openWished(wish, folder);
  const epochSeconds = epochMs / 1_000;
  if (wish.of === 'uptime') return uptimeSeries(wish, trace, wish.stepSeconds ?? epochSeconds);
  if (wish.of === 'price' || wish.of === 'cost') {
    if (trace.schema !== 'price') throw schemaRefusal(wish, 'a trace of prices', trace);
    const stepSeconds = wish.stepSeconds ?? epochSeconds;
    const driver = await priceDriver(trace, {
      epochSeconds: stepSeconds,
      ...(wish.series === null ? {} : { series: wish.series }),
    });
    const begin = driver.prices.find((price) => price > 0) ?? 1;
    const values = Array.from(driver.prices, (price) =>
      wish.of === 'cost' ? price / begin : Math.max(1, Math.round((price / begin) * first)),
    );
    const note = `${driver.source}, ${driver.series}: ${values.length} epochs, each ${stepSeconds} s of it`;
    return { series: { values, epochsPerValue: 1 }, note, demand: null };
  }
  if (trace.schema === 'price' || trace.schema === 'up-down') throw schemaRefusal(wish, 'a trace of demand', trace);
  const demand = await demandInSteps(trace, wish.stepSeconds, epochSeconds);
  const { quantities } = demand;
  const mean = quantities.reduce((sum, one) => sum + one, 0) / quantities.length;
  // A trace that never asks for anything is a world without demand.
  const values = Array.from(quantities, (quantity) => (mean > 0 ? quantity / mean : 0));
  const note = `${demand.source}: ${values.length} epochs, each ${demand.epochSeconds} s of it`;
  return { series: { values, epochsPerValue: 1 }, note, demand };
}

/** Epochs of a trace beyond which its step is in another unit than was meant. */
const EPOCHS_MAX = 1_048_576;

/** Up over all nodes that the trace names, epoch by epoch of its span; what is left at its end is no epoch. */
async function uptimeSeries(wish: TraceWish, trace: Trace, stepSeconds: number): Promise<TracedSeries> {
  if (trace.schema !== 'up-down') throw schemaRefusal(wish, 'a trace of up and down', trace);
  const { fromSeconds, untilSeconds, nodes } = await churnModel(trace);
  const epochs = Math.floor((untilSeconds - fromSeconds) / stepSeconds);
  if (epochs < 1 || epochs > EPOCHS_MAX) {
    const code = epochs < 1 ? 'TRACE-SHORT' : 'TRACE-LONG';
    throw new TraceRefusal(code, wish.where, `1 to ${EPOCHS_MAX} epochs of ${stepSeconds} s`, `${epochs}`);
  }
  const until = fromSeconds + epochs * stepSeconds;
  const { windows, source } = await churnModel(trace, { fromSeconds, untilSeconds: until, windows: epochs });
  const values = windows.map(({ upSeconds }) => Math.min(1, upSeconds / (nodes * stepSeconds)));
  const note = `${source}: ${epochs} epochs of ${nodes} nodes, each ${stepSeconds} s of it`;
  return { series: { values, epochsPerValue: 1 }, note, demand: null };
}

async function demandInSteps(
  trace: JobTrace | RequestTrace | UsageTrace,
  stepSeconds: number | null,
  epochSeconds: number,
): Promise<DemandSeries> {
  if (stepSeconds !== null) return demandSeries(trace, { epochSeconds: stepSeconds });
  const { firstSeconds, lastSeconds } = await summarise(trace);
  const isFine = (step: number) => (lastSeconds - firstSeconds) / step >= PARTS_MIN;
  const finer = STEPS_SECONDS.filter((step) => step < epochSeconds);
  if (trace.schema === 'usage' && !isFine(epochSeconds)) return readingsInSteps(trace, epochSeconds, finer, isFine);
  return demandSeries(trace, {
    epochSeconds: isFine(epochSeconds) ? epochSeconds : (finer.find(isFine) ?? epochSeconds),
  });
}

/** Steps as short as a day's shape asks for, but none without a reading: what was never read is no part of a trace. */
async function readingsInSteps(
  trace: UsageTrace,
  epochSeconds: number,
  finer: readonly number[],
  isFine: (step: number) => boolean,
): Promise<DemandSeries> {
  let found = await demandSeries(trace, { epochSeconds });
  for (const step of finer) {
    const shorter = await demandSeries(trace, { epochSeconds: step, gaps: 'zero' });
    if (shorter.tally.filled > 0) break;
    found = shorter;
    if (isFine(step)) break;
  }
  if (found.quantities.length > 1) return found;
  const expected = `readings in 2 epochs of ${epochSeconds} s, or often enough for shorter steps`;
  throw new TraceRefusal('TRACE-SHORT', trace.name, expected, 'all of them in one');
}

async function openWished({ from, where }: TraceWish, folder: string): Promise<Trace> {
  if (typeof from !== 'string') {
    const mapping = traceMapping(from, where);
    return openTrace({ ...mapping, file: isAbsolute(mapping.file) ? mapping.file : resolve(folder, mapping.file) });
  }
  if (from.endsWith('.csv')) return await openByHeader(resolve(folder, from));
  try {
    return traceNamed(from);
  } catch (error) {
    if (!(error instanceof TraceRefusal) || error.code !== 'TRACE-NAME') throw error;
    const expected = `a CSV file of times and quantities, a mapping, or one of ${traceNames().join(', ')}`;
    throw new TraceRefusal('TRACE-NAME', where, expected, from);
  }
}

/** By the columns that each kind has without a mapping; a file that has none of them is refused for those of a usage trace. */
async function openByHeader(file: string): Promise<Trace> {
  const names = new Set((await firstLine(file)).split(',').map((name) => name.trim().replaceAll('"', '')));
  const found = SCHEMAS.find(([, columns]) => columns.every((column) => names.has(column)));
  return openTrace({ schema: found?.[0] ?? 'usage', file } as TraceMapping);
}

const SCHEMAS = [
  ['job', ['arrival', 'duration', 'size']],
  ['request', ['time', 'size_in', 'size_out']],
  ['price', ['time', 'price']],
  ['up-down', ['node', 'time', 'state']],
  ['usage', ['time', 'quantity']],
] as const;

/** Empty where the file cannot be read: the reader says so. */
async function firstLine(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
      return buffer
        .toString('utf8', 0, bytesRead)
        .replace(/^\uFEFF/, '')
        .split(/\r?\n/)[0]!;
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

const HEADER_BYTES = 65_536;

function schemaRefusal({ where }: TraceWish, expected: string, { schema, name }: Trace): TraceRefusal {
  return new TraceRefusal('TRACE-SCHEMA', where, expected, `${name}, a trace of ${schema}`);
}
