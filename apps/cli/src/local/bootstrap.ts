import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  hash as nodeHash,
  sign as nodeSign,
} from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type AddressBook,
  deployContracts,
  fundAccounts,
  newAccount,
  openSender,
  registrationMessage,
} from '@stannary/chain';
import { BondDesk, cumulativeSplit, type Economy, type Grains } from '@stannary/kernel';
import { fromHex, hashChain, sha256, toHex } from '@stannary/wire';
import type { NetworkFolder, Party, Secrets } from './folder.ts';

/** Credits that the local consumer begins with, in units. */
const CONSUMER_CREDITS = 50_000;
/** Attested capacity of a local provider, in thousandths of an NCU. */
const PROVIDER_MILLI_NCU = 1_000;
const EVIDENCE_SOFTWARE_KEY = 1;
/** Epochs that the poster's hash chain lasts for. */
export const BEACON_EPOCHS = 1_000_000;

/** What a local network is on its chain; written once everything in it is done. */
export interface LocalNetwork {
  readonly addressBook: AddressBook;
  readonly economyHash: string;
}

/**
 * Deploys the contracts, hands out the genesis, registers and bonds every provider, funds the consumer's deposit. What
 * contracts and bonds have to hold under every version is the most that any of `policies` asks.
 */
export async function bootstrap(
  folder: NetworkFolder,
  secrets: Secrets,
  policies: readonly Economy[],
  economyHash: string,
  rpcUrl: string,
): Promise<LocalNetwork> {
  const parties = [secrets.operator, secrets.poster, secrets.insurance, secrets.consumer, ...secrets.providers];
  await fundAccounts(rpcUrl, parties.map(addressOf));
  const [economy] = policies as readonly [Economy];
  const addressBook = await deploy(folder, secrets, policies, rpcUrl);
  const bondGrains = Math.max(...policies.map(bondOf));
  await Promise.all([
    bondPoster(secrets.poster, economy, rpcUrl, addressBook),
    fundConsumer(secrets, economy, rpcUrl, addressBook),
    ...secrets.providers.map((provider) => joinNetwork(folder, provider, bondGrains, rpcUrl, addressBook)),
  ]);
  const network: LocalNetwork = { addressBook, economyHash };
  await folder.write('network.json', JSON.stringify(network, null, 2));
  return network;
}

export function addressOf(party: Party): string {
  return newAccount(party.privateKey).address;
}

async function deploy(
  folder: NetworkFolder,
  secrets: Secrets,
  policies: readonly Economy[],
  rpcUrl: string,
): Promise<AddressBook> {
  const [economy] = policies as readonly [Economy];
  const { settlement, slash, cadence } = economy;
  const receiptKey = await openKey(receiptKeyFile(folder));
  const genesis = genesisOf(economy, secrets);
  return deployContracts({
    rpcUrl,
    deployer: secrets.operator.privateKey,
    settings: {
      tokenCapGrains: BigInt(economy.supply.limits.capGrains) / BigInt(economy.supply.unitsPerGrain),
      eraMintGrainsMax: policies.map(eraMintMax).reduce((most, one) => (one > most ? one : most)),
      genesis,
      creditIssuer: addressOf(secrets.operator),
      poster: addressOf(secrets.poster),
      arbiter: addressOf(secrets.poster),
      insurance: addressOf(secrets.insurance),
      treasury: addressOf(secrets.operator),
      receiptKey: toHex(spkiOf(receiptKey)),
      beaconTip: hashChain(fromHex(secrets.beaconSeed), BEACON_EPOCHS, (bytes) => nodeHash('sha256', bytes, 'buffer'))
        .tip,
      idFeeGrains: 0,
      posterBondGrains: settlement.posterBondGrains,
      challengeWindowSeconds: settlement.challengeWindowSeconds,
      holdbackEras: cadence.holdbackEras,
      epochsPerEra: cadence.epochsPerEra,
      lateEpochs: cadence.lateEpochs,
      answerSeconds: Math.ceil(settlement.challengeWindowSeconds / 2),
      askFeeGrains: economy.grainsPerUnit,
      appealSeconds: settlement.appealSeconds,
      activationSeconds: settlement.activationSeconds,
      unbondingSeconds: settlement.unbondingSeconds,
      slashSplitPpm: { challenger: slash.challengerPpm, insurance: slash.insurancePpm, burn: slash.burnPpm },
    },
  });
}

/**
 * The economy's genesis among the local parties: what is for providers in equal parts, everything else to the operator,
 * who advances the poster its bond.
 */
