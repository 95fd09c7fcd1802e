import type { ShownVoucher } from '@stannary/chain';
import { type ChannelConfig, channelId, checkedSignature, type DigestSignature, fromHex, toHex } from '@stannary/wire';
import { CliRefusal } from '../refusal.ts';

// A voucher as a payee hands it over: JSON, its channel's config beside it, so that the file needs nothing else to be shown.

type Shape = Kind | { readonly [field: string]: Shape };
/** `?`: may be left out. `amount` is a decimal text. */
type Kind = 'address' | 'hash' | 'hash?' | 'key?' | 'signer' | 'hex' | 'kind' | 'count' | 'amount' | 'charge?';

const SIGNATURE = { signer: 'kind', bytes: 'hex' } as const;
const CHARGE = { chargedGrains: 'amount', signature: SIGNATURE } as const;
const SHAPE: Shape = {
  config: {
    payer: 'address',
    payerSigner: 'signer',
    payee: 'address',
    payeeOperator: 'address',
    token: 'address',
    exitDelaySeconds: 'count',
    minConfirmations: 'count',
    policyHash: 'hash',
    salt: 'hash',
  },
  voucher: { cumulativeGrains: 'amount', deadlineMs: 'count', conditionHash: 'hash?' },
  signature: SIGNATURE,
  sessionKey: 'key?',
  charge: 'charge?',
};

const FORMS: Readonly<Record<string, readonly [form: RegExp, expected: string]>> = {
  address: [/^0x[0-9a-f]{40}$/, 'an address in lower case'],
  hash: [/^[0-9a-f]{64}$/, '64 lower-case hex characters'],
  key: [/^[0-9a-f]{128}$/, 'x and y of a key, 128 lower-case hex characters'],
  signer: [/^([0-9a-f]{40}|[0-9a-f]{168})$/, 'an account, or a verifier and a key, in lower-case hex'],
  hex: [/^([0-9a-f]{2})+$/, 'lower-case hex'],
  kind: [/^(p256|ecdsa|contract)$/, 'p256, ecdsa or contract'],
  amount: [/^(0|[1-9]\d{0,15})$/, 'grains as a decimal text, at most 2^53 - 1'],
};

interface FileFields {
  readonly config: ChannelConfig;
  readonly voucher: { readonly cumulativeGrains: string; readonly deadlineMs: number; readonly conditionHash?: string };
  readonly signature: SignatureFields;
  readonly sessionKey?: string;
  readonly charge?: { readonly chargedGrains: string; readonly signature: SignatureFields };
}

interface SignatureFields {
  readonly signer: DigestSignature['signer'];
  readonly bytes: string;
}

/**
 * The voucher in a file's text; nothing of it is verified. `separator` is wire's `channelSeparator` of the contract that it
 * is for. Refuses WATCH-VOUCHER, with file and field.
 */
export function voucherIn(file: string, text: string, separator: Uint8Array): ShownVoucher {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw refused(file, '', 'JSON', 'something else');
  }
  check(file, '', SHAPE, read);
  const { config, voucher, signature, sessionKey, charge } = read as FileFields;
  const { deadlineMs, conditionHash } = voucher;
  return {
    config,
    voucher: {
      channelId: channelId(separator, config),
      payee: config.payee,
      cumulativeGrains: grainsIn(file, 'voucher.cumulativeGrains', voucher.cumulativeGrains),
      deadlineMs,
      ...(conditionHash !== undefined && { conditionHash }),
    },
    signature: signatureIn(file, 'signature', signature),
    sessionKey: sessionKey ?? null,
    charge:
      charge === undefined
        ? null
        : {
            chargedGrains: grainsIn(file, 'charge.chargedGrains', charge.chargedGrains),
            signature: signatureIn(file, 'charge.signature', charge.signature),
          },
  };
}

/** A file's text, from which `voucherIn` reads the same voucher. */
export function voucherText({ config, voucher, signature, sessionKey, charge }: ShownVoucher): string {
  const { cumulativeGrains, deadlineMs, conditionHash } = voucher;
  const signatureFields = ({ signer, bytes }: DigestSignature): SignatureFields => ({ signer, bytes: toHex(bytes) });
  const fields: FileFields = {
    config,
    voucher: {
      cumulativeGrains: `${cumulativeGrains}`,
      deadlineMs,
      ...(conditionHash !== undefined && { conditionHash }),
    },
    signature: signatureFields(signature),
    ...(sessionKey !== null && { sessionKey }),
    ...(charge !== null && {
      charge: { chargedGrains: `${charge.chargedGrains}`, signature: signatureFields(charge.signature) },
    }),
  };
  return JSON.stringify(fields);
}

function check(file: string, where: string, shape: Shape, value: unknown): void {
  if (typeof shape === 'string') {
    checkValue(file, where, shape, value);
    return;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw refused(file, where, 'fields', shown(value));
  }
  const unknown = Object.keys(value).find((field) => shape[field] === undefined);
  if (unknown !== undefined) throw refused(file, within(where, unknown), 'no such field', 'one');
  const given = value as Record<string, unknown>;
  for (const [field, one] of Object.entries(shape)) check(file, within(where, field), one, given[field]);
}

function checkValue(file: string, where: string, kind: string, value: unknown): void {
  if (kind.endsWith('?')) {
    if (value !== undefined) check(file, where, kind === 'charge?' ? CHARGE : (kind.slice(0, -1) as Kind), value);
    return;
  }
  if (kind === 'count') {
    if (Number.isSafeInteger(value) && (value as number) >= 0) return;
    throw refused(file, where, 'a whole number', shown(value));
  }
  const [form, expected] = FORMS[kind]!;
  if (typeof value !== 'string' || !form.test(value)) throw refused(file, where, expected, shown(value));
}

function grainsIn(file: string, where: string, text: string): number {
  const grains = Number(text);
  if (Number.isSafeInteger(grains)) return grains;
  throw refused(file, where, FORMS.amount![1], text);
}

/** In the one form of its kind. */
function signatureIn(file: string, where: string, { signer, bytes }: SignatureFields): DigestSignature {
  try {
    return checkedSignature({ signer, bytes: fromHex(bytes) });
  } catch (error) {
    const { expected = 'a signature in form', got = 'another' } = error as { expected?: string; got?: string };
    throw refused(file, where, expected, got);
  }
}

function within(where: string, field: string): string {
  return where === '' ? field : `${where}.${field}`;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function refused(file: string, field: string, expected: string, got: string): CliRefusal {
  return new CliRefusal('WATCH-VOUCHER', 'input', { where: field === '' ? file : `${file}: ${field}`, expected, got });
}
