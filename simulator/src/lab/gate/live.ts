import type { Json } from '../campaign/plan.ts';
import type { Calibration } from '../traces/statements.ts';

/**
 * What a running network told, for the report: each estimate with its interval and errors, or why there is none. Of which
 * economy the network's statements are, and whether it is the one that is gated.
 */
export function calibrationJson(
  { source, epochs, ...fits }: Calibration,
  { network, isSame }: { readonly network: string; readonly isSame: boolean },
): Json {
  const plain = JSON.parse(JSON.stringify(fits)) as { readonly [name: string]: Json };
  return { source, economyHash: network, isGatedEconomy: isSame, epochs: { ...epochs }, ...plain };
}
