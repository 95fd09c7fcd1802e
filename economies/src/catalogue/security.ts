import { OFFENCES, sequentialTest } from '@stannary/kernel';
import {
  choice,
  count,
  credits,
  derived,
  epochs,
  eras,
  list,
  milliseconds,
  multiple,
  namedMap,
  optional,
  section,
  share,
  variant,
} from './parts.ts';

// How cheating is found, and what it costs.

const STEP = ['20 %', '5 %'] as const;
const ANY_SHARE = { min: '0 %', max: '100 %', stepMax: STEP } as const;

export const verification = section(
  'Audits by blind re-execution. q = max(floor, gain/(detection(pay + bond)), 1/CV, 1 while CV < consecutiveValidMin).',
  {
    auditFloor: share('auditFloorPpm', 'Least probability of an audit.', {
      default: '2 %',
      min: '0.1 %',
      max: '100 %',
      stepMax: ['20 %', '0.5 %'],
    }),
    detection: share('detectionPpm', 'd: probability that an audit exposes a cheat, given colluding auditors.', {
      default: '90 %',
      min: '1 %',
      max: '100 %',
      stepMax: '20 %',
    }),
    consecutiveValidMin: count(
      'consecutiveValidMin',
      'CV: confirmed audits in a row before a node is audited less than always.',
      { default: '10', min: '1', max: '1_000', stepMax: ['20 %', '1'], positive: true, unit: 'audits' },
    ),
    replicasToConvict: count(
      'replicasToConvict',
      'Blind replicas that must agree with each other against the accused.',
      { default: '2', min: '1', max: '31', stepMax: ['20 %', '1'], positive: true, unit: 'replicas' },
    ),
    canaries: section(
      'Jobs whose answer is known, among the checks of verifiers: without them nobody would check where cheats are rare.',
      {
        floor: share('floorPpm', 'Least share of canaries.', {
          default: '3 %',
          min: '0 %',
          max: '50 %',
          stepMax: ['20 %', '1 %'],
        }),
        safety: multiple('safetyPpm', 'Times that a skipped check must lose what it saves, in expectation.', {
          default: '2',
          min: '1',
          max: '100',
          stepMax: '20 %',
        }),
      },
    ),
    verifierBond: credits('verifierBondGrains', 'What a verifier bonds.', {
      default: '100 credits',
      min: '0 credits',
      max: '1_000_000 credits',
      stepMax: '20 %',
    }),
    canaryPenalty: credits(
      'canaryPenaltyGrains',
      'What a verifier loses for one missed canary; at 3 % canaries and a safety of 2 about 67 times the cost of a check.',
      { default: '1 credit', min: '0 credits', max: '1_000_000 credits', stepMax: '20 %' },
    ),
  },
);

const SHARE_BAR = { default: '50 %', ...ANY_SHARE } as const;

const offence = derived(
  variant(
    'One offence.',
    { tag: 'statistic', default: 'proof-count' },
    {
      'proof-count': section('A number of proofs.', {
        ...consequences(),
        threshold: count('threshold', 'From this many proofs on the offence is proven.', {
          default: '1',
          min: '1',
          max: '1_000',
          stepMax: ['20 %', '1'],
          positive: true,
          unit: 'proofs',
        }),
      }),
      share: section('Failures over all.', {
        ...consequences(),
        threshold: share('threshold', 'At or past this share the offence is proven.', SHARE_BAR),
      }),
      score: section('Successes over all.', {
        ...consequences(),
        threshold: share('threshold', 'At or below this score the offence is proven.', SHARE_BAR),
      }),
    },
  ),
  ({ statistic, ...rule }) => ({ ...rule, statistic: STATISTICS[statistic] }),
);

const STATISTICS = { 'proof-count': 'proof-count', share: 'share-ppm', score: 'score-ppm' } as const;

