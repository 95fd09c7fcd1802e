import {
  BillingRefusal,
  type Channel,
  type ChannelClaim,
  channelPostings,
  conservationOf,
  dueAccount,
  LedgerBook,
  openChannel,
} from '@stannary/billing';
import type { Epoch } from '@stannary/kernel';
import {
  type Close,
  channelId,
  channelSeparator,
  chargeDigest,
  closeDigest,
  encodeCharge,
  encodeClose,
  encodeVoucher,
  toHex,
  type Voucher,
  voucherDigest,
} from '@stannary/wire';
import type { Protocol } from './playing.ts';
import type { CorrectnessRules } from './rules.ts';
import { type Signer, signerOf } from './signers.ts';

export const HOUR_MS = 3_600_000;
export const EXIT_DELAY_MS = 24 * HOUR_MS;
const START_MS = 1_700_000_000_000;
const EPOCH = 0 as Epoch;

export const HOME = { chain: 'eip155:31337', contract: addressOf(0xcc) };
const SEPARATOR = channelSeparator(HOME);

export function addressOf(number: number): string {
  return `0x${number.toString(16).padStart(40, '0')}`;
}

/** A channel's id under a config of its own for each number. */
export function idOf(number: number): string {
  const id = number.toString(16).padStart(64, '0');
  return channelId(SEPARATOR, {
    ...{ payer: addressOf(0xa0), payerSigner: '7e', payee: addressOf(0xb0), payeeOperator: addressOf(0xb1) },
    ...{ token: addressOf(0x70), exitDelaySeconds: EXIT_DELAY_MS / 1_000, minConfirmations: 1 },
    ...{ policyHash: id, salt: id },
  });
}

/** A payee's key, which an attacker does not have. */
export function payeeSigner(payee: string): Signer {
  return signerOf(`payee ${payee}`);
}

/** The message of a voucher under any key and for any contract. */
export function voucherBy(signer: Signer, voucher: Voucher, domain = HOME): Uint8Array {
  const separator = domain === HOME ? SEPARATOR : channelSeparator(domain);
  return encodeVoucher({ voucher, signature: signer.signDigest(voucherDigest(separator, voucher)) });
}

/** A claim of a charge under any key. */
export function claimBy(signer: Signer, bytes: Uint8Array, voucher: Voucher, chargedGrains: number): ChannelClaim {
  const charge = { voucherDigest: toHex(voucherDigest(SEPARATOR, voucher)), chargedGrains };
  const signature = signer.signDigest(chargeDigest(SEPARATOR, charge));
  return { voucher: bytes, charge: encodeCharge({ charge, signature }) };
}

/**
 * One channel on its chain, a clock, and the ledger that follows. It keeps its own account of what was put in, signed,
 * charged and paid, from messages and answers alone, and holds every step against it: the channel's counters are not believed.
 */
export class ChannelWorld {
  readonly payer: Signer;
  /** Of the channel that is open now; the number is its salt. */
  id = idOf(1);
  readonly book = new LedgerBook();
  /** Every voucher that the payer signed, as sent. */
  readonly sent: Uint8Array[] = [];
  channel: Channel;
  nowMs = START_MS;
  readonly #rules: CorrectnessRules;
  readonly #protocol: Protocol;
  /** By channel and payee: grains put in, highest ceiling signed, highest charge signed, paid. */
  readonly #deposited = new Map<string, number>();
  readonly #signed = new Map<string, number>();
  readonly #charged = new Map<string, number>();
  readonly #paid = new Map<string, number>();

  constructor(rules: CorrectnessRules, protocol: Protocol, seed: number, deposits: [string, number][]) {
    this.#rules = rules;
    this.#protocol = protocol;
    this.payer = signerOf(`payer ${seed}`);
    this.channel = this.#open(deposits);
  }

  /** The same two sides open another channel: the same config under another salt. */
  renew(deposits: [string, number][]): void {
    this.id = idOf(2);
    this.channel = this.#open(deposits);
  }

