import type { RefusalClass, RevertAdvice } from './refusal.ts';

// What to do about each error that a contract of this network may end a transaction with, its libraries' included.

/** Errors of one sentence: class, what to do, names. */
const ADVICE: readonly (readonly [RefusalClass, string, string])[] = [
  // ---- time
  [
    'retry',
    'Wait until the time that the error names, then send it again.',
    `AppealStillOpen AppealOpen BondStillLocked ChallengeWindowOpen DrawStillOpen EndTooEarly ExitNotOver IssueTooEarly
     PartNotOver PauseChained PauseNotFree RevealNotOpen TooSoon TriggerResting VersionProven VotingOpen
     ERC5805FutureLookup ERC3009InvalidAuthorizationTime ActivationTooEarly AnswerStillDue`,
  ],
  [
    'retry',
    'Wait for the block or the preimage that settles the draw, then send it again.',
    'BeaconNotYet EntropyNotYet BeaconNotAhead',
  ],
  [
    'retry',
    'Wait until what comes before it is done, then send it again.',
    `AccessManagerNotReady AccessManagedRequiredDelay CasePending ErasPending NotExecuted NothingFinalised StillBlocked
     TimelockUnexecutedPredecessor QuorumNotReached RedemptionNotPriced VersionPending AsksOpen HeadersMissing`,
  ],
  ['retry', 'It is paused: send it again when the pause is over.', 'IsPaused IssuePaused DepositPaused'],
  [
    'give-up',
    'Its time is over: nothing but a new case, motion, offer or signature will do.',
    `AppealOver CloseExpired CommitOver DrawOver EntropyLost MotionOver TermOver AccessManagerExpired ERC2612ExpiredSignature
     VotesExpiredSignature ChallengeWindowPassed`,
  ],
  // ---- done already
  [
    'give-up',
    'It is done already: read the state from the chain and go on from there.',
    `AlreadyAnswered AlreadyCommitted AlreadyOpen AlreadyRevealed AlreadySeated CanaryPlantedAlready EconomyHashUsed
     EraAlreadyMinted EraIsFinal MotionAlreadyExecuted NodeAlreadyRegistered NodeAlreadySuspended NodeNotSuspended
     SignerAlreadyRevoked SlashAlreadyProposed NoChange AccessManagerAlreadyScheduled GovernorAlreadyCastVote
     GovernorAlreadyQueuedProposal ERC3009UsedAuthorization NotPaused BondWhole AlreadyAsked AskStands`,
  ],
  [
    'give-up',
    'There is nothing for it to do: read the state from the chain before asking again.',
    `NothingFree NothingScheduled NothingToClaim NothingToRelease NothingToRollBack NothingToSettle NothingToSlash
     NothingToTighten NothingToWithdraw NoFee NoVerdict HoldUnknown CouncilNotVacant NotAsked`,
  ],
  // ---- state
  [
    'input',
    'It does not fit the state that the chain is in: read the state and make the call for it.',
    `BaseNotInForce EpochNotAfterLast EraNotPosted EraOutOfOrder HeaderNotLastFinal NotOpen SlashNotHeld VersionNotNew
     WrongBatch WrongPhase WrongSide WrongStatus IsTaskWallet NotTaskWallet NotOfThisRouter SeatedAfterMotion
     GovernorUnexpectedProposalState GovernorProposalQueueingNotRequired TimelockUnexpectedOperationState
     AccessManagerNotScheduled RootNotLastFinal`,
  ],
  [
    'input',
    'The contract knows none of that name: check the id, and that the address book is of this network.',
    `CanaryUnknown FigureUnknown MotionUnknown NodeUnknown NotSeated ParameterUnknown SeatUnknown TriggerUnknown
     TokensUnknown GovernorNonexistentProposal`,
  ],
  [
    'retry',
    'Another transaction of this signature came first: sign again with the nonce of now.',
    'InvalidAccountNonce ERC6372InconsistentClock ReentrancyGuardReentrantCall',
  ],
  // ---- who
  [
    'input',
    'Send it from the account that the error names as the one that may.',
    `NotAppointer NotArbiter NotCanaryKeeper NotGuardian NotIssuer NotOnSeat NotOperator NotPayee NotPayer NotPoster
     NotSettlement NotChallenges NotTheChallenges NotOwner`,
  ],
  [
    'input',
    'The account lacks the role: send it from one that has it, or have governance give it.',
    `AccessControlUnauthorizedAccount AccessManagedUnauthorized AccessManagerUnauthorizedAccount
     AccessManagerUnauthorizedCall AccessManagerUnauthorizedCancel AccessManagerUnauthorizedConsume AccessManagerLockedFunction
     AccessManagerLockedRole NotAttestor TimelockUnauthorizedCaller GovernorOnlyExecutor GovernorRestrictedProposer
     GovernorUnableToCancel GovernorInsufficientProposerVotes`,
  ],
  [
    'input',
    'A renunciation must name the account that sends it.',
    'AccessControlBadConfirmation AccessManagerBadConfirmation',
  ],
  [
    'input',
    'Sign again, with the key of the account that is named, for this chain and contract, in the lower of the two forms.',
    `AttestationUnsigned CloseNotSigned CommitmentMismatch ECDSAInvalidSignature ECDSAInvalidSignatureLength
     ECDSAInvalidSignatureS ERC2612InvalidSigner ERC3009InvalidSignature GovernorInvalidSignature
     ProofOfPossessionInvalid SessionKeyRefused SignerRefused ReceiptUnsigned`,
  ],
  // ---- money
  [
    'retry',
    'Give the account, the allowance, the bond or the deposit that is named what is missing, then send it again.',
    `BondTooSmall CreditsNotFunded ERC20InsufficientAllowance ERC20InsufficientBalance InsufficientBalance InventoryShort
     NotFunded OpenedShort PoolTooSmall PostedTooLittle PosterBondTooSmall TokenCoverShort AttestedShort`,
  ],
  [
    'retry',
    'The limit of this moment is used up: take less, or come back when it is free again.',
    `BatchFull DayLimitExceeded IssueTooLarge TooManyLots IssueHalted IssueNotCleared
     DepositNotCleared`,
  ],
  [
    'give-up',
    'A limit of the economy forbids it: nothing but a change of the rules makes room.',
    `CapExceeded EmissionAboveCap EmissionAboveEraLimit MintAboveEraLimit ERC20ExceededSafeSupply AccrualAboveEmission`,
  ],
  [
    'input',
    'This token cannot be used here: it takes a fee, changes balances by itself, or does not answer as a token does.',
    'AmountNotReceived SafeERC20FailedOperation AssetRefused DecimalsTooMany',
  ],
  [
    'input',
    'The receiver cannot have it: name another one.',
    `ERC20InvalidReceiver ERC20InvalidSender ERC20InvalidApprover ERC20InvalidSpender RecipientRefused PayeeIsGate
     GovernorDisabledDeposit`,
  ],
  // ---- values
  [
    'input',
    'Give a value within the bounds that the error names.',
    `ActivationTooLate AttestorsOutOfRange BatchShareOutOfRange BeaconTooFar CloseOutOfBounds DepositTooLarge
     ExitDelayOutOfBounds IssueBelowMin LeafIndexOutOfRange OutOfBounds PauseTooLong PowerOutOfRange PpmTooLarge
     QuorumOutOfRange RatioOutOfRange SeatsOutOfRange StepExceeded StepTooLarge StringTooLong SupplyOutOfRange TaxBelowStep
     TaxOutOfRange TooManyParameters UnknownEvidenceLevel GovernorInvalidVotingPeriod
     GovernorPreventLateQuorumVoteExtensionTooLarge SafeCastOverflowedUintDowncast SumOverflow SpanOutOfRange`,
  ],
  [
    'input',
    'Give something else than zero or nothing.',
    `ZeroAddress ZeroAmount ZeroCapacity ZeroDuration ZeroHash ZeroRoot ZeroHoldback EmptyTree EmptyTreeNotZero`,
  ],
  [
    'input',
    'Name each thing once, in order, with as many values as names.',
    `AttestorTwice FigureTwice LengthsDiffer NamesNotSorted SeatTaken GovernorInvalidProposalLength
     TimelockInvalidOperationLength CheckpointUnorderedInsertion`,
  ],
  [
    'input',
    'Mend the form of what was handed in: see the contract’s page.',
    `ActionMalformed MalformedClassName MalformedSizes MalformedThrottle InvalidShortString GovernorInvalidVoteParams
     GovernorInvalidVoteType CallDiffers BoundsInverted ForeignMessage LeafLengthMismatch CadenceInvalid`,
  ],
  ['input', 'Give more gas: part of the call would run out of it.', 'GasTooLow'],
  // ---- eras and proofs
  [
    'input',
    'The header, root or proof is of another tree: build it from the published statements and the posted header.',
    `DepthMismatch HeaderMismatch ParentMismatch PayoutRootMismatch ProofLengthMismatch TotalsMismatch TotalsFell
     BatchMismatch ContentMissing InputsMismatch NodeMismatch NodeRecordMismatch NotOneLeaf ParamsHashMismatch ParamsMismatch
     PathLengthMismatch RangeNotWhole RootMismatch TotalsDoNotAddUp Unproven VoidsAboveAccrual AccrualNotCharged`,
  ],
  [
    'give-up',
    'The era is right in what was challenged: look whether the challenge was made from the posted data.',
    'AccountsDiffer LeavesInOrder NotAdjacent PayoutDidNotDecrease TotalsAgree',
  ],
  [
    'input',
    'The preimage is not the one that was committed to: read the chain of preimages from its seed.',
    'BeaconMismatch EntropyKnown',
  ],
  // ---- rules and figures
  [
    'input',
    'This way only tightens rules: what loosens them goes through a vote.',
    'Loosens NotTighter OnlyTightens DelayIsEconomys',
  ],
  [
    'retry',
    'The figures do not call for it: report newer ones, or wait until they do.',
    'AttestationOld AttestationStale FigureStale LineNotCrossed ReportNotNewer',
  ],
  [
    'input',
    'The report is of a time that has not come: set the clock of whoever signs it.',
    'AttestationFromFuture ReportFromFuture',
  ],
  // ---- deployment
  [
    'give-up',
    'The network is wired wrongly: compare its address book with a deployment’s.',
    `AccessManagedInvalidAuthority AccessManagerInvalidInitialAdmin AddressEmptyCode NotTheIssuer NotTheMinter
     PolicyWithoutCode ReceiptKeyInvalid SharesDoNotSum UnbondingShorterThanAppeal UnbondingTooShort VaultWindowTooShort
     ChallengeWindowTooShort TimelockInsufficientDelay CreationFailed OnlyOnLocalChain`,
  ],
  ['give-up', 'The chain has no precompile for P-256: deploy with the fallback.', 'MissingPrecompile'],
  [
    'input',
    'The call inside it failed and did not say why: try it on its own.',
    'FailedCall GovernorProposalQueueingFailed',
  ],
];

/** For bytes that no contract of this network ends with. */
const UNKNOWN: RevertAdvice = {
  code: revertCode('Unknown'),
  refusalClass: 'give-up',
  advice: 'No contract of this network says this: check the address book, and the token that is called.',
};

const ADVICE_BY_NAME: ReadonlyMap<string, RevertAdvice> = new Map(
  ADVICE.flatMap(([refusalClass, advice, names]) =>
    names.split(/\s+/).map((name) => [name, { code: revertCode(name), refusalClass, advice }] as const),
  ),
);

/** What to do about a contract's error, by its name in the sources. */
export function revertAdvice(name: string): RevertAdvice {
  return ADVICE_BY_NAME.get(name) ?? UNKNOWN;
}

/** `EraIsFinal` → `REVERT-ERA-IS-FINAL`. */
function revertCode(name: string): string {
  return `REVERT-${name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toUpperCase()}`;
}
