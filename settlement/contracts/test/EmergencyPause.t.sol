// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EmergencyPause} from "../src/EmergencyPause.sol";
import {Treasury} from "../src/Treasury.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {IEmergencyPause} from "../src/interfaces/IEmergencyPause.sol";
import {ITreasury} from "../src/interfaces/ITreasury.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

contract EmergencyPauseTest is GovernanceFixture {
    bytes32 private constant SCOPE = "settlement";

    function pause(uint40 length) private {
        vm.prank(address(guardian));
        pauses.pause(SCOPE, length, keccak256("reason"));
    }

    function test_aPauseEndsByItself() public {
        pause(72 hours);
        skip(72 hours - 1);
        assertTrue(pauses.isPaused(SCOPE));
        skip(1);
        assertFalse(pauses.isPaused(SCOPE));
        assertEq(pauses.pausedSecondsOf(SCOPE), 72 hours);
    }

    function test_attack_aGuardianChainsPauses() public {
        pause(72 hours);
        uint64 freeAt = pauses.pauseOf(SCOPE).freeAt;
        assertEq(freeAt, block.timestamp + 144 hours);
        skip(1);
        vm.startPrank(address(guardian));
        bytes memory reason = abi.encodeWithSelector(IEmergencyPause.PauseNotFree.selector, SCOPE, freeAt);
        vm.expectRevert(reason);
        pauses.pause(SCOPE, 72 hours, 0);
        skip(72 hours);
        vm.expectRevert(reason);
        pauses.pause(SCOPE, 72 hours, 0);
        vm.warp(freeAt);
        pauses.pause(SCOPE, 72 hours, 0);
    }

    function test_attack_resumeAndPauseAgain() public {
        pause(72 hours);
        skip(1 hours);
        vm.startPrank(address(guardian));
        pauses.resume(SCOPE);
        assertFalse(pauses.isPaused(SCOPE));
        vm.expectPartialRevert(IEmergencyPause.PauseNotFree.selector);
        pauses.pause(SCOPE, 72 hours, 0);
        assertEq(pauses.pausedSecondsOf(SCOPE), 1 hours);
    }

    function test_pausedSecondsAddUp() public {
        pause(10 hours);
        skip(200 hours);
        pause(20 hours);
        skip(5 hours);
        assertEq(pauses.pausedSecondsOf(SCOPE), 15 hours);
        skip(50 hours);
        assertEq(pauses.pausedSecondsOf(SCOPE), 30 hours);
        assertEq(pauses.pausedSecondsOf("another"), 0);
    }

    function test_PauseNotFree() public {
        pause(1 hours);
        uint64 freeAt = pauses.pauseOf(SCOPE).freeAt;
        vm.prank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEmergencyPause.PauseNotFree.selector, SCOPE, freeAt));
        pauses.pause(SCOPE, 1 hours, 0);
    }

    function test_PauseTooLong() public {
        vm.prank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEmergencyPause.PauseTooLong.selector, 72 hours + 1, 72 hours));
        pauses.pause(SCOPE, 72 hours + 1, 0);
    }

    function test_ZeroDuration() public {
        vm.prank(address(guardian));
        vm.expectRevert(IEmergencyPause.ZeroDuration.selector);
        pauses.pause(SCOPE, 0, 0);
    }

    function test_NotPaused() public {
        vm.prank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEmergencyPause.NotPaused.selector, SCOPE));
        pauses.resume(SCOPE);
    }

    function test_ZeroAddress() public {
        vm.expectRevert(IEmergencyPause.ZeroAddress.selector);
        new EmergencyPause(address(manager), IEconomyRegistry(address(0)));
    }

    function test_onlyTheGuardianPauses() public {
        vm.prank(address(timelock));
        vm.expectRevert(unauthorised(address(timelock)));
        pauses.pause(SCOPE, 1 hours, 0);
    }
}

contract TreasuryTest is GovernanceFixture {
    function pay(uint256 grains) private {
        vm.prank(address(timelock));
        treasury.pay(address(workToken), stranger, grains);
    }

    function refuse(uint256 grains, uint256 available) private {
        vm.prank(address(timelock));
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.DayLimitExceeded.selector, address(workToken), grains, available)
        );
        treasury.pay(address(workToken), stranger, grains);
    }

    function test_paysADaysShareAndNoMore() public {
        assertEq(treasury.availableOf(address(workToken)), 5_000e6);
        pay(3_000e6);
        assertEq(workToken.balanceOf(stranger), 3_000e6);
        refuse(2_000e6 + 1, 2_000e6);
        skip(12 hours);
        pay(2_000e6);
        refuse(1, 0);
        skip(12 hours);
        // The first payment is a day old: what it took may leave again, of what is left.
        assertEq(treasury.availableOf(address(workToken)), 4_850e6 - 2_000e6);
    }

    function test_DayLimitExceeded() public {
        refuse(5_000e6 + 1, 5_000e6);
    }

    /// In whatever pieces: 24 hours never see more than the share of what was there when they began.
    function testFuzz_noDaySeesMoreThanItsShare(uint32[12] calldata waits, uint64[12] calldata amounts) public {
        uint256[12] memory times;
        uint256[12] memory paid;
        for (uint256 i = 0; i < 12; ++i) {
            skip(waits[i] % 8 hours);
            times[i] = block.timestamp;
            uint256 available = treasury.availableOf(address(workToken));
            uint256 amount = uint256(amounts[i]) % 3_000e6;
            if (amount == 0 || amount > available) continue;
            pay(amount);
            paid[i] = amount;
            uint256 day = 0;
            for (uint256 j = 0; j <= i; ++j) {
                if (times[j] + 1 days > block.timestamp) day += paid[j];
            }
            assertLe(day, (workToken.balanceOf(address(treasury)) + day) / 20);
        }
    }

    function test_ZeroAmountAndZeroAddress() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(ITreasury.ZeroAmount.selector);
        treasury.pay(address(workToken), stranger, 0);
        vm.expectRevert(ITreasury.ZeroAddress.selector);
        treasury.pay(address(workToken), address(0), 1);
        vm.expectRevert(ITreasury.ZeroAddress.selector);
        new Treasury(address(0), economy);
    }

    function test_onlyGovernancePays() public {
        vm.prank(address(guardian));
        vm.expectRevert(unauthorised(address(guardian)));
        treasury.pay(address(workToken), stranger, 1);
    }
}
