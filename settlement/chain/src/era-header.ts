import { encodeAbiParameters, keccak256 } from 'viem';
import { addressOf, bytes32Of, hexOf, uint32Of, uint128Of, uintOf } from './values.ts';

/** What the poster says an era comes to; roots and hashes are 64 hex characters. */
export interface EraHeader {
  readonly era: number;
  /** `eraHeaderHash` of the era before; 64 zeros for era 0. */
  readonly parentHash: string;
  readonly accrualRoot: string;
  readonly voidRoot: string;
  readonly payoutRoot: string;
  /** Lifetime sums over all payees, grains. */
  readonly totalCredits: bigint;
  readonly totalTokens: bigint;
  readonly leafCount: number;
  /** Levels of the payout tree: the least d with 2^d ≥ leafCount. */
  readonly depth: number;
  /** Commits to the statements of the era's epochs. */
  readonly paramsHash: string;
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

const HEADER_TYPE = [
  {
    type: 'tuple',
    components: [
      { name: 'era', type: 'uint64' },
      { name: 'parentHash', type: 'bytes32' },
      { name: 'accrualRoot', type: 'bytes32' },
      { name: 'voidRoot', type: 'bytes32' },
      { name: 'payoutRoot', type: 'bytes32' },
      { name: 'totalCredits', type: 'uint128' },
      { name: 'totalTokens', type: 'uint128' },
      { name: 'leafCount', type: 'uint32' },
      { name: 'depth', type: 'uint8' },
      { name: 'paramsHash', type: 'bytes32' },
    ],
  },
] as const;

/** keccak256 of the ABI-encoded header, 64 hex characters: what the next era names as its parent. Errors: CHAIN-RANGE. */
export function eraHeaderHash(header: EraHeader): string {
  return hexOf(keccak256(encodeAbiParameters(HEADER_TYPE, [headerToChain(header)])));
}

/** The header as the contract takes it. Errors: CHAIN-RANGE. */
export function headerToChain(header: EraHeader) {
  return {
    era: uintOf(header.era, 'header.era'),
    parentHash: bytes32Of(header.parentHash, 'header.parentHash'),
    accrualRoot: bytes32Of(header.accrualRoot, 'header.accrualRoot'),
    voidRoot: bytes32Of(header.voidRoot, 'header.voidRoot'),
    payoutRoot: bytes32Of(header.payoutRoot, 'header.payoutRoot'),
    totalCredits: uint128Of(header.totalCredits, 'header.totalCredits'),
    totalTokens: uint128Of(header.totalTokens, 'header.totalTokens'),
    leafCount: uint32Of(header.leafCount, 'header.leafCount'),
    depth: uint32Of(header.depth, 'header.depth', 32),
    paramsHash: bytes32Of(header.paramsHash, 'header.paramsHash'),
  };
}

/** The header as an event gives it. */
export function headerFromChain(header: ReturnType<typeof headerToChain>): EraHeader {
  return {
    ...header,
    era: Number(header.era),
    parentHash: hexOf(header.parentHash),
    accrualRoot: hexOf(header.accrualRoot),
    voidRoot: hexOf(header.voidRoot),
    payoutRoot: hexOf(header.payoutRoot),
    paramsHash: hexOf(header.paramsHash),
  };
}

/** The proof as the contract takes it. Errors: CHAIN-RANGE. */
export function proofToChain({ account, cumulativeCredits, cumulativeTokens, index, proof }: PayoutProof) {
  return {
    leaf: {
      account: addressOf(account, 'proof.account'),
      credits: uint128Of(cumulativeCredits, 'proof.cumulativeCredits'),
      tokens: uint128Of(cumulativeTokens, 'proof.cumulativeTokens'),
    },
    index: uint32Of(index, 'proof.index'),
    siblings: proof.map(nodeToChain),
  };
}

/** Errors: CHAIN-RANGE. */
export function nodeToChain({ hash, credits, tokens }: SumNodeProof) {
  return {
    hash: bytes32Of(hash, 'proof.hash'),
    credits: uint128Of(credits, 'proof.credits'),
    tokens: uint128Of(tokens, 'proof.tokens'),
  };
}
