import assert from 'node:assert/strict';
import { createCipheriv, generateKeyPairSync, randomBytes, scryptSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type DeploymentBook,
  devAccount,
  fastKeccak256,
  type LocalChain,
  localParties,
  startLocalChain,
} from '@stannary/chain';
import { loadEconomy } from '@stannary/economies';
import { type GateCriterion, type SignedGateReport, signReport } from '@stannary/simulator/lab';
import { type KeyFlags, keyOf } from '../deploy/keys.ts';
import { partiesIn } from '../deploy/parties.ts';
import { runStannary } from '../lab/run-stannary.fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'stannary-deploy-'));
const NOWHERE = 'http://127.0.0.1:9';
const BOOK = join(root, 'addresses.json');
let chain: LocalChain;

before(async () => {
  chain = await startLocalChain({ stateFile: join(root, 'chain.json') });
});
after(async () => {
  await chain?.stop();
  rmSync(root, { recursive: true, force: true });
});

function stannary(...args: string[]) {
  return runStannary('deploy', '--economy', 'reference', '--rpc', chain.rpcUrl, '--book', BOOK, ...args);
}

function written(name: string, content: unknown): string {
  const file = join(root, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function refused(code: string, run: { status: number | null; stderr: string }, about: RegExp): void {
  assert.equal(run.status, 2, run.stderr);
  assert.match(run.stderr, new RegExp(`\\[${code}\\]\\n$`));
  assert.match(run.stderr, about);
}

test('plans, deploys, does nothing the second time, reads back, and shows what a file would change', async () => {
  const plan = await stannary('--dry-run');
  assert.equal(plan.status, 0, plan.stderr);
  assert.match(plan.stdout, /gas in all/);
  const deployed = await stannary('--json');
  assert.equal(deployed.status, 0, deployed.stderr);
  const { book, verification } = JSON.parse(deployed.stdout);
  assert.deepEqual(verification.findings, []);
  assert.deepEqual(JSON.parse(readFileSync(BOOK, 'utf8')), { [book.chain]: book });
  assert.match((await stannary()).stdout, /^Nothing to do\./);
  assert.match((await stannary('--verify')).stdout, /every answer as planned/);
  const diff = await stannary('--diff', '--set', 'version=2', '--set', 'reserve.spread=0.4 %');
  assert.equal(diff.status, 0, diff.stderr);
  assert.match(diff.stdout, /version 1 → 2.*the smaller majority\n {2}reserve\.spread +3000 → 4000 {2}tightens/);
});

test('CHAIN-BOUNDS: shows the whole difference and refuses what the registry would', async () => {
  const run = await stannary('--diff', '--set', 'version=2', '--set', 'reserve.spread=0.5 %');
  assert.match(run.stdout, /3000 → 5000 {2}refused: step/);
  refused('CHAIN-BOUNDS', run, /reserve\.spread/);
});

test('a deployment in which something was tampered with ends with 1', async () => {
  const books = JSON.parse(readFileSync(BOOK, 'utf8')) as Record<string, DeploymentBook>;
  const book = books['eip155:31337']!;
  const contracts = { ...book.contracts, treasury: book.contracts.credit };
  const file = written('tampered.json', { [book.chain]: { ...book, contracts } });
  const run = await stannary('--book', file, '--verify', '--json');
  assert.equal(run.status, 1, run.stderr);
  assert.deepEqual(
    JSON.parse(run.stdout).findings.map(({ where }: { where: string }) => where),
    ['book'],
  );
});

test('CHAIN-ADDRESS-BOOK: another economy than the book was made of', async () => {
  refused('CHAIN-ADDRESS-BOOK', await stannary('--set', 'reserve.spread=0.4 %'), /another one/);
});

test('DEPLOY-BOOK: no book, or something else', async () => {
  refused('DEPLOY-BOOK', await stannary('--verify', '--book', join(root, 'none.json')), /deploy first/);
  refused('DEPLOY-BOOK', await stannary('--verify', '--book', written('torn.json', '{')), /a book of addresses/);
  refused('DEPLOY-BOOK', await stannary('--verify', '--book', written('other.json', { a: 1 })), /other JSON/);
});

test('DEPLOY-PARTIES: no JSON, a field that lacks, is of another kind, or unknown', async () => {
  const { economy } = await loadEconomy('reference');
  const parties = localParties(economy, 1);
  const refusedBy = (name: string, content: unknown, about: RegExp) =>
    assert.throws(() => partiesIn(written(name, content)), { code: 'DEPLOY-PARTIES', message: about });
  assert.deepEqual(partiesIn(written('parties.json', parties)), parties);
  refusedBy('torn-parties.json', '{', /JSON/);
  refusedBy('a.json', { ...parties, poster: 'me' }, /poster: expected an address/);
  refusedBy('b.json', { ...parties, guardians: [] }, /guardians: expected no such/);
  refusedBy('c.json', { ...parties, guardian: [{ holder: parties.poster, endsAt: null }] }, /guardian\[0\]\.name/);
  refusedBy('d.json', { ...parties, guardian: 3 }, /guardian: expected a list/);
  refusedBy('e.json', { ...parties, probationSeconds: -1 }, /probationSeconds: expected a whole number/);
  const curve = { batchSeconds: 60, batchSharePpm: 1_000, supplyGrains: '100000000000000000000', reserveUnits: 7 };
  assert.equal(partiesIn(written('f.json', { ...parties, curve })).curve!.supplyGrains, 10n ** 20n);
});

describe('seats that govern by the command', () => {
  const book = join(root, 'governed.json');
  const mode = ['--set', 'governance.mode=multisig'];
  const next = [...mode, '--set', 'version=2', '--set', 'reserve.spread=0.4 %'];
  const seats = [1, 2, 3].map((index) => written(`seat-${index}.key`, devAccount(index).privateKey));
  const guardians = [4, 5, 6].map((index) => written(`guardian-${index}.key`, devAccount(index).privateKey));
  const gate = join(root, 'gate');
  const part = join(gate, 'gate-report.json');
  let whole: string;

  const govern = (...args: string[]) => stannary('--book', book, ...args);
  const diff = (report: string, key: string) => govern(...next, '--diff', '--gate-report', report, '--key', key);

  before(async () => {
    const deployed = await govern(...mode);
    assert.equal(deployed.status, 0, deployed.stderr);
    const row = ['--only', 'G8', '--profile', 'quick', '--out', gate, '--key', join(root, 'gate.pem')];
    const gated = await runStannary('gate', 'reference', ...next, ...row);
    assert.equal(gated.status, 0, gated.stderr);
    whole = written('whole.json', wholeReport(readFileSync(part, 'utf8')));
  });

  test('DEPLOY-GATE-REPORT: no report, one of a row, one of another economy', async () => {
    refused('DEPLOY-GATE-REPORT', await diff(join(root, 'none.json'), seats[0]!), /ENOENT/);
    refused('DEPLOY-GATE-REPORT', await diff(part, seats[0]!), /got one of 1 row of 17/);
    const other = await govern(...mode, '--set', 'version=2', '--diff', '--gate-report', whole, '--key', seats[0]!);
    refused('DEPLOY-GATE-REPORT', other, /got one of [0-9a-f]{12}…/);
  });

  test('walk a change to the chain, each run the one thing that is due', async () => {
    const said = [];
    for (const key of seats) said.push(lastLineOf(await diff(whole, key)));
    assert.match(said[0]!, /^put; in force from 2\d{3}-\d\d-\d\dT\d\d:00:00\.000Z if it carries$/);
    assert.deepEqual(
      said.map((line) => line.split(';')[0]),
      ['put', 'answered', 'carried'],
    );
    await passTime(2 * DAY);
    assert.match(lastLineOf(await diff(whole, guardians[0]!)), /^scheduled; /);
    await passTime(8 * DAY);
    assert.equal(lastLineOf(await govern(...next, '--diff')), 'version 2 is in force');
  });

  test('and guardians take it back', async () => {
    const said = [];
    for (const key of guardians) said.push(lastLineOf(await govern(...mode, '--rollback', '--key', key)));
    assert.deepEqual(said, ['rollback: put', 'rollback: answered', 'rollback: carried']);
    assert.equal(lastLineOf(await govern(...mode, '--diff')), 'version 1 is in force');
  });

  test('a trigger is set off by anyone, once enough of the named parties have reported', async () => {
    const attested = await govern(...mode, '--attest', 'false-slashes=5000', '--key', seats[0]!);
    assert.match(attested.stdout, /^false-slashes: 5000, as of second \d+\n$/);
    await govern(...mode, '--attest', 'false-slashes=5000', '--key', seats[1]!);
    assert.equal(
      lastLineOf(await govern(...mode, '--fire', 'false-slashes', '--key', guardians[0]!)),
      'false-slashes: fired',
    );
  });

  test('a holder of tokens says whose votes they are', async () => {
    const { address, privateKey } = devAccount(9);
    const key = written('holder.key', privateKey);
    const own = lastLineOf(await govern(...mode, '--delegate', '--key', key));
    assert.match(own, new RegExp(`^${address} votes with its own (\\d+) grains; \\1 grains in all$`));
    const given = await govern(...mode, '--key', key, '--json', '--delegate', devAccount(8).address);
    const { holder, delegate, tokenGrains, votesGrains } = JSON.parse(given.stdout);
    assert.deepEqual([holder, delegate, votesGrains], [address, devAccount(8).address, tokenGrains]);
    refused('CHAIN-RANGE', await govern(...mode, '--delegate', '0x12', '--key', key), /delegate/);
    refused('DEPLOY-KEY', await govern(...mode, '--delegate'), /a holder of work tokens/);
  });

  test('--attest takes a figure that is reported, and a whole number', async () => {
    for (const text of ['coverage=1', 'conservation=0.5']) {
      const run = await govern(...mode, '--attest', text);
      assert.equal(run.status, 2);
      assert.match(run.stderr, /expected conservation or false-slashes, = and a whole number/);
    }
  });
});

/** A whole gate takes minutes; here its other rows are the one that was run, again. */
function wholeReport(text: string): SignedGateReport {
  const { report } = JSON.parse(text) as SignedGateReport;
  const [row] = report.criteria;
  const criteria = Array.from({ length: 17 }, (_, at) => ({ ...row!, gate: `G${at + 1}` as GateCriterion['gate'] }));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return signReport({ ...report, criteria, verdicts: { ...report.verdicts, economics: 'pass' } }, privateKey);
}

function lastLineOf(run: { status: number | null; stdout: string; stderr: string }): string {
  assert.equal(run.status, 0, run.stderr);
  return run.stdout.trimEnd().split('\n').at(-1)!;
}

async function passTime(seconds: number): Promise<void> {
  for (const [method, params] of [
    ['evm_increaseTime', [seconds]],
    ['evm_mine', []],
  ]) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    await fetch(chain.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }
}

const DAY = 24 * 3_600;

test('DEPLOY-KEY: none where one is needed, or something else', async () => {
  refused('DEPLOY-KEY', await stannary('--rollback'), /a seat of the guardian/);
  const refusedBy = (flags: KeyFlags, about: RegExp) =>
    assert.throws(() => keyOf(flags), { code: 'DEPLOY-KEY', message: about });
  refusedBy({ key: join(root, 'none.key') }, /ENOENT/);
  refusedBy({ key: written('short.key', '0x12') }, /64 hex characters/);
  refusedBy({ keystore: written('torn.keystore', '{') }, /--password-file/);
  const passwordFile = written('password', 'tin\n');
  refusedBy({ keystore: join(root, 'torn.keystore'), passwordFile }, /no JSON/);
  refusedBy({ keystore: written('other.keystore', { version: 1 }), passwordFile }, /other JSON/);
});

test('a keystore gives its key to whoever has the password, and to nobody else', () => {
  const { privateKey } = devAccount(3);
  const [salt, iv] = [randomBytes(32), randomBytes(16)];
  const derived = scryptSync('tin', salt, 32, { N: 1_024, r: 8, p: 1 });
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const sealed = Buffer.concat([cipher.update(Buffer.from(privateKey.slice(2), 'hex')), cipher.final()]);
  const crypto = {
    cipher: 'aes-128-ctr',
    ciphertext: sealed.toString('hex'),
    cipherparams: { iv: iv.toString('hex') },
    kdf: 'scrypt',
    kdfparams: { dklen: 32, n: 1_024, r: 8, p: 1, salt: salt.toString('hex') },
    mac: Buffer.from(fastKeccak256(Buffer.concat([derived.subarray(16, 32), sealed]))).toString('hex'),
  };
  const keystore = written('keystore.json', { version: 3, crypto });
  assert.equal(keyOf({ keystore, passwordFile: written('right', 'tin\n') }), privateKey);
  const withWrong = () => keyOf({ keystore, passwordFile: written('wrong', 'lead') });
  assert.throws(withWrong, { code: 'DEPLOY-KEY', got: 'another' });
  const greedy = { ...crypto, kdfparams: { ...crypto.kdfparams, n: 2 ** 24 } };
  const file = written('greedy.json', { version: 3, crypto: greedy });
  assert.throws(() => keyOf({ keystore: file, passwordFile: join(root, 'right') }), { code: 'DEPLOY-KEY' });
});

test('CHAIN-RPC-UNREACHABLE: nobody answers', async () => {
  const run = await runStannary('deploy', '--economy', 'reference', '--rpc', NOWHERE, '--book', BOOK, '--dry-run');
  assert.equal(run.status, 3);
  assert.match(run.stderr, /\[CHAIN-RPC-UNREACHABLE\]/);
});
