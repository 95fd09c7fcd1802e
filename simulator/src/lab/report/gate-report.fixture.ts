import type {
  AttackFinding,
  CheckState,
  Fan,
  Figure,
  GateCheck,
  GateCriterion,
  GateName,
  GateReport,
  GateShare,
} from '../gate/report.ts';

// A report made by hand, whole in every part: criteria passed, failed and not shown, and an attack that pays.

const exact = (value: number, samples = 1): Figure => ({ value, interval: null, confidence: null, samples });
const near = (value: number, spread: number, samples = 200): Figure => ({
  value,
  interval: [value - spread, value + spread],
  confidence: 0.95,
  samples,
});

type Line = NonNullable<GateCheck['line']>;
const check = (
  id: string,
  metric: string,
  [figure, unit]: readonly [Figure | null, string],
  [relation, value]: readonly [Line['relation'], number],
  [state, how]: readonly [CheckState, string],
): GateCheck => ({ id, metric, unit, state, figure, line: { relation, value }, how });

const criterion = (
  gate: GateName,
  title: string,
  share: GateShare,
  checks: readonly GateCheck[],
  remedies: GateCriterion['remedies'] = [],
): GateCriterion => {
  const has = (state: CheckState) => checks.some((one) => one.state === state);
  return {
    gate,
    title,
    share,
    state: has('failed') ? 'failed' : has('not shown') ? 'not shown' : 'passed',
    checks,
    remedies,
  };
};

const MISSING = 'No evidence file names this economy. Run the trial and give its signed file with --evidence.';
const FORM = 'closed form';
const RUNS = 'simulation, base world';

const CRITERIA: readonly GateCriterion[] = [
  criterion(
    'G1',
    'Attack economics',
    'economics',
    [
      check('wash-usage', 'wash usage: mean(C − 2R)', [near(-38.2, 6.1), 'credits'], ['>', 0], ['failed', RUNS]),
      check('lazy-work', 'lazy work: mean(C − 2R)', [near(1204.7, 81.2), 'credits'], ['>', 0], ['passed', RUNS]),
    ],
    [
      ['supply.feeLinked.share', '35 %'],
      ['take.burn', '6 %'],
    ],
  ),
  criterion('G2', 'Model truth', 'economics', [
    check('closed-forms', 'largest distance from a closed form', [exact(1.84, 17), 'SE'], ['<=', 3], ['passed', RUNS]),
  ]),
  criterion('G3', 'Metering', 'launch', [
    check('bias', 'bias', [exact(0.31, 4200), '%'], ['<=', 0.5], ['passed', 'replay against the ground-truth meter']),
    check('false-slash', 'false slashes', [null, 'of node-months'], ['<=', 0.0001], ['not shown', MISSING]),
  ]),
  criterion('G4', 'Detection', 'economics', [
    check(
      'detection',
      'P(catch 5 % inflation within the holdback)',
      [near(99.62, 0.2), '%'],
      ['>=', 99],
      ['passed', RUNS],
    ),
  ]),
  criterion('G5', 'Provider margin', 'economics', [
    check('median', 'margin of the median honest provider', [near(18.3, 1.2), '%'], ['>=', 15], ['passed', RUNS]),
    check('p10', 'margin of the poorest tenth', [near(2.4, 0.9), '%'], ['>=', 0], ['passed', RUNS]),
    check('newcomer', "newcomers' break-even", [near(84, 7), 'days'], ['<=', 120], ['passed', RUNS]),
  ]),
  criterion('G6', 'Tenant', 'economics', [
    check('price', 'price against the outside option', [near(0.83, 0.02), 'of the price'], ['<=', 1], ['passed', RUNS]),
    check('sla', 'slots that meet their service level', [near(99.71, 0.05), '%'], ['>=', 99.5], ['passed', RUNS]),
  ]),
  criterion('G7', 'Price stability', 'economics', [
    check('volatility', 'daily log-volatility', [near(6.4, 0.3), '%'], ['<=', 10], ['passed', 'demand ±50 %']),
    check('move', 'largest hourly move', [exact(6.25), '%'], ['<=', 6.3], ['passed', FORM]),
  ]),
  criterion('G8', 'Concentration', 'economics', [
    check('nakamoto', 'Nakamoto coefficient at 50 %', [near(9, 1), ''], ['>=', 7], ['passed', RUNS]),
    check('hhi', 'HHI', [near(0.062, 0.004), ''], ['<=', 0.1], ['passed', RUNS]),
  ]),
  criterion('G9', 'Solvency', 'economics', [
    check(
      'coverage',
      'paths with coverage ≥ 1.0',
      [near(100, 0), '%'],
      ['>=', 99],
      ['passed', '1,000 joint stress paths'],
    ),
  ]),
  criterion('G10', 'Recovery', 'economics', [
    check('step', 'back to ±10 % after a step', [near(31, 4), 'epochs'], ['<=', 48], ['passed', RUNS]),
  ]),
  criterion('G11', 'Conservation', 'economics', [
    check(
      'sum',
      'credits in − credits out',
      [exact(0, 67200), 'grains'],
      ['=', 0],
      ['passed', 'every epoch of every run'],
    ),
  ]),
  criterion('G12', 'Parity', 'launch', [
    check('state', 'operations with equal state hashes', [null, 'operations'], ['>=', 100000], ['not shown', MISSING]),
  ]),
  criterion('G13', 'Sybil invariance', 'economics', [
    check('split', 'largest gain over 1–100 splits', [exact(1, 100), 'grains'], ['<=', 1], ['passed', FORM]),
  ]),
  criterion('G14', 'Supply', 'economics', [
    check('cap', 'most minted', [exact(0.62, 200), 'of the cap'], ['<=', 1], ['passed', RUNS]),
  ]),
  criterion('G15', 'Governance', 'launch', [
    check('pause', 'time to pause', [null, 'h'], ['<=', 1], ['not shown', MISSING]),
  ]),
  criterion('G16', 'Sensitivity', 'economics', [
    check(
      'least',
      'least cost ratio within ±20 % steps',
      [near(1.71, 0.06), ''],
      ['>=', 1.5],
      ['passed', 'Morris, 40 trajectories'],
    ),
  ]),
  criterion('G17', 'Audit trail', 'launch', [
    check('export', 'rows that reconcile', [null, '%'], ['=', 100], ['not shown', MISSING]),
  ]),
];

