import type { Economy, OffenceRule } from './economy.ts';
import type { ChargedWindow, EconomyState, EraAmounts, FaultLine, NodeState, OpenFault, Verdict } from './epoch.ts';
import { eraOf } from './epoch-clock.ts';
import { addExact, isAmount, mulDivUp } from './exact.ts';
import { compareText } from './order.ts';
import type { Epoch, Era, Grains } from './quantities.ts';
import { KernelRefusal } from './refusal.ts';
import { bondStatus } from './roster.ts';
import { TakeBuckets } from './take-buckets.ts';
import { compareWindows } from './usage.ts';

const MILLION = 1_000_000;
const NOTHING = 0 as Grains;

type Proposal = Extract<Verdict, { kind: 'fault-proposed' }>;
type Reversal = Extract<Verdict, { kind: 'fault-reversed' }>;
type WindowKey = EconomyState['refundedWindows'][number];

/** Unvested amounts and standing of a node that a fault touches in this epoch. */
export interface NodeAccount {
  status: NodeState['status'];
  holdback: readonly EraAmounts[];
  held: readonly EraAmounts[];
  /** Faults that became final in this epoch. */
  failures: number;
  slashedGrains: number;
}

/** What the faults leave for the next state and for the payouts. */
export interface FaultResult {
  readonly lines: readonly FaultLine[];
  readonly openFaults: readonly OpenFault[];
  readonly refundedWindows: readonly WindowKey[];
  readonly take: TakeBuckets;
  readonly heldTake: TakeBuckets;
  readonly refundedGrains: number;
  readonly toInsuranceGrains: number;
  readonly toCarriedGrains: number;
}

/**
 * The faults of one epoch, in two steps around the epoch's amounts.
 *
 * `open` runs first: a live proposal moves all of the node's holdback to `held` and its windows' take to `heldTake`, so
 * what the node earns in this epoch is held too; a reversal moves it all back, and what lies in an era that has vested
 * meanwhile vests at once. A window belongs to the first fault that names it, and no window is refunded twice.
 *
 * `finish` runs last: a fault whose appeal ended refunds its windows, in canonical order, from their held take and then
 * from the node's held credits, never more than there is. When the node's last open fault has ended, the rest of a
 * slashed node's held credits goes to insurance and its tokens to carried emission.
 *
 * A fault in shadow mode goes through the same stages and moves nothing.
 */
export class FaultBook {
  readonly #economy: Economy;
  readonly #epoch: Epoch;
  readonly #roster: readonly NodeState[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #rules: ReadonlyMap<string, OffenceRule>;
  readonly #accounts = new Map<number, NodeAccount>();
  readonly #open: Map<string, OpenFault>;
  readonly #lines: FaultLine[] = [];
  /** Nodes with a fault in this epoch; made when the faults have ended. */
  #named: Set<string> | null = null;
  readonly #take: TakeBuckets;
  readonly #heldTake: TakeBuckets;
  readonly #refunded: WindowKey[];
  /** Eras up to this one had vested before this settlement. */
  readonly #vestedThrough: number;

  constructor(
    economy: Economy,
    state: EconomyState,
    roster: readonly NodeState[],
    indexOf: ReadonlyMap<string, number>,
  ) {
    this.#economy = economy;
    this.#epoch = state.epoch;
    this.#roster = roster;
    this.#indexOf = indexOf;
    this.#rules = new Map(economy.offences.map((rule) => [rule.offence, rule]));
    this.#open = new Map(state.openFaults.map((fault) => [fault.faultId, fault]));
    this.#take = new TakeBuckets(state.take);
    this.#heldTake = new TakeBuckets(state.heldTake);
    this.#refunded = [...state.refundedWindows];
    this.#vestedThrough = eraOf(economy, state.epoch) - 1 - economy.cadence.holdbackEras;
  }

