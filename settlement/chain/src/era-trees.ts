import {
  BURN_ACCOUNT,
  type ChargeLine,
  type CurveRule,
  chargeLines,
  classEmissionGrains,
  type Economy,
  type Grains,
  type NcuMs,
  type NodeLine,
  nodeLines,
  type Payout,
  type Statement,
  takeRatePpm,
} from '@stannary/kernel';
import { compareBytes, toHex } from '@stannary/wire';
import {
  type AccrualInputs,
  type AccrualLine,
  type Amounts,
  type ChainCurve,
  type ClassParams,
  EDGE,
  ERA_TREES,
  type EraEntry,
  type EraTreeName,
  encodeAccount,
  encodeEntry,
  encodeInputs,
  encodeParams,
  encodeRules,
  hashOf,
  LEAF_BYTES,
  NO_HASH,
  NOWHERE,
  TAKE_CLASS,
  TAKE_NODE,
} from './era-leaf.ts';
import { EraTree } from './era-tree.ts';

// An era's five trees from what its statements say. Everybody who has the statements builds the same, and none of it is
// the poster's to choose. The contracts' ISettlement says what the trees are for.

/** A batch that a settlement counted, without its records. */
export interface SettledBatch {
  readonly nodeId: string;
  /** The epoch whose settlement counted it: the batch's own, or a later one. */
  readonly settledEpoch: number;
  readonly seq: number;
  readonly batchId: string;
  /** The device's ES256 signature with the lower s, r ‖ s, hex. */
  readonly signature: string;
  readonly message: BatchMessage;
}

/** A batch's header, and the external data that it was signed with, hex. */
export interface BatchMessage {
  readonly aad: string;
  readonly payload: string;
}

/** Everything that an era's accruals follow from. */
export interface EraSource {
  /** Of each epoch of the era, in order. */
  readonly statements: readonly Statement[];
  /** Those that the era counted and, of each node, the last before. */
  readonly batches: readonly SettledBatch[];
}

/** Everything that an era's trees follow from. */
export interface EraBundle extends EraSource {
  readonly era: number;
  readonly accounts: { readonly insurance: string; readonly treasury: string };
  /** The economies that the statements name, by hash. */
  readonly economies: Readonly<Record<string, Economy>>;
  /** Of the era whose holdback ends with this one; null before there is one. */
  readonly heldBack: EraSource | null;
  /** Payouts of the era before; none before the first. */
  readonly parentPayouts: readonly Payout[];
}

/** An era's trees, and what the hashes in their leaves stand for. */
export interface EraTrees extends Readonly<Record<EraTreeName, EraTree>> {
  /** Encoded inputs and rules by their hash. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** What the payouts follow from: those of the era before, and the accruals of the era whose holdback ends. */
  readonly before: { readonly payout: EraTree; readonly accrual: EraTree };
}

/** Leaves as a poster publishes them, hex, and what hashes in them stand for. */
export interface PublishedTrees {
  readonly leaves: Readonly<Record<EraTreeName, readonly string[]>>;
  readonly contents: readonly string[];
}

/**
 * The trees of an era. Pure: the same bundle gives the same trees to the byte.
 * Throws a plain Error where statements contradict each other: an account was paid less than its nodes.
 */
export function eraTreesOf(bundle: EraBundle): EraTrees {
  const contents = new Map<string, Uint8Array>();
  const accrual = accrualEntries(bundle, bundle, contents);
  const params = rulesLeaves(bundle, bundle, contents);
  const accrued = bundle.heldBack === null ? [] : accrualEntries(bundle, bundle.heldBack, new Map());
  const last = bundle.statements.at(-1)!;
  const { voids, direct } = settleHoldback(bundle, accrued);
  return {
    accrual: entryTree(accrual),
    voids: entryTree(voids),
    direct: accountTree(direct),
    payout: accountTree(payoutsOf(last.eraResult!.payouts, bundle.accounts.treasury)),
    params: new EraTree(params),
    contents,
    before: { payout: parentTree(bundle), accrual: entryTree(accrued) },
  };
}

