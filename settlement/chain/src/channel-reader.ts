import type { DigestSignature } from '@stannary/wire';
import {
  type Address,
  bytesToHex,
  decodeEventLog,
  encodeFunctionData,
  type Hex,
  pad,
  parseAbi,
  recoverAddress,
  toEventSelector,
} from 'viem';
import { type EventLog, readLogs } from './events.ts';
import { channels } from './generated/contracts.ts';
import { isPassing } from './patience.ts';
import { asking, openRpc, type Rpc } from './rpc.ts';
import { addressOf, bytes32Of, grainsOf, hexOf, numberOf } from './values.ts';

/** A channel that its payee may look at. */
export interface ChannelOnChain {
  readonly phase: 'open' | 'exiting' | 'closed';
  /** Paid in at least `confirmations` blocks ago; what came later does not count yet. */
  readonly confirmedGrains: number;
  readonly claimedGrains: number;
  readonly committedGrains: number;
  /** On the contract's clock, which stands still in a pause; null unless it is exiting. */
  readonly exitEndsAtMs: number | null;
  readonly isExitExtended: boolean;
  /** True once the payer revoked the config's signer: it signs nothing new. */
  readonly isSignerRevoked: boolean;
}

/** What may keep a voucher from being shown for ever, unless it is shown in time. */
export interface ChannelAlarms {
  /** Channels whose payer started an exit or revoked the signer, and that were not closed since. */
  readonly channelIds: readonly string[];
  /** Payers that revoked a session key. */
  readonly payers: readonly string[];
  /** From where to ask next time: what is before it is final. */
  readonly nextBlock: number;
  /** The newest block's time. */
  readonly atMs: number;
}

export interface ChannelPlace {
  readonly rpcUrl: string;
  /** The Channels contract, 0x and lower case. */
  readonly contract: string;
  /** Nothing of the contract is in an earlier block. */
  readonly deploymentBlock: number;
}

/** What the chain knows of a session key. */
export interface SessionState {
  /** 0 for a key that was never authorised. */
  readonly endsAtMs: number;
  /** True from its revocation on, though what it signed before can be shown for one more exit delay. */
  readonly isRevoked: boolean;
}

/** A payer's session key. */
export interface SessionKey {
  /** P-256, x ‖ y, 128 hex characters. */
  readonly key: string;
  readonly endsAtMs: number;
}

const OPENED = toEventSelector(
  'ChannelOpened(bytes32,address,address,uint128,((address,address,address,uint64,uint32,bytes32),address,bytes,bytes32))',
);
const DEPOSITS = [OPENED, toEventSelector('ToppedUp(bytes32,address,uint128,uint128)')];
const AUTHORISED = toEventSelector('SessionAuthorised(address,bytes32,bytes,uint64)');
const [EXIT_STARTED, SIGNER_REVOKED, SESSION_REVOKED, CLOSED] = [
  'ExitStarted(bytes32,uint64)',
  'SignerRevoked(bytes32,uint64)',
  'SessionRevoked(address,bytes32,uint64)',
  'ChannelClosed(bytes32,uint128,uint128)',
].map((signature) => toEventSelector(signature)) as [Hex, Hex, Hex, Hex];
const PHASES = [null, 'open', 'exiting', 'closed'] as const;
const WALLET = parseAbi(['function isValidSignature(bytes32, bytes) view returns (bytes4)']);
/** ERC-1271, padded to a word. */
const WALLET_AGREES = pad('0x1626ba7e', { dir: 'right', size: 32 });
/** As the contract asks, less what a transaction costs by itself: what is accepted here is accepted there. */
const WALLET_GAS_MAX = 300_000n;

/**
 * Reads payment channels as their payees should: deposits only once they are deep enough, exits and revocations at once.
 * Errors of every method: CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED, CHAIN-RANGE.
 */
export class ChannelReader {
  readonly #rpc: Rpc;
  readonly #contract: Address;
  readonly #deploymentBlock: number;

  constructor({ rpcUrl, contract, deploymentBlock }: ChannelPlace) {
    this.#rpc = openRpc(rpcUrl);
    this.#contract = addressOf(contract, 'contract');
    this.#deploymentBlock = deploymentBlock;
  }

  /** A channel by its id, 64 hex characters; null while the newest block has none. */
  async channel(id: string, confirmations: number): Promise<ChannelOnChain | null> {
    const channelId = bytes32Of(id, 'channelId');
    const [head, state] = await asking('channels.stateOf', () =>
      Promise.all([
        this.#rpc.getBlockNumber({ cacheTime: 0 }),
        this.#rpc.readContract({ ...this.#door, functionName: 'stateOf', args: [channelId] }),
      ]),
    );
    const phase = PHASES[state.phase];
    if (phase === null || phase === undefined) return null;
    const range = { fromBlock: Number(state.openedAtBlock), toBlock: Number(head) - confirmations };
    const confirmed = await this.#deposits(channelId, range);
    // Less where a payer took out what was free, or the channel is closed.
    const countable = confirmed < state.depositedGrains ? confirmed : state.depositedGrains;
    return {
      phase,
      confirmedGrains: grainsOf(countable, 'depositedGrains'),
      claimedGrains: grainsOf(state.claimedGrains, 'claimedGrains'),
      committedGrains: grainsOf(state.committedGrains, 'committedGrains'),
      exitEndsAtMs: phase === 'exiting' ? numberOf(state.exitEndsAt * 1_000n, 'exitEndsAt') : null,
      isExitExtended: state.isExitExtended,
      isSignerRevoked: state.signerEndsAt !== 0n,
    };
  }

