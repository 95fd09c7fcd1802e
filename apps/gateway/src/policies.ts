import type { Policy as EconomyPolicy } from '@stannary/economies';
import { type Economy, type EpochClock, epochAt } from '@stannary/kernel';
import { externalAad } from '@stannary/wire';
import type { PolicyAnswer } from './client/api.ts';
import { refuse } from './refusals.ts';

/** The rules of some epochs, and what signatures over those epochs are bound to. */
export interface Policy extends PolicyAnswer {
  readonly economy: Economy;
  /** external_aad of everything that is signed for an epoch of this policy. */
  readonly aad: Uint8Array;
}

/** Where the network is at home; with a policy's hash it makes the policy's external_aad. */
export interface Home {
  readonly chain: string;
  readonly settlement: string;
}

/** Offers are taken this far ahead, so the rules of these epochs have been agreed to. */
export const OFFER_EPOCHS_AHEAD = 2;

/**
 * The chain of policies of one economy. Whatever is signed or settled has an epoch of its own, and its policy is the one
 * in force then, whenever it comes: a batch by its header, a result by its lease, an offer by the epoch it is for, every
 * other request by when it was signed. So a change needs no time in which two policies hold, and none is given: a
 * signature never counts under rules that its signer did not name.
 */
export class Policies {
  readonly all: readonly [Policy, ...Policy[]];

  constructor(chain: readonly [EconomyPolicy, ...EconomyPolicy[]], home: Home) {
    const [first, ...later] = chain.map(({ version, fromEpoch, economy, economyHash }): Policy => {
      return { version, fromEpoch, economyHash, economy, aad: externalAad({ ...home, economyHash }) };
    });
    this.all = [first!, ...later];
  }

  at(epoch: number): Policy {
    return this.all.findLast((policy) => policy.fromEpoch <= epoch) ?? this.all[0];
  }

  /** Of a moment; before genesis the first. */
  atMs(clock: EpochClock, atMs: number): Policy {
    return atMs < clock.genesisMs ? this.all[0] : this.at(epochAt(clock, atMs));
  }

  /** That external data stands for; null for another network's. */
  signedUnder(aad: Uint8Array): Policy | null {
    return this.all.find((policy) => Buffer.compare(policy.aad, aad) === 0) ?? null;
  }

  /** @throws GatewayRefusal POLICY-UNKNOWN */
  named(economyHash: string): Policy {
    const found = this.all.find((policy) => policy.economyHash === economyHash);
    if (found !== undefined) return found;
    throw refuse('POLICY-UNKNOWN', 'hash', this.all.map((policy) => policy.economyHash).join(' or '), economyHash);
  }

  get answers(): readonly PolicyAnswer[] {
    return this.all.map(answerOf);
  }
}

function answerOf({ version, fromEpoch, economyHash }: Policy): PolicyAnswer {
  return { version, fromEpoch, economyHash };
}
