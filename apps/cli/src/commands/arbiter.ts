import { ArbitrationReader, openArbitrationSender, openChain } from '@stannary/chain';
import { GatewayClient } from '@stannary/gateway/client';
import type { Command } from 'commander';
import { Arbiter, type ArbiterFinding, saltsOf } from '../arbiter/arbiter.ts';
import { arbiterFindingText } from '../arbiter/finding-text.ts';
import { PublicRecord } from '../arbiter/public-record.ts';
import { type KeyFlags, keyOf, withKeyOptions } from '../deploy/keys.ts';
import { untilStopped } from '../lab/stopping.ts';
import { CliRefusal } from '../refusal.ts';
import { findingLine } from '../watch/finding-line.ts';
import { bookOf, journalIn, keepLooking } from '../watch/looking.ts';
import { wholeFrom } from './whole-number.ts';

interface ArbiterFlags extends KeyFlags {
  readonly gateway: string;
  readonly rpc: string;
  readonly book: string;
  readonly data?: string;
  readonly leave: boolean;
  readonly every: number;
  readonly once: boolean;
  readonly json: boolean;
}

/** `stannary arbiter`. */
export function defineArbiter(command: Command): void {
  const described = command
    .description('an arbiter: join the pool with a bond, judge charges by published evidence, vote, collect the fees')
    .requiredOption('--gateway <url>', 'who serves evidence; it is taken by its hash only')
    .requiredOption('--rpc <url>', "node of the network's chain")
    .option('--book <file>', 'book of addresses, as `deploy` writes it', 'addresses.json');
  withKeyOptions(described, 'key of the account that is bonded, votes and is paid; its commitments follow from it')
    .option('--data <dir>', 'folder for what is signed and not mined yet')
    .option('--leave', 'leave the pool, end the cases, and take the bond out when it is free', false)
    .option('--every <s>', 'seconds between two looks', wholeFrom(1, 86_400), 10)
    .option('--once', 'look once at every case, and end', false)
    .option('--json', 'one JSON object a finding', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary arbiter --gateway http://127.0.0.1:7071 --rpc http://127.0.0.1:8545 --key arbiter.key --data arbiter\n\nExit status: 0 looked (with --once), 2 bad input, 3 try again, 4 give up, 130 stopped by Ctrl-C.',
    )
    .action(sit);
}

/** Refuses ARBITER-KEY, WATCH-BOOK, WATCH-PLACE, DEPLOY-BOOK, DEPLOY-KEY; GatewayRefusal, and as `openChain`. */
async function sit(flags: ArbiterFlags): Promise<void> {
  const arbiter = await arbiterOf(flags);
  await untilStopped(
    async (signal) => {
      if (flags.once) await arbiter.run();
      else await keepLooking(() => arbiter.run(), flags.every, signal);
    },
    () => 'stopped; start again soon: a vote that is committed to and not revealed costs a part of the bond',
  );
}

async function arbiterOf(flags: ArbiterFlags): Promise<Arbiter> {
  const privateKey = keyOf(flags);
  if (privateKey === null) {
    const expected = '--key or --keystore: an arbiter votes with its bond';
    throw new CliRefusal('ARBITER-KEY', 'input', { where: 'stannary arbiter', expected, got: 'neither' });
  }
  const client = new GatewayClient({ baseUrl: flags.gateway });
  const { chain: chainId } = await client.network();
  const place = { rpcUrl: flags.rpc, addressBook: bookOf(flags.book, chainId) };
  const chain = await openChain(place);
  const court = new ArbitrationReader(place);
  const record = new PublicRecord({ client, chain, addressBook: place.addressBook });
  return new Arbiter({
    court,
    sender: openArbitrationSender({ ...place, privateKey, ...journalIn(flags.data) }),
    judge: (of) => record.judge(of),
    preimageOf: (epoch) =>
      client.inputs(epoch).then(
        ({ beaconPreimage }) => beaconPreimage,
        () => null,
      ),
    saltOf: saltsOf(privateKey, `${chainId} ${place.addressBook.contracts.arbitration}`),
    isLeaving: flags.leave,
    tell: (finding) => print(finding, flags.json),
  });
}

function print(finding: ArbiterFinding, isJson: boolean): void {
  console.log(findingLine(finding, arbiterFindingText(finding), { isJson, atMs: Date.now() }));
}
