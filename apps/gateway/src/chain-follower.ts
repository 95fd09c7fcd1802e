import { claimPostings, depositPosting, grainsOf, type Posting } from '@stannary/billing';
import { appendPostings, ledgerTotals } from '@stannary/billing/postgres';
import {
  type BlockRef,
  type ChainEvent,
  type ChainLogFollower,
  type FollowerStore,
  followChain,
} from '@stannary/chain';
import { epochAt } from '@stannary/kernel';
import type { ConservationAnswer } from './client/api.ts';
import type { GatewayConfig } from './config.ts';
import type { GatewayContext, Open } from './context.ts';
import type { Devices } from './devices.ts';
import { BURNED_TOKENS, readFact, writeFact } from './network-clock.ts';
import { NO_SLASH } from './slashes.ts';
import { forgetTimeline, keepTimeline } from './timeline.ts';

/** Where the chain is read. */
export type ChainPlace = Pick<GatewayConfig, 'rpcUrl' | 'witnessRpcUrls' | 'addressBook'>;

/** Of a fault that no case is about, as far as final blocks say. */
const UNCHARGED = { case_id: null, case_verdict: null, case_seen: false };
/** Fact: the last block whose events are in the ledger, in the transaction that took them in. */
const CHAIN_CURSOR = 'chain-cursor';

/**
 * Reads final blocks into the ledger, each once and in order: deposits, claims, what became of slashes. After every step
 * the two books are compared at that very block.
 */
export class ChainFollower {
  readonly #context: GatewayContext;
  readonly #devices: Devices;
  readonly #follower: ChainLogFollower;

  constructor(context: GatewayContext, devices: Devices, { rpcUrl, witnessRpcUrls = [], addressBook }: ChainPlace) {
    this.#context = context;
    this.#devices = devices;
    const rpcUrls = [rpcUrl, ...witnessRpcUrls];
    this.#follower = followChain({ rpcUrls, addressBook, finality: 'finalized', store: this.#store() });
  }

  /** One step; true when there is more to read. */
  async run(): Promise<boolean> {
    const { kind, block, isBehind } = await this.#follower.step();
    if (kind === 'taken') await this.#compare(block!.number);
    return isBehind;
  }

  #store(): FollowerStore {
    const { chain, db, count } = this.#context;
    return {
      // One block: the ledger takes nothing back, so final blocks that change stop the follower.
      tail: async () => {
        const cursor = await readFact<BlockRef | null>(db, CHAIN_CURSOR);
        return cursor === null ? [] : [cursor];
      },
      take: async ({ blocks, events, timeline }) => {
        const last = blocks.at(-1)!;
        await this.#devices.refresh(await chain.nodes(last.number));
        await db.transaction().execute(async (open) => {
          await this.#take(open, events);
          await keepTimeline(open, timeline);
          await writeFact(open, CHAIN_CURSOR, last);
        });
        for (const { kind } of timeline) count('timeline', kind);
      },
      // Only the deployment's own block is ever taken back, and nobody can have paid in before it.
      rewind: () =>
        db.transaction().execute(async (open) => {
          await forgetTimeline(open);
          await writeFact(open, CHAIN_CURSOR, null);
        }),
    };
  }

  async #take(open: Open, events: readonly ChainEvent[]): Promise<void> {
    const postings = events.flatMap((event) => this.#postings(event));
    await appendPostings(open, postings, this.#context.nowMs());
    const ours = this.#context.court?.sender.account ?? null;
    for (const event of events) {
      await noteCase(open, event, ours);
      await noteSlash(open, event);
      await noteVoid(open, event);
    }
  }

  #postings(event: ChainEvent): Posting[] {
    const { chainId, clock, nowMs } = this.#context;
    const epoch = epochAt(clock(), nowMs());
    const place = { chain: chainId, transactionHash: event.txHash, logIndex: event.logIndex, epoch };
    if (event.kind === 'deposit')
      return [depositPosting({ ...place, account: event.account, creditsGrains: grainsOf(event.grains) })];
    if (event.kind !== 'claim') return [];
    return claimPostings({
      ...place,
      account: event.account,
      creditsGrains: grainsOf(event.creditsGrains),
      tokensGrains: grainsOf(event.tokensGrains),
    });
  }

  /** Ledger and chain must say the same of every grain that crossed between them, at the same block. */
  async #compare(blockNumber: number): Promise<void> {
    const { chain, db, log } = this.#context;
    const [totals, balances] = await Promise.all([ledgerTotals(db), chain.balances(blockNumber)]);
    const { credit, token } = totals;
    const answer: ConservationAnswer = {
      ledger: {
        balanced: credit.balanced && token.balanced,
        creditsInGrains: credit.inGrains,
        creditsOutGrains: credit.outGrains,
        creditsHeldGrains: credit.heldGrains,
        tokensEmittedGrains: token.inGrains,
      },
      chain: {
        creditsInSettlementGrains: `${balances.creditsInSettlement}`,
        depositedGrains: `${balances.deposited}`,
        claimedGrains: `${balances.claimedCredits}`,
        tokensMintedGrains: `${balances.tokensMinted}`,
        blockNumber,
      },
      agree:
        BigInt(credit.inGrains) === balances.deposited &&
        BigInt(credit.outGrains) === balances.claimedCredits &&
        BigInt(credit.heldGrains) === balances.creditsInSettlement &&
        BigInt(token.outGrains) === balances.claimedTokens,
    };
    if (!answer.agree || !answer.ledger.balanced) log('error', 'the books differ', { ...answer });
    await writeFact(db, 'books', answer);
  }
}

