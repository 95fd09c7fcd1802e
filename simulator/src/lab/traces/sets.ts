import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NumberColumn } from './cells.ts';
import { openTrace } from './read.ts';
import { TraceRefusal } from './refusal.ts';
import type { Trace, TraceMapping } from './schemas.ts';

// The public data sets, each as a mapping of its columns: what a user writes for an own CSV file is of the same kind.

/** `file` is within the set's folder. */
interface NamedSet {
  readonly mapping: TraceMapping;
  readonly unit: string;
}

const MICROSOFT = 'Microsoft Azure Public Dataset, CC-BY 4.0';

/** Where each set comes from, for tables and pictures. */
export const DATA_SOURCES: Readonly<Record<string, string>> = {
  'alibaba-gpu-v2023': 'Alibaba cluster-trace-gpu-v2023 (Weng et al., USENIX ATC 2023), Apache-2.0',
  'azure-llm-2023-conversation': `Azure LLM inference trace 2023, conversation (Patel et al., ISCA 2024): ${MICROSOFT}`,
  'azure-functions-2021-sample': `Azure Functions invocation trace 2021, sample of vhive-serverless/invitro: ${MICROSOFT}`,
  'azure-vm-noise-cpu': `Azure VM noise (Freischuetz et al., EuroSys 2025): ${MICROSOFT}`,
  'surf-lisa-2022-jobs': 'SURF Lisa cluster, October 2022, of atlarge-research/opendc, MIT',
  'aws-gpu-spot-2020': 'AWS spot prices 2019-12 to 2020-03 (Narayanan et al., DISPA 2020), MIT',
  'gcp-vm-prices-weekly': 'Google Cloud VM prices, of Cyclenerd/google-cloud-pricing-cost-calculator, Apache-2.0',
  'spot-gpu-availability-2020': 'GCP preemptible GPU pings, March 2020 (Narayanan et al., DISPA 2020), MIT',
  'spot-cluster-size-bamboo': 'AWS spot cluster of Bamboo, November 2020, of uclasystem/bamboo, MIT',
  'provider-outages': 'Cloud Uptime Archive 2018 and 2019, of atlarge-research/cloud-uptime-archive, MIT',
  'cloud-server-benchmarks': 'Spare Cores, of SpareCores/sc-inspector-data, CC BY-SA 4.0',
  'mlperf-inference-v4-0': 'MLPerf Inference v4.0 datacenter closed, of mlcommons/cm4mlperf-results, Apache-2.0',
  'accelerator-specs': 'Hardware list of @huggingface/tasks 0.21.54, MIT',
  'cloud-egress-prices': 'AWS transfer prices, of skyplane-project/skyplane, Apache-2.0',
  'ethereum-block-rewards-2021': 'Ethereum miner revenue 2021 (Liu et al., ACM CCS 2022), MIT',
  'keep-ecdsa-rewards': 'Keep ECDSA staker rewards 2020-11 to 2021-07, of keep-network/keep-ecdsa, MIT',
  'threshold-staking-rewards': 'Threshold rewards 2022-07 to 2024-06, of threshold-network/merkle-distribution, ISC',
};

const utc = (column: string) => ({ column, unit: 'utc' }) as const;
const seconds = (column: string) => ({ column, unit: 's' }) as const;
const milliseconds = (column: string) => ({ column, unit: 'ms' }) as const;

