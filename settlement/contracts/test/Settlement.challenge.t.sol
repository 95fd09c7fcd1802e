// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Fixture} from "./Fixture.sol";
import {PayoutTree} from "./PayoutTree.sol";

contract SettlementChallengeTest is Fixture {
    SumTree.Leaf[] private honest;
    ISettlement.EraHeader private parent;

    function setUp() public override {
        super.setUp();
        fund(1_000e6);
        bondPoster();
        SumTree.Leaf[] memory even = evenLeaves(5, 10e6, 1e6);
        for (uint256 i = 0; i < even.length; ++i) {
            honest.push(even[i]);
        }
        parent = headerOf(0, 0, honest);
        post(parent);
    }

    function test_aDuplicateAccountVoidsTheEra() public {
        SumTree.Leaf[] memory bad = honest;
        bad[3].account = bad[2].account;
        challengeOrderOf(bad, 2);
    }

    function test_accountsOutOfOrderVoidTheEra() public {
        SumTree.Leaf[] memory bad = honest;
        (bad[0].account, bad[1].account) = (bad[1].account, bad[0].account);
        challengeOrderOf(bad, 0);
    }

    function test_aFallenPayoutVoidsTheEra() public {
        SumTree.Leaf[] memory bad = honest;
        bad[4].tokens -= 1;
        bad[0].tokens += 1;
        ISettlement.EraHeader memory header = postChild(bad);
        SumTree.LeafProof memory inParent = PayoutTree.proofOf(honest, 4);
        SumTree.LeafProof memory inHeader = PayoutTree.proofOf(bad, 4);
        expectVoid(header, 1, ISettlement.Ground.PayoutDecreased);
        settlement.challengeDecrease(parent, header, inParent, inHeader);
    }

    function test_totalsThatTheRootDoesNotHaveVoidTheEra() public {
        SumTree.Leaf[] memory more = honest;
        ISettlement.EraHeader memory header = headerOf(1, settlement.headerHashOf(parent), more);
        header.totalTokens += 1;
        post(header);
        SumTree.Node memory top = PayoutTree.topOf(more);
        expectVoid(header, 1, ISettlement.Ground.TotalsDiffer);
        settlement.challengeTotals(header, top, 5);
    }

    function test_voidingTakesEveryDescendantAlong() public {
        SumTree.Leaf[] memory bad = honest;
        bad[3].account = bad[2].account;
        ISettlement.EraHeader memory header = postChild(bad);
        ISettlement.EraHeader memory grandchild = headerOf(2, settlement.headerHashOf(header), bad);
        post(grandchild);
        SumTree.LeafProof memory a = PayoutTree.proofOf(bad, 2);
        SumTree.LeafProof memory b = PayoutTree.proofOf(bad, 3);
        expectVoid(header, 2, ISettlement.Ground.LeavesOutOfOrder);
        settlement.challengeOrder(header, a, b);
        assertEq(settlement.postedEras(), 1);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EraNotPosted.selector, 2, 1));
        settlement.finaliseEra(grandchild);
        settlement.finaliseEra(parent);
    }

    function test_aVoidedEraIsPostedAgain() public {
        SumTree.Leaf[] memory bad = honest;
        bad[3].account = bad[2].account;
        challengeOrderOf(bad, 2);
        bondPoster();
        ISettlement.EraHeader memory header = postChild(honest);
        finalise(parent);
        settlement.finaliseEra(header);
        assertEq(settlement.finalisedEras(), 2);
    }

    function test_theChallengerGetsHalfThePostersBondAndTheRestIsBurnt() public {
        SumTree.Leaf[] memory bad = honest;
        bad[3].account = bad[2].account;
        uint256 supply = workToken.totalSupply();
        challengeOrderOf(bad, 2);
        assertEq(workToken.balanceOf(stranger), POSTER_BOND / 2);
        assertEq(workToken.totalSupply(), supply - POSTER_BOND / 2);
        assertEq(settlement.posterBondGrains(), 0);
    }

    function test_RevertWhen_EraIsFinal() public {
        finalise(parent);
        SumTree.Node memory top = PayoutTree.topOf(honest);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EraIsFinal.selector, 0));
        settlement.challengeTotals(parent, top, 5);
    }

    function test_RevertWhen_LeavesInOrder() public {
        SumTree.LeafProof memory a = PayoutTree.proofOf(honest, 1);
        SumTree.LeafProof memory b = PayoutTree.proofOf(honest, 2);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.LeavesInOrder.selector, a.leaf.account, b.leaf.account));
        settlement.challengeOrder(parent, a, b);
    }

    function test_RevertWhen_NotAdjacent() public {
        SumTree.LeafProof memory a = PayoutTree.proofOf(honest, 2);
        SumTree.LeafProof memory b = PayoutTree.proofOf(honest, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotAdjacent.selector, 2, 1));
        settlement.challengeOrder(parent, a, b);
    }

    function test_RevertWhen_AccountsDiffer() public {
        ISettlement.EraHeader memory header = postChild(honest);
        SumTree.LeafProof memory a = PayoutTree.proofOf(honest, 1);
        SumTree.LeafProof memory b = PayoutTree.proofOf(honest, 2);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AccountsDiffer.selector, a.leaf.account, b.leaf.account));
        settlement.challengeDecrease(parent, header, a, b);
    }

    function test_RevertWhen_PayoutDidNotDecrease() public {
        ISettlement.EraHeader memory header = postChild(honest);
        SumTree.LeafProof memory proof = PayoutTree.proofOf(honest, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.PayoutDidNotDecrease.selector, proof.leaf.account));
        settlement.challengeDecrease(parent, header, proof, proof);
    }

    function test_RevertWhen_ParentMismatch() public {
        ISettlement.EraHeader memory header = postChild(honest);
        SumTree.LeafProof memory proof = PayoutTree.proofOf(honest, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlement.ParentMismatch.selector, settlement.headerHashOf(header), settlement.headerHashOf(parent)
            )
        );
        settlement.challengeDecrease(header, header, proof, proof);
    }

    function test_RevertWhen_PayoutRootMismatch() public {
        SumTree.Node memory top = PayoutTree.topOf(honest);
        vm.expectPartialRevert(ISettlement.PayoutRootMismatch.selector);
        settlement.challengeTotals(parent, top, 6);
        SumTree.LeafProof memory a = PayoutTree.proofOf(honest, 1);
        SumTree.LeafProof memory b = PayoutTree.proofOf(honest, 2);
        b.leaf.account = a.leaf.account; // not what was posted
        vm.expectPartialRevert(ISettlement.PayoutRootMismatch.selector);
        settlement.challengeOrder(parent, a, b);
    }

    function test_RevertWhen_TotalsAgree() public {
        SumTree.Node memory top = PayoutTree.topOf(honest);
        vm.expectRevert(ISettlement.TotalsAgree.selector);
        settlement.challengeTotals(parent, top, 5);
    }

    /// No pair of leaves of an honest tree convicts it.
    function testFuzz_anHonestEraIsNeverVoided(uint32 a, uint32 b) public {
        SumTree.LeafProof memory proofA = PayoutTree.proofOf(honest, a % 5);
        SumTree.LeafProof memory proofB = PayoutTree.proofOf(honest, b % 5);
        ISettlement.EraHeader memory header = postChild(honest);
        vm.expectRevert();
        settlement.challengeOrder(header, proofA, proofB);
        vm.expectRevert();
        settlement.challengeDecrease(parent, header, proofA, proofB);
    }

    function postChild(SumTree.Leaf[] memory leaves) private returns (ISettlement.EraHeader memory header) {
        header = headerOf(1, settlement.headerHashOf(parent), leaves);
        post(header);
    }

    function challengeOrderOf(SumTree.Leaf[] memory bad, uint32 index) private {
        ISettlement.EraHeader memory header = postChild(bad);
        SumTree.LeafProof memory a = PayoutTree.proofOf(bad, index);
        SumTree.LeafProof memory b = PayoutTree.proofOf(bad, index + 1);
        expectVoid(header, 1, ISettlement.Ground.LeavesOutOfOrder);
        settlement.challengeOrder(header, a, b);
    }

    function expectVoid(ISettlement.EraHeader memory header, uint64 lastEra, ISettlement.Ground ground) private {
        bytes32 headerHash = settlement.headerHashOf(header);
        vm.expectEmit(address(settlement));
        emit ISettlement.EraVoided(header.era, headerHash, stranger, lastEra, ground);
        vm.prank(stranger);
    }
}
