import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { EconomyRefusal, type Override, type Policy } from '@stannary/economies';
import { SimulationRefusal } from '../../refusal.ts';
import { checkScenario } from '../../scenario/check.ts';
import { defaultScenario } from '../../scenario/defaults.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { basePolicy } from '../campaign/perform.ts';
import { type CampaignPlan, type EconomySource, type Json, NO_CHANGE } from '../campaign/plan.ts';
import { economySource } from '../campaign/run-campaign.ts';
import { withScenario } from '../campaign/with-scenario.ts';
import type { DemandSeries } from '../traces/demand.ts';
import { nodeAtPath, parseScenario, type ScenarioMap, shownNode } from './document.ts';
import { SCENARIO_PRESETS } from './presets.ts';
import { type Draft, draftOf, withFile } from './read.ts';
import { ScenarioRefusal } from './refusal.ts';
import { readSweep, type SweepSpec, type SweptPoint, sweepPoints } from './sweep.ts';
import { traceSeries } from './trace-series.ts';

/** A field of the scenario, and which option says it where another than `--scenario-set` does. */
export type ScenarioOverride = readonly [path: string, text: string, option?: string];

export interface ScenarioRequest {
  /** Bundled name or path of the economy. */
  readonly economy: string;
  /** Over the file's own changes of the economy. */
  readonly set: readonly Override[];
  /** Name of a preset or path of a file; null: the default world. */
  readonly file: string | null;
  /** Fields of the scenario where the file does not say them. Default: none. */
  readonly under?: readonly Override[];
  /** Fields of the scenario, over the file: `[['demand.elasticity', '0.8']]`. */
  readonly scenarioSet: readonly ScenarioOverride[];
  /** Over the file's. */
  readonly sweep: SweepSpec | null;
}

/** Everything that a plan needs, but for its kind and runs. */
export interface LoadedScenario {
  readonly economy: EconomySource;
  readonly policy: Policy;
  readonly scenario: Scenario;
  /** Names of its providers' populations, in their order. */
  readonly populations: readonly string[];
  /** One without a sweep. */
  readonly points: readonly SweptPoint[];
  /** How traces were taken, a line each. */
  readonly notes: readonly string[];
  /** What `demand.trace` was made of, if of a trace. */
  readonly demand: DemandSeries | null;
}

/** Files in one chain of `extends`. */
const CHAIN_MAX = 8;

interface Layer {
  readonly node: ScenarioMap;
  readonly folder: string;
}

/**
 * The world that a file, and what is said over it, makes of an economy.
 * @throws ScenarioRefusal, EconomyRefusal, TraceRefusal
 */
export async function loadScenario(request: ScenarioRequest): Promise<LoadedScenario> {
  const layers = request.file === null ? [] : await layersOf(request.file, '.', null, []);
  const own = layers.flatMap(economyChanges);
  const economy = await sourceOf(request, own);
  const policy = await basePolicy({ economy } as CampaignPlan);
  const files = [
    ...(request.under ?? []).map(([path, text]) => nodeAtPath(path, text, `default ${path}=${text}`)),
    ...layers.map(({ node }) => node),
    ...request.scenarioSet.map(([path, text, option]) =>
      nodeAtPath(path, text, option === undefined ? `--scenario-set ${path}=${text}` : `${option} ${text}`),
    ),
  ];
  const draft = draftOver(policy, files);
  const folder = layers.at(-1)?.folder ?? '.';
  const { scenario, notes, demand } = await withTraces(policy, draft, folder);
  checked(policy, scenario, request.file);
  const sweepNode = layers.map(({ node }) => node.entries.get('sweep')).findLast((node) => node !== undefined);
  const sweep = request.sweep ?? (sweepNode === undefined ? null : readSweep(sweepNode));
  const over = (other: Policy): Draft => {
    const again = draftOver(other, files);
    return { ...again, scenario: withScenario(again.scenario, tracedOf(draft, scenario)) };
  };
  const points = sweep === null ? [UNSWEPT] : sweepPoints(sweep, { policy, draft: { ...draft, scenario }, over });
  return { economy, policy, scenario, populations: draft.populations, points, notes, demand };
}

function draftOver(policy: Policy, files: readonly ScenarioMap[]): Draft {
  return files.reduce<Draft>(
    (before, file) => withFile(policy.economy, before, without(file, 'extends', 'economy', 'sweep')),
    draftOf(defaultScenario(policy.economy)),
  );
}

/** Courses that traces filled, by their path in the scenario: another economy keeps them, epoch for epoch. */
function tracedOf(draft: Draft, scenario: Scenario): Record<string, Json> {
  const keys = [...draft.wishes.keys()].map((path) => keyOf(path, draft));
  return Object.fromEntries(keys.map((key) => [key, valueAt(scenario, key)]));
}

/** Where a scenario holds the series of a path. */
function keyOf(path: string, { populations }: Draft): string {
  if (path === 'token.prices') return 'token.micrograins';
  const [, name, rest] = /^providers\.([^.]+)\.(.+)$/.exec(path) ?? [];
  return name === undefined ? path : `providers[${populations.indexOf(name)}].${rest}`;
}

