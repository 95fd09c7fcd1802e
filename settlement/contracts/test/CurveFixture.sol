// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {BondingCurve} from "../src/BondingCurve.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {IBondingCurve} from "../src/interfaces/IBondingCurve.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";
import {TestAsset} from "./TestAsset.sol";

/// A curve of half reserve over 1,000 tokens and 500 of the asset, opened and stocked, and people with both.
abstract contract CurveFixture is Test {
    uint64 internal constant BATCH = 1 minutes;
    uint256 internal constant ONE = 1e6;

    address internal immutable alice = makeAddr("alice");
    address internal immutable bob = makeAddr("bob");
    address internal immutable treasury = makeAddr("treasury");

    BondingCurve internal curve;
    TestAsset internal asset;
    WorkToken internal workToken;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        asset = new TestAsset(6);
        IWorkToken.Allocation[] memory genesis = new IWorkToken.Allocation[](3);
        genesis[0] = IWorkToken.Allocation(treasury, 100_000e6);
        genesis[1] = IWorkToken.Allocation(alice, 1_000e6);
        genesis[2] = IWorkToken.Allocation(bob, 1_000e6);
        workToken = new WorkToken(makeAddr("settlement"), 10_000_000e6, 1e6, genesis);
        deploy(settings());
        vm.startPrank(treasury);
        curve.open();
        curve.stock(10_000 * ONE);
        vm.stopPrank();
    }

    function deploy(BondingCurve.Settings memory all) internal {
        curve = new BondingCurve(all);
        address[3] memory people = [alice, bob, treasury];
        for (uint256 i = 0; i < people.length; ++i) {
            asset.mint(people[i], 1_000_000 * ONE);
            vm.startPrank(people[i]);
            asset.approve(address(curve), type(uint256).max);
            workToken.approve(address(curve), type(uint256).max);
            vm.stopPrank();
        }
    }

    function settings() internal view returns (BondingCurve.Settings memory) {
        return BondingCurve.Settings({
            workToken: IERC20(address(workToken)),
            asset: IERC20(address(asset)),
            treasury: treasury,
            batchSeconds: BATCH,
            ratioPpm: 500_000,
            taxPpm: 50_000,
            batchSharePpm: 200_000,
            supplyGrains: uint128(1_000 * ONE),
            reserveUnits: uint128(500 * ONE)
        });
    }

    function buyAs(address account, uint256 units) internal returns (uint64 batch) {
        batch = toSide(IBondingCurve.Side.Buy);
        vm.prank(account);
        curve.buy(batch, units);
    }

    function sellAs(address account, uint256 grains) internal returns (uint64 batch) {
        batch = toSide(IBondingCurve.Side.Sell);
        vm.prank(account);
        curve.sell(batch, grains);
    }

    /// This batch, or the next where this one is for the other side.
    function toSide(IBondingCurve.Side side) internal returns (uint64 batch) {
        if (curve.sideOf(curve.currentBatch()) != side) nextBatch();
        return curve.currentBatch();
    }

    function nextBatch() internal {
        vm.warp(block.timestamp + BATCH);
    }
}
