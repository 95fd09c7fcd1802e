import type {
  ConservationAnswer,
  FaultAnswer,
  NetworkAnswer,
  NodeAnswer,
  StatusAnswer,
} from '@stannary/gateway/client';
import { count, percentDown, ratioDown, sentence } from './format.ts';

// What a status means, in words and derived figures. Pure.

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

/** A finding of the summary line. The tone only colours what the words already say. */
export interface Finding {
  readonly tone: Tone;
  readonly text: string;
}

/** The network in one line: phase, providers, faults, books. */
export function findingsOf(status: StatusAnswer): readonly Finding[] {
  return [phaseFinding(status), providersFinding(status.nodes), faultsFinding(status.faults), booksFinding(status)];
}

const PHASES: Record<StatusAnswer['phase'], Finding> = {
  running: { tone: 'good', text: 'Running' },
  draining: { tone: 'warn', text: 'Draining: no new work, holds and appeals run out' },
  drained: { tone: 'quiet', text: 'Drained: all work settled' },
  halted: { tone: 'bad', text: 'Halted: no epoch is settled until an operator steps in' },
};

export function phaseFinding(status: StatusAnswer): Finding {
  return PHASES[status.phase];
}

const STATUS_TONES: Record<NodeAnswer['status'], Tone> = {
  active: 'good',
  stopped: 'quiet',
  held: 'warn',
  slashed: 'bad',
};

export function statusTone(status: NodeAnswer['status']): Tone {
  return STATUS_TONES[status];
}

const STAGE_TONES: Record<FaultAnswer['stage'], Tone> = { proposed: 'warn', final: 'bad', reversed: 'quiet' };

export function stageTone(stage: FaultAnswer['stage']): Tone {
  return STAGE_TONES[stage];
}

function providersFinding(nodes: readonly NodeAnswer[]): Finding {
  if (nodes.length === 0) return { tone: 'quiet', text: 'No provider has joined' };
  const statuses = nodes.map((node) => node.status);
  const tone: Tone = statuses.some((status) => status === 'slashed' || status === 'held') ? 'warn' : 'good';
  return { tone, text: tallyText('provider', statuses) };
}

function faultsFinding(faults: readonly FaultAnswer[]): Finding {
  if (faults.length === 0) return { tone: 'good', text: 'No fault' };
  const stages = faults.map((fault) => fault.stage);
  return { tone: stages.includes('proposed') ? 'warn' : 'bad', text: tallyText('fault', stages) };
}

function booksFinding(status: StatusAnswer): Finding {
  if (status.conservation.chain === null) return { tone: 'quiet', text: 'Chain not read yet' };
  return status.conservation.agree
    ? { tone: 'good', text: 'Ledger and chain agree' }
    : { tone: 'bad', text: 'Ledger and chain disagree' };
}

/** `3 faults: 2 final, 1 proposed`; `2 faults, all final`; `1 fault, final`. In the order in which the kinds appear. */
function tallyText(noun: string, kinds: readonly string[]): string {
  const tallies = new Map<string, number>();
  for (const kind of kinds) tallies.set(kind, (tallies.get(kind) ?? 0) + 1);
  if (kinds.length === 1) return `1 ${noun}, ${kinds[0]}`;
  if (tallies.size === 1) return `${count(kinds.length)} ${noun}s, all ${kinds[0]}`;
  const parts = [...tallies].map(([kind, howMany]) => `${count(howMany)} ${kind}`);
  return `${count(kinds.length)} ${noun}s: ${parts.join(', ')}`;
}

/** The price of the epoch before the current one, as far as the status says. */
export function previousPrice(status: StatusAnswer): { epoch: number; priceMicrograinsPerNcuS: number } | undefined {
  return status.history.findLast((entry) => entry.epoch < status.epoch);
}

export interface MarginReading {
  readonly offence: string;
  readonly shadow: boolean;
  /** Value and threshold in the offence's own unit: `0 of 1 proof`, `0.930, bar 0.600`. */
  readonly text: string;
  /** Share of the way gone, 0 to 1 (for the bar) and in words. */
  readonly used: number;
  readonly usedText: string;
  readonly tone: Tone;
}

