/** What of a picture is no number or lies outside of its viewBox, one sentence each. */
export function geometryFaults(svg: string): string[] {
  const box = /viewBox="0 0 (\S+) (\S+)"/.exec(svg);
  const [width, height] = [Number(box?.[1]), Number(box?.[2])];
  const faults = /NaN|Infinity|undefined|null/.test(svg) ? ['a value that is no number'] : [];
  if (!(width > 0 && height > 0)) faults.push('no size');
  // The legend's signs are drawn around a place of their own.
  const drawn = svg.replace(
    /<g transform="translate\((\S+) (\S+)\)">.*?<\/g>/gs,
    (_, x, y) => `<text x="${x}" y="${y}">`,
  );
  const check = (what: string, x: number, y: number) => {
    const isInside = x >= -0.01 && x <= width + 0.01 && y >= -0.01 && y <= height + 0.01;
    if (!isInside) faults.push(`${what} at ${x} ${y} of ${width} ${height}`);
  };
  for (const [, path] of drawn.matchAll(/ d="([^"]*)"/g)) for (const [x, y] of pointsOf(path!)) check('path', x, y);
  for (const [, x, y] of drawn.matchAll(/<circle [^>]*cx="(\S+)" cy="(\S+)"/g)) check('circle', Number(x), Number(y));
  for (const [, x, y, w, h] of drawn.matchAll(/<rect [^>]*x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"/g)) {
    check('rect', Number(x), Number(y));
    check('rect', Number(x) + Number(w), Number(y) + Number(h));
  }
  for (const [, x, y, rest] of drawn.matchAll(/<text [^>]*x="(\S+)" y="(\S+)"([^>]*)>/g)) {
    check(`text${rest}`, Number(x), Number(y));
  }
  return faults;
}

/** The points that a path of M, L, H, V, Z and small l, h, v goes through. @throws Error for any other path */
function pointsOf(path: string): (readonly [number, number])[] {
  let [x, y] = [0, 0];
  return [...path.matchAll(/([A-Za-z])([^A-Za-z]*)/g)].map(([, letter, rest]) => {
    const numbers = rest!.trim() === '' ? [] : rest!.trim().split(/[ ,]+/).map(Number);
    const [a = Number.NaN, b = Number.NaN] = numbers;
    if ('ML'.includes(letter!)) [x, y] = [a, b];
    else if (letter === 'l') [x, y] = [x + a, y + b];
    else if (letter === 'H') x = a;
    else if (letter === 'V') y = a;
    else if (letter === 'h') x += a;
    else if (letter === 'v') y += a;
    else if (letter !== 'Z') throw new Error(`path ${letter}`);
    return [x, y] as const;
  });
}
