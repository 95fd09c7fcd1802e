import { loadEconomy, type Override } from '@stannary/economies';
import { defaultScenario } from '../../scenario/defaults.ts';
import { economySource } from '../campaign/run-campaign.ts';
import type { GateContext } from './context.ts';
import type { GateName, GateReport } from './report.ts';
import { type GateOptions, runGate } from './run-gate.ts';

/** So few worlds that a test may run them; what needs hundreds of them is not shown then. */
const FEW = {
  base: 2,
  'demand-up': 2,
  'demand-down': 2,
  'joint-stress': 12,
  halt: 2,
  turmoil: 1,
  newcomers: 1,
} as const;

export async function contextOf(entry: string, set: readonly Override[] = []): Promise<GateContext> {
  const { policies } = await loadEconomy(entry, { set });
  const [policy] = policies;
  return {
    policy,
    economySource: await economySource(entry, set),
    scenario: defaultScenario(policy.economy),
    profile: 'quick',
    seed: 0,
    workers: 0,
  };
}

export function gated(
  context: GateContext,
  only: readonly GateName[],
  options: Partial<GateOptions> = {},
): Promise<GateReport> {
  const code = { version: '0.1.0', hash: 'ab'.repeat(32) };
  return runGate(context, { madeAt: '2027-01-01T00:00:00Z', code, only, sceneRuns: FEW, remedies: false, ...options });
}
