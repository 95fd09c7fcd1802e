/** What the caller can do about a refusal: mend the file, try again, or stop. */
export type RefusalClass = 'input' | 'retry' | 'give-up';

/** Every way in which an economy file can be wrong. */
export const ECONOMY_REFUSALS = [
  'ECONOMY-NOT-FOUND',
  'ECONOMY-YAML',
  'ECONOMY-SIZE',
  'ECONOMY-MISSING',
  'ECONOMY-UNKNOWN-KEY',
  'ECONOMY-TYPE',
  'ECONOMY-LENGTH',
  'ECONOMY-CHOICE',
  'ECONOMY-EXTENDS',
  'ECONOMY-SET',
  'ECONOMY-DURATION',
  'ECONOMY-DATE',
  'ECONOMY-WHOLE',
  'ECONOMY-SHARE',
  'ECONOMY-RATE',
  'ECONOMY-AMOUNT',
  'ECONOMY-PRICE',
  'ECONOMY-COUNT',
  'ECONOMY-PRECISION',
  'ECONOMY-RANGE',
  'ECONOMY-BOUNDS',
  'ECONOMY-VERSION-ORDER',
  'ECONOMY-VERSION-START',
  'ECONOMY-VERSION-STATE',
  'ECONOMY-STEP',
  'ECONOMY-FIXED',
  'ECONOMY-SUMS',
  'ECONOMY-GRACE',
  'ECONOMY-LATE',
  'ECONOMY-HOLDBACK',
  'ECONOMY-UNBONDING',
  'ECONOMY-PRICE-ORDER',
  'ECONOMY-PRICE-GAIN',
  'ECONOMY-MARKET',
  'ECONOMY-RESERVED',
  'ECONOMY-LEASES',
  'ECONOMY-TAKE',
  'ECONOMY-CLASS-SHARES',
  'ECONOMY-BOND-LINES',
  'ECONOMY-OPERATOR-CAP',
  'ECONOMY-PIECES',
  'ECONOMY-EXPONENT',
  'ECONOMY-UNITS',
  'ECONOMY-EMISSION-CAP',
  'ECONOMY-SUPPLY-STEP',
  'ECONOMY-DETECTION',
  'ECONOMY-OFFENCE',
  'ECONOMY-SLASH-SPLIT',
  'ECONOMY-CHALLENGER',
  'ECONOMY-REPUTATION',
  'ECONOMY-NOTHING-BILLED',
  'ECONOMY-BENCHMARK',
  'ECONOMY-RULE',
  'ECONOMY-METERING',
  'ECONOMY-LIVENESS',
  'ECONOMY-VERIFIER',
  'ECONOMY-VESTING',
  'ECONOMY-ORACLE',
  'ECONOMY-RESERVE',
  'ECONOMY-CURVE',
  'ECONOMY-COMMITTEE',
  'ECONOMY-GOVERNANCE',
  'ECONOMY-PROGRAMME',
] as const;

export type EconomyRefusalCode = (typeof ECONOMY_REFUSALS)[number];

const GOT_MAX = 80;
const WHERE_MAX = 400;
const EXPECTED_MAX = 1_000;

/** Foreign text for one line of a terminal: characters that act are escaped, and what is long loses its middle. */
export function shownText(text: string, lengthMax: number): string {
  const short =
    text.length <= lengthMax
      ? text
      : `${text.slice(0, Math.ceil(lengthMax / 2))}…${text.slice(text.length - Math.floor(lengthMax / 2) + 1)}`;
  return short.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (one) => `\\u${one.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** Why an economy file is refused. `where` is `file:line path.of.the.field`. */
export class EconomyRefusal extends Error {
  readonly code: EconomyRefusalCode;
  /** A file is wrong until someone changes it. */
  readonly refusalClass: RefusalClass = 'input';
  readonly expected: string;
  readonly got: string;
  readonly where: string;
  /** What else is wrong with the same file. */
  readonly others: readonly EconomyRefusal[];

  constructor(
    code: EconomyRefusalCode,
    where: string,
    expected: string,
    got: string,
    others: readonly EconomyRefusal[] = [],
  ) {
    const [place, wanted, came] = [
      shownText(where, WHERE_MAX),
      shownText(expected, EXPECTED_MAX),
      shownText(got, GOT_MAX),
    ];
    super(`${place}: expected ${wanted}, got ${came}`);
    this.name = 'EconomyRefusal';
    this.code = code;
    this.where = place;
    this.expected = wanted;
    this.got = came;
    this.others = others;
  }
}
