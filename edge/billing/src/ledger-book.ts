import { type Account, type Asset, type Balance, SOURCE_ACCOUNTS } from './accounts.ts';
import { checkPosting, type Posting, samePosting } from './postings.ts';
import { BillingRefusal } from './refusals.ts';

/**
 * The double-entry ledger in memory, under the rules of the one on PostgreSQL: a posting recorded again has no effect, one
 * id never has two contents, and no account but those through which value enters falls below zero.
 */
export class LedgerBook {
  readonly #recorded = new Map<string, Posting>();
  readonly #balances = new Map<string, Balance & { grains: bigint }>();

  /**
   * Appends postings in their order, all or nothing; gives how many were new. Refuses as `checkPosting` does, with
   * BILLING-POSTING-CONFLICT and with BILLING-INSUFFICIENT.
   */
  append(postings: readonly Posting[]): number {
    const fresh = new Map<string, Posting>();
    for (const posting of postings) {
      checkPosting(posting);
      const earlier = this.#recorded.get(posting.id) ?? fresh.get(posting.id);
      if (earlier === undefined) fresh.set(posting.id, posting);
      else if (!samePosting(earlier, posting)) throw conflict(posting);
    }
    const after = this.#balancesAfter(fresh.values());
    for (const [name, grains] of after) {
      const at = name.indexOf(' ');
      const [asset, account] = [name.slice(0, at) as Asset, name.slice(at + 1) as Account];
      this.#balances.set(name, { asset, account, grains, balanceGrains: String(grains) });
    }
    for (const [id, posting] of fresh) this.#recorded.set(id, posting);
    return fresh.size;
  }

  balance(account: Account, asset: Asset = 'credit'): bigint {
    return this.#balances.get(`${asset} ${account}`)?.grains ?? 0n;
  }

  balances(): Iterable<Balance> {
    return this.#balances.values();
  }

  #balancesAfter(postings: Iterable<Posting>): Map<string, bigint> {
    const after = new Map<string, bigint>();
    for (const posting of postings) {
      const { asset, legs } = posting;
      for (const { account, amountGrains } of legs) {
        const name = `${asset} ${account}`;
        after.set(name, (after.get(name) ?? this.balance(account, asset)) + BigInt(amountGrains));
      }
      for (const { account } of legs) {
        const left = after.get(`${asset} ${account}`)!;
        if (left < 0n && !SOURCE_ACCOUNTS.includes(account)) throw insufficient(posting, account, left);
      }
    }
    return after;
  }
}

function conflict({ id }: Posting): BillingRefusal {
  const where = `posting ${id}`;
  return new BillingRefusal('BILLING-POSTING-CONFLICT', { expected: 'the content recorded', got: 'another', where });
}

function insufficient({ id, asset }: Posting, account: Account, left: bigint): BillingRefusal {
  const expected = `${account} at or above 0 ${asset} grains`;
  return new BillingRefusal('BILLING-INSUFFICIENT', { expected, got: String(left), where: `posting ${id}` });
}
