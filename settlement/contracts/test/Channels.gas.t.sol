// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IChannels} from "../src/interfaces/IChannels.sol";
import {ChannelFixture, ChannelToken, Wallet} from "./ChannelFixture.sol";

contract PlainToken is ERC20 {
    constructor(address holder) ERC20("Token", "T") {
        _mint(holder, 1_000_000e6);
    }
}

/// What transactions cost, calldata and the 21,000 of every transaction included; snapshots/Channels.json, and the budget in
/// tools/gas.ts. Each call is a transaction of its own: nothing is warm.
/// forge-config: default.isolate = true
contract ChannelsGasTest is ChannelFixture {
    uint64 private constant DEADLINE_MS = 1_900_000_000_000;

    function setUp() public override {
        super.setUp();
        token = ChannelToken(address(new PlainToken(payer)));
        vm.prank(payer);
        token.approve(address(channels), type(uint256).max);
        // As on a running chain: the contract has other money, and the payee was paid before.
        IChannels.Config memory other = plainConfig();
        other.salt = keccak256("other");
        open(other, DEPOSIT);
        paid(claim(other, timed(other, 5e6)));
        channels.settle(payee, address(token));
    }

    function timed(IChannels.Config memory config, uint128 grains) private view returns (IChannels.Row memory row) {
        row = rowOf(config, grains);
        row.voucher.deadlineMs = DEADLINE_MS;
        sign(config, row, PAYER_KEY);
    }

    function snapshot(string memory name) private {
        vm.snapshotGasLastCall("Channels", name);
    }

    function test_gasOfOpening() public {
        open(plainConfig(), DEPOSIT);
        snapshot("open, EOA signer");
        open(deviceConfig(), DEPOSIT);
        snapshot("open, P-256 signer");
    }

    function test_gasOfRedeeming() public {
        IChannels.Config memory config = plainConfig();
        open(config, DEPOSIT);
        paid(claim(config, timed(config, 5e6)));
        snapshot("redeem one voucher, EOA signer");
        channels.settle(payee, address(token));
        snapshot("settle");
    }

    function test_gasOfRedeemingFromAWallet() public {
        IChannels.Config memory config = plainConfig();
        config.payerSigner = abi.encodePacked(address(new Wallet(payer)));
        open(config, DEPOSIT);
        paid(claim(config, timed(config, 5e6)));
        snapshot("redeem one voucher, ERC-1271 signer");
    }

    function test_gasOfRedeemingFromADevice() public {
        IChannels.Config memory config = deviceConfig();
        open(config, DEPOSIT);
        IChannels.Row memory row = timed(config, 5e6);
        signWithDevice(config, row, DEVICE_KEY);
        paid(claim(config, row));
        snapshot("redeem one voucher, P-256 signer");
    }

    function test_gasOfABatch() public {
        IChannels.Batch[] memory batches = new IChannels.Batch[](1);
        batches[0].service = plainConfig().service;
        batches[0].rows = new IChannels.Row[](20);
        for (uint256 i = 0; i < 20; ++i) {
            IChannels.Config memory config = plainConfig();
            config.salt = keccak256(abi.encode(i));
            open(config, DEPOSIT);
            batches[0].rows[i] = timed(config, 5e6);
        }
        vm.prank(payee);
        channels.claim(batches);
        snapshot("redeem 20 vouchers");
    }

    function test_gasOfCommitting() public {
        IChannels.Config memory config = plainConfig();
        open(config, DEPOSIT);
        paid(commit(config, timed(config, 5e6)));
        snapshot("commit");
    }

    function test_gasOfLeaving() public {
        IChannels.Config memory config = plainConfig();
        open(config, DEPOSIT);
        paid(claim(config, timed(config, 5e6)));
        startExit(config);
        snapshot("start exit");
        vm.warp(block.timestamp + DELAY);
        finishExit(config);
        snapshot("finish exit");
    }

    function test_gasOfClosing() public {
        IChannels.Config memory config = plainConfig();
        bytes32 id = open(config, DEPOSIT);
        paid(claim(config, timed(config, 5e6)));
        bytes memory signature = ecdsa(PAYER_KEY, channels.closeDigestOf(id, 5e6, DEADLINE_MS));
        vm.prank(payee);
        channels.close(config, 5e6, DEADLINE_MS, signature, "");
        snapshot("close together");
    }
}
