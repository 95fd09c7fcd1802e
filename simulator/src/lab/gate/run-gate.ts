import { runChecks } from '@stannary/economies';
import type { Json } from '../campaign/plan.ts';
import type { ResponseOptions } from '../response/best-response.ts';
import { affordableCourses, type LongAttack, tooLongText } from './attack-sizes.ts';
import { type AttackJudgement, CATALOGUE, judgeAttacks, type NamedAttack, unlessCut } from './attacks.ts';
import type { GateContext } from './context.ts';
import { concentrationTables } from './criteria/concentration.ts';
import { CRITERIA } from './criteria/criteria.ts';
import { type Criterion, type CriterionSetting, judged, MILLION } from './criteria/criterion-of-gate.ts';
import { meanOf, notShown, withChecks } from './criterion.ts';
import { EvidenceBook, type EvidenceFile, looserAges } from './evidence/evidence-book.ts';
import { fansOf } from './fans.ts';
import { ownLinesOf } from './own-lines.ts';
import { GateRefusal } from './refusal.ts';
import { remediesOf } from './remedies.ts';
import type {
  AttackFinding,
  BarTable,
  GateCheck,
  GateCriterion,
  GateName,
  GateReport,
  SensitivityBar,
} from './report.ts';
import { type Measurements, measureScenes } from './scenes/measure.ts';
import { SCENE_RUNS, type SceneName, scenesFor } from './scenes/scenes.ts';
import { judgeSensitivity } from './sensitivity.ts';
import { judgeSybil } from './sybil.ts';
import { thinOf, verdictsOf } from './verdicts.ts';
import { attackEpochs, attackScenario, gateScenario, isOwnWorld } from './worlds.ts';

export interface GateOptions {
  /** ISO 8601. */
  readonly madeAt: string;
  readonly code: GateReport['code'];
  readonly evidence?: readonly EvidenceFile[];
  /** Public keys in hex whose evidence counts. Default: anybody's, and the report says so. */
  readonly evidenceSigners?: readonly string[];
  /** By kind, over `EVIDENCE_DAYS_MAX`. */
  readonly evidenceDaysMax?: Readonly<Record<string, number>>;
  /** Default: all rows. A report of some, or of fewer worlds or attackers, has no verdict but `fail` and `not ready`. */
  readonly only?: readonly GateName[];
  /** Of some scenes. Default: the profile's. */
  readonly sceneRuns?: Readonly<Partial<Record<SceneName, number>>>;
  /** Default: looked for. */
  readonly remedies?: boolean;
  readonly calibration?: Json;
  /** Which attacks, in which worlds, tested by how many runs. Default: the catalogue, all, the profile's. */
  readonly attackers?: AttackersOnly;
}

export interface AttackersOnly {
  readonly attacks?: readonly string[];
  readonly worlds?: readonly string[];
  readonly runs?: number;
}

/**
 * Holds an economy against the launch gate, row by row.
 * @throws GateRefusal GATE-BOUNDS (a check is violated and bounds are not waived), GATE-EVIDENCE-FORM,
 *   GATE-EVIDENCE-SIGNATURE, GATE-EVIDENCE-DATE; AbortError
 */
