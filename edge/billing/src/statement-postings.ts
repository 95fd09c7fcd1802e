import {
  BURN_ACCOUNT,
  type ChargeLine,
  chargeLines,
  type EconomyState,
  type EraAmounts,
  type EraTake,
  type NodeLine,
  type NodeState,
  nodeLines,
  nodeState,
  type ReservationLine,
  type Settled,
  type Statement,
} from '@stannary/kernel';
import {
  type Account,
  type Asset,
  escrowAccount,
  grainsOf,
  heldAccount,
  holdbackAccount,
  leaseBondAccount,
  payableAccount,
  vestingAccount,
  walletAccount,
} from './accounts.ts';
import { checkPosting, type Leg, type Posting } from './postings.ts';
import { BillingRefusal } from './refusals.ts';

// One settled epoch as postings. Lines of the statement are taken as they stand; what it does not say (the take that
// a fault holds or gives back, the take that vests, what of a refund came out of whose held credits) follows from the
// states before and after it, of which each account has only one unknown flow left. That leaves no freedom: if the
// flows do not balance, statement and states do not belong together, and the whole of it is refused.

/**
 * All movements of one epoch's statement, in an order in which no account falls below zero.
 *
 * charges: escrow → holdback and take · leases: escrow → bond, and their fees → burned · emission: source → holdback and
 * carried · proposed and reversed faults: holdback ↔ held, take ↔ held take · missed capacity: holdback or held →
 * consumers' wallets and insurance · final faults: held and held take → consumers' wallets, the rest → insurance and
 * carried · vesting: holdback → vesting → payable, take → payable · leases' bonds → burned and wallets · withdrawals:
 * wallet → payable.
 *
 * `before` is the state that was settled. What remains of a task's escrow after its charge is the caller's to
 * release, and not before late usage of it can no longer come: a charge needs its escrow.
 *
 * Refuses with BILLING-STATEMENT when statement and states contradict each other.
 */
export function statementPostings(before: EconomyState, settled: Settled): Posting[] {
  const { statement, state } = settled;
  if (before.epoch !== statement.epoch || state.epoch !== statement.epoch + 1)
    throw contradiction(statement, 'states around it', `states of epochs ${before.epoch} and ${state.epoch}`);
  const nodes = nodeFlows(before, statement);
  const take = takeFlow(before, settled);
  return [
    ...chargeLines(statement).flatMap((line) => chargePosting(statement, line)),
    ...statement.reservations.flatMap((line) => leasePostings(statement, line)),
    ...emissionPostings(statement),
    ...nodes.flatMap((flow) => holdPostings(statement, flow)),
    ...takeHoldPostings(statement, take),
    ...compensationPostings(before, statement),
    ...refundPostings(statement, nodes, take),
    ...sweepPostings(before, statement),
    ...nodes.flatMap((flow) => vestingPostings(statement, flow)),
    ...takeVestingPostings(statement, take),
    ...statement.reservations.flatMap((line) => leaseBondPostings(statement, line)),
    ...withdrawalPostings(statement),
  ];
}

interface Amounts {
  readonly creditsGrains: number;
  readonly tokensGrains: number;
}

/** What moved of one node's unvested earnings. */
interface NodeFlow {
  readonly line: NodeLine;
  /** Holdback → held; negative where a reversed fault gave it back. */
  readonly held: Amounts;
  /** Held credits → refunds. */
  readonly refundedGrains: number;
  /** Tokens: holdback → vesting schedule; negative where it released more. */
  readonly keptGrains: number;
}

/** What moved of the take. */
interface TakeFlow {
  /** Unvested → held; negative where a reversed fault gave it back. */
  readonly heldGrains: number;
  /** Held → refunds. */
  readonly refundedGrains: number;
  /** Unvested → payees, by address. */
  readonly vested: ReadonlyMap<string, bigint>;
}

function nodeFlows(before: EconomyState, statement: Statement): NodeFlow[] {
  return nodeLines(statement).map((line) => nodeFlow(statement, nodeState(before, line.nodeId), line));
}

