import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { encodeEvidence, evidenceHash } from '@stannary/arbitration';
import {
  ArbitrationReader,
  type ArbitrationSender,
  type CaseVerdict,
  type ChainAccount,
  type DeploymentBook,
  deployNetwork,
  devAccount,
  type LocalChain,
  localParties,
  networkSettings,
  openArbitrationSender,
  openSender,
  registrationMessage,
  startLocalChain,
} from '@stannary/chain';
import { fieldLimits, type LoadedEconomy, loadEconomy } from '@stannary/economies';
import type { Economy, Epoch, OpenFault, Ppm, Verdict } from '@stannary/kernel';
import { coseSign1, encodeTaskReceipt, nodeIdOf, sha256, toHex } from '@stannary/wire';
import { WORK } from '../../../arbitration/src/admission.fixture.ts';
import { type OpenFollower, openFollower, proposedFault } from './chain-follower.fixture.ts';
import { Charges } from './charges.ts';
import type { GatewayContext } from './context.ts';
import { Devices } from './devices.ts';
import { Faults } from './faults.ts';
import { Policies } from './policies.ts';
import { Slashes } from './slashes.ts';

// Faults of a gateway before real committees: what is charged, what is read back, and what the next settlement is told.

const UNIT = 1_000_000;
const BOND = 1_500 * UNIT;
/** More than what the three arbiters may judge. */
const ALL_PPM = 1_000_000;
const [OWNER, POSTER, OPERATOR, HOLDER] = [0, 1, 2, 9].map(devAccount) as [
  ChainAccount,
  ChainAccount,
  ChainAccount,
  ChainAccount,
];
const ARBITERS = [3, 4, 5].map(devAccount);
const SALT = '5a'.repeat(32);
const DRAW_SECONDS = 600;
const DUE = 9 as Epoch;
/** Half as dear as the rules before it. */
const LATER_HASH = '0e'.repeat(32);
/** Time goes by only where the test says so. */
const UNHURRIED = [
  ['committee.commit', '600 s'],
  ['committee.reveal', '600 s'],
  ['settlement.appeal', '2000 s'],
  ['settlement.unbonding', '6000 s'],
  ['cadence.appeal', '600 epochs'],
] as const;

