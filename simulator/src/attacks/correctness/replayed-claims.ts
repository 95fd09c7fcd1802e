import {
  BillingRefusal,
  type Claimed,
  claimPostings,
  conservationOf,
  depositPosting,
  type EraClaim,
  type FinalEra,
  LedgerBook,
  payableAccount,
  walletAccount,
} from '@stannary/billing';
import type { Epoch, Grains } from '@stannary/kernel';
import { sumTree } from '@stannary/wire';
import { addressOf, HOME } from './channel-world.ts';
import type { Dice, Protocol } from './playing.ts';
import type { CorrectnessRules } from './rules.ts';

const ERAS = 3;
const ACCOUNTS = [1, 2, 3].map((number) => addressOf(0xac0 + number));
const CLAIMS_AN_ERA = 4;
const EARNED_MOST = 50;
const DEPOSITED = ERAS * ACCOUNTS.length * EARNED_MOST;
const FUNDER = addressOf(0xf0);
/** Moves of this part lie behind those of the others. */
const FIRST_MOVE = 1_000;

interface Era {
  readonly final: FinalEra;
  readonly claims: readonly EraClaim[];
}

/** The contract's claims with a ledger beside it, and an account of its own of who was paid what. */
class ClaimDesk {
  readonly #rules: CorrectnessRules;
  readonly #protocol: Protocol;
  readonly #had = new Map<string, Claimed>();
  readonly #paid = new Map<string, bigint>();
  readonly #owed = new Map<string, bigint>();
  readonly #book = new LedgerBook();
  #claims = 0;

  constructor(rules: CorrectnessRules, protocol: Protocol) {
    this.#rules = rules;
    this.#protocol = protocol;
    const event = { chain: HOME.chain, transactionHash: '0x00', logIndex: 0, epoch: 0 as Epoch, account: FUNDER };
    this.#book.append([depositPosting({ ...event, creditsGrains: DEPOSITED as Grains })]);
  }

  /** An era becomes final: its leaves are what the ledger owes from then on. */
  finalise({ claims, final }: Era): void {
    for (const { leaf } of claims) {
      const grains = Number(leaf.credits - (this.#owed.get(leaf.account) ?? 0n));
      this.#owed.set(leaf.account, leaf.credits);
      if (grains === 0) continue;
      const legs = [
        { account: walletAccount(FUNDER), amountGrains: -grains },
        { account: payableAccount(leaf.account), amountGrains: grains },
      ];
      const id = `vested/${final.era}/${leaf.account}`;
      this.#book.append([{ id, asset: 'credit', cause: `era ${final.era}`, epoch: 0 as Epoch, legs }]);
    }
  }

  claim(final: FinalEra, claim: EraClaim): void {
    const { account } = claim.leaf;
    try {
      const { due, claimed } = this.#rules.eraClaimDue(
        final,
        this.#had.get(account) ?? { credits: 0n, tokens: 0n },
        claim,
      );
      this.#had.set(account, claimed);
      this.#pay(account, due.credits);
    } catch (error) {
      if (!(error instanceof BillingRefusal)) throw error;
      this.#protocol.refused(error.code);
      this.#protocol.demand(error.code !== 'BILLING-INSUFFICIENT', () => `the books owe less: ${error}`);
    }
  }

  /** At the end everybody has exactly its last leaf. */
  judgeAll(): void {
    for (const account of ACCOUNTS) {
      const [paid, owed] = [this.#paid.get(account) ?? 0n, this.#owed.get(account) ?? 0n];
      this.#protocol.demand(paid === owed, () => `${account} was paid ${paid} of ${owed}`);
    }
    this.#protocol.demand(conservationOf(this.#book.balances()).credit.balanced, () => 'the books do not balance');
  }

  #pay(account: string, credits: bigint): void {
    const paid = (this.#paid.get(account) ?? 0n) + credits;
    this.#paid.set(account, paid);
    this.#protocol.step(`  paid ${credits}`);
    this.#protocol.demand(paid <= (this.#owed.get(account) ?? 0n), () => `${account} was paid ${paid} in all`);
    const position = { chain: HOME.chain, transactionHash: `0x${(this.#claims++).toString(16)}`, logIndex: 0 };
    const amounts = { creditsGrains: Number(credits) as Grains, tokensGrains: 0 as Grains };
    this.#book.append(claimPostings({ ...position, epoch: 0 as Epoch, account, ...amounts }));
  }
}

/** Claims of three eras: again, with old proofs, of others, of more. In the end the honest claim what is left. */
export function replayClaims(rules: CorrectnessRules, protocol: Protocol, dice: Dice): void {
  const desk = new ClaimDesk(rules, protocol);
  const eras: Era[] = [];
  for (let number = 0; number < ERAS; number += 1) {
    dice.move(FIRST_MOVE + number * (CLAIMS_AN_ERA + 1));
    const era = eraAfter(eras.at(-1) ?? null, number, dice);
    eras.push(era);
    desk.finalise(era);
    for (let index = 1; index <= CLAIMS_AN_ERA; index += 1) {
      dice.move(FIRST_MOVE + number * (CLAIMS_AN_ERA + 1) + index);
      const [name, claim] = hostileClaim(eras, dice);
      protocol.attempt(`claim in era ${number}: ${name}`);
      desk.claim(era.final, claim);
    }
  }
  const { final, claims } = eras.at(-1)!;
  protocol.step('everybody claims what is left');
  for (const claim of claims) desk.claim(final, claim);
  desk.judgeAll();
}

function eraAfter(before: Era | null, era: number, dice: Dice): Era {
  const leaves = ACCOUNTS.map((account, index) => {
    const earned = before === null ? 0n : before.claims[index]!.leaf.credits;
    const credits = earned + BigInt(dice.between(0, EARNED_MOST));
    return { account, credits, tokens: 0n };
  });
  const tree = sumTree(leaves);
  const claims = leaves.map((leaf, index) => ({ era, leaf, proof: tree.proof(index) }));
  return { final: { era, payoutRoot: tree.root }, claims };
}

function hostileClaim(eras: readonly Era[], dice: Dice): [string, EraClaim] {
  const now = eras.at(-1)!;
  const claim = dice.oneOf(now.claims);
  const old = dice.oneOf(dice.oneOf(eras).claims);
  const kinds: readonly [string, EraClaim][] = [
    ['as it stands', claim],
    ['an old one', old],
    ['an old proof under the new number', { ...old, era: claim.era }],
    ['one grain more', { ...claim, leaf: { ...claim.leaf, credits: claim.leaf.credits + 1n } }],
    ["with another's proof", { ...claim, proof: dice.oneOf(now.claims).proof }],
    [
      "another's leaf under its own name",
      { ...claim, leaf: { ...dice.oneOf(now.claims).leaf, account: claim.leaf.account } },
    ],
    ['an index beyond the leaves', { ...claim, proof: { ...claim.proof, index: claim.proof.leafCount } }],
    ['an inner node for a leaf', { ...claim, proof: { ...claim.proof, siblings: claim.proof.siblings.slice(1) } }],
  ];
  return dice.oneOf(kinds);
}