function nodeFlow(statement: Statement, node: NodeState | undefined, line: NodeLine): NodeFlow {
  const holdback = totalOf(node?.holdback ?? []);
  const before = totalOf(node?.held ?? []);
  const swept = sweptOf(statement, line.nodeId);
  // vesting after = vesting before + kept - swept
  const vesting = (node?.vesting ?? []).reduce((sum, entry) => sum + entry.earnedGrains - entry.releasedGrains, 0);
  const keptGrains = line.vestingTokensGrains + swept.fromVestingGrains - vesting;
  const penalty = { holdback: 0, held: 0, [penalisedPlace(line)]: line.penaltyCreditsGrains };
  // holdback after = holdback before + earned - penalty - held - vested - kept
  const held = {
    creditsGrains:
      holdback.creditsGrains +
      line.earnedCreditsGrains -
      penalty.holdback -
      line.vestedCreditsGrains -
      line.holdbackCreditsGrains,
    tokensGrains:
      holdback.tokensGrains +
      line.earnedTokensGrains -
      line.vestedTokensGrains -
      keptGrains -
      line.holdbackTokensGrains,
  };
  // held after = held before + held - penalty - refunded - swept, and tokens are never refunded
  const refundedGrains =
    before.creditsGrains + held.creditsGrains - penalty.held - swept.creditsGrains - line.heldCreditsGrains;
  const sweptHeld = swept.tokensGrains - swept.fromVestingGrains;
  const tokensLost = before.tokensGrains + held.tokensGrains - sweptHeld - line.heldTokensGrains;
  if (refundedGrains < 0 || tokensLost !== 0)
    throw contradiction(
      statement,
      `node ${line.nodeId}: what was held`,
      `${refundedGrains} and ${tokensLost} too much`,
    );
  return { line, held, refundedGrains, keptGrains };
}

/** Where a node's unvested credits are: a fault holds all of them, from its proposal to its end. */
function penalisedPlace({ status }: NodeLine): 'holdback' | 'held' {
  return status === 'held' || status === 'slashed' ? 'held' : 'holdback';
}

function sweptOf({ faults }: Statement, nodeId: string): Amounts & { readonly fromVestingGrains: number } {
  const own = faults.filter((fault) => fault.nodeId === nodeId);
  return {
    creditsGrains: own.reduce((sum, fault) => sum + fault.toInsuranceCreditsGrains, 0),
    tokensGrains: own.reduce((sum, fault) => sum + fault.toCarriedTokensGrains, 0),
    fromVestingGrains: own.reduce((sum, fault) => sum + fault.fromVestingTokensGrains, 0),
  };
}

function takeFlow(before: EconomyState, { statement, state }: Settled): TakeFlow {
  const vested = vestedTake(before, statement, state);
  const { burnGrains, insuranceGrains, treasuryGrains } = statement.totals;
  const charged = BigInt(burnGrains) + BigInt(insuranceGrains) + BigInt(treasuryGrains);
  const vestedGrains = [...vested.values()].reduce((sum, grains) => sum + grains, 0n);
  // take after = take before + charged - held - vested; held take after = held take before + held - refunded
  const held = takeTotal(before.take) + charged - takeTotal(state.take) - vestedGrains;
  const refunded = takeTotal(before.heldTake) + held - takeTotal(state.heldTake);
  if (refunded < 0n) throw contradiction(statement, 'held take', `${refunded} refunded`);
  return { heldGrains: grainsOf(held), refundedGrains: grainsOf(refunded), vested };
}

/** By address: what its payout grew, less everything that the statement names. */
function vestedTake(before: EconomyState, statement: Statement, after: EconomyState): Map<string, bigint> {
  const left = new Map(after.payouts.map(({ account, cumulativeCredits }) => [account, BigInt(cumulativeCredits)]));
  const subtract = (account: string, grains: bigint) => left.set(account, (left.get(account) ?? 0n) - grains);
  for (const { account, cumulativeCredits } of before.payouts) subtract(account, BigInt(cumulativeCredits));
  for (const { operator, vestedCreditsGrains } of nodeLines(statement)) subtract(operator, BigInt(vestedCreditsGrains));
  for (const { account, creditsGrains } of statement.withdrawals) subtract(account, BigInt(creditsGrains));
  for (const { toInsuranceCreditsGrains } of statement.faults)
    subtract(before.accounts.insurance, BigInt(toInsuranceCreditsGrains));
  const { leaseFeesGrains, leaseBondsBurnedGrains, penaltiesToInsuranceGrains } = statement.totals;
  subtract(BURN_ACCOUNT, BigInt(leaseFeesGrains) + BigInt(leaseBondsBurnedGrains));
  subtract(before.accounts.insurance, BigInt(penaltiesToInsuranceGrains));
  for (const [account, grains] of left) {
    if (grains < 0n) throw contradiction(statement, `${account}: what vested`, String(grains));
    if (grains === 0n) left.delete(account);
  }
  return left;
}