const VOLUMES = [1, 3, 10, 30, 100, 300];

const attack = (
  [number, id, title]: readonly [number, string, string],
  world: string,
  [cost, gained]: readonly [number, number],
  more: Partial<AttackFinding> = {},
): AttackFinding => ({
  id,
  number,
  title,
  strategy: `Does what the catalogue says of attack ${number}, at its best response.`,
  defence: 'What it has to pay and cannot get back is above what it gains.',
  defendedBy: ['take.burn', 'security.holdback'],
  world,
  parameters: { volume: 30, 'share of bond': 0.25 },
  state: cost > 2 * gained ? 'passed' : 'failed',
  cost: near(cost, cost * 0.04),
  return: near(gained, gained * 0.06),
  difference: near(cost - 2 * gained, cost * 0.08),
  costRatio: gained === 0 ? null : near(cost / gained, (cost / gained) * 0.05),
  pValue: cost > 2 * gained ? 0.00004 : 0.94,
  closedForm: { costCredits: cost * 1.01, returnCredits: gained * 0.99 },
  profile: {
    parameter: 'volume',
    unit: 'credits/epoch',
    points: VOLUMES.map((at) => ({ at, costCredits: at * 7, returnCredits: 260 * (at / (at + 90)) })),
  },
  ...more,
});

const KINDS = [
  [1, 'sybil-split', 'Sybil split', 505, 0],
  [3, 'flash-stake', 'Flash stake', 820, 51],
  [5, 'wash-usage', 'Wash usage', 412, 225],
  [7, 'lazy-work', 'Lazy work', 1400, 98],
  [10, 'selective-delivery', 'Selective delivery', 260, 99],
] as const;

const ATTACKS = ['base', 'stress'].flatMap((world) =>
  KINDS.map(([number, id, title, cost, gained]) =>
    attack(
      [number, id, title],
      world,
      [world === 'base' ? cost : cost * 0.99, gained],
      number === 1 ? { profile: null } : {},
    ),
  ),
);

const AT = Array.from({ length: 49 }, (_, index) => index * 7);
const fan = (id: string, title: string, unit: string, middle: number, spread: number): Fan => ({
  id,
  title,
  unit,
  world: 'base',
  at: AT,
  quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => ({
    share,
    values: AT.map(
      (at) => middle + middle * (share - 0.5) * spread * Math.sqrt(at / 336) + middle * 0.04 * Math.sin(at / 20),
    ),
  })),
});

