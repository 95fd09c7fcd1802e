import { RESOURCE_CODES } from '@stannary/wire';
import {
  choice,
  count,
  date,
  derived,
  epochs,
  eras,
  flag,
  milliseconds,
  namedMap,
  optional,
  seconds,
  section,
  share,
  tokens,
} from './parts.ts';

// Sizes, clocks, the beginning, meters and what devices are worth.

export const limits = section('Sizes for which all sums are proven to stay exact; checked when the file is loaded.', {
  nodes: count('nodesMax', 'Most nodes.', {
    default: '1_000_000',
    min: '1',
    max: '10_000_000',
    stepMax: 'free',
    positive: true,
  }),
  nodeNcu: count('nodeNcuMax', 'Most capacity of one node.', {
    default: '100',
    min: '1',
    max: '100_000',
    stepMax: 'free',
    positive: true,
    unit: 'NCU',
  }),
});

const allocation = section('Who holds how much, and when they may sell it.', {
  holder: choice(
    'holder',
    'What kind of holder, by which the launch gate measures concentration.',
    ['providers', 'treasury', 'team', 'investors', 'public'],
    { default: 'public', stepMax: 'fixed' },
  ),
  amount: tokens('tokensGrains', 'Made before the first epoch; it counts towards `supply.cap`.', {
    default: '150_000_000 tokens',
    min: '0 tokens',
    max: '9_000_000_000 tokens',
    stepMax: 'fixed',
  }),
  lockup: seconds('lockupSeconds', 'Nothing is free before this has passed.', {
    default: '0 s',
    min: '0 s',
    max: '3_650 d',
    stepMax: 'fixed',
  }),
  vesting: seconds('vestingSeconds', 'After the lock-up the amount becomes free evenly over this.', {
    default: '0 s',
    min: '0 s',
    max: '3_650 d',
    stepMax: 'fixed',
  }),
});

export const genesis = section('The beginning: when epochs are counted from, and who holds tokens by then.', {
  at: optional(
    date('atMs', 'When epoch 0 begins, for economies whose versions start at dates; null: when the network starts.', {
      default: '2027-01-01',
      stepMax: 'fixed',
    }),
    { present: false },
  ),
  allocations: derived(
    optional(
      namedMap(
        'Tokens that exist before any work was done, by name. With what supply will still make they stay within the cap.',
        {
          nameAs: 'name',
          names: /^[a-z][a-z0-9-]*$/,
          entries: {
            treasury: {
              meaning:
                'For the network itself: audits, grants, and what goes wrong. Under governance, free over four years.',
              set: { holder: 'treasury', amount: '200_000_000 tokens', vesting: '1_460 d' },
            },
            team: {
              meaning: 'Those who build it: a year locked, then three.',
              set: { holder: 'team', amount: '150_000_000 tokens', lockup: '365 d', vesting: '1_095 d' },
            },
            investors: {
              meaning: 'Those who paid for it: a year locked, then two.',
              set: { holder: 'investors', amount: '100_000_000 tokens', lockup: '365 d', vesting: '730 d' },
            },
            launch: {
              meaning: 'Sold or given to the public at launch: what the first bonds are made of.',
              set: {},
            },
          },
        },
        allocation,
      ),
      { present: true },
    ),
    (allocations) => allocations ?? [],
  ),
});

