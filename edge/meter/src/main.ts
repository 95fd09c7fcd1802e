import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { runTask } from '@stannary/execution';
import { GatewayClient, type NetworkAnswer } from '@stannary/gateway/client';
import { nodeIdOf } from '@stannary/wire';
import { Backoff } from './backoff.ts';
import { enterOwnCgroup } from './cgroup.ts';
import { openKeyFile } from './keys.ts';
import type { Log } from './log.ts';
import { loadPlugin } from './plugin.ts';
import { aadAtOf } from './policies.ts';
import type { OfferTerms } from './provider.ts';
import { startProvider } from './provider.ts';
import { isRefusal, MeterRefusal, type RefusalClass } from './refusal.ts';

// The program. Prints one JSON object a line. Exit status: 0 after SIGTERM or SIGINT, 2, 3 or 4 by the class of the
// refusal that ended it (input, retry, give-up), 1 for a bug. A second signal ends it at once; nothing sealed is lost.

const USAGE = `meter --gateway URL --data DIR --class NAME --capacity-ncu-ms N [--floor-micrograins N] [--key FILE] [--cgroup NAME]
      [--plugin FILE [--plugin-option TEXT]]

  --gateway            origin of the gateway, e.g. http://127.0.0.1:8080
  --data               directory of the spool and, by default, of the device key
  --class              class that the node is registered with, e.g. grid
  --capacity-ncu-ms    capacity to offer in every epoch, NCU·ms
  --floor-micrograins  least price, micrograins per NCU·s; default 0
  --resource           resource or workload to sell; default the network's
  --region             where the node stands, as consumers name it
  --evidence           software-key, hardware-key or hardware-tee; default the least of the class
  --drain-epoch        first epoch in which the node takes no work
  --pool               sold as one with the operator's other nodes of this pool
  --key                device key, PKCS#8 PEM of mode 0600, made on first use; default DIR/device.pem
  --cgroup             move into a control group of this name, where that is permitted; the parent removes it
  --plugin             module whose default export replaces the way to execute or to reach the gateway
  --plugin-option      handed to the plugin

  example: meter --gateway http://127.0.0.1:8080 --data ./node-1 --class grid --capacity-ncu-ms 10000`;

const OPTIONS = {
  gateway: { type: 'string' },
  data: { type: 'string' },
  class: { type: 'string' },
  'capacity-ncu-ms': { type: 'string' },
  'floor-micrograins': { type: 'string', default: '0' },
  resource: { type: 'string' },
  region: { type: 'string' },
  evidence: { type: 'string' },
  'drain-epoch': { type: 'string' },
  pool: { type: 'string' },
  key: { type: 'string' },
  cgroup: { type: 'string' },
  plugin: { type: 'string' },
  'plugin-option': { type: 'string', default: '' },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

const EXIT_STATUS: Readonly<Record<RefusalClass, number>> = { input: 2, retry: 3, 'give-up': 4 };

const log: Log = (event, fields) => {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`);
};

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!isRefusal(error)) throw error;
  log('ended', { code: error.code, reason: error.message });
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = EXIT_STATUS[error.refusalClass];
}

async function main(argv: string[]): Promise<void> {
  const settings = settingsOf(argv);
  if (settings === null) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const stop = stopSignal();
  const keys = openKeyFile(settings.keyPath);
  const plugin = settings.pluginPath === null ? null : await loadPlugin(settings.pluginPath);
  const place = { hostRoot: '', processId: process.pid };
  const cgroup = settings.cgroup === null ? null : enterOwnCgroup(settings.cgroup, place);
  log('started', { nodeId: nodeIdOf(keys.spki), processId: process.pid, cgroup });
  // A parent that started it with a channel learns which group to remove.
  process.send?.({ cgroup });
  const client = new GatewayClient({ baseUrl: settings.gateway });
  const network = await awaitNetwork(client, stop);
  if (network === null) return;
  const usual = { transport: client, keys, network };
  const changes = plugin?.({ ...usual, execute: runTask, aadAt: aadAtOf(network) }, settings.pluginOption);
  const provider = startProvider({ ...settings, ...usual, ...changes, nowMs: Date.now, log });
  const stopProvider = () => void provider.stop();
  stop.addEventListener('abort', stopProvider);
  if (stop.aborted) stopProvider();
  await provider.ended.finally(() => log('stopped', { ...provider.stats() }));
}

/** Given on SIGTERM and SIGINT, and when a parent that talks to this process goes away without a word. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, () => stop.abort());
  // Listening for the parent must not keep the process.
  process.channel?.unref();
  return stop.signal;
}

interface Settings {
  readonly gateway: string;
  readonly dataDirectory: string;
  readonly keyPath: string;
  readonly className: string;
  readonly capacityNcuMs: number;
  readonly floorMicrograinsPerNcuS: number;
  readonly offerTerms: OfferTerms;
  readonly cgroup: string | null;
  readonly pluginPath: string | null;
  readonly pluginOption: string;
}

/** Null for --help. @throws MeterRefusal METER-ARGUMENT */
function settingsOf(argv: string[]): Settings | null {
  const values = parse(argv);
  if (values.help) return null;
  const required = (name: 'gateway' | 'data' | 'class' | 'capacity-ncu-ms') => {
    const value = values[name];
    if (value === undefined || value === '') throw argumentRefusal(`--${name}`, 'a value', 'none');
    return value;
  };
  const dataDirectory = required('data');
  const gateway = required('gateway');
  if (!URL.canParse(gateway) || !/^https?:/.test(gateway))
    throw argumentRefusal('--gateway', 'an http(s) URL', gateway);
  return {
    gateway,
    dataDirectory,
    keyPath: values.key ?? join(dataDirectory, 'device.pem'),
    className: required('class'),
    capacityNcuMs: countOf('--capacity-ncu-ms', required('capacity-ncu-ms')),
    floorMicrograinsPerNcuS: countOf('--floor-micrograins', values['floor-micrograins']),
    offerTerms: offerTermsOf(values),
    cgroup: values.cgroup ?? null,
    pluginPath: values.plugin ?? null,
    pluginOption: values['plugin-option'],
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, strict: true }).values;
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw argumentRefusal('arguments', 'those of meter --help', got);
  }
}

/** Only what was given: an offer says nothing of the rest. */
function offerTermsOf(values: ReturnType<typeof parse>): OfferTerms {
  const { resource, region, evidence, pool } = values;
  return {
    ...(resource === undefined ? {} : { resource }),
    ...(region === undefined ? {} : { region }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(pool === undefined ? {} : { poolId: pool }),
    ...(values['drain-epoch'] === undefined ? {} : { drainEpoch: countOf('--drain-epoch', values['drain-epoch']) }),
  };
}

function countOf(where: string, text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw argumentRefusal(where, 'an integer of 0 to 2^53 - 1', text);
}

function argumentRefusal(where: string, expected: string, got: string): MeterRefusal {
  return new MeterRefusal('METER-ARGUMENT', { expected, got, where });
}

/** Waits for a gateway that is not up yet; null when stopped before it came. */
async function awaitNetwork(client: GatewayClient, signal: AbortSignal): Promise<NetworkAnswer | null> {
  const backoff = new Backoff({ random: Math.random });
  while (!signal.aborted) {
    try {
      return await client.network();
    } catch (error) {
      if (!isRefusal(error) || error.refusalClass !== 'retry') throw error;
      const waitMs = backoff.nextMs();
      log('gateway-awaited', { code: error.code, reason: error.message, waitMs });
      await delay(waitMs, undefined, { signal }).catch(() => {});
    }
  }
  return null;
}
