import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChannelReader, chainOf, openChain, openChannelSender, openSender } from '@stannary/chain';
import { GatewayClient } from '@stannary/gateway/client';
import { makeFolder } from '@stannary/simulator/lab';
import type { Command } from 'commander';
import { type KeyFlags, keyOf, withKeyOptions } from '../deploy/keys.ts';
import { untilStopped } from '../lab/stopping.ts';
import { CliRefusal, type RefusalClass } from '../refusal.ts';
import { channelFindingText } from '../watch/channel-finding-text.ts';
import { CHANNEL_ALARMS, type ChannelFinding, ChannelTower } from '../watch/channel-tower.ts';
import { ALARMS, EraTower, type Finding, type TowerPlace } from '../watch/era-tower.ts';
import { findingLine } from '../watch/finding-line.ts';
import { findingText } from '../watch/finding-text.ts';
import { bookOf, inWritable, journalIn, keepLooking, type Look, noBook } from '../watch/looking.ts';
import { COPIES_FOLDER, VoucherFolder } from '../watch/voucher-folder.ts';
import { wholeFrom } from './whole-number.ts';

interface WatchFlags extends KeyFlags {
  readonly gateway?: string;
  readonly vouchers?: string;
  readonly claim: boolean;
  readonly rpc: string;
  readonly book: string;
  readonly data?: string;
  readonly every: number;
  readonly once: boolean;
  readonly json: boolean;
}

const CHECK_FAILED = 1;
const PLACE_FILE = 'tower.json';

/** `stannary watch`. */
export function defineWatch(command: Command): void {
  const described = command
    .description('a watchtower: prove wrong eras wrong on the chain, and commit the vouchers of payees that sleep')
    .option('--gateway <url>', "watch eras: who serves the network's public data; nothing of it is believed")
    .option('--vouchers <dir>', 'watch channels: a folder where payees hand over their newest voucher of each')
    .option('--claim', 'collect what payees charged as well, where a channel ends', false)
    .requiredOption('--rpc <url>', 'node of its chain')
    .option('--book <file>', 'book of addresses, as `deploy` writes it', 'addresses.json');
  withKeyOptions(described, 'key of an account that pays for proofs and commitments; without one the tower only looks')
    .option('--data <dir>', 'folder where the tower keeps its place; without one it begins at era 0')
    .option('--every <s>', 'seconds between two looks', wholeFrom(1, 86_400), 10)
    .option('--once', 'look once at every era that is posted and every voucher, and end', false)
    .option('--json', 'one JSON object a finding', false)
    .addHelpText(
      'after',
      '\nExamples:\n  stannary watch --gateway http://127.0.0.1:7071 --rpc http://127.0.0.1:8545 --key tower.key\n  stannary watch --vouchers vouchers --rpc http://127.0.0.1:8545 --key tower.key --data tower\n\nExit status: 0 nothing wrong, 1 something was (with --once), 2 bad input, 3 try again, 130 stopped by Ctrl-C.',
    )
    .action(watch);
}

/** Refuses WATCH-NOTHING, WATCH-BOOK, WATCH-PLACE, WATCH-VOUCHER, DEPLOY-BOOK, DEPLOY-KEY; GatewayRefusal, and as `openChain`. */
async function watch(flags: WatchFlags): Promise<void> {
  const said: string[] = [];
  const alarms: readonly string[] = [...ALARMS, ...CHANNEL_ALARMS];
  const print = (finding: Finding | ChannelFinding, text: string) => {
    if (alarms.includes(finding.kind)) said.push(finding.kind);
    console.log(findingLine(finding, text, { isJson: flags.json, atMs: Date.now() }));
  };
  const looks = await looksOf(flags, {
    era: (finding) => print(finding, findingText(finding)),
    channel: (finding) => print(finding, channelFindingText(finding)),
  });
  await untilStopped(
    async (signal) => {
      if (flags.once) await lookOnce(looks);
      // Each on its own: a gateway that is away keeps nobody from committing.
      else await Promise.all(looks.map((look) => keepLooking(look, flags.every, signal)));
    },
    () => 'stopped; start again to go on where this stopped',
  );
  if (flags.once && said.length > 0) process.exitCode = CHECK_FAILED;
}

