import type { Economy, NodeClass } from '@stannary/kernel';
import { bondNeeded, revenueMax } from './bond-needed.ts';
import type { Assumption } from './curve.ts';

// What curves and estimates take of the economy itself where nothing is given.

type Assumed = (economy: Economy) => Assumption;

const MILLION = 1_000_000n;

export const NODES: Assumed = ({ assumptions }) => ({ value: BigInt(assumptions.nodes), from: 'assumptions.nodes' });

export const NODE_CAPACITY: Assumed = ({ assumptions }) => ({
  value: BigInt(assumptions.nodeNcu) * 1_000n,
  from: 'assumptions.nodeNcu',
});

export const UTILISATION: Assumed = ({ assumptions }) => ({
  value: BigInt(assumptions.utilisationPpm),
  from: 'assumptions.utilisation',
});

export const WORK_PRICE_NOW: Assumed = ({ price }) => ({
  value: BigInt(price.initialMicrograinsPerNcuS),
  from: 'price.initial',
});

export const TOKEN_PRICE_NOW: Assumed = ({ oracle }) => ({
  value: BigInt(oracle.priceMicrograins),
  from: 'oracle.price',
});

/** Of the assumed node: what its class asks at the first price, in tokens. */
export const BOND_REQUIRED = (economy: Economy, { bond, name }: NodeClass): Assumption => {
  const revenue = revenueMax(economy, NODE_CAPACITY(economy).value, WORK_PRICE_NOW(economy).value);
  const tokenPrice = TOKEN_PRICE_NOW(economy).value;
  const { tokensGrains } = bondNeeded(bond, { revenue, gain: revenue, harm: 0n, tokenPrice });
  return { value: BigInt(tokensGrains), from: `what class ${name} asks of an assumed node` };
};

/** What all assumed nodes could do in one epoch. */
export const NETWORK_WORK: Assumed = ({ assumptions, cadence }) => ({
  value: BigInt(assumptions.nodes) * BigInt(assumptions.nodeNcu) * BigInt(cadence.epochMs),
  from: 'assumptions: nodes, each of nodeNcu, for an epoch',
});

/** Capacity of all assumed nodes, milli-NCU: what settlement takes for the network's power. */
export const NETWORK_POWER: Assumed = (economy) => ({
  value: NODES(economy).value * NODE_CAPACITY(economy).value,
  from: 'assumptions: milli-NCU of all nodes',
});

/** What one assumed node does in an epoch. */
export const NODE_WORK: Assumed = ({ assumptions, cadence }) => ({
  value: (BigInt(assumptions.nodeNcu) * BigInt(cadence.epochMs) * BigInt(assumptions.utilisationPpm)) / MILLION,
  from: 'assumptions: nodeNcu at its utilisation for an epoch',
});

/** What the assumed network charges in an epoch, in the supply's units, rounded up. */
export const NETWORK_FEES: Assumed = (economy) => {
  const work = (NETWORK_WORK(economy).value * UTILISATION(economy).value) / MILLION;
  const micrograins = work * WORK_PRICE_NOW(economy).value;
  const charged = (micrograins + MICROGRAINS_NCU_MS - 1n) / MICROGRAINS_NCU_MS;
  return {
    value: charged * BigInt(economy.supply.unitsPerGrain),
    from: 'assumptions: nodes at their utilisation and the first price',
  };
};

/** Micrograins per NCU·s times NCU·ms to the grain. A whole network's charge may pass 2^53, where a node's cannot. */
const MICROGRAINS_NCU_MS = 1_000_000_000n;
