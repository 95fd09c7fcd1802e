import { type NodeLine, nodeLines, type Statement } from '@stannary/kernel';
import {
  type ChurnFit,
  type CostFit,
  type DemandFit,
  type DetectionFit,
  type ElasticityFit,
  type FitOptions,
  fitChurn,
  fitCost,
  fitDemand,
  fitDetection,
  fitElasticity,
} from './calibrate.ts';
import { ChurnCounter, type ChurnModel } from './churn.ts';
import { type Estimate, type NotShown, notShown, rateEstimate, shareEstimate } from './estimates.ts';
import { QuantileSample, type QuantileTable } from './quantiles.ts';
import { TraceRefusal } from './refusal.ts';
import { newTally } from './schemas.ts';

export interface CalibrateOptions extends FitOptions {
  readonly epochSeconds: number;
  /** Of the statements, for labels. Default: the economy's hash. */
  readonly source?: string;
}

/** What a running network's own statements tell of it. */
export interface Calibration {
  readonly source: string;
  readonly epochs: { readonly first: number; readonly last: number; readonly count: number };
  readonly demand: DemandFit | NotShown;
  readonly elasticity: ElasticityFit | NotShown;
  readonly churn: { readonly model: ChurnModel; readonly fit: ChurnFit | NotShown } | NotShown;
  readonly cost: {
    /** Lognormal over the prices at which nodes left: what they would not work for. */
    readonly atExit: CostFit | NotShown;
    /** The lowest price at which each node worked: its cost lies below. Micrograins per NCU·s. */
    readonly tolerated: QuantileTable | null;
  };
  readonly detection: {
    /** Audited work over all work: the chance that a unit of cheated work is looked at, where audits are drawn blindly. */
    readonly audited: DetectionFit | NotShown;
    /** Final faults per epoch and node that is up. */
    readonly faultsPerNodeEpoch: Estimate | NotShown;
    /** Of the faults that ended: what was proposed wrongly. */
    readonly reversedShare: Estimate | NotShown;
  };
}

/** What is kept of the statements: a few numbers an epoch and a node. */
interface Readings {
  readonly demand: number[];
  readonly prices: number[];
  readonly audits: { trials: number; caught: number }[];
  /** A node's lowest price at work, and whether it was up. */
  readonly nodes: Map<string, { lowestPrice: number; isUp: boolean }>;
  readonly exits: number[];
  readonly faults: { final: number; reversed: number };
  nodeEpochs: number;
}

/**
 * Estimates with intervals from a network's statements, given in the order of their epochs without a gap.
 * @throws TraceRefusal TRACE-EMPTY, TRACE-ORDER, TRACE-DUPLICATE, TRACE-GAP, TRACE-SERIES (another economy's statement)
 */
export async function calibrate(
  statements: Iterable<Statement> | AsyncIterable<Statement>,
  options: CalibrateOptions,
): Promise<Calibration> {
  const readings: Readings = {
    demand: [],
    prices: [],
    audits: [],
    nodes: new Map(),
    exits: [],
    faults: { final: 0, reversed: 0 },
    nodeEpochs: 0,
  };
  const sightings: { node: string; epoch: number; isUp: boolean }[] = [];
  let before: Statement | null = null;
  let first = 0;
  for await (const statement of statements) {
    if (before === null) first = statement.epoch;
    else checkNext(before, statement);
    read(statement, readings, sightings);
    before = statement;
  }
  if (before === null) throw new TraceRefusal('TRACE-EMPTY', 'statements', 'at least one', 'none');
  const source = options.source ?? `statements of ${before.economyHash}`;
  const confidence = options.confidence ?? 0.95;
  const { demand, prices, faults, nodeEpochs } = readings;
  return {
    source,
    epochs: { first, last: before.epoch, count: demand.length },
    demand: fitDemand(seriesOf(readings, source, first, options.epochSeconds), options),
    elasticity: fitElasticity(
      demand.map((quantity, index) => ({ quantity, price: prices[index]! })),
      options,
    ),
    churn: churnOf(sightings, source, { first, last: before.epoch }, options),
    cost: { atExit: fitCost(readings.exits, options), tolerated: toleratedPrices(readings, source) },
    detection: {
      audited: fitDetection(readings.audits, { ...options, together: true }),
      faultsPerNodeEpoch: rateEstimate(faults.final, nodeEpochs, confidence),
      reversedShare: shareEstimate(faults.reversed, faults.reversed + faults.final, confidence),
    },
  };
}

