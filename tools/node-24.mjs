// The guard in front of every program of the house. Plain JavaScript for Node 18 and later, because it must still run
// where the rest cannot: the sources are TypeScript that Node 24 executes directly. Node 24 itself is an npm
// dependency, so a machine whose own Node is older has the right one under node_modules.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_MAJOR = 24;
const BINARY = fileURLToPath(
  new URL(`../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url),
);
const MEND = 'Run: npm rebuild node --foreground-scripts';
/** Set for the second run only, so that a wrong binary under node_modules cannot start itself for ever. */
const SECOND_RUN = 'STANNARY_SECOND_RUN';
const EXIT_GIVE_UP = 4;

/**
 * Resolves at once on Node 24 or later. On an older one it runs the same command line again with the project's own
 * Node, passes signals on, and leaves with that run's exit status; it never resolves then.
 * Where that Node is missing it prints the one command that mends it and exits with status 4.
 */
export async function runOnNode24() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR) {
    delete process.env[SECOND_RUN];
    return;
  }
  if (process.env[SECOND_RUN] !== undefined || !existsSync(BINARY)) giveUp(`this is ${process.versions.node}`);
  await runAgain();
}

function runAgain() {
  const child = spawn(BINARY, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [SECOND_RUN]: '1', PATH: dirname(BINARY) + delimiter + process.env.PATH },
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // A terminal sends Ctrl-C to both processes; only without one does the signal have to be passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  return new Promise(() => {
    child.on('error', (error) => giveUp(`${BINARY} does not start (${error.message})`));
    child.on('exit', (status, signal) => process.exit(status ?? exitStatusOf(signal)));
  });
}

function giveUp(reason) {
  process.stderr.write(`Stannary needs Node ${OLDEST_MAJOR}; ${reason}. ${MEND}\n`);
  process.exit(EXIT_GIVE_UP);
}

/** Shells report a process that died of signal n as 128 + n. */
function exitStatusOf(signal) {
  return { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }[signal] ?? 128;
}
