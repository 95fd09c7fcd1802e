// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Seats that decide together
/// @notice Named seats with terms, a quorum, and a log of who answered what it was asked. Governs in the modes committee
/// (terms that end) and multisig (terms that do not), by proposing to the timelock; and is the guardian. A motion is one
/// call; it carries once a quorum of seats has agreed, and falls when its time is over.
/// Seats are given and taken by the appointer, the timelock: a council cannot seat itself without waiting.
interface ICouncil {
    /// @param name Who sits there, as published.
    /// @param endsAt The seat counts strictly before.
    /// @param motionsBefore Motions that were put before the seat was given; their answers are others'.
    /// @param answered Motions that it answered, either way.
    struct Seat {
        bytes32 name;
        address holder;
        uint40 endsAt;
        uint32 motionsBefore;
        uint32 answered;
    }

    /// @param ayes,noes One bit a seat.
    struct Motion {
        bytes32 callHash;
        uint40 endsAt;
        bool executed;
        uint32 ayes;
        uint32 noes;
    }

    event SeatGiven(uint8 indexed seat, bytes32 indexed name, address indexed holder, uint40 endsAt);
    event MotionPut(
        uint32 indexed motionId,
        uint8 indexed seat,
        address target,
        uint256 value,
        bytes data,
        bytes32 reasonHash,
        uint40 endsAt
    );
    event MotionAnswered(uint32 indexed motionId, uint8 indexed seat, bool agrees);
    event MotionExecuted(uint32 indexed motionId);

    error ZeroAddress();
    error ZeroDuration();
    error SeatsOutOfRange(uint256 count, uint256 max);
    error QuorumOutOfRange(uint8 quorum, uint256 seats);
    error SeatUnknown(uint8 seat);
    error SeatTaken(address holder, uint8 seat);
    error NotAppointer(address caller, address appointer);
    error NotSeated(address caller);
    error TermOver(uint8 seat, uint40 endsAt);
    error MotionUnknown(uint32 motionId);
    error MotionOver(uint32 motionId, uint40 endsAt);
    error MotionAlreadyExecuted(uint32 motionId);
    /// @notice The seat was given after the motion was put.
    error SeatedAfterMotion(uint8 seat, uint32 motionId);
    error AlreadyAnswered(uint8 seat, uint32 motionId);
    error CallDiffers(uint32 motionId, bytes32 expected, bytes32 got);
    error QuorumNotReached(uint32 motionId, uint256 ayes, uint8 quorum);
    error CouncilNotVacant(uint256 seated, uint8 quorum);

    /// @notice Puts a motion, and agrees to it. Errors: NotSeated, TermOver.
    function put(address target, uint256 value, bytes calldata data, bytes32 reasonHash)
        external
        returns (uint32 motionId);
    /// @notice Agrees or declines, once. A seat whose term is over may answer, for `executeRenewal` alone.
    /// @dev Errors: NotSeated, MotionUnknown, MotionOver, SeatedAfterMotion, AlreadyAnswered.
    function answer(uint32 motionId, bool agrees) external;
    /// @notice Makes the call of a motion that has its quorum; anyone may. Errors: MotionUnknown, MotionAlreadyExecuted,
    /// MotionOver, CallDiffers, QuorumNotReached, and the call's own.
    function execute(uint32 motionId, address target, uint256 value, bytes calldata data)
        external
        payable
        returns (bytes memory);
    /// @notice While so many terms are over that no quorum is left, the last holders may do one thing: have the timelock
    /// give seats. Puts and answers such a motion as `put` and `answer` do. Errors: CouncilNotVacant, NotSeated.
    function putRenewal(uint8 seat, bytes32 name, address holder, uint40 endsAt, bytes32 salt)
        external
        returns (uint32 motionId);
    /// @notice Errors: those of `execute`, CouncilNotVacant.
    function executeRenewal(uint32 motionId, uint8 seat, bytes32 name, address holder, uint40 endsAt, bytes32 salt)
        external;
    /// @notice Gives a seat; the zero address empties it. The appointer only. Errors: NotAppointer, SeatUnknown, SeatTaken.
    function appoint(uint8 seat, bytes32 name, address holder, uint40 endsAt) external;

    function seatOf(uint8 seat) external view returns (Seat memory);
    function seatCount() external view returns (uint256);
    /// @notice Seats whose term runs.
    function seated() external view returns (uint256);
    function motionOf(uint32 motionId) external view returns (Motion memory);
    /// @notice Agreements that count at this moment.
    function ayesOf(uint32 motionId) external view returns (uint256);
    /// @notice The duty log in two numbers: motions put since the seat was given, and how many of them it answered.
    function dutyOf(uint8 seat) external view returns (uint32 asked, uint32 answered);
}
