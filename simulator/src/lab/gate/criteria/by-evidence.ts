import { atLeast, atMost, equalTo, exactly, measured } from '../criterion.ts';
import type { Criterion, CriterionSetting } from './criterion-of-gate.ts';

const HOUR_SECONDS = 3_600;
/** Of each field outside its bounds that is named: it may quote a whole list. */
const MESSAGE_MAX = 300;

/** G12: what the chain computes is what the kernel computes. */
export const parity: Criterion = {
  gate: 'G12',
  title: 'TypeScript and Solidity agree',
  share: 'launch',
  scenes: [],
  checks: ({ evidence }) => [
    evidence.check('G12', {
      id: 'parity-operations',
      kind: 'parity-run',
      metric: 'random operations per function that both sides were given',
      unit: 'operations',
      line: atLeast(100_000),
    }),
    evidence.check('G12', {
      id: 'parity-differences',
      kind: 'parity-run',
      metric: 'operations after which the two differ',
      unit: 'operations',
      line: equalTo(0),
    }),
  ],
};

/** G15: emergency powers work, and no sequence of changes leads where no one may go. */
export const governance: Criterion = {
  gate: 'G15',
  title: 'Emergency powers work, and only so far',
  share: 'launch',
  scenes: [],
  checks: (setting) => {
    const { evidence, economy } = setting;
    return [
      loosening(setting),
      votes(setting),
      evidence.check('G15', {
        id: 'pause',
        kind: 'drill',
        metric: 'from alarm to pause, in a drill',
        unit: 'h',
        line: atMost(economy.gate.pauseSecondsMax / HOUR_SECONDS),
      }),
      evidence.check('G15', {
        id: 'rollback',
        kind: 'drill',
        metric: 'back to the last good rules, in a drill',
        unit: 'h',
        line: atMost(economy.gate.rollbackSecondsMax / HOUR_SECONDS),
      }),
    ];
  },
};

/** Every version of an economy passes the loader, which holds each field in its hard bounds: outside them is unreachable. */
function loosening({ context, economy }: CriterionSetting) {
  const { waived, seen } = context.policy.reading;
  const outside = economy.bounds === 'waived' ? Math.max(1, waived.length) : waived.length;
  const passed = waived.slice(0, 3).map(({ message }) => message.slice(0, MESSAGE_MAX));
  return measured({
    id: 'hard-bounds',
    metric: 'fields that hard bounds do not hold',
    unit: 'fields',
    figure: exactly(outside, seen.size),
    line: equalTo(0),
    how:
      economy.bounds === 'waived'
        ? `bounds are waived: any value can be reached${passed.length === 0 ? '' : ` (${passed.join('; ')})`}`
        : `each of ${seen.size} fields has a least, a most and a largest step in code; no version outside them is ever read`,
    movedBy: ['bounds'],
  });
}

/** Making a rule laxer needs more than making it stricter, and time to leave. */
function votes({ economy }: CriterionSetting) {
  const { passPpm, passToLoosenPpm, timelockSeconds, guardian } = economy.governance;
  const how = `a laxer rule needs ${passToLoosenPpm / 10_000} % of the votes, a stricter one ${passPpm / 10_000} %; ${timelockSeconds / HOUR_SECONDS} h pass before it holds; ${guardian.threshold} of ${guardian.seats} guardians may only pause or tighten`;
  return measured({
    id: 'loosening-votes',
    metric: 'votes to make a rule laxer, over votes to make it stricter',
    unit: '',
    figure: exactly(passToLoosenPpm / Math.max(1, passPpm)),
    line: atLeast(1),
    how,
    movedBy: ['governance.passToLoosen', 'governance.pass'],
  });
}

/** G17: books can be checked by those they are about. */
export const books: Criterion = {
  gate: 'G17',
  title: 'Books can be checked',
  share: 'launch',
  scenes: [],
  checks: ({ evidence, economy }) => [
    evidence.check('G17', {
      id: 'attestation-age',
      kind: 'books',
      isAge: true,
      metric: 'age of the reserve’s newest attestation',
      unit: 'h',
      line: atMost(economy.gate.attestationAgeSecondsMax / HOUR_SECONDS),
    }),
    evidence.check('G17', {
      id: 'export-reconciled',
      kind: 'books',
      metric: 'rows of the tax export that reconcile to the ledger',
      unit: 'of rows',
      line: equalTo(1),
    }),
  ],
};
