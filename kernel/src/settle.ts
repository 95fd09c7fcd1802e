import { holdingsOf } from './conservation.ts';
import { beaconWords } from './draw.ts';
import type { Economy } from './economy.ts';
import type {
  ChargeLine,
  EconomyState,
  EpochInputs,
  EraAmounts,
  EraResult,
  NodeState,
  Payout,
  Settled,
  Statement,
  Withdrawal,
} from './epoch.ts';
import { BURN_ACCOUNT } from './epoch.ts';
import { eraOf, isLastEpochOfEra } from './epoch-clock.ts';
import { addExact, ExactSum, isAmount, mulDivDown } from './exact.ts';
import type { FaultResult } from './faults.ts';
import { addEarnings, FaultBook } from './faults.ts';
import { nodeResults } from './node-results.ts';
import { countObservations } from './observations.ts';
import { compareText } from './order.ts';
import { PayoutAdditions } from './payouts.ts';
import { nextPrice, priceOf, utilisation } from './price.ts';
import type { Epoch, Era, Grains, MicrograinsPerNcuS, NcuMs, Ppm } from './quantities.ts';
import { KernelRefusal } from './refusal.ts';
import { ACCOUNT, readRoster } from './roster.ts';
import type { SettlementColumns } from './settle-columns.ts';
import { settleColumns, settlementColumns } from './settle-columns.ts';
import type { RatedUsage } from './usage.ts';
import { rateUsage } from './usage.ts';

const MILLION = 1_000_000;

/**
 * Settles one epoch: what was used, what it cost, who earned what, what vests, what faults took back. Pure: the same
 * economy, state and inputs give the same statement and state, whatever the order of the input lists. Past statements
 * never change; corrections are lines of the open epoch.
 *
 * Conservation of both assets is asserted before anything is returned; a violation is a bug and throws a plain Error.
 * @throws KernelRefusal KERNEL-EPOCH, KERNEL-BEACON, KERNEL-ACCOUNT, KERNEL-AMOUNT, KERNEL-RANGE, KERNEL-PRICE-UNKNOWN,
 *   and those of `readRoster`, `rateUsage`, `countObservations` and `FaultBook.open`
 */
export function settleEpoch(economy: Economy, economyHash: string, state: EconomyState, inputs: EpochInputs): Settled {
  checkInputs(state, inputs);
  const { epoch } = inputs;
  const era = eraOf(economy, epoch);
  const endsEra = isLastEpochOfEra(economy, epoch);
  // What was earned in era N - K vests when era N ends; until then everything up to the era before it has vested.
  const vestThrough = era - economy.cadence.holdbackEras - (endsEra ? 0 : 1);

  const roster = readRoster(economy, state, inputs.chain);
  const indexOf = new Map(roster.map((node, index) => [node.nodeId, index]));
  const usage = rateUsage(economy, state, roster, indexOf, inputs);
  const observations = countObservations(inputs.verdicts, indexOf, roster.length);
  const faults = new FaultBook(economy, state, roster, indexOf);
  faults.open(inputs.verdicts);

  const scheduledGrains = scheduledEmission(economy, state);
  const columns = fillColumns({ economy, roster, usage, faults, scheduledGrains, vestThrough });
  settleColumns(economy.classes, economy.take, columns);
  holdEarnings(faults, columns, era);
  const ended = faults.finish();

  const charges = chargeLines(usage, columns);
  const totals = chargeTotals(columns, ended);
  ended.take.add(era, totals);
  const withdrawals = canonicalWithdrawals(inputs.withdrawals);
  const additions = payoutAdditions(state, roster, columns, ended, withdrawals, vestThrough);
  const nodes = nodeResults({ economy, era, vestThrough, roster, usage, columns, faults, observations });
  const emission = emissionResult(state, scheduledGrains, columns, ended);
  const prices = nextPrices(economy, state, usage, inputs);
  const paidOut = { credits: additions.totalCredits, tokens: additions.totalTokens };

  const next: EconomyState = {
    epoch: (epoch + 1) as Epoch,
    accounts: state.accounts,
    prices: prices.prices,
    nodes: nodes.states,
    take: ended.take.list,
    heldTake: ended.heldTake.list,
    openFaults: ended.openFaults,
    refundedWindows: ended.refundedWindows.filter(
      (window) => eraOf(economy, window.epoch + economy.cadence.lateEpochs) > vestThrough,
    ),
    payouts: additions.appliedTo(state.payouts),
    carriedTokensGrains: emission.carriedOutGrains,
    emittedTokens: (BigInt(state.emittedTokens) + BigInt(scheduledGrains)).toString(),
  };
  const statement: Statement = {
    economyHash,
    epoch,
    era,
    priceMicrograinsPerNcuS: priceOf(state, epoch),
    nextPriceMicrograinsPerNcuS: prices.fixed,
    usedNcuMs: usage.usedNcuMs,
    offeredNcuMs: inputs.offeredNcuMs,
    utilisationPpm: prices.utilisationPpm,
    beacon: inputs.beacon,
    chain: { blockNumber: inputs.chain.blockNumber, blockHash: inputs.chain.blockHash },
    roots: inputs.roots,
    charges,
    nodes: nodes.lines,
    faults: ended.lines,
    withdrawals,
    emission,
    totals,
    eraResult: endsEra ? eraResult(era, columns, next.payouts) : null,
  };
  assertConserved(state, next, statement, paidOut);
  return { statement, state: next };
}

