import {
  advancePrice,
  augmentedPriceMicrograinsUp,
  buyAugmented,
  buyOnCurve,
  type CapacityUse,
  coverageOf,
  curvePriceMicrograinsUp,
  type Economy,
  idleSurchargeGrains,
  idleSurchargePpm,
  initialPrice,
  type LeaseRule,
  mintPace,
  type NcuMs,
  openLease,
  type Ppm,
  type PriceRule,
  type PriceState,
  type Reserve,
  sellAugmented,
  sellOnCurve,
  stressedCoverage,
} from '@stannary/kernel';
import { NETWORK_WORK, NODE_WORK, TOKEN_PRICE_NOW, UTILISATION, WORK_PRICE_NOW } from './assumed.ts';
import type { Ask, Column, CurveKind, Drawing, Variable } from './curve.ts';
import { type Cell, CREDITS, DURATION, EPOCH_INDEX, SHARE, TOKEN_PRICE, TOKENS, WORK, WORK_PRICE } from './quantity.ts';
import { curveRefusal } from './refusal.ts';

const MILLION = 1_000_000n;
const POSITIONS_MAX = 1_000_000n;

const utilisation: Variable = {
  quantity: SHARE,
  about: 'used over offered capacity; several, by comma, take turns from epoch to epoch',
  assumed: UTILISATION,
  isSequence: true,
  most: MILLION,
};

export const PRICE: CurveKind = {
  name: 'price',
  about: 'The price of normalised work: its next step over utilisation, or its way over epochs of given utilisation.',
  variables: {
    utilisation,
    time: { quantity: DURATION, about: 'a bare number is epochs', assumed: null },
    excess: { quantity: WORK, about: "work above the target so far, of the kind 'excess'", assumed: null },
    price: { quantity: WORK_PRICE, about: 'to start from', assumed: WORK_PRICE_NOW },
    offered: { quantity: WORK, about: 'capacity of an epoch', assumed: NETWORK_WORK },
  },
  axes: ['utilisation', 'time', 'excess'],
  draw: (ask) => (ask.x === 'time' ? drawTrajectory(ask) : drawStep(ask)),
};

const PRICE_RULES: Readonly<Record<PriceRule['kind'], { readonly formula: string; readonly source: string }>> = {
  'rational-step': { formula: "p' = p (1 + d (U - U*)/U*)", source: 'EIP-1559, as a ratio' },
  exponential: {
    formula: "p' = p e^(d h (U - U*)/U*), h the epoch in hours",
    source: 'multi-dimensional fee markets, arXiv:2208.07919',
  },
  'eip-1559': {
    formula: "p' = p ± floor(floor(p |used - target| / target) / denominator), up by at least 1",
    source: 'EIP-1559',
  },
  excess: { formula: "excess' = max(0, excess + used - target), p = floor e^(excess / fraction)", source: 'EIP-4844' },
};

function aboutPrice({ price }: Economy): Pick<Drawing, 'formulas' | 'source' | 'rounding' | 'plotted'> {
  const breaker = price.breaker === null ? '' : "; at most the breaker's multiple of the mean price";
  return {
    formulas: [`${price.kind}: ${PRICE_RULES[price.kind].formula}, between floor and cap${breaker}`],
    source: PRICE_RULES[price.kind].source,
    rounding: "up, but the kind 'excess' down; a price that should fall falls by a micrograin at least",
    plotted: ['price'],
  };
}

const used = (offered: bigint, share: bigint) => (offered * share) / MILLION;

function useAt({ economy }: Ask, offered: bigint, share: bigint): CapacityUse {
  return {
    usedNcuMs: Number(used(offered, share)),
    offeredNcuMs: Number(offered),
    epochMs: economy.cadence.epochMs,
  };
}

