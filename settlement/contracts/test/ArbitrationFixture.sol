// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Arbitration} from "../src/Arbitration.sol";
import {BondVault} from "../src/BondVault.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {IArbitration} from "../src/interfaces/IArbitration.sol";
import {IBeaconChain} from "../src/interfaces/IBeaconChain.sol";
import {INodeRegistry} from "../src/interfaces/INodeRegistry.sol";
import {ISlashVault} from "../src/interfaces/ISlashVault.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";

/// A poster's hash chain, whose epochs are committed by hand.
contract TestBeacon is IBeaconChain {
    uint64 public constant LENGTH = 64;
    uint64 public nextEpoch;

    function preimage(uint64 epoch) public pure returns (bytes32 value) {
        value = keccak256("seed of the chain");
        for (uint64 i = epoch + 1; i < LENGTH; ++i) {
            value = sha256(abi.encodePacked(value));
        }
    }

    function beaconTip() external pure returns (bytes32) {
        return sha256(abi.encodePacked(preimage(0)));
    }

    function commit() external {
        ++nextEpoch;
    }
}

/// A vault with one bonded node, its arbitration with a pool of arbiters, and whoever charges, keeps and insures.
abstract contract ArbitrationFixture is Test {
    uint256 internal constant POOL = 60;
    uint128 internal constant ARBITER_BOND = 1_000e6;
    uint128 internal constant SEAT_FEE = 2e6;
    uint128 internal constant DEPOSIT = 100e6;
    uint128 internal constant ABSENCE = 50e6;
    uint128 internal constant CANARY = 200e6;
    uint128 internal constant HIGH_VALUE = 500e6;
    uint128 internal constant NODE_BOND = 1_000e6;
    /// Of the node's bond: as much as makes a charge one of high value.
    uint32 internal constant HIGH_VALUE_PPM = 500_000;
    uint64 internal constant ACTIVATION = 1 days;
    uint64 internal constant STAGE = 12 hours;
    uint64 internal constant APPEAL = 1 days;
    uint64 internal constant VAULT_APPEAL = 5 days;
    uint64 internal constant UNBONDING = 14 days;

    address internal immutable operator = makeAddr("operator");
    address internal immutable challenger = makeAddr("challenger");
    address internal immutable insurance = makeAddr("insurance");
    address internal immutable keeper = makeAddr("keeper");
    address internal immutable stranger = makeAddr("stranger");

    WorkToken internal workToken;
    BondVault internal vault;
    TestBeacon internal beacon;
    Arbitration internal arbitration;
    bytes32 internal nodeId = keccak256("node");
    IArbitration.Charge internal charge;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        IWorkToken.Allocation[] memory genesis = new IWorkToken.Allocation[](3);
        genesis[0] = IWorkToken.Allocation(operator, NODE_BOND);
        genesis[1] = IWorkToken.Allocation(challenger, 100_000e6);
        genesis[2] = IWorkToken.Allocation(address(this), 1_000_000e6);
        workToken = new WorkToken(makeAddr("settlement"), 10_000_000e6, 1e6, genesis);
        beacon = new TestBeacon();
        deploy();
        vm.prank(challenger);
        workToken.approve(address(arbitration), type(uint256).max);
        for (uint256 i = 0; i < POOL; ++i) {
            seat(arbiterAt(i));
        }
        skip(ACTIVATION);
        charge = IArbitration.Charge(nodeId, "wrong-result", keccak256("evidence"), 300_000);
    }

    function deploy() private {
        address registry = makeAddr("registry");
        vm.mockCall(registry, abi.encodeCall(INodeRegistry.operatorOf, (nodeId)), abi.encode(operator));
        vault = new BondVault(
            BondVault.Settings({
                workToken: workToken,
                nodeRegistry: NodeRegistry(registry),
                arbiter: vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1),
                insurance: insurance,
                activationSeconds: 1 hours,
                unbondingSeconds: UNBONDING,
                appealSeconds: VAULT_APPEAL,
                challengerPpm: 500_000,
                insurancePpm: 300_000,
                burnPpm: 200_000
            })
        );
        arbitration = new Arbitration(settings());
        vm.startPrank(operator);
        workToken.approve(address(vault), NODE_BOND);
        vault.deposit(nodeId, NODE_BOND);
        vm.stopPrank();
    }

    function settings() internal view returns (Arbitration.Settings memory all) {
        all.workToken = IERC20(address(workToken));
        all.vault = ISlashVault(address(vault));
        all.beacon = beacon;
        all.insurance = insurance;
        all.canaryKeeper = keeper;
        all.arbiterBondGrains = ARBITER_BOND;
        all.seatFeeGrains = SEAT_FEE;
        all.depositGrains = DEPOSIT;
        all.absencePenaltyGrains = ABSENCE;
        all.canaryPenaltyGrains = CANARY;
        all.highValueGrains = HIGH_VALUE;
        all.sizes = [IArbitration.Size(7, 5), IArbitration.Size(11, 8), IArbitration.Size(21, 14)];
        all.activationSeconds = ACTIVATION;
        all.entropyDelayBlocks = 2;
        (all.drawSeconds, all.commitSeconds, all.revealSeconds) = (STAGE, STAGE, STAGE);
        all.appealSeconds = APPEAL;
        all.unbondingSeconds = UNBONDING;
    }

    // ---- arbiters

    function arbiterAt(uint256 i) internal pure returns (address) {
        return address(uint160(0xa7b17e7000 + i));
    }

    function seat(address account) internal returns (uint32) {
        workToken.transfer(account, ARBITER_BOND);
        vm.startPrank(account);
        workToken.approve(address(arbitration), type(uint256).max);
        uint32 arbiterId = arbitration.join();
        vm.stopPrank();
        return arbiterId;
    }

    // ---- cases

    function openCase() internal returns (uint64) {
        vm.prank(challenger);
        return arbitration.openCase(charge);
    }

    /// The block comes, the epoch is committed, its preimage revealed.
    function revealBeacon() internal {
        vm.roll(block.number + 3);
        uint64 epoch = beacon.nextEpoch();
        beacon.commit();
        arbitration.advanceBeacon(epoch, beacon.preimage(epoch));
    }

    function drawn() internal returns (uint64 caseId) {
        caseId = openCase();
        revealBeacon();
        arbitration.draw(caseId);
    }

    function accountOn(uint64 caseId, uint8 instance, uint8 seat_) internal view returns (address) {
        return arbitration.arbiterOf(arbitration.panelOf(caseId, instance).arbiterIds[seat_]).account;
    }

    /// `guilty` seats say so, the next `notGuilty` the contrary, the rest commits to nothing.
    function vote(uint64 caseId, uint8 guilty, uint8 notGuilty) internal {
        uint8 instance = arbitration.caseOf(caseId).instance;
        for (uint8 s = 0; s < guilty + notGuilty; ++s) {
            address account = accountOn(caseId, instance, s);
            IArbitration.Verdict verdict = s < guilty ? IArbitration.Verdict.Guilty : IArbitration.Verdict.NotGuilty;
            bytes32 commitment = arbitration.commitmentOf(caseId, instance, account, verdict, bytes32(uint256(s)));
            vm.prank(account);
            arbitration.commitVerdict(caseId, s, commitment);
        }
        skip(STAGE);
        for (uint8 s = 0; s < guilty + notGuilty; ++s) {
            IArbitration.Verdict verdict = s < guilty ? IArbitration.Verdict.Guilty : IArbitration.Verdict.NotGuilty;
            vm.prank(accountOn(caseId, instance, s));
            arbitration.revealVerdict(caseId, s, verdict, bytes32(uint256(s)));
        }
    }

    function decided(uint8 guilty, uint8 notGuilty) internal returns (uint64 caseId) {
        caseId = drawn();
        vote(caseId, guilty, notGuilty);
        skip(STAGE);
        arbitration.tally(caseId);
    }

    function appealed(uint8 guilty, uint8 notGuilty) internal returns (uint64 caseId) {
        caseId = decided(guilty, notGuilty);
        vm.prank(challenger);
        arbitration.appeal(caseId);
        revealBeacon();
        arbitration.draw(caseId);
    }
}
