// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Arbitration} from "../src/Arbitration.sol";
import {IArbitration} from "../src/interfaces/IArbitration.sol";
import {ArbitrationFixture} from "./ArbitrationFixture.sol";

/// A network's own sizes: 21 seats, 31 for high value and on appeal.
contract ArbitrationGasTest is ArbitrationFixture {
    function test_gasOfThirtyOneSeatsIsBounded() public {
        Arbitration.Settings memory all = settings();
        all.sizes = [IArbitration.Size(21, 14), IArbitration.Size(31, 21), IArbitration.Size(43, 29)];
        Arbitration large = new Arbitration(all);
        assertEq(large.sizeOf(1).seats, 31);
        arbitration = large;
        vm.prank(challenger);
        workToken.approve(address(large), type(uint256).max);
        for (uint256 i = 0; i < 100; ++i) {
            seat(arbiterAt(5_000 + i));
        }
        skip(ACTIVATION);
        charge.slashPpm = HIGH_VALUE_PPM;
        uint64 caseId = openCase();
        vm.snapshotGasLastCall("Arbitration", "openCase");
        revealBeacon();
        large.draw(caseId);
        assertLt(vm.snapshotGasLastCall("Arbitration", "draw, 31 seats of 100"), 1_000_000);
        address account = accountOn(caseId, 0, 0);
        vm.prank(account);
        large.commitVerdict(caseId, 0, "x");
        vm.snapshotGasLastCall("Arbitration", "commitVerdict");
        skip(2 * STAGE);
        large.tally(caseId);
        assertLt(vm.snapshotGasLastCall("Arbitration", "tally, 31 seats that did not reveal"), 1_000_000);
        vm.prank(challenger);
        large.appeal(caseId);
        revealBeacon();
        large.draw(caseId);
        assertLt(vm.snapshotGasLastCall("Arbitration", "draw, 43 seats of 100 without 31"), 2_500_000);
    }
}
