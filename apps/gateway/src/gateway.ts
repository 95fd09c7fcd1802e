import { createPrivateKey, createPublicKey, hash as nodeHash, sign as nodeSign, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LEDGER_MIGRATIONS, migrate, openDatabase } from '@stannary/billing/postgres';
import {
  type ArbitrationAccess,
  ArbitrationReader,
  committeesDecide,
  openArbitrationSender,
  openChain,
  openSender,
} from '@stannary/chain';
import { type LoadedEconomy, loadEconomy } from '@stannary/economies';
import { costTableHash, TASK_MODULES } from '@stannary/execution';
import { fromHex, type Hash, hashChain, normaliseLowS, type Sign, toHex } from '@stannary/wire';
import { Audits } from './audits.ts';
import { Blobs } from './blobs.ts';
import { ChainFollower } from './chain-follower.ts';
import { Charges } from './charges.ts';
import { GatewayRefusal } from './client/refusal.ts';
import { Conductor } from './conductor.ts';
import type { GatewayConfig } from './config.ts';
import type { Court, Database, GatewayContext, Log, Tables } from './context.ts';
import { Devices } from './devices.ts';
import { Epochs } from './epochs.ts';
import { Eras } from './eras.ts';
import { Faults } from './faults.ts';
import { buildServer } from './http.ts';
import { Intake } from './intake.ts';
import { Metrics } from './metrics.ts';
import { NetworkClock } from './network-clock.ts';
import { Policies } from './policies.ts';
import { keepPolicies } from './policy-record.ts';
import { asStated, loadPosterPlugin } from './poster-plugin.ts';
import { type NetworkFacts, Records } from './records.ts';
import { Signals } from './signals.ts';
import { Slashes } from './slashes.ts';
import { gatewayMigrations } from './tables.ts';
import { Tasks } from './tasks.ts';
import { Work } from './work.ts';

export interface Gateway {
  readonly url: string;
  /** Ends the duties, answers what is under way, closes the database. */
  stop(): Promise<void>;
}

const TICK_MS = 150;
const CHAIN_TICK_MS = 500;
const BEAT_MS = 1_000;

const sha256: Hash = (bytes) => nodeHash('sha256', bytes, 'buffer');

/**
 * Starts a gateway: database, chain, duties, HTTP.
 * Errors: those of the economy loader, the database and the chain; GATEWAY-PORT when the port is taken;
 * GATEWAY-PLUGIN.
 */
