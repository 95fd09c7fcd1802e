// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {BondingCurve} from "../src/BondingCurve.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {IBondingCurve} from "../src/interfaces/IBondingCurve.sol";
import {CurveFixture} from "./CurveFixture.sol";
import {TestAsset} from "./TestAsset.sol";

/// Traders, the treasury, a giver and time, with books of its own.
contract CurveHandler is Test {
    BondingCurve private curve;
    WorkToken private workToken;
    TestAsset private asset;
    address[] private accounts;

    uint256 public ghostUnitsIn;
    uint256 public ghostUnitsOut;
    uint256 public ghostTokensIn;
    uint256 public ghostTokensOut;
    uint64 public lastBatch;

    constructor(BondingCurve curve_, WorkToken workToken_, TestAsset asset_, address[] memory accounts_) {
        curve = curve_;
        workToken = workToken_;
        asset = asset_;
        accounts = accounts_;
    }

    function trade(uint256 which, uint256 amount) external {
        uint64 batch = curve.currentBatch();
        IBondingCurve.Side side = curve.sideOf(batch);
        curve.execute();
        uint256 room = curve.mostIn(side) - curve.batchOf(batch).paidIn;
        address account = accounts[which % accounts.length];
        bool buys = side == IBondingCurve.Side.Buy;
        uint256 has = buys ? asset.balanceOf(account) : workToken.balanceOf(account);
        amount = bound(amount, 0, room < has ? room : has);
        if (amount == 0) return;
        vm.prank(account);
        if (buys) {
            try curve.buy(batch, amount) {
                ghostUnitsIn += amount;
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IBondingCurve.InventoryShort.selector);
            }
        } else {
            curve.sell(batch, amount);
            ghostTokensIn += amount;
        }
        lastBatch = batch;
    }

    function claim(uint256 which, uint256 back) external {
        address account = accounts[which % accounts.length];
        uint64 batch = lastBatch - uint64(bound(back, 0, lastBatch < 8 ? lastBatch : 8));
        if (curve.orderOf(batch, account) == 0 || batch == curve.currentBatch()) return;
        uint256 received = curve.claim(batch, account);
        if (curve.sideOf(batch) == IBondingCurve.Side.Buy) ghostTokensOut += received;
        else ghostUnitsOut += received;
    }

    function payTax() external {
        curve.execute();
        if (curve.pool().taxUnits > 0) ghostUnitsOut += curve.payTax();
    }

    function wait(uint256 duration) external {
        vm.warp(block.timestamp + bound(duration, 1, 3 minutes));
    }
}

contract BondingCurveInvariantTest is CurveFixture {
    CurveHandler private handler;

    function setUp() public override {
        super.setUp();
        address[] memory accounts = new address[](2);
        (accounts[0], accounts[1]) = (alice, bob);
        handler = new CurveHandler(curve, workToken, asset, accounts);
        targetContract(address(handler));
    }

    /// Curve 1: what is held covers the curve's claim, the tax, and every order and every result that waits.
    function invariant_reserveCoversTheCurve() public view {
        IBondingCurve.Pool memory pool = curve.pool();
        (uint256 units, uint256 grains) = (pool.reserveUnits + pool.taxUnits, pool.inventoryGrains);
        for (uint64 batch = 0; batch <= handler.lastBatch(); ++batch) {
            (uint256 alicesPart, uint256 bobsPart) = (waiting(batch, alice), waiting(batch, bob));
            bool inAsset = (curve.sideOf(batch) == IBondingCurve.Side.Buy) != curve.batchOf(batch).executed;
            if (inAsset) units += alicesPart + bobsPart;
            else grains += alicesPart + bobsPart;
        }
        assertGe(asset.balanceOf(address(curve)), units);
        assertGe(workToken.balanceOf(address(curve)), grains);
    }

    /// Curve 2: balances are the ones that an observer keeps; nothing is minted.
    function invariant_balancesAreTheGhosts() public view {
        assertEq(asset.balanceOf(address(curve)), 500e6 + handler.ghostUnitsIn() - handler.ghostUnitsOut());
        assertEq(workToken.balanceOf(address(curve)), 10_000e6 + handler.ghostTokensIn() - handler.ghostTokensOut());
        assertEq(workToken.totalSupply(), 102_000e6);
    }

    /// Curve 3: tokens outside the inventory and the curve's supply move together.
    function invariant_supplyAndInventoryMoveTogether() public view {
        IBondingCurve.Pool memory pool = curve.pool();
        assertEq(pool.supplyGrains + pool.inventoryGrains, 1_000e6 + 10_000e6);
    }

    function waiting(uint64 batch, address account) private view returns (uint256) {
        IBondingCurve.Batch memory all = curve.batchOf(batch);
        uint256 paid = curve.orderOf(batch, account);
        return all.executed ? paid * all.paidOut / all.paidIn : paid;
    }
}
