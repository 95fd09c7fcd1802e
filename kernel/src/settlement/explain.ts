import type { Economy } from '../economy.ts';
import type { PriceRule } from '../market/price.ts';
import { takeRatePpm } from '../market/rating.ts';
import { KernelRefusal } from '../refusal.ts';
import { dividesByWork } from '../rewards/curve.ts';
import type { ChargeLine, NodeLine, Statement } from './epoch.ts';
import { chargeLines, nodeLine, nodeLines } from './node-table.ts';
import type { MemberReason } from './reservation-lines.ts';

/** One step from what a node did to what it gets. */
export interface ExplanationStep {
  readonly step:
    | 'usage'
    | 'verification'
    | 'price'
    | 'charge'
    | 'reservation'
    | 'curve'
    | 'cap'
    | 'reputation'
    | 'emission'
    | 'holdback'
    | 'vested';
  readonly formula: string;
  readonly inputs: Readonly<Record<string, number | string>>;
  readonly result: number | string;
  readonly reason: string;
}

/**
 * How a node came to its result of an epoch, in the order in which the protocol computes it. Everything is taken from
 * the statement and the economy that it names; nothing is computed that the statement does not say.
 * @throws KernelRefusal KERNEL-NODE-UNKNOWN
 */
export function explainNode(economy: Economy, statement: Statement, nodeId: string): readonly ExplanationStep[] {
  const node = nodeLine(statement, nodeId);
  if (node === undefined) {
    throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'nodeId', `a node of epoch ${statement.epoch}'s statement`, nodeId);
  }
  const charges = chargeLines(statement).filter((line) => line.nodeId === nodeId);
  const peers = nodeLines(statement).filter((line) => line.className === node.className);
  return [
    usageStep(economy, charges, node),
    verificationStep(statement, node),
    priceStep(economy, statement),
    chargeStep(economy, charges),
    ...reservationSteps(economy, statement, node),
    curveStep(economy, node),
    capStep(economy, peers, node),
    reputationStep(economy, node),
    emissionStep(economy, statement, peers, node),
    holdbackStep(economy, statement, node),
    vestedStep(economy, statement, node),
  ];
}

function usageStep(economy: Economy, charges: readonly ChargeLine[], node: NodeLine): ExplanationStep {
  const inputs: Record<string, number> = {};
  for (const line of charges) {
    const name = economy.resources.find((resource) => resource.code === line.resource)?.name ?? `${line.resource}`;
    inputs[name] = (inputs[name] ?? 0) + line.quantity;
  }
  const reason =
    node.weightReason === 'stopped'
      ? 'the node was stopped or slashed when the epoch began, so its usage counts zero'
      : 'each line is normalised once, rounded down; resources that are not billed count zero';
  const formula = 'sum of floor(quantity * coefficient / divisor)';
  return { step: 'usage', formula, inputs, result: node.ncuMs, reason };
}

function verificationStep(statement: Statement, node: NodeLine): ExplanationStep {
  const faults = statement.faults.filter((fault) => fault.nodeId === node.nodeId);
  const stages = faults.map((fault) => `${fault.offence} ${fault.stage}`).join(', ');
  return {
    step: 'verification',
    formula: 'audit work is rewarded beside task work',
    inputs: { auditNcuMs: node.auditNcuMs, consecutiveValid: node.consecutiveValid, faults: faults.length },
    result: node.status,
    reason: faults.length === 0 ? 'no verdict against the node in this epoch' : stages,
  };
}

/** By kind of price rule; p of the epoch before, U of the epoch before that. */
const PRICE_FORMULAS: Readonly<Record<PriceRule['kind'], string>> = {
  'rational-step': "p' = p(1 + d(U - U*)/U*), rounded up",
  exponential: "p' = p e^(d h (U - U*)/U*), rounded up",
  'eip-1559': "p' = p ± floor(floor(p |used - target| / target) / denominator)",
  excess: "p' = floor * e^(excess / update fraction), excess' = max(0, excess + used - target)",
};

