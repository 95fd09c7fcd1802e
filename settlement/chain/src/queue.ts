import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Address,
  concatHex,
  type Hex,
  keccak256,
  type LocalAccount,
  numberToHex,
  parseTransaction,
  type TransactionReceipt,
  type TransactionSerializableEIP1559,
} from 'viem';
import { wrongChain } from './address-book.ts';
import { ChainRefusal } from './refusal.ts';
import { asking, type Rpc, revertedRefusal } from './rpc.ts';
import { fileJournal, memoryJournal, type SendJournal, type SignedSend } from './send-journal.ts';

/** A transaction before it has a nonce. */
export interface Call {
  /** Left out: creates a contract. */
  readonly to?: Address;
  readonly data?: Hex;
  readonly value?: bigint;
  /** For what the contract tries and does without: an estimate finds the least gas that succeeds, and that is without. */
  readonly spareGas?: bigint;
  /** What it is, for messages. */
  readonly what: string;
}

export type Send = (call: Call) => Promise<TransactionReceipt>;

export interface QueueOptions {
  /** What was signed; in memory by default. */
  readonly journal?: SendJournal;
  /** The only chain to sign for; by default the node's. */
  readonly chainId?: number;
  readonly minedWithinMs?: number;
  /** A transaction that is not mined after this long is handed in again, dearer where fees have risen. */
  readonly resendMs?: number;
  /** Short outages while waiting are sat out; asking again after a longer one is the caller's decision. */
  readonly outageMsMax?: number;
}

const POLL_MS_MIN = 20;
const POLL_MS_MAX = 1_000;
const RESEND_MS = 2_000;
const MINED_WITHIN_MS = 180_000;
const OUTAGE_MS_MAX = 10_000;
const NONCE_ATTEMPTS = 5;
const GAS_MARGIN_PERCENT = 125n;
/** EIP-7825: no transaction may ask for more. */
const GAS_MAX = 16_777_216n;
/** Nodes take a second transaction of a nonce that pays a tenth more; fees that rose by less are waited out. */
const SPIKE_PERCENT = 110n;
const BUMP_PERCENT = 113n;
/**
 * Looks for a receipt of our own, after a nonce was used, before it is held to be another program's: 2 s, since behind a
 * balancer one node may know of a block what the next does not.
 */
const OWN_LOOKS = 10;

/** Where a transaction is: signed only, in a node's pool, kept out by another one of its nonce, or too late for it. */
type Place = 'unsent' | 'pooled' | 'contested' | 'used';

/**
 * One key's transactions, one at a time: the next is made when the one before is mined. What is signed is written down
 * before it is sent; after a crash or an outage it is brought home before anything else is signed, so no nonce ever has
 * two meanings and nothing is sent twice.
 */
