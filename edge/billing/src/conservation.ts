import { type Asset, type Balance, SOURCE_ACCOUNTS } from './accounts.ts';

/** One asset's books at a glance. Decimal strings of grains. */
export interface Conservation {
  /** Everything that ever came in: deposits, or lifetime emission. */
  readonly inGrains: string;
  /** Everything the chain has paid out. */
  readonly outGrains: string;
  /** What the network holds for somebody: the sum of every other account. */
  readonly heldGrains: string;
  /** in - out - held: zero, or money appeared or vanished. */
  readonly differenceGrains: string;
  readonly balanced: boolean;
}

/**
 * in = out + held, per asset, exactly.
 *
 * Balances of every account are needed; an asset without any account is all zeros.
 *
 * @example
 * conservationOf([
 *   { asset: 'credit', account: 'chain:deposited', balanceGrains: '-5' },
 *   { asset: 'credit', account: 'chain:claimed', balanceGrains: '5' },
 * ]).credit.balanced; // true
 */
export function conservationOf(balances: Iterable<Balance>): Readonly<Record<Asset, Conservation>> {
  const sums = { credit: { in: 0n, out: 0n, held: 0n }, token: { in: 0n, out: 0n, held: 0n } };
  for (const { asset, account, balanceGrains } of balances) {
    const sum = sums[asset];
    const amount = BigInt(balanceGrains);
    if (SOURCE_ACCOUNTS.includes(account)) sum.in -= amount;
    else if (account === 'chain:claimed' || account === 'channels:paid') sum.out += amount;
    else sum.held += amount;
  }
  return { credit: conservation(sums.credit), token: conservation(sums.token) };
}

function conservation(sum: { in: bigint; out: bigint; held: bigint }): Conservation {
  const difference = sum.in - sum.out - sum.held;
  return {
    inGrains: String(sum.in),
    outGrains: String(sum.out),
    heldGrains: String(sum.held),
    differenceGrains: String(difference),
    balanced: difference === 0n,
  };
}
