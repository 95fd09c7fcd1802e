// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The economy file on the chain
/// @notice Per version the hash of the whole file, and the value of every parameter that contracts read. A parameter has
/// hard bounds, a largest step, a delay and a direction, all fixed at deployment: whoever governs moves it within these
/// or not at all.
/// A value moves in three ways only. By a version: scheduled in the open, in force from the first second of an epoch,
/// each parameter by one step, two steps of it at least its delay apart; a change that loosens waits its delay besides.
/// By an emergency tightening: at once, by one step, in the tight direction only. By a rollback: to the set that last
/// proved itself.
interface IEconomyRegistry {
    /// @notice Which way is stricter. `None`: neither; such a parameter waits as one that loosens, and no emergency
    /// touches it.
    enum Direction {
        None,
        LowerIsTighter,
        HigherIsTighter
    }

    enum VersionStatus {
        Unknown,
        Scheduled,
        Active,
        Replaced,
        Cancelled,
        RolledBack
    }

    /// @param stepUnits,stepPpm A change moves at most by the larger of `stepUnits` and value * stepPpm / 1,000,000,
    /// rounded down.
    struct Row {
        bytes32 name;
        uint96 value;
        uint96 min;
        uint96 max;
        uint96 stepUnits;
        uint24 stepPpm;
        uint32 delaySeconds;
        Direction direction;
    }

    /// @param genesisAt Second in which epoch 0 begins.
    /// @param probationSeconds A version that was in force for so long has proved itself: it is what a rollback goes back
    /// to, and cannot be rolled back any more.
    struct Settings {
        address authority;
        uint64 genesisAt;
        uint32 epochSeconds;
        uint32 probationSeconds;
        uint32 version;
        bytes32 economyHash;
        bytes32 gateReportHash;
    }

    struct Change {
        bytes32 name;
        uint96 value;
    }

    /// @param version Number in the file; higher than any before, cancelled and rolled back ones too.
    /// @param base The version in force that this one was voted on the ground of.
    /// @param gateReportHash SHA-256 of the launch gate's report about the file of `economyHash`.
    /// @param fromEpoch In force from the first second of this epoch.
    /// @param changes Sorted by name, each name once.
    struct VersionChange {
        uint32 version;
        uint32 base;
        bytes32 economyHash;
        bytes32 gateReportHash;
        uint64 fromEpoch;
        Change[] changes;
    }

    struct Version {
        bytes32 economyHash;
        bytes32 gateReportHash;
        uint64 startsAt;
        VersionStatus status;
    }

    /// @param changedAt Second of the last change; 0: none since deployment.
    /// @param hasEmergency The value was put there by an emergency tightening.
    /// @param good Value in the last set that proved itself.
    /// @param next Value in the scheduled version; the present one where that does not touch the parameter.
    struct Parameter {
        Row row;
        uint40 changedAt;
        bool hasEmergency;
        uint96 good;
        uint96 next;
    }

    event VersionScheduled(
        uint32 indexed version,
        bytes32 indexed economyHash,
        bytes32 gateReportHash,
        uint64 startsAt,
        bool loosens,
        Change[] changes
    );
    /// @notice In force since `startsAt`, which may be before this event: the first change of anything after it writes it.
    event VersionActivated(uint32 indexed version, bytes32 indexed economyHash, uint64 startsAt);
    event VersionCancelled(uint32 indexed version);
    event VersionRolledBack(uint32 indexed version, uint32 indexed goodVersion);
    event ParameterChanged(bytes32 indexed name, uint96 before, uint96 value, uint64 at);
    event ParameterTightened(bytes32 indexed name, uint96 before, uint96 value, address indexed by);
    /// @notice A scheduled change that would loosen what was tightened since: it falls, the rest of its version stays.
    event ScheduledChangeDropped(uint32 indexed version, bytes32 indexed name, uint96 value);

