// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EraLeaf} from "../libraries/EraLeaf.sol";
import {RewardMath} from "../libraries/RewardMath.sol";
import {SignedMessage} from "../libraries/SignedMessage.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Challenges of posted eras
/// @notice Whoever shows that an open era is wrong has the Settlement void it, with all that follow. Every challenge takes
/// some leaves with their ways to the root, and nothing else has to be believed. A leaf that the poster keeps to itself
/// can be asked for.
/// @dev What no contract can recompute is for the arbitration's committees: what is paid directly, the bonds and operators'
/// weights that leaves name, and the sums of weights in the rules.
interface IEraChallenges {
    /// @notice The rules of an epoch and class, and their leaf in the params tree.
    struct ParamsProof {
        RewardMath.ClassParams params;
        SumTree.Span span;
    }

    /// @notice The leaves that make up one account's payout.
    struct AccountProof {
        address account;
        SumTree.Span payout;
        SumTree.Span parent;
        SumTree.Span accrual;
        SumTree.Span direct;
        SumTree.Span voids;
    }

    /// @notice A batch's header as the device signed it, and the device's key.
    struct BatchEvidence {
        SignedMessage.Message header;
        bytes32 keyX;
        bytes32 keyY;
    }

    /// @notice The poster's signed receipt of a batch.
    struct Receipt {
        SignedMessage.Message message;
        bytes32 r;
        bytes32 s;
    }

    /// @notice A leaf that somebody wants to see.
    struct Ask {
        address asker;
        uint64 answerBy;
        uint64 era;
        uint64 posting;
    }

    event LeafAsked(uint64 indexed era, EraLeaf.Tree indexed tree, uint32 index, address asker, uint64 answerBy);
    /// @notice Where the revealer called this contract itself, the transaction's input has the leaf and what it is a hash of.
    event LeafRevealed(uint64 indexed era, EraLeaf.Tree indexed tree, uint32 index, address revealer);

    error ZeroAddress();
    /// @notice The settlement names another contract.
    error NotTheChallenges(address challenges);
    /// @notice Expected eras of at least one epoch, and answers due within the window.
    error CadenceInvalid(uint64 epochsPerEra, uint64 answerSeconds, uint64 windowSeconds);
    error ChallengeWindowPassed(uint64 era, uint64 finalisableAt);
    /// @notice What was shown proves nothing against the era.
    error Unproven(ISettlement.Ground ground);
    /// @notice Expected one leaf, or two next to each other.
    error NotAdjacent(uint32 first, uint32 last);
    /// @notice Expected one leaf.
    error NotOneLeaf(uint32 first, uint32 last);
    /// @notice Expected the whole range of the account's leaves, or the leaves around the place where it has none.
    error RangeNotWhole(EraLeaf.Tree tree, address account);
    /// @notice Expected this era's header, its parent's, and the one's whose holdback ends, as far as there are such.
    error HeadersMissing(uint256 given, uint256 expected);
    error InputsMismatch(bytes32 inputsHash, bytes32 expectedHash);
    error ParamsMismatch(bytes9 key, bytes9 expectedKey);
    error ParamsHashMismatch(bytes32 paramsHash, bytes32 expectedHash);
    error NodeMismatch(bytes32 nodeId, bytes32 expectedNodeId);
    error BatchMismatch(bytes32 batchId, bytes32 expectedBatchId);
    /// @notice Signed for another network.
    error ForeignMessage(bytes aad);
    error ReceiptUnsigned(bytes32 receiptId);
    error NodeRecordMismatch();
    error LeafIndexOutOfRange(uint32 index, uint32 leafCount);
    /// @notice Expected what the leaf is a hash of as well: `revealAccrual` or `revealRules`.
    error ContentMissing(EraLeaf.Tree tree);
    error AlreadyAsked(uint64 era, EraLeaf.Tree tree, uint32 index);
    error NotAsked(uint64 era, EraLeaf.Tree tree, uint32 index);
    error AnswerStillDue(uint64 answerBy);
    error AskStands(uint64 era, uint64 posting);

