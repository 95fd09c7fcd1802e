import { toHex } from '@stannary/wire';
import { decodeEventLog, decodeFunctionData, type Hex } from 'viem';
import { type AddressBook, contractAddress } from './address-book.ts';
import { messageToChain, treeNumber } from './era-challenge.ts';
import { type EraHeader, headerToChain, spanFromChain, spanToChain } from './era-header.ts';
import {
  decodeEntry,
  decodeInputs,
  decodeParams,
  decodeRules,
  ERA_TREES,
  encodeInputs,
  encodeParams,
  inputsFromChain,
  inputsToChain,
  NO_HASH,
  paramsFromChain,
  paramsToChain,
} from './era-leaf.ts';
import type { AskedLeaf, ShownLeaf } from './era-shown.ts';
import type { BatchMessage, EraTrees, SettledBatch } from './era-trees.ts';
import { type BlockRange, readLogs } from './events.ts';
import { eraChallenges } from './generated/contracts.ts';
import { asking, type Rpc } from './rpc.ts';

// Leaves that somebody wants to see, how the poster shows them, and what was shown.

/** Leaves of an era that were asked for in a range of blocks and not shown in it. Errors: CHAIN-RPC-UNREACHABLE. */
export async function readAsks(
  rpc: Rpc,
  addressBook: AddressBook,
  era: number,
  range: BlockRange,
): Promise<readonly AskedLeaf[]> {
  const open = new Map<string, AskedLeaf>();
  for (const { eventName, leaf } of await askEvents(rpc, addressBook, era, range)) {
    const key = `${leaf.tree} ${leaf.index}`;
    if (eventName === 'LeafAsked') open.set(key, leaf);
    else open.delete(key);
  }
  return [...open.values()];
}

/** Leaves of an era that were shown in a range of blocks, each once. Errors: CHAIN-RPC-UNREACHABLE. */
export async function readShown(
  rpc: Rpc,
  addressBook: AddressBook,
  era: number,
  range: BlockRange,
): Promise<readonly ShownLeaf[]> {
  const shown = new Map<string, ShownLeaf>();
  for (const { eventName, leaf, hash } of await askEvents(rpc, addressBook, era, range)) {
    if (eventName !== 'LeafRevealed') continue;
    const { to, input } = await asking('eth_getTransactionByHash', () => rpc.getTransaction({ hash }));
    const isCalled = to?.toLowerCase() === contractAddress(addressBook, 'eraChallenges');
    shown.set(`${leaf.tree} ${leaf.index}`, { ...leaf, proof: isCalled ? proofIn(input) : null });
  }
  return [...shown.values()];
}

async function askEvents(rpc: Rpc, addressBook: AddressBook, era: number, range: BlockRange) {
  const logs = await readLogs(rpc, { address: contractAddress(addressBook, 'eraChallenges') }, range);
  return logs.flatMap(({ data, topics, transactionHash: hash }) => {
    const { eventName, args } = decodeEventLog({ abi: eraChallenges.abi, data, topics });
    if (Number(args.era) !== era) return [];
    const leaf: AskedLeaf = { tree: ERA_TREES[args.tree]!, index: args.index };
    return [{ eventName, leaf, hash }];
  });
}

/** What was handed to the contract, which has found it right; null where it reads less of it than a decoder does. */
function proofIn(input: Hex): ShownLeaf['proof'] {
  try {
    const { functionName, args } = decodeFunctionData({ abi: eraChallenges.abi, data: input });
    return proofOf(functionName, args);
  } catch {
    return null;
  }
}

function proofOf(method: string, args: readonly unknown[]): ShownLeaf['proof'] {
  type ChainSpan = Parameters<typeof spanFromChain>[0];
  switch (method) {
    case 'reveal':
      return { span: spanFromChain(args[2] as ChainSpan), content: null, batch: null };
    case 'revealAccrual': {
      const [, span, inputs, { aad, payload }] = args as [
        unknown,
        ChainSpan,
        Parameters<typeof inputsFromChain>[0],
        ReturnType<typeof messageToChain>,
      ];
      const content = toHex(encodeInputs(inputsFromChain(inputs)));
      return { span: spanFromChain(span), content, batch: { aad: aad.slice(2), payload: payload.slice(2) } };
    }
    case 'revealRules': {
      const [, { span, params }] = args as [
        unknown,
        { span: ChainSpan; params: Parameters<typeof paramsFromChain>[0] },
      ];
      const content = toHex(encodeParams(paramsFromChain(params)));
      return { span: spanFromChain(span), content, batch: null };
    }
    default:
      return null;
  }
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
