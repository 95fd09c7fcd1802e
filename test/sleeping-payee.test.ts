import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { newAccount, type ShownVoucher } from '@stannary/chain';
import { channelId } from '@stannary/wire';
import fc from 'fast-check';
import type { ChannelFinding } from '../apps/cli/src/watch/channel-tower.ts';
import {
  type ChannelWorld,
  DEPOSIT,
  DeviceKey,
  handOver,
  shownOf,
  startChannelWorld,
  type TestChannel,
  towerFolders,
} from './channels.fixture.ts';
import { passTime } from './deployed-network.ts';
import { askNode } from './local-network.ts';

// Payers that leave while their payees sleep, on real channels of a whole deployment. The tower is anybody: an account with
// nothing but gas money.

const CLI = resolve(import.meta.dirname, '../apps/cli/stannary.mjs');
const DAY_SECONDS = 86_400;
const HOUR_MS = 3_600_000;

describe('a payee that sleeps', { timeout: 600_000 }, () => {
  let world: ChannelWorld;
  before(async () => {
    world = await startChannelWorld();
  });
  after(() => world.end());

  const exit = ({ config }: TestChannel) => world.sender(world.payer).startExit(config);

  test('loses everything to a payer that leaves, where nobody watches', async () => {
    const channel = await world.open(await world.newcomer());
    const accepted = await world.pay(channel, 700);
    await exit(channel);
    assert.equal(await world.leave(channel), BigInt(DEPOSIT));
    assert.equal(await world.wake(accepted), 0n);
  });

  test('has everything of a tower that anybody runs, though its node was away when the exit began and its gateway always is', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer(), 'session');
    for (const grains of [100, 250]) await world.pay(channel, grains);
    const accepted = await world.pay(channel, 700);
    await handOver(folders, 'newest', shownOf(accepted));
    const node = await faultyNode(world.rpcUrl);
    context.after(node.end);
    const tower = await startTower(world, node.rpcUrl, folders.path);
    context.after(tower.end);
    await tower.until((line) => line.includes('"voucher-held"'));
    node.isDown = true;
    await exit(channel);
    await tower.until((line) => line.includes('CHAIN-RPC-UNREACHABLE'));
    node.isDown = false;
    const committed = await tower.until((line) => line.includes('"voucher-committed"'));
    assert.equal((JSON.parse(committed) as { committedGrains: number }).committedGrains, 700);
    assert.equal(await tower.end(), 143);
    assert.equal(await world.leave(channel), BigInt(DEPOSIT - 700));
    assert.equal(await world.wake(accepted), 700n);
  });

  test('has its voucher committed by a tower that looks once, and then says that its gateway is away', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer());
    await handOver(folders, 'newest', shownOf(await world.pay(channel, 700)));
    await exit(channel);
    const tower = await startTower(world, world.rpcUrl, folders.path, ['--once']);
    context.after(tower.end);
    await tower.until((line) => line.includes('"voucher-committed"'));
    await tower.until((line) => line.includes('GATEWAY-UNREACHABLE'));
    assert.equal(await tower.ended, 3);
  });

  test('is not hurt by an older voucher in the place of a newer one, nor by a new start of the tower', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer());
    const [older, newer] = [await world.pay(channel, 300), await world.pay(channel, 700)];
    const first = await world.tower(folders);
    await handOver(folders, 'voucher', shownOf(newer));
    assert.deepEqual(kinds(await first.look()), ['voucher-held']);
    await handOver(folders, 'voucher', shownOf(older));
    assert.deepEqual(codes(await first.look()), ['VOUCHER-STALE']);
    await exit(channel);
    const second = await world.tower(folders);
    const said = await second.look();
    assert.deepEqual(kinds(said), ['voucher-held', 'voucher-refused', 'exit-seen', 'voucher-committed']);
    assert.equal(await world.leave(channel), BigInt(DEPOSIT - 700));
    assert.equal(await world.wake(newer), 700n);
    assert.deepEqual(await second.look(), [], 'what is closed is forgotten');
    assert.deepEqual(codes(await (await world.tower(folders)).look()), ['VOUCHER-PHASE'], 'its copy too');
  });

  test('hands over a newer voucher while the exit runs: that one is committed as well, once', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer());
    const [older, newer] = [await world.pay(channel, 300), await world.pay(channel, 450)];
    const { look } = await world.tower(folders);
    await handOver(folders, 'a', shownOf(older));
    await exit(channel);
    assert.deepEqual(kinds(await look()), ['voucher-held', 'exit-seen', 'voucher-committed']);
    await handOver(folders, 'b', shownOf(newer));
    assert.deepEqual(kinds(await look()), ['voucher-held', 'voucher-committed']);
    assert.deepEqual(await look(), []);
    assert.equal(await world.leave(channel), BigInt(DEPOSIT - 450));
  });

  test('is held the highest of its vouchers, in whatever order they come and whichever file they replace', async (context) => {
    const channel = await world.open(await world.newcomer());
    const deadlineMs = (await world.nowMs()) + DAY_SECONDS * 1_000;
    const accepted = await Promise.all(
      [120, 240, 360, 480].map((grains) => world.pay(channel, grains, { deadlineMs })),
    );
    const order = fc.array(fc.record({ at: fc.nat({ max: 3 }), file: fc.constantFrom('a', 'b') }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(order, async (handed) => {
        const folders = await towerFolders();
        context.after(folders.remove);
        const { look } = await world.tower(folders, { key: false });
        const held: number[] = [];
        for (const { at, file } of handed) {
          await handOver(folders, file, shownOf(accepted[at]!));
          held.push(...heldIn(await look()));
        }
        assert.deepEqual(
          held,
          [...new Set(held)].sort((a, b) => a - b),
          'only ever more',
        );
        assert.equal(held.at(-1), 120 * (1 + Math.max(...handed.map(({ at }) => at))));
      }),
      { numRuns: 20 },
    );
  });

  test('is not hurt by a voucher that its payer did not sign', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer());
    const accepted = await world.pay(channel, 500);
    const { look } = await world.tower(folders);
    await handOver(folders, 'good', shownOf(accepted));
    const head = await world.signed(channel, 900, { key: new DeviceKey() });
    await handOver(folders, 'forged', shownOf({ channel, head }));
    const shorter = await world.signed(channel, 900, { deadlineMs: accepted.head.voucher.deadlineMs - 1 });
    await handOver(folders, 'shorter', shownOf({ channel, head: shorter }));
    await writeFile(join(folders.vouchers, 'half.json'), '{"config":');
    assert.deepEqual(codes(await look()).sort(), ['VOUCHER-DEADLINE', 'VOUCHER-SIGNATURE', 'WATCH-VOUCHER']);
    await exit(channel);
    assert.deepEqual(kinds(await look()), ['exit-seen', 'voucher-committed']);
    assert.equal(await world.leave(channel), BigInt(DEPOSIT - 500));
  });

  test('waits with its payer while the contract is paused, and has everything after it', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer());
    const accepted = await world.pay(channel, 600);
    await handOver(folders, 'voucher', shownOf(accepted));
    const { look } = await world.tower(folders);
    await exit(channel);
    await world.pause(DAY_SECONDS);
    const said = await look();
    assert.deepEqual(kinds(said), ['voucher-held', 'exit-seen', 'commit-refused']);
    assert.match((said[2] as { reason: string }).reason, /IsPaused/);
    assert.deepEqual(await look(), [], 'said once');
    await passTime(world.rpcUrl, DAY_SECONDS);
    assert.deepEqual(kinds(await look()), ['voucher-committed']);
    assert.equal(await world.leave(channel), BigInt(DEPOSIT - 600));
    assert.equal(await world.wake(accepted), 600n);
  });

  test('finds it collected by a tower that claims, as far as it was charged; the rest is held back', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const [channel, stranger] = [await world.open(await world.newcomer()), await world.newcomer()];
    const accepted = await world.pay(channel, 700);
    await handOver(folders, 'voucher', await world.charged(accepted, 400, stranger));
    const { look } = await world.tower(folders, { claims: true });
    assert.deepEqual(codes(await look()), ['CHARGE-SIGNATURE']);
    await handOver(folders, 'voucher', await world.charged(accepted, 400));
    assert.deepEqual(kinds(await look()), ['voucher-held']);
    await exit(channel);
    assert.deepEqual(kinds(await look()), ['exit-seen', 'voucher-committed', 'voucher-claimed']);
    assert.equal(await world.leave(channel), BigInt(DEPOSIT - 700));
    await world.sender(channel.payee).settle(channel.payee.address, channel.config.token);
    assert.equal(await world.tokensOf(channel.payee), 400n);
    assert.equal(await world.wake(accepted), 700n);
  });

  test('has many channels protected in one transaction, and more than fit into one in two', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const payee = await world.newcomer();
    const amounts = Array.from({ length: 25 }, (_, index) => 10 * (index + 1));
    for (const grains of amounts) {
      const channel = await world.open(payee, grains === 10 ? 'session' : 'signer');
      await handOver(folders, `${grains}`, shownOf(await world.pay(channel, grains)));
      await exit(channel);
    }
    const { look } = await world.tower(folders);
    const committed = (await look()).filter((finding) => finding.kind === 'voucher-committed');
    const sorted = committed.map(({ committedGrains }) => committedGrains).sort((a, b) => a - b);
    assert.deepEqual(sorted, amounts);
    assert.equal(new Set(committed.map(({ txHash }) => txHash)).size, 2);
  });

  test('is protected beside a payer whose wallet agrees when it is asked, and burns all gas when it is shown', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const honest = await world.open(await world.newcomer());
    const hostile = await openOfTwoFacedWallet(world);
    await handOver(folders, 'a', hostile.shown(300));
    await handOver(folders, 'b', shownOf(await world.pay(honest, 400)));
    for (const channel of [hostile.channel, honest]) await exit(channel);
    const { look } = await world.tower(folders);
    const said = await look();
    assert.deepEqual(committedIn(said), [[honest.id, 400]]);
    assert.deepEqual(kinds(said).sort(), [
      'commit-refused',
      'exit-seen',
      'exit-seen',
      'voucher-committed',
      'voucher-held',
      'voucher-held',
    ]);
    assert.equal(await world.leave(honest), BigInt(DEPOSIT - 400));
  });

  test('that is its own payer has a tower pay for so many grains one by one, then for one an hour', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer(), 'signer', DAY_SECONDS);
    const { look } = await world.tower(folders);
    const raise = async (grains: number) => {
      await handOver(folders, 'voucher', shownOf({ channel, head: await world.signed(channel, grains) }));
      return committedIn(await look()).map(([, committed]) => committed);
    };
    await exit(channel);
    const committed: unknown[] = [];
    for (let grains = 1; grains <= 9; grains += 1) committed.push(...(await raise(grains)));
    assert.deepEqual(committed, [1, 2, 3, 4, 5, 6, 7, 8]);
    await passTime(world.rpcUrl, HOUR_MS / 1_000);
    assert.deepEqual(committedIn(await look()), [[channel.id, 9]]);
  });

  test('has a tower pay three times at most for a wallet that burns its gas', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const { channel, shown } = await openOfTwoFacedWallet(world);
    const { look, spent } = await world.tower(folders);
    await handOver(folders, 'voucher', shown(300));
    await exit(channel);
    for (let times = 1; times <= 3; times += 1) {
      const before = await spent();
      await look();
      assert.ok((await spent()) > before);
    }
    const before = await spent();
    assert.deepEqual(kinds(await look()), ['commit-refused']);
    assert.equal(await spent(), before);
  });

  test('is not kept waiting by what strangers hand over, though their channels cannot be looked up', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const [channel, strange] = [await world.open(await world.newcomer()), await world.open(await world.newcomer())];
    const { look } = await world.tower(folders, { unreachable: strange.id });
    await handOver(folders, 'voucher', shownOf(await world.pay(channel, 600)));
    await look();
    await handOver(folders, 'strange', shownOf(await world.pay(strange, 100)));
    await exit(channel);
    await assert.rejects(look(), { code: 'CHAIN-RPC-LIMITED' });
    assert.equal(await world.leave(channel), BigInt(DEPOSIT - 600));
  });

  test('hears of an exit for which it handed nothing over, and of no stranger’s', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const payee = await world.newcomer();
    const [covered, forgotten] = [await world.open(payee), await world.open(payee)];
    const foreign = await world.open(await world.newcomer());
    await handOver(folders, 'one', shownOf(await world.pay(covered, 100)));
    const { look } = await world.tower(folders);
    await look();
    for (const channel of [forgotten, foreign]) await exit(channel);
    const said = await look();
    assert.deepEqual(
      said.map((finding) => [finding.kind, 'channel' in finding && finding.channel]),
      [['exit-uncovered', forgotten.id]],
    );
    assert.deepEqual(await look(), [], 'said once');
  });

  test('is protected from a signer or a session that is revoked, and from a deadline that comes', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const payee = await world.newcomer();
    const [bySigner, bySession, short] = [
      await world.open(payee),
      await world.open(payee, 'session'),
      await world.open(payee),
    ];
    await handOver(folders, 'signer', shownOf(await world.pay(bySigner, 10)));
    await handOver(folders, 'session', shownOf(await world.pay(bySession, 20)));
    const deadlineMs = (await world.nowMs()) + 3 * HOUR_MS;
    await handOver(folders, 'short', shownOf(await world.pay(short, 30, { deadlineMs })));
    const { look } = await world.tower(folders);
    assert.deepEqual(kinds(await look()), ['voucher-held', 'voucher-held', 'voucher-held']);
    await world.sender(world.payer).revokeSigner(bySigner.config);
    assert.deepEqual(committedIn(await look()), [[bySigner.id, 10]]);
    await world.sender(world.payer).revokeSession(bySession.key.point);
    assert.deepEqual(committedIn(await look()), [[bySession.id, 20]]);
    await passTime(world.rpcUrl, (2 * HOUR_MS) / 1_000 + 1);
    assert.deepEqual(committedIn(await look()), [[short.id, 30]]);
    assert.deepEqual(await look(), []);
  });

  test('has its voucher committed anew where the block with the commitment was replaced', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer());
    await handOver(folders, 'voucher', shownOf(await world.pay(channel, 250)));
    const { look } = await world.tower(folders);
    await exit(channel);
    const before = await askNode(world.rpcUrl, 'evm_snapshot');
    assert.deepEqual(kinds(await look()), ['voucher-held', 'exit-seen', 'voucher-committed']);
    await askNode(world.rpcUrl, 'evm_revert', [before]);
    assert.equal((await world.reader.channel(channel.id, 0))!.committedGrains, 0);
    assert.deepEqual(committedIn(await look()), [[channel.id, 250]]);
  });

  test('is told where a tower has no key', async (context) => {
    const folders = await towerFolders();
    context.after(folders.remove);
    const channel = await world.open(await world.newcomer());
    await handOver(folders, 'voucher', shownOf(await world.pay(channel, 250)));
    const { look } = await world.tower(folders, { key: false });
    await exit(channel);
    assert.deepEqual(kinds(await look()), ['voucher-held', 'exit-seen', 'commit-refused']);
  });
});

