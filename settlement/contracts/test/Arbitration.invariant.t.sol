// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Arbitration} from "../src/Arbitration.sol";
import {BondVault} from "../src/BondVault.sol";
import {IArbitration} from "../src/interfaces/IArbitration.sol";
import {IBondVault} from "../src/interfaces/IBondVault.sol";
import {ArbitrationFixture, TestBeacon} from "./ArbitrationFixture.sol";

/// A case at a time, voted on however the fuzzer likes, appealed or not, exposed as a canary or not; arbiters that come
/// back, are evicted and collect.
contract ArbitrationHandler is ArbitrationFixture {
    uint64 private current;
    uint256 public ghostIn;
    uint256 public ghostOut;

    constructor(Arbitration arbitration_, BondVault vault_, TestBeacon beacon_, IArbitration.Charge memory charge_) {
        (arbitration, vault, beacon, charge) = (arbitration_, vault_, beacon_, charge_);
        ghostIn = POOL * ARBITER_BOND;
    }

    function setUp() public override {}

    function openNext(uint256 salt, bool high, bool canary) external {
        IArbitration.Status status = arbitration.caseOf(current).status;
        if (status != IArbitration.Status.None && status != IArbitration.Status.Closed) return;
        if (arbitration.poolSizeAt(uint64(block.timestamp) - ACTIVATION) < 32) return;
        if (vault.slashableOf(nodeId) == 0) return;
        charge.evidenceHash = keccak256(abi.encode(salt, block.timestamp));
        charge.slashPpm = high ? HIGH_VALUE_PPM : 10_000;
        if (canary) {
            bytes32 commitment = arbitration.canaryCommitmentOf(charge, IArbitration.Verdict.NotGuilty, "canary");
            vm.prank(keeper);
            arbitration.plantCanary(commitment);
            skip(1);
        }
        current = openCase();
        ghostIn += DEPOSIT + SEAT_FEE * (arbitration.caseOf(current).level == 1 ? 11 : 7);
    }

    function drawOrLapse(bool lapses) external {
        if (arbitration.caseOf(current).status != IArbitration.Status.Drawing) return;
        uint64 openedAt = arbitration.panelOf(current, arbitration.caseOf(current).instance).openedAt;
        if (lapses || block.timestamp >= openedAt + STAGE) {
            skip(STAGE);
            arbitration.lapse(current);
        } else if (beacon.nextEpoch() < 60) {
            revealBeacon();
            arbitration.draw(current);
        }
    }

    function voteAndTally(uint8 guilty, uint8 notGuilty) external {
        if (arbitration.caseOf(current).status != IArbitration.Status.Voting) return;
        uint256 seats = arbitration.panelOf(current, arbitration.caseOf(current).instance).arbiterIds.length;
        guilty = uint8(bound(guilty, 0, seats));
        notGuilty = uint8(bound(notGuilty, 0, seats - guilty));
        vote(current, guilty, notGuilty);
        skip(STAGE);
        arbitration.tally(current);
    }

    function afterVerdict(uint8 what) external {
        IArbitration.Case memory decided_ = arbitration.caseOf(current);
        if (decided_.status != IArbitration.Status.Decided) return;
        bytes32 planted = arbitration.canaryCommitmentOf(decided_.charge, IArbitration.Verdict.NotGuilty, "canary");
        if (what % 3 == 0 && arbitration.canaryPlantedAt(planted) != 0) {
            arbitration.exposeCanary(current, IArbitration.Verdict.NotGuilty, "canary");
        } else if (what % 3 == 1) {
            vm.prank(challenger);
            arbitration.appeal(current);
            ghostIn += DEPOSIT + SEAT_FEE * (decided_.level == 0 ? 11 : 21);
        } else {
            skip(APPEAL);
            arbitration.close(current);
        }
    }

    function collect(uint8 instance, uint8 seat_) external {
        try arbitration.collectFee(current, instance % 2, seat_ % 21) {
            vm.prank(accountOn(current, instance % 2, seat_ % 21));
            ghostOut += arbitration.withdraw();
        } catch {}
    }

    function evictOrLeave(uint256 which, bool leaves) external {
        uint32 arbiterId = uint32(which % POOL) + 1;
        IArbitration.Arbiter memory arbiter = arbitration.arbiterOf(arbiterId);
        if (!arbiter.seated) {
            // Not while a case runs: somebody is there to act in time.
            bool pending = uint8(arbitration.caseOf(current).status) % uint8(IArbitration.Status.Closed) != 0;
            if (!leaves || arbiter.bondGrains == 0 || pending) return;
            skip(UNBONDING);
            vm.prank(arbiter.account);
            ghostOut += arbitration.withdrawBond();
        } else if (arbiter.bondGrains < ARBITER_BOND) {
            arbitration.evict(arbiterId);
        } else if (leaves) {
            vm.prank(arbiter.account);
            arbitration.leave();
        }
    }
}

contract ArbitrationInvariantTest is ArbitrationFixture {
    ArbitrationHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new ArbitrationHandler(arbitration, vault, beacon, charge);
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = ArbitrationHandler.openNext.selector;
        selectors[1] = ArbitrationHandler.drawOrLapse.selector;
        selectors[2] = ArbitrationHandler.voteAndTally.selector;
        selectors[3] = ArbitrationHandler.afterVerdict.selector;
        selectors[4] = ArbitrationHandler.collect.selector;
        selectors[5] = ArbitrationHandler.evictOrLeave.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// Arbitration 1: bonds + what waits to be withdrawn + what cases hold = balance = paid in - paid out.
    /// forge-config: default.invariant.runs = 8
    /// forge-config: deep.invariant.runs = 64
    function invariant_everyGrainIsSomewhere() public view {
        uint256 balance = workToken.balanceOf(address(arbitration));
        assertEq(
            uint256(arbitration.bondedGrains()) + arbitration.creditedGrains() + arbitration.escrowGrains(), balance
        );
        assertEq(balance, handler.ghostIn() - handler.ghostOut());
    }

    /// Arbitration 2: no arbiter has more bond than is asked for, and all bonds make the sum.
    /// forge-config: default.invariant.runs = 8
    /// forge-config: deep.invariant.runs = 64
    function invariant_bondsMakeTheirSum() public view {
        uint256 sum = 0;
        for (uint32 arbiterId = 1; arbiterId <= POOL; ++arbiterId) {
            uint128 bondGrains = arbitration.arbiterOf(arbiterId).bondGrains;
            assertLe(bondGrains, ARBITER_BOND);
            sum += bondGrains;
        }
        assertEq(sum, arbitration.bondedGrains());
    }

    /// Arbitration 3: what the vault holds is held by a guilty verdict; a case that ends otherwise, in time, gives it back.
    /// forge-config: default.invariant.runs = 8
    /// forge-config: deep.invariant.runs = 64
    function invariant_onlyGuiltyVerdictsHold() public view {
        for (uint64 caseId = 1; caseId <= arbitration.caseCount(); ++caseId) {
            IArbitration.Case memory all = arbitration.caseOf(caseId);
            bytes32 evidence = all.charge.evidenceHash;
            uint64 slashId = vault.slashIdOf(all.charge.nodeId, all.charge.offence, evidence);
            if (slashId == 0 || vault.slashOf(slashId).status == IBondVault.SlashStatus.Reversed) continue;
            assertEq(uint8(all.verdict), uint8(IArbitration.Verdict.Guilty));
            assertFalse(all.canary);
        }
    }
}
