// Where the public data sets come from, pinned, and how each file was trimmed. What cannot be trimmed here says why.
import { type FetchedFile, trims } from './data-trims.ts';

/** A file of a public repository at a commit; `paths` where it is made of several; `listed` where their names are many. */
export type Origin =
  | { readonly repository: string; readonly commit: string; readonly paths: readonly string[] }
  | { readonly repository: string; readonly commit: string; readonly listed: RegExp }
  | {
      readonly package: string;
      readonly version: string;
      readonly integrity: string;
      readonly paths: readonly string[];
    };

export interface DataFile {
  readonly file: string;
  /** Of the trimmed file. */
  readonly sha256: string;
  readonly origin: Origin;
  /** From the fetched files, in the order of the origin's paths (of the sorted names where they are listed). */
  readonly trim: (files: readonly FetchedFile[]) => string;
}

/** A file that no recipe of this program makes: what a person does instead. */
export interface FileByHand {
  readonly file: string;
  readonly sha256: string;
  readonly from: string;
  readonly why: string;
}

export interface DataSet {
  readonly name: string;
  readonly licence: string;
  readonly files: readonly (DataFile | FileByHand)[];
}

export const isByHand = (file: DataFile | FileByHand): file is FileByHand => 'why' in file;

const STANFORD = 'stanford-futuredata/training_on_a_dime';
const STANFORD_COMMIT = '85f659572ff9da2701e5f309fbad7e828e6be46b';
const MICROSOFT = 'Azure/AzurePublicDataset';
const MICROSOFT_COMMIT = 'b469a113cedca53ddc3bdea71a143dc4b7d8700c';
const OPENB = 'hkust-adsl/kubernetes-scheduler-simulator';
const OPENB_COMMIT = '8f3d6417353c5083c6d56617f255fadd8dc306bc';
const KEEP = { repository: 'keep-network/keep-ecdsa', commit: '1a4a46272b827896a7ae518bdfe4b825d8d5d0f3' };
const UPTIME = 'atlarge-research/cloud-uptime-archive';
const UPTIME_COMMIT = '044a5cb3744f7d0ac818c9830bdc00b4e469caf8';

/** Starts of Keep's intervals, all before 2021-07-01. */
const reports = (kind: string): RegExp =>
  new RegExp(`^staker-rewards/reports/(2020-1[12]|2021-0[1-6])-\\d\\d_[\\d_-]+\\.${kind}\\.txt$`);

const noisePath = (lifespan: string, sku: string): string =>
  `vm-noise-data/test_suite=Stress-NG/test_name=Test:_CPU_Stress/vm_lifespan=${lifespan}/vm_region=eastus/vm_sku=${sku}/unit=Bogo Ops_s.csv`;