type Margin = NodeAnswer['margins'][number];

/** Warnings go out at half and at four fifths of the way; the bars change there too. */
export const MARGIN_MARKS = [0.5, 0.8] as const;

export function marginReading(margin: Margin, network: NetworkAnswer | null): MarginReading {
  const used = Math.min(1, Math.max(0, margin.usedPpm / 1_000_000));
  const shadow = margin.mode === 'shadow';
  return {
    offence: sentence(margin.offence),
    shadow,
    text: marginText(margin, statisticOf(margin.offence, network)),
    used,
    usedText: used === 1 ? 'reached' : percentDown(margin.usedPpm, 0),
    tone: used >= MARGIN_MARKS[1] && !shadow ? 'bad' : used >= MARGIN_MARKS[0] ? 'warn' : 'quiet',
  };
}

type Statistic = NetworkAnswer['economy']['offences'][number]['statistic'];

function statisticOf(offence: string, network: NetworkAnswer | null): Statistic | undefined {
  return network?.economy.offences.find((rule) => rule.offence === offence)?.statistic;
}

function marginText(margin: Margin, statistic: Statistic | undefined): string {
  switch (statistic) {
    case 'proof-count':
      return `${count(margin.value)} of ${count(margin.threshold)} ${margin.threshold === 1 ? 'proof' : 'proofs'}`;
    case 'score-ppm':
      return `${ratioDown(margin.value)}, bar ${ratioDown(margin.threshold)}`;
    case 'share-ppm':
      return `${percentDown(margin.value, 1)} of ${percentDown(margin.threshold, 1)}`;
    case undefined:
      return `${count(margin.value)} of ${count(margin.threshold)}`;
  }
}

/** One figure in both books. */
export interface BookLine {
  readonly name: string;
  readonly asset: 'credits' | 'tokens';
  readonly ledgerGrains: bigint;
  readonly chainGrains: bigint | null;
  /** `equal`, or what the difference is. The overall verdict is the gateway's own. */
  readonly differenceGrains: bigint | null;
  readonly differenceMeaning: string;
}

export function bookLines({ ledger, chain }: ConservationAnswer): readonly BookLine[] {
  return [
    bookLine('Credits deposited', 'credits', ledger.creditsInGrains, chain?.depositedGrains),
    bookLine('Credits paid out', 'credits', ledger.creditsOutGrains, chain?.claimedGrains),
    bookLine('Credits held', 'credits', ledger.creditsHeldGrains, chain?.creditsInSettlementGrains),
    bookLine('Work tokens emitted', 'tokens', ledger.tokensEmittedGrains, chain?.tokensMintedGrains),
  ];
}

function bookLine(name: string, asset: BookLine['asset'], ledger: string, chain: string | undefined): BookLine {
  const ledgerGrains = BigInt(ledger);
  const chainGrains = chain === undefined ? null : BigInt(chain);
  const differenceGrains = chainGrains === null ? null : ledgerGrains - chainGrains;
  const more = differenceGrains !== null && differenceGrains > 0n ? 'ledger has more' : 'chain has more';
  // Tokens are minted when they are claimed, so the ledger is rightly ahead until then.
  const differenceMeaning = asset === 'tokens' && more === 'ledger has more' ? 'not minted yet' : more;
  return { name, asset, ledgerGrains, chainGrains, differenceGrains, differenceMeaning };
}

/** Whether a book adds up by itself: what came in, less what went out, is what it holds. */
export function heldByArithmetic(inGrains: string, outGrains: string, heldGrains: string): boolean {
  return BigInt(inGrains) - BigInt(outGrains) === BigInt(heldGrains);
}

/** Newest first; a proposed fault before one that is over. */
export function faultsInOrder(faults: readonly FaultAnswer[]): readonly FaultAnswer[] {
  const rank = (fault: FaultAnswer) => (fault.stage === 'proposed' ? 0 : 1);
  return faults.toSorted((a, b) => rank(a) - rank(b) || b.proposedEpoch - a.proposedEpoch);
}
