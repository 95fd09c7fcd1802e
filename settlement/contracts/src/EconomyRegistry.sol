// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEconomyRegistry} from "./interfaces/IEconomyRegistry.sol";

/// @title Implements IEconomyRegistry, which documents every function.
contract EconomyRegistry is IEconomyRegistry, AccessManaged {
    /// @dev Three slots. `next` belongs to the version `nextVersion`, and means nothing to another.
    struct Store {
        uint96 min;
        uint96 max;
        uint32 delaySeconds;
        uint24 stepPpm;
        Direction direction;
        uint96 value;
        uint96 stepUnits;
        uint40 changedAt;
        bool hasEmergency;
        bool isKnown;
        uint96 good;
        uint96 next;
        uint32 nextVersion;
    }

    uint256 private constant PPM = 1_000_000;
    /// @notice Most parameters, so that a rollback of all of them fits a transaction.
    uint256 public constant PARAMETERS_MAX = 64;
    /// @notice A version farther ahead would keep others from being scheduled.
    uint64 public constant AHEAD_SECONDS_MAX = 180 days;

    uint64 public immutable genesisAt;
    uint32 public immutable epochSeconds;
    uint32 public immutable probationSeconds;

    /// @dev In force as last written; `scheduledVersion` replaces it at `scheduledAt`, written or not.
    uint32 private _version;
    uint32 private _goodVersion;
    /// @notice Highest number that was ever scheduled.
    uint32 public highestVersion;
    uint64 private _inForceSince;
    uint32 private _scheduledVersion;
    uint64 private _scheduledAt;
    bool private _scheduledLoosens;

    bytes32[] private _names;
    bytes32[] private _scheduledNames;
    mapping(bytes32 name => Store) private _stores;
    mapping(uint32 version => Version) private _versions;
    mapping(bytes32 economyHash => uint32 version) public versionOfHash;

    constructor(Settings memory settings, Row[] memory rows) AccessManaged(settings.authority) {
        if (settings.authority == address(0)) revert ZeroAddress();
        if (settings.economyHash == 0 || settings.gateReportHash == 0) revert ZeroHash();
        if (settings.epochSeconds == 0 || settings.probationSeconds == 0) revert ZeroDuration();
        if (settings.version == 0) revert VersionNotNew(0, 0);
        if (rows.length > PARAMETERS_MAX) revert TooManyParameters(rows.length, PARAMETERS_MAX);
        genesisAt = settings.genesisAt;
        epochSeconds = settings.epochSeconds;
        probationSeconds = settings.probationSeconds;
        bytes32 before = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            if (rows[i].name <= before) revert NamesNotSorted(before, rows[i].name);
            before = rows[i].name;
            _found(rows[i]);
        }
        uint32 version = settings.version;
        uint64 since = uint64(block.timestamp);
        (_version, _goodVersion, highestVersion, _inForceSince) = (version, version, version, since);
        _versions[version] = Version(settings.economyHash, settings.gateReportHash, since, VersionStatus.Active);
        versionOfHash[settings.economyHash] = version;
        emit VersionActivated(version, settings.economyHash, since);
    }

    function _found(Row memory row) private {
        if (row.min > row.max) revert BoundsInverted(row.name, row.min, row.max);
        if (row.stepPpm > PPM) revert StepTooLarge(row.name, row.stepPpm);
        if (row.value < row.min || row.value > row.max) revert OutOfBounds(row.name, row.value, row.min, row.max);
        Store storage store = _stores[row.name];
        (store.min, store.max, store.delaySeconds) = (row.min, row.max, row.delaySeconds);
        (store.stepPpm, store.direction) = (row.stepPpm, row.direction);
        (store.value, store.stepUnits, store.isKnown, store.good) = (row.value, row.stepUnits, true, row.value);
        _names.push(row.name);
        emit ParameterChanged(row.name, 0, row.value, uint64(block.timestamp));
    }

    // ---- who governs

    function scheduleTightening(VersionChange calldata change) external restricted {
        // A new file without a change that can be seen here is not known to tighten anything.
        if (change.changes.length == 0) revert NothingToTighten();
        _schedule(change, false);
    }

    function scheduleLoosening(VersionChange calldata change) external restricted {
        _schedule(change, true);
    }

    function cancel() external restricted {
        activate();
        if (_scheduledVersion == 0) revert NothingScheduled();
        _dropScheduled();
    }

    // ---- guardian and triggers

    function cancelLoosening() external restricted {
        activate();
        if (_scheduledVersion == 0) revert NothingScheduled();
        if (!_scheduledLoosens) revert OnlyTightens(_scheduledVersion);
        _dropScheduled();
    }

    function tighten(Change[] calldata changes) external restricted {
        activate();
        if (changes.length == 0) revert NothingToTighten();
        if (changes.length > PARAMETERS_MAX) revert TooManyParameters(changes.length, PARAMETERS_MAX);
        bytes32 last = 0;
        for (uint256 i = 0; i < changes.length; ++i) {
            (bytes32 name, uint96 value) = (changes[i].name, changes[i].value);
            if (name <= last) revert NamesNotSorted(last, name);
            last = name;
            _tightenOne(name, _known(name), value);
        }
    }

    function _tightenOne(bytes32 name, Store storage store, uint96 value) private {
        uint96 before = store.value;
        if (!_isTighter(store.direction, value, before)) revert NotTighter(name, before, value);
        _checkMove(name, store, value, uint64(block.timestamp));
        (store.value, store.changedAt, store.hasEmergency) = (value, uint40(block.timestamp), true);
        emit ParameterTightened(name, before, value, msg.sender);
        // A scheduled step was measured from `before`. One that is stricter still is within a step of here, too; one that
        // is laxer would undo what was found urgent, and be more than a step.
        if (_isScheduled(store) && !_isTighter(store.direction, store.next, value)) {
            store.nextVersion = 0;
            emit ScheduledChangeDropped(_scheduledVersion, name, store.next);
        }
    }

    function rollback() external restricted {
        activate();
        (uint32 version, uint32 good) = (_version, _goodVersion);
        if (version == good) revert NothingToRollBack(version);
        uint64 provenAt = _inForceSince + probationSeconds;
        if (block.timestamp >= provenAt) revert VersionProven(version, provenAt);
        if (_scheduledVersion != 0) _dropScheduled();
        for (uint256 i = 0; i < _names.length; ++i) {
            _restore(_names[i]);
        }
        _versions[version].status = VersionStatus.RolledBack;
        _versions[good].status = VersionStatus.Active;
        _version = good;
        emit VersionRolledBack(version, good);
    }

    function _restore(bytes32 name) private {
        Store storage store = _stores[name];
        (uint96 before, uint96 good) = (store.value, store.good);
        if (before == good || (store.hasEmergency && _isTighter(store.direction, before, good))) return;
        (store.value, store.changedAt, store.hasEmergency) = (good, uint40(block.timestamp), false);
        emit ParameterChanged(name, before, good, uint64(block.timestamp));
    }

    // ---- versions

    function _schedule(VersionChange calldata change, bool mayLoosen) private {
        activate();
        uint64 startsAt = _checkVersion(change);
        bool loosens = change.changes.length == 0;
        bytes32 last = 0;
        for (uint256 i = 0; i < change.changes.length; ++i) {
            (bytes32 name, uint96 value) = (change.changes[i].name, change.changes[i].value);
            if (name <= last) revert NamesNotSorted(last, name);
            last = name;
            Store storage store = _known(name);
            if (!_isTighter(store.direction, value, store.value)) {
                if (!mayLoosen) revert Loosens(name, store.value, value);
                uint64 earliest = uint64(block.timestamp) + store.delaySeconds;
                if (startsAt < earliest) revert ActivationTooEarly(startsAt, earliest);
                loosens = true;
            }
            _checkMove(name, store, value, startsAt);
            (store.next, store.nextVersion) = (value, change.version);
            _scheduledNames.push(name);
        }
        (_scheduledVersion, _scheduledAt, _scheduledLoosens) = (change.version, startsAt, loosens);
        highestVersion = change.version;
        versionOfHash[change.economyHash] = change.version;
        _versions[change.version] =
            Version(change.economyHash, change.gateReportHash, startsAt, VersionStatus.Scheduled);
        emit VersionScheduled(
            change.version, change.economyHash, change.gateReportHash, startsAt, loosens, change.changes
        );
    }

    function _checkVersion(VersionChange calldata change) private view returns (uint64 startsAt) {
        if (_scheduledVersion != 0) revert VersionPending(_scheduledVersion);
        if (change.version <= highestVersion) revert VersionNotNew(change.version, highestVersion);
        if (change.base != _version) revert BaseNotInForce(change.base, _version);
        if (change.economyHash == 0 || change.gateReportHash == 0) revert ZeroHash();
        uint32 used = versionOfHash[change.economyHash];
        if (used != 0) revert EconomyHashUsed(change.economyHash, used);
        if (change.changes.length > PARAMETERS_MAX) revert TooManyParameters(change.changes.length, PARAMETERS_MAX);
        startsAt = startOf(change.fromEpoch);
        uint64 time = uint64(block.timestamp);
        if (startsAt <= time) revert ActivationTooEarly(startsAt, time + 1);
        if (startsAt > time + AHEAD_SECONDS_MAX) revert ActivationTooLate(startsAt, time + AHEAD_SECONDS_MAX);
    }

    /// @dev What holds of every step, in whatever direction: bounds, size, distance from the step before.
    function _checkMove(bytes32 name, Store storage store, uint96 value, uint64 at) private view {
        uint96 before = store.value;
        if (value == before) revert NoChange(name, value);
        if (value < store.min || value > store.max) revert OutOfBounds(name, value, store.min, store.max);
        uint96 stepMax = _stepMaxOf(store);
        if (_distance(value, before) > stepMax) revert StepExceeded(name, before, value, stepMax);
        uint64 earliest = _freeAt(store);
        if (at < earliest) revert TooSoon(name, at, earliest);
    }

    function activate() public {
        if (!_isDue()) return;
        (uint32 before, uint32 version, uint64 startsAt) = (_version, _scheduledVersion, _scheduledAt);
        // The set that leaves has proved itself by having been in force for the probation, to its last second.
        if (_leavesProven()) _keepAsGood(before);
        for (uint256 i = 0; i < _scheduledNames.length; ++i) {
            _applyScheduled(_scheduledNames[i], startsAt);
        }
        _versions[before].status = VersionStatus.Replaced;
        _versions[version].status = VersionStatus.Active;
        (_version, _inForceSince) = (version, startsAt);
        _clearScheduled();
        emit VersionActivated(version, _versions[version].economyHash, startsAt);
    }

    function _keepAsGood(uint32 version) private {
        _goodVersion = version;
        for (uint256 i = 0; i < _names.length; ++i) {
            Store storage store = _stores[_names[i]];
            if (store.good != store.value) store.good = store.value;
        }
    }

    function _applyScheduled(bytes32 name, uint64 startsAt) private {
        Store storage store = _stores[name];
        if (!_isScheduled(store)) return;
        uint96 before = store.value;
        (store.value, store.changedAt, store.hasEmergency) = (store.next, uint40(startsAt), false);
        emit ParameterChanged(name, before, store.next, startsAt);
    }

    function _dropScheduled() private {
        _versions[_scheduledVersion].status = VersionStatus.Cancelled;
        emit VersionCancelled(_scheduledVersion);
        _clearScheduled();
    }

    function _clearScheduled() private {
        (_scheduledVersion, _scheduledAt, _scheduledLoosens) = (0, 0, false);
        delete _scheduledNames;
    }

    // ---- reading

    function valueOf(bytes32 name) external view returns (uint96) {
        Store storage store = _known(name);
        return _isDue() && _isScheduled(store) ? store.next : store.value;
    }

    function tightestStepOf(bytes32 name) external view returns (uint96) {
        Store storage store = _known(name);
        bool applies = _isDue() && _isScheduled(store);
        uint96 value = applies ? store.next : store.value;
        uint64 freeAt = applies ? _scheduledAt + store.delaySeconds : _freeAt(store);
        if (store.direction == Direction.None || block.timestamp < freeAt) return value;
        uint96 step = _stepMax(value, store.stepPpm, store.stepUnits);
        if (store.direction == Direction.LowerIsTighter) return value - uint96(Math.min(step, value - store.min));
        return value + uint96(Math.min(step, store.max - value));
    }

    function parameterOf(bytes32 name) external view returns (Parameter memory) {
        Store storage store = _known(name);
        bool applies = _isDue() && _isScheduled(store);
        Row memory row = Row({
            name: name,
            value: applies ? store.next : store.value,
            min: store.min,
            max: store.max,
            stepUnits: store.stepUnits,
            stepPpm: store.stepPpm,
            delaySeconds: store.delaySeconds,
            direction: store.direction
        });
        return Parameter({
            row: row,
            changedAt: applies ? uint40(_scheduledAt) : store.changedAt,
            hasEmergency: !applies && store.hasEmergency,
            good: _isDue() && _leavesProven() ? store.value : store.good,
            next: _isScheduled(store) ? store.next : store.value
        });
    }

    function names() external view returns (bytes32[] memory) {
        return _names;
    }

    function versionInForce() external view returns (uint32) {
        return _isDue() ? _scheduledVersion : _version;
    }

    function goodVersion() external view returns (uint32) {
        return _isDue() && _leavesProven() ? _version : _goodVersion;
    }

    function scheduled()
        external
        view
        returns (uint32 version, uint64 startsAt, bool loosens, Change[] memory changes)
    {
        if (_scheduledVersion == 0 || _isDue()) {
            return (0, 0, false, changes);
        }
        changes = new Change[](_scheduledNames.length);
        for (uint256 i = 0; i < changes.length; ++i) {
            Store storage store = _stores[_scheduledNames[i]];
            // One that was dropped stays at the present value.
            changes[i] = Change(_scheduledNames[i], _isScheduled(store) ? store.next : store.value);
        }
        return (_scheduledVersion, _scheduledAt, _scheduledLoosens, changes);
    }

    function versionOf(uint32 version) external view returns (Version memory record) {
        record = _versions[version];
        if (!_isDue()) return record;
        if (version == _scheduledVersion) record.status = VersionStatus.Active;
        else if (version == _version) record.status = VersionStatus.Replaced;
    }

    function startOf(uint64 epoch) public view returns (uint64) {
        // An epoch past the end of time begins there: too late, by name, for whoever schedules it.
        return uint64(Math.min(genesisAt + uint256(epoch) * epochSeconds, type(uint64).max));
    }

    // ---- arithmetic

    function _known(bytes32 name) private view returns (Store storage store) {
        store = _stores[name];
        if (!store.isKnown) revert ParameterUnknown(name);
    }

    function _isDue() private view returns (bool) {
        return _scheduledVersion != 0 && block.timestamp >= _scheduledAt;
    }

    function _leavesProven() private view returns (bool) {
        return _scheduledAt >= _inForceSince + probationSeconds;
    }

    function _isScheduled(Store storage store) private view returns (bool) {
        return _scheduledVersion != 0 && store.nextVersion == _scheduledVersion;
    }

    function _freeAt(Store storage store) private view returns (uint64) {
        return store.changedAt == 0 ? 0 : uint64(store.changedAt) + store.delaySeconds;
    }

    function _stepMaxOf(Store storage store) private view returns (uint96) {
        return _stepMax(store.value, store.stepPpm, store.stepUnits);
    }

    function _stepMax(uint96 value, uint24 stepPpm, uint96 stepUnits) private pure returns (uint96) {
        return uint96(Math.max(uint256(value) * stepPpm / PPM, stepUnits));
    }

    function _isTighter(Direction direction, uint96 value, uint96 than) private pure returns (bool) {
        if (direction == Direction.LowerIsTighter) return value < than;
        return direction == Direction.HigherIsTighter && value > than;
    }

    function _distance(uint96 x, uint96 y) private pure returns (uint96) {
        return x > y ? x - y : y - x;
    }
}
