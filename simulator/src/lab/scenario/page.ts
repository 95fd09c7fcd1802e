import type { Economy } from '@stannary/kernel';
import { defaultScenario } from '../../scenario/defaults.ts';
import { BINS, FIGURES, SERIES } from '../campaign/figures.ts';
import { type FieldPart, type Part, scenarioCatalogue } from './catalogue.ts';
import { expectedOf, type Kind, type Scale, scaleOf, writtenNumber } from './kinds.ts';
import { SCENARIO_PRESETS } from './presets.ts';

export const SCENARIO_PAGE = 'docs/reference/scenario.md';

/** The reference page of scenario files: every field, from the catalogue that the reader walks. */
export function scenarioPage(economy: Economy): string {
  const scenario = defaultScenario(economy);
  const [population] = scenario.providers;
  const defaults = { ...scenario, providers: population };
  return [
    INTRODUCTION,
    '## Fields',
    '',
    "Defaults are the reference economy's; another economy has its own. `<name>` is a population, by default a class.",
    '',
    '| field | meaning | value | default |',
    '|---|---|---|---|',
    ...rowsOf(scenarioCatalogue, '', defaults, scaleOf(economy)),
    '',
    PARTS,
    '## Presets',
    '',
    ...Object.entries(SCENARIO_PRESETS).flatMap(([name, text]) => [
      `\`${name}\`:`,
      '',
      '```yaml',
      text.trim() || '# what the economy assumes',
      '```',
      '',
    ]),
    '## Figures',
    '',
    'What `stannary simulate` reckons of each run. Files and JSON have these units; tables show credits, tokens and per cent.',
    '',
    '| figure | unit | meaning |',
    '|---|---|---|',
    ...Object.entries(FIGURES).map(([name, { unit, meaning }]) => `| \`${name}\` | ${unit} | ${meaning} |`),
    '',
    `Fans have, for each of ${BINS} equal parts of the horizon, the quantiles 5, 25, 50, 75 and 95 % over the runs of:`,
    '',
    '| series | unit | meaning |',
    '|---|---|---|',
    ...Object.entries(SERIES).map(([name, { unit, meaning }]) => `| \`${name}\` | ${unit} | ${meaning} |`),
    '',
  ].join('\n');
}

function rowsOf(part: Part, path: string, value: unknown, scale: Scale): string[] {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const below = (inner: Part) => (value as Record<string, unknown> | null | undefined)?.[inner.as];
  switch (part.part) {
    case 'field':
      return [row(path, part.meaning, `${valueText(part)}`, defaultText(part.kind, value))];
    case 'section':
      return Object.entries(part.fields).flatMap(([key, inner]) => rowsOf(inner, at(key), below(inner), scale));
    case 'variant':
      return Object.entries(part.cases).flatMap(([kind, inner]) => {
        const own = (value as { kind?: string } | undefined)?.kind === kind ? value : undefined;
        const tag = row(at('kind'), inner.meaning, `\`${kind}\``, own === undefined ? '' : `\`${kind}\``);
        return [tag, ...rowsOf(inner, `${path} (${kind})`.trim(), own, scale)];
      });
    case 'optional': {
      if (part.inner.part === 'section') return rowsOf(part.inner, path, value ?? undefined, scale);
      const { meaning } = part.inner;
      const text = part.inner.part === 'field' ? `${valueText(part.inner)}, or null` : 'a trace, values, or null';
      return [row(path, meaning, text, value === null ? 'null' : '')];
    }
    case 'series':
      return [row(path, part.meaning, 'a trace, or values', '')];
    case 'map':
      return rowsOf(part.item, `${path}.<name>`, value, scale);
    case 'list':
      return rowsOf(part.item, `${path}[]`, undefined, scale);
  }
}

function row(path: string, meaning: string, value: string, ofReference: string): string {
  return `| \`${path}\` | ${meaning.replaceAll('|', '\\|')} | ${value} | ${ofReference} |`;
}

