import {
  type Economy,
  NOTHING_SLASHED,
  type NodeState,
  type OffenceName,
  type OffenceRule,
  SlashBook,
  type SlashingState,
} from '@stannary/kernel';
import type { BondBook } from './bond-book.ts';
import type { NodeBooks } from './node-books.ts';
import type { TakeBook, TakeParts } from './take-book.ts';

/** A fault between its proposal and its end. */
export interface OpenFault {
  readonly node: number;
  readonly className: string;
  readonly offence: OffenceName;
  readonly proposedEpoch: number;
  readonly finalEpoch: number;
  /** What the audited window was charged, and what of its take is held for a refund. */
  readonly chargeGrains: number;
  readonly heldTakeGrains: number;
  readonly challengeCostGrains: number;
  /** The node's at the proposal: its slash is of this, whatever it unbonds meanwhile. */
  readonly bondGrains: number;
  /** Of the node, unvested. */
  credits: number;
  tokens: number;
}

/** A fault as it is proposed, with the take of the audited window. */
export type Proposal = Omit<OpenFault, 'credits' | 'tokens' | 'finalEpoch' | 'heldTakeGrains' | 'bondGrains'> & {
  readonly take: TakeParts;
};

/** What a final fault came to, grains. */
export interface Verdict {
  readonly node: number;
  readonly offence: OffenceName;
  readonly refundedCredits: number;
  readonly toInsuranceCredits: number;
  /** All that was held of the node, and with it what the vesting schedule kept. */
  readonly voidedCredits: number;
  readonly voidedTokens: number;
}

/** Taken from a node's bond now; of a fault that has just ended, or that the class's limit had put off. */
export interface Slash {
  readonly node: number;
  readonly slashedTokens: number;
  readonly toChallengerTokens: number;
}

export interface FaultBookState {
  readonly open: readonly OpenFault[];
  readonly slashing: SlashingState;
  readonly shadowed: number;
  readonly proposed: number;
}

/** What the ends of an epoch's faults moved, grains. */
export interface FaultSums {
  readonly verdicts: readonly Verdict[];
  readonly slashes: readonly Slash[];
  readonly refundedFromNodes: number;
  readonly refundedFromTake: number;
  readonly toInsuranceCredits: number;
  readonly voidedTokens: number;
}

const MILLION = 1_000_000;

const NOTHING: FaultSums = {
  verdicts: [],
  slashes: [],
  refundedFromNodes: 0,
  refundedFromTake: 0,
  toInsuranceCredits: 0,
  voidedTokens: 0,
};

/**
 * Faults over a run, in the protocol's two steps: a proposal holds all that the node has not been paid; after the appeal
 * the consumer is refunded, the rest goes to insurance and the carried emission, and the bond is slashed by the kernel's
 * `SlashBook` (offence, correlation, span, ceiling, the class's limit). In shadow mode a fault is counted, and moves nothing.
 */
export class FaultBook {
  readonly #economy: Economy;
  readonly #rules: ReadonlyMap<OffenceName, OffenceRule>;
  #open: OpenFault[] = [];
  #slashing: SlashingState = NOTHING_SLASHED;
  #names: RosterNames | null = null;
  shadowed = 0;
  proposed = 0;

  constructor(economy: Economy, assumeLive: boolean) {
    this.#economy = assumeLive
      ? { ...economy, offences: economy.offences.map((rule) => ({ ...rule, mode: 'live' as const })) }
      : economy;
    this.#rules = new Map(this.#economy.offences.map((rule) => [rule.offence, rule]));
  }

  /** Whether a fault of this offence moves anything. */
  isLive(offence: OffenceName): boolean {
    return this.#rules.get(offence)?.mode === 'live';
  }

  /** Before the epoch's rewards: what would vest now is held too. One fault a node. */
  propose(books: NodeBooks, takeBook: TakeBook, { take, ...proposal }: Proposal): void {
    if (!this.isLive(proposal.offence)) {
      this.shadowed += 1;
      return;
    }
    this.proposed += 1;
    const { epochsPerEra, appealEpochs } = this.#economy.cadence;
    const finalEpoch = proposal.proposedEpoch + appealEpochs;
    const heldTakeGrains = takeBook.hold(Math.floor(proposal.proposedEpoch / epochsPerEra), take);
    const bondGrains = books.columns.nodes.bond[proposal.node]!;
    this.#open.push({ ...proposal, finalEpoch, heldTakeGrains, bondGrains, ...books.freeze(proposal.node) });
  }

  /** Unvested take that open faults hold. */
  get heldTakeGrains(): number {
    return this.#open.reduce((sum, fault) => sum + fault.heldTakeGrains, 0);
  }

