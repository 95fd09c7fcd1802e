import { changePolicy, type Override, type Policy } from '@stannary/economies';
import { ExploreRefusal } from './refusal.ts';

/** A part of an economy that stands against attackers, and the file without it. */
export interface Defence {
  readonly id: string;
  /** What it does while it is on. */
  readonly meaning: string;
  /** Fields that it consists of, `*` for any one name: attacks whose `defendedBy` meets them are those it is against. */
  readonly fields: readonly string[];
  /** Texts that switch it off, by path; in a path `*` is every name that the economy has there. */
  readonly off: Readonly<Record<string, string>>;
}

/** Offences that take bond; a live one is refused without a slash, so nothing is a millionth. */
const SLASHED = [
  ...['equivocation', 'wrong-result', 'class-spoofing', 'metering-inflation', 'unanswered-challenge'],
  ...['lazy-verification', 'abandoned-work', 'incomplete-work', 'late-work', 'offline'],
];

/** Where the file refuses nothing even with bounds waived, off is the least that it takes. */
export const DEFENCES: readonly Defence[] = [
  {
    id: 'holdback',
    meaning: 'pay waits before it vests, and is void once a fault is proven; without it, it waits one era',
    fields: ['cadence.holdback'],
    off: { 'cadence.holdback': '1 era' },
  },
  {
    id: 'vesting',
    meaning: 'work tokens vest bit by bit',
    fields: ['vesting'],
    off: { 'vesting.schedule': '{ kind: none }' },
  },
  {
    id: 'reward-curve',
    meaning: 'weights of work and bond together; without it, the root of each identity’s work',
    fields: ['classes.*.curve'],
    off: { 'classes.*.curve': '{ kind: power, numerator: 1, denominator: 2 }' },
  },
  {
    id: 'identity-fee',
    meaning: 'an identity costs a fee',
    fields: ['bonds.idFee'],
    off: { 'bonds.idFee': '0 credits' },
  },
  {
    id: 'newcomer',
    meaning: 'who comes anew earns less at first',
    fields: ['newcomer'],
    off: { 'newcomer.multiplierMin': '1', 'newcomer.ramp': '0 s' },
  },
  {
    id: 'reputation',
    meaning: 'weight follows what was shown',
    fields: ['reputation'],
    off: { 'reputation.multiplierMin': '1', 'reputation.multiplierMax': '1' },
  },
  {
    id: 'operator-cap',
    meaning: "one operator's share of a class is capped",
    fields: ['classes.*.operatorCap'],
    off: { 'classes.*.operatorCap': '100 %' },
  },
  {
    id: 'consumer-cap',
    meaning: "one consumer's share of a class is capped",
    fields: ['classes.*.consumerCap'],
    off: { 'classes.*.consumerCap': '100 %' },
  },
  {
    id: 'hoarding-surcharge',
    meaning: 'leased capacity that stays idle costs more, and so does opening a lease',
    fields: ['leases.idleSurcharge', 'leases.idleFrom', 'leases.openingFee'],
    off: { 'leases.idleSurcharge': '0 %', 'leases.openingFee': '0 %' },
  },
  {
    id: 'lease-bond',
    meaning: 'a lease needs a bond',
    fields: ['leases.bond'],
    off: { 'leases.bond': '0' },
  },
  {
    id: 'fee-link',
    meaning: 'emission follows paid work; without it, the whole schedule is emitted for any work',
    fields: ['supply.streams', 'supply.feeLinked'],
    off: { 'supply.streams.*.rule.perWorkPaid': '1' },
  },
  {
    id: 'mint-ceiling',
    meaning: 'what an era mints is capped',
    fields: ['supply.ceiling'],
    off: { 'supply.ceiling': 'null' },
  },
  {
    id: 'take',
    meaning: 'a part of every charge is burned or insured, and nobody gets it back',
    fields: ['take.burn', 'take.insurance'],
    off: { 'take.burn': '0 %', 'take.insurance': '0 %' },
  },
  {
    id: 'bond',
    meaning: 'a node stakes what it could gain; without it, a thousandth of a credit',
    fields: ['classes.*.bond'],
    off: {
      'classes.*.bond.min': '0.001 credits',
      'classes.*.bond.revenue': 'null',
      'classes.*.bond.deterrence': 'null',
      'classes.*.bond.harm': 'null',
    },
  },
  {
    id: 'slashing',
    meaning: 'a proven fault costs bond; without it, a millionth of it',
    fields: ['offences', 'slash', 'metering.slash'],
    off: {
      ...Object.fromEntries(SLASHED.map((name) => [`offences.${name}.slash`, '0.0001 %'])),
      'metering.slash': '0.0001 %',
    },
  },
  {
    id: 'correlation',
    meaning: 'faults that come together cost more',
    fields: ['correlation'],
    off: { 'correlation.factor': '0' },
  },
  {
    id: 'audits',
    meaning: 'work is done again and compared',
    fields: ['verification.auditFloor', 'verification.detection'],
    off: { 'verification.auditFloor': '0 %' },
  },
  {
    id: 'canaries',
    meaning: 'some jobs have a known answer',
    fields: ['verification.canaries', 'classes.*.verification.canaries'],
    off: { 'verification.canaries.floor': '0 %', 'classes.*.verification.canaries': '0 %' },
  },
  {
    id: 'benchmarks',
    meaning: 'classes are tested by surprise',
    fields: ['classes.*.verification.benchmarks'],
    off: { 'classes.*.verification.benchmarks': '0 %' },
  },
  {
    id: 'evidence',
    meaning: 'classes want better keys than a file',
    fields: ['classes.*.evidence'],
    off: { 'classes.*.evidence.least': 'software-key' },
  },
  {
    id: 'verifier-bond',
    meaning: 'verifiers stake, and pay for a missed canary',
    fields: ['verification.verifierBond', 'verification.canaryPenalty'],
    off: { 'verification.verifierBond': '0 credits', 'verification.canaryPenalty': '0 credits' },
  },
  {
    id: 'committee',
    meaning: 'cases are decided by many; without it, by one',
    fields: ['committee'],
    off: {
      'committee.seats': '1',
      'committee.threshold': '1',
      'committee.largeSeats': '1',
      'committee.largeThreshold': '1',
      'committee.arbiterBond': '0 credits',
    },
  },
  {
    id: 'dispute-deposit',
    meaning: 'a dispute costs its loser a deposit',
    fields: ['challenges.deposit'],
    off: { 'challenges.deposit': '0 credits' },
  },
  {
    id: 'challenge-window',
    meaning: 'anyone may dispute a posted era for a while; without it, a second',
    fields: ['settlement.challengeWindow'],
    off: { 'settlement.challengeWindow': '1 s' },
  },
  {
    id: 'unbonding',
    meaning: 'a withdrawn bond stays slashable; without it, as long as holdback, appeal and challenges must',
    fields: ['settlement.unbonding'],
    off: { 'cadence.holdback': '1 era', 'cadence.appeal': '1 epoch', 'settlement.unbonding': '3 d' },
  },
  {
    id: 'activation',
    meaning: 'a new bond counts only after a while',
    fields: ['settlement.activation'],
    off: { 'settlement.activation': '0 s' },
  },
  {
    id: 'gap-factor',
    meaning: 'missed reserved capacity costs more than selling it elsewhere brings',
    fields: ['reserved'],
    off: { 'reserved.gapFactor': '1', 'reserved.missedFee': '0 %' },
  },
  {
    id: 'oracle-average',
    meaning: 'the price of a token is a median of averages',
    fields: ['oracle.rule.average', 'oracle.rule.low', 'oracle.rule.outlier', 'oracle.rule.reporters'],
    off: { 'oracle.rule.average': '1 s', 'oracle.rule.low': '1 s' },
  },
  {
    id: 'spread',
    meaning: 'new credits cost more than a stale price can win',
    fields: ['reserve.spread'],
    off: { 'reserve.spread': '0 %' },
  },
  {
    id: 'limiter',
    meaning: 'credits are minted more rarely as coverage falls',
    fields: ['reserve.throttle'],
    off: { 'reserve.throttle.warn': '0.0001 %', 'reserve.throttle.halt': '0 %' },
  },
  {
    id: 'snapshot',
    meaning: 'votes count as of a while ago',
    fields: ['governance.snapshot'],
    off: { 'governance.snapshot': '0 s' },
  },
  {
    id: 'timelock',
    meaning: 'a passed change waits',
    fields: ['governance.timelock'],
    off: { 'governance.timelock': '0 s' },
  },
  {
    id: 'treasury-limit',
    meaning: 'little leaves the treasury in a day',
    fields: ['governance.treasuryPerDay'],
    off: { 'governance.treasuryPerDay': '100 %' },
  },
];