export function publishTrees(trees: EraTrees): PublishedTrees {
  const leaves = ERA_TREES.map((tree) => [tree, trees[tree].leaves.map(toHex)]);
  return { leaves: Object.fromEntries(leaves), contents: [...trees.contents.values()].map(toHex) };
}

function parentTree({ era, parentPayouts, accounts }: EraBundle): EraTree {
  return era === 0 ? new EraTree([]) : accountTree(payoutsOf(parentPayouts, accounts.treasury));
}

/** A tree has at least one leaf: before anything has vested, the treasury's, of zero. */
function payoutsOf(payouts: readonly Payout[], treasury: string): ReadonlyMap<string, Amounts> {
  if (payouts.length === 0) return new Map([[treasury, NOTHING]]);
  return new Map(payouts.map((payout) => [payout.account, paidOf(payout)]));
}

function paidOf({ cumulativeCredits, cumulativeTokens }: Payout): Amounts {
  return { credits: BigInt(cumulativeCredits), tokens: BigInt(cumulativeTokens) };
}

const NOTHING: Amounts = { credits: 0n, tokens: 0n };

type Entry = Omit<EraEntry, 'edges'>;
type Fixed = Pick<EraBundle, 'accounts' | 'economies'>;

// ---- accrual

/** What each node earned in each epoch, and each payee's part of the era's take. Sorted. */
function accrualEntries(fixed: Fixed, { statements, batches }: EraSource, contents: Map<string, Uint8Array>): Entry[] {
  const heads = new BatchHeads(batches);
  const entries = statements.flatMap((statement) => nodeEntries(fixed, statement, heads, contents));
  return sortedEntries([...entries, ...takeEntries(fixed, statements)]);
}

function nodeEntries(
  { economies }: Fixed,
  statement: Statement,
  heads: BatchHeads,
  contents: Map<string, Uint8Array>,
): Entry[] {
  const { epoch } = statement;
  const { classes } = economies[statement.economyHash]!;
  const lines = nodeLines(statement);
  const charges = Map.groupBy(chargeLines(statement), ({ nodeId }) => nodeId);
  const weights = operatorWeights(lines);
  return lines.map((line): Entry => {
    const operatorWeight = BigInt(weights.get(operatorKey(line))!);
    const head = heads.at(line.nodeId, epoch);
    const inputs = encodeInputs(inputsOf(line, charges.get(line.nodeId) ?? [], operatorWeight, head));
    const inputsHash = hashOf(inputs);
    contents.set(inputsHash, inputs);
    return {
      account: line.operator,
      nodeId: line.nodeId,
      epoch,
      classIndex: classes.findIndex(({ name }) => name === line.className),
      inputsHash,
      credits: BigInt(line.earnedCreditsGrains),
      tokens: BigInt(line.earnedTokensGrains),
    };
  });
}

function inputsOf(
  line: NodeLine,
  charges: readonly ChargeLine[],
  operatorWeight: bigint,
  head: SettledBatch | null,
): AccrualInputs {
  const charged = charges.reduce((sum, { earnedGrains }) => sum + earnedGrains, 0);
  return {
    auditNcuMs: BigInt(line.auditNcuMs),
    reservedNcuMs: BigInt(line.reservedNcuMs),
    reservedGrains: BigInt(line.earnedCreditsGrains - charged),
    bondGrains: BigInt(line.bondGrains),
    operatorWeight,
    lastSeq: BigInt(head?.seq ?? 0),
    batchId: head?.batchId ?? NO_HASH,
    r: head?.signature.slice(0, 64) ?? NO_HASH,
    s: head?.signature.slice(64) ?? NO_HASH,
    lines: charges.filter(({ ncuMs }) => ncuMs > 0).map(lineOf),
  };
}

