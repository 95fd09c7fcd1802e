import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { hexToBytes } from 'viem';
import { LOCAL_CHAIN_ID } from './account.ts';
import { ChainRefusal } from './refusal.ts';
import { openRpc, type Rpc } from './rpc.ts';
import { exitDumpOf, readState, writeState } from './state-file.ts';

export interface LocalChainOptions {
  /** Keeps the chain between starts; made when it is not there. */
  readonly stateFile: string;
  /** On 127.0.0.1; a free one when it is left out. */
  readonly port?: number;
  /** A block at least this often; a transaction gets its own at once. */
  readonly blockSeconds?: number;
  /** The rules of the chain; `prague` has no precompile for P-256. Osaka when it is left out. */
  readonly hardfork?: 'prague' | 'osaka';
  /** How often the state is saved at least, as long as saving takes less than a twentieth of the time. */
  readonly saveSeconds?: number;
  readonly log?: (line: string) => void;
}

export interface LocalChain {
  readonly rpcUrl: string;
  readonly chainId: typeof LOCAL_CHAIN_ID;
  /** The process that runs it, for those who watch or kill it. */
  readonly pid: number;
  /** Ends it with nothing lost. */
  readonly stop: () => Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 25;
/** A dump counts only when no block came for this long after it: one being mined at its time would be out by then. */
const QUIET_MS = 60;
const SAVE_ATTEMPTS = 5;
const SAVE_SHARE_MAX = 1 / 20;
const PROCESSOR: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Starts a chain of one node on this machine, going on where the state file stopped. A block is final two blocks later.
 * Killed together with this process, it loses nothing; killed alone, what came after the last save.
 *
 * History is not kept as state: anvil would need 90 kB a block for it (550 MB after 40 minutes of one-second blocks).
 * Blocks, transactions and logs are, and @stannary/chain's reader asks for nothing else.
 *
 * Errors: CHAIN-BINARY-MISSING, CHAIN-PORT-IN-USE, CHAIN-STATE-FILE, CHAIN-NOT-STARTED.
 */
export async function startLocalChain(options: LocalChainOptions): Promise<LocalChain> {
  const { stateFile, log = () => {} } = options;
  const binary = anvilBinary();
  const port = await usablePort(options.port);
  const state = await readState(stateFile);
  const loadFile = `${stateFile}.load`;
  if (state !== null) await writeFile(loadFile, state.json, { mode: 0o600 });
  const child = spawnGuarded(binary, anvilOptions(options, port, state === null ? null : loadFile));
  relayLines(child, log);
  const rpcUrl = `http://127.0.0.1:${port}`;
  const rpc = openRpc(rpcUrl);
  try {
    await untilAnswering(rpc, child);
  } finally {
    await rm(loadFile, { force: true });
  }
  log(state === null ? `new chain on ${rpcUrl}` : `chain goes on at block ${state.blockNumber} on ${rpcUrl}`);
  const saver = new Saver(rpc, stateFile, (options.saveSeconds ?? 1) * 1000, log);
  const stop = async () => {
    await saver.stop();
    await ended(child);
    await readState(stateFile);
  };
  return { rpcUrl, chainId: LOCAL_CHAIN_ID, pid: child.pid!, stop };
}

function anvilBinary(): string {
  const packageName = `@foundry-rs/anvil-${process.platform}-${PROCESSOR[process.arch] ?? process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    const binary = join(dirname(manifest), 'bin', 'anvil');
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed; said below.
  }
  throw new ChainRefusal('CHAIN-BINARY-MISSING', {
    where: packageName,
    expected: 'it to be installed (npm install, optional dependencies included)',
    got: 'no anvil for this platform',
  });
}

function anvilOptions(options: LocalChainOptions, port: number, loadFile: string | null) {
  const { stateFile, blockSeconds = 1, hardfork = 'osaka' } = options;
  return [
    ...['--silent', '--host', '127.0.0.1', '--port', `${port}`, '--chain-id', `${LOCAL_CHAIN_ID}`],
    ...['--hardfork', hardfork, '--enable-tx-gas-limit', '--order', 'fifo', '--prune-history'],
    ...['--mixed-mining', '--block-time', `${blockSeconds}`, '--slots-in-an-epoch', '1'],
    ...['--dump-state', exitDumpOf(stateFile), ...(loadFile === null ? [] : ['--load-state', loadFile])],
  ];
}

/**
 * Runs a program that ends (SIGTERM) when its standard input closes, and so also when this process dies, however it
 * does. In a session of its own, so that Ctrl-C in a terminal reaches only the parent, which stops it in good order.
 * The shell becomes the program, so the child's id and exit status are the program's.
 */
function spawnGuarded(binary: string, commandLine: readonly string[]): ChildProcess {
  const guard = 'exec 3<&0; (cat <&3 >/dev/null; kill $$) 2>/dev/null & exec "$0" "$@" </dev/null';
  const child = spawn('/bin/sh', ['-c', guard, binary, ...commandLine], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}); // the program ended first
  child.once('exit', () => child.stdin.destroy());
  return child;
}

function relayLines(child: ChildProcess, log: (line: string) => void): void {
  for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', log);
}

async function untilAnswering(rpc: Rpc, child: ChildProcess): Promise<void> {
  const untilMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < untilMs && child.exitCode === null) {
    const chainId = await rpc.getChainId().catch(() => null);
    if (chainId !== null) return;
    await sleep(POLL_MS);
  }
  const got = child.exitCode === null ? `no answer in ${START_TIMEOUT_MS / 1000} s` : `exit status ${child.exitCode}`;
  child.stdin!.end();
  throw new ChainRefusal('CHAIN-NOT-STARTED', { where: 'anvil', expected: 'an answer to eth_chainId', got });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.stdin!.end();
  await exit;
}

/** Errors: CHAIN-PORT-IN-USE. */
function usablePort(port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `127.0.0.1:${port}`;
      reject(new ChainRefusal('CHAIN-PORT-IN-USE', { where, expected: 'a free port', got: `${cause.code}`, cause }));
    });
    probe.listen(port, '127.0.0.1', () => {
      const { port: got } = probe.address() as { port: number };
      probe.close(() => resolve(got));
    });
  });
}

/** Saves the chain's state again and again, the less often the longer it takes. */
class Saver {
  readonly #rpc: Rpc;
  readonly #stateFile: string;
  readonly #everyMs: number;
  readonly #log: (line: string) => void;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(rpc: Rpc, stateFile: string, everyMs: number, log: (line: string) => void) {
    this.#rpc = rpc;
    this.#stateFile = stateFile;
    this.#everyMs = everyMs;
    this.#log = log;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs = this.#everyMs;
    const { signal } = this.#stopping;
    while (await sleep(pauseMs, true, { signal, ref: false }).catch(() => false)) {
      const startedMs = performance.now();
      await this.#save().catch((error: Error) => this.#log(`chain state not saved: ${error.message}`));
      pauseMs = Math.max(this.#everyMs, (performance.now() - startedMs) / SAVE_SHARE_MAX);
    }
  }

  /** Takes a dump between blocks; under a stream of transactions there may be no such moment, and the next save tries. */
  async #save(): Promise<void> {
    for (let attempt = 0; attempt < SAVE_ATTEMPTS && !this.#stopping.signal.aborted; attempt++) {
      const before = await this.#blockNumber();
      const dump = await this.#rpc.request({ method: 'anvil_dumpState' as never, params: [false] as never });
      await sleep(QUIET_MS);
      if ((await this.#blockNumber()) === before) return writeState(this.#stateFile, hexToBytes(dump));
    }
  }

  #blockNumber(): Promise<bigint> {
    return this.#rpc.getBlockNumber({ cacheTime: 0 });
  }
}
