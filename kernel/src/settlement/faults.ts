import type { Economy, OffenceRule } from '../economy.ts';
import { addExact, isAmount } from '../numbers/exact.ts';
import type { Epoch, Era, Grains } from '../numbers/quantities.ts';
import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import type { VestingEntry } from '../security/vesting.ts';
import { unvestedGrains } from '../security/vesting.ts';
import type { BondDesk } from './bond-desk.ts';
import type {
  ChargedWindow,
  EconomyState,
  EraAmounts,
  FaultLine,
  FaultTerms,
  NodeState,
  OpenFault,
  SlashingState,
  Verdict,
} from './epoch.ts';
import { eraOf } from './epoch-clock.ts';
import { payFrom, totalOf } from './era-amounts.ts';
import type { Roster } from './roster.ts';
import { SlashBook, type SlashResult } from './slashing.ts';
import { TakeBuckets } from './take-buckets.ts';
import { compareWindows } from './usage.ts';

const NOTHING = 0 as Grains;

type Proposal = Extract<Verdict, { kind: 'fault-proposed' }>;
type Reversal = Extract<Verdict, { kind: 'fault-reversed' }>;
type WindowKey = EconomyState['refundedWindows'][number];

/** Unvested amounts and standing of a node that a fault touches in this epoch. */
export interface NodeAccount {
  status: NodeState['status'];
  holdback: readonly EraAmounts[];
  held: readonly EraAmounts[];
  vesting: readonly VestingEntry[];
  /** Faults that became final in this epoch. */
  failures: number;
  convictedOf: readonly string[];
}

/** What the faults leave for the next state and for the payouts. */
export interface FaultResult {
  readonly lines: readonly FaultLine[];
  readonly openFaults: readonly OpenFault[];
  readonly refundedWindows: readonly WindowKey[];
  readonly take: TakeBuckets;
  readonly heldTake: TakeBuckets;
  readonly slashing: SlashingState;
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
 * slashed node's held credits goes to insurance and its tokens to carried emission. What the bonds lose is `SlashBook`'s.
 *
 * A fault in shadow mode goes through the same stages and moves nothing. The mode and the shares of a fault are those of its
 * proposal, so that a version of the economy that begins meanwhile neither strands what is held nor takes what nobody held.
 */
export class FaultBook {
  readonly #economy: Economy;
  readonly #epoch: Epoch;
  readonly #roster: Roster;
  readonly #desk: BondDesk;
  readonly #rules: ReadonlyMap<string, OffenceRule>;
  readonly #accounts = new Map<number, NodeAccount>();
  readonly #open: Map<string, OpenFault>;
  readonly #lines: FaultLine[] = [];
  readonly #take: TakeBuckets;
  readonly #heldTake: TakeBuckets;
  readonly #refunded: WindowKey[];
  readonly #slashes: SlashBook;
  /** Eras up to this one had vested before this settlement. */
  readonly #vestedThrough: number;

  constructor(economy: Economy, state: EconomyState, roster: Roster, desk: BondDesk) {
    this.#economy = economy;
    this.#desk = desk;
    this.#epoch = state.epoch;
    this.#roster = roster;
    this.#rules = new Map(economy.offences.map((rule) => [rule.offence, rule]));
    this.#open = new Map(state.openFaults.map((fault) => [fault.faultId, fault]));
    this.#take = new TakeBuckets(state.take);
    this.#heldTake = new TakeBuckets(state.heldTake);
    this.#refunded = [...state.refundedWindows];
    this.#slashes = new SlashBook(economy, state.epoch, roster, state.slashing);
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
      if (fault.terms.mode === 'live') hold(account);
    }
  }

  get accounts(): Iterable<readonly [number, NodeAccount]> {
    return this.#accounts;
  }

