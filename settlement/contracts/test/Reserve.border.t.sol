// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ComplianceGate} from "../src/ComplianceGate.sol";
import {EmergencyPause} from "../src/EmergencyPause.sol";
import {EconomyRegistry} from "../src/EconomyRegistry.sol";
import {Reserve} from "../src/Reserve.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {IPolicy} from "../src/interfaces/IPolicy.sol";
import {IReserve} from "../src/interfaces/IReserve.sol";
import {ReserveFixture} from "./ReserveFixture.sol";

/// Lets everybody pass but one.
contract BlockList is IPolicy {
    address public blocked;

    function setBlocked(address account) external {
        blocked = account;
    }

    function check(bytes32, address from, address to, address, uint256) external view returns (bool) {
        return from != blocked && to != blocked;
    }
}

/// What the gate and the pause mean to the reserve.
contract ReserveBorderTest is ReserveFixture {
    ComplianceGate private gate;
    EmergencyPause private pauses;
    BlockList private policy = new BlockList();

    function setUp() public override {
        super.setUp();
        // This contract is the manager's administrator, who may call everything.
        AccessManager manager = new AccessManager(address(this));
        gate = new ComplianceGate(address(manager));
        pauses = new EmergencyPause(address(manager), economyOf(address(manager)));
        gate.setPolicy(policy);
        deploy(18, 0);
    }

    function settings(uint32 tokenCoverPpmMin) internal view override returns (Reserve.Settings memory all) {
        all = super.settings(tokenCoverPpmMin);
        (all.gate, all.pauses) = (gate, pauses);
    }

    function economyOf(address manager) private returns (EconomyRegistry) {
        IEconomyRegistry.Row[] memory rows = new IEconomyRegistry.Row[](1);
        rows[0] = IEconomyRegistry.Row(
            "governance.guardian.pauseMax", 1 days, 1, 7 days, 1, 0, 1, IEconomyRegistry.Direction.LowerIsTighter
        );
        bytes32 any = bytes32(uint256(1));
        return new EconomyRegistry(IEconomyRegistry.Settings(manager, 1, 1, 1, 1, any, any), rows);
    }

    /// Units that an account's redemption of 100 grains comes to, once its era is over.
    function redeem(address account) private returns (uint256 units) {
        uint64 era = requestAs(account, 100);
        nextEra();
        return reserve.claimRedemption(era, account);
    }

    function test_RevertWhen_IssuePaused() public {
        bytes32 scope = reserve.ISSUE();
        pauses.pause(scope, 1 hours, 0);
        vm.expectRevert(IReserve.IssuePaused.selector);
        vm.prank(alice);
        reserve.issue(alice, one, 0);
        skip(1 hours);
        assertGt(issueTo(alice, one), 0);
    }

    function test_RevertWhen_IssueNotCleared() public {
        policy.setBlocked(bob);
        vm.expectRevert(abi.encodeWithSelector(IReserve.IssueNotCleared.selector, alice, bob));
        vm.prank(alice);
        reserve.issue(bob, one, 0);
    }

    function test_RedeemingIsOpenInAPause() public {
        issueTo(alice, one);
        pauses.pause(reserve.ISSUE(), 1 days, 0);
        uint256 before = asset.balanceOf(alice);
        uint256 units = redeem(alice);
        assertGt(units, 0);
        assertEq(asset.balanceOf(alice), before + units);
    }

    function test_WhatIsNotClearedIsHeldForItsPayee() public {
        issueTo(alice, one);
        uint256 before = asset.balanceOf(alice);
        policy.setBlocked(alice);
        uint256 units = redeem(alice);
        assertGt(units, 0);
        assertEq(gate.heldOf(alice, address(asset)), units);
        policy.setBlocked(address(0));
        gate.release(1);
        assertEq(asset.balanceOf(alice), before + units);
    }
}