/** A voided era is posted anew, and so are those that stood on it. */
async function noteVoid(open: Open, event: ChainEvent): Promise<void> {
  if (event.kind !== 'era-voided') return;
  await open
    .updateTable('era')
    .set(({ eb }) => ({
      status: 'voided',
      posted_tx: null,
      posted_ms: null,
      voided: eb('voided', '+', 1),
      voided_tx: event.txHash,
    }))
    .where('era', '>=', event.era)
    .where('era', '<=', event.lastEra)
    .execute();
}

/**
 * What committees make of the gateway's own charges: another's case with the same evidence, for however much of the bond,
 * says nothing of a fault. Nor does a case that ends without a committee, or whose committee lacked votes: the fault is
 * charged again.
 */
async function noteCase(open: Open, event: ChainEvent, ours: string | null): Promise<void> {
  if (event.kind === 'case-opened' && event.challenger === ours) {
    await open
      .updateTable('fault')
      .set({ case_id: event.caseId, case_verdict: null, case_seen: true })
      .where('node_id', '=', event.nodeId)
      .where('evidence_hash', '=', event.evidenceHash)
      .where('offence', '=', event.offence)
      .where('case_closed', '=', false)
      .execute();
  }
  if (event.kind !== 'case-decided' && event.kind !== 'case-closed') return;
  const ofCase = open.updateTable('fault').where('case_id', '=', event.caseId).where('case_seen', '=', true);
  if (event.kind === 'case-decided') {
    await ofCase.set(isHung(event) ? UNCHARGED : { case_verdict: event.verdict }).execute();
  } else {
    await ofCase.set(UNCHARGED).where('case_verdict', 'is', null).execute();
    const change = { case_verdict: event.verdict, case_closed: true };
    await ofCase.set(change).where('case_verdict', 'is not', null).execute();
  }
}

/** Most of those who voted convict, and too few voted: that acquits nobody. */
function isHung({ verdict, guiltyVotes, votes }: ChainEvent & { kind: 'case-decided' }): boolean {
  return verdict === 'not-guilty' && (votes === 0 || 2 * guiltyVotes > votes);
}

async function noteSlash(open: Open, event: ChainEvent): Promise<void> {
  if (event.kind === 'slash-proposed') {
    const change = {
      chain_slash_id: `${event.slashId}`,
      slash_grains: event.grains,
      proposed_tx: event.txHash,
      slash_due_ms: event.finalisableAtMs,
    };
    await open
      .updateTable('fault')
      .set(change)
      .where('node_id', '=', event.nodeId)
      .where('evidence_hash', '=', event.evidenceHash)
      .where('offence', '=', event.offence)
      .execute();
  }
  if (event.kind === 'slash-reversed') {
    const ofSlash = open.updateTable('fault').where('chain_slash_id', '=', `${event.slashId}`);
    await ofSlash.set({ chain_slash_id: NO_SLASH }).execute();
    // It may have held what other faults of the node found nothing left of: it is there for them to be charged again.
    await open
      .updateTable('fault')
      .set({ slash_grains: event.grains })
      .where('node_id', '=', event.nodeId)
      .where('stage', '=', 'proposed')
      .where('slash_grains', '=', 0)
      .where('chain_slash_id', '=', NO_SLASH)
      .execute();
  }
  if (event.kind === 'slash-final') {
    const burned = (await readFact<number>(open, BURNED_TOKENS)) ?? 0;
    await writeFact(open, BURNED_TOKENS, burned + event.burntGrains);
    await open
      .updateTable('fault')
      .set({ final_tx: event.txHash })
      .where('chain_slash_id', '=', `${event.slashId}`)
      .execute();
  }
}
