import type { Json } from '../campaign/plan.ts';
import { meets } from '../gate/criterion.ts';
import { isSigned } from '../gate/evidence/signed-form.ts';
import type {
  AttackFinding,
  BarTable,
  EvidenceUsed,
  Fan,
  Figure,
  GateCheck,
  GateCriterion,
  GateName,
  GateReport,
  LooserAge,
  ProfilePoint,
  SensitivityBar,
  SignedGateReport,
} from '../gate/report.ts';
import { unlookedAt } from '../gate/verdicts.ts';
import { ReportRefusal } from './refusal.ts';
import {
  count,
  flag,
  gotText,
  listOf,
  mapOf,
  NAME_MAX,
  number,
  oneOf,
  orAbsent,
  orNull,
  PROSE_MAX,
  pairOf,
  type Reader,
  recordOf,
  refuse,
  TIME,
  textOf,
  textTo,
} from './shape.ts';
import { criteriaFor, stateOf } from './verdict.ts';

const REPORT_FORMAT = 'stannary-gate-report/2';
/** More than any economy has fields. */
const FIELDS_MAX = 10_000;
/** Of a check: a few fields of each class. */
const MOVERS_MAX = 1_000;
const CHARACTERS_MAX = 32 * 1024 * 1024;
const DEPTH_MAX = 12;

const name = textTo(NAME_MAX);
const prose = textTo(PROSE_MAX);
const hash = textOf(/^(0x)?[0-9a-f]{64}$/, 'SHA-256 as 64 hex digits');
const hex = textOf(/^(?:[0-9a-f]{2}){1,200}$/, 'hex digits');
const time = textOf(TIME, 'a time as 2026-03-14T09:26:53Z');
const state = oneOf('passed', 'failed', 'not shown');
const gate: Reader<GateName> = (value, where) => textOf(/^G(?:[1-9]|1[0-7])$/, 'G1 to G17')(value, where) as GateName;

const interval: Reader<readonly [number, number]> = (value, where) => {
  const [low, high] = pairOf(number, number)(value, where);
  return low <= high ? [low, high] : refuse(where, 'its low end first', `${low} and ${high}`);
};

const figure = recordOf<Figure>({
  value: number,
  interval: orNull(interval),
  confidence: orNull((value, where) => {
    const share = number(value, where);
    return share > 0 && share < 1 ? share : refuse(where, 'a share between 0 and 1', value);
  }),
  samples: count,
});

const check = recordOf<GateCheck>({
  id: name,
  metric: name,
  unit: name,
  state,
  figure: orNull(figure),
  line: orNull(recordOf<NonNullable<GateCheck['line']>>({ relation: oneOf('<', '<=', '>', '>=', '='), value: number })),
  how: prose,
  share: orAbsent(oneOf('economics', 'launch')),
  movedBy: orAbsent(listOf(name, MOVERS_MAX)),
});

const criterion = recordOf<GateCriterion>({
  gate,
  title: name,
  share: oneOf('economics', 'launch'),
  state,
  checks: listOf(check, FIELDS_MAX),
  remedies: listOf(pairOf(name, name), 50),
});

const attack = recordOf<AttackFinding>({
  id: name,
  number: count,
  title: name,
  strategy: prose,
  defence: prose,
  defendedBy: listOf(name, 50),
  world: name,
  parameters: mapOf(number, 50),
  state,
  cost: figure,
  return: figure,
  difference: figure,
  costRatio: orNull(figure),
  pValue: number,
  closedFormNote: orAbsent(prose),
  closedForm: orNull(
    recordOf<NonNullable<AttackFinding['closedForm']>>({ costCredits: number, returnCredits: number }),
  ),
  profile: orNull(
    recordOf<NonNullable<AttackFinding['profile']>>({
      parameter: name,
      unit: name,
      points: listOf(recordOf<ProfilePoint>({ at: number, costCredits: number, returnCredits: number }), 1_000),
    }),
  ),
});