/**
 * The state before epoch 0: no nodes, no money, the first two prices fixed at the initial one.
 * @throws KernelRefusal KERNEL-ACCOUNT
 */
export function genesisState(economy: Economy, accounts: EconomyState['accounts']): EconomyState {
  checkAccount(accounts.insurance, 'accounts.insurance');
  checkAccount(accounts.treasury, 'accounts.treasury');
  const priceMicrograinsPerNcuS = economy.price.initialMicrograinsPerNcuS;
  return {
    epoch: 0 as Epoch,
    accounts,
    prices: [
      { epoch: 0 as Epoch, priceMicrograinsPerNcuS },
      { epoch: 1 as Epoch, priceMicrograinsPerNcuS },
    ],
    nodes: [],
    take: [],
    heldTake: [],
    openFaults: [],
    refundedWindows: [],
    payouts: [],
    carriedTokensGrains: 0 as Grains,
    emittedTokens: '0',
  };
}

function checkInputs(state: EconomyState, inputs: EpochInputs): void {
  if (inputs.epoch !== state.epoch) {
    throw new KernelRefusal('KERNEL-EPOCH', 'inputs.epoch', `${state.epoch}`, inputs.epoch);
  }
  beaconWords(inputs.beacon);
  if (!isAmount(inputs.offeredNcuMs)) {
    throw new KernelRefusal(
      'KERNEL-AMOUNT',
      'inputs.offeredNcuMs',
      'an integer from 0 to 2^53 - 1',
      inputs.offeredNcuMs,
    );
  }
}

function checkAccount(account: string, where: string): void {
  if (!ACCOUNT.test(account)) {
    throw new KernelRefusal('KERNEL-ACCOUNT', where, '0x and 40 lower-case hex digits', account);
  }
}

/** The epoch's emission, cut off at the lifetime cap. */
function scheduledEmission(economy: Economy, state: EconomyState): Grains {
  const left = BigInt(economy.emission.capGrains) - BigInt(state.emittedTokens);
  const perEpoch = economy.emission.grainsPerEpoch;
  return (left >= BigInt(perEpoch) ? perEpoch : Math.max(0, Number(left))) as Grains;
}

interface ColumnSources {
  readonly economy: Economy;
  readonly roster: readonly NodeState[];
  readonly usage: RatedUsage;
  readonly faults: FaultBook;
  readonly scheduledGrains: Grains;
  readonly vestThrough: number;
}

function fillColumns(sources: ColumnSources): SettlementColumns {
  const { economy, roster, usage, scheduledGrains } = sources;
  const operators = numberOperators(economy, roster);
  const columns = settlementColumns(usage.tasks.length, roster.length, economy.classes.length, operators.count);
  economy.classes.forEach((rule, index) => {
    columns.classes.emission[index] = mulDivDown(scheduledGrains, rule.emissionSharePpm, MILLION);
  });
  columns.lines.node.set(usage.nodeOf.subarray(0, usage.tasks.length));
  columns.lines.ncuMs.set(usage.ncuMs.subarray(0, usage.tasks.length));
  columns.lines.price.set(usage.price.subarray(0, usage.tasks.length));
  columns.nodes.classOf.set(operators.classOf);
  columns.nodes.operatorOf.set(operators.operatorOf);
  for (let index = 0; index < roster.length; index += 1) fillNode(sources, columns, index);
  return columns;
}

