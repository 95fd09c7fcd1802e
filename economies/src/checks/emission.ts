import { type SupplyRule, supplyGenesis, wideEmissionOf } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import { totalOf } from '../check.ts';
import { compare, over, plus, type Ratio, ratio, roundedText, times } from '../decimal.ts';
import type { EconomicCheck, Finding } from './check.ts';
import { creditsOf, eraMs, parts, percentText, secondsText } from './figures.ts';

const MILLION = 1_000_000n;

type Stream = EconomyProfile['supply']['streams'][number];

/**
 * Buying one's own work earns emission and costs what of the take never comes back: with ACR = cost / return it must
 * cost twice what it earns. Streams that follow what was paid hold that whatever a token is worth; those that follow
 * time hold it for the fees and the token price that the economy assumes, in their first era, in which they mint most.
 */
export const washCheck: EconomicCheck = {
  id: 'wash',
  section: 'supply',
  title: 'buying work from oneself costs twice the emission that it earns',
  formula: 'sum of token value minted per fee <= (burn + insurance)/2',
  source: "Helium's HIP-10, at half of the take that no payer gets back",
  attacks: [5],
  assumes: [
    'assumptions.nodes',
    'assumptions.nodeNcu',
    'assumptions.utilisation',
    'assumptions.tokenPrice',
    'assumptions.staked',
  ],
  evaluate: (economy) => {
    const { take, supply } = economy;
    const rates = supply.streams.map((stream) => mintedPerFee(economy, stream));
    const earned = rates.reduce(plus, ratio(0n));
    const lost = parts(take.burnPpm + take.insurancePpm);
    const passed = compare(earned, times(lost, ratio(1n, 2n))) <= 0;
    const each = rates.map((rate, index) => `${supply.streams[index]!.name} ${percentText(rate)}`);
    const numbers = `${each.join(' + ')} = ${percentText(earned)} ${passed ? '<=' : '>'} ${percentText(lost)}/2`;
    const ofStreams = supply.streams.map(({ name, rule }) => `supply.streams.${name}.${rateField(rule)}`);
    return [{ about: '', passed, numbers, fields: [...ofStreams, 'take.burn', 'take.insurance'] }];
  },
};

function rateField(rule: SupplyRule): string {
  if (rule.kind === 'work-capped') return 'rule.perWorkPaid';
  return rule.kind === 'fee-linked' ? 'rule.perNonRecoverable' : 'share';
}

/** Value of tokens that one stream mints for a credit of fees. */
export function mintedPerFee(economy: EconomyProfile, stream: Stream): Ratio {
  const { sharePpm, rule } = stream;
  if (rule.kind === 'work-capped') return parts(rule.perWorkPaidPpm);
  if (rule.kind === 'burn-mint') return parts(sharePpm);
  if (rule.kind === 'fee-linked') {
    const bound = times(parts(rule.perNonRecoverablePpm), parts(economy.take.burnPpm + economy.take.insurancePpm));
    const perFee = parts(rule.perFeePpm);
    return times(parts(sharePpm), compare(perFee, bound) < 0 ? perFee : bound);
  }
  const { supply, assumptions, grainsPerUnit } = economy;
  const grains = ratio(mintedInFirstEra(economy, [stream]), BigInt(supply.unitsPerGrain) * BigInt(grainsPerUnit));
  return over(times(grains, parts(assumptions.tokenPriceMicrograins)), feesOfEra(economy));
}

/** Credits that the assumed network charges in an era at the first price; never nothing, because it divides. */
function feesOfEra(economy: EconomyProfile): Ratio {
  const { price, assumptions } = economy;
  const capacity = BigInt(assumptions.nodes) * BigInt(assumptions.nodeNcu) * BigInt(eraMs(economy));
  const work = times(ratio(capacity), parts(assumptions.utilisationPpm));
  const grains = times(work, ratio(BigInt(price.initialMicrograinsPerNcuS), 1_000_000_000n));
  const least = ratio(1n, BigInt(economy.grainsPerUnit));
  const fees = times(grains, creditsOf(economy, 1));
  return compare(fees, least) < 0 ? least : fees;
}

