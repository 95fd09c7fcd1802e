// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SumTree} from "../libraries/SumTree.sol";

/// @title Settlement of eras
/// @notice Takes consumers' credits, lets a bonded poster publish what everybody may have claimed by the end of each
/// era, gives anyone a window to prove it wrong, and pays whatever became final. A posted root is a claim until its
/// window has passed; a final one is never voided.
interface ISettlement {
    /// @param era Number of the era, counted from 0 without gaps.
    /// @param parentHash keccak256 of the previous era's encoded header; zero for era 0.
    /// @param accrualRoot What each node earned in each epoch of the era.
    /// @param voidRoot What final verdicts took back.
    /// @param payoutRoot Root of the payout tree (SumTree): lifetime sums of each account, vested amounts only.
    /// @param totalCredits Sum of all credits in the payout tree, in grains.
    /// @param totalTokens Sum of all work tokens in it, in grains.
    /// @param leafCount Leaves of the payout tree.
    /// @param depth Its levels.
    /// @param paramsHash Commits to the statements of the era's epochs and so to every parameter in force.
    struct EraHeader {
        uint64 era;
        bytes32 parentHash;
        bytes32 accrualRoot;
        bytes32 voidRoot;
        bytes32 payoutRoot;
        uint128 totalCredits;
        uint128 totalTokens;
        uint32 leafCount;
        uint8 depth;
        bytes32 paramsHash;
    }

    /// @notice What the contract keeps of a posted header.
    struct PostedEra {
        bytes32 headerHash;
        uint128 totalCredits;
        uint128 totalTokens;
        uint64 finalisableAt;
    }

    /// @notice Lifetime sums of one account, in grains.
    struct Claimed {
        uint128 credits;
        uint128 tokens;
    }

    /// @notice Lifetime sums over all accounts, in grains.
    struct Totals {
        uint128 depositedCredits;
        uint128 claimedCredits;
        uint128 claimedTokens;
        uint128 mintedTokens;
    }

    /// @notice What a challenge proved.
    enum Ground {
        LeavesOutOfOrder,
        PayoutDecreased,
        TotalsDiffer
    }

    event Deposited(address indexed account, address indexed payer, uint128 grains);
    event PosterBonded(address indexed poster, uint128 grains, uint128 bondGrains);
    event PosterUnbonded(address indexed poster, uint128 grains, uint128 bondGrains);
    event PosterSlashed(address indexed poster, address indexed challenger, uint128 rewardGrains, uint128 burntGrains);
    event EpochCommitted(uint64 indexed epoch, bytes32 batchesRoot);
    event EraPosted(uint64 indexed era, bytes32 indexed headerHash, EraHeader header, uint64 finalisableAt);
    event EraFinalised(uint64 indexed era, bytes32 indexed headerHash, uint128 totalCredits, uint128 mintedTokens);
    /// @notice Era `era` was proven wrong; it and every posted era up to `lastEra` are void.
    event EraVoided(
        uint64 indexed era, bytes32 indexed headerHash, address indexed challenger, uint64 lastEra, Ground ground
    );
    /// @param credits,tokens Paid now, to `recipient`; for the burn account: destroyed.
    event ClaimPaid(
        address indexed account, address indexed recipient, uint64 indexed era, uint128 credits, uint128 tokens
    );
    /// @notice One row of a batch was refused, for the reason that `claim` gives as its error.
    event ClaimSkipped(address indexed account, uint32 index, bytes reason);
    event RecipientSet(address indexed account, address indexed recipient);

    error ZeroAddress();
    error ZeroAmount();
    error ZeroRoot();
    error ChallengeWindowTooShort(uint64 givenSeconds, uint64 minSeconds);
    /// @notice The work token must name this contract as its minter.
    error NotTheMinter(address minter);
    error ReceiptKeyInvalid(bytes32 x, bytes32 y);
    error NotPoster(address caller, address poster);
    error PosterBondTooSmall(uint128 bondGrains, uint128 requiredGrains);
    error ErasPending(uint64 postedEras, uint64 finalisedEras);
    error EpochNotAfterLast(uint64 epoch, uint64 nextEpoch);
    error EraOutOfOrder(uint64 era, uint64 expectedEra);
    error ParentMismatch(bytes32 parentHash, bytes32 expectedHash);
    error DepthMismatch(uint8 depth, uint8 expectedDepth);
    error TotalsFell(uint128 credits, uint128 tokens, uint128 parentCredits, uint128 parentTokens);
    error CreditsNotFunded(uint128 totalCredits, uint128 depositedCredits);
    error EmissionAboveEraLimit(uint128 tokens, uint128 limitTokens);
    error EmissionAboveCap(uint128 totalTokens, uint128 emissionCapTokens);
    error EraNotPosted(uint64 era, uint64 postedEras);
    error EraIsFinal(uint64 era);
    error HeaderMismatch(bytes32 headerHash, bytes32 expectedHash);
    error ChallengeWindowOpen(uint64 era, uint64 finalisableAt);
    error NothingFinalised();
    /// @notice Claims are made against the last final era; a newer one may have come in between.
    error HeaderNotLastFinal(bytes32 headerHash, bytes32 expectedHash);
    error PayoutRootMismatch(bytes32 root, bytes32 expectedRoot);
    /// @notice The header promised other totals than its tree has.
    error TotalsMismatch(uint128 credits, uint128 tokens, uint128 headerCredits, uint128 headerTokens);
    error NothingToClaim(address account);
    error RecipientRefused(address recipient);
    error NotAdjacent(uint32 indexA, uint32 indexB);
    error LeavesInOrder(address accountA, address accountB);
    error AccountsDiffer(address parentAccount, address account);
    error PayoutDidNotDecrease(address account);
    error TotalsAgree();

