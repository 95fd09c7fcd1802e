import type { CheckState, GateCheck, GateCriterion, GateReport, GateShare } from '../gate/report.ts';
import { type Html, html } from './html.ts';
import { countText, listText } from './number-text.ts';
import { stateClass, stateSign } from './page.ts';

/** Of a world that somebody chose a verdict says so, lest a favourable one pass for the economy's own; else empty. */
export function worldText({ world }: Pick<GateReport, 'world'>): string {
  return world.isOwn
    ? ''
    : `in the world “${world.name}” that the gate was given, not the one that the economy assumes`;
}

/** Lines that the economy draws itself, lest a verdict by loose ones pass for one by the reference's; else empty. */
export function ownLinesText({ ownLines }: Pick<GateReport, 'ownLines'>): string {
  const lines = ownLines.map(({ field, own, standard }) => `${field} ${own} (reference ${standard})`);
  return lines.length === 0 ? '' : `by lines of its own: ${lines.join(', ')}`;
}

/** How old evidence was let be where that is older than by default; else empty. */
export function looserAgesText({ looserAges = [] }: Pick<GateReport, 'looserAges'>): string {
  const ages = looserAges.map(({ kind, days, standard }) => `${kind} of up to ${days} days (${standard} by default)`);
  return ages.length === 0 ? '' : `with older evidence let count: ${ages.join(', ')}`;
}

/** Both verdicts in a line: `Economics pass. Launch: not ready; 4 criteria are not shown.` */
export function verdictText(report: GateReport): string {
  const { verdicts, criteria } = report;
  const economics = criteriaFor('economics', criteria);
  const ages = looserAgesText(report);
  const why = verdicts.economics === 'pass' ? '' : lacking(economics);
  const where = [worldText(report), ownLinesText(report)].filter((text) => text !== '').join(', ');
  return [
    `Economics ${verdicts.economics}${where === '' ? '' : `, ${where}`}${why === '' ? '' : `: ${why}`}.`,
    `Launch: ${verdicts.launch}${ages === '' ? '' : `, ${ages}`}${verdicts.launch === 'ready' ? '' : `; ${lacking(criteria)}`}.`,
  ].join(' ');
}

/** Criteria by the checks that count for one verdict; those of the economics count for the launch as well. */
export function criteriaFor(verdict: GateShare, criteria: readonly GateCriterion[]): GateCriterion[] {
  if (verdict === 'launch') return [...criteria];
  return criteria.flatMap((one) => {
    const checks = one.checks.filter(({ share = one.share }) => share === 'economics');
    if (checks.length === one.checks.length) return one.share === 'economics' || checks.length > 0 ? [one] : [];
    return checks.length === 0 ? [] : [{ ...one, checks, state: stateOf(checks) }];
  });
}

/** Failed if a check failed; else not shown if one is not, or there is none; else passed. */
export function stateOf(checks: readonly GateCheck[]): CheckState {
  if (checks.some(({ state }) => state === 'failed')) return 'failed';
  return checks.length === 0 || checks.some(({ state }) => state === 'not shown') ? 'not shown' : 'passed';
}

/** `G1 failed, 4 criteria are not shown`. */
function lacking(criteria: readonly GateCriterion[]): string {
  const failed = criteria.filter(({ state }) => state === 'failed').map(({ gate }) => gate);
  const unshown = criteria.filter(({ state }) => state === 'not shown').length;
  const reasons = [
    failed.length === 0 ? null : `${listText(failed)} failed`,
    unshown === 0 ? null : `${countText(unshown, 'criterion', 'criteria')} ${unshown === 1 ? 'is' : 'are'} not shown`,
  ]
    .filter((part) => part !== null)
    .join(', ');
  return reasons === '' ? 'not every criterion was looked at' : reasons;
}

/** The head of the page: whose report it is, what came out, and each criterion at a glance. */
export function headerHtml(report: GateReport): Html {
  const { economy, verdicts, criteria, profile } = report;
  const economics = criteriaFor('economics', criteria);
  const where = [worldText(report), ownLinesText(report)].filter((text) => text !== '').join('; ');
  return html`<p class="kind">Launch gate, ${profile} profile</p>
<h1>${economy.name}, version ${economy.version}</h1>
<p>${verdictText(report)}</p>
${economy.boundsWaived ? WAIVED : null}<div class="verdicts">
${card('Economics', verdicts.economics, verdicts.economics === 'pass' ? 'passed' : 'failed', [
  'What simulation and closed forms can show.',
  tally(economics),
  where,
])}${card('Launch', verdicts.launch, launchState(report), [
  'Everything, with drills, trials and parity runs, whose evidence comes from elsewhere.',
  tally(criteria),
  [where, looserAgesText(report)].filter((text) => text !== '').join('; '),
])}</div>
<ol class="chips" aria-label="All criteria">
${criteria.map(
  ({ gate, title, state }) =>
    html`<li><a href="#${gate}" class="${stateClass(state)}"><b><span aria-hidden="true">${stateSign(state)}</span> ${gate}</b> <span>${title}<span class="visually-hidden">, ${state}</span></span></a></li>\n`,
)}</ol>
`;
}

const WAIVED = html`<div class="banner" role="note"><strong>Bounds waived: never deployable</strong>
<p>This economy file says <code>bounds: waived</code>: it leaves what the code allows. It can be studied, but no network will ever run it, whatever the verdicts below say.</p></div>
`;

/** Not ready for what failed, or only for what nobody has shown. */
function launchState({ verdicts, criteria }: GateReport): CheckState {
  if (verdicts.launch === 'ready') return 'passed';
  return criteria.some(({ state }) => state === 'failed') ? 'failed' : 'not shown';
}

function card(
  name: string,
  word: string,
  state: CheckState,
  [about, count, where]: readonly [string, string, string],
): Html {
  return html`<div class="verdict ${stateClass(state)}"><h2>${name}</h2>
<p class="word"><span aria-hidden="true">${stateSign(state)}</span> ${word}</p>${where === '' ? null : html`<p><strong>${where}</strong></p>`}<p>${count}</p><p class="lead">${about}</p></div>
`;
}

/** `12 of 17 criteria passed, 1 failed, 4 not shown.` */
function tally(criteria: readonly GateCriterion[]): string {
  const count = (state: CheckState) => criteria.filter((one) => one.state === state).length;
  const rest = (['failed', 'not shown'] as const).filter((state) => count(state) > 0);
  return [
    `${count('passed')} of ${countText(criteria.length, 'criterion', 'criteria')} passed`,
    ...rest.map((state) => `${count(state)} ${state}`),
  ]
    .join(', ')
    .concat('.');
}
