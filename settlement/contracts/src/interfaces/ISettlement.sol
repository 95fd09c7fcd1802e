// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EraLeaf} from "../libraries/EraLeaf.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {IWorkToken} from "./IWorkToken.sol";

/// @title Settlement of eras
/// @notice Takes consumers' credits, lets a bonded poster publish what everybody may have claimed by the end of each
/// era, gives anyone a window to prove it wrong, and pays whatever became final. A posted era is a claim until its
/// window has passed; a final one is never voided.
/// @dev An era has five Merkle sum trees (EraLeaf says what their leaves are):
///   accrual   what each node earned in each epoch of the era, and the era's take
///   void      what of the era whose holdback ends now (`holdbackEras` before) is not paid: faults, holds, penalties
///   direct    what is paid without a holdback: withdrawals, levies, what was held and is free again
///   payout    lifetime sums of each account
///   params    rules and sums of each epoch and class: its credits were charged, its tokens are the most to divide
/// For each account: payout(N) = payout(N - 1) + accrual(N - holdback) + direct(N) - void(N). The same equation of the
/// totals is checked at posting, so that nobody can be left out: somebody else would then have too much.
interface ISettlement {
    /// @param era Number of the era, counted from 0 without gaps.
    /// @param parentHash keccak256 of the previous era's encoded header; zero for era 0.
    struct EraHeader {
        uint64 era;
        bytes32 parentHash;
        SumTree.Root accrual;
        SumTree.Root voids;
        SumTree.Root direct;
        SumTree.Root payout;
        SumTree.Root params;
    }

    /// @notice What the contract keeps of a posted header.
    /// @param posting Serial number of the posting: an era that was voided is posted again.
    struct PostedEra {
        bytes32 headerHash;
        uint128 totalCredits;
        uint128 totalTokens;
        uint128 accruedCredits;
        uint128 accruedTokens;
        uint64 finalisableAt;
        uint64 posting;
    }

    /// @notice An account's leaf of the payout tree, and the way from it to the root (SumTree.Span's path).
    struct PayoutProof {
        address account;
        uint128 credits;
        uint128 tokens;
        uint32 index;
        bytes path;
    }

    /// @notice Lifetime sums of one account, in grains.
    struct Claimed {
        uint128 credits;
        uint128 tokens;
    }

    /// @notice Lifetime sums over all accounts, in grains.
    struct Totals {
        uint128 depositedCredits;
        uint128 mintedTokens;
    }

    /// @notice What a challenge proved.
    enum Ground {
        LeavesOutOfOrder,
        TotalsDiffer,
        SumsDiffer,
        PayoutWrong,
        VoidUncovered,
        AccrualWrong,
        ParamsWrong,
        BatchInvalid,
        ReceiptOmitted,
        DataWithheld
    }

    event Deposited(address indexed account, address indexed payer, uint128 grains);
    event PosterBonded(address indexed poster, uint128 grains, uint128 bondGrains);
    event PosterUnbonded(address indexed poster, uint128 grains, uint128 bondGrains);
    event PosterSlashed(address indexed poster, address indexed challenger, uint128 rewardGrains, uint128 burntGrains);
    event SlashedBurnt(uint128 grains);
    event EpochCommitted(uint64 indexed epoch, bytes32 batchesRoot);
    event EraPosted(uint64 indexed era, bytes32 indexed headerHash, EraHeader header, uint64 finalisableAt);
    event EraFinalised(uint64 indexed era, bytes32 indexed headerHash, uint128 totalCredits, uint128 mintedTokens);
    /// @notice Era `era` was proven wrong; it and every posted era up to `lastEra` are void.
    event EraVoided(
        uint64 indexed era, bytes32 indexed headerHash, address indexed challenger, uint64 lastEra, Ground ground
    );
    /// @param credits,tokens Paid now, to `recipient`; for the burn account: destroyed.
    event ClaimPaid(address indexed account, address indexed recipient, uint128 credits, uint128 tokens);
    /// @notice One row of a batch was refused, for the reason that `claim` gives as its error.
    event ClaimSkipped(address indexed account, uint32 index, bytes reason);
    event RecipientSet(address indexed account, address indexed recipient);