function priceStep({ price }: Economy, statement: Statement): ExplanationStep {
  const inputs: Record<string, number | string> = {
    utilisationPpm: statement.utilisationPpm,
    targetUtilisationPpm: price.targetUtilisationPpm,
    nextPriceMicrograinsPerNcuS: statement.nextPriceMicrograinsPerNcuS,
  };
  if (price.kind === 'rational-step') inputs.gainPpm = price.gainPpm;
  if (price.kind === 'exponential') inputs.gainPpmPerHour = price.gainPpmPerHour;
  return {
    step: 'price',
    formula: `${PRICE_FORMULAS[price.kind]}; between floor and cap, fixed two epochs ahead`,
    inputs,
    result: statement.priceMicrograinsPerNcuS,
    reason: `the price of epoch ${statement.epoch} was fixed in an earlier statement; this one fixes epoch ${statement.epoch + 2}'s`,
  };
}

function chargeStep({ take }: Economy, own: readonly ChargeLine[]): ExplanationStep {
  const chargedGrains = own.reduce((sum, line) => sum + line.chargeGrains, 0);
  const coveredNcuMs = own.reduce((sum, line) => sum + (line.entitlement?.coveredNcuMs ?? 0), 0);
  return {
    step: 'charge',
    formula: 'charge = up(ncuMs * price / 1e9) a line; take = up(charge * rate); earned = charge - take',
    inputs: { lines: own.length, chargedGrains, coveredNcuMs, takePpm: takeRatePpm(take) },
    result: own.reduce((sum, line) => sum + line.earnedGrains, 0),
    reason:
      coveredNcuMs > 0
        ? 'work that a grant or a subscription covers has its price; what goes past it is overage'
        : 'rounded once a lease, resource and epoch; audits are charged to nobody',
  };
}

/** One step a reserved lease that the node is a member of. */
function reservationSteps({ reserved }: Economy, statement: Statement, node: NodeLine): ExplanationStep[] {
  return statement.reservations.flatMap((line) => {
    const member = line.members.find(({ nodeId }) => nodeId === node.nodeId);
    if (member === undefined) return [];
    return {
      step: 'reservation' as const,
      formula:
        'pay = (charge - take) * counted / delivered; penalty = up([c (spot - price)+ + f price] * missed), c = 1 within the allowance',
      inputs: {
        leaseId: line.leaseId,
        leaseReason: line.reason,
        priceMicrograinsPerNcuS: line.priceMicrograinsPerNcuS,
        spotMicrograinsPerNcuS: line.spotMicrograinsPerNcuS,
        gapFactorPpm: reserved.gapFactorPpm,
        missedFeePpm: reserved.missedFeePpm,
        promisedNcuMs: member.promisedNcuMs,
        deliveredNcuMs: member.deliveredNcuMs,
        countedNcuMs: member.countedNcuMs,
        owedGrains: member.owedGrains,
        collectedGrains: member.collectedGrains,
        slashProposalGrains: member.slashProposalGrains,
      },
      result: member.paidGrains - member.collectedGrains,
      reason: MEMBER_REASONS[member.reason],
    };
  });
}

const MEMBER_REASONS: Readonly<Record<MemberReason, string>> = {
  delivered: 'it delivered what it had promised',
  spare: 'a hot spare that nobody needed',
  'stood-in': 'a hot spare that made good what others missed',
  replaced: 'it missed, and others made all of it good: no penalty',
  missed: 'what it missed is owed out of what it has not been paid yet, oldest first; the rest is proposed as a slash',
  stopped: 'the node was stopped or slashed when the epoch began, so nothing that it delivered counts',
};

function curveStep(economy: Economy, node: NodeLine): ExplanationStep {
  const curve = economy.classes.find((one) => one.name === node.className)?.curve;
  const inputs: Record<string, number | string> = {
    workNcuMs: workOf(node),
    bondGrains: node.bondGrains,
  };
  for (const [name, value] of Object.entries(curve ?? {})) {
    if (name !== 'kind') inputs[name] = typeof value === 'number' ? value : JSON.stringify(value);
  }
  const isLess = node.curveWeight < workOf(node);
  const cut = curve?.kind === 'power' ? 'a power of work weighs less than the work' : 'the bond caps the rewarded work';
  const reason = isLess ? cut : 'the bond covers all work';
  return {
    step: 'curve',
    formula: CURVE_FORMULAS[curve?.kind ?? 'linear-capped'],
    inputs,
    result: node.curveWeight,
    reason,
  };
}

