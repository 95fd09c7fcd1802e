/** What the caller should do: mend the input, try again, or stop. */
export type RefusalClass = 'input' | 'retry' | 'give-up';

/** Every expected refusal of this package, with what to do about it. */
const REFUSAL_CLASSES = {
  'CHAIN-BINARY-MISSING': 'give-up',
  'CHAIN-PORT-IN-USE': 'input',
  'CHAIN-STATE-FILE': 'give-up',
  'CHAIN-NOT-STARTED': 'give-up',
  'CHAIN-RPC-UNREACHABLE': 'retry',
  'CHAIN-RPC-LIMITED': 'retry',
  'CHAIN-RPC-INCONSISTENT': 'retry',
  'CHAIN-RPC-DISAGREEMENT': 'retry',
  'CHAIN-LOGS-MISSING': 'retry',
  'CHAIN-REORG-TOO-DEEP': 'give-up',
  'CHAIN-WRONG-CHAIN-ID': 'input',
  'CHAIN-ADDRESS-BOOK': 'input',
  'CHAIN-BLOCK-UNKNOWN': 'retry',
  'CHAIN-RANGE': 'input',
  'CHAIN-REVERTED': 'input',
  'CHAIN-OUT-OF-GAS-MONEY': 'retry',
  'CHAIN-NOT-MINED': 'retry',
  'CHAIN-SEND-JOURNAL': 'give-up',
  'CHAIN-SPLIT-TOTAL': 'give-up',
  'CHAIN-WINDOW-SHORT': 'input',
  'CHAIN-NO-CREATE2': 'input',
  'CHAIN-NO-SIMULATION': 'input',
  'CHAIN-ECONOMY': 'input',
  'CHAIN-PARTIES': 'input',
  'CHAIN-BOUNDS': 'input',
} as const satisfies Record<string, RefusalClass>;

export type ChainRefusalCode = keyof typeof REFUSAL_CLASSES;

export interface ChainRefusalDetail {
  readonly expected?: string;
  readonly got?: string;
  readonly where?: string;
  readonly revert?: ContractRevert;
  /** Of the contract's error; its class takes the place of the code's. */
  readonly advice?: RevertAdvice;
  readonly cause?: unknown;
}

/** A contract's own error: its name in the sources, and its arguments by name (addresses lower case). */
export interface ContractRevert {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What a contract's error asks of whoever sent the transaction. */
export interface RevertAdvice {
  /** Stable: `REVERT-` and the error's name in words, e.g. `REVERT-ERA-IS-FINAL`. */
  readonly code: string;
  readonly refusalClass: RefusalClass;
  /** One sentence. */
  readonly advice: string;
}

/** An expected refusal of the chain or of the way to it. The codes are listed with the functions that raise them. */
export class ChainRefusal extends Error {
  readonly code: ChainRefusalCode;
  readonly refusalClass: RefusalClass;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly where: string | undefined;
  /** With CHAIN-REVERTED: what the contract said. */
  readonly revert: ContractRevert | undefined;
  /** The contract's error as a stable code, e.g. `REVERT-ERA-IS-FINAL`, and what to do about it. */
  readonly revertCode: string | undefined;
  readonly advice: string | undefined;

  constructor(code: ChainRefusalCode, detail: ChainRefusalDetail = {}) {
    const { expected, got, where, advice } = detail;
    const parts = [expected === undefined ? '' : `expected ${expected}`, got === undefined ? '' : `got ${got}`];
    const sentence = parts.filter((part) => part !== '').join(', ');
    const message = `${code}${where === undefined ? '' : ` at ${where}`}${sentence === '' ? '' : `: ${sentence}`}`;
    super(
      advice === undefined ? message : `${message}. ${advice.advice}`,
      detail.cause === undefined ? undefined : { cause: detail.cause },
    );
    this.name = 'ChainRefusal';
    this.code = code;
    this.refusalClass = advice?.refusalClass ?? REFUSAL_CLASSES[code];
    this.expected = expected;
    this.got = got;
    this.where = where;
    this.revert = detail.revert;
    this.revertCode = advice?.code;
    this.advice = advice?.advice;
  }
}