export async function startGateway(config: GatewayConfig, log: Log): Promise<Gateway> {
  const loaded = await loadEconomy(config.economy);
  const database = await openDatabase<Tables>({ dataDirectory: join(config.dataDirectory, 'database') });
  try {
    await migrate(database.db, { ...LEDGER_MIGRATIONS, ...gatewayMigrations });
    const gateway = await assemble(config, loaded, database.db, log);
    return { url: gateway.url, stop: () => gateway.stop().finally(() => database.close()) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function assemble(
  config: GatewayConfig,
  { policies: chain, economy }: LoadedEconomy,
  db: Database,
  log: Log,
): Promise<Gateway> {
  const metrics = new Metrics();
  const signals = new Signals();
  const poster = await readPoster(config);
  // After the poster's long hash chain: a network whose gateway is still at it would begin without one.
  const clock = await NetworkClock.open(db, economy.cadence, Date.now(), config);
  const { chain: home, contracts } = config.addressBook;
  const policies = new Policies(chain, { chain: home, settlement: contracts.settlement });
  await keepPolicies(db, policies.answers, clock.read(), Date.now());
  const context = await makeContext(config, { policies, db, log, metrics, signals, clock, poster });
  const modules = await storeModules(context.blobs);

  const devices = new Devices(context);
  const work = new Work(context, devices);
  const faults = new Faults(context, devices);
  const audits = new Audits(context, devices, faults);
  const epochs = new Epochs(context, { devices, work, audits, faults });
  const network = networkFacts(config, poster.receiptSpki, modules);
  const records = new Records(context, epochs, network);
  const intake = new Intake(context, devices, faults, () => epochs.state);
  const eras = new Eras(context);
  const slashes = new Slashes(context);
  const charges = context.court === null ? null : new Charges(context, context.court);
  const follower = new ChainFollower(context, devices, config);
  const sellsWork = () => config.workEras === null || epochs.current < config.workEras * economy.cadence.epochsPerEra;
  const tasks = new Tasks(context, Object.values(modules), sellsWork);

  await devices.load();
  await epochs.load();
  await follower.run();
  const accountOfKey = new Map(config.consumers.map(({ keyHash, account }) => [keyHash, account]));
  const server = await buildServer({
    blobs: context.blobs,
    intake,
    metrics,
    records,
    tasks,
    work,
    accountOfKey,
    requestsPerSecondMax: config.requestsPerSecondMax,
    log,
  });
  const url = await listen(server, config);
  const conductor = new Conductor(log);
  conductor.start([
    { name: 'open epoch', everyMs: TICK_MS, run: () => epochs.openCurrent().then(() => false) },
    { name: 'close epoch', everyMs: TICK_MS, run: () => epochs.closeNext() },
    { name: 'judge audits', everyMs: TICK_MS * 2, run: () => audits.judge() },
    { name: 'post eras', everyMs: CHAIN_TICK_MS, run: () => eras.run() },
    { name: 'slash', everyMs: CHAIN_TICK_MS, run: () => slashes.run() },
    ...(charges === null ? [] : [{ name: 'charge', everyMs: CHAIN_TICK_MS, run: () => charges.run() }]),
    { name: 'follow chain', everyMs: CHAIN_TICK_MS, run: () => follower.run() },
    { name: 'beat', everyMs: BEAT_MS, run: () => clock.beat(Date.now()).then(() => false) },
  ]);
  log('info', 'gateway listens', { url, policies: policies.answers });
  return {
    url,
    stop: async () => {
      signals.close();
      await server.close();
      await conductor.stop();
    },
  };
}

interface Poster {
  readonly privateKey: string;
  readonly sign: Sign;
  readonly receiptSpki: string;
  readonly beaconPreimage: (epoch: number) => Uint8Array;
}

async function readPoster(config: GatewayConfig): Promise<Poster> {
  const receiptKey = createPrivateKey(await readFile(config.receiptKeyFile));
  const seed = fromHex((await readFile(config.beaconSeedFile, 'utf8')).trim(), 32, 'beacon seed');
  const key = { key: receiptKey, dsaEncoding: 'ieee-p1363' } as const;
  return {
    privateKey: (await readFile(config.posterKeyFile, 'utf8')).trim(),
    sign: (message) => normaliseLowS(nodeSign('sha256', message, key)),
    receiptSpki: toHex(createPublicKey(receiptKey).export({ type: 'spki', format: 'der' })),
    beaconPreimage: hashChain(seed, config.beaconEpochs, sha256).preimage,
  };
}

interface ContextParts {
  readonly policies: Policies;
  readonly db: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly signals: Signals;
  readonly clock: NetworkClock;
  readonly poster: Poster;
}

async function makeContext(config: GatewayConfig, parts: ContextParts): Promise<GatewayContext> {
  const { addressBook, rpcUrl } = config;
  const place = { rpcUrl, addressBook };
  const { policies, metrics, signals, clock, poster } = parts;
  const journalFile = join(config.dataDirectory, 'poster-sends.json');
  return {
    db: parts.db,
    blobs: new Blobs(join(config.dataDirectory, 'blobs')),
    chain: await openChain(place),
    sender: openSender({ ...place, privateKey: poster.privateKey, journalFile }),
    court: await openCourt({ ...place, privateKey: poster.privateKey, journalFile }),
    policies,
    policyAt: (epoch) => policies.at(epoch),
    chainId: addressBook.chain,
    settlement: addressBook.contracts.settlement,
    costTableHash,
    accounts: config.accounts,
    workEras: config.workEras,
    nowMs: Date.now,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    clock: clock.read,
    sign: poster.sign,
    hash: sha256,
    beaconPreimage: poster.beaconPreimage,
    shapeEra: config.plugin === undefined ? asStated : await loadPosterPlugin(config.plugin),
    log: parts.log,
    count: (counter, label, by) => metrics.count(counter, label, by),
    signal: signals.signal,
    waitFor: signals.waitFor,
  };
}

async function openCourt(access: ArbitrationAccess): Promise<Court | null> {
  if (!(await committeesDecide(access))) return null;
  return { reader: new ArbitrationReader(access), sender: openArbitrationSender(access) };
}

/** Task modules are blobs like any other: a provider fetches them by hash. */
async function storeModules(blobs: Blobs): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [name, { url, hash }] of Object.entries(TASK_MODULES)) {
    hashes[name] = await blobs.put(await readFile(url));
    if (hashes[name] !== hash) throw new Error(`task module ${name}: expected ${hash}, got ${hashes[name]}`);
  }
  return hashes;
}

function networkFacts(config: GatewayConfig, posterKey: string, modules: Record<string, string>): NetworkFacts {
  const { chain, contracts } = config.addressBook;
  return {
    name: config.name,
    chain,
    rpcUrl: config.rpcUrl,
    contracts,
    posterKey,
    modules,
    fuelCostTable: costTableHash,
  };
}

async function listen(server: Awaited<ReturnType<typeof buildServer>>, config: GatewayConfig): Promise<string> {
  try {
    return await server.listen({ host: config.host, port: config.port });
  } catch (cause) {
    const where = `${config.host}:${config.port}`;
    const message = `${where}: expected a free port, got ${(cause as NodeJS.ErrnoException).code}; stop what listens there or choose another port`;
    throw new GatewayRefusal({ code: 'GATEWAY-PORT', message, where }, 503, 'retry', { cause });
  }
}
