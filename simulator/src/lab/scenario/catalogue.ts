import { EVIDENCE_LEVELS } from '@stannary/kernel';
import { RUNS_MAX } from '../../scenario/check.ts';
import {
  CAPACITY,
  CREDITS,
  EPOCHS,
  type Kind,
  MILLISECONDS,
  NAME,
  NUMBER,
  PRICE,
  SHARE,
  TOKEN_PRICE,
  TOKENS,
  WHOLE,
  words,
} from './kinds.ts';

// Every field of a scenario file, once: the reader, the sweeps and the reference page are each one walk over it.

export interface FieldPart {
  readonly part: 'field';
  /** Key in the scenario. */
  readonly as: string;
  readonly kind: Kind;
  readonly meaning: string;
  readonly min: number;
  readonly max: number;
}

export interface SectionPart {
  readonly part: 'section';
  readonly as: string;
  readonly meaning: string;
  readonly fields: Readonly<Record<string, Part>>;
}

/** A section whose fields depend on its `kind`. */
export interface VariantPart {
  readonly part: 'variant';
  readonly as: string;
  readonly meaning: string;
  readonly cases: Readonly<Record<string, SectionPart>>;
}

/** Null, or what is inside. */
export interface OptionalPart {
  readonly part: 'optional';
  readonly as: string;
  readonly inner: FieldPart | SectionPart | SeriesPart;
}

/**
 * A step function of time: values with a length each, or the shape of a trace: demand over its mean, prices and costs from
 * the first on, the share of nodes that are up.
 */
export interface SeriesPart {
  readonly part: 'series';
  readonly as: string;
  readonly meaning: string;
  readonly of: 'demand' | 'price' | 'uptime' | 'cost';
}

/** Sections under names; null takes one out. */
export interface MapPart {
  readonly part: 'map';
  readonly as: string;
  readonly meaning: string;
  readonly item: SectionPart;
}

export interface ListPart {
  readonly part: 'list';
  readonly as: string;
  readonly meaning: string;
  readonly item: VariantPart;
}

export type Part = FieldPart | SectionPart | VariantPart | OptionalPart | SeriesPart | MapPart | ListPart;

const SAFE = Number.MAX_SAFE_INTEGER;
const WORD = 2 ** 32 - 1;
const FACTOR = 1e6;

const field = (as: string, kind: Kind, min: number, max: number, meaning: string): FieldPart => ({
  part: 'field',
  as,
  kind,
  min,
  max,
  meaning,
});
const word = (as: string, kind: Kind, meaning: string) => field(as, kind, 0, 0, meaning);
const section = (as: string, meaning: string, fields: SectionPart['fields']): SectionPart => ({
  part: 'section',
  as,
  meaning,
  fields,
});
const optional = (inner: OptionalPart['inner']): OptionalPart => ({ part: 'optional', as: inner.as, inner });

const population = section('', 'Nodes that are alike but for cost and operator.', {
  class: word('className', NAME, 'Class of the economy. Without it the name of the population.'),
  nodes: field('nodes', WHOLE, 0, SAFE, 'At work from the beginning.'),
  nodesMax: field(
    'nodesMax',
    WHOLE,
    0,
    SAFE,
    'The most there may ever have been. Where only `nodes` is said: 1.25 of them.',
  ),
  operators: field('operators', WHOLE, 1, SAFE, 'Who run them.'),
  operatorSkew: field('operatorSkew', NUMBER, 0, 10, 'Operator k runs a share of (k + 1)^-skew; 0: all alike.'),
  capacity: field('milliNcu', CAPACITY, 1, SAFE, 'Of one node.'),
  evidence: word('evidence', words(...EVIDENCE_LEVELS), 'What its work is proven by.'),
  meanBand: field(
    'meanBand',
    NUMBER,
    0,
    255,
    'Mean band that its nodes stand in, where the class has bands: geometric; 0: all in the best.',
  ),
  cost: section('cost', 'What a node costs its operator.', {
    revenueShare: field(
      'revenueShare',
      SHARE,
      0,
      FACTOR,
      'Mean cost over the revenue at initial price and target utilisation.',
    ),
    deviation: field('deviation', NUMBER, 0, 10, "Of the cost's logarithm, between nodes."),
    variableShare: field('variableShare', SHARE, 0, 1, 'Part that falls away while a node does not work.'),
    trace: optional({
      part: 'series',
      as: 'trace',
      of: 'cost',
      meaning: 'What the cost is multiplied by, by time, from its start again when it ends; null: always 1.',
    }),
  }),
  availability: field('availability', SHARE, 0, 1, 'Share of epochs in which a node is up.'),
  churn: optional({
    part: 'series',
    as: 'churn',
    of: 'uptime',
    meaning: 'Share of nodes that are up, by time, from its start again when it ends; null: `availability`.',
  }),
  entry: section('entry', 'New nodes per era: Poisson, mean share × nodes × (mean margin − marginMin).', {
    sharePerEra: field('sharePerEra', SHARE, 0, 10, 'How fast others follow a margin.'),
    marginMin: field('marginMin', SHARE, -FACTOR, 1, 'Margin below which nobody enters.'),
  }),
  exit: section('exit', 'When a node leaves.', {
    marginMin: field('marginMin', SHARE, -FACTOR, 1, 'Margin that an era must bring.'),
    patienceEras: field(
      'patienceEras',
      WHOLE,
      1,
      255,
      'Eras in a row below it that a provider bears, in the mean; each has a patience of its own.',
    ),
  }),
  bondCushion: field('bondCushion', NUMBER, 0, 1_000, 'What a node bonds, over its requirement.'),
  soldShare: field('soldShare', SHARE, 0, 1, 'Share of vested tokens that is sold at once.'),
});

