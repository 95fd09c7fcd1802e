import { zeroAddress } from 'viem';
import type { EraHeader } from './era-header.ts';
import type { BondLot, ChainEvent, EventPlace, TokenTransfer } from './events.ts';

// What the contracts hold after a block, folded from their logs alone. A node that keeps no old state, and every public
// one drops it after 128 blocks, still answers for any past block this way.

/** A node as the chain knows it. */
export interface NodeEntry {
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
  readonly evidenceLevel: number;
  readonly milliNcu: number;
  readonly spki: string;
  readonly suspended: boolean;
  readonly activeGrains: number;
  readonly activating: readonly BondLot[];
}

/** A posted era that is not void, and where it was posted and made final. */
export interface EraEntry {
  readonly header: EraHeader;
  readonly headerHash: string;
  readonly finalisableAtMs: number;
  readonly posted: EventPlace;
  readonly finalised: EventPlace | null;
}

/** Sums over everything up to a block, in grains. */
export interface ChainBalances {
  readonly blockNumber: number;
  /** The settlement contract's own balance, from the credit's transfers. */
  readonly creditsInSettlement: bigint;
  /** What its events say: deposited − claimedCredits is the balance above, or the books are wrong. */
  readonly deposited: bigint;
  readonly claimedCredits: bigint;
  readonly claimedTokens: bigint;
  /** Emission of final eras. */
  readonly tokensMinted: bigint;
  /** Work tokens there are: genesis + tokensMinted − burnt. */
  readonly tokenSupply: bigint;
  readonly posterBond: bigint;
  /** Active, activating and unbonding bonds; + bondHeld + bondSlashed + bondWithdrawn = bondDeposited. */
  readonly bonded: bigint;
  readonly bondDeposited: bigint;
  readonly bondWithdrawn: bigint;
  readonly bondHeld: bigint;
  readonly bondSlashed: bigint;
}

/** Lifetime sums that an account was paid, in grains. */
export interface ClaimedAmounts {
  readonly credits: bigint;
  readonly tokens: bigint;
}

const NOTHING: ClaimedAmounts = { credits: 0n, tokens: 0n };

type Sums = { -readonly [Name in Exclude<keyof ChainBalances, 'blockNumber' | 'bonded'>]: bigint };

/** Folds logs in the order of their blocks. */
export class Books {
  /** The last block that is in. */
  blockNumber: number;
  /** Its hash, to see whether the chain still has it; null before the first. */
  blockHash: string | null = null;
  readonly #settlement: string;
  #sums: Sums;
  #nodes = new Map<string, NodeEntry>();
  #claimed = new Map<string, ClaimedAmounts>();
  #epochs = new Map<number, EventPlace>();
  #eras = new Map<number, EraEntry>();
  #voided = new Map<number, number>();

  constructor(settlement: string, blockNumber: number) {
    this.#settlement = settlement;
    this.blockNumber = blockNumber;
    const names = ['creditsInSettlement', 'deposited', 'claimedCredits', 'claimedTokens', 'tokensMinted'];
    names.push('tokenSupply', 'posterBond', 'bondDeposited', 'bondWithdrawn', 'bondHeld', 'bondSlashed');
    this.#sums = Object.fromEntries(names.map((name) => [name, 0n])) as Sums;
  }

