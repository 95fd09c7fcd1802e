import { type Abi, type Address, encodeFunctionData, parseEventLogs, type TransactionReceipt } from 'viem';
import { signerOf } from './account.ts';
import { chainIdOf, contractAddress } from './address-book.ts';
import {
  type ArbitrationPlace,
  ArbitrationReader,
  arbitrationAddress,
  type CaseCharge,
  verdictNumber,
} from './arbitration-reader.ts';
import type { CaseVerdict } from './events.ts';
import { arbitration, workToken } from './generated/contracts.ts';
import { queueOf, type Send, type SendQueue } from './queue.ts';
import { asking, openRpc, type Rpc } from './rpc.ts';
import type { Sent } from './sender.ts';
import { addressOf, bytes32Of, nameBytes, uint32Of, uintOf } from './values.ts';

export interface ArbitrationAccess extends ArbitrationPlace {
  /** 0x and 64 hex characters. */
  readonly privateKey: string;
  /** As a sender's; one key has one. */
  readonly journalFile?: string;
}

/** Of a committee of 63, the largest that the contract draws. */
const SEAT_MAX = 62;
/** Holding a bond that lies in as many lots as there may be. */
const SLASH_GAS = 3_000_000n;

/**
 * Opens a key for the arbitration. It shares its queue with every other sender of the key. Errors: CHAIN-RANGE,
 * CHAIN-ADDRESS-BOOK.
 */
export function openArbitrationSender(access: ArbitrationAccess): ArbitrationSender {
  const { rpcUrl, privateKey, addressBook, journalFile } = access;
  const rpc = openRpc(rpcUrl);
  const account = signerOf(privateKey);
  const chainId = chainIdOf(addressBook.chain);
  const queue = queueOf(rpc, rpcUrl, account, { chainId, ...(journalFile !== undefined && { journalFile }) });
  return new ArbitrationSender(rpc, queue, addressOf(account.address.toLowerCase(), 'account'), access);
}

/**
 * What challengers, arbiters and whoever helps a case along send; each method resolves when its transaction is mined.
 * Those that pay approve just that first. Errors of every method: those of `ChainSender`.
 */
export class ArbitrationSender {
  /** 0x, lower case. */
  readonly account: Address;
  readonly #rpc: Rpc;
  readonly #queue: SendQueue;
  readonly #contract: Address;
  readonly #token: Address;
  readonly #reader: ArbitrationReader;

  constructor(rpc: Rpc, queue: SendQueue, account: Address, place: ArbitrationPlace) {
    this.account = account;
    this.#rpc = rpc;
    this.#queue = queue;
    this.#contract = arbitrationAddress(place.addressBook);
    this.#token = contractAddress(place.addressBook, 'workToken');
    this.#reader = new ArbitrationReader(place);
  }

  // ---- arbiters

