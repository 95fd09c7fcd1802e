import { createHmac } from 'node:crypto';
import type { CaseFinding } from '@stannary/arbitration';
import type {
  ArbitrationCase,
  ArbitrationReader,
  ArbitrationRules,
  ArbitrationSender,
  CasePanel,
  CaseVerdict,
  Sent,
} from '@stannary/chain';
import { isOfChain, isRevert } from '../watch/chain-errors.ts';

/** What an arbiter has to say; `kind` is stable. */
export type ArbiterFinding =
  | { readonly kind: 'joined' | 'left' | 'bond-withdrawn'; readonly txHash: string }
  /** It is in no pool and cannot join, for want of tokens above all; it goes on with the cases that it sits on. */
  | { readonly kind: 'not-seated'; readonly reason: string }
  /** It waits for half of the time for votes; then nobody is convicted by what nobody can see. */
  | { readonly kind: 'evidence-missing'; readonly caseId: number; readonly reason: string }
  /** `reason` is null for guilty. */
  | { readonly kind: 'case-judged'; readonly caseId: number; readonly reason: string | null }
  | { readonly kind: 'committed'; readonly caseId: number; readonly txHash: string }
  | { readonly kind: 'revealed'; readonly caseId: number; readonly verdict: CaseVerdict; readonly txHash: string }
  | { readonly kind: 'helped'; readonly caseId: number; readonly act: Help; readonly txHash: string }
  | {
      readonly kind: 'fee-collected';
      readonly caseId: number;
      readonly grains: string;
      readonly txHash: string;
    }
  | { readonly kind: 'refused'; readonly caseId: number; readonly act: string; readonly reason: string };

/** What brings a case along, whoever sends it. */
type Help = 'record-entropy' | 'advance-beacon' | 'draw' | 'lapse' | 'tally' | 'close';

export interface ArbiterParts {
  readonly court: ArbitrationReader;
  readonly sender: ArbitrationSender;
  /** Judges by what is public. Throws where that is not to be had at the moment. */
  readonly judge: (of: ArbitrationCase) => Promise<CaseFinding>;
  /** The preimage that an epoch's poster revealed, 64 hex characters; null while nobody serves it, whatever the reason. */
  readonly preimageOf: (epoch: number) => Promise<string | null>;
  /** 64 hex characters, unknown to everybody else, the same at every call. */
  readonly saltOf: (caseId: number, instance: number) => string;
  /** It leaves the pool, and goes on with the cases that it sits on. */
  readonly isLeaving: boolean;
  readonly tell: (finding: ArbiterFinding) => void;
}

/** A part of the time for votes that evidence is waited for. */
const PATIENCE = 0.5;
const INSTANCES = [0, 1] as const;
/** The chain forgets a block's hash after 256; half of them leave time to record it. */
const BLOCKS_KEPT = 128;
const VERDICTS: readonly CaseVerdict[] = ['guilty', 'not-guilty'];

/**
 * Salts that nobody has to keep: each follows from the key. Whoever restarts can reveal what was committed to before.
 * @param place names the arbitration, so that one key serves many
 */
export function saltsOf(privateKey: string, place: string): ArbiterParts['saltOf'] {
  return (caseId, instance) =>
    createHmac('sha256', Buffer.from(privateKey.slice(2), 'hex'))
      .update(`stannary/arbiter-salt/1 ${place} ${caseId} ${instance}`)
      .digest('hex');
}

/**
 * Sits on committees. Keeps nothing: what it committed to is on the chain, and the salt follows from its key. Helps every
 * case along, its own or not; that another was faster is no error.
 */
export class Arbiter {
  readonly #parts: ArbiterParts;
  #rules: ArbitrationRules | null = null;
  /** Below it every case is closed, and paid as far as it concerns this arbiter. */
  #nextCase = 1;
  readonly #done = new Set<number>();
  readonly #missed = new Set<string>();
  /** Why it could not join; said once. */
  #unseated: string | null = null;

  constructor(parts: ArbiterParts) {
    this.#parts = parts;
  }

