import type { Economy } from './economy.ts';
import type { EpochInputs } from './epoch.ts';
import type { Epoch, NcuMs } from './quantities.ts';

// A small economy and inputs for the kernel's own tests and benches. Not exported by the package.

type Plain<Value> = Value extends number ? number : { readonly [Key in keyof Value]: Plain<Value[Key]> };

const plain = {
  name: 'test',
  version: 1,
  grainsPerUnit: 1_000_000,
  cadence: {
    epochMs: 5_000,
    epochsPerEra: 4,
    graceMs: 1_000,
    lateEpochs: 1,
    holdbackEras: 1,
    appealEpochs: 2,
    clockSkewMs: 500,
  },
  resources: [
    { code: 1, name: 'cpu', coefficient: 1, divisor: 1_000, billed: false, quantityPerNcuMsMax: 1_000 },
    { code: 7, name: 'fuel', coefficient: 1, divisor: 1_000_000, billed: true, quantityPerNcuMsMax: 64_000_000 },
  ],
  classes: [
    {
      name: 'grid',
      emissionSharePpm: 600_000,
      curve: { kind: 'linear-capped', kappaNumerator: 1, kappaDenominator: 1_000 },
      operatorCapPpm: 500_000,
      bondGrainsMin: 1_000_000_000,
      marginCallPpm: 800_000,
      stopLinePpm: 600_000,
    },
    {
      name: 'edge',
      emissionSharePpm: 400_000,
      curve: { kind: 'linear-capped', kappaNumerator: 1, kappaDenominator: 1_000 },
      operatorCapPpm: 1_000_000,
      bondGrainsMin: 500_000_000,
      marginCallPpm: 800_000,
      stopLinePpm: 600_000,
    },
  ],
  price: {
    initialMicrograinsPerNcuS: 50_000_000_000_000,
    floorMicrograinsPerNcuS: 10_000_000_000_000,
    capMicrograinsPerNcuS: 500_000_000_000_000,
    targetUtilisationPpm: 700_000,
    gainPpm: 62_500,
  },
  take: { burnPpm: 50_000, insurancePpm: 20_000, treasuryPpm: 30_000 },
  emission: { kind: 'fixed-per-epoch', grainsPerEpoch: 100_000_000, capGrains: '1000000000000000' },
  verification: { auditFloorPpm: 100_000, detectionPpm: 900_000, consecutiveValidMin: 10, replicasToConvict: 2 },
  offences: [
    { offence: 'equivocation', mode: 'live', slashPpm: 1_000_000, threshold: 1, statistic: 'proof-count' },
    { offence: 'wrong-result', mode: 'live', slashPpm: 500_000, threshold: 1, statistic: 'proof-count' },
    { offence: 'abandoned-work', mode: 'shadow', slashPpm: 10_000, threshold: 500_000, statistic: 'share-ppm' },
    { offence: 'low-reputation', mode: 'shadow', slashPpm: 0, threshold: 600_000, statistic: 'score-ppm' },
  ],
  slash: { challengerPpm: 500_000, insurancePpm: 300_000, burnPpm: 200_000 },
  reputation: { lambdaPpm: 950_000, multiplierMinPpm: 500_000, multiplierMaxPpm: 1_250_000 },
  settlement: {
    challengeWindowSeconds: 4,
    appealSeconds: 3,
    activationSeconds: 0,
    unbondingSeconds: 60,
    posterBondGrains: 1_000_000_000,
  },
} as const satisfies Plain<Economy>;

export const testEconomy = plain as unknown as Economy;
export const testEconomyHash = 'e'.repeat(64);
export const testAccounts = { insurance: account(0x111), treasury: account(0x222) };
export const testBeacon = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';

/** A node, lease or evidence id that only a test would have. */
export function id(number: number): string {
  return number.toString(16).padStart(64, '0');
}

export function account(number: number): string {
  return `0x${number.toString(16).padStart(40, '0')}`;
}

/** A chain node in the test economy: operator 0x…a000 + its number. */
export function chainNode(number: number, bondGrains = 2_000_000_000): EpochInputs['chain']['nodes'][number] {
  return {
    nodeId: id(number),
    operator: account(0xa000 + number),
    className: 'grid',
    milliNcu: 1_000,
    bondGrains,
  } as EpochInputs['chain']['nodes'][number];
}

export function epochInputs(epoch: number, changes: Partial<EpochInputs> = {}): EpochInputs {
  return {
    epoch: epoch as Epoch,
    usage: [],
    verdicts: [],
    withdrawals: [],
    offeredNcuMs: 100_000 as NcuMs,
    chain: {
      blockNumber: epoch,
      blockHash: `0x${'b'.repeat(64)}`,
      nodes: [1, 2, 3].map((number) => chainNode(number)),
    },
    beacon: testBeacon,
    roots: { usage: 'a'.repeat(64), verdicts: 'b'.repeat(64), chain: 'c'.repeat(64) },
    ...changes,
  };
}
