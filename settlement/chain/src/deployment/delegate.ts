import { encodeFunctionData } from 'viem';
import { signerOf } from '../account.ts';
import { workToken } from '../generated/contracts.ts';
import { queueOf } from '../queue.ts';
import { asking, openRpc } from '../rpc.ts';
import { addressOf, grainsOf } from '../values.ts';
import { type GovernanceAccess, placeIn } from './change.ts';

export interface Delegation {
  /** Whose tokens vote, and who votes with them: 0x and lower case. */
  readonly holder: string;
  readonly delegate: string;
  /** What the holder has, and all that the delegate votes with from now on. */
  readonly tokenGrains: number;
  readonly votesGrains: number;
}

/**
 * Has the votes of the key's work tokens, those that it has and those that it will get, counted for an account: its own, or
 * another one. Tokens that nobody delegated vote for nobody. A vote counts what was delegated `governance.snapshot` before it
 * was proposed. Sends nothing where it is so already.
 * Errors: CHAIN-RANGE (no address), CHAIN-ADDRESS-BOOK, CHAIN-OUT-OF-GAS-MONEY, CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export async function delegateVotes(access: GovernanceAccess, to: string | null): Promise<Delegation> {
  const { rpcUrl, privateKey, book } = access;
  const account = signerOf(privateKey);
  const rpc = openRpc(rpcUrl);
  const [holder, delegate] = [account.address, addressOf(to ?? account.address.toLowerCase(), 'delegate')];
  const read = { abi: workToken.abi, address: placeIn(book, 'workToken') } as const;
  const before = await asking('workToken.delegates', () =>
    rpc.readContract({ ...read, functionName: 'delegates', args: [holder] }),
  );
  if (before.toLowerCase() !== delegate) {
    const data = encodeFunctionData({ abi: workToken.abi, functionName: 'delegate', args: [delegate] });
    await queueOf(rpc, rpcUrl, account).run((send) => send({ to: read.address, data, what: 'workToken.delegate' }));
  }
  const [tokens, votes] = await asking('workToken.getVotes', () =>
    Promise.all([
      rpc.readContract({ ...read, functionName: 'balanceOf', args: [holder] }),
      rpc.readContract({ ...read, functionName: 'getVotes', args: [delegate] }),
    ]),
  );
  const [tokenGrains, votesGrains] = [grainsOf(tokens, 'balanceOf'), grainsOf(votes, 'getVotes')];
  return { holder: holder.toLowerCase(), delegate, tokenGrains, votesGrains };
}