export const DATA_SETS: readonly DataSet[] = [
  {
    name: 'alibaba-gpu-v2023',
    licence: 'Apache-2.0',
    files: [
      {
        file: 'pods.csv',
        sha256: '97ee624e5ed7a73f542336e88a28453f02de087da8cc9f288adb107d8111e6a4',
        origin: { repository: OPENB, commit: OPENB_COMMIT, paths: ['data/csv/openb_pod_list_default.csv'] },
        trim: trims.podsBefore(11_924_519),
      },
      {
        file: 'nodes.csv',
        sha256: '5a85c2af79c66a1efff8bbcbda430400aae56d8431370d738480967e1a9c6b15',
        origin: { repository: OPENB, commit: OPENB_COMMIT, paths: ['data/csv/openb_node_list_all_node.csv'] },
        trim: trims.whole,
      },
    ],
  },
  {
    name: 'azure-llm-2023-conversation',
    licence: 'CC-BY 4.0, Microsoft Azure Public Dataset',
    files: [
      {
        file: 'requests.csv',
        sha256: 'c6cf422cd13e84aa5dd51d37e07093b77e1140d3a56c54109d0773ac742f43d9',
        origin: {
          repository: MICROSOFT,
          commit: MICROSOFT_COMMIT,
          paths: ['data/AzureLLMInferenceTrace_conv.csv'],
        },
        trim: trims.withoutCarriageReturns,
      },
    ],
  },
  {
    name: 'azure-functions-2021-sample',
    licence: 'MIT; the data CC-BY 4.0, Microsoft Azure Public Dataset',
    files: [
      {
        file: 'invocations.csv',
        sha256: '77c4e5751d5366578fa5b0afbd0c6f6a103a4faf511d5f22e02fa8ce1c452cf2',
        origin: {
          repository: 'vhive-serverless/invitro',
          commit: 'a1df629445ff7aa996ae1cf411dabc5a8c30376f',
          paths: ['data/traces/example/Azure2021/Azure2021_200.csv'],
        },
        trim: trims.shortFunctionNames,
      },
    ],
  },
  {
    name: 'azure-vm-noise-cpu',
    licence: 'CC-BY 4.0, Microsoft Azure Public Dataset',
    files: [
      {
        file: 'stressng_cpu.csv',
        sha256: '3491e49916be98abee0974f7b06b6d5a8d816f0e69da17b5eb6f8e671c78441d',
        origin: {
          repository: MICROSOFT,
          commit: MICROSOFT_COMMIT,
          paths: ['long', 'short'].flatMap((lifespan) => ['B8ms', 'D8s_v5'].map((sku) => noisePath(lifespan, sku))),
        },
        trim: trims.joinedScores,
      },
    ],
  },
  {
    name: 'aws-gpu-spot-2020',
    licence: 'MIT, Copyright (c) 2020 Stanford Future Data Systems',
    files: [
      {
        file: 'spot_price_events.csv',
        sha256: 'f1490260cd3b112a10095e1c2c19dbeb9622311175d55ae134411668e9d76317',
        origin: {
          repository: STANFORD,
          commit: STANFORD_COMMIT,
          listed: /^logs\/aws\/cost\/(us-east-1|us-west-2|eu-west-1)\/.*\.json$/,
        },
        trim: trims.spotEvents,
      },
    ],
  },
  {
    name: 'spot-gpu-availability-2020',
    licence: 'MIT, Copyright (c) 2020 Stanford Future Data Systems',
    files: [
      {
        file: 'pings.csv',
        sha256: '3a6d1e71cd8a5ca46e6b2a8464213d0c39c1da3cd5bbc32fa69903cd69e714b1',
        origin: {
          repository: STANFORD,
          commit: STANFORD_COMMIT,
          paths: ['logs/gcp/availability/persistent_2020-03-01.out'],
        },
        trim: trims.pings,
      },
    ],
  },
  {
    name: 'spot-cluster-size-bamboo',
    licence: 'MIT',
    files: [
      {
        file: 'cluster_size.csv',
        sha256: 'e8025d33c0664999fbc447535ba2f0e7f56aefecd2527dfd54025490407a3efb',
        origin: {
          repository: 'uclasystem/bamboo',
          commit: '80809293289419d40a870b4a9ccb8df0082ce3fb',
          paths: ['doc/data/aws-spot-instances-g4dn-xlarge-us-east-1d-2020-11-23-1730-to-2020-11-24-1530.csv'],
        },
        trim: trims.withHeader('elapsed,instances_running'),
      },
    ],
  },
  {
    name: 'provider-outages',
    licence: 'MIT, Copyright (c) 2025 @Large Research',
    files: [
      {
        file: 'service_outages.csv',
        sha256: '53a0f28925e0a1d0a44d963527914908b36486033487c5375e4fe40a6a083324',
        origin: {
          repository: UPTIME,
          commit: UPTIME_COMMIT,
          paths: [
            'Facebook_user_reported',
            'Netflix_user_reported',
            'YouTube_user_reported',
            'runescape_online_game',
            'minehut_online_game',
            'github-status_global-status_operator_reported',
            'atlassian_bitbucket_operator_reported',
            'atlassian_developers_operator_reported',
          ].map((name) => `traces/${name}.csv`),
        },
        trim: trims.serviceOutages,
      },
      {
        file: 'infra_cloud_outages.csv',
        sha256: '375c07231830b71123c1ce55ca06257a0d49efc2e9278dd687e3683b5e1bbd06',
        from: `github.com/${UPTIME} ${UPTIME_COMMIT}: traces/<year>_fixed_infra_cloud.parquet of 2018 and 2019`,
        why: 'it is Parquet: leave out descriptions and notification times, sort by start',
      },
    ],
  },
  {
    name: 'cloud-egress-prices',
    licence: 'Apache-2.0',
    files: [
      {
        file: 'aws_transfer_costs.csv',
        sha256: 'ff232c37f270430621191ec63bac20b313a909c7c470909eeeca6704d1a1a88b',
        origin: {
          repository: 'skyplane-project/skyplane',
          commit: '4602d9cec2083142831f7f208b413ca2bf091bd8',
          paths: ['skyplane/data/aws_transfer_costs.csv'],
        },
        trim: trims.whole,
      },
    ],
  },
  {
    name: 'accelerator-specs',
    licence: 'MIT',
    files: [
      {
        file: 'skus.csv',
        sha256: '0df4cd825b382666778e7d75be66e56f000457852b6d1b4c91259ddf71fcab64',
        origin: {
          package: '@huggingface/tasks',
          version: '0.21.54',
          integrity: 'sha512-OVFpVlLV6SSjG67Vdo98+qLvs/5yki0Ni1EWzbLrlBfZ+N6t4kM6aAeJLkFhikYYOZQyVNcWUN8UtPTs3Km05g==',
          paths: ['hardware.js', 'hardware-nvidia.js', 'hardware-amd.js'].map((name) => `dist/esm/${name}`),
        },
        trim: trims.hardware,
      },
    ],
  },
  {
    name: 'keep-ecdsa-rewards',
    licence: 'MIT, Copyright (c) 2020 Keep SEZC',
    files: [
      {
        file: 'operators.csv',
        sha256: 'ade6768c68f3b5dfdec66bc8f30e64987b5366c0879fc1626067f23ea26eb787',
        origin: { ...KEEP, listed: reports('log') },
        trim: trims.keepOperators,
      },
      {
        file: 'intervals.csv',
        sha256: '1f357759f0cff3e72541a80afc45cc31822e1e1feba3c1188e6d220bd222d74e',
        origin: { ...KEEP, listed: reports('summary') },
        trim: trims.keepIntervals,
      },
    ],
  },
  ...byHand(),
];