function fillNode(
  { roster, usage, faults, vestThrough }: ColumnSources,
  { nodes }: SettlementColumns,
  index: number,
): void {
  const node = roster[index]!;
  const account = faults.accountOf(index);
  const status = account?.status ?? node.status;
  const frozen = status === 'held' || status === 'slashed';
  nodes.work[index] = usage.taskNcuMs[index]! + usage.auditNcuMs[index]!;
  nodes.bond[index] = node.bondGrains;
  nodes.frozen[index] = frozen ? 1 : 0;
  const entries: readonly EraAmounts[] = frozen ? (account ?? node).held : (account ?? node).holdback;
  for (const entry of entries) {
    nodes.openCredits[index]! += entry.creditsGrains;
    nodes.openTokens[index]! += entry.tokensGrains;
    if (entry.era > vestThrough) continue;
    nodes.dueCredits[index]! += entry.creditsGrains;
    nodes.dueTokens[index]! += entry.tokensGrains;
  }
}

/** One number a class, and one for each operator within it. */
function numberOperators(economy: Economy, roster: readonly NodeState[]) {
  const classes = new Map(
    economy.classes.map((one, index) => [one.name, { index, numbers: new Map<string, number>() }]),
  );
  const classOf = new Int32Array(roster.length);
  const operatorOf = new Int32Array(roster.length);
  let count = 0;
  roster.forEach(({ className, operator }, node) => {
    const { index, numbers } = classes.get(className)!;
    let number = numbers.get(operator);
    if (number === undefined) {
      number = count++;
      numbers.set(operator, number);
    }
    classOf[node] = index;
    operatorOf[node] = number;
  });
  return { classOf, operatorOf, count };
}

/** What held nodes earned joins what is held of them before the epoch's faults end. */
function holdEarnings(faults: FaultBook, { nodes }: SettlementColumns, era: Era): void {
  for (const [index, account] of faults.accounts) {
    if (nodes.frozen[index] === 0) continue;
    account.held = addEarnings(account.held, era, nodes.earnedCredits[index]!, nodes.earnedTokens[index]!);
  }
}

function chargeLines({ tasks, ncuMs, price }: RatedUsage, { lines }: SettlementColumns): ChargeLine[] {
  return tasks.map((line, index) => ({
    epoch: line.epoch,
    leaseId: line.leaseId,
    resource: line.resource,
    consumer: line.consumer,
    nodeId: line.nodeId,
    quantity: line.quantity,
    ncuMs: ncuMs[index]! as NcuMs,
    priceMicrograinsPerNcuS: price[index]! as MicrograinsPerNcuS,
    chargeGrains: lines.charge[index]! as Grains,
    earnedGrains: lines.earned[index]! as Grains,
    burnGrains: lines.burn[index]! as Grains,
    insuranceGrains: lines.insurance[index]! as Grains,
    treasuryGrains: lines.treasury[index]! as Grains,
  }));
}

function chargeTotals({ lines }: SettlementColumns, ended: FaultResult): Statement['totals'] {
  return {
    chargedGrains: columnTotal(lines.charge, 'totals.chargedGrains'),
    earnedGrains: columnTotal(lines.earned, 'totals.earnedGrains'),
    burnGrains: columnTotal(lines.burn, 'totals.burnGrains'),
    insuranceGrains: columnTotal(lines.insurance, 'totals.insuranceGrains'),
    treasuryGrains: columnTotal(lines.treasury, 'totals.treasuryGrains'),
    refundedGrains: ended.refundedGrains as Grains,
  };
}

/** Terms are not negative, so a sum that stays safe at the end was safe, and exact, all along. */
function columnTotal(column: Float64Array, where: string): Grains {
  let sum = 0;
  for (let index = 0; index < column.length; index += 1) sum += column[index]!;
  if (sum <= Number.MAX_SAFE_INTEGER) return sum as Grains;
  throw new KernelRefusal('KERNEL-RANGE', where, 'at most 2^53 - 1 grains', sum);
}

/** One line an account, sorted. */
function canonicalWithdrawals(withdrawals: readonly Withdrawal[]): readonly Withdrawal[] {
  const sums = new Map<string, number>();
  for (const { account, creditsGrains } of withdrawals) {
    checkAccount(account, 'withdrawals');
    sums.set(account, addExact(sums.get(account) ?? 0, creditsGrains));
  }
  return [...sums]
    .map(([account, creditsGrains]) => ({ account, creditsGrains: creditsGrains as Grains }))
    .sort((x, y) => compareText(x.account, y.account));
}

