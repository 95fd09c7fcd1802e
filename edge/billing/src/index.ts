export {
  type Account,
  type Address,
  type Asset,
  type Balance,
  escrowAccount,
  grainsOf,
  heldAccount,
  holdbackAccount,
  isAccount,
  payableAccount,
  SOURCE_ACCOUNTS,
  walletAccount,
} from './accounts.ts';
export { type Conservation, conservationOf } from './conservation.ts';
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
