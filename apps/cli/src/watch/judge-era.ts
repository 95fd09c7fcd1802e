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
  readonly headerOf: (era: number) => Promise<EraHeader>;
  readonly witness: Witness;
  /** What of the era was asked for and shown on the chain. */
  readonly shown?: readonly ShownLeaf[];
}

/**
 * Looks for what a contract can be shown. `headerOf` is the chain's word on an era, never the poster's; `rebuilt` are the
 * trees of the replayed statements. Pure but for `headerOf`.
 */
export async function judgeEra(
  bundle: EraBundleAnswer,
  rebuilt: EraTrees,
  { headerOf, witness, shown = [] }: JudgedBy,
): Promise<EraJudgement> {
  const { era, heldBack } = bundle;
  const earned = heldBack === null ? null : Math.floor(heldBack.statements[0]!.epoch / witness.epochsPerEra);
  const eras = [era, ...(era === 0 ? [] : [era - 1]), ...(earned === null || earned === era - 1 ? [] : [earned])];
  const headers = await Promise.all(eras.map(headerOf));
  const own = headers[0]!;
  const differing = ERA_TREES.filter((tree) => own[tree].root !== rebuilt[tree].root.root);
  return {
    challenge: findChallenge(openEra(headers, bundle.trees, bundle, rebuilt, witness, shown), rebuilt),
    headers,
    differing,
  };
}