const kinds = (said: readonly ChannelFinding[]) => said.map(({ kind }) => kind);
const codes = (said: readonly ChannelFinding[]) =>
  said.flatMap((finding) => (finding.kind === 'voucher-refused' ? [finding.code] : []));
const heldIn = (said: readonly ChannelFinding[]) =>
  said.flatMap((finding) => (finding.kind === 'voucher-held' ? [finding.cumulativeGrains] : []));
const committedIn = (said: readonly ChannelFinding[]) =>
  said.flatMap((finding) => (finding.kind === 'voucher-committed' ? [[finding.channel, finding.committedGrains]] : []));

/**
 * GASPRICE; where it is zero, as in a call that nobody pays for, the answer is ERC-1271's yes; else INVALID, which burns all
 * that the call was given.
 */
const TWO_FACED = '0x3a601457631626ba7e60e01b60005260206000f35bfe';

/** A channel of the world's payer, whose vouchers that wallet signs. */
async function openOfTwoFacedWallet(world: ChannelWorld) {
  const wallet = newAccount().address;
  await askNode(world.rpcUrl, 'anvil_setCode', [wallet, TWO_FACED]);
  const like = await world.open(await world.newcomer());
  const config = { ...like.config, payerSigner: wallet.slice(2), salt: '1'.repeat(64) };
  await world.sender(world.payer).open(config, DEPOSIT);
  const channel: TestChannel = { ...like, config, id: channelId(world.separator, config) };
  const signature = { signer: 'contract', bytes: new Uint8Array(1) } as const;
  const deadlineMs = (await world.nowMs()) + 60 * DAY_SECONDS * 1_000;
  const shown = (cumulativeGrains: number): ShownVoucher => {
    const voucher = { channelId: channel.id, payee: config.payee, cumulativeGrains, deadlineMs };
    return { config, voucher, signature, sessionKey: null, charge: null };
  };
  return { channel, shown };
}

