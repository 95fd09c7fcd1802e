import {
  count,
  derived,
  type FullScale,
  list,
  multiple,
  optional,
  section,
  share,
  type ToSafe,
  tokens,
  variant,
} from './parts.ts';

// How work and bond become reward weight.

/** What a bond covers, in the file's units: so much capacity for so many tokens. */
const covering = {
  ncu: count('ncu', 'Capacity that `bond` covers.', {
    default: '100',
    min: '1',
    max: '1_000_000',
    stepMax: ['20 %', '1'],
    positive: true,
    unit: 'NCU',
  }),
  bond: tokens('bondGrains', 'Bond that covers `ncu`.', {
    default: '480 tokens',
    min: '1 token',
    max: '10_000_000 tokens',
    stepMax: '20 %',
    positive: true,
  }),
};

interface Covering {
  readonly ncu: number;
  readonly bondGrains: number;
}

/** kappa in NCU·ms per grain and epoch: the capacity that a bond covers, times the epoch, over the bond. */
function kappaOf({ ncu, bondGrains }: Covering, { epochMs }: FullScale, safe: ToSafe) {
  const [numerator, denominator] = lowestTerms(BigInt(ncu) * epochMs, BigInt(bondGrains));
  return { kappaNumerator: safe(numerator), kappaDenominator: safe(denominator) };
}

function lowestTerms(numerator: bigint, denominator: bigint): readonly [bigint, bigint] {
  const divisor = greatestCommonDivisor(numerator, denominator);
  return [numerator / divisor, denominator / divisor];
}

function greatestCommonDivisor(x: bigint, y: bigint): bigint {
  return y === 0n ? x : greatestCommonDivisor(y, x % y);
}

const linearCapped = derived(
  section('Rewarded work is min(work, what the bond covers). Homogeneous in both, so splitting a node never gains.', {
    ...covering,
  }),
  kappaOf,
);

const perspective = derived(
  section(
    'Work counts less and less the further it goes past what the bond covers: b·φ(w/b) with falling slopes, so splitting a node with its bond never gains.',
    {
      ...covering,
      pieces: list(
        'Straight pieces from nothing on; work past the last end weighs nothing.',
        {
          lengthMin: 1,
          lengthMax: 16,
          default: [{ until: '1', slope: '100 %' }, { until: '2', slope: '50 %' }, { slope: '25 %' }],
        },
        section('One piece.', {
          until: optional(
            multiple('untilPpm', 'It ends at this multiple of the work that the bond covers; null: nowhere.', {
              default: '1',
              min: '0.01',
              max: '1_000',
              stepMax: '20 %',
              positive: true,
            }),
            { present: false },
          ),
          slope: share('slopePpm', 'Weight of a unit of work on it.', {
            default: '100 %',
            min: '0 %',
            max: '100 %',
            stepMax: ['20 %', '5 %'],
          }),
        }),
      ),
    },
  ),
  ({ pieces, ...cover }, scale, safe) => ({ ...kappaOf(cover, scale, safe), pieces }),
);

/** lambda of the kernel is NCU·ms per grain: the factor of the file times kappa. */
const exponentialRebate = derived(
  section("w(1 - alpha e^(-lambda covered/w)): The Graph's rebate, with work in the place of fees.", {
    ...covering,
    alpha: share('alphaPpm', 'Part of its work that a node without a bond loses.', {
      default: '100 %',
      min: '0 %',
      max: '100 %',
      stepMax: ['20 %', '5 %'],
    }),
    lambda: multiple('lambdaPpm', 'How fast the bond wins it back: at 1, a covered node keeps 63 % of its work.', {
      default: '0.6',
      min: '0.01',
      max: '100',
      stepMax: '20 %',
      positive: true,
    }),
  }),
  ({ alphaPpm, lambdaPpm, ...cover }, { epochMs }, safe) => {
    const covered = BigInt(cover.ncu) * epochMs * BigInt(lambdaPpm);
    const [numerator, denominator] = lowestTerms(covered, BigInt(cover.bondGrains) * 1_000_000n);
    return { alphaPpm, lambdaNumerator: safe(numerator), lambdaDenominator: safe(denominator) };
  },
);

const exponent = { min: '1', max: '8', stepMax: 'fixed', positive: true } as const;

const cobbDouglas = section(
  "W (w/W)^a (b/B)^(1-a) by the class's whole work W and bond B; what the shares leave is carried.",
  {
    numerator: count('workExponentNumerator', 'a is this over `denominator`, below 1.', { default: '2', ...exponent }),
    denominator: count('workExponentDenominator', 'At most 8.', { default: '3', ...exponent }),
  },
);

const pledgeCapped = derived(
  section(
    "Cardano's pool reward, the covered work as the pledge. Not split-proof past its cap: an operator cap has to hold it.",
    {
      ...covering,
      nodesTarget: count('nodesTarget', "k: a node with more than 1/k of the class's work is saturated.", {
        default: '500',
        min: '1',
        max: '1_000_000',
        stepMax: '20 %',
        positive: true,
      }),
      influence: multiple('pledgeInfluencePpm', 'a0: how much the pledge weighs; without any a node gets 1/(1 + a0).', {
        default: '0.3',
        min: '0',
        max: '10',
        stepMax: '20 %',
      }),
    },
  ),
  ({ nodesTarget, pledgeInfluencePpm, ...cover }, scale, safe) => ({
    ...kappaOf(cover, scale, safe),
    nodesTarget,
    pledgeInfluencePpm,
  }),
);

const power = section(
  'w^a of each identity, bond or no bond. Never safe: k identities weigh k^(1-a) times one. It is here to be measured and refused.',
  {
    numerator: count('exponentNumerator', 'a is this over `denominator`, below 1.', { default: '1', ...exponent }),
    denominator: count('exponentDenominator', 'At most 8.', { default: '2', ...exponent }),
  },
);

export const curve = variant(
  'How work and bond become reward weight.',
  { tag: 'kind', default: 'linear-capped' },
  {
    'linear-capped': linearCapped,
    perspective,
    'exponential-rebate': exponentialRebate,
    'cobb-douglas': cobbDouglas,
    'pledge-capped': pledgeCapped,
    power,
  },
);
