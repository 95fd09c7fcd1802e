import { ChainRefusal, type ContractRevert } from '@stannary/chain';

// What an error says to a program that looks at a chain again and again. Codes alone say nothing: a gateway's refusal has
// whatever code the gateway likes.

/** A contract refused: somebody was faster, or the chain sees it otherwise. Asking again changes nothing by itself. */
export function isRevert(error: unknown): error is ChainRefusal & { readonly revert: ContractRevert } {
  return isOfChain(error) && error.revert !== undefined;
}

/** From the chain or the way to it, not from whoever served something. */
export function isOfChain(error: unknown): error is ChainRefusal {
  return error instanceof ChainRefusal;
}