  /**
   * Proposals, then reversals, each in order of faultId.
   * @throws KernelRefusal KERNEL-FAULT-DUPLICATE, KERNEL-FAULT-UNKNOWN, KERNEL-NODE-UNKNOWN, KERNEL-OFFENCE-UNKNOWN,
   *   KERNEL-WINDOW
   */
  open(verdicts: readonly Verdict[]): void {
    for (const proposal of byFaultId<Proposal>(verdicts, 'fault-proposed')) this.#propose(proposal);
    for (const reversal of byFaultId<Reversal>(verdicts, 'fault-reversed')) this.#reverse(reversal.faultId);
    // Nodes whose faults end in this epoch are held through it, so that `finish` finds its earnings with the rest.
    for (const fault of this.#due()) {
      const account = this.#account(this.#nodeIndex(fault.nodeId, fault.faultId));
      if (this.#isLive(fault.offence, fault.faultId)) hold(account);
    }
  }

  get accounts(): Iterable<readonly [number, NodeAccount]> {
    return this.#accounts;
  }

  hasProofs(nodeId: string): boolean {
    this.#named ??= new Set([...this.#open.values(), ...this.#lines].map((fault) => fault.nodeId));
    return this.#named.has(nodeId);
  }

  /** Faults of a node and offence that are proven and not reversed: still open, or final in this epoch. */
  proofCount(nodeId: string, offence: string): number {
    const open = [...this.#open.values()].filter((fault) => fault.nodeId === nodeId && fault.offence === offence);
    const final = this.#lines.filter(
      (line) => line.stage === 'final' && line.nodeId === nodeId && line.offence === offence,
    );
    return open.length + final.length;
  }

  /** The node's account if a fault has touched it in this epoch. */
  accountOf(node: number): NodeAccount | undefined {
    return this.#accounts.get(node);
  }

  /** Finals, then what they leave. The accounts of touched nodes must hold this epoch's earnings already. */
  finish(): FaultResult {
    let refundedGrains = 0;
    for (const fault of this.#due()) refundedGrains = addExact(refundedGrains, this.#finalise(fault));
    const { credits, tokens } = this.#sweep();
    return {
      lines: this.#lines,
      openFaults: [...this.#open.values()].sort(byId),
      refundedWindows: this.#refunded,
      take: this.#take,
      heldTake: this.#heldTake,
      refundedGrains,
      toInsuranceGrains: credits,
      toCarriedGrains: tokens,
    };
  }

  #propose(proposal: Proposal): void {
    const { faultId, nodeId, offence, evidence, challenger } = proposal;
    if (this.#open.has(faultId)) throw refuse('KERNEL-FAULT-DUPLICATE', faultId, 'a new faultId', faultId);
    const node = this.#nodeIndex(nodeId, faultId);
    const live = this.#isLive(offence, faultId);
    const windows = checkedWindows(proposal, this.#epoch);
    const held = live ? this.#holdTake(windows) : [];
    const finalEpoch = (this.#epoch + this.#economy.cadence.appealEpochs) as Epoch;
    const fault: OpenFault = {
      faultId,
      nodeId,
      offence,
      proposedEpoch: this.#epoch,
      finalEpoch,
      evidence,
      challenger,
      windows: held,
    };
    this.#open.set(faultId, fault);
    if (live) hold(this.#account(node));
    this.#lines.push(faultLine(fault, 'proposed'));
  }

  /** The windows that no fault has named yet, with the take that could be moved for them. */
  #holdTake(windows: readonly ChargedWindow[]): ChargedWindow[] {
    const known = new Set(this.#refunded.map(windowKey));
    for (const fault of this.#open.values()) for (const window of fault.windows) known.add(windowKey(window));
    return windows
      .filter((window) => !known.has(windowKey(window)))
      .map((window) => {
        const moved = this.#take.moveTo(this.#heldTake, window, this.#sourceEras(window));
        return { ...window, ...moved };
      });
  }

  /** Eras whose buckets may hold a window's take: its own, and the one it was settled in if it came late. */
  #sourceEras(window: ChargedWindow): Era[] {
    const own = eraOf(this.#economy, window.epoch);
    if (own <= this.#vestedThrough) return [];
    const latest = eraOf(this.#economy, window.epoch + this.#economy.cadence.lateEpochs);
    return Array.from({ length: latest - own + 1 }, (_, index) => (own + index) as Era);
  }

  #reverse(faultId: string): void {
    const fault = this.#open.get(faultId);
    if (fault === undefined) throw refuse('KERNEL-FAULT-UNKNOWN', faultId, 'an open fault', faultId);
    this.#open.delete(faultId);
    this.#lines.push(faultLine(fault, 'reversed'));
    if (!this.#isLive(fault.offence, faultId)) return;
    for (const window of fault.windows) {
      this.#heldTake.moveTo(this.#take, window, [...this.#sourceEras(window), ...this.#heldTake.eras]);
    }
    const node = this.#nodeIndex(fault.nodeId, faultId);
    const account = this.#account(node);
    if (account.status !== 'held' || this.#isHeldByOpenFault(fault.nodeId)) return;
    const { className, bondGrains } = this.#roster[node]!;
    account.status = bondStatus(this.#economy, className, bondGrains);
    account.holdback = account.held;
    account.held = [];
  }

  #finalise(fault: OpenFault): number {
    this.#open.delete(fault.faultId);
    const rule = this.#rules.get(fault.offence);
    if (rule?.mode !== 'live') {
      this.#lines.push(faultLine(fault, 'final'));
      return 0;
    }
    const node = this.#nodeIndex(fault.nodeId, fault.faultId);
    const account = this.#account(node);
    const refunds = fault.windows.map((window) => this.#refund(account, window));
    account.status = 'slashed';
    account.failures += 1;
    const slashGrains = this.#slash(account, this.#roster[node]!.bondGrains, rule.slashPpm);
    this.#lines.push({
      ...faultLine(fault, 'final'),
      slashGrains,
      refunds: refunds.filter((one) => one.creditsGrains > 0),
    });
    return refunds.reduce((sum, one) => addExact(sum, one.creditsGrains), 0);
  }

  #refund(account: NodeAccount, window: ChargedWindow): FaultLine['refunds'][number] {
    const { burnGrains, insuranceGrains, treasuryGrains, consumer, leaseId, epoch, resource } = window;
    this.#heldTake.moveTo(null, window, [...this.#sourceEras(window), ...this.#heldTake.eras]);
    this.#refunded.push({ epoch, leaseId, resource });
    const fromTake = burnGrains + insuranceGrains + treasuryGrains;
    const paid = payFrom(account.held, window.chargeGrains - fromTake);
    account.held = paid.rest;
    return { consumer, leaseId, creditsGrains: (fromTake + paid.grains) as Grains };
  }

  /** Rounded up, at most what the bond has left. */
  #slash(account: NodeAccount, bondGrains: number, slashPpm: number): Grains {
    const slashed = Math.min(bondGrains - account.slashedGrains, mulDivUp(bondGrains, slashPpm, MILLION));
    account.slashedGrains += slashed;
    return slashed as Grains;
  }

  /** What is left of slashed nodes without an open fault; recorded with the fault that ended last. */
  #sweep(): { credits: number; tokens: number } {
    let credits = 0;
    let tokens = 0;
    for (const [node, account] of this.#accounts) {
      const { nodeId } = this.#roster[node]!;
      if (account.status !== 'slashed' || account.held.length === 0 || this.#isHeldByOpenFault(nodeId)) continue;
      const left = totalOf(account.held);
      account.held = [];
      credits = addExact(credits, left.creditsGrains);
      tokens = addExact(tokens, left.tokensGrains);
      const line = this.#lines.findLastIndex((one) => one.nodeId === nodeId && one.stage !== 'proposed');
      this.#lines[line] = {
        ...this.#lines[line]!,
        toInsuranceCreditsGrains: left.creditsGrains,
        toCarriedTokensGrains: left.tokensGrains,
      };
    }
    return { credits, tokens };
  }

  #due(): readonly OpenFault[] {
    return [...this.#open.values()].filter((fault) => fault.finalEpoch <= this.#epoch).sort(byId);
  }

  #isHeldByOpenFault(nodeId: string): boolean {
    return [...this.#open.values()].some(
      (fault) => fault.nodeId === nodeId && this.#rules.get(fault.offence)?.mode === 'live',
    );
  }

  #isLive(offence: string, faultId: string): boolean {
    const rule = this.#rules.get(offence);
    if (rule !== undefined) return rule.mode === 'live';
    throw refuse('KERNEL-OFFENCE-UNKNOWN', faultId, `one of ${[...this.#rules.keys()].join(', ')}`, offence);
  }

  #nodeIndex(nodeId: string, faultId: string): number {
    const index = this.#indexOf.get(nodeId);
    if (index !== undefined) return index;
    throw refuse('KERNEL-NODE-UNKNOWN', faultId, 'a node of the economy', nodeId);
  }

  #account(index: number): NodeAccount {
    const known = this.#accounts.get(index);
    if (known !== undefined) return known;
    const { status, holdback, held } = this.#roster[index]!;
    const account: NodeAccount = { status, holdback, held, failures: 0, slashedGrains: 0 };
    this.#accounts.set(index, account);
    return account;
  }
}

/** Adds an epoch's earnings to its era's entry; entries stay in order of era, and none is empty. */
export function addEarnings(
  entries: readonly EraAmounts[],
  era: Era,
  creditsGrains: number,
  tokensGrains: number,
): readonly EraAmounts[] {
  if (creditsGrains === 0 && tokensGrains === 0) return entries;
  const grown = entries.slice();
  const last = entries.at(-1);
  const isNew = last === undefined || last.era !== era;
  grown[isNew ? entries.length : entries.length - 1] = {
    era,
    creditsGrains: (isNew ? creditsGrains : addExact(last.creditsGrains, creditsGrains)) as Grains,
    tokensGrains: (isNew ? tokensGrains : addExact(last.tokensGrains, tokensGrains)) as Grains,
  };
  return grown;
}

export function totalOf(entries: readonly EraAmounts[]): { creditsGrains: Grains; tokensGrains: Grains } {
  let creditsGrains = 0;
  let tokensGrains = 0;
  for (const entry of entries) {
    creditsGrains = addExact(creditsGrains, entry.creditsGrains);
    tokensGrains = addExact(tokensGrains, entry.tokensGrains);
  }
  return { creditsGrains: creditsGrains as Grains, tokensGrains: tokensGrains as Grains };
}

function hold(account: NodeAccount): void {
  if (account.status === 'slashed' || account.status === 'held') return;
  account.status = 'held';
  account.held = account.holdback;
  account.holdback = [];
}

/** Takes up to `wanted` credits out of entries, oldest era first. */
function payFrom(entries: readonly EraAmounts[], wanted: number): { grains: number; rest: readonly EraAmounts[] } {
  let left = wanted;
  const rest: EraAmounts[] = [];
  for (const entry of entries) {
    const part = Math.min(left, entry.creditsGrains);
    left -= part;
    const creditsGrains = (entry.creditsGrains - part) as Grains;
    if (creditsGrains > 0 || entry.tokensGrains > 0) rest.push({ ...entry, creditsGrains });
  }
  return { grains: wanted - left, rest };
}

/** Sorted, each once, every amount consistent. */
function checkedWindows(proposal: Proposal, epoch: Epoch): readonly ChargedWindow[] {
  const sorted = [...proposal.windows].sort(compareWindows);
  for (const window of sorted) {
    const { chargeGrains, earnedGrains, burnGrains, insuranceGrains, treasuryGrains } = window;
    const parts = [earnedGrains, burnGrains, insuranceGrains, treasuryGrains];
    const consistent = isAmount(chargeGrains) && parts.every(isAmount) && chargeGrains === parts.reduce(addExact, 0);
    if (!consistent || !isAmount(window.epoch) || window.epoch > epoch) {
      const expected = `charge = earned + burn + insurance + treasury, of an epoch up to ${epoch}`;
      throw refuse('KERNEL-WINDOW', proposal.faultId, expected, JSON.stringify(window));
    }
  }
  return sorted.filter((window, index) => index === 0 || compareWindows(sorted[index - 1]!, window) !== 0);
}

function byFaultId<Kind extends Proposal | Reversal>(
  verdicts: readonly Verdict[],
  kind: Kind['kind'],
): readonly Kind[] {
  return verdicts
    .filter((verdict) => verdict.kind === kind)
    .map((verdict) => verdict as Kind)
    .sort(byId);
}

function byId(x: { readonly faultId: string }, y: { readonly faultId: string }): number {
  return compareText(x.faultId, y.faultId);
}

function windowKey(window: WindowKey): string {
  return `${window.leaseId} ${window.resource} ${window.epoch}`;
}

function faultLine(fault: OpenFault, stage: FaultLine['stage']): FaultLine {
  const { windows: _, ...named } = fault;
  return {
    ...named,
    stage,
    slashGrains: NOTHING,
    refunds: [],
    toInsuranceCreditsGrains: NOTHING,
    toCarriedTokensGrains: NOTHING,
  };
}

function refuse(code: KernelRefusal['code'], faultId: string, expected: string, got: unknown): KernelRefusal {
  return new KernelRefusal(code, `verdicts.${faultId}`, expected, got);
}
