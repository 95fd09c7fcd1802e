import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviationLeft } from '@stannary/kernel';
import { meteringInflation } from './attacks/metering-inflation.ts';
import { washUsage } from './attacks/wash-usage.ts';
import type { EpochFigures, EraFigures, Observer } from './observers/observer.ts';
import type { Scenario, TokenPriceModel } from './scenario/scenario.ts';
import { type SettlementTwin, Simulation, type SimulationOptions } from './simulation.ts';
import {
  assertWithin,
  bandedAndCovering,
  economyWith,
  momentsOf,
  oneClass,
  pricedByResource,
  reference,
  refused,
  smallWorld,
} from './world.fixture.ts';

const lively: Partial<Scenario> = {
  horizonEpochs: 12 * 24,
  token: {
    kind: 'pool',
    creditsGrains: 1e12,
    tokensGrains: 1e12,
    feePpm: 3_000,
    speculators: { trend: 0.1, value: 0.01, fairMicrograins: 1_000_000, noise: 0.002 },
    burnBuysShare: 1,
  },
  network: { latencyMs: 1_000, lossShare: 0.01, meterNoise: 0.01 },
  shocks: [
    { kind: 'demand', atEpoch: 30, epochs: 50, factor: 3 },
    { kind: 'operator-outage', atEpoch: 40, epochs: 10 },
    { kind: 'node-loss', atEpoch: 60, epochs: 40, share: 0.2 },
    { kind: 'token-price', atEpoch: 70, epochs: 24, factor: 0.4 },
    { kind: 'oracle-freeze', atEpoch: 80, epochs: 5 },
    { kind: 'redemption', atEpoch: 90, share: 0.3 },
    { kind: 'challenge-cost', atEpoch: 0, epochs: 500, factor: 20 },
    { kind: 'lazy-verifiers', atEpoch: 10, epochs: 100, share: 0.4 },
  ],
};
const options: SimulationOptions = { run: 2, attacks: [{ attack: meteringInflation, parameters: { nodes: 4 } }] };

/** Every number of every epoch, as it was shown. */
function recorder(): Observer & { readonly epochs: EpochFigures[] } {
  const epochs: EpochFigures[] = [];
  return { epochs, epoch: (figures) => void epochs.push({ ...figures }) };
}

test('a split run is the whole run, bit for bit, wherever it is split', () => {
  const scenario = smallWorld(reference, 80, lively);
  const whole = new Simulation(reference, scenario, options).advance();
  for (const split of [1, 24, 85, 200]) {
    const first = new Simulation(reference, scenario, options).advance(split);
    const checkpoint = first.checkpoint();
    first.advance(3);
    const resumed = new Simulation(reference, scenario, options).restore(checkpoint).advance();
    assert.deepEqual(resumed.checkpoint(), whole.checkpoint());
  }
});

test('a split run is the whole run with prices by resource, bands and emission for being there', () => {
  for (const economy of [pricedByResource, bandedAndCovering]) {
    const scenario = smallWorld(economy, 40, { ...lively, horizonEpochs: 80 });
    const ranked = { ...scenario, providers: scenario.providers.map((one) => ({ ...one, meanBand: 0.7 })) };
    const whole = new Simulation(economy, ranked, options).advance();
    const checkpoint = new Simulation(economy, ranked, options).advance(31).checkpoint();
    const resumed = new Simulation(economy, ranked, options).restore(checkpoint).advance();
    assert.deepEqual(resumed.checkpoint(), whole.checkpoint());
  }
});

test('a run is the same whatever ran before it, and another run is another world', () => {
  const scenario = smallWorld(reference, 40, { horizonEpochs: 48 });
  const first = new Simulation(reference, scenario, { run: 1 }).advance();
  const other = new Simulation(reference, scenario, { run: 2 }).advance();
  const again = new Simulation(reference, scenario, { run: 1 }).advance();
  assert.deepEqual(again.checkpoint(), first.checkpoint());
  assert.notDeepEqual(other.summary.sums, first.summary.sums);
});

