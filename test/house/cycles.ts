/** A cycle of a graph as the nodes along it, the first one repeated at the end; null where there is none. */
export function cycleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const cycle = cycleFrom(start, graph, done, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

/** Depth first; a node is done when everything it reaches is known to be free of cycles. */
function cycleFrom(
  node: string,
  graph: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
  path: readonly string[],
): readonly string[] | null {
  if (done.has(node)) return null;
  const seenAt = path.indexOf(node);
  if (seenAt !== -1) return [...path.slice(seenAt), node];
  for (const next of graph.get(node) ?? []) {
    const cycle = cycleFrom(next, graph, done, [...path, node]);
    if (cycle !== null) return cycle;
  }
  done.add(node);
  return null;
}
