import type { Grains } from '@stannary/kernel';
import { BillingRefusal } from './refusals.ts';

// The plan of accounts. A balance is what the network owes on that account, in grains of one asset; the accounts
// through which value enters (`chain:deposited`, `channels:deposited`, `emission:source`) therefore stand at or below
// zero, every other at or above it, and per asset all of them sum to zero.

/** `credit`: the unit of account, deposited by consumers. `token`: the work token, emitted for work. */
export type Asset = 'credit' | 'token';

/** 0x-prefixed lower-case EVM address. */
export type Address = `0x${string}`;

export type Account =
  /** Deposited and not in use. */
  | `consumer:${Address}:wallet`
  /** Set aside for the consumer's open leases. */
  | `consumer:${Address}:escrow`
  /** Locked by a reserved lease: burns while its capacity lies idle, returns as it is used. */
  | `lease:${string}:bond`
  /** Earned and not vested. */
  | `node:${string}:holdback`
  /** Earned by a node with a proposed fault: does not vest before the fault's end. */
  | `node:${string}:held`
  /** Tokens past their holdback that the vesting schedule keeps. */
  | `node:${string}:vesting`
  /** Take of eras that have not vested. */
  | 'take:unvested'
  /** Take of windows under a proposed fault. */
  | 'take:held'
  /** Vested and final, not claimed: what the payout leaf says less what the chain has paid. */
  | `payable:${Address}`
  /** Tokens of emission that nobody was given yet. */
  | 'emission:carried'
  /** Minus the lifetime emission. */
  | 'emission:source'
  /** Minus everything ever deposited in the settlement contract. */
  | 'chain:deposited'
  /** Everything ever claimed from the settlement contract. */
  | 'chain:claimed'
  /** In a payment channel for its payees, not collected. */
  | `channel:${string}:deposit`
  /** Collected from channels, not sent by their contract. */
  | `due:${Address}`
  /** Minus everything ever deposited in the contract of channels. */
  | 'channels:deposited'
  /** Everything that it has sent. */
  | 'channels:paid';

/** One account's balance of one asset. Decimal string: a balance is a sum and may pass 2^53 - 1. */
export interface Balance {
  readonly asset: Asset;
  readonly account: Account;
  readonly balanceGrains: string;
}

/** The accounts that may stand below zero: value enters the books through them. */
export const SOURCE_ACCOUNTS: readonly Account[] = ['chain:deposited', 'channels:deposited', 'emission:source'];

export const walletAccount = (consumer: string): Account => `consumer:${address(consumer)}:wallet`;
export const escrowAccount = (consumer: string): Account => `consumer:${address(consumer)}:escrow`;
export const holdbackAccount = (nodeId: string): Account => `node:${identity(nodeId, 'node')}:holdback`;
export const heldAccount = (nodeId: string): Account => `node:${identity(nodeId, 'node')}:held`;
export const vestingAccount = (nodeId: string): Account => `node:${identity(nodeId, 'node')}:vesting`;
export const leaseBondAccount = (leaseId: string): Account => `lease:${identity(leaseId, 'lease')}:bond`;
export const payableAccount = (payee: string): Account => `payable:${address(payee)}`;
export const dueAccount = (payee: string): Account => `due:${address(payee)}`;
export const channelAccount = (channelId: string): Account => `channel:${identity(channelId, 'channel')}:deposit`;

const ACCOUNT_PATTERN = new RegExp(
  '^(consumer:0x[0-9a-f]{40}:(wallet|escrow)|node:[0-9a-f]{64}:(holdback|held|vesting)|payable:0x[0-9a-f]{40}' +
    '|lease:[0-9a-f]{64}:bond|take:(unvested|held)|emission:(carried|source)|chain:(deposited|claimed)' +
    '|channel:[0-9a-f]{64}:deposit|due:0x[0-9a-f]{40}|channels:(deposited|paid))$',
);

/** Whether a text names an account of the plan above. */
export function isAccount(text: string): text is Account {
  return ACCOUNT_PATTERN.test(text);
}

/**
 * An amount that came as bigint, decimal string or number, as grains: a whole number, |x| <= 2^53 - 1.
 *
 * Refuses with BILLING-RANGE what is outside and with BILLING-AMOUNT what is not a whole decimal number.
 */
export function grainsOf(amount: bigint | string | number, where = 'amount'): Grains {
  if (typeof amount === 'string' && !/^-?\d+$/.test(amount))
    throw new BillingRefusal('BILLING-AMOUNT', { expected: 'a whole decimal number', got: `'${amount}'`, where });
  if (typeof amount === 'number' && !Number.isInteger(amount))
    throw new BillingRefusal('BILLING-AMOUNT', { expected: 'a whole number', got: String(amount), where });
  const value = Number(amount);
  if (!Number.isSafeInteger(value))
    throw new BillingRefusal('BILLING-RANGE', { expected: 'at most 2^53 - 1 grains', got: String(amount), where });
  return value as Grains;
}

/** An address, or refuses with BILLING-ACCOUNT. */
export function address(text: string): Address {
  if (!/^0x[0-9a-f]{40}$/.test(text))
    throw new BillingRefusal('BILLING-ACCOUNT', { expected: 'a lower-case 0x address', got: `'${text}'` });
  return text as Address;
}

function identity(text: string, what: 'node' | 'lease' | 'channel'): string {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new BillingRefusal('BILLING-ACCOUNT', { expected: `a ${what} id, 64 hex characters`, got: `'${text}'` });
  return text;
}
