import {
  ERA_TREES,
  type EraChallenge,
  type EraHeader,
  type EraTreeName,
  type EraTrees,
  findChallenge,
  openEra,
  type ShownLeaf,
  type Witness,
} from '@stannary/chain';
import type { EraBundleAnswer } from '@stannary/gateway/client';

/** What is wrong with a posted era. */
export interface EraJudgement {
  /** Proof of it; null where the contracts can see none. */
  readonly challenge: EraChallenge | null;
  /** With which the proof is given: the era's own, its parent's, and that of the era whose holdback ends. */
  readonly headers: readonly EraHeader[];
  /** Trees of which another root is posted than the statements make. */
  readonly differing: readonly EraTreeName[];
}

interface JudgedBy {
  /** Of `erasBehind`, in their order: the chain's word, never the poster's. */
  readonly headers: readonly EraHeader[];
  readonly witness: Witness;
  /** What of the era was asked for and shown on the chain. */
  readonly shown?: readonly ShownLeaf[];
}

/**
 * The era itself, its parent, and the one whose holdback ends: a challenge is given with their headers. Throws where the
 * bundle has that of no such era.
 */
export function erasBehind({ era, heldBack }: EraBundleAnswer, epochsPerEra: number): readonly number[] {
  const earned = heldBack === null ? null : Math.floor(heldBack.statements[0]!.epoch / epochsPerEra);
  if (earned !== null && !(earned >= 0 && earned <= era))
    throw new Error(`expected an era up to ${era}, got ${earned}`);
  return [era, ...(era === 0 ? [] : [era - 1]), ...(earned === null || earned === era - 1 ? [] : [earned])];
}

/** Looks for what a contract can be shown. `rebuilt` are the trees of the replayed statements. */
export function judgeEra(
  bundle: EraBundleAnswer,
  rebuilt: EraTrees,
  { headers, witness, shown = [] }: JudgedBy,
): EraJudgement {
  const own = headers[0]!;
  const differing = ERA_TREES.filter((tree) => own[tree].root !== rebuilt[tree].root.root);
  return {
    challenge: findChallenge(openEra(headers, bundle.trees, bundle, rebuilt, witness, shown), rebuilt),
    headers,
    differing,
  };
}
