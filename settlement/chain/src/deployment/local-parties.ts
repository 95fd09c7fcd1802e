import type { Economy } from '@stannary/kernel';
import { devAccount, LOCAL_CHAIN_ID } from '../account.ts';
import type { DeploymentParties } from './from-economy.ts';

/** The index of each party's account among those that a local chain gives gas money to; the first deploys. */
const PLACES = { council: [1, 2, 3], guardian: [4, 5, 6, 7, 8], everyoneElse: 9 } as const;
const DAY_SECONDS = 86_400;
/** Of a key that belongs to nobody: the curve's own base point. */
const NOBODYS_KEY =
  '3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
  '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5';

/**
 * Who is who on a developer's own chain when nobody says: the accounts that every such chain starts with. Half of the
 * genesis is the treasury's. Whoever runs a network on it names its own poster, whose receipts would count.
 */
export function localParties(economy: Economy, genesisAt: number): DeploymentParties {
  const { genesis, governance } = economy;
  const total = genesis.allocations.reduce((sum, { tokensGrains }) => sum + tokensGrains, 0);
  const treasuryGrains = Math.floor(total / 2);
  const holder = devAccount(PLACES.everyoneElse).address;
  const endsAt = governance.mode === 'committee' ? genesisAt + 365 * DAY_SECONDS : null;
  return {
    chain: `eip155:${LOCAL_CHAIN_ID}`,
    forcedInclusionSeconds: 0,
    genesisAt,
    genesis: [
      { account: 'treasury', grains: treasuryGrains },
      { account: holder, grains: total - treasuryGrains },
    ],
    poster: devAccount(PLACES.council[0]).address,
    receiptKey: NOBODYS_KEY,
    beaconTip: '7'.repeat(64),
    insurance: holder,
    arbiter: null,
    canaryKeeper: holder,
    guardian: seats(PLACES.guardian.slice(0, governance.guardian.seats), null),
    council: governance.mode === 'token' ? null : seats(PLACES.council, endsAt),
    reserve: { asset: null, attestor: holder, attestationSecondsMax: 7 * DAY_SECONDS },
    figures: {
      attestors: PLACES.council.map((index) => devAccount(index).address),
      quorum: 2,
      ageSecondsMax: DAY_SECONDS,
    },
    probationSeconds: 7 * DAY_SECONDS,
    arbitration: { drawSeconds: drawSecondsOf(economy), entropyDelayBlocks: 4 },
    curve: null,
  };
}

/** An hour; less where the vault's window for an appeal is short: half of what the votes leave of it. */
function drawSecondsOf({ settlement, committee }: Economy): number {
  const leftSeconds = settlement.appealSeconds - committee.commitSeconds - committee.revealSeconds;
  return Math.max(1, Math.min(3_600, Math.floor(leftSeconds / 2)));
}

function seats(places: readonly number[], endsAt: number | null) {
  return places.map((place, index) => ({ name: `seat-${index + 1}`, holder: devAccount(place).address, endsAt }));
}
