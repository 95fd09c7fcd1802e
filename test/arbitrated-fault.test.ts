import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { encodeEvidence, evidenceHash, type SignedReceipt } from '@stannary/arbitration';
import {
  ArbitrationReader,
  type ArbitrationSender,
  type ChainAccount,
  type ChainEvent,
  type ChainReader,
  type DeploymentBook,
  devAccount,
  type LocalChain,
  networkSettings,
  newAccount,
  openArbitrationSender,
  openChain,
  openSender,
  registrationMessage,
} from '@stannary/chain';
import { Arbiter, type ArbiterFinding, PublicRecord, saltsOf } from '@stannary/cli/arbiter';
import { GatewayClient } from '@stannary/gateway/client';
import {
  coseSign1,
  encodeTaskReceipt,
  externalAad,
  normaliseLowS,
  sha256,
  type TaskReceipt,
  toHex,
} from '@stannary/wire';
import { WORK } from '../arbitration/src/admission.fixture.ts';
import { deployed, economyOf, partiesOf, passTime, startChain } from './deployed-network.ts';

// A committee on a real chain: nodes with real keys, a poster that charges rightly and wrongly and serves what evidence it
// likes, and the arbiters' own program, of whom one goes away between its vote and the opening of it.

const UNIT = 1_000_000;
const BOND = 1_500 * UNIT;
const ALL_PPM = 1_000_000;
const HOLDER = devAccount(9);
const POSTER = devAccount(1);
const ARBITERS = [newAccount(), newAccount(), newAccount()] as const;
const DRAW_SECONDS = 600;
const ENTROPY_BLOCKS = 2;
/** Time goes by only where the test says so, and no machine is so slow that minutes are over before it does. */
const UNHURRIED = [
  ['committee.commit', '600 s'],
  ['committee.reveal', '600 s'],
  ['settlement.appeal', '2000 s'],
  ['settlement.unbonding', '6000 s'],
  ['cadence.appeal', '600 epochs'],
] as const;

interface Node {
  readonly nodeId: string;
  readonly spki: string;
  readonly key: KeyObject;
}

