// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {BondVault} from "../src/BondVault.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {IBondVault} from "../src/interfaces/IBondVault.sol";
import {Fixture} from "./Fixture.sol";

/// Does anything that operators, the arbiter and time can do, and keeps its own books of it.
contract BondVaultHandler is Test {
    BondVault private vault;
    WorkToken private workToken;
    address private operator;
    address private arbiter;
    bytes32[] private nodes;
    uint64[] private open;

    uint256 public ghostDeposited;
    uint256 public ghostWithdrawn;
    uint256 public ghostHeld;
    uint256 public ghostSlashed;

    constructor(BondVault vault_, WorkToken workToken_, address operator_, address arbiter_, bytes32[] memory nodes_) {
        vault = vault_;
        workToken = workToken_;
        operator = operator_;
        arbiter = arbiter_;
        nodes = nodes_;
    }

    function deposit(uint256 which, uint128 grains) external {
        bytes32 nodeId = nodes[which % nodes.length];
        grains = uint128(bound(grains, 1, 100e6));
        if (vault.positionOf(nodeId).activating.length >= vault.LOTS_MAX()) return;
        vm.startPrank(operator);
        workToken.approve(address(vault), grains);
        vault.deposit(nodeId, grains);
        vm.stopPrank();
        ghostDeposited += grains;
    }

    function requestUnbond(uint256 which, uint128 grains) external {
        bytes32 nodeId = nodes[which % nodes.length];
        uint128 active = vault.bondOf(nodeId);
        if (active == 0 || vault.positionOf(nodeId).unbonding.length >= vault.LOTS_MAX()) return;
        vm.prank(operator);
        vault.requestUnbond(nodeId, uint128(bound(grains, 1, active)));
    }

    function withdraw(uint256 which) external {
        vm.prank(operator);
        try vault.withdraw(nodes[which % nodes.length]) returns (uint128 grains) {
            ghostWithdrawn += grains;
        } catch {}
    }

    function proposeSlash(uint256 which, uint128 grains, bytes32 evidenceHash) external {
        bytes32 nodeId = nodes[which % nodes.length];
        uint128 slashable = vault.slashableOf(nodeId);
        if (slashable == 0 || vault.slashIdOf(nodeId, "wrong-result", evidenceHash) != 0) return;
        grains = uint128(bound(grains, 1, 200e6));
        vm.prank(arbiter);
        uint64 slashId = vault.proposeSlash(nodeId, grains, "wrong-result", evidenceHash, address(this));
        uint128 held = vault.slashOf(slashId).grains;
        assertEq(held, grains < slashable ? grains : slashable, "a slash takes what it says, or all there is");
        ghostHeld += held;
        open.push(slashId);
    }

    function reverseSlash(uint256 which) external {
        uint64 slashId = takeOpen(which, false);
        if (slashId == 0) return;
        IBondVault.Slash memory slash = vault.slashOf(slashId);
        uint128 before = vault.slashableOf(slash.nodeId);
        vm.prank(arbiter);
        vault.reverseSlash(slashId);
        ghostHeld -= slash.grains;
        assertEq(vault.slashableOf(slash.nodeId), before + slash.grains, "a reversal restores exactly");
    }

    function finaliseSlash(uint256 which) external {
        uint64 slashId = takeOpen(which, true);
        if (slashId == 0) return;
        uint128 grains = vault.slashOf(slashId).grains;
        vault.finaliseSlash(slashId);
        ghostHeld -= grains;
        ghostSlashed += grains;
    }

    function wait(uint256 duration) external {
        vm.warp(block.timestamp + bound(duration, 1, 10 days));
    }

    /// An open slash whose appeal is over, or is not; 0 where the one looked at is otherwise.
    function takeOpen(uint256 which, bool appealOver) private returns (uint64 slashId) {
        if (open.length == 0) return 0;
        which %= open.length;
        slashId = open[which];
        if ((block.timestamp >= vault.slashOf(slashId).finalisableAt) != appealOver) return 0;
        open[which] = open[open.length - 1];
        open.pop();
    }
}

contract BondVaultInvariantTest is Fixture {
    BondVaultHandler private handler;
    bytes32[] private nodes;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 3; ++i) {
            nodes.push(registerNode(deviceKey + i, operator));
        }
        handler = new BondVaultHandler(vault, workToken, operator, arbiter, nodes);
        targetContract(address(handler));
    }

    /// Bonds 1: active + activating + unbonding + held + slashed + withdrawn = deposited.
    function invariant_everyGrainIsSomewhere() public view {
        IBondVault.Totals memory totals = vault.totals();
        uint256 inside = 0;
        for (uint256 i = 0; i < nodes.length; ++i) {
            inside += vault.slashableOf(nodes[i]);
        }
        assertEq(inside + totals.heldGrains + totals.slashedGrains + totals.withdrawnGrains, totals.depositedGrains);
    }

    /// Bonds 2: the vault holds exactly what it owes.
    function invariant_balanceIsWhatIsOwed() public view {
        IBondVault.Totals memory totals = vault.totals();
        assertEq(
            workToken.balanceOf(address(vault)), totals.depositedGrains - totals.withdrawnGrains - totals.slashedGrains
        );
    }

    /// Bonds 3: the vault's books are the ones that an observer keeps.
    function invariant_totalsAreTheGhosts() public view {
        IBondVault.Totals memory totals = vault.totals();
        assertEq(totals.depositedGrains, handler.ghostDeposited());
        assertEq(totals.withdrawnGrains, handler.ghostWithdrawn());
        assertEq(totals.heldGrains, handler.ghostHeld());
        assertEq(totals.slashedGrains, handler.ghostSlashed());
    }

    /// Bonds 4: what counts as bond can be slashed.
    function invariant_bondIsSlashable() public view {
        for (uint256 i = 0; i < nodes.length; ++i) {
            assertLe(vault.bondOf(nodes[i]), vault.slashableOf(nodes[i]));
        }
    }
}
