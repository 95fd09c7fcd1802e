import { type ChannelConfig, type DigestSignature, toHex, type Voucher } from '@stannary/wire';
import {
  type Abi,
  type Address,
  encodeFunctionData,
  type Hex,
  parseEventLogs,
  type TransactionReceipt,
  zeroAddress,
} from 'viem';
import { signerOf } from './account.ts';
import { chainIdOf } from './address-book.ts';
import { channels, credit } from './generated/contracts.ts';
import { queueOf, type SendQueue } from './queue.ts';
import { ChainRefusal } from './refusal.ts';
import { asking, openRpc, type Rpc } from './rpc.ts';
import type { Sent } from './sender.ts';
import { addressOf, bytes32Of, hexOf, uint32Of, uintOf } from './values.ts';

export interface ChannelAccess {
  readonly rpcUrl: string;
  /** 0x and 64 hex characters: pays for the gas, and needs no right to anything. */
  readonly privateKey: string;
  /** CAIP-2 id: the only chain to sign for. */
  readonly chain: string;
  /** The Channels contract, 0x and lower case. */
  readonly contract: string;
  /** As a sender's; one key has one. */
  readonly journalFile?: string;
}

/** A voucher with all that the contract wants to see beside it. */
export interface ShownVoucher {
  readonly config: ChannelConfig;
  readonly voucher: Voucher;
  /** The payer's. */
  readonly signature: DigestSignature;
  /** The session key that signed, x ‖ y, 128 hex characters; null: the config's signer did. */
  readonly sessionKey: string | null;
  /** What the payee has charged under it, and its signature of that; a claim needs it, a commitment does not. */
  readonly charge: { readonly chargedGrains: number; readonly signature: DigestSignature } | null;
}

/** What became of one voucher. */
export type ShownRow =
  /** `grains`: all that is committed, or claimed, in the channel from then on. */
  | { readonly outcome: 'taken'; readonly grains: number; readonly txHash: string }
  /** `txHash`: of the transaction that skipped it; null where it was left out before. */
  | { readonly outcome: 'skipped'; readonly reason: ChannelSkip; readonly txHash: string | null }
  /** A transaction with nothing but it in it failed, though the contract would take it: a wallet that says two things. */
  | { readonly outcome: 'failed'; readonly reason: string };

/** Why the contract did nothing with a voucher, in its own words. */
export type ChannelSkip = (typeof SKIPS)[number];

/** As `IChannels.Skip` has them. */
const SKIPS = [
  'None',
  'Channel',
  'Payee',
  'Charge',
  'Countersignature',
  'Phase',
  'Expired',
  'Allotment',
  'NothingDue',
  'Unfunded',
  'Conditional',
  'Signature',
] as const;

/**
 * Most vouchers of one transaction. A wallet may take 300,000 gas to say whether it signed: a payer's is asked twice, and of a
 * claim the payee and its operator too. So many fit into what a transaction may ask for (EIP-7825), whatever wallets do.
 */
const ROWS_MAX = { commit: 24, claim: 12 } as const;

type Door = keyof typeof ROWS_MAX;

/** Opens a key for channels. It shares its queue with every other sender of the key. Errors: CHAIN-RANGE. */
export function openChannelSender(access: ChannelAccess): ChannelSender {
  const { rpcUrl, privateKey, chain, contract, journalFile } = access;
  const rpc = openRpc(rpcUrl);
  const account = signerOf(privateKey);
  const chainId = chainIdOf(chain);
  const queue = queueOf(rpc, rpcUrl, account, { chainId, ...(journalFile !== undefined && { journalFile }) });
  return new ChannelSender(rpc, queue, account.address, addressOf(contract, 'contract'));
}

/**
 * Shows vouchers, as payees and whoever acts for them do, and moves a payer's own channels. Errors of every method: those of
 * `ChainSender`.
 */
export class ChannelSender {
  readonly #rpc: Rpc;
  readonly #queue: SendQueue;
  readonly #account: Address;
  readonly #contract: Address;

  constructor(rpc: Rpc, queue: SendQueue, account: Address, contract: Address) {
    this.#rpc = rpc;
    this.#queue = queue;
    this.#account = account;
    this.#contract = contract;
  }