  /** One look at the pool and at every case that is not done. Errors: those of the reader and the sender, but for reverts. */
  async run(): Promise<void> {
    const { court, sender } = this.#parts;
    this.#rules ??= await court.rules();
    const arbiterId = this.#parts.isLeaving ? await this.#leaving() : await this.#seated();
    const count = await court.caseCount();
    for (let caseId = this.#nextCase; caseId <= count; caseId += 1) {
      if (!this.#done.has(caseId) && (await this.#attend(caseId, arbiterId))) this.#done.add(caseId);
    }
    while (this.#done.delete(this.#nextCase)) this.#nextCase += 1;
    if ((await court.balance(sender.account)) > 0n) await this.#quietly(() => sender.withdraw());
  }

  /** Joins where it is in no pool. 0 for one that never could: no seat is its. */
  async #seated(): Promise<number> {
    const { court, sender } = this.#parts;
    const me = await court.arbiter(sender.account);
    if (me?.isSeated) return me.arbiterId;
    await this.#join();
    return (me ?? (await court.arbiter(sender.account)))?.arbiterId ?? 0;
  }

  /** One that was evicted and cannot make up its bond still has to vote where it was drawn before. */
  async #join(): Promise<void> {
    const { sender, tell } = this.#parts;
    try {
      const { txHash } = await sender.join();
      this.#unseated = null;
      tell({ kind: 'joined', txHash });
    } catch (error) {
      if (!isRevert(error)) throw error;
      const reason = (error as Error).message;
      if (this.#unseated !== reason) tell({ kind: 'not-seated', reason });
      this.#unseated = reason;
    }
  }

  /** 0 for one that never joined: no seat is its. */
  async #leaving(): Promise<number> {
    const { court, sender, tell } = this.#parts;
    const me = await court.arbiter(sender.account);
    if (me === null) return 0;
    if (me.isSeated) tell({ kind: 'left', txHash: (await sender.leave()).txHash });
    else if (me.bondGrains > 0n) {
      const sent = await this.#quietly(() => sender.withdrawBond());
      if (sent !== null) tell({ kind: 'bond-withdrawn', txHash: sent.txHash });
    }
    return me.arbiterId;
  }

