// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IEconomyRegistry} from "./interfaces/IEconomyRegistry.sol";
import {IRollbackTriggers} from "./interfaces/IRollbackTriggers.sol";

/// @title Implements IRollbackTriggers, which documents every function.
contract RollbackTriggers is IRollbackTriggers, AccessManaged {
    uint256 public constant TIGHTENED_MAX = 16;

    IEconomyRegistry public immutable economy;

    mapping(bytes32 name => Trigger) private _triggers;
    mapping(bytes32 name => uint64) public firedAt;

    constructor(address authority, IEconomyRegistry economy_) AccessManaged(authority) {
        if (authority == address(0) || address(economy_) == address(0)) revert ZeroAddress();
        economy = economy_;
    }

    function arm(bytes32 name, Trigger calldata trigger) external restricted {
        if (address(trigger.source) == address(0)) revert ZeroAddress();
        if ((trigger.action == Action.Tighten) != (trigger.tightened.length > 0)) revert ActionMalformed(name);
        if (trigger.tightened.length > TIGHTENED_MAX) {
            revert TooManyParameters(trigger.tightened.length, TIGHTENED_MAX);
        }
        _triggers[name] = trigger;
        emit TriggerArmed(name, trigger);
    }

    function disarm(bytes32 name) external restricted {
        _armed(name);
        delete _triggers[name];
        emit TriggerDisarmed(name);
    }

    function fire(bytes32 name) external {
        Trigger storage trigger = _armed(name);
        uint64 time = uint64(block.timestamp);
        uint64 restsUntil = firedAt[name] + trigger.restSeconds;
        if (firedAt[name] != 0 && time < restsUntil) revert TriggerResting(name, restsUntil);
        (bool isKnown, int256 value, uint64 asOf) = trigger.source.figureOf(trigger.figure);
        if (!isKnown) revert FigureUnknown(name, trigger.figure);
        uint64 oldest = time > trigger.ageSecondsMax ? time - trigger.ageSecondsMax : 0;
        if (asOf < oldest || asOf > time) revert FigureStale(name, asOf, oldest);
        if (!_isCrossed(trigger.crossing, value, trigger.line)) revert LineNotCrossed(name, value, trigger.line);
        firedAt[name] = time;
        emit TriggerFired(name, value, trigger.line, asOf, msg.sender);
        if (trigger.action == Action.Rollback) economy.rollback();
        else economy.tighten(_stepsOf(name, trigger.tightened));
    }

    function triggerOf(bytes32 name) external view returns (Trigger memory) {
        return _triggers[name];
    }

    /// @dev One step of each that can take one now.
    function _stepsOf(bytes32 name, bytes32[] storage tightened)
        private
        view
        returns (IEconomyRegistry.Change[] memory changes)
    {
        changes = new IEconomyRegistry.Change[](tightened.length);
        uint256 count = 0;
        for (uint256 i = 0; i < tightened.length; ++i) {
            uint96 value = economy.tightestStepOf(tightened[i]);
            if (value != economy.valueOf(tightened[i])) {
                changes[count++] = IEconomyRegistry.Change(tightened[i], value);
            }
        }
        if (count == 0) revert NothingToTighten(name);
        assembly ("memory-safe") {
            mstore(changes, count)
        }
    }

    function _armed(bytes32 name) private view returns (Trigger storage trigger) {
        trigger = _triggers[name];
        if (address(trigger.source) == address(0)) revert TriggerUnknown(name);
    }

    function _isCrossed(Crossing crossing, int256 value, int256 line) private pure returns (bool) {
        if (crossing == Crossing.Below) return value < line;
        return crossing == Crossing.Above ? value > line : value != line;
    }
}
