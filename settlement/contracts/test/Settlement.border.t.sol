// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Settlement} from "../src/Settlement.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Border} from "./Border.sol";
import {Fixture} from "./Fixture.sol";

/// What the gate and the pause mean to the settlement.
contract SettlementBorderTest is Fixture, Border {
    Payee[] private leaves;
    ISettlement.EraHeader private first;

    function setUp() public override {
        raiseBorder();
        super.setUp();
        fund(1_000e6);
        bondPoster();
        Payee[] memory even = evenLeaves(3, 10e6, 1e6);
        for (uint256 i = 0; i < even.length; ++i) {
            leaves.push(even[i]);
        }
        first = headerOf(0, 0, leaves);
        post(first);
        finalise(first);
    }

    function settlementSettings(address challengesAddress)
        internal
        view
        override
        returns (Settlement.Settings memory settings)
    {
        settings = super.settlementSettings(challengesAddress);
        (settings.gate, settings.pauses) = (gate, pauses);
    }

    function mintedCredits(uint256 grains) private {
        vm.prank(issuer);
        credit.mint(consumer, grains);
        vm.prank(consumer);
        credit.approve(address(settlement), grains);
    }

    function test_RevertWhen_DepositPaused() public {
        mintedCredits(5);
        pauses.pause(settlement.DEPOSIT(), 1 hours, 0);
        vm.expectRevert(ISettlement.DepositPaused.selector);
        vm.prank(consumer);
        settlement.deposit(consumer, 5);
        skip(1 hours);
        vm.prank(consumer);
        settlement.deposit(consumer, 5);
        assertEq(settlement.totals().depositedCredits, 1_000e6 + 5);
    }

    function test_RevertWhen_DepositNotCleared() public {
        mintedCredits(5);
        policy.setBlocked(consumer);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.DepositNotCleared.selector, consumer, stranger));
        vm.prank(consumer);
        settlement.deposit(stranger, 5);
    }

    function test_ClaimsAreOpenInAPause() public {
        pauses.pause(settlement.DEPOSIT(), 1 hours, 0);
        settlement.claim(first.payout, payoutProof(leaves, 0));
        assertEq(credit.balanceOf(leaves[0].account), 10e6);
        assertEq(workToken.balanceOf(leaves[0].account), 1e6);
    }

    function test_WhatIsNotClearedIsHeldForItsPayee() public {
        address payee = leaves[1].account;
        policy.setBlocked(payee);
        settlement.claim(first.payout, payoutProof(leaves, 1));
        assertEq(gate.heldOf(payee, address(credit)), 10e6);
        assertEq(gate.heldOf(payee, address(workToken)), 1e6);
        assertEq(settlement.claimedOf(payee).credits, 10e6, "and is not claimed again");
        policy.setBlocked(address(0));
        gate.release(1);
        gate.release(2);
        assertEq(credit.balanceOf(payee), 10e6);
        assertEq(workToken.balanceOf(payee), 1e6);
    }

    function test_OneWhoIsNotClearedHoldsUpNobodyElse() public {
        policy.setBlocked(leaves[1].account);
        ISettlement.PayoutProof[] memory proofs = new ISettlement.PayoutProof[](3);
        for (uint32 i = 0; i < 3; ++i) {
            proofs[i] = payoutProof(leaves, i);
        }
        settlement.claimMany(first.payout, proofs);
        assertEq(credit.balanceOf(leaves[0].account) + credit.balanceOf(leaves[2].account), 20e6);
        assertEq(credit.balanceOf(address(gate)), 10e6);
    }
}
