// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFigureSource} from "./IFigureSource.sol";

/// @title Figures that act by themselves
/// @notice A trigger names a figure, a line, and what was authorised beforehand for the case that the figure crosses it:
/// a rollback, or the tightening of some parameters by one step. Anyone may fire it; a figure that is old, unknown or not
/// across the line fires nothing.
interface IRollbackTriggers {
    enum Crossing {
        Below,
        Above,
        NotEqual
    }

    enum Action {
        Rollback,
        Tighten
    }

    /// @param tightened Names for Tighten, sorted; empty for Rollback.
    /// @param ageSecondsMax Oldest figure that may be acted on.
    /// @param restSeconds Between two firings.
    struct Trigger {
        IFigureSource source;
        bytes32 figure;
        Crossing crossing;
        int256 line;
        uint32 ageSecondsMax;
        uint32 restSeconds;
        Action action;
        bytes32[] tightened;
    }

    event TriggerArmed(bytes32 indexed name, Trigger trigger);
    event TriggerDisarmed(bytes32 indexed name);
    event TriggerFired(bytes32 indexed name, int256 value, int256 line, uint64 asOf, address indexed by);

    error ZeroAddress();
    error TriggerUnknown(bytes32 name);
    error TooManyParameters(uint256 count, uint256 max);
    error ActionMalformed(bytes32 name);
    error FigureUnknown(bytes32 name, bytes32 figure);
    error FigureStale(bytes32 name, uint64 asOf, uint64 oldest);
    error LineNotCrossed(bytes32 name, int256 value, int256 line);
    error TriggerResting(bytes32 name, uint64 until);
    error NothingToTighten(bytes32 name);

    /// @notice Sets or replaces a trigger. restricted. Errors: ZeroAddress, ActionMalformed, TooManyParameters.
    function arm(bytes32 name, Trigger calldata trigger) external;
    /// @notice restricted. Errors: TriggerUnknown.
    function disarm(bytes32 name) external;
    /// @notice Anyone may. Errors: TriggerUnknown, TriggerResting, FigureUnknown, FigureStale, LineNotCrossed,
    /// NothingToTighten, and the registry's own.
    function fire(bytes32 name) external;
    function triggerOf(bytes32 name) external view returns (Trigger memory);
    function firedAt(bytes32 name) external view returns (uint64);
}
