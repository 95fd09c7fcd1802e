import type { PriceRule } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import { compare, type Ratio, ratio, roundedText, times } from '../decimal.ts';
import type { EconomicCheck } from './check.ts';
import { parts, percentText } from './figures.ts';

/** The largest take for which a provider keeps a usual margin. */
const TAKE_MAX = ratio(15n, 100n);

export const takeCheck: EconomicCheck = {
  id: 'take',
  section: 'prices',
  title: 'the take leaves the provider its margin',
  formula: 'burn + insurance + treasury <= 15 %',
  source: 'takes of running markets',
  attacks: [],
  assumes: [],
  evaluate: ({ take }) => {
    const { burnPpm, insurancePpm, treasuryPpm } = take;
    const total = parts(burnPpm + insurancePpm + treasuryPpm);
    const passed = compare(total, TAKE_MAX) <= 0;
    const shares = [burnPpm, insurancePpm, treasuryPpm].map((share) => percentText(parts(share)));
    const numbers = `${shares.join(' + ')} = ${percentText(total)} ${passed ? '<=' : '>'} 15 %`;
    return [{ about: '', passed, numbers, fields: ['take.treasury', 'take.burn', 'take.insurance'] }];
  },
};

/**
 * d·η against a limit. The price of an epoch answers the use of the one before last, so it is monotone to 1/4 and stable
 * below 1; and buyers answer a price within an hour at the soonest, so that shorter epochs add their steps up.
 */
function priceCheck(id: string, title: string, sign: '<' | '<=', limit: Ratio): EconomicCheck {
  const passes = (order: number) => (sign === '<' ? order < 0 : order <= 0);
  const limitText = sign === '<' ? '1' : '1/4';
  return {
    id,
    section: 'prices',
    title,
    formula: `d * elasticity ${sign} ${limitText}, d: gain per hour, or per epoch where that is longer`,
    source: 'roots of z^2 - z + d * elasticity: the price lags by two epochs',
    attacks: [],
    assumes: ['assumptions.elasticity'],
    evaluate: (economy) =>
      pricesOf(economy).map(({ about, gain, fields }) => {
        const elasticity = parts(economy.assumptions.elasticityPpm);
        const product = times(gain, elasticity);
        const passed = passes(compare(product, limit));
        const order = passed ? sign : sign === '<' ? '>=' : '>';
        const numbers = `${roundedText(gain)} * ${roundedText(elasticity)} = ${roundedText(product)} ${order} ${limitText}`;
        return { about, passed, numbers, fields };
      }),
  };
}

export const priceStable = priceCheck('price-stable', 'swings of the price do not grow', '<', ratio(1n));
export const priceMonotone = priceCheck('price-monotone', 'the price does not swing at all', '<=', ratio(1n, 4n));

/** The steepest the price can go: down, of an idle network, or up, of a full one. To first order in the gain. */
export const priceMove: EconomicCheck = {
  id: 'price-move',
  section: 'prices',
  title: 'no hour moves the price by more than the launch gate allows',
  formula: 'd * max(1, (1 - U*)/U*) <= G7, d: gain per hour, or per epoch where that is longer',
  source: 'the price rule at no use and at full use',
  attacks: [],
  assumes: ['gate.price.moveMaxPerHour'],
  evaluate: (economy) =>
    pricesOf(economy).map(({ about, gain, targetPpm, fields }) => {
      const up = ratio(BigInt(1_000_000 - targetPpm), BigInt(targetPpm));
      const steepest = compare(up, ratio(1n)) > 0 ? up : ratio(1n);
      const move = times(gain, steepest);
      const limit = parts(economy.gate.movePpmMaxPerHour);
      const passed = compare(move, limit) <= 0;
      const numbers = `${roundedText(gain)} * ${roundedText(steepest)} = ${percentText(move)} ${passed ? '<=' : '>'} ${percentText(limit)}`;
      return { about, passed, numbers, fields };
    }),
};

/** The price of normalised work, and of each resource that has its own: a list, in the file in any order. */
function pricesOf(economy: EconomyProfile) {
  const { price, resources, resourceMarkets } = economy;
  const own = resourceMarkets.map(({ className, resource, price: rule }) => {
    const { name } = resources.find(({ code }) => code === resource)!;
    const fields = resourceMarkets.map((_, index) => `resourceMarkets[${index}].price.${gainField(rule)}`);
    return { about: className === null ? name : `${name} in ${className}`, rule, fields };
  });
  return [{ about: '', rule: price, fields: [`price.${gainField(price)}`] }, ...own].map(({ rule, ...one }) => ({
    ...one,
    gain: gainPerHour(economy, rule),
    targetPpm: rule.targetUtilisationPpm,
  }));
}

function gainField({ kind }: PriceRule): string {
  return kind === 'eip-1559' ? 'denominator' : kind === 'excess' ? 'updateFraction' : 'gain';
}

const HOUR_MS = 3_600_000n;

/**
 * d of any kind: relative step of the price per relative deviation of utilisation from its target, by the hour. What
 * counts work is taken to be offered all of the assumed network's.
 */
function gainPerHour({ cadence, assumptions }: EconomyProfile, price: PriceRule): Ratio {
  const epochs = cadence.epochMs >= Number(HOUR_MS) ? ratio(1n) : ratio(HOUR_MS, BigInt(cadence.epochMs));
  const hours = times(epochs, ratio(BigInt(cadence.epochMs), HOUR_MS));
  switch (price.kind) {
    case 'rational-step':
      return times(epochs, parts(price.gainPpm));
    case 'exponential':
      return times(hours, parts(price.gainPpmPerHour));
    case 'eip-1559':
      return times(epochs, ratio(1n, BigInt(price.denominator)));
    case 'excess': {
      const perHour = ratio(BigInt(assumptions.nodes) * BigInt(assumptions.nodeNcu) * HOUR_MS);
      const target = times(times(hours, perHour), parts(price.targetUtilisationPpm));
      return times(target, ratio(1n, BigInt(price.updateFractionNcuMs)));
    }
  }
}
