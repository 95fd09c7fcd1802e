import { spawn } from 'node:child_process';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../stannary.mjs');

export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a user runs it. */
export function runStannary(...args: string[]): Promise<Said> {
  return saidBy(started(args));
}

/** The same, with a Ctrl-C as soon as something is so. */
export async function stoppedOnce(args: readonly string[], isSo: () => boolean): Promise<Said> {
  const child = started(args);
  const said = saidBy(child);
  const watching = setInterval(() => {
    if (!isSo()) return;
    clearInterval(watching);
    child.kill('SIGINT');
  }, WATCH_MS);
  return said.finally(() => clearInterval(watching));
}

const WATCH_MS = 20;

function started(args: readonly string[]) {
  return spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function saidBy(child: ReturnType<typeof started>): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (said[name] += chunk));
  return new Promise((done) => child.once('close', (status) => done({ status, ...said })));
}
