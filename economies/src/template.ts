import { economyCatalogue } from './catalogue/economy.ts';
import type { AnyPart, Defaults, Field, List, NamedMap, Optional, Parts, Variant } from './catalogue/parts.ts';
import { stepText } from './catalogue/step-text.ts';

// The text that `stannary init` writes: the catalogue's defaults, with a comment at every field. The reference economy
// is exactly this text.

export interface TemplateOptions {
  readonly name: string;
  /** Where the file finds `stannary.schema.json`. */
  readonly schemaPath: string;
  /** Takes the place of the catalogue's defaults. */
  readonly given?: Defaults;
}

const WIDTH = 120;

export function economyTemplate({ name, schemaPath, given }: TemplateOptions): string {
  return `${[...HEAD(schemaPath), ...templateLines(economyCatalogue.fields, { ...given, name })].join('\n')}\n`;
}

/** Each part with a blank line before its section; `given` takes the place of defaults. */
export function templateLines(fields: Parts, given: Defaults = {}): readonly string[] {
  return Object.entries(fields).flatMap(([key, part]) => {
    const lines = new Writer().entry(key, part, given[key]);
    return part.part === 'field' ? lines : ['', ...lines];
  });
}

const HEAD = (schemaPath: string) => [
  `# yaml-language-server: $schema=${schemaPath}`,
  '#',
  '# A whole economy: every field with its meaning, and behind its value the default, the hard bounds, the largest step',
  '# from one version to the next, and the unit in which it is kept. Other files may extend this one (`extends: name`)',
  '# and name only what differs.',
  '#',
  '# How values are written',
  '#   durations   5 s, 90 min, 24 h, 7 d, 500 ms; where it makes sense also in epochs and eras',
  '#   shares      5 %, 0.05 or 50_000 ppm',
  '#   amounts     1_000 tokens (work tokens), 50 credits (settlement credits)',
  '#   prices      0.01008 credits per NCU·h or per NCU·s; NCU-h for keyboards without the dot',
  '# What is finer than the unit in which a value is kept is refused, never rounded. One NCU (normalised compute unit) is',
  '# the work rate of the reference core.',
  '',
];

type Given = string | Defaults | readonly (string | Defaults)[] | undefined;

/** Lines without their outer indentation. A meaning that has been told in the same section is not told again. */
class Writer {
  readonly #told = new Set<string>();

  entry(key: string, part: AnyPart, given: Given): readonly string[] {
    switch (part.part) {
      case 'field':
        return this.#field(key, part, asText(given) ?? part.default);
      case 'optional':
        return this.#optional(key, part, given);
      case 'derived':
        return this.entry(key, part.inner, given);
      case 'list':
        return [...comment(part.meaning), `${key}:`, ...this.#items(part, given).map(indented)];
      default: {
        const head = this.#tell(part.meaning);
        return [...head, `${key}:`, ...this.#body(part, asDefaults(given)).map(indented)];
      }
    }
  }

  #body(part: AnyPart, given: Defaults): readonly string[] {
    switch (part.part) {
      case 'section':
        return this.#fields(part.fields, given);
      case 'variant':
        return this.#variant(part, given);
      case 'map':
        return this.#map(part, given);
      case 'derived':
      case 'optional':
        return this.#body(part.inner, given);
      default:
        throw new Error(`a ${part.part} has no fields of its own`);
    }
  }

  #fields(fields: Parts, given: Defaults): readonly string[] {
    const foreign = Object.keys(given).find((key) => fields[key] === undefined);
    if (foreign !== undefined) throw new Error(`a default of the catalogue names no field: ${foreign}`);
    return Object.entries(fields).flatMap(([key, part]) => this.entry(key, part, given[key]));
  }

  #variant({ tag, default: usual, cases }: Variant, given: Defaults): readonly string[] {
    const { [tag]: name = usual, ...rest } = given;
    const chosen = cases[name as string]!;
    const inner = chosen.part === 'derived' ? chosen.inner : chosen;
    const about = inner.part === 'section' ? this.#tell(inner.meaning) : [];
    const note = `  # default ${name}; ${Object.keys(cases).join(' or ')}; a change replaces the section`;
    return [...about, ...noted(`${tag}: ${name}`, note), ...this.#body(chosen, rest)];
  }

