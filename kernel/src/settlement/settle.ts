import { beaconWords } from '../allocation/draw.ts';
import type { Economy } from '../economy.ts';
import { capacityNcuMs } from '../market/rating.ts';
import { addExact, ExactSum, isAmount } from '../numbers/exact.ts';
import type { Epoch, Era, Grains, NcuMs } from '../numbers/quantities.ts';
import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import { bandedWork } from '../rewards/bands.ts';
import type { VestingEntry } from '../security/vesting.ts';
import { supplyGenesis } from '../supply/emission.ts';
import { BondDesk, TOKEN_MICROGRAINS_MAX } from './bond-desk.ts';
import { holdingsOf } from './conservation.ts';
import { chargeCovered, EntitlementBook } from './entitlements.ts';
import type {
  Covered,
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
import { addEarnings, totalOf } from './era-amounts.ts';
import type { FaultResult } from './faults.ts';
import { FaultBook } from './faults.ts';
import { judgeMeters } from './meters.ts';
import { type ChargeTotals, type Minted, mint, shareAmongClasses } from './minting.ts';
import { nodeResults } from './node-results.ts';
import { NO_NODES, operatorNumbers } from './node-table.ts';
import { countObservations } from './observations.ts';
import { PayoutAdditions } from './payouts.ts';
import { fixPrices, genesisPrices, priceOf } from './prices.ts';
import type { ReservationLine } from './reservation-lines.ts';
import { ReservationBook } from './reservations.ts';
import { ACCOUNT, type Roster, readRoster } from './roster.ts';
import type { SettlementColumns } from './settle-columns.ts';
import { addCoverage, chargeColumns, coverColumns, rewardColumns, settlementColumns } from './settle-columns.ts';
import { NOTHING_SLASHED } from './slashing.ts';
import { type Column, cellAt, column, exceptionsOf, numberColumn, sparseColumn } from './table.ts';
import { UnpaidCredits } from './unpaid-credits.ts';
import type { RatedUsage } from './usage.ts';
import { rateUsage } from './usage.ts';
import { vestTokens } from './vesting-columns.ts';

/**
 * Settles one epoch: what was used, what it cost, who earned what, what vests, what faults took back. Pure: the same
 * economy, state and inputs give the same statement and state, whatever the order of the input lists. Past statements
 * never change; corrections are lines of the open epoch.
 *
 * Conservation of both assets is asserted before anything is returned; a violation is a bug and throws a plain Error.
 * @throws KernelRefusal KERNEL-EPOCH, KERNEL-BEACON, KERNEL-ACCOUNT, KERNEL-AMOUNT, KERNEL-RANGE, KERNEL-PRICE-UNKNOWN,
 *   and those of `readRoster`, `EntitlementBook`, `rateUsage`, `ReservationBook`, `countObservations`, `judgeMeters` and
 *   `FaultBook.open`
 */
export function settleEpoch(economy: Economy, economyHash: string, state: EconomyState, inputs: EpochInputs): Settled {
  checkInputs(state, inputs);
  const books = openBooks(economy, state, inputs);
  const { epoch, era, vestThrough, tokenPrice, roster, usage } = books;
  const amounts = settleAmounts(books);
  const { columns, minted, leases, ended, totals } = amounts;
  const withdrawals = canonicalWithdrawals(inputs.withdrawals);
  const additions = payoutAdditions({ state, roster, columns, ended, totals, withdrawals, vestThrough });
  const nodes = nodeResults({ ...books, ...amounts });
  const emission = emissionResult(state, minted, columns, ended);
  // Reserved capacity is sold, used or not: what is kept from the market makes it dearer.
  const usedNcuMs = addExact(usage.usedNcuMs, books.reservations.deliveredNcuMs) as NcuMs;
  const { fixed, utilisationPpm, ...markets } = fixPrices(
    economy,
    state,
    { usedNcuMs, usedInMarket: usage.usedInMarket },
    inputs,
  );

  const next: EconomyState = {
    epoch: (epoch + 1) as Epoch,
    accounts: state.accounts,
    ...markets,
    tokenPrice,
    nodes: nodes.states,
    ...faultsAfter(books, ended),
    reservations: leases.open,
    entitlements: books.entitlements.from(epoch + 1 - economy.cadence.lateEpochs),
    meters: books.meters.standings,
    payouts: additions.appliedTo(state.payouts),
    supply: minted.supply,
    supplyUnitsLeft: minted.unitsLeft,
    carriedTokensGrains: emission.carriedOutGrains,
    emittedTokens: (BigInt(state.emittedTokens) + BigInt(emission.scheduledGrains)).toString(),
  };
  const statement: Statement = {
    economyHash,
    epoch,
    era,
    priceMicrograinsPerNcuS: priceOf(state, epoch),
    nextPriceMicrograinsPerNcuS: fixed,
    usedNcuMs,
    offeredNcuMs: inputs.offeredNcuMs,
    utilisationPpm,
    beacon: inputs.beacon,
    chain: { blockNumber: inputs.chain.blockNumber, blockHash: inputs.chain.blockHash },
    roots: inputs.roots,
    charges: chargeTable(usage, columns),
    nodes: nodes.lines,
    faults: ended.lines,
    reservations: leases.lines,
    meters: books.meters.lines,
    withdrawals,
    tokenPrice,
    emission,
    totals,
    eraResult: books.endsEra ? eraResult(era, columns, next.payouts) : null,
  };
  assertConserved(state, next, statement, { credits: additions.totalCredits, tokens: additions.totalTokens });
  return { statement, state: next };
}

/** The epoch's inputs, checked and in canonical order, before any amount is settled. */
function openBooks(economy: Economy, state: EconomyState, inputs: EpochInputs) {
  const { epoch } = inputs;
  const era = eraOf(economy, epoch);
  const endsEra = isLastEpochOfEra(economy, epoch);
  const tokenPrice = inputs.tokenPrice ?? state.tokenPrice;
  const desk = new BondDesk(economy, priceOf(state, epoch + 1), tokenPrice);
  const roster = readRoster(economy, state, inputs.chain, desk);
  const entitlements = new EntitlementBook(economy, state.entitlements, inputs.entitlements ?? []);
  const faults = new FaultBook(economy, state, roster, desk);
  // Observations are many, all others few.
  const others = inputs.verdicts.filter(({ kind }) => kind !== 'observation');
  const books = {
    economy,
    state,
    inputs,
    epoch,
    era,
    endsEra,
    // What was earned in era N - K vests when era N ends; until then everything up to the era before it has vested.
    vestThrough: era - economy.cadence.holdbackEras - (endsEra ? 0 : 1),
    tokenPrice,
    desk,
    roster,
    entitlements,
    usage: rateUsage(economy, state, roster, inputs, entitlements),
    reservations: new ReservationBook(economy, state, roster, inputs),
    observations: countObservations(inputs.verdicts, roster),
    meters: judgeMeters(economy.metering, state.meters, others, roster.indexOf),
    faults,
  };
  faults.open(others);
  return books;
}

type Books = ReturnType<typeof openBooks>;

/** What the epoch moves, in the protocol's order: charges, what is owed for missed capacity, emission, faults, vesting. */
function settleAmounts(books: Books) {
  const { economy, state, inputs, epoch, era, endsEra, vestThrough, desk, roster, usage, reservations, faults } = books;
  const columns = fillColumns(books);
  charge(economy, usage, reservations, columns);
  const charged = chargeTotals(columns, reservations);
  const minted = mint(economy, state, roster, charged, inputs);
  const unpaid = new UnpaidCredits(faults, columns, vestThrough);
  const leases = reservations.collect(usage, desk, unpaid);
  const coverage = reward(economy, roster, minted, columns);
  holdEarnings(faults, columns, era);
  const ended = faults.finish();
  const totals: Statement['totals'] = {
    ...charged,
    refundedGrains: ended.refundedGrains as Grains,
    ...leaseTotals(leases.lines),
  };
  ended.take.add(era, totals);
  const vesting = scheduleVesting(economy, roster, columns, epoch, endsEra);
  return { columns, minted, unpaid, leases, coverage, ended, totals, vesting };
}

function faultsAfter({ economy, vestThrough }: Books, ended: FaultResult) {
  return {
    take: ended.take.list,
    heldTake: ended.heldTake.list,
    openFaults: ended.openFaults,
    refundedWindows: ended.refundedWindows.filter(
      (window) => eraOf(economy, window.epoch + economy.cadence.lateEpochs) > vestThrough,
    ),
    slashing: ended.slashing,
  };
}

/**
 * The state before epoch 0: no nodes, no money, the first two prices fixed at the initial one.
 * @throws KernelRefusal KERNEL-ACCOUNT
 */
export function genesisState(economy: Economy, accounts: EconomyState['accounts']): EconomyState {
  checkAccount(accounts.insurance, 'accounts.insurance');
  checkAccount(accounts.treasury, 'accounts.treasury');
  const genesis = economy.genesis.allocations.reduce((sum, { tokensGrains }) => sum + BigInt(tokensGrains), 0n);
  const { priceMicrograins } = economy.oracle;
  return {
    epoch: 0 as Epoch,
    accounts,
    ...genesisPrices(economy),
    tokenPrice: { spotMicrograins: priceMicrograins, lowMicrograins: priceMicrograins },
    nodes: NO_NODES,
    take: [],
    heldTake: [],
    openFaults: [],
    refundedWindows: [],
    reservations: [],
    entitlements: [],
    slashing: NOTHING_SLASHED,
    meters: [],
    payouts: [],
    supply: supplyGenesis(economy.supply, genesis * BigInt(economy.supply.unitsPerGrain)),
    supplyUnitsLeft: '0',
    carriedTokensGrains: 0 as Grains,
    emittedTokens: '0',
  };
}

function checkInputs(state: EconomyState, inputs: EpochInputs): void {
  const { epoch, beacon, offeredNcuMs, offeredByMarket, burnedTokensGrains, tokenPrice } = inputs;
  if (epoch !== state.epoch) throw new KernelRefusal('KERNEL-EPOCH', 'inputs.epoch', `${state.epoch}`, epoch);
  beaconWords(beacon);
  checkAmount(offeredNcuMs, 'offeredNcuMs');
  for (const offer of offeredByMarket) checkAmount(offer.offeredNcuMs, 'offeredByMarket');
  checkAmount(burnedTokensGrains, 'burnedTokensGrains');
  // A token without value could not be a bond; an oracle that finds none is halted.
  for (const micrograins of tokenPrice === null ? [] : [tokenPrice.spotMicrograins, tokenPrice.lowMicrograins]) {
    if (isAmount(micrograins) && micrograins >= 1 && micrograins <= TOKEN_MICROGRAINS_MAX) continue;
    const expected = `an integer from 1 to ${TOKEN_MICROGRAINS_MAX}, or null while the oracle is halted`;
    throw new KernelRefusal('KERNEL-AMOUNT', 'inputs.tokenPrice', expected, micrograins);
  }
}

function checkAmount(amount: number, name: keyof EpochInputs): void {
  if (isAmount(amount)) return;
  throw new KernelRefusal('KERNEL-AMOUNT', `inputs.${name}`, 'an integer from 0 to 2^53 - 1', amount);
}

function checkAccount(account: string, where: string): void {
  if (!ACCOUNT.test(account)) {
    throw new KernelRefusal('KERNEL-ACCOUNT', where, '0x and 40 lower-case hex digits', account);
  }
}

function fillColumns(books: Books): SettlementColumns {
  const { economy, roster, usage } = books;
  const operators = operatorNumbers(economy.classes, roster.nodes.columns);
  const columns = settlementColumns(usage.tasks.length, roster.length, economy.classes.length, operators.count);
  columns.lines.node.set(usage.nodeOf.subarray(0, usage.tasks.length));
  columns.lines.ncuMs.set(usage.ncuMs.subarray(0, usage.tasks.length));
  columns.lines.price.set(usage.price.subarray(0, usage.tasks.length));
  columns.nodes.classOf.set(operators.classOf);
  columns.nodes.operatorOf.set(operators.operatorOf);
  for (const line of usage.covered.keys()) columns.lines.ncuMs[line] = 0;
  fillWork(books, columns);
  fillUnvested(books, columns);
  return columns;
}

function fillWork({ economy, roster, usage, reservations }: Books, { nodes }: SettlementColumns): void {
  const { bondGrains, band } = roster.nodes.columns;
  for (let index = 0; index < roster.length; index += 1) {
    const { bands } = economy.classes[nodes.classOf[index]!]!;
    const work = (usage.taskNcuMs[index]! + usage.auditNcuMs[index]! + reservations.usedNcuMs[index]!) as NcuMs;
    nodes.work[index] = bands === null ? work : bandedWork(bands, cellAt(band, index), work);
    nodes.bond[index] = cellAt(bondGrains, index);
  }
}

/** What is not vested yet, and the part that vests now: holdback; of a frozen node what is held. */
function fillUnvested({ roster, faults, vestThrough }: Books, { nodes }: SettlementColumns): void {
  const { columns, holdback } = roster.nodes;
  for (let index = 0; index < roster.length; index += 1) {
    nodes.frozen[index] = isFrozen(cellAt(columns.status, index)) ? 1 : 0;
  }
  holdback.eras.forEach((era, at) => {
    const isDue = era <= vestThrough;
    addTo(nodes.openCredits, holdback.creditsGrains[at]!);
    addTo(nodes.openTokens, holdback.tokensGrains[at]!);
    if (isDue) addTo(nodes.dueCredits, holdback.creditsGrains[at]!);
    if (isDue) addTo(nodes.dueTokens, holdback.tokensGrains[at]!);
  });
  for (const [index, held] of exceptionsOf(columns.held)) setUnvested(nodes, index, held, vestThrough);
  for (const [index, account] of faults.accounts) {
    const frozen = isFrozen(account.status);
    nodes.frozen[index] = frozen ? 1 : 0;
    setUnvested(nodes, index, frozen ? account.held : account.holdback, vestThrough);
  }
}

function isFrozen(status: NodeState['status']): boolean {
  return status === 'held' || status === 'slashed';
}

function addTo(sums: Float64Array, amounts: Column<number>): void {
  for (let index = 0; index < sums.length; index += 1) sums[index]! += cellAt(amounts, index);
}

function setUnvested(
  nodes: SettlementColumns['nodes'],
  index: number,
  entries: readonly EraAmounts[],
  vestThrough: number,
): void {
  const open = totalOf(entries);
  const due = totalOf(entries.filter(({ era }) => era <= vestThrough));
  nodes.openCredits[index] = open.creditsGrains;
  nodes.openTokens[index] = open.tokensGrains;
  nodes.dueCredits[index] = due.creditsGrains;
  nodes.dueTokens[index] = due.tokensGrains;
}

/** Every charge of the epoch: usage at its prices, work that an entitlement covers at its own, contracts. */
function charge(economy: Economy, usage: RatedUsage, reservations: ReservationBook, columns: SettlementColumns): void {
  chargeColumns(economy.take, columns);
  chargeCovered(economy, usage.covered, columns);
  reservations.pay(columns);
}

/**
 * Rewards the epoch: what is minted for work by the work done, what is minted for being there by capacity in good
 * standing, both through the classes' curves and caps. Returns the second part by node; it is in the earned tokens.
 */
function reward(
  economy: Economy,
  { nodes: { columns: facts }, length }: Roster,
  { workGrains, coverageGrains }: Minted,
  columns: SettlementColumns,
): Float64Array {
  const { nodes } = columns;
  const coverage = new Float64Array(length);
  if (coverageGrains > 0) {
    const capacity = new Float64Array(length);
    for (let index = 0; index < length; index += 1) {
      if (cellAt(facts.status, index) !== 'active') continue;
      capacity[index] = capacityNcuMs(cellAt(facts.milliNcu, index), economy.cadence.epochMs);
    }
    shareAmongClasses(economy, coverageGrains, columns, capacity);
    coverColumns(economy.classes, columns, capacity, coverage);
  }
  shareAmongClasses(economy, workGrains, columns, nodes.work);
  rewardColumns(economy.classes, columns);
  if (coverageGrains > 0) addCoverage(columns, coverage);
  return coverage;
}

/** What held nodes earned joins what is held of them before the epoch's faults end. */
function holdEarnings(faults: FaultBook, { nodes }: SettlementColumns, era: Era): void {
  for (const [index, account] of faults.accounts) {
    if (nodes.frozen[index] === 0) continue;
    account.held = addEarnings(account.held, era, nodes.earnedCredits[index]!, nodes.earnedTokens[index]!);
  }
}

function chargeTable({ tasks, ncuMs, price, covered }: RatedUsage, { lines }: SettlementColumns): Statement['charges'] {
  const { length } = tasks;
  const named = {
    epoch: new Array<Epoch>(length),
    leaseId: new Array<string>(length),
    resource: new Array<number>(length),
    consumer: new Array<string>(length),
    nodeId: new Array<string>(length),
    quantity: new Array<number>(length),
  };
  // One walk over the lines for all columns: they no longer lie in the cache.
  for (let index = 0; index < length; index += 1) {
    const line = tasks[index]!;
    named.epoch[index] = line.epoch;
    named.leaseId[index] = line.leaseId;
    named.resource[index] = line.resource;
    named.consumer[index] = line.consumer;
    named.nodeId[index] = line.nodeId;
    named.quantity[index] = line.quantity;
  }
  return {
    length,
    columns: {
      epoch: column(named.epoch),
      leaseId: column(named.leaseId),
      resource: column(named.resource),
      consumer: column(named.consumer),
      nodeId: column(named.nodeId),
      quantity: column(named.quantity),
      ncuMs: numberColumn(ncuMs.subarray(0, length)),
      priceMicrograinsPerNcuS: numberColumn(price.subarray(0, length)),
      chargeGrains: numberColumn(lines.charge),
      earnedGrains: numberColumn(lines.earned),
      burnGrains: numberColumn(lines.burn),
      insuranceGrains: numberColumn(lines.insurance),
      treasuryGrains: numberColumn(lines.treasury),
      entitlement: sparseColumn<Covered | null>(null, covered),
    },
  };
}

function chargeTotals({ lines }: SettlementColumns, { charges }: ReservationBook): ChargeTotals {
  const totals: Record<keyof ChargeTotals, Grains> = {
    chargedGrains: columnTotal(lines.charge, 'totals.chargedGrains'),
    earnedGrains: columnTotal(lines.earned, 'totals.earnedGrains'),
    burnGrains: columnTotal(lines.burn, 'totals.burnGrains'),
    insuranceGrains: columnTotal(lines.insurance, 'totals.insuranceGrains'),
    treasuryGrains: columnTotal(lines.treasury, 'totals.treasuryGrains'),
  };
  for (const { chargeGrains, ...parts } of charges) {
    totals.chargedGrains = addExact(totals.chargedGrains, chargeGrains) as Grains;
    for (const part of ['earnedGrains', 'burnGrains', 'insuranceGrains', 'treasuryGrains'] as const) {
      totals[part] = addExact(totals[part], parts[part]) as Grains;
    }
  }
  return totals;
}

function leaseTotals(lines: readonly ReservationLine[]) {
  const total = (grains: (line: ReservationLine) => number) =>
    lines.reduce((sum, line) => addExact(sum, grains(line)), 0) as Grains;
  return {
    leaseFeesGrains: total((line) => addExact(line.openingFeeGrains, line.idleSurchargeGrains)),
    leaseBondsLockedGrains: total((line) => line.bondLockedGrains),
    leaseBondsBurnedGrains: total((line) => line.bondBurnedGrains),
    leaseBondsReturnedGrains: total((line) => line.bondReturnedGrains),
    compensatedGrains: total((line) => line.paidToConsumerGrains),
    penaltiesToInsuranceGrains: total((line) => line.paidToInsuranceGrains),
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

/**
 * Tokens past their holdback go through the vesting schedule, which releases at eras' ends; a held node's stay. What it
 * releases is then what vests; what it keeps is returned, by node.
 */
function scheduleVesting(
  economy: Economy,
  { nodes: { columns } }: Roster,
  { nodes }: SettlementColumns,
  epoch: Epoch,
  endsEra: boolean,
): ReadonlyMap<number, readonly VestingEntry[]> {
  const kept = new Map<number, readonly VestingEntry[]>();
  const before = exceptionsOf(columns.vesting);
  if (economy.vesting.schedule === null && before.size === 0) return kept;
  nodes.vestedTokens.forEach((due, index) => {
    const moves = nodes.frozen[index] === 0 && (endsEra || due > 0);
    if (!moves) return;
    const node = {
      joinedEpoch: cellAt(columns.joinedEpoch, index),
      bondGrains: cellAt(columns.bondGrains, index),
      bondRequiredGrains: cellAt(columns.bondRequiredGrains, index),
      milliNcu: cellAt(columns.milliNcu, index),
    };
    const { paidGrains, entries } = vestTokens(economy, node, before.get(index) ?? [], due, epoch);
    nodes.vestedTokens[index] = paidGrains;
    kept.set(index, entries);
  });
  return kept;
}

interface PayoutSources {
  readonly state: EconomyState;
  readonly roster: Roster;
  readonly columns: SettlementColumns;
  readonly ended: FaultResult;
  readonly totals: Statement['totals'];
  readonly withdrawals: readonly Withdrawal[];
  readonly vestThrough: number;
}

/**
 * Vested earnings to operators, vested take to its payees, swept credits and penalties to insurance, what leases burn,
 * withdrawals to consumers.
 */
function payoutAdditions(sources: PayoutSources): PayoutAdditions {
  const { state, roster, columns, ended, totals, withdrawals, vestThrough } = sources;
  const { nodes } = columns;
  const { operator } = roster.nodes.columns;
  const additions = new PayoutAdditions();
  for (let index = 0; index < roster.length; index += 1) {
    additions.add(cellAt(operator, index), nodes.vestedCredits[index]!, nodes.vestedTokens[index]!);
  }
  const take = ended.take.vest(vestThrough);
  additions.add(BURN_ACCOUNT, take.burnGrains, 0);
  additions.add(state.accounts.insurance, take.insuranceGrains, 0);
  additions.add(state.accounts.treasury, take.treasuryGrains, 0);
  additions.add(state.accounts.insurance, ended.toInsuranceGrains, 0);
  additions.add(state.accounts.insurance, totals.penaltiesToInsuranceGrains, 0);
  additions.add(BURN_ACCOUNT, totals.leaseFeesGrains, 0);
  additions.add(BURN_ACCOUNT, totals.leaseBondsBurnedGrains, 0);
  for (const { account, creditsGrains } of withdrawals) additions.add(account, creditsGrains, 0);
  return additions;
}

/** Nothing carried is given out again: it would go round the operator caps. */
function emissionResult(
  state: EconomyState,
  { workGrains, coverageGrains, streams }: Minted,
  { nodes }: SettlementColumns,
  ended: FaultResult,
): Statement['emission'] {
  const scheduledGrains = addExact(workGrains, coverageGrains) as Grains;
  const distributedGrains = columnTotal(nodes.earnedTokens, 'emission.distributedGrains');
  const undistributed = addExact(scheduledGrains - distributedGrains, ended.toCarriedGrains);
  const carriedInGrains = state.carriedTokensGrains;
  const carriedOutGrains = addExact(carriedInGrains, undistributed) as Grains;
  return { streams, scheduledGrains, carriedInGrains, distributedGrains, carriedOutGrains };
}

function eraResult(era: Era, { nodes }: SettlementColumns, payouts: readonly Payout[]): EraResult {
  const vestedCredits = new ExactSum();
  const vestedTokens = new ExactSum();
  for (const grains of nodes.vestedCredits) vestedCredits.add(grains);
  for (const grains of nodes.vestedTokens) vestedTokens.add(grains);
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
 * Credits: held before + charged + lease fees and bonds + withdrawn = held after + refunded + compensated + lease bonds
 * returned + paid out, where held is unvested or a lease's bond. Lease bonds: before + locked = after + burned + returned.
 * Tokens: unvested and carried before + scheduled emission = unvested and carried after + paid out. Exactly.
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
  const bondsIn = old.leaseBondCredits + BigInt(totals.leaseBondsLockedGrains);
  const bondsReturned = BigInt(totals.leaseBondsReturnedGrains);
  const bondsOut = now.leaseBondCredits + BigInt(totals.leaseBondsBurnedGrains) + bondsReturned;
  const paidIn = BigInt(totals.chargedGrains) + BigInt(totals.leaseFeesGrains) + withdrawn;
  const paidBack = BigInt(totals.refundedGrains) + BigInt(totals.compensatedGrains) + bondsReturned;
  const creditsIn = old.unvestedCredits + bondsIn + paidIn;
  const creditsOut = now.unvestedCredits + now.leaseBondCredits + paidBack + paidOut.credits;
  const tokensIn = old.unvestedTokens + old.carriedTokens + BigInt(emission.scheduledGrains);
  const tokensOut = now.unvestedTokens + now.carriedTokens + paidOut.tokens;
  const sides = { credits: [creditsIn, creditsOut], 'lease bonds': [bondsIn, bondsOut], tokens: [tokensIn, tokensOut] };
  for (const [what, [flowIn, flowOut]] of Object.entries(sides)) {
    if (flowIn === flowOut) continue;
    throw new Error(`epoch ${before.epoch} does not conserve ${what}: ${flowIn} in, ${flowOut} out`);
  }
}