export class SendQueue {
  readonly #rpc: Rpc;
  readonly #account: LocalAccount;
  readonly #options: QueueOptions;
  #journal: SendJournal;
  #hasFile = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(rpc: Rpc, account: LocalAccount, options: QueueOptions = {}) {
    this.#rpc = rpc;
    this.#account = account;
    this.#options = options;
    this.#journal = options.journal ?? memoryJournal();
  }

  /** Writes down what it signs in a file from now on; a key that has its file already stays with it. */
  keepIn(path: string): void {
    if (this.#hasFile) return;
    this.#hasFile = true;
    this.#last = this.#last.then(async () => {
      const [before, journal] = [this.#journal, fileJournal(path)];
      this.#journal = journal;
      const left = await before.read();
      if (left !== null) await journal.write(left);
    });
    this.#last.catch(() => {}); // the next call hears of it
  }

  /**
   * Runs `job` when everything before it is done; nothing else of this key is sent in between.
   * `send` resolves when the transaction is mined and succeeded. A call that says the same as one that was signed before,
   * and whose end nobody was told, is that one.
   * Errors of `send`: CHAIN-REVERTED, CHAIN-OUT-OF-GAS-MONEY, CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED, CHAIN-NOT-MINED,
   * CHAIN-WRONG-CHAIN-ID, CHAIN-SEND-JOURNAL. After all but the first, asking again for the same never sends it twice.
   */
  run<Answer>(job: (send: Send) => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(() => job((call) => this.#send(call)));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #send(call: Call): Promise<TransactionReceipt> {
    const chainId = await this.#checkedChainId();
    const left = await this.#left(chainId);
    const brought = left && (await this.#bringHome(left, false));
    if (brought?.status === 'success' && left!.callHash === callHash(call)) return brought;
    for (let attempt = 0; attempt < NONCE_ATTEMPTS; attempt++) {
      const entry = await this.#sign(call, chainId);
      await this.#journal.write(entry);
      const receipt = await this.#bringHome(entry, true);
      if (receipt === null) continue; // another program used the nonce
      if (receipt.status === 'success') return receipt;
      throw await this.#reasonOf(call, receipt);
    }
    throw notMined(call.what, 'a nonce of its own', 'another sender with the same key');
  }

  /** What was signed and is not known to be mined. */
  async #left(chainId: number): Promise<SignedSend | null> {
    const left = await this.#journal.read();
    const account = this.#account.address.toLowerCase();
    if (left === null || (left.chainId === chainId && left.account === account)) return left;
    throw new ChainRefusal('CHAIN-SEND-JOURNAL', {
      where: this.#journal.place,
      expected: `${account} on chain ${chainId}`,
      got: `${left.account} on chain ${left.chainId}`,
    });
  }

  async #checkedChainId(): Promise<number> {
    const got = await asking('eth_chainId', () => this.#rpc.getChainId());
    const { chainId = got } = this.#options;
    if (got !== chainId) throw wrongChain(chainId, got);
    return got;
  }

  /** Asking for the gas runs the call, so what would revert is refused here, before it costs anything. */
  async #sign(call: Call, chainId: number): Promise<SignedSend> {
    const from = this.#account.address;
    const request = requestOf(call);
    const [gas, fees, nonce] = await this.#paying(call.what, () =>
      Promise.all([
        this.#rpc.estimateGas({ account: from, ...request }),
        this.#rpc.estimateFeesPerGas(),
        // Not behind what waits in a pool: were that dropped, this one would wait for ever.
        this.#rpc.getTransactionCount({ address: from, blockTag: 'latest' }),
      ]),
    );
    const padded = (gas * GAS_MARGIN_PERCENT) / 100n + (call.spareGas ?? 0n);
    const transaction = { ...request, ...fees, gas: padded < GAS_MAX ? padded : GAS_MAX, nonce, chainId };
    await this.#checkMoney(call.what, transaction.gas * fees.maxFeePerGas + (call.value ?? 0n));
    const signed = await this.#account.signTransaction({ ...transaction, type: 'eip1559' });
    const { what } = call;
    return { chainId, account: from.toLowerCase(), nonce, what, callHash: callHash(call), attempts: [signed] };
  }

  /** Looked at before signing, since a node may take what it cannot carry out, and keep it. */
  async #checkMoney(what: string, neededWei: bigint): Promise<void> {
    const wei = await this.#balance();
    if (wei < neededWei) throw broke(what, `${neededWei} wei for gas and value`, wei);
  }

  #balance(): Promise<bigint> {
    return asking('eth_getBalance', () => this.#rpc.getBalance({ address: this.#account.address }));
  }

  /** As `asking`, and says what there is where it is not enough. */
  async #paying<Answer>(what: string, request: () => Promise<Answer>): Promise<Answer> {
    try {
      return await asking(what, request);
    } catch (error) {
      if (!(error instanceof ChainRefusal) || error.code !== 'CHAIN-OUT-OF-GAS-MONEY') throw error;
      throw broke(what, 'enough wei for gas and value', await this.#balance(), error);
    }
  }

  /**
   * Has what was signed mined, however often it must be handed in. Null when another program's transaction took the nonce.
   * `isNew`: signed a moment ago, at the fees of now.
   */
  async #bringHome(entry: SignedSend, isNew: boolean): Promise<TransactionReceipt | null> {
    const { minedWithinMs = MINED_WITHIN_MS, resendMs = RESEND_MS, outageMsMax = OUTAGE_MS_MAX } = this.#options;
    const startMs = performance.now();
    let current = entry;
    let place: Place = isNew ? 'unsent' : 'contested';
    let [pollMs, sentMs, answeredMs, looks] = [POLL_MS_MIN, startMs, startMs, 0];
    while (performance.now() - startMs < minedWithinMs) {
      try {
        if (place === 'unsent') place = await this.#submit(current);
        const receipt = await this.#receiptOf(current);
        if (receipt !== null) return await this.#settled(receipt);
        if (place === 'used' && ++looks === OWN_LOOKS) return await this.#settled(null);
        if (place !== 'pooled' || performance.now() - sentMs > resendMs) {
          if (place !== 'used') current = await this.#dearer(current);
          place = await this.#submit(current);
          sentMs = performance.now();
        }
        answeredMs = performance.now();
      } catch (error) {
        if (!isOutage(error) || performance.now() - answeredMs > outageMsMax) throw error;
      }
      await sleep(pollMs);
      pollMs = Math.min(pollMs * 1.5, POLL_MS_MAX);
    }
    throw notMined(entry.what, `a block within ${minedWithinMs / 1000} s`, keccak256(current.attempts.at(-1)!));
  }

  async #settled(receipt: TransactionReceipt | null): Promise<TransactionReceipt | null> {
    await this.#journal.write(null);
    return receipt;
  }

  /** Hands in the dearest attempt. A node that has it says so, and one that dropped it takes it back. */
  async #submit({ attempts, what }: SignedSend): Promise<Place> {
    try {
      await this.#paying(what, () => this.#rpc.sendRawTransaction({ serializedTransaction: attempts.at(-1)! }));
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      if (/nonce too low/i.test(message)) return 'used';
      if (/underpriced/i.test(message)) return 'contested';
      if (!/already (known|imported)/i.test(message)) throw error;
    }
    return 'pooled';
  }

  /** With one more attempt, written down already, where fees have risen so far that the last one may wait for ever. */
  async #dearer(entry: SignedSend): Promise<SignedSend> {
    const fees = await asking('eth_feeHistory', () => this.#rpc.estimateFeesPerGas());
    const { maxFeePerGas, maxPriorityFeePerGas, ...last } = parseTransaction(
      entry.attempts.at(-1)!,
    ) as TransactionSerializableEIP1559;
    if (fees.maxFeePerGas * 100n < maxFeePerGas! * SPIKE_PERCENT) return entry;
    const signed = await this.#account.signTransaction({
      ...last,
      r: undefined,
      s: undefined,
      yParity: undefined,
      v: undefined,
      type: 'eip1559',
      maxFeePerGas: bumped(maxFeePerGas!, fees.maxFeePerGas),
      maxPriorityFeePerGas: bumped(maxPriorityFeePerGas ?? 0n, fees.maxPriorityFeePerGas),
    } as TransactionSerializableEIP1559);
    const next = { ...entry, attempts: [...entry.attempts, signed] };
    await this.#journal.write(next);
    return next;
  }

  /** Of whichever attempt a block took. */
  async #receiptOf({ attempts }: SignedSend): Promise<TransactionReceipt | null> {
    for (const attempt of attempts.toReversed()) {
      const receipt = await this.#receipt(keccak256(attempt));
      if (receipt !== null) return receipt;
    }
    return null;
  }

  async #receipt(hash: Hex): Promise<TransactionReceipt | null> {
    const found = await asking('eth_getTransactionReceipt', () =>
      this.#rpc.getTransactionReceipt({ hash }).catch((error: Error) => {
        if (error.name === 'TransactionReceiptNotFoundError') return null;
        throw error;
      }),
    );
    return found;
  }

  /** The error of a mined transaction that failed: the state moved between asking for the gas and its block. */
  async #reasonOf(call: Call, receipt: TransactionReceipt): Promise<unknown> {
    try {
      await asking(call.what, () => this.#rpc.call({ account: this.#account.address, ...requestOf(call) }));
    } catch (error) {
      return error;
    }
    return revertedRefusal('0x', `${call.what} in ${receipt.transactionHash}`);
  }
}