/** `stannary watch` as a user runs it, with an account that has gas money. */
async function startTower(world: ChannelWorld, rpcUrl: string, folder: string, often = ['--every', '1']) {
  const [book, key] = [join(folder, 'addresses.json'), join(folder, 'tower.key')];
  await writeFile(book, JSON.stringify({ [world.book.chain]: world.book }));
  await writeFile(key, (await world.newcomer()).privateKey);
  const places = ['--vouchers', join(folder, 'handed'), '--data', join(folder, 'tower'), '--book', book, '--key', key];
  // Its other half waits for a gateway that never comes.
  const more = ['--gateway', 'http://127.0.0.1:9', ...often, '--json'];
  const child = spawn(process.execPath, [CLI, 'watch', '--rpc', rpcUrl, ...places, ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const heard = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      heard.dispatchEvent(new Event('line'));
    });
  }
  const ended = once(child, 'close').then(([status]) => status as number);
  /** The first line that says it; fails where the tower ends first. */
  const until = async (says: (line: string) => boolean): Promise<string> => {
    for (;;) {
      const found = lines.find(says);
      if (found !== undefined) return found;
      const count = lines.length;
      const status = await Promise.race([once(heard, 'line').then(() => null), ended]);
      if (status !== null && lines.length === count) throw new Error(`the tower ended with ${status}`);
    }
  };
  const end = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { until, end, ended };
}

/** The same chain, of a node that can be away. */
async function faultyNode(rpcUrl: string) {
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  const node = { rpcUrl: '', isDown: false, end };
  const server = createServer(async (request, response) => {
    const body = JSON.stringify(await json(request));
    if (node.isDown) return response.writeHead(503).end();
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(rpcUrl, { method: 'POST', headers, body });
    return response.writeHead(answer.status, headers).end(await answer.text());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  node.rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return node;
}