    error ZeroAddress();
    error ZeroAmount();
    error ZeroRoot();
    error ChallengeWindowTooShort(uint64 givenSeconds, uint64 minSeconds);
    error ZeroHoldback();
    /// @notice The work token must name this contract as its minter.
    error NotTheMinter(address minter);
    error ReceiptKeyInvalid(bytes32 x, bytes32 y);
    error NotChallenges(address caller, address challenges);
    error NotPoster(address caller, address poster);
    error PosterBondTooSmall(uint128 bondGrains, uint128 requiredGrains);
    error ErasPending(uint64 postedEras, uint64 finalisedEras);
    error EpochNotAfterLast(uint64 epoch, uint64 nextEpoch);
    error EraOutOfOrder(uint64 era, uint64 expectedEra);
    error ParentMismatch(bytes32 parentHash, bytes32 expectedHash);
    /// @notice A tree without leaves has neither root nor sums.
    error EmptyTreeNotZero(EraLeaf.Tree tree);
    /// @notice More was taken back than the era whose holdback ends had accrued.
    error VoidsAboveAccrual(uint128 credits, uint128 tokens, uint128 accruedCredits, uint128 accruedTokens);
    /// @notice Expected parent + accrual - void + direct.
    error TotalsDoNotAddUp(uint128 credits, uint128 tokens, uint256 expectedCredits, uint256 expectedTokens);
    /// @notice What is earned and taken has to be what was charged.
    error AccrualNotCharged(uint128 accruedCredits, uint128 chargedCredits);
    error AccrualAboveEmission(uint128 accruedTokens, uint128 emissionTokens);
    error CreditsNotFunded(uint128 totalCredits, uint128 depositedCredits);
    error EmissionAboveEraLimit(uint128 tokens, uint128 limitTokens);
    error EmissionAboveCap(uint128 totalTokens, uint128 emissionCapTokens);
    error EraNotPosted(uint64 era, uint64 postedEras);
    error EraIsFinal(uint64 era);
    error HeaderMismatch(bytes32 headerHash, bytes32 expectedHash);
    error ChallengeWindowOpen(uint64 era, uint64 finalisableAt);
    error AsksOpen(uint64 era, uint32 openAsks);
    error NothingFinalised();
    /// @notice Claims are made against the last final era; a newer one may have come in between.
    error RootNotLastFinal(bytes32 payoutHash, bytes32 expectedHash);
    /// @notice The header promised other totals than its tree has.
    error TotalsMismatch(uint128 credits, uint128 tokens, uint128 headerCredits, uint128 headerTokens);
    error NothingToClaim(address account);
    error DepositPaused();
    /// @notice The policy of the gate does not let this payer, or this account, in.
    error DepositNotCleared(address from, address to);
    error RecipientRefused(address recipient);

    /// @notice Credits for `account`'s use of the network, from the caller (by allowance). What it does not spend comes
    /// back through payout leaves.
    /// @dev Errors: ZeroAmount, ZeroAddress, DepositPaused, DepositNotCleared, and the gate's and the token's own.
    function deposit(address account, uint128 grains) external;

