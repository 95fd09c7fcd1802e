import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ChainEvent, type ChainReader, newAccount, openChain } from '@stannary/chain';
import { browserTest, openConsole, type ToldEvent } from './console-timeline.ts';
import { type LocalNetworkRun, startNetwork, temporaryFolder, untilStatus } from './local-network.ts';

// A poster that moves money in the third era: once a grain of a payout, once what a wrong weight brings. The watchtower, an
// account like any other, proves it in one transaction; the era is void, its bond split, and the truth is posted.

/** Longer than a loaded machine takes to look at an era. */
const ECONOMY = `extends: local
name: watched
settlement:
  challengeWindow: 15 s
`;
const LIES_IN_ERA = 2;
const SAID_OF = {
  payout: 'it pays an account another amount than it earned',
  accrual: 'pay for work in it does not follow from that work and the rules',
};
const RUN_WITHIN_MS = 720_000;
const POSTED_WITHIN_MS = 480_000;

describe('a dishonest poster', () => {
  for (const cheat of ['payout', 'accrual'] as const)
    describe(`a poster that lies of ${cheat === 'payout' ? 'a payout' : 'a weight'}`, {
      timeout: RUN_WITHIN_MS,
    }, () => {
      let folder: Awaited<ReturnType<typeof temporaryFolder>>;
      let run: LocalNetworkRun;
      let chain: ChainReader;
      let events: readonly ChainEvent[];

      before(async () => {
        folder = await temporaryFolder();
        const economy = join(folder.path, 'economy.yaml');
        writeFileSync(economy, ECONOMY);
        run = await startNetwork(join(folder.path, 'network'), ['--economy', economy, '--poster-cheat', cheat]);
        await untilStatus(
          run,
          'the third era posted anew',
          ({ eras }) => eras[LIES_IN_ERA]?.voided === 1 && eras[LIES_IN_ERA].status === 'posted',
          POSTED_WITHIN_MS,
        );
        const { rpcUrl } = await run.client.network();
        const { addressBook } = JSON.parse(readFileSync(join(run.dataDirectory, 'network.json'), 'utf8'));
        chain = await openChain({ rpcUrl, addressBook });
        const { number } = await chain.latestBlock();
        events = await chain.events(addressBook.deploymentBlock, number);
      });

      after(async () => {
        run?.child.kill('SIGINT');
        await run?.ended;
        await folder.remove();
      });

      test('is proven wrong in one transaction, by the tower', () => {
        const voids = events.filter((event) => event.kind === 'era-voided');
        assert.equal(voids.length, 1);
        const { era, challenger, ground, txHash } = voids[0]!;
        assert.equal(era, LIES_IN_ERA);
        assert.equal(ground, cheat === 'payout' ? 'payout-wrong' : 'accrual-wrong');
        assert.equal(challenger, towerAddress());
        const asked = findings().filter(({ kind }) => kind === 'leaf-asked');
        assert.deepEqual(asked, []);
        assert.equal(findings().find(({ kind }) => kind === 'era-voided')?.txHash, txHash);
      });

      test('loses its bond: half to the tower, half to be burnt', () => {
        const slashes = events.filter((event) => event.kind === 'poster-slashed');
        assert.equal(slashes.length, 1);
        const { rewardGrains, burntGrains } = slashes[0]!;
        const bonded = events.filter((event) => event.kind === 'poster-bonded');
        assert.equal(rewardGrains + burntGrains, bonded[0]!.grains);
        assert.ok(Math.abs(rewardGrains - burntGrains) <= 1);
        assert.equal(bonded.length, 2, 'and bonds anew before it posts again');
      });

      test('posts what its statements say, and the tower finds that it holds', async () => {
        const { header } = (await chain.era(LIES_IN_ERA))!;
        const posted = events.filter((event) => event.kind === 'era-posted' && event.era === LIES_IN_ERA);
        assert.equal(posted.length, 2);
        const tree = cheat === 'payout' ? 'payout' : 'accrual';
        const lie = (posted[0] as Extract<ChainEvent, { kind: 'era-posted' }>).header;
        assert.notEqual(lie[tree].root, header[tree].root);
        const bundle = await run.client.eraBundle(LIES_IN_ERA);
        assert.equal(bundle.header[tree].root, header[tree].root);
        await untilHolds();
      });

      test('is told of to whoever looks', async () => {
        const { eras } = await run.client.status();
        assert.equal(eras[LIES_IN_ERA]!.voidedTx, events.find((event) => event.kind === 'era-voided')!.txHash);
      });

      test('is seen in the console: posted, proven wrong, its bond split, posted anew', browserTest, async () => {
        await using console = await openConsole(run.consoleUrl);
        // One kind after the other: on a busy machine many eras may have come since.
        const told = async (kind: string, count = 1) => {
          await console.showKind(kind);
          const ofKind = (all: readonly ToldEvent[]) =>
            all.filter(({ event, era }) => event === kind && ['–', `${LIES_IN_ERA}`].includes(era));
          return ofKind(await console.untilTold((all) => ofKind(all).length === count));
        };
        const address = towerAddress();
        const tower = `${address.slice(0, 6)}…${address.slice(-4)}`;
        await told('Era posted', 2);
        const [voided] = await told('Era voided');
        assert.equal(voided!.telling, `Era 2 is void: ${SAID_OF[cheat]}. Proven by ${tower}.`);
        const [split] = await told('Poster slashed');
        const halves = new RegExp(
          `^The poster’s bond is split: (.+) to ${tower}, who proved it wrong, \\1 to be burnt\\.$`,
        );
        assert.match(split!.telling, halves);
        assert.deepEqual(console.errors, []);
      });

      function towerAddress(): string {
        const secrets = JSON.parse(readFileSync(join(run.dataDirectory, 'secrets.json'), 'utf8'));
        return newAccount(secrets.watchtower.privateKey).address;
      }

      function findings(): { kind: string; era: number; txHash?: string }[] {
        const lines = readFileSync(join(run.dataDirectory, 'logs/watchtower.log'), 'utf8').split('\n');
        return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
      }

      async function untilHolds(): Promise<void> {
        while (!findings().some(({ kind, era }) => kind === 'era-holds' && era === LIES_IN_ERA)) {
          await new Promise((wake) => setTimeout(wake, 200));
        }
      }
    });
});
