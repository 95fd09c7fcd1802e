import type { EconomyProfile, Override } from '@stannary/economies';
import type { GateContext } from '../context.ts';
import { criterionOf, notShown } from '../criterion.ts';
import type { EvidenceBook } from '../evidence/evidence-book.ts';
import type { GateCheck, GateCriterion, GateName, GateShare } from '../report.ts';
import type { Measurements } from '../scenes/measure.ts';
import { SCENES, type SceneName } from '../scenes/scenes.ts';

/** What a criterion's checks are made from. */
export interface CriterionSetting {
  readonly context: GateContext;
  readonly economy: EconomyProfile;
  readonly scenes: Measurements;
  readonly evidence: EvidenceBook;
}

/** One row of the gate that needs no attacker: the worlds that it looks at, and its checks by what they brought. */
export interface Criterion {
  readonly gate: GateName;
  readonly title: string;
  readonly share: GateShare;
  readonly scenes: readonly SceneName[];
  checks(setting: CriterionSetting): readonly GateCheck[];
}

export function judged(
  { gate, title, share, scenes, checks }: Criterion,
  setting: CriterionSetting,
  remedies: readonly Override[] = [],
): GateCriterion {
  const notes = scenes.flatMap((scene) => {
    const note = setting.scenes.get(scene)?.note ?? '';
    return note === '' ? [] : [`${scene} ${note}`];
  });
  const said = (how: string) => [how, ...notes].join('; ');
  const lacking = scenes.filter((scene) => scene !== 'newcomers' && !setting.scenes.has(scene));
  // Rows of all worlds look at those that were run.
  if (lacking.length > 0 && scenes !== SCENES) {
    const check = { id: 'worlds', metric: title, unit: '', line: null, share };
    const how = `an era has too many epochs for the ${setting.context.profile} profile to run ${lacking.join(', ')}`;
    return criterionOf(gate, title, share, [notShown(check, how)]);
  }
  return criterionOf(
    gate,
    title,
    share,
    checks(setting).map((check) => ({ ...check, how: said(check.how) })),
    remedies,
  );
}

export const MILLION = 1_000_000;