function stateAt(ask: Ask, x: bigint): PriceState {
  const rule = { ...ask.economy.price, initialMicrograinsPerNcuS: ask.number('price', x) } as PriceRule;
  const state = initialPrice(rule);
  return ask.isGiven('excess') ? { ...state, excessNcuMs: ask.value('excess', x).toString() } : state;
}

function drawStep(ask: Ask): Drawing {
  const { price: rule } = ask.economy;
  const target = BigInt(rule.targetUtilisationPpm);
  const rows = ask.xs.map((x): Cell[] => {
    const state = stateAt(ask, x);
    // At an excess, an epoch on target: it stays as it is.
    const share = ask.x === 'excess' && !ask.isGiven('utilisation') ? target : ask.value('utilisation', x);
    const next = advancePrice(rule, state, useAt(ask, ask.value('offered', x), share));
    const before = BigInt(state.priceMicrograinsPerNcuS);
    const price = BigInt(next.priceMicrograinsPerNcuS);
    return [x, before, price, ((price - before) * MILLION) / before];
  });
  return {
    columns: [
      { name: ask.x, quantity: ask.x === 'excess' ? WORK : SHARE },
      { name: 'price_before', quantity: WORK_PRICE },
      { name: 'price', quantity: WORK_PRICE },
      { name: 'change', quantity: SHARE },
    ],
    rows,
    ...aboutPrice(ask.economy),
    notes: [
      `target utilisation ${target} ppm`,
      'by the protocol, price(e) follows price(e-1) and the utilisation of e-2',
    ],
  };
}

/** The price after so many epochs of the utilisations in turn. */
function drawTrajectory(ask: Ask): Drawing {
  const { price: rule } = ask.economy;
  const shares = ask.sequence('utilisation');
  const offered = ask.value('offered', 0n);
  let state = stateAt(ask, 0n);
  let epoch = 0n;
  const rows = ask.xs.map((x): Cell[] => {
    const until = x / ask.scale.epochMs;
    if (until > POSITIONS_MAX) throw curveRefusal('CURVE-RANGE', 'time', `at most ${POSITIONS_MAX} epochs`, `${until}`);
    for (; epoch < until; epoch += 1n) {
      const share = shares[Number(epoch % BigInt(shares.length))]!;
      state = advancePrice(rule, state, useAt(ask, offered, share));
    }
    return [x, until, BigInt(state.priceMicrograinsPerNcuS)];
  });
  return {
    columns: [
      { name: 'time', quantity: DURATION },
      { name: 'epoch', quantity: EPOCH_INDEX },
      { name: 'price', quantity: WORK_PRICE },
    ],
    rows,
    ...aboutPrice(ask.economy),
    notes: [
      `utilisation by turns: ${shares.join(', ')} ppm`,
      'epoch n: the price after n epochs of use; by the protocol it is charged one epoch later',
    ],
  };
}

export const LEASE: CurveKind = {
  name: 'lease',
  about: 'What holding capacity costs: the idle surcharge over utilisation, opening fee and bond.',
  variables: {
    utilisation: { ...utilisation, isSequence: false },
    reserved: { quantity: WORK, about: 'the whole lease', assumed: NODE_WORK },
    idle: { quantity: WORK, about: 'of it, unused', assumed: NODE_WORK },
    price: { quantity: WORK_PRICE, about: 'of the lease', assumed: WORK_PRICE_NOW },
  },
  axes: ['utilisation', 'idle'],
  draw: drawLease,
};