  copy(): Books {
    const copy = new Books(this.#settlement, this.blockNumber);
    copy.blockHash = this.blockHash;
    copy.#sums = { ...this.#sums };
    copy.#nodes = new Map(this.#nodes);
    copy.#claimed = new Map(this.#claimed);
    copy.#epochs = new Map(this.#epochs);
    copy.#eras = new Map(this.#eras);
    copy.#voided = new Map(this.#voided);
    return copy;
  }

  /** Takes in all events and transfers of the blocks up to `blockNumber`. */
  advance(events: readonly ChainEvent[], transfers: readonly TokenTransfer[], blockNumber: number, blockHash: string) {
    for (const event of events) this.#apply(event);
    for (const transfer of transfers) this.#move(transfer);
    this.blockNumber = blockNumber;
    this.blockHash = blockHash;
  }

  nodes(): readonly NodeEntry[] {
    return [...this.#nodes.values()].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  }

  claimed(account: string): ClaimedAmounts {
    return this.#claimed.get(account) ?? NOTHING;
  }

  epochCommit(epoch: number): EventPlace | null {
    return this.#epochs.get(epoch) ?? null;
  }

  era(era: number): EraEntry | null {
    return this.#eras.get(era) ?? null;
  }

  /** How often an era was posted in vain: proven wrong, or built on one that was. */
  timesVoided(era: number): number {
    return this.#voided.get(era) ?? 0;
  }

  balances(): ChainBalances {
    const { bondDeposited, bondWithdrawn, bondHeld, bondSlashed } = this.#sums;
    const bonded = bondDeposited - bondWithdrawn - bondHeld - bondSlashed;
    return { blockNumber: this.blockNumber, ...this.#sums, bonded };
  }

  #apply(event: ChainEvent): void {
    this.#applyToNodes(event);
    this.#applyToEras(event);
    this.#applyToSums(event);
  }

  #applyToNodes(event: ChainEvent): void {
    switch (event.kind) {
      case 'node-registered': {
        const { nodeId, operator, className, evidenceLevel, milliNcu, spki } = event;
        const entry = { nodeId, operator, className, evidenceLevel, milliNcu, spki };
        this.#nodes.set(nodeId, { ...entry, suspended: false, activeGrains: 0, activating: [] });
        break;
      }
      case 'node-suspended':
      case 'node-resumed':
        this.#changeNode(event.nodeId, { suspended: event.kind === 'node-suspended' });
        break;
      case 'bond-changed':
        this.#changeNode(event.nodeId, { activeGrains: event.activeGrains, activating: event.activating });
        break;
    }
  }

  #changeNode(nodeId: string, change: Partial<NodeEntry>): void {
    const entry = this.#nodes.get(nodeId);
    if (entry === undefined) throw new Error(`node ${nodeId} changed before it was registered`);
    this.#nodes.set(nodeId, { ...entry, ...change });
  }

  #applyToEras(event: ChainEvent): void {
    const { txHash, blockNumber, logIndex } = event;
    const place: EventPlace = { txHash, blockNumber, logIndex };
    switch (event.kind) {
      case 'epoch-committed':
        this.#epochs.set(event.epoch, place);
        break;
      case 'era-posted': {
        const { header, headerHash, finalisableAtMs } = event;
        this.#eras.set(event.era, { header, headerHash, finalisableAtMs, posted: place, finalised: null });
        break;
      }
      case 'era-finalised':
        this.#eras.set(event.era, { ...this.#eras.get(event.era)!, finalised: place });
        break;
      case 'era-voided':
        for (let era = event.era; era <= event.lastEra; era++) {
          this.#eras.delete(era);
          this.#voided.set(era, this.timesVoided(era) + 1);
        }
        break;
    }
  }

  #applyToSums(event: ChainEvent): void {
    const sums = this.#sums;
    switch (event.kind) {
      case 'deposit':
        sums.deposited += BigInt(event.grains);
        break;
      case 'claim':
        sums.claimedCredits += event.creditsGrains;
        sums.claimedTokens += event.tokensGrains;
        this.#pay(event.account, event.creditsGrains, event.tokensGrains);
        break;
      case 'era-finalised':
        sums.tokensMinted += event.mintedTokens;
        break;
      case 'poster-bonded':
      case 'poster-unbonded':
        sums.posterBond = BigInt(event.bondGrains);
        break;
      case 'poster-slashed':
        sums.posterBond = 0n;
        break;
      case 'bond-deposited':
        sums.bondDeposited += BigInt(event.grains);
        break;
      case 'bond-withdrawn':
        sums.bondWithdrawn += BigInt(event.grains);
        break;
      case 'slash-proposed':
        sums.bondHeld += BigInt(event.grains);
        break;
      case 'slash-reversed':
        sums.bondHeld -= BigInt(event.grains);
        break;
      case 'slash-final': {
        const grains = BigInt(event.challengerGrains) + BigInt(event.insuranceGrains) + BigInt(event.burntGrains);
        sums.bondHeld -= grains;
        sums.bondSlashed += grains;
        break;
      }
    }
  }

  #pay(account: string, credits: bigint, tokens: bigint): void {
    const before = this.claimed(account);
    this.#claimed.set(account, { credits: before.credits + credits, tokens: before.tokens + tokens });
  }

  #move({ asset, from, to, grains }: TokenTransfer): void {
    if (asset === 'credit') {
      if (to === this.#settlement) this.#sums.creditsInSettlement += grains;
      if (from === this.#settlement) this.#sums.creditsInSettlement -= grains;
    } else {
      if (from === zeroAddress) this.#sums.tokenSupply += grains;
      if (to === zeroAddress) this.#sums.tokenSupply -= grains;
    }
  }
}
