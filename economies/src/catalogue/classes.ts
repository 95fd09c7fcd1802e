import type { NcuMs } from '@stannary/kernel';
import { curve } from './curves.ts';
import {
  choice,
  count,
  credits,
  derived,
  epochs,
  list,
  milliseconds,
  multiple,
  namedMap,
  optional,
  seconds,
  section,
  share,
  tokensPerWork,
} from './parts.ts';

// Kinds of nodes: what each promises, how it is sold, bonded, checked and rewarded.

const SHARE_OF_ALL = { min: '0 %', max: '100 %', stepMax: ['20 %', '5 %'] } as const;
const WINDOW = { min: '1 s', max: '90 d', stepMax: ['20 %', '1 h'] } as const;

const bands = derived(
  section('Work counts by the band that a node is attested to stand in, as by its rank in a place.', {
    multipliers: list(
      'By band, the best first; past the last one work weighs nothing.',
      { lengthMin: 1, lengthMax: 16, default: ['100 %', '75 %', '25 %'] },
      share('multiplierPpm', 'What a unit of work counts in the band.', { default: '100 %', ...SHARE_OF_ALL }),
    ),
  }),
  ({ multipliers }) => ({ multipliersPpm: multipliers }),
);

/** The mean capacity at work, times the epoch, is the class's work in it. */
const piece = derived(
  section('One piece.', {
    until: optional(
      count('untilNcu', 'It ends where this much capacity works all the time; null: nowhere.', {
        default: '100_000',
        min: '1',
        max: '1_000_000_000',
        stepMax: '20 %',
        unit: 'NCU',
      }),
      { present: false },
    ),
    rate: tokensPerWork('rateMicrograinsPerNcuS', 'What a unit of work on it earns the class.', {
      default: '0.0036 tokens per NCU·h',
      min: '0 tokens per NCU·h',
      max: '1_000 tokens per NCU·h',
      stepMax: '20 %',
    }),
  }),
  ({ untilNcu, rateMicrograinsPerNcuS }, { epochMs }, safe) => ({
    untilNcuMs: untilNcu === null ? null : (safe(BigInt(untilNcu) * epochMs) as NcuMs),
    rateMicrograinsPerNcuS,
  }),
);

const pool = section(
  'What the class may divide by its whole work: diminishing returns of the class that nobody inside it can split around.',
  {
    pieces: list(
      'Straight pieces from nothing on; work past the last end earns the class nothing more.',
      { lengthMin: 1, lengthMax: 16, default: [{ until: '100_000' }, { rate: '0.0018 tokens per NCU·h' }] },
      piece,
    ),
  },
);

const bond = section(
  "What a node must bond, in credits: the largest of the terms that are not null. Work tokens stand for it at the oracle's value less the haircut.",
  {
    min: credits('bondGrainsMin', 'However small the node.', {
      default: '50 credits',
      min: '0 credits',
      max: '10_000_000 credits',
      stepMax: '20 %',
    }),
    revenue: optional(
      section('What it could earn until its last fault is found: revenue at full work and the price in force.', {
        share: multiple('sharePpm', 'Part of that revenue.', {
          default: '1',
          min: '0.01',
          max: '10',
          stepMax: ['20 %', '0.05'],
        }),
        exposure: epochs('exposureEpochs', 'So long; whole epochs.', {
          default: '14 d',
          min: '1 h',
          max: '366 d',
          stepMax: ['20 %', '1 d'],
          positive: true,
        }),
      }),
      { present: true },
    ),
    deterrence: optional(
      section("A single cheat must not pay: factor * one epoch's revenue / (slash * detection).", {
        factor: multiple('factorPpm', 'How many times the gain a cheat must cost.', {
          default: '2',
          min: '1',
          max: '100',
          stepMax: '20 %',
        }),
        slash: share('slashPpm', 'Share of the bond that a conviction takes.', {
          default: '100 %',
          min: '1 %',
          max: '100 %',
          stepMax: '20 %',
          positive: true,
        }),
        detection: share('detectionPpm', 'Probability that a cheat is found within the dispute window.', {
          default: '50 %',
          min: '0.1 %',
          max: '100 %',
          stepMax: '20 %',
          positive: true,
        }),
      }),
      { present: true },
    ),
    harm: optional(
      section('The worst harm to third parties in the jobs that a node holds.', {
        factor: multiple('factorPpm', 'How many times that harm.', {
          default: '2',
          min: '1',
          max: '100',
          stepMax: '20 %',
        }),
      }),
      { present: true },
    ),
    haircut: share(
      'haircutPpm',
      'Taken off the value of a bonded work token, because it falls when the network does.',
      {
        default: '50 %',
        min: '0 %',
        max: '99 %',
        stepMax: ['20 %', '5 %'],
      },
    ),
    marginCall: share('marginCallPpm', 'Below this share of the required bond a node is warned.', {
      default: '80 %',
      min: '0 %',
      max: '100 %',
      stepMax: '20 %',
    }),
    stopLine: share(
      'stopLinePpm',
      'Below this share of the required bond a node gets no work, and what it reports counts zero.',
      { default: '60 %', min: '0 %', max: '100 %', stepMax: '20 %' },
    ),
  },
);

