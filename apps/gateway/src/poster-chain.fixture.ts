import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AddressBook,
  type ChainAccount,
  type ChainSender,
  deployContracts,
  EraTree,
  fundAccounts,
  newAccount,
  openSender,
  startLocalChain,
} from '@stannary/chain';
import { fromHex, toHex } from '@stannary/wire';

// A real chain with the real contracts, a bonded poster, and credits to pay out.

export const NO_HASH = '0'.repeat(64);
export const BOND_GRAINS = 10;
export const WINDOW_SECONDS = 3_600;
const INSURANCE = `0x${'1a'.repeat(20)}`;

export interface PosterChain {
  readonly rpcUrl: string;
  readonly addressBook: AddressBook;
  /** Has paid the credits in. */
  readonly owner: ChainAccount;
  readonly poster: ChainAccount;
  readonly challenger: ChainAccount;
  /** For what tests keep beside the chain; gone with it. */
  readonly folder: string;
  readonly as: (account: ChainAccount) => ChainSender;
  readonly rpc: (method: string, params?: readonly unknown[]) => Promise<unknown>;
  /** As many blocks as make all before them final. */
  readonly finalise: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startPosterChain(): Promise<PosterChain> {
  const folder = await mkdtemp(join(tmpdir(), 'stannary-poster-'));
  const chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
  const { rpcUrl } = chain;
  const people = { owner: newAccount(), poster: newAccount(), challenger: newAccount() };
  const addressBook = await deploy(rpcUrl, people);
  const as = ({ privateKey }: ChainAccount) => openSender({ rpcUrl, privateKey, addressBook });
  const { owner, poster } = people;
  await as(owner).mintCredits(owner.address, 100);
  await as(owner).depositCredits(owner.address, 100);
  await as(poster).depositPosterBond(BOND_GRAINS);
  const rpc = (method: string, params: readonly unknown[] = []) => ask(rpcUrl, method, params);
  return {
    rpcUrl,
    addressBook,
    ...people,
    folder,
    as,
    rpc,
    finalise: async () => void (await rpc('anvil_mine', ['0x4'])),
    stop: async () => {
      await chain.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** A payout tree of one account: 20 bytes of it, 16 of credits, 16 of tokens. */
export function owedTree(account: string, creditsGrains: number): EraTree {
  const credits = creditsGrains.toString(16).padStart(32, '0');
  return new EraTree([fromHex(`${account.slice(2)}${credits}${'0'.repeat(32)}`)]);
}

type People = Pick<PosterChain, 'owner' | 'poster' | 'challenger'>;

async function deploy(rpcUrl: string, { owner, poster, challenger }: People): Promise<AddressBook> {
  await fundAccounts(
    rpcUrl,
    [owner, poster, challenger].map(({ address }) => address),
  );
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return deployContracts({
    rpcUrl,
    deployer: owner.privateKey,
    settings: {
      tokenCapGrains: 10n ** 15n,
      eraMintGrainsMax: 10n ** 12n,
      genesis: [{ account: poster.address, grains: 1_000 }],
      creditIssuer: owner.address,
      poster: poster.address,
      arbiter: poster.address,
      insurance: INSURANCE,
      treasury: INSURANCE,
      receiptKey: toHex(publicKey.export({ type: 'spki', format: 'der' })),
      beaconTip: 'ab'.repeat(32),
      idFeeGrains: 0,
      posterBondGrains: BOND_GRAINS,
      challengeWindowSeconds: WINDOW_SECONDS,
      holdbackEras: 1,
      epochsPerEra: 1,
      lateEpochs: 1,
      answerSeconds: 0,
      askFeeGrains: 0,
      appealSeconds: 3,
      activationSeconds: 0,
      unbondingSeconds: 60,
      slashSplitPpm: { challenger: 500_000, insurance: 300_000, burn: 200_000 },
    },
  });
}

async function ask(rpcUrl: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await response.json()) as { result: unknown }).result;
}