/** Each on its own here as well: what one of them refuses is thrown when all have looked. */
async function lookOnce(looks: readonly Look[]): Promise<void> {
  const results = await Promise.allSettled(looks.map((look) => look()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

interface Tellers {
  readonly era: (finding: Finding) => void;
  readonly channel: (finding: ChannelFinding) => void;
}

async function looksOf(flags: WatchFlags, { era, channel }: Tellers): Promise<Look[]> {
  if (flags.gateway === undefined && flags.vouchers === undefined) {
    const expected = '--gateway, --vouchers, or both';
    throw new CliRefusal('WATCH-NOTHING', 'input', { where: 'stannary watch', expected, got: 'neither' });
  }
  const { gateway, vouchers } = flags;
  return [
    ...(gateway === undefined ? [] : [await opened(() => eraLook(flags, gateway, era))]),
    ...(vouchers === undefined ? [] : [await opened(() => channelLook(flags, vouchers, channel))]),
  ];
}

/** What is out of reach at the start is opened by a later look, so that one half never waits for the other. */
async function opened(open: () => Promise<Look>): Promise<Look> {
  let look = await open().catch((error: { refusalClass?: RefusalClass }) => {
    if (error.refusalClass !== 'retry') throw error;
    return null;
  });
  return async () => {
    look ??= await open();
    await look();
  };
}

async function eraLook(flags: WatchFlags, gateway: string, tell: (finding: Finding) => void): Promise<Look> {
  const privateKey = keyOf(flags);
  const place = placeIn(flags);
  const client = new GatewayClient({ baseUrl: gateway });
  const { chain: chainId, clock } = await client.network();
  const addressBook = bookOf(flags.book, chainId);
  const rpcUrl = flags.rpc;
  const tower = new EraTower(
    {
      client,
      chain: await openChain({ rpcUrl, addressBook }),
      sender: privateKey === null ? null : openSender({ rpcUrl, privateKey, addressBook, ...journalIn(flags.data) }),
      epochsPerEra: clock.epochsPerEra,
      nowMs: Date.now,
      tell,
    },
    place,
  );
  let kept = place;
  return async () => {
    await tower.run();
    // With the whole economy in it: written when it is another, not at every look.
    if (tower.place !== kept) keepPlace(flags, tower.place);
    kept = tower.place;
  };
}

async function channelLook(
  flags: WatchFlags,
  vouchers: string,
  tell: (finding: ChannelFinding) => void,
): Promise<Look> {
  const privateKey = keyOf(flags);
  const rpcUrl = flags.rpc;
  const addressBook = bookOf(flags.book, await chainOf(rpcUrl));
  const { chain, deploymentBlock, contracts } = addressBook;
  if (contracts.channels === undefined) throw noBook(flags.book, `a book with channels on ${chain}`, 'one without');
  await openChain({ rpcUrl, addressBook });
  const place = { chain, contract: contracts.channels };
  const folder = new VoucherFolder(vouchers, flags.data === undefined ? null : join(flags.data, COPIES_FOLDER));
  folder.check();
  const tower = new ChannelTower({
    folder,
    chain: new ChannelReader({ rpcUrl, contract: place.contract, deploymentBlock }),
    sender: privateKey === null ? null : openChannelSender({ rpcUrl, privateKey, ...place, ...journalIn(flags.data) }),
    place,
    claims: flags.claim,
    tell,
  });
  return () => tower.run();
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
  inWritable(where, () => {
    makeFolder(data);
    writeFileSync(`${where}.new`, JSON.stringify(place));
    renameSync(`${where}.new`, where);
  });
}