  /** After the epoch's rewards: what frozen nodes earned is held, and faults whose appeal has passed end. */
  finish(books: NodeBooks, bonds: BondBook, ranges: ClassRanges, epoch: number): FaultSums {
    for (const fault of this.#open) {
      const earned = books.takeEarned(fault.node, epoch);
      fault.credits += earned.credits;
      fault.tokens += earned.tokens;
    }
    const due = this.#open.filter(({ finalEpoch }) => finalEpoch <= epoch);
    if (due.length === 0 && this.#slashing.deferred.length === 0) return NOTHING;
    this.#open = this.#open.filter(({ finalEpoch }) => finalEpoch > epoch);
    this.#names ??= namesOf(this.#economy.classes, ranges, books);
    const slashes = this.#slash(due, rosterOf(this.#names, books), bonds, epoch);
    const refundedFromTake = due.reduce((sum, fault) => sum + fault.heldTakeGrains, 0);
    const verdicts = due.map((fault): Verdict => {
      const fromNode = Math.min(fault.credits, fault.chargeGrains - fault.heldTakeGrains);
      const vesting = books.vesting?.void(fault.node) ?? 0;
      books.void(fault.node, fault.credits, fault.tokens);
      bonds.leave(fault.node, epoch);
      return {
        node: fault.node,
        offence: fault.offence,
        refundedCredits: fault.heldTakeGrains + fromNode,
        toInsuranceCredits: fault.credits - fromNode,
        voidedCredits: fault.credits,
        voidedTokens: fault.tokens + vesting,
      };
    });
    const refunded = verdicts.reduce((sum, one) => sum + one.refundedCredits, 0);
    return {
      verdicts,
      slashes,
      refundedFromNodes: refunded - refundedFromTake,
      refundedFromTake,
      toInsuranceCredits: verdicts.reduce((sum, one) => sum + one.toInsuranceCredits, 0),
      voidedTokens: verdicts.reduce((sum, one) => sum + one.voidedTokens, 0),
    };
  }

  /** What open faults of some nodes will take from their bonds, token grains, as far as the class's limit lets them. */
  awaitedSlashGrains(isOne: (node: number) => boolean): number {
    return this.#open.reduce((sum, { node, offence, bondGrains }) => {
      const { slashPpm, ceilingPpm } = this.#rules.get(offence)!;
      return isOne(node) ? sum + (bondGrains * Math.min(slashPpm, ceilingPpm)) / MILLION : sum;
    }, 0);
  }

  get open(): readonly OpenFault[] {
    return this.#open;
  }

  get state(): FaultBookState {
    return { open: this.#open, slashing: this.#slashing, shadowed: this.shadowed, proposed: this.proposed };
  }

  restore({ open, slashing, shadowed, proposed }: FaultBookState): void {
    this.#open = open.map((fault) => ({ ...fault }));
    this.#slashing = slashing;
    this.shadowed = shadowed;
    this.proposed = proposed;
  }

  #slash(due: readonly OpenFault[], roster: SlashRoster, bonds: BondBook, epoch: number): readonly Slash[] {
    const book = new SlashBook(this.#economy, epoch as never, roster, this.#slashing);
    for (const fault of due) {
      const node = { nodeId: nameOf(fault.node), className: fault.className, bondGrains: fault.bondGrains };
      const { mode, slashPpm, ceilingPpm } = this.#rules.get(fault.offence)!;
      const terms = { mode, slashPpm, ceilingPpm };
      book.convict(namedFault(fault, terms), node as unknown as NodeState);
    }
    const { results, state } = book.finish();
    this.#slashing = state;
    return results.map(({ fault, grantedGrains, challengerGrains }) => {
      const node = Number(fault.nodeId);
      return { node, slashedTokens: bonds.slash(node, grantedGrains), toChallengerTokens: challengerGrains };
    });
  }
}

/** By class of the economy, its nodes: from the first to before the last. */
type ClassRanges = readonly { readonly from: number; readonly to: number }[];
type SlashRoster = ConstructorParameters<typeof SlashBook>[2];

/** By node; a run's nodes keep theirs. */
interface RosterNames {
  readonly nodeId: readonly string[];
  readonly className: readonly string[];
}

/** Made only where a fault ends. */
function namesOf(classes: Economy['classes'], ranges: ClassRanges, { columns }: NodeBooks): RosterNames {
  const nodeId = Array.from(columns.nodes.bond, (_, node) => nameOf(node));
  const className = nodeId.map(() => '');
  ranges.forEach(({ from, to }, index) => {
    className.fill(classes[index]!.name, from, to);
  });
  return { nodeId, className };
}

/** The epoch's nodes as the kernel's book of slashes looks at them. */
function rosterOf(names: RosterNames, { columns }: NodeBooks): SlashRoster {
  const { bond } = columns.nodes;
  const at = (node: number) => ({ bondGrains: bond[node], bondRequiredGrains: 0, milliNcu: 1 });
  return { nodes: { length: bond.length, columns: { ...names, bondGrains: bond } }, at } as never;
}

function namedFault(fault: OpenFault, terms: object) {
  const { node, offence, proposedEpoch, finalEpoch, challengeCostGrains, bondGrains } = fault;
  return {
    faultId: nameOf(node),
    nodeId: nameOf(node),
    offence,
    proposedEpoch,
    finalEpoch,
    evidence: '',
    challenger: '',
    challengeCostGrains,
    terms,
    bondGrains,
  } as never;
}

/** Padded, so that the kernel's order of names is the order of nodes. */
function nameOf(node: number): string {
  return String(node).padStart(8, '0');
}
