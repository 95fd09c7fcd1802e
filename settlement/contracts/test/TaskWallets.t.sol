// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochCommitted, IEpochs} from "../src/conditions/EpochCommitted.sol";
import {HashPreimage} from "../src/conditions/HashPreimage.sol";
import {IValueSource, OracleValue} from "../src/conditions/OracleValue.sol";
import {TaskReceipt} from "../src/conditions/TaskReceipt.sol";
import {IChannels} from "../src/interfaces/IChannels.sol";
import {ICondition} from "../src/interfaces/ICondition.sol";
import {IMessageVerifier} from "../src/interfaces/IMessageVerifier.sol";
import {ITaskWallets} from "../src/interfaces/ITaskWallets.sol";
import {ChannelFixture} from "./ChannelFixture.sol";

contract Epochs is IEpochs {
    mapping(uint64 => bytes32) public batchesRootOf;

    function commitEpoch(uint64 epoch, bytes32 root) external {
        batchesRootOf[epoch] = root;
    }
}

contract Values is IValueSource {
    uint256 private value;
    uint64 private updatedAt;

    function set(uint256 value_) external {
        value = value_;
        updatedAt = uint64(block.timestamp);
    }

    function valueOf(bytes32) external view returns (uint256, uint64) {
        return (value, updatedAt);
    }
}

