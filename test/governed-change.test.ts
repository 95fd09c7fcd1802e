import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AttestedFigure,
  advanceChange,
  advanceRollback,
  attestFigure,
  attestReserve,
  buyCredits,
  type ChainAccount,
  type ChainRefusal,
  type DeploymentBook,
  type DeploymentParties,
  delegateVotes,
  devAccount,
  type EconomyChange,
  fastKeccak256,
  fireTrigger,
  parameterName,
  readRegistry,
  type TriggerName,
} from '@stannary/chain';
import { fieldLimits, loadEconomy, type Override } from '@stannary/economies';
import { deployed, passTime, passTimeTo, sendAs, settingsOf, startChain } from './deployed-network.ts';
import { askNode } from './local-network.ts';

// One parameter's whole way, on a real chain: proposed, voted, through the timelock, in force from an epoch's first
// second; and the ways back: the guardian's, and a trigger's that anyone sets off.

const HOUR = 3_600;
const DAY = 24 * HOUR;
const EPOCH_SECONDS = HOUR;
const GATE_REPORT = 'b'.repeat(64);
const [FIRST, SECOND, THIRD] = [devAccount(1), devAccount(2), devAccount(3)];
const GUARDIANS = [4, 5, 6].map(devAccount);
const HOLDER = devAccount(9);
const STRANGER = devAccount(8);
/** No block but those that the test asks for: what is read stays what it is. */
const ONLY_WHEN_TOLD = { blockSeconds: DAY };

async function changeTo(mode: string, set: readonly Override[], version = 2): Promise<EconomyChange> {
  const all: Override[] = [['governance.mode', mode], ['version', `${version}`], ...set];
  const { economyHash, policies } = await loadEconomy('reference', { set: all });
  return { version, economyHash, gateReportHash: GATE_REPORT, fields: fieldLimits(policies[0]) };
}

/** The same file's hash over another value of a field. */
function forged(change: EconomyChange, path: string, value: bigint): EconomyChange {
  return { ...change, fields: change.fields.map((field) => (field.path === path ? { ...field, value } : field)) };
}

const reverted = (name: string) => (error: ChainRefusal) =>
  error.code === 'CHAIN-REVERTED' && error.revert?.name === name;

interface Rehearsal {
  readonly loosens: boolean;
  readonly afterSeconds: number;
  readonly spread: number;
  readonly report?: string;
  readonly from?: string;
}

/** Of a function, or of an error. */
function selectorOf(signature: string): string {
  return `0x${Buffer.from(fastKeccak256(Buffer.from(signature))).toString('hex', 0, 4)}`;
}

class Governed {
  readonly #rpcUrl: string;
  readonly book: DeploymentBook;

  constructor(rpcUrl: string, book: DeploymentBook) {
    this.#rpcUrl = rpcUrl;
    this.book = book;
  }

