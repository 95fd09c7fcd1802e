import { choice, count, credits, multiple, seconds, section, share } from './parts.ts';

// Who decides, who judges, and what the law asks at the borders.

const VOTES = { min: '1 %', max: '100 %', stepMax: ['20 %', '1 %'] } as const;
const SEATS = { min: '1', max: '1_000', stepMax: ['20 %', '1'], positive: true, unit: 'seats' } as const;
const PHASE = { min: '1 min', max: '7 d', stepMax: ['20 %', '1 h'] } as const;

export const committee = section(
  'Judges what no contract can recompute: drawn by lot, they vote sealed and then open. With a fifth of all arbiters an attacker decides one case of 14 of 21 in 220,000, and one of 21 of 31 in 89 million.',
  {
    seats: count('seats', 'Arbiters of a case.', { default: '21', ...SEATS }),
    threshold: count('threshold', 'Votes that decide it; more than half.', { default: '14', ...SEATS }),
    largeSeats: count('largeSeats', 'Arbiters of a large case.', { default: '31', ...SEATS }),
    largeThreshold: count('largeThreshold', 'Votes that decide a large case; more than half.', {
      default: '21',
      ...SEATS,
    }),
    largeFrom: credits('largeFromGrains', 'What is at stake in a large case, at least.', {
      default: '10_000 credits',
      min: '0 credits',
      max: '1_000_000_000 credits',
      stepMax: '20 %',
    }),
    arbiterBond: credits('arbiterBondGrains', 'What an arbiter stands to lose.', {
      default: '1_000 credits',
      min: '0 credits',
      max: '1_000_000_000 credits',
      stepMax: '20 %',
    }),
    commit: seconds('commitSeconds', 'Time for sealed votes.', { default: '12 h', ...PHASE }),
    reveal: seconds('revealSeconds', 'Time to open them.', { default: '12 h', ...PHASE }),
  },
);

export const challenges = section(
  "What a dispute costs whoever opens it and loses it: max(deposit, factor * the victim's cost). It must make up for what a false one does.",
  {
    deposit: credits('depositGrainsMin', 'Least deposit.', {
      default: '25 credits',
      min: '0 credits',
      max: '1_000_000 credits',
      stepMax: '20 %',
    }),
    victimCostFactor: multiple('victimCostFactorPpm', "Multiple of the victim's cost.", {
      default: '2',
      min: '1',
      max: '100',
      stepMax: '20 %',
    }),
  },
);

export const governance = section('How rules change, and how fast the worst can happen.', {
  mode: choice('mode', 'Who votes.', ['multisig', 'token', 'committee'], { default: 'token', stepMax: 'free' }),
  snapshot: seconds('snapshotSeconds', 'Votes count as of this long before the proposal: borrowed ones do not.', {
    default: '24 h',
    min: '1 h',
    max: '30 d',
    stepMax: ['20 %', '1 h'],
  }),
  vote: seconds('voteSeconds', 'How long is voted.', {
    default: '5 d',
    min: '1 d',
    max: '30 d',
    stepMax: ['20 %', '1 h'],
  }),
  quorum: share('quorumPpm', 'Share of all votes that must be cast.', { default: '15 %', ...VOTES }),
  pass: share('passPpm', 'Share of cast votes that passes a change.', { default: '60 %', ...VOTES }),
  passToLoosen: share('passToLoosenPpm', 'And one that makes a rule laxer.', { default: '66.7 %', ...VOTES }),
  timelock: seconds('timelockSeconds', 'From a passed change to its effect: whoever dislikes it can leave first.', {
    default: '48 h',
    min: '1 h',
    max: '30 d',
    stepMax: ['20 %', '1 h'],
  }),
  guardian: section('May pause, or make a rule stricter, at once; never the other way.', {
    seats: count('seats', 'Members.', { default: '5', ...SEATS }),
    threshold: count('threshold', 'Members that must agree.', { default: '3', ...SEATS }),
    pauseMax: seconds('pauseSecondsMax', 'A pause ends by itself after this.', {
      default: '72 h',
      min: '1 h',
      max: '14 d',
      stepMax: ['20 %', '1 h'],
    }),
  }),
  treasuryPerDay: share('treasuryPerDayPpm', 'Most that leaves the treasury in a day: bounds any capture.', {
    default: '5 %',
    min: '0 %',
    max: '100 %',
    stepMax: ['20 %', '1 %'],
  }),
});

export const compliance = section('Checks at regulated borders. What is blocked is held, never forfeited.', {
  gate: choice('gate', 'Who may pay in and out.', ['none', 'allow-list', 'travel-rule'], {
    default: 'none',
    stepMax: 'free',
  }),
  travelRuleFrom: credits('travelRuleFromGrains', 'Transfers from this much on name originator and beneficiary.', {
    default: '1_000 credits',
    min: '0 credits',
    max: '1_000_000 credits',
    stepMax: 'free',
  }),
  chargeback: share('chargebackPpm', 'Share of money paid in by card or bank that is taken back, set aside for.', {
    default: '0.5 %',
    min: '0 %',
    max: '20 %',
    stepMax: 'free',
  }),
  chargebackWindow: seconds('chargebackSeconds', 'For how long it may be taken back.', {
    default: '120 d',
    min: '0 s',
    max: '730 d',
    stepMax: 'free',
  }),
});