function valueText({ kind, min, max }: FieldPart): string {
  if (kind.form === 'word') return expectedOf(kind);
  const unit = kind.unit === '' ? '' : ` ${kind.unit}`;
  const bound = (value: number) =>
    value === Number.MAX_SAFE_INTEGER ? '2^53 − 1' : value === 2 ** 32 - 1 ? '2^32 − 1' : `${value}`;
  return `${expectedOf(kind)}; ${bound(min)} to ${bound(max)}${unit}`;
}

function defaultText(kind: Kind, value: unknown): string {
  if (kind.form === 'number' && typeof value === 'number') return writtenNumber(kind, value);
  return typeof value === 'string' ? value : '';
}

const INTRODUCTION = `# Scenario file

A scenario is the world around an economy: who takes part, what they want, what happens to them. A file says what is to be
other than the economy assumes; what it does not say stays. \`node tools/write-scenario.mjs\` makes this page from the code.

\`\`\`yaml
extends: stress
name: stressed-growth
horizon: 28 d
runs: 8
providers:
  cloud: { nodes: 300 }
demand: { growth: 150 %, elasticity: 0.8 }
\`\`\`

Files are YAML 1.2 without anchors and tags. What is unknown, of another kind or out of range is refused with file, line,
column, what was expected and what came; the message lists up to nine faults of a file. [Examples](../../examples/scenarios).
`;

const PARTS = `## More than fields

| section | meaning |
|---|---|
| \`extends\` | a preset, or another file, which this one is laid over; a list is replaced whole. Default: \`default\` |
| \`economy\` | fields of the economy that are changed, by path: \`price.gain: 5 %\` |
| \`sweep\` | points: variants that all have the same runs, so that differences between them are differences of what was varied |

A population of another name than a class names its \`class\`; it is like that class's but for its number of nodes. \`null\`
takes a population out.

A series is one of

\`\`\`yaml
trace: alibaba-gpu-v2023                            # a public set, see the page of traces
trace: jobs.csv                                     # a CSV file with a schema's own columns
trace: { from: azure-llm-2023-conversation, step: 1 min }
trace: { from: { schema: job, file: pods.csv, columns: { … } } }   # a mapping
trace: { values: [1, 2, 0.5], every: 6 h }
\`\`\`

Of a trace demand takes the shape: each epoch over the mean. Without \`step\` an epoch of the trace is one of the economy; where
the trace has fewer than 24 of them, the longest of 1 h, 15 min, 5 min, 1 min, 15 s, 5 s and 1 s of which it has so many, and
the command says which. \`token.prices\` takes a price trace's proportions from the economy's token price on, of several \`series\`
the one that is named, and so does a population's \`cost.trace\`, from 1 on. \`churn\` takes a trace of up and down: the share of
the nodes in it that are up, epoch by epoch; who is up is drawn anew in each.

\`\`\`yaml
providers:
  cloud: { churn: provider-outages }
  edge:
    churn: spot-gpu-availability-2020
    cost: { trace: { from: aws-gpu-spot-2020, series: us-east-1a/p2.8xlarge/Linux/UNIX } }
\`\`\`

\`\`\`yaml
sweep:
  design: sobol        # grid (default), zip, lhs, sobol
  points: 64           # of lhs and sobol
  seed: 1              # of lhs; sobol is scrambled by it, without it the sequence as published
  fields:
    scenario.demand.elasticity: { from: 0.2, to: 1.5 }
    scenario.providers.cloud.nodes: { from: 100, to: 1_000, scale: logarithmic }
    economy.price.gain: [3 %, 5 %, 8 %]
\`\`\`

Any numeric field of economy or scenario can be swept, in its own units. A grid takes all combinations, the last field fastest;
\`zip\` takes the lists side by side; ranges in them have \`levels\`. Of listed values a hypercube or sequence gives each the same
share. Where a point changes the economy, the rest of its world follows that economy's assumptions. Every point is checked before
the first run.

The presets' shocks are those of the launch gate's stress set. A wash ring is an attack, and a lost guardian key moves nothing in
a simulation: neither is a shock.
`;
