import { ExactSum } from '../numbers/exact.ts';
import { compareText } from '../order.ts';
import type { Payout } from './epoch.ts';

interface Addition {
  readonly credits: ExactSum;
  readonly tokens: ExactSum;
}

/** What this settlement adds to the cumulative payouts. Additions are never negative, so payouts never fall. */
export class PayoutAdditions {
  readonly #byAccount = new Map<string, Addition>();
  readonly #totalCredits = new ExactSum();
  readonly #totalTokens = new ExactSum();

  add(account: string, creditsGrains: number, tokensGrains: number): void {
    if (creditsGrains === 0 && tokensGrains === 0) return;
    let addition = this.#byAccount.get(account);
    if (addition === undefined) {
      addition = { credits: new ExactSum(), tokens: new ExactSum() };
      this.#byAccount.set(account, addition);
    }
    addition.credits.add(creditsGrains);
    addition.tokens.add(tokensGrains);
    this.#totalCredits.add(creditsGrains);
    this.#totalTokens.add(tokensGrains);
  }

  get totalCredits(): bigint {
    return this.#totalCredits.value;
  }

  get totalTokens(): bigint {
    return this.#totalTokens.value;
  }

  /** The payouts with the additions, sorted by account. Untouched entries are kept as they are. */
  appliedTo(payouts: readonly Payout[]): readonly Payout[] {
    if (this.#byAccount.size === 0) return payouts;
    const merged = payouts.map((payout) => {
      const addition = this.#byAccount.get(payout.account);
      this.#byAccount.delete(payout.account);
      return addition === undefined ? payout : sum(payout, addition);
    });
    const known = merged.length;
    for (const [account, addition] of this.#byAccount) {
      merged.push(sum({ account, cumulativeCredits: '0', cumulativeTokens: '0' }, addition));
    }
    this.#byAccount.clear();
    return merged.length === known ? merged : merged.sort((x, y) => compareText(x.account, y.account));
  }
}

function sum(payout: Payout, addition: Addition): Payout {
  return {
    account: payout.account,
    cumulativeCredits: (BigInt(payout.cumulativeCredits) + addition.credits.value).toString(),
    cumulativeTokens: (BigInt(payout.cumulativeTokens) + addition.tokens.value).toString(),
  };
}