function lineOf({ ncuMs, priceMicrograinsPerNcuS, entitlement }: ChargeLine): AccrualLine {
  return {
    ncuMs: BigInt(entitlement?.overageNcuMs ?? ncuMs),
    price: BigInt(entitlement?.overageMicrograinsPerNcuS ?? priceMicrograinsPerNcuS),
    coveredNcuMs: BigInt(entitlement?.coveredNcuMs ?? 0),
    coveredPrice: BigInt(entitlement?.coveredMicrograinsPerNcuS ?? 0),
  };
}

function operatorWeights(lines: readonly NodeLine[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const line of lines) {
    const key = operatorKey(line);
    weights.set(key, (weights.get(key) ?? 0) + line.curveWeight);
  }
  return weights;
}

function operatorKey({ operator, className }: NodeLine): string {
  return `${operator} ${className}`;
}

/** The take has its holdback too; it is one leaf of each payee an era, with the era's last epoch. */
function takeEntries({ accounts }: Fixed, statements: readonly Statement[]): Entry[] {
  const sums = new AmountBook();
  for (const { totals } of statements) {
    sums.add(BURN_ACCOUNT, { credits: BigInt(totals.burnGrains), tokens: 0n });
    sums.add(accounts.insurance, { credits: BigInt(totals.insuranceGrains), tokens: 0n });
    sums.add(accounts.treasury, { credits: BigInt(totals.treasuryGrains), tokens: 0n });
  }
  const { epoch } = statements.at(-1)!;
  const place = { nodeId: TAKE_NODE, epoch, classIndex: TAKE_CLASS, inputsHash: NO_HASH };
  return [...sums.filled()].map(([account, amounts]) => ({ account, ...place, ...amounts }));
}

/** Of each node the last batch that was settled by an epoch. */
class BatchHeads {
  readonly #byNode: ReadonlyMap<string, readonly SettledBatch[]>;

  constructor(batches: readonly SettledBatch[]) {
    this.#byNode = Map.groupBy(batches, ({ nodeId }) => nodeId);
  }

  at(nodeId: string, epoch: number): SettledBatch | null {
    let head: SettledBatch | null = null;
    for (const batch of this.#byNode.get(nodeId) ?? []) {
      if (batch.settledEpoch <= epoch && (head === null || batch.seq > head.seq)) head = batch;
    }
    return head;
  }
}

// ---- rules

function rulesLeaves({ economies }: Fixed, { statements }: EraSource, contents: Map<string, Uint8Array>): Uint8Array[] {
  return statements.flatMap((statement) => {
    const economy = economies[statement.economyHash]!;
    const byClass = Map.groupBy(nodeLines(statement), ({ className }) => className);
    return economy.classes.map((_, index) => {
      const params = classParams(economy, statement, index, byClass.get(economy.classes[index]!.name) ?? []);
      const content = encodeParams(params);
      contents.set(hashOf(content), content);
      return encodeRules(params, hashOf(content));
    });
  });
}

function classParams(economy: Economy, statement: Statement, index: number, lines: readonly NodeLine[]): ClassParams {
  const rule = economy.classes[index]!;
  const { epoch, economyHash, emission } = statement;
  const isCovered = emission.streams.some(({ purpose, grains }) => purpose === 'coverage' && grains !== '0');
  const curve = rule.bands !== null || isCovered ? OTHER_CURVE : chainCurve(rule.curve);
  const work = lines.reduce((sum, line) => sum + line.ncuMs + line.auditNcuMs + line.reservedNcuMs, 0) as NcuMs;
  const given = lines.reduce((sum, line) => sum + line.earnedTokensGrains, 0) as Grains;
  const divided = () => classEmissionGrains(economy.supply, rule, emission.scheduledGrains, work);
  return {
    epoch: BigInt(epoch),
    classIndex: index,
    className: toHex(new TextEncoder().encode(rule.name)).padEnd(64, '0'),
    economyHash,
    // Where contracts do not compute the shares, they are held to what was given.
    emissionGrains: BigInt(curve.kind === 'other' ? given : divided()),
    chargedGrains: chargedOf(statement, lines) + (index === 0 ? contractTake(statement) : 0n),
    weight: BigInt(lines.reduce((sum, line) => sum + line.curveWeight, 0)),
    operatorCapPpm: BigInt(rule.operatorCapPpm),
    takePpm: BigInt(takeRatePpm(economy.take)),
    curve,
  };
}