    error ZeroAddress();
    error ZeroHash();
    error ZeroDuration();
    error TooManyParameters(uint256 count, uint256 max);
    /// @notice Also where a name comes twice, which would be two steps at once.
    error NamesNotSorted(bytes32 before, bytes32 name);
    error BoundsInverted(bytes32 name, uint96 min, uint96 max);
    /// @notice A step of more than the whole value is none.
    error StepTooLarge(bytes32 name, uint24 stepPpm);
    error ParameterUnknown(bytes32 name);
    error OutOfBounds(bytes32 name, uint96 value, uint96 min, uint96 max);
    error StepExceeded(bytes32 name, uint96 before, uint96 value, uint96 stepMax);
    error NoChange(bytes32 name, uint96 value);
    /// @notice Two steps of one parameter closer together than its delay.
    error TooSoon(bytes32 name, uint64 at, uint64 earliest);
    error Loosens(bytes32 name, uint96 before, uint96 value);
    error NotTighter(bytes32 name, uint96 before, uint96 value);
    error VersionNotNew(uint32 version, uint32 highest);
    error EconomyHashUsed(bytes32 economyHash, uint32 version);
    error BaseNotInForce(uint32 base, uint32 inForce);
    error VersionPending(uint32 version);
    error NothingScheduled();
    error ActivationTooEarly(uint64 startsAt, uint64 earliest);
    error ActivationTooLate(uint64 startsAt, uint64 latest);
    error NothingToTighten();
    error NothingToRollBack(uint32 version);
    error VersionProven(uint32 version, uint64 since);
    error OnlyTightens(uint32 version);

    /// @notice Schedules a version none of whose changes loosens: it needs the smaller majority, and waits for an epoch.
    /// @dev restricted. Errors: VersionPending, VersionNotNew, BaseNotInForce, ZeroHash, EconomyHashUsed,
    /// TooManyParameters, NamesNotSorted, ParameterUnknown, NoChange, OutOfBounds, StepExceeded, TooSoon, Loosens,
    /// ActivationTooEarly, ActivationTooLate, NothingToTighten.
    function scheduleTightening(VersionChange calldata change) external;
    /// @notice Schedules any version. Errors: those of `scheduleTightening` but Loosens and NothingToTighten.
    /// @dev restricted.
    function scheduleLoosening(VersionChange calldata change) external;
    /// @notice Takes back what is scheduled. restricted. Errors: NothingScheduled.
    function cancel() external;
    /// @notice Takes back what is scheduled where it loosens: all that a guardian may stop. restricted.
    /// @dev Errors: NothingScheduled, OnlyTightens.
    function cancelLoosening() external;
    /// @notice Tightens at once, by one step each. restricted. Errors: NothingToTighten, TooManyParameters,
    /// NamesNotSorted, ParameterUnknown, NotTighter, OutOfBounds, StepExceeded, TooSoon.
    function tighten(Change[] calldata changes) external;
    /// @notice Takes back the version in force while it is on probation: every parameter returns to the last set that
    /// proved itself, but for those that an emergency has made stricter than that since. What is scheduled falls.
    /// @dev restricted. Errors: NothingToRollBack, VersionProven.
    function rollback() external;
    /// @notice Writes down a version whose epoch has begun; anyone may. Reading needs no such call.
    function activate() external;

    /// @notice In force at this moment. Errors: ParameterUnknown.
    function valueOf(bytes32 name) external view returns (uint96);
    /// @notice The strictest value that an emergency could set now, 0 steps away where none is allowed.
    /// @dev Errors: ParameterUnknown.
    function tightestStepOf(bytes32 name) external view returns (uint96);
    function parameterOf(bytes32 name) external view returns (Parameter memory);
    function names() external view returns (bytes32[] memory);
    /// @notice Number of the version in force at this moment.
    function versionInForce() external view returns (uint32);
    /// @notice Zeros where nothing is scheduled that is not in force yet.
    function scheduled() external view returns (uint32 version, uint64 startsAt, bool loosens, Change[] memory changes);
    function versionOf(uint32 version) external view returns (Version memory);
    function goodVersion() external view returns (uint32);
    function startOf(uint64 epoch) external view returns (uint64);
}
