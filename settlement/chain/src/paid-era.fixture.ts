import { type Amounts, encodeAccount } from './era-leaf.ts';
import { type EraHeader, EraTree, eraHeaderHash, eraHeaderOf, type LifetimePayout, type PayoutProof } from './index.ts';

/** An era that owes these lifetime sums, sorted by account, what is new of them paid directly. */
export interface PaidEra {
  readonly header: EraHeader;
  readonly rows: readonly LifetimePayout[];
  /** In the rows' order. */
  readonly proofs: readonly PayoutProof[];
}

export function paidEra(era: number, rows: readonly LifetimePayout[], parent: PaidEra | null): PaidEra {
  const none = new EraTree([]);
  const payout = new EraTree(rows.map(encodeAccount));
  const direct = new EraTree(rows.map((row) => encodeAccount({ ...row, ...increase(row, parent?.rows ?? []) })));
  const parentHash = parent === null ? '0'.repeat(64) : eraHeaderHash(parent.header);
  const header = eraHeaderOf(era, parentHash, { accrual: none, voids: none, direct, payout, params: none });
  const proofs = rows.map(({ account, credits, tokens }, index): PayoutProof => {
    const proof = Array.from({ length: payout.depth }, (_, height) => payout.node(height, (index >>> height) ^ 1));
    return { account, cumulativeCredits: credits, cumulativeTokens: tokens, index, proof };
  });
  return { header, rows, proofs };
}

function increase({ account, credits, tokens }: LifetimePayout, before: readonly LifetimePayout[]): Amounts {
  const had = before.find((row) => row.account === account) ?? { credits: 0n, tokens: 0n };
  return { credits: credits - had.credits, tokens: tokens - had.tokens };
}