const demand = section(
  'demand',
  'Utilisation × capacity at the beginning × trace × growth × price elasticity × noise.',
  {
    utilisation: field('utilisation', SHARE, 0, FACTOR, 'What is asked for at the initial price, over the capacity.'),
    elasticity: field('elasticity', NUMBER, 0, 100, 'Absolute: 1 is a demand that always spends the same.'),
    outside: optional(
      field(
        'outsideMicrograinsPerNcuS',
        PRICE,
        0,
        SAFE,
        'Above this price everybody buys elsewhere; null: nobody can.',
      ),
    ),
    growth: field('growthPerYear', SHARE, -0.999, FACTOR, 'Per year.'),
    noise: field('noise', NUMBER, 0, 10, 'Deviation of the logarithm, each epoch anew.'),
    trace: optional({
      part: 'series',
      as: 'trace',
      of: 'demand',
      meaning: 'Relative demand by time, from its start again when it ends; null: always 1.',
    }),
  },
);

const token: VariantPart = {
  part: 'variant',
  as: 'token',
  meaning: 'Price of the work token.',
  cases: {
    geometric: section('', 'Geometric Brownian motion with jumps.', {
      initial: field('initialMicrograins', TOKEN_PRICE, 1, SAFE, 'At the beginning.'),
      drift: field('driftPerYear', NUMBER, -100, 100, 'Of the logarithm, per year.'),
      volatility: field('volatilityPerYear', SHARE, 0, 100, 'Per year.'),
      jumps: optional(
        section('jumps', 'Normal jumps of the logarithm.', {
          perYear: field('perYear', NUMBER, 0, FACTOR, 'How many.'),
          mean: field('mean', NUMBER, -100, 100, 'Of a jump.'),
          deviation: field('deviation', NUMBER, 0, 100, 'Of a jump.'),
        }),
      ),
    }),
    series: section('', 'A course that is given; after its last value it stays.', {
      prices: {
        part: 'series',
        as: 'micrograins',
        of: 'price',
        meaning: 'Credits for a token; a trace gives the course from the initial price on.',
      },
    }),
    pool: section('', 'A constant-product pool that providers sell into and the burn buys from.', {
      credits: field('creditsGrains', CREDITS, 1, SAFE, 'In the pool at the beginning.'),
      tokens: field('tokensGrains', TOKENS, 1, SAFE, 'In the pool at the beginning.'),
      fee: field('feePpm', number1e6(), 0, 999_999, 'Of what is sold to it.'),
      speculators: section('speculators', 'Each epoch they trade this share of its credits.', {
        trend: field('trend', NUMBER, -10, 10, 'Times the last relative move.'),
        value: field('value', NUMBER, 0, 10, 'Times ln(fair / price).'),
        fair: field('fairMicrograins', TOKEN_PRICE, 1, SAFE, 'What they hold the token to be worth.'),
        noise: field('noise', NUMBER, 0, 1, 'Times a normal draw.'),
      }),
      burnBuys: field('burnBuysShare', SHARE, 0, 1, 'Share of the burned take that buys tokens, which are burned.'),
    }),
  },
};

