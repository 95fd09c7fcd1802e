// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {IChannels} from "../src/interfaces/IChannels.sol";
import {ChannelFixture} from "./ChannelFixture.sol";

contract YesVerifier is IERC7913SignatureVerifier {
    function verify(bytes calldata, bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC7913SignatureVerifier.verify.selector;
    }
}

/// A wallet that spends all the gas that it is given.
contract GreedyWallet is IERC1271 {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        while (true) {}
        return 0;
    }
}

/// Every one of these has happened to someone, with channels of others. Each is a patch in test/mutants too.
contract ChannelsHistoryTest is ChannelFixture {
    uint256 private constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function test_aServiceThatNamesItselfGetsNoCut() public {
        (IChannels.Config memory config,) = openPlain();
        paid(claimAs(operator, config, rowOf(config, 100e6)));
        (uint128 collected,) = channels.dueOf(payee, address(token));
        assertEq(collected, 100e6);
        (collected,) = channels.dueOf(operator, address(token));
        assertEq(collected, 0);
    }

    function test_aSignerMovedToANewPayerIsNotCollectedTwice() public {
        (IChannels.Config memory config,) = openPlain();
        config.payerSigner = abi.encodePacked(payer);
        IChannels.Row memory row = rowOf(config, 100e6);
        paid(claim(config, row));
        IChannels.Config memory moved = config;
        moved.payer = stranger;
        give(stranger);
        open(moved, DEPOSIT);
        row.payer = stranger;
        assertSkip(claim(moved, row), IChannels.Skip.Signature);
    }

    function test_typeHashAndEncoderAreInStep() public view {
        IChannels.Config memory config = deviceConfig();
        bytes32 channelType = keccak256(
            "Channel(address payer,bytes payerSigner,address payee,address payeeOperator,address token,uint64 exitDelaySeconds,uint32 minConfirmations,bytes32 policyHash,bytes32 salt)"
        );
        IChannels.Service memory service = config.service;
        bytes32 structHash =
            keccak256(abi.encode(channelType, config.payer, keccak256(config.payerSigner), service, config.salt));
        bytes32 id = channels.channelIdOf(config);
        assertEq(id, typed(structHash));
        bytes32 voucherType = keccak256(
            "Voucher(bytes32 channelId,address payee,uint128 cumulativeGrains,uint64 deadlineMs,bytes32 conditionHash)"
        );
        IChannels.Voucher memory voucher = IChannels.Voucher(payee, 4, 5, bytes32(uint256(6)));
        bytes32 digest = channels.voucherDigestOf(id, voucher);
        assertEq(digest, typed(keccak256(abi.encode(voucherType, id, payee, 4, 5, 6))));
        bytes32 chargeType = keccak256("Charge(bytes32 voucherDigest,uint128 chargedGrains)");
        assertEq(channels.chargeDigestOf(digest, 7), typed(keccak256(abi.encode(chargeType, digest, 7))));
        bytes32 closeType = keccak256("Close(bytes32 channelId,uint128 paidGrains,uint64 deadlineMs)");
        assertEq(channels.closeDigestOf(id, 8, 9), typed(keccak256(abi.encode(closeType, id, 8, 9))));
    }

    function typed(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Stannary Channels"),
                keccak256("1"),
                block.chainid,
                address(channels)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function test_aHugeVoucherIsCollectableWhileThePayerThaws() public {
        (IChannels.Config memory config,) = openPlain();
        startExit(config);
        paid(claim(config, rowOf(config, type(uint128).max)));
        (uint128 collected,) = channels.dueOf(payee, address(token));
        assertEq(collected, DEPOSIT, "what is there, not nothing");
    }

    function test_aPayerWhoExitsWhileTheRpcIsDownIsStoppedByATower() public {
        (IChannels.Config memory config,) = openPlain();
        startExit(config);
        paid(commit(config, rowOf(config, 300e6)));
        vm.warp(block.timestamp + 30 days);
        assertEq(finishExit(config), DEPOSIT - 300e6);
        paid(claim(config, rowOf(config, 300e6)));
        assertEq(channels.settle(payee, address(token)), 300e6);
    }

    function test_aPauseStopsTheClocksOfExits() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        startExit(config);
        vm.prank(guardian);
        channels.pause(7 days);
        vm.warp(block.timestamp + 7 days - 1);
        uint64 endsAt = channels.stateOf(id).exitEndsAt;
        vm.expectRevert(abi.encodeWithSelector(IChannels.ExitNotOver.selector, id, endsAt, channels.activeNow()));
        vm.prank(payer);
        channels.finishExit(config);
        vm.warp(block.timestamp + 1);
        paid(claim(config, rowOf(config, 300e6)));
        vm.warp(block.timestamp + DELAY);
        assertEq(finishExit(config), DEPOSIT - 300e6);
    }

    function test_aVoucherThatEndsInAPauseOutlivesIt() public {
        (IChannels.Config memory config,) = openPlain();
        IChannels.Row memory row = rowOf(config, 300e6);
        row.voucher.deadlineMs = uint64(block.timestamp + 1 hours) * 1000;
        sign(config, row, PAYER_KEY);
        vm.prank(guardian);
        channels.pause(7 days);
        vm.warp(block.timestamp + 8 days);
        paid(claim(config, row));
    }

    function test_collectingReducesWhatThaws() public {
        (IChannels.Config memory config,) = openPlain();
        startExit(config);
        paid(commit(config, rowOf(config, 100e6)));
        paid(claim(config, rowOf(config, 400e6)));
        vm.warp(block.timestamp + 2 * DELAY);
        assertEq(finishExit(config), DEPOSIT - 400e6);
    }

    function test_aDepositThatIsNotThereIsNotCredited() public {
        IChannels.Config memory config = plainConfig();
        IChannels.Row memory row = rowOf(config, 300e6);
        assertSkip(claim(config, row), IChannels.Skip.Channel);
        open(config, 200e6);
        IChannels.Config memory other = plainConfig();
        other.salt = 0;
        open(other, DEPOSIT);
        paid(claim(config, row));
        assertSkip(claim(config, row), IChannels.Skip.Unfunded);
        (uint128 collected,) = channels.dueOf(payee, address(token));
        assertEq(collected, 200e6, "others' deposits are theirs");
    }

    function test_oneBadRowBlocksNoBatch() public {
        IChannels.Batch[] memory batches = new IChannels.Batch[](1);
        IChannels.Config memory config = plainConfig();
        batches[0].service = config.service;
        batches[0].rows = new IChannels.Row[](4);
        open(config, DEPOSIT);
        batches[0].rows[0] = rowOf(config, 1e6);
        batches[0].rows[0].signature = hex"00";
        config.payerSigner = abi.encodePacked(new GreedyWallet());
        open(config, DEPOSIT);
        batches[0].rows[1] = rowOf(config, 1e6);
        config.salt = 0;
        batches[0].rows[2] = rowOf(config, 1e6);
        config.payerSigner = "";
        open(config, DEPOSIT);
        batches[0].rows[3] = rowOf(config, 1e6);
        vm.expectEmit();
        emit IChannels.RowSkipped(channels.channelIdOf(plainConfig()), 0, IChannels.Skip.Signature);
        vm.prank(payee);
        IChannels.Skip[] memory skips = channels.claim{gas: 2_000_000}(batches);
        assertSkip(skips[0], IChannels.Skip.Signature);
        assertSkip(skips[1], IChannels.Skip.Signature);
        assertSkip(skips[2], IChannels.Skip.Channel);
        assertSkip(skips[3], IChannels.Skip.None);
    }

    function test_claimAndSettleNeedNoOrder() public {
        (IChannels.Config memory config,) = openPlain();
        paid(claim(config, rowOf(config, 300e6)));
        assertEq(channels.settle(payee, address(token)), 300e6);
        assertSkip(claim(config, rowOf(config, 200e6)), IChannels.Skip.NothingDue);
        vm.expectRevert(abi.encodeWithSelector(IChannels.NothingToSettle.selector, payee, address(token)));
        channels.settle(payee, address(token));
        paid(claim(config, rowOf(config, 310e6)));
        assertEq(channels.settle(payee, address(token)), 10e6);
        assertEq(token.balanceOf(payee), 310e6);
    }

    function test_aStrangersTopUpCancelsNoExit() public {
        (IChannels.Config memory config, bytes32 id) = openPlain();
        startExit(config);
        uint64 endsAt = channels.stateOf(id).exitEndsAt;
        give(stranger);
        vm.prank(stranger);
        vm.expectRevert(IChannels.ZeroAmount.selector);
        channels.topUp(config, 0);
        vm.prank(stranger);
        channels.topUp(config, 1);
        assertEq(channels.stateOf(id).exitEndsAt, endsAt);
        vm.warp(block.timestamp + DELAY);
        assertEq(finishExit(config), DEPOSIT + 1);
    }

    function test_aSignatureHasOneForm() public {
        (IChannels.Config memory config,) = openPlain();
        IChannels.Row memory row = rowOf(config, 100e6);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, digestOf(config, row));
        row.signature = abi.encodePacked(r, N - uint256(s), v == 27 ? uint8(28) : uint8(27));
        assertSkip(claim(config, row), IChannels.Skip.Signature);
        row.signature = abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
        assertSkip(claim(config, row), IChannels.Skip.Signature);
        row.signature = abi.encodePacked(r, s, v);
        paid(claim(config, row));
    }

    function test_aTopUpOfOneGrainBurnsNoVoucher() public {
        (IChannels.Config memory config,) = openPlain();
        IChannels.Row memory row = rowOf(config, DEPOSIT + 100);
        paid(claim(config, row));
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(payer);
            channels.topUp(config, 1);
            paid(claim(config, row));
        }
        vm.prank(payer);
        channels.topUp(config, 98);
        paid(claim(config, row));
        (uint128 collected,) = channels.dueOf(payee, address(token));
        assertEq(collected, DEPOSIT + 100);
    }

    function test_aVerifierThatAlwaysSaysYesIsRefused() public {
        IChannels.Config memory config = plainConfig();
        config.payerSigner = abi.encodePacked(new YesVerifier(), keyOf(DEVICE_KEY));
        vm.expectRevert(abi.encodeWithSelector(IChannels.SignerRefused.selector, config.payerSigner));
        open(config, DEPOSIT);
    }

    function test_aTokenThatBlocksAPayeeRevertsNoBatch() public {
        (IChannels.Config memory config,) = openPlain();
        paid(claim(config, rowOf(config, 100e6)));
        IChannels.Config memory other = plainConfig();
        other.service.payee = operator;
        open(other, DEPOSIT);
        paid(claim(other, rowOf(other, 200e6)));
        token.setBlocked(payee, true);
        address[] memory payees = new address[](3);
        (payees[0], payees[1], payees[2]) = (payee, stranger, operator);
        vm.expectEmit();
        emit IChannels.SettlementBlocked(payee, address(token), 100e6);
        channels.settleMany(payees, address(token));
        assertEq(token.balanceOf(operator), 200e6);
        token.setBlocked(payee, false);
        assertEq(channels.settle(payee, address(token)), 100e6, "it stays due");
    }

    function test_aTokenWithAFeeIsRefused() public {
        token.setFee(10_000);
        vm.expectRevert(abi.encodeWithSelector(IChannels.AmountNotReceived.selector, DEPOSIT, DEPOSIT * 99 / 100));
        open(plainConfig(), DEPOSIT);
    }

    function test_AmountNotReceived() public {
        token.setFee(1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.AmountNotReceived.selector, DEPOSIT, DEPOSIT - DEPOSIT / 1e6));
        open(plainConfig(), DEPOSIT);
    }

    function test_theZeroSignerIsRefused() public {
        IChannels.Config memory config = plainConfig();
        config.payerSigner = new bytes(20);
        vm.expectRevert(abi.encodeWithSelector(IChannels.SignerRefused.selector, config.payerSigner));
        open(config, DEPOSIT);
    }

    function test_everyAuthorisationCanBeRevoked() public {
        (IChannels.Config memory config,) = openPlain();
        bytes memory key = keyOf(DEVICE_KEY);
        vm.startPrank(payer);
        channels.authoriseSession(key, uint64(block.timestamp + 365 days));
        channels.revokeSession(key);
        vm.stopPrank();
        IChannels.Row memory row = rowOf(config, 100e6);
        extraOf(row).sessionKey = key;
        signWithDevice(config, row, DEVICE_KEY);
        vm.warp(block.timestamp + DELAY - 1);
        paid(claim(config, row));
        vm.warp(block.timestamp + 1);
        row.chargedGrains = row.voucher.cumulativeGrains = 200e6;
        signWithDevice(config, row, DEVICE_KEY);
        assertSkip(claim(config, row), IChannels.Skip.Signature);
    }

    function test_theSignerOfAChannelCanBeRevoked() public {
        (IChannels.Config memory config,) = openPlain();
        vm.prank(payer);
        channels.revokeSigner(config);
        paid(claim(config, rowOf(config, 100e6)));
        vm.warp(block.timestamp + DELAY);
        assertSkip(claim(config, rowOf(config, 200e6)), IChannels.Skip.Signature);
    }
}
