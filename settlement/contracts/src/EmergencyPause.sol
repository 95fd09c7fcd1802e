// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEconomyRegistry} from "./interfaces/IEconomyRegistry.sol";
import {IEmergencyPause} from "./interfaces/IEmergencyPause.sol";

/// @title Implements IEmergencyPause, which documents every function.
contract EmergencyPause is IEmergencyPause, AccessManaged {
    bytes32 private constant PAUSE_MAX = "governance.guardian.pauseMax";

    IEconomyRegistry public immutable economy;

    mapping(bytes32 scope => Pause) private _pauses;

    constructor(address authority, IEconomyRegistry economy_) AccessManaged(authority) {
        if (authority == address(0) || address(economy_) == address(0)) revert ZeroAddress();
        economy = economy_;
    }

    function pause(bytes32 scope, uint40 durationSeconds, bytes32 reasonHash) external restricted {
        uint40 maxSeconds = uint40(economy.valueOf(PAUSE_MAX));
        if (durationSeconds == 0) revert ZeroDuration();
        if (durationSeconds > maxSeconds) revert PauseTooLong(durationSeconds, maxSeconds);
        Pause storage last = _pauses[scope];
        uint40 time = uint40(block.timestamp);
        if (time < last.freeAt) revert PauseNotFree(scope, last.freeAt);
        last.secondsBefore += last.until - last.since;
        // Rest as long as the longest pause, so that many short ones come to no more than half of the time either.
        (last.since, last.until, last.freeAt) = (time, time + durationSeconds, time + durationSeconds + maxSeconds);
        emit Paused(scope, last.until, last.freeAt, reasonHash);
    }

    function resume(bytes32 scope) external restricted {
        if (!isPaused(scope)) revert NotPaused(scope);
        _pauses[scope].until = uint40(block.timestamp);
        emit Resumed(scope, uint64(block.timestamp));
    }

    function isPaused(bytes32 scope) public view returns (bool) {
        return block.timestamp < _pauses[scope].until;
    }

    function pausedSecondsOf(bytes32 scope) external view returns (uint64) {
        Pause storage last = _pauses[scope];
        return last.secondsBefore + uint64(Math.min(block.timestamp, last.until) - last.since);
    }

    function pauseOf(bytes32 scope) external view returns (Pause memory) {
        return _pauses[scope];
    }
}
