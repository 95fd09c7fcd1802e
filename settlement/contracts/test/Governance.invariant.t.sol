// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {EconomyRegistry} from "../src/EconomyRegistry.sol";
import {EmergencyPause} from "../src/EmergencyPause.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

/// Governs as wildly as the registry lets it, and keeps its own history of every value.
contract GovernanceHandler is Test {
    struct Moment {
        uint256 at;
        uint96 value;
        bool isRollback;
    }

    EconomyRegistry private economy;
    EmergencyPause private pauses;
    address private timelock;
    address private guardian;
    bytes32[] private names;

    mapping(bytes32 name => Moment[]) public history;
    uint32 private ghostVersion = 1;

    uint256 public pausedUntil;
    uint256 public pausesBegan;
    uint256 public schedules;
    uint256 public tightenings;
    uint256 public rollbacks;
    uint256 public pausesMade;

    constructor(EconomyRegistry economy_, EmergencyPause pauses_, address timelock_, address guardian_) {
        (economy, pauses, timelock, guardian) = (economy_, pauses_, timelock_, guardian_);
        names = economy.names();
        for (uint256 i = 0; i < names.length; ++i) {
            history[names[i]].push(Moment(0, economy.valueOf(names[i]), false));
        }
    }

    function momentsOf(bytes32 name) external view returns (Moment[] memory) {
        return history[name];
    }

    /// One to three parameters, each to a value that may or may not be within its step.
    function schedule(uint256 seed, uint256 notice, bool loosens) external {
        note();
        IEconomyRegistry.Change[] memory changes = pick(seed, !loosens);
        uint64 time = uint64(block.timestamp);
        uint64 fromEpoch = uint64((time + spread(notice) % 4 days - economy.genesisAt()) / economy.epochSeconds() + 1);
        IEconomyRegistry.VersionChange memory version = IEconomyRegistry.VersionChange({
            version: ghostVersion + 1,
            base: economy.versionInForce(),
            economyHash: keccak256(abi.encode(ghostVersion + 1)),
            gateReportHash: keccak256("report"),
            fromEpoch: fromEpoch,
            changes: changes
        });
        uint96[] memory before = valuesOf(changes);
        vm.prank(timelock);
        if (loosens) {
            try economy.scheduleLoosening(version) {
                noteSchedule(changes, before, fromEpoch, true);
            } catch {}
        } else {
            try economy.scheduleTightening(version) {
                noteSchedule(changes, before, fromEpoch, false);
            } catch {}
        }
    }

    function noteSchedule(
        IEconomyRegistry.Change[] memory changes,
        uint96[] memory before,
        uint64 fromEpoch,
        bool loosens
    ) private {
        ++schedules;
        ++ghostVersion;
        uint64 startsAt = economy.startOf(fromEpoch);
        for (uint256 i = 0; i < changes.length; ++i) {
            IEconomyRegistry.Row memory row = economy.parameterOf(changes[i].name).row;
            if (isTighter(row.direction, changes[i].value, before[i])) continue;
            assertGe(startsAt, block.timestamp + row.delaySeconds, "what loosens waits its delay");
            assertTrue(loosens, "and is not called a tightening");
        }
    }

    function tighten(uint256 seed) external {
        note();
        IEconomyRegistry.Change[] memory changes = pick(seed, true);
        uint96[] memory before = valuesOf(changes);
        vm.prank(guardian);
        try economy.tighten(changes) {
            ++tightenings;
            for (uint256 i = 0; i < changes.length; ++i) {
                IEconomyRegistry.Row memory row = economy.parameterOf(changes[i].name).row;
                assertTrue(isTighter(row.direction, row.value, before[i]), "a guardian only tightens");
            }
            note();
        } catch {}
    }

    function rollback(uint256 seed) external {
        if (spread(seed) % 2 != 0) return;
        note();
        vm.prank(guardian);
        try economy.rollback() {
            ++rollbacks;
            for (uint256 i = 0; i < names.length; ++i) {
                push(names[i], block.timestamp, true);
            }
        } catch {}
    }

    function cancel(uint256 seed, bool asGuardian) external {
        if (spread(seed) % 4 != 0) return;
        note();
        vm.startPrank(asGuardian ? guardian : timelock);
        if (asGuardian) try economy.cancelLoosening() {} catch {} else try economy.cancel() {} catch {}
        vm.stopPrank();
    }

    function pause(uint40 length) external {
        length = uint40(bound(length, 1, 15 days));
        vm.prank(guardian);
        try pauses.pause("scope", length, 0) {
            assertGe(block.timestamp, pausedUntil == 0 ? 0 : pausedUntil + (pausedUntil - pausesBegan), "no chain");
            ++pausesMade;
            (pausesBegan, pausedUntil) = (block.timestamp, block.timestamp + length);
        } catch {}
    }

    function wait(uint256 duration) external {
        vm.warp(block.timestamp + 1 + spread(duration) % 2 days);
        note();
    }

    function activate() external {
        economy.activate();
        note();
    }

    /// Writes down what has changed since, at the second it did.
    function note() private {
        for (uint256 i = 0; i < names.length; ++i) {
            uint40 changedAt = economy.parameterOf(names[i]).changedAt;
            push(names[i], changedAt, false);
        }
    }

    function push(bytes32 name, uint256 at, bool isRollback) private {
        uint96 value = economy.valueOf(name);
        Moment[] storage moments = history[name];
        if (moments[moments.length - 1].value != value) moments.push(Moment(at, value, isRollback));
    }

    /// Where it is to tighten, seven times of eight in the direction that does.
    function pick(uint256 seed, bool tightens) private view returns (IEconomyRegistry.Change[] memory changes) {
        seed = spread(seed);
        uint256 first = seed % names.length;
        uint256 count = 1 + (seed >> 8) % 2;
        if (first + count > names.length) count = names.length - first;
        changes = new IEconomyRegistry.Change[](count);
        for (uint256 i = 0; i < count; ++i) {
            IEconomyRegistry.Row memory row = economy.parameterOf(names[first + i]).row;
            uint256 step = uint256(row.value) * row.stepPpm / 1_000_000;
            if (step < row.stepUnits) step = row.stepUnits;
            uint256 by = 1 + (seed >> (16 + 32 * i)) % (step * 9 / 8 + 1);
            bool up = seed >> (128 + i) & 1 == 1;
            if (tightens && seed >> (140 + 3 * i) & 7 != 0) {
                up = row.direction == IEconomyRegistry.Direction.HigherIsTighter;
            }
            uint256 value = up ? row.value + by : row.value > by ? row.value - by : 0;
            changes[i] = IEconomyRegistry.Change(row.name, uint96(value));
        }
    }

    /// The fuzzer likes small numbers and edges; steps and times are to be of every size.
    function spread(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    function valuesOf(IEconomyRegistry.Change[] memory changes) private view returns (uint96[] memory values) {
        values = new uint96[](changes.length);
        for (uint256 i = 0; i < changes.length; ++i) {
            values[i] = economy.valueOf(changes[i].name);
        }
    }

    function isTighter(IEconomyRegistry.Direction direction, uint96 value, uint96 than) private pure returns (bool) {
        if (direction == IEconomyRegistry.Direction.LowerIsTighter) return value < than;
        return direction == IEconomyRegistry.Direction.HigherIsTighter && value > than;
    }
}

/// forge-config: default.invariant.runs = 10
/// forge-config: default.invariant.depth = 200
contract GovernanceInvariantTest is GovernanceFixture {
    GovernanceHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new GovernanceHandler(economy, pauses, address(timelock), address(guardian));
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](7);
        selectors[0] = handler.schedule.selector;
        selectors[1] = handler.tighten.selector;
        selectors[2] = handler.rollback.selector;
        selectors[3] = handler.cancel.selector;
        selectors[4] = handler.pause.selector;
        selectors[5] = handler.wait.selector;
        selectors[6] = handler.activate.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    function afterInvariant() public {
        emit log_named_uint("schedules", handler.schedules());
        emit log_named_uint("tightenings", handler.tightenings());
        emit log_named_uint("rollbacks", handler.rollbacks());
        emit log_named_uint("pauses", handler.pausesMade());
    }

    /// Governance 1: every parameter is within its bounds, what is scheduled and what a rollback would bring too.
    function invariant_everyParameterIsWithinItsBounds() public view {
        bytes32[] memory names = economy.names();
        for (uint256 i = 0; i < names.length; ++i) {
            IEconomyRegistry.Parameter memory one = economy.parameterOf(names[i]);
            assertTrue(one.row.value >= one.row.min && one.row.value <= one.row.max);
            assertTrue(one.good >= one.row.min && one.good <= one.row.max);
            assertTrue(one.next >= one.row.min && one.next <= one.row.max);
        }
    }

    /// Governance 2: within one delay a parameter moves by one step at most, unless it is rolled back.
    function invariant_noTwoStepsInOneDelay() public view {
        bytes32[] memory names = economy.names();
        for (uint256 i = 0; i < names.length; ++i) {
            IEconomyRegistry.Row memory row = economy.parameterOf(names[i]).row;
            checkSteps(row, handler.momentsOf(names[i]));
        }
    }

    function checkSteps(IEconomyRegistry.Row memory row, GovernanceHandler.Moment[] memory moments) private pure {
        for (uint256 i = 1; i < moments.length; ++i) {
            if (moments[i].isRollback) continue;
            // What was in force one delay before, looking no farther back than a rollback.
            uint256 j = i - 1;
            while (j > 0 && !moments[j].isRollback && moments[j].at + row.delaySeconds > moments[i].at) --j;
            (uint256 x, uint256 y) = (moments[j].value, moments[i].value);
            uint256 step = x * row.stepPpm / 1_000_000;
            if (step < row.stepUnits) step = row.stepUnits;
            assertLe(x > y ? x - y : y - x, step);
        }
    }

    /// Governance 3: a pause is over when its time is, and is never longer than the longest.
    /// forge-config: default.invariant.runs = 3
    function invariant_everyPauseEnds() public view {
        assertEq(pauses.isPaused("scope"), block.timestamp < handler.pausedUntil());
        assertLe(pauses.pauseOf("scope").until - pauses.pauseOf("scope").since, 14 days);
    }

    /// Governance 4: whatever happens, the deployer holds nothing.
    /// forge-config: default.invariant.runs = 3
    function invariant_theDeployerHoldsNothing() public view {
        for (uint64 role = 0; role <= EMERGENCY_ROLE; ++role) {
            (bool isMember,) = AccessManager(manager).hasRole(role, deployer);
            assertFalse(isMember);
        }
        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), deployer));
    }
}
