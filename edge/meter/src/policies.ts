import type { NetworkAnswer } from '@stannary/gateway/client';
import { externalAad } from '@stannary/wire';

/** external_aad of what is signed for an epoch: it holds the hash of the policy in force then. */
export type AadAt = (epoch: number) => Uint8Array;

/** By the policies that the network has announced; an epoch below the first begins under it. */
export function aadAtOf({
  chain,
  contracts,
  policies,
}: Pick<NetworkAnswer, 'chain' | 'contracts' | 'policies'>): AadAt {
  const aads = policies.map(({ fromEpoch, economyHash }) => {
    return { fromEpoch, aad: externalAad({ chain, settlement: contracts.settlement, economyHash }) };
  });
  return (epoch) => (aads.findLast(({ fromEpoch }) => fromEpoch <= epoch) ?? aads[0]!).aad;
}