function genesisOf(economy: Economy, secrets: Secrets): { account: string; grains: number }[] {
  const forProviders = economy.genesis.allocations.filter(({ holder }) => holder === 'providers').reduce(sumOf, 0);
  const all = economy.genesis.allocations.reduce(sumOf, 0);
  const { posterBondGrains } = economy.settlement;
  const shares = cumulativeSplit(
    forProviders,
    secrets.providers.map(() => 1),
  );
  return [
    { account: addressOf(secrets.operator), grains: all - forProviders - posterBondGrains },
    { account: addressOf(secrets.poster), grains: posterBondGrains },
    ...secrets.providers.map((provider, index) => ({ account: addressOf(provider), grains: shares[index]! })),
  ];
}

function sumOf(sum: number, { tokensGrains }: { readonly tokensGrains: number }): number {
  return sum + tokensGrains;
}

/** The contract's own limit of what one era mints: the economy's ceiling on the whole supply, or the cap. */
function eraMintMax({ supply: { limits, unitsPerGrain } }: Economy): bigint {
  const cap = BigInt(limits.capGrains);
  const ceiling =
    limits.ceiling === null
      ? cap
      : BigInt(limits.ceiling.grains) + (cap * BigInt(limits.ceiling.supplyPpm)) / 1_000_000n;
  return ceiling / BigInt(unitsPerGrain);
}

/** The bond a local provider puts up: half above what its class asks of it at the first price. */
function bondOf(economy: Economy): number {
  const first = { spotMicrograins: economy.oracle.priceMicrograins, lowMicrograins: economy.oracle.priceMicrograins };
  const desk = new BondDesk(economy, economy.price.initialMicrograinsPerNcuS, first);
  const { name } = economy.classes[0]!;
  const required = desk.required({ className: name, milliNcu: PROVIDER_MILLI_NCU, bondGrains: 0 as Grains });
  return Math.floor(required * 1.5);
}

async function bondPoster(poster: Party, economy: Economy, rpcUrl: string, addressBook: AddressBook): Promise<void> {
  const sender = openSender({ rpcUrl, privateKey: poster.privateKey, addressBook });
  await sender.depositPosterBond(economy.settlement.posterBondGrains);
}

async function fundConsumer(
  secrets: Secrets,
  economy: Economy,
  rpcUrl: string,
  addressBook: AddressBook,
): Promise<void> {
  const issuer = openSender({ rpcUrl, privateKey: secrets.operator.privateKey, addressBook });
  await issuer.mintCredits(addressOf(secrets.consumer), CONSUMER_CREDITS * economy.grainsPerUnit);
  await depositCredits(secrets.consumer, rpcUrl, addressBook);
}

/** Deposits all that a consumer holds: at the first start its genesis, later what it took out when it left. */
export async function depositCredits(consumer: Party, rpcUrl: string, addressBook: AddressBook): Promise<void> {
  const sender = openSender({ rpcUrl, privateKey: consumer.privateKey, addressBook });
  const grains = Number(await sender.creditBalance());
  if (grains > 0) await sender.depositCredits(addressOf(consumer), grains);
}

/** What an operator does once per node: proves that it holds the device key, registers it, bonds it. */
async function joinNetwork(
  folder: NetworkFolder,
  provider: Party,
  bondGrains: number,
  rpcUrl: string,
  addressBook: AddressBook,
): Promise<void> {
  const key = await openKey(deviceKeyFile(folder, provider));
  const spki = spkiOf(key);
  const message = registrationMessage({ addressBook, operator: addressOf(provider) });
  const proof = nodeSign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  const sender = openSender({ rpcUrl, privateKey: provider.privateKey, addressBook });
  const node = {
    spki: toHex(spki),
    className: 'grid',
    evidenceLevel: EVIDENCE_SOFTWARE_KEY,
    milliNcu: PROVIDER_MILLI_NCU,
  };
  await sender.registerNode({ ...node, proof: new Uint8Array(proof) });
  await sender.depositBond(toHex(sha256(spki)), bondGrains);
}

export function receiptKeyFile(folder: NetworkFolder): string {
  return folder.at('receipt-key.pem');
}

export function deviceKeyFile(folder: NetworkFolder, provider: Party): string {
  return folder.at(provider.directory, 'device-key.pem');
}

/** A P-256 private key in a file of mode 0600, made when it is not there. */
async function openKey(path: string): Promise<KeyObject> {
  const pem = await readFile(path, 'utf8').catch(() => null);
  if (pem !== null) return createPrivateKey(pem);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return privateKey;
}

function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
}
