import type { ChainRefusal } from '@stannary/chain';

// What an error says to a program that looks at a chain again and again.

/** A contract refused: somebody was faster, or the chain sees it otherwise. Asking again changes nothing by itself. */
export function isRevert(error: unknown): boolean {
  return (error as Partial<ChainRefusal>).revert !== undefined;
}

/** From the chain or the way to it, not from whoever served something. */
export function isOfChain(error: unknown): error is ChainRefusal {
  return (error as Partial<ChainRefusal>).code?.startsWith('CHAIN-') === true;
}
