import assert from 'node:assert/strict';
import { loadEconomy } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import { RunningMoments, type Scenario, SimulationRefusal, type SimulationRefusalCode } from './index.ts';
import { defaultScenario } from './scenario/defaults.ts';

// The reference economy and small worlds for it. Not exported by the package.

export const { economy: reference } = await loadEconomy('reference');

/** The reference with fields changed, two levels deep. */
export function economyWith(changes: { readonly [Section in keyof Economy]?: unknown }): Economy {
  const changed = Object.entries(changes).map(([section, value]) => {
    const before = reference[section as keyof Economy];
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [section, isSection ? { ...(before as object), ...value } : value];
  });
  return { ...reference, ...Object.fromEntries(changed) };
}

/** So many nodes by the economy's shares; a token price that stands still. */
export function smallWorld(economy: Economy, nodes: number, changes: Partial<Scenario> = {}): Scenario {
  const assumptions = { ...economy.assumptions, nodes };
  const base = defaultScenario({ ...economy, assumptions });
  const token = { kind: 'geometric', initialMicrograins: 1_000_000, driftPerYear: 0, volatilityPerYear: 0 } as const;
  return { ...base, token: { ...token, jumps: null }, ...changes };
}

/** One class that divides everything, under a fixed emission an epoch. */
export function oneClass(changes: { readonly [Section in keyof Economy]?: unknown } = {}, curve?: unknown): Economy {
  const grid = reference.classes.find(({ name }) => name === 'grid')!;
  const rule = { kind: 'fixed', grainsPerInterval: '1000000000', intervalSeconds: 3_600 };
  return economyWith({
    classes: [{ ...grid, emissionSharePpm: 1_000_000, ...(curve === undefined ? {} : { curve }) }],
    supply: { classSharePpmMax: 1_000_000, streams: [{ name: 'work', sharePpm: 1_000_000, rule }] },
    vesting: { schedule: null },
    ...changes,
  });
}

/** The reference whose nodes count by bands, and whose emission pays for capacity what work does not earn. */
export const bandedAndCovering = economyWith({
  classes: reference.classes.map((one) => ({ ...one, bands: { multipliersPpm: [1_000_000, 750_000, 250_000] } })),
  supply: {
    streams: reference.supply.streams.map((stream) => ({ ...stream, rule: { ...stream.rule, rest: 'coverage' } })),
  },
});

/** The reference with a market for accelerators, another for those of its `ai` nodes, and the common price for the rest. */
export const pricedByResource = (() => {
  const { code } = reference.resources.find(({ name }) => name === 'gpu')!;
  const dear = { ...reference.price, initialMicrograinsPerNcuS: 2 * reference.price.initialMicrograinsPerNcuS };
  return economyWith({
    resourceMarkets: [
      { className: null, resource: code, price: reference.price },
      { className: 'ai', resource: code, price: dear },
    ],
  });
})();

/** Asserts that a mean lies within 3 standard errors of what it should be. */
export function assertWithin(what: string, moments: RunningMoments, truth: number, errors = 3): void {
  const { mean, standardError } = moments;
  const shown = `${what}: ${mean} ± ${standardError}, should be ${truth}`;
  assert.ok(Math.abs(mean - truth) <= errors * standardError + Math.abs(truth) * 1e-12, shown);
}

export function momentsOf(values: readonly number[]): RunningMoments {
  const moments = new RunningMoments();
  for (const value of values) moments.add(value);
  return moments;
}

/** The matcher of a refusal's code. */
export function refused(code: SimulationRefusalCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SimulationRefusal, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, /expected .* got /);
    return true;
  };
}
