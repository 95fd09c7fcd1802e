// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EraChallenges} from "../src/EraChallenges.sol";
import {IEraChallenges} from "../src/interfaces/IEraChallenges.sol";
import {IMessageVerifier} from "../src/interfaces/IMessageVerifier.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EraLeaf} from "../src/libraries/EraLeaf.sol";
import {RewardMath} from "../src/libraries/RewardMath.sol";
import {SignedMessage} from "../src/libraries/SignedMessage.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {P256Sha256Verifier} from "../src/P256Sha256Verifier.sol";
import {ChallengeFixture} from "./ChallengeFixture.sol";
import {LeafTree} from "./LeafTree.sol";

contract EraChallengesTest is ChallengeFixture {
    // ---- deployment

    function test_keepsWhatItWasToldAtDeployment() public view {
        assertEq(address(challenges.settlement()), address(settlement));
        assertEq(address(challenges.nodeRegistry()), address(registry));
        assertEq(challenges.insurance(), insurance);
        assertEq(challenges.treasury(), TREASURY);
        assertEq(challenges.epochsPerEra(), EPOCHS);
        assertEq(challenges.lateEpochs(), LATE);
        assertEq(challenges.answerSeconds(), ANSWER);
        assertEq(challenges.askFeeGrains(), ASK_FEE);
    }

    function test_RevertWhen_ZeroAddress() public {
        EraChallenges.Settings memory settings = goodSettings();
        settings.verifier = IMessageVerifier(address(0));
        vm.expectRevert(IEraChallenges.ZeroAddress.selector);
        new EraChallenges(settings);
    }

    function test_RevertWhen_NotTheChallenges() public {
        EraChallenges.Settings memory settings = goodSettings();
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.NotTheChallenges.selector, address(challenges)));
        new EraChallenges(settings);
    }

    function test_RevertWhen_CadenceInvalid() public {
        EraChallenges.Settings memory settings = goodSettings();
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.mockCall(address(settlement), abi.encodeCall(ISettlement.challenges, ()), abi.encode(next));
        settings.answerSeconds = WINDOW + 1;
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.CadenceInvalid.selector, EPOCHS, WINDOW + 1, WINDOW));
        new EraChallenges(settings);
    }

    function goodSettings() private view returns (EraChallenges.Settings memory) {
        return challengeSettings(P256Sha256Verifier(address(challenges.verifier())));
    }

    // ---- order

    function test_aDuplicateVoidsTheEra() public {
        Era memory era = posted(firstEra());
        era = second(era);
        era.leaves[PAYOUT][1] = changed(era.leaves[PAYOUT][1], 0, era.leaves[PAYOUT][0], 20);
        ISettlement.EraHeader memory header = postedHeader(era);
        expectVoid(header, ISettlement.Ground.LeavesOutOfOrder);
        challenges.challengeOrder(header, EraLeaf.Tree.Payout, LeafTree.spanOf(era.leaves[PAYOUT], 0, 1));
    }

    function test_leavesOutOfOrderVoidTheEra() public {
        Era memory era = firstEra();
        (era.leaves[0][0], era.leaves[0][1]) = (era.leaves[0][1], era.leaves[0][0]);
        ISettlement.EraHeader memory header = postedHeader(era);
        expectVoid(header, ISettlement.Ground.LeavesOutOfOrder);
        challenges.challengeOrder(header, EraLeaf.Tree.Accrual, LeafTree.spanOf(era.leaves[0], 0, 1));
    }

    /// Where a leaf says that its account begins or ends there, and it does not; or the other way round.
    function testFuzz_aWrongEdgeVoidsTheEra(uint8 which, uint8 edges) public {
        Era memory era = firstEra();
        uint32 at = which % uint32(era.leaves[0].length);
        if (uint8(era.leaves[0][at][61]) == edges) edges ^= 1;
        era.leaves[0][at] = edged(era.leaves[0][at], edges);
        ISettlement.EraHeader memory header = postedHeader(era);
        assertTrue(findOrder(header, era.leaves[0]));
        assertEq(settlement.postedEras(), 0);
    }

    function findOrder(ISettlement.EraHeader memory header, bytes[] memory leaves) private returns (bool) {
        for (uint32 i = 0; i < leaves.length; ++i) {
            for (uint32 j = i; j <= i + 1 && j < leaves.length; ++j) {
                try challenges.challengeOrder(header, EraLeaf.Tree.Accrual, LeafTree.spanOf(leaves, i, j)) {
                    return true;
                } catch {}
            }
        }
        return false;
    }

    function test_RevertWhen_NotAdjacent() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], 1, 3);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.NotAdjacent.selector, 1, 3));
        challenges.challengeOrder(header, EraLeaf.Tree.Accrual, span);
    }

    // ---- totals and sums

    function testFuzz_totalsThatTheRootDoesNotHaveVoidTheEra(uint8 field) public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = headerOf(era);
        uint32 leafCount = header.params.leafCount;
        if (field % 3 == 0) header.params.tokens += 1; // more than the rules may divide
        if (field % 3 == 1) (header.params.credits, header.accrual.credits) = (1, 1);
        if (field % 3 == 2) header.params.leafCount += 1; // a leaf that nobody can show
        post(header);
        SumTree.Node memory top = LeafTree.nodeOf(era.leaves[PARAMS], 1, 0);
        expectVoid(header, ISettlement.Ground.TotalsDiffer);
        challenges.challengeTotals(header, EraLeaf.Tree.Params, top, leafCount);
    }

    function test_RevertWhen_RootMismatch() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        SumTree.Node memory top = LeafTree.nodeOf(era.leaves[0], 1, 0);
        vm.expectPartialRevert(SumTree.RootMismatch.selector);
        challenges.challengeTotals(header, EraLeaf.Tree.Accrual, top, 8);
    }

    /// A tree of two leaves whose top says more than they have.
    function test_aNodeThatIsNotItsChildrenVoidsTheEra() public {
        bytes[] memory leaves = accountLeaves(4);
        SumTree.Node memory left = LeafTree.nodeOf(leaves, 1, 0);
        SumTree.Node memory right = LeafTree.nodeOf(leaves, 1, 1);
        left.credits += 1e6; // of nobody's
        ISettlement.EraHeader memory header;
        SumTree.Node memory top = LeafTree.join(left, right);
        header.payout = rootOf(top, 4);
        header.direct = header.payout;
        post(header);
        bytes memory content = bytes.concat(
            LeafTree.recordOf(LeafTree.leafNode(leaves[0])), LeafTree.recordOf(LeafTree.leafNode(leaves[1]))
        );
        bytes memory path = LeafTree.recordOf(right);
        expectVoid(header, ISettlement.Ground.SumsDiffer);
        challenges.challengeSums(header, EraLeaf.Tree.Payout, left, 1, 0, path, content);
    }

    /// Two payees whose sum leaves its half of the word: what is lost at the top would be owed below.
    function testFuzz_sumsThatDoNotFitVoidTheEra(bool ofTokens) public {
        uint128 huge = type(uint128).max;
        bytes[] memory leaves = new bytes[](2);
        leaves[0] = accountLeaf(address(0x1001), ofTokens ? 5e6 : huge, ofTokens ? huge : 5e6);
        leaves[1] = accountLeaf(address(0x1002), 5e6, 5e6);
        bytes memory content = bytes.concat(
            LeafTree.recordOf(LeafTree.leafNode(leaves[0])), LeafTree.recordOf(LeafTree.leafNode(leaves[1]))
        );
        SumTree.Node memory top;
        top.hash = keccak256(bytes.concat(hex"01", content));
        (top.credits, top.tokens) = ofTokens ? (10e6 + 1, 5e6 - 1) : (uint128(5e6 - 1), uint128(10e6));
        ISettlement.EraHeader memory header;
        header.payout = rootOf(top, 2);
        header.direct = header.payout;
        post(header);
        expectVoid(header, ISettlement.Ground.SumsDiffer);
        challenges.challengeSums(header, EraLeaf.Tree.Payout, top, 1, 0, "", content);
    }

    function test_aNodeThatIsNotItsLeafVoidsTheEra() public {
        bytes[] memory leaves = one(accountLeaf(insurance, 5e6, 0));
        SumTree.Node memory node = LeafTree.leafNode(leaves[0]);
        node.tokens = 1e6;
        ISettlement.EraHeader memory header;
        header.payout = rootOf(node, 1);
        header.direct = header.payout;
        post(header);
        expectVoid(header, ISettlement.Ground.SumsDiffer);
        challenges.challengeSums(header, EraLeaf.Tree.Payout, node, 0, 0, "", leaves[0]);
    }

    function test_paddingThatIsNotEmptyVoidsTheEra() public {
        bytes[] memory leaves = accountLeaves(4);
        ISettlement.EraHeader memory header;
        header.payout = rootOf(LeafTree.nodeOf(leaves, 2, 0), 3);
        header.direct = header.payout;
        post(header);
        SumTree.Node memory hidden = LeafTree.leafNode(leaves[3]);
        bytes memory path = LeafTree.pathOf(leaves, 0, 3);
        expectVoid(header, ISettlement.Ground.SumsDiffer);
        challenges.challengeSums(header, EraLeaf.Tree.Payout, hidden, 0, 3, path, "");
    }

    /// Of a node above the leaves nobody but the poster knows what it is a hash of.
    function test_paddingAboveTheLeavesThatIsNotEmptyVoidsTheEra() public {
        bytes[] memory leaves = accountLeaves(5);
        SumTree.Node memory hidden = SumTree.Node(keccak256("nobody knows"), 1e6, 0);
        SumTree.Node memory left = LeafTree.nodeOf(leaves, 2, 0);
        SumTree.Node memory sibling = LeafTree.nodeOf(leaves, 1, 2);
        ISettlement.EraHeader memory header;
        header.payout = rootOf(LeafTree.join(left, LeafTree.join(sibling, hidden)), 5);
        header.direct = header.payout;
        post(header);
        bytes memory path = bytes.concat(LeafTree.recordOf(sibling), LeafTree.recordOf(left));
        expectVoid(header, ISettlement.Ground.SumsDiffer);
        challenges.challengeSums(header, EraLeaf.Tree.Payout, hidden, 1, 3, path, "");
    }

    function testFuzz_RevertWhen_Unproven_paddingOfAnyHeight(uint8 leafCount, uint8 level, uint8 index) public {
        bytes[] memory leaves = accountLeaves(bound(leafCount, 1, 9));
        uint256 depth = SumTree.depthOf(uint32(leaves.length));
        uint256 height = bound(level, 0, depth);
        uint256 first = (leaves.length + (1 << height) - 1) >> height;
        uint256 places = 1 << (depth - height);
        if (first == places) return;
        uint256 place = bound(index, first, places - 1);
        ISettlement.EraHeader memory header;
        header.payout = LeafTree.rootOf(leaves);
        header.direct = header.payout;
        post(header);
        SumTree.Node memory node = LeafTree.nodeOf(leaves, height, place);
        bytes memory path = LeafTree.pathOf(leaves, height, place);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.SumsDiffer));
        challenges.challengeSums(header, EraLeaf.Tree.Payout, node, height, place, path, "");
    }

    function test_RevertWhen_NodeRecordMismatch() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        SumTree.Node memory node = LeafTree.nodeOf(era.leaves[0], 1, 0);
        bytes memory path = LeafTree.pathOf(era.leaves[0], 1, 0);
        vm.expectRevert(IEraChallenges.NodeRecordMismatch.selector);
        challenges.challengeSums(header, EraLeaf.Tree.Accrual, node, 1, 1, path, "");
    }

    // ---- payouts

    /// Whatever a payout, a void or a direct payment is changed by, some account does not add up.
    function testFuzz_aWrongPayoutVoidsTheEra(uint8 which, uint8 tree, uint64 more, bool ofTokens) public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        bytes[] memory leaves = era.leaves[1 + tree % 3];
        uint256 at = which % leaves.length;
        leaves[at] = raised(leaves[at], 1 + more % 1e6, ofTokens);
        address account = accountOf(leaves[at]);
        ISettlement.EraHeader memory header = headerOf(era);
        balance(header, first, tree % 3, 1 + more % 1e6, ofTokens);
        post(header);
        ISettlement.EraHeader[] memory headers = two(header, headerOf(first));
        IEraChallenges.AccountProof memory proof = accountProof(era, first, account);
        expectVoid(header, ISettlement.Ground.PayoutWrong);
        challenges.challengePayout(headers, proof);
    }

    /// An account without a leaf that is owed something: what it lacks went elsewhere.
    function test_aPayeeThatIsLeftOutVoidsTheEra() public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        bytes[] memory all = era.leaves[PAYOUT];
        bytes[] memory fewer = new bytes[](all.length - 1);
        SumTree.Node memory missing = LeafTree.leafNode(all[0]);
        for (uint256 i = 0; i < fewer.length; ++i) {
            fewer[i] = all[i + 1];
        }
        SumTree.Node memory richer = LeafTree.leafNode(fewer[0]);
        address account = accountOf(all[0]);
        fewer[0] = accountLeaf(accountOf(fewer[0]), richer.credits + missing.credits, richer.tokens + missing.tokens);
        era.leaves[PAYOUT] = fewer;
        ISettlement.EraHeader memory header = postedHeader(era);
        IEraChallenges.AccountProof memory proof = accountProof(era, first, account);
        ISettlement.EraHeader[] memory headers = two(header, headerOf(first));
        expectVoid(header, ISettlement.Ground.PayoutWrong);
        challenges.challengePayout(headers, proof);
    }

    function test_RevertWhen_RangeNotWhole() public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        ISettlement.EraHeader memory header = postedHeader(era);
        ISettlement.EraHeader[] memory headers = two(header, headerOf(first));
        IEraChallenges.AccountProof memory proof = accountProof(era, first, operator);
        (uint32 from, uint32 to) = (proof.accrual.first, proof.accrual.last);
        proof.accrual = LeafTree.spanOf(first.leaves[0], from, to - 1);
        bytes memory expected =
            abi.encodeWithSelector(IEraChallenges.RangeNotWhole.selector, EraLeaf.Tree.Accrual, operator);
        vm.expectRevert(expected);
        challenges.challengePayout(headers, proof);
        proof.accrual = LeafTree.spanOf(first.leaves[0], from + 1, to);
        vm.expectRevert(expected);
        challenges.challengePayout(headers, proof);
        proof = accountProof(era, first, operator);
        proof.payout = rangeOf(era.leaves[PAYOUT], stranger);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.RangeNotWhole.selector, EraLeaf.Tree.Payout, operator));
        challenges.challengePayout(headers, proof);
    }

    /// The leaves on both sides of an account's show nothing of what lies between them.
    function test_anAccountBetweenTheShownLeavesIsNotMissing() public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        ISettlement.EraHeader[] memory headers = two(postedHeader(era), headerOf(first));
        address account = accountOf(era.leaves[PAYOUT][2]);
        IEraChallenges.AccountProof memory proof = accountProof(era, first, account);
        proof.payout = LeafTree.spanOf(era.leaves[PAYOUT], 1, 3);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.RangeNotWhole.selector, EraLeaf.Tree.Payout, account));
        challenges.challengePayout(headers, proof);
    }

    function test_RevertWhen_HeadersMissing() public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        ISettlement.EraHeader[] memory headers = new ISettlement.EraHeader[](1);
        headers[0] = postedHeader(era);
        IEraChallenges.AccountProof memory proof = accountProof(era, first, operator);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.HeadersMissing.selector, 1, 2));
        challenges.challengePayout(headers, proof);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.HeadersMissing.selector, 0, 1));
        challenges.challengePayout(new ISettlement.EraHeader[](0), proof);
    }

    function test_RevertWhen_ParentMismatch() public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        ISettlement.EraHeader memory header = postedHeader(era);
        bytes32 hash = settlement.headerHashOf(header);
        ISettlement.EraHeader[] memory headers = two(header, header);
        IEraChallenges.AccountProof memory proof = accountProof(era, first, operator);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.ParentMismatch.selector, hash, era.parentHash));
        challenges.challengePayout(headers, proof);
    }

    // ---- voids

    function test_aVoidOfNothingVoidsTheEra() public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        era.leaves[VOIDS][0][59] ^= 0x02; // another epoch
        ISettlement.EraHeader memory header = postedHeader(era);
        SumTree.Span memory voided = LeafTree.spanOf(era.leaves[VOIDS], 0);
        uint32 before = uint32(lastOf(first.leaves[0], stranger));
        SumTree.Span memory accrued = around(first.leaves[0], before, header.voids.leafCount);
        ISettlement.EraHeader[] memory headers = two(header, headerOf(first));
        expectVoid(header, ISettlement.Ground.VoidUncovered);
        challenges.challengeVoid(headers, voided, accrued);
    }

    function test_aVoidOfOtherInputsVoidsTheEra() public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        era.leaves[VOIDS][0][93] ^= 0x01;
        ISettlement.EraHeader memory header = postedHeader(era);
        SumTree.Span memory voided = LeafTree.spanOf(era.leaves[VOIDS], 0);
        SumTree.Span memory accrued = LeafTree.spanOf(first.leaves[0], uint32(lastOf(first.leaves[0], stranger)));
        ISettlement.EraHeader[] memory headers = two(header, headerOf(first));
        expectVoid(header, ISettlement.Ground.VoidUncovered);
        challenges.challengeVoid(headers, voided, accrued);
    }

    function testFuzz_aVoidOfMoreThanWasAccruedVoidsTheEra(bool ofTokens) public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        uint32 at = uint32(lastOf(first.leaves[0], stranger));
        era.leaves[VOIDS][0] = raised(era.leaves[VOIDS][0], 1, ofTokens);
        ISettlement.EraHeader memory header = headerOf(era);
        balance(header, first, 0, 1, ofTokens);
        post(header);
        SumTree.Span memory voided = LeafTree.spanOf(era.leaves[VOIDS], 0);
        SumTree.Span memory accrued = LeafTree.spanOf(first.leaves[0], at);
        ISettlement.EraHeader[] memory headers = two(header, headerOf(first));
        expectVoid(header, ISettlement.Ground.VoidUncovered);
        challenges.challengeVoid(headers, voided, accrued);
    }

    // ---- accruals

    /// Any amount of a node's leaf other than what follows from its inputs.
    function testFuzz_aWrongAccrualVoidsTheEra(uint8 which, uint64 more, bool ofTokens) public {
        Era memory era = firstEra();
        uint256 at = nodeLeaf(era, which);
        uint128 by = ofTokens ? 1 + more % 1e6 : 1 + uint128(more);
        era.leaves[0][at] = raised(era.leaves[0][at], by, ofTokens);
        ISettlement.EraHeader memory header = postedHeader(era);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        expectVoid(header, ISettlement.Ground.AccrualWrong);
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
    }

    /// A node that is paid too little has been wronged as well.
    function testFuzz_anAccrualOfTooLittleVoidsTheEra(uint8 which, bool ofTokens) public {
        Era memory era = firstEra();
        uint256 at = nodeLeaf(era, which);
        SumTree.Node memory sums = LeafTree.leafNode(era.leaves[0][at]);
        if (ofTokens) sums.tokens -= 1;
        else sums.credits -= 1;
        bytes memory amounts = abi.encodePacked(sums.credits, sums.tokens);
        era.leaves[0][at] = changed(era.leaves[0][at], EraLeaf.ENTRY_BYTES - 32, amounts, 32);
        ISettlement.EraHeader memory header = postedHeader(era);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        expectVoid(header, ISettlement.Ground.AccrualWrong);
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
    }

    function test_anAccrualOfAnothersNodeVoidsTheEra() public {
        Era memory era = firstEra();
        uint256 at = lastOf(era.leaves[0], operator);
        era.leaves[0][at] = changed(era.leaves[0][at], 0, abi.encodePacked(consumer), 20);
        ISettlement.EraHeader memory header = postedHeader(era);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        expectVoid(header, ISettlement.Ground.AccrualWrong);
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
    }

    function test_anAccrualOfAnotherClassVoidsTheEra() public {
        Era memory era = firstEra();
        uint256 at = nodeLeaf(era, 0);
        uint256 epoch = uint8(era.leaves[0][at][59]);
        era.rules[epoch].className = "grid";
        era.leaves[PARAMS][epoch] = rulesLeaf(era.rules[epoch]);
        ISettlement.EraHeader memory header = postedHeader(era);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        expectVoid(header, ISettlement.Ground.AccrualWrong);
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
    }

    function test_anAccrualWithoutRulesVoidsTheEra() public {
        Era memory era = firstEra();
        uint256 at = nodeLeaf(era, 0);
        era.leaves[0][at][60] = 0x05; // a class that has none
        ISettlement.EraHeader memory header = postedHeader(era);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        uint32 epoch = uint8(era.leaves[0][at][59]);
        rules.span = epoch == 0 ? LeafTree.spanOf(era.leaves[PARAMS], 0, 1) : LeafTree.spanOf(era.leaves[PARAMS], 1);
        expectVoid(header, ISettlement.Ground.AccrualWrong);
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
    }

    function testFuzz_aTakeOutOfFormVoidsTheEra(uint8 field) public {
        Era memory era = firstEra();
        uint256 at = lastOf(era.leaves[0], insurance);
        uint8[5] memory places = [19, 59, 60, 93, 125]; // account, epoch, class, inputs, tokens
        era.leaves[0][at][places[field % 5]] ^= 0x01;
        ISettlement.EraHeader memory header = postedHeader(era);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        expectVoid(header, ISettlement.Ground.AccrualWrong);
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
    }

    function test_RevertWhen_NotOneLeaf() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        (, IEraChallenges.ParamsProof memory rules) = accrualProof(era, 0);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.NotOneLeaf.selector, 0, 1));
        challenges.challengeAccrual(header, span, era.inputs[0], rules);
    }

    function test_RevertWhen_InputsMismatch() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        uint256 at = nodeLeaf(era, 0);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        bytes32 hash = keccak256(abi.encode(era.inputs[at]));
        era.inputs[at].bondGrains += 1;
        vm.expectRevert(
            abi.encodeWithSelector(IEraChallenges.InputsMismatch.selector, keccak256(abi.encode(era.inputs[at])), hash)
        );
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
    }

    function test_RevertWhen_ParamsMismatch() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        uint256 at = nodeLeaf(era, 0);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        uint32 other = 1 - rules.span.first;
        rules.span = LeafTree.spanOf(era.leaves[PARAMS], other);
        bytes9 key = bytes9(abi.encodePacked(era.rules[1 - other].epoch, CLASS));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEraChallenges.ParamsMismatch.selector, bytes9(abi.encodePacked(uint64(other), CLASS)), key
            )
        );
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
    }

    function test_RevertWhen_ParamsHashMismatch() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        uint256 at = nodeLeaf(era, 0);
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        bytes32 hash = keccak256(abi.encode(rules.params));
        rules.params.weight += 1;
        bytes memory expected = abi.encodeWithSelector(
            IEraChallenges.ParamsHashMismatch.selector, keccak256(abi.encode(rules.params)), hash
        );
        vm.expectRevert(expected);
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
        vm.expectRevert(expected);
        challenges.challengeParams(header, rules);
    }

    // ---- rules

    function testFuzz_rulesOutOfFormVoidTheEra(uint8 field) public {
        Era memory era = firstEra();
        RewardMath.ClassParams memory rules = era.rules[1];
        if (field % 6 == 0) rules.epoch = EPOCHS;
        if (field % 6 == 1) rules.curve.kappaDenominator = 0;
        if (field % 6 == 2) rules.curve.untilPpm[1] = rules.curve.untilPpm[0];
        if (field % 6 == 3) rules.curve.slopePpm = new uint64[](1);
        era.leaves[PARAMS][1] = rulesLeaf(rules);
        if (field % 6 == 4) era.leaves[PARAMS][1] = raised(era.leaves[PARAMS][1], 1, true);
        if (field % 6 == 5) era.leaves[PARAMS][1][8] ^= 0x02; // filed under another class
        ISettlement.EraHeader memory header = postedHeader(era);
        IEraChallenges.ParamsProof memory proof =
            IEraChallenges.ParamsProof(rules, LeafTree.spanOf(era.leaves[PARAMS], 1));
        expectVoid(header, ISettlement.Ground.ParamsWrong);
        challenges.challengeParams(header, proof);
    }

    // ---- batches and receipts

    function testFuzz_aBatchThatDoesNotCoverVoidsTheEra(uint8 kind) public {
        Era memory era = firstEra();
        uint256 at = nodeLeaf(era, 0);
        Node memory node = nodeOf(nodeIdOf(era.leaves[0][at]));
        RewardMath.AccrualInputs memory inputs = era.inputs[at];
        kind %= 5;
        if (kind == 0) (inputs.r, inputs.s) = signed(node.key + 7, inputs.batchId);
        if (kind == 1) inputs.lastSeq += 1;
        if (kind == 2) era.batches[at] = batchOf(otherThan(node), 0, inputs.lastSeq);
        if (kind == 3) era.batches[at] = batchOf(node, EPOCHS, inputs.lastSeq);
        if (kind == 4) era.batches[at].aad[20] ^= 0x01;
        if (kind >= 2) {
            inputs.batchId = idOf(era.batches[at]);
            (inputs.r, inputs.s) = signed(node.key, inputs.batchId);
        }
        ISettlement.EraHeader memory header = postedWithInputs(era, at);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], uint32(at));
        expectVoid(header, ISettlement.Ground.BatchInvalid);
        challenges.challengeBatch(header, span, inputs, IEraChallenges.BatchEvidence(era.batches[at], node.x, node.y));
    }

    /// Charges, audits, and a place in the node's sequence: each comes from a batch.
    function testFuzz_workWithoutABatchVoidsTheEra(uint8 kind) public {
        Era memory era = firstEra();
        uint256 at = nodeLeaf(era, 0);
        RewardMath.AccrualInputs memory inputs = era.inputs[at];
        inputs.batchId = 0;
        if (kind % 3 != 0) inputs.lines = new RewardMath.ChargeLine[](0);
        if (kind % 3 != 1) inputs.auditNcuMs = 0;
        if (kind % 3 != 2) inputs.lastSeq = 0;
        ISettlement.EraHeader memory header = postedWithInputs(era, at);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], uint32(at));
        IEraChallenges.BatchEvidence memory none;
        expectVoid(header, ISettlement.Ground.BatchInvalid);
        challenges.challengeBatch(header, span, era.inputs[at], none);
    }

    function test_RevertWhen_NodeMismatch() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        uint256 at = nodeLeaf(era, 0);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], uint32(at));
        bytes32 nodeId = nodeIdOf(era.leaves[0][at]);
        Node memory other = otherThan(nodeOf(nodeId));
        IEraChallenges.BatchEvidence memory evidence = IEraChallenges.BatchEvidence(era.batches[at], other.x, other.y);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.NodeMismatch.selector, other.nodeId, nodeId));
        challenges.challengeBatch(header, span, era.inputs[at], evidence);
    }

    function test_RevertWhen_BatchMismatch() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        uint256 at = nodeLeaf(era, 0);
        Node memory node = nodeOf(nodeIdOf(era.leaves[0][at]));
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], uint32(at));
        SignedMessage.Message memory other = batchOf(node, 0, 99);
        vm.expectRevert(
            abi.encodeWithSelector(IEraChallenges.BatchMismatch.selector, idOf(other), era.inputs[at].batchId)
        );
        challenges.challengeBatch(header, span, era.inputs[at], IEraChallenges.BatchEvidence(other, node.x, node.y));
    }

    function test_anOmittedReceiptVoidsTheEra() public {
        Era memory era = posted(firstEra());
        era = second(era);
        ISettlement.EraHeader memory header = postedHeader(era);
        (uint256 at, SignedMessage.Message memory batch) = omittedBatch(era);
        IEraChallenges.Receipt memory receipt = receiptOf(idOf(batch), 77, 0);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], uint32(at));
        expectVoid(header, ISettlement.Ground.ReceiptOmitted);
        challenges.challengeOmission(header, span, era.inputs[at], batch, receipt);
    }

    /// A batch that may still be counted, one that was refused, and one that was counted prove nothing.
    function test_RevertWhen_Unproven() public {
        Era memory era = posted(firstEra());
        era = second(era);
        ISettlement.EraHeader memory header = postedHeader(era);
        (uint256 at, SignedMessage.Message memory batch) = omittedBatch(era);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], uint32(at));
        bytes memory expected =
            abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.ReceiptOmitted);
        IEraChallenges.Receipt memory refused = receiptOf(idOf(batch), 77, 5);
        vm.expectRevert(expected);
        challenges.challengeOmission(header, span, era.inputs[at], batch, refused);
        IEraChallenges.Receipt memory counted = receiptOf(idOf(batch), era.inputs[at].lastSeq, 0);
        vm.expectRevert(expected);
        challenges.challengeOmission(header, span, era.inputs[at], batch, counted);
        batch = batchOf(nodeOf(nodeIdOf(era.leaves[0][at])), uint64(2 * EPOCHS - 1 - LATE), 77);
        IEraChallenges.Receipt memory early = receiptOf(idOf(batch), 77, 0);
        vm.expectRevert(expected);
        challenges.challengeOmission(header, span, era.inputs[at], batch, early);
    }

    function test_RevertWhen_ReceiptUnsigned() public {
        Era memory era = posted(firstEra());
        era = second(era);
        ISettlement.EraHeader memory header = postedHeader(era);
        (uint256 at, SignedMessage.Message memory batch) = omittedBatch(era);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], uint32(at));
        IEraChallenges.Receipt memory receipt = receiptOf(idOf(batch), 77, 0);
        (receipt.r, receipt.s) = signed(0xbad, idOf(receipt.message));
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.ReceiptUnsigned.selector, idOf(receipt.message)));
        challenges.challengeOmission(header, span, era.inputs[at], batch, receipt);
    }

    function test_RevertWhen_ForeignMessage() public {
        Era memory era = posted(firstEra());
        era = second(era);
        ISettlement.EraHeader memory header = postedHeader(era);
        (uint256 at, SignedMessage.Message memory batch) = omittedBatch(era);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], uint32(at));
        uint8[2] memory places = [13, 20]; // the chain's id, the contract's address
        for (uint256 i = 0; i < places.length; ++i) {
            IEraChallenges.Receipt memory receipt = receiptOf(idOf(batch), 77, 0);
            receipt.message.aad[places[i]] ^= 0x01;
            (receipt.r, receipt.s) = signed(RECEIPT_KEY, idOf(receipt.message));
            vm.expectRevert(abi.encodeWithSelector(IEraChallenges.ForeignMessage.selector, receipt.message.aad));
            challenges.challengeOmission(header, span, era.inputs[at], batch, receipt);
        }
    }

    // ---- withheld leaves

    function test_RevertWhen_AnswerStillDue() public {
        ISettlement.EraHeader memory header = postedHeader(firstEra());
        ask(header, EraLeaf.Tree.Accrual, 2);
        uint256 answerBy = block.timestamp + ANSWER;
        vm.warp(answerBy - 1);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.AnswerStillDue.selector, answerBy));
        challenges.challengeWithheld(header, EraLeaf.Tree.Accrual, 2);
    }

    function test_aLeafThatNobodyShowsVoidsTheEra() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        ask(header, EraLeaf.Tree.Accrual, 2);
        assertEq(workToken.balanceOf(consumer), 0);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.AnswerStillDue.selector, block.timestamp + ANSWER));
        challenges.challengeWithheld(header, EraLeaf.Tree.Accrual, 2);
        vm.warp(block.timestamp + ANSWER);
        expectVoid(header, ISettlement.Ground.DataWithheld);
        challenges.challengeWithheld(header, EraLeaf.Tree.Accrual, 2);
        assertEq(workToken.balanceOf(consumer), ASK_FEE, "the asker has its fee back");
    }

    function testFuzz_everyLeafOfAnHonestEraIsShown(uint8 tree, uint8 which) public {
        Era memory era = posted(firstEra());
        era = second(era);
        ISettlement.EraHeader memory header = postedHeader(era);
        uint8 kind = tree % 5;
        uint32 at = uint32(which % era.leaves[kind].length);
        ask(header, EraLeaf.Tree(kind), at);
        vm.expectEmit(address(challenges));
        emit IEraChallenges.LeafRevealed(1, EraLeaf.Tree(kind), at, poster);
        vm.startPrank(poster);
        uint256 before = workToken.balanceOf(poster);
        reveal(era, header, kind, at);
        vm.stopPrank();
        assertEq(workToken.balanceOf(poster), before + ASK_FEE);
        assertEq(challenges.openAsksOf(settlement.eraOf(1).posting), 0);
    }

    /// What was shown earns its fee once, and nobody can say later that it was withheld.
    function test_aLeafIsRevealedOnce() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        ask(header, EraLeaf.Tree.Accrual, 2);
        ask(header, EraLeaf.Tree.Payout, 0);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[PAYOUT], 0);
        challenges.reveal(header, EraLeaf.Tree.Payout, span);
        bytes memory expected = abi.encodeWithSelector(IEraChallenges.NotAsked.selector, 0, EraLeaf.Tree.Payout, 0);
        vm.expectRevert(expected);
        challenges.reveal(header, EraLeaf.Tree.Payout, span);
        vm.warp(block.timestamp + ANSWER);
        vm.expectRevert(expected);
        challenges.challengeWithheld(header, EraLeaf.Tree.Payout, 0);
    }

    function reveal(Era memory era, ISettlement.EraHeader memory header, uint8 kind, uint32 at) private {
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[kind], at);
        if (kind == PARAMS) {
            challenges.revealRules(header, IEraChallenges.ParamsProof(era.rules[at], span));
        } else if (kind == 0 && nodeIdOf(era.leaves[0][at]) != EraLeaf.TAKE_NODE) {
            challenges.revealAccrual(header, span, era.inputs[at], era.batches[at]);
        } else {
            challenges.reveal(header, EraLeaf.Tree(kind), span);
        }
    }

    function test_RevertWhen_AsksOpen() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        vm.warp(block.timestamp + WINDOW - 1);
        ask(header, EraLeaf.Tree.Payout, 0);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AsksOpen.selector, 0, 1));
        settlement.finaliseEra(header);
        challenges.reveal(header, EraLeaf.Tree.Payout, LeafTree.spanOf(era.leaves[PAYOUT], 0));
        settlement.finaliseEra(header);
    }

    function test_RevertWhen_ChallengeWindowPassed() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.ChallengeWindowPassed.selector, 0, block.timestamp));
        challenges.ask(header, EraLeaf.Tree.Payout, 0);
    }

    function test_RevertWhen_LeafIndexOutOfRange() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.LeafIndexOutOfRange.selector, 1, 1));
        challenges.ask(header, EraLeaf.Tree.Payout, 1);
    }

    function test_RevertWhen_AlreadyAsked() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        ask(header, EraLeaf.Tree.Payout, 0);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.AlreadyAsked.selector, 0, EraLeaf.Tree.Payout, 0));
        challenges.ask(header, EraLeaf.Tree.Payout, 0);
    }

    function test_RevertWhen_NotAsked() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        bytes memory expected = abi.encodeWithSelector(IEraChallenges.NotAsked.selector, 0, EraLeaf.Tree.Payout, 0);
        vm.expectRevert(expected);
        challenges.challengeWithheld(header, EraLeaf.Tree.Payout, 0);
        vm.expectRevert(expected);
        challenges.recoverAskFee(0, 1, EraLeaf.Tree.Payout, 0);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[PAYOUT], 0);
        vm.expectRevert(expected);
        challenges.reveal(header, EraLeaf.Tree.Payout, span);
    }

    function test_RevertWhen_ContentMissing() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        uint32 at = uint32(nodeLeaf(era, 0));
        ask(header, EraLeaf.Tree.Accrual, at);
        SumTree.Span memory span = LeafTree.spanOf(era.leaves[0], at);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.ContentMissing.selector, EraLeaf.Tree.Accrual));
        challenges.reveal(header, EraLeaf.Tree.Accrual, span);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.ContentMissing.selector, EraLeaf.Tree.Params));
        challenges.reveal(header, EraLeaf.Tree.Params, span);
    }

    /// Another challenge was faster: who asked has its fee back, and an ask does not outlive its posting.
    function test_RevertWhen_AskStands() public {
        Era memory era = firstEra();
        ISettlement.EraHeader memory header = postedHeader(era);
        ask(header, EraLeaf.Tree.Payout, 0);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.AskStands.selector, 0, 1));
        challenges.recoverAskFee(0, 1, EraLeaf.Tree.Payout, 0);
        vm.prank(address(challenges));
        settlement.voidEra(0, stranger, ISettlement.Ground.PayoutWrong);
        bondPoster();
        post(header);
        challenges.recoverAskFee(0, 1, EraLeaf.Tree.Payout, 0);
        assertEq(workToken.balanceOf(consumer), ASK_FEE);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.NotAsked.selector, 0, EraLeaf.Tree.Payout, 0));
        challenges.recoverAskFee(0, 1, EraLeaf.Tree.Payout, 0);
        vm.warp(block.timestamp + WINDOW);
        settlement.finaliseEra(header);
    }

    // ---- honest eras

    /// Whatever is shown of an honest era, by whichever function, it stands.
    function testFuzz_anHonestEraIsNeverVoided(uint8 which, uint8 other, uint8 tree, address account) public {
        Era memory first = posted(firstEra());
        Era memory era = second(first);
        ISettlement.EraHeader memory header = postedHeader(era);
        ISettlement.EraHeader[] memory headers = two(header, headerOf(first));
        attackTrees(era, header, tree % 5, which, other);
        address[5] memory known = [operator, stranger, consumer, insurance, BURN];
        attackAccount(headers, era, first, known[which % 5]);
        attackAccount(headers, era, first, account);
        attackNode(era, header, nodeLeaf(era, which));
        SumTree.Span memory voided = LeafTree.spanOf(era.leaves[VOIDS], 0);
        SumTree.Span memory accrued = LeafTree.spanOf(first.leaves[0], other % uint32(first.leaves[0].length));
        vm.expectRevert();
        challenges.challengeVoid(headers, voided, accrued);
        assertEq(settlement.postedEras(), 2);
    }

    function attackTrees(Era memory era, ISettlement.EraHeader memory header, uint8 kind, uint32 a, uint32 b) private {
        bytes[] memory leaves = era.leaves[kind];
        (a, b) = (a % uint32(leaves.length), b % uint32(leaves.length));
        SumTree.Span memory span = a <= b ? LeafTree.spanOf(leaves, a, b) : LeafTree.spanOf(leaves, b, a);
        vm.expectRevert();
        challenges.challengeOrder(header, EraLeaf.Tree(kind), span);
        attackNodes(header, EraLeaf.Tree(kind), leaves, a);
    }

    function attackNodes(ISettlement.EraHeader memory header, EraLeaf.Tree tree, bytes[] memory leaves, uint32 at)
        private
    {
        SumTree.Node memory top = LeafTree.nodeOf(leaves, SumTree.depthOf(uint32(leaves.length)), 0);
        vm.expectRevert();
        challenges.challengeTotals(header, tree, top, uint32(leaves.length));
        bytes memory path = LeafTree.pathOf(leaves, 0, at);
        SumTree.Node memory node = LeafTree.leafNode(leaves[at]);
        vm.expectRevert();
        challenges.challengeSums(header, tree, node, 0, at, path, leaves[at]);
    }

    function attackAccount(ISettlement.EraHeader[] memory headers, Era memory era, Era memory first, address account)
        private
    {
        IEraChallenges.AccountProof memory proof = accountProof(era, first, account);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.PayoutWrong));
        challenges.challengePayout(headers, proof);
    }

    function attackNode(Era memory era, ISettlement.EraHeader memory header, uint256 at) private {
        (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules) = accrualProof(era, at);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.AccrualWrong));
        challenges.challengeAccrual(header, span, era.inputs[at], rules);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.ParamsWrong));
        challenges.challengeParams(header, rules);
        Node memory node = nodeOf(nodeIdOf(era.leaves[0][at]));
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.BatchInvalid));
        challenges.challengeBatch(
            header, span, era.inputs[at], IEraChallenges.BatchEvidence(era.batches[at], node.x, node.y)
        );
    }
}