  /** Offences of the open faults, by node; asked when the faults have ended. */
  openOffences(): ReadonlyMap<string, readonly string[]> {
    const byNode = Map.groupBy(this.#open.values(), (fault) => fault.nodeId);
    return new Map([...byNode].map(([nodeId, faults]) => [nodeId, faults.map((fault) => fault.offence)]));
  }

  /** The node's account, to take from or to add to. */
  touch(node: number): NodeAccount {
    return this.#account(node);
  }

  /** The node's account if anything has touched it in this epoch. */
  accountOf(node: number): NodeAccount | undefined {
    return this.#accounts.get(node);
  }

  /** Finals, then what they leave. The accounts of touched nodes must hold this epoch's earnings already. */
  finish(): FaultResult {
    let refundedGrains = 0;
    for (const fault of this.#due()) refundedGrains = addExact(refundedGrains, this.#finalise(fault));
    const { credits, tokens } = this.#sweep();
    const slashing = this.#slash();
    return {
      lines: this.#lines,
      openFaults: [...this.#open.values()].sort(byId),
      refundedWindows: this.#refunded,
      take: this.#take,
      heldTake: this.#heldTake,
      slashing,
      refundedGrains,
      toInsuranceGrains: credits,
      toCarriedGrains: tokens,
    };
  }

  #propose(proposal: Proposal): void {
    const { faultId, nodeId, offence, evidence, challenger, challengeCostGrains = NOTHING } = proposal;
    if (this.#open.has(faultId)) throw refuse('KERNEL-FAULT-DUPLICATE', faultId, 'a new faultId', faultId);
    const node = this.#nodeIndex(nodeId, faultId);
    const terms = this.#terms(offence, faultId);
    const live = terms.mode === 'live';
    const windows = checkedWindows(proposal, this.#epoch);
    if (!isAmount(challengeCostGrains)) {
      throw refuse('KERNEL-AMOUNT', faultId, 'an integer from 0 to 2^53 - 1', challengeCostGrains);
    }
    const held = live ? this.#holdTake(windows) : [];
    const finalEpoch = (this.#epoch + this.#economy.cadence.appealEpochs) as Epoch;
    const fault: OpenFault = {
      faultId,
      nodeId,
      offence,
      terms,
      bondGrains: this.#roster.at(node).bondGrains,
      proposedEpoch: this.#epoch,
      finalEpoch,
      evidence,
      challenger,
      challengeCostGrains,
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
    if (fault.terms.mode !== 'live') return;
    for (const window of fault.windows) {
      this.#heldTake.moveTo(this.#take, window, [...this.#sourceEras(window), ...this.#heldTake.eras]);
    }
    const node = this.#nodeIndex(fault.nodeId, faultId);
    const account = this.#account(node);
    if (account.status !== 'held' || this.#isHeldByOpenFault(fault.nodeId)) return;
    account.status = this.#desk.status(this.#roster.at(node));
    account.holdback = account.held;
    account.held = [];
  }

  #finalise(fault: OpenFault): number {
    this.#open.delete(fault.faultId);
    const node = this.#nodeIndex(fault.nodeId, fault.faultId);
    const account = this.#account(node);
    account.convictedOf = [...account.convictedOf, fault.offence];
    if (fault.terms.mode !== 'live') {
      this.#lines.push(faultLine(fault, 'final'));
      return 0;
    }
    const refunds = fault.windows.map((window) => this.#refund(account, window));
    account.status = 'slashed';
    account.failures += 1;
    const { windows: _, ...named } = fault;
    this.#slashes.convict(named, this.#roster.at(node));
    this.#lines.push({
      ...faultLine(fault, 'final'),
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

  /** Puts each slash into its fault's line; one that had waited has a line of its own. */
  #slash(): SlashingState {
    const { results, state } = this.#slashes.finish();
    for (const result of results) {
      const { faultId } = result.fault;
      if (!result.isDeferred) {
        const line = this.#lines.findLastIndex((one) => one.faultId === faultId);
        this.#lines[line] = { ...this.#lines[line]!, ...slashParts(result) };
      } else if (result.grantedGrains > 0) {
        this.#lines.push({ ...faultLine(result.fault, 'slashed'), ...slashParts(result) });
      }
    }
    return state;
  }

  /** What is left of slashed nodes without an open fault; recorded with the fault that ended last. */
  #sweep(): { credits: number; tokens: number } {
    let credits = 0;
    let tokens = 0;
    for (const [node, account] of this.#accounts) {
      const { nodeId } = this.#roster.at(node);
      const isEmpty = account.held.length === 0 && account.vesting.length === 0;
      if (account.status !== 'slashed' || isEmpty || this.#isHeldByOpenFault(nodeId)) continue;
      const left = totalOf(account.held);
      const vesting = unvestedGrains(account.vesting);
      account.held = [];
      account.vesting = [];
      credits = addExact(credits, left.creditsGrains);
      tokens = addExact(tokens, addExact(left.tokensGrains, vesting));
      const line = this.#lines.findLastIndex((one) => one.nodeId === nodeId && one.stage !== 'proposed');
      this.#lines[line] = {
        ...this.#lines[line]!,
        toInsuranceCreditsGrains: left.creditsGrains,
        toCarriedTokensGrains: (left.tokensGrains + vesting) as Grains,
        fromVestingTokensGrains: vesting,
      };
    }
    return { credits, tokens };
  }

  #due(): readonly OpenFault[] {
    return [...this.#open.values()].filter((fault) => fault.finalEpoch <= this.#epoch).sort(byId);
  }

  #isHeldByOpenFault(nodeId: string): boolean {
    return [...this.#open.values()].some((fault) => fault.nodeId === nodeId && fault.terms.mode === 'live');
  }

  #terms(offence: string, faultId: string): FaultTerms {
    const rule = this.#rules.get(offence);
    if (rule !== undefined) return { mode: rule.mode, slashPpm: rule.slashPpm, ceilingPpm: rule.ceilingPpm };
    throw refuse('KERNEL-OFFENCE-UNKNOWN', faultId, `one of ${[...this.#rules.keys()].join(', ')}`, offence);
  }

  #nodeIndex(nodeId: string, faultId: string): number {
    const index = this.#roster.indexOf.get(nodeId);
    if (index !== undefined) return index;
    throw refuse('KERNEL-NODE-UNKNOWN', faultId, 'a node of the economy', nodeId);
  }

  #account(index: number): NodeAccount {
    const known = this.#accounts.get(index);
    if (known !== undefined) return known;
    const { status, holdback, held, vesting, convictedOf } = this.#roster.at(index);
    const account: NodeAccount = { status, holdback, held, vesting, convictedOf, failures: 0 };
    this.#accounts.set(index, account);
    return account;
  }
}

function hold(account: NodeAccount): void {
  if (account.status === 'slashed' || account.status === 'held') return;
  account.status = 'held';
  account.held = account.holdback;
  account.holdback = [];
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

function slashParts(result: SlashResult) {
  return {
    slashGrains: result.grantedGrains,
    slashReason: result.reason,
    slashSharePpb: result.sharePpb,
    correlationPpb: result.correlationPpb,
    deferredSlashGrains: result.deferredGrains,
    toChallengerSlashGrains: result.challengerGrains,
    toInsuranceSlashGrains: result.insuranceGrains,
    burnedSlashGrains: result.burnGrains,
  };
}

function faultLine(fault: Omit<OpenFault, 'windows'>, stage: FaultLine['stage']): FaultLine {
  const { faultId, nodeId, offence, evidence, challenger, proposedEpoch, finalEpoch } = fault;
  return {
    faultId,
    nodeId,
    offence,
    stage,
    evidence,
    challenger,
    proposedEpoch,
    finalEpoch,
    slashGrains: NOTHING,
    slashReason: null,
    slashSharePpb: 0,
    correlationPpb: 0,
    deferredSlashGrains: NOTHING,
    toChallengerSlashGrains: NOTHING,
    toInsuranceSlashGrains: NOTHING,
    burnedSlashGrains: NOTHING,
    refunds: [],
    toInsuranceCreditsGrains: NOTHING,
    toCarriedTokensGrains: NOTHING,
    fromVestingTokensGrains: NOTHING,
  };
}

function refuse(code: KernelRefusal['code'], faultId: string, expected: string, got: unknown): KernelRefusal {
  return new KernelRefusal(code, `verdicts.${faultId}`, expected, got);
}
