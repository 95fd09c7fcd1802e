// Functions of the unit cube whose sensitivities are known in closed form.

/** Ishigami and Homma 1990: sin x1 + a·sin² x2 + b·x3⁴·sin x1 for x in (−π, π), a = 7, b = 0.1. */
export function ishigami(point: ArrayLike<number>): number {
  const [x1, x2, x3] = [0, 1, 2].map((at) => Math.PI * (2 * point[at]! - 1)) as [number, number, number];
  return Math.sin(x1) + 7 * Math.sin(x2) ** 2 + 0.1 * x3 ** 4 * Math.sin(x1);
}

/** First and total order, from the variance's parts. */
export function ishigamiIndices(): { first: number[]; total: number[]; pair13: number; variance: number } {
  const v1 = 0.5 * (1 + (0.1 * Math.PI ** 4) / 5) ** 2;
  const v2 = 49 / 8;
  const v13 = 0.01 * Math.PI ** 8 * (8 / 225);
  const variance = v1 + v2 + v13;
  return {
    first: [v1 / variance, v2 / variance, 0],
    total: [(v1 + v13) / variance, v2 / variance, v13 / variance],
    pair13: v13 / variance,
    variance,
  };
}

const G_COEFFICIENTS = [0, 1, 4.5, 9, 99, 99, 99, 99];

/** Sobol's G: the product of (|4x − 2| + a) / (1 + a). */
export function sobolG(point: ArrayLike<number>): number {
  return G_COEFFICIENTS.reduce((product, a, at) => (product * (Math.abs(4 * point[at]! - 2) + a)) / (1 + a), 1);
}

export function sobolGIndices(): { first: number[]; total: number[]; variance: number } {
  const parts = G_COEFFICIENTS.map((a) => 1 / (3 * (1 + a) ** 2));
  const all = parts.reduce((product, part) => product * (1 + part), 1);
  const variance = all - 1;
  return {
    first: parts.map((part) => part / variance),
    total: parts.map((part) => (part * (all / (1 + part))) / variance),
    variance,
  };
}
