// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {BondVault} from "../src/BondVault.sol";
import {Credit} from "../src/Credit.sol";
import {EraChallenges} from "../src/EraChallenges.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {P256Sha256Verifier} from "../src/P256Sha256Verifier.sol";
import {Settlement} from "../src/Settlement.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {IComplianceGate} from "../src/interfaces/IComplianceGate.sol";
import {IEmergencyPause} from "../src/interfaces/IEmergencyPause.sol";
import {INodeRegistry} from "../src/interfaces/INodeRegistry.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";
import {LeafTree} from "./LeafTree.sol";

/// A network's contracts as it deploys them, with the people around them.
abstract contract Fixture is Test {
    uint128 internal constant CAP = 1_000_000e6;
    uint128 internal constant GENESIS = 100_000e6;
    uint128 internal constant ERA_MINT_MAX = 1_000e6;
    uint128 internal constant FEE = 1e6;
    uint128 internal constant POSTER_BOND = 5_000e6;
    uint64 internal constant WINDOW = 1 days;
    uint64 internal constant HOLDBACK = 1;
    uint64 internal constant EPOCHS = 2;
    uint64 internal constant LATE = 1;
    uint64 internal constant ANSWER = 6 hours;
    uint128 internal constant ASK_FEE = 2e6;
    uint256 internal constant RECEIPT_KEY = 0xbeac04;
    address internal constant TREASURY = address(0x7ea5);
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
    EraChallenges internal challenges;
    /// What the payout tree of a header holds, for the era after it.
    mapping(bytes32 headerHash => Payee[]) private payeesOf;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        credit = new Credit(issuer);
        address settlementAddress = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3);
        workToken = new WorkToken(settlementAddress, CAP, ERA_MINT_MAX, genesis());
        registry = new NodeRegistry(workToken, FEE);
        vault = new BondVault(vaultSettings());
        deploySettlement();
    }

    /// At the address that the token names.
    function deploySettlement() internal {
        address challengesAddress = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2);
        settlement = new Settlement(settlementSettings(challengesAddress));
        P256Sha256Verifier verifier = new P256Sha256Verifier();
        challenges = new EraChallenges(challengeSettings(verifier));
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

    function challengeSettings(P256Sha256Verifier verifier) internal view returns (EraChallenges.Settings memory) {
        return EraChallenges.Settings({
            settlement: settlement,
            nodeRegistry: registry,
            verifier: verifier,
            epochsPerEra: EPOCHS,
            lateEpochs: LATE,
            answerSeconds: ANSWER,
            askFeeGrains: ASK_FEE,
            insurance: insurance,
            treasury: TREASURY
        });
    }

    function settlementSettings(address challengesAddress) internal view virtual returns (Settlement.Settings memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(RECEIPT_KEY);
        return Settlement.Settings({
            credit: credit,
            workToken: workToken,
            challenges: challengesAddress,
            poster: poster,
            posterBondGrains: POSTER_BOND,
            challengeWindowSeconds: WINDOW,
            holdbackEras: HOLDBACK,
            receiptKeyX: bytes32(x),
            receiptKeyY: bytes32(y),
            beaconTip: BEACON_TIP,
            gate: IComplianceGate(address(0)),
            pauses: IEmergencyPause(address(0))
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

    /// What an account may have claimed over its lifetime.
    struct Payee {
        address account;
        uint128 credits;
        uint128 tokens;
    }

    /// An era that pays everything directly: what its payees have beyond those of the parent.
    function headerOf(uint64 era, bytes32 parentHash, Payee[] memory payees)
        internal
        returns (ISettlement.EraHeader memory header)
    {
        header.era = era;
        header.parentHash = parentHash;
        header.direct = LeafTree.rootOf(directLeaves(payeesOf[parentHash], payees));
        header.payout = LeafTree.rootOf(payeeLeaves(payees));
        Payee[] storage kept = payeesOf[keccak256(abi.encode(header))];
        for (uint256 i = kept.length; i < payees.length; ++i) {
            kept.push(payees[i]);
        }
    }

    function payeeLeaves(Payee[] memory payees) internal pure returns (bytes[] memory leaves) {
        leaves = new bytes[](payees.length);
        for (uint256 i = 0; i < payees.length; ++i) {
            leaves[i] = abi.encodePacked(payees[i].account, payees[i].credits, payees[i].tokens);
        }
    }

    function directLeaves(Payee[] memory parents, Payee[] memory payees) private pure returns (bytes[] memory leaves) {
        leaves = new bytes[](payees.length);
        for (uint256 i = 0; i < payees.length; ++i) {
            (address account, uint128 credits, uint128 tokens) =
                (payees[i].account, payees[i].credits, payees[i].tokens);
            if (i < parents.length) (credits, tokens) = (credits - parents[i].credits, tokens - parents[i].tokens);
            leaves[i] = abi.encodePacked(account, credits, tokens);
        }
    }

    function payoutProof(Payee[] memory payees, uint32 index) internal pure returns (ISettlement.PayoutProof memory) {
        Payee memory payee = payees[index];
        bytes memory path = LeafTree.pathOf(payeeLeaves(payees), 0, index);
        return ISettlement.PayoutProof(payee.account, payee.credits, payee.tokens, index, path);
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
    function evenLeaves(uint256 count, uint128 credits, uint128 tokens) internal pure returns (Payee[] memory leaves) {
        leaves = new Payee[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = Payee(address(uint160(0x1001 + i)), credits, tokens);
        }
    }
}