const slo = section('What the class promises.', {
  latency: choice('latency', 'What its users can expect.', ['low', 'low-moderate', 'moderate', 'variable'], {
    default: 'moderate',
    stepMax: 'free',
  }),
  variability: choice('variability', 'How much its capacity comes and goes.', ['low', 'medium', 'high'], {
    default: 'low',
    stepMax: 'free',
  }),
  start: milliseconds('startMsP95', '95 % of starts happen within this.', {
    default: '60 s',
    min: '1 ms',
    max: '1 h',
    stepMax: '20 %',
    positive: true,
  }),
  availability: share('availabilityPpm', 'Share of the time in which it answers.', {
    default: '99 %',
    min: '50 %',
    max: '100 %',
    stepMax: ['20 %', '1 %'],
  }),
  throughput: share('throughputPpm', 'Share of the offered capacity that can be had at any time.', {
    default: '95 %',
    min: '10 %',
    max: '100 %',
    stepMax: ['20 %', '1 %'],
  }),
});

const payment = section('How its providers are paid.', {
  path: choice('path', 'Claims of an era against escrow, or vouchers of a channel.', ['escrow', 'channel'], {
    default: 'escrow',
    stepMax: 'free',
  }),
  cadence: choice('cadence', 'How often earnings are added up.', ['task', 'epoch', 'era'], {
    default: 'era',
    stepMax: 'free',
  }),
});

const weight = { ...SHARE_OF_ALL, min: '0 %' } as const;

const evidence = derived(
  section("Where a node's key must live, and what better proof is worth.", {
    least: choice('least', 'Nodes with less are not admitted.', ['software-key', 'hardware-key', 'hardware-tee'], {
      default: 'software-key',
      stepMax: 'free',
    }),
    weights: section("Factor on a node's weight in allocation, by the level that it shows.", {
      'software-key': share('software-key', 'A key in a file.', { default: '80 %', ...weight }),
      'hardware-key': share('hardware-key', 'A key that cannot leave its chip.', { default: '100 %', ...weight }),
      'hardware-tee': share('hardware-tee', 'Such a key, and a measured enclave.', { default: '100 %', ...weight }),
    }),
  }),
  ({ least, weights }) => ({ least, weightsPpm: weights }),
);

const verification = section('How its work is checked, besides the audits of all classes.', {
  method: choice(
    'method',
    'Blind replicas, sampling with benchmarks, or challenges.',
    ['replicas', 'sampling', 'challenges'],
    { default: 'replicas', stepMax: 'free' },
  ),
  canaries: share('canaryPpm', 'Share of jobs whose answer is known.', {
    default: '3 %',
    min: '0 %',
    max: '50 %',
    stepMax: ['20 %', '1 %'],
  }),
  benchmarks: share('benchmarkPpm', 'Share of epochs with a surprise benchmark.', {
    default: '1 %',
    min: '0 %',
    max: '50 %',
    stepMax: ['20 %', '1 %'],
  }),
  criticalReplicas: count('criticalReplicas', 'Replicas of a task that asks to be critical.', {
    default: '3',
    min: '2',
    max: '31',
    stepMax: ['20 %', '1'],
    positive: true,
    unit: 'replicas',
  }),
});

