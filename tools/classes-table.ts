// docs/reference/classes.md: the classes of the reference economy side by side.
import {
  bondTokens,
  chargeGrains,
  type Economy,
  grains,
  isSplitProof,
  type NodeClass,
  ncuMs,
  requiredBond,
} from '@stannary/kernel';

export const CLASSES_PAGE = 'docs/reference/classes.md';

type Row = readonly [name: string, value: (one: NodeClass, economy: Economy) => string];

const SECTIONS: readonly (readonly [title: string, rows: readonly Row[]])[] = [
  [
    'What it promises',
    [
      ['latency', ({ slo }) => slo.latency],
      ['variability of its capacity', ({ slo }) => slo.variability],
      ['95 % of starts within', ({ slo }) => duration(slo.startMsP95)],
      ['availability', ({ slo }) => percent(slo.availabilityPpm)],
      ['of its offer deliverable at any time', ({ slo }) => percent(slo.throughputPpm)],
    ],
  ],
  [
    'How it is sold and paid',
    [
      ['sold as', ({ pricing }) => pricing.join(', ')],
      ['paid by', ({ payment }) => payment.path],
      ['earnings added up per', ({ payment }) => payment.cadence],
    ],
  ],
  [
    'What it earns',
    [
      ['share of the emission', ({ emissionSharePpm }) => percent(emissionSharePpm)],
      ['curve', ({ curve }) => curve.kind],
      ['gains by splitting', ({ curve }) => (isSplitProof(curve) ? 'never' : 'possible')],
      ['bond that covers one NCU', coverText],
      ["one operator's largest share", ({ operatorCapPpm }) => percent(operatorCapPpm)],
      ["one consumer's largest share", ({ consumerCapPpm }) => percent(consumerCapPpm)],
    ],
  ],
  [
    'What it bonds',
    [
      ['least bond', ({ bond }, economy) => credits(bond.bondGrainsMin, economy)],
      ['revenue at risk for', ({ bond }, economy) => epochs(bond.revenue?.exposureEpochs ?? 0, economy)],
      ['a node of 100 NCU', (one, economy) => credits(fullBond(one, economy).creditsGrains, economy)],
      ['because of', (one, economy) => fullBond(one, economy).reason],
      ["in work tokens at the oracle's first price", tokensText],
      ['warned below', ({ bond }) => `${percent(bond.marginCallPpm)} of it`],
      ['stopped below', ({ bond }) => `${percent(bond.stopLinePpm)} of it`],
    ],
  ],
  [
    'How it is checked',
    [
      ['least evidence', ({ evidence }) => evidence.least],
      ['weight of a software key', ({ evidence }) => percent(evidence.weightsPpm['software-key'])],
      ['verification', ({ verification }) => verification.method],
      ['canaries', ({ verification }) => `${percent(verification.canaryPpm)} of jobs`],
      ['surprise benchmarks', ({ verification }) => `${percent(verification.benchmarkPpm)} of epochs`],
      ['replicas of a critical task', ({ verification }) => `${verification.criticalReplicas}`],
      ['disputes open for', ({ disputes }) => duration(disputes.windowSeconds * 1_000)],
      ['verdict within', ({ disputes }) => duration(disputes.verdictSeconds * 1_000)],
      ['answer to a challenge within', ({ disputes }) => duration(disputes.answerSeconds * 1_000)],
    ],
  ],
];

export function classesPage(economy: Economy): string {
  const { classes } = economy;
  const head = `| | ${classes.map(({ name }) => name).join(' | ')} |\n|---|${classes.map(() => '---|').join('')}`;
  const sections = SECTIONS.map(([title, rows]) => {
    const lines = rows.map(
      ([name, value]) => `| ${[name, ...classes.map((one) => value(one, economy))].join(' | ')} |`,
    );
    return `## ${title}\n\n${head}\n${lines.join('\n')}\n`;
  });
  return [HEAD, ...sections].join('\n');
}

const HEAD = `# The classes of the reference economy

A class is a kind of node with its own promise, curve, caps, bond and checks. Their numbers come from
[\`economies/reference.yaml\`](../../economies/reference.yaml); what each field means is on
[the page of the economy file](economy.md), and why on [those of the economy](../explanation/economics.md). Other
economies may have other classes, and any number of them.

This page is written by \`node tools/write-classes.mjs\`; a test fails where it is out of date.
`;

/** What a node of 100 NCU has to bond at the first price, if it could gain one epoch's revenue by a cheat. */
function fullBond({ bond }: NodeClass, { cadence, price }: Economy) {
  const revenue = chargeGrains(ncuMs(100 * cadence.epochMs), price.initialMicrograinsPerNcuS);
  return requiredBond(bond, { revenueGrainsPerEpochMax: revenue, oneShotGainGrains: revenue, harmGrains: grains(0) });
}

function tokensText(one: NodeClass, economy: Economy): string {
  const ppb = economy.oracle.priceMicrograins * 1_000;
  const needed = bondTokens(one.bond, { spotPpb: ppb, twapLowPpb: ppb }, fullBond(one, economy).creditsGrains);
  return `${units(needed, economy)} tokens`;
}

function coverText({ curve }: NodeClass, economy: Economy): string {
  if (!('kappaNumerator' in curve)) return 'any';
  return `${units((economy.cadence.epochMs * curve.kappaDenominator) / curve.kappaNumerator, economy)} tokens`;
}

function percent(value: number): string {
  return `${decimal(value / 10_000)} %`;
}

function credits(amount: number, economy: Economy): string {
  return `${units(amount, economy)} credits`;
}

function units(amount: number, { grainsPerUnit }: Economy): string {
  return decimal(amount / grainsPerUnit);
}

function epochs(count: number, { cadence }: Economy): string {
  return duration(count * cadence.epochMs);
}

/** At most three decimals; no locale decides. */
function decimal(value: number): string {
  return `${Math.round(value * 1_000) / 1_000}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** In the largest unit of which it is a whole number, but 24 h and 60 s. */
function duration(ms: number): string {
  if (ms === 86_400_000) return '24 h';
  if (ms === 60_000) return '60 s';
  const [unit, length] = UNITS.find(([, size]) => ms % size === 0 && ms >= size) ?? (['ms', 1] as const);
  return `${ms / length} ${unit}`;
}
