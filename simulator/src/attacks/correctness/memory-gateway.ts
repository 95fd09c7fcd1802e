import {
  type AcceptedBatch,
  type AcceptedUse,
  type Admission,
  type AdmissionFacts,
  FIRST_HEAD,
  type KnownNode,
  type LeaseFact,
  type NodeHead,
  type ReadBatch,
  type StoredHeader,
} from '@stannary/arbitration';
import {
  BillingRefusal,
  conservationOf,
  depositPosting,
  escrowAccount,
  escrowPosting,
  holdbackAccount,
  LedgerBook,
} from '@stannary/billing';
import { type Economy, type Epoch, type EpochClock, epochStartMs, type Grains } from '@stannary/kernel';
import { externalAad, sha256, signedId, toHex } from '@stannary/wire';
import { addressOf, HOME } from './channel-world.ts';
import type { Protocol } from './playing.ts';
import type { CorrectnessRules } from './rules.ts';

export const CLOCK: EpochClock = { genesisMs: 1_700_000_000_000, epochMs: 60_000, epochsPerEra: 4, pauses: [] };
export const EPOCH = 2;
export const EPOCH_START_MS = epochStartMs(CLOCK, EPOCH);
export const NETWORK = { chain: HOME.chain, settlement: addressOf(0x5e), economyHash: 'ec'.repeat(32) };
export const FUEL = 7;
/** Fuel that is paid with one grain. */
const FUEL_PER_GRAIN = 1_000;

/** Admission looks at cadence and resources of an economy, and at nothing else of it. */
const ECONOMY = {
  cadence: { epochMs: CLOCK.epochMs, epochsPerEra: 4, graceMs: 10_000, lateEpochs: 1, clockSkewMs: 500 },
  resources: [{ code: FUEL, name: 'fuel', coefficient: 1, divisor: 1_000_000, billed: true, quantityPerNcuMsMax: 1e6 }],
} as unknown as Economy;

const CONSUMER = addressOf(0xc0);
const DEPOSIT = 1_000_000_000 as Grains;

interface Judged {
  readonly shelf: NodeShelf;
  readonly read: ReadBatch;
  readonly body: Uint8Array;
  readonly admission: Admission;
}

interface NodeShelf {
  readonly known: KnownNode;
  head: NodeHead;
  readonly stored: Map<number, StoredHeader>;
  readonly held: Map<number, Uint8Array>;
}

/**
 * Admission with what a gateway keeps, in memory, and the ledger that pays for what was admitted. It judges from the
 * records alone: no window of a lease is paid twice, nor to anyone but the lease's node.
 */
export class MemoryGateway {
  readonly aad = externalAad(NETWORK);
  readonly book = new LedgerBook();
  readonly #rules: CorrectnessRules;
  readonly #protocol: Protocol;
  readonly #nodes = new Map<string, NodeShelf>();
  readonly #leases = new Map<string, LeaseFact>();
  readonly #used = new Map<string, AcceptedUse>();
  readonly #usedInEpoch = new Map<string, number>();
  /** By lease: windows that were paid, and for how much. */
  readonly #paid = new Map<string, { startMs: number; endMs: number }[]>();
  #paidGrains = 0;

  constructor(rules: CorrectnessRules, protocol: Protocol, nodes: readonly KnownNode[]) {
    this.#rules = rules;
    this.#protocol = protocol;
    for (const known of nodes) {
      this.#nodes.set(known.nodeId, { known, head: FIRST_HEAD, stored: new Map(), held: new Map() });
      const lease = { nodeId: known.nodeId, epoch: EPOCH, windowStartMs: EPOCH_START_MS };
      this.#leases.set(leaseOf(known.nodeId), { ...lease, windowEndMs: EPOCH_START_MS + CLOCK.epochMs });
    }
    const position = { chain: HOME.chain, transactionHash: '0x00', logIndex: 0, epoch: EPOCH as Epoch };
    const task = { taskId: 'all', consumer: CONSUMER, amountGrains: DEPOSIT, epoch: EPOCH as Epoch };
    this.book.append([depositPosting({ ...position, account: CONSUMER, creditsGrains: DEPOSIT }), escrowPosting(task)]);
  }

  headOf(nodeId: string): NodeHead {
    return this.#nodes.get(nodeId)!.head;
  }

