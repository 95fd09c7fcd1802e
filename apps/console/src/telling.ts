import type { CaseVerdict, TimelineEntry, TimelineFacts, TimelineKind } from '@stannary/gateway/client';
import {
  amountDown,
  count,
  decimalsFor,
  type GrainsText,
  NO_BREAK_SPACE,
  sentence,
  shortHash,
  shortId,
  words,
} from './format.ts';
import type { Tone } from './reading.ts';

// What an event of the chain means, in a sentence. Pure.

/** An amount with its unit. */
type Money = (grains: GrainsText, unit: 'credits' | 'tokens') => string;
type Tellings = {
  readonly [Kind in TimelineKind]: readonly [Tone, (facts: TimelineFacts[Kind], money: Money) => string];
};

/** What proved an era wrong. */
const GROUNDS: Readonly<Record<string, string>> = {
  'leaves-out-of-order': 'its entries are out of order, or one is there twice',
  'totals-differ': 'its header says other totals than its trees',
  'sums-differ': 'a sum in its trees is not that of its parts',
  'payout-wrong': 'it pays an account another amount than it earned',
  'void-uncovered': 'it takes back what was never earned',
  'accrual-wrong': 'pay for work in it does not follow from that work and the rules',
  'params-wrong': 'rules that it names cannot be an epoch’s of it',
  'batch-invalid': 'it pays for work that no batch signed by the node shows',
  'receipt-omitted': 'it leaves out work that its poster had taken receipt of',
  'data-withheld': 'its poster did not show in time what was asked for',
};

const MS_PER_SECOND = 1_000;