function chargePosting(statement: Statement, line: ChargeLine): Posting[] {
  const { leaseId, resource, epoch, consumer, nodeId, chargeGrains, earnedGrains } = line;
  return made(statement, `charge/${leaseId}/${resource}/${epoch}`, 'credit', [
    [escrowAccount(consumer), -chargeGrains],
    [holdbackAccount(nodeId), earnedGrains],
    ['take:unvested', line.burnGrains + line.insuranceGrains + line.treasuryGrains],
  ]);
}

/** What a reserved lease takes from its consumer: its bond, the fees, and the contract's price of what was delivered. */
function leasePostings(statement: Statement, line: ReservationLine): Posting[] {
  const { leaseId, consumer, bondLockedGrains, openingFeeGrains, idleSurchargeGrains, chargeGrains, members } = line;
  const escrow = escrowAccount(consumer);
  const take = line.burnGrains + line.insuranceGrains + line.treasuryGrains;
  return [
    ...made(statement, `lease/${leaseId}/bond`, 'credit', [
      [escrow, -bondLockedGrains],
      [leaseBondAccount(leaseId), bondLockedGrains],
    ]),
    ...made(statement, `lease/${leaseId}/opening-fee`, 'credit', [
      [escrow, -openingFeeGrains],
      [payableAccount(BURN_ACCOUNT), openingFeeGrains],
    ]),
    ...made(statement, `lease/${leaseId}/idle-surcharge`, 'credit', [
      [escrow, -idleSurchargeGrains],
      [payableAccount(BURN_ACCOUNT), idleSurchargeGrains],
    ]),
    ...made(statement, `lease/${leaseId}/charge`, 'credit', [
      [escrow, -chargeGrains],
      ...members.map(({ nodeId, paidGrains }): Move => [holdbackAccount(nodeId), paidGrains]),
      ['take:unvested', take],
    ]),
  ];
}

/** Delivery penalties and service credits, out of what the members had not been paid. */
function compensationPostings({ accounts }: EconomyState, statement: Statement): Posting[] {
  const held = new Set(
    nodeLines(statement)
      .filter((node) => penalisedPlace(node) === 'held')
      .map(({ nodeId }) => nodeId),
  );
  return statement.reservations.flatMap(({ leaseId, consumer, members, ...paid }) =>
    made(statement, `lease/${leaseId}/compensation`, 'credit', [
      ...members.map(({ nodeId, collectedGrains }): Move => {
        return [held.has(nodeId) ? heldAccount(nodeId) : holdbackAccount(nodeId), -collectedGrains];
      }),
      [walletAccount(consumer), paid.paidToConsumerGrains],
      [payableAccount(accounts.insurance), paid.paidToInsuranceGrains],
    ]),
  );
}

function leaseBondPostings(statement: Statement, line: ReservationLine): Posting[] {
  const { leaseId, consumer, bondBurnedGrains, bondReturnedGrains } = line;
  const bond = leaseBondAccount(leaseId);
  return [
    ...made(statement, `lease/${leaseId}/burn`, 'credit', [
      [bond, -bondBurnedGrains],
      [payableAccount(BURN_ACCOUNT), bondBurnedGrains],
    ]),
    ...made(statement, `lease/${leaseId}/return`, 'credit', [
      [bond, -bondReturnedGrains],
      [walletAccount(consumer), bondReturnedGrains],
    ]),
  ];
}

function emissionPostings(statement: Statement): Posting[] {
  const { scheduledGrains, distributedGrains } = statement.emission;
  return made(statement, 'emission', 'token', [
    ['emission:source', -scheduledGrains],
    ...nodeLines(statement).map((line): Move => [holdbackAccount(line.nodeId), line.earnedTokensGrains]),
    ['emission:carried', scheduledGrains - distributedGrains],
  ]);
}

function holdPostings(statement: Statement, { line: { nodeId }, held }: NodeFlow): Posting[] {
  const moves = (grains: number): Move[] => [
    [holdbackAccount(nodeId), -grains],
    [heldAccount(nodeId), grains],
  ];
  return [
    ...made(statement, `hold/${nodeId}/credit`, 'credit', moves(held.creditsGrains)),
    ...made(statement, `hold/${nodeId}/token`, 'token', moves(held.tokensGrains)),
  ];
}

function takeHoldPostings(statement: Statement, { heldGrains }: TakeFlow): Posting[] {
  return made(statement, 'hold/take', 'credit', [
    ['take:unvested', -heldGrains],
    ['take:held', heldGrains],
  ]);
}