  /** The keys that a payer has authorised, has not revoked, and that are good at a time. */
  async sessionKeys(payer: string, atMs: number): Promise<SessionKey[]> {
    const topics = [AUTHORISED, pad(addressOf(payer, 'payer'))];
    const toBlock = Number(await asking('eth_blockNumber', () => this.#rpc.getBlockNumber({ cacheTime: 0 })));
    const logs = await readLogs(
      this.#rpc,
      { address: this.#contract, topics },
      { fromBlock: this.#deploymentBlock, toBlock },
    );
    const keys = new Set(logs.map(authorisedKey));
    const sessions = await Promise.all([...keys].map((key) => this.#session(payer as Address, key)));
    return sessions.flatMap(({ key, endsAtMs, isRevoked }) =>
      isRevoked || endsAtMs <= atMs ? [] : [{ key: key.slice(2), endsAtMs }],
    );
  }

  /** A payer's session key, x ‖ y, 128 hex characters. */
  async session(payer: string, key: string): Promise<SessionState> {
    const { endsAtMs, isRevoked } = await this.#session(addressOf(payer, 'payer'), `0x${key}`);
    return { endsAtMs, isRevoked };
  }

  /**
   * What happened from a block on, or from the deployment where it is null. Blocks that may still be replaced are read again
   * each time, so an alarm of a block that went away is a false one: look at the channel.
   */
  async alarms(fromBlock: number | null): Promise<ChannelAlarms> {
    const [head, final] = await asking('eth_getBlockByNumber', () =>
      Promise.all([this.#rpc.getBlock(), this.#rpc.getBlock({ blockTag: 'finalized' })]),
    );
    const topics = [[EXIT_STARTED, SIGNER_REVOKED, SESSION_REVOKED, CLOSED]];
    const range = { fromBlock: fromBlock ?? this.#deploymentBlock, toBlock: Number(head.number) };
    const channelIds = new Set<string>();
    const payers = new Set<string>();
    for (const { topics: said } of await readLogs(this.#rpc, { address: this.#contract, topics }, range)) {
      const [event, subject] = said as [Hex, Hex];
      if (event === CLOSED) channelIds.delete(hexOf(subject));
      else if (event === SESSION_REVOKED) payers.add(`0x${subject.slice(-40)}`);
      else channelIds.add(hexOf(subject));
    }
    const nextBlock = Math.max(range.fromBlock, Number(final.number) + 1);
    return { channelIds: [...channelIds], payers: [...payers], nextBlock, atMs: Number(head.timestamp) * 1_000 };
  }

  /** Whose channel it is; null while the newest block has none. */
  async payeeOf(id: string): Promise<string | null> {
    const channelId = bytes32Of(id, 'channelId');
    const { openedAtBlock } = await asking('channels.stateOf', () =>
      this.#rpc.readContract({ ...this.#door, functionName: 'stateOf', args: [channelId] }),
    );
    const range = { fromBlock: Number(openedAtBlock), toBlock: Number(openedAtBlock) };
    const [opened] = await readLogs(this.#rpc, { address: this.#contract, topics: [OPENED, channelId] }, range);
    return opened === undefined ? null : `0x${opened.topics[3]!.slice(-40)}`;
  }

  /**
   * Whether an account signed, as the contract finds it: by its key, or by its code (ERC-1271) with bounded gas. A contract
   * that fails, answers something else or needs more gas has not signed.
   */
  async isSignedBy(account: string, digest: Uint8Array, signature: DigestSignature): Promise<boolean> {
    if (signature.signer === 'p256') return false;
    const [hash, bytes] = [bytesToHex(digest), bytesToHex(signature.bytes)];
    if (signature.signer === 'ecdsa') {
      const recovered = await recoverAddress({ hash, signature: bytes }).catch(() => null);
      if (recovered?.toLowerCase() === account) return true;
    }
    const data = encodeFunctionData({ abi: WALLET, args: [hash, bytes] });
    const to = addressOf(account, 'account');
    try {
      const answer = await asking('isValidSignature', () => this.#rpc.call({ to, data, gas: WALLET_GAS_MAX }));
      return answer.data?.slice(0, 66) === WALLET_AGREES;
    } catch (error) {
      if (isPassing(error)) throw error;
      return false;
    }
  }

  get #door() {
    return { address: this.#contract, abi: channels.abi } as const;
  }

  async #deposits(id: Hex, range: { readonly fromBlock: number; readonly toBlock: number }): Promise<bigint> {
    const found = await Promise.all(
      DEPOSITS.map((topic) => readLogs(this.#rpc, { address: this.#contract, topics: [topic, id] }, range)),
    );
    return found.flat().reduce((sum, log) => sum + depositOf(log), 0n);
  }

  async #session(payer: Address, key: Hex) {
    const query = { ...this.#door, functionName: 'sessionOf', args: [payer, key] } as const;
    const [endsAt, revokedAt] = await asking('channels.sessionOf', () => this.#rpc.readContract(query));
    return { key, endsAtMs: numberOf(endsAt * 1_000n, 'endsAt'), isRevoked: revokedAt !== 0n };
  }
}

function depositOf({ data, topics }: EventLog): bigint {
  const event = decodeEventLog({ abi: channels.abi, data, topics });
  return event.eventName === 'ChannelOpened' || event.eventName === 'ToppedUp' ? event.args.grains : 0n;
}

function authorisedKey({ data, topics }: EventLog): Hex {
  const { args } = decodeEventLog({ abi: channels.abi, eventName: 'SessionAuthorised', data, topics });
  return args.key;
}