/** `2026-03-01 12:00:05`, UTC. */
export function utcTime(timestampMs: number): string {
  const date = new Date(timestampMs);
  return Number.isNaN(date.getTime()) ? 'never' : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** A day and a time of it after a word: `until 2026-03-01 12:00:05 UTC`. */
function at(word: string, timestampMs: number): string {
  return `${word} ${utcTime(timestampMs - (timestampMs % MS_PER_SECOND))} UTC`;
}

const account = shortHash;
const channel = (id: string) => `Channel ${shortId(id)}`;
const proposal = (id: string) => `Proposal ${shortId(id)}`;
const call = (id: string) => `Call ${shortId(id)}`;
const leaf = ({ tree, index }: Pick<TimelineFacts['leaf-shown'], 'tree' | 'index'>) =>
  `entry ${count(index)} of the tree of ${treeWords(tree)}`;
const motion = ({ body, motionId }: TimelineFacts['motion-executed']) => `Motion ${count(motionId)} of the ${body}`;
const eras = (era: number, lastEra: number) =>
  era === lastEra ? `Era ${count(era)} is void` : `Eras ${count(era)} to ${count(lastEra)} are void`;
const changes = (list: TimelineFacts['change-scheduled']['changes']) =>
  list.length === 0
    ? 'no value on the chain changes'
    : list.map(({ name, value }) => `${name} to ${count(value)}`).join(', ');

function treeWords(tree: string): string {
  return (
    { accrual: 'earnings', voids: 'voided earnings', direct: 'direct payments', payout: 'payouts', params: 'rules' }[
      tree
    ] ?? tree
  );
}

export function verdictWords(verdict: CaseVerdict): string {
  return verdict === 'guilty' ? 'guilty' : 'not guilty';
}

const ERAS_AND_BONDS = {
  'era-posted': [
    'quiet',
    (facts, money) =>
      `Era ${count(facts.era)} posted: ${money(facts.totalCreditsGrains, 'credits')} and ${money(facts.totalTokensGrains, 'tokens')} owed in all. Open to challenge ${at('until', facts.finalisableAtMs)}.`,
  ],
  'era-voided': [
    'bad',
    (facts) =>
      `${eras(facts.era, facts.lastEra)}: ${GROUNDS[facts.ground] ?? words(facts.ground)}. Proven by ${account(facts.challenger)}.`,
  ],
  'era-finalised': [
    'good',
    (facts, money) =>
      `Era ${count(facts.era)} is final: ${money(facts.totalCreditsGrains, 'credits')} may be claimed in all, ${money(facts.mintedTokensGrains, 'tokens')} minted.`,
  ],
  'leaf-asked': [
    'warn',
    (facts) =>
      `${account(facts.asker)} asks to see ${leaf(facts)} of era ${count(facts.era)}. The era is void if it is not shown ${at('by', facts.answerByMs)}.`,
  ],
  'leaf-shown': [
    'quiet',
    (facts) => `${sentence(leaf(facts))} of era ${count(facts.era)} was shown by ${account(facts.revealer)}.`,
  ],
  'poster-slashed': [
    'bad',
    (facts, money) =>
      `The poster’s bond is split: ${money(facts.rewardGrains, 'tokens')} to ${account(facts.challenger)}, who proved it wrong, ${money(facts.burntGrains, 'tokens')} to be burnt.`,
  ],
  'slash-proposed': [
    'warn',
    (facts, money) =>
      `Node ${shortId(facts.nodeId)} is to lose ${money(facts.grains, 'tokens')} of its bond for ${words(facts.offence)}. Open to appeal ${at('until', facts.finalisableAtMs)}.`,
  ],
  'slash-final': [
    'bad',
    (facts, money) =>
      `Node ${shortId(facts.nodeId)} lost its bond: ${money(facts.challengerGrains, 'tokens')} to ${account(facts.challenger)}, ${money(facts.insuranceGrains, 'tokens')} to the insurance, ${money(facts.burntGrains, 'tokens')} burnt.`,
  ],
  'slash-reversed': [
    'quiet',
    (facts, money) => `Node ${shortId(facts.nodeId)} keeps the ${money(facts.grains, 'tokens')} that it was to lose.`,
  ],
  'case-opened': [
    'warn',
    (facts, money) =>
      `Case ${count(facts.caseId)}: ${account(facts.challenger)} charges node ${shortId(facts.nodeId)} with ${words(facts.offence)}, for ${money(facts.grains, 'tokens')} of its bond. A committee is drawn by lot.`,
  ],
  'case-decided': [
    'quiet',
    (facts) =>
      `Case ${count(facts.caseId)}: ${facts.instance === 0 ? 'the committee' : 'the committee of the appeal'} finds ${verdictWords(facts.verdict)}, ${count(facts.guiltyVotes)} of ${count(facts.votes)} votes for guilty.`,
  ],
  'case-closed': [
    'quiet',
    (facts) =>
      `Case ${count(facts.caseId)} is closed: ${facts.verdict === null ? 'no committee could be drawn in time' : verdictWords(facts.verdict)}.`,
  ],
} satisfies Partial<Tellings>;

const CHANNELS = {
  'exit-started': [
    'warn',
    (facts) =>
      `${channel(facts.channelId)}: the payer leaves. The payee may claim or commit ${at('until', facts.endsAtMs)}.`,
  ],
  'exit-extended': [
    'quiet',
    (facts) => `${channel(facts.channelId)}: a late commitment extends the exit ${at('until', facts.endsAtMs)}.`,
  ],
  'channel-committed': [
    'quiet',
    (facts, money) =>
      `${channel(facts.channelId)}: ${money(facts.committedGrains, 'credits')} are held for ${account(facts.payee)}, whatever the payer does.`,
  ],
  'channel-claimed': [
    'quiet',
    (facts, money) =>
      `${channel(facts.channelId)}: ${account(facts.payee)} is paid ${money(facts.paidGrains, 'credits')}, ${money(facts.claimedGrains, 'credits')} in all.`,
  ],
  'channel-closed': [
    'quiet',
    (facts, money) =>
      `${channel(facts.channelId)} is closed: ${money(facts.refundedGrains, 'credits')} back to the payer, ${money(facts.keptGrains, 'credits')} kept for the payee.`,
  ],
} satisfies Partial<Tellings>;

const RULES = {
  'change-scheduled': [
    'quiet',
    (facts) =>
      `Version ${facts.version} of the economy is scheduled ${at('for', facts.startsAtMs)}: ${changes(facts.changes)}. It ${facts.loosens ? 'loosens' : 'only tightens'}.`,
  ],
  'change-activated': [
    'good',
    (facts) => `Version ${facts.version} of the economy is in force ${at('since', facts.startsAtMs)}.`,
  ],
  'change-cancelled': ['warn', (facts) => `Version ${facts.version} of the economy is cancelled before it began.`],
  'change-rolled-back': [
    'warn',
    (facts) =>
      `Version ${facts.version} of the economy is rolled back: the values of version ${facts.goodVersion}, the last that proved itself, are in force again.`,
  ],
  'parameter-tightened': [
    'warn',
    (facts) =>
      `${account(facts.by)} tightened ${facts.name} at once, from ${count(facts.before)} to ${count(facts.value)}.`,
  ],
  'proposal-created': [
    'quiet',
    (facts) =>
      `${proposal(facts.proposalId)} is put by ${account(facts.proposer)}. Votes count ${at('until', facts.votesEndAtMs)}.`,
  ],
  'proposal-voted': [
    'quiet',
    (facts, money) =>
      `${account(facts.voter)} votes ${facts.vote === 'abstain' ? 'neither way' : facts.vote} on proposal ${shortId(facts.proposalId)} with ${money(facts.weightGrains, 'tokens')}.`,
  ],
  'proposal-queued': [
    'quiet',
    (facts) =>
      `${proposal(facts.proposalId)} is carried, and waits in the timelock ${at('until', facts.executableAtMs)}.`,
  ],
  'proposal-executed': ['good', (facts) => `${proposal(facts.proposalId)} is carried out.`],
  'proposal-cancelled': ['warn', (facts) => `${proposal(facts.proposalId)} is cancelled.`],
  'motion-put': [
    'quiet',
    (facts) =>
      `${motion(facts)} is put by seat ${facts.seat}: a call of ${account(facts.target)}. Answers count ${at('until', facts.endsAtMs)}.`,
  ],
  'motion-answered': [
    'quiet',
    (facts) => `${motion(facts)}: seat ${facts.seat} ${facts.agrees ? 'agrees' : 'disagrees'}.`,
  ],
  'motion-executed': ['good', (facts) => `${motion(facts)} is carried out.`],
  'call-queued': [
    'quiet',
    (facts) =>
      `${call(facts.operationId)} of ${account(facts.target)} is decided, and waits in the timelock ${at('until', facts.executableAtMs)}.`,
  ],
  'call-executed': ['good', (facts) => `${call(facts.operationId)} of ${account(facts.target)} is carried out.`],
  'call-cancelled': ['warn', (facts) => `${call(facts.operationId)} is cancelled in the timelock.`],
} satisfies Partial<Tellings>;

const EMERGENCIES_AND_RESERVE = {
  'pause-started': [
    'bad',
    (facts) => `The guardian pauses ${facts.scope} ${at('until', facts.untilMs)} at the latest.`,
  ],
  'pause-ended': ['good', (facts) => `The pause of ${facts.scope} is ended before its time.`],
  'trigger-fired': [
    'bad',
    (facts) =>
      `Trigger ${facts.name} is fired by ${account(facts.by)}: its figure stood at ${count(facts.value)}, the line is ${count(facts.line)}, ${at('as of', facts.asOfMs)}.`,
  ],
  'reserve-attested': [
    'quiet',
    (facts, money) =>
      `${account(facts.attestor)} attests ${money(facts.assetsGrains, 'credits')} of assets for ${money(facts.liabilitiesGrains, 'credits')} of liabilities, ${at('as of', facts.asOfMs)}.`,
  ],
  'credits-issued': [
    'quiet',
    (facts, money) => `${account(facts.payer)} bought ${money(facts.creditGrains, 'credits')} from the reserve.`,
  ],
  'redemption-requested': [
    'quiet',
    (facts, money) =>
      `${account(facts.account)} asks the reserve to take back ${money(facts.creditGrains, 'credits')}.`,
  ],
  'redemption-priced': [
    'quiet',
    (facts, money) =>
      `The reserve takes back ${money(facts.requestedGrains, 'credits')} of ${money(facts.outstandingGrains, 'credits')} outstanding, over assets of ${money(facts.assetsGrains, 'credits')}.`,
  ],
} satisfies Partial<Tellings>;

const TELLINGS: Tellings = { ...ERAS_AND_BONDS, ...CHANNELS, ...RULES, ...EMERGENCIES_AND_RESERVE };

/** Kinds by what they are about, for a list to choose from. */
export const TIMELINE_GROUPS: readonly (readonly [name: string, kinds: readonly TimelineKind[]])[] = [
  ['Eras and bonds', kindsOf(ERAS_AND_BONDS)],
  ['Channels', kindsOf(CHANNELS)],
  ['Rules and votes', kindsOf(RULES)],
  ['Emergencies and reserve', kindsOf(EMERGENCIES_AND_RESERVE)],
];

function kindsOf(tellings: Partial<Tellings>): readonly TimelineKind[] {
  return Object.keys(tellings) as TimelineKind[];
}

export interface Told {
  readonly tone: Tone;
  readonly text: string;
}

/** Throws RangeError for an amount that is no whole number. */
export function tell(entry: TimelineEntry, grainsPerUnit: number): Told {
  const money: Money = (grains, unit) =>
    `${amountDown(grains, grainsPerUnit, decimalsFor(grains, grainsPerUnit))}${NO_BREAK_SPACE}${unit}`;
  const telling = TELLINGS[entry.kind] as (typeof TELLINGS)[TimelineKind] | undefined;
  if (telling === undefined) return { tone: 'quiet', text: `${sentence(entry.kind)}.` };
  const [tone, words] = telling as readonly [Tone, (facts: TimelineEntry, money: Money) => string];
  return { tone, text: words(entry, money) };
}