function consequences() {
  return {
    mode: choice('mode', 'In shadow everything is evaluated and published and nothing moves.', ['shadow', 'live'], {
      default: 'shadow',
      stepMax: 'free',
    }),
    slash: share('slashPpm', 'Share of the bond, rounded up.', { default: '100 %', ...ANY_SHARE }),
    ceiling: share('ceilingPpm', 'Most of a bond that the offence can cost, with all that multiplies it.', {
      default: '100 %',
      ...ANY_SHARE,
    }),
    shadowMin: eras('shadowErasMin', 'Eras without a false alarm that the offence must show in shadow to go live.', {
      default: '30 d',
      min: '0 s',
      max: '365 d',
      stepMax: ['20 %', '1 era'],
    }),
  };
}

const LIVE = { mode: 'live' } as const;

export const offences = namedMap(
  'Offences: what is compared with a threshold, and what passing it costs. All must be there; none must be live.',
  {
    nameAs: 'offence',
    names: OFFENCES,
    complete: true,
    entries: {
      equivocation: { meaning: 'Two valid batch headers with the same node and sequence number.', set: LIVE },
      'wrong-result': { meaning: 'A result that two blind replicas agree against.', set: LIVE },
      'class-spoofing': {
        meaning: 'A node that is not the hardware, or not in the place, that its class and evidence say.',
        set: {},
      },
      'metering-inflation': {
        meaning:
          "A meter that `metering` convicts. The statement says how far it is off; a fault costs the offence's own share.",
        set: { slash: '10 %' },
      },
      'unanswered-challenge': {
        meaning: 'No answer in time. Silence must not cost less than the answer would have.',
        set: {},
      },
      'lazy-verification': { meaning: 'A verifier that missed canaries.', set: { slash: '10 %', threshold: '3' } },
      'abandoned-work': {
        meaning: 'Assignments taken and not finished.',
        set: { statistic: 'share', slash: '1 %', ceiling: '10 %' },
      },
      'incomplete-work': {
        meaning: 'Assignments finished in part.',
        set: { statistic: 'share', slash: '0.5 %', ceiling: '5 %' },
      },
      'late-work': {
        meaning: 'Assignments finished after their deadline.',
        set: { statistic: 'share', slash: '0.1 %', ceiling: '1 %' },
      },
      'low-reputation': {
        meaning: 'Standing below the bar. Weighs in the allocation of work already, so it costs nothing here.',
        set: { statistic: 'score', slash: '0 %', ceiling: '0 %', threshold: '60 %' },
      },
      offline: {
        meaning: 'Probes answered, against the bar of `liveness`; the slash is the common-cause rule of `liveness`.',
        set: { statistic: 'score', slash: '7 %', ceiling: '7 %', threshold: '92 %' },
      },
    },
  },
  offence,
);

export const slash = section('Where a slashed bond goes; the three shares make 100 %.', {
  challenger: share(
    'challengerPpm',
    'To the challenger. Reporting oneself must lose, so the challenger gets less than all.',
    { default: '50 %', ...ANY_SHARE, stepMax: 'fixed' },
  ),
  insurance: share('insurancePpm', 'To the insurance pool, with what the challenger may not have.', {
    default: '30 %',
    ...ANY_SHARE,
    stepMax: 'fixed',
  }),
  burn: share('burnPpm', 'Burned, with what the challenger may not have.', {
    default: '20 %',
    ...ANY_SHARE,
    stepMax: 'fixed',
  }),
  challengerCap: multiple(
    'challengerCapPpm',
    'Most that a challenger gets, as a multiple of what its challenge cost: large bonds must not draw hunters.',
    { default: '50', min: '1', max: '1_000', stepMax: '20 %' },
  ),
});

