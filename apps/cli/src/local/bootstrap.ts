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
  attestReserve,
  buyCredits,
  type DeploymentBook,
  type DeploymentParties,
  deployNetwork,
  type EconomyToDeploy,
  fundAccounts,
  networkSettings,
  newAccount,
  openSender,
  registrationMessage,
  tokensUp,
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

/** Longest that the attestor may be away: nobody attests a local reserve after its start. */
const ATTESTATION_SECONDS_MAX = 30 * 86_400;
const PROBATION_SECONDS = 600;
/** For the fees of leaves that it asks for. */
const TOWER_TOKENS = 10;
/** Cases that the poster can pay for at once; a deposit comes back with a conviction. */
const CASES = 20;
/** Seconds that a committee is drawn within: half of them for the beacon, and a machine under load has the rest. */
const DRAW_SECONDS = 8;
const COUNCIL_SECONDS = 365 * 86_400;
/** SHA-256 of nothing: what a local attestation reports. */
const NO_REPORT = nodeHash('sha256', '');

/** What a local network is on its chain; written once everything in it is done. */
export interface LocalNetwork {
  readonly addressBook: DeploymentBook;
  readonly economyHash: string;
}

/**
 * Deploys every contract, hands out the genesis, registers and bonds every provider, has the consumer buy and deposit its
 * credits. What contracts and bonds have to hold under every version is the most that any of the policies asks.
 */
export async function bootstrap(
  folder: NetworkFolder,
  secrets: Secrets,
  given: EconomyToDeploy,
  rpcUrl: string,
): Promise<LocalNetwork> {
  const { operator, poster, insurance, consumer, watchtower, arbiters, guestArbiter, providers } = secrets;
  const parties = [operator, poster, insurance, consumer, watchtower, ...arbiters, guestArbiter, ...providers];
  await fundAccounts(rpcUrl, parties.map(addressOf));
  const [economy] = given.policies as readonly [Economy];
  const addressBook = await deploy(folder, secrets, given, rpcUrl);
  const bondGrains = Math.max(...given.policies.map(bondOf));
  await Promise.all([
    bondPoster(secrets.poster, economy, rpcUrl, addressBook),
    fundConsumer(secrets, economy, rpcUrl, addressBook),
    ...secrets.providers.map((provider) => joinNetwork(folder, provider, bondGrains, rpcUrl, addressBook)),
  ]);
  const network: LocalNetwork = { addressBook, economyHash: given.economyHash };
  await folder.write('network.json', JSON.stringify(network, null, 2));
  return network;
}

export function addressOf(party: Party): string {
  return newAccount(party.privateKey).address;
}

/** By the same plan as on any chain; the folder keeps what `stannary deploy` needs to read it back or to change it. */
async function deploy(
  folder: NetworkFolder,
  secrets: Secrets,
  given: EconomyToDeploy,
  rpcUrl: string,
): Promise<DeploymentBook> {
  const [economy] = given.policies as readonly [Economy];
  const known = await folder.readJson<DeploymentParties>('parties.json');
  const parties = known ?? (await partiesOf(folder, secrets, economy));
  await folder.write('parties.json', JSON.stringify(parties, null, 2));
  const book = await deployNetwork({
    rpcUrl,
    deployer: secrets.operator.privateKey,
    settings: networkSettings(given, parties),
    forcedInclusionSeconds: parties.forcedInclusionSeconds,
  });
  await folder.write('addresses.json', JSON.stringify({ [book.chain]: book }, null, 2));
  return book;
}

