export { type ChainAccount, devAccount, LOCAL_CHAIN_ID, newAccount } from './account.ts';
export type { AddressBook } from './address-book.ts';
export {
  type ArbiterOnChain,
  type ArbitrationCase,
  type ArbitrationPlace,
  ArbitrationReader,
  type ArbitrationRules,
  type CaseCharge,
  type CasePanel,
  committeesDecide,
} from './arbitration-reader.ts';
export { type ArbitrationAccess, type ArbitrationSender, openArbitrationSender } from './arbitration-sender.ts';
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
export {
  type ChannelAlarms,
  type ChannelOnChain,
  type ChannelPlace,
  ChannelReader,
  type SessionKey,
  type SessionState,
} from './channel-reader.ts';
export {
  type ChannelAccess,
  type ChannelSender,
  type ChannelSkip,
  openChannelSender,
  type ShownRow,
  type ShownVoucher,
} from './channel-sender.ts';
export {
  advanceChange,
  advanceRollback,
  type ChangeStep,
  type EconomyChange,
  type GovernanceAccess,
  type RegistryState,
  readRegistry,
  refuseOutside,
} from './deployment/change.ts';
export { type Delegation, delegateVotes } from './deployment/delegate.ts';
export {
  type DeployedStep,
  type DeploymentBook,
  type DryRun,
  deployContracts,
  deployNetwork,
  dryRun,
  fundAccounts,
  type NetworkDeployment,
} from './deployment/deploy.ts';
export {
  ATTESTED_FIGURES,
  type AttestedFigure,
  attestFigure,
  fireTrigger,
  TRIGGER_NAMES,
  type TriggerName,
} from './deployment/fire.ts';
export { type DeploymentParties, type EconomyToDeploy, networkSettings, tokensUp } from './deployment/from-economy.ts';
export { localParties } from './deployment/local-parties.ts';
export type { DeploySettings, NetworkSettings, SeatSettings } from './deployment/settings.ts';
export { type Finding, type Verification, verifyDeployment } from './deployment/verify.ts';
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
export {
  challengePlace,
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
export { decodeEntry, ERA_TREES, type EraEntry as EraLeafEntry, type EraTreeName } from './era-leaf.ts';
export type { AskedLeaf, ShownLeaf } from './era-shown.ts';
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
export type { BondLot, CaseVerdict, ChainEvent, EventPlace, VoidGround } from './events.ts';
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
export { type Block, type ChainNode, type ChainOptions, type ChainReader, chainOf, openChain } from './reader.ts';
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
export { attestReserve, buyCredits, type ReserveAccess } from './reserve-desk.ts';
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
export { TIMELINE_KINDS, type TimelineEvent, type TimelineKind } from './timeline.ts';
