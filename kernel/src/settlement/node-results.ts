import type { Economy, OffenceRule } from '../economy.ts';
import { addExact, mulDivDown } from '../numbers/exact.ts';
import type { Epoch, Era, Grains, Ppm } from '../numbers/quantities.ts';
import {
  type BetaMasses,
  failureSharePpm,
  NO_OBSERVATIONS,
  observeColumns,
  scoreOfMasses,
  standingMultiplierPpm,
} from '../security/reputation.ts';
import { unvestedGrains, type VestingEntry } from '../security/vesting.ts';
import type { BondDesk } from './bond-desk.ts';
import type { EraAmounts, EraColumns, MeterStanding, NodeLine, NodeState, NodeTable } from './epoch.ts';
import { addEarnings, totalOf } from './era-amounts.ts';
import type { FaultBook } from './faults.ts';
import type { ObservationCounts } from './observations.ts';
import type { ReservationBook } from './reservations.ts';
import type { Roster } from './roster.ts';
import type { SettlementColumns } from './settle-columns.ts';
import {
  type Column,
  type Columns,
  cellAt,
  column,
  exceptionsOf,
  numberColumn,
  numbersOf,
  type SparseColumn,
  sparseColumn,
  type Table,
} from './table.ts';
import type { UnpaidCredits } from './unpaid-credits.ts';
import type { RatedUsage } from './usage.ts';

const MILLION = 1_000_000;
const NOTHING: Column<Grains> = [0 as Grains];

/** All that an epoch's node results are made of. */
export interface NodeResultInputs {
  readonly economy: Economy;
  readonly epoch: Epoch;
  readonly era: Era;
  /** Eras up to this one vest in this settlement. */
  readonly vestThrough: number;
  readonly roster: Roster;
  readonly usage: RatedUsage;
  readonly reservations: ReservationBook;
  readonly unpaid: UnpaidCredits;
  readonly columns: SettlementColumns;
  readonly faults: FaultBook;
  readonly observations: ObservationCounts;
  readonly meters: { readonly standings: readonly MeterStanding[] };
  /** What the next epoch asks of each node. */
  readonly desk: BondDesk;
  /** What the vesting schedule keeps of each node, where that changed. */
  readonly vesting: ReadonlyMap<number, readonly VestingEntry[]>;
  /** Tokens for being there, by node. */
  readonly coverage: Float64Array;
}

/** Every node's statement line and next state, in the roster's order. Column by column: nothing is allocated a node. */
export function nodeResults(inputs: NodeResultInputs): {
  readonly lines: Table<NodeLine>;
  readonly states: NodeTable;
} {
  const states = nextStates(inputs);
  return { lines: { length: states.length, columns: lineColumns(inputs, states) }, states };
}

function nextStates(inputs: NodeResultInputs): NodeTable {
  const { economy, roster, faults, observations } = inputs;
  const { length, columns } = roster.nodes;
  const failures = new Float64Array(length);
  for (const [node, account] of faults.accounts) failures[node] = account.failures;
  const { confirmed, present, absent } = observations;
  return {
    length,
    columns: {
      ...columns,
      ...standings(inputs),
      // Confirmed results and final faults move the reputation, being there or not the liveness.
      reputation: observed(economy.reputation.lambdaPpm, columns.reputation, confirmed, failures),
      liveness: observed(economy.reputation.liveness.lambdaPpm, columns.liveness, present, absent),
      consecutiveValid: consecutive(columns.consecutiveValid, confirmed, failures),
      ...nextLists(inputs),
    },
    holdback: nextHoldback(inputs),
  };
}

/** What the next epoch asks of each node, and how it stands to that. */
function standings({ roster, columns: { nodes }, faults, desk }: NodeResultInputs) {
  const { length, columns } = roster.nodes;
  const required = new Float64Array(length);
  const status: NodeState['status'][] = new Array(length);
  for (let node = 0; node < length; node += 1) {
    const { requiredGrains, stopGrains } = desk.terms(cellAt(columns.className, node), cellAt(columns.milliNcu, node));
    required[node] = requiredGrains;
    status[node] = cellAt(columns.bondGrains, node) < stopGrains ? 'stopped' : 'active';
    if (nodes.frozen[node] === 1) status[node] = cellAt(columns.status, node);
  }
  for (const [node, account] of faults.accounts) {
    if (nodes.frozen[node] === 1 || account.status === 'slashed') status[node] = account.status;
  }
  return { bondRequiredGrains: numberColumn<Grains>(required), status: column(status) };
}