/** One household: its operator, its poster and its insurance take every seat that governs. Committees decide slashes. */
async function partiesOf(folder: NetworkFolder, secrets: Secrets, economy: Economy): Promise<DeploymentParties> {
  const [operator, poster, insurance] = [secrets.operator, secrets.poster, secrets.insurance].map(addressOf) as [
    string,
    string,
    string,
  ];
  const now = Math.ceil(Date.now() / 1_000);
  const household = [
    { name: 'operator', holder: operator },
    { name: 'poster', holder: poster },
    { name: 'insurance', holder: insurance },
  ];
  const { mode, guardian } = economy.governance;
  const more = secrets.providers.map((party) => ({ name: party.name, holder: addressOf(party) }));
  const seated = (endsAt: number | null) => (one: { name: string; holder: string }) => ({ ...one, endsAt });
  const receiptKey = await openKey(receiptKeyFile(folder));
  return {
    chain: 'eip155:31337',
    forcedInclusionSeconds: 0,
    genesisAt: economy.genesis.atMs === null ? now : null,
    genesis: genesisOf(economy, secrets),
    poster,
    receiptKey: toHex(spkiOf(receiptKey)),
    beaconTip: hashChain(fromHex(secrets.beaconSeed), BEACON_EPOCHS, (bytes) => nodeHash('sha256', bytes, 'buffer'))
      .tip,
    insurance,
    arbiter: null,
    canaryKeeper: operator,
    guardian: [...household, ...more].slice(0, guardian.seats).map(seated(null)),
    council: mode === 'token' ? null : household.map(seated(mode === 'committee' ? now + COUNCIL_SECONDS : null)),
    reserve: { asset: null, attestor: operator, attestationSecondsMax: ATTESTATION_SECONDS_MAX },
    figures: { attestors: [operator, poster, insurance], quorum: 2, ageSecondsMax: ATTESTATION_SECONDS_MAX },
    probationSeconds: PROBATION_SECONDS,
    arbitration: { drawSeconds: DRAW_SECONDS, entropyDelayBlocks: 2 },
    curve: null,
  };
}

/**
 * The economy's genesis among the local parties: what is for providers in equal parts, everything else to the treasury,
 * which advances the poster its bond twice, once more for when it is proven wrong, and what cases cost, the arbiters their
 * bonds, and the watchtower what asking for leaves costs.
 */
function genesisOf(economy: Economy, secrets: Secrets): { account: string; grains: number }[] {
  const forProviders = economy.genesis.allocations.filter(({ holder }) => holder === 'providers').reduce(sumOf, 0);
  const all = economy.genesis.allocations.reduce(sumOf, 0);
  const { posterBondGrains } = economy.settlement;
  const arbiters = [...secrets.arbiters, secrets.guestArbiter];
  const arbiterGrains = Number(tokensUp(economy, economy.committee.arbiterBondGrains));
  // A deposit, and as much in fees.
  const forPoster = 2 * posterBondGrains + CASES * 2 * Number(tokensUp(economy, economy.challenges.depositGrainsMin));
  const forTower = TOWER_TOKENS * economy.grainsPerUnit;
  const shares = cumulativeSplit(
    forProviders,
    secrets.providers.map(() => 1),
  );
  return [
    {
      account: 'treasury',
      grains: all - forProviders - forPoster - forTower - arbiterGrains * arbiters.length,
    },
    { account: addressOf(secrets.poster), grains: forPoster },
    { account: addressOf(secrets.watchtower), grains: forTower },
    ...arbiters.map((arbiter) => ({ account: addressOf(arbiter), grains: arbiterGrains })),
    ...secrets.providers.map((provider, index) => ({ account: addressOf(provider), grains: shares[index]! })),
  ];
}

function sumOf(sum: number, { tokensGrains }: { readonly tokensGrains: number }): number {
  return sum + tokensGrains;
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

/** The consumer pays in the local asset: its credits are issued by the reserve, to the same rule as anybody's. */
async function fundConsumer(
  secrets: Secrets,
  economy: Economy,
  rpcUrl: string,
  addressBook: DeploymentBook,
): Promise<void> {
  const reserve = addressBook.contracts.reserve!;
  await attestReserve({ rpcUrl, privateKey: secrets.operator.privateKey, reserve }, NO_REPORT);
  const { privateKey } = secrets.consumer;
  await buyCredits({ rpcUrl, privateKey, reserve }, CONSUMER_CREDITS * economy.grainsPerUnit);
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
