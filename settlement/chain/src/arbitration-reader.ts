import { type Address, type Hex, pad, toEventSelector, toHex as toQuantity } from 'viem';
import { type AddressBook, contractAddress } from './address-book.ts';
import { CASE_VERDICTS, type CaseVerdict, readLogs } from './events.ts';
import { arbitration, bondVault } from './generated/contracts.ts';
import { ChainRefusal } from './refusal.ts';
import { asking, openRpc, type Rpc } from './rpc.ts';
import { addressOf, bytes32Of, hexOf, nameOf, numberOf, uint32Of, uintOf } from './values.ts';

/** Who is charged with what, on which evidence, for which share of its bond. */
export interface CaseCharge {
  readonly nodeId: string;
  /** 1–32 of a–z, 0–9 and hyphen; hex where somebody charged with something that is no name. */
  readonly offence: string;
  /** SHA-256 of the published evidence. */
  readonly evidenceHash: string;
  /** 0–2^32-1: anybody may charge with any share. */
  readonly slashPpm: number;
}

export interface ArbitrationCase {
  readonly caseId: number;
  readonly charge: CaseCharge;
  /** What the node is to lose: the share of what the vault could have taken when the case was opened. */
  readonly grains: bigint;
  readonly challenger: string;
  readonly status: 'drawing' | 'voting' | 'decided' | 'closed';
  /** Null until there is one, and for a case that ended without a committee. */
  readonly verdict: CaseVerdict | null;
  /** 0 for the first committee, 1 for the appeal. */
  readonly instance: number;
  readonly openedAtMs: number;
  /** Of the first committee's verdict; null before. */
  readonly decidedAtMs: number | null;
  /** Of the vault; null while nothing is held. */
  readonly slashId: number | null;
}

/** The committee of one instance. */
export interface CasePanel {
  readonly openedAtMs: number;
  /** Whose beacon preimage goes into the draw. */
  readonly epoch: number;
  /** Whose hash does. */
  readonly entropyBlock: number;
  readonly isEntropyKnown: boolean;
  /** Null until the draw. */
  readonly drawnAtMs: number | null;
  /** Fee of each seat that agreed with the final verdict. */
  readonly shareGrains: bigint;
  readonly seats: readonly CaseSeat[];
}

export interface CaseSeat {
  readonly arbiterId: number;
  readonly hasCommitted: boolean;
  readonly hasRevealed: boolean;
  readonly convicts: boolean;
  readonly isPaid: boolean;
}

export interface ArbiterOnChain {
  readonly arbiterId: number;
  readonly isSeated: boolean;
  readonly bondGrains: bigint;
}

/** How long each part of a case takes, and what a bond is. Fixed at the deployment. */
export interface ArbitrationRules {
  readonly drawMs: number;
  readonly commitMs: number;
  readonly revealMs: number;
  readonly appealMs: number;
  readonly arbiterBondGrains: bigint;
}

/** What commitments are made of. */
export interface VerdictSecret {
  readonly caseId: number;
  readonly instance: number;
  readonly account: string;
  readonly verdict: CaseVerdict;
  /** 64 hex characters. */
  readonly salt: string;
}

export interface ArbitrationPlace {
  readonly rpcUrl: string;
  readonly addressBook: AddressBook;
}

const STATUSES = [null, 'drawing', 'voting', 'decided', 'closed'] as const;
const COMMITTED = toEventSelector('Committed(uint64,uint8,uint8,bytes32)');

/** As the contracts number it. */
export function verdictNumber(verdict: CaseVerdict): number {
  return CASE_VERDICTS.indexOf(verdict);
}

/** Where the arbitration is. Refuses CHAIN-ADDRESS-BOOK for a network that has none. */
export function arbitrationAddress({ contracts, chain }: AddressBook): Address {
  const { arbitration: at } = contracts as Readonly<Record<string, string>>;
  if (at !== undefined) return addressOf(at, 'addressBook.contracts.arbitration');
  const where = 'addressBook.contracts.arbitration';
  throw new ChainRefusal('CHAIN-ADDRESS-BOOK', { where, expected: `an arbitration on ${chain}`, got: 'none' });
}