function drawLease(ask: Ask): Drawing {
  const rule: LeaseRule = { ...ask.economy.leases, consumerSharePpm: ask.nodeClass.consumerCapPpm };
  const rows = ask.xs.map((x): Cell[] => {
    const price = ask.number('price', x) as LeasePrice;
    const share = ask.number('utilisation', x) as Ppm;
    const use = { passedNcuMs: ask.number('idle', x) as NcuMs, usedNcuMs: 0 as NcuMs };
    const terms = { reservedNcuMs: ask.number('reserved', x) as NcuMs, priceMicrograinsPerNcuS: price };
    const { openingFeeGrains, bond } = openLease(rule, terms);
    const surcharge = idleSurchargeGrains(rule, price, use, share);
    return [
      x,
      BigInt(idleSurchargePpm(rule, share)),
      BigInt(surcharge),
      BigInt(openingFeeGrains),
      BigInt(bond.lockedGrains),
    ];
  });
  return {
    columns: [
      { name: ask.x, quantity: ask.x === 'idle' ? WORK : SHARE },
      { name: 'idle_surcharge', quantity: SHARE },
      credits('surcharge'),
      credits('opening_fee'),
      credits('lease_bond'),
    ],
    rows,
    formulas: [
      'h = h0 max(0, (U - from) / (1 - from)); surcharge = idle work * price * h; fee and bond are shares of the lease',
    ],
    source: 'holding cost p + h p (1 - use): hoarding pays at most for a share (1 + h) elasticity / 2 of the market',
    rounding: 'up',
    notes: [`class ${ask.nodeClass.name}: a consumer holds at most ${rule.consumerSharePpm} ppm of it`],
    plotted: ask.x === 'utilisation' ? ['idle_surcharge'] : ['surcharge'],
  };
}

type LeasePrice = Parameters<typeof idleSurchargeGrains>[1];

export const RESERVE: CurveKind = {
  name: 'reserve',
  about: "The credit's cover, what a credit pays, and how minting slows: over a fall of the token, or over coverage.",
  variables: {
    coverage: { quantity: SHARE, about: 'assets that count over credits outstanding', assumed: null },
    shock: {
      quantity: SHARE,
      about: "fall of the token's price",
      most: MILLION,
      assumed: () => ({ value: 0n, from: 'no shock' }),
    },
    stable: {
      quantity: CREDITS,
      about: 'stable assets',
      assumed: () => ({ value: 1_000_000_000n, from: 'as much as is outstanding' }),
    },
    tokens: { quantity: TOKENS, about: 'work tokens posted', assumed: () => ({ value: 0n, from: 'none' }) },
    outstanding: {
      quantity: CREDITS,
      about: 'credits that may be redeemed',
      assumed: () => ({ value: 1_000_000_000n, from: 'for scale' }),
    },
    price: { quantity: TOKEN_PRICE, about: 'of the token, before the shock', assumed: TOKEN_PRICE_NOW },
  },
  axes: ['coverage', 'shock'],
  draw: drawReserve,
};

const COVERAGES = {
  full: 'full: coverage = stable / outstanding; posted tokens count nothing',
  mixed: 'mixed: coverage = (stable + tokens price (1 - haircut)) / outstanding, as far as stable keeps its share',
  'mint-backed': 'mint-backed: coverage = (stable + tokens price (1 - haircut)) / outstanding',
} as const;

function drawReserve(ask: Ask): Drawing {
  const { reserve: rule } = ask.economy;
  const rows = ask.xs.map((x): Cell[] => {
    const coverage = ask.x === 'coverage' ? x : coverageAt(ask, x);
    const pace = mintPace(rule.throttle, coverage);
    const isWhole = rule.kind === 'mint-backed' || coverage === null || coverage > MILLION;
    const paid = isWhole ? MILLION : coverage;
    return [
      x,
      ...(ask.x === 'shock' ? [coverage] : []),
      paid,
      pace.kind,
      pace.kind === 'halted' ? null : BigInt(pace.waitSeconds) * 1_000n,
    ];
  });
  return {
    columns: [
      { name: ask.x, quantity: SHARE },
      ...(ask.x === 'shock' ? [{ name: 'coverage', quantity: SHARE }] : []),
      { name: 'redeemed_at', quantity: SHARE },
      { name: 'minting', quantity: null },
      { name: 'mint_wait', quantity: DURATION },
    ],
    rows,
    formulas: [
      COVERAGES[rule.kind],
      rule.kind === 'mint-backed'
        ? 'redeemed at 1 in tokens, minted where those paid in do not reach'
        : 'redeemed at min(1, coverage), pro rata',
      'wait = min growth^steps below the warning line, halted at the halt line',
    ],
    source: "full reserve; the throttle is Akash's circuit breaker",
    rounding: 'down',
    notes: [`warning line ${rule.throttle.warnPpm} ppm, halt ${rule.throttle.haltPpm} ppm`],
    plotted: ['redeemed_at'],
  };
}

