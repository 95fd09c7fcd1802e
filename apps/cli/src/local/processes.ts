import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Program {
  readonly name: string;
  /** Module whose program it is, e.g. `@stannary/gateway/program`. */
  readonly module: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly onMessage?: (message: unknown) => void;
}

/** A program that ends by itself is started again, later each time, at most this often in a row. */
const RESTARTS_MAX = 5;
const RESTART_AFTER_MS = 500;
/** A program that lived this long has its restarts forgiven. */
const STEADY_MS = 20_000;
const KILL_AFTER_MS = 8_000;

/**
 * The operating-system processes of a local network. Each is watched: one that ends without being told to is started
 * again, as an operator's supervisor would; one that cannot stay up ends the network.
 */
export class Processes {
  readonly #running = new Map<string, { child: ChildProcess; program: Program; ended: Promise<void> }>();
  readonly #onGiveUp: (program: Program, status: number | null) => void;
  readonly #restarts = new Map<string, number>();
  #stopping = false;

  constructor(onGiveUp: (program: Program, status: number | null) => void) {
    this.#onGiveUp = onGiveUp;
  }

  /** Process number of a running program, null when it is down. */
  pidOf(name: string): number | null {
    return this.#running.get(name)?.child.pid ?? null;
  }

  start(program: Program): void {
    const startedMs = Date.now();
    const path = fileURLToPath(import.meta.resolve(program.module));
    const child = spawn(process.execPath, [path, ...program.args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const log = createWriteStream(program.logFile, { flags: 'a' });
    child.stdout!.pipe(log, { end: false });
    child.stderr!.pipe(log, { end: false });
    if (program.onMessage !== undefined) child.on('message', program.onMessage);
    const ended = new Promise<void>((resolve) => {
      child.once('exit', (status) => {
        log.end();
        this.#running.delete(program.name);
        resolve();
        this.#afterEnd(program, status, Date.now() - startedMs);
      });
    });
    this.#running.set(program.name, { child, program, ended });
  }

  #afterEnd(program: Program, status: number | null, livedMs: number): void {
    if (this.#stopping || status === 0) return;
    const restarts = livedMs > STEADY_MS ? 0 : (this.#restarts.get(program.name) ?? 0);
    if (restarts >= RESTARTS_MAX) {
      this.#onGiveUp(program, status);
      return;
    }
    this.#restarts.set(program.name, restarts + 1);
    setTimeout(
      () => {
        if (!this.#stopping) this.start(program);
      },
      RESTART_AFTER_MS * (restarts + 1),
    );
  }

  /** Asks every program of these names to end, in that order; kills what does not end in time. */
  async stop(names: readonly string[]): Promise<void> {
    this.#stopping = true;
    const ends = names.map((name) => this.#end(name));
    await Promise.all(ends);
  }

  async #end(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    running.child.kill('SIGTERM');
    const timer = setTimeout(() => running.child.kill('SIGKILL'), KILL_AFTER_MS);
    await running.ended;
    clearTimeout(timer);
  }

  get names(): string[] {
    return [...this.#running.keys()];
  }
}
