import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  advanceChange,
  advanceRollback,
  attestReserve,
  type BlockRef,
  buyCredits,
  type DeploymentBook,
  delegateVotes,
  devAccount,
  type EconomyChange,
  followChain,
  type LocalChain,
  type TimelineEvent,
  type TimelineKind,
} from '@stannary/chain';
import { fieldLimits, loadEconomy } from '@stannary/economies';
import { deployed, passTime, settingsOf, startChain } from './deployed-network.ts';

// Governance on real chains, told as the timeline tells it to whoever follows.

const REPORT = 'c'.repeat(64);
const HOUR = 3_600;
const DAY = 24 * HOUR;
const [FIRST, SECOND, THIRD] = [devAccount(1), devAccount(2), devAccount(3)];
const GUARDIANS = [4, 5, 6].map(devAccount);
const HOLDER = devAccount(9);

async function changeOf(mode: string): Promise<EconomyChange> {
  const { economyHash, policies } = await loadEconomy('reference', {
    set: [
      ['governance.mode', mode],
      ['version', '2'],
      ['reserve.spread', '0.2 %'],
    ],
  });
  return { version: 2, economyHash, gateReportHash: 'b'.repeat(64), fields: fieldLimits(policies[0]) };
}

/** Everything that is on the chain, as a follower tells it that has kept nothing. */
async function timelineOn(rpcUrl: string, addressBook: DeploymentBook): Promise<TimelineEvent[]> {
  let last: BlockRef | null = null;
  const told: TimelineEvent[] = [];
  const store = {
    tail: async () => (last === null ? [] : [last]),
    take: async ({ blocks, timeline }: { blocks: readonly BlockRef[]; timeline: readonly TimelineEvent[] }) => {
      last = blocks.at(-1)!;
      told.push(...timeline);
    },
    rewind: async () => assert.fail('nothing is taken back'),
  };
  const follower = followChain({ rpcUrls: [rpcUrl], addressBook, finality: { depth: 0 }, store });
  while ((await follower.step()).isBehind);
  return told;
}

function only<Kind extends TimelineKind>(told: readonly TimelineEvent[], kind: Kind) {
  return told.filter((event): event is Extract<TimelineEvent, { kind: Kind }> => event.kind === kind);
}

describe('the timeline of a network that a committee governs', { timeout: 180_000 }, () => {
  let chain: LocalChain;
  let end: () => Promise<void>;
  let book: DeploymentBook;
  let told: TimelineEvent[];
  let change: EconomyChange;

  before(async () => {
    ({ chain, end } = await startChain());
    ({ book } = await deployed(chain.rpcUrl, await settingsOf('committee')));
    change = await changeOf('committee');
    const access = ({ privateKey }: typeof FIRST) => ({ rpcUrl: chain.rpcUrl, privateKey, book });
    const reserve = { rpcUrl: chain.rpcUrl, reserve: book.contracts.reserve! };
    await attestReserve({ ...reserve, privateKey: HOLDER.privateKey }, REPORT);
    await buyCredits({ ...reserve, privateKey: HOLDER.privateKey }, 1_000_000);
    for (const seat of [FIRST, SECOND, THIRD]) await advanceChange(access(seat), change);
    await passTime(chain.rpcUrl, 2 * DAY);
    await advanceChange(access(HOLDER), change);
    await passTime(chain.rpcUrl, 10 * DAY);
    for (const guardian of GUARDIANS) await advanceRollback(access(guardian));
    told = await timelineOn(chain.rpcUrl, book);
  });
  after(() => end?.());

  test('has the motion, its answers, the timelock, the change in force, and the guardian’s way back, in order', () => {
    const council = told.filter((event) => 'body' in event && event.body === 'council').map(({ kind }) => kind);
    assert.deepEqual(council, [
      'motion-put',
      'motion-answered',
      'motion-answered',
      'motion-answered',
      'motion-executed',
    ]);
    const order: TimelineKind[] = [
      'motion-put',
      'call-queued',
      'call-executed',
      'change-scheduled',
      'change-rolled-back',
    ];
    const firsts = order.map((kind) => told.findIndex((event) => event.kind === kind));
    assert.ok(!firsts.includes(-1), `${firsts}`);
    assert.ok(told.every(({ block }, index) => index === 0 || block >= told[index - 1]!.block));
    const rolledBack = only(told, 'change-rolled-back');
    assert.deepEqual([rolledBack[0]!.version, rolledBack[0]!.goodVersion, rolledBack.length], [2, 1, 1]);
  });

  test('says of a change what it is of, what it changes, and from when on', () => {
    const [{ economyHash, gateReportHash, loosens, changes, startsAtMs, timestampMs }] = only(
      told,
      'change-scheduled',
    ) as [Extract<TimelineEvent, { kind: 'change-scheduled' }>];
    assert.deepEqual([economyHash, gateReportHash, loosens], [change.economyHash, change.gateReportHash, true]);
    assert.deepEqual(
      changes.filter(({ name }) => name === 'reserve.spread'),
      [{ name: 'reserve.spread', value: 2_000n }],
    );
    assert.ok(startsAtMs > timestampMs && startsAtMs % (HOUR * 1_000) === 0);
    const [queued] = only(told, 'call-queued');
    assert.ok(queued!.executableAtMs > queued!.timestampMs);
  });

  test('has what the reserve’s attestor counted and what was bought of it', () => {
    const [attested] = only(told, 'reserve-attested');
    assert.deepEqual([attested!.attestor, attested!.reportHash], [HOLDER.address, REPORT]);
    const [bought] = only(told, 'credits-issued');
    assert.deepEqual([bought!.to, bought!.creditGrains >= 1_000_000n], [HOLDER.address, true]);
  });

  test('of a network without institutions has no more than that network has', async () => {
    const { workToken, credit, nodeRegistry, bondVault, settlement, eraChallenges } = book.contracts;
    const contracts = { workToken, credit, nodeRegistry, bondVault, settlement, eraChallenges };
    assert.deepEqual(await timelineOn(chain.rpcUrl, { ...book, contracts }), []);
  });
});

test('the timeline of a network that tokens govern has proposals and votes, and no call twice', {
  timeout: 180_000,
}, async (context) => {
  const { chain, end } = await startChain();
  context.after(end);
  const { rpcUrl } = chain;
  const { book } = await deployed(rpcUrl, await settingsOf('token'));
  const access = { rpcUrl, privateKey: HOLDER.privateKey, book };
  await delegateVotes(access, null);
  await passTime(rpcUrl, 2 * DAY);
  const change = await changeOf('token');
  for (const seconds of [1, 5 * DAY + 2 * HOUR, 2 * DAY, 0]) {
    await advanceChange(access, change);
    await passTime(rpcUrl, seconds);
  }
  const [genesis, ...told] = await timelineOn(rpcUrl, book);
  assert.equal(genesis!.kind, 'change-activated');
  const kinds = told.map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(0, 3), ['proposal-created', 'proposal-voted', 'proposal-queued']);
  assert.deepEqual(kinds.slice(3).toSorted(), ['change-scheduled', 'proposal-executed']);
  const [voted] = only(told, 'proposal-voted');
  assert.deepEqual([voted!.voter, voted!.vote], [HOLDER.address, 'for']);
  assert.ok(voted!.weightGrains > 0n);
  assert.equal(new Set(told.flatMap((event) => ('proposalId' in event ? [event.proposalId] : []))).size, 1);
});
