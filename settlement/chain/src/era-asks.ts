import { decodeEventLog } from 'viem';
import { type AddressBook, contractAddress } from './address-book.ts';
import { messageToChain, treeNumber } from './era-challenge.ts';
import { type EraHeader, headerToChain, spanToChain } from './era-header.ts';
import {
  decodeEntry,
  decodeInputs,
  decodeParams,
  decodeRules,
  ERA_TREES,
  type EraTreeName,
  inputsToChain,
  NO_HASH,
  paramsToChain,
} from './era-leaf.ts';
import type { BatchMessage, EraTrees, SettledBatch } from './era-trees.ts';
import { type BlockRange, readLogs } from './events.ts';
import { eraChallenges } from './generated/contracts.ts';
import type { Rpc } from './rpc.ts';

// Leaves that somebody wants to see, and how the poster shows them.

export interface AskedLeaf {
  readonly tree: EraTreeName;
  readonly index: number;
}

/** Leaves of an era that were asked for in a range of blocks and not shown in it. Errors: CHAIN-RPC-UNREACHABLE. */
export async function readAsks(
  rpc: Rpc,
  addressBook: AddressBook,
  era: number,
  range: BlockRange,
): Promise<readonly AskedLeaf[]> {
  const logs = await readLogs(rpc, { address: contractAddress(addressBook, 'eraChallenges') }, range);
  const open = new Map<string, AskedLeaf>();
  for (const { data, topics } of logs) {
    const { eventName, args } = decodeEventLog({ abi: eraChallenges.abi, data, topics });
    if (Number(args.era) !== era) continue;
    const leaf = { tree: ERA_TREES[args.tree]!, index: args.index };
    const key = `${leaf.tree} ${leaf.index}`;
    if (eventName === 'LeafAsked') open.set(key, leaf);
    else open.delete(key);
  }
  return [...open.values()];
}

/** The function of EraChallenges that shows a leaf of an era, and its arguments. Errors: CHAIN-RANGE. */
export function revealCall(
  header: EraHeader,
  trees: EraTrees,
  batches: readonly SettledBatch[],
  { tree, index }: AskedLeaf,
): { readonly method: string; readonly args: readonly unknown[] } {
  const span = spanToChain(trees[tree].span(index));
  const leaf = trees[tree].leaves[index]!;
  const chainHeader = headerToChain(header);
  if (tree === 'params') {
    const params = decodeParams(trees.contents.get(decodeRules(leaf).paramsHash)!);
    return { method: 'revealRules', args: [chainHeader, { params: paramsToChain(params), span }] };
  }
  const inputsHash = tree === 'accrual' ? decodeEntry(leaf).inputsHash : NO_HASH;
  if (inputsHash === NO_HASH) return { method: 'reveal', args: [chainHeader, treeNumber(tree), span] };
  const inputs = decodeInputs(trees.contents.get(inputsHash)!);
  const batch = batches.find(({ batchId }) => batchId === inputs.batchId)?.message ?? NO_MESSAGE;
  return { method: 'revealAccrual', args: [chainHeader, span, inputsToChain(inputs), messageToChain(batch)] };
}

const NO_MESSAGE: BatchMessage = { aad: '', payload: '' };
