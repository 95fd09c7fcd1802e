import {
  type AskedLeaf,
  type ChainReader,
  type ChainSender,
  challengePlace,
  type EraChallenge,
  type EraEntry,
  type EraHeader,
} from '@stannary/chain';
import type { GatewayClient } from '@stannary/gateway/client';
import { isSignedBy } from '../signed-by.ts';
import { isRevert } from './chain-errors.ts';
import { type EraJudgement, erasBehind, judgeEra } from './judge-era.ts';
import { type ReplayPlace, replayEra } from './replayed.ts';

/** What a tower has to say; `kind` is stable. */
export type Finding =
  | { readonly kind: 'era-holds'; readonly era: number; readonly headerHash: string }
  | { readonly kind: 'era-wrong'; readonly era: number; readonly proof: string; readonly trees: readonly string[] }
  | { readonly kind: 'era-voided'; readonly era: number; readonly txHash: string }
  | { readonly kind: 'leaf-asked'; readonly era: number; readonly txHash: string }
  /** Somebody was faster, or the chain sees it otherwise. */
  | { readonly kind: 'challenge-refused'; readonly era: number; readonly reason: string }
  /** Wrong, and no contract can be shown it. */
  | { readonly kind: 'era-unprovable'; readonly era: number; readonly trees: readonly string[] }
  | { readonly kind: 'statements-differ'; readonly era: number; readonly epochs: readonly number[] }
  | { readonly kind: 'economy-misnamed'; readonly era: number; readonly hashes: readonly string[] }
  /** Nobody serves what the era follows from. */
  | { readonly kind: 'era-unpublished'; readonly era: number; readonly reason: string };

/** Findings that say an era or what stands behind it is wrong. */
export const ALARMS: readonly Finding['kind'][] = [
  'era-wrong',
  'era-unprovable',
  'statements-differ',
  'economy-misnamed',
  'era-unpublished',
];

export interface EraTowerParts {
  /** Whoever serves the network's public data; nothing of it is believed. */
  readonly client: Pick<GatewayClient, 'eraBundle'>;
  readonly chain: Pick<ChainReader, 'era' | 'nodes' | 'openAsks' | 'shownLeaves'>;
  /** The tower's own account; null: it only looks. */
  readonly sender: Pick<ChainSender, 'challengeEra' | 'challengeWithheld'> | null;
  readonly epochsPerEra: number;
  readonly nowMs: () => number;
  readonly tell: (finding: Finding) => void;
}

/** Where a tower stands: the next era that is not final, and what its first epoch begins with. */
export interface TowerPlace {
  readonly nextEra: number;
  readonly replay: ReplayPlace | null;
}

/** An era as it is served, and what it comes to: `again` where a finding proved nothing. */
interface Looked {
  readonly replayed: ReturnType<typeof replayEra>;
  readonly judgement: EraJudgement;
  readonly again: () => EraJudgement;
}

type LeafAsk = Extract<EraChallenge, { kind: 'ask' }>;

/** A part of the window that the poster has to publish what it posted; then its leaves are asked for. */
const PATIENCE = 0.5;

/** Two leaves of a tree of 2^31, each found by halving; one fee each. */
const ASKS_PER_ERA_MAX = 64;

/** Most findings of one look that prove nothing: each is a question to the chain. */
const DECOYS_MAX = 64;

/** Names of refusals that say the challenge was wrong, and not when or by whom it was sent. */
const PROVES_NOTHING: ReadonlySet<string> = new Set([
  ...[
    'Unproven',
    'NotAdjacent',
    'NotOneLeaf',
    'RangeNotWhole',
    'InputsMismatch',
    'ParamsMismatch',
    'ParamsHashMismatch',
  ],
  ...['NodeMismatch', 'BatchMismatch', 'ForeignMessage', 'NodeRecordMismatch', 'RootMismatch'],
]);

/**
 * Judges every posted era once, and again when it is posted anew; proves wrong what is wrong. One that was found wrong and
 * still stands is judged again at each look: a proof may fall out of the chain, and a leaf that was asked for may be shown.
 */
export class EraTower {
  readonly #parts: EraTowerParts;
  #place: TowerPlace;
  /** Headers that were judged, by era. */
  readonly #judged = new Map<number, string>();
  /** Of them, those that were found wrong. */
  readonly #wrong = new Set<string>();
  /** How many leaves were asked for, of a header: each costs a fee. */
  readonly #asked = new Map<string, number>();
  /** Which leaf it asked for last, of a header. What others ask for keeps it from nothing. */
  readonly #lastAsked = new Map<string, AskedLeaf>();
  /** Of headers, places where the contract found nothing wrong. */
  readonly #refused = new Map<string, Set<string>>();
  /** What was said last of each header and kind. */
  readonly #said = new Map<string, string>();
  /** When an era was first seen that nobody publishes. */
  readonly #missedSinceMs = new Map<string, number>();
  readonly #after = new Map<number, ReplayPlace>();

