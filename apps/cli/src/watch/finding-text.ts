import type { Finding } from './era-tower.ts';

/** A finding in one line. */
export function findingText(finding: Finding): string {
  const { era } = finding;
  switch (finding.kind) {
    case 'era-holds':
      return `era ${era} holds: posted as its statements say`;
    case 'era-wrong':
      return `era ${era} is WRONG (${finding.trees.join(', ') || 'its form'}); proof: ${finding.proof}`;
    case 'era-voided':
      return `era ${era} is void, proven in ${finding.txHash}`;
    case 'leaf-asked':
      return `era ${era}: asked the poster for a leaf in ${finding.txHash}`;
    case 'challenge-refused':
      return `era ${era}: the contracts refuse the proof: ${finding.reason}`;
    case 'era-unprovable':
      return `era ${era} is WRONG (${finding.trees.join(', ')}), and no contract can be shown it: tell everybody`;
    case 'statements-differ':
      return `era ${era}: the statements of epochs ${finding.epochs.join(', ')} are not what their inputs give`;
    case 'economy-misnamed':
      return `era ${era}: another economy is served under ${finding.hashes.join(', ')}`;
    case 'era-unpublished':
      return `era ${era} cannot be judged: ${finding.reason}`;
  }
}
