import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AddressBook,
  byChain,
  type ChainReader,
  type Chains,
  checkSplit,
  type LifetimePayout,
  openChains,
  openSender,
  splitPayouts,
} from './index.ts';
import { rawRpc, startNetwork, type TestNetwork, UNIT, until } from './network.fixture.ts';
import { type PaidEra, paidEra } from './paid-era.fixture.ts';

const CHAIN_IDS = ['eip155:1', 'eip155:10', 'eip155:8453'];
const ACCOUNTS = ['a', 'b', 'c', 'd', 'e'].map((digit) => `0x${digit.repeat(40)}`);

/** Eras of a network: what each account earned more, and the chain that it had chosen by then. */
const eras = fc.array(
  fc.array(fc.record({ credits: fc.nat(), tokens: fc.bigInt(0n, 1n << 60n), chain: fc.constantFrom(...CHAIN_IDS) }), {
    minLength: ACCOUNTS.length,
    maxLength: ACCOUNTS.length,
  }),
  { minLength: 1, maxLength: 6 },
);

test('whatever accounts choose and when, the chains owe what the statement owes, and no sum of a chain falls', () => {
  fc.assert(
    fc.property(eras, (list) => {
      let split = nothingOn(CHAIN_IDS);
      let payouts = ACCOUNTS.map((account): LifetimePayout => ({ account, credits: 0n, tokens: 0n }));
      for (const earned of list) {
        payouts = payouts.map(({ account, credits, tokens }, at) => {
          const more = earned[at]!;
          return { account, credits: credits + BigInt(more.credits), tokens: tokens + more.tokens };
        });
        const chosen = (account: string) => earned[ACCOUNTS.indexOf(account)]!.chain;
        const next = splitPayouts({ before: split, payouts, chosen });
        checkSplit(next, payouts);
        for (const chain of CHAIN_IDS) {
          const accounts = next.get(chain)!.map(({ account }) => account);
          assert.deepEqual(accounts, accounts.toSorted());
          for (const had of split.get(chain)!) assert.ok(owedOn(next, chain, had.account).credits >= had.credits);
          for (const had of split.get(chain)!) assert.ok(owedOn(next, chain, had.account).tokens >= had.tokens);
        }
        split = next;
      }
    }),
  );
});

test('a grain more or less on any chain is found', () => {
  const payouts = [{ account: ACCOUNTS[0]!, credits: 7n, tokens: 9n }];
  const split = splitPayouts({ before: nothingOn(CHAIN_IDS), payouts, chosen: () => CHAIN_IDS[1]! });
  for (const [credits, tokens] of [
    [1n, 0n],
    [-1n, 0n],
    [0n, 1n],
  ] as const) {
    const changed = new Map(split).set(CHAIN_IDS[1]!, [
      { account: ACCOUNTS[0]!, credits: 7n + credits, tokens: 9n + tokens },
    ]);
    assert.throws(() => checkSplit(changed, payouts), { code: 'CHAIN-SPLIT-TOTAL', where: ACCOUNTS[0] });
  }
  const extra = new Map(split).set(CHAIN_IDS[0]!, [{ account: ACCOUNTS[1]!, credits: 1n, tokens: 0n }]);
  assert.throws(() => checkSplit(extra, payouts), { code: 'CHAIN-SPLIT-TOTAL', where: ACCOUNTS[1] });
});

test('CHAIN-SPLIT-TOTAL: a sum that fell, an account that fell out', () => {
  const [account] = ACCOUNTS as [string];
  const before = new Map(nothingOn(CHAIN_IDS)).set(CHAIN_IDS[0]!, [{ account, credits: 5n, tokens: 5n }]);
  const chosen = () => CHAIN_IDS[1]!;
  const refusal = { code: 'CHAIN-SPLIT-TOTAL', refusalClass: 'give-up', where: account };
  assert.throws(() => splitPayouts({ before, payouts: [{ account, credits: 4n, tokens: 9n }], chosen }), refusal);
  assert.throws(() => splitPayouts({ before, payouts: [], chosen }), refusal);
});

test('CHAIN-RANGE: a chain that is none of the network’s, an account twice, an id that is no chain’s, a book twice', () => {
  const row = { account: ACCOUNTS[0]!, credits: 1n, tokens: 0n };
  const before = nothingOn(CHAIN_IDS);
  const refusal = { code: 'CHAIN-RANGE', refusalClass: 'input' };
  assert.throws(() => splitPayouts({ before, payouts: [row], chosen: () => 'eip155:5' }), refusal);
  assert.throws(() => splitPayouts({ before, payouts: [row, row], chosen: () => CHAIN_IDS[0]! }), refusal);
  assert.throws(
    () => splitPayouts({ before, payouts: [{ ...row, credits: -1n }], chosen: () => CHAIN_IDS[0]! }),
    refusal,
  );
  assert.throws(() => byChain([{ chain: 'cosmos:hub' }]), refusal);
  assert.throws(() => byChain([{ chain: 'eip155:1' }, { chain: 'eip155:1' }]), refusal);
});

