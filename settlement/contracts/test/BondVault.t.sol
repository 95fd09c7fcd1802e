// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondVault} from "../src/BondVault.sol";
import {IBondVault} from "../src/interfaces/IBondVault.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";
import {Fixture} from "./Fixture.sol";

contract BondVaultTest is Fixture {
    bytes32 private constant OFFENCE = "wrong-result";
    bytes32 private constant EVIDENCE = keccak256("evidence");
    bytes32 private nodeId;
    address private challenger = makeAddr("challenger");

    function setUp() public override {
        super.setUp();
        nodeId = registerNode(deviceKey, operator);
    }

    // ---- in and out

    function test_depositBecomesActiveAfterTheDelay() public {
        bond(nodeId, 100);
        assertEq(vault.bondOf(nodeId), 0);
        assertEq(vault.slashableOf(nodeId), 100);
        vm.warp(block.timestamp + ACTIVATION - 1);
        assertEq(vault.bondOf(nodeId), 0);
        vm.warp(block.timestamp + 1);
        assertEq(vault.bondOf(nodeId), 100);
    }

    function test_everyChangePublishesTheWholePosition() public {
        IBondVault.Lot[] memory none = new IBondVault.Lot[](0);
        IBondVault.Lot[] memory lots = new IBondVault.Lot[](1);
        lots[0] = IBondVault.Lot(100, uint64(block.timestamp) + ACTIVATION);
        vm.startPrank(operator);
        workToken.approve(address(vault), 100);
        vm.expectEmit(address(vault));
        emit IBondVault.BondChanged(nodeId, 0, lots, none);
        vault.deposit(nodeId, 100);
        vm.warp(block.timestamp + ACTIVATION);
        lots[0] = IBondVault.Lot(40, uint64(block.timestamp) + UNBONDING);
        vm.expectEmit(address(vault));
        emit IBondVault.BondChanged(nodeId, 60, none, lots);
        vault.requestUnbond(nodeId, 40);
    }

    function test_unbondedAmountIsFreeAfterTheUnbondingTime() public {
        activeBond(100);
        vm.startPrank(operator);
        vault.requestUnbond(nodeId, 30);
        assertEq(vault.bondOf(nodeId), 70);
        vm.warp(block.timestamp + UNBONDING);
        uint256 before = workToken.balanceOf(operator);
        assertEq(vault.withdraw(nodeId), 30);
        assertEq(workToken.balanceOf(operator), before + 30);
        assertEq(vault.slashableOf(nodeId), 70);
    }

    function test_withdrawPaysOnlyWhatIsDue() public {
        activeBond(100);
        vm.startPrank(operator);
        vault.requestUnbond(nodeId, 30);
        vm.warp(block.timestamp + 1 days);
        vault.requestUnbond(nodeId, 20);
        vm.warp(block.timestamp + UNBONDING - 1 days);
        assertEq(vault.withdraw(nodeId), 30);
        vm.warp(block.timestamp + 1 days);
        assertEq(vault.withdraw(nodeId), 20);
    }

    // ---- slashes

    function test_slashTakesActiveThenUnbondingThenActivating() public {
        activeBond(100);
        vm.prank(operator);
        vault.requestUnbond(nodeId, 40);
        bond(nodeId, 50);
        propose(110);
        IBondVault.Bond memory position = vault.positionOf(nodeId);
        assertEq(position.active, 0);
        assertEq(position.unbonding.length, 0);
        assertEq(position.activating[0].grains, 40);
        assertEq(vault.totals().heldGrains, 110);
    }

    function test_slashNeverExceedsWhatIsThere() public {
        activeBond(100);
        uint64 slashId = propose(1_000);
        assertEq(vault.slashOf(slashId).grains, 100);
        assertEq(vault.slashableOf(nodeId), 0);
    }

    function test_unbondingBondStaysSlashable() public {
        activeBond(100);
        vm.startPrank(operator);
        vault.requestUnbond(nodeId, 100);
        vm.warp(block.timestamp + UNBONDING);
        vm.stopPrank();
        propose(100);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.NothingToWithdraw.selector, nodeId));
        vm.prank(operator);
        vault.withdraw(nodeId);
    }

    function test_finalSlashIsSharedOutAndTheRestBurnt() public {
        activeBond(101);
        uint64 slashId = propose(101);
        vm.warp(block.timestamp + APPEAL);
        uint256 supply = workToken.totalSupply();
        vm.expectEmit(address(vault));
        emit IBondVault.SlashFinalised(slashId, nodeId, challenger, 50, 30, 21);
        vm.prank(stranger);
        vault.finaliseSlash(slashId);
        assertEq(workToken.balanceOf(challenger), 50);
        assertEq(workToken.balanceOf(insurance), 30);
        assertEq(workToken.totalSupply(), supply - 21);
        assertEq(vault.totals().slashedGrains, 101);
        assertEq(vault.totals().heldGrains, 0);
    }

    function test_reversedSlashRestoresExactly() public {
        activeBond(100);
        vm.prank(operator);
        vault.requestUnbond(nodeId, 40);
        bond(nodeId, 50);
        IBondVault.Bond memory before = vault.positionOf(nodeId);
        uint64 slashId = propose(130);
        vm.prank(arbiter);
        vault.reverseSlash(slashId);
        assertEq(abi.encode(vault.positionOf(nodeId)), abi.encode(before));
        assertEq(vault.totals().heldGrains, 0);
    }

    function test_reversalAfterActivationRestoresActiveBond() public {
        bond(nodeId, 50);
        uint64 slashId = propose(50);
        vm.warp(block.timestamp + ACTIVATION);
        assertEq(vault.bondOf(nodeId), 0);
        vm.prank(arbiter);
        vault.reverseSlash(slashId);
        assertEq(vault.positionOf(nodeId).active, 50);
    }

    function test_slashIsFoundByItsEvidence() public {
        activeBond(100);
        assertEq(vault.slashIdOf(nodeId, OFFENCE, EVIDENCE), 0);
        uint64 slashId = propose(10);
        assertEq(vault.slashIdOf(nodeId, OFFENCE, EVIDENCE), slashId);
    }

    function testFuzz_sharesNeverExceedTheSlash(uint96 deposited, uint96 slashed) public {
        uint128 depositGrains = uint128(bound(deposited, 1, GENESIS / 2 - FEE));
        activeBond(depositGrains);
        uint64 slashId = propose(uint128(bound(slashed, 1, type(uint96).max)));
        vm.warp(block.timestamp + APPEAL);
        uint256 supply = workToken.totalSupply();
        vault.finaliseSlash(slashId);
        uint256 paid = workToken.balanceOf(challenger) + workToken.balanceOf(insurance);
        uint256 burnt = supply - workToken.totalSupply();
        assertEq(paid + burnt, vault.slashOf(slashId).grains);
        assertGe(burnt, uint256(vault.slashOf(slashId).grains) * BURN_PPM / 1_000_000);
        assertEq(workToken.balanceOf(address(vault)), vault.slashableOf(nodeId));
    }

    // ---- refusals

    function test_RevertWhen_ZeroAddress() public {
        BondVault.Settings memory settings = vaultSettings();
        settings.workToken = IWorkToken(address(0));
        vm.expectRevert(IBondVault.ZeroAddress.selector);
        new BondVault(settings);
        activeBond(1);
        vm.expectRevert(IBondVault.ZeroAddress.selector);
        vm.prank(arbiter);
        vault.proposeSlash(nodeId, 1, OFFENCE, EVIDENCE, address(0));
    }

    function test_RevertWhen_SharesDoNotSum() public {
        BondVault.Settings memory settings = vaultSettings();
        settings.burnPpm += 1;
        vm.expectRevert(abi.encodeWithSelector(IBondVault.SharesDoNotSum.selector, 1_000_001));
        new BondVault(settings);
    }

    function test_RevertWhen_UnbondingShorterThanAppeal() public {
        BondVault.Settings memory settings = vaultSettings();
        settings.unbondingSeconds = APPEAL - 1;
        vm.expectRevert(abi.encodeWithSelector(IBondVault.UnbondingShorterThanAppeal.selector, APPEAL - 1, APPEAL));
        new BondVault(settings);
    }

    function test_RevertWhen_NotOperator() public {
        bytes memory expected = abi.encodeWithSelector(IBondVault.NotOperator.selector, nodeId, stranger, operator);
        vm.startPrank(stranger);
        vm.expectRevert(expected);
        vault.deposit(nodeId, 1);
        vm.expectRevert(expected);
        vault.requestUnbond(nodeId, 1);
        vm.expectRevert(expected);
        vault.withdraw(nodeId);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.NotOperator.selector, bytes32("none"), stranger, address(0)));
        vault.deposit("none", 1);
    }

    function test_RevertWhen_NotArbiter() public {
        activeBond(1);
        uint64 slashId = propose(1);
        bytes memory expected = abi.encodeWithSelector(IBondVault.NotArbiter.selector, stranger, arbiter);
        vm.startPrank(stranger);
        vm.expectRevert(expected);
        vault.proposeSlash(nodeId, 1, OFFENCE, EVIDENCE, challenger);
        vm.expectRevert(expected);
        vault.reverseSlash(slashId);
    }

    function test_RevertWhen_ZeroAmount() public {
        vm.startPrank(operator);
        vm.expectRevert(IBondVault.ZeroAmount.selector);
        vault.deposit(nodeId, 0);
        vm.expectRevert(IBondVault.ZeroAmount.selector);
        vault.requestUnbond(nodeId, 0);
        vm.startPrank(arbiter);
        vm.expectRevert(IBondVault.ZeroAmount.selector);
        vault.proposeSlash(nodeId, 0, OFFENCE, EVIDENCE, challenger);
    }

    function test_RevertWhen_TooManyLots() public {
        uint256 most = vault.LOTS_MAX();
        for (uint256 i = 0; i < most; ++i) {
            bond(nodeId, 10);
        }
        bytes memory expected = abi.encodeWithSelector(IBondVault.TooManyLots.selector, nodeId, most);
        vm.startPrank(operator);
        workToken.approve(address(vault), 10);
        vm.expectRevert(expected);
        vault.deposit(nodeId, 10);
        vm.warp(block.timestamp + ACTIVATION);
        for (uint256 i = 0; i < most; ++i) {
            vault.requestUnbond(nodeId, 1);
        }
        vm.expectRevert(expected);
        vault.requestUnbond(nodeId, 1);
        vault.deposit(nodeId, 10); // what became active left room
    }

    function test_RevertWhen_BondTooSmall() public {
        activeBond(100);
        bond(nodeId, 50); // not active yet
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondTooSmall.selector, nodeId, 101, 100));
        vm.prank(operator);
        vault.requestUnbond(nodeId, 101);
    }

    function test_RevertWhen_NothingToWithdraw() public {
        activeBond(100);
        vm.startPrank(operator);
        vault.requestUnbond(nodeId, 30);
        vm.warp(block.timestamp + UNBONDING - 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.NothingToWithdraw.selector, nodeId));
        vault.withdraw(nodeId);
    }

    function test_RevertWhen_NothingToSlash() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.NothingToSlash.selector, nodeId));
        vm.prank(arbiter);
        vault.proposeSlash(nodeId, 1, OFFENCE, EVIDENCE, challenger);
    }

    function test_RevertWhen_SlashAlreadyProposed() public {
        activeBond(100);
        uint64 slashId = propose(10);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.SlashAlreadyProposed.selector, slashId));
        vm.prank(arbiter);
        vault.proposeSlash(nodeId, 10, OFFENCE, EVIDENCE, challenger);
    }

    /// Whoever was acquitted by a committee that lacked votes, or in a stranger's case, is not out of reach for good.
    function test_whatWasReversedMayBeProposedAgain() public {
        activeBond(100);
        uint64 first = propose(10);
        vm.prank(arbiter);
        vault.reverseSlash(first);
        uint64 second = propose(30);
        assertEq(vault.slashIdOf(nodeId, OFFENCE, EVIDENCE), second);
        assertEq(vault.bondOf(nodeId), 70);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.SlashAlreadyProposed.selector, second));
        propose(10);
    }

    function test_RevertWhen_SlashNotHeld() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.SlashNotHeld.selector, 9, IBondVault.SlashStatus.None));
        vault.finaliseSlash(9);
        activeBond(100);
        uint64 slashId = propose(10);
        vm.prank(arbiter);
        vault.reverseSlash(slashId);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.SlashNotHeld.selector, slashId, IBondVault.SlashStatus.Reversed)
        );
        vault.finaliseSlash(slashId);
    }

    function test_RevertWhen_AppealStillOpen() public {
        activeBond(100);
        uint64 slashId = propose(10);
        uint64 finalisableAt = vault.slashOf(slashId).finalisableAt;
        vm.warp(finalisableAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.AppealStillOpen.selector, slashId, finalisableAt));
        vault.finaliseSlash(slashId);
    }

    function test_RevertWhen_AppealOver() public {
        activeBond(100);
        uint64 slashId = propose(10);
        uint64 finalisableAt = vault.slashOf(slashId).finalisableAt;
        vm.warp(finalisableAt);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.AppealOver.selector, slashId, finalisableAt));
        vm.prank(arbiter);
        vault.reverseSlash(slashId);
    }

    function activeBond(uint128 grains) private {
        bond(nodeId, grains);
        vm.warp(block.timestamp + ACTIVATION);
    }

    function propose(uint128 grains) private returns (uint64) {
        vm.prank(arbiter);
        return vault.proposeSlash(nodeId, grains, OFFENCE, EVIDENCE, challenger);
    }
}