function valueAt(scenario: Scenario, key: string): Json {
  const steps = key.split(/[.[\]]+/).filter((step) => step !== '');
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], scenario) as Json;
}

const UNSWEPT: SweptPoint = { point: NO_CHANGE, parameters: {} };

/** A file after those that it extends. */
async function layersOf(
  name: string,
  folder: string,
  where: string | null,
  chain: readonly string[],
): Promise<Layer[]> {
  const isPreset = Object.hasOwn(SCENARIO_PRESETS, name);
  const file = isPreset ? name : isAbsolute(name) ? name : resolve(folder, name);
  if (chain.includes(file) || chain.length >= CHAIN_MAX) {
    throw new ScenarioRefusal(
      'SCENARIO-EXTENDS',
      where ?? file,
      `a chain of at most ${CHAIN_MAX} files without a loop`,
      name,
    );
  }
  const text = isPreset ? SCENARIO_PRESETS[name]! : await textOf(file, name, where);
  const node = parseScenario(text, isPreset ? name : shownPath(name, folder));
  const own = { node, folder: isPreset ? folder : dirname(file) };
  const base = node.entries.get('extends');
  if (base === undefined) return [own];
  if (base.form !== 'value' || base.text === '') {
    throw new ScenarioRefusal('SCENARIO-TYPE', `${base.place} extends`, 'a preset or a file', shownNode(base));
  }
  return [...(await layersOf(base.text, own.folder, `${base.place} extends`, [...chain, file])), own];
}

function shownPath(name: string, folder: string): string {
  return isAbsolute(name) || folder === '.' ? name : resolve(folder, name);
}

async function textOf(file: string, name: string, where: string | null): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const error = (cause as { code?: string }).code ?? 'an error';
    const code = error === 'ENOENT' ? 'none of that name' : error;
    const names = Object.keys(SCENARIO_PRESETS).join(', ');
    throw new ScenarioRefusal('SCENARIO-FILE', where ?? name, `a scenario file, or one of ${names}`, code, [], {
      cause,
    });
  }
}

interface EconomyChange {
  readonly override: Override;
  readonly place: string;
}

/** `economy:` holds fields by path. */
function economyChanges({ node }: Layer): EconomyChange[] {
  const changes = node.entries.get('economy');
  if (changes === undefined) return [];
  if (changes.form !== 'map') {
    const expected = 'a map of fields such as price.gain: 0.05';
    throw new ScenarioRefusal('SCENARIO-TYPE', `${changes.place} economy`, expected, shownNode(changes));
  }
  return [...changes.entries].map(([path, inner]) => {
    if (inner.form === 'value')
      return { override: [path, inner.text === '' ? 'null' : inner.text], place: inner.place };
    throw new ScenarioRefusal('SCENARIO-TYPE', `${inner.place} economy.${path}`, 'a single value', shownNode(inner));
  });
}

async function sourceOf({ economy, set }: ScenarioRequest, own: readonly EconomyChange[]): Promise<EconomySource> {
  try {
    return await economySource(economy, [...own.map(({ override }) => override), ...set]);
  } catch (error) {
    if (!(error instanceof EconomyRefusal)) throw error;
    const fault = own.find(
      ({ override: [path] }) => error.where.startsWith('--set') && error.where.endsWith(` ${path}`),
    );
    if (fault === undefined) throw error;
    const code =
      error.code === 'ECONOMY-UNKNOWN-KEY' || error.code === 'ECONOMY-SET' ? 'SCENARIO-FIELD' : 'SCENARIO-VALUE';
    const where = `${fault.place} economy.${fault.override[0]}`;
    throw new ScenarioRefusal(code, where, error.expected, error.got, [], { cause: error });
  }
}

function without(node: ScenarioMap, ...keys: readonly string[]): ScenarioMap {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => !keys.includes(key))) };
}

async function withTraces(policy: Policy, draft: Draft, folder: string) {
  let { scenario } = draft;
  let demand: DemandSeries | null = null;
  const notes: string[] = [];
  for (const [path, wish] of draft.wishes) {
    const first = policy.economy.assumptions.tokenPriceMicrograins;
    const traced = await traceSeries(wish, policy.economy.cadence.epochMs, folder, first);
    scenario = withScenario(scenario, { [keyOf(path, draft)]: traced.series as unknown as Json });
    notes.push(`${path}: ${traced.note}`);
    demand = traced.demand ?? demand;
  }
  return { scenario, notes, demand };
}

/** What the catalogue cannot tell: how fields hang together. */
function checked({ economy }: Policy, scenario: Scenario, file: string | null): void {
  try {
    checkScenario(economy, scenario);
  } catch (error) {
    if (!(error instanceof SimulationRefusal)) throw error;
    throw new ScenarioRefusal('SCENARIO-RANGE', `${file ?? 'scenario'} ${error.where}`, error.expected, error.got, [], {
      cause: error,
    });
  }
}