const disputes = section('How long a result can be disputed, and how soon it is decided.', {
  window: seconds('windowSeconds', 'A consumer may dispute a result for this long.', { default: '7 d', ...WINDOW }),
  verdict: seconds('verdictSeconds', 'A verdict is due within this.', { default: '24 h', ...WINDOW }),
  answer: seconds('answerSeconds', 'A challenged node must answer within this.', { default: '1 h', ...WINDOW }),
});

const nodeClass = section('One kind of nodes.', {
  emissionShare: share('emissionSharePpm', "Share of an epoch's emission that the class divides; all make 100 %.", {
    default: '40 %',
    ...SHARE_OF_ALL,
  }),
  slo,
  pricing: list(
    'How its capacity is sold; the terms are in `models`.',
    { lengthMin: 1, lengthMax: 6, default: ['project', 'spot'] },
    choice('model', 'One model.', ['project', 'subscription', 'spot', 'reserved', 'micropayment', 'pool'], {
      default: 'spot',
      stepMax: 'free',
    }),
  ),
  payment,
  curve,
  bands: optional(bands, { present: false }),
  pool: optional(pool, { present: false }),
  operatorCap: share(
    'operatorCapPpm',
    "One operator's largest share of the class's work before caps; the excess is carried, not given to others.",
    { default: '15 %', min: '1 %', max: '100 %', stepMax: '20 %' },
  ),
  consumerCap: share(
    'consumerCapPpm',
    "One consumer's largest share of the class's capacity: below (1 + surcharge) * elasticity / 2, hoarding does not pay.",
    { default: '15 %', min: '1 %', max: '100 %', stepMax: '20 %' },
  ),
  bond,
  evidence,
  verification,
  disputes,
});

export const classes = namedMap(
  'Node classes, by name. A node registers in one of them. A full node earns about 24 credits a day at the first price, so its bond is ten days of that in grid, fourteen in cloud and ai, seven at the edge; at a token of one credit, twice as many tokens.',
  {
    nameAs: 'name',
    names: /^[a-z][a-z0-9-]*$/,
    entries: {
      grid: {
        meaning: 'Managed machines for batch work on project grants.',
        set: { bond: { revenue: { exposure: '10 d' } } },
      },
      cloud: {
        meaning: 'Data-centre machines: subscriptions and spot.',
        set: {
          emissionShare: '30 %',
          slo: { latency: 'low-moderate', variability: 'medium', start: '10 s', availability: '99.9 %' },
          pricing: ['subscription', 'spot'],
          payment: { cadence: 'epoch' },
          curve: { bond: '672 tokens' },
          evidence: { least: 'hardware-key' },
          verification: { method: 'sampling', benchmarks: '2 %' },
        },
      },
      edge: {
        meaning:
          'Small and intermittent machines near their users: micropayments, redundancy in the place of better keys.',
        set: {
          emissionShare: '15 %',
          slo: { latency: 'low', variability: 'high', start: '250 ms', availability: '95 %', throughput: '80 %' },
          pricing: ['micropayment'],
          payment: { path: 'channel', cadence: 'task' },
          curve: { kind: 'perspective', bond: '336 tokens' },
          bond: { revenue: { exposure: '7 d' } },
          verification: { method: 'challenges' },
          disputes: { window: '1 h', verdict: '1 h', answer: '30 s' },
        },
      },
      ai: {
        meaning: 'Accelerators: spot, reserved and pooled.',
        set: {
          emissionShare: '15 %',
          slo: { latency: 'variable', variability: 'high', start: '30 s', availability: '99.5 %' },
          pricing: ['spot', 'reserved', 'pool'],
          curve: { bond: '672 tokens' },
          evidence: { least: 'hardware-key', weights: { 'hardware-key': '90 %' } },
          verification: { method: 'challenges', benchmarks: '2 %' },
        },
      },
    },
  },
  nodeClass,
);
