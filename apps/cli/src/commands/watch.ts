import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openChain, openSender } from '@stannary/chain';
import { GatewayClient } from '@stannary/gateway/client';
import type { Command } from 'commander';
import { bookIn } from '../deploy/book.ts';
import { type KeyFlags, keyOf, withKeyOptions } from '../deploy/keys.ts';
import { untilStopped } from '../lab/stopping.ts';
import { CliRefusal } from '../refusal.ts';
import { ALARMS, EraTower, type Finding, type TowerPlace } from '../watch/era-tower.ts';
import { findingText } from '../watch/finding-text.ts';
import { wholeFrom } from './whole-number.ts';

interface WatchFlags extends KeyFlags {
  readonly gateway: string;
  readonly rpc: string;
  readonly book: string;
  readonly data?: string;
  readonly every: number;
  readonly once: boolean;
  readonly json: boolean;
}

const CHECK_FAILED = 1;
const PLACE_FILE = 'tower.json';
/** Longest wait after looks that failed, in intervals. */
const INTERVALS_MAX = 16;

/** `stannary watch`. */
export function defineWatch(command: Command): void {
  const described = command
    .description('a watchtower: settle every era again from public data, and prove on the chain what is wrong')
    .requiredOption('--gateway <url>', "who serves the network's public data; nothing of it is believed")
    .requiredOption('--rpc <url>', 'node of its chain')
    .option('--book <file>', 'book of addresses, as `deploy` writes it', 'addresses.json');
  withKeyOptions(described, 'key of an account that pays for proofs; without one the tower only looks')
    .option('--data <dir>', 'folder where the tower keeps its place; without one it begins at era 0')
    .option('--every <s>', 'seconds between two looks', wholeFrom(1, 86_400), 10)
    .option('--once', 'look once at every era that is posted, and end', false)
    .option('--json', 'one JSON object a finding', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary watch --gateway http://127.0.0.1:7071 --rpc http://127.0.0.1:8545 --key tower.key\n\nExit status: 0 nothing wrong, 1 something was (with --once), 2 bad input, 3 try again, 130 stopped by Ctrl-C.',
    )
    .action(watch);
}

/** Refuses WATCH-BOOK, WATCH-PLACE, DEPLOY-BOOK, DEPLOY-KEY; GatewayRefusal, and as `openChain` does. */
async function watch(flags: WatchFlags): Promise<void> {
  const alarms: Finding[] = [];
  const tell = (finding: Finding) => {
    if (ALARMS.includes(finding.kind)) alarms.push(finding);
    const at = new Date().toISOString();
    console.log(flags.json ? JSON.stringify({ at, ...finding }) : `${at}  ${findingText(finding)}`);
  };
  const tower = await towerOf(flags, tell);
  await untilStopped(
    async (signal) => {
      if (!flags.once) return keepWatch(tower, flags, signal);
      await tower.run();
      keepPlace(flags, tower.place);
    },
    () => 'stopped; start again to go on where this stopped',
  );
  if (flags.once && alarms.length > 0) process.exitCode = CHECK_FAILED;
}

async function towerOf(flags: WatchFlags, tell: (finding: Finding) => void): Promise<EraTower> {
  const privateKey = keyOf(flags);
  const place = placeIn(flags);
  const client = new GatewayClient({ baseUrl: flags.gateway });
  const { chain: chainId, clock } = await client.network();
  const addressBook = bookIn(flags.book, chainId);
  if (addressBook === null) {
    const detail = { where: flags.book, expected: `a book with ${chainId}`, got: 'none' };
    throw new CliRefusal('WATCH-BOOK', 'input', { ...detail, remedy: 'name the one that `stannary deploy` wrote' });
  }
  const rpcUrl = flags.rpc;
  return new EraTower(
    {
      client,
      chain: await openChain({ rpcUrl, addressBook }),
      sender: privateKey === null ? null : openSender({ rpcUrl, privateKey, addressBook }),
      epochsPerEra: clock.epochsPerEra,
      nowMs: Date.now,
      tell,
    },
    place,
  );
}

/** Until the signal. A look that fails is said and made again, later each time. */
async function keepWatch(tower: EraTower, flags: WatchFlags, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let kept: TowerPlace | null = null;
  for (;;) {
    try {
      await tower.run();
      // With the whole economy in it: written when it is another, not at every look.
      if (tower.place !== kept) keepPlace(flags, tower.place);
      kept = tower.place;
      failures = 0;
    } catch (error) {
      failures += 1;
      console.error(`stannary: ${(error as Error).message}; looking again`);
    }
    const intervals = Math.min(1 + failures, INTERVALS_MAX);
    await pause(intervals * flags.every * 1_000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Refuses WATCH-PLACE. */
function placeIn({ data }: WatchFlags): TowerPlace | undefined {
  if (data === undefined || !existsSync(join(data, PLACE_FILE))) return undefined;
  const where = join(data, PLACE_FILE);
  try {
    const place = JSON.parse(readFileSync(where, 'utf8')) as TowerPlace;
    if (Number.isSafeInteger(place.nextEra) && place.nextEra >= 0) return place;
  } catch {}
  throw new CliRefusal('WATCH-PLACE', 'input', { where, expected: 'the place of a tower', got: 'something else' });
}

function keepPlace({ data }: WatchFlags, place: TowerPlace): void {
  if (data === undefined) return;
  const where = join(data, PLACE_FILE);
  try {
    mkdirSync(data, { recursive: true });
    writeFileSync(`${where}.new`, JSON.stringify(place));
    renameSync(`${where}.new`, where);
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'an error';
    throw new CliRefusal('WATCH-PLACE', 'give-up', { where, expected: 'a folder that can be written', got });
  }
}
