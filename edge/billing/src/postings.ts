import type { Epoch, Grains } from '@stannary/kernel';
import {
  type Account,
  type Asset,
  escrowAccount,
  grainsOf,
  isAccount,
  payableAccount,
  walletAccount,
} from './accounts.ts';
import { BillingRefusal } from './refusals.ts';

/** What one posting moves on one account; positive: the network owes more on it. */
export interface Leg {
  readonly account: Account;
  readonly amountGrains: number;
}

/** One movement of value in one asset: its legs sum to zero. Never changed once recorded. */
export interface Posting {
  /** Idempotency key, made from what the posting records: recording that again has no effect. */
  readonly id: string;
  readonly asset: Asset;
  /** What caused it: a chain event, a task, a line of a statement. */
  readonly cause: string;
  readonly epoch: Epoch;
  readonly legs: readonly Leg[];
}

/** Where a chain event stands. A log index is unique in its block, hence with the transaction it lies in. */
interface ChainPosition {
  /** CAIP-2 id, e.g. `eip155:31337`. */
  readonly chain: string;
  readonly transactionHash: string;
  readonly logIndex: number;
  /** Open epoch in which the event became final. */
  readonly epoch: Epoch;
}

/** `Settlement` took a consumer's deposit. */
export interface ChainDeposit extends ChainPosition {
  readonly account: string;
  readonly creditsGrains: Grains;
}

/** `Settlement` paid a claim: what it transferred, not the cumulative amount. */
export interface ChainClaim extends ChainPosition {
  readonly account: string;
  readonly creditsGrains: Grains;
  readonly tokensGrains: Grains;
}

/** A task's money: the most that its lease may be charged is set aside, what is left is given back. */
export interface TaskEscrow {
  readonly taskId: string;
  readonly consumer: string;
  readonly amountGrains: Grains;
  readonly epoch: Epoch;
}

/** Deposited on the chain → wallet. Refuses like `checkPosting`, and an amount below 1 with BILLING-AMOUNT. */
export function depositPosting(event: ChainDeposit): Posting {
  return movePosting('deposit', chainKey(event), chainCause(event), event.epoch, {
    asset: 'credit',
    from: 'chain:deposited',
    to: walletAccount(event.account),
    amountGrains: event.creditsGrains,
  });
}

/** Vested and owed → paid by the chain: one posting per asset that moved. Refuses as `depositPosting` does. */
export function claimPostings(event: ChainClaim): Posting[] {
  const amounts = { credit: event.creditsGrains, token: event.tokensGrains };
  return (['credit', 'token'] as const)
    .filter((asset) => amounts[asset] !== 0)
    .map((asset) =>
      movePosting(`claim-${asset}`, chainKey(event), chainCause(event), event.epoch, {
        asset,
        from: payableAccount(event.account),
        to: 'chain:claimed',
        amountGrains: amounts[asset],
      }),
    );
}

/** Wallet → escrow, when a task is taken in. Refuses as `depositPosting` does. */
export function escrowPosting(task: TaskEscrow): Posting {
  return movePosting('escrow', [task.taskId], `task ${task.taskId}`, task.epoch, {
    asset: 'credit',
    from: walletAccount(task.consumer),
    to: escrowAccount(task.consumer),
    amountGrains: task.amountGrains,
  });
}

/**
 * Escrow → wallet, when a task is over: what its charge left, or all of it when it was cancelled. Nothing left needs
 * no posting, and asking for one is refused with BILLING-AMOUNT.
 */
export function releasePosting(task: TaskEscrow): Posting {
  return movePosting('release', [task.taskId], `task ${task.taskId}`, task.epoch, {
    asset: 'credit',
    from: escrowAccount(task.consumer),
    to: walletAccount(task.consumer),
    amountGrains: task.amountGrains,
  });
}

/**
 * Refuses what is not a posting: BILLING-ACCOUNT for a leg on no known account, BILLING-AMOUNT for a leg that is no
 * whole number or zero or for a posting without legs, BILLING-RANGE for one beyond 2^53 - 1, BILLING-UNBALANCED.
 */
export function checkPosting({ id, legs }: Posting): void {
  const where = `posting ${id}`;
  if (legs.length === 0) throw new BillingRefusal('BILLING-AMOUNT', { expected: 'legs', got: 'none', where });
  let sum = 0n;
  for (const { account, amountGrains } of legs) {
    if (!isAccount(account))
      throw new BillingRefusal('BILLING-ACCOUNT', { expected: 'a known account', got: `'${account}'`, where });
    if (amountGrains === 0)
      throw new BillingRefusal('BILLING-AMOUNT', { expected: 'an amount', got: '0', where: `${where}, ${account}` });
    sum += BigInt(grainsOf(amountGrains, `${where}, ${account}`));
  }
  if (sum !== 0n)
    throw new BillingRefusal('BILLING-UNBALANCED', { expected: 'legs that sum to 0', got: String(sum), where });
}

/** Whether two postings of one id record the same. */
export function samePosting(one: Posting, other: Posting): boolean {
  return (
    one.asset === other.asset &&
    one.cause === other.cause &&
    one.epoch === other.epoch &&
    one.legs.length === other.legs.length &&
    one.legs.every((leg, index) => {
      const twin = other.legs[index]!;
      return leg.account === twin.account && leg.amountGrains === twin.amountGrains;
    })
  );
}

export interface Move {
  readonly asset: Asset;
  readonly from: Account;
  readonly to: Account;
  readonly amountGrains: number;
}

/** The commonest posting: one amount from one account to another. Refuses as `depositPosting` does. */
export function movePosting(
  kind: string,
  key: readonly (string | number)[],
  cause: string,
  epoch: Epoch,
  { asset, from, to, amountGrains }: Move,
): Posting {
  const id = [kind, ...key].join('/');
  if (amountGrains < 1)
    throw new BillingRefusal('BILLING-AMOUNT', {
      expected: 'at least 1 grain',
      got: String(amountGrains),
      where: `posting ${id}`,
    });
  const legs = [
    { account: from, amountGrains: -amountGrains },
    { account: to, amountGrains },
  ];
  const made = { id, asset, cause, epoch, legs };
  checkPosting(made);
  return made;
}

function chainKey({ chain, transactionHash, logIndex }: ChainPosition): (string | number)[] {
  return [chain, transactionHash, logIndex];
}

function chainCause({ chain, transactionHash, logIndex }: ChainPosition): string {
  return `${chain} transaction ${transactionHash} log ${logIndex}`;
}
