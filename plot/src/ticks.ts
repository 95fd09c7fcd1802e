/** Ticks of a range: multiples of 1, 2 or 5 times a power of ten, about `count` of them, the first and last around it. */
export function niceTicks(from: number, to: number, count: number): number[] {
  const [low, high] = from === to ? around(from) : [from, to];
  const rough = (high - low) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 5].find((one) => one * magnitude >= rough * 0.999) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  // Multiplied, not added up, so that no error grows; and no -0.
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step || 0);
}

/** A number at a tick: `1.5M`, `20k`, `0.02`; with as many digits as tell it from its neighbours. */
export function tickText(value: number, step: number): string {
  const scale = SCALES.find(([size]) => Math.abs(value) >= size) ?? ([1, ''] as const);
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10(step / scale[0]) - 1e-9)));
  return `${(value / scale[0]).toFixed(digits).replace('-', '−')}${scale[1]}`;
}

const SCALES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

function around(value: number): readonly [number, number] {
  return value === 0 ? [0, 1] : value > 0 ? [0, value * 2] : [value * 2, 0];
}
