// How a folder of CSV files becomes periods and participants. Plain data beside the programme's rules: whoever has other
// columns maps them here, and the rules speak only of the names given here.

/** The rows of one file that count: those whose columns equal the given texts. */
export interface TableLayout {
  /** A name in the data folder. */
  readonly file: string;
  readonly where: readonly { readonly column: string; readonly equals: string }[];
}

/** A decimal number that 10^decimals makes an integer: 0 for wei, 18 for whole tokens of 18 decimals. */
export interface AmountColumn {
  readonly kind: 'amount';
  readonly column: string;
  readonly decimals: number;
  /** True: digits past the smallest unit are dropped. False: they are refused. */
  readonly roundDown: boolean;
}

/** A measured percentage, kept as ppm, rounded down. */
export interface PercentColumn {
  readonly kind: 'percent';
  readonly column: string;
}

export interface FlagColumn {
  readonly kind: 'flag';
  readonly column: string;
  readonly whenTrue: string;
  readonly whenFalse: string;
  /** What an empty cell means; null refuses it. */
  readonly whenEmpty: boolean | null;
}

export type ValueColumn = AmountColumn | PercentColumn | FlagColumn;

export interface PeriodLayout extends TableLayout {
  readonly id: string;
  readonly start: string;
  readonly end: string;
  readonly time: 'iso-8601' | 'unix-seconds';
  /** What a `pool` programme divides; null for a `yield` one. */
  readonly pool: AmountColumn | null;
  /** True where the file names its period in many rows, which must agree. */
  readonly repeats: boolean;
  /** Whether time may pass between two periods. Overlaps are always refused. */
  readonly gaps: 'allow' | 'refuse';
}

/** A file with one row per participant and period, joined to the others by the two. */
export interface ParticipantLayout extends TableLayout {
  readonly period: string;
  readonly account: string;
  /** By the name that the rules use. */
  readonly columns: Readonly<Record<string, ValueColumn>>;
}

/** What was really paid, to compare with. */
export interface PaidLayout extends TableLayout {
  readonly period: string;
  readonly account: string;
  readonly amount: AmountColumn;
  /**
   * True: the amounts are lifetime sums, and a payment is the increase since the period before in this file, whose ids
   * must sort as time runs. The file's first period has no increase and is not compared.
   */
  readonly cumulative: boolean;
}

/** A payout matches if it differs by at most this many smallest units, or by at most this share of what was paid. */
export interface Tolerance {
  readonly amount: string;
  readonly ppm: number;
}

export interface ReplayLayout {
  readonly periods: PeriodLayout;
  /** The first file says who takes part; each of the others must have a row for each of them. */
  readonly participants: readonly ParticipantLayout[];
  readonly paid: PaidLayout | null;
  readonly tolerance: Tolerance;
}
