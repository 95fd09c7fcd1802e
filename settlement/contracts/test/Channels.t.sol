// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Channels} from "../src/Channels.sol";
import {IChannels} from "../src/interfaces/IChannels.sol";
import {IMessageVerifier} from "../src/interfaces/IMessageVerifier.sol";
import {ChannelFixture, Wallet} from "./ChannelFixture.sol";

contract ChannelsTest is ChannelFixture {
    // ---- opening and paying in

    function test_openDepositsAndTellsFollowersTheConfig() public {
        IChannels.Config memory config = plainConfig();
        bytes32 id = channels.channelIdOf(config);
        vm.expectEmit();
        emit IChannels.ChannelOpened(id, payer, payee, DEPOSIT, config);
        assertEq(open(config, DEPOSIT), id);
        IChannels.State memory state = channels.stateOf(id);
        assertEq(uint8(state.phase), uint8(IChannels.Phase.Open));
        assertEq(state.depositedGrains, DEPOSIT);
        assertEq(state.openedAtBlock, block.number);
        assertEq(token.balanceOf(address(channels)), DEPOSIT);
    }

    function test_anEmptySignerIsThePayersAccount() public view {
        IChannels.Config memory config = plainConfig();
        bytes32 id = channels.channelIdOf(config);
        config.payerSigner = abi.encodePacked(payer);
        assertEq(channels.channelIdOf(config), id);
    }

    function test_NotPayer() public {
        IChannels.Config memory config = plainConfig();
        bytes memory refusal = abi.encodeWithSelector(IChannels.NotPayer.selector, stranger, payer);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        channels.open(config, DEPOSIT);
        vm.expectRevert(refusal);
        channels.startExit(config);
        vm.expectRevert(refusal);
        channels.finishExit(config);
        vm.expectRevert(refusal);
        channels.withdrawFree(config);
        vm.expectRevert(refusal);
        channels.revokeSigner(config);
    }

    function test_ZeroAddress() public {
        vm.expectRevert(IChannels.ZeroAddress.selector);
        new Channels(IMessageVerifier(address(0)), guardian);
        IChannels.Config memory config = plainConfig();
        config.service.payee = address(0);
        vm.expectRevert(IChannels.ZeroAddress.selector);
        open(config, DEPOSIT);
        config = plainConfig();
        config.service.token = address(0);
        vm.expectRevert(IChannels.ZeroAddress.selector);
        open(config, DEPOSIT);
    }

    function test_ZeroAmount() public {
        vm.expectRevert(IChannels.ZeroAmount.selector);
        open(plainConfig(), 0);
    }

    function test_SignerRefused() public {
        bytes[5] memory signers = [
            bytes(hex"01"),
            new bytes(20),
            abi.encodePacked(address(verifier)),
            abi.encodePacked(address(verifier), new bytes(64)),
            abi.encodePacked(stranger, keyOf(DEVICE_KEY))
        ];
        for (uint256 i = 0; i < signers.length; ++i) {
            // An account may be any contract: the verifier itself never signs, which hurts nobody but its payer.
            if (i == 2) continue;
            IChannels.Config memory config = plainConfig();
            config.payerSigner = signers[i];
            vm.expectRevert(abi.encodeWithSelector(IChannels.SignerRefused.selector, signers[i]));
            open(config, DEPOSIT);
        }
    }

    function test_ExitDelayOutOfBounds() public {
        vm.chainId(1);
        uint64[2] memory delays = [uint64(1 hours - 1), 30 days + 1];
        for (uint256 i = 0; i < delays.length; ++i) {
            IChannels.Config memory config = plainConfig();
            config.service.exitDelaySeconds = delays[i];
            vm.expectRevert(
                abi.encodeWithSelector(IChannels.ExitDelayOutOfBounds.selector, delays[i], 1 hours, 30 days)
            );
            open(config, DEPOSIT);
        }
    }

    function test_OnALocalChainAnExitTakesASecondAtLeast() public {
        IChannels.Config memory config = plainConfig();
        config.service.exitDelaySeconds = 0;
        vm.expectRevert(abi.encodeWithSelector(IChannels.ExitDelayOutOfBounds.selector, 0, 1, 30 days));
        open(config, DEPOSIT);
        config.service.exitDelaySeconds = 1;
        open(config, DEPOSIT);
        startExit(config);
        vm.warp(block.timestamp + 1);
        assertEq(finishExit(config), DEPOSIT);
    }

    function test_DepositTooLarge() public {
        (IChannels.Config memory config,) = openPlain();
        uint128 most = type(uint112).max;
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.DepositTooLarge.selector, uint256(DEPOSIT) + most, uint256(most))
        );
        channels.topUp(config, most);
    }

    function test_WrongPhase() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        expectPhase(id, IChannels.Phase.Open, IChannels.Phase.Unknown);
        open(config, DEPOSIT);
        expectPhase(id, IChannels.Phase.Open, IChannels.Phase.Exiting);
        finishExit(config);
        startExit(config);
        expectPhase(id, IChannels.Phase.Exiting, IChannels.Phase.Open);
        startExit(config);
        vm.warp(block.timestamp + DELAY);
        finishExit(config);
        vm.startPrank(payer);
        expectPhase(id, IChannels.Phase.Closed, IChannels.Phase.Open);
        channels.topUp(config, 1);
        expectPhase(id, IChannels.Phase.Closed, IChannels.Phase.Open);
        channels.revokeSigner(config);
        expectPhase(id, IChannels.Phase.Closed, IChannels.Phase.Open);
        channels.close(config, 0, NEVER_MS, "", "");
        expectPhase(id, IChannels.Phase.Closed, IChannels.Phase.Unknown);
        channels.open(config, DEPOSIT);
    }

    function expectPhase(bytes32 id, IChannels.Phase phase, IChannels.Phase expected) private {
        vm.expectRevert(abi.encodeWithSelector(IChannels.WrongPhase.selector, id, phase, expected));
    }

    // ---- vouchers

    function test_aVoucherPaysTheDifferenceToWhatWasPaid() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        vm.expectEmit();
        emit IChannels.Claimed(id, payee, 100e6, 100e6);
        paid(claim(config, rowOf(config, 100e6)));
        assertSkip(claim(config, rowOf(config, 100e6)), IChannels.Skip.NothingDue);
        paid(claim(config, rowOf(config, 250e6)));
        assertSkip(claim(config, rowOf(config, 200e6)), IChannels.Skip.NothingDue);
        assertEq(channels.settle(payee, address(token)), 250e6);
        assertEq(token.balanceOf(payee), 250e6);
    }

    function test_aPayeeChargesAtMostTheCeiling() public {
        (IChannels.Config memory config,) = openPlain();
        IChannels.Row memory row = rowOf(config, 100e6);
        row.chargedGrains = 100e6 + 1;
        assertSkip(claim(config, row), IChannels.Skip.Charge);
        row.chargedGrains = 60e6;
        paid(claim(config, row));
        row.chargedGrains = 100e6;
        paid(claim(config, row));
        assertEq(channels.settle(payee, address(token)), 100e6);
    }

    function test_aStrangerBringsWhatThePayeeCountersigned() public {
        (IChannels.Config memory config,) = openPlain();
        IChannels.Row memory row = rowOf(config, 100e6);
        assertSkip(claimAs(stranger, config, row), IChannels.Skip.Countersignature);
        countersign(config, row, PAYER_KEY);
        assertSkip(claimAs(stranger, config, row), IChannels.Skip.Countersignature);
        row.chargedGrains = 60e6;
        countersign(config, row, PAYEE_KEY);
        row.chargedGrains = 61e6;
        assertSkip(claimAs(stranger, config, row), IChannels.Skip.Countersignature);
        row.chargedGrains = 60e6;
        paid(claimAs(stranger, config, row));
        row.chargedGrains = 70e6;
        countersign(config, row, OPERATOR_KEY);
        paid(claimAs(stranger, config, row));
    }

    function test_everyKindOfSignerSigns() public {
        IChannels.Config memory config = plainConfig();
        config.payerSigner = abi.encodePacked(new Wallet(payer));
        open(config, DEPOSIT);
        paid(claim(config, rowOf(config, 100e6)));
        config = deviceConfig();
        open(config, DEPOSIT);
        IChannels.Row memory row = rowOf(config, 100e6);
        assertSkip(claim(config, row), IChannels.Skip.Signature);
        signWithDevice(config, row, DEVICE_KEY + 1);
        assertSkip(claim(config, row), IChannels.Skip.Signature);
        signWithDevice(config, row, DEVICE_KEY);
        paid(claim(config, row));
    }

    function test_aSessionKeySignsForAllChannelsOfItsWallet() public {
        (IChannels.Config memory config,) = openPlain();
        IChannels.Row memory row = rowOf(config, 100e6);
        extraOf(row).sessionKey = keyOf(DEVICE_KEY);
        signWithDevice(config, row, DEVICE_KEY);
        assertSkip(claim(config, row), IChannels.Skip.Signature);
        uint64 endsAt = uint64(block.timestamp + 1 hours);
        vm.prank(stranger);
        channels.authoriseSession(keyOf(DEVICE_KEY), endsAt);
        assertSkip(claim(config, row), IChannels.Skip.Signature);
        vm.prank(payer);
        channels.authoriseSession(keyOf(DEVICE_KEY), endsAt);
        paid(claim(config, row));
        vm.warp(endsAt + 1);
        row.chargedGrains = row.voucher.cumulativeGrains = 200e6;
        signWithDevice(config, row, DEVICE_KEY);
        assertSkip(claim(config, row), IChannels.Skip.Signature);
    }

    function test_rowsSayWhatIsWrong() public {
        IChannels.Config memory config = plainConfig();
        assertSkip(claim(config, rowOf(config, 1e6)), IChannels.Skip.Channel);
        open(config, DEPOSIT);
        IChannels.Row memory row = rowOf(config, 1e6);
        row.voucher.payee = operator;
        assertSkip(claim(config, row), IChannels.Skip.Payee);
        row = rowOf(config, 1e6);
        row.voucher.deadlineMs = uint64(block.timestamp) * 1000 - 1;
        assertSkip(claim(config, row), IChannels.Skip.Expired);
        assertSkip(commit(config, row), IChannels.Skip.Expired);
        row = rowOf(config, 1e6);
        row.voucher.conditionHash = keccak256("condition");
        sign(config, row, PAYER_KEY);
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        assertSkip(commit(config, row), IChannels.Skip.Conditional);
        row = rowOf(config, DEPOSIT);
        paid(claim(config, row));
        assertSkip(claim(config, rowOf(config, DEPOSIT + 1)), IChannels.Skip.Unfunded);
        assertSkip(commit(config, row), IChannels.Skip.NothingDue);
    }

    function test_whatWasCommittedInTimeIsPaidAfterItsDeadline() public {
        (IChannels.Config memory config,) = openPlain();
        IChannels.Row memory row = rowOf(config, 100e6);
        row.voucher.deadlineMs = uint64(block.timestamp + 60) * 1000;
        sign(config, row, PAYER_KEY);
        paid(commit(config, row));
        vm.warp(block.timestamp + 61);
        paid(claim(config, row));
        assertSkip(claim(config, row), IChannels.Skip.Expired);
    }

    // ---- exits

    function test_aCommitInTheLastQuarterExtendsOnce() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        startExit(config);
        uint64 endsAt = channels.stateOf(id).exitEndsAt;
        vm.warp(block.timestamp + DELAY * 3 / 4 - 1);
        paid(commit(config, rowOf(config, 1e6)));
        assertEq(channels.stateOf(id).exitEndsAt, endsAt);
        vm.warp(block.timestamp + 1);
        paid(commit(config, rowOf(config, 2e6)));
        assertEq(channels.stateOf(id).exitEndsAt, endsAt + DELAY / 4);
        vm.warp(endsAt);
        paid(commit(config, rowOf(config, 3e6)));
        assertEq(channels.stateOf(id).exitEndsAt, endsAt + DELAY / 4);
        vm.warp(endsAt + DELAY / 4);
        assertEq(finishExit(config), DEPOSIT - 3e6);
    }

    function test_afterTheEndOnlyWhatWasCommittedCounts() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        paid(commit(config, rowOf(config, 100e6)));
        startExit(config);
        vm.warp(block.timestamp + DELAY);
        vm.expectEmit();
        emit IChannels.ChannelClosed(id, DEPOSIT - 100e6, 100e6);
        finishExit(config);
        assertSkip(commit(config, rowOf(config, 200e6)), IChannels.Skip.Phase);
        paid(claim(config, rowOf(config, 200e6)));
        assertSkip(claim(config, rowOf(config, 200e6)), IChannels.Skip.Phase);
        assertEq(channels.settle(payee, address(token)), 100e6);
        assertEq(token.balanceOf(address(channels)), 0);
    }

    function test_ExitNotOver() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        startExit(config);
        uint64 endsAt = channels.stateOf(id).exitEndsAt;
        vm.warp(block.timestamp + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.ExitNotOver.selector, id, endsAt, endsAt - 1));
        finishExit(config);
    }

    function test_SignerAlreadyRevoked() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        vm.startPrank(payer);
        channels.revokeSigner(config);
        vm.expectRevert(abi.encodeWithSelector(IChannels.SignerAlreadyRevoked.selector, id));
        channels.revokeSigner(config);
    }

    function test_SessionKeyRefused() public {
        bytes memory key = keyOf(DEVICE_KEY);
        uint64 endsAt = uint64(block.timestamp + 2 hours);
        expectKeyRefused(new bytes(64));
        channels.authoriseSession(new bytes(64), endsAt);
        expectKeyRefused(key);
        channels.authoriseSession(key, uint64(block.timestamp));
        expectKeyRefused(key);
        channels.revokeSession(key);
        channels.authoriseSession(key, endsAt);
        expectKeyRefused(key);
        channels.authoriseSession(key, endsAt - 1);
        channels.revokeSession(key);
        expectKeyRefused(key);
        channels.revokeSession(key);
        channels.authoriseSession(key, endsAt);
        (uint64 until, uint64 revokedAt) = channels.sessionOf(address(this), key);
        assertEq(until, endsAt);
        assertEq(revokedAt, 0);
    }

    function expectKeyRefused(bytes memory key) private {
        vm.expectRevert(abi.encodeWithSelector(IChannels.SessionKeyRefused.selector, key));
    }

    // ---- ending together

    function test_bothEndItAtOnce() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        paid(commit(config, rowOf(config, 400e6)));
        bytes32 digest = channels.closeDigestOf(id, 100e6, NEVER_MS);
        vm.prank(stranger);
        channels.close(config, 100e6, NEVER_MS, ecdsa(PAYER_KEY, digest), ecdsa(OPERATOR_KEY, digest));
        assertEq(channels.settle(payee, address(token)), 100e6);
        assertEq(token.balanceOf(address(channels)), 0);
    }

    function test_whatWasCommittedAndNotChargedGoesBackAfterAnExit() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        paid(commit(config, rowOf(config, 400e6)));
        startExit(config);
        vm.warp(block.timestamp + DELAY);
        finishExit(config);
        bytes memory signature = ecdsa(PAYEE_KEY, channels.closeDigestOf(id, 100e6, NEVER_MS));
        vm.prank(payer);
        assertEq(channels.close(config, 100e6, NEVER_MS, "", signature), 300e6);
        assertEq(channels.settle(payee, address(token)), 100e6);
    }

    function test_CloseNotSigned() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        bytes memory signature = ecdsa(PAYEE_KEY, channels.closeDigestOf(id, 1, NEVER_MS));
        vm.expectRevert(abi.encodeWithSelector(IChannels.CloseNotSigned.selector, payer));
        channels.close(config, 0, NEVER_MS, signature, signature);
        vm.prank(payer);
        vm.expectRevert(abi.encodeWithSelector(IChannels.CloseNotSigned.selector, payee));
        channels.close(config, 0, NEVER_MS, "", signature);
    }

    function test_CloseExpired() public {
        (IChannels.Config memory config,) = openPlain();
        uint64 past = uint64(block.timestamp) * 1000 - 1;
        vm.expectRevert(abi.encodeWithSelector(IChannels.CloseExpired.selector, past));
        channels.close(config, 0, past, "", "");
    }

    function test_CloseOutOfBounds() public {
        (IChannels.Config memory config,) = openPlain();
        paid(claim(config, rowOf(config, 100e6)));
        uint128[2] memory amounts = [uint128(100e6 - 1), DEPOSIT + 1];
        for (uint256 i = 0; i < amounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IChannels.CloseOutOfBounds.selector, amounts[i], 100e6, DEPOSIT));
            channels.close(config, amounts[i], NEVER_MS, "", "");
        }
    }

    function test_IsTaskWallet() public {
        IChannels.Config memory config = walletConfig();
        bytes32 id = open(config, DEPOSIT);
        vm.expectRevert(abi.encodeWithSelector(IChannels.IsTaskWallet.selector, id));
        channels.close(config, 0, NEVER_MS, "", "");
    }

    function test_NotTaskWallet() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        vm.prank(payer);
        vm.expectRevert(abi.encodeWithSelector(IChannels.NotTaskWallet.selector, id));
        channels.withdrawFree(config);
    }

    function test_NothingToSettle() public {
        vm.expectRevert(abi.encodeWithSelector(IChannels.NothingToSettle.selector, payee, address(token)));
        channels.settle(payee, address(token));
    }

    // ---- the guardian

    function test_NotGuardian() public {
        bytes memory refusal = abi.encodeWithSelector(IChannels.NotGuardian.selector, stranger, guardian);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        channels.pause(1);
        vm.expectRevert(refusal);
        channels.unpause();
    }

    function test_aZeroGuardianIsNobody() public {
        Channels unguarded = new Channels(verifier, address(0));
        vm.prank(address(0));
        vm.expectRevert(abi.encodeWithSelector(IChannels.NotGuardian.selector, address(0), address(0)));
        unguarded.pause(1);
    }

    function test_PauseTooLong() public {
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IChannels.PauseTooLong.selector, 7 days + 1, 7 days));
        channels.pause(7 days + 1);
    }

    function test_PauseChained() public {
        vm.startPrank(guardian);
        channels.pause(7 days);
        uint64 earliestAt = uint64(block.timestamp) + 37 days;
        vm.warp(earliestAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.PauseChained.selector, earliestAt));
        channels.pause(1);
        vm.warp(earliestAt);
        channels.pause(1);
    }

    function test_NotPaused() public {
        vm.prank(guardian);
        vm.expectRevert(IChannels.NotPaused.selector);
        channels.unpause();
    }

    function test_IsPaused() public {
        (IChannels.Config memory config,) = openPlain();
        uint64 endsAt = uint64(block.timestamp + 2 hours);
        vm.prank(guardian);
        channels.pause(2 hours);
        bytes memory refusal = abi.encodeWithSelector(IChannels.IsPaused.selector, endsAt);
        vm.expectRevert(refusal);
        channels.topUp(config, 1);
        vm.expectRevert(refusal);
        channels.open(config, 1);
        IChannels.Batch[] memory batches = batchOf(config, rowOf(config, 1e6));
        vm.expectRevert(refusal);
        channels.claim(batches);
        vm.expectRevert(refusal);
        channels.commit(batches);
        startExit(config);
        uint64 atStart = channels.activeNow();
        vm.warp(block.timestamp + 1 hours);
        assertEq(channels.activeNow(), atStart);
        vm.prank(guardian);
        channels.unpause();
        vm.warp(block.timestamp + 1 hours);
        assertEq(channels.activeNow(), atStart + 1 hours);
        paid(claim(config, rowOf(config, 1e6)));
    }

    // ---- laws

    /// Whatever vouchers come in whatever order: what is paid is the highest charge, as far as the deposit goes.
    function testFuzz_paysTheHighestChargeAsFarAsTheDepositGoes(uint64[6] memory ceilings, uint64 topUp) public {
        (IChannels.Config memory config,) = openPlain();
        uint128 highest = 0;
        for (uint256 i = 0; i < ceilings.length; ++i) {
            uint128 ceiling = ceilings[i] % (2 * DEPOSIT);
            claim(config, rowOf(config, ceiling));
            if (ceiling > highest) highest = ceiling;
        }
        (uint128 collected,) = channels.dueOf(payee, address(token));
        assertEq(collected, highest < DEPOSIT ? highest : DEPOSIT);
        vm.prank(payer);
        channels.topUp(config, topUp % DEPOSIT + 1);
        claim(config, rowOf(config, highest));
        (collected,) = channels.dueOf(payee, address(token));
        uint128 deposited = DEPOSIT + topUp % DEPOSIT + 1;
        assertEq(collected, highest < deposited ? highest : deposited);
    }
}
