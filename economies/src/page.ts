import { economyCatalogue } from './catalogue/economy.ts';
import type { AnyPart, Field, Parts, Section } from './catalogue/parts.ts';
import { stepText } from './catalogue/step-text.ts';
import { VERSION_MEANINGS, versionHead } from './catalogue/versions.ts';
import { rangeText } from './template.ts';

// docs/reference/economy.md: every field of the catalogue in a table of its section.

interface Row {
  readonly path: string;
  readonly meaning: string;
  readonly cells: readonly string[];
}

export function referencePage(): string {
  const sections = Object.entries(economyCatalogue.fields).filter(([, part]) => part.part !== 'field');
  const top = Object.entries(economyCatalogue.fields).filter(([, part]) => part.part === 'field');
  return [
    HEAD,
    sectionText('Top of the file', '', Object.fromEntries(top)),
    ...sections.map(([key, part]) => sectionText(`\`${key}\``, meaningOf(part), { [key]: part })),
    versionsText(),
  ].join('\n');
}

function sectionText(title: string, meaning: string, parts: Parts): string {
  const rows = Object.entries(parts).flatMap(([key, part]) => rowsOf(part, key));
  return `## ${title}\n\n${meaning === '' ? '' : `${meaning}\n\n`}${table(rows)}`;
}

function versionsText(): string {
  const own = Object.entries(VERSION_MEANINGS).map(([key, meaning]) => ({
    path: `versions[].${key}`,
    meaning,
    cells: ['', '', '', ''],
  }));
  const rows = [...rowsOf(versionHead, 'versions[]'), ...own];
  return `## \`versions\`\n\n${VERSIONS}\n\n${table(rows)}`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ path, meaning, cells }) => `| ${[`\`${path}\``, meaning, ...cells].map(cell).join(' | ')} |`,
  );
  const head = '| field | meaning | default | hard bounds | largest step | kept as |\n|---|---|---|---|---|---|';
  return `${[head, ...lines].join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function rowsOf(part: AnyPart, path: string): readonly Row[] {
  switch (part.part) {
    case 'field':
      return [fieldRow(part, path)];
    case 'section':
      return fieldRows(part, path);
    case 'map': {
      const names = Object.entries(part.entries).map(([name, { meaning }]) => `\`${name}\`: ${meaning}`);
      return [plainRow(path, `${part.meaning} ${names.join(' ')}`), ...rowsOf(part.item, `${path}.<name>`)];
    }
    case 'list':
      return [plainRow(path, part.meaning), ...rowsOf(part.item, `${path}[]`)];
    case 'variant': {
      const cases = Object.entries(part.cases);
      const about = cases.map(([name, one]) => `\`${name}\`: ${meaningOf(one)}`);
      const tag = plainRow(`${path}.${part.tag}`, `${part.meaning} ${about.join(' ')}`, part.default);
      return [tag, ...cases.flatMap(([name, one]) => rowsOf(one, `${path} (${name})`))];
    }
    case 'optional': {
      const [first, ...rest] = rowsOf(part.inner, path);
      return [{ ...first!, meaning: `${first!.meaning} May be absent (null).` }, ...rest];
    }
    case 'derived':
      return rowsOf(part.inner, path);
  }
}

function fieldRows({ fields }: Section, path: string): readonly Row[] {
  return Object.entries(fields).flatMap(([key, part]) => rowsOf(part, `${path}.${key}`));
}

function fieldRow({ kind, meaning, min, max, stepMax, unit, default: usual }: Field, path: string): Row {
  const bounds = kind.family === 'measure' ? rangeText(min!, max!) : kind.expected;
  return { path, meaning, cells: [usual, bounds, stepText(stepMax), unit] };
}

function plainRow(path: string, meaning: string, usual = ''): Row {
  return { path, meaning, cells: [usual, '', '', ''] };
}

function meaningOf(part: AnyPart): string {
  if (part.part === 'derived' || part.part === 'optional') return meaningOf(part.inner);
  return part.meaning;
}

const HEAD = `# Economy file

One file says how a network's economy works. The loader (\`economies/\`) takes in the file it extends, turns decimals into
integers, validates the result and hashes it: \`economyHash\` is the SHA-256 of the profile's deterministic CBOR. Every
statement names the hash it was computed under, and every signature covers it, so a change of rules never reaches
backwards.

\`stannary init\` writes a whole economy with a comment at every field; [\`economies/reference.yaml\`](../../economies/reference.yaml)
is exactly that. [\`economies/local.yaml\`](../../economies/local.yaml) is what a local network runs. \`stannary check\` says
what is wrong with a file, and whether its numbers hold against those who would exploit them. Editors find the schema
through the file's first line.

This page is written from the same catalogue as the loader, by \`node economies/src/write-generated.ts\`.

## How a file is written

YAML 1.2 or JSON, without anchors and tags, each key once. A file that begins with \`extends: reference\` (a bundled name or
a path) names only what differs: listed keys replace, a list is replaced whole, null takes out an entry of a map or an
optional part, and where the \`kind\` of a section changes its other fields go, because they belonged to the other kind. The
same holds for \`set\` in a version, and for \`--set path=value\` of every command that takes an economy:
\`--set classes.edge.curve.bond='200 tokens'\`.

| kind | written | kept as |
|---|---|---|
| durations | \`5 s\`, \`90 min\`, \`24 h\`, \`7 d\`, \`500 ms\`; where it makes sense \`2 epochs\`, \`1 era\` | ms, s, epochs or eras |
| shares and factors | \`5 %\`, \`0.05\`, \`50_000 ppm\` | ppm; where finer steps matter ppb |
| rates | \`2 % per h\`, \`0.5 % per d\` | ppb per hour |
| amounts | \`1_000 tokens\`, \`50 credits\` | grains |
| prices | \`0.01008 credits per NCU·h\`, \`… per NCU·s\`; \`NCU-h\` for keyboards without the dot | micrograins per NCU·s |
| dates | \`2027-01-31\`, \`2027-01-31T12:00Z\` | ms since 1970, UTC |

What is finer than the kept unit is refused, never rounded. A value outside its hard bounds is refused, unless the file
says \`bounds: waived\`: then it can never be deployed. Every refusal has a [code](refusals.md), and names file, line and
field.
`;

const VERSIONS = `Rules change, and never backwards: \`versions\` lists later versions of the economy, each the one before with some
fields changed, and each with a hash of its own. A field may move by its largest step from one version to the next; a
version that moves it further, or that adds or removes fields, says why in \`stepWaived\`. What never changes, never does.`;