const sensitivity = recordOf<SensitivityBar>({
  field: name,
  effect: figure,
  method: oneOf('morris', 'sobol'),
  leastCostRatio: figure,
  leastAt: name,
  wording: prose,
  untried: count,
});

const EPOCHS_MAX = 100_000;
const bareFan = recordOf<Fan>({
  id: name,
  title: name,
  unit: name,
  world: name,
  at: listOf(number, EPOCHS_MAX),
  quantiles: listOf(
    recordOf<Fan['quantiles'][number]>({ share: number, values: listOf(orNull(number), EPOCHS_MAX) }),
    20,
  ),
});
const fan: Reader<Fan> = (value, where) => {
  const read = bareFan(value, where);
  const fall = read.at.findIndex((at, index) => index > 0 && at <= read.at[index - 1]!);
  if (fall !== -1) refuse(`${where}.at[${fall}]`, 'positions that rise', read.at[fall]);
  for (const [index, { share, values }] of read.quantiles.entries()) {
    const place = `${where}.quantiles[${index}]`;
    if (share < 0 || share > 1) refuse(`${place}.share`, 'a share from 0 to 1', share);
    if (values.length !== read.at.length) refuse(`${place}.values`, `${read.at.length} values`, values);
  }
  return read;
};

const table = recordOf<BarTable>({
  id: name,
  title: name,
  unit: name,
  bars: listOf(recordOf<BarTable['bars'][number]>({ name, figure, line: orNull(number) }), 200),
});

const evidence = recordOf<EvidenceUsed>({
  gate,
  kind: name,
  file: name,
  sha256: hash,
  signer: hex,
  isPinned: flag,
  madeAt: time,
});
const runs = pairOf(count, count);

/** Any JSON, not too deep. */
function json(value: unknown, where: string, depth = 0): Json {
  if (depth > DEPTH_MAX) return refuse(where, `at most ${DEPTH_MAX} levels`, value);
  if (Array.isArray(value)) return value.map((item, index) => json(item, `${where}[${index}]`, depth + 1));
  if (typeof value === 'object' && value !== null) {
    return mapOf((one, place) => json(one, place, depth + 1), 10_000)(value, where);
  }
  if (typeof value === 'number') return number(value, where);
  return value === null || typeof value === 'string' || typeof value === 'boolean'
    ? value
    : refuse(where, 'JSON', value);
}

const report = recordOf<GateReport>({
  format: oneOf(REPORT_FORMAT),
  economy: recordOf<GateReport['economy']>({ name, version: count, hash, boundsWaived: flag }),
  code: recordOf<GateReport['code']>({ version: name, hash }),
  profile: oneOf('quick', 'full'),
  seeds: recordOf<GateReport['seeds']>({ seed: count, search: runs, test: runs }),
  world: recordOf<GateReport['world']>({ name, isOwn: flag }),
  scenario: (value, where) => json(value, where),
  ownLines: listOf(recordOf<GateReport['ownLines'][number]>({ field: name, own: name, standard: name }), FIELDS_MAX),
  verdicts: recordOf<GateReport['verdicts']>({
    economics: oneOf('pass', 'fail'),
    launch: oneOf('ready', 'not ready'),
  }),
  criteria: listOf(criterion, 17),
  attacks: listOf(attack, 500),
  sensitivity: listOf(sensitivity, FIELDS_MAX),
  fans: listOf(fan, 200),
  tables: listOf(table, 100),
  thin: listOf(
    recordOf<GateReport['thin'][number]>({ check: name, headroom: number, movedBy: listOf(name, MOVERS_MAX) }),
    500,
  ),
  evidence: listOf(evidence, 200),
  looserAges: orAbsent(listOf(recordOf<LooserAge>({ kind: name, days: number, standard: number }), 50)),
  calibration: (value, where) => json(value, where),
  madeAt: time,
});

