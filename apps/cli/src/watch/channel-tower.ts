import type { ChainRefusal, ChannelOnChain, ChannelReader, ChannelSender, ShownVoucher } from '@stannary/chain';
import { channelSeparator } from '@stannary/wire';
import { CliRefusal } from '../refusal.ts';
import { isOfChain, isRevert } from './chain-errors.ts';
import { GasAllowance } from './gas-allowance.ts';
import { voucherIn } from './voucher-file.ts';
import type { VoucherFile, VoucherFolder } from './voucher-folder.ts';
import { askSignatures, chargeHanded, commitDue, type Signatures } from './voucher-rules.ts';

/** What a tower has to say of channels; `kind` is stable. */
export type ChannelFinding =
  | ChannelSaid<'voucher-held', { readonly cumulativeGrains: number }>
  /** `code`: WATCH-VOUCHER for what is out of form, else the code of the rule that refuses it. */
  | { readonly kind: 'voucher-refused'; readonly file: string; readonly code: string; readonly reason: string }
  | ChannelSaid<'exit-seen', { readonly endsAtMs: number; readonly heldGrains: number }>
  /** The payer leaves, and nobody handed over a voucher of this channel. */
  | ChannelSaid<'exit-uncovered', { readonly endsAtMs: number }>
  | ChannelSaid<'voucher-committed', { readonly committedGrains: number; readonly txHash: string }>
  | ChannelSaid<'voucher-claimed', { readonly claimedGrains: number; readonly txHash: string }>
  /** It is tried again at every look; said once for each reason. */
  | ChannelSaid<'commit-refused', { readonly reason: string }>;

type ChannelSaid<Kind extends string, Detail> = Detail & {
  readonly kind: Kind;
  /** 64 hex characters. */
  readonly channel: string;
  readonly payee: string;
};

/** Findings that say somebody may lose money. */
export const CHANNEL_ALARMS: readonly ChannelFinding['kind'][] = [
  'voucher-refused',
  'exit-uncovered',
  'commit-refused',
];

export interface ChannelTowerParts {
  readonly folder: Pick<VoucherFolder, 'changed' | 'overfull' | 'keep' | 'drop'>;
  readonly chain: Pick<ChannelReader, 'alarms' | 'channel' | 'isSignedBy' | 'payeeOf' | 'session'>;
  /** The tower's own account; null: it only looks. */
  readonly sender: Pick<ChannelSender, 'claim' | 'commit'> | null;
  /** CAIP-2 id, and the Channels contract. */
  readonly place: { readonly chain: string; readonly contract: string };
  /** Collects what was charged as well. */
  readonly claims: boolean;
  readonly tell: (finding: ChannelFinding) => void;
}

/** A voucher that the tower would show: the best of its channel. */
interface Held {
  readonly shown: ShownVoucher;
  readonly signatures: Signatures;
  /** From when on it can no longer be shown: its deadline, or the end of the session that signed it. */
  readonly expiresAtMs: number;
}

/** A handed voucher that is not held yet. */
interface Waiting {
  readonly shown: ShownVoucher;
  readonly text: string;
}

interface Pressing {
  readonly held: Held;
  readonly onChain: ChannelOnChain;
}

/** The shortest exit: a voucher that ends sooner is committed though nobody leaves. */
const EXPIRY_MARGIN_MS = 3_600_000;
/** The longest pause and its grace, for which the contract may take a voucher after its end. */
const EXPIRY_GRACE_MS = 8 * 86_400_000;

/**
 * Commits the best voucher of every channel that somebody handed over, once its payer leaves, or revokes what signed it, or
 * it is about to end. What it knows beside the files is read from the chain at each look, so an end at any moment and any
 * replaced block is made good by the next one.
 */
export class ChannelTower {
  readonly #parts: ChannelTowerParts;
  readonly #separator: Uint8Array;
  /** By file. */
  readonly #waiting = new Map<string, Waiting>();
  /** By channel. */
  readonly #held = new Map<string, Held>();
  /** Those of vouchers that were held. */
  readonly #payees = new Set<string>();
  /** Channels to look at. */
  readonly #alarmed = new Set<string>();
  readonly #payeeOf = new Map<string, string>();
  /** What was said already: of exits, of refused files by file, of refused commitments by channel. */
  readonly #exits = new Set<string>();
  readonly #refusedFiles = new Map<string, string>();
  readonly #refusedCommits = new Map<string, string>();
  readonly #allowance = new GasAllowance();
  #nextBlock: number | null = null;