/** The first of a set is the one that its bare name means. */
const SETS: Readonly<Record<string, Readonly<Record<string, NamedSet>>>> = {
  'alibaba-gpu-v2023': {
    gpu: { unit: 'GPU', mapping: pods([{ column: 'num_gpu' }, { column: 'gpu_milli', divideBy: 1_000 }]) },
    cpu: { unit: 'core', mapping: pods([{ column: 'cpu_milli', divideBy: 1_000 }]) },
  },
  'azure-llm-2023-conversation': {
    requests: {
      unit: 'token',
      mapping: {
        schema: 'request',
        file: 'requests.csv',
        columns: {
          time: utc('TIMESTAMP'),
          sizeIn: { column: 'ContextTokens' },
          sizeOut: { column: 'GeneratedTokens' },
        },
      },
    },
  },
  'azure-functions-2021-sample': {
    invocations: {
      unit: 'invocation',
      mapping: {
        schema: 'job',
        file: 'invocations.csv',
        columns: {
          arrival: { before: seconds('end_timestamp_s') },
          duration: seconds('duration_s'),
          size: [],
          class: 'app',
        },
      },
    },
  },
  'azure-vm-noise-cpu': {
    scores: {
      unit: 'bogo-ops/s',
      mapping: {
        schema: 'usage',
        file: 'stressng_cpu.csv',
        order: 'any',
        columns: {
          time: utc('start_time'),
          quantity: { column: 'bogo_ops_per_s' },
          series: ['vm_lifespan', 'vm_sku'],
        },
      },
    },
  },
  'surf-lisa-2022-jobs': {
    tasks: {
      unit: 'core',
      mapping: {
        schema: 'job',
        file: 'tasks.csv',
        columns: {
          arrival: milliseconds('submit_unix_ms'),
          duration: milliseconds('duration_ms'),
          size: [{ column: 'cpu_count' }],
          class: null,
          id: 'task_id',
        },
      },
    },
    usage: {
      unit: 'MHz·s',
      mapping: {
        schema: 'usage',
        file: 'usage.csv',
        order: 'any',
        columns: { time: seconds('bucket_start_s'), quantity: { column: 'used_mhz_seconds' } },
        after: { file: 'tasks.csv', key: 'task_id', time: milliseconds('submit_unix_ms') },
      },
    },
  },
  'aws-gpu-spot-2020': {
    prices: {
      unit: 'USD/h',
      mapping: {
        schema: 'price',
        file: 'spot_price_events.csv',
        columns: {
          time: utc('timestamp_utc'),
          price: { column: 'usd_per_hour' },
          series: ['availability_zone', 'instance_type', 'product'],
        },
      },
    },
  },
  'gcp-vm-prices-weekly': {
    spot: { unit: 'USD/h', mapping: vmPrices('usd_per_hour_spot') },
    'on-demand': { unit: 'USD/h', mapping: vmPrices('usd_per_hour_on_demand') },
  },
  'spot-gpu-availability-2020': {
    pings: {
      unit: 'node',
      mapping: {
        schema: 'up-down',
        file: 'pings.csv',
        columns: {
          kind: 'events',
          node: ['slot'],
          time: utc('timestamp_utc'),
          state: 'event',
          // Every creation and deletion is followed by a ping of its own.
          states: {
            running: 'up',
            not_running: 'down',
            created: 'ignored',
            creation_failed: 'ignored',
            deleted: 'ignored',
          },
        },
      },
    },
  },
  'spot-cluster-size-bamboo': {
    instances: {
      unit: 'node',
      mapping: {
        schema: 'up-down',
        file: 'cluster_size.csv',
        columns: { kind: 'count', time: seconds('elapsed'), count: { column: 'instances_running' } },
      },
    },
  },
  'provider-outages': {
    infra: { unit: 'node', mapping: outages('infra_cloud_outages.csv', ['vendor', 'service', 'location'], utc) },
    services: { unit: 'node', mapping: outages('service_outages.csv', ['service'], seconds) },
    'infra-lengths': {
      unit: 'outage',
      mapping: lengths('infra_cloud_outages.csv', 'vendor', [utc('start_utc'), utc('end_utc')]),
    },
    'service-lengths': {
      unit: 'outage',
      mapping: lengths('service_outages.csv', 'service', [seconds('start'), seconds('end')]),
    },
  },
  'ethereum-block-rewards-2021': {
    fees: { unit: 'ETH', mapping: blocks('gas_fee_other_txs_wei') },
    subsidy: { unit: 'ETH', mapping: blocks('static_reward_wei') },
    uncles: { unit: 'ETH', mapping: blocks('uncle_inclusion_reward_wei') },
    'bundle-fees': { unit: 'ETH', mapping: blocks('gas_fee_bundle_txs_wei') },
    'bundle-transfers': { unit: 'ETH', mapping: blocks('bundle_coinbase_transfer_wei') },
  },
  'keep-ecdsa-rewards': {
    participation: {
      unit: 'node',
      mapping: {
        schema: 'up-down',
        file: 'operators.csv',
        columns: {
          kind: 'intervals',
          node: ['operator'],
          start: utc('interval'),
          end: { lengthSeconds: 604_800 },
          state: 'up',
        },
      },
    },
    stake: {
      unit: 'KEEP',
      mapping: {
        schema: 'usage',
        file: 'operators.csv',
        columns: {
          time: utc('interval'),
          quantity: { column: 'keep_staked_wei', divideBy: 1e18 },
          series: ['operator'],
        },
      },
    },
  },
  'threshold-staking-rewards': {
    participation: {
      unit: 'node',
      mapping: {
        schema: 'up-down',
        file: 'operator_sla.csv',
        where: [{ column: 'instance_index', equals: '0' }],
        columns: {
          kind: 'intervals',
          node: ['provider'],
          start: seconds('period_start_unix'),
          end: seconds('period_end_unix'),
          state: 'up',
        },
      },
    },
    uptime: {
      unit: 'share',
      mapping: {
        schema: 'usage',
        file: 'operator_sla.csv',
        columns: {
          time: seconds('period_start_unix'),
          // The source has 100.003 % where a probe came late.
          quantity: { column: 'uptime_percent', divideBy: 100, max: 1.001 },
          series: ['provider', 'instance_index'],
        },
      },
    },
  },
};

