import type { DurationColumn, NumberColumn, TimeColumn } from './cells.ts';
import type { RowCondition } from './table.ts';

// The five kinds of trace: what a row says, and how the columns of a CSV file are mapped to it. A mapping is plain data,
// so a scenario file can carry one for a user's own CSV; where it leaves out `columns`, the schema's own names hold.

/** One job: it arrives, then holds `size` for its duration. */
export interface Job {
  readonly arrivalSeconds: number;
  readonly durationSeconds: number;
  /** In the trace's unit, for example GPUs. */
  readonly size: number;
  /** '' where the trace has no classes. */
  readonly className: string;
}

/** One request of a service, with what went in and what came out, for example tokens. */
export interface Request {
  readonly seconds: number;
  readonly sizeIn: number;
  readonly sizeOut: number;
}

/** A metered quantity at a moment. */
export interface Usage {
  readonly seconds: number;
  readonly quantity: number;
  /** Whose it is: '' where the trace is of one. */
  readonly series: string;
}

/** A price that holds from then until the next of its series. */
export interface Price {
  readonly seconds: number;
  readonly price: number;
  readonly series: string;
}

/** A node was seen up or down. Of each node in the order of time; seeing the same state again is no fault. */
export interface UpDown {
  readonly node: string;
  readonly seconds: number;
  readonly isUp: boolean;
}

export interface MappedFile {
  /** Path of the CSV file. */
  readonly file: string;
  /** Only rows with these cells count. Default: all. */
  readonly where?: readonly RowCondition[];
  /** `ascending` (default): a row before its predecessor is refused. `any`: the file is in no order of time. */
  readonly order?: 'ascending' | 'any';
}

/**
 * What to do where nothing came for longer than one and a half steps: refuse (default), repeat the last value, or put
 * zeros. Without `gaps` every distance is taken as it is.
 */
export interface GapRule {
  readonly everySeconds: number;
  readonly rule: 'refuse' | 'hold' | 'zero';
}

/** `{ after }`: a time in this file that counts from a time of another file, looked up by a shared key. */
export interface JoinedTime {
  readonly file: string;
  readonly key: string;
  readonly time: TimeColumn;
}

export interface JobMapping extends MappedFile {
  readonly schema: 'job';
  readonly columns?: {
    /** `before`: the time stands at the job's end, its duration before. */
    readonly arrival: TimeColumn | { readonly before: TimeColumn };
    /** `from` and `to`: the time between two columns. */
    readonly duration: DurationColumn | { readonly from: TimeColumn; readonly to: TimeColumn };
    /** The product of the columns. */
    readonly size: readonly NumberColumn[];
    readonly class: string | null;
    /** A name that no two jobs share. Default: none is checked. */
    readonly id?: string;
  };
  /** What a job that ends before it begins is: a fault (default), or left out. */
  readonly whenBackwards?: 'refuse' | 'leave-out';
  /** Of arrivals. `hold` is no rule for them. */
  readonly gaps?: GapRule;
}

export interface RequestMapping extends MappedFile {
  readonly schema: 'request';
  readonly columns?: { readonly time: TimeColumn; readonly sizeIn: NumberColumn; readonly sizeOut: NumberColumn };
  readonly gaps?: GapRule;
}

export interface UsageMapping extends MappedFile {
  readonly schema: 'usage';
  readonly columns?: {
    readonly time: TimeColumn;
    readonly quantity: NumberColumn;
    /** Columns whose values, joined by `/`, name the series. Default: one series. Order and gaps are within a series. */
    readonly series?: readonly string[];
  };
  readonly after?: JoinedTime;
  readonly gaps?: GapRule;
}

export interface PriceMapping extends MappedFile {
  readonly schema: 'price';
  readonly columns?: { readonly time: TimeColumn; readonly price: NumberColumn; readonly series?: readonly string[] };
  /** `zero` is no rule for prices. */
  readonly gaps?: GapRule;
}

export interface UpDownMapping extends MappedFile {
  readonly schema: 'up-down';
  readonly columns?: UpDownColumns;
}

export type UpDownColumns =
  /** A row a sighting. `states` says what each word of the state's column means; a word that is not there is refused. */
  | {
      readonly kind: 'events';
      readonly node: readonly string[];
      readonly time: TimeColumn;
      readonly state: string;
      readonly states: Readonly<Record<string, 'up' | 'down' | 'ignored'>>;
    }
  /**
   * A row a stretch of time in one state; stretches of a node that touch or overlap are one. `lengthSeconds` where the
   * file names only the start. Around the stretches the node is in the other state.
   */
  | {
      readonly kind: 'intervals';
      readonly node: readonly string[];
      readonly start: TimeColumn;
      readonly end: TimeColumn | { readonly lengthSeconds: number };
      readonly state: 'up' | 'down';
      readonly whenBackwards?: 'refuse' | 'leave-out';
    }
  /** A row the number of nodes that are up from then on. Which ones is not known: the longest up goes first. */
  | { readonly kind: 'count'; readonly time: TimeColumn; readonly count: NumberColumn };

export type TraceMapping = JobMapping | RequestMapping | UsageMapping | PriceMapping | UpDownMapping;

/** What reading took note of. Filled while the rows are read. */
export interface TraceTally {
  /** Rows of the file that count. */
  rows: number;
  leftOut: number;
  /** Rows that a gap's rule put in. */
  filled: number;
}

export const newTally = (): TraceTally => ({ rows: 0, leftOut: 0, filled: 0 });

interface TraceOf<Schema extends TraceMapping['schema'], Row> {
  readonly schema: Schema;
  /** For labels: the data set's, or the file's. */
  readonly name: string;
  /** Where it comes from, for every table and picture that is made of it. */
  readonly source: string;
  /** Of sizes, quantities and prices. */
  readonly unit: string;
  readonly mapping: Extract<TraceMapping, { schema: Schema }>;
  /** Streams the rows, each time anew. @throws TraceRefusal, with file, line and column */
  rows(tally?: TraceTally): AsyncGenerator<Row>;
}

export type JobTrace = TraceOf<'job', Job>;
export type RequestTrace = TraceOf<'request', Request>;
export type UsageTrace = TraceOf<'usage', Usage>;
export type PriceTrace = TraceOf<'price', Price>;
export type UpDownTrace = TraceOf<'up-down', UpDown>;
export type Trace = JobTrace | RequestTrace | UsageTrace | PriceTrace | UpDownTrace;
