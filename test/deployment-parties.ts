import { type DeploymentParties, devAccount, type EconomyToDeploy } from '@stannary/chain';
import { fieldLimits, loadEconomy, type Override } from '@stannary/economies';

// Who is who in the tests of deployments: accounts that every local chain gives gas money to.

export const OWNER = devAccount(0);
export const COUNCIL = [devAccount(1), devAccount(2), devAccount(3)];
export const GUARDIANS = [4, 5, 6, 7, 8].map(devAccount);
export const HOLDER = devAccount(9);

/** An economy as `stannary deploy` hands it to a deployment. */
export async function economyToDeploy(name: string, set: readonly Override[] = []): Promise<EconomyToDeploy> {
  const { economyHash, policies } = await loadEconomy(name, { set });
  return {
    policies: policies.map(({ economy }) => economy),
    fields: fieldLimits(policies[0]),
    economyHash,
    gateReportHash: null,
  };
}

/** Parties that fit an economy on a local chain; all genesis is `HOLDER`'s but for the treasury's half. */
export function partiesFor({ policies: [economy] }: EconomyToDeploy, genesisAt: number): DeploymentParties {
  const { genesis, governance } = economy!;
  const total = genesis.allocations.reduce((sum, { tokensGrains }) => sum + tokensGrains, 0);
  const half = Math.floor(total / 2);
  const seatsOf = (accounts: readonly { address: string }[], endsAt: number | null) =>
    accounts.map(({ address }, index) => ({ name: `seat-${index + 1}`, holder: address, endsAt }));
  const termEndsAt = governance.mode === 'committee' ? genesisAt + 365 * 86_400 : null;
  return {
    chain: 'eip155:31337',
    forcedInclusionSeconds: 0,
    genesisAt,
    genesis: [
      { account: 'treasury', grains: half },
      { account: HOLDER.address, grains: total - half },
    ],
    poster: COUNCIL[0]!.address,
    receiptKey:
      '3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
    beaconTip: '7'.repeat(64),
    insurance: HOLDER.address,
    arbiter: null,
    canaryKeeper: HOLDER.address,
    guardian: seatsOf(GUARDIANS.slice(0, governance.guardian.seats), null),
    council: governance.mode === 'token' ? null : seatsOf(COUNCIL, termEndsAt),
    reserve: { asset: null, attestor: HOLDER.address, attestationSecondsMax: 7 * 86_400 },
    figures: { attestors: COUNCIL.map(({ address }) => address), quorum: 2, ageSecondsMax: 86_400 },
    probationSeconds: 7 * 86_400,
    arbitration: { drawSeconds: 3_600, entropyDelayBlocks: 4 },
    curve: null,
  };
}
