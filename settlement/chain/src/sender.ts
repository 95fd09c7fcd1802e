import { normaliseLowS, toHex } from '@stannary/wire';
import {
  type Abi,
  encodeFunctionData,
  encodePacked,
  type Hex,
  hexToBytes,
  parseEventLogs,
  type TransactionReceipt,
  zeroAddress,
} from 'viem';
import { signerOf } from './account.ts';
import { type AddressBook, type ContractName, chainIdOf, contractAddress } from './address-book.ts';
import { revealCall } from './era-asks.ts';
import { challengeCall, type EraChallenge, treeNumber } from './era-challenge.ts';
import { type EraHeader, headerToChain, type PayoutProof, proofToChain } from './era-header.ts';
import type { EraTreeName } from './era-leaf.ts';
import type { AskedLeaf } from './era-shown.ts';
import type { EraTrees, SettledBatch } from './era-trees.ts';
import { bondVault, credit, eraChallenges, nodeRegistry, settlement, workToken } from './generated/contracts.ts';
import { queueOf, type Send, type SendQueue } from './queue.ts';
import { ChainReader } from './reader.ts';
import { ChainRefusal } from './refusal.ts';
import { asking, openRpc, type Rpc } from './rpc.ts';
import { addressOf, bytes32Of, nameBytes, pointOf, uint32Of, uintOf } from './values.ts';

/** A transaction that was mined and succeeded. */
export interface Sent {
  readonly txHash: string;
  readonly blockNumber: number;
}

export interface SenderOptions {
  readonly rpcUrl: string;
  /** 0x and 64 hex characters. */
  readonly privateKey: string;
  readonly addressBook: AddressBook;
  /**
   * Keeps what was signed and is not mined yet, so that a restart neither loses nor repeats it; the key's own file.
   * In memory when it is left out; the first file that a process names for a key holds.
   */
  readonly journalFile?: string;
}

export interface NodeRegistration {
  /** The device's SubjectPublicKeyInfo, DER, hex. */
  readonly spki: string;
  readonly className: string;
  /** 1 software key, 2 hardware key, 3 trusted execution. */
  readonly evidenceLevel: number;
  readonly milliNcu: number;
  /** The device's ES256 signature (r ‖ s, 64 bytes) over `registrationMessage`; a high s is brought down here. */
  readonly proof: Uint8Array;
}

export interface SlashProposal {
  readonly nodeId: string;
  /** At most this much is held; less where there is less. */
  readonly grains: number;
  /** 1–32 of a–z, 0–9 and hyphen. */
  readonly offence: string;
  /** SHA-256 of the published evidence. */
  readonly evidenceHash: string;
  /** Gets the challenger's share. */
  readonly challenger: string;
}

const REGISTRATION_TAG = 'stannary/node-registration/v1';
const ABIS = { workToken, credit, nodeRegistry, bondVault, settlement, eraChallenges };

/**
 * What a device signs (ES256 over SHA-256 of these bytes) so that `operator` may register it in this network.
 * Errors: CHAIN-RANGE.
 */
export function registrationMessage(parties: { addressBook: AddressBook; operator: string }): Uint8Array {
  const { addressBook, operator } = parties;
  const chainId = BigInt(chainIdOf(addressBook.chain));
  const registry = contractAddress(addressBook, 'nodeRegistry');
  const types = ['string', 'uint256', 'address', 'address'] as const;
  return hexToBytes(encodePacked(types, [REGISTRATION_TAG, chainId, registry, addressOf(operator, 'operator')]));
}

/** Opens a key for sending. All senders of one key in this process share one queue. Errors: CHAIN-RANGE. */
export function openSender({ rpcUrl, privateKey, addressBook, journalFile }: SenderOptions): ChainSender {
  const rpc = openRpc(rpcUrl);
  const account = signerOf(privateKey);
  const chainId = chainIdOf(addressBook.chain);
  const queue = queueOf(rpc, rpcUrl, account, { chainId, ...(journalFile !== undefined && { journalFile }) });
  return new ChainSender(rpc, queue, account.address.toLowerCase() as Hex, addressBook);
}

/**
 * Sends one key's transactions, in the order of the calls; each method resolves when its transaction is mined.
 * Errors of every method: CHAIN-RANGE, CHAIN-REVERTED (`revert` has the contract's error), CHAIN-WRONG-CHAIN-ID,
 * CHAIN-SEND-JOURNAL; CHAIN-OUT-OF-GAS-MONEY, CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED and CHAIN-NOT-MINED, after which
 * it may still be mined: the same call again goes on with it, any other call first brings it home.
 */
export class ChainSender {
  /** 0x, lower case. */
  readonly account: string;
  readonly #rpc: Rpc;
  readonly #queue: SendQueue;
  readonly #addressBook: AddressBook;
  /** For what a claim needs beside its proof. */
  readonly #reader: ChainReader;

  constructor(rpc: Rpc, queue: SendQueue, account: Hex, addressBook: AddressBook) {
    this.#rpc = rpc;
    this.#queue = queue;
    this.account = account;
    this.#addressBook = addressBook;
    this.#reader = new ChainReader(rpc, addressBook);
  }

