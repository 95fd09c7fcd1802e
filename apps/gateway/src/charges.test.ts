import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
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
import type { Epoch, OpenFault, Verdict } from '@stannary/kernel';
import { nodeIdOf, toHex } from '@stannary/wire';
import { type OpenFollower, openFollower } from './chain-follower.fixture.ts';
import { Charges } from './charges.ts';
import type { GatewayContext } from './context.ts';
import { Devices } from './devices.ts';
import { Faults } from './faults.ts';
import { Slashes } from './slashes.ts';

// Faults of a gateway before real committees: what is charged, what is read back, and what the next settlement is told.

const UNIT = 1_000_000;
const BOND = 1_500 * UNIT;
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
    const { policies } = loaded;
    const policyAt = () => ({ ...policies[0], aad: new Uint8Array(0) });
    context = Object.assign(open.context, {
      court: { reader: court, sender: as(POSTER) },
      sender: openSender({ ...place(), privateKey: POSTER.privateKey }),
      policyAt,
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
    const { charge, challenger } = await court.case(caseId!);
    assert.deepEqual([charge.nodeId, charge.grains, challenger], [nodeId, BigInt(BOND), POSTER.address]);
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
    await decide(caseId!, ['guilty', 'guilty', 'not-guilty']);
    assert.deepEqual(await told('convicted', DUE), []);
    const { chain_slash_id: slashId, slash_grains: grains, case_verdict: verdict } = await row('convicted');
    assert.deepEqual([slashId, grains, verdict], ['1', BOND, 'guilty']);
    await charges.run();
    assert.equal((await row('later')).chain_slash_id, 'none', 'nothing is left for a second case');
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
    await decide(first!, ['guilty', null, null]);
    assert.equal((await row('hung')).case_id, null);
    assert.equal(await charges.run(), true);
    assert.ok((await row('hung')).case_id! > first!);
    await decide((await row('hung')).case_id!, ['not-guilty', 'not-guilty', null]);
    assert.deepEqual(await told('hung', DUE), reversed('hung'), 'most who voted acquit');
    await end('hung');
  });

  test('somebody else may charge first: it is the same case', async () => {
    const nodeId = await node();
    const evidence = await propose('taken', nodeId);
    const charge = { nodeId, offence: 'wrong-result', evidenceHash: evidence, grains: BigInt(BOND) };
    const { caseId } = await as(OPERATOR).openCase(charge);
    assert.equal(await charges.run(), false);
    await follow();
    assert.equal((await row('taken')).case_id, caseId);
    await decide(caseId, ['guilty', 'guilty', 'guilty']);
    assert.equal((await row('taken')).case_verdict, 'guilty');
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

  /** A fault as a statement leaves it; its evidence's hash. */
  async function propose(faultId: string, nodeId: string, grains = BOND): Promise<string> {
    const evidence = Buffer.from(faultId).toString('hex').padEnd(64, '0');
    await context.db
      .insertInto('fault')
      .values({
        fault_id: faultId,
        node_id: nodeId,
        offence: 'wrong-result',
        stage: 'proposed',
        evidence_hash: evidence,
        challenger: POSTER.address,
        proposed_epoch: 1,
        final_epoch: DUE,
        slash_grains: grains,
        refunded_grains: 0,
        case_closed: false,
      })
      .execute();
    return evidence;
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

  /** Draws, has the first seats vote so, counts, closes, and has the gateway read it. */
  async function decide(caseId: number, votes: readonly (CaseVerdict | null)[]): Promise<void> {
    const { commitMs, revealMs, appealMs } = await court.rules();
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
    await pass(appealMs / 1_000);
    await as(OPERATOR).close(caseId);
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