/**
 * Whether committees decide what bonds lose; else an account does that was named at the deployment.
 * Errors: CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED.
 */
export async function committeesDecide({ rpcUrl, addressBook }: ArbitrationPlace): Promise<boolean> {
  const { arbitration: at } = addressBook.contracts as Readonly<Record<string, string>>;
  if (at === undefined) return false;
  const door = { address: contractAddress(addressBook, 'bondVault'), abi: bondVault.abi } as const;
  const arbiter = await asking('bondVault.arbiter', () =>
    openRpc(rpcUrl).readContract({ ...door, functionName: 'arbiter' }),
  );
  return arbiter.toLowerCase() === at;
}

/**
 * Reads cases as the newest block has them. Errors of every method: CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED, CHAIN-RANGE;
 * of the constructor: CHAIN-ADDRESS-BOOK.
 */
export class ArbitrationReader {
  readonly #rpc: Rpc;
  readonly #addressBook: AddressBook;
  readonly #contract: Address;

  constructor({ rpcUrl, addressBook }: ArbitrationPlace) {
    this.#rpc = openRpc(rpcUrl);
    this.#addressBook = addressBook;
    this.#contract = arbitrationAddress(addressBook);
  }

  async rules(): Promise<ArbitrationRules> {
    const door = this.#door;
    const [draw, commit, reveal, appeal, arbiterBondGrains] = await asking('arbitration.rules', () =>
      Promise.all([
        this.#rpc.readContract({ ...door, functionName: 'drawSeconds' }),
        this.#rpc.readContract({ ...door, functionName: 'commitSeconds' }),
        this.#rpc.readContract({ ...door, functionName: 'revealSeconds' }),
        this.#rpc.readContract({ ...door, functionName: 'appealSeconds' }),
        this.#rpc.readContract({ ...door, functionName: 'arbiterBondGrains' }),
      ]),
    );
    return {
      drawMs: timeOf(draw)!,
      commitMs: timeOf(commit)!,
      revealMs: timeOf(reveal)!,
      appealMs: timeOf(appeal)!,
      arbiterBondGrains,
    };
  }