  // ---- tokens

  /** Sends the chain's own coin, which pays for gas. */
  sendGasMoney(to: string, wei: bigint): Promise<Sent> {
    return this.#sending(async (send) => send({ to: addressOf(to, 'to'), value: wei, what: 'sendGasMoney' }));
  }

  transferTokens(to: string, grains: number): Promise<Sent> {
    return this.#call('workToken', 'transfer', [addressOf(to, 'to'), uintOf(grains, 'grains')]);
  }

  transferCredits(to: string, grains: number): Promise<Sent> {
    return this.#call('credit', 'transfer', [addressOf(to, 'to'), uintOf(grains, 'grains')]);
  }

  /** This key's own work tokens, those that it has bonded left out; grains. */
  tokenBalance(): Promise<bigint> {
    return this.#read('workToken', 'balanceOf', [this.account]);
  }

  /** This key's own credits, not those that it has deposited; grains. */
  creditBalance(): Promise<bigint> {
    return this.#read('credit', 'balanceOf', [this.account]);
  }

  /** The credit's issuer only. */
  mintCredits(to: string, grains: number): Promise<Sent> {
    return this.#call('credit', 'mint', [addressOf(to, 'to'), uintOf(grains, 'grains')]);
  }

  // ---- nodes and bonds; methods that move tokens approve them first where that is wanting

  /** Registers a node for this key's account, which pays the id fee in work tokens. */
  async registerNode({ spki, className, evidenceLevel, milliNcu, proof }: NodeRegistration): Promise<Sent> {
    const { x, y } = pointOf(spki);
    const signature = toHex(normaliseLowS(proof));
    const [r, s] = [`0x${signature.slice(0, 64)}`, `0x${signature.slice(64)}`];
    const level = uint32Of(evidenceLevel, 'evidenceLevel', 255);
    const args = [x, y, nameBytes(className, 'className'), level, uint32Of(milliNcu, 'milliNcu'), r, s];
    const fee = await this.#read('nodeRegistry', 'registrationFeeGrains', []);
    return this.#spending('workToken', fee, 'nodeRegistry', 'register', args);
  }

  suspendNode(nodeId: string): Promise<Sent> {
    return this.#call('nodeRegistry', 'suspend', [bytes32Of(nodeId, 'nodeId')]);
  }

  resumeNode(nodeId: string): Promise<Sent> {
    return this.#call('nodeRegistry', 'resume', [bytes32Of(nodeId, 'nodeId')]);
  }

  depositBond(nodeId: string, grains: number): Promise<Sent> {
    const amount = uintOf(grains, 'grains');
    return this.#spending('workToken', amount, 'bondVault', 'deposit', [bytes32Of(nodeId, 'nodeId'), amount]);
  }

  requestUnbond(nodeId: string, grains: number): Promise<Sent> {
    return this.#call('bondVault', 'requestUnbond', [bytes32Of(nodeId, 'nodeId'), uintOf(grains, 'grains')]);
  }

  /** Takes out every unbonded amount that is due. */
  withdrawBond(nodeId: string): Promise<Sent> {
    return this.#call('bondVault', 'withdraw', [bytes32Of(nodeId, 'nodeId')]);
  }

  /** The arbiter only. `slashId` names the slash from then on, `heldGrains` is what was there to hold. */
  async proposeSlash(
    proposal: SlashProposal,
  ): Promise<Sent & { readonly slashId: number; readonly heldGrains: number }> {
    const args = [
      bytes32Of(proposal.nodeId, 'nodeId'),
      uintOf(proposal.grains, 'grains'),
      nameBytes(proposal.offence, 'offence'),
      bytes32Of(proposal.evidenceHash, 'evidenceHash'),
      addressOf(proposal.challenger, 'challenger'),
    ];
    const receipt = await this.#queue.run((send) => send(this.#encode('bondVault', 'proposeSlash', args)));
    const [event] = parseEventLogs({ abi: bondVault.abi, eventName: 'SlashProposed', logs: receipt.logs });
    const { slashId, grains } = event!.args;
    return { ...sentOf(receipt), slashId: Number(slashId), heldGrains: Number(grains) };
  }

  finaliseSlash(slashId: number): Promise<Sent> {
    return this.#call('bondVault', 'finaliseSlash', [uintOf(slashId, 'slashId')]);
  }

  /** The arbiter only. */
  reverseSlash(slashId: number): Promise<Sent> {
    return this.#call('bondVault', 'reverseSlash', [uintOf(slashId, 'slashId')]);
  }

  // ---- settlement

  /** Credits for `account`'s use of the network. */
  depositCredits(account: string, grains: number): Promise<Sent> {
    const amount = uintOf(grains, 'grains');
    return this.#spending('credit', amount, 'settlement', 'deposit', [addressOf(account, 'account'), amount]);
  }

  /** This and the next three: the poster only. */
  depositPosterBond(grains: number): Promise<Sent> {
    const amount = uintOf(grains, 'grains');
    return this.#spending('workToken', amount, 'settlement', 'postPosterBond', [amount]);
  }