/** What a class's nodes earned, and the take of what they charged. */
function chargedOf(statement: Statement, lines: readonly NodeLine[]): bigint {
  const nodes = new Set(lines.map(({ nodeId }) => nodeId));
  const charges = chargeLines(statement).filter(({ nodeId }) => nodes.has(nodeId));
  const earned = lines.reduce((sum, { earnedCreditsGrains }) => sum + BigInt(earnedCreditsGrains), 0n);
  return charges.reduce((sum, charge) => sum + takeOf(charge), earned);
}

/** The take of contracts, which is no class's: it counts with the first. */
function contractTake(statement: Statement): bigint {
  return chargeLines(statement).reduce((sum, charge) => sum - takeOf(charge), takeOf(statement.totals));
}

function takeOf(parts: Pick<ChargeLine, 'burnGrains' | 'insuranceGrains' | 'treasuryGrains'>): bigint {
  return BigInt(parts.burnGrains) + BigInt(parts.insuranceGrains) + BigInt(parts.treasuryGrains);
}

const OTHER_CURVE: ChainCurve = { kind: 'other', kappaNumerator: 0n, kappaDenominator: 1n, untilPpm: [], slopePpm: [] };

function chainCurve(rule: CurveRule): ChainCurve {
  if (rule.kind !== 'linear-capped' && rule.kind !== 'perspective') return OTHER_CURVE;
  const pieces = rule.kind === 'perspective' ? rule.pieces : [];
  return {
    kind: rule.kind,
    kappaNumerator: BigInt(rule.kappaNumerator),
    kappaDenominator: BigInt(rule.kappaDenominator),
    untilPpm: pieces.map(({ untilPpm }) => (untilPpm === null ? NOWHERE : BigInt(untilPpm))),
    slopePpm: pieces.map(({ slopePpm }) => BigInt(slopePpm)),
  };
}

// ---- what vests, what does not, and what is paid beside it

/**
 * What was paid to each account in this era against what its leaves of the era whose holdback ends had: less was paid for
 * a leaf that is voided, more is paid directly. Nodes by what their statements vested; the rest by the payouts.
 */
function settleHoldback(bundle: EraBundle, accrued: readonly Entry[]) {
  const direct = new AmountBook();
  const paid = paidInEra(bundle);
  const vested = vestedByNode(bundle.statements);
  const byNode = Map.groupBy(accrued, (entry) => nodeKey(entry.account, entry.nodeId));
  const voids: Entry[] = [];
  for (const key of new Set([...vested.keys(), ...byNode.keys()])) {
    const [account, nodeId] = key.split(' ') as [string, string];
    // A take vests without a node: it is what the payee was paid beside its nodes.
    if (nodeId === TAKE_NODE) continue;
    const amounts = vested.get(key) ?? NOTHING;
    voids.push(...settle(byNode.get(key) ?? [], amounts, direct, account));
    paid.add(account, negative(amounts));
  }
  for (const [account, amounts] of paid.filled()) {
    if (amounts.credits < 0n || amounts.tokens < 0n) throw new Error(`${account} was paid less than its nodes`);
  }
  for (const account of new Set([...paid.accounts(), ...accrued.map((entry) => entry.account)])) {
    voids.push(...settle(byNode.get(nodeKey(account, TAKE_NODE)) ?? [], paid.of(account), direct, account));
  }
  return { voids: sortedEntries(voids), direct: new Map(direct.filled()) };
}

