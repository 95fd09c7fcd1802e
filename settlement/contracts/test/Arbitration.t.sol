// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Arbitration} from "../src/Arbitration.sol";
import {IArbitration} from "../src/interfaces/IArbitration.sol";
import {IBondVault} from "../src/interfaces/IBondVault.sol";
import {ArbitrationFixture} from "./ArbitrationFixture.sol";

contract ArbitrationTest is ArbitrationFixture {
    // ---- arbiters

    function test_aSeatedArbiterLeavesAndIsPaidOutAfterUnbonding() public {
        address account = arbiterAt(0);
        vm.startPrank(account);
        arbitration.leave();
        skip(UNBONDING);
        assertEq(arbitration.withdrawBond(), ARBITER_BOND);
        vm.stopPrank();
        assertEq(workToken.balanceOf(account), ARBITER_BOND);
        assertEq(arbitration.bondedGrains(), (POOL - 1) * ARBITER_BOND);
    }

    /// Whoever comes after the opening, or less than the activation before, is not drawn; whoever leaves then may be.
    function test_theCommitteeComesFromThePoolOfBefore() public {
        for (uint256 i = 0; i < POOL; ++i) {
            seat(arbiterAt(1_000 + i));
        }
        uint64 caseId = openCase();
        for (uint256 i = 0; i < POOL; ++i) {
            vm.prank(arbiterAt(i));
            arbitration.leave();
        }
        revealBeacon();
        arbitration.draw(caseId);
        uint32[] memory ids = arbitration.panelOf(caseId, 0).arbiterIds;
        assertEq(ids.length, 7);
        for (uint256 i = 0; i < ids.length; ++i) {
            assertLe(ids[i], POOL);
            for (uint256 j = 0; j < i; ++j) {
                assertNotEq(ids[i], ids[j]);
            }
        }
    }

    function test_RevertWhen_AlreadySeated() public {
        vm.startPrank(arbiterAt(0));
        vm.expectRevert(abi.encodeWithSelector(IArbitration.AlreadySeated.selector, 1));
        arbitration.join();
        vm.expectRevert(abi.encodeWithSelector(IArbitration.AlreadySeated.selector, 1));
        arbitration.withdrawBond();
    }

    function test_RevertWhen_NotSeated() public {
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NotSeated.selector, 0));
        arbitration.leave();
    }

    function test_RevertWhen_BondStillLocked() public {
        uint64 freeAt = uint64(block.timestamp) + UNBONDING;
        vm.startPrank(arbiterAt(0));
        arbitration.leave();
        skip(UNBONDING - 1);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.BondStillLocked.selector, 1, freeAt));
        arbitration.withdrawBond();
    }

    function test_RevertWhen_BondWhole() public {
        vm.expectRevert(abi.encodeWithSelector(IArbitration.BondWhole.selector, 1, ARBITER_BOND));
        arbitration.evict(1);
    }

    function test_RevertWhen_NothingToWithdraw() public {
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NothingToWithdraw.selector, stranger));
        arbitration.withdraw();
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NothingToWithdraw.selector, stranger));
        arbitration.withdrawBond();
    }

    // ---- drawing

    function test_RevertWhen_PoolTooSmall() public {
        for (uint256 i = 0; i < POOL - 6; ++i) {
            vm.prank(arbiterAt(i));
            arbitration.leave();
        }
        skip(ACTIVATION);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.PoolTooSmall.selector, 6, 7));
        openCase();
    }

    function test_RevertWhen_CasePending() public {
        uint64 caseId = openCase();
        vm.expectRevert(abi.encodeWithSelector(IArbitration.CasePending.selector, caseId));
        openCase();
    }

    /// A stranger's case with the same evidence: neither is in the other's way, whatever the stranger asks for.
    function test_nobodyStandsInTheWayOfAnothersCharge() public {
        uint64 theirs = openAs(stranger, 1);
        uint64 ours = openCase();
        assertEq(arbitration.caseOf(theirs).grains, 1_000);
        assertEq(arbitration.caseOf(ours).grains, 300e6);
        skip(STAGE);
        arbitration.lapse(theirs);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.CasePending.selector, ours));
        openCase();
    }

    /// The same charge convicts once. Where that was taken back, the other verdict still counts.
    function test_aSecondConvictionHoldsWhatTheFirstGaveBack() public {
        uint64 theirs = openAs(stranger, charge.slashPpm);
        uint64 ours = openCase();
        revealBeacon();
        arbitration.draw(theirs);
        arbitration.draw(ours);
        convictBoth(theirs, ours);
        assertEq(vault.bondOf(nodeId), NODE_BOND - 300e6);
        assertEq(arbitration.caseOf(ours).slashId, 0);
        vm.prank(challenger);
        arbitration.appeal(theirs);
        skip(STAGE);
        arbitration.lapse(theirs);
        assertEq(vault.bondOf(nodeId), NODE_BOND);
        arbitration.requestSlash(ours);
        assertEq(vault.bondOf(nodeId), NODE_BOND - 300e6);
        assertEq(vault.slashOf(arbitration.caseOf(ours).slashId).challenger, challenger);
    }

    /// Neither in time nor in amount does it help to move the bond before the charge arrives.
    function test_aChargeIsForAShareOfWhatIsThere() public {
        workToken.transfer(operator, 500e6);
        vm.startPrank(operator);
        vault.requestUnbond(nodeId, 400e6);
        workToken.approve(address(vault), 500e6);
        vault.deposit(nodeId, 500e6);
        vm.stopPrank();
        charge.slashPpm = 333_333;
        assertEq(arbitration.caseOf(openCase()).grains, 499_999_500);
        charge.slashPpm = type(uint32).max;
        charge.evidenceHash = keccak256("another");
        assertEq(arbitration.caseOf(openCase()).grains, 1_500e6);
    }

    /// A committee that did not convict may have lacked votes: there is no need to wait for the end of its appeal.
    function test_aChargeThatFailedMayBeMadeAgainAtOnce() public {
        uint64 first = decided(4, 1);
        uint64 second = openCase();
        skip(APPEAL);
        arbitration.close(first);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.CasePending.selector, second));
        openCase();
    }

    function openAs(address account, uint32 slashPpm) private returns (uint64 caseId) {
        workToken.transfer(account, 1_000e6);
        IArbitration.Charge memory theirs = charge;
        theirs.slashPpm = slashPpm;
        vm.startPrank(account);
        workToken.approve(address(arbitration), type(uint256).max);
        caseId = arbitration.openCase(theirs);
        vm.stopPrank();
    }

    /// All convict, both cases at a time.
    function convictBoth(uint64 theirs, uint64 ours) private {
        commitAll(theirs);
        commitAll(ours);
        skip(STAGE);
        revealAll(theirs);
        revealAll(ours);
        arbitration.tally(theirs);
        arbitration.tally(ours);
    }

    function commitAll(uint64 caseId) private {
        for (uint8 s = 0; s < 7; ++s) {
            address account = accountOn(caseId, 0, s);
            bytes32 commitment = arbitration.commitmentOf(caseId, 0, account, IArbitration.Verdict.Guilty, "salt");
            vm.prank(account);
            arbitration.commitVerdict(caseId, s, commitment);
        }
    }

    function revealAll(uint64 caseId) private {
        for (uint8 s = 0; s < 7; ++s) {
            vm.prank(accountOn(caseId, 0, s));
            arbitration.revealVerdict(caseId, s, IArbitration.Verdict.Guilty, "salt");
        }
    }

    function test_RevertWhen_WrongStatus() public {
        uint64 caseId = openCase();
        vm.expectRevert(abi.encodeWithSelector(IArbitration.WrongStatus.selector, caseId, IArbitration.Status.Drawing));
        arbitration.tally(caseId);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.WrongStatus.selector, 9, IArbitration.Status.None));
        arbitration.draw(9);
    }

    function test_RevertWhen_EntropyNotYet() public {
        uint64 caseId = openCase();
        vm.roll(1_002);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.EntropyNotYet.selector, 1_002));
        arbitration.draw(caseId);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.EntropyNotYet.selector, 1_002));
        arbitration.recordEntropy(caseId);
    }

    function test_entropyIsKeptWhileTheChainKnowsIt() public {
        uint64 caseId = openCase();
        vm.roll(1_003);
        bytes32 expected = blockhash(1_002);
        arbitration.recordEntropy(caseId);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.EntropyKnown.selector, caseId));
        arbitration.recordEntropy(caseId);
        vm.roll(100_000);
        revealBeacon();
        arbitration.draw(caseId);
        assertEq(arbitration.panelOf(caseId, 0).entropy, expected);
    }

    function test_RevertWhen_EntropyLost() public {
        uint64 caseId = openCase();
        vm.roll(100_000);
        revealBeacon();
        vm.expectRevert(abi.encodeWithSelector(IArbitration.EntropyLost.selector, 1_002));
        arbitration.draw(caseId);
        arbitration.recordEntropy(caseId);
        assertEq(arbitration.panelOf(caseId, 0).entropyBlock, 100_005);
        vm.roll(100_006);
        arbitration.draw(caseId);
    }

    function test_RevertWhen_EntropyKnown() public {
        uint64 caseId = openCase();
        vm.roll(1_003);
        arbitration.recordEntropy(caseId);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.EntropyKnown.selector, caseId));
        arbitration.recordEntropy(caseId);
    }

    /// Known too early is no use, and what is not revealed is waited for half of the time.
    function test_RevertWhen_BeaconNotYet() public {
        uint64 caseId = openCase();
        vm.roll(1_003);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.BeaconNotYet.selector, 0));
        arbitration.draw(caseId);
        arbitration.advanceBeacon(0, beacon.preimage(0));
        vm.expectRevert(abi.encodeWithSelector(IArbitration.BeaconNotYet.selector, 0));
        arbitration.draw(caseId);
        skip(STAGE / 2);
        arbitration.draw(caseId);
    }

    function test_anEarlierEpochIsHashedBackTo() public {
        uint64 caseId = openCase();
        for (uint256 i = 0; i < 20; ++i) {
            beacon.commit();
        }
        vm.roll(1_003);
        arbitration.advanceBeacon(19, beacon.preimage(19));
        bytes32 seed = sha256(
            abi.encodePacked(
                "stannary committee",
                block.chainid,
                address(arbitration),
                caseId,
                uint8(0),
                beacon.preimage(0),
                blockhash(1_002)
            )
        );
        vm.recordLogs();
        arbitration.draw(caseId);
        (uint8 instance, bytes32 drawnWith, bool withPreimage,) =
            abi.decode(vm.getRecordedLogs()[0].data, (uint8, bytes32, bool, uint32[]));
        assertEq(instance, 0);
        assertEq(drawnWith, seed);
        assertTrue(withPreimage);
    }

    function test_RevertWhen_BeaconNotAhead() public {
        arbitration.advanceBeacon(3, beacon.preimage(3));
        bytes32 preimage = beacon.preimage(3);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.BeaconNotAhead.selector, 3, 4));
        arbitration.advanceBeacon(3, preimage);
    }

    function test_RevertWhen_BeaconTooFar() public {
        vm.expectRevert(abi.encodeWithSelector(IArbitration.BeaconTooFar.selector, 4_096, 0));
        arbitration.advanceBeacon(4_096, 0);
    }

    function test_RevertWhen_BeaconMismatch() public {
        vm.expectRevert(abi.encodeWithSelector(IArbitration.BeaconMismatch.selector, 0, bytes32(uint256(1))));
        arbitration.advanceBeacon(0, bytes32(uint256(1)));
    }

    function test_RevertWhen_DrawOver() public {
        uint64 caseId = openCase();
        revealBeacon();
        skip(STAGE);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.DrawOver.selector, caseId, block.timestamp));
        arbitration.draw(caseId);
    }

    function test_RevertWhen_DrawStillOpen() public {
        uint64 caseId = openCase();
        vm.expectRevert(abi.encodeWithSelector(IArbitration.DrawStillOpen.selector, caseId, block.timestamp + STAGE));
        arbitration.lapse(caseId);
    }

    function test_aCaseThatNobodyDrewPaysEverythingBack() public {
        uint64 caseId = openCase();
        skip(STAGE);
        arbitration.lapse(caseId);
        assertEq(arbitration.balanceOf(challenger), DEPOSIT + 7 * SEAT_FEE);
        openCase();
    }

    function test_anAppealThatNobodyDrewAcquits() public {
        uint64 caseId = decided(5, 2);
        vm.prank(challenger);
        arbitration.appeal(caseId);
        skip(STAGE);
        arbitration.lapse(caseId);
        assertEq(uint8(arbitration.caseOf(caseId).verdict), uint8(IArbitration.Verdict.NotGuilty));
        assertEq(vault.bondOf(nodeId), NODE_BOND);
    }

    // ---- verdicts

    function test_aGuiltyVerdictHoldsTheBondUntilTheVaultsAppealIsOver() public {
        uint64 caseId = decided(5, 1);
        uint64 slashId = arbitration.caseOf(caseId).slashId;
        assertEq(vault.bondOf(nodeId), NODE_BOND - 300e6);
        skip(APPEAL);
        arbitration.close(caseId);
        skip(VAULT_APPEAL);
        vault.finaliseSlash(slashId);
        assertEq(workToken.balanceOf(challenger), 100_000e6 - DEPOSIT - 7 * SEAT_FEE + 150e6);
        assertEq(arbitration.balanceOf(challenger), DEPOSIT);
        // Five who agreed share the fees of seven; who voted against gets nothing, who stayed away pays.
        address paid = accountOn(caseId, 0, 0);
        arbitration.collectFee(caseId, 0, 0);
        vm.snapshotGasLastCall("Arbitration", "collectFee");
        assertEq(arbitration.balanceOf(paid), 2_800_000);
        vm.prank(paid);
        assertEq(arbitration.withdraw(), 2_800_000);
        assertEq(arbitration.balanceOf(insurance), ABSENCE);
        assertEq(arbitration.arbiterOf(arbitration.panelOf(caseId, 0).arbiterIds[6]).bondGrains, ARBITER_BOND - ABSENCE);
    }

    function test_belowTheThresholdNothingIsHeldAndTheDepositIsLost() public {
        uint64 caseId = decided(4, 3);
        assertEq(vault.bondOf(nodeId), NODE_BOND);
        skip(APPEAL);
        arbitration.close(caseId);
        assertEq(arbitration.balanceOf(insurance), DEPOSIT + 14e6 - 3 * 4_666_666);
        arbitration.collectFee(caseId, 0, 4);
        assertEq(arbitration.balanceOf(accountOn(caseId, 0, 4)), 4_666_666);
    }

    function test_anAppealIsLargerWithoutTheFirstOnesMembersAndRestores() public {
        uint64 caseId = appealed(7, 0);
        uint32[] memory first = arbitration.panelOf(caseId, 0).arbiterIds;
        uint32[] memory second = arbitration.panelOf(caseId, 1).arbiterIds;
        assertEq(second.length, 11);
        for (uint256 i = 0; i < second.length; ++i) {
            for (uint256 j = 0; j < first.length; ++j) {
                assertNotEq(second[i], first[j]);
            }
        }
        vote(caseId, 3, 8);
        arbitration.tally(caseId);
        assertEq(vault.bondOf(nodeId), NODE_BOND, "restored in full");
        assertEq(arbitration.balanceOf(challenger), DEPOSIT, "the appeal's deposit; the charge's is lost");
        // All seven of the first were overturned: their fees go to insurance.
        assertEq(arbitration.balanceOf(insurance), DEPOSIT + 7 * SEAT_FEE + 22e6 - 8 * 2_750_000);
        arbitration.collectFee(caseId, 1, 3);
    }

    function test_anAppealMayConvict() public {
        uint64 caseId = appealed(0, 7);
        vote(caseId, 8, 3);
        arbitration.tally(caseId);
        assertEq(vault.bondOf(nodeId), NODE_BOND - 300e6);
        assertEq(arbitration.balanceOf(challenger), 2 * DEPOSIT);
    }

    function test_aLostAppealCostsItsDeposit() public {
        uint64 caseId = appealed(7, 0);
        vote(caseId, 11, 0);
        arbitration.tally(caseId);
        assertEq(vault.bondOf(nodeId), NODE_BOND - 300e6);
        assertEq(arbitration.balanceOf(challenger), DEPOSIT);
        assertEq(arbitration.balanceOf(insurance), DEPOSIT);
    }

    function test_highValueGoesToTheLargerCommitteeAtOnce() public {
        charge.slashPpm = HIGH_VALUE_PPM;
        uint64 caseId = drawn();
        assertEq(arbitration.panelOf(caseId, 0).arbiterIds.length, 11);
    }

    function test_aPoolTooSmallForTheLargerCommitteeSendsTheSmallerOne() public {
        for (uint256 i = 0; i < POOL - 10; ++i) {
            vm.prank(arbiterAt(i));
            arbitration.leave();
        }
        skip(ACTIVATION);
        charge.slashPpm = HIGH_VALUE_PPM;
        uint64 caseId = openCase();
        assertEq(arbitration.caseOf(caseId).level, 0);
    }

    function test_aRefusedSlashIsAskedForAgain() public {
        vm.mockCallRevert(address(vault), abi.encodeWithSelector(IBondVault.proposeSlash.selector), "busy");
        uint64 caseId = decided(7, 0);
        assertEq(arbitration.caseOf(caseId).slashId, 0);
        vm.clearMockedCalls();
        arbitration.requestSlash(caseId);
        assertEq(vault.bondOf(nodeId), NODE_BOND - 300e6);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NothingToSlash.selector, caseId));
        arbitration.requestSlash(caseId);
    }

    function test_RevertWhen_NothingToSlash() public {
        uint64 caseId = decided(0, 7);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NothingToSlash.selector, caseId));
        arbitration.requestSlash(caseId);
    }

    function test_RevertWhen_NotOnSeat() public {
        uint64 caseId = drawn();
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NotOnSeat.selector, caseId, 0, stranger));
        arbitration.commitVerdict(caseId, 0, "x");
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NotOnSeat.selector, caseId, 7, stranger));
        arbitration.revealVerdict(caseId, 7, IArbitration.Verdict.Guilty, 0);
    }

    function test_RevertWhen_CommitOver() public {
        uint64 caseId = drawn();
        address account = accountOn(caseId, 0, 0);
        skip(STAGE);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.CommitOver.selector, caseId, block.timestamp));
        vm.prank(account);
        arbitration.commitVerdict(caseId, 0, "x");
    }

    function test_RevertWhen_AlreadyCommitted() public {
        uint64 caseId = drawn();
        vm.startPrank(accountOn(caseId, 0, 0));
        arbitration.commitVerdict(caseId, 0, "x");
        vm.expectRevert(abi.encodeWithSelector(IArbitration.AlreadyCommitted.selector, caseId, 0));
        arbitration.commitVerdict(caseId, 0, "y");
    }

    function test_RevertWhen_RevealNotOpen() public {
        uint64 caseId = drawn();
        uint64 from = uint64(block.timestamp) + STAGE;
        vm.startPrank(accountOn(caseId, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IArbitration.RevealNotOpen.selector, caseId, from, from + STAGE));
        arbitration.revealVerdict(caseId, 0, IArbitration.Verdict.Guilty, 0);
        skip(2 * STAGE);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.RevealNotOpen.selector, caseId, from, from + STAGE));
        arbitration.revealVerdict(caseId, 0, IArbitration.Verdict.Guilty, 0);
    }

    function test_RevertWhen_NoVerdict() public {
        uint64 caseId = drawn();
        skip(STAGE);
        address account = accountOn(caseId, 0, 0);
        vm.expectRevert(IArbitration.NoVerdict.selector);
        vm.prank(account);
        arbitration.revealVerdict(caseId, 0, IArbitration.Verdict.None, 0);
    }

    function test_RevertWhen_AlreadyRevealed() public {
        uint64 caseId = drawn();
        vote(caseId, 1, 0);
        address account = accountOn(caseId, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.AlreadyRevealed.selector, caseId, 0));
        vm.prank(account);
        arbitration.revealVerdict(caseId, 0, IArbitration.Verdict.Guilty, 0);
    }

    /// Another verdict, another salt, and somebody else's commitment copied: none opens.
    function test_RevertWhen_CommitmentMismatch() public {
        uint64 caseId = drawn();
        (address first, address second) = (accountOn(caseId, 0, 0), accountOn(caseId, 0, 1));
        bytes32 commitment = arbitration.commitmentOf(caseId, 0, first, IArbitration.Verdict.Guilty, "salt");
        vm.prank(first);
        arbitration.commitVerdict(caseId, 0, commitment);
        vm.prank(second);
        arbitration.commitVerdict(caseId, 1, commitment);
        skip(STAGE);
        expectMismatch(caseId, 0, first, IArbitration.Verdict.NotGuilty, "salt", commitment);
        expectMismatch(caseId, 0, first, IArbitration.Verdict.Guilty, "pepper", commitment);
        expectMismatch(caseId, 1, second, IArbitration.Verdict.Guilty, "salt", commitment);
    }

    function expectMismatch(
        uint64 caseId,
        uint8 seat_,
        address account,
        IArbitration.Verdict verdict,
        bytes32 salt,
        bytes32 expected
    ) private {
        bytes32 got = arbitration.commitmentOf(caseId, 0, account, verdict, salt);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.CommitmentMismatch.selector, got, expected));
        vm.prank(account);
        arbitration.revealVerdict(caseId, seat_, verdict, salt);
    }

    function test_RevertWhen_VotingOpen() public {
        uint64 caseId = drawn();
        uint64 until = uint64(block.timestamp) + 2 * STAGE;
        vote(caseId, 6, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.VotingOpen.selector, caseId, until));
        arbitration.tally(caseId);
    }

    function test_RevertWhen_AppealOpen() public {
        uint64 caseId = decided(7, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.AppealOpen.selector, caseId, block.timestamp + APPEAL));
        arbitration.close(caseId);
    }

    function test_RevertWhen_AppealOver() public {
        uint64 caseId = decided(7, 0);
        skip(APPEAL);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.AppealOver.selector, caseId, block.timestamp));
        arbitration.appeal(caseId);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.AppealOver.selector, caseId, block.timestamp));
        arbitration.exposeCanary(caseId, IArbitration.Verdict.Guilty, 0);
    }

    function test_RevertWhen_NoFee() public {
        uint64 caseId = decided(5, 2);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NoFee.selector, caseId, 0, 0));
        arbitration.collectFee(caseId, 0, 0);
        skip(APPEAL);
        arbitration.close(caseId);
        arbitration.collectFee(caseId, 0, 0);
        uint8[4] memory seats = [0, 5, 7, 200];
        for (uint256 i = 0; i < seats.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IArbitration.NoFee.selector, caseId, 0, seats[i]));
            arbitration.collectFee(caseId, 0, seats[i]);
        }
    }

    // ---- canaries

    function plant(IArbitration.Verdict answer) private {
        bytes32 commitment = arbitration.canaryCommitmentOf(charge, answer, "canary");
        vm.prank(keeper);
        arbitration.plantCanary(commitment);
        skip(1);
    }

    function test_whoeverFailsACanaryPaysAndTheNodeIsRestored() public {
        plant(IArbitration.Verdict.NotGuilty);
        uint64 caseId = decided(5, 2);
        assertEq(vault.bondOf(nodeId), NODE_BOND - 300e6);
        arbitration.exposeCanary(caseId, IArbitration.Verdict.NotGuilty, "canary");
        assertEq(vault.bondOf(nodeId), NODE_BOND);
        assertEq(arbitration.balanceOf(challenger), DEPOSIT);
        assertEq(arbitration.balanceOf(insurance), 5 * CANARY);
        IArbitration.Panel memory panel = arbitration.panelOf(caseId, 0);
        IArbitration.Arbiter memory wrong = arbitration.arbiterOf(panel.arbiterIds[0]);
        IArbitration.Arbiter memory right = arbitration.arbiterOf(panel.arbiterIds[6]);
        assertEq(wrong.bondGrains, ARBITER_BOND - CANARY);
        assertEq(wrong.canariesFailed, 1);
        assertEq(right.canariesSeen, 1);
        assertEq(right.canariesFailed, 0);
        assertEq(panel.shareGrains, 7e6);
        arbitration.evict(panel.arbiterIds[0]);
        assertEq(arbitration.poolSizeAt(uint64(block.timestamp)), POOL - 1);
    }

    function test_RevertWhen_NotCanaryKeeper() public {
        vm.expectRevert(abi.encodeWithSelector(IArbitration.NotCanaryKeeper.selector, stranger, keeper));
        vm.prank(stranger);
        arbitration.plantCanary("x");
    }

    function test_RevertWhen_CanaryPlantedAlready() public {
        vm.startPrank(keeper);
        arbitration.plantCanary("x");
        vm.expectRevert(abi.encodeWithSelector(IArbitration.CanaryPlantedAlready.selector, bytes32("x")));
        arbitration.plantCanary("x");
    }

    /// Not planted, planted with another answer, or planted when the case was open already: the keeper judges no one.
    function test_RevertWhen_CanaryUnknown() public {
        plant(IArbitration.Verdict.NotGuilty);
        uint64 caseId = openCase();
        bytes32 late = arbitration.canaryCommitmentOf(charge, IArbitration.Verdict.Guilty, "late");
        vm.prank(keeper);
        arbitration.plantCanary(late);
        revealBeacon();
        arbitration.draw(caseId);
        vote(caseId, 3, 4);
        arbitration.tally(caseId);
        vm.expectRevert(abi.encodeWithSelector(IArbitration.CanaryUnknown.selector, late));
        arbitration.exposeCanary(caseId, IArbitration.Verdict.Guilty, "late");
        IArbitration.Charge memory dearer = charge;
        dearer.slashPpm += 1;
        bytes32 planted = arbitration.canaryCommitmentOf(charge, IArbitration.Verdict.NotGuilty, "canary");
        assertNotEq(arbitration.canaryCommitmentOf(dearer, IArbitration.Verdict.NotGuilty, "canary"), planted);
        bytes32 other = arbitration.canaryCommitmentOf(charge, IArbitration.Verdict.Guilty, "canary");
        vm.expectRevert(abi.encodeWithSelector(IArbitration.CanaryUnknown.selector, other));
        arbitration.exposeCanary(caseId, IArbitration.Verdict.Guilty, "canary");
    }

    // ---- deployment

    function test_RevertWhen_ZeroAddress() public {
        Arbitration.Settings memory all = settings();
        all.canaryKeeper = address(0);
        vm.expectRevert(IArbitration.ZeroAddress.selector);
        new Arbitration(all);
    }

    function test_RevertWhen_ZeroAmount() public {
        Arbitration.Settings memory all = settings();
        all.canaryPenaltyGrains = 0;
        vm.expectRevert(IArbitration.ZeroAmount.selector);
        new Arbitration(all);
        charge.slashPpm = 0;
        vm.expectRevert(IArbitration.ZeroAmount.selector);
        arbitration.openCase(charge);
    }

    function test_RevertWhen_ZeroDuration() public {
        Arbitration.Settings memory all = settings();
        all.activationSeconds = 0;
        vm.expectRevert(IArbitration.ZeroDuration.selector);
        new Arbitration(all);
    }

    function test_RevertWhen_MalformedSizes() public {
        Arbitration.Settings memory all = settings();
        all.sizes[1] = IArbitration.Size(7, 5);
        vm.expectRevert(IArbitration.MalformedSizes.selector);
        new Arbitration(all);
        all.sizes[1] = IArbitration.Size(20, 10);
        vm.expectRevert(IArbitration.MalformedSizes.selector);
        new Arbitration(all);
        all.sizes[1] = IArbitration.Size(11, 8);
        all.sizes[2] = IArbitration.Size(64, 40);
        vm.expectRevert(IArbitration.MalformedSizes.selector);
        new Arbitration(all);
    }

    function test_RevertWhen_VaultWindowTooShort() public {
        vm.chainId(1);
        Arbitration.Settings memory all = settings();
        all.appealSeconds = 4 days;
        vm.expectRevert(
            abi.encodeWithSelector(IArbitration.VaultWindowTooShort.selector, VAULT_APPEAL, 5 days + 13 hours)
        );
        new Arbitration(all);
    }

    /// Only a developer's own chain may leave no time for the tally.
    function test_aLocalChainNeedsNoMargin() public {
        Arbitration.Settings memory all = settings();
        all.appealSeconds = VAULT_APPEAL - all.drawSeconds - all.commitSeconds - all.revealSeconds;
        new Arbitration(all);
        vm.chainId(1);
        vm.expectRevert(
            abi.encodeWithSelector(IArbitration.VaultWindowTooShort.selector, VAULT_APPEAL, VAULT_APPEAL + 1 hours)
        );
        new Arbitration(all);
    }

    function test_RevertWhen_UnbondingTooShort() public {
        vm.chainId(1);
        Arbitration.Settings memory all = settings();
        all.unbondingSeconds = 5 days;
        vm.expectRevert(abi.encodeWithSelector(IArbitration.UnbondingTooShort.selector, 5 days, 5 days + 1 hours));
        new Arbitration(all);
    }
}
