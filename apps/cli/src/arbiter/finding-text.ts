import type { ArbiterFinding } from './arbiter.ts';

/** A finding in one line. */
export function arbiterFindingText(finding: ArbiterFinding): string {
  const of = 'caseId' in finding ? `case ${finding.caseId}` : '';
  switch (finding.kind) {
    case 'joined':
      return `joined the pool in ${finding.txHash}`;
    case 'not-seated':
      return `NOT in the pool: ${finding.reason}`;
    case 'left':
      return `left the pool in ${finding.txHash}`;
    case 'bond-withdrawn':
      return `took the bond out in ${finding.txHash}`;
    case 'evidence-missing':
      return `${of}: the evidence is not to be had yet: ${finding.reason}`;
    case 'case-judged':
      return finding.reason === null ? `${of}: guilty` : `${of}: not guilty: ${finding.reason}`;
    case 'committed':
      return `${of}: committed in ${finding.txHash}`;
    case 'revealed':
      return `${of}: revealed ${finding.verdict} in ${finding.txHash}`;
    case 'helped':
      return `${of}: ${finding.act} in ${finding.txHash}`;
    case 'fee-collected':
      return `${of}: a fee of ${finding.grains} grains in ${finding.txHash}`;
    case 'refused':
      return `${of}: ${finding.act} REFUSED: ${finding.reason}`;
  }
}
