// Problems with known optima and fronts, over the unit cube.

/** From the cube to [−4, 6]: the optimum is nowhere special. */
const wide = (point: ArrayLike<number>): number[] => Array.from(point, (x) => 10 * x - 4);

export function sphere(point: ArrayLike<number>): number {
  return wide(point).reduce((sum, x) => sum + x * x, 0);
}

/** Axes of lengths 1 to 1,000. */
export function ellipsoid(point: ArrayLike<number>): number {
  return wide(point).reduce((sum, x, at) => sum + 10 ** ((6 * at) / (point.length - 1)) * x * x, 0);
}

export function rosenbrock(point: ArrayLike<number>): number {
  const x = wide(point);
  return x.slice(1).reduce((sum, next, at) => sum + 100 * (next - x[at]! ** 2) ** 2 + (1 - x[at]!) ** 2, 0);
}

/** Many local optima, about ten on each axis. */
export function rastrigin(point: ArrayLike<number>): number {
  return wide(point).reduce((sum, x) => sum + 10 + x * x - 10 * Math.cos(2 * Math.PI * x), 0);
}

/** Zitzler, Deb and Thiele 2000: f2 = g·h(f1 / g); on the front g = 1. */
function zdt(h: (share: number, first: number) => number): (point: ArrayLike<number>) => [number, number] {
  return (point) => {
    const [first, ...rest] = Array.from(point) as [number, ...number[]];
    const g = 1 + (9 * rest.reduce((sum, x) => sum + x, 0)) / rest.length;
    return [first, g * h(first / g, first)];
  };
}

export const zdt1 = zdt((share) => 1 - Math.sqrt(share));
export const zdt2 = zdt((share) => 1 - share * share);
export const zdt3 = zdt((share, first) => 1 - Math.sqrt(share) - share * Math.sin(10 * Math.PI * first));