const WAIVED: Override = ['bounds', 'waived'];

/** @throws ExploreRefusal EXPLORE-DEFENCE */
export function defenceNamed(id: string): Defence {
  const found = DEFENCES.find((defence) => defence.id === id);
  if (found !== undefined) return found;
  const known = DEFENCES.map((defence) => defence.id).join(', ');
  throw new ExploreRefusal('EXPLORE-DEFENCE', 'defence', `one of ${known}`, id);
}

/** An attack's `defendedBy` names a field of the defence, or one above or below it. */
export function standsAgainst({ fields }: Defence, defendedBy: readonly string[]): boolean {
  return fields.some((field) => defendedBy.some((other) => meets(field.split('.'), other.split('.'))));
}

function meets(a: readonly string[], b: readonly string[]): boolean {
  const shared = Math.min(a.length, b.length);
  return a.slice(0, shared).every((name, at) => name === '*' || b[at] === '*' || name === b[at]);
}

/** The changes that switch a defence off, bounds waived; null where the economy does not have it. */
export function withoutDefence(policy: Policy, { off }: Defence): readonly Override[] | null {
  const paths = [...policy.reading.seen.keys()];
  const set = Object.entries(off).flatMap(([pattern, text]) =>
    expanded(pattern, paths).map((path): Override => [path, text]),
  );
  if (set.length === 0) return null;
  const waived = changePolicy(policy, [WAIVED]);
  return changePolicy(policy, [WAIVED, ...set]).economyHash === waived.economyHash ? null : [WAIVED, ...set];
}

/** Paths of the economy that a pattern leads to, once each; a section counts as there when a field in it is. */
function expanded(pattern: string, paths: readonly string[]): readonly string[] {
  const steps = pattern.split('.');
  const found = paths
    .map((path) => path.split('.'))
    .filter((path) => path.length >= steps.length && steps.every((step, at) => step === '*' || step === path[at]))
    .map((path) => path.slice(0, steps.length).join('.'));
  return [...new Set(found)];
}
