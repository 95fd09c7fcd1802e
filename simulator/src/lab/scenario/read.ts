import type { Economy } from '@stannary/kernel';
import { defaultScenario } from '../../scenario/defaults.ts';
import type { ProviderPopulation, Scenario, Series } from '../../scenario/scenario.ts';
import {
  type FieldPart,
  type ListPart,
  type MapPart,
  type Part,
  type SectionPart,
  type SeriesPart,
  scenarioCatalogue,
  type VariantPart,
} from './catalogue.ts';
import { plainOf, type ScenarioMap, type ScenarioNode, shownNode } from './document.ts';
import {
  EPOCHS,
  expectedOf,
  NUMBER,
  readNumber,
  readWord,
  type Scale,
  SECONDS,
  SHARE,
  scaleOf,
  TOKEN_PRICE,
} from './kinds.ts';
import { nearestText, ScenarioRefusal, type ScenarioRefusalCode } from './refusal.ts';

/** A scenario on the way: what traces are to fill is not there yet. */
export interface Draft {
  readonly scenario: Scenario;
  /** Names of its providers' populations, in their order. */
  readonly populations: readonly string[];
  /** By path. */
  readonly wishes: ReadonlyMap<string, TraceWish>;
}

/** A course that is to be taken from a trace. */
export interface TraceWish {
  readonly of: SeriesPart['of'];
  readonly where: string;
  /** Name of a public set, path of a file of such a set's form, or a mapping. */
  readonly from: unknown;
  /** So much of the trace is one epoch; null: as the length of the trace suggests. */
  readonly stepSeconds: number | null;
  /** Of a trace of several. */
  readonly series: string | null;
}

/** Of each kind of series. */
const VALUES = {
  demand: { kind: NUMBER, max: 1e6 },
  price: { kind: TOKEN_PRICE, max: Number.MAX_SAFE_INTEGER },
  uptime: { kind: SHARE, max: 1 },
  cost: { kind: NUMBER, max: 1e6 },
} as const;

type Plain = Readonly<Record<string, unknown>>;

/** The default world of an economy. */
export function draftOf(scenario: Scenario): Draft {
  return { scenario, populations: scenario.providers.map(({ className }) => className), wishes: new Map() };
}

/**
 * A file over a draft: what it does not say stays.
 * @throws ScenarioRefusal the first fault, with all others in it: SCENARIO-FIELD, SCENARIO-MISSING, SCENARIO-TYPE,
 *   SCENARIO-VALUE, SCENARIO-RANGE
 */
export function withFile(economy: Economy, draft: Draft, file: ScenarioMap): Draft {
  const reader = new Reader(economy, draft);
  const scenario = reader.part(scenarioCatalogue, file, draft.scenario, '') as Scenario;
  reader.stopIfRefused();
  return { scenario, populations: reader.populations, wishes: reader.wishes };
}

/** A walk over catalogue and file at once. What cannot be read is noted; the walk goes on. */
class Reader {
  populations: readonly string[];
  readonly wishes: Map<string, TraceWish>;
  readonly #economy: Economy;
  readonly #scale: Scale;
  readonly #refusals: ScenarioRefusal[] = [];

  constructor(economy: Economy, { populations, wishes }: Draft) {
    this.#economy = economy;
    this.#scale = scaleOf(economy);
    this.populations = populations;
    this.wishes = new Map(wishes);
  }

  stopIfRefused(): void {
    const [first, ...others] = this.#refusals;
    if (first === undefined) return;
    throw new ScenarioRefusal(first.code, first.where, first.expected, first.got, others);
  }

  part(part: Part, node: ScenarioNode, base: unknown, path: string): unknown {
    switch (part.part) {
      case 'field':
        return this.#field(part, node, path);
      case 'section':
        return this.#section(part, node, base as Plain | undefined, path);
      case 'variant':
        return this.#variant(part, node, base as Plain | undefined, path);
      case 'optional': {
        if (node.form !== 'value' || node.value !== null) return this.part(part.inner, node, base ?? undefined, path);
        this.wishes.delete(path);
        return null;
      }
      case 'series':
        return this.#series(part, node, base, path);
      case 'map':
        return this.#map(part, node, base as readonly ProviderPopulation[], path);
      case 'list':
        return this.#list(part, node, path);
    }
  }