  constructor(parts: ChannelTowerParts) {
    this.#parts = parts;
    this.#separator = channelSeparator(parts.place);
  }

  /** One look at files and chain. Errors: those of the reader and the sender that may pass; the next look makes them good. */
  async run(): Promise<void> {
    this.#takeIn();
    const { channelIds, payers, nextBlock, atMs } = await this.#parts.chain.alarms(this.#nextBlock);
    for (const id of channelIds) this.#alarmed.add(id);
    for (const [id, { shown, expiresAtMs }] of this.#held) {
      if (isExpiring(expiresAtMs, atMs) || payers.includes(shown.config.payer)) this.#alarmed.add(id);
    }
    // What is held comes first: however much is handed over, and whatever it brings, it keeps nobody's voucher waiting.
    const looked = new Set([...this.#alarmed].filter((id) => this.#held.has(id)));
    await this.#show(await this.#pressing(looked, atMs), atMs);
    for (const [file, waiting] of this.#waiting) {
      const channelId = await this.#judge(file, waiting);
      if (channelId !== null) looked.delete(channelId);
    }
    const others = [...this.#alarmed].filter((id) => !looked.has(id));
    await this.#show(await this.#pressing(others, atMs), atMs);
    this.#nextBlock = nextBlock;
  }

  // ---- what payees hand over

  #takeIn(): void {
    for (const { file, text } of this.#changed()) {
      this.#waiting.delete(file);
      if (text === null) {
        this.#refusedFiles.delete(file);
        continue;
      }
      try {
        this.#waiting.set(file, { shown: voucherIn(file, text, this.#separator), text });
      } catch (error) {
        if (!(error instanceof CliRefusal)) throw error;
        this.#refuseFile(file, error.code, error.message);
      }
    }
  }

  /** A folder that went away takes nothing from what is held. */
  #changed(): readonly VoucherFile[] {
    const { folder } = this.#parts;
    try {
      const changed = folder.changed();
      const { overfull } = folder;
      if (overfull !== null) this.#refuseFile(overfull.where ?? '', overfull.code, overfull.message);
      return changed;
    } catch (error) {
      if (!(error instanceof CliRefusal)) throw error;
      this.#refuseFile(error.where ?? '', error.code, error.message);
      return [];
    }
  }

  /**
   * Holds a voucher that is good and better than what is held, and gives its channel; null for any other. What is not good
   * yet waits for the next look.
   */
  async #judge(file: string, { shown, text }: Waiting): Promise<string | null> {
    const { channelId, payee, cumulativeGrains } = shown.voucher;
    const best = this.#held.get(channelId)?.shown ?? null;
    if (best !== null && this.#isBehind(file, shown, best)) {
      this.#waiting.delete(file);
      return null;
    }
    const signatures = await this.#goodSignatures(file, shown);
    if (signatures === null) return null;
    this.#parts.folder.keep(channelId, text);
    this.#waiting.delete(file);
    this.#refusedFiles.delete(file);
    this.#held.set(channelId, { shown, signatures, expiresAtMs: shown.voucher.deadlineMs });
    this.#payees.add(payee);
    this.#alarmed.add(channelId);
    this.#parts.tell({ kind: 'voucher-held', channel: channelId, payee, cumulativeGrains });
    return channelId;
  }

