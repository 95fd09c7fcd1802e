import { type EraBundle, type EraTrees, eraTreesOf } from '@stannary/chain';
import { economyHashOf } from '@stannary/economies';
import type { EraBundleAnswer } from '@stannary/gateway/client';
import { type EconomyState, genesisState, type Statement, settleEpoch } from '@stannary/kernel';
import { contentHash } from '@stannary/wire';

/** An era as whoever replays it finds it. */
export interface ReplayedEra {
  /** Epochs whose statement is not what the kernel makes of its inputs, or whose inputs begin elsewhere than the last ended. */
  readonly differing: readonly number[];
  /** Hashes under which another economy was served. */
  readonly misnamed: readonly string[];
  /** The trees of the statements as they should be. */
  readonly trees: EraTrees;
}

/** Where a replay stands: what the next epoch begins with. */
export interface ReplayPlace {
  readonly nextEpoch: number;
  readonly state: EconomyState;
}

/**
 * Settles an era again from its inputs. Epoch 0 begins with the genesis; without a place any other era begins with the
 * state that is served, which is believed.
 * Errors: KernelRefusal for inputs that no honest network could have settled.
 */
export function replayEra(
  bundle: EraBundleAnswer,
  place: ReplayPlace | null,
): ReplayedEra & { readonly place: ReplayPlace } {
  const { economies, accounts, inputs } = bundle;
  const misnamed = Object.entries(economies).flatMap(([hash, economy]) =>
    economyHashOf(economy) === hash ? [] : [hash],
  );
  const differing: number[] = [];
  let state = place?.state ?? null;
  const statements = bundle.statements.map((statement, at): Statement => {
    const { epoch, economyHash } = statement;
    const served = inputs[at]!;
    const economy = economies[economyHash]!;
    const isNext = place === null || place.nextEpoch + at === epoch;
    const before = state ?? (epoch === 0 ? genesisState(economy, accounts) : served.stateBefore);
    const begins = isNext && contentHash(served.stateBefore) === contentHash(before);
    const settled = settleEpoch(economy, economyHash, before, served.inputs);
    state = settled.state;
    if (!begins || contentHash(settled.statement) !== contentHash(statement)) differing.push(epoch);
    return settled.statement;
  });
  const trees = eraTreesOf({ ...(bundle satisfies EraBundle), statements });
  return { differing, misnamed, trees, place: { nextEpoch: statements.at(-1)!.epoch + 1, state: state! } };
}