  withdrawPosterBond(grains: number): Promise<Sent> {
    return this.#call('settlement', 'withdrawPosterBond', [uintOf(grains, 'grains')]);
  }

  commitEpoch(epoch: number, batchesRoot: string): Promise<Sent> {
    return this.#call('settlement', 'commitEpoch', [uintOf(epoch, 'epoch'), bytes32Of(batchesRoot, 'batchesRoot')]);
  }

  postEra(header: EraHeader): Promise<Sent> {
    return this.#call('settlement', 'postEra', [headerToChain(header)]);
  }

  finaliseEra(header: EraHeader): Promise<Sent> {
    return this.#call('settlement', 'finaliseEra', [headerToChain(header)]);
  }

  /** Destroys what slashed poster's bonds left. */
  burnSlashed(): Promise<Sent> {
    return this.#call('settlement', 'burnSlashed', []);
  }

  /** Where this account's payouts go from now on; null: to itself. */
  setRecipient(recipient: string | null): Promise<Sent> {
    return this.#call('settlement', 'setRecipient', [addressOf(recipient ?? zeroAddress, 'recipient')]);
  }

  /** Has an account paid what the last final era, `claim.era`, owes it. The header is the one that was posted. */
  async claim(claim: PayoutProof & { readonly era: number }): Promise<Sent> {
    const { payout } = headerToChain(await this.#postedHeader(claim.era));
    return this.#call('settlement', 'claim', [payout, proofToChain(claim)]);
  }

  /** Same for many accounts; a row that the contract refuses is skipped (event `claim-skipped`). */
  async claimMany(era: number, claims: readonly PayoutProof[]): Promise<Sent> {
    const { payout } = headerToChain(await this.#postedHeader(era));
    return this.#call('settlement', 'claimMany', [payout, claims.map(proofToChain)]);
  }

  /**
   * Proves that an open era is wrong, or asks for a leaf of it (the fee is approved first). `headers` as the challenge was
   * found with.
   */
  challengeEra(headers: readonly EraHeader[], challenge: EraChallenge): Promise<Sent> {
    const { method, args } = challengeCall(headers, challenge);
    if (challenge.kind !== 'ask') return this.#call('eraChallenges', method, args);
    return this.#asking(method, args);
  }

  /** Shows a leaf that was asked for, of an era's own trees, and earns the fee. */
  revealLeaf(header: EraHeader, trees: EraTrees, batches: readonly SettledBatch[], leaf: AskedLeaf): Promise<Sent> {
    const { method, args } = revealCall(header, trees, batches, leaf);
    return this.#call('eraChallenges', method, args);
  }

  /** An era whose poster has not shown a leaf in time. */
  challengeWithheld(header: EraHeader, tree: EraTreeName, index: number): Promise<Sent> {
    const args = [headerToChain(header), treeNumber(tree), uint32Of(index, 'index')];
    return this.#call('eraChallenges', 'challengeWithheld', args);
  }

  async #asking(method: string, args: readonly unknown[]): Promise<Sent> {
    const fee = await this.#read('eraChallenges', 'askFeeGrains', []);
    return this.#spending('workToken', fee, 'eraChallenges', method, args);
  }

  async #postedHeader(era: number): Promise<EraHeader> {
    const entry = await this.#reader.era(era);
    if (entry !== null) return entry.header;
    throw new ChainRefusal('CHAIN-RANGE', { where: 'era', expected: 'a posted era', got: `${era}` });
  }

  #call(contract: ContractName, method: string, args: readonly unknown[]): Promise<Sent> {
    return this.#sending((send) => send(this.#encode(contract, method, args)));
  }

  /** Calls a method that takes `grains` of a token from this account, with an allowance of just that if there is less. */
  #spending(
    token: 'workToken' | 'credit',
    grains: bigint,
    contract: ContractName,
    method: string,
    args: readonly unknown[],
  ): Promise<Sent> {
    return this.#sending(async (send) => {
      const spender = contractAddress(this.#addressBook, contract);
      const allowed = await this.#read(token, 'allowance', [this.account, spender]);
      if (allowed < grains) await send(this.#encode(token, 'approve', [spender, grains]));
      return send(this.#encode(contract, method, args));
    });
  }

  async #sending(job: (send: Send) => Promise<TransactionReceipt>): Promise<Sent> {
    return sentOf(await this.#queue.run(job));
  }

  #encode(contract: ContractName, method: string, args: readonly unknown[]) {
    const data = encodeFunctionData({ abi: ABIS[contract].abi as Abi, functionName: method, args });
    return { to: contractAddress(this.#addressBook, contract), data, what: `${contract}.${method}` };
  }

  async #read(contract: ContractName, method: string, args: readonly unknown[]): Promise<bigint> {
    const address = contractAddress(this.#addressBook, contract);
    const query = { address, abi: ABIS[contract].abi as Abi, functionName: method, args };
    return (await asking(`${contract}.${method}`, () => this.#rpc.readContract(query))) as bigint;
  }
}

function sentOf({ transactionHash, blockNumber }: TransactionReceipt): Sent {
  return { txHash: transactionHash, blockNumber: Number(blockNumber) };
}
