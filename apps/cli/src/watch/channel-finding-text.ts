import type { ChannelFinding } from './channel-tower.ts';

const ID_DIGITS = 12;

/** A finding in one line. */
export function channelFindingText(finding: ChannelFinding): string {
  if (finding.kind === 'voucher-refused') {
    return `voucher REFUSED (${finding.code}): ${finding.file}: ${finding.reason}`;
  }
  const of = `channel ${finding.channel.slice(0, ID_DIGITS)}… of ${finding.payee}`;
  switch (finding.kind) {
    case 'voucher-held':
      return `${of}: holds a voucher of ${finding.cumulativeGrains} grains`;
    case 'exit-seen':
      return `${of}: the payer leaves, until ${timeText(finding.endsAtMs)}; ${finding.heldGrains} grains are held`;
    case 'exit-uncovered':
      return `${of}: the payer LEAVES, until ${timeText(finding.endsAtMs)}, and no voucher is held`;
    case 'voucher-committed':
      return `${of}: committed ${finding.committedGrains} grains in ${finding.txHash}`;
    case 'voucher-claimed':
      return `${of}: claimed ${finding.claimedGrains} grains in ${finding.txHash}`;
    case 'commit-refused':
      return `${of}: NOT committed: ${finding.reason}`;
  }
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}