function observed(
  lambdaPpm: number,
  before: NodeTable['columns']['reputation'],
  successes: Float64Array,
  failures: Float64Array,
): NodeTable['columns']['reputation'] {
  const masses = {
    successPpm: numbersOf(before.successPpm, successes.length),
    failurePpm: numbersOf(before.failurePpm, successes.length),
  };
  observeColumns(lambdaPpm, masses, successes, failures);
  return { successPpm: numberColumn(masses.successPpm), failurePpm: numberColumn(masses.failurePpm) };
}

function consecutive(before: Column<number>, confirmed: Float64Array, failures: Float64Array): Column<number> {
  const after = numbersOf(before, confirmed.length);
  for (let node = 0; node < after.length; node += 1) {
    after[node] = failures[node]! > 0 ? 0 : addExact(after[node]!, confirmed[node]!);
  }
  return numberColumn(after);
}

/** Lists that nearly all nodes have empty. Of a frozen node nothing vests, and a fault may have taken all of it. */
function nextLists({ roster, era, columns: { nodes }, faults, vesting: changed }: NodeResultInputs) {
  const { columns } = roster.nodes;
  const convictedOf = exceptionsOf(columns.convictedOf);
  const vesting = exceptionsOf(columns.vesting);
  const held = new Map<number, readonly EraAmounts[]>();
  for (const [node, entries] of exceptionsOf(columns.held)) {
    if (nodes.frozen[node] === 1) held.set(node, entries);
  }
  nodes.frozen.forEach((frozen, node) => {
    if (frozen === 0 || faults.accountOf(node) !== undefined) return;
    const entries = addEarnings(held.get(node) ?? [], era, nodes.earnedCredits[node]!, nodes.earnedTokens[node]!);
    if (entries.length > 0) held.set(node, entries);
  });
  for (const [node, entries] of changed) vesting.set(node, entries);
  for (const [node, account] of faults.accounts) {
    convictedOf.set(node, account.convictedOf);
    held.set(node, nodes.frozen[node] === 1 ? account.held : []);
    if (nodes.frozen[node] === 1) vesting.set(node, account.vesting);
  }
  return { convictedOf: listColumn(convictedOf), held: listColumn(held), vesting: listColumn(vesting) };
}

function listColumn<Item>(lists: Map<number, readonly Item[]>): SparseColumn<readonly Item[]> {
  for (const [node, list] of lists) if (list.length === 0) lists.delete(node);
  return sparseColumn([], lists);
}

/**
 * Holdback before, less the eras that vested, with the epoch's earnings; of a frozen node nothing, for all of it is held.
 * An epoch's earnings never vest in its own settlement, though there be no holdback of whole eras.
 */
function nextHoldback({ roster, era, vestThrough, columns: { nodes }, faults }: NodeResultInputs): EraColumns {
  const { length, holdback } = roster.nodes;
  const touched = [...faults.accounts].map(([node, account]) => ({ node, entries: account.holdback }));
  // What a reversal gave back may be of an era of which nobody else has anything.
  const known = [...holdback.eras, ...touched.flatMap(({ entries }) => entries.map((entry) => entry.era))];
  const kept = new Set(known.filter((one) => one > vestThrough));
  const eras = [...new Set([...kept, era])].sort((x, y) => x - y);
  const next = (field: 'creditsGrains' | 'tokensGrains', earned: Float64Array) =>
    eras.map((one): Column<Grains> => {
      const before = (kept.has(one) && holdback[field][holdback.eras.indexOf(one)]) || NOTHING;
      if (one !== era && touched.length === 0) return before;
      const after = numbersOf(before, length);
      for (const { node, entries } of touched) {
        const left = nodes.frozen[node] === 0 && kept.has(one) ? entries.find((entry) => entry.era === one) : undefined;
        after[node] = left?.[field] ?? 0;
      }
      if (one === era) addWhereFree(after, earned, nodes.frozen);
      return numberColumn(after);
    });
  return filledEras(eras, next('creditsGrains', nodes.earnedCredits), next('tokensGrains', nodes.earnedTokens));
}

function addWhereFree(amounts: Float64Array, earned: Float64Array, frozen: Uint8Array): void {
  for (let node = 0; node < amounts.length; node += 1) {
    if (frozen[node] === 0) amounts[node] = addExact(amounts[node]!, earned[node]!);
  }
}

function filledEras(
  eras: readonly Era[],
  credits: readonly Column<Grains>[],
  tokens: readonly Column<Grains>[],
): EraColumns {
  const isFilled = (column: Column<Grains>) => column.length > 1 || (column[0] ?? 0) > 0;
  const filled = eras.map((_, at) => at).filter((at) => isFilled(credits[at]!) || isFilled(tokens[at]!));
  return {
    eras: filled.map((at) => eras[at]!),
    creditsGrains: filled.map((at) => credits[at]!),
    tokensGrains: filled.map((at) => tokens[at]!),
  };
}