/** One posting for the epoch: whose held credits paid which refund is not a question the statement answers. */
function refundPostings(statement: Statement, nodes: readonly NodeFlow[], take: TakeFlow): Posting[] {
  const refunds = new Map<string, number>();
  for (const fault of statement.faults)
    for (const { consumer, creditsGrains } of fault.refunds)
      refunds.set(consumer, (refunds.get(consumer) ?? 0) + creditsGrains);
  return made(statement, 'refund', 'credit', [
    ['take:held', -take.refundedGrains],
    ...nodes.map(({ line, refundedGrains }): Move => [heldAccount(line.nodeId), -refundedGrains]),
    ...[...refunds].map(([consumer, grains]): Move => [walletAccount(consumer), grains]),
  ]);
}

function sweepPostings({ accounts }: EconomyState, statement: Statement): Posting[] {
  return statement.faults.flatMap(({ faultId, nodeId, fromVestingTokensGrains, ...swept }) => [
    ...made(statement, `sweep/${faultId}/credit`, 'credit', [
      [heldAccount(nodeId), -swept.toInsuranceCreditsGrains],
      [payableAccount(accounts.insurance), swept.toInsuranceCreditsGrains],
    ]),
    ...made(statement, `sweep/${faultId}/token`, 'token', [
      [heldAccount(nodeId), fromVestingTokensGrains - swept.toCarriedTokensGrains],
      [vestingAccount(nodeId), -fromVestingTokensGrains],
      ['emission:carried', swept.toCarriedTokensGrains],
    ]),
  ]);
}

function vestingPostings(statement: Statement, { line, keptGrains }: NodeFlow): Posting[] {
  const { nodeId, operator, vestedCreditsGrains, vestedTokensGrains } = line;
  return [
    ...made(statement, `vest/${nodeId}/credit`, 'credit', [
      [holdbackAccount(nodeId), -vestedCreditsGrains],
      [payableAccount(operator), vestedCreditsGrains],
    ]),
    ...made(statement, `vest/${nodeId}/token`, 'token', [
      [holdbackAccount(nodeId), -(vestedTokensGrains + keptGrains)],
      [vestingAccount(nodeId), keptGrains],
      [payableAccount(operator), vestedTokensGrains],
    ]),
  ];
}

function takeVestingPostings(statement: Statement, { vested }: TakeFlow): Posting[] {
  const payees = [...vested].map(([account, grains]): Move => [payableAccount(account), grainsOf(grains)]);
  const total = payees.reduce((sum, [, grains]) => sum + grains, 0);
  return made(statement, 'vest/take', 'credit', [['take:unvested', -total], ...payees]);
}

function withdrawalPostings(statement: Statement): Posting[] {
  return statement.withdrawals.flatMap(({ account, creditsGrains }) =>
    made(statement, `withdrawal/${account}`, 'credit', [
      [walletAccount(account), -creditsGrains],
      [payableAccount(account), creditsGrains],
    ]),
  );
}

type Move = readonly [account: Account, amountGrains: number];

/** The posting of what did move, or none where nothing did. */
function made({ epoch }: Statement, line: string, asset: Asset, moves: readonly Move[]): Posting[] {
  const legs: Leg[] = [];
  for (const [account, amountGrains] of moves) if (amountGrains !== 0) legs.push({ account, amountGrains });
  if (legs.length === 0) return [];
  const posting = {
    id: `statement/${epoch}/${line}`,
    asset,
    cause: `statement of epoch ${epoch}: ${line}`,
    epoch,
    legs,
  };
  try {
    checkPosting(posting);
  } catch (error) {
    if (!(error instanceof BillingRefusal) || error.code !== 'BILLING-UNBALANCED') throw error;
    throw new BillingRefusal('BILLING-STATEMENT', {
      expected: 'flows that balance',
      got: String(error.got),
      where: posting.id,
    });
  }
  return [posting];
}

function totalOf(entries: readonly EraAmounts[]): Amounts {
  return {
    creditsGrains: entries.reduce((sum, entry) => sum + entry.creditsGrains, 0),
    tokensGrains: entries.reduce((sum, entry) => sum + entry.tokensGrains, 0),
  };
}

/** bigint: a sum over eras. */
function takeTotal(buckets: readonly EraTake[]): bigint {
  let total = 0n;
  for (const { burnGrains, insuranceGrains, treasuryGrains } of buckets)
    total += BigInt(burnGrains) + BigInt(insuranceGrains) + BigInt(treasuryGrains);
  return total;
}

function contradiction({ epoch }: Statement, expected: string, got: string): BillingRefusal {
  return new BillingRefusal('BILLING-STATEMENT', { expected, got, where: `statement of epoch ${epoch}` });
}