/** Voids what leaves have beyond `amounts`, the latest first; what `amounts` have beyond them is paid directly. */
function settle(entries: readonly Entry[], amounts: Amounts, direct: AmountBook, account: string): Entry[] {
  const sums = entries.reduce(plus, NOTHING);
  const over = { credits: sums.credits - amounts.credits, tokens: sums.tokens - amounts.tokens };
  direct.add(account, { credits: positive(-over.credits), tokens: positive(-over.tokens) });
  let left: Amounts = { credits: positive(over.credits), tokens: positive(over.tokens) };
  const voids: Entry[] = [];
  for (const entry of entries.toReversed()) {
    const taken = { credits: least(left.credits, entry.credits), tokens: least(left.tokens, entry.tokens) };
    left = plus(left, negative(taken));
    if (taken.credits > 0n || taken.tokens > 0n) voids.push({ ...entry, ...taken });
  }
  return voids;
}

function vestedByNode(statements: readonly Statement[]): ReadonlyMap<string, Amounts> {
  const sums = new AmountBook();
  for (const statement of statements) {
    for (const { operator, nodeId, vestedCreditsGrains, vestedTokensGrains } of nodeLines(statement)) {
      const amounts = { credits: BigInt(vestedCreditsGrains), tokens: BigInt(vestedTokensGrains) };
      sums.add(nodeKey(operator, nodeId), amounts);
    }
  }
  return new Map(sums.filled());
}

/** By account: this era's payouts less those of the era before. */
function paidInEra({ statements, parentPayouts }: EraBundle): AmountBook {
  const paid = new AmountBook();
  for (const payout of statements.at(-1)!.eraResult!.payouts) paid.add(payout.account, paidOf(payout));
  for (const payout of parentPayouts) paid.add(payout.account, negative(paidOf(payout)));
  return paid;
}

function nodeKey(account: string, nodeId: string): string {
  return `${account} ${nodeId}`;
}

/** Sums by name. */
class AmountBook {
  readonly #sums = new Map<string, Amounts>();

  add(name: string, amounts: Amounts): void {
    this.#sums.set(name, plus(this.of(name), amounts));
  }

  of(name: string): Amounts {
    return this.#sums.get(name) ?? NOTHING;
  }

  accounts(): Iterable<string> {
    return this.#sums.keys();
  }

  /** Those that are not zero. */
  filled(): [string, Amounts][] {
    return [...this.#sums].filter(([, { credits, tokens }]) => credits !== 0n || tokens !== 0n);
  }
}

function plus(a: Amounts, b: Amounts): Amounts {
  return { credits: a.credits + b.credits, tokens: a.tokens + b.tokens };
}

function negative({ credits, tokens }: Amounts): Amounts {
  return { credits: -credits, tokens: -tokens };
}

function positive(amount: bigint): bigint {
  return amount > 0n ? amount : 0n;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

// ---- leaves in order

function sortedEntries(entries: Entry[]): Entry[] {
  const keyed = entries.map((entry) => ({ entry, key: entryKey(entry) }));
  return keyed.sort((a, b) => compareBytes(a.key, b.key)).map(({ entry }) => entry);
}

function entryKey(entry: Entry): Uint8Array {
  return encodeEntry({ ...entry, edges: 0 }).subarray(0, LEAF_BYTES.accrual.key);
}

function entryTree(entries: readonly Entry[]): EraTree {
  const leaves = entries.map((entry, at) => {
    const first = entries[at - 1]?.account === entry.account ? 0 : EDGE.first;
    const last = entries[at + 1]?.account === entry.account ? 0 : EDGE.last;
    return encodeEntry({ ...entry, edges: first + last });
  });
  return new EraTree(leaves);
}

function accountTree(amounts: ReadonlyMap<string, Amounts>): EraTree {
  const leaves = [...amounts].map(([account, sums]) => encodeAccount({ account, ...sums }));
  return new EraTree(leaves.sort(compareBytes));
}