  /** The newest block: its number and its time, which every deadline is measured by. */
  async now(): Promise<{ readonly block: number; readonly atMs: number }> {
    const { number, timestamp } = await asking('eth_getBlockByNumber', () => this.#rpc.getBlock());
    return { block: Number(number), atMs: Number(timestamp) * 1_000 };
  }

  /** Cases ever opened; the newest one's id. */
  async caseCount(): Promise<number> {
    return numberOf(await this.#read<bigint>('caseCount', []), 'caseCount');
  }

  /** Errors: CHAIN-RANGE for a case that nobody opened. */
  async case(caseId: number): Promise<ArbitrationCase> {
    const query = { ...this.#door, functionName: 'caseOf', args: [uintOf(caseId, 'caseId')] } as const;
    const read = await asking('arbitration.caseOf', () => this.#rpc.readContract(query));
    const status = STATUSES[read.status] ?? null;
    if (status === null) {
      throw new ChainRefusal('CHAIN-RANGE', { where: 'caseId', expected: 'a case that was opened', got: `${caseId}` });
    }
    const { nodeId, offence, evidenceHash, slashPpm } = read.charge;
    return {
      caseId,
      charge: { nodeId: hexOf(nodeId), offence: nameOf(offence), evidenceHash: hexOf(evidenceHash), slashPpm },
      grains: read.grains,
      challenger: read.challenger.toLowerCase(),
      status,
      verdict: CASE_VERDICTS[read.verdict] ?? null,
      instance: read.instance,
      openedAtMs: timeOf(read.openedAt)!,
      decidedAtMs: timeOf(read.decidedAt),
      slashId: read.slashId === 0n ? null : numberOf(read.slashId, 'slashId'),
    };
  }

  async panel(caseId: number, instance: number): Promise<CasePanel> {
    const args = [uintOf(caseId, 'caseId'), uint32Of(instance, 'instance', 1)] as const;
    const query = { ...this.#door, functionName: 'panelOf', args } as const;
    const read = await asking('arbitration.panelOf', () => this.#rpc.readContract(query));
    const isIn = (bits: bigint, seat: number) => ((bits >> BigInt(seat)) & 1n) === 1n;
    return {
      openedAtMs: timeOf(read.openedAt)!,
      epoch: numberOf(read.epoch, 'epoch'),
      entropyBlock: numberOf(read.entropyBlock, 'entropyBlock'),
      isEntropyKnown: BigInt(read.entropy) !== 0n,
      drawnAtMs: timeOf(read.drawnAt),
      shareGrains: read.shareGrains,
      seats: read.arbiterIds.map((arbiterId, seat) => ({
        arbiterId,
        hasCommitted: isIn(read.committed, seat),
        hasRevealed: isIn(read.revealed, seat),
        convicts: isIn(read.guilty, seat),
        isPaid: isIn(read.paid, seat),
      })),
    };
  }

  /** An account's place in the pool; null for one that never joined. */
  async arbiter(account: string): Promise<ArbiterOnChain | null> {
    const arbiterId = await this.#read<number>('arbiterIdOf', [addressOf(account, 'account')]);
    if (arbiterId === 0) return null;
    const query = { ...this.#door, functionName: 'arbiterOf', args: [arbiterId] } as const;
    const { seated, bondGrains } = await asking('arbitration.arbiterOf', () => this.#rpc.readContract(query));
    return { arbiterId, isSeated: seated, bondGrains };
  }

  /** What the contract owes an account and has not paid: fees, deposits, penalties of others; grains. */
  balance(account: string): Promise<bigint> {
    return this.#read<bigint>('balanceOf', [addressOf(account, 'account')]);
  }

  /** The next epoch whose beacon preimage the contract waits for. */
  async nextLink(): Promise<number> {
    return numberOf(await this.#read<bigint>('nextLink', []), 'nextLink');
  }

  /** What a seat committed to, 64 hex characters; null where it did not. */
  async commitment(caseId: number, instance: number, seat: number): Promise<string | null> {
    const logs = await this.#logs([COMMITTED, idTopic(caseId)]);
    const found = logs
      .map(({ data }) => data.slice(2).match(/.{64}/g)!)
      .find(([of, at]) => BigInt(`0x${of}`) === BigInt(instance) && BigInt(`0x${at}`) === BigInt(seat));
    return found?.[2] ?? null;
  }

  /** What a verdict is committed to by, 64 hex characters. */
  async commitmentOf({ caseId, instance, account, verdict, salt }: VerdictSecret): Promise<string> {
    const args = [
      uintOf(caseId, 'caseId'),
      uint32Of(instance, 'instance', 1),
      addressOf(account, 'account'),
      verdictNumber(verdict),
      bytes32Of(salt, 'salt'),
    ];
    return hexOf(await this.#read<Hex>('commitmentOf', args));
  }

  /** What the vault could take of a node now: also what is on its way in, and on its way out; grains. */
  async slashable(nodeId: string): Promise<number> {
    const door = { address: contractAddress(this.#addressBook, 'bondVault'), abi: bondVault.abi } as const;
    const args = [bytes32Of(nodeId, 'nodeId')] as const;
    const grains = await asking('bondVault.slashableOf', () =>
      this.#rpc.readContract({ ...door, functionName: 'slashableOf', args }),
    );
    return numberOf(grains, 'slashableOf');
  }

  async #logs(topics: (Hex | null)[]) {
    const { block: toBlock } = await this.now();
    const range = { fromBlock: this.#addressBook.deploymentBlock, toBlock };
    return readLogs(this.#rpc, { address: this.#contract, topics }, range);
  }

  get #door() {
    return { address: this.#contract, abi: arbitration.abi } as const;
  }

  async #read<Answer>(functionName: string, args: readonly unknown[]): Promise<Answer> {
    const query = { ...this.#door, functionName, args } as never;
    return (await asking(`arbitration.${functionName}`, () => this.#rpc.readContract(query))) as Answer;
  }
}

function idTopic(caseId: number): Hex {
  return pad(toQuantity(caseId));
}

/** Null for 0: not yet. */
function timeOf(seconds: bigint): number | null {
  return seconds === 0n ? null : numberOf(seconds * 1_000n, 'timestamp');
}
