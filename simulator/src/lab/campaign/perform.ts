import { changePolicy, type EconomyProfile, loadEconomy, type Policy } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import type { JobWorld } from './job.ts';
import { JOB_KINDS } from './kinds.ts';
import type { CampaignJob, CampaignPlan, JobResult, Point } from './plan.ts';
import { CampaignRefusal } from './refusal.ts';
import { withScenario } from './with-scenario.ts';

export type Performer = (job: CampaignJob) => Promise<JobResult>;

/** Points follow each other, and several may be at work at once: so many worlds are kept ready. */
const WORLDS_MAX = 16;

/**
 * Does any job of a plan, always with the same result.
 * @throws EconomyRefusal and CAMPAIGN-KIND here; CAMPAIGN-JOB and CAMPAIGN-BUG from the performer
 */
export async function performerOf(plan: CampaignPlan): Promise<Performer> {
  const kind = Object.hasOwn(JOB_KINDS, plan.kind) ? JOB_KINDS[plan.kind]! : null;
  if (kind === null) {
    throw new CampaignRefusal('CAMPAIGN-KIND', 'kind', `one of ${Object.keys(JOB_KINDS).join(', ')}`, plan.kind);
  }
  const base = await basePolicy(plan);
  const worlds = new Map<number, JobWorld>();
  return async (job) => {
    try {
      const world = worlds.get(job.point) ?? worldOf(base, plan, plan.points[job.point]!);
      worlds.set(job.point, world);
      if (worlds.size > WORLDS_MAX) worlds.delete(worlds.keys().next().value!);
      return sound(await kind(world, job.run));
    } catch (cause) {
      throw refusalOf(plan, job, cause);
    }
  };
}

/** The economy that all points change, from the plan's own texts. @throws EconomyRefusal */
export async function basePolicy({ economy: { texts, entry, set } }: CampaignPlan): Promise<Policy> {
  const { policies } = await loadEconomy(entry, { set, readText: async (path) => texts[path] ?? null });
  return policies[0];
}

/** A point's economy and scenario. @throws EconomyRefusal, SIMULATION-FIELD */
function worldOf(base: Policy, { scenario }: CampaignPlan, point: Point): JobWorld {
  const policy = point.economy.length === 0 ? base : changePolicy(base, point.economy);
  const profile: EconomyProfile = policy.economy;
  const economy: Economy = profile;
  return { economy, policy, scenario: withScenario(scenario, point.scenario), options: point.options };
}

/** `point 3 (price.gain=0.05), run 7`. */
export function placeOf({ points }: CampaignPlan, { point, run }: CampaignJob): string {
  const { economy, scenario } = points[point]!;
  const changes = [...economy, ...Object.entries(scenario)].map(([path, value]) => `${path}=${textOf(value)}`);
  return `point ${point}${changes.length === 0 ? '' : ` (${changes.join(', ')})`}, run ${run}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value).slice(0, 80);
}

function refusalOf(plan: CampaignPlan, job: CampaignJob, cause: unknown): CampaignRefusal {
  const { message, code, refusalClass } = cause as { message?: string; code?: string; refusalClass?: string };
  const got = `${message ?? String(cause)}${code === undefined ? '' : ` [${code}]`}`;
  const own = refusalClass === 'input' ? 'CAMPAIGN-JOB' : 'CAMPAIGN-BUG';
  return new CampaignRefusal(own, placeOf(plan, job), 'a result', got, { cause });
}

/** Numbers only, or null; -0 is 0, which JSON cannot tell apart. */
function sound({ figures, series }: JobResult): JobResult {
  const checked = (where: string, value: number | null): number | null => {
    if (value === null || Number.isFinite(value)) return value === 0 ? 0 : value;
    throw new Error(`${where} is ${value}`);
  };
  return {
    figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, checked(name, value)])),
    series: Object.fromEntries(
      Object.entries(series).map(([name, values]) => [
        name,
        values.map((value, bin) => checked(`${name}[${bin}]`, value)),
      ]),
    ),
  };
}
