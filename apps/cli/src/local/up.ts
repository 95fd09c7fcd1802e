import { hash as nodeHash } from 'node:crypto';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { type EconomyToDeploy, startLocalChain } from '@stannary/chain';
import { fieldLimits, loadEconomy } from '@stannary/economies';
import { GatewayClient, type StatusAnswer } from '@stannary/gateway/client';
import type { Economy } from '@stannary/kernel';
import { CliRefusal } from '../refusal.ts';
import { COPIES_FOLDER } from '../watch/voucher-folder.ts';
import {
  addressOf,
  BEACON_EPOCHS,
  bootstrap,
  depositCredits,
  deviceKeyFile,
  type LocalNetwork,
  receiptKeyFile,
} from './bootstrap.ts';
import { Claims } from './claims.ts';
import type { ConsumerCounts } from './consumer.ts';
import { openTrace, type TracePart } from './demand.ts';
import { NetworkFolder, type Secrets } from './folder.ts';
import { PayerExit } from './payer-exit.ts';
import type { PosterCheat } from './poster-cheat.ts';
import { Processes } from './processes.ts';
import { type Summary, summarise } from './summary.ts';
import { pause, refuseHanging, untilReady } from './waiting.ts';

export interface UpOptions {
  readonly dataDirectory: string;
  readonly fresh: boolean;
  /** Work is sold in this many eras, then the network drains and ends; null: until stopped. */
  readonly eras: number | null;
  readonly consolePort: number;
  readonly gatewayPort: number;
  readonly chainPort: number;
  readonly trace: TracePart | null;
  /** Economy file or name of a shipped one. */
  readonly economy: string;
  readonly posterCheat: PosterCheat | null;
  /** A payer leaves its channel with a voucher outstanding. */
  readonly payerExit: boolean;
  readonly print: (line: string) => void;
  readonly stop: AbortSignal;
}

/** A sign of hanging, not a goal: a laptop under load starts ten times slower than an idle one. */
const HEALTHY_WITHIN_MS = 180_000;
/** Where payees hand vouchers over to the network's tower. */
const VOUCHERS = 'vouchers';
/** As many arbiters look every second; more of them look as much less often. */
const SMALL_COMMITTEE = 3;
const POLL_MS = 250;
const REQUESTS_PER_SECOND_MAX = 5_000;

/**
 * Runs a whole local network: chain, contracts, gateway, eight providers of whom three cheat, a consumer, the console.
 * Ends when `stop` is aborted (null), or after the eras asked for and their drain (their summary).
 */
export async function up(options: UpOptions): Promise<Summary | null> {
  const startedMs = performance.now();
  const path = resolve(options.dataDirectory);
  // The consumer reads it; here it is only refused before anything is started for nothing.
  if (options.trace !== null) await openTrace(options.trace);
  if (options.fresh) await rm(path, { recursive: true, force: true });
  const folder = await NetworkFolder.open(path);
  try {
    const ports = {
      console: await freePort(options.consolePort, '--port'),
      gateway: await freePort(options.gatewayPort, '--gateway-port'),
      chain: await freePort(options.chainPort, '--chain-port'),
    };
    const { economy, economyHash, policies, overridden } = await loadEconomy(options.economy);
    const sections = Map.groupBy(overridden, (path) => path.split('.')[0]!);
    const counts = [...sections].map(([section, { length }]) => `${section} ${length}`).join(', ');
    options.print(`economy ${economy.name}, overrides ${overridden.length} fields of the reference: ${counts}`);
    for (const policy of policies) {
      const { version, fromEpoch } = policy;
      options.print(`policy   version ${version} from epoch ${fromEpoch}, ${policy.economyHash.slice(0, 12)}…`);
    }
    const secrets = await folder.secrets(economy.committee.seats);
    const chain = await startLocalChain({ stateFile: folder.at('chain.json'), port: ports.chain });
    const network = new LocalRun({
      options,
      folder,
      secrets,
      economy,
      toDeploy: {
        policies: policies.map((policy) => policy.economy),
        fields: fieldLimits(policies[0]),
        economyHash,
        gateReportHash: null,
      },
      ports,
      rpcUrl: chain.rpcUrl,
      startedMs,
    });
    try {
      return await network.run();
    } finally {
      await network.end();
      await chain.stop();
    }
  } finally {
    await folder.close();
  }
}

interface RunParts {
  readonly options: UpOptions;
  readonly folder: NetworkFolder;
  readonly secrets: Secrets;
  readonly economy: Economy;
  readonly toDeploy: EconomyToDeploy;
  readonly ports: { readonly console: number; readonly gateway: number };
  readonly rpcUrl: string;
  readonly startedMs: number;
}