export const slashLimit = section('The limit that bounds what any bug, or any captured committee, can do to a class.', {
  ceiling: share('ceilingPpm', "Most of a class's bonds that is slashed within a window; the rest waits for later.", {
    default: '10 %',
    min: '1 %',
    max: '100 %',
    stepMax: '20 %',
  }),
  window: epochs('windowEpochs', 'Length of the window.', {
    default: '1 d',
    min: '1 h',
    max: '30 d',
    stepMax: ['20 %', '1 epoch'],
    positive: true,
  }),
});

export const correlation = section(
  'Offences that fall together. Each offender loses at least factor * (slashed in the window) / (bonds of the class): at factor 3 all, when a third of the class was slashed. It counts bonds, so splitting a node changes nothing.',
  {
    factor: multiple('factorPpm', 'Multiple of the class share that was slashed.', {
      default: '3',
      min: '0',
      max: '10',
      stepMax: ['20 %', '1'],
    }),
    window: epochs('windowEpochs', 'Slashes this far back count together.', {
      default: '7 d',
      min: '1 h',
      max: '90 d',
      stepMax: ['20 %', '1 epoch'],
      positive: true,
    }),
  },
);

/** One probe a slot; a window's last slot counts when it is whole. */
const probeWindow = derived(
  section('Nodes are probed once a slot and judged by the window.', {
    length: milliseconds('lengthMs', 'Length of a window.', {
      default: '24 h',
      min: '1 h',
      max: '31 d',
      stepMax: '20 %',
      positive: true,
    }),
    slot: milliseconds('slotMs', 'Time between two probes; 60 s make 1,440 probes a day.', {
      default: '60 s',
      min: '1 s',
      max: '1 h',
      stepMax: '20 %',
      positive: true,
    }),
    bar: share(
      'barPpm',
      'Least share of probes to be answered. 3 points below the least availability that a class promises: there chance convicts an honest node less than once in 60,000 months.',
      { default: '92 %', min: '50 %', max: '99.9 %', stepMax: ['20 %', '1 %'] },
    ),
  }),
  ({ lengthMs, slotMs, barPpm }) => ({ lengthMs, probes: Math.floor(lengthMs / slotMs), barPpm }),
);

export const liveness = section('What absence costs.', {
  window: probeWindow,
  commonCause: section(
    'min(factor * (absent - allowance) / all, 1) * ceiling of the bond: nothing, while an outage may have a cause that no node can help.',
    {
      allowance: share('allowancePpm', 'Share of a class that may be absent.', {
        default: '10 %',
        min: '0 %',
        max: '100 %',
        stepMax: STEP,
      }),
      allowanceNodes: count('allowanceNodes', 'And so many nodes more, so that small classes forgive one.', {
        default: '1',
        min: '0',
        max: '1_000',
        stepMax: ['20 %', '1'],
        unit: 'nodes',
      }),
      factor: multiple('factorPpm', 'How fast the cost rises with the share that is absent.', {
        default: '3',
        min: '0',
        max: '100',
        stepMax: ['20 %', '1'],
      }),
      ceiling: share('ceilingPpm', 'Most of a bond that absence can cost.', { default: '7 %', ...ANY_SHARE }),
    },
  ),
});

const sequential = derived(
  section(
    "Wald's sequential test: noise must not look like fraud. It goes on until it acquits or convicts; an honest meter is convicted with at most about the false-conviction probability.",
    {
      honest: share('honestPpm', 'Good samples of an honest meter.', {
        default: '99.5 %',
        min: '98 %',
        max: '99.99 %',
        stepMax: ['20 %', '1 %'],
      }),
      cheat: share('cheatPpm', 'Good samples of the least cheat that must be found.', {
        default: '95 %',
        min: '50 %',
        max: '97.9 %',
        stepMax: STEP,
      }),
      falseConviction: share('falseConvictionPpm', 'α: one run convicts an honest meter; a month has many runs.', {
        default: '0.001 %',
        min: '0.0001 %',
        max: '1 %',
        stepMax: '100 %',
      }),
      miss: share('missPpm', 'β: a cheat is acquitted, and the test begins anew.', {
        default: '5 %',
        min: '0.1 %',
        max: '50 %',
        stepMax: '100 %',
      }),
    },
  ),
  (probabilities) => sequentialTest(probabilities),
);