/** Vested earnings to operators, vested take to its payees, swept credits to insurance, withdrawals to consumers. */
function payoutAdditions(
  state: EconomyState,
  roster: readonly NodeState[],
  { nodes }: SettlementColumns,
  ended: FaultResult,
  withdrawals: readonly Withdrawal[],
  vestThrough: number,
): PayoutAdditions {
  const additions = new PayoutAdditions();
  for (let index = 0; index < roster.length; index += 1) {
    additions.add(roster[index]!.operator, nodes.vestedCredits[index]!, nodes.vestedTokens[index]!);
  }
  const take = ended.take.vest(vestThrough);
  additions.add(BURN_ACCOUNT, take.burnGrains, 0);
  additions.add(state.accounts.insurance, take.insuranceGrains, 0);
  additions.add(state.accounts.treasury, take.treasuryGrains, 0);
  additions.add(state.accounts.insurance, ended.toInsuranceGrains, 0);
  for (const { account, creditsGrains } of withdrawals) additions.add(account, creditsGrains, 0);
  return additions;
}

/** Nothing carried is given out again: it would go round the operator caps. */
function emissionResult(
  state: EconomyState,
  scheduledGrains: Grains,
  { nodes }: SettlementColumns,
  ended: FaultResult,
): Statement['emission'] {
  const distributedGrains = columnTotal(nodes.earnedTokens, 'emission.distributedGrains');
  const undistributed = addExact(scheduledGrains - distributedGrains, ended.toCarriedGrains);
  const carriedInGrains = state.carriedTokensGrains;
  const carriedOutGrains = addExact(carriedInGrains, undistributed) as Grains;
  return { scheduledGrains, carriedInGrains, distributedGrains, carriedOutGrains };
}

/** Fixes price(e + 2) from price(e + 1) and U(e), and forgets prices that no usage may name any more. */
function nextPrices(economy: Economy, state: EconomyState, usage: RatedUsage, inputs: EpochInputs) {
  const { epoch, offeredNcuMs } = inputs;
  const used = utilisation(usage.usedNcuMs, offeredNcuMs);
  const last = priceOf(state, epoch + 1);
  const fixed = used === null ? last : nextPrice(economy.price, last, used);
  const kept = state.prices.filter((price) => price.epoch >= epoch + 1 - economy.cadence.lateEpochs);
  const prices = [...kept, { epoch: (epoch + 2) as Epoch, priceMicrograinsPerNcuS: fixed }];
  return { prices, fixed, utilisationPpm: used ?? (0 as Ppm) };
}

function eraResult(era: Era, { nodes }: SettlementColumns, payouts: readonly Payout[]): EraResult {
  const vestedCredits = new ExactSum();
  const vestedTokens = new ExactSum();
  for (const credits of nodes.vestedCredits) vestedCredits.add(credits);
  for (const tokens of nodes.vestedTokens) vestedTokens.add(tokens);
  return {
    era,
    vestedCreditsGrains: vestedCredits.value.toString(),
    vestedTokensGrains: vestedTokens.value.toString(),
    payouts,
    totalCredits: payouts.reduce((sum, payout) => sum + BigInt(payout.cumulativeCredits), 0n).toString(),
    totalTokens: payouts.reduce((sum, payout) => sum + BigInt(payout.cumulativeTokens), 0n).toString(),
  };
}

/**
 * Credits: held before + charged + withdrawn = held after + refunded + paid out. Tokens: unvested and carried before +
 * scheduled emission = unvested and carried after + paid out. Exactly.
 */
function assertConserved(
  before: EconomyState,
  after: EconomyState,
  { totals, withdrawals, emission }: Statement,
  paidOut: { readonly credits: bigint; readonly tokens: bigint },
): void {
  const old = holdingsOf(before);
  const now = holdingsOf(after);
  const withdrawn = withdrawals.reduce((sum, { creditsGrains }) => sum + BigInt(creditsGrains), 0n);
  const creditsIn = old.unvestedCredits + BigInt(totals.chargedGrains) + withdrawn;
  const creditsOut = now.unvestedCredits + BigInt(totals.refundedGrains) + paidOut.credits;
  const tokensIn = old.unvestedTokens + old.carriedTokens + BigInt(emission.scheduledGrains);
  const tokensOut = now.unvestedTokens + now.carriedTokens + paidOut.tokens;
  if (creditsIn !== creditsOut || tokensIn !== tokensOut) {
    throw new Error(
      `epoch ${before.epoch} does not conserve: credits ${creditsIn} in, ${creditsOut} out; tokens ${tokensIn} in, ${tokensOut} out`,
    );
  }
}
