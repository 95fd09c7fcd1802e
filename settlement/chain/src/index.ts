export { type ChainAccount, devAccount, LOCAL_CHAIN_ID, newAccount } from './account.ts';
export type { AddressBook } from './address-book.ts';
export type { ChainBalances, ClaimedAmounts, EraEntry } from './books.ts';
export {
  byChain,
  type Chains,
  checkSplit,
  type LifetimePayout,
  openChains,
  type PayoutSplit,
  splitPayouts,
} from './chains.ts';
export { type ChannelOnChain, type ChannelPlace, ChannelReader, type SessionKey } from './channel-reader.ts';
export { type DeployOptions, type DeploySettings, deployContracts, fundAccounts } from './deploy.ts';
export {
  DIRECTION,
  type EconomyField,
  parameterName,
  type RegistryChange,
  type RegistryDiff,
  type RegistryRow,
  registryDiff,
  registryRows,
} from './economy-parameters.ts';
export type { AskedLeaf } from './era-asks.ts';
export {
  type EraChallenge,
  findChallenge,
  findOmission,
  openEra,
  type PostedEra,
  type ReceiptedBatch,
  type SignedReceipt,
  type Witness,
} from './era-challenge.ts';
export { type EraHeader, eraHeaderHash, eraHeaderOf, type PayoutProof, type SumNodeProof } from './era-header.ts';
export { ERA_TREES, type EraTreeName } from './era-leaf.ts';
export { EraTree, type TreeRoot, treeOfHex } from './era-tree.ts';
export {
  type BatchMessage,
  type EraBundle,
  type EraSource,
  type EraTrees,
  eraTreesOf,
  type PublishedTrees,
  publishTrees,
  type SettledBatch,
} from './era-trees.ts';
export type { BondLot, ChainEvent, EventPlace, VoidGround } from './events.ts';
export {
  type BlockRef,
  type ChainLogFollower,
  type FollowedStep,
  type FollowerStore,
  type FollowOptions,
  followChain,
  type StepResult,
} from './follower.ts';
export {
  GOVERNANCE_ROLES,
  type GovernanceRole,
  GUARDED_FUNCTIONS,
  type GuardedFunctions,
  type ManagedContract,
  ROLE_HOLDERS,
} from './governance-wiring.ts';
export { fastKeccak256 } from './keccak.ts';
export { type LocalChain, type LocalChainOptions, startLocalChain } from './local-chain.ts';
export { type Block, type ChainNode, type ChainOptions, type ChainReader, openChain } from './reader.ts';
export { ChainRefusal, type ChainRefusalCode, type ContractRevert, type RefusalClass } from './refusal.ts';
export {
  auditReserve,
  type CoverageEntry,
  type ReserveAttestation,
  type ReserveAudit,
  type ReserveAuditOptions,
  signerOfText,
  signText,
} from './reserve-audit.ts';
export {
  type ChainSender,
  type NodeRegistration,
  openSender,
  registrationMessage,
  type SenderOptions,
  type Sent,
  type SlashProposal,
} from './sender.ts';
export { slowWaitSeconds } from './slow-waits.ts';
