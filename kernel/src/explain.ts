import type { Economy } from './economy.ts';
import type { NodeLine, Statement } from './epoch.ts';
import { takeRatePpm } from './rating.ts';
import { KernelRefusal } from './refusal.ts';

/** One step from what a node did to what it gets. */
export interface ExplanationStep {
  readonly step:
    | 'usage'
    | 'verification'
    | 'price'
    | 'charge'
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
  const node = statement.nodes.find((line) => line.nodeId === nodeId);
  if (node === undefined) {
    throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'nodeId', `a node of epoch ${statement.epoch}'s statement`, nodeId);
  }
  return [
    usageStep(economy, statement, node),
    verificationStep(statement, node),
    priceStep(economy, statement),
    chargeStep(economy, statement, node),
    curveStep(economy, node),
    capStep(economy, statement, node),
    reputationStep(economy, node),
    emissionStep(economy, statement, node),
    holdbackStep(economy, statement, node),
    vestedStep(economy, statement, node),
  ];
}

function usageStep(economy: Economy, statement: Statement, node: NodeLine): ExplanationStep {
  const inputs: Record<string, number> = {};
  for (const line of statement.charges) {
    if (line.nodeId !== node.nodeId) continue;
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

function priceStep({ price }: Economy, statement: Statement): ExplanationStep {
  return {
    step: 'price',
    formula: "p' = clamp(p(1 + d(U - U*)/U*), floor, cap), rounded up, fixed two epochs ahead",
    inputs: {
      utilisationPpm: statement.utilisationPpm,
      targetUtilisationPpm: price.targetUtilisationPpm,
      gainPpm: price.gainPpm,
      nextPriceMicrograinsPerNcuS: statement.nextPriceMicrograinsPerNcuS,
    },
    result: statement.priceMicrograinsPerNcuS,
    reason: `the price of epoch ${statement.epoch} was fixed in an earlier statement; this one fixes epoch ${statement.epoch + 2}'s`,
  };
}

function chargeStep({ take }: Economy, statement: Statement, node: NodeLine): ExplanationStep {
  const own = statement.charges.filter((line) => line.nodeId === node.nodeId);
  const chargedGrains = own.reduce((sum, line) => sum + line.chargeGrains, 0);
  return {
    step: 'charge',
    formula: 'charge = up(ncuMs * price / 1e9) a line; take = up(charge * rate); earned = charge - take',
    inputs: { lines: own.length, chargedGrains, takePpm: takeRatePpm(take) },
    result: node.earnedCreditsGrains,
    reason: 'rounded once a lease, resource and epoch; audits are charged to nobody',
  };
}

function curveStep(economy: Economy, node: NodeLine): ExplanationStep {
  const curve = economy.classes.find((one) => one.name === node.className)?.curve;
  return {
    step: 'curve',
    formula: 'min(work, kappa * bond)',
    inputs: {
      workNcuMs: node.ncuMs + node.auditNcuMs,
      bondGrains: node.bondGrains,
      kappaNumerator: curve?.kappaNumerator ?? 0,
      kappaDenominator: curve?.kappaDenominator ?? 1,
    },
    result: node.curveWeight,
    reason:
      node.curveWeight < node.ncuMs + node.auditNcuMs ? 'the bond caps the rewarded work' : 'the bond covers all work',
  };
}

function capStep(economy: Economy, statement: Statement, node: NodeLine): ExplanationStep {
  const peers = statement.nodes.filter((line) => line.className === node.className);
  const own = peers.filter((line) => line.operator === node.operator);
  const cap = economy.classes.find((one) => one.name === node.className)?.operatorCapPpm ?? 0;
  return {
    step: 'cap',
    formula: "weight * cap / operator's weight if the operator is above cap = floor(share * class weight before caps)",
    inputs: {
      operatorCapPpm: cap,
      operatorWeight: own.reduce((sum, line) => sum + line.curveWeight, 0),
      classWeight: peers.reduce((sum, line) => sum + line.curveWeight, 0),
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

function emissionStep(economy: Economy, statement: Statement, node: NodeLine): ExplanationStep {
  const nodeClass = economy.classes.find((one) => one.name === node.className);
  const classWeight = statement.nodes
    .filter((line) => line.className === node.className)
    .reduce((sum, line) => sum + line.curveWeight, 0);
  return {
    step: 'emission',
    formula: 'floor(floor(scheduled * class share) * weight / class weight before caps)',
    inputs: {
      scheduledGrains: statement.emission.scheduledGrains,
      emissionSharePpm: nodeClass?.emissionSharePpm ?? 0,
      weight: node.weight,
      classWeight,
    },
    result: node.earnedTokensGrains,
    reason: node.weight === 0 ? node.weightReason : 'rounded down; what is left over is carried',
  };
}

function holdbackStep({ cadence }: Economy, statement: Statement, node: NodeLine): ExplanationStep {
  return {
    step: 'holdback',
    formula: 'before + earned - vested - taken back',
    inputs: {
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
