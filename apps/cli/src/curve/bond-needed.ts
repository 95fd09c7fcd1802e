import {
  type BondRule,
  bondTokens,
  chargeGrains,
  type Economy,
  type Grains,
  type MicrograinsPerNcuS,
  mulDivDown,
  mulDivUp,
  type NcuMs,
  requiredBond,
} from '@stannary/kernel';

const MILLION = 1_000_000;
/** Micrograins to parts per billion. */
const PPB_PER_MICROGRAIN = 1_000;

/** What a node of a class must bond, as settlement asks it, and each term by itself. */
export function bondNeeded(
  rule: BondRule,
  exposure: { readonly revenue: bigint; readonly gain: bigint; readonly harm: bigint; readonly tokenPrice: bigint },
) {
  const at = {
    revenueGrainsPerEpochMax: grainsOf(exposure.revenue),
    oneShotGainGrains: grainsOf(exposure.gain),
    harmGrains: grainsOf(exposure.harm),
  };
  const alone = { ...rule, bondGrainsMin: grainsOf(0n), revenue: null, deterrence: null, harm: null };
  const term = (part: Partial<BondRule>) => requiredBond({ ...alone, ...part }, at).creditsGrains;
  const { creditsGrains, reason } = requiredBond(rule, at);
  const ppb = Number(exposure.tokenPrice) * PPB_PER_MICROGRAIN;
  const value = { spotPpb: ppb, twapLowPpb: ppb };
  const tokensGrains = creditsGrains === 0 ? creditsGrains : bondTokens(rule, value, creditsGrains);
  return {
    creditsGrains,
    reason,
    tokensGrains,
    marginCallGrains: mulDivUp(tokensGrains, rule.marginCallPpm, MILLION),
    stopLineGrains: mulDivUp(tokensGrains, rule.stopLinePpm, MILLION),
    terms: {
      minimum: rule.bondGrainsMin,
      revenue: term({ revenue: rule.revenue }),
      deterrence: term({ deterrence: rule.deterrence }),
      harm: term({ harm: rule.harm }),
    },
  };
}

/** Most that a node of a capacity can earn in an epoch, rounded up. */
export function revenueMax(economy: Economy, milliNcu: bigint, price: bigint): bigint {
  const work = mulDivDown(Number(milliNcu), economy.cadence.epochMs, 1_000) as NcuMs;
  return BigInt(chargeGrains(work, Number(price) as MicrograinsPerNcuS));
}

export function grainsOf(value: bigint): Grains {
  return Number(value) as Grains;
}
