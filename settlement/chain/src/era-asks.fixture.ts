import { encodeFunctionData } from 'viem';
import { revealCall } from './era-asks.ts';
import { eraChallenges } from './generated/contracts.ts';

/** What a transaction carries that shows a leaf, 0x and hex. */
export function revealData(...given: Parameters<typeof revealCall>): string {
  const { method: functionName, args } = revealCall(...given);
  return encodeFunctionData({ abi: eraChallenges.abi, functionName, args } as never);
}