    /// @notice Credits for `account`'s use of the network, from the caller (by allowance). What it does not spend comes
    /// back through payout leaves. Errors: ZeroAmount, ZeroAddress, and the token's own.
    function deposit(address account, uint128 grains) external;

    /// @notice Adds to the poster's bond (by allowance). Errors: NotPoster, ZeroAmount, and the token's own.
    function postPosterBond(uint128 grains) external;
    /// @notice Takes from the poster's bond while nothing that it posted is open.
    /// @dev Errors: NotPoster, ZeroAmount, ErasPending, PosterBondTooSmall.
    function withdrawPosterBond(uint128 grains) external;
    /// @notice Fixes the batches that were accepted in an epoch before its beacon is known; epochs only rise.
    /// @dev Errors: NotPoster, ZeroRoot, EpochNotAfterLast.
    function commitEpoch(uint64 epoch, bytes32 batchesRoot) external;
    /// @notice Posts the next era. Its window starts now.
    /// @dev Errors: NotPoster, PosterBondTooSmall, EraOutOfOrder, ParentMismatch, EmptyTree, DepthMismatch, TotalsFell,
    /// CreditsNotFunded, EmissionAboveEraLimit, EmissionAboveCap.
    function postEra(EraHeader calldata header) external;
    /// @notice Makes the oldest open era final after its window, and mints its emission. Anyone may.
    /// @dev Errors: EraNotPosted, EraIsFinal, EraOutOfOrder, HeaderMismatch, ChallengeWindowOpen.
    function finaliseEra(EraHeader calldata header) external;

    /// @notice Pays an account what the last final era owes it beyond what it had. Anyone may; the money goes to the
    /// account or to the recipient that it set. What the burn account is owed is destroyed.
    /// @dev Errors: NothingFinalised, HeaderNotLastFinal, PayoutRootMismatch, TotalsMismatch, NothingToClaim, and
    /// SumTree's own.
    function claim(EraHeader calldata header, SumTree.LeafProof calldata proof)
        external
        returns (uint128 credits, uint128 tokens);
    /// @notice Claims for many accounts; a row that `claim` refuses is skipped with its reason.
    function claimMany(EraHeader calldata header, SumTree.LeafProof[] calldata proofs) external;
    /// @notice Where the caller's payouts go from now on; zero: to itself again. Error: RecipientRefused.
    function setRecipient(address recipient) external;

    /// @notice Two neighbouring leaves whose accounts do not rise: duplicates or wrong order.
    /// @dev Errors: those of an open era (EraNotPosted, EraIsFinal, HeaderMismatch), NotAdjacent, PayoutRootMismatch,
    /// LeavesInOrder, and SumTree's own. Every successful challenge voids the era and all that follow, pays the caller
    /// half of the poster's bond and burns the rest.
    function challengeOrder(
        EraHeader calldata header,
        SumTree.LeafProof calldata proofA,
        SumTree.LeafProof calldata proofB
    ) external;
    /// @notice An account whose lifetime sum is lower than in the parent era.
    /// @dev Errors: those of an open era, ParentMismatch, AccountsDiffer, PayoutRootMismatch, PayoutDidNotDecrease.
    function challengeDecrease(
        EraHeader calldata parentHeader,
        EraHeader calldata header,
        SumTree.LeafProof calldata inParent,
        SumTree.LeafProof calldata inHeader
    ) external;
    /// @notice A payout root that commits to other totals, or another leaf count, than its header.
    /// @param top The tree's top node, as the root commits to it.
    /// @dev Errors: those of an open era, PayoutRootMismatch, TotalsAgree.
    function challengeTotals(EraHeader calldata header, SumTree.Node calldata top, uint32 leafCount) external;

    /// @notice Eras posted and not void: the next to post.
    function postedEras() external view returns (uint64);
    /// @notice Eras final: the next to finalise.
    function finalisedEras() external view returns (uint64);
    /// @notice Error: EraNotPosted.
    function eraOf(uint64 era) external view returns (PostedEra memory);
    function headerHashOf(EraHeader calldata header) external pure returns (bytes32);
    /// @notice Zero for an epoch that was never committed.
    function batchesRootOf(uint64 epoch) external view returns (bytes32);
    function claimedOf(address account) external view returns (Claimed memory);
    function recipientOf(address account) external view returns (address);
    function totals() external view returns (Totals memory);
}
