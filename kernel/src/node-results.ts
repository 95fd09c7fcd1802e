import type { Economy, OffenceRule } from './economy.ts';
import type { EraAmounts, NodeLine, NodeState } from './epoch.ts';
import { addExact, mulDivDown } from './exact.ts';
import type { FaultBook } from './faults.ts';
import { addEarnings, totalOf } from './faults.ts';
import type { ObservationCounts } from './observations.ts';
import type { Era, Grains, NcuMs, Ppm } from './quantities.ts';
import { failureSharePpm, multiplierPpm, observe, scorePpm } from './reputation.ts';
import { bondRequired, bondStatus } from './roster.ts';
import type { SettlementColumns } from './settle-columns.ts';
import type { RatedUsage } from './usage.ts';
import { countsWork } from './usage.ts';

const MILLION = 1_000_000;
const NOTHING = 0 as Grains;
const NO_AMOUNTS: readonly EraAmounts[] = [];

/** All that an epoch's node results are made of. */
export interface NodeResultInputs {
  readonly economy: Economy;
  readonly era: Era;
  /** Eras up to this one vest in this settlement. */
  readonly vestThrough: number;
  readonly roster: readonly NodeState[];
  readonly usage: RatedUsage;
  readonly columns: SettlementColumns;
  readonly faults: FaultBook;
  readonly observations: ObservationCounts;
}

/** Every node's statement line and next state, in the roster's order. */
export function nodeResults(inputs: NodeResultInputs): { readonly lines: NodeLine[]; readonly states: NodeState[] } {
  const lines: NodeLine[] = [];
  const states: NodeState[] = [];
  const margins = new MarginTable(inputs.economy.offences, inputs.faults);
  const required = new Map(inputs.economy.classes.map((one) => [one.name, bondRequired(one)]));
  for (let index = 0; index < inputs.roster.length; index += 1) {
    const node = inputs.roster[index]!;
    const state = nextState(inputs, node, index);
    states.push(state);
    lines.push(nodeLine(inputs, node, state, index, required.get(node.className)!, margins.of(state)));
  }
  return { lines, states };
}

function nextState(inputs: NodeResultInputs, node: NodeState, index: number): NodeState {
  const { economy, era, vestThrough, columns, faults, observations } = inputs;
  const account = faults.accountOf(index);
  const { lambdaPpm } = economy.reputation;
  const failures = account?.failures ?? 0;
  const confirmed = observations.confirmed[index]!;
  const credits = columns.nodes.earnedCredits[index]!;
  const tokens = columns.nodes.earnedTokens[index]!;
  const frozen = columns.nodes.frozen[index] === 1;
  const { nodeId, operator, className, milliNcu, bondGrains } = node;
  const status = account?.status ?? node.status;
  return {
    nodeId,
    operator,
    className,
    milliNcu,
    bondGrains,
    status: frozen || status === 'slashed' ? status : bondStatus(economy, className, bondGrains),
    // Confirmed results and final faults move the reputation, kept and abandoned assignments the liveness.
    reputation: observe(lambdaPpm, node.reputation, confirmed, failures),
    liveness: observe(lambdaPpm, node.liveness, observations.completed[index]!, observations.abandoned[index]!),
    consecutiveValid: failures > 0 ? 0 : addExact(node.consecutiveValid, confirmed),
    holdback: frozen
      ? NO_AMOUNTS
      : addEarnings(unvested(account?.holdback ?? node.holdback, vestThrough), era, credits, tokens),
    held: frozen ? (account?.held ?? addEarnings(node.held, era, credits, tokens)) : NO_AMOUNTS,
  };
}

function unvested(entries: readonly EraAmounts[], vestThrough: number): readonly EraAmounts[] {
  const first = entries[0];
  return first === undefined || first.era > vestThrough ? entries : entries.filter((entry) => entry.era > vestThrough);
}