/// One deposit, many providers, and what releases their vouchers.
contract TaskWalletsTest is ChannelFixture {
    IChannels.Config private config;
    bytes32 private id;
    uint64 private endsAt;
    address private provider = vm.addr(PAYEE_KEY);
    address private other = makeAddr("other");

    function setUp() public override {
        super.setUp();
        config = walletConfig();
        id = open(config, DEPOSIT);
        endsAt = uint64(block.timestamp + 2 days);
    }

    function allot(address to, uint128 grains) private {
        vm.prank(payer);
        wallets.allot(config, to, grains, endsAt);
    }

    function providerRow(address to, uint128 grains) private view returns (IChannels.Row memory row) {
        row = rowOf(config, grains);
        row.voucher.payee = to;
        sign(config, row, PAYER_KEY);
    }

    function test_oneDepositPaysManyProvidersEachUpToItsPart() public {
        allot(provider, 600e6);
        allot(other, 400e6);
        paid(claim(config, providerRow(provider, 700e6)));
        assertSkip(claim(config, providerRow(provider, 700e6)), IChannels.Skip.Allotment);
        paid(claim(config, providerRow(other, 100e6)));
        assertSkip(claim(config, providerRow(stranger, 100e6)), IChannels.Skip.Payee);
        assertEq(channels.settle(provider, address(token)), 600e6);
        assertEq(channels.settle(other, address(token)), 100e6);
    }

    function test_anExitLeavesWhatEachProviderHas() public {
        allot(provider, 600e6);
        allot(other, 400e6);
        paid(commit(config, providerRow(provider, 500e6)));
        paid(claim(config, providerRow(provider, 200e6)));
        paid(claim(config, providerRow(other, 300e6)));
        paid(commit(config, providerRow(other, 350e6)));
        assertEq(channels.stateOf(id).committedGrains, 850e6);
        startExit(config);
        vm.warp(block.timestamp + 2 * DELAY);
        assertEq(finishExit(config), DEPOSIT - 850e6);
        paid(claim(config, providerRow(provider, 600e6)));
        paid(claim(config, providerRow(other, 400e6)));
        assertEq(channels.settle(provider, address(token)), 500e6);
        assertEq(channels.settle(other, address(token)), 350e6);
        assertEq(token.balanceOf(address(channels)), 0);
    }

    function test_thePartsEndRefundsThePayer() public {
        allot(provider, 600e6);
        paid(claim(config, providerRow(provider, 100e6)));
        vm.prank(payer);
        assertEq(channels.withdrawFree(config), 400e6);
        vm.warp(endsAt + 1);
        vm.prank(stranger);
        assertEq(wallets.release(config, provider), 500e6);
        assertSkip(claim(config, providerRow(provider, 200e6)), IChannels.Skip.Allotment);
        vm.prank(payer);
        assertEq(channels.withdrawFree(config), 500e6);
        assertEq(channels.settle(provider, address(token)), 100e6);
        assertEq(token.balanceOf(address(channels)), 0);
    }

    function test_aPartThatEndsInAPauseOutlivesItAsItsVouchersDo() public {
        endsAt = uint64(block.timestamp + 1 hours);
        allot(provider, 600e6);
        IChannels.Row memory row = providerRow(provider, 600e6);
        row.voucher.deadlineMs = endsAt * 1000;
        sign(config, row, PAYER_KEY);
        vm.prank(guardian);
        channels.pause(7 days);
        uint256 graceEndsAt = block.timestamp + 7 days + channels.PAUSE_GRACE_SECONDS();
        vm.warp(graceEndsAt);
        vm.expectRevert(abi.encodeWithSelector(ITaskWallets.PartNotOver.selector, id, provider, endsAt));
        wallets.release(config, provider);
        paid(claim(config, row));
        assertEq(channels.settle(provider, address(token)), 600e6);
    }

    function test_NotPayer() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ITaskWallets.NotPayer.selector, stranger, payer));
        wallets.allot(config, provider, 1, endsAt);
    }

    function test_NotOfThisRouter() public {
        IChannels.Config memory plain = plainConfig();
        vm.prank(payer);
        vm.expectRevert(abi.encodeWithSelector(ITaskWallets.NotOfThisRouter.selector, payee));
        wallets.allot(plain, provider, 1, endsAt);
    }

    function test_ZeroAddress() public {
        vm.expectRevert(ITaskWallets.ZeroAddress.selector);
        allot(address(0), 1);
    }

    function test_ZeroAmount() public {
        vm.expectRevert(ITaskWallets.ZeroAmount.selector);
        allot(provider, 0);
    }

    function test_WrongPhase() public {
        startExit(config);
        vm.expectRevert(abi.encodeWithSelector(ITaskWallets.WrongPhase.selector, id, IChannels.Phase.Exiting));
        allot(provider, 1);
    }

    function test_EndTooEarly() public {
        allot(provider, 1);
        vm.expectRevert(abi.encodeWithSelector(ITaskWallets.EndTooEarly.selector, endsAt - 1, endsAt));
        vm.prank(payer);
        wallets.allot(config, provider, 1, endsAt - 1);
    }

    function test_NotFunded() public {
        allot(provider, 600e6);
        vm.expectRevert(abi.encodeWithSelector(ITaskWallets.NotFunded.selector, uint256(DEPOSIT) + 1, DEPOSIT));
        allot(other, 400e6 + 1);
    }

    function test_PartNotOver() public {
        allot(provider, 1);
        vm.expectRevert(abi.encodeWithSelector(ITaskWallets.PartNotOver.selector, id, provider, endsAt));
        wallets.release(config, provider);
    }

    function test_NothingToRelease() public {
        vm.expectRevert(abi.encodeWithSelector(ITaskWallets.NothingToRelease.selector, id, provider));
        wallets.release(config, provider);
    }

    function test_NothingFree() public {
        allot(provider, DEPOSIT);
        vm.prank(payer);
        vm.expectRevert(abi.encodeWithSelector(IChannels.NothingFree.selector, id));
        channels.withdrawFree(config);
    }

    // ---- conditions: each is met, or over and the payer has its money back

    function conditional(ICondition resolver, bytes memory terms) private returns (IChannels.Row memory row) {
        allot(provider, 100e6);
        row = providerRow(provider, 100e6);
        row.voucher.conditionHash = channels.conditionHashOf(resolver, terms);
        sign(config, row, PAYER_KEY);
        extraOf(row).condition = IChannels.Condition(resolver, terms, "");
    }

    function checkRefunded(IChannels.Row memory row) private {
        vm.warp(endsAt + 1);
        IChannels.Condition memory condition = row.extras[0].condition;
        ICondition.Outcome outcome = condition.resolver.outcomeOf(condition.terms, condition.evidence);
        assertEq(uint8(outcome), uint8(ICondition.Outcome.Expired));
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        assertEq(wallets.release(config, provider), 100e6);
        vm.prank(payer);
        assertEq(channels.withdrawFree(config), DEPOSIT);
    }

    function test_aPreimageReleasesAndItsEndRefunds() public {
        HashPreimage resolver = new HashPreimage();
        bytes32 secret = keccak256("secret");
        IChannels.Row memory row = conditional(resolver, abi.encode(endsAt, sha256(abi.encode(secret))));
        row.extras[0].condition.evidence = abi.encode(keccak256("guess"));
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        row.extras[0].condition.evidence = abi.encode(secret);
        uint256 before = vm.snapshotState();
        paid(commit(config, row));
        paid(claim(config, row));
        vm.revertToState(before);
        checkRefunded(row);
    }

    function test_aReceiptReleasesAndItsEndRefunds() public {
        TaskReceipt resolver = new TaskReceipt(verifier);
        TaskReceipt.Terms memory terms;
        terms.endsAt = endsAt;
        (uint256 x, uint256 y) = vm.publicKeyP256(DEVICE_KEY);
        (terms.keyX, terms.keyY) = (bytes32(x), bytes32(y));
        (terms.moduleHash, terms.inputHash) = (keccak256("module"), keccak256("input"));
        terms.aadHash = keccak256("aad");
        IChannels.Row memory row = conditional(resolver, abi.encode(terms));
        row.extras[0].condition.evidence = receiptEvidence("other", "input", DEVICE_KEY);
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        row.extras[0].condition.evidence = receiptEvidence("module", "input", DEVICE_KEY + 1);
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        row.extras[0].condition.evidence = hex"00";
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        row.extras[0].condition.evidence = receiptEvidence("module", "input", DEVICE_KEY);
        uint256 before = vm.snapshotState();
        paid(claim(config, row));
        vm.revertToState(before);
        checkRefunded(row);
    }

    /// A task receipt as the wire writes it, with a signature over its Sig_structure.
    function receiptEvidence(bytes memory module, bytes memory input, uint256 key) private pure returns (bytes memory) {
        bytes memory receipt = abi.encodePacked(
            hex"a8015820",
            keccak256("task"),
            hex"025820",
            keccak256(module),
            hex"035820",
            keccak256(input),
            hex"045820",
            keccak256("output"),
            hex"0519ffff065820",
            keccak256("checkpoints"),
            hex"0702085820",
            keccak256("costs")
        );
        bytes memory signed =
            abi.encodePacked(hex"846a5369676e61747572653143a1012643", "aad", hex"58", uint8(receipt.length), receipt);
        return abi.encode(TaskReceipt.Evidence("aad", receipt, p256(key, sha256(signed))));
    }

    function test_anEpochReleasesAndItsEndRefunds() public {
        Epochs epochs = new Epochs();
        EpochCommitted resolver = new EpochCommitted(epochs);
        bytes32 root = keccak256("root");
        IChannels.Row memory row = conditional(resolver, abi.encode(endsAt, uint64(7), root));
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        epochs.commitEpoch(7, keccak256("another root"));
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        epochs.commitEpoch(7, root);
        uint256 before = vm.snapshotState();
        paid(claim(config, row));
        vm.revertToState(before);
        checkRefunded(row);
    }

    function test_aValueReleasesAndItsEndRefunds() public {
        Values values = new Values();
        OracleValue.Comparison atLeast = OracleValue.Comparison.AtLeast;
        bytes memory terms = abi.encode(OracleValue.Terms(endsAt, values, "price", atLeast, 100, 1 hours));
        IChannels.Row memory row = conditional(new OracleValue(), terms);
        values.set(99);
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        values.set(100);
        uint256 before = vm.snapshotState();
        paid(claim(config, row));
        vm.revertToState(before);
        vm.warp(block.timestamp + 1 hours + 1);
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
        checkRefunded(row);
    }

    function test_otherTermsThanTheSignedOnesOpenNothing() public {
        HashPreimage resolver = new HashPreimage();
        IChannels.Row memory row = conditional(resolver, abi.encode(endsAt, sha256("secret")));
        bytes32 known = keccak256("known");
        row.extras[0].condition.terms = abi.encode(endsAt, sha256(abi.encode(known)));
        row.extras[0].condition.evidence = abi.encode(known);
        assertSkip(claim(config, row), IChannels.Skip.Conditional);
    }

    function test_resolversNeedWhatTheyAsk() public {
        vm.expectRevert(TaskReceipt.ZeroAddress.selector);
        new TaskReceipt(IMessageVerifier(address(0)));
        vm.expectRevert(EpochCommitted.ZeroAddress.selector);
        new EpochCommitted(IEpochs(address(0)));
    }
}
