// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Credit} from "../src/Credit.sol";
import {Reserve} from "../src/Reserve.sol";
import {IReserve} from "../src/interfaces/IReserve.sol";
import {ReserveFixture} from "./ReserveFixture.sol";
import {TestAsset} from "./TestAsset.sol";

/// Everything that holders, givers, the asset's issuer and time can do, with books of its own.
contract ReserveHandler is Test {
    Reserve private reserve;
    Credit private credit;
    TestAsset private asset;
    address[] public accounts;

    uint256 public ghostPaidIn;
    uint256 public ghostGiven;
    uint256 public ghostSeized;
    uint256 public ghostPaidOut;
    uint256 public ghostIssued;
    uint64 public lastEra;

    constructor(Reserve reserve_, Credit credit_, TestAsset asset_, address[] memory accounts_) {
        reserve = reserve_;
        credit = credit_;
        asset = asset_;
        accounts = accounts_;
    }

    function issue(uint256 which, uint256 units) external {
        units = bound(units, 1e12 * 2, 1_000e18);
        address account = accounts[which % accounts.length];
        vm.prank(account);
        try reserve.issue(account, units, 0) returns (uint256 grains) {
            ghostPaidIn += units;
            ghostIssued += grains;
        } catch (bytes memory reason) {
            assertTrue(isThrottle(bytes4(reason)), "issuing is refused for its reasons only");
        }
    }

    function request(uint256 which, uint128 grains) external {
        address account = accounts[which % accounts.length];
        uint256 balance = credit.balanceOf(account);
        if (balance == 0) return;
        grains = uint128(bound(grains, 1, balance));
        vm.prank(account);
        // Open in every state: a revert fails the run.
        lastEra = reserve.requestRedemption(grains);
    }

    function claim(uint256 which, uint256 era) external {
        address account = accounts[which % accounts.length];
        era = bound(era, 0, lastEra);
        if (reserve.requestedOf(uint64(era), account) == 0 || reserve.currentEra() <= era) return;
        ghostPaidOut += reserve.claimRedemption(uint64(era), account);
    }

    function give(uint256 units) external {
        units = bound(units, 1, 10e18);
        asset.mint(address(reserve), units);
        ghostGiven += units;
    }

    function seize(uint256 ppm) external {
        uint256 units = asset.balanceOf(address(reserve)) * bound(ppm, 0, 100_000) / 1_000_000;
        asset.seize(address(reserve), units);
        ghostSeized += units;
    }

    function wait(uint256 duration) external {
        vm.warp(block.timestamp + bound(duration, 1, 1 days));
    }

    function isThrottle(bytes4 selector) private pure returns (bool) {
        return selector == IReserve.IssueHalted.selector || selector == IReserve.IssueTooEarly.selector
            || selector == IReserve.IssueTooLarge.selector || selector == IReserve.AttestationStale.selector;
    }
}

contract ReserveInvariantTest is ReserveFixture {
    ReserveHandler private handler;

    function setUp() public override {
        super.setUp();
        address[] memory accounts = new address[](3);
        (accounts[0], accounts[1], accounts[2]) = (alice, bob, carol);
        handler = new ReserveHandler(reserve, credit, asset, accounts);
        issueTo(alice, 1_000 * one);
        donate(50 * one);
        targetContract(address(handler));
    }

    /// Reserve 1: the asset is where the books of an observer say.
    function invariant_unitsAreTheGhosts() public view {
        uint256 start = 1_050e18;
        assertEq(
            asset.balanceOf(address(reserve)),
            start + handler.ghostPaidIn() + handler.ghostGiven() - handler.ghostSeized() - handler.ghostPaidOut()
        );
    }

    /// Reserve 2: credits there are = issued - redeemed at a price.
    function invariant_creditsAreIssuedLessRedeemed() public view {
        uint256 redeemed = 0;
        for (uint64 era = 0; era <= handler.lastEra(); ++era) {
            IReserve.Batch memory batch = reserve.batchOf(era);
            if (batch.outstandingGrains != 0) redeemed += batch.requestedGrains;
        }
        assertEq(credit.totalSupply(), 999e6 + handler.ghostIssued() - redeemed);
    }

    /// Reserve 3: no batch pays more than there was, nor more than one for one; what is owed is what is not claimed.
    function invariant_batchesPayAtMostOneForOneAndWhatThereWas() public view {
        uint256 owed = 0;
        for (uint64 era = 0; era <= handler.lastEra(); ++era) {
            IReserve.Batch memory batch = reserve.batchOf(era);
            assertLe(batch.dueUnits, uint256(batch.requestedGrains) * 1e12);
            assertLe(batch.dueUnits, uint256(batch.assetsGrains) * 1e12);
            assertLe(batch.claimedUnits, batch.dueUnits);
            if (batch.claimedGrains < batch.requestedGrains) owed += batch.dueUnits - batch.claimedUnits;
        }
        assertEq(reserve.owedUnits(), owed);
    }

    /// Reserve 4: credits that wait for their era are here, and nowhere else.
    function invariant_queuedCreditsAreHeld() public view {
        IReserve.Batch memory open = reserve.batchOf(reserve.openEra());
        uint256 queued = open.outstandingGrains == 0 ? open.requestedGrains : 0;
        assertEq(credit.balanceOf(address(reserve)), queued);
    }
}
