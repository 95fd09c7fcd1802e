// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reserve} from "../src/Reserve.sol";
import {IReserve} from "../src/interfaces/IReserve.sol";
import {Border} from "./Border.sol";
import {ReserveFixture} from "./ReserveFixture.sol";

/// What the gate and the pause mean to the reserve.
contract ReserveBorderTest is ReserveFixture, Border {
    function setUp() public override {
        super.setUp();
        raiseBorder();
        deploy(18, 0);
    }

    function settings(uint32 tokenCoverPpmMin) internal view override returns (Reserve.Settings memory all) {
        all = super.settings(tokenCoverPpmMin);
        (all.gate, all.pauses) = (gate, pauses);
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