/** Fails on G1, does not show four criteria, passes the others. */
export const FAILING_REPORT: GateReport = {
  format: 'stannary-gate-report/2',
  economy: { name: 'harbour', version: 3, hash: '3f'.repeat(32), boundsWaived: false },
  code: { version: '0.1.0', hash: 'c0'.repeat(32) },
  profile: 'quick',
  seeds: { seed: 0, search: [0, 40], test: [1000, 200] },
  world: { name: 'mine', isOwn: true },
  ownLines: [],
  scenario: { horizonEpochs: 336, demand: { utilisation: 0.7, elasticity: 0.5 } },
  verdicts: { economics: 'fail', launch: 'not ready' },
  criteria: CRITERIA,
  attacks: ATTACKS,
  sensitivity: [
    {
      field: 'take.burn',
      effect: near(0.41, 0.05),
      method: 'morris',
      leastCostRatio: near(1.71, 0.1),
      untried: 0,
      leastAt: '4 %',
      wording: '',
    },
    {
      field: 'supply.feeLinked.share',
      effect: near(0.33, 0.06),
      method: 'morris',
      leastCostRatio: near(1.8, 0.1),
      untried: 0,
      leastAt: '48 %',
      wording: '',
    },
    {
      field: 'demand.elasticity',
      effect: near(0.01, 0.03),
      method: 'morris',
      leastCostRatio: near(2.1, 0.1),
      untried: 0,
      leastAt: '0.6',
      wording: 'not distinguishable from 0',
    },
  ],
  fans: [
    fan('price', 'Price', 'credits per NCU·h', 0.01, 0.6),
    fan('coverage', 'Reserve coverage', '', 1.5, 0.3),
    fan('supply', 'Tokens minted', 'million tokens', 12, 0.4),
  ],
  tables: [
    {
      id: 'top-operator',
      title: 'Largest operator by class',
      unit: '%',
      bars: [
        { name: 'grid', figure: near(9.2, 1.1), line: 15 },
        { name: 'cloud', figure: near(12.6, 1.3), line: 15 },
        { name: 'edge', figure: near(14.1, 0.8), line: 15 },
        { name: 'ai', figure: near(7.7, 0.9), line: 15 },
      ],
    },
    {
      id: 'margin',
      title: 'Margin of the median provider by class',
      unit: '%',
      bars: [
        { name: 'grid', figure: near(18.2, 1.1), line: 15 },
        { name: 'edge', figure: near(21.4, 2.8), line: 15 },
      ],
    },
    {
      id: 'supply',
      title: 'Minted by stream',
      unit: 'million tokens',
      bars: [
        { name: 'simple', figure: near(4.1, 0), line: null },
        { name: 'baseline', figure: near(7.9, 0.3), line: null },
      ],
    },
  ],
  thin: [
    { check: 'G7 move', headroom: 0.0079, movedBy: ['price.gain'] },
    { check: 'G16 least', headroom: 0.14, movedBy: ['take.burn', 'supply.feeLinked.share'] },
  ],
  evidence: [
    {
      gate: 'G3',
      kind: 'metering trial',
      file: 'metering.json',
      sha256: 'ab'.repeat(32),
      signer: `04${'5d'.repeat(64)}`,
      isPinned: false,
      madeAt: '2026-02-01T00:00:00Z',
    },
  ],
  calibration: null,
  madeAt: '2026-03-14T09:26:53.000Z',
};

/** The same with what failed mended. */
export const PASSING_REPORT: GateReport = {
  ...FAILING_REPORT,
  verdicts: { economics: 'pass', launch: 'not ready' },
  criteria: CRITERIA.map((one) =>
    one.state !== 'failed'
      ? one
      : {
          ...one,
          state: 'passed',
          remedies: [],
          checks: one.checks.map((inner) => ({ ...inner, state: 'passed', figure: near(41.5, 8.3) })),
        },
  ),
  attacks: ATTACKS.map((one) =>
    one.state === 'passed' ? one : attack([one.number, one.id, one.title], one.world, [512, 210]),
  ),
};

/** The same of a file that leaves the bounds. */
export const WAIVED_REPORT: GateReport = {
  ...PASSING_REPORT,
  economy: { ...PASSING_REPORT.economy, name: 'harbour-without-bounds', boundsWaived: true },
};
