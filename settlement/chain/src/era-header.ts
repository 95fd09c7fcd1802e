import { concatBytes, fromHex, toHex } from '@stannary/wire';
import { encodeAbiParameters, keccak256 } from 'viem';
import { ERA_TREES, type EraTreeName } from './era-leaf.ts';
import type { Span, TreeNode, TreeRoot } from './era-tree.ts';
import { addressOf, bytes32Of, hexOf, uint32Of, uint128Of, uintOf } from './values.ts';

/** What the poster says an era comes to. */
export interface EraHeader extends Readonly<Record<EraTreeName, TreeRoot>> {
  readonly era: number;
  /** `eraHeaderHash` of the era before; 64 zeros for era 0. */
  readonly parentHash: string;
}

/** One account's place in a payout tree, as GET /v1/eras/:era/claims/:account gives it; sums as bigint or decimal. */
export interface PayoutProof {
  readonly account: string;
  readonly cumulativeCredits: bigint | string;
  readonly cumulativeTokens: bigint | string;
  readonly index: number;
  /** Siblings from leaf to root. */
  readonly proof: readonly SumNodeProof[];
}

/** A subtree: its hash (64 hex characters) and its sums. */
export interface SumNodeProof {
  readonly hash: string;
  readonly credits: bigint | string;
  readonly tokens: bigint | string;
}

const ROOT_COMPONENTS = [
  { name: 'root', type: 'bytes32' },
  { name: 'credits', type: 'uint128' },
  { name: 'tokens', type: 'uint128' },
  { name: 'leafCount', type: 'uint32' },
] as const;

const HEADER_TYPE = [
  {
    type: 'tuple',
    components: [
      { name: 'era', type: 'uint64' },
      { name: 'parentHash', type: 'bytes32' },
      { name: 'accrual', type: 'tuple', components: ROOT_COMPONENTS },
      { name: 'voids', type: 'tuple', components: ROOT_COMPONENTS },
      { name: 'direct', type: 'tuple', components: ROOT_COMPONENTS },
      { name: 'payout', type: 'tuple', components: ROOT_COMPONENTS },
      { name: 'params', type: 'tuple', components: ROOT_COMPONENTS },
    ],
  },
] as const;

/** keccak256 of the ABI-encoded header, 64 hex characters: what the next era names as its parent. Errors: CHAIN-RANGE. */
export function eraHeaderHash(header: EraHeader): string {
  return hexOf(keccak256(encodeAbiParameters(HEADER_TYPE, [headerToChain(header)])));
}

/** The header of an era's trees. */
export function eraHeaderOf(
  era: number,
  parentHash: string,
  trees: Readonly<Record<EraTreeName, { readonly root: TreeRoot }>>,
): EraHeader {
  const roots = Object.fromEntries(ERA_TREES.map((tree) => [tree, trees[tree].root])) as Record<EraTreeName, TreeRoot>;
  return { era, parentHash, ...roots };
}

/** The header as the contract takes it. Errors: CHAIN-RANGE. */
export function headerToChain(header: EraHeader) {
  const root = (tree: EraTreeName) => rootToChain(header[tree], `header.${tree}`);
  return {
    era: uintOf(header.era, 'header.era'),
    parentHash: bytes32Of(header.parentHash, 'header.parentHash'),
    accrual: root('accrual'),
    voids: root('voids'),
    direct: root('direct'),
    payout: root('payout'),
    params: root('params'),
  };
}

/** The header as an event gives it. */
export function headerFromChain(header: ReturnType<typeof headerToChain>): EraHeader {
  const root = (tree: EraTreeName): TreeRoot => ({ ...header[tree], root: hexOf(header[tree].root) });
  return {
    era: Number(header.era),
    parentHash: hexOf(header.parentHash),
    accrual: root('accrual'),
    voids: root('voids'),
    direct: root('direct'),
    payout: root('payout'),
    params: root('params'),
  };
}

function rootToChain({ root, credits, tokens, leafCount }: TreeRoot, where: string) {
  return {
    root: bytes32Of(root, `${where}.root`),
    credits: uint128Of(credits, `${where}.credits`),
    tokens: uint128Of(tokens, `${where}.tokens`),
    leafCount: uint32Of(leafCount, `${where}.leafCount`),
  };
}

/** The proof as the contract takes it. Errors: CHAIN-RANGE. */
export function proofToChain({ account, cumulativeCredits, cumulativeTokens, index, proof }: PayoutProof) {
  return {
    account: addressOf(account, 'proof.account'),
    credits: uint128Of(cumulativeCredits, 'proof.cumulativeCredits'),
    tokens: uint128Of(cumulativeTokens, 'proof.cumulativeTokens'),
    index: uint32Of(index, 'proof.index'),
    path: `0x${toHex(concatBytes(...proof.map(recordOf)))}` as const,
  };
}

function recordOf({ hash, credits, tokens }: SumNodeProof): Uint8Array {
  const [left, right] = [uint128Of(credits, 'proof.credits'), uint128Of(tokens, 'proof.tokens')];
  const sums = ((left << 128n) | right).toString(16).padStart(64, '0');
  return fromHex(bytes32Of(hash, 'proof.hash').slice(2) + sums);
}

/** Errors: CHAIN-RANGE. */
export function nodeToChain({ hash, credits, tokens }: TreeNode) {
  return {
    hash: bytes32Of(hash, 'node.hash'),
    credits: uint128Of(credits, 'node.credits'),
    tokens: uint128Of(tokens, 'node.tokens'),
  };
}

/** Null, of an empty tree, as a span that the contract does not read. */
export function spanToChain(span: Span | null) {
  const { first, last, firstLeaf, lastLeaf, path } = span ?? NO_SPAN;
  return { first, last, firstLeaf: `0x${firstLeaf}`, lastLeaf: `0x${lastLeaf}`, path: `0x${path}` } as const;
}

/** One leaf's span as a transaction gives it. */
export function spanFromChain({ first, last, firstLeaf, path }: ReturnType<typeof spanToChain>): Span {
  return { first, last, firstLeaf: firstLeaf.slice(2), lastLeaf: '', path: path.slice(2) };
}

const NO_SPAN: Span = { first: 0, last: 0, firstLeaf: '', lastLeaf: '', path: '' };
