import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GatewayClient, type StatusAnswer } from '@stannary/gateway/client';

/** Runs `stannary up` as a user does, for the tests that need a whole network. */

const ROOT = resolve(import.meta.dirname, '..');
const CLI = join(ROOT, 'apps/cli/stannary.mjs');

export interface LocalNetworkRun {
  readonly child: ChildProcess;
  readonly client: GatewayClient;
  readonly gatewayUrl: string;
  readonly consoleUrl: string;
  readonly dataDirectory: string;
  /** Everything on standard output and error, once it has ended. */
  readonly ended: Promise<{ status: number | null; stdout: string; stderr: string }>;
}

export async function startNetwork(dataDirectory: string, args: readonly string[]): Promise<LocalNetworkRun> {
  const [consolePort, gatewayPort] = [await freePort(), await freePort()];
  const ports = ['--port', `${consolePort}`, '--gateway-port', `${gatewayPort}`];
  const child = spawn(process.execPath, [CLI, 'up', '--data', dataDirectory, ...ports, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  return {
    child,
    client: new GatewayClient({ baseUrl: gatewayUrl }),
    gatewayUrl,
    consoleUrl: `http://127.0.0.1:${consolePort}`,
    dataDirectory,
    ended: new Promise((done) => child.once('close', (status) => done({ status, stdout, stderr }))),
  };
}

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'stannary-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

/** Polls the network until it shows something; fails when it ends first or takes too long. */
export async function untilStatus(
  run: LocalNetworkRun,
  what: string,
  shows: (status: StatusAnswer) => boolean,
  withinMs = 120_000,
): Promise<StatusAnswer> {
  const untilMs = performance.now() + withinMs;
  let ended = false;
  void run.ended.then(() => {
    ended = true;
  });
  while (performance.now() < untilMs) {
    const status = await run.client.status().catch(() => null);
    if (status !== null && shows(status)) return status;
    if (ended) throw new Error(`the network ended before ${what}: ${JSON.stringify(await run.ended)}`);
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error(`expected ${what} within ${withinMs} ms`);
}

/** A file of the real traces; null when the folder is not there, which CI does not accept. */
export function sharedData(...path: string[]): string | null {
  const file = join(process.env.STANNARY_DATA ?? resolve(ROOT, '../shared/data'), ...path);
  if (existsSync(file)) return file;
  if (process.env.CI === 'true')
    throw new Error(`${file}: expected the shared data (STANNARY_DATA), got nothing there`);
  return null;
}

async function freePort(): Promise<number> {
  return new Promise((found, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => found(port));
    });
  });
}

/** A bare JSON-RPC call, for what only a test asks of a node. */
export async function askNode(rpcUrl: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(error.message);
  return result;
}