/** Units of a grain that the kernel mints of some streams in the first era, without a ceiling. */
function mintedInFirstEra(economy: EconomyProfile, streams: readonly Stream[]): bigint {
  const { supply, assumptions, grainsPerUnit, take } = economy;
  const units = BigInt(supply.unitsPerGrain);
  const made = genesisUnits(economy);
  const fees = feesOfEra(economy);
  const feeGrains = (fees.numerator * BigInt(grainsPerUnit)) / fees.denominator;
  const rules = { streams, limits: { ...supply.limits, ceiling: null } };
  const { grains } = wideEmissionOf(rules, supplyGenesis(rules, made), {
    era: 0,
    epochMs: eraMs(economy),
    bondedGrains: (made * BigInt(assumptions.stakedPpm)) / MILLION,
    networkPower: BigInt(assumptions.nodes) * BigInt(assumptions.nodeNcu) * 1_000n,
    burnedGrains: 0n,
    workPaidGrains: feeGrains * units,
    feesGrains: feeGrains * units,
    nonRecoverableTakeGrains: (feeGrains * units * BigInt(take.burnPpm + take.insurancePpm)) / MILLION,
    tokenPriceMicrograins: BigInt(assumptions.tokenPriceMicrograins),
  });
  return grains;
}

function genesisUnits({ genesis, supply }: EconomyProfile): bigint {
  return (
    genesis.allocations.reduce((sum, { tokensGrains }) => sum + BigInt(tokensGrains), 0n) * BigInt(supply.unitsPerGrain)
  );
}

/** The loader refuses a file that does not hold it; here it shows its numbers. */
export const supplyCapCheck: EconomicCheck = {
  id: 'supply-cap',
  section: 'supply',
  title: 'what is there at the beginning and all that streams come to fit under the cap',
  formula: 'genesis + sum of stream totals <= cap',
  source: 'a cap is one only if no rule can pass it',
  attacks: [],
  assumes: [],
  evaluate: (economy) => {
    const { supply } = economy;
    const tokens = (units: bigint) =>
      roundedText(ratio(units, BigInt(supply.unitsPerGrain) * BigInt(economy.grainsPerUnit)));
    const made = genesisUnits(economy);
    const due = supply.streams.reduce((sum, one) => sum + (totalOf(one.rule) * BigInt(one.sharePpm)) / MILLION, 0n);
    const cap = BigInt(supply.limits.capGrains);
    const passed = made + due <= cap;
    const numbers = `${tokens(made)} + ${tokens(due)} ${passed ? '<=' : '>'} ${tokens(cap)} tokens`;
    return [{ about: '', passed, numbers, fields: ['supply.cap'] }];
  },
};

/** Share of the supply that a fault may mint before the rules can be mended. */
const FAULT_MAX = ratio(5n, 100n);

export const mintCeilingCheck: EconomicCheck = {
  id: 'mint-ceiling',
  section: 'supply',
  title: 'a fault in any rule mints little before the timelock lets it be mended, and the streams have room',
  formula: 'minted in the first era <= ceiling, ceiling * timelock / era <= 5 % of the supply',
  source: "Helium's circuit breaker",
  attacks: [13],
  assumes: ['assumptions.nodes', 'assumptions.nodeNcu', 'assumptions.utilisation', 'assumptions.tokenPrice'],
  evaluate: (economy) => [ceilingFinding(economy)],
};

function ceilingFinding(economy: EconomyProfile): Finding {
  const { supply, governance } = economy;
  const { ceiling } = supply.limits;
  const fields = ['supply.ceiling.supplyShare', 'governance.timelock'];
  if (ceiling === null) return { about: '', passed: false, numbers: 'there is no ceiling', fields: [] };
  const made = genesisUnits(economy);
  const top = BigInt(ceiling.grains) + (made * BigInt(ceiling.supplyPpm)) / MILLION;
  const periodMs = ceiling.kind === 'per-era' ? eraMs(economy) : ceiling.windowSeconds * 1_000;
  const share = (units: bigint) => ratio(units, made === 0n ? 1n : made);
  const due = times(share(mintedInFirstEra(economy, supply.streams)), ratio(BigInt(periodMs), BigInt(eraMs(economy))));
  const fault = times(share(top), ratio(BigInt(governance.timelockSeconds) * 1_000n, BigInt(periodMs)));
  const passed = compare(due, share(top)) <= 0 && compare(fault, FAULT_MAX) <= 0;
  const room = compare(due, share(top)) <= 0 ? '<=' : '>';
  const bound = compare(fault, FAULT_MAX) <= 0 ? '<=' : '>';
  const numbers = `${percentText(due)} ${room} ${percentText(share(top))} in ${secondsText(periodMs / 1_000)}; ${percentText(fault)} ${bound} ${percentText(FAULT_MAX)} in ${secondsText(governance.timelockSeconds)}`;
  return { about: '', passed, numbers, fields };
}
