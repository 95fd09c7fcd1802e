// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {BondingCurve} from "../src/BondingCurve.sol";
import {IBondingCurve} from "../src/interfaces/IBondingCurve.sol";
import {PowerMath} from "../src/libraries/PowerMath.sol";
import {CurveFixture} from "./CurveFixture.sol";
import {CurveMathDoor} from "./CurveMathDoor.sol";
import {TestAsset} from "./TestAsset.sol";

contract BondingCurveTest is CurveFixture {
    function test_buysOfABatchGetOnePrice() public {
        uint64 batch = buyAs(alice, 30 * ONE);
        vm.snapshotGasLastCall("BondingCurve", "buy, the first of a batch");
        buyAs(bob, 60 * ONE);
        nextBatch();
        vm.expectEmit();
        // 4.5 tax; 1,000 (sqrt(1 + 85.5 / 500) - 1)
        emit IBondingCurve.Executed(
            batch, IBondingCurve.Side.Buy, 90e6, 82_127_534, 4_500_000, 1_082_127_534, 585_500_000
        );
        curve.execute();
        vm.snapshotGasLastCall("BondingCurve", "execute");
        assertEq(curve.claim(batch, alice), uint256(82_127_534) / 3);
        assertEq(curve.claim(batch, bob), uint256(82_127_534) * 2 / 3);
        assertEq(curve.payTax(), 4_500_000);
    }

    function test_sellsOfABatchGetOnePrice() public {
        uint64 batch = sellAs(alice, 50 * ONE);
        sellAs(bob, 50 * ONE);
        nextBatch();
        // 500 (1 - 0.9^2) = 95, rounded down once by the curve and once by each claim.
        assertEq(curve.claim(batch, bob), 47_499_999);
        vm.snapshotGasLastCall("BondingCurve", "claim, which executes");
        assertEq(curve.claim(batch, alice), 47_499_999);
        assertEq(curve.pool().reserveUnits, 405e6 + 1);
        assertEq(curve.pool().inventoryGrains, 10_100e6);
    }

    function test_paysSomebodyElseWhereTheAssetBlocksThePayee() public {
        uint64 batch = sellAs(alice, 50 * ONE);
        sellAs(bob, 50 * ONE);
        nextBatch();
        asset.block_(alice, true);
        vm.expectRevert(abi.encodeWithSelector(TestAsset.Blocked.selector, alice));
        curve.claim(batch, alice);
        curve.claim(batch, bob);
        vm.prank(alice);
        assertEq(curve.claimTo(batch, treasury), 47_499_999);
    }

    function test_buysForWhatArrivesOfAnAssetWithAFee() public {
        asset.setFeePpm(100_000);
        uint64 batch = buyAs(alice, 30 * ONE);
        assertEq(curve.orderOf(batch, alice), 27 * ONE);
    }

    /// Whatever is bought alone and sold again, at once or in parts, gains nothing.
    function testFuzz_buyThenSellNeverProfits(uint256 units, uint32 ratioPpm, uint32 taxPpm, uint256 parts) public {
        openAnew(bound(ratioPpm, 20_000, 1_000_000), bound(taxPpm, 490, 100_000), 1_000);
        units = bound(units, 1, 500_000);
        uint64 batch = buyAs(alice, units);
        nextBatch();
        uint256 left = curve.claim(batch, alice);
        uint256 back = 0;
        for (parts = bound(parts, 1, 3); parts > 0 && left > 0; --parts) {
            uint256 grains = left / parts;
            if (grains == 0) continue;
            left -= grains;
            batch = sellAs(alice, grains);
            nextBatch();
            back += curve.claim(batch, alice);
        }
        assertLe(back, units);
        assertGe(asset.balanceOf(address(curve)), curve.pool().reserveUnits);
    }

    /// Nor beside others: whoever rides along in a batch and sells at its end pays the tax for it.
    function testFuzz_ridingAlongNeverProfits(uint256 units, uint256 others, uint32 ratioPpm, uint32 sharePpm) public {
        ratioPpm = uint32(bound(ratioPpm, 20_000, 1_000_000));
        sharePpm = uint32(bound(sharePpm, 1, 500_000));
        openAnew(ratioPpm, (uint256(sharePpm) * (1_000_000 - ratioPpm) + 1_999_999) / 2_000_000, sharePpm);
        uint256 most = curve.mostIn(IBondingCurve.Side.Buy);
        vm.assume(most > 1);
        units = bound(units, 1, most - 1);
        others = bound(others, 1, most - units);
        uint64 batch = buyAs(alice, units);
        buyAs(bob, others);
        nextBatch();
        uint256 bought = curve.claim(batch, alice);
        uint256 room = curve.mostIn(IBondingCurve.Side.Sell);
        if (bought > room) bought = room;
        if (bought == 0) return;
        batch = sellAs(alice, bought);
        nextBatch();
        assertLe(curve.claim(batch, alice), units);
    }

    function openAnew(uint256 ratioPpm, uint256 taxPpm, uint256 sharePpm) private {
        BondingCurve.Settings memory all = settings();
        (all.ratioPpm, all.taxPpm, all.batchSharePpm) = (uint32(ratioPpm), uint32(taxPpm), uint32(sharePpm));
        deploy(all);
        vm.startPrank(treasury);
        curve.open();
        curve.stock(50_000 * ONE);
        vm.stopPrank();
    }

    function test_RevertWhen_TaxBelowStep() public {
        BondingCurve.Settings memory all = settings();
        all.taxPpm = 49_999;
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.TaxBelowStep.selector, 49_999, 50_000));
        new BondingCurve(all);
    }

    function test_RevertWhen_WrongSide() public {
        uint64 batch = toSide(IBondingCurve.Side.Buy);
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.WrongSide.selector, batch, IBondingCurve.Side.Buy));
        curve.sell(batch, 1);
    }

    function test_RevertWhen_WrongBatch() public {
        uint64 batch = toSide(IBondingCurve.Side.Buy);
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.WrongBatch.selector, batch + 2, batch));
        curve.buy(batch + 2, 1);
    }

    function test_RevertWhen_BatchFull() public {
        buyAs(alice, 100 * ONE);
        uint64 batch = curve.currentBatch();
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.BatchFull.selector, 100 * ONE + 1, 100 * ONE));
        vm.prank(bob);
        curve.buy(batch, 1);
    }

    function test_RevertWhen_InventoryShort() public {
        deploy(settings());
        vm.startPrank(treasury);
        curve.open();
        curve.stock(1 * ONE);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.InventoryShort.selector, 1_898_198, 1e6));
        vm.prank(alice);
        curve.buy(0, 2 * ONE);
    }

    function test_RevertWhen_ZeroAmount() public {
        vm.expectRevert(IBondingCurve.ZeroAmount.selector);
        vm.prank(alice);
        curve.buy(0, 0);
        vm.expectRevert(IBondingCurve.ZeroAmount.selector);
        curve.stock(0);
        vm.expectRevert(IBondingCurve.ZeroAmount.selector);
        curve.payTax();
    }

    function test_RevertWhen_ReentrancyGuardReentrantCall() public {
        uint64 batch = sellAs(alice, 10 * ONE);
        nextBatch();
        asset.setHook(address(curve), abi.encodeCall(curve.claim, (batch, alice)));
        vm.expectRevert(ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
        curve.claim(batch, alice);
    }

    function test_RevertWhen_NotExecuted() public {
        uint64 batch = buyAs(alice, ONE);
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.NotExecuted.selector, batch));
        curve.claim(batch, alice);
    }

    function test_RevertWhen_NothingToClaim() public {
        uint64 batch = buyAs(alice, ONE);
        nextBatch();
        curve.claim(batch, alice);
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.NothingToClaim.selector, batch, alice));
        curve.claim(batch, alice);
    }

    function test_RevertWhen_NotOpen() public {
        deploy(settings());
        vm.expectRevert(IBondingCurve.NotOpen.selector);
        curve.buy(0, 1);
    }

    function test_RevertWhen_AlreadyOpen() public {
        vm.expectRevert(IBondingCurve.AlreadyOpen.selector);
        curve.open();
    }

    function test_RevertWhen_OpenedShort() public {
        deploy(settings());
        asset.setFeePpm(10_000);
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.OpenedShort.selector, 495 * ONE, 500 * ONE));
        vm.prank(treasury);
        curve.open();
    }

    function test_RevertWhen_ZeroAddress() public {
        BondingCurve.Settings memory all = settings();
        all.asset = IERC20(address(0));
        vm.expectRevert(IBondingCurve.ZeroAddress.selector);
        new BondingCurve(all);
        vm.expectRevert(IBondingCurve.ZeroAddress.selector);
        curve.claimTo(0, address(0));
    }

    function test_RevertWhen_ZeroDuration() public {
        BondingCurve.Settings memory all = settings();
        all.batchSeconds = 0;
        vm.expectRevert(IBondingCurve.ZeroDuration.selector);
        new BondingCurve(all);
    }

    function test_RevertWhen_RatioOutOfRange() public {
        BondingCurve.Settings memory all = settings();
        all.ratioPpm = 19_999;
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.RatioOutOfRange.selector, 19_999, 20_000, 1_000_000));
        new BondingCurve(all);
    }

    function test_RevertWhen_TaxOutOfRange() public {
        BondingCurve.Settings memory all = settings();
        all.taxPpm = 1_000_000;
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.TaxOutOfRange.selector, 1_000_000));
        new BondingCurve(all);
    }

    function test_RevertWhen_BatchShareOutOfRange() public {
        BondingCurve.Settings memory all = settings();
        all.batchSharePpm = 500_001;
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.BatchShareOutOfRange.selector, 500_001, 500_000));
        new BondingCurve(all);
    }

    function test_RevertWhen_SupplyOutOfRange() public {
        BondingCurve.Settings memory all = settings();
        all.supplyGrains = 0;
        vm.expectRevert(abi.encodeWithSelector(IBondingCurve.SupplyOutOfRange.selector, 0, 500 * ONE));
        new BondingCurve(all);
    }

    function test_RevertWhen_PowerOutOfRange() public {
        CurveMathDoor door = new CurveMathDoor();
        vm.expectRevert(abi.encodeWithSelector(PowerMath.PowerOutOfRange.selector, 1, 2));
        door.powerDown(1, 2, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(PowerMath.PowerOutOfRange.selector, 1, 0));
        door.powerDown(1, 0, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(PowerMath.PowerOutOfRange.selector, 4, 1));
        door.powerDown(4, 1, 32, 1);
    }
}
