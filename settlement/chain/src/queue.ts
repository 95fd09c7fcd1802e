import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, type Hex, keccak256, type LocalAccount, type TransactionReceipt } from 'viem';
import { ChainRefusal } from './refusal.ts';
import { asking, type Rpc, revertedRefusal } from './rpc.ts';

/** A transaction before it has a nonce. */
export interface Call {
  /** Left out: creates a contract. */
  readonly to?: Address;
  readonly data?: Hex;
  readonly value?: bigint;
  /** What it is, for messages. */
  readonly what: string;
}

export type Send = (call: Call) => Promise<TransactionReceipt>;

const POLL_MS_MIN = 20;
const POLL_MS_MAX = 1_000;
/** A transaction that the node no longer knows is handed in again. */
const RESEND_MS = 2_000;
const MINED_WITHIN_MS = 180_000;
/** Short outages while waiting are sat out; sending again after a longer one is the caller's decision. */
const OUTAGE_MS_MAX = 10_000;
const NONCE_ATTEMPTS = 5;
const GAS_MARGIN_PERCENT = 125n;
/** EIP-7825: no transaction may ask for more. */
const GAS_MAX = 16_777_216n;

/** One key's transactions, one at a time: the next is made when the one before is mined. */
export class SendQueue {
  readonly #rpc: Rpc;
  readonly #account: LocalAccount;
  readonly #minedWithinMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(rpc: Rpc, account: LocalAccount, minedWithinMs = MINED_WITHIN_MS) {
    this.#rpc = rpc;
    this.#account = account;
    this.#minedWithinMs = minedWithinMs;
  }

  /**
   * Runs `job` when everything before it is done; nothing else of this key is sent in between.
   * `send` resolves when the transaction is mined and succeeded. Errors of `send`: CHAIN-REVERTED, CHAIN-OUT-OF-GAS-MONEY,
   * CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
   */
  run<Answer>(job: (send: Send) => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(() => job((call) => this.#send(call)));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #send(call: Call): Promise<TransactionReceipt> {
    for (let attempt = 0; attempt < NONCE_ATTEMPTS; attempt++) {
      const signed = await this.#sign(call);
      if (!(await this.#submit(signed, call.what))) continue; // another program used the nonce first
      const receipt = await this.#mined(signed, call.what);
      if (receipt === null) continue;
      if (receipt.status === 'success') return receipt;
      throw await this.#reasonOf(call, receipt);
    }
    throw notMined(call.what, 'a nonce of its own', 'another sender with the same key');
  }

  /** Asking for the gas runs the call, so what would revert is refused here, before it costs anything. */
  async #sign(call: Call): Promise<Hex> {
    const { to, data, value } = call;
    const from = this.#account.address;
    const request = { account: from, ...(to && { to }), ...(data && { data }), ...(value && { value }) };
    const [gas, fees, nonce, chainId] = await asking(call.what, () =>
      Promise.all([
        this.#rpc.estimateGas(request),
        this.#rpc.estimateFeesPerGas(),
        this.#rpc.getTransactionCount({ address: from, blockTag: 'pending' }),
        this.#rpc.getChainId(),
      ]),
    );
    const padded = (gas * GAS_MARGIN_PERCENT) / 100n;
    const transaction = { ...request, ...fees, gas: padded < GAS_MAX ? padded : GAS_MAX, nonce, chainId };
    return this.#account.signTransaction({ ...transaction, type: 'eip1559' });
  }

  /** False when the nonce was used by another transaction meanwhile. */
  async #submit(signed: Hex, what: string): Promise<boolean> {
    try {
      await asking(what, () => this.#rpc.sendRawTransaction({ serializedTransaction: signed }));
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      if (/already (known|imported)/i.test(message)) return true;
      if (/nonce too low|underpriced/i.test(message)) return (await this.#receipt(keccak256(signed))) !== null;
      throw error;
    }
    return true;
  }

  /** Null when another transaction took the nonce after all. */
  async #mined(signed: Hex, what: string): Promise<TransactionReceipt | null> {
    const hash = keccak256(signed);
    const startMs = performance.now();
    let [pollMs, sentMs, answeredMs] = [POLL_MS_MIN, startMs, startMs];
    while (performance.now() - startMs < this.#minedWithinMs) {
      try {
        const receipt = await this.#receipt(hash);
        if (receipt !== null) return receipt;
        if (performance.now() - sentMs > RESEND_MS) {
          // A node that still has it says so, and one that dropped it takes it back.
          if (!(await this.#submit(signed, what))) return null;
          sentMs = performance.now();
        }
        answeredMs = performance.now();
      } catch (error) {
        if (performance.now() - answeredMs > OUTAGE_MS_MAX) throw error;
      }
      await sleep(pollMs);
      pollMs = Math.min(pollMs * 1.5, POLL_MS_MAX);
    }
    throw notMined(what, `a block within ${this.#minedWithinMs / 1000} s`, hash);
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
  async #reasonOf({ to, data, value, what }: Call, receipt: TransactionReceipt): Promise<unknown> {
    const from = this.#account.address;
    const request = { account: from, ...(to && { to }), ...(data && { data }), ...(value && { value }) };
    try {
      await asking(what, () => this.#rpc.call(request));
    } catch (error) {
      return error;
    }
    return revertedRefusal('0x', `${what} in ${receipt.transactionHash}`);
  }
}

const queues = new Map<string, SendQueue>();

/** The one queue of a key on a chain in this process, however many senders are opened. */
export function queueOf(rpc: Rpc, rpcUrl: string, account: LocalAccount): SendQueue {
  const key = `${rpcUrl} ${account.address}`;
  const queue = queues.get(key) ?? new SendQueue(rpc, account);
  queues.set(key, queue);
  return queue;
}

function notMined(where: string, expected: string, got: string): ChainRefusal {
  return new ChainRefusal('CHAIN-NOT-MINED', { where, expected, got });
}
