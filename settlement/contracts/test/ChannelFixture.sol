// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Channels} from "../src/Channels.sol";
import {P256Sha256Verifier} from "../src/P256Sha256Verifier.sol";
import {TaskWallets} from "../src/TaskWallets.sol";
import {IChannels} from "../src/interfaces/IChannels.sol";

contract ChannelToken is ERC20 {
    uint256 public feePpm;
    mapping(address => bool) public isBlocked;

    constructor() ERC20("Token", "T") {}

    function mint(address to, uint256 grains) external {
        _mint(to, grains);
    }

    function setFee(uint256 ppm) external {
        feePpm = ppm;
    }

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _update(address from, address to, uint256 grains) internal override {
        require(!isBlocked[to], "blocked");
        if (feePpm == 0 || from == address(0)) return super._update(from, to, grains);
        uint256 fee = grains * feePpm / 1e6;
        super._update(from, address(0xfee), fee);
        super._update(from, to, grains - fee);
    }
}

/// A contract wallet of one key.
contract Wallet is IERC1271 {
    address private immutable key;

    constructor(address key_) {
        key = key_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recoverCalldata(hash, signature) == key ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// Channels as deployed, a payer with a key, a payee with a key and an operator, and vouchers between them.
abstract contract ChannelFixture is Test {
    uint128 internal constant DEPOSIT = 1_000e6;
    uint64 internal constant DELAY = 1 days;
    uint64 internal constant NEVER_MS = type(uint64).max;
    uint256 internal constant PAYER_KEY = 0xa11ce;
    uint256 internal constant PAYEE_KEY = 0xb0b;
    uint256 internal constant OPERATOR_KEY = 0x09e;
    uint256 internal constant DEVICE_KEY = 0xde71ce;

    address internal payer = vm.addr(PAYER_KEY);
    address internal payee = vm.addr(PAYEE_KEY);
    address internal operator = vm.addr(OPERATOR_KEY);
    address internal guardian = makeAddr("guardian");
    address internal stranger = makeAddr("stranger");

    P256Sha256Verifier internal verifier;
    Channels internal channels;
    TaskWallets internal wallets;
    ChannelToken internal token;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        verifier = new P256Sha256Verifier();
        channels = new Channels(verifier, guardian);
        wallets = TaskWallets(channels.taskWallets());
        token = new ChannelToken();
        give(payer);
    }

    function give(address account) internal {
        token.mint(account, 1_000_000e6);
        vm.prank(account);
        token.approve(address(channels), type(uint256).max);
    }

    // ---- configs

    function plainConfig() internal view returns (IChannels.Config memory config) {
        config.payer = payer;
        config.service =
            IChannels.Service(payee, operator, address(token), DELAY, 12, keccak256("what it may be charged for"));
        config.salt = keccak256("salt");
    }

    function deviceConfig() internal view returns (IChannels.Config memory config) {
        config = plainConfig();
        config.payerSigner = abi.encodePacked(address(verifier), keyOf(DEVICE_KEY));
    }

    function walletConfig() internal view returns (IChannels.Config memory config) {
        config = plainConfig();
        config.service.payee = address(wallets);
        config.service.payeeOperator = address(0);
    }

    function open(IChannels.Config memory config, uint128 grains) internal returns (bytes32 id) {
        vm.prank(config.payer);
        return channels.open(config, grains);
    }

    function openPlain() internal returns (IChannels.Config memory config, bytes32 id) {
        config = plainConfig();
        id = open(config, DEPOSIT);
    }

    // ---- vouchers and rows

    /// A voucher without an end, charged in full.
    function rowOf(IChannels.Config memory config, uint128 grains) internal view returns (IChannels.Row memory row) {
        row.payer = config.payer;
        row.payerSigner = config.payerSigner;
        row.salt = config.salt;
        row.voucher = IChannels.Voucher(config.service.payee, grains, NEVER_MS, 0);
        row.chargedGrains = grains;
        sign(config, row, PAYER_KEY);
    }

    function sign(IChannels.Config memory config, IChannels.Row memory row, uint256 key) internal view {
        row.signature = ecdsa(key, digestOf(config, row));
    }

    function signWithDevice(IChannels.Config memory config, IChannels.Row memory row, uint256 key) internal view {
        row.signature = p256(key, sha256(abi.encodePacked(digestOf(config, row))));
    }

    function digestOf(IChannels.Config memory config, IChannels.Row memory row) internal view returns (bytes32) {
        return channels.voucherDigestOf(channels.channelIdOf(config), row.voucher);
    }

    function extraOf(IChannels.Row memory row) internal pure returns (IChannels.Extra memory) {
        if (row.extras.length == 0) row.extras = new IChannels.Extra[](1);
        return row.extras[0];
    }

    function countersign(IChannels.Config memory config, IChannels.Row memory row, uint256 key) internal view {
        bytes32 digest = channels.chargeDigestOf(digestOf(config, row), row.chargedGrains);
        extraOf(row).countersignature = ecdsa(key, digest);
    }

    function ecdsa(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function p256(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(key, digest);
        if (uint256(s) > P256.N / 2) s = bytes32(P256.N - uint256(s));
        return abi.encodePacked(r, s);
    }

    function keyOf(uint256 key) internal pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        return abi.encodePacked(x, y);
    }

    function batchOf(IChannels.Config memory config, IChannels.Row memory row)
        internal
        pure
        returns (IChannels.Batch[] memory batches)
    {
        batches = new IChannels.Batch[](1);
        batches[0].service = config.service;
        batches[0].rows = new IChannels.Row[](1);
        batches[0].rows[0] = row;
    }

    /// The payee brings one row.
    function claim(IChannels.Config memory config, IChannels.Row memory row) internal returns (IChannels.Skip) {
        return claimAs(row.voucher.payee, config, row);
    }

    function claimAs(address caller, IChannels.Config memory config, IChannels.Row memory row)
        internal
        returns (IChannels.Skip)
    {
        vm.prank(caller);
        return channels.claim(batchOf(config, row))[0];
    }

    /// A stranger brings one row.
    function commit(IChannels.Config memory config, IChannels.Row memory row) internal returns (IChannels.Skip) {
        vm.prank(stranger);
        return channels.commit(batchOf(config, row))[0];
    }

    function assertSkip(IChannels.Skip got, IChannels.Skip expected) internal pure {
        assertEq(uint8(got), uint8(expected), "reason");
    }

    function paid(IChannels.Skip got) internal pure {
        assertSkip(got, IChannels.Skip.None);
    }

    function startExit(IChannels.Config memory config) internal {
        vm.prank(config.payer);
        channels.startExit(config);
    }

    function finishExit(IChannels.Config memory config) internal returns (uint128) {
        vm.prank(config.payer);
        return channels.finishExit(config);
    }
}