    /// @notice Adds to the poster's bond (by allowance). Errors: NotPoster, ZeroAmount, and the token's own.
    function postPosterBond(uint128 grains) external;
    /// @notice Takes from the poster's bond while nothing that it posted is open.
    /// @dev Errors: NotPoster, ZeroAmount, ErasPending, PosterBondTooSmall.
    function withdrawPosterBond(uint128 grains) external;
    /// @notice Fixes the batches that were accepted in an epoch before its beacon is known; epochs only rise.
    /// @dev Errors: NotPoster, ZeroRoot, EpochNotAfterLast.
    function commitEpoch(uint64 epoch, bytes32 batchesRoot) external;
    /// @notice Posts the next era, whether or not those before it are contested. Its window starts now.
    /// @dev Errors: NotPoster, PosterBondTooSmall, EraOutOfOrder, ParentMismatch, EmptyTree, EmptyTreeNotZero,
    /// VoidsAboveAccrual, TotalsDoNotAddUp, AccrualNotCharged, AccrualAboveEmission, CreditsNotFunded, EmissionAboveEraLimit,
    /// EmissionAboveCap.
    function postEra(EraHeader calldata header) external;
    /// @notice Makes the oldest open era final after its window, and mints its emission. Anyone may.
    /// @dev Errors: EraNotPosted, EraIsFinal, EraOutOfOrder, HeaderMismatch, ChallengeWindowOpen, AsksOpen.
    function finaliseEra(EraHeader calldata header) external;

    /// @notice Pays an account what the last final era owes it beyond what it had. Anyone may; the money goes to the
    /// account or to the recipient that it set. What the burn account is owed is destroyed; what the gate does not clear it
    /// holds for the recipient.
    /// @dev Errors: NothingFinalised, RootNotLastFinal, TotalsMismatch, NothingToClaim, and SumTree's and the gate's own.
    function claim(SumTree.Root calldata payout, PayoutProof calldata proof)
        external
        returns (uint128 credits, uint128 tokens);
    /// @notice Claims for many accounts; a row that `claim` refuses is skipped with its reason.
    function claimMany(SumTree.Root calldata payout, PayoutProof[] calldata proofs) external;
    /// @notice Where the caller's payouts go from now on; zero: to itself again. Error: RecipientRefused.
    function setRecipient(address recipient) external;

    /// @notice Voids an open era and all that follow, and pays the challenger half of the poster's bond. The rest waits for
    /// `burnSlashed`, so that a proof costs no more than it must.
    /// @dev Errors: NotChallenges, EraNotPosted, EraIsFinal.
    function voidEra(uint64 era, address challenger, Ground ground) external;

    /// @notice Payouts to this account are destroyed.
    function BURN_ACCOUNT() external view returns (address);
    /// @notice Destroys what slashed bonds left. Anyone may. Error: ZeroAmount.
    function burnSlashed() external;
    function slashedGrains() external view returns (uint128);

    function workToken() external view returns (IWorkToken);
    /// @notice The IEraChallenges that may void an era.
    function challenges() external view returns (address);
    function challengeWindowSeconds() external view returns (uint64);
    /// @notice Eras between what was earned and what it pays.
    function holdbackEras() external view returns (uint64);
    /// @notice P-256 key that signs the receipts of batches.
    function receiptKeyX() external view returns (bytes32);
    function receiptKeyY() external view returns (bytes32);

    /// @notice Eras posted and not void: the next to post.
    function postedEras() external view returns (uint64);
    /// @notice Eras final: the next to finalise.
    function finalisedEras() external view returns (uint64);
    /// @notice keccak256 of the encoded payout root of the last final era, which claims are made against; zero: none is.
    function payableHash() external view returns (bytes32);
    /// @notice Error: EraNotPosted.
    function eraOf(uint64 era) external view returns (PostedEra memory);
    /// @notice Hash of an era's header that can still be voided. Errors: EraNotPosted, EraIsFinal.
    function openHeaderHash(uint64 era) external view returns (bytes32);
    /// @notice Error: EraNotPosted.
    function headerHashAt(uint64 era) external view returns (bytes32);
    function headerHashOf(EraHeader calldata header) external pure returns (bytes32);
    /// @notice Zero for an epoch that was never committed.
    function batchesRootOf(uint64 epoch) external view returns (bytes32);
    function claimedOf(address account) external view returns (Claimed memory);
    function recipientOf(address account) external view returns (address);
    function totals() external view returns (Totals memory);
}
