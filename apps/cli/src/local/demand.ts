import { readFile } from 'node:fs/promises';
import { CliRefusal } from '../refusal.ts';

/** One request for work: when it comes, and how large it is. */
export interface Request {
  /** Milliseconds after the first request. */
  readonly atMs: number;
  readonly contextTokens: number;
  readonly generatedTokens: number;
}

/**
 * Quantiles of 19,366 requests of a production conversation service in one hour: the Azure LLM inference trace 2023,
 * `AzureLLMInferenceTrace_conv.csv` (Azure Public Dataset, CC-BY 4.0; Patel et al., "Splitwise", ISCA 2024), linear
 * interpolation between order statistics. Gaps are the times between arrivals.
 */
export const CONVERSATION_QUANTILES = {
  probabilities: [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
  contextTokens: [2, 29, 181, 207, 387, 403, 703, 1020, 1071, 1130, 1315, 2734, 4083, 4142, 14050],
  generatedTokens: [7, 16, 41, 54, 77, 91, 103, 129, 177, 384, 400, 424, 451, 601, 1000],
  gapMs: [0, 0.5, 6.3, 16.1, 36.5, 60.7, 87.3, 118.4, 158.7, 213.6, 288.8, 420.7, 565.2, 889.7, 4314.6],
} as const;

/** Draws requests without end: gaps and sizes by inverse transform, independent of each other. `random` is uniform in [0, 1). */
export function* drawRequests(random: () => number): Generator<Request> {
  const { contextTokens, generatedTokens, gapMs } = CONVERSATION_QUANTILES;
  let atMs = 0;
  for (;;) {
    yield {
      atMs,
      contextTokens: Math.round(quantile(contextTokens, random())),
      generatedTokens: Math.round(quantile(generatedTokens, random())),
    };
    atMs += quantile(gapMs, random());
  }
}

/** Linear interpolation in a quantile table. */
function quantile(values: readonly number[], probability: number): number {
  const { probabilities } = CONVERSATION_QUANTILES;
  const above = probabilities.findIndex((p) => p >= probability);
  if (above <= 0) return values[0]!;
  const from = probabilities[above - 1]!;
  const share = (probability - from) / (probabilities[above]! - from);
  return values[above - 1]! + share * (values[above]! - values[above - 1]!);
}

/** The part of a trace file that is to be replayed. Refuses TRACE-UNREADABLE and what `readTrace` does. */
export async function openTrace(trace: TracePart): Promise<Request[]> {
  const csv = await readFile(trace.file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const detail = { where: trace.file, expected: 'a trace file', got: cause.code ?? cause.message };
    throw new CliRefusal('TRACE-UNREADABLE', 'input', {
      ...detail,
      remedy: 'give the path of a CSV file with --trace',
    });
  });
  return readTrace(csv, trace.skip, trace.requests);
}

export interface TracePart {
  readonly file: string;
  /** The first request to replay. */
  readonly skip: number;
  /** How many at most. */
  readonly requests: number;
}

/** Columns a request trace must have, in any order; others are ignored. */
const TRACE_COLUMNS = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] as const;

/**
 * Reads a request trace (CSV with a header: TIMESTAMP as `YYYY-MM-DD hh:mm:ss.fff…` in UTC, ContextTokens,
 * GeneratedTokens), from request `skip` on, at most `count` requests.
 * Refuses TRACE-COLUMNS, TRACE-ROW, TRACE-ORDER and TRACE-EMPTY, each with the line.
 */
export function readTrace(csv: string, skip: number, count: number): Request[] {
  const lines = csv.split(/\r?\n/);
  const header = (lines[0] ?? '').split(',');
  const at = TRACE_COLUMNS.map((name) => header.indexOf(name));
  if (at.includes(-1)) throw traceRefusal('TRACE-COLUMNS', 1, TRACE_COLUMNS.join(', '), header.join(', ').slice(0, 80));
  const requests: Request[] = [];
  let firstMs = 0;
  for (let index = 1 + skip; index < lines.length && requests.length < count; index += 1) {
    if (lines[index]!.trim() === '') continue;
    const { timeMs, contextTokens, generatedTokens } = readRow(lines[index]!, at, index + 1);
    if (requests.length === 0) firstMs = timeMs;
    const atMs = timeMs - firstMs;
    if (atMs < (requests.at(-1)?.atMs ?? 0))
      throw traceRefusal('TRACE-ORDER', index + 1, 'times that do not fall', lines[index]!.slice(0, 40));
    requests.push({ atMs, contextTokens, generatedTokens });
  }
  if (requests.length === 0)
    throw traceRefusal('TRACE-EMPTY', lines.length, 'at least one request', `none after skipping ${skip}`);
  return requests;
}

function readRow(line: string, at: readonly number[], lineNumber: number) {
  const cells = line.split(',');
  const [time, context, generated] = at.map((column) => cells[column] ?? '');
  const stamp = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?$/.exec(time!);
  if (stamp === null)
    throw traceRefusal('TRACE-ROW', lineNumber, 'TIMESTAMP as YYYY-MM-DD hh:mm:ss.fff', time!.slice(0, 40));
  const tokens = [context!, generated!].map((cell) => (/^\d{1,9}$/.test(cell) ? Number(cell) : Number.NaN));
  if (tokens.some(Number.isNaN))
    throw traceRefusal(
      'TRACE-ROW',
      lineNumber,
      'token counts as whole numbers',
      `${context}, ${generated}`.slice(0, 40),
    );
  const timeMs = Date.parse(`${stamp[1]}T${stamp[2]}Z`) + Number(stamp[3] ?? 0) * 1000;
  if (Number.isNaN(timeMs)) throw traceRefusal('TRACE-ROW', lineNumber, 'a time that exists', time!.slice(0, 40));
  return { timeMs, contextTokens: tokens[0]!, generatedTokens: tokens[1]! };
}

function traceRefusal(code: string, line: number, expected: string, got: string): CliRefusal {
  return new CliRefusal(code, 'input', { where: `trace line ${line}`, expected, got });
}

/** Squeezes or stretches arrival times so that the last request comes `spanMs` after the first; their pattern stays. */
export function fitInto(requests: readonly Request[], spanMs: number): Request[] {
  const lastMs = requests.at(-1)?.atMs ?? 0;
  return requests.map((request) => ({ ...request, atMs: lastMs === 0 ? 0 : (request.atMs * spanMs) / lastMs }));
}

/** What a request becomes: 16 bytes of input for each prompt token, and eight hash rounds for each token of the answer. */
const BYTES_PER_CONTEXT_TOKEN = 16;
const ROUNDS_PER_GENERATED_TOKEN = 8;
/** Every so many-th request is a matrix product instead of a hash chain. */
const MATMUL_EVERY = 8;
const MATMUL_SIZE_MAX = 96;

export type TaskShape =
  | { readonly module: 'sha256'; readonly inputBytes: number; readonly rounds: number }
  | { readonly module: 'matmul'; readonly inputBytes: number; readonly size: number };

/** The task that stands for the `index`-th request; its size follows the request's token counts. */
export function shapeOf(request: Request, index: number): TaskShape {
  const inputBytes = Math.max(1, request.contextTokens) * BYTES_PER_CONTEXT_TOKEN;
  if (index % MATMUL_EVERY === MATMUL_EVERY - 1) {
    const size = Math.min(MATMUL_SIZE_MAX, 16 + Math.floor(Math.sqrt(request.contextTokens + request.generatedTokens)));
    return { module: 'matmul', inputBytes, size };
  }
  return { module: 'sha256', inputBytes, rounds: request.generatedTokens * ROUNDS_PER_GENERATED_TOKEN };
}