function number1e6(): Kind {
  return { ...SHARE, form: 'number', unit: 'ppm', units: () => ({ '': 1e6, '%': 1e4, ppm: 1 }), isWhole: true };
}

const during = {
  at: field('atEpoch', EPOCHS, 0, WORD, 'When it begins.'),
  for: field('epochs', EPOCHS, 1, WORD, 'How long it holds.'),
};
const factor = (meaning: string) => field('factor', NUMBER, 0, FACTOR, meaning);
const shareOf = (meaning: string) => field('share', SHARE, 0, 1, meaning);

const shock: VariantPart = {
  part: 'variant',
  as: '',
  meaning: 'One thing that happens.',
  cases: {
    'token-price': section('', 'The price moves evenly in the logarithm, and stays.', {
      ...during,
      factor: factor('What it is multiplied by in all.'),
    }),
    demand: section('', 'More or less is asked for.', { ...during, factor: factor('What demand is multiplied by.') }),
    'operator-outage': section('', 'The operator with most capacity is down.', during),
    'node-loss': section('', 'Nodes are down, by lot.', { ...during, share: shareOf('Of all nodes.') }),
    'oracle-freeze': section('', 'Nobody learns the price of the token.', during),
    'lazy-verifiers': section('', 'Verifiers agree to everything.', { ...during, share: shareOf('Of all verifiers.') }),
    'challenge-cost': section('', 'Proving a fault costs more.', {
      ...during,
      factor: factor('What the cost is multiplied by.'),
    }),
    redemption: section('', 'Credits are redeemed at once.', {
      at: during.at,
      share: shareOf('Of all credits outstanding.'),
    }),
  },
};

export const scenarioCatalogue: SectionPart = section('', 'The world around an economy.', {
  name: word('name', NAME, 'For tables and files.'),
  horizon: field('horizonEpochs', EPOCHS, 1, WORD, 'Length of a run; at most 20 years.'),
  seed: field('seed', WHOLE, 0, SAFE, 'Of all draws; 0 is a seed.'),
  runs: field('runs', WHOLE, 1, RUNS_MAX, 'Worlds of the seed.'),
  providers: {
    part: 'map',
    as: 'providers',
    meaning: 'Populations by name; those of the economy by their class.',
    item: population,
  },
  demand,
  verification: section('verification', 'How cheats are looked for.', {
    audits: optional(
      field(
        'auditShare',
        SHARE,
        0,
        1,
        "Share of a node's epochs that are audited; null: as the economy's rule has it.",
      ),
    ),
    detection: optional(
      field('detection', SHARE, 0, 1, "Share of audits of a cheat that see it; null: the economy's."),
    ),
    canaries: optional(field('canaryShare', SHARE, 0, 1, "Share of jobs whose answer is known; null: the economy's.")),
    lazy: field('lazyShare', SHARE, 0, 1, 'Verifiers that agree to everything.'),
    challengeCost: field('challengeCostGrains', CREDITS, 0, SAFE, 'What proving a fault costs.'),
  }),
  token,
  network: section('network', 'Between nodes and the network.', {
    latency: field('latencyMs', MILLISECONDS, 0, SAFE, 'Mean of an exponential time until a batch arrives.'),
    loss: field('lossShare', SHARE, 0, 1, 'Batches that never arrive.'),
    meterNoise: field('meterNoise', SHARE, 0, 1, 'Standard deviation of a reading, relative to the truth.'),
  }),
  reserve: section('reserve', 'What stands behind the credits at the beginning.', {
    stable: field('stableGrains', CREDITS, 0, SAFE, 'Stable assets, in credits.'),
    tokens: field('tokenGrains', TOKENS, 0, SAFE, 'Work tokens.'),
    outstanding: field('outstandingGrains', CREDITS, 0, SAFE, 'Credits that others hold.'),
    redeemed: field('redeemedShare', SHARE, 0, 1, "Share of vested credits that is redeemed at each era's end."),
  }),
  shocks: { part: 'list', as: 'shocks', meaning: 'What happens, each from its epoch on.', item: shock },
});