function pods(size: readonly NumberColumn[]): TraceMapping {
  return {
    schema: 'job',
    file: 'pods.csv',
    columns: {
      arrival: seconds('creation_time'),
      // A pod that was never scheduled ran for no time: it asked, and got nothing.
      duration: {
        from: { ...seconds('scheduled_time'), whenEmpty: 'leave-out' },
        to: { ...seconds('deletion_time'), whenEmpty: 'leave-out' },
      },
      size,
      class: 'qos',
      id: 'name',
    },
  };
}

function vmPrices(column: string): TraceMapping {
  const columns = { time: utc('date'), price: { column }, series: ['machine_type', 'region'] };
  return { schema: 'price', file: 'prices.csv', columns };
}

function outages(file: string, node: readonly string[], time: typeof utc | typeof seconds): TraceMapping {
  const [start, end] = time === utc ? [utc('start_utc'), utc('end_utc')] : [seconds('start'), seconds('end')];
  const columns = { kind: 'intervals', node, start, end, state: 'down', whenBackwards: 'leave-out' } as const;
  return { schema: 'up-down', file, columns };
}

function lengths(
  file: string,
  className: string,
  [from, to]: readonly [ReturnType<typeof utc | typeof seconds>, ReturnType<typeof utc | typeof seconds>],
): TraceMapping {
  const columns = { arrival: from, duration: { from, to }, size: [], class: className };
  return { schema: 'job', file, order: 'any', whenBackwards: 'leave-out', columns };
}

function blocks(column: string): TraceMapping {
  const columns = { time: seconds('timestamp_unix'), quantity: { column, divideBy: 1e18 } };
  return { schema: 'usage', file: 'block_rewards.csv', columns };
}

/** `set` for the first of a set's traces, `set/part` for the others. */
export function traceNames(): readonly string[] {
  return Object.entries(SETS).flatMap(([set, parts]) =>
    Object.keys(parts).map((part, index) => (index === 0 ? set : `${set}/${part}`)),
  );
}

/**
 * A trace of a public data set, for example `alibaba-gpu-v2023` or `alibaba-gpu-v2023/cpu`.
 * @throws TraceRefusal TRACE-NAME, TRACE-DATA (the data are not there; `npm run data` fetches them)
 */
export function traceNamed(name: string, env: Readonly<Record<string, string | undefined>> = process.env): Trace {
  const [set = '', part] = name.split('/');
  const parts = Object.hasOwn(SETS, set) ? SETS[set]! : {};
  const named = part === undefined ? Object.values(parts)[0] : Object.hasOwn(parts, part) ? parts[part] : undefined;
  if (named === undefined || name.split('/').length > 2)
    throw new TraceRefusal('TRACE-NAME', 'trace', `one of ${traceNames().join(', ')}`, name);
  const mapping = { ...named.mapping, file: join(dataFolder(set, env), named.mapping.file) };
  return openTrace(mapping, { name, source: DATA_SOURCES[set]!, unit: named.unit });
}

/** From the sources to the folder beside the repository. */
const BESIDE = '../../../../../shared/data';

/**
 * The folder of a public data set: in STANNARY_DATA, else in ../shared/data beside the repository.
 * @throws TraceRefusal TRACE-DATA
 */
export function dataFolder(set: string, env: Readonly<Record<string, string | undefined>> = process.env): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = join(env.STANNARY_DATA ?? join(here, BESIDE), set);
  if (existsSync(folder)) return folder;
  const expected = `the data set ${set} (\`npm run data -- ${set}\` fetches it or says how to make it; STANNARY_DATA names another place)`;
  throw new TraceRefusal('TRACE-DATA', folder, expected, 'no such folder');
}
