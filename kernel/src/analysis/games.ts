// Equilibria that the attack catalogue is made of, in closed form (economy.md §1.4, §1.12 and §2).

/** A cheat that gains G and loses D if caught is indifferent at a detection of q* = G / (G + D) (Becker 1968). */
export function deterrentDetection(gain: number, loss: number): number {
  return gain / (gain + loss);
}

/** Cost over return of a single cheat with gain g against a slash σb at detection q: q·σb / ((1 − q)·g). */
export function deterrenceRatio(detection: number, slash: number, gain: number): number {
  return (detection * slash) / ((1 - detection) * gain);
}

/**
 * The inspection game's mixed equilibrium: the worker cheats with p* = C / (R + L), at which a checker with cost C,
 * reward R and avoided loss L is indifferent; the checker checks with q* = G / (G + D). p* never reaches 0: hence canaries.
 */
export function inspectionGame(
  worker: { gain: number; loss: number },
  checker: InspectionCosts,
): InspectionEquilibrium {
  return {
    checkProbability: deterrentDetection(worker.gain, worker.loss),
    cheatProbability: checker.cost / (checker.reward + checker.avoidedLoss),
  };
}

export interface InspectionCosts {
  readonly cost: number;
  readonly reward: number;
  readonly avoidedLoss: number;
}

export interface InspectionEquilibrium {
  readonly checkProbability: number;
  readonly cheatProbability: number;
}

/** Least penalty for a missed canary at which a checker checks: C / κ_c. */
export function diligentPenalty(checkCost: number, canaryShare: number): number {
  return checkCost / canaryShare;
}

/**
 * Epochs of revenue that a cheat expects to keep when detection, q per epoch, voids everything of the last W epochs:
 * (1 − q)^(W + 1) / q. @example fraudRetention(.02, 168) // 1.645: holdback beats bond size
 */
export function fraudRetention(detection: number, holdbackEpochs: number): number {
  return (1 - detection) ** (holdbackEpochs + 1) / detection;
}

/** A symmetric Tullock contest of n players for a prize V with decisiveness r ≤ n / (n − 1): each one's effort r(n − 1)V / n². */
export function contestEffort(players: number, prize: number, decisiveness = 1): number {
  return (decisiveness * (players - 1) * prize) / players ** 2;
}

/**
 * Efforts in a contest for a prize V won in proportion to effort, with unequal unit costs: total X = (n − 1)V / Σc,
 * x_i = X(1 − c_i X / V), over the cheapest players for whom that is positive; the others stay out.
 */
export function contestEfforts(unitCosts: readonly number[], prize: number): number[] {
  const cheapest = unitCosts.toSorted((x, y) => x - y);
  let total = 0;
  let costs = 0;
  for (const [index, cost] of cheapest.entries()) {
    // A player joins while its cost is below the prize for the last unit of the total effort so far.
    if (index >= 2 && cost * total >= prize) break;
    costs += cost;
    total = (index * prize) / costs;
  }
  return unitCosts.map((cost) => Math.max(0, total * (1 - (cost * total) / prize)));
}

/** Dispute bonds that double the cost of countering at each depth: base·growth^depth (Optimism: 200 gwei·400,000·1.09493^depth). */
export function disputeBond(ladder: DisputeLadder, depth: number): number {
  return ladder.base * ladder.growth ** depth;
}

export interface DisputeLadder {
  readonly base: number;
  readonly growth: number;
}

/** In ETH: from .08 at depth 0 to 60.02 at depth 73. */
export const OPTIMISM_LADDER: DisputeLadder = { base: (200 * 400_000) / 1e9, growth: 1.09493 };