/** Written, not computed at loading: no two engines need agree on a sine to agree on an economy's hash. */
const confidence = list(
  "Student's one-sided 95 % quantile by the number of samples, rounded up: the last row that is reached counts. With fewer samples than the first row, claims are paid as they are. Other levels are other rows.",
  {
    lengthMin: 1,
    lengthMax: 100,
    default: [
      { samples: '10', quantile: '1.833_113' },
      { samples: '15', quantile: '1.761_311' },
      { samples: '20', quantile: '1.729_133' },
      { samples: '30', quantile: '1.699_128' },
      { samples: '60', quantile: '1.671_094' },
      { samples: '120', quantile: '1.657_76' },
    ],
  },
  section('One row.', {
    samples: count('samplesMin', 'From this many samples on.', {
      default: '10',
      min: '2',
      max: '1_000_000',
      stepMax: 'free',
      positive: true,
      unit: 'samples',
    }),
    quantile: multiple('quantilePpm', 'Standard errors below the estimate at which a claim is paid.', {
      default: '1.833_113',
      min: '0',
      max: '100',
      stepMax: 'free',
    }),
  }),
);

export const metering = section(
  'Meters that vary with load, checked against a second measurement: paid at the lower confidence bound, warned, and slashed only where the sequential test convicts too.',
  {
    confidence,
    tolerance: share('tolerancePpm', 'A sample is bad when its reference is more than this below the claim.', {
      default: '1 %',
      min: '0 %',
      max: '20 %',
      stepMax: ['20 %', '0.5 %'],
    }),
    warn: share('warnPpm', 'Excess of claims over references above which a node is warned.', {
      default: '2 %',
      min: '0 %',
      max: '50 %',
      stepMax: ['20 %', '1 %'],
    }),
    slashLine: share('slashLinePpm', 'Excess above which a convicted node is slashed.', {
      default: '5 %',
      min: '0 %',
      max: '50 %',
      stepMax: ['20 %', '1 %'],
    }),
    slash: share('slashPpm', 'Slashed share of the bond at that line.', { default: '10 %', ...ANY_SHARE }),
    excessFactor: multiple('excessFactorPpm', 'And this much more for each further part of excess.', {
      default: '3',
      min: '0',
      max: '100',
      stepMax: ['20 %', '1'],
    }),
    test: sequential,
  },
);

const LAMBDA = { min: '0.5', max: '0.999_999', stepMax: '20 %' } as const;

function standing(meaning: string, lambda: string, bar: string, initialSuccesses: string) {
  return section(meaning, {
    lambda: share('lambdaPpm', 'Forgetting factor per observation.', { default: lambda, ...LAMBDA }),
    bar: share('barPpm', 'Below this share of remembered successes the node has offended.', {
      default: bar,
      min: '1 %',
      max: '99.9 %',
      stepMax: STEP,
    }),
    initialSuccesses: count(
      'initialSuccesses',
      'Successes that a newcomer is credited with, so that its first failure is not its last; 1 / (1 - lambda) is the steady mass.',
      { default: initialSuccesses, min: '0', max: '1_000_000', stepMax: ['20 %', '1'], unit: 'successes' },
    ),
  });
}

export const reputation = section('Forgetting Beta reputation: weighs in the allocation of work, never in prices.', {
  lambda: share('lambdaPpm', 'Forgetting factor per observation.', { default: '0.95', ...LAMBDA }),
  multiplierMin: multiple('multiplierMinPpm', 'Weight of a newcomer.', {
    default: '0.5',
    min: '0.01',
    max: '1',
    stepMax: '20 %',
  }),
  multiplierMax: multiple('multiplierMaxPpm', 'Weight of a perfect score.', {
    default: '1.25',
    min: '0.01',
    max: '10',
    stepMax: '20 %',
  }),
  work: standing('Standing by results that were confirmed or refuted.', '0.95', '60 %', '20'),
  liveness: standing('Standing by probes answered and missed.', '0.999', '92 %', '1_000'),
});

