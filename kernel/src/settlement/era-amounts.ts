import { addExact } from '../numbers/exact.ts';
import type { Era, Grains } from '../numbers/quantities.ts';
import type { EraAmounts } from './epoch.ts';

// Unvested amounts of a node, one entry an era, oldest first.

/** Adds an epoch's earnings to its era's entry; entries stay in order of era, and none is empty. */
export function addEarnings(
  entries: readonly EraAmounts[],
  era: Era,
  creditsGrains: number,
  tokensGrains: number,
): readonly EraAmounts[] {
  if (creditsGrains === 0 && tokensGrains === 0) return entries;
  const grown = entries.slice();
  const last = entries.at(-1);
  const isNew = last === undefined || last.era !== era;
  grown[isNew ? entries.length : entries.length - 1] = {
    era,
    creditsGrains: (isNew ? creditsGrains : addExact(last.creditsGrains, creditsGrains)) as Grains,
    tokensGrains: (isNew ? tokensGrains : addExact(last.tokensGrains, tokensGrains)) as Grains,
  };
  return grown;
}

export function totalOf(entries: readonly EraAmounts[]): { creditsGrains: Grains; tokensGrains: Grains } {
  let creditsGrains = 0;
  let tokensGrains = 0;
  for (const entry of entries) {
    creditsGrains = addExact(creditsGrains, entry.creditsGrains);
    tokensGrains = addExact(tokensGrains, entry.tokensGrains);
  }
  return { creditsGrains: creditsGrains as Grains, tokensGrains: tokensGrains as Grains };
}

/** Takes up to `wanted` credits out of entries, oldest era first; entries without anything left go. */
export function payFrom(
  entries: readonly EraAmounts[],
  wanted: number,
): { readonly grains: number; readonly rest: readonly EraAmounts[] } {
  let left = wanted;
  const rest: EraAmounts[] = [];
  for (const entry of entries) {
    const part = Math.min(left, entry.creditsGrains);
    left -= part;
    const creditsGrains = (entry.creditsGrains - part) as Grains;
    if (creditsGrains > 0 || entry.tokensGrains > 0) rest.push({ ...entry, creditsGrains });
  }
  return { grains: wanted - left, rest };
}
