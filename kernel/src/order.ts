/** Bytewise order of ASCII text, which all identifiers are. Never `localeCompare`: it depends on the machine. */
export function compareText(x: string, y: string): number {
  if (x === y) return 0;
  return x < y ? -1 : 1;
}

/** The list itself if it is in order already, which callers mostly ensure; a sorted copy otherwise. */
export function sortedBy<Item>(items: readonly Item[], compare: (x: Item, y: Item) => number): readonly Item[] {
  for (let index = 1; index < items.length; index += 1) {
    if (compare(items[index - 1]!, items[index]!) > 0) return [...items].sort(compare);
  }
  return items;
}
