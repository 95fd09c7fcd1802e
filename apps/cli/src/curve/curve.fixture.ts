import type { Economy, SupplyRule } from '@stannary/kernel';
import { testEconomy } from '../../../../kernel/src/economy.fixture.ts';
import { type Curve, type CurveOptions, curveOf } from './curve.ts';
import { curveNamed } from './kinds.ts';
import type { Cell } from './quantity.ts';

export const YEAR = 31_536_000;

/** The kernel's test economy with one supply rule, on the network's own grid and in its own unit. */
export function minting(
  rule: SupplyRule,
  grid: { readonly epochMs: number; readonly grainsPerUnit: number; readonly unitsPerGrain: number },
): Economy {
  return {
    ...testEconomy,
    grainsPerUnit: grid.grainsPerUnit,
    cadence: { ...testEconomy.cadence, epochMs: grid.epochMs },
    supply: {
      ...testEconomy.supply,
      unitsPerGrain: grid.unitsPerGrain,
      streams: [{ name: 'only', sharePpm: 1_000_000, rule }],
      limits: { capGrains: (10n ** 40n).toString(), capCounts: 'minted', ceiling: null },
    },
  };
}

export function draw(economy: Economy, name: string, options: CurveOptions): Curve {
  return curveOf(economy, curveNamed(name), options);
}

/** One column, by name. */
export function column(curve: Curve, name: string): readonly Cell[] {
  const index = curve.columns.findIndex((one) => one.name === name);
  if (index === -1) throw new Error(`no column ${name} among ${curve.columns.map((one) => one.name).join(', ')}`);
  return curve.rows.map((row) => row[index]!);
}