    /// @notice Two neighbouring leaves whose keys do not rise, or edges that are not where an account begins and ends.
    /// @dev Every successful challenge voids the era and all that follow, pays the caller half of the poster's bond and
    /// burns the rest. Errors of every challenge: those of an open era (EraNotPosted, EraIsFinal, HeaderMismatch),
    /// Unproven, and SumTree's own. Of this one: NotAdjacent.
    function challengeOrder(ISettlement.EraHeader calldata header, EraLeaf.Tree tree, SumTree.Span calldata span)
        external;
    /// @notice A root that commits to other totals, or another number of leaves, than the header: what was posted is not
    /// what was held against the budget.
    /// @param top The tree's top node, as the root commits to it. Error: RootMismatch.
    function challengeTotals(
        ISettlement.EraHeader calldata header,
        EraLeaf.Tree tree,
        SumTree.Node calldata top,
        uint32 leafCount
    ) external;
    /// @notice A node whose sums are not those of its children or of its leaf, or padding that is not empty.
    /// @param content The two children's records (128 bytes), or at level 0 the leaf. Error: NodeRecordMismatch.
    function challengeSums(
        ISettlement.EraHeader calldata header,
        EraLeaf.Tree tree,
        SumTree.Node calldata node,
        uint256 level,
        uint256 index,
        bytes calldata path,
        bytes calldata content
    ) external;
    /// @notice An account whose payout is not the parent's, plus what it accrued in the era whose holdback ends, plus
    /// what is paid directly, less what was voided.
    /// @param headers The era's, its parent's, and that of the era whose holdback ends unless it is the parent.
    /// @dev Errors: HeadersMissing, ParentMismatch, RangeNotWhole.
    function challengePayout(ISettlement.EraHeader[] calldata headers, AccountProof calldata proof) external;
    /// @notice A void leaf of which there is no accrual, or that takes more than was accrued.
    /// @param headers As for `challengePayout`.
    /// @param voided The leaf.
    /// @param accrued The leaf with the same key, or the leaves around the place where there is none.
    /// @dev Errors: HeadersMissing, ParentMismatch, NotOneLeaf, RangeNotWhole.
    function challengeVoid(
        ISettlement.EraHeader[] calldata headers,
        SumTree.Span calldata voided,
        SumTree.Span calldata accrued
    ) external;
    /// @notice An accrual leaf that does not follow from its inputs and the rules of its epoch and class; of a node that
    /// is not the account's or not of the class; or without rules.
    /// @param rules Where there are none, `span` shows the leaves around their place and `params` is not read.
    /// @dev Errors: NotOneLeaf, InputsMismatch, ParamsMismatch, ParamsHashMismatch, and the registry's own.
    function challengeAccrual(
        ISettlement.EraHeader calldata header,
        SumTree.Span calldata accrued,
        RewardMath.AccrualInputs calldata inputs,
        ParamsProof calldata rules
    ) external;
    /// @notice Rules of an epoch that is not the era's, of a curve that cannot be computed, or whose leaf has other sums.
    /// @dev Errors: NotOneLeaf, ParamsHashMismatch.
    function challengeParams(ISettlement.EraHeader calldata header, ParamsProof calldata rules) external;
    /// @notice Work without a batch, or a batch that its node did not sign, that is another's, of a later epoch or of
    /// another sequence number.
    /// @dev Errors: NotOneLeaf, InputsMismatch, NodeMismatch, BatchMismatch, and the registry's own.
    function challengeBatch(
        ISettlement.EraHeader calldata header,
        SumTree.Span calldata accrued,
        RewardMath.AccrualInputs calldata inputs,
        BatchEvidence calldata batch
    ) external;
    /// @notice A batch that the poster receipted as accepted and left out of the node's leaves, though it can no longer
    /// be late.
    /// @dev Errors: NotOneLeaf, InputsMismatch, ForeignMessage, ReceiptUnsigned, BatchMismatch, NodeMismatch.
    function challengeOmission(
        ISettlement.EraHeader calldata header,
        SumTree.Span calldata accrued,
        RewardMath.AccrualInputs calldata inputs,
        SignedMessage.Message calldata batch,
        Receipt calldata receipt
    ) external;

    /// @notice Asks for a leaf within the era's window, for a fee (by allowance) that goes to whoever reveals it. An era is
    /// not final while an answer is due.
    /// @dev Errors: those of an open era, ChallengeWindowPassed, LeafIndexOutOfRange, AlreadyAsked, and the token's own.
    function ask(ISettlement.EraHeader calldata header, EraLeaf.Tree tree, uint32 index) external;
    /// @notice Answers with a leaf that has nothing behind it.
    /// @dev Errors: those of an open era, ContentMissing, NotAsked, NotOneLeaf, and SumTree's own.
    function reveal(ISettlement.EraHeader calldata header, EraLeaf.Tree tree, SumTree.Span calldata span) external;
    /// @notice Answers with an accrual leaf, its inputs, and the batch that they name, if any.
    /// @dev Errors: those of an open era, NotAsked, NotOneLeaf, InputsMismatch, BatchMismatch, and SumTree's own.
    function revealAccrual(
        ISettlement.EraHeader calldata header,
        SumTree.Span calldata accrued,
        RewardMath.AccrualInputs calldata inputs,
        SignedMessage.Message calldata batch
    ) external;
    /// @notice Answers with a params leaf and its rules.
    /// @dev Errors: those of an open era, NotAsked, NotOneLeaf, ParamsHashMismatch, and SumTree's own.
    function revealRules(ISettlement.EraHeader calldata header, ParamsProof calldata rules) external;
    /// @notice A leaf that was asked for and not revealed in time. The asker has its fee back.
    /// @dev Errors: those of an open era, NotAsked, AnswerStillDue.
    function challengeWithheld(ISettlement.EraHeader calldata header, EraLeaf.Tree tree, uint32 index) external;
    /// @notice Gives the asker its fee back where another challenge voided the era. Errors: NotAsked, AskStands.
    function recoverAskFee(uint64 era, uint64 posting, EraLeaf.Tree tree, uint32 index) external;

    /// @notice Leaves of a posting that were asked for and not revealed yet.
    function openAsksOf(uint64 posting) external view returns (uint32);
    /// @notice Zeros where nobody asked, or it was answered.
    function askOf(uint64 posting, EraLeaf.Tree tree, uint32 index) external view returns (Ask memory);
}