export async function runGate(context: GateContext, options: GateOptions): Promise<GateReport> {
  const { policy, profile, seed } = context;
  const { economy, economyHash } = policy;
  const boundsWaived = economy.bounds === 'waived';
  requireChecks(context);
  const evidence = new EvidenceBook(economyHash, options.evidence ?? [], {
    madeAt: options.madeAt,
    signers: options.evidenceSigners ?? null,
    daysMax: options.evidenceDaysMax ?? {},
  });
  const wanted = (gate: GateName) => options.only === undefined || options.only.includes(gate);
  const rows = CRITERIA.filter(({ gate }) => wanted(gate));
  const scenes = await measureScenes(context, neededScenes(rows, context), options.sceneRuns);
  const setting: CriterionSetting = { context, economy, scenes, evidence };
  const own = [];
  for (const row of rows) {
    // Signals are heard between rows that compute at a stretch.
    await new Promise((resume) => setImmediate(resume));
    context.signal?.throwIfAborted();
    own.push(await rowOf(row, setting, options));
  }
  const attackers = await searched(context, wanted, options.attackers);
  const criteria = [...own, ...attackers.criteria].sort((one, other) => numberOf(one.gate) - numberOf(other.gate));
  const runs = Math.max(...Object.values(SCENE_RUNS[profile]));
  const looser = looserAges(options.evidenceDaysMax ?? {});
  const isWhole = [options.only, options.sceneRuns, options.attackers].every((part) => part === undefined);
  return {
    format: 'stannary-gate-report/2',
    economy: { name: economy.name, version: policy.version, hash: economyHash, boundsWaived },
    code: options.code,
    profile,
    seeds: { seed, ...(attackers.seeds ?? { search: [0, 0], test: [0, runs] }) },
    world: { name: context.scenario.name, isOwn: isOwnWorld(economy, context.scenario) },
    scenario: context.scenario as unknown as Json,
    ownLines: await ownLinesOf(policy),
    verdicts: isWhole ? verdictsOf(criteria, boundsWaived) : { economics: 'fail', launch: 'not ready' },
    criteria,
    attacks: attackers.findings,
    sensitivity: attackers.bars,
    fans: fansOf(scenes),
    tables: scenes.has('base') ? tablesOf(setting) : [],
    thin: thinOf(criteria),
    evidence: evidence.used,
    ...(looser.length === 0 ? {} : { looserAges: looser }),
    calibration: options.calibration ?? null,
    madeAt: options.madeAt,
  };
}

function numberOf(gate: GateName): number {
  return Number(gate.slice(1));
}

/** What a formula refuses needs no simulation. @throws GateRefusal GATE-BOUNDS */
export function requireChecks({ policy }: Pick<GateContext, 'policy'>): void {
  if (policy.economy.bounds === 'waived') return;
  const failed = runChecks(policy).filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const names = [...new Set(failed.map(({ id, about }) => (about === '' ? id : `${id} (${about})`)))];
  throw new GateRefusal(
    'GATE-BOUNDS',
    `economy ${policy.economy.name}`,
    'an economy whose checks hold, or `bounds: waived` (`stannary check` says what would mend them)',
    `${failed.length} violated: ${names.join(', ')}`,
  );
}

function neededScenes(
  rows: readonly Criterion[],
  { policy, scenario, profile }: Pick<GateContext, 'policy' | 'scenario' | 'profile'>,
): readonly SceneName[] {
  // Conservation and supply look at whatever is run: of themselves they need no world but the wildest.
  const asked = rows.flatMap(({ gate, scenes }) => (gate === 'G11' || gate === 'G14' ? ['turmoil' as const] : scenes));
  return scenesFor({ policy, scenario, profile }).filter((scene) => asked.includes(scene));
}

/** A row, and if it failed, what would mend it. */
async function rowOf(row: Criterion, setting: CriterionSetting, options: GateOptions): Promise<GateCriterion> {
  const criterion = judged(row, setting);
  const failed = criterion.checks.filter(({ state }) => state === 'failed');
  if (failed.length === 0 || options.remedies === false) return criterion;
  const remedies = await remediesOf(setting.context, failed, async (context): Promise<readonly GateCheck[]> => {
    const scenes: Measurements = await measureScenes(context, neededScenes([row], context), options.sceneRuns);
    return row.checks({ ...setting, context, economy: context.policy.economy, scenes });
  });
  return { ...criterion, remedies };
}

interface AttackersFound {
  readonly criteria: readonly GateCriterion[];
  readonly findings: readonly AttackFinding[];
  readonly bars: readonly SensitivityBar[];
  readonly seeds: Pick<GateReport['seeds'], 'search' | 'test'> | null;
}