  // ---- for a payee

  /**
   * Raises the watermark of each voucher's channel to its ceiling, many in one transaction. What the contract would skip is
   * left out before anything is sent. Rows come in the order of the vouchers; no two may be of one channel.
   */
  commit(shown: readonly ShownVoucher[]): Promise<ShownRow[]> {
    return this.#show('commit', shown);
  }

  /** Collects what was charged under each voucher; `settle` sends it. Otherwise as `commit`. */
  claim(shown: readonly ShownVoucher[]): Promise<ShownRow[]> {
    return this.#show('claim', shown);
  }

  /** Sends a payee what was collected for it and not sent yet. */
  settle(payee: string, token: string): Promise<Sent> {
    return this.#call('settle', [addressOf(payee, 'payee'), addressOf(token, 'token')]);
  }

  // ---- for a payer

  /** Opens a channel of this key's account with its first deposit, which is approved for it. */
  async open(config: ChannelConfig, grains: number): Promise<Sent> {
    const amount = uintOf(grains, 'grains');
    const approve = encodeFunctionData({ abi: credit.abi, functionName: 'approve', args: [this.#contract, amount] });
    const receipt = await this.#queue.run(async (send) => {
      await send({ to: addressOf(config.token, 'token'), data: approve, what: 'token.approve' });
      return send(this.#encode('open', [configToChain(config), amount]));
    });
    return sentOf(receipt);
  }

  startExit(config: ChannelConfig): Promise<Sent> {
    return this.#call('startExit', [configToChain(config)]);
  }

  finishExit(config: ChannelConfig): Promise<Sent> {
    return this.#call('finishExit', [configToChain(config)]);
  }

  /** This account's signature counts for one more exit delay, then never again. */
  revokeSigner(config: ChannelConfig): Promise<Sent> {
    return this.#call('revokeSigner', [configToChain(config)]);
  }

  authoriseSession(key: string, endsAtMs: number): Promise<Sent> {
    return this.#call('authoriseSession', [`0x${key}`, uintOf(Math.floor(endsAtMs / 1_000), 'endsAtMs')]);
  }

  revokeSession(key: string): Promise<Sent> {
    return this.#call('revokeSession', [`0x${key}`]);
  }

  async #show(door: Door, shown: readonly ShownVoucher[]): Promise<ShownRow[]> {
    const rows: ShownRow[] = [];
    const rowsMax = ROWS_MAX[door];
    for (let at = 0; at < shown.length; at += rowsMax) {
      rows.push(...(await this.#showSome(door, shown.slice(at, at + rowsMax))));
    }
    return rows;
  }

  /** Asks the contract what it would do, then sends what it would take. */
  async #showSome(door: Door, shown: readonly ShownVoucher[]): Promise<ShownRow[]> {
    const asked = await this.#skipsOf(door, shown);
    const kept = shown.filter((_, index) => asked[index] === 'None');
    const sent = await this.#send(door, kept);
    return asked.map((reason, index) => sent.get(shown[index]!) ?? { outcome: 'skipped', reason, txHash: null });
  }

  /** What fails together is sent one by one: a wallet may burn more gas than when it was asked, and that of all others. */
  async #send(door: Door, kept: readonly ShownVoucher[]): Promise<Map<ShownVoucher, ShownRow>> {
    if (kept.length === 0) return new Map();
    try {
      const receipt = await this.#queue.run((send) => send(this.#encode(door, [kept.map(batchOf)])));
      return takenIn(receipt, kept);
    } catch (error) {
      if (!(error instanceof ChainRefusal) || error.revert === undefined) throw error;
      if (kept.length === 1) return new Map([[kept[0]!, { outcome: 'failed', reason: error.message }]]);
    }
    const rows = new Map<ShownVoucher, ShownRow>();
    for (const one of kept) for (const [shown, row] of await this.#send(door, [one])) rows.set(shown, row);
    return rows;
  }

  async #skipsOf(door: Door, shown: readonly ShownVoucher[]): Promise<ChannelSkip[]> {
    const query = { address: this.#contract, abi: channels.abi, account: this.#account, args: [shown.map(batchOf)] };
    const { result } = await asking(`channels.${door}`, () =>
      this.#rpc.simulateContract({ ...query, functionName: door } as never),
    );
    return (result as readonly number[]).map((skip) => SKIPS[skip]!);
  }

  async #call(method: string, args: readonly unknown[]): Promise<Sent> {
    return sentOf(await this.#queue.run((send) => send(this.#encode(method, args))));
  }

  #encode(method: string, args: readonly unknown[]) {
    const data = encodeFunctionData({ abi: channels.abi as Abi, functionName: method, args });
    return { to: this.#contract, data, what: `channels.${method}` };
  }
}

/** What the transaction did with each of its rows: the state may have moved since the contract was asked. */
function takenIn(receipt: TransactionReceipt, kept: readonly ShownVoucher[]): Map<ShownVoucher, ShownRow> {
  const rows = new Map<ShownVoucher, ShownRow>();
  const events = parseEventLogs({ abi: channels.abi, logs: receipt.logs });
  const txHash = receipt.transactionHash;
  const grainsById = new Map<string, bigint>();
  for (const { eventName, args } of events) {
    if (eventName === 'Committed') grainsById.set(hexOf(args.id), args.committedGrains);
    if (eventName === 'Claimed') grainsById.set(hexOf(args.id), args.claimedGrains);
    if (eventName === 'RowSkipped') {
      rows.set(kept[Number(args.index)]!, { outcome: 'skipped', reason: SKIPS[args.reason]!, txHash });
    }
  }
  for (const one of kept) {
    const grains = grainsById.get(one.voucher.channelId);
    if (grains !== undefined) rows.set(one, { outcome: 'taken', grains: Number(grains), txHash });
  }
  return rows;
}

/** One voucher as the contract takes it: a batch of one row, since rows share a batch only where they share a service. */
function batchOf({ config, voucher, signature, sessionKey, charge }: ShownVoucher) {
  const { service, payer, payerSigner, salt } = configToChain(config);
  const { payee, cumulativeGrains, deadlineMs, conditionHash } = voucher;
  const noCondition = { resolver: zeroAddress, terms: '0x', evidence: '0x' } as const;
  const countersignature: Hex = charge === null ? '0x' : `0x${toHex(charge.signature.bytes)}`;
  const extra = { sessionKey: `0x${sessionKey ?? ''}` as Hex, countersignature, condition: noCondition };
  const row = {
    payer,
    payerSigner,
    salt,
    voucher: {
      payee: addressOf(payee, 'voucher.payee'),
      cumulativeGrains: uintOf(cumulativeGrains, 'voucher.cumulativeGrains'),
      deadlineMs: uintOf(deadlineMs, 'voucher.deadlineMs'),
      conditionHash: bytes32Of(conditionHash ?? NO_HASH, 'voucher.conditionHash'),
    },
    chargedGrains: uintOf(charge?.chargedGrains ?? 0, 'charge.chargedGrains'),
    signature: `0x${toHex(signature.bytes)}` as Hex,
    extras: sessionKey === null && charge === null ? [] : [extra],
  };
  return { service, rows: [row] };
}

const NO_HASH = '0'.repeat(64);

function configToChain(config: ChannelConfig) {
  const { payee, payeeOperator, token, exitDelaySeconds, minConfirmations, policyHash } = config;
  const service = {
    payee: addressOf(payee, 'config.payee'),
    payeeOperator: addressOf(payeeOperator, 'config.payeeOperator'),
    token: addressOf(token, 'config.token'),
    exitDelaySeconds: uintOf(exitDelaySeconds, 'config.exitDelaySeconds'),
    minConfirmations: uint32Of(minConfirmations, 'config.minConfirmations'),
    policyHash: bytes32Of(policyHash, 'config.policyHash'),
  };
  const payerSigner: Hex = `0x${config.payerSigner}`;
  const [payer, salt] = [addressOf(config.payer, 'config.payer'), bytes32Of(config.salt, 'config.salt')];
  return { service, payer, payerSigner, salt };
}

function sentOf({ transactionHash, blockNumber }: TransactionReceipt): Sent {
  return { txHash: transactionHash, blockNumber: Number(blockNumber) };
}