  #open(deposits: [string, number][]): Channel {
    const channel = openChannel({
      id: this.id,
      separator: SEPARATOR,
      verifyPayer: this.payer.verifyDigest,
      verifyPayee: (payee, ...signed) => payeeSigner(payee).verifyDigest(...signed),
      exitDelayMs: EXIT_DELAY_MS,
      deposits,
    });
    for (const [payee, grains] of deposits) this.#add(this.#deposited, payee, grains);
    this.book.append(channelPostings(null, channel, EPOCH));
    this.#protocol.step(`opens: ${deposits.map(([payee, grains]) => `${grains} for ${short(payee)}`).join(', ')}`);
    return channel;
  }

  /** The payer signs; a ceiling counts from then on, whoever has the voucher. */
  sign(payee: string, cumulativeGrains: number, differing: Partial<Voucher> = {}): Uint8Array {
    const usual = { channelId: this.id, payee, deadlineMs: this.nowMs + 10 * EXIT_DELAY_MS };
    const voucher = { ...usual, cumulativeGrains, ...differing };
    const bytes = voucherBy(this.payer, voucher);
    this.sent.push(bytes);
    this.#raise(this.#signed, voucher, cumulativeGrains);
    return bytes;
  }

  /** The payee countersigns a charge, of the whole ceiling unless said otherwise; bytes that are no voucher go as they are. */
  charge(bytes: Uint8Array, chargedGrains?: number): ChannelClaim {
    const read = this.#rules.readVoucher(bytes);
    if (read.outcome === 'refused') return { voucher: bytes, charge: bytes };
    const { voucher } = read;
    const grains = chargedGrains ?? voucher.cumulativeGrains;
    this.#raise(this.#charged, voucher, grains);
    return claimBy(payeeSigner(voucher.payee), bytes, voucher, grains);
  }

  /** A close signed by whoever takes part in it. */
  closeBy(payer: Signer, payee: Signer, paidGrains: number, differing: Partial<Close> = {}): Uint8Array {
    const close = { channelId: this.id, paidGrains, deadlineMs: this.nowMs + HOUR_MS, ...differing };
    const digest = closeDigest(SEPARATOR, close);
    return encodeClose({ close, payerSignature: payer.signDigest(digest), payeeSignature: payee.signDigest(digest) });
  }

  /** Brings a close that at least one side did not sign. */
  closeUnsigned(bytes: Uint8Array): void {
    const before = this.channel;
    this.#take('brings a close', () => this.#rules.closeChannel(before, bytes, this.nowMs));
    this.#protocol.demand(this.channel === before, () => 'a channel was closed that one side did not close');
    this.#judge();
  }

  topUp(payee: string, grains: number): void {
    const before = this.channel;
    this.#take(`top-up of ${grains} for ${short(payee)}`, () => this.#rules.topUpChannel(before, payee, grains));
    if (this.channel !== before) this.#add(this.#deposited, payee, grains);
    const { phase, exit } = this.channel;
    this.#protocol.demand(phase === before.phase && exit === before.exit, () => 'a top-up changed an exit');
    this.#judge();
  }

  startExit(): void {
    this.#take('starts the exit', () => this.#rules.startExit(this.channel, this.nowMs));
    this.#judge();
  }

  finishExit(): void {
    this.#take('finishes the exit', () => this.#rules.finishExit(this.channel, this.nowMs));
    this.#judge();
  }

  /** Vouchers whose payees charge all of them. */
  redeem(vouchers: readonly Uint8Array[]): void {
    this.claim(vouchers.map((bytes) => this.charge(bytes)));
  }

  claim(claims: readonly ChannelClaim[]): void {
    const { channel, rows } = this.#rules.redeemVouchers(this.channel, claims, { atMs: this.nowMs });
    this.#take('', () => channel);
    for (const row of rows) {
      if (row.outcome === 'refused') this.#protocol.refused(row.code);
      else {
        this.#add(this.#paid, row.payee, row.paidGrains);
        this.#protocol.step(`  paid ${row.paidGrains} to ${short(row.payee)}`);
      }
    }
    this.#judge();
  }

  commit(vouchers: readonly Uint8Array[]): void {
    const { channel, rows } = this.#rules.commitVouchers(this.channel, vouchers, { atMs: this.nowMs });
    this.#take('', () => channel);
    for (const row of rows) if (row.outcome === 'refused') this.#protocol.refused(row.code);
    this.#judge();
  }

  depositedFor(payee: string): number {
    return this.#deposited.get(`${this.id} ${payee}`) ?? 0;
  }

  paidTo(payee: string): number {
    return this.#paid.get(`${this.id} ${payee}`) ?? 0;
  }

  #add(to: Map<string, number>, payee: string, grains: number): void {
    const key = `${this.id} ${payee}`;
    to.set(key, (to.get(key) ?? 0) + grains);
  }

  #raise(to: Map<string, number>, { channelId, payee }: Voucher, grains: number): void {
    const key = `${channelId} ${payee}`;
    to.set(key, Math.max(to.get(key) ?? 0, grains));
  }

  #take(said: string, act: () => Channel): void {
    if (said !== '') this.#protocol.step(said);
    const before = this.channel;
    try {
      this.channel = act();
    } catch (error) {
      if (!(error instanceof BillingRefusal)) throw error;
      this.#protocol.refused(error.code);
    }
    this.#record(before);
  }

  /** The ledger hears of every step twice, as of events that are read again after a restart. */
  #record(before: Channel): void {
    try {
      const postings = channelPostings(before, this.channel, EPOCH);
      this.book.append(postings);
      this.#protocol.demand(this.book.append(postings) === 0, () => 'a step is booked twice');
    } catch (error) {
      if (!(error instanceof BillingRefusal)) throw error;
      this.#protocol.refused(error.code);
      this.#protocol.success(`the books refuse what the channel did: ${error.message}`);
    }
  }

  /** Paid ≤ charged, signed and deposited, and the books say the same. */
  #judge(): void {
    const due = new Map<string, bigint>();
    for (const [key, paid] of this.#paid) {
      const payee = key.slice(key.indexOf(' ') + 1);
      const [signed, charged, deposited] = [this.#signed, this.#charged, this.#deposited].map((of) => of.get(key) ?? 0);
      this.#protocol.demand(paid <= charged!, () => `${short(payee)} was paid ${paid}, charged ${charged}`);
      this.#protocol.demand(paid <= signed!, () => `${short(payee)} was paid ${paid}, signed for ${signed}`);
      this.#protocol.demand(paid <= deposited!, () => `${short(payee)} was paid ${paid} of ${deposited}`);
      due.set(payee, (due.get(payee) ?? 0n) + BigInt(paid));
    }
    for (const [payee, paid] of due) {
      const booked = this.book.balance(dueAccount(payee));
      this.#protocol.demand(booked === paid, () => `the books owe ${short(payee)} ${booked}, it was paid ${paid}`);
    }
    this.#protocol.demand(conservationOf(this.book.balances()).credit.balanced, () => 'the books do not balance');
  }
}

export function short(address: string): string {
  return address.replace(/^0x0*/, '');
}