export const bonds = section('What being a node costs, beside the bond that its class demands.', {
  idFee: credits('idFeeGrains', 'Burned when a node registers. Against spam, not against many identities.', {
    default: '5 credits',
    min: '0 credits',
    max: '50 credits',
    stepMax: 'fixed',
  }),
  thaw: optional(
    section('Every fee that a node collects locks a part of its bond for a time: bonds grow with the money at risk.', {
      lockFactor: multiple('lockFactorPpm', 'Bond that is locked for each fee.', {
        default: '10',
        min: '0.1',
        max: '100',
        stepMax: '20 %',
        positive: true,
      }),
      thaw: epochs('thawEpochs', 'How long it stays locked.', {
        default: '28 d',
        min: '1 h',
        max: '90 d',
        stepMax: ['20 %', '1 epoch'],
      }),
    }),
    { present: false },
  ),
});

const AGE = { min: '0 s', max: '3_650 d', stepMax: 'free' } as const;

function ageSteps(
  meaning: string,
  shareMeaning: string,
  steps: readonly { readonly age: string; readonly share: string }[],
) {
  return list(
    meaning,
    { lengthMin: 1, lengthMax: 24, default: steps },
    section('One step.', {
      age: epochs('ageEpochsMin', 'Age of the node from which on it holds.', { default: '0 s', ...AGE }),
      share: share('sharePpm', shareMeaning, { default: '50 %', min: '0 %', max: '100 %', stepMax: 'free' }),
    }),
  );
}

const schedules = derived(
  variant(
    'How earnings vest once their era has passed the holdback. Until then a verdict voids them whole.',
    { tag: 'kind', default: 'linear' },
    {
      none: section('At once.', {}),
      linear: section('A share vests evenly, the rest at once.', {
        share: share('sharePpm', 'Share that vests evenly.', { default: '25 %', ...ANY_SHARE }),
        duration: epochs('durationEpochs', 'How long it takes.', {
          default: '90 d',
          min: '0 s',
          max: '3_650 d',
          stepMax: ['20 %', '1 epoch'],
        }),
      }),
      graduated: section(
        'A share is withheld by the age of the node when it earns, comes back by its age later, and whole when it leaves in order: a bond made of earnings.',
        {
          withhold: ageSteps('Rising ages, from 0 on.', 'Share of earnings that is withheld.', [
            { age: '0 d', share: '75 %' },
            { age: '90 d', share: '50 %' },
            { age: '180 d', share: '25 %' },
            { age: '270 d', share: '0 %' },
          ]),
          returns: ageSteps('Rising ages and shares.', 'Share of what was withheld that is back.', [
            { age: '450 d', share: '50 %' },
          ]),
        },
      ),
    },
  ),
  (schedule) => (schedule.kind === 'none' ? null : schedule),
);

export const vesting = section('When earnings are free.', {
  schedule: schedules,
  merge: epochs('mergeEpochs', 'Earnings of so long share an entry and vest with the last of them.', {
    default: '24 h',
    min: '1 s',
    max: '31 d',
    stepMax: 'free',
    positive: true,
  }),
});

export const newcomer = section('Dues of the new, by age: what leaving an identity behind loses.', {
  multiplierMin: multiple('multiplierMinPpm', 'Factor on the rewards of a node on its first day; it rises to 1.', {
    default: '0.5',
    min: '0',
    max: '1',
    stepMax: ['20 %', '0.1'],
  }),
  ramp: epochs('rampEpochs', 'How long it takes to rise.', {
    default: '30 d',
    min: '0 s',
    max: '365 d',
    stepMax: ['20 %', '1 epoch'],
  }),
});
