import type { Economy, OffenceRule } from '@stannary/kernel';
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
  /** Share of its bond that it is to lose. */
  readonly slashPpm: number;
}

export interface CaseRules {
  readonly node: EvidenceRules['node'];
  /** The economy that external data stands for; null where it is of no version of this network's. */
  readonly economyOf: (aad: Uint8Array) => Pick<Economy, 'offences' | 'verification'> | null;
}

export type CaseFinding =
  | { readonly isGuilty: true }
  /** Why the charge does not hold. */
  | { readonly isGuilty: false; readonly reason: string };

/**
 * Judges a charge. It holds where the evidence is the one that it names, convicts the node of the offence under the economy
 * that the node itself signed under, and asks for just the share of the bond that the offence costs there: whoever asks
 * for more would take what is not owed, and whoever asks for less would have the offence done with for next to nothing.
 * Never throws for what others wrote.
 */
export function judgeCase(charge: Charge, bytes: Uint8Array, rules: CaseRules): CaseFinding {
  const reason = flawOf(charge, bytes, rules);
  return reason === null ? { isGuilty: true } : { isGuilty: false, reason };
}

/** Share of its bond that evidence costs a node by the economy that it signed under; null where none holds it liable. */
export function slashPpmOf(
  bytes: Uint8Array,
  { nodeId, offence }: Pick<Charge, 'nodeId' | 'offence'>,
  economyOf: (aad: Uint8Array) => Pick<Economy, 'offences'> | null,
): number | null {
  const evidence = evidenceIn(bytes);
  const signed = evidence === null ? null : signedBy(evidence, nodeId);
  const economy = signed === null ? null : economyOf(signed);
  return economy === null ? null : (liveRule(economy, offence)?.slashPpm ?? null);
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
  economy: Pick<Economy, 'offences' | 'verification'>,
  { nodeId, offence, slashPpm }: Charge,
  bytes: Uint8Array,
  { node }: CaseRules,
): string | null {
  const rule = liveRule(economy, offence);
  if (rule === undefined) return `${offence} costs no bond in this economy`;
  const finding = verifyEvidence(bytes, { node, replicasToConvict: economy.verification.replicasToConvict });
  if (!finding.holds) return finding.reason;
  if (!finding.guilty.includes(nodeId)) return 'the evidence convicts others, not the charged node';
  return slashPpm === rule.slashPpm ? null : `${offence} costs ${rule.slashPpm} ppm of a bond, not ${slashPpm}`;
}

function liveRule({ offences }: Pick<Economy, 'offences'>, offence: string): OffenceRule | undefined {
  return offences.find((one) => one.offence === offence && one.mode === 'live');
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
