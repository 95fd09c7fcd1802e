/** What a caller can do about a refusal: mend its input, try the same again later, or stop. */
export type RefusalClass = 'input' | 'retry' | 'give-up';

export interface RefusalDetail {
  readonly expected?: string;
  readonly got?: string;
  readonly where?: string;
}

/** Every expected refusal of this package, with what the caller can do about it. */
export const BILLING_CODES = {
  'BILLING-AMOUNT': 'input',
  'BILLING-ACCOUNT': 'input',
  'BILLING-RANGE': 'input',
  'BILLING-UNBALANCED': 'input',
  'BILLING-INSUFFICIENT': 'input',
  'BILLING-POSTING-CONFLICT': 'give-up',
  'BILLING-STATEMENT': 'give-up',
  'BILLING-DATABASE-IN-USE': 'retry',
  'BILLING-DATABASE-UNWRITABLE': 'give-up',
  'BILLING-DATABASE-FULL': 'retry',
  'BILLING-MIGRATION': 'give-up',
  'CHANNEL-PHASE': 'give-up',
  'CHANNEL-PAYEE': 'input',
  'CHANNEL-EXIT-EARLY': 'retry',
  'CLOSE-MALFORMED': 'input',
  'CLOSE-CHANNEL': 'input',
  'CLOSE-EXPIRED': 'give-up',
  'CLOSE-BOUNDS': 'input',
  'CLOSE-SIGNATURE': 'input',
  'VOUCHER-MALFORMED': 'input',
  'VOUCHER-SIGNER': 'input',
  'VOUCHER-CHANNEL': 'input',
  'VOUCHER-PAYEE': 'input',
  'VOUCHER-PHASE': 'give-up',
  'VOUCHER-CONDITIONAL': 'retry',
  'VOUCHER-STALE': 'give-up',
  'VOUCHER-DEADLINE': 'input',
  'VOUCHER-ALLOTMENT': 'retry',
  'VOUCHER-EXPOSURE': 'retry',
  'VOUCHER-SIGNATURE': 'input',
  'VOUCHER-EXPIRED': 'give-up',
  'VOUCHER-NOTHING-DUE': 'give-up',
  'VOUCHER-UNFUNDED': 'retry',
  'CHARGE-MALFORMED': 'input',
  'CHARGE-VOUCHER': 'input',
  'CHARGE-CEILING': 'input',
  'CHARGE-SIGNATURE': 'input',
  'CLAIM-ERA': 'input',
  'CLAIM-PROOF': 'input',
  'CLAIM-NOTHING': 'give-up',
} as const satisfies Record<string, RefusalClass>;

export type BillingCode = keyof typeof BILLING_CODES;

/** An expected refusal. `code` is stable; the message says what was expected, what came, and where. */
export class BillingRefusal extends Error {
  readonly code: BillingCode;
  readonly refusalClass: RefusalClass;
  readonly expected?: string;
  readonly got?: string;
  readonly where?: string;

  constructor(code: BillingCode, detail: RefusalDetail, options?: ErrorOptions) {
    super(`${code}: ${sentence(detail)}`, options);
    this.name = 'BillingRefusal';
    this.code = code;
    this.refusalClass = BILLING_CODES[code];
    if (detail.expected !== undefined) this.expected = detail.expected;
    if (detail.got !== undefined) this.got = detail.got;
    if (detail.where !== undefined) this.where = detail.where;
  }
}

function sentence({ expected, got, where }: RefusalDetail): string {
  const said = [expected && `expected ${expected}`, got && `got ${got}`].filter(Boolean).join(', ');
  return where ? `${where}: ${said}` : said;
}