test('an attacker of one node leaves everybody else’s draws alone', () => {
  const scenario = smallWorld(reference, 40, { horizonEpochs: 30 });
  const alone = new Simulation(reference, scenario).advance();
  const verification = { ...scenario.verification, lazyShare: 1 };
  const joined = new Simulation(
    reference,
    { ...scenario, verification },
    {
      attacks: [{ attack: meteringInflation, parameters: { nodes: 1 } }],
    },
  ).advance();
  const of = (simulation: Simulation) =>
    simulation.population.groups
      .filter(({ cohort }) => cohort === null)
      .map(({ from, to }) => {
        const { work } = simulation.books.columns.nodes;
        const { cost } = simulation.population.columns;
        return { up: Array.from(work.subarray(from, to), (one) => one > 0), cost: [...cost.subarray(from, to)] };
      });
  assert.deepEqual(of(joined), of(alone));
});

test('money adds up through shocks, faults, entries and exits', () => {
  const seen = recorder();
  const providers = smallWorld(reference, 80).providers.map((one, index) => ({
    ...one,
    cost: { ...one.cost, revenueShare: index === 0 ? 1.4 : 0.4 },
    entry: { sharePerEra: 0.2, marginMin: 0.1 },
  }));
  const scenario = smallWorld(reference, 80, { ...lively, horizonEpochs: 28 * 24, providers });
  const simulation = new Simulation(reference, scenario, { ...options, observers: [seen] }).advance();
  const { ledger, bondTotals } = simulation;
  const sum = (of: (figures: EpochFigures) => number) => seen.epochs.reduce((all, one) => all + of(one), 0);
  assert.equal(
    Number(ledger.chargedCredits),
    sum((one) => one.chargedGrains),
  );
  assert.equal(
    Number(ledger.emittedTokens),
    sum((one) => one.emissionGrains),
  );
  assert.ok(simulation.summary.sums.convictions > 0 && simulation.idFeesGrains > 0 && bondTotals.slashed > 0);
  assert.ok(bondTotals.returned > 0, 'those who left have their bonds back');
  assert.ok(simulation.mintedGrains <= BigInt(reference.supply.limits.capGrains));
  const { lostNcuMs, usedNcuMs } = simulation.summary.sums;
  assert.ok(Math.abs(lostNcuMs / (lostNcuMs + usedNcuMs) - 0.01) < 0.005, 'a hundredth of all reports is lost');
});

test('the price finds its target, and the last of a shock fades as the linearised rule says', () => {
  const seen = recorder();
  const { classes, supply } = oneClass();
  const economy = economyWith({ classes, supply });
  const demand = { ...smallWorld(economy, 200).demand, noise: 0 };
  const providers = smallWorld(economy, 200).providers.map((one) => ({
    ...one,
    availability: 1,
    cost: { ...one.cost, revenueShare: 0.1 },
    entry: { sharePerEra: 0, marginMin: 1 },
  }));
  const shocks = [{ kind: 'demand', atEpoch: 0, epochs: 1_000, factor: 1.3 }] as const;
  const scenario = smallWorld(economy, 200, { horizonEpochs: 120, demand, providers, shocks });
  new Simulation(economy, scenario, { observers: [seen] }).advance();
  const settled = 1.3 * economy.price.initialMicrograinsPerNcuS;
  const deviation = seen.epochs.map(({ priceMicrograinsPerNcuS }) =>
    Math.abs(Math.log(priceMicrograinsPerNcuS / settled)),
  );
  const perEpoch = (deviation[90]! / deviation[60]!) ** (1 / 30);
  const gain = economy.price.kind === 'rational-step' ? economy.price.gainPpm / 1e6 : Number.NaN;
  assert.ok(Math.abs(perEpoch - deviationLeft(gain, 1, 2)) < 0.005, `${perEpoch}`);
  assert.ok(Math.abs(seen.epochs.at(-1)!.utilisation - 0.7) < 0.001);
});

function tokenPrices(
  token: TokenPriceModel,
  horizonEpochs: number,
  run = 0,
  shocks: Scenario['shocks'] = [],
): number[] {
  const seen = recorder();
  const scenario = smallWorld(reference, 4, { token, horizonEpochs, shocks });
  new Simulation(reference, scenario, { run, observers: [seen] }).advance();
  return seen.epochs.map(({ tokenMicrograins }) => tokenMicrograins);
}