const queues = new Map<string, SendQueue>();

/** The one queue of a key on a chain in this process, however many senders are opened. */
export function queueOf(
  rpc: Rpc,
  rpcUrl: string,
  account: LocalAccount,
  { chainId, journalFile }: { readonly chainId?: number; readonly journalFile?: string } = {},
): SendQueue {
  const key = `${rpcUrl} ${account.address}`;
  const queue = queues.get(key) ?? new SendQueue(rpc, account, chainId === undefined ? {} : { chainId });
  queues.set(key, queue);
  if (journalFile !== undefined) queue.keepIn(journalFile);
  return queue;
}

function requestOf({ to, data, value }: Call) {
  return { ...(to && { to }), ...(data && { data }), ...(value && { value }) };
}

function callHash({ to, data, value }: Call): Hex {
  return keccak256(concatHex([to ?? '0x', numberToHex(value ?? 0n, { size: 32 }), data ?? '0x']));
}

function bumped(signed: bigint, asked: bigint): bigint {
  const least = (signed * BUMP_PERCENT) / 100n + 1n;
  return asked > least ? asked : least;
}

function isOutage(error: unknown): boolean {
  return error instanceof ChainRefusal && ['CHAIN-RPC-UNREACHABLE', 'CHAIN-RPC-LIMITED'].includes(error.code);
}

function broke(where: string, expected: string, wei: bigint, cause?: unknown): ChainRefusal {
  return new ChainRefusal('CHAIN-OUT-OF-GAS-MONEY', { where, expected, got: `${wei} wei`, cause });
}

function notMined(where: string, expected: string, got: string): ChainRefusal {
  return new ChainRefusal('CHAIN-NOT-MINED', { where, expected, got });
}
