/** Known names for a message, the one that was probably meant first. */
export function namesText(names: readonly string[], got: string): string {
  const meant = names.find((name) => isNear(name, got));
  return meant === undefined ? `one of ${names.join(', ')}` : `${meant}, or another of ${names.join(', ')}`;
}

/** Whether one letter too many, too few, other or swapped tells two names apart. */
function isNear(x: string, y: string): boolean {
  if (Math.abs(x.length - y.length) > 1 || Math.min(x.length, y.length) < 2) return false;
  let start = 0;
  while (start < x.length && x[start] === y[start]) start += 1;
  const [restX, restY] = [x.slice(start), y.slice(start)];
  const swapped = restX.slice(0, 2) === `${restY[1]}${restY[0]}` && restX.slice(2) === restY.slice(2);
  return swapped || restX.slice(1) === restY.slice(1) || restX.slice(1) === restY || restX === restY.slice(1);
}
