// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Pauses that end by themselves
/// @notice Contracts ask for their own scope before they do what may be paused; what lets people out is never among it.
/// A pause is at most `governance.guardian.pauseMax` long, and after it its scope cannot be paused for as long again.
/// There is no scope for everything, because it could be paused in turn with the single ones.
interface IEmergencyPause {
    /// @param since Start of the last pause.
    /// @param until Its end.
    /// @param freeAt From here on the scope may be paused again.
    /// @param secondsBefore Length of all pauses before it.
    struct Pause {
        uint40 since;
        uint40 until;
        uint40 freeAt;
        uint64 secondsBefore;
    }

    event Paused(bytes32 indexed scope, uint64 until, uint64 freeAt, bytes32 reasonHash);
    event Resumed(bytes32 indexed scope, uint64 at);

    error ZeroAddress();
    error ZeroDuration();
    error PauseTooLong(uint64 durationSeconds, uint64 maxSeconds);
    error PauseNotFree(bytes32 scope, uint64 freeAt);
    error NotPaused(bytes32 scope);

    /// @notice Pauses a scope. restricted. Errors: ZeroDuration, PauseTooLong, PauseNotFree.
    /// @param reasonHash SHA-256 of the published reason.
    function pause(bytes32 scope, uint40 durationSeconds, bytes32 reasonHash) external;
    /// @notice Ends a pause early; the time after which another may follow stays. restricted. Errors: NotPaused.
    function resume(bytes32 scope) external;

    function isPaused(bytes32 scope) external view returns (bool);
    /// @notice Seconds that the scope has been paused in all its life, until now. A clock that must stand still in a pause
    /// (an exit, a challenge window) notes this at its start and adds the difference.
    function pausedSecondsOf(bytes32 scope) external view returns (uint64);
    function pauseOf(bytes32 scope) external view returns (Pause memory);
}