  /** As a payee's own order: what says no more is behind, and a later voucher never ends earlier. */
  #isBehind(file: string, shown: ShownVoucher, best: ShownVoucher): boolean {
    const [given, had] = [shown.voucher, best.voucher];
    if (given.cumulativeGrains < had.cumulativeGrains) {
      const reason = `expected more than ${had.cumulativeGrains} grains, got ${given.cumulativeGrains}`;
      this.#refuseFile(file, 'VOUCHER-STALE', reason);
      return true;
    }
    if (!isBetter(shown, best)) return true;
    if (given.deadlineMs >= had.deadlineMs) return false;
    const reason = `expected a deadline of ${had.deadlineMs} at least, got ${given.deadlineMs}`;
    this.#refuseFile(file, 'VOUCHER-DEADLINE', reason);
    return true;
  }

  /** Null where the voucher or its charge is refused. */
  async #goodSignatures(file: string, shown: ShownVoucher): Promise<Signatures | null> {
    const { chain } = this.#parts;
    const { channelId } = shown.voucher;
    try {
      const onChain = await chain.channel(channelId, 0);
      if (onChain === null)
        return this.#refuseFile(file, 'VOUCHER-CHANNEL', `expected an open channel, got ${channelId}`);
      const signatures = await askSignatures(chain, this.#separator, shown);
      const judged = [commitDue, chargeHanded].map((rule) => rule(this.#separator, shown, signatures, onChain));
      for (const one of judged) {
        if (one === null || typeof one === 'number' || one.outcome !== 'refused') continue;
        // A closed channel is never opened again.
        if (one.code === 'VOUCHER-PHASE') this.#waiting.delete(file);
        return this.#refuseFile(
          file,
          one.code,
          `expected ${one.expected}${one.got === undefined ? '' : `, got ${one.got}`}`,
        );
      }
      return signatures;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      return this.#refuseFile(file, error.code, error.message);
    }
  }

  #refuseFile(file: string, code: string, reason: string): null {
    if (this.#refusedFiles.get(file) !== reason) this.#parts.tell({ kind: 'voucher-refused', file, code, reason });
    this.#refusedFiles.set(file, reason);
    return null;
  }

  // ---- what payers do

  /** Of these channels, the vouchers that have to be shown now, or never. */
  async #pressing(ids: Iterable<string>, atMs: number): Promise<Pressing[]> {
    const pressing: Pressing[] = [];
    for (const id of ids) {
      const held = this.#held.get(id);
      try {
        const found = held === undefined ? await this.#lookAtUncovered(id) : await this.#lookAt(id, held, atMs);
        if (found !== null) pressing.push(found);
      } catch (error) {
        if (!isOwnFault(error)) throw error;
        if (held !== undefined) this.#refuseCommit(held, error.message);
      }
    }
    return pressing;
  }

  async #lookAt(id: string, { shown, signatures }: Held, atMs: number): Promise<Pressing | null> {
    const { chain, folder, tell } = this.#parts;
    const { config, sessionKey, voucher } = shown;
    const onChain = await chain.channel(id, 0);
    // Its block was replaced: whoever opened it will again, or has nothing in it.
    if (onChain === null) return null;
    if (onChain.phase === 'closed') {
      folder.drop(id);
      for (const known of [this.#held, this.#alarmed, this.#exits, this.#refusedCommits, this.#allowance])
        known.delete(id);
      return null;
    }
    const endsAtMs = onChain.exitEndsAtMs;
    if (endsAtMs === null) this.#exits.delete(id);
    else if (this.#isNews(id)) {
      tell({ kind: 'exit-seen', channel: id, payee: voucher.payee, endsAtMs, heldGrains: voucher.cumulativeGrains });
    }
    const session = sessionKey === null ? null : await chain.session(config.payer, sessionKey);
    const expiresAtMs = Math.min(voucher.deadlineMs, session?.endsAtMs ?? voucher.deadlineMs);
    const held = { shown, signatures, expiresAtMs };
    this.#held.set(id, held);
    const isEnding = endsAtMs !== null || onChain.isSignerRevoked || session?.isRevoked === true;
    if (isEnding || isExpiring(expiresAtMs, atMs)) return { held, onChain };
    this.#alarmed.delete(id);
    return null;
  }

  async #lookAtUncovered(id: string): Promise<null> {
    const { chain, tell } = this.#parts;
    const payee = this.#payeeOf.get(id) ?? (await chain.payeeOf(id));
    if (payee === null) return null;
    this.#payeeOf.set(id, payee);
    if (!this.#payees.has(payee)) return null;
    const onChain = await chain.channel(id, 0);
    if (onChain?.phase === 'closed') this.#alarmed.delete(id);
    const endsAtMs = onChain?.exitEndsAtMs ?? null;
    if (endsAtMs !== null && this.#isNews(id)) tell({ kind: 'exit-uncovered', channel: id, payee, endsAtMs });
    return null;
  }

  #isNews(id: string): boolean {
    if (this.#exits.has(id)) return false;
    this.#exits.add(id);
    return true;
  }

  // ---- what the tower does about it

  /** A commitment protects the whole ceiling, so it comes first; what was charged is collected after it. */
  async #show(pressing: readonly Pressing[], atMs: number): Promise<void> {
    const { sender, claims, tell } = this.#parts;
    const due = pressing.filter(
      ({ held: { shown, signatures }, onChain }) =>
        typeof commitDue(this.#separator, shown, signatures, onChain) === 'number',
    );
    await this.#send(
      due,
      atMs,
      sender && ((shown) => sender.commit(shown)),
      ({ channelId: channel, payee }, grains, txHash) =>
        tell({ kind: 'voucher-committed', channel, payee, committedGrains: grains, txHash }),
    );
    if (!claims) return;
    const charged = pressing.filter(isClaimable);
    await this.#send(
      charged,
      atMs,
      sender && ((shown) => sender.claim(shown)),
      ({ channelId: channel, payee }, grains, txHash) =>
        tell({ kind: 'voucher-claimed', channel, payee, claimedGrains: grains, txHash }),
    );
  }

  /** What the contract refuses is said; what does not reach it is tried again. */
  async #send(
    pressing: readonly Pressing[],
    atMs: number,
    act: ChannelSender['commit'] | null,
    taken: (voucher: ShownVoucher['voucher'], grains: number, txHash: string) => void,
  ): Promise<void> {
    const refuse = (held: readonly Held[], reason: string) => {
      for (const one of held) this.#refuseCommit(one, reason);
    };
    const due = pressing.map(({ held }) => held);
    if (act === null) return refuse(due, 'the tower has no key, and only looks');
    const isAllowed = ({ shown }: Held) => this.#allowance.allows(shown.voucher.channelId, atMs);
    refuse(
      due.filter((held) => !isAllowed(held)),
      'the channel has cost the tower what one may for now',
    );
    const list = due.filter(isAllowed);
    if (list.length === 0) return;
    try {
      const rows = await act(list.map(({ shown }) => shown));
      for (const [index, row] of rows.entries()) {
        const held = list[index]!;
        const { voucher } = held.shown;
        // Nothing due: somebody else was faster.
        const isFailure = row.outcome !== 'taken' && row.reason !== 'NothingDue';
        if (row.outcome === 'failed' || row.txHash !== null) this.#allowance.spend(voucher.channelId, atMs, isFailure);
        if (row.outcome === 'taken') {
          this.#refusedCommits.delete(voucher.channelId);
          taken(voucher, row.grains, row.txHash);
        } else if (isFailure) {
          const reason = row.outcome === 'failed' ? row.reason : `the contract skips it: ${row.reason}`;
          this.#refuseCommit(held, reason);
        }
      }
    } catch (error) {
      if (!isRevert(error)) throw error;
      refuse(list, (error as Error).message);
    }
  }

  #refuseCommit({ shown }: Held, reason: string): void {
    const { channelId: channel, payee } = shown.voucher;
    if (this.#refusedCommits.get(channel) === reason) return;
    this.#refusedCommits.set(channel, reason);
    this.#parts.tell({ kind: 'commit-refused', channel, payee, reason });
  }
}

/** The higher ceiling; of one ceiling the higher charge, of one charge the later deadline. */
function isBetter(one: ShownVoucher, other: ShownVoucher): boolean {
  const ranks = [one, other].map(({ voucher, charge }) => [
    voucher.cumulativeGrains,
    charge?.chargedGrains ?? 0,
    voucher.deadlineMs,
  ]);
  const at = ranks[0]!.findIndex((rank, index) => rank !== ranks[1]![index]);
  return at >= 0 && ranks[0]![at]! > ranks[1]![at]!;
}

/** Soon, or so lately that a pause may have kept it good. */
function isExpiring(expiresAtMs: number, atMs: number): boolean {
  return expiresAtMs - EXPIRY_MARGIN_MS < atMs && atMs < expiresAtMs + EXPIRY_GRACE_MS;
}

function isClaimable({ held: { shown }, onChain }: Pressing): boolean {
  return (shown.charge?.chargedGrains ?? 0) > onChain.claimedGrains;
}

/** Of this one channel, not of the way to the chain: it must hold up no other. */
function isOwnFault(error: unknown): error is ChainRefusal {
  return isOfChain(error) && error.refusalClass === 'input';
}