test('a geometric token price has the drift and the volatility that it was given, jumps and all', () => {
  const token = {
    kind: 'geometric',
    initialMicrograins: 1e9,
    driftPerYear: 0.5,
    volatilityPerYear: 0.8,
    jumps: { perYear: 500, mean: -0.02, deviation: 0.03 },
  } as const;
  const days = 8_760 / 24;
  const moves: number[] = [];
  for (let run = 0; run < 20; run += 1) {
    const prices = tokenPrices(token, 20 * 24, run);
    for (let at = 24; at < prices.length; at += 24) moves.push(prices[at]! / prices[at - 24]!);
  }
  assertWithin('daily growth', momentsOf(moves), Math.exp(0.5 / days));
  const logarithms = momentsOf(moves.map(Math.log));
  const variance = (0.8 ** 2 + 500 * (0.02 ** 2 + 0.03 ** 2)) / days;
  assert.ok(Math.abs(logarithms.variance / variance - 1) < 0.25, `${logarithms.variance} of ${variance}`);
});

test('a given token price is that, and a shock multiplies it', () => {
  const token = { kind: 'series', micrograins: { values: [1_000, 2_000, 3_000], epochsPerValue: 2 } } as const;
  assert.deepEqual(tokenPrices(token, 7), [1_000, 1_000, 2_000, 2_000, 3_000, 3_000, 3_000]);
  const halved = tokenPrices(token, 8, 0, [{ kind: 'token-price', atEpoch: 5, epochs: 1, factor: 0.5 }]);
  assert.deepEqual(halved.slice(5), [3_000, 1_500, 1_500]);
});

test('a pool’s token price falls when providers sell, and keeps its fair value when speculators know it', () => {
  const pool = {
    kind: 'pool',
    creditsGrains: 1e9,
    tokensGrains: 1e9,
    feePpm: 3_000,
    speculators: { trend: 0, value: 0, fairMicrograins: 1_000_000, noise: 0 },
    burnBuysShare: 0,
  } as const;
  const economy = economyWith({ cadence: { holdbackEras: 1 } });
  const last = (token: TokenPriceModel) => {
    const seen = recorder();
    const scenario = smallWorld(economy, 50, { token, horizonEpochs: 10 * 24 });
    new Simulation(economy, scenario, { observers: [seen] }).advance();
    return seen.epochs.at(-1)!.tokenMicrograins;
  };
  const sold = last(pool);
  assert.ok(sold < 900_000, `${sold}`);
  assert.ok(last({ ...pool, burnBuysShare: 1 }) > sold);
  assert.ok(last({ ...pool, speculators: { ...pool.speculators, value: 0.2 } }) > 970_000);
});

const QUIET: readonly (readonly [string, Partial<Scenario>])[] = [
  ['no nodes', { providers: [] }],
  ['one node', { providers: smallWorld(reference, 1).providers.slice(-1) }],
  ['no demand', { demand: { ...smallWorld(reference, 9).demand, utilisation: 0 } }],
  ['demand beyond all capacity', { demand: { ...smallWorld(reference, 9).demand, utilisation: 50 } }],
  ['nobody up', { providers: smallWorld(reference, 9).providers.map((one) => ({ ...one, availability: 0 })) }],
  ['a price that nobody pays', { demand: { ...smallWorld(reference, 9).demand, outsideMicrograinsPerNcuS: 1 } }],
];

for (const [name, changes] of QUIET) {
  test(`a defined result: ${name}`, () => {
    const scenario = smallWorld(reference, 9, { horizonEpochs: 48, ...changes });
    const { summary } = new Simulation(reference, scenario).advance();
    assert.ok(Object.values(summary.sums).every(Number.isFinite));
    const most = summary.moments('utilisation').most;
    assert.ok(Number.isNaN(most) || (most >= 0 && most <= 1));
    assert.ok(summary.moments('price').least >= reference.price.floorMicrograinsPerNcuS);
  });
}

test('refused: a checkpoint of another run (SIMULATION-CHECKPOINT)', () => {
  const scenario = smallWorld(reference, 4);
  const checkpoint = new Simulation(reference, scenario).checkpoint();
  const other = new Simulation(reference, scenario, { run: 1 });
  assert.throws(() => other.restore(checkpoint), refused('SIMULATION-CHECKPOINT'));
});