function lineColumns(inputs: NodeResultInputs, states: NodeTable): Columns<NodeLine> {
  const { usage, reservations, unpaid, columns, coverage } = inputs;
  const { nodes } = columns;
  const { nodeId, operator, className, bondGrains, bondRequiredGrains, consecutiveValid, status } = states.columns;
  return {
    nodeId,
    operator,
    className,
    ncuMs: numberColumn(usage.taskNcuMs),
    auditNcuMs: numberColumn(usage.auditNcuMs),
    reservedNcuMs: numberColumn(reservations.usedNcuMs),
    ...earnings(nodes.earnedCredits, unpaid.taken),
    bondGrains,
    bondRequiredGrains,
    curveWeight: numberColumn(nodes.curveWeight),
    weight: numberColumn(nodes.weight),
    weightReason: weightReasons(inputs),
    earnedTokensGrains: numberColumn(nodes.earnedTokens),
    coverageTokensGrains: numberColumn(coverage),
    ...scores(inputs, states),
    consecutiveValid,
    status,
    vestedCreditsGrains: numberColumn(nodes.vestedCredits),
    vestedTokensGrains: numberColumn(nodes.vestedTokens),
    ...unvestedAmounts(inputs, states),
    margins: marginColumn(inputs, states),
  };
}

/** What nodes earned, penalties not yet taken off. */
function earnings(earnedCredits: Float64Array, taken: UnpaidCredits['taken']) {
  const earned = taken.size === 0 ? earnedCredits : earnedCredits.slice();
  const penalties = new Float64Array(earned.length);
  for (const [node, one] of taken) {
    earned[node]! += one.earned;
    penalties[node] = one.total;
  }
  return {
    earnedCreditsGrains: numberColumn<Grains>(earned),
    penaltyCreditsGrains: numberColumn<Grains>(penalties),
  };
}

function scores({ economy, epoch }: NodeResultInputs, { length, columns }: NodeTable) {
  const { reputation, joinedEpoch } = columns;
  const score = new Float64Array(length);
  const multiplier = new Float64Array(length);
  for (let node = 0; node < length; node += 1) {
    const success = cellAt(reputation.successPpm, node);
    score[node] = scoreOfMasses(success, cellAt(reputation.failurePpm, node));
    multiplier[node] = standingMultiplierPpm(economy, score[node] as Ppm, epoch + 1 - cellAt(joinedEpoch, node));
  }
  return { reputationPpm: numberColumn<Ppm>(score), multiplierPpm: numberColumn<Ppm>(multiplier) };
}

function unvestedAmounts({ columns: { nodes }, faults }: NodeResultInputs, { length, columns }: NodeTable) {
  const credits = { free: nodes.openCreditsAfter.slice(), held: new Float64Array(length) };
  const tokens = { free: nodes.openTokensAfter.slice(), held: new Float64Array(length) };
  const heldEntries = exceptionsOf(columns.held);
  for (let node = 0; node < length; node += 1) {
    if (nodes.frozen[node] === 0) continue;
    // A fault that ended in this epoch has taken from what the columns knew.
    const left = faults.accountOf(node) === undefined ? null : totalOf(heldEntries.get(node) ?? []);
    credits.held[node] = left?.creditsGrains ?? credits.free[node]!;
    tokens.held[node] = left?.tokensGrains ?? tokens.free[node]!;
    credits.free[node] = 0;
    tokens.free[node] = 0;
  }
  const vesting = new Float64Array(length);
  for (const [node, entries] of exceptionsOf(columns.vesting)) vesting[node] = unvestedGrains(entries);
  return {
    holdbackCreditsGrains: numberColumn<Grains>(credits.free),
    holdbackTokensGrains: numberColumn<Grains>(tokens.free),
    heldCreditsGrains: numberColumn<Grains>(credits.held),
    heldTokensGrains: numberColumn<Grains>(tokens.held),
    vestingTokensGrains: numberColumn<Grains>(vesting),
  };
}

function weightReasons({ roster, columns: { nodes } }: NodeResultInputs): Column<NodeLine['weightReason']> {
  const reasons: NodeLine['weightReason'][] = new Array(roster.length);
  for (let node = 0; node < roster.length; node += 1) {
    const isStopped = roster.counts[node] === 0;
    reasons[node] = isStopped
      ? 'stopped'
      : weightReason(nodes.work[node]!, nodes.curveWeight[node]!, nodes.weight[node]!);
  }
  return column(reasons);
}