const signature = recordOf<NonNullable<SignedGateReport['signature']>>({
  algorithm: oneOf('ES256'),
  publicKey: hex,
  value: hex,
});

/**
 * A report file of anyone: `SignedGateReport`, or `GateReport` without a signature, as JSON. Every field is there, of its
 * kind and within its bounds, no other is; states and verdicts follow from the checks; the signature, where there is one, is
 * of this report. Whose key it is, the caller has to know. `file` is what a refusal of the whole is said of.
 * @throws ReportRefusal REPORT-SIZE, REPORT-JSON, REPORT-FORMAT, REPORT-SHAPE, REPORT-VERDICT, REPORT-SIGNATURE
 */
export function readReport(text: string, file = 'the report'): SignedGateReport {
  if (text.length > CHARACTERS_MAX) {
    throw new ReportRefusal('REPORT-SIZE', file, `at most ${CHARACTERS_MAX} characters`, `${text.length}`);
  }
  const value = parsed(text, file);
  const isWrapped = typeof value === 'object' && value !== null && 'report' in value;
  const whole = isWrapped ? value : { report: value, signature: null };
  const inner = (whole as { report: unknown }).report as { format?: unknown } | null;
  if (inner?.format !== REPORT_FORMAT) {
    throw new ReportRefusal('REPORT-FORMAT', `${file} format`, `"${REPORT_FORMAT}"`, gotText(inner?.format));
  }
  const read = recordOf<SignedGateReport>({ report, signature: orNull(signature) })(whole, '');
  checkVerdicts(read.report);
  if (read.signature !== null && !isSigned(inner, read.signature)) {
    throw new ReportRefusal(
      'REPORT-SIGNATURE',
      'signature.value',
      'a signature of this report',
      'one of something else',
    );
  }
  return read;
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ReportRefusal('REPORT-JSON', file, 'JSON', gotText((error as Error).message));
  }
}

/** A verdict that its own criteria contradict must not be printed in large letters. */
function checkVerdicts({ criteria, verdicts, economy }: GateReport): void {
  for (const [index, { state: said, checks }] of criteria.entries()) {
    const follows = stateOf(checks);
    if (said !== follows && (checks.length > 0 || said === 'passed'))
      contradict(`report.criteria[${index}].state`, follows, said);
    const place = (at: number) => `report.criteria[${index}].checks[${at}].state`;
    const unseen = checks.findIndex((one) => one.state === 'passed' && (one.figure === null || one.line === null));
    if (unseen !== -1) contradict(place(unseen), 'not shown', 'passed');
    const wrong = checks.findIndex(isOnWrongSide);
    if (wrong !== -1) contradict(place(wrong), 'failed', 'passed');
  }
  const isWhole = unlookedAt(criteria).length === 0;
  const isSound = isWhole && criteriaFor('economics', criteria).every(({ state: one }) => one === 'passed');
  if (verdicts.economics === 'pass' && !isSound) contradict('report.verdicts.economics', 'fail', 'pass');
  const isReady = isWhole && criteria.every(({ state: one }) => one === 'passed') && !economy.boundsWaived;
  if (verdicts.launch === 'ready' && !isReady) contradict('report.verdicts.launch', 'not ready', 'ready');
  const gates = criteria.map((one) => one.gate);
  const twice = gates.findIndex((one, index) => gates.indexOf(one) !== index);
  if (twice !== -1) refuse(`report.criteria[${twice}].gate`, 'each criterion once', gates[twice]);
}

/** What passed with a figure that its own line refuses. An attack that costs and returns nothing passes on its line. */
function isOnWrongSide({ state: said, figure: seen, line }: GateCheck): boolean {
  if (said !== 'passed' || seen === null || line === null) return false;
  return !meets(seen.value, line) && seen.value !== line.value;
}

function contradict(where: string, expected: string, got: string): never {
  throw new ReportRefusal('REPORT-VERDICT', where, `${expected}, as its checks say`, got);
}
