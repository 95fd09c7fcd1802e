import { type EpochClock, epochAt } from '@stannary/kernel';
import type { PolicyAnswer } from './client/api.ts';
import type { Database } from './context.ts';
import { readFact, writeFact } from './network-clock.ts';
import { OFFER_EPOCHS_AHEAD } from './policies.ts';
import { refuse } from './refusals.ts';

/** Fact: the chain of policies that the network has run under. */
const POLICIES = 'policies';

/**
 * Keeps the chain of policies with the network. Another chain than before may only differ where nobody has agreed to
 * anything yet.
 * @throws GatewayRefusal POLICY-BACKWARDS
 */
export async function keepPolicies(
  db: Database,
  policies: readonly PolicyAnswer[],
  clock: EpochClock,
  nowMs: number,
): Promise<void> {
  const before = await readFact<readonly PolicyAnswer[]>(db, POLICIES);
  const agreedEpoch = nowMs < clock.genesisMs ? 0 : epochAt(clock, nowMs) + OFFER_EPOCHS_AHEAD;
  const agreed = (chain: readonly PolicyAnswer[]) =>
    chain
      .filter(({ fromEpoch }) => fromEpoch <= agreedEpoch)
      .map(({ fromEpoch, economyHash }) => `${economyHash} from epoch ${fromEpoch}`)
      .join(', ');
  if (before !== null && agreed(before) !== agreed(policies)) {
    throw refuse('POLICY-BACKWARDS', 'economy', agreed(before), agreed(policies));
  }
  await writeFact(db, POLICIES, policies);
}