test('each resource finds its own price: where one is asked for less, the others stay', () => {
  const { price, classes } = pricedByResource;
  const scenario = smallWorld(pricedByResource, 60, { horizonEpochs: 120 });
  const demand = { ...scenario.demand, noise: 0, elasticity: 1 };
  const providers = scenario.providers.map((one) => ({
    ...one,
    availability: 1,
    cost: { ...one.cost, revenueShare: 0.1 },
    entry: { sharePerEra: 0, marginMin: 1 },
  }));
  const markets = new Simulation(pricedByResource, { ...scenario, demand, providers }).advance().checkpoint().markets!;
  // Half of the demand of `ai` at twice the price: it is asked for at its target from the start, and so is all else.
  assert.equal(markets.newest.length, 2);
  assert.ok(classes.some(({ name }) => name === 'ai'));
  for (const { className, state } of markets.newest) {
    const initial = className === null ? price.initialMicrograinsPerNcuS : 2 * price.initialMicrograinsPerNcuS;
    assert.ok(Math.abs(state.priceMicrograinsPerNcuS / initial - 1) < 0.001, `${className}`);
  }
  const elastic = { ...demand, outsideMicrograinsPerNcuS: Math.floor(1.5 * price.initialMicrograinsPerNcuS) };
  const left = new Simulation(pricedByResource, { ...scenario, demand: elastic, providers }).advance().checkpoint();
  const [common, ai] = left.markets!.newest;
  assert.ok(
    ai!.state.priceMicrograinsPerNcuS < 1.6 * price.initialMicrograinsPerNcuS,
    'too dear for anybody, it falls',
  );
  assert.ok(Math.abs(common!.state.priceMicrograinsPerNcuS / price.initialMicrograinsPerNcuS - 1) < 0.001);
});

test('whoever buys its own work offers it too, at the price of each resource as at the common one', () => {
  const scenario = smallWorld(pricedByResource, 60, { horizonEpochs: 48 });
  const offered: { all: number; parts: number }[] = [];
  const twin: SettlementTwin = {
    assign: () => {},
    settle: (_, { markets, offeredNcuMs }) => {
      const parts = markets!.uses.reduce((sum, use) => sum + use.offeredNcuMs, offeredNcuMs);
      offered.push({ all: 0, parts });
    },
  };
  const observer = {
    epoch: ({ offeredNcuMs }: EpochFigures) => {
      offered.at(-1)!.all = offeredNcuMs;
    },
  };
  const attacks = [{ attack: washUsage, parameters: { nodes: 60, load: 1 } }];
  new Simulation(pricedByResource, scenario, { attacks, twin, observers: [observer] }).advance();
  // Each class's part of each price is rounded down.
  for (const { all, parts } of offered) assert.ok(all - parts >= 0 && all - parts <= 20, `${all} and ${parts}`);
});

test('providers lose patience one by one: half of all demand gone for good makes no herd', () => {
  const prices: number[] = [];
  const eras: EraFigures[] = [];
  const shocks = [{ kind: 'demand', atEpoch: 120, epochs: 10_000, factor: 0.5 }] as const;
  const scenario = smallWorld(reference, 200, { horizonEpochs: 24 * 30, shocks });
  const observer = {
    epoch: ({ priceMicrograinsPerNcuS }: EpochFigures) => void prices.push(priceMicrograinsPerNcuS),
    era: (figures: EraFigures) => void eras.push(figures),
  };
  new Simulation(reference, scenario, { observers: [observer] }).advance();
  assert.ok(Math.max(...eras.map(({ exits }) => exits)) < 0.2 * 200, 'never a fifth in one era');
  const after = prices.filter((_, epoch) => epoch >= 120 && epoch % 24 === 0);
  assert.ok(Math.max(...after) <= 1.02 * after[0]!, 'nor does the price overshoot');
  const moves = after.slice(2).map((price, day) => Math.abs(Math.log(price / after[day + 1]!)));
  assert.ok(Math.max(...moves) < 0.15, `${moves}`);
});