function weightReason(work: number, curve: number, weight: number): NodeLine['weightReason'] {
  if (work === 0) return 'no-work';
  if (weight < curve) return 'operator-cap';
  return curve < work ? 'bond-cap' : 'full';
}

/**
 * How far each node is from each offence's threshold. Shares are rounded down: a node is at a threshold only when it is
 * surely there. Usual is a node of which nothing bad was observed: it has gone none of the way, however much it has done.
 */
function marginColumn(
  { economy: { offences }, roster: { indexOf }, faults, meters }: NodeResultInputs,
  { length, columns }: NodeTable,
): SparseColumn<NodeLine['margins']> {
  const { reputation, liveness, nodeId } = columns;
  const convictedOf = exceptionsOf(columns.convictedOf);
  const openOffences = faults.openOffences();
  const excess = new Map(meters.standings.map((one) => [one.nodeId, one.excessPpm]));
  const suspects = new Set(convictedOf.keys());
  for (const id of openOffences.keys()) suspects.add(indexOf.get(id)!);
  for (const [id, excessPpm] of excess) if (excessPpm > 0) suspects.add(indexOf.get(id)!);
  for (let node = 0; node < length; node += 1) {
    if (cellAt(reputation.failurePpm, node) + cellAt(liveness.failurePpm, node) > 0) suspects.add(node);
  }
  const margins = new Map<number, NodeLine['margins']>();
  for (const node of suspects) {
    const id = nodeId[node]!;
    const judged: Judged = {
      reputation: massesAt(reputation, node),
      liveness: massesAt(liveness, node),
      proven: [...(convictedOf.get(node) ?? []), ...(openOffences.get(id) ?? [])],
      excessPpm: excess.get(id) ?? 0,
    };
    margins.set(
      node,
      offences.map((rule) => margin(rule, judged)),
    );
  }
  return sparseColumn(
    offences.map((rule) => margin(rule, NOTHING_BAD)),
    margins,
  );
}

function massesAt({ successPpm, failurePpm }: NodeTable['columns']['reputation'], node: number): BetaMasses {
  return { successPpm: cellAt(successPpm, node), failurePpm: cellAt(failurePpm, node) };
}

interface Judged {
  readonly reputation: BetaMasses;
  readonly liveness: BetaMasses;
  /** Offences of faults that are final or open. */
  readonly proven: readonly string[];
  readonly excessPpm: number;
}

const NOTHING_BAD: Judged = { reputation: NO_OBSERVATIONS, liveness: NO_OBSERVATIONS, proven: [], excessPpm: 0 };

function margin(rule: OffenceRule, judged: Judged): NodeLine['margins'][number] {
  const { offence, mode, threshold } = rule;
  const value = statisticOf(rule, judged);
  return { offence, mode, value, threshold, usedPpm: usedPpm(rule, value) };
}

/** What each offence's share is taken of: being there, a meter's excess, and for all others results that were refuted. */
const SHARE_OF: Readonly<Partial<Record<OffenceRule['offence'], 'absence' | 'standing' | 'excess'>>> = {
  'abandoned-work': 'absence',
  'incomplete-work': 'absence',
  'late-work': 'absence',
  'unanswered-challenge': 'absence',
  offline: 'standing',
  'metering-inflation': 'excess',
};

/**
 * proof-count: faults final or open, so that a slashed node stays at its threshold. share: of failures. score: 1 - share of
 * failures. Being offline is judged by the standing alone, without the two prior observations of the others.
 */
function statisticOf(rule: OffenceRule, judged: Judged): number {
  if (rule.statistic === 'proof-count') return judged.proven.filter((offence) => offence === rule.offence).length;
  const share = failureShare(rule, judged);
  return rule.statistic === 'share-ppm' ? share : MILLION - share;
}

function failureShare({ offence }: OffenceRule, { reputation, liveness, excessPpm }: Judged): number {
  const of = SHARE_OF[offence] ?? 'results';
  if (of === 'excess') return excessPpm;
  if (of === 'results') return failureSharePpm(reputation);
  if (of === 'absence') return failureSharePpm(liveness);
  const { successPpm, failurePpm } = liveness;
  return failurePpm === 0 ? 0 : mulDivDown(failurePpm, MILLION, addExact(successPpm, failurePpm));
}

function usedPpm({ statistic, threshold }: OffenceRule, value: number): Ppm {
  const way = statistic === 'score-ppm' ? MILLION - threshold : threshold;
  const gone = statistic === 'score-ppm' ? MILLION - value : value;
  if (gone === 0) return 0 as Ppm;
  return (gone >= way ? MILLION : mulDivDown(gone, MILLION, way)) as Ppm;
}