function nodeLine(
  inputs: NodeResultInputs,
  before: NodeState,
  after: NodeState,
  index: number,
  bondRequiredGrains: Grains,
  margins: NodeLine['margins'],
): NodeLine {
  const { economy, usage, columns, faults } = inputs;
  const { nodes } = columns;
  const score = scorePpm(after.reputation);
  const frozen = nodes.frozen[index] === 1;
  const credits = nodes.openCreditsAfter[index]! as Grains;
  const tokens = nodes.openTokensAfter[index]! as Grains;
  // A fault that ended in this epoch has taken from what the columns knew.
  const held = frozen && faults.accountOf(index) !== undefined ? totalOf(after.held) : null;
  return {
    nodeId: after.nodeId,
    operator: after.operator,
    className: after.className,
    ncuMs: usage.taskNcuMs[index]! as NcuMs,
    auditNcuMs: usage.auditNcuMs[index]! as NcuMs,
    earnedCreditsGrains: nodes.earnedCredits[index]! as Grains,
    bondGrains: after.bondGrains,
    bondRequiredGrains,
    curveWeight: nodes.curveWeight[index]! as NcuMs,
    weight: nodes.weight[index]! as NcuMs,
    weightReason: weightReason(before, nodes.work[index]!, nodes.curveWeight[index]!, nodes.weight[index]!),
    earnedTokensGrains: nodes.earnedTokens[index]! as Grains,
    reputationPpm: score,
    multiplierPpm: multiplierPpm(economy, score),
    consecutiveValid: after.consecutiveValid,
    status: after.status,
    vestedCreditsGrains: nodes.vestedCredits[index]! as Grains,
    vestedTokensGrains: nodes.vestedTokens[index]! as Grains,
    holdbackCreditsGrains: frozen ? NOTHING : credits,
    holdbackTokensGrains: frozen ? NOTHING : tokens,
    heldCreditsGrains: held?.creditsGrains ?? (frozen ? credits : NOTHING),
    heldTokensGrains: held?.tokensGrains ?? (frozen ? tokens : NOTHING),
    margins,
  };
}

function weightReason(node: NodeState, work: number, curve: number, weight: number): NodeLine['weightReason'] {
  if (!countsWork(node)) return 'stopped';
  if (work === 0) return 'no-work';
  if (weight < curve) return 'operator-cap';
  return curve < work ? 'bond-cap' : 'full';
}

/**
 * How far a node is from each offence's threshold. Shares are rounded down: a node is at a threshold only when it is
 * surely there.
 */
class MarginTable {
  readonly #rules: readonly OffenceRule[];
  readonly #faults: FaultBook;
  /** Of every node without a failure: none has gone any of the way, however much it has done. */
  #clean: NodeLine['margins'] | null = null;

  constructor(rules: readonly OffenceRule[], faults: FaultBook) {
    this.#rules = rules;
    this.#faults = faults;
  }

  of(node: NodeState): NodeLine['margins'] {
    const isClean = node.liveness.failurePpm === 0 && node.reputation.failurePpm === 0;
    if (!isClean || this.#faults.hasProofs(node.nodeId)) return this.#rules.map((rule) => this.#margin(rule, node));
    this.#clean ??= this.#rules.map((rule) => this.#margin(rule, node));
    return this.#clean;
  }

  #margin(rule: OffenceRule, node: NodeState): NodeLine['margins'][number] {
    const { offence, mode, threshold } = rule;
    const value = this.#value(rule, node);
    return { offence, mode, value, threshold, usedPpm: usedPpm(rule, value) };
  }

  /** proof-count: faults not reversed. share: abandoned assignments. score: 1 - share of refuted results. */
  #value(rule: OffenceRule, node: NodeState): number {
    if (rule.statistic === 'proof-count') return this.#faults.proofCount(node.nodeId, rule.offence);
    if (rule.statistic === 'share-ppm') return failureSharePpm(node.liveness);
    return MILLION - failureSharePpm(node.reputation);
  }
}

function usedPpm({ statistic, threshold }: OffenceRule, value: number): Ppm {
  const way = statistic === 'score-ppm' ? MILLION - threshold : threshold;
  const gone = statistic === 'score-ppm' ? MILLION - value : value;
  return (gone >= way ? MILLION : mulDivDown(gone, MILLION, way)) as Ppm;
}