  advance(who: ChainAccount, change: EconomyChange) {
    return advanceChange(this.#as(who), change);
  }

  rollBack(who: ChainAccount) {
    return advanceRollback(this.#as(who));
  }

  delegate(who: ChainAccount, to: string | null) {
    return delegateVotes(this.#as(who), to);
  }

  attest(who: ChainAccount, figure: AttestedFigure, value: number) {
    return attestFigure(this.#as(who), figure, value);
  }

  fire(who: ChainAccount, trigger: TriggerName) {
    return fireTrigger(this.#as(who), trigger);
  }

  async valueOf(path: string): Promise<number> {
    const { rows } = await readRegistry(this.#rpcUrl, this.book);
    return Number(rows.find(({ name }) => name === parameterName(path))!.value);
  }

  /** The version in force, and a parameter's value in it. */
  async inForce(path: string): Promise<[number, number]> {
    return [(await readRegistry(this.#rpcUrl, this.book)).versionInForce, await this.valueOf(path)];
  }

  /** Has the registry say what it would do if that key, or the timelock after a vote, had it schedule a change. */
  async rehearse({ loosens, afterSeconds, spread, report = GATE_REPORT, from = 'timelock' }: Rehearsal): Promise<void> {
    const { genesisAt, epochSeconds, versionInForce } = await readRegistry(this.#rpcUrl, this.book);
    const block = (await askNode(this.#rpcUrl, 'eth_getBlockByNumber', ['latest', false])) as { timestamp: string };
    const fromEpoch = Math.ceil((Number(block.timestamp) + afterSeconds - genesisAt) / epochSeconds);
    const version = [versionInForce + 1, versionInForce, 'e'.repeat(64), report, fromEpoch];
    // One struct, whose last field is a list of one change: its place in the struct, its length, its two words.
    const words = [32, ...version, 6 * 32, 1, parameterName('reserve.spread').slice(2), spread];
    const entry = loosens ? 'scheduleLoosening' : 'scheduleTightening';
    const selector = selectorOf(`${entry}((uint32,uint32,bytes32,bytes32,uint64,(bytes32,uint96)[]))`);
    const hex = words.map((word) => (typeof word === 'number' ? word.toString(16) : word).padStart(64, '0'));
    const data = `${selector}${hex.join('')}`;
    const sender = this.book.contracts[from] ?? from;
    await askNode(this.#rpcUrl, 'eth_call', [
      { from: sender, to: this.book.contracts.economyRegistry, data },
      'latest',
    ]);
  }

  /** What a contract answers to a question without arguments. */
  async answer(contract: string, selector: string): Promise<number> {
    const call = { to: this.book.contracts[contract], data: selector };
    return Number(await askNode(this.#rpcUrl, 'eth_call', [call, 'latest']));
  }

  pass(seconds: number): Promise<void> {
    return passTime(this.#rpcUrl, seconds);
  }

  passTo(second: number): Promise<void> {
    return passTimeTo(this.#rpcUrl, second);
  }

  /** Through the seats and the timelock; the first second that it is in force in. */
  async scheduled(change: EconomyChange): Promise<number> {
    for (const seat of [FIRST, SECOND, THIRD]) await this.advance(seat, change);
    await this.pass(48 * HOUR);
    assert.equal((await this.advance(STRANGER, change)).did, 'scheduled');
    const waiting = await this.advance(STRANGER, change);
    assert.ok('startsAt' in waiting && waiting.waitsFor === 'epoch');
    return waiting.startsAt;
  }

  #as({ privateKey }: ChainAccount) {
    return { rpcUrl: this.#rpcUrl, privateKey, book: this.book };
  }
}

/** A network of its own for whoever asks, and its end. */
async function governed(mode: string, parties: Partial<DeploymentParties> = {}) {
  const { chain, end } = await startChain(ONLY_WHEN_TOLD);
  const { book } = await deployed(chain.rpcUrl, await settingsOf(mode, parties));
  return { network: new Governed(chain.rpcUrl, book), rpcUrl: chain.rpcUrl, end };
}

for (const mode of ['multisig', 'committee']) {
  describe(`seats of a ${mode}`, { timeout: 180_000 }, () => {
    let network: Governed;
    let end: () => Promise<void>;

    before(async () => {
      ({ network, end } = await governed(mode));
    });
    after(() => end?.());

    test('carry a change that loosens through vote, timelock and notice to an epoch’s first second', async () => {
      const change = await changeTo(mode, [['reserve.spread', '0.2 %']]);
      assert.equal((await network.advance(FIRST, change)).did, 'put');
      assert.equal((await network.advance(FIRST, change)).did, 'nothing', 'a seat answers once');
      assert.equal((await network.advance(SECOND, change)).did, 'answered');
      assert.equal((await network.advance(THIRD, change)).did, 'carried');
      const waiting = await network.advance(FIRST, change);
      assert.ok('waitsFor' in waiting && waiting.waitsFor === 'timelock');
      await network.pass(48 * HOUR);
      assert.equal((await network.advance(HOLDER, change)).did, 'scheduled', 'anyone has it done');
      const scheduled = await network.advance(FIRST, change);
      assert.ok('startsAt' in scheduled && scheduled.waitsFor === 'epoch');
      assert.equal(scheduled.startsAt % EPOCH_SECONDS, 0);
      await network.passTo(scheduled.startsAt - 1);
      assert.deepEqual(await network.inForce('reserve.spread'), [1, 3_000]);
      await network.passTo(scheduled.startsAt);
      assert.deepEqual(await network.inForce('reserve.spread'), [2, 2_000]);
    });

    test('and the guardian brings the set back that last proved itself', async () => {
      const steps = [];
      for (const guardian of GUARDIANS) steps.push(await network.rollBack(guardian));
      assert.deepEqual(steps, ['put', 'answered', 'carried']);
      assert.deepEqual(await network.inForce('reserve.spread'), [1, 3_000]);
      const change = await changeTo(mode, [['reserve.spread', '0.2 %']]);
      await assert.rejects(network.advance(FIRST, change), { code: 'CHAIN-BOUNDS', where: 'economyHash' });
    });

    test('a version that has proved itself is not rolled back', async () => {
      await network.passTo(await network.scheduled(await changeTo(mode, [['reserve.spread', '0.4 %']], 3)));
      await network.pass(7 * DAY);
      await network.rollBack(GUARDIANS[0]!);
      await network.rollBack(GUARDIANS[1]!);
      await assert.rejects(network.rollBack(GUARDIANS[2]!), reverted('VersionProven'));
      assert.deepEqual(await network.inForce('reserve.spread'), [3, 4_000]);
    });
  });
}

describe('what could never come into force is not put to the vote', { timeout: 180_000 }, () => {
  let network: Governed;
  let end: () => Promise<void>;
  const change = (spread: string, version = 2) => changeTo('multisig', [['reserve.spread', spread]], version);

  before(async () => {
    ({ network, end } = await governed('multisig'));
  });
  after(() => end?.());

  test('CHAIN-BOUNDS: farther than a step', async () => {
    const refusal = { code: 'CHAIN-BOUNDS', where: 'reserve.spread', expected: /a step from 3000/ };
    await assert.rejects(network.advance(FIRST, await change('0.5 %')), refusal);
  });

  test('CHAIN-BOUNDS: outside of the bounds', async () => {
    const beyond = forged(await change('0.4 %'), 'reserve.spread', 10n ** 9n);
    const refusal = { code: 'CHAIN-BOUNDS', where: 'reserve.spread', expected: 'a value within its bounds' };
    await assert.rejects(network.advance(FIRST, beyond), refusal);
  });

  test('ZeroHash: without the hash of a gate’s report', async () => {
    const unproven = { ...(await change('0.4 %')), gateReportHash: '0'.repeat(64) };
    await assert.rejects(network.advance(FIRST, unproven), reverted('ZeroHash'));
  });

  test('VersionNotNew: under a number that was there before', async () => {
    await assert.rejects(network.advance(FIRST, await change('0.4 %', 1)), reverted('VersionNotNew'));
  });

  const farther = { loosens: false, afterSeconds: 10 * DAY, spread: 4_000 };
  const looser = { loosens: true, afterSeconds: 10 * DAY, spread: 2_000 };
  const outside = 'OutOfBounds(bytes32,uint96,uint96,uint96)';
  const unauthorised = 'AccessManagedUnauthorized(address)';
  const refusals: readonly (readonly [string, string, Rehearsal])[] = [
    ['without the hash of a gate’s report', 'ZeroHash()', { ...farther, report: '0' }],
    ['outside of the bounds', outside, { ...farther, spread: 10 ** 9 }],
    ['farther than a step', 'StepExceeded(bytes32,uint96,uint96,uint96)', { ...farther, spread: 5_000 }],
    ['looser without a delay’s notice', 'ActivationTooEarly(uint64,uint64)', { ...looser, afterSeconds: DAY }],
    ['looser by the smaller majority', 'Loosens(bytes32,uint96,uint96)', { ...looser, loosens: false }],
    ['past the vote, by a seat', unauthorised, { ...farther, from: FIRST.address }],
    ['past the vote, by the guardian', unauthorised, { ...farther, from: 'guardian' }],
  ];
  for (const [what, error, rehearsal] of refusals) {
    test(`and the registry itself takes none ${what}: ${error.split('(')[0]}`, async () => {
      await assert.rejects(network.rehearse(rehearsal), new RegExp(selectorOf(error)));
    });
  }

  test('as it takes what keeps to all of it', async () => {
    await network.rehearse(farther);
    await network.rehearse(looser);
  });

  test('a seat agrees to its own file’s values and report alone', async () => {
    const honest = await change('0.2 %');
    const other = forged(honest, 'reserve.spread', 2_500n);
    assert.equal((await network.advance(FIRST, other)).did, 'put');
    assert.equal((await network.advance(SECOND, honest)).did, 'put');
    const report = { ...honest, gateReportHash: 'c'.repeat(64) };
    assert.equal((await network.advance(THIRD, report)).did, 'put');
  });

  test('one that nobody carried out before its epoch is put to the vote anew', async () => {
    const late = await change('0.4 %');
    const first = await network.advance(FIRST, late);
    await network.advance(SECOND, late);
    assert.equal((await network.advance(THIRD, late)).did, 'carried');
    await network.pass(30 * DAY);
    const again = await network.advance(FIRST, late);
    assert.equal(again.did, 'put');
    assert.ok('fromEpoch' in first && 'fromEpoch' in again && again.fromEpoch > first.fromEpoch);
  });

  test('VersionPending: while another waits for its epoch', async () => {
    await network.scheduled(await change('0.4 %'));
    await assert.rejects(network.advance(FIRST, await change('0.2 %', 3)), reverted('VersionPending'));
  });
});

test('TermOver: a guardian whose term has ended rolls nothing back', { timeout: 120_000 }, async (context) => {
  const { chain, end } = await startChain(ONLY_WHEN_TOLD);
  context.after(end);
  const block = (await askNode(chain.rpcUrl, 'eth_getBlockByNumber', ['latest', false])) as { timestamp: string };
  const endsAt = Number(block.timestamp) + 12 * DAY;
  const seat = (index: number) => ({ name: `seat-${index}`, holder: devAccount(index).address, endsAt });
  const settings = await settingsOf('multisig', { guardian: [4, 5, 6, 7, 8].map(seat) });
  const network = new Governed(chain.rpcUrl, (await deployed(chain.rpcUrl, settings)).book);
  const startsAt = await network.scheduled(await changeTo('multisig', [['reserve.spread', '0.2 %']]));
  assert.ok(startsAt < endsAt && endsAt < startsAt + 7 * DAY, 'the term ends while the version is on probation');
  await network.passTo(endsAt);
  await assert.rejects(network.rollBack(GUARDIANS[0]!), reverted('TermOver'));
  assert.deepEqual(await network.inForce('reserve.spread'), [2, 2_000]);
});

test('tokens vote a change through, queue it, and carry it out; the guardian takes it back', async (context) => {
  const { network, end } = await governed('token');
  context.after(end);
  const delegation = await network.delegate(HOLDER, null);
  assert.ok(delegation.votesGrains > 0 && delegation.votesGrains === delegation.tokenGrains);
  await network.pass(2 * DAY);
  const change = await changeTo('token', [['governance.timelock', '44 h']]);
  assert.equal((await network.advance(HOLDER, change)).did, 'proposed');
  await network.pass(1);
  assert.equal((await network.advance(HOLDER, change)).did, 'voted');
  const voting = await network.advance(HOLDER, change);
  assert.ok('waitsFor' in voting && voting.waitsFor === 'votes');
  await network.pass(5 * DAY + 2 * HOUR);
  assert.equal((await network.advance(FIRST, change)).did, 'queued');
  const locked = await network.advance(FIRST, change);
  assert.ok('waitsFor' in locked && locked.waitsFor === 'timelock');
  await network.pass(2 * DAY);
  assert.equal((await network.advance(FIRST, change)).did, 'scheduled');
  const waiting = await network.advance(FIRST, change);
  assert.ok('startsAt' in waiting && waiting.waitsFor === 'epoch' && waiting.startsAt % EPOCH_SECONDS === 0);

  // The timelock asks the registry itself: what reads a parameter has it from the epoch's first second.
  const seen = async () => [await network.inForce('governance.timelock'), await network.answer('timelock', MIN_DELAY)];
  await network.passTo(waiting.startsAt - 1);
  assert.deepEqual(await seen(), [[1, 48 * HOUR], 48 * HOUR]);
  await network.passTo(waiting.startsAt);
  assert.deepEqual(await seen(), [[2, 44 * HOUR], 44 * HOUR]);
  const inForce = await network.advance(FIRST, change);
  assert.ok('startsAt' in inForce && inForce.waitsFor === 'nothing');

  for (const guardian of GUARDIANS) await network.rollBack(guardian);
  assert.deepEqual(await seen(), [[1, 48 * HOUR], 48 * HOUR]);
  await network.pass(EPOCH_SECONDS);
  assert.deepEqual(await seen(), [[1, 48 * HOUR], 48 * HOUR], 'in the next epoch as well');
});

test('tokens vote for whoever their holder says last, and for nobody before', async (context) => {
  const { network, rpcUrl, end } = await governed('token');
  context.after(end);
  const change = await changeTo('token', [['reserve.spread', '0.4 %']]);
  await assert.rejects(network.advance(HOLDER, change), reverted('GovernorInsufficientProposerVotes'));
  const holder = HOLDER.address;
  const given = await network.delegate(HOLDER, STRANGER.address);
  const { tokenGrains } = given;
  assert.deepEqual(given, { holder, delegate: STRANGER.address, tokenGrains, votesGrains: tokenGrains });
  const sent = () => askNode(rpcUrl, 'eth_getTransactionCount', [holder, 'latest']);
  const before = await sent();
  assert.deepEqual(await network.delegate(HOLDER, STRANGER.address), given);
  assert.equal(await sent(), before, 'nothing is sent for what is so already');
  const own = await network.delegate(HOLDER, null);
  assert.deepEqual(own, { holder, delegate: holder, tokenGrains, votesGrains: tokenGrains });
  assert.equal((await network.delegate(STRANGER, STRANGER.address)).votesGrains, 0, 'and no more for the one before');
  await assert.rejects(network.delegate(HOLDER, '0x12'), { code: 'CHAIN-RANGE', where: 'delegate' });
});

const CREDITS = 100_000_000_000;
const LOST_UNITS = 1_000_000_000;

/** getMinDelay() */
const MIN_DELAY = '0xf27a0c92';

describe('a trigger', { timeout: 180_000 }, () => {
  let network: Governed;
  let rpcUrl: string;
  let end: () => Promise<void>;

  before(async () => {
    ({ network, rpcUrl, end } = await governed('committee'));
    await network.passTo(await network.scheduled(await changeTo('committee', [['reserve.spread', '0.2 %']])));
  });
  after(() => end?.());

  test('fires nothing by the word of one, nor while the median is within its line', async () => {
    await assert.rejects(network.attest(STRANGER, 'conservation', 10), reverted('NotAttestor'));
    await network.attest(FIRST, 'conservation', 10);
    await assert.rejects(network.fire(STRANGER, 'conservation'), reverted('FigureUnknown'));
    await network.attest(SECOND, 'conservation', 0);
    await assert.rejects(network.fire(STRANGER, 'conservation'), reverted('LineNotCrossed'));
    assert.deepEqual(await network.inForce('reserve.spread'), [2, 2_000]);
  });

  test('of false slashes lowers their ceiling by one step, once in its rest', async () => {
    const before = await network.valueOf('slashLimit.ceiling');
    await network.attest(FIRST, 'false-slashes', 5_000);
    await network.attest(SECOND, 'false-slashes', 5_000);
    await network.fire(STRANGER, 'false-slashes');
    const [version, after] = await network.inForce('slashLimit.ceiling');
    assert.ok(version === 2 && after < before && after > 0, `${before} → ${after}`);
    await assert.rejects(network.fire(STRANGER, 'false-slashes'), reverted('TriggerResting'));
  });

  test('of coverage makes credits slower to mint when the asset is not all there', async () => {
    const { reserve, localAsset } = network.book.contracts;
    const desk = { rpcUrl, privateKey: HOLDER.privateKey, reserve: reserve! };
    await assert.rejects(network.fire(STRANGER, 'coverage'), reverted('FigureUnknown'), 'nothing is owed');
    await attestReserve(desk, 'd'.repeat(64));
    await buyCredits(desk, CREDITS);
    await assert.rejects(network.fire(STRANGER, 'coverage'), reverted('LineNotCrossed'));
    // transfer(STRANGER, 1 unit in 100): the asset was lost, by whatever fault of its own.
    const lost = `0xa9059cbb${STRANGER.address.slice(2).padStart(64, '0')}${LOST_UNITS.toString(16).padStart(64, '0')}`;
    await sendAs(rpcUrl, reserve!, localAsset!, lost);
    const before = await network.valueOf('reserve.throttle.waitMin');
    await network.fire(STRANGER, 'coverage');
    const [version, after] = await network.inForce('reserve.throttle.waitMin');
    assert.ok(version === 2 && after > before, `${before} → ${after}`);
  });

  test('of books that differ goes back to the set that last proved itself, by anyone’s hand', async () => {
    const tightened = await network.valueOf('slashLimit.ceiling');
    await network.attest(THIRD, 'conservation', 10);
    await network.fire(STRANGER, 'conservation');
    assert.deepEqual(await network.inForce('reserve.spread'), [1, 3_000]);
    assert.equal(await network.valueOf('slashLimit.ceiling'), tightened, 'what was found urgent stays');
  });
});