class LocalRun {
  readonly #parts: RunParts;
  readonly #processes: Processes;
  readonly #client: GatewayClient;
  readonly #gatewayUrl: string;
  readonly #cgroups = new Set<string>();
  /** How often each era was proven wrong, as far as it was said. */
  readonly #voided = new Map<number, number>();
  #failed: CliRefusal | null = null;
  #consumer: ConsumerCounts & { readonly finished: boolean } = { submitted: 0, verified: 0, wrong: 0, finished: false };

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#gatewayUrl = `http://127.0.0.1:${parts.ports.gateway}`;
    this.#client = new GatewayClient({ baseUrl: this.#gatewayUrl });
    this.#processes = new Processes((program, status) => {
      const got = `exit status ${status}, again and again`;
      this.#failed = new CliRefusal('PROGRAM-FAILED', 'give-up', {
        where: program.name,
        expected: 'a program that stays up',
        got,
        remedy: `see ${program.logFile}`,
      });
    });
  }

  async run(): Promise<Summary | null> {
    const { options, folder, secrets, economy, toDeploy, ports, rpcUrl, startedMs } = this.#parts;
    const network = await this.#network();
    // Of the seats, for `stannary deploy` too, and of an arbiter to be.
    for (const { name, privateKey } of [secrets.operator, secrets.poster, secrets.insurance, secrets.guestArbiter])
      await folder.write(`${name}.key`, privateKey, 0o600);
    await this.#startGateway(network);
    this.#startProviders();
    await this.#startConsumer();
    await this.#startConsole();
    await this.#startTower();
    await this.#startArbiters();
    const healthySeconds = Math.round((performance.now() - startedMs) / 100) / 10;
    options.print(`console  http://127.0.0.1:${ports.console}   (healthy after ${healthySeconds} s)`);
    options.print(`gateway  ${this.#gatewayUrl}   chain  ${rpcUrl}   data  ${folder.path}`);
    const payees = [secrets.insurance, secrets.consumer, ...secrets.providers].map((party) => ({
      account: addressOf(party),
      privateKey: party.privateKey,
    }));
    const treasury = { account: network.addressBook.contracts.treasury!, privateKey: secrets.operator.privateKey };
    const claims = new Claims({
      client: this.#client,
      rpcUrl,
      addressBook: network.addressBook,
      payees: [...payees, treasury],
      anyoneKey: secrets.operator.privateKey,
    });
    const payerExit = options.payerExit ? await this.#plantPayerExit(network) : null;
    await this.#watch(claims, payerExit);
    if (options.eras === null || options.stop.aborted) return null;
    return summarise({
      client: this.#client,
      claims,
      secrets,
      economy,
      economyHash: toDeploy.economyHash,
      eras: options.eras,
      healthySeconds,
      consumer: this.#consumer,
      payerExit: payerExit?.outcome ?? null,
    });
  }

  async end(): Promise<void> {
    await this.#processes.stop(this.#processes.names);
    // Empty now: a control group goes away only when somebody removes it.
    await Promise.all([...this.#cgroups].map((cgroup) => rmdir(cgroup).catch(() => undefined)));
  }

  /** The chain's side of the network: made at the first start, checked at every later one. */
  async #network(): Promise<LocalNetwork> {
    const { folder, secrets, toDeploy, rpcUrl } = this.#parts;
    const { economyHash } = toDeploy;
    const known = await folder.readJson<LocalNetwork>('network.json');
    if (known === null) return bootstrap(folder, secrets, toDeploy, rpcUrl);
    if (known.economyHash !== economyHash) {
      throw new CliRefusal('ECONOMY-CHANGED', 'input', {
        where: folder.path,
        // Later versions may be added; the first one's hash names the economy. The gateway refuses what reaches backwards.
        expected: `the economy it was started with (${known.economyHash.slice(0, 12)}…)`,
        got: `${economyHash.slice(0, 12)}…`,
        remedy: 'start afresh with --fresh, or choose another folder with --data',
      });
    }
    await depositCredits(secrets.consumer, rpcUrl, known.addressBook);
    return known;
  }

  async #startGateway(network: LocalNetwork): Promise<void> {
    const { options, folder, secrets, ports, rpcUrl } = this.#parts;
    const { posterCheat } = options;
    await folder.write('beacon.seed', secrets.beaconSeed, 0o600);
    const config = {
      name: 'local',
      dataDirectory: folder.path,
      host: '127.0.0.1',
      port: ports.gateway,
      economy: options.economy,
      rpcUrl,
      addressBook: network.addressBook,
      posterKeyFile: folder.at('poster.key'),
      receiptKeyFile: receiptKeyFile(folder),
      beaconSeedFile: folder.at('beacon.seed'),
      beaconEpochs: BEACON_EPOCHS,
      accounts: { insurance: addressOf(secrets.insurance), treasury: network.addressBook.contracts.treasury },
      consumers: [{ keyHash: nodeHash('sha256', secrets.consumerApiKey), account: addressOf(secrets.consumer) }],
      workEras: options.eras,
      mayPause: true,
      beginInMs: 2_500,
      requestsPerSecondMax: REQUESTS_PER_SECOND_MAX,
      ...(posterCheat === null
        ? {}
        : { plugin: { path: join(import.meta.dirname, 'poster-cheat.ts'), option: posterCheat } }),
    };
    await folder.write('gateway.json', JSON.stringify(config, null, 2), 0o600);
    this.#start('gateway', '@stannary/gateway/program', ['--config', folder.at('gateway.json')]);
    await this.#until('the gateway', async () => {
      await this.#client.network();
      return true;
    });
  }

  #startProviders(): void {
    const { folder, secrets } = this.#parts;
    for (const provider of secrets.providers) {
      const args = [
        '--gateway',
        this.#gatewayUrl,
        '--data',
        folder.at(provider.directory),
        '--key',
        deviceKeyFile(folder, provider),
        '--class',
        'grid',
        '--capacity-ncu-ms',
        '800',
        '--cgroup',
        `stannary-${nodeHash('sha256', folder.path).slice(0, 8)}-${provider.name}`,
      ];
      if (provider.behaviour !== 'honest')
        args.push('--plugin', join(import.meta.dirname, 'cheats.ts'), '--plugin-option', provider.behaviour);
      this.#start(provider.name, '@stannary/meter/program', args, (message) => {
        const { cgroup } = message as { cgroup: string | false };
        if (cgroup !== false) this.#cgroups.add(cgroup);
      });
    }
  }

  async #startConsumer(): Promise<void> {
    const { options, folder, secrets } = this.#parts;
    const config = {
      gatewayUrl: this.#gatewayUrl,
      apiKey: secrets.consumerApiKey,
      corpus: corpusDirectory(),
      workEras: options.eras,
      trace: options.trace,
      progressFile: folder.at('consumer.json'),
    };
    await folder.write('consumer-config.json', JSON.stringify(config, null, 2), 0o600);
    this.#start('consumer', '@stannary/cli/consumer', ['--config', folder.at('consumer-config.json')], (message) => {
      this.#consumer = message as ConsumerCounts & { finished: boolean };
    });
  }

  /** Run by nobody special: an account with some money for gas and fees. */
  async #startTower(): Promise<void> {
    const { folder, secrets, rpcUrl } = this.#parts;
    await folder.write('watchtower.key', secrets.watchtower.privateKey, 0o600);
    const place = ['--gateway', this.#gatewayUrl, '--rpc', rpcUrl, '--book', folder.at('addresses.json')];
    const own = ['--key', folder.at('watchtower.key'), '--data', folder.at(secrets.watchtower.directory)];
    await mkdir(folder.at(VOUCHERS), { recursive: true });
    const watched = ['--vouchers', folder.at(VOUCHERS), '--every', '1', '--json'];
    this.#start('watchtower', '@stannary/cli', ['watch', ...place, ...own, ...watched]);
  }

  #plantPayerExit({ addressBook }: LocalNetwork): Promise<PayerExit> {
    const { options, folder, secrets, economy, rpcUrl } = this.#parts;
    return PayerExit.plant({
      folder,
      rpcUrl,
      addressBook,
      grainsPerUnit: economy.grainsPerUnit,
      vouchers: folder.at(VOUCHERS),
      copies: folder.at(secrets.watchtower.directory, COPIES_FOLDER),
      print: options.print,
    });
  }

  /** Each an account with a bond; no case is decided by the household's poster. */
  async #startArbiters(): Promise<void> {
    const { folder, secrets, rpcUrl } = this.#parts;
    const place = ['--gateway', this.#gatewayUrl, '--rpc', rpcUrl, '--book', folder.at('addresses.json')];
    const everySeconds = Math.ceil(secrets.arbiters.length / SMALL_COMMITTEE);
    for (const { name, directory, privateKey } of secrets.arbiters) {
      await folder.write(`${name}.key`, privateKey, 0o600);
      const own = ['--key', folder.at(`${name}.key`), '--data', folder.at(directory)];
      this.#start(name, '@stannary/cli', ['arbiter', ...place, ...own, '--every', `${everySeconds}`, '--json']);
    }
  }

  async #startConsole(): Promise<void> {
    const { ports } = this.#parts;
    this.#start('console', '@stannary/console/program', [
      '--port',
      String(ports.console),
      '--gateway',
      this.#gatewayUrl,
    ]);
    await this.#until('the console', async () => (await fetch(`http://127.0.0.1:${ports.console}/`)).ok);
  }

  #start(name: string, module: string, args: readonly string[], onMessage?: (message: unknown) => void): void {
    const logFile = this.#parts.folder.at('logs', `${name}.log`);
    this.#processes.start({ name, module, args, logFile, ...(onMessage === undefined ? {} : { onMessage }) });
  }

  #until(what: string, ready: () => Promise<boolean>): Promise<void> {
    const { options, folder } = this.#parts;
    const isReady = () => {
      this.#throwIfFailed();
      return ready().catch(() => false);
    };
    return untilReady(what, isReady, { withinMs: HEALTHY_WITHIN_MS, stop: options.stop, logs: folder.at('logs') });
  }

  /** Prints a line an epoch, claims what is final, and returns when stopped, or drained and all paid. */
  async #watch(claims: Claims, payerExit: PayerExit | null): Promise<void> {
    const { options, economy } = this.#parts;
    let printedEpoch = -1;
    while (!options.stop.aborted) {
      this.#throwIfFailed();
      await payerExit?.run();
      const isGone = payerExit === null || payerExit.outcome !== null;
      const status = await this.#client.status().catch(() => null);
      if (status !== null) {
        if (status.settledEpoch > printedEpoch) options.print(progressLine(status, options.eras, economy));
        printedEpoch = Math.max(printedEpoch, status.settledEpoch);
        for (const line of this.#voidLines(status)) options.print(line);
        await claims.run(status.eras);
        const isDrained = options.eras !== null && status.phase === 'drained' && isGone;
        if (isDrained && (await this.#allPaid(claims, status))) return;
        refuseHanging(status, options.eras, this.#parts.folder.at('logs'));
      }
      await pause(POLL_MS, options.stop);
    }
  }

  /** A line for every time that an era was proven wrong. */
  #voidLines({ eras }: StatusAnswer): string[] {
    const anew = eras.filter(({ era, voided }) => voided > (this.#voided.get(era) ?? 0));
    for (const { era, voided } of anew) this.#voided.set(era, voided);
    return anew.map(({ era, voidedTx }) => `era ${era} was proven wrong in ${voidedTx}; the poster posts it anew`);
  }

  /** Every claim is paid, the books have seen it, and the consumer has got everything out that was left. */
  async #allPaid(claims: Claims, status: StatusAnswer): Promise<boolean> {
    const { due, paid } = await claims.totals(status.eras);
    return (
      due.credits === paid.credits && due.tokens === paid.tokens && this.#consumer.finished && status.conservation.agree
    );
  }

  #throwIfFailed(): void {
    if (this.#failed !== null) throw this.#failed;
  }
}

function progressLine(status: StatusAnswer, eras: number | null, economy: Economy): string {
  const { tasks, faults, history } = status;
  const last = history.at(-1);
  const of = eras === null ? '' : ` of ${eras * economy.cadence.epochsPerEra}`;
  const price = (status.priceMicrograinsPerNcuS / 1e6 / status.grainsPerUnit).toFixed(2);
  const charged = ((last?.chargedGrains ?? 0) / status.grainsPerUnit).toFixed(2);
  return `epoch ${status.settledEpoch}${of} settled, ${status.phase}: ${tasks.done} tasks done, ${tasks.queued} queued, ${tasks.audits} audits; price ${price}, charged ${charged} credits; faults ${faults.length}`;
}

/** The installed dependency tree: thousands of files that nobody here wrote. */
function corpusDirectory(): string {
  return resolve(import.meta.dirname, '../../../../node_modules');
}

/** Checks that a port is free before anything is started on it; 0 finds one. */
async function freePort(port: number, option: string): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const remedy = `stop what listens there, or choose another with ${option}`;
      reject(
        new CliRefusal(
          'PORT-IN-USE',
          'retry',
          { where: `127.0.0.1:${port}`, expected: 'a free port', got: cause.code ?? 'an error', remedy },
          { cause },
        ),
      );
    });
    probe.listen(port, '127.0.0.1', () => {
      const { port: found } = probe.address() as { port: number };
      probe.close(() => resolvePort(found));
    });
  });
}
