import type { NodeClass } from '../economy/classes.ts';
import type { Era, Grains } from '../numbers/quantities.ts';
import type {
  ChargeLine,
  EconomyState,
  EraAmounts,
  EraColumns,
  NodeLine,
  NodeState,
  NodeTable,
  Statement,
} from './epoch.ts';
import { type Column, cellAt, column, reorderedTable, rowOf, rowsOf } from './table.ts';

// Rows of the state's and the statement's tables, for those who look at single ones.

const NO_LISTS = { usual: [], at: [], values: [] };

export const NO_NODES: NodeTable = {
  length: 0,
  columns: {
    nodeId: [],
    operator: [],
    className: [],
    milliNcu: [],
    bondGrains: [],
    band: [],
    bondRequiredGrains: [],
    joinedEpoch: [],
    status: [],
    reputation: { successPpm: [], failurePpm: [] },
    liveness: { successPpm: [], failurePpm: [] },
    consecutiveValid: [],
    convictedOf: NO_LISTS,
    held: NO_LISTS,
    vesting: NO_LISTS,
  },
  holdback: { eras: [], creditsGrains: [], tokensGrains: [] },
};

/** A state's node. */
export function nodeState({ nodes }: Pick<EconomyState, 'nodes'>, nodeId: string): NodeState | undefined {
  const index = nodeIndex(nodes.columns.nodeId).get(nodeId);
  return index === undefined ? undefined : nodeStateAt(nodes, index);
}

/** All nodes of a state. */
export function nodeStates({ nodes }: Pick<EconomyState, 'nodes'>): NodeState[] {
  return Array.from({ length: nodes.length }, (_, index) => nodeStateAt(nodes, index));
}

/** A statement's line of a node. */
export function nodeLine({ nodes }: Pick<Statement, 'nodes'>, nodeId: string): NodeLine | undefined {
  const index = nodeIndex(nodes.columns.nodeId).get(nodeId);
  return index === undefined ? undefined : rowOf(nodes, index);
}

/** All node lines of a statement. */
export function nodeLines({ nodes }: Pick<Statement, 'nodes'>): NodeLine[] {
  return rowsOf(nodes);
}

/** All charges of a statement. */
export function chargeLines({ charges }: Pick<Statement, 'charges'>): ChargeLine[] {
  return rowsOf(charges);
}

/** The table of a list of nodes. */
export function nodeTable(nodes: readonly NodeState[]): NodeTable {
  const order = nodes.map((_, index) => -1 - index);
  return withNodes(NO_NODES, order, nodes);
}

/** Nodes by an order, as `reorderedTable`. */
export function withNodes(nodes: NodeTable, order: readonly number[], added: readonly NodeState[]): NodeTable {
  const { eras, creditsGrains, tokensGrains } = nodes.holdback;
  const table = reorderedTable(nodes, order, added);
  const known = new Set(eras);
  for (const { holdback } of added) for (const { era } of holdback) known.add(era);
  const all = [...known].sort((x, y) => x - y);
  const amounts = (era: Era, columns: readonly Column<Grains>[], field: 'creditsGrains' | 'tokensGrains') => {
    const own = columns[eras.indexOf(era)] ?? [0 as Grains];
    return column(order.map((from) => (from < 0 ? amountOf(added[-1 - from]!, era, field) : cellAt(own, from))));
  };
  const holdback: EraColumns = {
    eras: all,
    creditsGrains: all.map((era) => amounts(era, creditsGrains, 'creditsGrains')),
    tokensGrains: all.map((era) => amounts(era, tokensGrains, 'tokensGrains')),
  };
  return { ...table, holdback };
}

export function nodeStateAt(nodes: NodeTable, index: number): NodeState {
  return { ...rowOf(nodes, index), holdback: holdbackAt(nodes, index) };
}

/** One entry an era in which the node earned anything that it still has. */
function holdbackAt({ holdback: { eras, creditsGrains, tokensGrains } }: NodeTable, index: number): EraAmounts[] {
  return eras
    .map((era, at) => ({
      era,
      creditsGrains: cellAt(creditsGrains[at]!, index),
      tokensGrains: cellAt(tokensGrains[at]!, index),
    }))
    .filter((entry) => entry.creditsGrains > 0 || entry.tokensGrains > 0);
}

const indexes = new WeakMap<Column<string>, ReadonlyMap<string, number>>();

/** Row by nodeId. Known as long as the column is: while no node joins, states and statements have the same one. */
export function nodeIndex(nodeIds: Column<string>): ReadonlyMap<string, number> {
  let index = indexes.get(nodeIds);
  if (index !== undefined) return index;
  index = indexed(nodeIds);
  indexes.set(nodeIds, index);
  return index;
}

function indexed(nodeIds: Column<string>): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  // Half the time of a map made of a hundred thousand pairs.
  for (let row = 0; row < nodeIds.length; row += 1) index.set(nodeIds[row]!, row);
  return index;
}

function amountOf({ holdback }: NodeState, era: Era, field: 'creditsGrains' | 'tokensGrains'): Grains {
  return holdback.find((entry) => entry.era === era)?.[field] ?? (0 as Grains);
}

interface OperatorNumbers {
  readonly classOf: Int32Array;
  readonly operatorOf: Int32Array;
  readonly count: number;
}

const numbered = new WeakMap<
  Column<string>,
  { readonly className: Column<string>; readonly classes: readonly NodeClass[]; readonly numbers: OperatorNumbers }
>();

/** One number a class, and one for each operator within it. Known as long as the columns are. */
export function operatorNumbers(
  classes: readonly NodeClass[],
  { operator, className, nodeId }: NodeTable['columns'],
): OperatorNumbers {
  const known = numbered.get(operator);
  if (known?.className === className && known.classes === classes) return known.numbers;
  const numbers = numberOperators(classes, operator, className, nodeId.length);
  numbered.set(operator, { className, classes, numbers });
  return numbers;
}

function numberOperators(
  classes: readonly NodeClass[],
  operator: Column<string>,
  className: Column<string>,
  length: number,
): OperatorNumbers {
  const byClass = new Map(classes.map(({ name }, index) => [name, { index, numbers: new Map<string, number>() }]));
  const classOf = new Int32Array(length);
  const operatorOf = new Int32Array(length);
  let count = 0;
  for (let node = 0; node < length; node += 1) {
    const { index, numbers } = byClass.get(cellAt(className, node))!;
    let number = numbers.get(cellAt(operator, node));
    if (number === undefined) {
      number = count++;
      numbers.set(cellAt(operator, node), number);
    }
    classOf[node] = index;
    operatorOf[node] = number;
  }
  return { classOf, operatorOf, count };
}
