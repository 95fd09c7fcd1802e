import type { Grains } from '../numbers/quantities.ts';

/** Who holds tokens before the first epoch. */
export interface Genesis {
  /** Moment of epoch 0, ms since 1970; null: whenever the network is started. */
  readonly atMs: number | null;
  /** Sorted by name. */
  readonly allocations: readonly GenesisAllocation[];
}

export interface GenesisAllocation {
  readonly name: string;
  readonly holder: 'providers' | 'treasury' | 'team' | 'investors' | 'public';
  readonly tokensGrains: Grains;
  /** Nothing before this, then linear until lock-up and vesting together. */
  readonly lockupSeconds: number;
  readonly vestingSeconds: number;
}