  /** True when there is nothing left to do about it. */
  async #attend(caseId: number, arbiterId: number): Promise<boolean> {
    const { court } = this.#parts;
    const found = await court.case(caseId);
    if (found.status === 'closed') {
      await this.#collect(found, arbiterId);
      return true;
    }
    const panel = await court.panel(caseId, found.instance);
    const { block, atMs } = await court.now();
    if (found.status === 'drawing') await this.#bringToDraw(caseId, panel, { block, atMs });
    if (found.status === 'voting') {
      await this.#vote(found, panel, arbiterId, atMs);
      await this.#bringToTally(caseId, panel, atMs);
    }
    const closesAtMs = (found.decidedAtMs ?? 0) + this.#rules!.appealMs;
    if (found.status === 'decided' && atMs >= closesAtMs) {
      await this.#help('close', caseId, () => this.#parts.sender.close(caseId));
    }
    return false;
  }

  // ---- its own vote

  async #vote(found: ArbitrationCase, panel: CasePanel, arbiterId: number, atMs: number): Promise<void> {
    const seat = panel.seats.findIndex((one) => one.arbiterId === arbiterId);
    if (seat < 0) return;
    const { hasCommitted, hasRevealed } = panel.seats[seat]!;
    const { commitMs, revealMs } = this.#rules!;
    const revealsAtMs = panel.drawnAtMs! + commitMs;
    if (!hasCommitted && atMs < revealsAtMs)
      await this.#commit(found, seat, revealsAtMs - (1 - PATIENCE) * commitMs - atMs);
    const isRevealing = atMs >= revealsAtMs && atMs < revealsAtMs + revealMs;
    if (hasCommitted && !hasRevealed && isRevealing) await this.#reveal(found, seat);
  }

  /** `patienceMs`: how much longer evidence may be waited for. */
  async #commit(found: ArbitrationCase, seat: number, patienceMs: number): Promise<void> {
    const { sender, tell } = this.#parts;
    const { caseId, instance } = found;
    const verdict = await this.#verdictOn(found, patienceMs);
    if (verdict === null) return;
    await this.#sending(caseId, 'commit', async () => {
      const { txHash } = await sender.commitVerdict(caseId, seat, await this.#commitmentTo(caseId, instance, verdict));
      tell({ kind: 'committed', caseId, txHash });
    });
  }

  /** Null: later. */
  async #verdictOn(found: ArbitrationCase, patienceMs: number): Promise<CaseVerdict | null> {
    const { judge, tell } = this.#parts;
    const { caseId } = found;
    try {
      const finding = await judge(found);
      tell({ kind: 'case-judged', caseId, reason: finding.isGuilty ? null : finding.reason });
      return finding.isGuilty ? 'guilty' : 'not-guilty';
    } catch (error) {
      // The chain has to be asked again; it is not for whoever charges to publish that.
      if (isOfChain(error)) throw error;
      const key = `${caseId} ${found.instance}`;
      if (!this.#missed.has(key)) tell({ kind: 'evidence-missing', caseId, reason: (error as Error).message });
      this.#missed.add(key);
      if (patienceMs > 0) return null;
      tell({ kind: 'case-judged', caseId, reason: 'nobody publishes the evidence' });
      return 'not-guilty';
    }
  }

  /** What it committed to it finds again by its salt. */
  async #reveal({ caseId, instance }: ArbitrationCase, seat: number): Promise<void> {
    const { court, sender, saltOf, tell } = this.#parts;
    const committed = await court.commitment(caseId, instance, seat);
    for (const verdict of VERDICTS) {
      if ((await this.#commitmentTo(caseId, instance, verdict)) !== committed) continue;
      await this.#sending(caseId, 'reveal', async () => {
        const { txHash } = await sender.revealVerdict(caseId, seat, verdict, saltOf(caseId, instance));
        tell({ kind: 'revealed', caseId, verdict, txHash });
      });
    }
  }

  #commitmentTo(caseId: number, instance: number, verdict: CaseVerdict): Promise<string> {
    const { court, sender, saltOf } = this.#parts;
    return court.commitmentOf({ caseId, instance, account: sender.account, verdict, salt: saltOf(caseId, instance) });
  }

  // ---- what anybody may do

  async #bringToDraw(caseId: number, panel: CasePanel, now: { block: number; atMs: number }): Promise<void> {
    const { sender } = this.#parts;
    const { openedAtMs, entropyBlock, epoch, isEntropyKnown } = panel;
    const { drawMs } = this.#rules!;
    if (now.atMs >= openedAtMs + drawMs) return this.#help('lapse', caseId, () => sender.lapse(caseId));
    if (now.block <= entropyBlock) return;
    const isOld = now.block > entropyBlock + BLOCKS_KEPT;
    if (!isEntropyKnown && isOld) await this.#help('record-entropy', caseId, () => sender.recordEntropy(caseId));
    const isShown = await this.#showPreimage(caseId, epoch);
    if (isShown || now.atMs >= openedAtMs + drawMs / 2) await this.#help('draw', caseId, () => sender.draw(caseId));
  }

  /** True when the contract knows the epoch's preimage. */
  async #showPreimage(caseId: number, epoch: number): Promise<boolean> {
    const { court, sender, preimageOf } = this.#parts;
    if ((await court.nextLink()) > epoch) return true;
    const preimage = await preimageOf(epoch);
    if (preimage === null) return false;
    await this.#help('advance-beacon', caseId, () => sender.advanceBeacon(epoch, preimage));
    return (await court.nextLink()) > epoch;
  }

  async #bringToTally(caseId: number, { drawnAtMs, seats }: CasePanel, atMs: number): Promise<void> {
    const { commitMs, revealMs } = this.#rules!;
    const isOver = atMs >= drawnAtMs! + commitMs + revealMs;
    if (isOver || seats.every(({ hasRevealed }) => hasRevealed)) {
      await this.#help('tally', caseId, () => this.#parts.sender.tally(caseId));
    }
  }

  async #help(act: Help, caseId: number, send: () => Promise<Sent>): Promise<void> {
    const sent = await this.#quietly(send);
    if (sent !== null) this.#parts.tell({ kind: 'helped', caseId, act, txHash: sent.txHash });
  }

  /** Fees of the seats whose vote was the verdict. */
  async #collect({ caseId, verdict, instance: last }: ArbitrationCase, arbiterId: number): Promise<void> {
    const { court, sender, tell } = this.#parts;
    for (const instance of INSTANCES.filter((one) => one <= last)) {
      const { seats, shareGrains } = await court.panel(caseId, instance);
      const seat = seats.findIndex((one) => one.arbiterId === arbiterId);
      const mine = seats[seat];
      const isRight = mine?.hasRevealed === true && mine.convicts === (verdict === 'guilty');
      if (!isRight || mine.isPaid || shareGrains === 0n) continue;
      await this.#sending(caseId, 'collect', async () => {
        const { txHash } = await sender.collectFee(caseId, instance, seat);
        tell({ kind: 'fee-collected', caseId, grains: `${shareGrains}`, txHash });
      });
    }
  }

  /** Null where the contract refused: somebody was faster, or it is too early yet. */
  async #quietly(send: () => Promise<Sent>): Promise<Sent | null> {
    try {
      return await send();
    } catch (error) {
      if (!isRevert(error)) throw error;
      return null;
    }
  }

  /** What only this arbiter can do is said when it is refused. */
  async #sending(caseId: number, act: string, send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (!isRevert(error)) throw error;
      this.#parts.tell({ kind: 'refused', caseId, act, reason: (error as Error).message });
    }
  }
}