  /** Accepted headers are past their time of keeping; heads and what was paid are not. */
  forget(): void {
    for (const { stored, head } of this.#nodes.values())
      for (const seq of stored.keys()) if (seq <= head.seq) stored.delete(seq);
  }

  /** Takes a body as it comes. */
  send(body: Uint8Array): void {
    this.#keep(this.#judged(body));
  }

  /** Two bodies at two gateways at once: both are judged before either is kept. */
  race(one: Uint8Array, other: Uint8Array): void {
    const judged = [this.#judged(one), this.#judged(other)];
    for (const admission of judged) this.#keep(admission);
  }

  #judged(body: Uint8Array): Judged | null {
    const read = this.#rules.readBatch(body);
    if (read.outcome === 'refused') {
      this.#protocol.refused(read.code);
      return null;
    }
    const shelf = this.#nodes.get(read.header.nodeId) ?? null;
    const admission = this.#rules.judgeBatch(read, this.#facts(read, shelf));
    if ('code' in admission && admission.code !== null) this.#protocol.refused(admission.code);
    return shelf === null ? null : { shelf, read, body, admission };
  }

  #facts({ header }: ReadBatch, shelf: NodeShelf | null): AdmissionFacts {
    return {
      node: shelf?.known ?? null,
      head: shelf?.head ?? FIRST_HEAD,
      stored: shelf?.stored.get(header.seq) ?? null,
      heldCount: shelf?.held.size ?? 0,
      clock: CLOCK,
      nowMs: EPOCH_START_MS + CLOCK.epochMs / 2,
      openEpoch: EPOCH,
      economy: ECONOMY,
      aad: this.aad,
      lease: (leaseId) => this.#leases.get(leaseId) ?? null,
      used: (leaseId, resource) => this.#used.get(`${leaseId} ${resource}`) ?? null,
      usedInEpoch: (resource) => this.#usedInEpoch.get(`${header.nodeId} ${resource}`) ?? 0,
    };
  }

  /** What production writes in one transaction: if the ledger refuses its part, none of it is kept. */
  #keep(judged: Judged | null): void {
    if (judged === null) return;
    const { shelf, read, body, admission } = judged;
    const { seq } = read.header;
    if (admission.outcome === 'held') {
      shelf.stored.set(seq, this.#headerOf(read, true));
      shelf.held.set(seq, body);
    }
    if (admission.outcome !== 'accepted') return;
    if (admission.code === null && !this.#pay(read, admission.usage)) return;
    shelf.stored.set(seq, this.#headerOf(read, false));
    shelf.held.delete(seq);
    shelf.head = admission.head;
    const next = shelf.held.get(seq + 1);
    if (next !== undefined) this.send(next);
  }

  #headerOf({ cose }: ReadBatch, isHeld: boolean): StoredHeader {
    const { payload: header, signature } = cose;
    return { batchId: signedId(header, this.aad), isHeld, header, signature, aad: this.aad };
  }

  /** False where the ledger has the payment already, or another under its name. */
  #pay({ header, batch }: ReadBatch, usage: AcceptedBatch['usage']): boolean {
    const grains = usage.reduce((sum, { quantity }) => sum + Math.floor(quantity / FUEL_PER_GRAIN), 0);
    if (!this.#book(header.nodeId, header.seq, grains)) return false;
    for (const { leaseId, windowStartMs, windowMs } of batch.records)
      this.#judgeWindow(header.nodeId, leaseId, windowStartMs, windowStartMs + windowMs);
    for (const { leaseId, resource, quantity, windowEndMs } of usage) {
      const key = `${leaseId} ${resource}`;
      this.#used.set(key, { quantity: (this.#used.get(key)?.quantity ?? 0) + quantity, windowEndMs });
      const inEpoch = `${header.nodeId} ${resource}`;
      this.#usedInEpoch.set(inEpoch, (this.#usedInEpoch.get(inEpoch) ?? 0) + quantity);
    }
    this.#paidGrains += grains;
    this.#protocol.step(`  paid ${grains}`);
    const left = this.book.balance(escrowAccount(CONSUMER));
    this.#protocol.demand(left + BigInt(this.#paidGrains) === BigInt(DEPOSIT), () => 'the books miss a payment');
    this.#protocol.demand(conservationOf(this.book.balances()).credit.balanced, () => 'the books do not balance');
    return true;
  }

  /** Named by node and number, as admission's own key is. */
  #book(nodeId: string, seq: number, grains: number): boolean {
    const legs = [
      { account: escrowAccount(CONSUMER), amountGrains: -grains },
      { account: holdbackAccount(nodeId), amountGrains: grains },
    ];
    const name = { id: `usage/${nodeId}/${seq}`, cause: `batch ${seq}`, epoch: EPOCH as Epoch };
    try {
      return this.book.append([{ ...name, asset: 'credit', legs }]) > 0;
    } catch (error) {
      if (!(error instanceof BillingRefusal)) throw error;
      this.#protocol.refused(error.code);
      return false;
    }
  }

  #judgeWindow(nodeId: string, leaseId: string, startMs: number, endMs: number): void {
    const windows = this.#paid.get(leaseId) ?? [];
    this.#paid.set(leaseId, windows);
    const overlaps = windows.some((window) => startMs < window.endMs && window.startMs < endMs);
    this.#protocol.demand(!overlaps, () => `a window at ${startMs - EPOCH_START_MS} ms is paid twice`);
    this.#protocol.demand(leaseId === leaseOf(nodeId), () => "another node's lease is paid");
    windows.push({ startMs, endMs });
  }
}

/** The one lease of a node. */
export function leaseOf(nodeId: string): string {
  return toHex(sha256(characters(nodeId)));
}

function characters(hex: string): Uint8Array {
  return Uint8Array.from(hex, (character) => character.charCodeAt(0));
}
