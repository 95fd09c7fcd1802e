// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {BondVault} from "../src/BondVault.sol";
import {Credit} from "../src/Credit.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {Settlement} from "../src/Settlement.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {INodeRegistry} from "../src/interfaces/INodeRegistry.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {PayoutTree} from "./PayoutTree.sol";

/// The five contracts as a network deploys them, with the people around them.
abstract contract Fixture is Test {
    uint128 internal constant CAP = 1_000_000e6;
    uint128 internal constant GENESIS = 100_000e6;
    uint128 internal constant ERA_MINT_MAX = 1_000e6;
    uint128 internal constant FEE = 1e6;
    uint128 internal constant POSTER_BOND = 5_000e6;
    uint64 internal constant WINDOW = 1 days;
    uint64 internal constant ACTIVATION = 1 hours;
    uint64 internal constant UNBONDING = 14 days;
    uint64 internal constant APPEAL = 5 days;
    uint32 internal constant CHALLENGER_PPM = 500_000;
    uint32 internal constant INSURANCE_PPM = 300_000;
    uint32 internal constant BURN_PPM = 200_000;
    bytes32 internal constant BEACON_TIP = keccak256("beacon tip");
    bytes32 internal constant CLASS_NAME = "edge";

    address internal immutable operator = makeAddr("operator");
    address internal immutable arbiter = makeAddr("arbiter");
    address internal immutable insurance = makeAddr("insurance");
    address internal immutable poster = makeAddr("poster");
    address internal immutable issuer = makeAddr("issuer");
    address internal immutable consumer = makeAddr("consumer");
    address internal immutable stranger = makeAddr("stranger");
    uint256 internal immutable deviceKey = 0xd0e;

    Credit internal credit;
    WorkToken internal workToken;
    NodeRegistry internal registry;
    BondVault internal vault;
    Settlement internal settlement;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        credit = new Credit(issuer);
        address settlementAddress = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3);
        workToken = new WorkToken(settlementAddress, CAP, ERA_MINT_MAX, genesis());
        registry = new NodeRegistry(workToken, FEE);
        vault = new BondVault(vaultSettings());
        settlement = new Settlement(settlementSettings());
    }

    function genesis() internal view returns (IWorkToken.Allocation[] memory allocations) {
        allocations = new IWorkToken.Allocation[](2);
        allocations[0] = IWorkToken.Allocation(operator, GENESIS / 2);
        allocations[1] = IWorkToken.Allocation(poster, GENESIS / 2);
    }

    function vaultSettings() internal view returns (BondVault.Settings memory) {
        return BondVault.Settings({
            workToken: workToken,
            nodeRegistry: registry,
            arbiter: arbiter,
            insurance: insurance,
            activationSeconds: ACTIVATION,
            unbondingSeconds: UNBONDING,
            appealSeconds: APPEAL,
            challengerPpm: CHALLENGER_PPM,
            insurancePpm: INSURANCE_PPM,
            burnPpm: BURN_PPM
        });
    }

    function settlementSettings() internal view returns (Settlement.Settings memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(0xbeac04);
        return Settlement.Settings({
            credit: credit,
            workToken: workToken,
            poster: poster,
            posterBondGrains: POSTER_BOND,
            challengeWindowSeconds: WINDOW,
            receiptKeyX: bytes32(x),
            receiptKeyY: bytes32(y),
            beaconTip: BEACON_TIP
        });
    }

    // ---- nodes

    struct Device {
        bytes32 x;
        bytes32 y;
        bytes32 r;
        bytes32 s;
    }

    /// A device and its consent to be registered by `owner`.
    function deviceOf(uint256 key, address owner) internal view returns (Device memory device) {
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        (bytes32 r, bytes32 s) = vm.signP256(key, sha256(registry.registrationMessage(owner)));
        if (uint256(s) > P256.N / 2) s = bytes32(P256.N - uint256(s));
        return Device(bytes32(x), bytes32(y), r, s);
    }

    function registerNode(uint256 key, address owner) internal returns (bytes32 nodeId) {
        Device memory device = deviceOf(key, owner);
        vm.startPrank(owner);
        workToken.approve(address(registry), FEE);
        nodeId = registry.register(device.x, device.y, CLASS_NAME, 1, 1_000, device.r, device.s);
        vm.stopPrank();
    }

    function bond(bytes32 nodeId, uint128 grains) internal {
        vm.startPrank(operator);
        workToken.approve(address(vault), grains);
        vault.deposit(nodeId, grains);
        vm.stopPrank();
    }

    // ---- eras

    function fund(uint128 grains) internal {
        vm.prank(issuer);
        credit.mint(consumer, grains);
        vm.startPrank(consumer);
        credit.approve(address(settlement), grains);
        settlement.deposit(consumer, grains);
        vm.stopPrank();
    }

    function bondPoster() internal {
        vm.startPrank(poster);
        workToken.approve(address(settlement), POSTER_BOND);
        settlement.postPosterBond(POSTER_BOND);
        vm.stopPrank();
    }

    function headerOf(uint64 era, bytes32 parentHash, SumTree.Leaf[] memory leaves)
        internal
        pure
        returns (ISettlement.EraHeader memory header)
    {
        SumTree.Node memory top = PayoutTree.topOf(leaves);
        header.era = era;
        header.parentHash = parentHash;
        header.accrualRoot = keccak256("accrual");
        header.voidRoot = keccak256("void");
        header.payoutRoot = SumTree.rootOf(top, uint32(leaves.length));
        header.totalCredits = top.credits;
        header.totalTokens = top.tokens;
        header.leafCount = uint32(leaves.length);
        header.depth = SumTree.depthOf(uint32(leaves.length));
        header.paramsHash = keccak256("params");
    }

    function post(ISettlement.EraHeader memory header) internal {
        vm.prank(poster);
        settlement.postEra(header);
    }

    function finalise(ISettlement.EraHeader memory header) internal {
        vm.warp(block.timestamp + WINDOW);
        settlement.finaliseEra(header);
    }

    /// Leaves of `count` accounts 0x1001, 0x1002 …, each owed the same.
    function evenLeaves(uint256 count, uint128 credits, uint128 tokens)
        internal
        pure
        returns (SumTree.Leaf[] memory leaves)
    {
        leaves = new SumTree.Leaf[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = SumTree.Leaf(address(uint160(0x1001 + i)), credits, tokens);
        }
    }
}