  /** Into the pool, with what the bond lacks. */
  async join(): Promise<Sent> {
    const { arbiterBondGrains } = await this.#reader.rules();
    const me = await this.#reader.arbiter(this.account);
    return sentOf(await this.#paying(arbiterBondGrains - (me?.bondGrains ?? 0n), 'join', []));
  }

  leave(): Promise<Sent> {
    return this.#call('leave', []);
  }

  /** Once it has left for long enough. */
  withdrawBond(): Promise<Sent> {
    return this.#call('withdrawBond', []);
  }

  /** Takes out what fees and deposits came to. */
  withdraw(): Promise<Sent> {
    return this.#call('withdraw', []);
  }

  commitVerdict(caseId: number, seat: number, commitment: string): Promise<Sent> {
    return this.#call('commitVerdict', [...seatOf(caseId, seat), bytes32Of(commitment, 'commitment')]);
  }

  revealVerdict(caseId: number, seat: number, verdict: CaseVerdict, salt: string): Promise<Sent> {
    return this.#call('revealVerdict', [...seatOf(caseId, seat), verdictNumber(verdict), bytes32Of(salt, 'salt')]);
  }

  collectFee(caseId: number, instance: number, seat: number): Promise<Sent> {
    const [id, seatIndex] = seatOf(caseId, seat);
    return this.#call('collectFee', [id, uint32Of(instance, 'instance', 1), seatIndex]);
  }

  // ---- challengers

  /** Pays the deposit and the committee's fees, first out of what the contract owes this account. */
  async openCase({ nodeId, offence, evidenceHash, slashPpm }: CaseCharge): Promise<Sent & { readonly caseId: number }> {
    const charge = {
      nodeId: bytes32Of(nodeId, 'nodeId'),
      offence: nameBytes(offence, 'offence'),
      evidenceHash: bytes32Of(evidenceHash, 'evidenceHash'),
      slashPpm: uint32Of(slashPpm, 'slashPpm'),
    };
    const receipt = await this.#paying(null, 'openCase', [charge]);
    const [event] = parseEventLogs({ abi: arbitration.abi, eventName: 'CaseOpened', logs: receipt.logs });
    return { ...sentOf(receipt), caseId: Number(event!.args.caseId) };
  }

  /** Pays for a larger committee, as `openCase` does. */
  async appeal(caseId: number): Promise<Sent> {
    return sentOf(await this.#paying(null, 'appeal', [uintOf(caseId, 'caseId')]));
  }

  /** Asks the vault again for what a guilty verdict takes. */
  requestSlash(caseId: number): Promise<Sent> {
    return this.#onCase('requestSlash', caseId);
  }

  // ---- anybody

  recordEntropy(caseId: number): Promise<Sent> {
    return this.#onCase('recordEntropy', caseId);
  }

  /** A revealed preimage of the poster's chain, 64 hex characters. */
  advanceBeacon(epoch: number, preimage: string): Promise<Sent> {
    return this.#call('advanceBeacon', [uintOf(epoch, 'epoch'), bytes32Of(preimage, 'preimage')]);
  }

  draw(caseId: number): Promise<Sent> {
    return this.#onCase('draw', caseId);
  }

  lapse(caseId: number): Promise<Sent> {
    return this.#onCase('lapse', caseId);
  }

  /** Counts, and has the vault hold what a guilty verdict takes. */
  async tally(caseId: number): Promise<Sent> {
    const call = { ...this.#encode('tally', [uintOf(caseId, 'caseId')]), spareGas: SLASH_GAS };
    return sentOf(await this.#queue.run((send) => send(call)));
  }

  close(caseId: number): Promise<Sent> {
    return this.#onCase('close', caseId);
  }

  #onCase(method: string, caseId: number): Promise<Sent> {
    return this.#call(method, [uintOf(caseId, 'caseId')]);
  }

  async #call(method: string, args: readonly unknown[]): Promise<Sent> {
    return sentOf(await this.#queue.run((send) => send(this.#encode(method, args))));
  }

  /** `grains` null: whatever the largest committee costs, since no view says the price of one. */
  #paying(grains: bigint | null, method: string, args: readonly unknown[]): Promise<TransactionReceipt> {
    return this.#queue.run(async (send) => {
      if ((await this.#reader.balance(this.account)) > 0n) await send(this.#encode('withdraw', []));
      await this.#allow(send, grains ?? (await this.#priceMax()));
      return send(this.#encode(method, args));
    });
  }

  async #allow(send: Send, grains: bigint): Promise<void> {
    const token = { address: this.#token, abi: workToken.abi } as const;
    const query = { ...token, functionName: 'allowance', args: [this.account, this.#contract] } as const;
    const allowed = await asking('workToken.allowance', () => this.#rpc.readContract(query));
    if (allowed >= grains) return;
    const data = encodeFunctionData({ abi: workToken.abi, functionName: 'approve', args: [this.#contract, grains] });
    await send({ to: this.#token, data, what: 'workToken.approve' });
  }

  async #priceMax(): Promise<bigint> {
    const door = { address: this.#contract, abi: arbitration.abi } as const;
    const [deposit, fee, { seats }] = await asking('arbitration.sizeOf', () =>
      Promise.all([
        this.#rpc.readContract({ ...door, functionName: 'depositGrains' }),
        this.#rpc.readContract({ ...door, functionName: 'seatFeeGrains' }),
        this.#rpc.readContract({ ...door, functionName: 'sizeOf', args: [2] }),
      ]),
    );
    return deposit + fee * BigInt(seats);
  }

  #encode(method: string, args: readonly unknown[]) {
    const data = encodeFunctionData({ abi: arbitration.abi as Abi, functionName: method, args });
    return { to: this.#contract, data, what: `arbitration.${method}` };
  }
}

function seatOf(caseId: number, seat: number): readonly [caseId: bigint, seat: number] {
  return [uintOf(caseId, 'caseId'), uint32Of(seat, 'seat', SEAT_MAX)];
}

function sentOf({ transactionHash, blockNumber }: TransactionReceipt): Sent {
  return { txHash: transactionHash, blockNumber: Number(blockNumber) };
}