test('CHAIN-RANGE: an address book under another chain', async () => {
  const addressBook = { chain: 'eip155:1' } as AddressBook;
  const options = new Map([['eip155:10', { rpcUrl: 'http://127.0.0.1:1', addressBook }]]);
  await assert.rejects(openChains(options), { code: 'CHAIN-RANGE', expected: 'eip155:10', got: 'eip155:1' });
});

test('two eras funded and claimed on two chains: together they pay what the statement owes', async (context) => {
  const sides = await Promise.all([openSide(context, 31_337), openSide(context, 31_338)]);
  const books = byChain(sides.map(({ addressBook }) => addressBook));
  const readers = await openChains(
    new Map(sides.map(({ chain, rpcUrl, addressBook }) => [chain, { rpcUrl, addressBook }])),
  );
  const [here, there] = [...books.keys()] as [string, string];
  const [settled, moving] = ACCOUNTS as [string, string];
  const stays = (account: string) => (account === settled ? here : there);
  let split = nothingOn([here, there]);
  let eras: readonly (PaidEra | null)[] = [null, null];
  const statements = [
    [owed(settled, 5n), owed(moving, 7n)],
    [owed(settled, 9n), owed(moving, 20n)],
  ];
  // In the second era the one that moves has its increase paid where the other one is.
  for (const [era, payouts] of statements.entries()) {
    split = splitPayouts({ before: split, payouts, chosen: era === 0 ? stays : () => here });
    eras = await Promise.all(sides.map((side, at) => side.settle(era, split.get(side.chain)!, eras[at]!)));
  }
  assert.deepEqual(await claimedOn(readers, settled), { [here]: 9n, [there]: 0n });
  assert.deepEqual(await claimedOn(readers, moving), { [here]: 13n, [there]: 7n });
  checkSplit(split, statements.at(-1)!);
});

interface Side {
  readonly chain: string;
  readonly rpcUrl: string;
  readonly addressBook: AddressBook;
  /** Posts an era with what this chain owes, has it made final and claimed. */
  settle(era: number, rows: readonly LifetimePayout[], parent: PaidEra | null): Promise<PaidEra>;
}

/** A whole network on a chain of that id; contracts are deployed while it has a developer's, for short windows. */
async function openSide(context: Parameters<typeof startNetwork>[0], chainId: number): Promise<Side> {
  const network = await startNetwork(context);
  const { rpcUrl } = network;
  await rawRpc(rpcUrl, 'anvil_setChainId', [chainId]);
  const chain = `eip155:${chainId}`;
  const addressBook = { ...network.addressBook, chain };
  const as = ({ privateKey }: TestNetwork['poster']) => openSender({ rpcUrl, privateKey, addressBook });
  const { operator, consumer, poster } = network;
  await as(operator).mintCredits(consumer.address, UNIT);
  await as(consumer).depositCredits(consumer.address, UNIT);
  await as(poster).depositPosterBond(100 * UNIT);
  const settle = async (era: number, rows: readonly LifetimePayout[], parent: PaidEra | null) => {
    const paid = paidEra(era, rows, parent);
    await as(poster).postEra(paid.header);
    await until(() => as(consumer).finaliseEra(paid.header).catch(untilItsWindow));
    await as(consumer).claimMany(era, paid.proofs);
    return paid;
  };
  return { chain, rpcUrl, addressBook, settle };
}

async function claimedOn(readers: Chains<ChainReader>, account: string): Promise<Record<string, bigint>> {
  const amounts = [...readers].map(
    async ([chain, reader]) => [chain, (await reader.claimed(account)).credits] as const,
  );
  return Object.fromEntries(await Promise.all(amounts));
}

function untilItsWindow(error: { revert?: { name: string } }): false {
  if (error.revert?.name !== 'ChallengeWindowOpen') throw error;
  return false;
}

function owed(account: string, credits: bigint): LifetimePayout {
  return { account, credits, tokens: credits * 10n };
}

function owedOn(split: Chains<readonly LifetimePayout[]>, chain: string, account: string): LifetimePayout {
  return split.get(chain)!.find((row) => row.account === account)!;
}

function nothingOn(chains: readonly string[]): Chains<readonly LifetimePayout[]> {
  return new Map(chains.map((chain) => [chain, []]));
}