export const cadence = section('Epochs and eras.', {
  epoch: milliseconds('epochMs', 'Work is metered, priced and settled per epoch.', {
    default: '1 h',
    min: '1 s',
    max: '31 d',
    stepMax: 'fixed',
    positive: true,
  }),
  era: epochs('epochsPerEra', 'Payouts are posted per era; a whole number of epochs.', {
    default: '24 h',
    min: '1 h',
    max: '366 d',
    stepMax: 'fixed',
    positive: true,
  }),
  grace: milliseconds('graceMs', 'Batches of an epoch are taken until its end plus this; at most one epoch.', {
    default: '10 min',
    min: '0 s',
    max: '1 h',
    stepMax: ['20 %', '1 min'],
  }),
  late: epochs(
    'lateEpochs',
    "A signed batch up to this late still counts, as a correction, at its own epoch's price; whole epochs, at most an era.",
    { default: '6 h', min: '0 s', max: '7 d', stepMax: 'fixed' },
  ),
  holdback: eras(
    'holdbackEras',
    'What was earned in an era vests this much later, unless it is voided; whole eras. Deters better than a larger bond: a cheat that is detected loses everything unpaid.',
    { default: '7 d', min: '1 d', max: '14 d', stepMax: 'fixed' },
  ),
  appeal: epochs('appealEpochs', 'A proposed fault becomes final after this, unless it is reversed; whole epochs.', {
    default: '5 d',
    min: '1 d',
    max: '30 d',
    stepMax: ['20 %', '1 epoch'],
  }),
  clockSkew: milliseconds('clockSkewMs', "Largest accepted difference between a node's clock and the network's.", {
    default: '2 s',
    min: '1 ms',
    max: '1 min',
    stepMax: ['20 %', '1 s'],
  }),
});

const RESOURCES = Object.keys(RESOURCE_CODES) as readonly (keyof typeof RESOURCE_CODES)[];

const fidelity = section(
  "Where the resource's numbers come from and how far they may be off; without this no unit is priced.",
  {
    source: choice(
      'source',
      'What counts: `fuel` the metered machine, `cgroup` and `procfs` the operating system, `device` the accelerator, `consumer` the customer, `probe` the network.',
      ['cgroup', 'procfs', 'fuel', 'device', 'consumer', 'probe'],
      { default: 'fuel', stepMax: 'free' },
    ),
    resolution: count('resolution', "Smallest step that the meter can tell, in the resource's own unit.", {
      default: '1',
      min: '1',
      max: '1_000_000_000',
      stepMax: 'free',
      positive: true,
    }),
    samplePeriod: milliseconds('samplePeriodMs', 'How often it is read: what is shorter may be missed.', {
      default: '1 s',
      min: '1 ms',
      max: '1 h',
      stepMax: 'free',
      positive: true,
    }),
    clockError: milliseconds('clockErrorMs', "Largest difference between the meter's clock and the network's.", {
      default: '2 s',
      min: '0 ms',
      max: '1 min',
      stepMax: 'free',
    }),
    errorMax: share(
      'errorPpmMax',
      'Largest relative error of one window against the truth: 1 % of processors and transfers, 3 % of memory and storage.',
      { default: '1 %', min: '0 %', max: '10 %', stepMax: ['20 %', '0.5 %'] },
    ),
  },
);

const resource = section('One meter.', {
  coefficient: count('coefficient', 'Numerator of the normalisation.', {
    default: '1',
    min: '1',
    max: '1_000_000_000_000',
    stepMax: '2 %',
    positive: true,
  }),
  divisor: count('divisor', 'Denominator of the normalisation.', {
    default: '1_000_000',
    min: '1',
    max: '1_000_000_000_000',
    stepMax: 'fixed',
    positive: true,
  }),
  billed: flag('billed', 'True: it makes charges and weighs in emission; false: shown and bounded, never billed.', {
    default: 'true',
    stepMax: 'free',
  }),
  quantityPerNcuMsMax: count(
    'quantityPerNcuMsMax',
    'Plausibility: most units that one NCU of attested capacity can make in a millisecond.',
    { default: '64_000_000', min: '1', max: '1_000_000_000_000', stepMax: '100 %', positive: true },
  ),
  fidelity,
});

export const resources = derived(
  namedMap(
    'Meters, by resource. Normalised work = floor(quantity * coefficient / divisor) NCU·ms, once per lease, resource and epoch.',
    {
      nameAs: 'name',
      names: RESOURCES,
      entries: {
        fuel: {
          meaning:
            'Instructions of the metered WebAssembly machine, weighted by the cost table; the same on every engine.',
          set: {},
        },
        cpu: {
          meaning: 'Processor time, core·µs. Varies with load, so it bounds and informs and is never billed.',
          set: {
            divisor: '1_000',
            billed: 'false',
            quantityPerNcuMsMax: '64_000',
            fidelity: { source: 'cgroup', resolution: '1_000' },
          },
        },
        gpu: {
          meaning:
            'Accelerator time, device·ms. Of an attested device class it counts by `benchmarks`; of any other as one NCU.',
          set: { divisor: '1', quantityPerNcuMsMax: '1', fidelity: { source: 'device' } },
        },
      },
    },
    resource,
  ),
  (meters) => meters.map((meter) => ({ code: RESOURCE_CODES[meter.name], ...meter })).sort((x, y) => x.code - y.code),
);

