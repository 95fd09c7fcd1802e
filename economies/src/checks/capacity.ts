import { hoarding, hoardingShareMax, idleSurchargePpm, type NcuMs, type Ppm, reservationBond } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import { compare, ratio, roundedText, times } from '../decimal.ts';
import type { EconomicCheck, Finding } from './check.ts';
import {
  bondFields,
  creditsOf,
  FACTOR,
  type NodeClass,
  nodeFigures,
  numberOf,
  numberText,
  parts,
  percentText,
  secondsText,
} from './figures.ts';

const IDLE_FIELDS = ['leases.idleSurcharge', 'leases.bond', 'leases.idleBurn'];

/** Whoever sells a share m of a class gains when others' supply is leased away and left idle. For a little of it. */
export const hoardingCheck: EconomicCheck = {
  id: 'hoarding',
  section: 'capacity',
  title: 'no operator owns so much of a class that hoarding a little of it pays',
  formula: 'operator cap <= (1 + h) * elasticity / 2, h: idle surcharge and burn',
  source: 'supply withheld from iso-elastic demand, in the limit of little',
  attacks: [4],
  assumes: ['assumptions.elasticityMin', 'assumptions.utilisation', 'assumptions.withheld'],
  evaluate: (economy) =>
    economy.classes.map(({ name, operatorCapPpm }) => {
      const { elasticityPpmMin, withheldPpm } = economy.assumptions;
      const market = { elasticity: elasticityPpmMin / 1_000_000, surcharge: idleCost(economy, withheldPpm) };
      const most = hoardingShareMax(market, FACTOR);
      const passed = operatorCapPpm / 1_000_000 <= most;
      const numbers = `${percentText(parts(operatorCapPpm))} ${passed ? '<=' : '>'} (1 + ${numberText(market.surcharge)}) * ${numberText(market.elasticity)} / 2 = ${numberText(100 * most)} %`;
      return { about: name, passed, numbers, fields: [`classes.${name}.operatorCap`, ...IDLE_FIELDS] };
    }),
};

/** As much as one consumer may hold, leased and left idle, to sell one's own dearer. */
export const hoardingLeaseCheck: EconomicCheck = {
  id: 'hoarding-lease',
  section: 'capacity',
  title: 'leasing all that one consumer may hold, to leave it idle, costs twice what it gains',
  formula: 'x(1 + h + opening fee) >= 2 m((1 - x)^(-1/elasticity) - 1), x: consumer cap, m: operator cap',
  source: 'supply withheld from iso-elastic demand',
  attacks: [4],
  assumes: ['assumptions.elasticityMin', 'assumptions.utilisation'],
  evaluate: (economy) =>
    economy.classes.map(({ name, operatorCapPpm, consumerCapPpm }) => {
      const held = consumerCapPpm / 1_000_000;
      const market = {
        ownShare: operatorCapPpm / 1_000_000,
        elasticity: economy.assumptions.elasticityPpmMin / 1_000_000,
        surcharge: idleCost(economy, consumerCapPpm),
        openingFee: economy.leases.openingFeePpm / 1_000_000,
      };
      const { ratio: factor, costCredits, returnCredits } = hoarding(market, held);
      const passed = held === 0 || factor >= FACTOR;
      const numbers = `${percentText(parts(consumerCapPpm))} held: ${numberText(costCredits)} ${passed ? '>=' : '<'} 2 * ${numberText(returnCredits)}`;
      const fields = [
        `classes.${name}.consumerCap`,
        `classes.${name}.operatorCap`,
        ...IDLE_FIELDS,
        'leases.openingFee',
      ];
      return { about: name, passed, numbers, fields };
    }),
};

/** Per unit of price: the surcharge at the use that hoarding makes, and what burns of the lease bond. */
function idleCost({ leases, assumptions }: EconomyProfile, withheldPpm: number): number {
  const used = Math.min(1_000_000, assumptions.utilisationPpm + withheldPpm) as Ppm;
  const surcharge = idleSurchargePpm({ ...leases, consumerSharePpm: 1_000_000 as Ppm }, used);
  return (surcharge + (leases.bondPpm * leases.idleBurnPpm) / 1_000_000) / 1_000_000;
}

export const selectiveDelivery: EconomicCheck = {
  id: 'selective-delivery',
  section: 'capacity',
  title: 'selling reserved capacity a second time loses at every price',
  formula: 'gap factor >= 2',
  source: 'c * gap + f * price >= 2 * gap for all gaps exactly when c >= 2',
  attacks: [10],
  assumes: [],
  evaluate: ({ reserved }) => {
    const passed = reserved.gapFactorPpm >= FACTOR * 1_000_000;
    const numbers = `${roundedText(parts(reserved.gapFactorPpm))} ${passed ? '>=' : '<'} 2`;
    return [{ about: '', passed, numbers, fields: ['reserved.gapFactor'] }];
  },
};

/** Of each class that sells reserved capacity: a full node that delivers nothing while spot is at its cap. */
export const reservationBondCheck: EconomicCheck = {
  id: 'reservation-bond',
  section: 'capacity',
  title: 'the bond pays for reserved capacity that fails, until it is replaced',
  formula: 'bond at the stop line >= capacity * (c * (cap - price) + f * price) * replacement',
  source: 'the penalty of every slot that is missed',
  attacks: [10],
  assumes: ['assumptions.replacement'],
  evaluate: (economy) =>
    economy.classes.filter(({ pricing }) => pricing.includes('reserved')).map((one) => reservationOf(economy, one)),
};

function reservationOf(economy: EconomyProfile, one: NodeClass): Finding {
  const { limits, reserved, price, assumptions } = economy;
  const hour = (limits.nodeNcuMax * 3_600_000) as NcuMs;
  const { initialMicrograinsPerNcuS: contract, capMicrograinsPerNcuS: cap } = price;
  const perHour = creditsOf(economy, reservationBond(reserved, hour, contract, cap));
  const needed = times(perHour, ratio(BigInt(assumptions.replacementSeconds), 3_600n));
  const { bond } = nodeFigures(economy, one);
  const passed = compare(bond, needed) >= 0;
  const numbers = `${roundedText(bond)} ${passed ? '>=' : '<'} ${roundedText(perHour)} an hour * ${secondsText(assumptions.replacementSeconds)} = ${numberText(numberOf(needed))} credits`;
  return { about: one.name, passed, numbers, fields: [...bondFields(one), 'price.cap'] };
}
