import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { devAccount, type LocalChain, startLocalChain } from './index.ts';
import { rawRpc, temporaryFolder, until } from './network.fixture.ts';

const RECEIVER = `0x${'11'.repeat(20)}`;

test('a block is final two blocks later, and one comes every second', async (context) => {
  const chain = await start(context);
  await until(async () => (await numberOf(chain, 'latest')) >= 3);
  const [latest, final] = [await numberOf(chain, 'latest'), await numberOf(chain, 'finalized')];
  assert.ok(latest - final === 2 || latest + 1 - final === 2, `${latest} and ${final}`);
});

test('a second start goes on where the first stopped', async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  const first = await startLocalChain({ stateFile });
  const before = await send(first);
  const head = await numberOf(first, 'latest');
  await first.stop();
  const second = await startLocalChain({ stateFile });
  context.after(() => second.stop());
  assert.ok((await numberOf(second, 'latest')) >= head);
  assert.deepEqual(await transaction(second, before), { found: true, nonce: 1 });
});

test('a transaction in the name of a contract is kept as well', async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  const first = await startLocalChain({ stateFile, saveSeconds: 600 });
  const contract = `0x${'22'.repeat(20)}`;
  await rawRpc(first.rpcUrl, 'anvil_setCode', [contract, '0x00']);
  await rawRpc(first.rpcUrl, 'anvil_setBalance', [contract, '0xde0b6b3a7640000']);
  await rawRpc(first.rpcUrl, 'anvil_impersonateAccount', [contract]);
  const hash = await send(first, contract);
  await first.stop();
  const second = await startLocalChain({ stateFile });
  context.after(() => second.stop());
  assert.ok((await transaction(second, hash)).found);
});

test('killed with the program that started it, it loses nothing', { timeout: 60_000 }, async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  const program = `
    import { startLocalChain } from ${JSON.stringify(import.meta.resolve('./index.ts'))};
    const chain = await startLocalChain({ stateFile: ${JSON.stringify(stateFile)}, saveSeconds: 600 });
    console.log(JSON.stringify(chain));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const first = JSON.parse(line) as LocalChain;
  const hash = await send(first);
  child.kill('SIGKILL');
  await until(async () => !existsSync(`/proc/${first.pid}`) && existsSync(`${stateFile}.exit`));
  const second = await startLocalChain({ stateFile });
  context.after(() => second.stop());
  assert.deepEqual(await transaction(second, hash), { found: true, nonce: 1 });
});

test('killed alone, it has what was saved', { timeout: 60_000 }, async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  const first = await startLocalChain({ stateFile, saveSeconds: 0.2 });
  const hash = await send(first);
  await sleep(2_000);
  process.kill(first.pid, 'SIGKILL');
  await first.stop();
  const second = await startLocalChain({ stateFile });
  context.after(() => second.stop());
  assert.deepEqual(await transaction(second, hash), { found: true, nonce: 1 });
});

test('a damaged last dump gives way to the saved state', async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  const first = await startLocalChain({ stateFile });
  await send(first);
  await first.stop();
  await writeFile(`${stateFile}.exit`, '{"best_block_number": 99');
  const second = await startLocalChain({ stateFile });
  context.after(() => second.stop());
  assert.equal(existsSync(`${stateFile}.exit`), false, 'swept away');
  assert.ok((await numberOf(second, 'latest')) >= 1);
});

test('CHAIN-STATE-FILE: files, but no state in them', async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  await writeFile(stateFile, 'not a state');
  await assert.rejects(startLocalChain({ stateFile }), { code: 'CHAIN-STATE-FILE', refusalClass: 'give-up' });
  assert.equal(await readFile(stateFile, 'utf8'), 'not a state', 'left as it was');
});

test('CHAIN-PORT-IN-USE', async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  const server = createServer().listen(0, '127.0.0.1');
  context.after(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const refusal = { code: 'CHAIN-PORT-IN-USE', refusalClass: 'input', where: `127.0.0.1:${port}` };
  await assert.rejects(startLocalChain({ stateFile, port }), refusal);
});

test('CHAIN-BINARY-MISSING: a platform without anvil', async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  const architecture = Object.getOwnPropertyDescriptor(process, 'arch')!;
  Object.defineProperty(process, 'arch', { ...architecture, value: 'mips' });
  context.after(() => void Object.defineProperty(process, 'arch', architecture));
  await assert.rejects(startLocalChain({ stateFile }), { code: 'CHAIN-BINARY-MISSING', refusalClass: 'give-up' });
});

test('CHAIN-NOT-STARTED: options that anvil refuses', async (context) => {
  const stateFile = join(await temporaryFolder(context), 'chain.json');
  const refused = startLocalChain({ stateFile, blockSeconds: -1 });
  await assert.rejects(refused, { code: 'CHAIN-NOT-STARTED', refusalClass: 'give-up' });
});

async function start(context: Parameters<typeof temporaryFolder>[0]): Promise<LocalChain> {
  const chain = await startLocalChain({ stateFile: join(await temporaryFolder(context), 'chain.json') });
  context.after(() => chain.stop());
  return chain;
}

/** Sends one wei and waits for its block. */
async function send({ rpcUrl }: LocalChain, from: string = devAccount(0).address): Promise<string> {
  const transfer = { from, to: RECEIVER, value: '0x1' };
  const hash = (await rawRpc(rpcUrl, 'eth_sendTransaction', [transfer])) as string;
  await until(async () => (await rawRpc(rpcUrl, 'eth_getTransactionReceipt', [hash])) !== null);
  return hash;
}

/** Whether block and balance both know of a transaction. */
async function transaction({ rpcUrl }: LocalChain, hash: string): Promise<{ found: boolean; nonce: number }> {
  const receipt = await rawRpc(rpcUrl, 'eth_getTransactionReceipt', [hash]);
  const nonce = await rawRpc(rpcUrl, 'eth_getTransactionCount', [devAccount(0).address, 'latest']);
  return { found: receipt !== null, nonce: Number(nonce) };
}

async function numberOf({ rpcUrl }: LocalChain, tag: string): Promise<number> {
  const block = (await rawRpc(rpcUrl, 'eth_getBlockByNumber', [tag, false])) as { number: string };
  return Number(block.number);
}