  #section({ fields }: SectionPart, node: ScenarioNode, base: Plain | undefined, path: string): unknown {
    if (node.form !== 'map') return this.#refuse('SCENARIO-TYPE', node, path, 'a map of fields', shownNode(node));
    const read: Record<string, unknown> = { ...base };
    for (const [key, inner] of node.entries) {
      const part = Object.hasOwn(fields, key) ? fields[key]! : null;
      if (part === null) {
        this.#refuse('SCENARIO-FIELD', inner, below(path, key), nearestText(Object.keys(fields), key), key);
      } else read[part.as] = this.part(part, inner, base?.[part.as], below(path, key));
    }
    for (const [key, part] of Object.entries(fields)) {
      if (part.as in read) continue;
      if (part.part === 'optional') read[part.as] = null;
      else this.#refuse('SCENARIO-MISSING', node, below(path, key), 'a value', 'nothing');
    }
    return read;
  }

  #variant({ cases }: VariantPart, node: ScenarioNode, base: Plain | undefined, path: string): unknown {
    if (node.form !== 'map') return this.#refuse('SCENARIO-TYPE', node, path, 'a map of fields', shownNode(node));
    const tag = node.entries.get('kind');
    const kind = tag === undefined ? base?.kind : tag.form === 'value' ? tag.text : shownNode(tag);
    if (typeof kind !== 'string' || !Object.hasOwn(cases, kind)) {
      const expected = `one of ${Object.keys(cases).join(', ')}`;
      const code = kind === undefined ? 'SCENARIO-MISSING' : 'SCENARIO-VALUE';
      return this.#refuse(code, tag ?? node, below(path, 'kind'), expected, `${kind ?? 'nothing'}`);
    }
    const entries = new Map([...node.entries].filter(([key]) => key !== 'kind'));
    const kept = base?.kind === kind ? base : { kind };
    // What another kind's trace was to fill is gone with it.
    if (base?.kind !== kind)
      for (const wish of this.wishes.keys()) if (wish.startsWith(`${path}.`)) this.wishes.delete(wish);
    return this.#section(cases[kind]!, { ...node, entries }, kept, path);
  }

  #map({ item }: MapPart, node: ScenarioNode, base: readonly ProviderPopulation[], path: string): unknown {
    if (node.form !== 'map') return this.#refuse('SCENARIO-TYPE', node, path, 'a map of populations', shownNode(node));
    const all = new Map(this.populations.map((name, index) => [name, base[index]!]));
    for (const [name, inner] of node.entries) {
      if (inner.form === 'value' && inner.value === null) all.delete(name);
      else {
        const read = this.#population(item, name, inner, all.get(name), below(path, name));
        if (read !== undefined) all.set(name, read);
      }
    }
    this.populations = [...all.keys()];
    return [...all.values()];
  }

  #population(
    item: SectionPart,
    name: string,
    node: ScenarioNode,
    known: ProviderPopulation | undefined,
    path: string,
  ): ProviderPopulation | undefined {
    const said = node.form === 'map' ? node.entries : new Map<string, ScenarioNode>();
    const classNode = said.get('class');
    const className = known?.className ?? (classNode?.form === 'value' ? classNode.text : name);
    const classes = this.#economy.classes.map((one) => one.name);
    if (!classes.includes(className)) {
      const at = classNode === undefined ? path : below(path, 'class');
      return this.#refuse('SCENARIO-FIELD', classNode ?? node, at, `one of ${classes.join(', ')}`, className);
    }
    // A population of its own is like the class's, but for how many there are.
    const alike = known ?? { ...this.#templateOf(className), nodes: undefined };
    const read = this.#section(item, node, dropUndefined(alike), path) as ProviderPopulation | undefined;
    // What was refused is no number to compare with.
    if (read?.nodes === undefined || read.nodesMax === undefined || !said.has('nodes')) return read;
    const nodesMax = said.has('nodesMax') ? read.nodesMax : Math.ceil(read.nodes * 1.25);
    if (nodesMax >= read.nodes) return { ...read, nodesMax };
    return this.#refuse(
      'SCENARIO-RANGE',
      said.get('nodesMax')!,
      below(path, 'nodesMax'),
      `at least ${read.nodes}`,
      `${nodesMax}`,
    );
  }

  #templateOf(className: string): ProviderPopulation {
    return defaultScenario(this.#economy).providers.find((one) => one.className === className)!;
  }

  #list({ item }: ListPart, node: ScenarioNode, path: string): unknown {
    if (node.form !== 'list') return this.#refuse('SCENARIO-TYPE', node, path, 'a list', shownNode(node));
    return node.items.map((inner, index) => this.part(item, inner, undefined, `${path}[${index}]`));
  }

  #series(part: SeriesPart, node: ScenarioNode, base: unknown, path: string): unknown {
    if (node.form === 'value')
      return this.#wish(part, node, { from: node.text, step: undefined, series: undefined }, path);
    if (node.form !== 'map') return this.#refuse('SCENARIO-TYPE', node, path, 'a trace, or values', shownNode(node));
    const { entries } = node;
    if (entries.has('schema'))
      return this.#wish(part, node, { from: plainOf(node), step: undefined, series: undefined }, path);
    const names = entries.has('from') ? ['from', 'step', 'series'] : ['values', 'every'];
    for (const [key, inner] of entries) {
      if (!names.includes(key)) this.#refuse('SCENARIO-FIELD', inner, below(path, key), nearestText(names, key), key);
    }
    const from = entries.get('from');
    if (from !== undefined) {
      return this.#wish(
        part,
        from,
        { from: plainOf(from), step: entries.get('step'), series: entries.get('series') },
        path,
      );
    }
    this.wishes.delete(path);
    return this.#values(part, node, base as Series | undefined, path);
  }

  #values(part: SeriesPart, node: ScenarioMap, base: Series | undefined, path: string): Series | undefined {
    const values = node.entries.get('values');
    if (values?.form !== 'list' || values.items.length === 0) {
      const got = values === undefined ? 'nothing' : shownNode(values);
      return this.#refuse('SCENARIO-TYPE', values ?? node, below(path, 'values'), 'a list of values', got);
    }
    const one = { part: 'field', as: '', meaning: '', min: 0, ...VALUES[part.of] } as const;
    const read = values.items.map((item, index) => this.#field(one, item, `${path}.values[${index}]`) as number);
    const every = node.entries.get('every');
    const step = { part: 'field', as: '', kind: EPOCHS, meaning: '', min: 1, max: 2 ** 32 - 1 } as const;
    const epochsPerValue =
      every === undefined ? (base?.epochsPerValue ?? 1) : (this.#field(step, every, below(path, 'every')) as number);
    return { values: read, epochsPerValue };
  }

  #wish(
    { of }: SeriesPart,
    node: ScenarioNode,
    said: { from: unknown; step: ScenarioNode | undefined; series: ScenarioNode | undefined },
    path: string,
  ): unknown {
    const step = { part: 'field', as: '', kind: SECONDS, meaning: '', min: 1e-3, max: 1e9 } as const;
    const stepSeconds = said.step === undefined ? null : (this.#field(step, said.step, below(path, 'step')) as number);
    const series = said.series?.form === 'value' ? said.series.text : null;
    this.wishes.set(path, { of, where: `${node.place} ${path}`, from: said.from, stepSeconds, series });
    // Any course does until the trace has been read.
    return { values: [1], epochsPerValue: 1 };
  }

  #field({ kind, min, max }: FieldPart, node: ScenarioNode, path: string): unknown {
    if (node.form !== 'value' || node.value === null) {
      return this.#refuse('SCENARIO-TYPE', node, path, expectedOf(kind), shownNode(node));
    }
    const { text } = node;
    if (kind.form === 'word') {
      return readWord(kind, text) ?? this.#refuse('SCENARIO-VALUE', node, path, expectedOf(kind), text);
    }
    const value = readNumber(kind, text, this.#scale);
    if (value === undefined) return this.#refuse('SCENARIO-VALUE', node, path, expectedOf(kind), text);
    if (value === null)
      return this.#refuse('SCENARIO-RANGE', node, path, `a whole number of ${kind.unit || 'ones'}`, text);
    if (value >= min && value <= max) return value;
    const unit = kind.unit === '' ? '' : ` ${kind.unit}`;
    return this.#refuse('SCENARIO-RANGE', node, path, `from ${min} to ${max}${unit}`, text);
  }

  #refuse(code: ScenarioRefusalCode, { place }: ScenarioNode, path: string, expected: string, got: string): undefined {
    this.#refusals.push(new ScenarioRefusal(code, `${place} ${path}`.trim(), expected, got));
    return undefined;
  }
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function dropUndefined(plain: object): Plain {
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
}
