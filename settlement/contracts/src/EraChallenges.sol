// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IEraChallenges} from "./interfaces/IEraChallenges.sol";
import {IMessageVerifier} from "./interfaces/IMessageVerifier.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IWorkToken} from "./interfaces/IWorkToken.sol";
import {EraLeaf} from "./libraries/EraLeaf.sol";
import {RewardMath} from "./libraries/RewardMath.sol";
import {SignedMessage} from "./libraries/SignedMessage.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {Sums} from "./libraries/Sums.sol";

/// @title Implements IEraChallenges, which documents every function.
contract EraChallenges is IEraChallenges {
    using EraLeaf for bytes;
    using SignedMessage for SignedMessage.Message;

    /// @param epochsPerEra An era's length, which never changes.
    /// @param lateEpochs Epochs by which a batch may be late.
    /// @param answerSeconds Time to reveal a leaf that was asked for.
    /// @param askFeeGrains Work tokens that asking for a leaf costs, to be earned by revealing it.
    /// @param insurance,treasury Payees of the take, beside what is burnt.
    struct Settings {
        ISettlement settlement;
        INodeRegistry nodeRegistry;
        IMessageVerifier verifier;
        uint64 epochsPerEra;
        uint64 lateEpochs;
        uint64 answerSeconds;
        uint128 askFeeGrains;
        address insurance;
        address treasury;
    }

    uint256 private constant ECONOMY_HASH_BYTES = 32;

    ISettlement public immutable settlement;
    /// @dev Moved without SafeERC20: this token reverts where it cannot, and the contract is near its largest size.
    IWorkToken private immutable _workToken;
    INodeRegistry public immutable nodeRegistry;
    IMessageVerifier public immutable verifier;
    uint64 private immutable _holdbackEras;
    uint64 public immutable epochsPerEra;
    uint64 public immutable lateEpochs;
    uint64 public immutable answerSeconds;
    uint128 public immutable askFeeGrains;
    address public immutable insurance;
    address public immutable treasury;
    address private immutable _burnAccount;
    /// @dev Of what every message of this network is signed with, but for the economy's hash at its end.
    bytes32 private immutable _aadHeadHash;
    uint256 private immutable _aadHeadBytes;

    mapping(uint64 posting => uint32) public openAsksOf;
    mapping(bytes32 askId => Ask) private _asks;

    constructor(Settings memory settings) {
        if (
            address(settings.settlement) == address(0) || address(settings.nodeRegistry) == address(0)
                || address(settings.verifier) == address(0) || settings.insurance == address(0)
                || settings.treasury == address(0)
        ) revert ZeroAddress();
        if (settings.settlement.challenges() != address(this)) {
            revert NotTheChallenges(settings.settlement.challenges());
        }
        uint64 windowSeconds = settings.settlement.challengeWindowSeconds();
        if (settings.epochsPerEra == 0 || settings.answerSeconds > windowSeconds) {
            revert CadenceInvalid(settings.epochsPerEra, settings.answerSeconds, windowSeconds);
        }
        settlement = settings.settlement;
        _workToken = settings.settlement.workToken();
        nodeRegistry = settings.nodeRegistry;
        verifier = settings.verifier;
        _holdbackEras = settings.settlement.holdbackEras();
        epochsPerEra = settings.epochsPerEra;
        lateEpochs = settings.lateEpochs;
        answerSeconds = settings.answerSeconds;
        askFeeGrains = settings.askFeeGrains;
        insurance = settings.insurance;
        treasury = settings.treasury;
        _burnAccount = settings.settlement.BURN_ACCOUNT();
        bytes memory head = _aadHead(address(settings.settlement));
        _aadHeadHash = keccak256(head);
        _aadHeadBytes = head.length;
    }

    // ---- challenges

    function challengeOrder(ISettlement.EraHeader calldata header, EraLeaf.Tree tree, SumTree.Span calldata span)
        external
    {
        _openHeader(header);
        SumTree.Root calldata root = _treeOf(header, tree);
        SumTree.sumOf(root, span, EraLeaf.lengthOf(tree));
        bool isWrong =
            span.first == span.last ? _isEdgeMissing(tree, span, root.leafCount) : _areNeighboursWrong(tree, span);
        _voidIf(isWrong, header.era, ISettlement.Ground.LeavesOutOfOrder);
    }

    function challengeTotals(
        ISettlement.EraHeader calldata header,
        EraLeaf.Tree tree,
        SumTree.Node calldata top,
        uint32 leafCount
    ) external {
        _openHeader(header);
        SumTree.Root calldata root = _treeOf(header, tree);
        bytes32 opened = SumTree.hashRoot(top.hash, Sums.pack(top.credits, top.tokens), leafCount);
        if (opened != root.root) revert SumTree.RootMismatch(opened, root.root);
        bool agree = top.credits == root.credits && top.tokens == root.tokens && leafCount == root.leafCount;
        _voidIf(!agree, header.era, ISettlement.Ground.TotalsDiffer);
    }

    function challengeSums(
        ISettlement.EraHeader calldata header,
        EraLeaf.Tree tree,
        SumTree.Node calldata node,
        uint256 level,
        uint256 index,
        bytes calldata path,
        bytes calldata content
    ) external {
        _openHeader(header);
        SumTree.Root calldata root = _treeOf(header, tree);
        if (!SumTree.holds(root, node, level, index, path)) revert NodeRecordMismatch();
        // What lies behind padding nobody can ask for: it is known without.
        bool isPadding = index << level >= root.leafCount;
        bool isWrong = isPadding ? !SumTree.isEmpty(node, level) : SumTree.isFalse(node, level, content);
        _voidIf(isWrong, header.era, ISettlement.Ground.SumsDiffer);
    }

    function challengePayout(ISettlement.EraHeader[] calldata headers, AccountProof calldata proof) external {
        uint256 earned = _openHeaders(headers);
        ISettlement.EraHeader calldata header = headers[0];
        address account = proof.account;
        uint256 posted = _sumOfAccount(EraLeaf.Tree.Payout, header.payout, proof.payout, account);
        uint256 taken = _sumOfAccount(EraLeaf.Tree.Void, header.voids, proof.voids, account);
        uint256 owed = _sumOfAccount(EraLeaf.Tree.Direct, header.direct, proof.direct, account);
        if (header.era > 0) {
            owed = Sums.add(owed, _sumOfAccount(EraLeaf.Tree.Payout, headers[1].payout, proof.parent, account));
        }
        if (earned > 0) {
            uint256 accrued = _sumOfAccount(EraLeaf.Tree.Accrual, headers[earned].accrual, proof.accrual, account);
            owed = Sums.add(owed, accrued);
        }
        _voidIf(Sums.add(posted, taken) != owed, header.era, ISettlement.Ground.PayoutWrong);
    }

    function challengeVoid(
        ISettlement.EraHeader[] calldata headers,
        SumTree.Span calldata voided,
        SumTree.Span calldata accrued
    ) external {
        uint256 earned = _openHeaders(headers);
        ISettlement.EraHeader calldata header = headers[0];
        _requireLeaf(header.voids, voided, EraLeaf.ENTRY_BYTES);
        bool isCovered = earned > 0 && _isCovered(voided.firstLeaf, headers[earned].accrual, accrued);
        _voidIf(!isCovered, header.era, ISettlement.Ground.VoidUncovered);
    }

    function challengeAccrual(
        ISettlement.EraHeader calldata header,
        SumTree.Span calldata accrued,
        RewardMath.AccrualInputs calldata inputs,
        ParamsProof calldata rules
    ) external {
        _openHeader(header);
        _requireLeaf(header.accrual, accrued, EraLeaf.ENTRY_BYTES);
        bytes calldata leaf = accrued.firstLeaf;
        bool isWrong;
        if (leaf.nodeOf() == EraLeaf.TAKE_NODE) {
            isWrong = !_isTake(header.era, leaf);
        } else {
            _requireInputs(leaf, inputs);
            isWrong = !_hasRules(header.params, leaf, rules) || !_isOfRegistered(leaf, rules.params.className)
                || !_followsFrom(leaf, rules.params, inputs);
        }
        _voidIf(isWrong, header.era, ISettlement.Ground.AccrualWrong);
    }

    function challengeParams(ISettlement.EraHeader calldata header, ParamsProof calldata rules) external {
        _openHeader(header);
        _requireLeaf(header.params, rules.span, EraLeaf.PARAMS_BYTES);
        bytes calldata leaf = rules.span.firstLeaf;
        _requireRules(leaf, rules.params);
        RewardMath.ClassParams calldata params = rules.params;
        bool isRight = bytes9(leaf) == bytes9(abi.encodePacked(params.epoch, params.classIndex))
            && params.epoch / epochsPerEra == header.era && RewardMath.isWellFormed(params.curve)
            && uint256(bytes32(leaf[EraLeaf.PARAMS_BYTES - 32:]))
                == Sums.pack(params.chargedGrains, params.emissionGrains);
        _voidIf(!isRight, header.era, ISettlement.Ground.ParamsWrong);
    }

    function challengeBatch(
        ISettlement.EraHeader calldata header,
        SumTree.Span calldata accrued,
        RewardMath.AccrualInputs calldata inputs,
        BatchEvidence calldata batch
    ) external {
        _openHeader(header);
        _requireLeaf(header.accrual, accrued, EraLeaf.ENTRY_BYTES);
        bytes calldata leaf = accrued.firstLeaf;
        _requireInputs(leaf, inputs);
        bool isRight = inputs.batchId == 0
            ? inputs.lastSeq == 0 && inputs.lines.length == 0 && inputs.auditNcuMs == 0
            : _isBatchOf(leaf, inputs, batch);
        _voidIf(!isRight, header.era, ISettlement.Ground.BatchInvalid);
    }

    function challengeOmission(
        ISettlement.EraHeader calldata header,
        SumTree.Span calldata accrued,
        RewardMath.AccrualInputs calldata inputs,
        SignedMessage.Message calldata batch,
        Receipt calldata receipt
    ) external {
        _openHeader(header);
        _requireLeaf(header.accrual, accrued, EraLeaf.ENTRY_BYTES);
        bytes calldata leaf = accrued.firstLeaf;
        _requireInputs(leaf, inputs);
        _voidIf(_isOmitted(leaf, inputs.lastSeq, batch, receipt), header.era, ISettlement.Ground.ReceiptOmitted);
    }

    // ---- leaves that nobody shows

    function ask(ISettlement.EraHeader calldata header, EraLeaf.Tree tree, uint32 index) external {
        ISettlement.PostedEra memory posted = _openPosting(header);
        if (block.timestamp >= posted.finalisableAt) revert ChallengeWindowPassed(header.era, posted.finalisableAt);
        uint32 leafCount = _treeOf(header, tree).leafCount;
        if (index >= leafCount) revert LeafIndexOutOfRange(index, leafCount);
        bytes32 askId = _askId(posted.posting, tree, index);
        if (_asks[askId].asker != address(0)) revert AlreadyAsked(header.era, tree, index);
        uint64 answerBy = uint64(block.timestamp) + answerSeconds;
        _asks[askId] = Ask(msg.sender, answerBy, header.era, posted.posting);
        ++openAsksOf[posted.posting];
        emit LeafAsked(header.era, tree, index, msg.sender, answerBy);
        if (askFeeGrains > 0) _workToken.transferFrom(msg.sender, address(this), askFeeGrains);
    }

    function reveal(ISettlement.EraHeader calldata header, EraLeaf.Tree tree, SumTree.Span calldata span) external {
        if (tree == EraLeaf.Tree.Params) revert ContentMissing(tree);
        uint64 posting = _openPosting(header).posting;
        _requireLeaf(_treeOf(header, tree), span, EraLeaf.lengthOf(tree));
        if (tree == EraLeaf.Tree.Accrual && span.firstLeaf.nodeOf() != EraLeaf.TAKE_NODE) revert ContentMissing(tree);
        _answer(header.era, posting, tree, span.first);
    }

    function revealAccrual(
        ISettlement.EraHeader calldata header,
        SumTree.Span calldata accrued,
        RewardMath.AccrualInputs calldata inputs,
        SignedMessage.Message calldata batch
    ) external {
        uint64 posting = _openPosting(header).posting;
        _requireLeaf(header.accrual, accrued, EraLeaf.ENTRY_BYTES);
        _requireInputs(accrued.firstLeaf, inputs);
        bytes32 batchId = inputs.batchId == 0 ? bytes32(0) : batch.idOf();
        if (batchId != inputs.batchId) revert BatchMismatch(batchId, inputs.batchId);
        _answer(header.era, posting, EraLeaf.Tree.Accrual, accrued.first);
    }

    function revealRules(ISettlement.EraHeader calldata header, ParamsProof calldata rules) external {
        uint64 posting = _openPosting(header).posting;
        _requireLeaf(header.params, rules.span, EraLeaf.PARAMS_BYTES);
        _requireRules(rules.span.firstLeaf, rules.params);
        _answer(header.era, posting, EraLeaf.Tree.Params, rules.span.first);
    }

    function challengeWithheld(ISettlement.EraHeader calldata header, EraLeaf.Tree tree, uint32 index) external {
        Ask memory asked = _closeAsk(header.era, _openPosting(header).posting, tree, index);
        if (block.timestamp < asked.answerBy) revert AnswerStillDue(asked.answerBy);
        _voidIf(true, header.era, ISettlement.Ground.DataWithheld);
        if (askFeeGrains > 0) _workToken.transfer(asked.asker, askFeeGrains);
    }

    function recoverAskFee(uint64 era, uint64 posting, EraLeaf.Tree tree, uint32 index) external {
        bytes32 askId = _askId(posting, tree, index);
        Ask memory asked = _asks[askId];
        if (asked.asker == address(0) || asked.era != era) revert NotAsked(era, tree, index);
        bool stands = era < settlement.postedEras() && settlement.eraOf(era).posting == posting;
        if (stands) revert AskStands(era, posting);
        delete _asks[askId];
        if (askFeeGrains > 0) _workToken.transfer(asked.asker, askFeeGrains);
    }

    // ---- views

    function askOf(uint64 posting, EraLeaf.Tree tree, uint32 index) external view returns (Ask memory) {
        return _asks[_askId(posting, tree, index)];
    }

    // ---- what challenges look at

    /// @dev Opens the first header and checks the others. Returns which of them is of the era whose holdback ends; 0: none.
    function _openHeaders(ISettlement.EraHeader[] calldata headers) private view returns (uint256 earned) {
        if (headers.length == 0) revert HeadersMissing(0, 1);
        _openHeader(headers[0]);
        uint64 era = headers[0].era;
        earned = era < _holdbackEras ? 0 : _holdbackEras == 1 ? 1 : 2;
        uint256 expected = earned == 2 ? 3 : era == 0 ? 1 : 2;
        if (headers.length != expected) revert HeadersMissing(headers.length, expected);
        for (uint256 i = 1; i < expected; ++i) {
            bytes32 headerHash = _hashOf(headers[i]);
            bytes32 posted = settlement.headerHashAt(i == 1 ? era - 1 : era - _holdbackEras);
            if (headerHash != posted) revert ISettlement.ParentMismatch(headerHash, posted);
        }
    }

    function _requireLeaf(SumTree.Root calldata root, SumTree.Span calldata span, uint256 leafBytes) private pure {
        if (span.first != span.last) revert NotOneLeaf(span.first, span.last);
        SumTree.sumOf(root, span, leafBytes);
    }

    /// @dev All that a tree has of an account; 0 where it is shown that it has nothing.
    function _sumOfAccount(EraLeaf.Tree tree, SumTree.Root calldata root, SumTree.Span calldata span, address account)
        private
        pure
        returns (uint256 sums)
    {
        if (root.leafCount == 0) return 0;
        sums = SumTree.sumOf(root, span, EraLeaf.lengthOf(tree));
        address first = span.firstLeaf.accountOf();
        address last = span.first == span.last ? first : span.lastLeaf.accountOf();
        if (first == account && last == account) {
            if (!EraLeaf.isOfNodes(tree)) {
                if (span.first != span.last) revert RangeNotWhole(tree, account);
                return sums;
            }
            bytes calldata lastLeaf = span.first == span.last ? span.firstLeaf : span.lastLeaf;
            bool isWhole = span.firstLeaf.edgesOf() & EraLeaf.FIRST != 0 && lastLeaf.edgesOf() & EraLeaf.LAST != 0;
            if (!isWhole) revert RangeNotWhole(tree, account);
            return sums;
        }
        if (!_isGap(span, root.leafCount, account < first, first < account, account < last)) {
            revert RangeNotWhole(tree, account);
        }
        return 0;
    }

    /// @dev Whether something that is (or is not) before the first shown leaf, after it, and before the last, has no leaf.
    function _isGap(
        SumTree.Span calldata span,
        uint32 leafCount,
        bool isBeforeFirst,
        bool isAfterFirst,
        bool isBeforeLast
    ) private pure returns (bool) {
        if (span.first != span.last) {
            return span.first + 1 == span.last && isAfterFirst && isBeforeLast;
        }
        return (span.first == 0 && isBeforeFirst) || (span.first == leafCount - 1 && isAfterFirst);
    }

    function _isKeyGap(EraLeaf.Tree tree, SumTree.Span calldata span, uint32 leafCount, bytes32 high, bytes32 low)
        private
        pure
        returns (bool)
    {
        (bytes32 firstHigh, bytes32 firstLow) = EraLeaf.keyOf(tree, span.firstLeaf);
        (bytes32 lastHigh, bytes32 lastLow) = (firstHigh, firstLow);
        if (span.first != span.last) (lastHigh, lastLow) = EraLeaf.keyOf(tree, span.lastLeaf);
        return _isGap(
            span,
            leafCount,
            EraLeaf.isBelow(high, low, firstHigh, firstLow),
            EraLeaf.isBelow(firstHigh, firstLow, high, low),
            EraLeaf.isBelow(high, low, lastHigh, lastLow)
        );
    }

    function _areNeighboursWrong(EraLeaf.Tree tree, SumTree.Span calldata span) private pure returns (bool) {
        if (span.first + 1 != span.last) revert NotAdjacent(span.first, span.last);
        (bytes32 high, bytes32 low) = EraLeaf.keyOf(tree, span.firstLeaf);
        (bytes32 nextHigh, bytes32 nextLow) = EraLeaf.keyOf(tree, span.lastLeaf);
        if (!EraLeaf.isBelow(high, low, nextHigh, nextLow)) return true;
        if (!EraLeaf.isOfNodes(tree)) return false;
        bool changes = span.firstLeaf.accountOf() != span.lastLeaf.accountOf();
        bool ends = span.firstLeaf.edgesOf() & EraLeaf.LAST != 0;
        bool begins = span.lastLeaf.edgesOf() & EraLeaf.FIRST != 0;
        return ends != changes || begins != changes;
    }

    function _isEdgeMissing(EraLeaf.Tree tree, SumTree.Span calldata span, uint32 leafCount)
        private
        pure
        returns (bool)
    {
        if (!EraLeaf.isOfNodes(tree)) return false;
        uint256 edges = span.firstLeaf.edgesOf();
        return edges > EraLeaf.FIRST + EraLeaf.LAST || (span.first == 0 && edges & EraLeaf.FIRST == 0)
            || (span.first == leafCount - 1 && edges & EraLeaf.LAST == 0);
    }

    /// @dev Whether what is voided was accrued: the same key and inputs, and at least as much.
    function _isCovered(bytes calldata voided, SumTree.Root calldata accrual, SumTree.Span calldata accrued)
        private
        pure
        returns (bool)
    {
        if (accrual.leafCount == 0) return false;
        uint256 sums = SumTree.sumOf(accrual, accrued, EraLeaf.ENTRY_BYTES);
        (bytes32 high, bytes32 low) = EraLeaf.keyOf(EraLeaf.Tree.Void, voided);
        (bytes32 accruedHigh, bytes32 accruedLow) = EraLeaf.keyOf(EraLeaf.Tree.Accrual, accrued.firstLeaf);
        if (accrued.first == accrued.last && high == accruedHigh && low == accruedLow) {
            (uint128 credits, uint128 tokens) = Sums.unpack(sums);
            (uint128 voidedCredits, uint128 voidedTokens) =
                Sums.unpack(uint256(bytes32(voided[EraLeaf.ENTRY_BYTES - 32:])));
            return
                voidedCredits <= credits && voidedTokens <= tokens && voided.inputsOf() == accrued.firstLeaf.inputsOf();
        }
        if (!_isKeyGap(EraLeaf.Tree.Accrual, accrued, accrual.leafCount, high, low)) {
            revert RangeNotWhole(EraLeaf.Tree.Accrual, voided.accountOf());
        }
        return false;
    }

    function _requireInputs(bytes calldata leaf, RewardMath.AccrualInputs calldata inputs) private pure {
        bytes32 inputsHash = keccak256(abi.encode(inputs));
        if (inputsHash != leaf.inputsOf()) revert InputsMismatch(inputsHash, leaf.inputsOf());
    }

    function _requireRules(bytes calldata leaf, RewardMath.ClassParams calldata params) private pure {
        bytes32 paramsHash = keccak256(abi.encode(params));
        if (paramsHash != bytes32(leaf[9:])) revert ParamsHashMismatch(paramsHash, bytes32(leaf[9:]));
    }

    /// @dev The take of an era is one leaf of each of its payees, with nothing beside its credits.
    function _isTake(uint64 era, bytes calldata leaf) private view returns (bool) {
        address account = leaf.accountOf();
        return (account == insurance || account == treasury || account == _burnAccount)
            && leaf.classOf() == EraLeaf.TAKE_CLASS && leaf.epochOf() == (era + 1) * epochsPerEra - 1
            && leaf.inputsOf() == 0 && uint128(bytes16(leaf[EraLeaf.ENTRY_BYTES - 16:])) == 0;
    }

    /// @dev False where it is shown that an entry's epoch and class have no rules.
    function _hasRules(SumTree.Root calldata root, bytes calldata leaf, ParamsProof calldata rules)
        private
        pure
        returns (bool)
    {
        if (root.leafCount == 0) return false;
        SumTree.Span calldata span = rules.span;
        SumTree.sumOf(root, span, EraLeaf.PARAMS_BYTES);
        bytes9 key = leaf.paramsKeyOf();
        if (span.first == span.last && bytes9(span.firstLeaf) == key) {
            _requireRules(span.firstLeaf, rules.params);
            return true;
        }
        if (_isKeyGap(EraLeaf.Tree.Params, span, root.leafCount, key, 0)) return false;
        revert ParamsMismatch(bytes9(span.firstLeaf), key);
    }

    function _isOfRegistered(bytes calldata leaf, bytes32 className) private view returns (bool) {
        bytes32 nodeId = leaf.nodeOf();
        address operator = nodeRegistry.operatorOf(nodeId);
        return
            operator != address(0) && operator == leaf.accountOf() && nodeRegistry.nodeOf(nodeId).className == className;
    }

    function _followsFrom(
        bytes calldata leaf,
        RewardMath.ClassParams calldata params,
        RewardMath.AccrualInputs calldata inputs
    ) private pure returns (bool) {
        (uint256 credits, uint256 tokens, bool areTokensKnown) = RewardMath.accrual(params, inputs);
        (uint128 postedCredits, uint128 postedTokens) = Sums.unpack(uint256(bytes32(leaf[EraLeaf.ENTRY_BYTES - 32:])));
        return postedCredits == credits && (!areTokensKnown || postedTokens == tokens);
    }

    function _isBatchOf(bytes calldata leaf, RewardMath.AccrualInputs calldata inputs, BatchEvidence calldata batch)
        private
        view
        returns (bool)
    {
        bytes32 nodeId = nodeRegistry.nodeIdOf(batch.keyX, batch.keyY);
        if (nodeId != leaf.nodeOf()) revert NodeMismatch(nodeId, leaf.nodeOf());
        bytes32 batchId = batch.header.idOf();
        if (batchId != inputs.batchId) revert BatchMismatch(batchId, inputs.batchId);
        if (!_isSigned(batch.header, inputs.r, inputs.s, batch.keyX, batch.keyY)) return false;
        (bool isRead, bytes32 signer, uint256 epoch, uint256 seq) = SignedMessage.read(batch.header.payload);
        return
            isRead && _isOurs(batch.header.aad) && signer == nodeId && seq == inputs.lastSeq && epoch <= leaf.epochOf();
    }

    function _isOmitted(
        bytes calldata leaf,
        uint64 lastSeq,
        SignedMessage.Message calldata batch,
        Receipt calldata receipt
    ) private view returns (bool) {
        (bytes32 batchId, uint256 seq, bool isAccepted) = _readReceipt(receipt);
        bytes32 shownId = batch.idOf();
        if (shownId != batchId) revert BatchMismatch(shownId, batchId);
        (bool isBatch, bytes32 nodeId, uint256 epoch,) = SignedMessage.read(batch.payload);
        if (nodeId != leaf.nodeOf()) revert NodeMismatch(nodeId, leaf.nodeOf());
        return isBatch && isAccepted && seq > lastSeq && leaf.epochOf() > epoch + lateEpochs;
    }

    function _isSigned(SignedMessage.Message calldata message, bytes32 r, bytes32 s, bytes32 keyX, bytes32 keyY)
        private
        view
        returns (bool)
    {
        return verifier.verifyMessage(abi.encodePacked(keyX, keyY), message.toBeSigned(), abi.encodePacked(r, s));
    }

    function _readReceipt(Receipt calldata receipt)
        private
        view
        returns (bytes32 batchId, uint256 seq, bool isAccepted)
    {
        if (!_isOurs(receipt.message.aad)) {
            revert ForeignMessage(receipt.message.aad);
        }
        (bytes32 keyX, bytes32 keyY) = (settlement.receiptKeyX(), settlement.receiptKeyY());
        if (!_isSigned(receipt.message, receipt.r, receipt.s, keyX, keyY)) {
            revert ReceiptUnsigned(receipt.message.idOf());
        }
        uint256 code;
        (isAccepted, batchId, seq, code) = SignedMessage.read(receipt.message.payload);
        isAccepted = isAccepted && code == 0;
    }

    /// @dev Signed for this contract on this chain, under whatever economy.
    function _isOurs(bytes calldata aad) private view returns (bool) {
        return aad.length == _aadHeadBytes + ECONOMY_HASH_BYTES && keccak256(aad[:_aadHeadBytes]) == _aadHeadHash;
    }

    /// @dev The CBOR of [CAIP-2 id, the Settlement's address, economy hash] up to the hash's own bytes.
    function _aadHead(address home) private view returns (bytes memory) {
        bytes memory chain = bytes(string.concat("eip155:", Strings.toString(block.chainid)));
        bytes memory head = chain.length < 24
            ? abi.encodePacked(uint8(0x60 + chain.length))
            : abi.encodePacked(hex"78", uint8(chain.length));
        return abi.encodePacked(hex"83", head, chain, hex"54", home, hex"5820");
    }

    function _askId(uint64 posting, EraLeaf.Tree tree, uint32 index) private pure returns (bytes32) {
        return keccak256(abi.encode(posting, tree, index));
    }

    /// @dev An answered ask leaves nothing behind: the same leaf may be asked for again.
    function _closeAsk(uint64 era, uint64 posting, EraLeaf.Tree tree, uint32 index) private returns (Ask memory asked) {
        bytes32 askId = _askId(posting, tree, index);
        asked = _asks[askId];
        if (asked.asker == address(0)) revert NotAsked(era, tree, index);
        delete _asks[askId];
        --openAsksOf[posting];
    }

    function _answer(uint64 era, uint64 posting, EraLeaf.Tree tree, uint32 index) private {
        _closeAsk(era, posting, tree, index);
        emit LeafRevealed(era, tree, index, msg.sender);
        if (askFeeGrains > 0) _workToken.transfer(msg.sender, askFeeGrains);
    }

    function _voidIf(bool isProven, uint64 era, ISettlement.Ground ground) private {
        if (!isProven) revert Unproven(ground);
        settlement.voidEra(era, msg.sender, ground);
    }

    function _treeOf(ISettlement.EraHeader calldata header, EraLeaf.Tree tree)
        private
        pure
        returns (SumTree.Root calldata)
    {
        if (tree == EraLeaf.Tree.Accrual) return header.accrual;
        if (tree == EraLeaf.Tree.Void) return header.voids;
        if (tree == EraLeaf.Tree.Direct) return header.direct;
        return tree == EraLeaf.Tree.Payout ? header.payout : header.params;
    }

    function _openHeader(ISettlement.EraHeader calldata header) private view {
        bytes32 expected = settlement.openHeaderHash(header.era);
        bytes32 headerHash = _hashOf(header);
        if (headerHash != expected) revert ISettlement.HeaderMismatch(headerHash, expected);
    }

    function _openPosting(ISettlement.EraHeader calldata header) private view returns (ISettlement.PostedEra memory) {
        _openHeader(header);
        return settlement.eraOf(header.era);
    }

    function _hashOf(ISettlement.EraHeader calldata header) private pure returns (bytes32) {
        return keccak256(abi.encode(header));
    }
}