describe('a fault before a committee', { timeout: 300_000 }, () => {
  let chain: LocalChain;
  let end: () => Promise<void>;
  let book: DeploymentBook;
  let reader: ChainReader;
  let court: ArbitrationReader;
  let poster: ArbitrationSender;
  let economyHash: string;
  let server: Server;
  let client: GatewayClient;
  let rules: Awaited<ReturnType<ArbitrationReader['rules']>>;
  let nodes: readonly [Node, Node, Node];
  const published = new Map<string, Uint8Array>();
  const told: ArbiterFinding[] = [];

  before(async () => {
    ({ chain, end } = await startChain());
    const economy = await economyOf('local', UNHURRIED);
    ({ economyHash } = economy);
    const parties = {
      ...partiesOf(economy),
      arbitration: { drawSeconds: DRAW_SECONDS, entropyDelayBlocks: ENTROPY_BLOCKS },
    };
    ({ book } = await deployed(chain.rpcUrl, networkSettings(economy, parties)));
    [reader, court] = [await openChain(place()), new ArbitrationReader(place())];
    rules = await court.rules();
    poster = openArbitrationSender({ ...place(), privateKey: POSTER.privateKey });
    client = new GatewayClient({ baseUrl: await serve(economy.policies[0]!) });
    nodes = [await joined(2), await joined(3), await joined(4)];
    await fund(POSTER, 1_000 * UNIT);
    for (const arbiter of ARBITERS) {
      await gas(arbiter);
      await fund(arbiter, Number(rules.arbiterBondGrains));
    }
  });

  after(async () => {
    server?.closeAllConnections();
    server?.close();
    await end?.();
  });

  test('arbiters join the pool with their bonds', async () => {
    for (const arbiter of ARBITERS) await at(arbiter).run();
    for (const { address } of ARBITERS) {
      const { isSeated, bondGrains } = (await court.arbiter(address))!;
      assert.deepEqual([isSeated, bondGrains], [true, rules.arbiterBondGrains]);
    }
    await passTime(chain.rpcUrl, 2);
  });

  test('a cheat is convicted, and the vault holds its bond at the word of the committee', async () => {
    const [cheat] = nodes;
    const evidence = publish(await wrongResult({ fuel: 1_300_000 }, {}));
    // Its friend is first, so that the evidence be done with for a millionth of the bond.
    const friend = openArbitrationSender({ ...place(), privateKey: devAccount(2).privateKey });
    await fund(devAccount(2), 500 * UNIT);
    const cheap = await charge(cheat, evidence, friend, 1);
    const caseId = await charge(cheat, evidence);
    await decide(caseId, ARBITERS);
    assert.equal((await court.case(cheap)).verdict, 'not-guilty');
    assert.equal(judged(cheap), 'wrong-result costs 1000000 ppm of a bond, not 1');
    const { verdict, status, slashId, challenger } = await court.case(caseId);
    assert.deepEqual([verdict, status, challenger], ['guilty', 'closed', POSTER.address]);
    const proposed = (await events()).filter((event) => event.kind === 'slash-proposed');
    assert.deepEqual(
      proposed.map((event) => [event.nodeId, event.slashId, event.grains]),
      [[cheat.nodeId, slashId, BOND]],
    );
    assert.equal(await court.slashable(cheat.nodeId), 0);
    assert.equal(findings('revealed').length, 2 * 3);
    const { hasRevealed, isPaid } = (await court.panel(caseId, 0)).seats[0]!;
    assert.deepEqual([hasRevealed, isPaid], [true, true], 'and arbiters have their fee');
  });

  test("the poster's own word takes nothing", async () => {
    const sender = openSender({ rpcUrl: chain.rpcUrl, privateKey: POSTER.privateKey, addressBook: book });
    const proposal = { nodeId: nodes[1].nodeId, grains: 1, offence: 'wrong-result', challenger: POSTER.address };
    await assert.rejects(sender.proposeSlash({ ...proposal, evidenceHash: '0a'.repeat(32) }), {
      code: 'CHAIN-REVERTED',
      revert: { name: 'NotArbiter', args: { caller: POSTER.address, arbiter: book.contracts.arbitration } },
    });
  });

  test('planted evidence convicts nobody: a receipt that the node never signed', async () => {
    const [, honest] = nodes;
    const planted = await wrongResult({ fuel: 1_300_000 }, { accused: honest, signer: nodes[0] });
    const caseId = await charge(honest, publish(planted));
    await decide(caseId, ARBITERS);
    assert.equal((await court.case(caseId)).verdict, 'not-guilty');
    assert.equal(await court.slashable(honest.nodeId), BOND);
    assert.match(judged(caseId), /^a signature is not that of node /);
  });

  test('evidence that nobody publishes convicts nobody', async () => {
    const [, honest] = nodes;
    const caseId = await charge(honest, 'ab'.repeat(32));
    await draw(caseId);
    await ARBITERS.reduce((before, one) => before.then(() => at(one).run()), Promise.resolve());
    assert.ok(
      (await court.panel(caseId, 0)).seats.every(({ hasCommitted }) => !hasCommitted),
      'it is waited for',
    );
    await passTime(chain.rpcUrl, rules.commitMs / 2_000 + 1);
    await decide(caseId, ARBITERS);
    assert.equal((await court.case(caseId)).verdict, 'not-guilty');
    assert.equal(judged(caseId), 'nobody publishes the evidence');
  });

  test('an arbiter that does not open its vote loses part of its bond; one that comes back opens it', async () => {
    const [, honest] = nodes;
    const caseId = await charge(honest, 'cd'.repeat(32));
    await draw(caseId);
    await passTime(chain.rpcUrl, rules.commitMs / 2_000 + 1);
    for (const arbiter of ARBITERS) await at(arbiter).run();
    const [gone, ...there] = ARBITERS;
    await passTime(chain.rpcUrl, rules.commitMs / 2_000);
    // Each look is by a program that was started anew: what it has to open follows from its key and the chain.
    for (const arbiter of there) await at(arbiter).run();
    await passTime(chain.rpcUrl, rules.revealMs / 1_000);
    for (const arbiter of there) await at(arbiter).run();
    assert.equal((await court.case(caseId)).status, 'decided');
    const bondOf = async ({ address }: ChainAccount) => (await court.arbiter(address))!.bondGrains;
    assert.equal(await bondOf(gone), rules.arbiterBondGrains - rules.arbiterBondGrains / 100n);
    for (const arbiter of there) assert.equal(await bondOf(arbiter), rules.arbiterBondGrains);
  });

  test('an arbiter that is out of the pool and short of tokens says so, and votes where it was drawn before', async () => {
    const [, honest] = nodes;
    const [poor] = ARBITERS;
    const caseId = await charge(honest, 'ef'.repeat(32));
    await draw(caseId);
    const tokens = openSender({ ...place(), privateKey: poor.privateKey });
    await openArbitrationSender({ ...place(), privateKey: poor.privateKey }).leave();
    await tokens.transferTokens(HOLDER.address, Number(await tokens.tokenBalance()));
    await passTime(chain.rpcUrl, rules.commitMs / 2_000 + 1);
    const program = at(poor);
    for (let look = 0; look < 2; look += 1) await program.run();
    const { arbiterId, isSeated } = (await court.arbiter(poor.address))!;
    assert.equal(isSeated, false);
    const seat = (await court.panel(caseId, 0)).seats.find((one) => one.arbiterId === arbiterId);
    assert.equal(seat!.hasCommitted, true);
    const said = findings('not-seated').map(({ reason }) => reason);
    assert.equal(said.length, 1, 'once');
    assert.match(said[0]!, /ERC20InsufficientBalance/);
  });

  test('an arbiter that leaves is drawn no more, and has its bond back when it has answered for long enough', async () => {
    const [, , leaver] = ARBITERS;
    await at(leaver, true).run();
    assert.equal((await court.arbiter(leaver.address))!.isSeated, false);
    await at(leaver, true).run();
    assert.equal(findings('bond-withdrawn').length, 0, 'not before');
    await passTime(chain.rpcUrl, 6_000);
    await at(leaver, true).run();
    assert.equal((await court.arbiter(leaver.address))!.bondGrains, 0n);
    assert.equal(findings('left').length + findings('bond-withdrawn').length, 2);
  });

  function place() {
    return { rpcUrl: chain.rpcUrl, addressBook: book };
  }

  /** An arbiter's program, as it is just after a start. */
  function at({ privateKey }: ChainAccount, isLeaving = false): Arbiter {
    const record = new PublicRecord({ client, chain: reader, addressBook: book });
    return new Arbiter({
      court,
      sender: openArbitrationSender({ ...place(), privateKey }),
      judge: (of) => record.judge(of),
      preimageOf: async () => null,
      saltOf: saltsOf(privateKey, 'test'),
      isLeaving,
      tell: (finding) => told.push(finding),
    });
  }

  async function charge({ nodeId }: Node, evidence: string, by = poster, slashPpm = ALL_PPM): Promise<number> {
    return (await by.openCase({ nodeId, offence: 'wrong-result', evidenceHash: evidence, slashPpm })).caseId;
  }

  /** Half of the drawing time is for the preimage, which this poster keeps to itself. */
  async function draw(caseId: number): Promise<void> {
    await passTime(chain.rpcUrl, DRAW_SECONDS / 2);
    for (let block = 0; block < ENTROPY_BLOCKS; block += 1) await passTime(chain.rpcUrl, 1);
    await at(ARBITERS[0]).run();
    assert.equal((await court.case(caseId)).status, 'voting');
  }

  async function decide(caseId: number, arbiters: readonly ChainAccount[]): Promise<void> {
    if ((await court.case(caseId)).status === 'drawing') await draw(caseId);
    const looks = async () => {
      for (const arbiter of arbiters) await at(arbiter).run();
    };
    for (const ms of [0, rules.commitMs, 0, rules.appealMs, 0]) {
      await passTime(chain.rpcUrl, Math.ceil(ms / 1_000));
      await looks();
    }
    assert.equal((await court.case(caseId)).status, 'closed');
  }

  /** Two replicas that agree, and an original that does not. */
  async function wrongResult(
    lie: Partial<TaskReceipt>,
    { accused = nodes[0], signer = accused }: { accused?: Node; signer?: Node },
  ): Promise<Uint8Array> {
    const others = nodes.filter((node) => node !== accused);
    const replicas = await Promise.all(
      others.map((node, index) => receipt(node, node, { taskId: `0${index + 7}`.repeat(32) })),
    );
    const original = await receipt(accused, signer, lie);
    return encodeEvidence({ kind: 'wrong-result', proof: { taskId: WORK.taskId, original, replicas } });
  }

  async function receipt({ nodeId }: Node, { key }: Node, differing: Partial<TaskReceipt>): Promise<SignedReceipt> {
    const aad = externalAad({ chain: book.chain, settlement: book.contracts.settlement, economyHash });
    const signed = (message: Uint8Array) => normaliseLowS(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
    return { nodeId, aad, cose: await coseSign1(encodeTaskReceipt({ ...WORK, ...differing }), aad, signed) };
  }

  function publish(evidence: Uint8Array): string {
    published.set(evidenceHash(evidence), evidence);
    return evidenceHash(evidence);
  }

  function findings<Kind extends ArbiterFinding['kind']>(kind: Kind) {
    return told.filter((one): one is Extract<ArbiterFinding, { kind: Kind }> => one.kind === kind);
  }

  /** What all arbiters said of a case; they say the same. */
  function judged(caseId: number): string {
    const reasons = new Set(findings('case-judged').flatMap((one) => (one.caseId === caseId ? [one.reason] : [])));
    assert.equal(reasons.size, 1);
    return [...reasons][0]!;
  }

  async function events(): Promise<ChainEvent[]> {
    return reader.events(book.deploymentBlock, (await reader.latestBlock()).number);
  }

  async function joined(index: number): Promise<Node> {
    const operator = devAccount(index);
    const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = toHex(publicKey.export({ type: 'spki', format: 'der' }));
    const sender = openSender({ rpcUrl: chain.rpcUrl, privateKey: operator.privateKey, addressBook: book });
    const message = registrationMessage({ addressBook: book, operator: operator.address });
    const proof = new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
    await fund(operator, BOND);
    await sender.registerNode({ spki, className: 'grid', evidenceLevel: 1, milliNcu: 1_000, proof });
    const nodeId = toHex(sha256(publicKey.export({ type: 'spki', format: 'der' })));
    await sender.depositBond(nodeId, BOND);
    return { nodeId, spki, key };
  }

  function holder() {
    return openSender({ rpcUrl: chain.rpcUrl, privateKey: HOLDER.privateKey, addressBook: book });
  }

  async function fund({ address }: ChainAccount, grains: number): Promise<void> {
    await holder().transferTokens(address, grains);
  }

  async function gas({ address }: ChainAccount): Promise<void> {
    await holder().sendGasMoney(address, 10n ** 18n);
  }

  /** What a poster serves of itself: it may leave out what it likes. */
  function serve(economy: unknown): Promise<string> {
    server = createServer((request, response) => {
      const [, , what, hash] = request.url!.split('/');
      const found = what === 'evidence' ? published.get(hash!) : undefined;
      if (found !== undefined) return response.end(found);
      const answers: Record<string, unknown> = {
        network: { chain: book.chain, policies: [{ version: 1, fromEpoch: 0, economyHash }] },
        policies: { version: 1, fromEpoch: 0, economyHash, economy },
      };
      const answer = answers[what!];
      if (answer === undefined) response.statusCode = 404;
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify(answer ?? { code: 'EVIDENCE-UNKNOWN', message: 'no such evidence' }));
    });
    return new Promise((found) =>
      server.listen(0, '127.0.0.1', () => found(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
    );
  }
});
