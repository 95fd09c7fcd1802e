// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Settlement} from "../src/Settlement.sol";
import {IEraChallenges} from "../src/interfaces/IEraChallenges.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EraLeaf} from "../src/libraries/EraLeaf.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {EraFixture} from "./EraFixture.sol";
import {LeafTree} from "./LeafTree.sol";

/// What is earned is paid three eras later: what a payout follows from is not in its parent.
contract EraChallengesHoldbackTest is EraFixture {
    uint64 private constant ERAS = 3;
    uint256 private constant PAYOUT = uint256(EraLeaf.Tree.Payout);
    uint256 private constant VOIDS = uint256(EraLeaf.Tree.Void);

    function settlementSettings(address challengesAddress)
        internal
        view
        override
        returns (Settlement.Settings memory settings)
    {
        settings = super.settlementSettings(challengesAddress);
        settings.holdbackEras = ERAS;
    }

    /// Posts the eras before the first that pays, and returns that one.
    function payingEra() private returns (Era[] memory before, Era memory era) {
        before = new Era[](ERAS);
        bytes32 parentHash = 0;
        for (uint64 number = 0; number < ERAS; ++number) {
            before[number] = unvestedEra(number, parentHash);
            ISettlement.EraHeader memory header = headerOf(before[number]);
            post(header);
            parentHash = settlement.headerHashOf(header);
        }
        era = vestingEra(ERAS, parentHash, before[0]);
    }

    function headersOf(ISettlement.EraHeader memory header, Era memory parent, Era memory earned)
        private
        pure
        returns (ISettlement.EraHeader[] memory headers)
    {
        headers = new ISettlement.EraHeader[](3);
        (headers[0], headers[1], headers[2]) = (header, headerOf(parent), headerOf(earned));
    }

    function accountProof(Era[] memory before, Era memory era, address account)
        private
        pure
        returns (IEraChallenges.AccountProof memory proof)
    {
        proof.account = account;
        proof.payout = rangeOf(era.leaves[PAYOUT], account);
        proof.parent = rangeOf(before[ERAS - 1].leaves[PAYOUT], account);
        proof.accrual = rangeOf(before[0].leaves[0], account);
        proof.direct = rangeOf(era.leaves[uint256(EraLeaf.Tree.Direct)], account);
        proof.voids = rangeOf(era.leaves[VOIDS], account);
    }

    function test_aPayoutFollowsFromTheEraWhoseHoldbackEnds() public {
        (Era[] memory before, Era memory era) = payingEra();
        ISettlement.EraHeader memory header = headerOf(era);
        post(header);
        ISettlement.EraHeader[] memory headers = headersOf(header, before[ERAS - 1], before[0]);
        address[5] memory accounts = [operator, stranger, consumer, insurance, BURN];
        for (uint256 i = 0; i < accounts.length; ++i) {
            IEraChallenges.AccountProof memory proof = accountProof(before, era, accounts[i]);
            vm.expectRevert(abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.PayoutWrong));
            challenges.challengePayout(headers, proof);
        }
        SumTree.Span memory voided = LeafTree.spanOf(era.leaves[VOIDS], 0);
        uint256 at = lastOf(before[0].leaves[0], stranger);
        SumTree.Span memory accrued = LeafTree.spanOf(before[0].leaves[0], uint32(at));
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.VoidUncovered));
        challenges.challengeVoid(headers, voided, accrued);
    }

    /// One account has another's: the totals add up, and only a challenge finds it.
    function test_aPayoutOfAnothersEarningsVoidsTheEra() public {
        (Era[] memory before, Era memory era) = payingEra();
        SumTree.Node memory poorer = LeafTree.leafNode(era.leaves[PAYOUT][1]);
        SumTree.Node memory richer = LeafTree.leafNode(era.leaves[PAYOUT][2]);
        address account = accountOf(era.leaves[PAYOUT][1]);
        era.leaves[PAYOUT][1] = accountLeaf(account, poorer.credits - 1, poorer.tokens);
        era.leaves[PAYOUT][2] = accountLeaf(accountOf(era.leaves[PAYOUT][2]), richer.credits + 1, richer.tokens);
        ISettlement.EraHeader memory header = headerOf(era);
        post(header);
        IEraChallenges.AccountProof memory proof = accountProof(before, era, account);
        challenges.challengePayout(headersOf(header, before[ERAS - 1], before[0]), proof);
        assertEq(settlement.postedEras(), ERAS);
    }

    function test_RevertWhen_HeadersMissing() public {
        (Era[] memory before, Era memory era) = payingEra();
        post(headerOf(era));
        ISettlement.EraHeader[] memory headers = new ISettlement.EraHeader[](2);
        (headers[0], headers[1]) = (headerOf(era), headerOf(before[ERAS - 1]));
        IEraChallenges.AccountProof memory proof = accountProof(before, era, operator);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.HeadersMissing.selector, 2, 3));
        challenges.challengePayout(headers, proof);
    }

    function test_RevertWhen_ParentMismatch() public {
        (Era[] memory before, Era memory era) = payingEra();
        post(headerOf(era));
        ISettlement.EraHeader[] memory headers = headersOf(headerOf(era), before[ERAS - 1], before[1]);
        IEraChallenges.AccountProof memory proof = accountProof(before, era, operator);
        bytes32 expected = settlement.headerHashAt(0);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.ParentMismatch.selector, settlement.headerHashAt(1), expected)
        );
        challenges.challengePayout(headers, proof);
    }

    /// Before its first holdback has ended, an era owes nothing but what it pays directly.
    function test_anEraBeforeTheFirstHoldbackEndsVoidsNothing() public {
        Era memory first = unvestedEra(0, 0);
        ISettlement.EraHeader memory parent = headerOf(first);
        post(parent);
        Era memory era = unvestedEra(1, settlement.headerHashOf(parent));
        era.leaves[VOIDS] = one(edged(first.leaves[0][0], EraLeaf.FIRST | EraLeaf.LAST));
        ISettlement.EraHeader memory header = headerOf(era);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlement.VoidsAboveAccrual.selector, header.voids.credits, header.voids.tokens, 0, 0
            )
        );
        post(header);
    }
}