  constructor(parts: EraTowerParts, place: TowerPlace = { nextEra: 0, replay: null }) {
    this.#parts = parts;
    this.#place = place;
  }

  get place(): TowerPlace {
    return this.#place;
  }

  /**
   * One look at every posted era from the first that was not final. True when it did something. An era that cannot be looked
   * at keeps no later one from it; why is thrown when all were.
   */
  async run(): Promise<boolean> {
    const failures: unknown[] = [];
    let moved = false;
    for (let era = this.#place.nextEra; ; era += 1) {
      const entry = await this.#parts.chain.era(era);
      if (entry === null) break;
      try {
        moved = (await this.#lookAt(era, entry)) || moved;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return moved;
  }

  async #lookAt(era: number, entry: EraEntry): Promise<boolean> {
    const asks = await this.#openAsks(era, entry);
    const moved = this.#isDue(era, entry, asks) && (await this.#judge(era, entry));
    await this.#pressAsks(era, entry.header, asks);
    if (entry.finalised !== null && era === this.#place.nextEra && this.#after.has(era)) this.#advance(era);
    return moved;
  }

  /** Of an era that a challenge can still void; a tower that only looks needs none. */
  async #openAsks(era: number, { finalised }: EraEntry): Promise<readonly AskedLeaf[]> {
    const { chain, sender } = this.#parts;
    return sender === null || finalised !== null ? [] : chain.openAsks(era);
  }

  #isDue(era: number, { headerHash, finalised }: EraEntry, asks: readonly AskedLeaf[]): boolean {
    if (this.#judged.get(era) !== headerHash) return true;
    const canAct = this.#parts.sender !== null && finalised === null;
    const own = this.#lastAsked.get(headerHash);
    const isWaiting = asks.some(({ tree, index }) => tree === own?.tree && index === own.index);
    return this.#wrong.has(headerHash) && canAct && !isWaiting;
  }

  async #judge(era: number, entry: EraEntry): Promise<boolean> {
    const looked = await this.#look(era, entry);
    if (typeof looked === 'string') {
      await this.#miss(era, entry, looked);
      return false;
    }
    const { replayed, again } = looked;
    let { judgement } = looked;
    const { misnamed, differing } = replayed;
    if (misnamed.length > 0) this.#tellOnce(entry, { kind: 'economy-misnamed', era, hashes: misnamed });
    if (differing.length > 0) this.#tellOnce(entry, { kind: 'statements-differ', era, epochs: differing });
    for (let decoys = 0; decoys < DECOYS_MAX && (await this.#act(era, entry, judgement)) === 'unproven'; decoys += 1)
      judgement = again();
    this.#judged.set(era, entry.headerHash);
    if (judgement.challenge === null) this.#wrong.delete(entry.headerHash);
    else this.#wrong.add(entry.headerHash);
    this.#after.set(era, replayed.place);
    return true;
  }

  /**
   * Why what is served is no era, or what it comes to. It may be anything and stops no tower; what the chain or the way to it
   * refuses is thrown, and tried again at the next look.
   */
  async #look(era: number, entry: EraEntry): Promise<string | Looked> {
    const { chain, epochsPerEra } = this.#parts;
    const served = await this.#served(era).catch(messageOf);
    if (typeof served === 'string') return served;
    const { bundle, replayed, eras } = served;
    const entries = await Promise.all(eras.map((one) => (one === era ? entry : chain.era(one))));
    const headers = entries.flatMap((one) => (one === null ? [] : [one.header]));
    if (headers.length < eras.length) return `expected eras ${eras.join(', ')} on the chain`;
    const witness = { keys: await this.#keys(), epochsPerEra, verify: isSignedBy, refused: this.#refusedOf(entry) };
    const shown = entry.finalised === null ? await chain.shownLeaves(era) : [];
    const again = () => judgeEra(bundle, replayed.trees, { headers, witness, shown });
    try {
      return { replayed, judgement: again(), again };
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Errors: those of the client, and whatever a bundle out of form brings. */
  async #served(era: number) {
    const { client, epochsPerEra } = this.#parts;
    const bundle = await client.eraBundle(era);
    if (bundle.era !== era) throw new Error(`expected era ${era}, got ${bundle.era}`);
    const { nextEra, replay } = this.#place;
    const replayed = replayEra(bundle, era === nextEra ? replay : (this.#after.get(era - 1) ?? null));
    return { bundle, replayed, eras: erasBehind(bundle, epochsPerEra) };
  }

  /** `unproven`: the contract sees nothing wrong where it was pointed, as whoever serves decoys would have it. */
  async #act(
    era: number,
    entry: EraEntry,
    { challenge, headers, differing }: EraJudgement,
  ): Promise<'done' | 'unproven'> {
    const { sender } = this.#parts;
    if (challenge === null) {
      if (differing.length > 0) this.#tellOnce(entry, { kind: 'era-unprovable', era, trees: differing });
      else this.#tellOnce(entry, { kind: 'era-holds', era, headerHash: entry.headerHash });
      return 'done';
    }
    this.#tellOnce(entry, { kind: 'era-wrong', era, proof: challenge.kind, trees: differing });
    if (sender === null || entry.finalised !== null) return 'done';
    if (challenge.kind === 'ask') {
      await this.#ask(era, entry, challenge);
      return 'done';
    }
    const refusal = await this.#send(era, entry, async () => {
      const { txHash } = await sender.challengeEra(headers, challenge);
      return { kind: 'era-voided', era, txHash };
    });
    if (refusal === null || !PROVES_NOTHING.has(refusal)) return 'done';
    this.#refusedOf(entry).add(challengePlace(challenge));
    return 'unproven';
  }

  #refusedOf({ headerHash }: EraEntry): Set<string> {
    const known = this.#refused.get(headerHash) ?? new Set();
    this.#refused.set(headerHash, known);
    return known;
  }

  /** A bounded number of a posted era: whoever serves other leaves at every look would have the tower pay for each. */
  async #ask(era: number, entry: EraEntry, leaf: LeafAsk): Promise<void> {
    const { sender } = this.#parts;
    const asked = this.#asked.get(entry.headerHash) ?? 0;
    if (sender === null || asked === ASKS_PER_ERA_MAX) return;
    await this.#send(era, entry, async () => {
      const { txHash } = await sender.challengeEra([entry.header], leaf);
      this.#asked.set(entry.headerHash, asked + 1);
      this.#lastAsked.set(entry.headerHash, leaf);
      return { kind: 'leaf-asked', era, txHash };
    });
  }

  /** Leaves that were asked for and not shown in time void an era, whoever asked. */
  async #pressAsks(era: number, header: EraHeader, asks: readonly AskedLeaf[]): Promise<void> {
    const { sender, tell } = this.#parts;
    if (sender === null) return;
    for (const { tree, index } of asks) {
      try {
        const { txHash } = await sender.challengeWithheld(header, tree, index);
        tell({ kind: 'era-voided', era, txHash });
        return;
      } catch (error) {
        // There is still time to answer, or it was answered by now: the next look will see.
        if (!isRevert(error)) throw error;
      }
    }
  }

  /** Nobody serves what the era follows from: when half of the window is over, a leaf is asked for. */
  async #miss(era: number, entry: EraEntry, reason: string): Promise<void> {
    const { nowMs, tell } = this.#parts;
    const key = `${era} ${entry.headerHash}`;
    const sinceMs = this.#missedSinceMs.get(key) ?? nowMs();
    const isFirst = !this.#missedSinceMs.has(key);
    this.#missedSinceMs.set(key, sinceMs);
    if (isFirst) tell({ kind: 'era-unpublished', era, reason });
    const isLate = nowMs() > sinceMs + PATIENCE * (entry.finalisableAtMs - sinceMs);
    const isAsked = (this.#asked.get(entry.headerHash) ?? 0) > 0;
    if (!isLate || isAsked || entry.finalised !== null) return;
    await this.#ask(era, entry, { kind: 'ask', tree: 'payout', index: 0 });
  }

  /** What the contracts refuse is said, and its name is given back; what does not reach them is tried again. */
  async #send(era: number, entry: EraEntry, act: () => Promise<Finding>): Promise<string | null> {
    try {
      this.#parts.tell(await act());
      return null;
    } catch (error) {
      if (!isRevert(error)) throw error;
      this.#tellOnce(entry, { kind: 'challenge-refused', era, reason: (error as Error).message });
      return error.revert.name;
    }
  }

  #tellOnce({ headerHash }: EraEntry, finding: Finding): void {
    const [key, said] = [`${headerHash} ${finding.kind}`, JSON.stringify(finding)];
    if (this.#said.get(key) === said) return;
    this.#said.set(key, said);
    this.#parts.tell(finding);
  }

  async #keys(): Promise<ReadonlyMap<string, string>> {
    const nodes = await this.#parts.chain.nodes();
    return new Map(nodes.map(({ nodeId, spki }) => [nodeId, spki]));
  }

  #advance(era: number): void {
    this.#place = { nextEra: era + 1, replay: this.#after.get(era) ?? null };
    this.#judged.delete(era);
    this.#after.delete(era - 1);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
