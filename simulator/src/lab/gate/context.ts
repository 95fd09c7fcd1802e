import type { Policy } from '@stannary/economies';
import type { Scenario } from '../../scenario/scenario.ts';
import type { EconomySource } from '../campaign/plan.ts';

/** What is gated, in which world, and how much may be spent on it. */
export interface GateContext {
  readonly policy: Policy;
  /** Of the same rules as `policy`: workers read it again. */
  readonly economySource: EconomySource;
  readonly scenario: Scenario;
  readonly profile: 'quick' | 'full';
  readonly seed: number;
  readonly workers: number;
  readonly signal?: AbortSignal;
  /** A folder that keeps what was simulated, so that a gate that was stopped goes on. Default: nothing is kept. */
  readonly shelf?: string;
  onProgress?(stage: string, done: number, of: number): void;
}
