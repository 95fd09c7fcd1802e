import type { Economy, OffenceRule } from '@stannary/kernel';
import { mulDivUp } from '@stannary/kernel';
import { decodeEvidence, type Evidence, type EvidenceRules, evidenceHash, verifyEvidence } from './evidence.ts';
import { ArbitrationRefusal } from './refusals.ts';

// How an arbiter judges a case: by the charge as the chain has it, the evidence that it names, and the registry. What whoever
// charged says beside that is not asked for.

/** What a node is charged with. */
export interface Charge {
  readonly nodeId: string;
  readonly offence: string;
  /** SHA-256 of the evidence, 64 hex characters. */
  readonly evidenceHash: string;
  /** What it is to lose of its bond. */
  readonly grains: bigint;
}

export interface CaseRules {
  readonly node: EvidenceRules['node'];
  /** The economy that external data stands for; null where it is of no version of this network's. */
  readonly economyOf: (aad: Uint8Array) => Pick<Economy, 'offences' | 'verification'> | null;
  /** All that the node had bonded when it was charged, on its way out or not. */
  readonly slashableGrains: number;
}

export type CaseFinding =
  | { readonly isGuilty: true }
  /** Why the charge does not hold. */
  | { readonly isGuilty: false; readonly reason: string };

const PPM = 1_000_000;

/**
 * Judges a charge. It holds where the evidence is the one that it names, convicts the node of the offence under the economy
 * that the node itself signed under, and the offence costs no less than is asked for. Never throws for what others wrote.
 */
export function judgeCase(charge: Charge, bytes: Uint8Array, rules: CaseRules): CaseFinding {
  const reason = flawOf(charge, bytes, rules);
  return reason === null ? { isGuilty: true } : { isGuilty: false, reason };
}

/** Most that a charge may ask for, grains: the offence's share of what the node has bonded, rounded up against the node. */
export function chargeGrainsMax({ slashPpm }: Pick<OffenceRule, 'slashPpm'>, slashableGrains: number): number {
  return mulDivUp(slashableGrains, slashPpm, PPM);
}

function flawOf(charge: Charge, bytes: Uint8Array, rules: CaseRules): string | null {
  if (evidenceHash(bytes) !== charge.evidenceHash) return 'the evidence is not the one that the charge names';
  const evidence = evidenceIn(bytes);
  if (evidence === null) return 'the evidence has no known form';
  if (evidence.kind !== charge.offence) return `the evidence is of ${evidence.kind}, not of ${charge.offence}`;
  const signed = signedBy(evidence, charge.nodeId);
  if (signed === null) return 'nothing in the evidence is by the charged node';
  const economies = aadsOf(evidence).map(rules.economyOf);
  const economy = rules.economyOf(signed);
  if (economy === null || economies.includes(null)) return 'a signature in the evidence is for another network';
  return flawUnder(economy, charge, bytes, rules);
}

function flawUnder(
  { offences, verification }: Pick<Economy, 'offences' | 'verification'>,
  { nodeId, offence, grains }: Charge,
  bytes: Uint8Array,
  { node, slashableGrains }: CaseRules,
): string | null {
  const rule = offences.find((one) => one.offence === offence);
  if (rule?.mode !== 'live') return `${offence} costs no bond in this economy`;
  const finding = verifyEvidence(bytes, { node, replicasToConvict: verification.replicasToConvict });
  if (!finding.holds) return finding.reason;
  if (!finding.guilty.includes(nodeId)) return 'the evidence convicts others, not the charged node';
  const grainsMax = chargeGrainsMax(rule, slashableGrains);
  return grains > BigInt(grainsMax) ? `${offence} costs ${grainsMax} grains, not ${grains}` : null;
}

function evidenceIn(bytes: Uint8Array): Evidence | null {
  try {
    return decodeEvidence(bytes);
  } catch (error) {
    if (error instanceof ArbitrationRefusal) return null;
    throw error;
  }
}

/** External data of what the node signed itself: it says under which rules. */
function signedBy(evidence: Evidence, nodeId: string): Uint8Array | null {
  if (evidence.kind === 'equivocation') return evidence.proof.aad;
  const { original, replicas } = evidence.proof;
  return [original, ...replicas].find((receipt) => receipt.nodeId === nodeId)?.aad ?? null;
}

function aadsOf(evidence: Evidence): Uint8Array[] {
  if (evidence.kind === 'equivocation') return [evidence.proof.aad];
  return [evidence.proof.original, ...evidence.proof.replicas].map(({ aad }) => aad);
}
