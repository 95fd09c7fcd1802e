export {
  type Account,
  type Address,
  type Asset,
  type Balance,
  channelAccount,
  dueAccount,
  escrowAccount,
  grainsOf,
  heldAccount,
  holdbackAccount,
  isAccount,
  leaseBondAccount,
  payableAccount,
  SOURCE_ACCOUNTS,
  walletAccount,
} from './accounts.ts';
export {
  type Acceptance,
  type AcceptanceFacts,
  type AcceptancePolicy,
  acceptVoucher,
  acceptWalletVoucher,
  type VerifyWallet,
} from './channels/acceptance.ts';
export {
  type Channel,
  type ChannelExit,
  type ChannelOpening,
  finishExit,
  openChannel,
  type Stream,
  startExit,
  topUpChannel,
  type VerifyPayee,
} from './channels/channel.ts';
export { type ChannelTransfer, channelPostings, channelTransferPosting } from './channels/channel-postings.ts';
export { type JudgedCharge, judgeCharge, nextCharge } from './channels/charge.ts';
export { closeChannel } from './channels/close.ts';
export {
  type ChannelClaim,
  type CommittedRow,
  commitVouchers,
  type RedeemedRow,
  type RedemptionFacts,
  redeemVouchers,
} from './channels/redemption.ts';
export {
  type ReadVoucher,
  type RefusedVoucher,
  readVoucher,
  VOUCHER_BYTES_MAX,
  type VoucherCode,
} from './channels/voucher.ts';
export { type Conservation, conservationOf } from './conservation.ts';
export { type Claimed, type EraClaim, eraClaimDue, type FinalEra } from './era-claims.ts';
export { LedgerBook } from './ledger-book.ts';
export {
  type ChainClaim,
  type ChainDeposit,
  checkPosting,
  claimPostings,
  depositPosting,
  escrowPosting,
  type Leg,
  type Posting,
  releasePosting,
  samePosting,
  type TaskEscrow,
} from './postings.ts';
export { BILLING_CODES, type BillingCode, BillingRefusal, type RefusalClass } from './refusals.ts';
export { statementPostings } from './statement-postings.ts';