describe('faults before committees', { timeout: 300_000 }, () => {
  let folder: string;
  let chain: LocalChain;
  let loaded: LoadedEconomy;
  let book: DeploymentBook;
  let court: ArbitrationReader;
  let open: OpenFollower;
  let context: GatewayContext;
  let policies: Policies;
  const logged: string[] = [];
  let charges: Charges;
  let faults: Faults;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stannary-charges-'));
    chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
    loaded = await loadEconomy('local', { set: UNHURRIED });
    book = await deploy();
    court = new ArbitrationReader(place());
    for (const account of [POSTER, OPERATOR, ...ARBITERS]) await holder().transferTokens(account.address, 4_000 * UNIT);
    for (const arbiter of ARBITERS) await as(arbiter).join();
    await pass(2);
    open = await openFollower(chain.rpcUrl, join(folder, 'database'), 0, book);
    const [first] = loaded.policies;
    const later = { ...first, version: 2, fromEpoch: 1, economyHash: LATER_HASH, economy: halved(first.economy) };
    policies = new Policies([first, later], { chain: book.chain, settlement: book.contracts.settlement });
    context = Object.assign(open.context, {
      court: { reader: court, sender: as(POSTER) },
      sender: openSender({ ...place(), privateKey: POSTER.privateKey }),
      policies,
      log: (_: string, event: string, { revert }: { revert?: string } = {}) => logged.push(`${event} ${revert ?? ''}`),
    }) as GatewayContext;
    charges = new Charges(context, context.court!);
    faults = new Faults(context, new Devices(context));
  });

  after(async () => {
    await open?.close();
    await chain?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  test('a fault becomes a case; one that is acquitted is taken back at the next settlement', async () => {
    const nodeId = await node();
    await propose('acquitted', nodeId);
    assert.equal(await charges.run(), true);
    const { case_id: caseId } = await row('acquitted');
    const { charge, challenger, grains } = await court.case(caseId!);
    assert.deepEqual([charge.nodeId, charge.slashPpm, challenger], [nodeId, ALL_PPM, POSTER.address]);
    assert.equal(grains, BigInt(BOND));
    assert.equal(await charges.run(), false, 'once');
    assert.deepEqual(await told('acquitted', (DUE - 1) as Epoch), [], 'not before there is a verdict');
    await decide(caseId!, ['not-guilty', 'not-guilty', 'not-guilty']);
    assert.deepEqual(await told('acquitted', (DUE - 1) as Epoch), reversed('acquitted'));
    await end('acquitted');
  });

  test('a convicted one stands, and the bond is taken when the vault lets it', async () => {
    const nodeId = await node();
    await propose('convicted', nodeId);
    await propose('later', nodeId);
    await charges.run();
    const { case_id: caseId } = await row('convicted');
    assert.equal((await row('later')).case_id, null, 'one case of a node at a time');
    await tally(caseId!, ['guilty', 'guilty', 'not-guilty']);
    assert.deepEqual(await told('convicted', DUE), []);
    const { chain_slash_id: slashId, slash_grains: grains, case_verdict: verdict } = await row('convicted');
    assert.deepEqual([slashId, grains, verdict], ['1', BOND, 'guilty']);
    await charges.run();
    assert.equal((await row('later')).chain_slash_id, 'none', 'nothing is left for a second case');
    await close(caseId!);
    assert.deepEqual(await told('later', DUE), [], 'and its evidence speaks for itself');
    await pass(2_000);
    assert.equal(await new Slashes(context).run(), true);
    assert.notEqual((await row('convicted')).final_tx, null);
    for (const faultId of ['convicted', 'later']) await end(faultId);
  });

  test('one that is due without a conviction is taken back', async () => {
    await propose('slow', await node());
    await charges.run();
    assert.deepEqual(await told('slow', DUE), reversed('slow'));
    await decide((await row('slow')).case_id!, ['not-guilty', 'not-guilty', 'not-guilty']);
    await end('slow');
  });

  test('a committee that lacks votes decides nothing: the fault is charged again', async () => {
    await propose('hung', await node());
    await charges.run();
    const { case_id: first } = await row('hung');
    await tally(first!, ['guilty', null, null]);
    assert.equal((await row('hung')).case_id, null);
    assert.equal(await charges.run(), true, 'without waiting for the end of an appeal');
    assert.ok((await row('hung')).case_id! > first!);
    await close(first!);
    await decide((await row('hung')).case_id!, ['not-guilty', 'not-guilty', null]);
    assert.deepEqual(await told('hung', DUE), reversed('hung'), 'most who voted acquit');
    await end('hung');
  });

  test('another fault of a node is charged when a committee has decided on the first, while that can be appealed', async () => {
    const nodeId = await node();
    await propose('first of two', nodeId);
    await propose('second of two', nodeId);
    await charges.run();
    const { case_id: first } = await row('first of two');
    await tally(first!, ['not-guilty', 'not-guilty', 'not-guilty']);
    assert.equal(await charges.run(), true);
    const { case_id: second } = await row('second of two');
    assert.ok(second! > first!);
    assert.equal((await court.case(first!)).status, 'decided');
    await close(first!);
    await decide(second!, ['guilty', 'guilty', 'guilty']);
    assert.deepEqual(await told('second of two', DUE), []);
    for (const faultId of ['first of two', 'second of two']) await end(faultId);
  });

  for (const [asked, slashPpm] of [
    ['far too much', 4_294_967_295],
    ['next to nothing', 1],
    ['just as much', ALL_PPM],
  ] as const) {
    test(`a stranger who charges ${asked} with the same evidence decides nothing`, async () => {
      const nodeId = await node();
      const [before, after] = [`before ${asked}`, `after ${asked}`];
      const { hash: evidence } = await evidenceOf(before, nodeId);
      const charge = { nodeId, offence: 'wrong-result', evidenceHash: evidence, slashPpm };
      const { caseId: theirs } = await as(OPERATOR).openCase(charge);
      await follow();
      await propose(before, nodeId);
      assert.equal(await charges.run(), true, 'it is charged all the same');
      const { case_id: ours } = await row(before);
      assert.equal((await court.case(ours!)).challenger, POSTER.address);
      await decide(theirs, ['not-guilty', 'not-guilty', 'not-guilty']);
      const found = await row(before);
      assert.deepEqual([found.case_id, found.case_verdict, found.case_closed], [ours, null, false]);
      assert.deepEqual(await told(before, (DUE - 1) as Epoch), []);
      await end(before);

      const other = await node();
      await propose(after, other);
      await charges.run();
      const { case_id: mine } = await row(after);
      await decide(mine!, ['not-guilty', 'not-guilty', 'not-guilty']);
      await as(OPERATOR).openCase({ ...charge, nodeId: other, evidenceHash: (await row(after)).evidence_hash });
      await follow();
      const { case_id: still, case_verdict: verdict, case_closed: isClosed } = await row(after);
      assert.deepEqual([still, verdict, isClosed], [mine, 'not-guilty', true]);
      assert.deepEqual(await told(after, (DUE - 1) as Epoch), reversed(after));
      await end(after);
    });
  }

  test("a stranger's conviction for the same fault takes the bond, and leaves the verdict to the gateway's own", async () => {
    const nodeId = await node();
    const evidence = await propose('hunted', nodeId);
    const charge = { nodeId, offence: 'wrong-result', evidenceHash: evidence, slashPpm: ALL_PPM };
    const { caseId: theirs } = await as(OPERATOR).openCase(charge);
    await charges.run();
    const { case_id: ours } = await row('hunted');
    await decide(theirs, ['guilty', 'guilty', 'guilty']);
    const { case_verdict: verdict, chain_slash_id: slashId } = await row('hunted');
    assert.deepEqual([verdict, slashId], [null, `${(await court.case(theirs)).slashId}`]);
    assert.deepEqual(await told('hunted', DUE), reversed('hunted'), 'not by what others charge');
    assert.equal((await court.case(ours!)).slashId, null);
    await end('hunted');
  });

  test('a fault whose case cannot be opened keeps no other waiting', async () => {
    const nodeId = await node();
    const evidenceHash = await propose('sent before a stop', nodeId);
    await as(POSTER).openCase({ nodeId, offence: 'wrong-result', evidenceHash, slashPpm: ALL_PPM });
    await propose('behind it', await node());
    assert.equal(await charges.run(), true);
    assert.equal(await charges.run(), false);
    const cases = await Promise.all(['sent before a stop', 'behind it'].map(row));
    assert.deepEqual(
      cases.map(({ case_id }) => typeof case_id),
      ['object', 'number'],
    );
    for (const faultId of ['sent before a stop', 'behind it']) await end(faultId);
  });

  test('why no case can be opened is said once, and it is tried again', async () => {
    await propose('too few judges', await node());
    const [arbiter] = ARBITERS as [ChainAccount];
    await as(arbiter).leave();
    await pass(2);
    for (let look = 0; look < 2; look += 1) assert.equal(await charges.run(), false);
    assert.equal(logged.filter((line) => line === 'no case could be opened PoolTooSmall').length, 1);
    await as(arbiter).join();
    await pass(2);
    assert.equal(await charges.run(), true);
    await end('too few judges');
  });

  test('a case that is gone with its block, its number taken by another, is opened anew', async () => {
    await propose('reorganised', await node());
    const other = { nodeId: await node(), offence: 'wrong-result', evidenceHash: '0d'.repeat(32), slashPpm: ALL_PPM };
    const { caseId: taken } = await as(OPERATOR).openCase(other);
    for (const gone of [taken, taken + 100]) {
      await context.db.updateTable('fault').set({ case_id: gone }).where('fault_id', '=', 'reorganised').execute();
      await charges.run();
      const { case_id: caseId, evidence_hash: evidence } = await row('reorganised');
      if (caseId !== null) assert.equal((await court.case(caseId)).charge.evidenceHash, evidence);
      assert.notEqual(caseId, gone);
    }
    await follow();
    const { case_id: caseId, case_seen: isSeen } = await row('reorganised');
    assert.equal((await court.case(caseId!)).challenger, POSTER.address);
    assert.equal(isSeen, true);
    await end('reorganised');
  });

  test('the price is that of the rules which the node signed under, whatever is in force when the fault is found', async () => {
    const [first, later] = policies.all;
    assert.equal(policies.at(1), later, 'the epoch of the faults');
    for (const [faultId, aad, slashPpm] of [
      ['under the first rules', first.aad, ALL_PPM],
      ['under later rules', later!.aad, ALL_PPM / 2],
    ] as const) {
      await propose(faultId, await node(), BOND, aad);
      await charges.run();
      assert.equal((await court.case((await row(faultId)).case_id!)).charge.slashPpm, slashPpm);
      await end(faultId);
    }
  });

  test('a fault in shadow is no matter for a committee, and stands', async () => {
    await propose('watched', await node(), 0);
    assert.equal(await charges.run(), false);
    assert.deepEqual(await told('watched', DUE), []);
  });

  // ---- the network around it

  function place() {
    return { rpcUrl: chain.rpcUrl, addressBook: book };
  }

  function as({ privateKey }: ChainAccount): ArbitrationSender {
    return openArbitrationSender({ ...place(), privateKey });
  }

  function holder() {
    return openSender({ ...place(), privateKey: HOLDER.privateKey });
  }

  async function deploy(): Promise<DeploymentBook> {
    const { economyHash, policies } = loaded;
    const economy = {
      policies: policies.map((policy) => policy.economy),
      fields: fieldLimits(policies[0]),
      economyHash,
      gateReportHash: null,
    };
    const parties = localParties(policies[0].economy, 1_767_225_600);
    const arbitration = { drawSeconds: DRAW_SECONDS, entropyDelayBlocks: 1 };
    const settings = networkSettings(economy, { ...parties, arbitration });
    return deployNetwork({ rpcUrl: chain.rpcUrl, deployer: OWNER.privateKey, settings, forcedInclusionSeconds: 0 });
  }

  /** A bonded node of the one operator. */
  async function node(): Promise<string> {
    const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const message = registrationMessage({ addressBook: book, operator: OPERATOR.address });
    const proof = new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
    const sender = openSender({ ...place(), privateKey: OPERATOR.privateKey });
    await holder().transferTokens(OPERATOR.address, BOND);
    await sender.registerNode({ spki: toHex(spki), className: 'grid', evidenceLevel: 1, milliNcu: 1_000, proof });
    await sender.depositBond(nodeIdOf(spki), BOND);
    return nodeIdOf(spki);
  }

  function halved<Rules extends Economy>(economy: Rules): Rules {
    const offences = economy.offences.map((rule) => ({ ...rule, slashPpm: (rule.slashPpm / 2) as Ppm }));
    return { ...economy, offences };
  }

  /** As far as its price goes: no committee here looks at signatures. */
  async function evidenceOf(faultId: string, nodeId: string, aad = policies.all[0].aad) {
    const taskId = toHex(sha256(new TextEncoder().encode(faultId)));
    const cose = await coseSign1(encodeTaskReceipt({ ...WORK, taskId }), aad, () => new Uint8Array(64).fill(1));
    const original = { nodeId, aad, cose };
    const bytes = encodeEvidence({ kind: 'wrong-result', proof: { taskId, original, replicas: [] } });
    return { bytes, hash: evidenceHash(bytes) };
  }

  /** A fault as a statement leaves it; its evidence's hash. */
  async function propose(faultId: string, nodeId: string, grains = BOND, aad?: Uint8Array): Promise<string> {
    const { bytes, hash } = await evidenceOf(faultId, nodeId, aad);
    await context.db.insertInto('evidence').values({ hash, bytes, description: faultId }).execute();
    await context.db
      .insertInto('fault')
      .values(
        proposedFault({
          ...{ fault_id: faultId, node_id: nodeId, evidence_hash: hash },
          ...{ challenger: POSTER.address, final_epoch: DUE, slash_grains: grains },
        }),
      )
      .execute();
    return hash;
  }

  function row(faultId: string) {
    return context.db.selectFrom('fault').selectAll().where('fault_id', '=', faultId).executeTakeFirstOrThrow();
  }

  /** Out of the way of the tests to come. */
  async function end(faultId: string): Promise<void> {
    await context.db.updateTable('fault').set({ stage: 'final' }).where('fault_id', '=', faultId).execute();
  }

  /** What the settlement of an epoch is told of an open fault. */
  function told(faultId: string, epoch: Epoch): Promise<Verdict[]> {
    const fault = { faultId, finalEpoch: DUE, terms: { mode: 'live' } } as OpenFault;
    return context.db.transaction().execute((within) => faults.acquittals(within, [fault], epoch));
  }

  function reversed(faultId: string): Verdict[] {
    return [{ kind: 'fault-reversed', faultId }];
  }

  /** Until its verdict stands, and the gateway has read it. */
  async function decide(caseId: number, votes: readonly (CaseVerdict | null)[]): Promise<void> {
    await tally(caseId, votes);
    await close(caseId);
  }

  async function close(caseId: number): Promise<void> {
    await pass((await court.rules()).appealMs / 1_000);
    await as(OPERATOR).close(caseId);
    await follow();
  }

  /** Draws, has the first seats vote so, counts, and has the gateway read it. */
  async function tally(caseId: number, votes: readonly (CaseVerdict | null)[]): Promise<void> {
    const { commitMs, revealMs } = await court.rules();
    await pass(DRAW_SECONDS / 2);
    await pass(1);
    await as(POSTER).draw(caseId);
    const { seats } = await court.panel(caseId, 0);
    const voters = await Promise.all(ARBITERS.map(async (one) => ({ one, ...(await court.arbiter(one.address))! })));
    const voterOf = (seat: number) => voters.find(({ arbiterId }) => arbiterId === seats[seat]!.arbiterId)!.one;
    for (const [seat, verdict] of votes.entries()) {
      if (verdict === null) continue;
      const { address: account } = voterOf(seat);
      const commitment = await court.commitmentOf({ caseId, instance: 0, account, verdict, salt: SALT });
      await as(voterOf(seat)).commitVerdict(caseId, seat, commitment);
    }
    await pass(commitMs / 1_000);
    for (const [seat, verdict] of votes.entries()) {
      if (verdict !== null) await as(voterOf(seat)).revealVerdict(caseId, seat, verdict, SALT);
    }
    if (votes.includes(null)) await pass(revealMs / 1_000);
    await as(OPERATOR).tally(caseId);
    await follow();
  }

  /** Until everything is final and read. */
  async function follow(): Promise<void> {
    for (let block = 0; block < 3; block += 1) await pass(1);
    while (await open.follower.run());
  }

  async function pass(seconds: number): Promise<void> {
    for (const [method, params] of [
      ['evm_increaseTime', [seconds]],
      ['evm_mine', []],
    ] as const) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      await fetch(chain.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }
  }
});
