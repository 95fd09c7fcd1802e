export { type ChainAccount, devAccount, LOCAL_CHAIN_ID, newAccount } from './account.ts';
export type { AddressBook } from './address-book.ts';
export type { ChainBalances, ClaimedAmounts, EraEntry } from './books.ts';
export { type DeployOptions, type DeploySettings, deployContracts, fundAccounts } from './deploy.ts';
export { type EraHeader, eraHeaderHash, type PayoutProof, type SumNodeProof } from './era-header.ts';
export type { BondLot, ChainEvent, EventPlace, VoidGround } from './events.ts';
export { type LocalChain, type LocalChainOptions, startLocalChain } from './local-chain.ts';
export { type Block, type ChainNode, type ChainOptions, type ChainReader, openChain } from './reader.ts';
export { ChainRefusal, type ChainRefusalCode, type ContractRevert, type RefusalClass } from './refusal.ts';
export {
  type ChainSender,
  type NodeRegistration,
  openSender,
  registrationMessage,
  type SenderOptions,
  type Sent,
  type SlashProposal,
} from './sender.ts';
