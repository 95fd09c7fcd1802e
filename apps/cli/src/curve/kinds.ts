import type { CurveKind } from './curve.ts';
import { BONDING_CURVE, LEASE, PRICE, RESERVE } from './market.ts';
import { curveRefusal } from './refusal.ts';
import { REBATE, REWARD } from './reward.ts';
import { BOND, REPUTATION, SLASH } from './security.ts';
import { ISSUANCE, SUPPLY } from './supply.ts';

export const CURVES: readonly CurveKind[] = [
  SUPPLY,
  ISSUANCE,
  REWARD,
  PRICE,
  BOND,
  SLASH,
  REBATE,
  REPUTATION,
  RESERVE,
  LEASE,
  BONDING_CURVE,
];

/** Refuses CURVE-UNKNOWN. */
export function curveNamed(name: string): CurveKind {
  const found = CURVES.find((kind) => kind.name === name);
  if (found !== undefined) return found;
  throw curveRefusal('CURVE-UNKNOWN', 'curve', `one of ${CURVES.map((kind) => kind.name).join(', ')}`, name);
}
