import { encodeFunctionData, type Hex } from 'viem';
import { signerOf } from '../account.ts';
import { attestedFigures, rollbackTriggers } from '../generated/contracts.ts';
import { queueOf } from '../queue.ts';
import { ChainRefusal } from '../refusal.ts';
import { asking, openRpc } from '../rpc.ts';
import { CONSERVATION, COVERAGE, FALSE_SLASHES } from './blueprints.ts';
import { type GovernanceAccess, placeIn } from './change.ts';

// What may be done without a vote: a figure crosses its line, and whoever sees it sets off what was authorised for that.

/** Figures that no contract shows, as named parties report them: grains, and parts per million. */
const ATTESTED = { conservation: CONSERVATION, 'false-slashes': FALSE_SLASHES } as const satisfies Record<string, Hex>;
export type AttestedFigure = keyof typeof ATTESTED;
export const ATTESTED_FIGURES = Object.keys(ATTESTED) as readonly AttestedFigure[];

const TRIGGERS = { coverage: COVERAGE, ...ATTESTED } as const satisfies Record<string, Hex>;
export type TriggerName = keyof typeof TRIGGERS;
export const TRIGGER_NAMES = Object.keys(TRIGGERS) as readonly TriggerName[];

/**
 * Reports a figure as one of the named parties, as of the newest block's second, which it returns. It counts when a quorum
 * of them has. `value`: of `conservation` what the books differ by, grains; of `false-slashes` their share of final slashes,
 * ppm.
 * Errors: CHAIN-RANGE, CHAIN-REVERTED (`NotAttestor`, `ReportNotNewer`), CHAIN-ADDRESS-BOOK, CHAIN-OUT-OF-GAS-MONEY,
 * CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export async function attestFigure(access: GovernanceAccess, figure: AttestedFigure, value: number): Promise<number> {
  if (!Number.isSafeInteger(value)) {
    throw new ChainRefusal('CHAIN-RANGE', { where: figure, expected: 'a whole number', got: `${value}` });
  }
  const { timestamp } = await asking('eth_getBlockByNumber', () => openRpc(access.rpcUrl).getBlock());
  const args = [ATTESTED[figure], BigInt(value), timestamp] as const;
  const data = encodeFunctionData({ abi: attestedFigures.abi, functionName: 'attest', args });
  await sendTo(access, 'attestedFigures', data, 'attestedFigures.attest');
  return Number(timestamp);
}

/**
 * Sets a trigger off; anyone may. What was authorised for it, a rollback or a step in the strict direction, happens at once.
 * Errors: CHAIN-REVERTED (`LineNotCrossed`, `FigureUnknown`, `FigureStale`, `TriggerResting`, `TriggerUnknown`, or what the
 * registry says), CHAIN-ADDRESS-BOOK, CHAIN-OUT-OF-GAS-MONEY, CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export function fireTrigger(access: GovernanceAccess, trigger: TriggerName): Promise<void> {
  const args = [TRIGGERS[trigger]] as const;
  const data = encodeFunctionData({ abi: rollbackTriggers.abi, functionName: 'fire', args });
  return sendTo(access, 'rollbackTriggers', data, 'rollbackTriggers.fire');
}

async function sendTo({ rpcUrl, privateKey, book }: GovernanceAccess, contract: string, data: Hex, what: string) {
  const queue = queueOf(openRpc(rpcUrl), rpcUrl, signerOf(privateKey));
  await queue.run((send) => send({ to: placeIn(book, contract), data, what }));
}
