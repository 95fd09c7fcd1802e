// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EconomyRegistry} from "../src/EconomyRegistry.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

contract EconomyRegistryTest is GovernanceFixture {
    bytes32 private constant VOTE = "governance.vote";

    function status(uint32 version) private view returns (uint8) {
        return uint8(economy.versionOf(version).status);
    }

    function schedule(IEconomyRegistry.VersionChange memory version) private {
        vm.prank(address(timelock));
        economy.scheduleLoosening(version);
    }

    function refuse(IEconomyRegistry.VersionChange memory version, bytes memory reason) private {
        vm.prank(address(timelock));
        vm.expectRevert(reason);
        economy.scheduleLoosening(version);
    }

    // ---- versions

    function test_aVersionIsInForceFromTheFirstSecondOfItsEpoch() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_000));
        schedule(version);
        (uint32 number, uint64 startsAt, bool loosens, IEconomyRegistry.Change[] memory changes) = economy.scheduled();
        assertEq(number, 2);
        assertEq(startsAt, GENESIS_AT + version.fromEpoch * EPOCH);
        assertTrue(loosens);
        assertEq(changes[0].name, SPREAD);
        assertEq(changes[0].value, 2_000);
        vm.warp(startsAt - 1);
        assertEq(economy.valueOf(SPREAD), 3_000);
        assertEq(economy.versionInForce(), 1);
        vm.warp(startsAt);
        assertEq(economy.valueOf(SPREAD), 2_000);
        assertEq(economy.versionInForce(), 2);
        (number,,,) = economy.scheduled();
        assertEq(number, 0);
    }

    function test_readingIsTheSameBeforeAndAfterActivationIsWritten() public {
        skip(PROBATION);
        loosenNow(2, SPREAD, 2_000);
        bytes32 unwritten = keccak256(
            abi.encode(economy.parameterOf(SPREAD), economy.versionOf(1), economy.versionOf(2), economy.goodVersion())
        );
        uint96 step = economy.tightestStepOf(SPREAD);
        economy.activate();
        assertEq(
            unwritten,
            keccak256(
                abi.encode(
                    economy.parameterOf(SPREAD), economy.versionOf(1), economy.versionOf(2), economy.goodVersion()
                )
            )
        );
        assertEq(step, economy.tightestStepOf(SPREAD));
    }

    function test_aTighteningWaitsForAnEpochAlone() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, 1, change(SPREAD, 4_000));
        vm.prank(address(timelock));
        economy.scheduleTightening(version);
        skip(EPOCH);
        assertEq(economy.valueOf(SPREAD), 4_000);
        economy.activate();
    }

    function test_governanceTakesBackWhatIsScheduled() public {
        loosen(2, SPREAD, 2_000);
        vm.prank(address(timelock));
        economy.cancel();
        assertEq(status(2), uint8(IEconomyRegistry.VersionStatus.Cancelled));
        skip(30 days);
        assertEq(economy.valueOf(SPREAD), 3_000);
    }

    function test_attack_twoStepsInOneDelay() public {
        loosenNow(2, SPREAD, 2_000);
        uint64 earliest = uint64(block.timestamp) + DELAY;
        IEconomyRegistry.VersionChange memory version = versionWith(3, 1, change(SPREAD, 3_000));
        vm.prank(address(timelock));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEconomyRegistry.TooSoon.selector, SPREAD, GENESIS_AT + version.fromEpoch * EPOCH, earliest
            )
        );
        economy.scheduleTightening(version);
    }

    function test_attack_twoStepsInOneVersion() public {
        IEconomyRegistry.Change[] memory twice = new IEconomyRegistry.Change[](2);
        twice[0] = IEconomyRegistry.Change(SPREAD, 2_000);
        twice[1] = IEconomyRegistry.Change(SPREAD, 1_000);
        refuse(
            versionWith(2, DELAY, twice),
            abi.encodeWithSelector(IEconomyRegistry.NamesNotSorted.selector, SPREAD, SPREAD)
        );
    }

    function test_attack_aStaleVersionIsActivatedAgain() public {
        IEconomyRegistry.VersionChange memory two = versionWith(2, DELAY, change(SPREAD, 2_000));
        IEconomyRegistry.VersionChange memory four = versionWith(4, 9 days, change(SPREAD, 2_500));
        schedule(two);
        vm.warp(GENESIS_AT + uint256(two.fromEpoch) * EPOCH);
        vm.prank(address(guardian));
        economy.rollback();
        two.fromEpoch = epochAfter(9 days);
        refuse(two, abi.encodeWithSelector(IEconomyRegistry.VersionNotNew.selector, 2, 2));
        two.version = 3;
        refuse(two, abi.encodeWithSelector(IEconomyRegistry.EconomyHashUsed.selector, two.economyHash, 2));
        // One that was voted on the ground of the version rolled back stands on nothing.
        two.economyHash = keccak256("another");
        two.base = 2;
        refuse(two, abi.encodeWithSelector(IEconomyRegistry.BaseNotInForce.selector, 2, 1));
        // One that lay in the timelock past its epoch comes too late.
        skip(10 days);
        refuse(
            four,
            abi.encodeWithSelector(
                IEconomyRegistry.ActivationTooEarly.selector, GENESIS_AT + four.fromEpoch * EPOCH, block.timestamp + 1
            )
        );
    }

    // ---- emergencies

    function test_theGuardianTightensAtOnceByOneStep() public {
        tighten(SPREAD, 4_000);
        assertEq(economy.valueOf(SPREAD), 4_000);
        vm.prank(address(guardian));
        vm.expectRevert(
            abi.encodeWithSelector(IEconomyRegistry.TooSoon.selector, SPREAD, block.timestamp, block.timestamp + DELAY)
        );
        economy.tighten(change(SPREAD, 5_000));
        skip(DELAY);
        tighten(SPREAD, 5_000);
    }

    function test_aTighteningDropsTheScheduledLooseningOfItsParameterAlone() public {
        IEconomyRegistry.Change[] memory both = new IEconomyRegistry.Change[](2);
        both[0] = IEconomyRegistry.Change(VOTE, 4 days);
        both[1] = IEconomyRegistry.Change(SPREAD, 2_000);
        schedule(versionWith(2, DELAY, both));
        vm.expectEmit();
        emit IEconomyRegistry.ScheduledChangeDropped(2, SPREAD, 2_000);
        tighten(SPREAD, 3_001);
        skip(DELAY + EPOCH);
        assertEq(economy.valueOf(SPREAD), 3_001);
        assertEq(economy.valueOf(VOTE), 4 days);
    }

    function test_attack_aGuardianHoldsUpATighteningByASmallerOne() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 4_000));
        vm.prank(address(timelock));
        economy.scheduleTightening(version);
        tighten(SPREAD, 3_001);
        skip(DELAY + EPOCH);
        assertEq(economy.valueOf(SPREAD), 4_000);
        assertFalse(economy.parameterOf(SPREAD).hasEmergency);
    }

    function test_attack_theGuardianLoosens() public {
        vm.startPrank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.NotTighter.selector, SPREAD, 3_000, 2_999));
        economy.tighten(change(SPREAD, 2_999));
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.NotTighter.selector, PRICE, 1_000_000, 1_000_001));
        economy.tighten(change(PRICE, 1_000_001));
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_000));
        vm.expectRevert(unauthorised(address(guardian)));
        economy.scheduleLoosening(version);
        vm.expectRevert(unauthorised(address(guardian)));
        economy.cancel();
    }

    function test_attack_tightenThenRollBackTheTightening() public {
        loosenNow(2, VOTE, 4 days);
        tighten(SPREAD, 4_000);
        vm.prank(address(guardian));
        economy.rollback();
        assertEq(economy.valueOf(VOTE), 5 days);
        assertEq(economy.valueOf(SPREAD), 4_000);
    }

    function test_theGuardianStopsALooseningAndNothingElse() public {
        loosen(2, SPREAD, 2_000);
        vm.prank(address(guardian));
        economy.cancelLoosening();
        IEconomyRegistry.VersionChange memory version = versionWith(3, 1, change(SPREAD, 4_000));
        vm.prank(address(timelock));
        economy.scheduleTightening(version);
        vm.prank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.OnlyTightens.selector, 3));
        economy.cancelLoosening();
    }

    // ---- rollback

    function test_aRollbackReturnsTheLastKnownGoodSet() public {
        skip(PROBATION);
        loosenNow(2, SPREAD, 2_000);
        skip(PROBATION);
        loosenNow(3, VOTE, 4 days);
        skip(1 days);
        loosenNow(4, SPREAD, 1_000);
        assertEq(economy.goodVersion(), 2);
        vm.prank(address(guardian));
        economy.rollback();
        assertEq(economy.versionInForce(), 2);
        assertEq(economy.valueOf(SPREAD), 2_000);
        assertEq(economy.valueOf(VOTE), 5 days);
        assertEq(status(4), uint8(IEconomyRegistry.VersionStatus.RolledBack));
        assertEq(status(2), uint8(IEconomyRegistry.VersionStatus.Active));
    }

    function test_aRollbackDropsWhatIsScheduled() public {
        loosenNow(2, SPREAD, 2_000);
        loosen(3, VOTE, 4 days);
        vm.prank(address(guardian));
        economy.rollback();
        assertEq(status(3), uint8(IEconomyRegistry.VersionStatus.Cancelled));
    }

    // ---- refusals

    function test_NothingToRollBack() public {
        vm.prank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.NothingToRollBack.selector, 1));
        economy.rollback();
    }

    function test_VersionProven() public {
        loosenNow(2, SPREAD, 2_000);
        uint64 provenAt = uint64(block.timestamp) + PROBATION;
        skip(PROBATION);
        vm.prank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.VersionProven.selector, 2, provenAt));
        economy.rollback();
    }

    function test_TooSoon() public {
        tighten(SPREAD, 4_000);
        vm.prank(address(guardian));
        vm.expectRevert(
            abi.encodeWithSelector(IEconomyRegistry.TooSoon.selector, SPREAD, block.timestamp, block.timestamp + DELAY)
        );
        economy.tighten(change(SPREAD, 5_000));
    }

    function test_NamesNotSorted() public {
        IEconomyRegistry.Change[] memory both = new IEconomyRegistry.Change[](2);
        both[0] = IEconomyRegistry.Change(SPREAD, 2_000);
        both[1] = IEconomyRegistry.Change(VOTE, 4 days);
        bytes memory reason = abi.encodeWithSelector(IEconomyRegistry.NamesNotSorted.selector, SPREAD, VOTE);
        refuse(versionWith(2, DELAY, both), reason);
    }

    function test_EconomyHashUsed() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_000));
        version.economyHash = registrySettings().economyHash;
        refuse(version, abi.encodeWithSelector(IEconomyRegistry.EconomyHashUsed.selector, version.economyHash, 1));
    }

    function test_BaseNotInForce() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_000));
        version.base = 2;
        refuse(version, abi.encodeWithSelector(IEconomyRegistry.BaseNotInForce.selector, 2, 1));
    }

    function test_NotTighter() public {
        vm.prank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.NotTighter.selector, SPREAD, 3_000, 3_000));
        economy.tighten(change(SPREAD, 3_000));
    }

    function test_OnlyTightens() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, 1, change(SPREAD, 4_000));
        vm.prank(address(timelock));
        economy.scheduleTightening(version);
        vm.prank(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.OnlyTightens.selector, 2));
        economy.cancelLoosening();
    }

    function test_VersionPending() public {
        loosen(2, SPREAD, 2_000);
        refuse(
            versionWith(3, DELAY, change(VOTE, 4 days)),
            abi.encodeWithSelector(IEconomyRegistry.VersionPending.selector, 2)
        );
    }

    function test_NothingScheduled() public {
        vm.prank(address(timelock));
        vm.expectRevert(IEconomyRegistry.NothingScheduled.selector);
        economy.cancel();
        vm.prank(address(guardian));
        vm.expectRevert(IEconomyRegistry.NothingScheduled.selector);
        economy.cancelLoosening();
    }

    function test_OutOfBounds() public {
        loosenNow(2, SPREAD, 2_000);
        skip(DELAY);
        loosenNow(3, SPREAD, 1_000);
        skip(DELAY);
        loosenNow(4, SPREAD, 0);
        IEconomyRegistry.VersionChange memory version = versionWith(5, DELAY, change(PRICE, 0));
        refuse(version, abi.encodeWithSelector(IEconomyRegistry.OutOfBounds.selector, PRICE, 0, 1, 1_000_000_000_000));
    }

    function test_StepExceeded() public {
        refuse(
            versionWith(2, DELAY, change(SPREAD, 1_999)),
            abi.encodeWithSelector(IEconomyRegistry.StepExceeded.selector, SPREAD, 3_000, 1_999, 1_000)
        );
        refuse(
            versionWith(2, DELAY, change(PRICE, 1_200_001)),
            abi.encodeWithSelector(IEconomyRegistry.StepExceeded.selector, PRICE, 1_000_000, 1_200_001, 200_000)
        );
    }

    function test_NoChange() public {
        refuse(
            versionWith(2, DELAY, change(SPREAD, 3_000)),
            abi.encodeWithSelector(IEconomyRegistry.NoChange.selector, SPREAD, 3_000)
        );
    }

    function test_Loosens() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_999));
        vm.prank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.Loosens.selector, SPREAD, 3_000, 2_999));
        economy.scheduleTightening(version);
    }

    function test_NothingToTighten() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, new IEconomyRegistry.Change[](0));
        vm.prank(address(timelock));
        vm.expectRevert(IEconomyRegistry.NothingToTighten.selector);
        economy.scheduleTightening(version);
        vm.prank(address(guardian));
        vm.expectRevert(IEconomyRegistry.NothingToTighten.selector);
        economy.tighten(new IEconomyRegistry.Change[](0));
        // A file that changes nothing here is a version all the same, by the larger majority.
        schedule(version);
    }

    function test_ParameterUnknown() public {
        bytes memory reason = abi.encodeWithSelector(IEconomyRegistry.ParameterUnknown.selector, bytes32("nobody"));
        refuse(versionWith(2, DELAY, change("nobody", 1)), reason);
        vm.expectRevert(reason);
        economy.valueOf("nobody");
    }

    function test_ZeroHash() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_000));
        version.gateReportHash = 0;
        refuse(version, abi.encodeWithSelector(IEconomyRegistry.ZeroHash.selector));
        IEconomyRegistry.Settings memory settings = registrySettings();
        settings.economyHash = 0;
        vm.expectRevert(IEconomyRegistry.ZeroHash.selector);
        new EconomyRegistry(settings, rows());
    }

    function test_ActivationTooEarly() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_000));
        version.fromEpoch -= 1;
        refuse(
            version,
            abi.encodeWithSelector(
                IEconomyRegistry.ActivationTooEarly.selector,
                GENESIS_AT + version.fromEpoch * EPOCH,
                block.timestamp + DELAY
            )
        );
    }

    function test_ActivationTooLate() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, 180 days + 1, change(SPREAD, 2_000));
        refuse(
            version,
            abi.encodeWithSelector(
                IEconomyRegistry.ActivationTooLate.selector,
                GENESIS_AT + version.fromEpoch * EPOCH,
                block.timestamp + 180 days
            )
        );
    }

    function test_ActivationTooLateAtTheEndOfTime() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_000));
        version.fromEpoch = type(uint64).max;
        refuse(
            version,
            abi.encodeWithSelector(
                IEconomyRegistry.ActivationTooLate.selector, type(uint64).max, block.timestamp + 180 days
            )
        );
    }

    function test_VersionNotNewAtTheStart() public {
        IEconomyRegistry.Settings memory settings = registrySettings();
        settings.version = 0;
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.VersionNotNew.selector, 0, 0));
        new EconomyRegistry(settings, rows());
    }

    function test_TooManyParameters() public {
        bytes memory reason = abi.encodeWithSelector(IEconomyRegistry.TooManyParameters.selector, 65, 64);
        IEconomyRegistry.Change[] memory many = new IEconomyRegistry.Change[](65);
        refuse(versionWith(2, DELAY, many), reason);
        vm.prank(address(guardian));
        vm.expectRevert(reason);
        economy.tighten(many);
        vm.expectRevert(reason);
        new EconomyRegistry(registrySettings(), new IEconomyRegistry.Row[](65));
    }

    function test_ZeroAddress() public {
        IEconomyRegistry.Settings memory settings = registrySettings();
        settings.authority = address(0);
        vm.expectRevert(IEconomyRegistry.ZeroAddress.selector);
        new EconomyRegistry(settings, rows());
    }

    function test_ZeroDuration() public {
        IEconomyRegistry.Settings memory settings = registrySettings();
        settings.probationSeconds = 0;
        vm.expectRevert(IEconomyRegistry.ZeroDuration.selector);
        new EconomyRegistry(settings, rows());
    }

    function test_BoundsInverted() public {
        IEconomyRegistry.Row[] memory all = rows();
        (all[0].min, all[0].max) = (2, 1);
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.BoundsInverted.selector, PAUSE_MAX, 2, 1));
        new EconomyRegistry(registrySettings(), all);
    }

    function test_StepTooLarge() public {
        IEconomyRegistry.Row[] memory all = rows();
        all[0].stepPpm = 1_000_001;
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.StepTooLarge.selector, PAUSE_MAX, 1_000_001));
        new EconomyRegistry(registrySettings(), all);
    }

    function test_OutOfBoundsAtTheStart() public {
        IEconomyRegistry.Row[] memory all = rows();
        all[9].value = 10_001;
        vm.expectRevert(abi.encodeWithSelector(IEconomyRegistry.OutOfBounds.selector, SPREAD, 10_001, 0, 10_000));
        new EconomyRegistry(registrySettings(), all);
    }

    function test_strangersChangeNothing() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, 2_000));
        vm.startPrank(stranger);
        vm.expectRevert(unauthorised(stranger));
        economy.scheduleLoosening(version);
        vm.expectRevert(unauthorised(stranger));
        economy.scheduleTightening(version);
        vm.expectRevert(unauthorised(stranger));
        economy.tighten(version.changes);
        vm.expectRevert(unauthorised(stranger));
        economy.rollback();
        vm.expectRevert(unauthorised(stranger));
        economy.cancelLoosening();
    }

    function testFuzz_aStepIsTheLargerOfShareAndUnits(uint96 value) public {
        value = uint96(bound(value, 0, 10_000));
        uint96 distance = value > 3_000 ? value - 3_000 : 3_000 - value;
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(SPREAD, value));
        if (distance == 0 || distance > 1_000) {
            vm.expectRevert();
        }
        vm.prank(address(timelock));
        economy.scheduleLoosening(version);
    }
}