function checkNext(before: Statement, { epoch, economyHash }: Statement): void {
  const where = `statement of epoch ${epoch}`;
  const expected = `epoch ${before.epoch + 1}`;
  if (epoch === before.epoch) throw new TraceRefusal('TRACE-DUPLICATE', where, expected, 'the same epoch again');
  if (epoch < before.epoch) throw new TraceRefusal('TRACE-ORDER', where, expected, `epoch ${epoch}`);
  if (epoch > before.epoch + 1) throw new TraceRefusal('TRACE-GAP', where, expected, `epoch ${epoch}`);
  if (economyHash === before.economyHash) return;
  throw new TraceRefusal('TRACE-SERIES', where, `the economy ${before.economyHash}`, economyHash);
}

function read(
  statement: Statement,
  readings: Readings,
  sightings: { node: string; epoch: number; isUp: boolean }[],
): void {
  const { epoch, usedNcuMs, priceMicrograinsPerNcuS: price, faults } = statement;
  const nodes = nodeLines(statement);
  readings.demand.push(usedNcuMs / 1_000);
  readings.prices.push(price);
  const [work, audits] = nodes.reduce(([sum, audited], node) => [sum + node.ncuMs, audited + node.auditNcuMs], [0, 0]);
  readings.audits.push({ trials: (work + audits) / 1_000, caught: audits / 1_000 });
  for (const line of nodes) {
    const isUp = takesPart(line);
    const known = readings.nodes.get(line.nodeId);
    if (isUp) readings.nodeEpochs += 1;
    if (known?.isUp !== isUp) sightings.push({ node: line.nodeId, epoch, isUp });
    if (known?.isUp === true && !isUp && line.status === 'active') readings.exits.push(price);
    const worked = line.ncuMs > 0 ? price : Number.POSITIVE_INFINITY;
    readings.nodes.set(line.nodeId, { lowestPrice: Math.min(known?.lowestPrice ?? worked, worked), isUp });
  }
  for (const { stage } of faults) {
    if (stage === 'final') readings.faults.final += 1;
    if (stage === 'reversed') readings.faults.reversed += 1;
  }
}

/** A node that withdrew its bond has left, though the chain still knows it. */
function takesPart({ status, bondGrains, bondRequiredGrains }: NodeLine): boolean {
  return status === 'active' && (bondGrains > 0 || bondRequiredGrains === 0);
}

function seriesOf({ demand }: Readings, source: string, firstEpoch: number, epochSeconds: number) {
  const quantities = Float64Array.from(demand);
  const startSeconds = firstEpoch * epochSeconds;
  return { source, unit: 'NCU·s', epochSeconds, startSeconds, quantities, arrivals: quantities, tally: newTally() };
}

function churnOf(
  sightings: readonly { node: string; epoch: number; isUp: boolean }[],
  source: string,
  { first, last }: { readonly first: number; readonly last: number },
  { epochSeconds, confidence = 0.95, ...options }: CalibrateOptions,
): Calibration['churn'] {
  if (last === first) return notShown('one epoch shows no change');
  const epochs = last - first + 1;
  const counter = new ChurnCounter(first * epochSeconds, (last + 1) * epochSeconds, Math.min(20, epochs));
  for (const { node, epoch, isUp } of sightings) counter.see(node, epoch * epochSeconds, isUp);
  const model = counter.model(source, confidence, newTally());
  return { model, fit: fitChurn(model, { confidence, ...options }) };
}

function toleratedPrices({ nodes }: Readings, source: string): QuantileTable | null {
  const sample = new QuantileSample();
  for (const { lowestPrice } of nodes.values()) if (lowestPrice < Number.POSITIVE_INFINITY) sample.add(lowestPrice);
  return sample.count === 0 ? null : sample.table(`${source}: lowest price at work`, 'micrograins per NCU·s');
}