  /** Where an entry above gives names of its own, those, and of each what the catalogue tells of it. */
  #map({ entries, item }: NamedMap, given: Defaults): readonly string[] {
    const chosen: readonly (readonly [string, Given])[] =
      Object.keys(given).length > 0
        ? Object.entries(given)
        : Object.entries(entries).map(([name, { set }]) => [name, item.part === 'field' ? set[item.as] : set]);
    return chosen.flatMap(([name, set]) => {
      const about = entries[name] === undefined ? [] : this.#tell(entries[name].meaning);
      if (item.part === 'field') return [...about, ...this.entry(name, item, set)];
      return [...about, `${name}:`, ...this.#body(item, asDefaults(set)).map(indented)];
    });
  }

  #items({ item, default: usual }: List, given: Given): readonly string[] {
    const items = Array.isArray(given) ? (given as List['default']) : usual;
    return items.flatMap((one) => {
      if (item.part === 'field') return [`- ${asText(one)}`];
      const [first, ...rest] = splitComments(this.#body(item, asDefaults(one)));
      return [
        ...first!.comments,
        `- ${first!.line}`,
        ...rest.flatMap((row) => [...row.comments, row.line]).map(indented),
      ];
    });
  }

  #optional(key: string, { inner, present }: Optional, given: Given): readonly string[] {
    if (present || given !== undefined) return this.entry(key, inner, given);
    if (inner.part !== 'field') {
      const note = '  # default absent; its fields: docs/reference/economy.md; adding it is a step';
      return [...this.#tell(meaningOf(inner)), ...noted(`${key}: null`, note)];
    }
    return [...this.#tell(inner.meaning), ...noted(`${key}: null`, `  # default absent; ${boundsText(inner)}`)];
  }

  #field(key: string, field: Field, value: string): readonly string[] {
    const note = `  # default ${value}; ${boundsText(field)}`;
    return [...this.#tell(field.meaning), ...noted(`${key}: ${value}`, note)];
  }

  #tell(meaning: string): readonly string[] {
    if (this.#told.has(meaning)) return [];
    this.#told.add(meaning);
    return comment(meaning);
  }
}

/** Everything about a field but its meaning and default: `0 % to 15 %; step ±20 %; kept as ppm`. */
export function boundsText({ kind, min, max, stepMax, unit }: Field): string {
  const range = kind.family === 'measure' ? rangeText(min!, max!) : kind.expected;
  const kept =
    unit === '' ? [] : [kind.family === 'measure' && kind.keptUnit === '' ? `in ${unit}` : `kept as ${unit}`];
  return [range, stepText(stepMax), ...kept].join('; ');
}

/** `0 to 15 %`: a unit that both have is written once. */
export function rangeText(min: string, max: string): string {
  const unit = max.replace(/^[\d._]+/, '');
  return min.endsWith(unit) ? `${min.slice(0, min.length - unit.length)} to ${max}` : `${min} to ${max}`;
}

function meaningOf(part: AnyPart): string {
  return part.part === 'derived' || part.part === 'optional' ? meaningOf(part.inner) : part.meaning;
}

/** A line with its note, or the note above it where the line would be too long in the deepest section. */
function noted(line: string, note: string): readonly string[] {
  return line.length + note.length <= WIDTH - DEEPEST ? [line + note] : [...comment(note.slice('  # '.length)), line];
}

const DEEPEST = 8;

function comment(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > WIDTH - DEEPEST) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function indented(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

function splitComments(lines: readonly string[]): { comments: string[]; line: string }[] {
  const rows: { comments: string[]; line: string }[] = [];
  let comments: string[] = [];
  for (const line of lines) {
    if (line.startsWith('#')) comments.push(line);
    else {
      rows.push({ comments, line });
      comments = [];
    }
  }
  return rows;
}

function asText(given: Given): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

function asDefaults(given: Given): Defaults {
  return typeof given === 'object' && !Array.isArray(given) ? (given as Defaults) : {};
}