/** The rows that look for attackers: G1, G13 and G16, which starts from what G1 found. */
async function searched(
  context: GateContext,
  wanted: (gate: GateName) => boolean,
  only: AttackersOnly = {},
): Promise<AttackersFound> {
  const { policy, economySource: source, profile, seed } = context;
  const { economy } = policy;
  const scenario = { ...attackScenario(context.scenario, profile), seed };
  const { attacks: _, ...trial } = only;
  const named =
    only.attacks === undefined ? {} : { attacks: CATALOGUE.filter(({ attack }) => only.attacks!.includes(attack.id)) };
  const whole = attackEpochs(economy, profile);
  const setting = { source, economy, scenario, profile, ...trial, ...named };
  const attacks = wanted('G1')
    ? unlessCut(await judgeAttacks(setting, searching(context, 'attackers')), scenario.horizonEpochs, whole)
    : null;
  const sybil = wanted('G13') ? judgeSybil(economy, seed) : null;
  const known = attacks === null ? {} : { known: baseResponses(attacks) };
  const told = isOwnWorld(economy, context.scenario) ? {} : { scenario };
  const nearby = { economy, scenario: told.scenario ?? gateScenario(economy, profile) };
  const asked = affordableCourses(nearby, profile, CATALOGUE);
  const moved = { source, policy, profile, seed, attacks: asked.attacks, ...known, ...told };
  const sensitivity = wanted('G16') ? await judgeSensitivity(moved, searching(context, 'sensitivity')) : null;
  const carried = sensitivity === null ? null : beside(sensitivity.criterion, asked.tooLong, profile);
  return {
    criteria: [attacks?.criterion, sybil, carried].filter((one) => one !== null && one !== undefined),
    findings: attacks?.findings ?? [],
    bars: sensitivity?.bars ?? [],
    seeds: attacks?.seeds ?? null,
  };
}

/** With what attackers there was no time for. */
function beside(
  criterion: GateCriterion,
  tooLong: readonly LongAttack<NamedAttack>[],
  profile: GateContext['profile'],
): GateCriterion {
  const untried = tooLong.map((long) => {
    const { id, title } = long.named.attack;
    const metric = `least cost over return of: ${title}`;
    return notShown({ id, metric, unit: '', line: null }, tooLongText(long, profile, 'courses'));
  });
  return withChecks(criterion, [...criterion.checks, ...untried]);
}

function searching({ workers, signal, shelf, onProgress }: GateContext, stage: string): ResponseOptions {
  const tell =
    onProgress === undefined ? {} : { onProgress: (done: number, of: number) => onProgress(stage, done, of) };
  const kept = { ...(signal === undefined ? {} : { signal }), ...(shelf === undefined ? {} : { shelf }) };
  return { workers, ...kept, ...tell };
}

function baseResponses({ findings }: AttackJudgement): ReadonlyMap<string, Pick<AttackFinding, 'parameters'>> {
  return new Map(findings.filter(({ world }) => world === 'base').map((one) => [one.id, one]));
}

function tablesOf(setting: CriterionSetting): readonly BarTable[] {
  const { economy, scenes } = setting;
  const base = scenes.get('base')!;
  const { marginPpmMedianMin, marginPpmP10Min } = economy.gate;
  const margins: BarTable = {
    id: 'margins',
    title: 'Margins of providers after take, cost and capital',
    unit: 'of revenue',
    bars: [
      { name: 'middle provider', figure: meanOf(base.values('marginMedian')), line: marginPpmMedianMin / MILLION },
      { name: 'nine of ten reach', figure: meanOf(base.values('marginP10')), line: marginPpmP10Min / MILLION },
    ],
  };
  return base.values('marginMedian').length === 0 ? [] : [margins, ...concentrationTables(setting)];
}