function coverageAt(ask: Ask, x: bigint): bigint | null {
  const reserve: Reserve = {
    stableGrains: ask.value('stable', x),
    tokenGrains: ask.value('tokens', x),
    outstandingGrains: ask.value('outstanding', x),
  };
  const shock = ask.number('shock', x);
  const price = ask.value('price', x);
  const { reserve: rule } = ask.economy;
  return (shock === 0 ? coverageOf(rule, reserve, price) : stressedCoverage(rule, reserve, price, shock)).coveragePpm;
}

export const BONDING_CURVE: CurveKind = {
  name: 'bonding-curve',
  about: 'The bootstrap market: tokens for a deposit, or what tokens sell for.',
  variables: {
    deposit: { quantity: CREDITS, about: 'paid in', assumed: null },
    sold: { quantity: TOKENS, about: 'sold to the curve', assumed: null },
    supply: { quantity: TOKENS, about: "the curve's tokens before", assumed: null },
    reserve: { quantity: CREDITS, about: "the curve's reserve before", assumed: null },
  },
  axes: ['deposit', 'sold'],
  draw: drawBondingCurve,
};

function drawBondingCurve(ask: Ask): Drawing {
  const rule = ask.economy.bondingCurve;
  if (rule === null) throw curveRefusal('CURVE-NONE', 'bondingCurve', 'an economy with a bonding curve', 'none');
  const isBuying = ask.x === 'deposit';
  const rows = ask.xs.map((x): Cell[] => {
    const pool = { supplyGrains: ask.value('supply', x), reserveGrains: ask.value('reserve', x) };
    if (rule.kind === 'bonding-curve') {
      const trade = isBuying ? buyOnCurve(rule, pool, x) : sellOnCurve(rule, pool, x);
      return [x, trade.grains, trade.taxGrains, isDry(trade.pool) ? null : curvePriceMicrograinsUp(rule, trade.pool)];
    }
    const trade = isBuying ? buyAugmented(rule, pool, x) : sellAugmented(rule, pool, x);
    return [
      x,
      trade.grains,
      trade.tributeGrains,
      isDry(trade.pool) ? null : augmentedPriceMicrograinsUp(rule, trade.pool),
    ];
  });
  return {
    columns: [
      { name: ask.x, quantity: isBuying ? CREDITS : TOKENS },
      isBuying ? { name: 'bought', quantity: TOKENS } : credits('paid_out'),
      credits('tax'),
      { name: 'price_after', quantity: TOKEN_PRICE },
    ],
    rows,
    formulas: [
      rule.kind === 'bonding-curve'
        ? 'buy supply ((1 + deposit / reserve)^ratio - 1); sell reserve (1 - (1 - tokens / supply)^(1 / ratio))'
        : 'supply^kappa / reserve is constant; price kappa reserve / supply',
    ],
    source: rule.kind === 'bonding-curve' ? 'Bancor' : 'augmented bonding curve',
    rounding: 'against the one who trades; taxes and prices up',
    notes: [],
    plotted: [isBuying ? 'bought' : 'paid_out'],
  };
}

function isDry({ supplyGrains, reserveGrains }: { supplyGrains: bigint; reserveGrains: bigint }): boolean {
  return supplyGrains === 0n || reserveGrains === 0n;
}

function credits(name: string): Column {
  return { name, quantity: CREDITS };
}
