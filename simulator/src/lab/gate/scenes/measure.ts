import type { CampaignPlan } from '../../campaign/plan.ts';
import { runCampaign } from '../../campaign/run-campaign.ts';
import type { GateContext } from '../context.ts';
import { type SceneName, type SceneSize, sceneSize } from './scenes.ts';

type Series = readonly (number | null)[];

/** What all runs of a scene brought, in the order of the runs. */
export class SceneResults {
  readonly #figures = new Map<string, (number | null)[]>();
  readonly #series: Readonly<Record<string, Series>>[] = [];
  readonly horizonEpochs: number;
  /** What was cut for the time that it takes; empty if nothing was. */
  readonly note: string;

  constructor({ horizonEpochs, note }: Pick<SceneSize, 'horizonEpochs' | 'note'>) {
    this.horizonEpochs = horizonEpochs;
    this.note = note;
  }

  add(figures: Readonly<Record<string, number | null>>, series: Readonly<Record<string, Series>>): void {
    for (const [name, value] of Object.entries(figures)) {
      const column = this.#figures.get(name) ?? [];
      column.push(value);
      this.#figures.set(name, column);
    }
    this.#series.push(series);
  }

  get runs(): number {
    return this.#series.length;
  }

  /** Of the runs that have the figure. */
  values(name: string): readonly number[] {
    return (this.#figures.get(name) ?? []).filter((value) => value !== null);
  }

  sum(name: string): number {
    return this.values(name).reduce((sum, value) => sum + value, 0);
  }

  /** One series of every run. */
  series(name: string): readonly Series[] {
    return this.#series.map((one) => one[name] ?? []);
  }
}

/** Results by scene; a scene that nobody asked for has none. */
export type Measurements = ReadonlyMap<SceneName, SceneResults>;

/** Runs the scenes, each a campaign of its own: they differ in how many worlds they need. */
export async function measureScenes(
  context: GateContext,
  scenes: readonly SceneName[],
  runs: Readonly<Partial<Record<SceneName, number>>> = {},
): Promise<Measurements> {
  const measured = new Map<SceneName, SceneResults>();
  for (const scene of scenes) {
    const size = sceneSize(scene, context, runs[scene] ?? null);
    const plan = scenePlan(context, scene, size);
    const results = new SceneResults(size);
    await runCampaign(plan, {
      workers: context.workers,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
      ...(context.shelf === undefined ? {} : { shelf: context.shelf }),
      onProgress: (done, of) => context.onProgress?.(`worlds: ${scene}`, done, of),
      onResult: (_, { figures, series }) => results.add(figures, series),
    });
    measured.set(scene, results);
  }
  return measured;
}

function scenePlan({ economySource, seed }: GateContext, scene: SceneName, size: SceneSize): CampaignPlan {
  return {
    name: `gate: ${scene}`,
    kind: 'gate-scene',
    economy: economySource,
    scenario: { ...size.scenario, seed },
    points: [size.point],
    firstRun: 0,
    runs: size.runs,
  };
}