const CURVE_FORMULAS = {
  power: 'work^a, rounded down',
  'linear-capped': 'min(work, kappa * bond)',
  perspective: 'sum of slope * part of the work between the multiples of kappa * bond, rounded down',
  'cobb-douglas': 'W (work/W)^a (bond/B)^(1-a), rounded down; W, B: sums over the class',
  'exponential-rebate': 'work (1 - alpha e^(-lambda bond/work)), rounded down',
  'pledge-capped': 'W/(1 + a0) (x + a0 s (x - s(z - x)/z)/z), x = min(work/W, z), s = min(kappa bond/W, x), z = 1/k',
} as const;

function capStep(economy: Economy, peers: readonly NodeLine[], node: NodeLine): ExplanationStep {
  const own = peers.filter((line) => line.operator === node.operator);
  const cap = economy.classes.find((one) => one.name === node.className)?.operatorCapPpm ?? 0;
  return {
    step: 'cap',
    formula: "weight * cap / operator's weight if the operator is above cap = floor(share * class weight before caps)",
    inputs: {
      operatorCapPpm: cap,
      operatorWeight: own.reduce((sum, line) => sum + line.curveWeight, 0),
      classWeight: classWeight(economy, peers),
    },
    result: node.weight,
    reason: node.weightReason,
  };
}

function reputationStep({ reputation }: Economy, node: NodeLine): ExplanationStep {
  return {
    step: 'reputation',
    formula: 'score = (a + 1) / (a + b + 2); multiplier linear from score 1/2 to 1',
    inputs: {
      reputationPpm: node.reputationPpm,
      multiplierMinPpm: reputation.multiplierMinPpm,
      multiplierMaxPpm: reputation.multiplierMaxPpm,
    },
    result: node.multiplierPpm,
    reason: 'weighs in the allocation of the next work, never in the price or the emission',
  };
}

function emissionStep(
  economy: Economy,
  statement: Statement,
  peers: readonly NodeLine[],
  node: NodeLine,
): ExplanationStep {
  const nodeClass = economy.classes.find((one) => one.name === node.className);
  return {
    step: 'emission',
    formula: 'floor(floor(scheduled * class share) * weight / class weight before caps)',
    inputs: {
      scheduledGrains: statement.emission.scheduledGrains,
      emissionSharePpm: nodeClass?.emissionSharePpm ?? 0,
      weight: node.weight,
      classWeight: classWeight(economy, peers),
    },
    result: node.earnedTokensGrains,
    reason: node.weight === 0 ? node.weightReason : 'rounded down; what is left over is carried',
  };
}

/** What the shares of a class were divided by: `weighClass`, from the lines of its nodes. */
function classWeight(economy: Economy, peers: readonly NodeLine[]): number {
  const curve = economy.classes.find((one) => one.name === peers[0]?.className)?.curve;
  const byWork = curve !== undefined && dividesByWork(curve);
  return peers.reduce((sum, line) => sum + (byWork ? workOf(line) : line.curveWeight), 0);
}

/** All that the reward curve takes. */
function workOf({ ncuMs, auditNcuMs, reservedNcuMs }: NodeLine): number {
  return ncuMs + auditNcuMs + reservedNcuMs;
}

function holdbackStep({ cadence }: Economy, statement: Statement, node: NodeLine): ExplanationStep {
  return {
    step: 'holdback',
    formula: 'before + earned - penalties - vested - taken back',
    inputs: {
      penaltyCreditsGrains: node.penaltyCreditsGrains,
      era: statement.era,
      holdbackEras: cadence.holdbackEras,
      holdbackTokensGrains: node.holdbackTokensGrains,
      heldCreditsGrains: node.heldCreditsGrains,
      heldTokensGrains: node.heldTokensGrains,
    },
    result: node.holdbackCreditsGrains,
    reason:
      node.status === 'held' || node.status === 'slashed'
        ? 'a fault holds everything the node has not been paid yet'
        : `vests when era ${statement.era + cadence.holdbackEras} is settled`,
  };
}

function vestedStep({ cadence }: Economy, statement: Statement, node: NodeLine): ExplanationStep {
  const vests = statement.eraResult !== null;
  return {
    step: 'vested',
    formula: 'what was earned in era N - K and not voided, when era N ends',
    inputs: { era: statement.era, holdbackEras: cadence.holdbackEras, vestedTokensGrains: node.vestedTokensGrains },
    result: node.vestedCreditsGrains,
    reason: vests ? 'the last epoch of the era' : 'the era has not ended; only what a reversal released vests earlier',
  };
}
