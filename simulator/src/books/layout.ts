import { type Economy, type NodeClass, type SettlementColumns, settlementColumns } from '@stannary/kernel';

/** Nodes of one class lie together, and so do its operators. */
export interface ClassRange {
  readonly rule: NodeClass;
  readonly from: number;
  readonly to: number;
  readonly operatorsFrom: number;
  readonly operators: number;
}

/** The settlement's columns with the unvested amounts of one parity, and the same memory seen class by class. */
export interface Frame {
  readonly columns: SettlementColumns;
  readonly byClass: readonly SettlementColumns[];
}

/**
 * Two sets of columns over one memory, which differ in what is before and after the epoch: the epoch's results are the
 * next one's start without a copy. Where work is charged as it counts, in every class without bands and at one price, the two share a column.
 */
export function turningColumns(
  ranges: readonly ClassRange[],
  nodes: number,
  operators: number,
  linesPerNode: number,
): readonly [SettlementColumns, SettlementColumns] {
  const made = settlementColumns(nodes * linesPerNode, nodes, ranges.length, operators);
  for (const { from, to } of ranges) {
    for (let node = from; node < to; node += 1) {
      made.lines.node.fill(node - from, node * linesPerNode, (node + 1) * linesPerNode);
    }
  }
  const isBanded = ranges.some(({ rule }) => rule.bands !== null);
  const work = isBanded || linesPerNode > 1 ? made.nodes.work : made.lines.ncuMs;
  const even: SettlementColumns = { ...made, nodes: { ...made.nodes, work } };
  const { openCredits, openTokens, openCreditsAfter, openTokensAfter } = even.nodes;
  const turned = {
    openCredits: openCreditsAfter,
    openTokens: openTokensAfter,
    openCreditsAfter: openCredits,
    openTokensAfter: openTokens,
  };
  return [even, { ...even, nodes: { ...even.nodes, ...turned } }];
}

/**
 * Each class is settled on its own range, up to its last node that ever entered: the kernel's loops then pass over a node
 * once, not once a class, and never over an empty place.
 */
export function frameOf(columns: SettlementColumns, ranges: readonly ClassRange[], ends: readonly number[]): Frame {
  return { columns, byClass: ranges.map((range, index) => classView(columns, range, index, ends[index]!)) };
}

/** `classOf` stays zero everywhere: in its own view each class is the first. Operators are numbered within the class. */
function classView(columns: SettlementColumns, range: ClassRange, index: number, end: number): SettlementColumns {
  const { from, operatorsFrom, operators } = range;
  const linesPerNode = columns.nodes.work.length === 0 ? 1 : columns.lines.node.length / columns.nodes.work.length;
  return {
    lines: between(columns.lines, from * linesPerNode, end * linesPerNode),
    nodes: between(columns.nodes, from, end),
    classes: between(columns.classes, index, index + 1),
    operatorWeight: columns.operatorWeight.subarray(operatorsFrom, operatorsFrom + operators),
  };
}

function between<Columns extends object>(columns: Columns, from: number, to: number): Columns {
  const views = Object.entries(columns).map(([name, column]) => [name, (column as Float64Array).subarray(from, to)]);
  return Object.fromEntries(views) as Columns;
}

/** Nodes and operators by class, in the economy's order. */
export function classRanges(
  { classes }: Economy,
  counts: readonly { readonly nodes: number; readonly operators: number }[],
): readonly ClassRange[] {
  let from = 0;
  let operatorsFrom = 0;
  return classes.map((rule, index) => {
    const { nodes, operators } = counts[index]!;
    const range = { rule, from, to: from + nodes, operatorsFrom, operators };
    from = range.to;
    operatorsFrom += operators;
    return range;
  });
}
