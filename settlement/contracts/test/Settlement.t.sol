// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Settlement} from "../src/Settlement.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {ICredit} from "../src/interfaces/ICredit.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EraLeaf} from "../src/libraries/EraLeaf.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Fixture} from "./Fixture.sol";

contract SettlementTest is Fixture {
    Payee[] private leaves;
    ISettlement.EraHeader private first;

    function setUp() public override {
        super.setUp();
        fund(1_000e6);
        bondPoster();
        Payee[] memory even = evenLeaves(3, 10e6, 1e6);
        for (uint256 i = 0; i < even.length; ++i) {
            leaves.push(even[i]);
        }
        first = headerOf(0, 0, leaves);
    }

    // ---- deployment

    function test_keepsWhatItWasToldAtDeployment() public view {
        Settlement.Settings memory settings = settlementSettings(address(challenges));
        assertEq(settlement.receiptKeyX(), settings.receiptKeyX);
        assertEq(settlement.receiptKeyY(), settings.receiptKeyY);
        assertEq(settlement.beaconTip(), BEACON_TIP);
        assertEq(settlement.emissionCapGrains(), CAP - GENESIS);
        assertEq(workToken.settlement(), address(settlement));
    }

    function test_RevertWhen_ChallengeWindowTooShort() public {
        Settlement.Settings memory settings = deployableSettings();
        settings.challengeWindowSeconds = 24 hours - 1;
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.ChallengeWindowTooShort.selector, 24 hours - 1, 24 hours));
        new Settlement(settings);
        vm.chainId(31337);
        settings = deployableSettings();
        new Settlement(settings);
    }

    function test_RevertWhen_ZeroAddress() public {
        Settlement.Settings memory settings = settlementSettings(address(challenges));
        settings.credit = ICredit(address(0));
        vm.expectRevert(ISettlement.ZeroAddress.selector);
        new Settlement(settings);
        vm.expectRevert(ISettlement.ZeroAddress.selector);
        settlement.deposit(address(0), 1);
    }

    function test_RevertWhen_ZeroHoldback() public {
        Settlement.Settings memory settings = settlementSettings(address(challenges));
        settings.holdbackEras = 0;
        vm.expectRevert(ISettlement.ZeroHoldback.selector);
        new Settlement(settings);
    }

    function test_RevertWhen_NotTheMinter() public {
        Settlement.Settings memory settings = settlementSettings(address(challenges));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotTheMinter.selector, address(settlement)));
        new Settlement(settings);
    }

    function test_RevertWhen_ReceiptKeyInvalid() public {
        Settlement.Settings memory settings = deployableSettings();
        settings.receiptKeyY = settings.receiptKeyX;
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.ReceiptKeyInvalid.selector, settings.receiptKeyX, settings.receiptKeyX)
        );
        new Settlement(settings);
    }

    function test_RevertWhen_ZeroRoot() public {
        vm.expectRevert(ISettlement.ZeroRoot.selector);
        vm.prank(poster);
        settlement.commitEpoch(0, 0);
        Settlement.Settings memory settings = deployableSettings();
        settings.beaconTip = 0;
        vm.expectRevert(ISettlement.ZeroRoot.selector);
        new Settlement(settings);
    }

    // ---- deposits and the poster's bond

    function test_depositIsCreditedToTheNamedAccount() public {
        vm.prank(issuer);
        credit.mint(stranger, 7);
        vm.startPrank(stranger);
        credit.approve(address(settlement), 7);
        vm.expectEmit(address(settlement));
        emit ISettlement.Deposited(consumer, stranger, 7);
        settlement.deposit(consumer, 7);
        assertEq(settlement.totals().depositedCredits, 1_000e6 + 7);
    }

    function test_posterTakesItsBondBackWhenNothingIsOpen() public {
        uint256 before = workToken.balanceOf(poster);
        vm.prank(poster);
        settlement.withdrawPosterBond(POSTER_BOND);
        assertEq(workToken.balanceOf(poster), before + POSTER_BOND);
        assertEq(settlement.posterBondGrains(), 0);
    }

    function test_RevertWhen_ErasPending() public {
        post(first);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.ErasPending.selector, 1, 0));
        vm.prank(poster);
        settlement.withdrawPosterBond(1);
        finalise(first);
        vm.prank(poster);
        settlement.withdrawPosterBond(1);
    }

    function test_RevertWhen_ZeroAmount() public {
        vm.expectRevert(ISettlement.ZeroAmount.selector);
        settlement.deposit(consumer, 0);
        vm.startPrank(poster);
        vm.expectRevert(ISettlement.ZeroAmount.selector);
        settlement.postPosterBond(0);
        vm.expectRevert(ISettlement.ZeroAmount.selector);
        settlement.withdrawPosterBond(0);
    }

    function test_RevertWhen_PosterBondTooSmall() public {
        vm.startPrank(poster);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.PosterBondTooSmall.selector, POSTER_BOND, POSTER_BOND + 1));
        settlement.withdrawPosterBond(POSTER_BOND + 1);
        settlement.withdrawPosterBond(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.PosterBondTooSmall.selector, POSTER_BOND - 1, POSTER_BOND));
        settlement.postEra(first);
    }

    function test_RevertWhen_NotPoster() public {
        bytes memory expected = abi.encodeWithSelector(ISettlement.NotPoster.selector, stranger, poster);
        vm.startPrank(stranger);
        vm.expectRevert(expected);
        settlement.postPosterBond(1);
        vm.expectRevert(expected);
        settlement.withdrawPosterBond(1);
        vm.expectRevert(expected);
        settlement.commitEpoch(0, "root");
        vm.expectRevert(expected);
        settlement.postEra(first);
    }

    // ---- epochs

    function test_commitsEpochsInRisingOrder() public {
        vm.startPrank(poster);
        vm.expectEmit(address(settlement));
        emit ISettlement.EpochCommitted(3, "three");
        settlement.commitEpoch(3, "three");
        settlement.commitEpoch(5, "five");
        assertEq(settlement.batchesRootOf(3), "three");
        assertEq(settlement.batchesRootOf(4), 0);
    }

    function test_RevertWhen_EpochNotAfterLast() public {
        vm.startPrank(poster);
        settlement.commitEpoch(3, "three");
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EpochNotAfterLast.selector, 3, 4));
        settlement.commitEpoch(3, "again");
    }

    // ---- posting

    function test_postedEraIsRememberedByItsHash() public {
        uint64 finalisableAt = uint64(block.timestamp) + WINDOW;
        bytes32 headerHash = keccak256(abi.encode(first));
        vm.expectEmit(address(settlement));
        emit ISettlement.EraPosted(0, headerHash, first, finalisableAt);
        post(first);
        ISettlement.PostedEra memory posted = settlement.eraOf(0);
        assertEq(posted.headerHash, headerHash);
        assertEq(posted.finalisableAt, finalisableAt);
        assertEq(settlement.postedEras(), 1);
    }

    function test_postsOnWhileTheEraBeforeIsOpen() public {
        post(first);
        post(headerOf(1, settlement.headerHashOf(first), leaves));
        assertEq(settlement.postedEras(), 2);
        assertEq(settlement.finalisedEras(), 0);
    }

    function test_RevertWhen_EraOutOfOrder() public {
        ISettlement.EraHeader memory header = headerOf(1, 0, leaves);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EraOutOfOrder.selector, 1, 0));
        post(header);
        post(first);
        header = headerOf(1, settlement.headerHashOf(first), leaves);
        post(header);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EraOutOfOrder.selector, 1, 0));
        settlement.finaliseEra(header);
    }

    function test_RevertWhen_ParentMismatch() public {
        ISettlement.EraHeader memory header = headerOf(0, "wrong", leaves);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.ParentMismatch.selector, bytes32("wrong"), bytes32(0)));
        post(header);
    }

    function test_RevertWhen_EmptyTree() public {
        first.payout.leafCount = 0;
        vm.expectRevert(SumTree.EmptyTree.selector);
        post(first);
    }

    function test_RevertWhen_EmptyTreeNotZero() public {
        first.voids.credits = 1;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EmptyTreeNotZero.selector, EraLeaf.Tree.Void));
        post(first);
        (first.voids.credits, first.params.root) = (0, "root");
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EmptyTreeNotZero.selector, EraLeaf.Tree.Params));
        post(first);
    }

    function test_RevertWhen_TotalsDoNotAddUp() public {
        first.payout.tokens += 1;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.TotalsDoNotAddUp.selector, 30e6, 3e6 + 1, 30e6, 3e6));
        post(first);
    }

    function test_RevertWhen_VoidsAboveAccrual() public {
        post(first);
        ISettlement.EraHeader memory header = headerOf(1, settlement.headerHashOf(first), leaves);
        header.voids = SumTree.Root("voids", 1, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.VoidsAboveAccrual.selector, 1, 0, 0, 0));
        post(header);
    }

    function test_RevertWhen_AccrualNotCharged() public {
        first.accrual = SumTree.Root("accrual", 7, 0, 1);
        first.params = SumTree.Root("params", 8, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AccrualNotCharged.selector, 7, 8));
        post(first);
    }

    function test_RevertWhen_AccrualAboveEmission() public {
        first.accrual = SumTree.Root("accrual", 0, 7, 1);
        first.params = SumTree.Root("params", 0, 6, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AccrualAboveEmission.selector, 7, 6));
        post(first);
    }

    /// What was accrued is paid when its holdback has ended, less what is voided.
    function test_accrualsAreOwedAfterTheHoldback() public {
        first.accrual = SumTree.Root("accrual", 5e6, 7, 1);
        first.params = SumTree.Root("params", 5e6, 7, 1);
        post(first);
        ISettlement.EraHeader memory second = headerOf(1, settlement.headerHashOf(first), leaves);
        second.direct = SumTree.Root(0, 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.TotalsDoNotAddUp.selector, 30e6, 3e6, 35e6, 3e6 + 7));
        post(second);
        second.voids = SumTree.Root("voids", 2e6, 7, 1);
        (second.payout.credits, second.payout.root) = (33e6, "payout");
        post(second);
    }

    function test_RevertWhen_CreditsNotFunded() public {
        ISettlement.EraHeader memory header = headerOf(0, 0, evenLeaves(2, 500e6 + 1, 0));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.CreditsNotFunded.selector, 1_000e6 + 2, 1_000e6));
        post(header);
    }

    function test_aDepositFundsOneEra() public {
        post(first);
        ISettlement.EraHeader memory second = headerOf(1, settlement.headerHashOf(first), evenLeaves(3, 340e6, 1e6));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.CreditsNotFunded.selector, 1_020e6, 1_000e6));
        post(second);
    }

    function test_RevertWhen_EmissionAboveEraLimit() public {
        ISettlement.EraHeader memory header = headerOf(0, 0, evenLeaves(1, 0, ERA_MINT_MAX + 1));
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.EmissionAboveEraLimit.selector, ERA_MINT_MAX + 1, ERA_MINT_MAX)
        );
        post(header);
    }

    function test_RevertWhen_EmissionAboveCap() public {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        workToken = new WorkToken(next, GENESIS + 5, ERA_MINT_MAX, genesis());
        deploySettlement();
        bondPoster();
        ISettlement.EraHeader memory header = headerOf(0, 0, evenLeaves(1, 0, 6));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EmissionAboveCap.selector, 6, 5));
        post(header);
        header = headerOf(0, 0, evenLeaves(1, 0, 4));
        post(header);
        header = headerOf(1, settlement.headerHashOf(header), evenLeaves(1, 0, 6));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EmissionAboveCap.selector, 6, 5));
        post(header);
    }

    // ---- finality

    function test_finalisationMintsTheErasEmission() public {
        post(first);
        vm.warp(block.timestamp + WINDOW);
        vm.expectEmit(address(settlement));
        emit ISettlement.EraFinalised(0, settlement.headerHashOf(first), 30e6, 3e6);
        vm.prank(stranger);
        settlement.finaliseEra(first);
        assertEq(workToken.balanceOf(address(settlement)), POSTER_BOND + 3e6);
        assertEq(settlement.totals().mintedTokens, 3e6);
    }

    function test_anEraWithoutEmissionMintsNothing() public {
        post(first);
        finalise(first);
        ISettlement.EraHeader memory header = headerOf(1, settlement.headerHashOf(first), leaves);
        post(header);
        finalise(header);
        assertEq(settlement.totals().mintedTokens, 3e6);
        assertEq(workToken.nextEra(), 1);
    }

    function test_RevertWhen_EraNotPosted() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EraNotPosted.selector, 0, 0));
        settlement.finaliseEra(first);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EraNotPosted.selector, 0, 0));
        settlement.eraOf(0);
    }

    function test_RevertWhen_EraIsFinal() public {
        post(first);
        finalise(first);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EraIsFinal.selector, 0));
        settlement.finaliseEra(first);
    }

    function test_RevertWhen_HeaderMismatch() public {
        post(first);
        bytes32 posted = settlement.headerHashOf(first);
        first.params.root = "other";
        bytes32 other = settlement.headerHashOf(first);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.HeaderMismatch.selector, other, posted));
        settlement.finaliseEra(first);
    }

    function test_RevertWhen_ChallengeWindowOpen() public {
        post(first);
        uint64 finalisableAt = uint64(block.timestamp) + WINDOW;
        vm.warp(finalisableAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.ChallengeWindowOpen.selector, 0, finalisableAt));
        settlement.finaliseEra(first);
    }

    function test_RevertWhen_NotChallenges() public {
        post(first);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotChallenges.selector, poster, address(challenges)));
        vm.prank(poster);
        settlement.voidEra(0, poster, ISettlement.Ground.PayoutWrong);
    }

    function test_aVoidedErasDescendantsAreVoidAndTheBondIsSplitOnce() public {
        post(first);
        post(headerOf(1, settlement.headerHashOf(first), leaves));
        uint256 supply = workToken.totalSupply();
        vm.expectEmit(address(settlement));
        emit ISettlement.EraVoided(0, settlement.headerHashOf(first), stranger, 1, ISettlement.Ground.PayoutWrong);
        vm.prank(address(challenges));
        settlement.voidEra(0, stranger, ISettlement.Ground.PayoutWrong);
        assertEq(settlement.postedEras(), 0);
        assertEq(workToken.balanceOf(stranger), POSTER_BOND / 2);
        assertEq(settlement.slashedGrains(), POSTER_BOND / 2);
        vm.expectEmit(address(settlement));
        emit ISettlement.SlashedBurnt(POSTER_BOND / 2);
        settlement.burnSlashed();
        assertEq(workToken.totalSupply(), supply - POSTER_BOND / 2);
        vm.expectRevert(ISettlement.ZeroAmount.selector);
        settlement.burnSlashed();
        bondPoster();
        post(first);
        finalise(first);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EraIsFinal.selector, 0));
        vm.prank(address(challenges));
        settlement.voidEra(0, stranger, ISettlement.Ground.PayoutWrong);
    }

    // ---- claims

    function test_claimPaysWhatIsOwedOnce() public {
        finalFirst();
        vm.expectEmit(address(settlement));
        emit ISettlement.ClaimPaid(leaves[1].account, leaves[1].account, 10e6, 1e6);
        vm.prank(stranger);
        settlement.claim(first.payout, payoutProof(leaves, 1));
        assertEq(credit.balanceOf(leaves[1].account), 10e6);
        assertEq(workToken.balanceOf(leaves[1].account), 1e6);
        assertEq(settlement.claimedOf(leaves[1].account).credits, 10e6);
        assertEq(settlement.claimedOf(leaves[1].account).tokens, 1e6);
    }

    function test_laterClaimPaysTheDifference() public {
        finalFirst();
        settlement.claim(first.payout, payoutProof(leaves, 1));
        leaves[1].credits += 5;
        ISettlement.EraHeader memory second = headerOf(1, settlement.headerHashOf(first), leaves);
        post(second);
        finalise(second);
        (uint128 credits, uint128 tokens) = settlement.claim(second.payout, payoutProof(leaves, 1));
        assertEq(credits, 5);
        assertEq(tokens, 0);
        assertEq(credit.balanceOf(leaves[1].account), 10e6 + 5);
    }

    function test_claimGoesToTheRecipientThatTheAccountSet() public {
        finalFirst();
        vm.prank(leaves[0].account);
        settlement.setRecipient(stranger);
        settlement.claim(first.payout, payoutProof(leaves, 0));
        assertEq(credit.balanceOf(stranger), 10e6);
    }

    function test_anAccountThatTakesItsRecipientBackIsPaidItself() public {
        finalFirst();
        vm.startPrank(leaves[0].account);
        settlement.setRecipient(stranger);
        settlement.setRecipient(address(0));
        vm.stopPrank();
        assertEq(settlement.recipientOf(leaves[0].account), leaves[0].account);
        settlement.claim(first.payout, payoutProof(leaves, 0));
        assertEq(credit.balanceOf(leaves[0].account), 10e6);
    }

    function test_theBurnAccountsClaimIsDestroyed() public {
        Payee[] memory burn = new Payee[](1);
        burn[0] = Payee(settlement.BURN_ACCOUNT(), 8, 9);
        ISettlement.EraHeader memory header = headerOf(0, 0, burn);
        post(header);
        finalise(header);
        uint256 credits = credit.totalSupply();
        uint256 tokens = workToken.totalSupply();
        settlement.claim(header.payout, payoutProof(burn, 0));
        assertEq(credit.totalSupply(), credits - 8);
        assertEq(workToken.totalSupply(), tokens - 9);
    }

    function test_claimManySkipsBadRowsAndSaysWhy() public {
        finalFirst();
        ISettlement.PayoutProof[] memory proofs = new ISettlement.PayoutProof[](3);
        for (uint32 i = 0; i < 3; ++i) {
            proofs[i] = payoutProof(leaves, i);
        }
        proofs[1].index = 9;
        vm.expectEmit(address(settlement));
        emit ISettlement.ClaimSkipped(
            leaves[1].account, 9, abi.encodeWithSelector(SumTree.SpanOutOfRange.selector, 9, 9, 3)
        );
        settlement.claimMany(first.payout, proofs);
        assertEq(credit.balanceOf(leaves[0].account), 10e6);
        assertEq(credit.balanceOf(leaves[1].account), 0);
        assertEq(credit.balanceOf(leaves[2].account), 10e6);
    }

    function test_RevertWhen_NothingFinalised() public {
        post(first);
        ISettlement.PayoutProof memory proof = payoutProof(leaves, 0);
        vm.expectRevert(ISettlement.NothingFinalised.selector);
        settlement.claim(first.payout, proof);
    }

    function test_RevertWhen_RootNotLastFinal() public {
        finalFirst();
        leaves[1].credits += 5;
        ISettlement.EraHeader memory second = headerOf(1, settlement.headerHashOf(first), leaves);
        post(second);
        finalise(second);
        ISettlement.PayoutProof memory proof = payoutProof(leaves, 0);
        bytes memory expected = abi.encodeWithSelector(
            ISettlement.RootNotLastFinal.selector,
            keccak256(abi.encode(first.payout)),
            keccak256(abi.encode(second.payout))
        );
        vm.expectRevert(expected);
        settlement.claim(first.payout, proof);
    }

    function test_RevertWhen_LeafIsNotInTheTree() public {
        finalFirst();
        ISettlement.PayoutProof memory proof = payoutProof(leaves, 0);
        proof.account = stranger;
        vm.expectPartialRevert(SumTree.RootMismatch.selector);
        settlement.claim(first.payout, proof);
    }

    function test_RevertWhen_TotalsMismatch() public {
        (first.payout.credits, first.direct.credits) = (30e6 + 1, 30e6 + 1); // more than the roots commit to
        finalFirst();
        ISettlement.PayoutProof memory proof = payoutProof(leaves, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.TotalsMismatch.selector, 30e6, 3e6, 30e6 + 1, 3e6));
        settlement.claim(first.payout, proof);
    }

    function test_RevertWhen_NothingToClaim() public {
        finalFirst();
        ISettlement.PayoutProof memory proof = payoutProof(leaves, 0);
        settlement.claim(first.payout, proof);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NothingToClaim.selector, leaves[0].account));
        settlement.claim(first.payout, proof);
    }

    function test_RevertWhen_RecipientRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.RecipientRefused.selector, address(settlement)));
        settlement.setRecipient(address(settlement));
    }

    function testFuzz_claimsNeverExceedTheTotals(uint8 count, uint64 seed) public {
        uint256 accounts = 1 + count % 12;
        Payee[] memory random = new Payee[](accounts);
        for (uint256 i = 0; i < accounts; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            random[i] = Payee(address(uint160(0x2000 + i)), uint128(draw % 80e6), uint128((draw >> 128) % 80e6));
        }
        ISettlement.EraHeader memory header = headerOf(0, 0, random);
        post(header);
        finalise(header);
        ISettlement.PayoutProof[] memory proofs = new ISettlement.PayoutProof[](accounts);
        for (uint32 i = 0; i < accounts; ++i) {
            proofs[i] = payoutProof(random, i);
        }
        settlement.claimMany(header.payout, proofs);
        settlement.claimMany(header.payout, proofs);
        assertEq(workToken.balanceOf(address(settlement)), POSTER_BOND);
        assertEq(credit.balanceOf(address(settlement)), 1_000e6 - header.payout.credits);
    }

    function finalFirst() private {
        post(first);
        finalise(first);
    }

    /// Settings that name a fresh token whose minter is the next contract but one that this test makes.
    function deployableSettings() private returns (Settlement.Settings memory settings) {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        workToken = new WorkToken(next, CAP, ERA_MINT_MAX, genesis());
        return settlementSettings(address(challenges));
    }
}