/** Sets of thousands of files, of hundreds of commits, or in formats that would need a library for one use. */
function byHand(): DataSet[] {
  const set = (name: string, licence: string, from: string, why: string, files: Readonly<Record<string, string>>) => ({
    name,
    licence,
    files: Object.entries(files).map(([file, sha256]) => ({ file, sha256, from, why })),
  });
  return [
    set(
      'surf-lisa-2022-jobs',
      'MIT, Copyright (c) AtLarge Research',
      'github.com/atlarge-research/opendc 691036deb92b9e236d1a33c6f3066f98a96ba0e6: opendc-sdk/opendc-sdk-runner/src/test/resources/demo/workload_traces/surf_week/{tasks,fragments}.parquet',
      'it is Parquet: lay the samples of a task end to end and sum them into buckets of 900 s',
      {
        'tasks.csv': '7df5566dc64d52cb1b35b2640f7f083cca38b25f04f26a6317c45142bea3179a',
        'usage.csv': '14e05c324c142ce4b2b87c56531b26c119e31b07a882fe1c4885b50b1728a52d',
      },
    ),
    set(
      'gcp-vm-prices-weekly',
      'Apache-2.0, Copyright 2022-2025 Nils Knieling',
      'github.com/Cyclenerd/google-cloud-pricing-cost-calculator: pricing.yml at each commit from 2023-05-08 to 2025-03-27, the last of a day',
      'it is one file at 114 commits: compute.instance.<type>.cost.<region>, hour and hour_spot',
      {
        'prices.csv': '2c99e132eef53443419205b2a2f12d8df1cf660b1b0676504fb0339fca81efcb',
        'machine_types.csv': 'b83ec9d96a7d695aafe017f732b40a2d010960654213204ebca159675bcd6d5b',
      },
    ),
    set(
      'cloud-server-benchmarks',
      'CC BY-SA 4.0, Spare Cores',
      'github.com/SpareCores/sc-inspector-data 804d3c71ddaec2fb0fe443c77b6719bd03a96072: data/<vendor>/<server>/…, and sc-data-dumps e8749bef991dfd1c531e84f09c2882945064a18d',
      'it is some twelve thousand files: one row a server that has a stress-ng result',
      { 'benchmarks.csv': '8c2780c0b4e0d20bd033979b87b89b167323a0e559c8dcc0057c1568dc395eb2' },
    ),
    set(
      'mlperf-inference-v4-0',
      'Apache-2.0',
      'github.com/mlcommons/cm4mlperf-results 84d8b84c6d6e3d646e27d511e438fd12d144ade9: experiment/mlperf-inference--v4.0--datacenter--closed--*/**/cm-result.json',
      'it is some hundred nested files: flatten, drop doubles, sort, leave power out',
      { 'results.csv': '50e55ee4ce6de9bcf5a090a6f35170a8b25b2f4f4b29858ca637d24ce6e172ab' },
    ),
    set(
      'ethereum-block-rewards-2021',
      'MIT, Copyright (c) 2022 Yulin Liu et al.',
      'github.com/SciEcon/EIP1559 4721751835163565f1a4ac6e50c53656a97441f3: Data/MEVdata/[12950000,12970000)*.txt and Data/blockdata/timestamp_csv.csv.gz',
      'join the five arrays and the times by position, keep the last 10,000 blocks',
      { 'block_rewards.csv': '49a212b85efa3fdc6a953fc1933cf149501fdfbb16e77fb49f5dbef91c55db86' },
    ),
    set(
      'threshold-staking-rewards',
      'ISC',
      'github.com/threshold-network/merkle-distribution fb36092d98f5c6f029ef9936775dfef7255bc1d6: distributions/<date>/MerkleInput*.json and tBTCv2-rewards-details/*.json up to 2024-06-01',
      'its files changed their form over the months: addresses become p001 …, instances an index',
      {
        'cumulative_rewards.csv': '194dbeeec506dbefd322abfb734c1c2cc6685b65fd04f3498bf7a85e279fa284',
        'operator_sla.csv': '3911a11487fd56cc79fcd6f8487018b25bdf4f9fe5bbb33b25adc77472af3e14',
      },
    ),
  ];
}
