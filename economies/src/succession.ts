import type { PoolRule, SupplyRule, SupplyStream } from '@stannary/kernel';
import { cborOf, encodeCbor, toHex } from '@stannary/wire';
import type { EconomyProfile } from './catalogue/economy.ts';
import { checkSums } from './check.ts';
import type { Refuse } from './check-rules.ts';
import { EconomyRefusal } from './refusal.ts';
import { nodeAt, type SourceMap, shownNode } from './source.ts';

/** A version of an economy, as far as the next one has to go on from it. */
interface Version {
  readonly economy: EconomyProfile;
  readonly source: SourceMap;
}

/**
 * A network that runs under one version has nodes, faults, tokens on their way and curves half run off, and all of them
 * outlive it. What has no meaning under the next version is refused here, when the file is read, and not in the night of
 * the change.
 * @throws EconomyRefusal ECONOMY-VERSION-STATE, ECONOMY-SUMS
 */
export function checkSuccession({ economy: before }: Version, { economy: after, source }: Version): void {
  const refuse: Refuse = (code, path, expected, got) => {
    const node = nodeAt(source, path) ?? source;
    return new EconomyRefusal(code, `${node.place} ${path}`, expected, got ?? shownNode(node));
  };
  checkNames('classes', before.classes, after.classes, refuse);
  checkNames('resources', before.resources, after.resources, refuse);
  checkStreams(before.supply.streams, after.supply.streams, refuse);
  checkFirstPrices(before, after, refuse);
}

interface Named {
  readonly name: string;
}

/** Nodes stay registered in their class, and late usage names the meters of its own epoch. */
function checkNames(path: string, before: readonly Named[], after: readonly Named[], refuse: Refuse): void {
  const gone = before.find(({ name }) => !after.some((one) => one.name === name));
  if (gone === undefined) return;
  const expected = `${gone.name} to stay: what is there under the version before still names it`;
  throw refuse('ECONOMY-VERSION-STATE', `${path}`, expected, 'nothing');
}

function checkStreams(before: readonly SupplyStream[], after: readonly SupplyStream[], refuse: Refuse): void {
  for (const stream of before) {
    const path = `supply.streams.${stream.name}`;
    const next = after.find(({ name }) => name === stream.name);
    if (next === undefined) checkGone(stream, before, after, refuse);
    else if (curveOf(next.rule) !== curveOf(stream.rule)) {
      const expected = `the curve that has begun, ${poolOf(stream.rule).kind}; another is another stream`;
      throw refuse('ECONOMY-VERSION-STATE', path, expected, poolOf(next.rule).kind);
    }
  }
}

/** The same curve under a new name would begin again from its start; and what settled work is owed is still to be minted. */
function checkGone(
  stream: SupplyStream,
  before: readonly SupplyStream[],
  after: readonly SupplyStream[],
  refuse: Refuse,
): void {
  if (poolOf(stream.rule).kind === 'burn-mint') {
    const expected = `${stream.name} to stay: it owes settled work its mint; its share may fall`;
    throw refuse('ECONOMY-VERSION-STATE', 'supply.streams', expected, 'nothing');
  }
  const added = after.filter(({ name }) => !before.some((one) => one.name === name));
  const again = added.find(({ rule }) => curveOf(rule) === curveOf(stream.rule));
  if (again === undefined) return;
  const expected = `the name ${stream.name}, under which its curve has begun`;
  throw refuse('ECONOMY-VERSION-STATE', `supply.streams.${again.name}`, expected, again.name);
}

/** What makes a stream go on where it is: of a curve everything, of what looks at the network its kind and its interval. */
function curveOf(rule: SupplyRule): string {
  const pool = poolOf(rule);
  switch (pool.kind) {
    case 'fixed':
    case 'halving':
    case 'exponential':
    case 'baseline':
      return toHex(encodeCbor(cborOf(pool)));
    default:
      return `${pool.kind} ${'intervalSeconds' in pool ? pool.intervalSeconds : ''}`;
  }
}

function poolOf(rule: SupplyRule): PoolRule {
  return rule.kind === 'work-capped' ? rule.of : rule;
}

/** The first two epochs of a version have prices that the one before has fixed, up to its cap. */
function checkFirstPrices(before: EconomyProfile, after: EconomyProfile, refuse: Refuse): void {
  const capMicrograinsPerNcuS = Math.max(
    before.price.capMicrograinsPerNcuS,
    after.price.capMicrograinsPerNcuS,
  ) as EconomyProfile['price']['capMicrograinsPerNcuS'];
  checkSums({ ...after, price: { ...after.price, capMicrograinsPerNcuS } }, refuse);
}