const device = section('One device class.', {
  resource: choice('resource', 'The meter whose units the coefficients turn into work.', RESOURCES, {
    default: 'gpu',
    stepMax: 'fixed',
  }),
  profiles: namedMap(
    'Work by workload profile: a device that is fast at one kind of work may be slow at another.',
    {
      nameAs: 'profile',
      names: /^[a-z][a-z0-9-]*$/,
      entries: {
        language: { meaning: 'Answers of large language models: llama2-70b-99.9.', set: {} },
        encoder: { meaning: 'Short texts read at once: bert-99.', set: {} },
        vision: { meaning: 'Pictures recognised: resnet50.', set: {} },
      },
    },
    count('milliNcuPerUnitS', 'Work of one device in a second, thousandths of an NCU.', {
      default: '100_000',
      min: '1',
      max: '1_000_000_000',
      stepMax: '2 %',
      positive: true,
      unit: 'milli-NCU per unit·s',
    }),
  ),
});

const devices = namedMap(
  'Device classes by name, in measured work: throughput per accelerator in MLPerf Inference v4.0 (datacenter, closed, Offline, best result), an H100-SXM being 100 NCU, a full node. Nothing is taken from peak TFLOPS, which put an RTX 4090 above an A100.',
  {
    nameAs: 'deviceClass',
    names: /^[a-z][a-z0-9-]*$/,
    entries: {
      'h200-sxm-141gb': { meaning: '3_467 tokens/s.', set: { profiles: { language: '124_400' } } },
      'h100-sxm-80gb': {
        meaning: '2_786 tokens/s; 9_082 and 88_714 samples/s.',
        set: { profiles: { language: '100_000', encoder: '100_000', vision: '100_000' } },
      },
      'h100-pcie-80gb': {
        meaning: '1_584 tokens/s; 5_837 and 55_738 samples/s.',
        set: { profiles: { language: '56_800', encoder: '64_200', vision: '62_800' } },
      },
      'gaudi-2': { meaning: '1_004 tokens/s.', set: { profiles: { language: '36_000' } } },
      'l40s-48gb': {
        meaning: '3_385 and 46_168 samples/s.',
        set: { profiles: { encoder: '37_200', vision: '52_000' } },
      },
      'a100-pcie-80gb': {
        meaning: '3_167 and 39_456 samples/s.',
        set: { profiles: { encoder: '34_800', vision: '44_400' } },
      },
      'l4-24gb': { meaning: '950 samples/s.', set: { profiles: { encoder: '10_400' } } },
    },
  },
  device,
);

const change = section('How fast a coefficient may move, so that no new table surprises who has sold by the old one.', {
  era: share('eraChangePpmMax', 'Largest change from one era to the next.', {
    default: '2 %',
    min: '0 %',
    max: '20 %',
    stepMax: ['20 %', '1 %'],
  }),
  window: share('windowChangePpmMax', 'Largest change within `over`.', {
    default: '10 %',
    min: '0 %',
    max: '50 %',
    stepMax: ['20 %', '1 %'],
  }),
  over: eras('windowEras', 'The longer stretch; whole eras.', {
    default: '30 d',
    min: '1 d',
    max: '366 d',
    stepMax: ['20 %', '1 era'],
    positive: true,
  }),
});

/** One row for each device and profile, as the kernel looks them up. */
export const benchmarks = derived(
  section(
    'What attested devices are worth. One NCU is a core of the middle one-thread score of 1_738 cloud servers: 1_708 bogo-ops/s of stress-ng div16 (Spare Cores).',
    { change, devices: optional(devices, { present: true }) },
  ),
  (read) => ({
    coefficients: (read.devices ?? []).flatMap(({ deviceClass, resource: name, profiles }) =>
      profiles.map((one) => ({ deviceClass, resource: RESOURCE_CODES[name], ...one })),
    ),
    clamp: read.change,
  }),
);
