// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ICouncil} from "./interfaces/ICouncil.sol";

/// @title Implements ICouncil, which documents every function.
contract Council is ICouncil {
    struct Appointment {
        bytes32 name;
        address holder;
        uint40 endsAt;
    }

    /// @dev A motion keeps its answers in one word a side.
    uint256 public constant SEATS_MAX = 32;

    /// @notice The timelock.
    address public immutable appointer;
    uint8 public immutable quorum;
    uint40 public immutable motionSeconds;

    uint32 public motionCount;
    Seat[] private _seats;
    mapping(address holder => uint256 seatPlusOne) private _places;
    mapping(uint32 motionId => Motion) private _motions;

    constructor(address appointer_, uint8 quorum_, uint40 motionSeconds_, Appointment[] memory seats) {
        if (appointer_ == address(0)) revert ZeroAddress();
        if (motionSeconds_ == 0) revert ZeroDuration();
        if (seats.length == 0 || seats.length > SEATS_MAX) revert SeatsOutOfRange(seats.length, SEATS_MAX);
        if (quorum_ == 0 || quorum_ > seats.length) revert QuorumOutOfRange(quorum_, seats.length);
        (appointer, quorum, motionSeconds) = (appointer_, quorum_, motionSeconds_);
        for (uint256 i = 0; i < seats.length; ++i) {
            _seats.push();
            _seat(uint8(i), seats[i].name, seats[i].holder, seats[i].endsAt);
        }
    }

    // ---- seats

    function put(address target, uint256 value, bytes calldata data, bytes32 reasonHash)
        external
        returns (uint32 motionId)
    {
        uint8 seat = _seatOf(msg.sender);
        if (!_isRunning(_seats[seat])) revert TermOver(seat, _seats[seat].endsAt);
        return _put(seat, target, value, data, reasonHash);
    }

    function putRenewal(uint8 seat, bytes32 name, address holder, uint40 endsAt, bytes32 salt)
        external
        returns (uint32 motionId)
    {
        _checkVacant();
        return _put(_seatOf(msg.sender), appointer, 0, _renewal(seat, name, holder, endsAt, salt), salt);
    }

    function answer(uint32 motionId, bool agrees) external {
        _answer(motionId, _seatOf(msg.sender), agrees);
    }

    function _put(uint8 seat, address target, uint256 value, bytes memory data, bytes32 reasonHash)
        private
        returns (uint32 motionId)
    {
        motionId = ++motionCount;
        uint40 endsAt = uint40(block.timestamp) + motionSeconds;
        (_motions[motionId].callHash, _motions[motionId].endsAt) = (_callHash(target, value, data), endsAt);
        emit MotionPut(motionId, seat, target, value, data, reasonHash, endsAt);
        _answer(motionId, seat, true);
    }

    function _answer(uint32 motionId, uint8 index, bool agrees) private {
        Motion storage motion = _open(motionId);
        Seat storage seat = _seats[index];
        if (seat.motionsBefore >= motionId) revert SeatedAfterMotion(index, motionId);
        uint32 bit = uint32(1) << index;
        if ((motion.ayes | motion.noes) & bit != 0) revert AlreadyAnswered(index, motionId);
        if (agrees) motion.ayes |= bit;
        else motion.noes |= bit;
        ++seat.answered;
        emit MotionAnswered(motionId, index, agrees);
    }

    // ---- anyone

    function execute(uint32 motionId, address target, uint256 value, bytes calldata data)
        external
        payable
        returns (bytes memory)
    {
        return _execute(motionId, target, value, data, _ayesOf(motionId, false));
    }

    function executeRenewal(uint32 motionId, uint8 seat, bytes32 name, address holder, uint40 endsAt, bytes32 salt)
        external
    {
        _checkVacant();
        _execute(motionId, appointer, 0, _renewal(seat, name, holder, endsAt, salt), _ayesOf(motionId, true));
    }

    function _execute(uint32 motionId, address target, uint256 value, bytes memory data, uint256 ayes)
        private
        returns (bytes memory)
    {
        Motion storage motion = _open(motionId);
        bytes32 callHash = _callHash(target, value, data);
        if (callHash != motion.callHash) revert CallDiffers(motionId, motion.callHash, callHash);
        if (ayes < quorum) revert QuorumNotReached(motionId, ayes, quorum);
        motion.executed = true;
        emit MotionExecuted(motionId);
        return Address.functionCallWithValue(target, data, value);
    }

    // ---- the appointer

    function appoint(uint8 seat, bytes32 name, address holder, uint40 endsAt) external {
        if (msg.sender != appointer) revert NotAppointer(msg.sender, appointer);
        if (seat >= _seats.length) revert SeatUnknown(seat);
        _seat(seat, name, holder, endsAt);
    }

    function _seat(uint8 index, bytes32 name, address holder, uint40 endsAt) private {
        Seat storage seat = _seats[index];
        delete _places[seat.holder];
        if (holder != address(0)) {
            uint256 place = _places[holder];
            if (place != 0) revert SeatTaken(holder, uint8(place - 1));
            _places[holder] = uint256(index) + 1;
        }
        // A new term begins a new duty log, and the motions of the time before are not its to answer.
        (seat.name, seat.holder, seat.endsAt, seat.motionsBefore, seat.answered) =
        (name, holder, endsAt, motionCount, 0);
        emit SeatGiven(index, name, holder, endsAt);
    }

    // ---- reading

    function seatOf(uint8 seat) external view returns (Seat memory) {
        if (seat >= _seats.length) revert SeatUnknown(seat);
        return _seats[seat];
    }

    function seatCount() external view returns (uint256) {
        return _seats.length;
    }

    function seated() public view returns (uint256 count) {
        for (uint256 i = 0; i < _seats.length; ++i) {
            if (_isRunning(_seats[i])) ++count;
        }
    }

    function motionOf(uint32 motionId) external view returns (Motion memory) {
        return _motions[motionId];
    }

    function ayesOf(uint32 motionId) external view returns (uint256) {
        return _ayesOf(motionId, false);
    }

    function dutyOf(uint8 seat) external view returns (uint32 asked, uint32 answered) {
        if (seat >= _seats.length) revert SeatUnknown(seat);
        return (motionCount - _seats[seat].motionsBefore, _seats[seat].answered);
    }

    function _ayesOf(uint32 motionId, bool withEndedTerms) private view returns (uint256 count) {
        uint32 ayes = _motions[motionId].ayes;
        for (uint256 i = 0; i < _seats.length; ++i) {
            Seat storage seat = _seats[i];
            if (ayes >> i & 1 == 0 || seat.holder == address(0) || seat.motionsBefore >= motionId) continue;
            if (withEndedTerms || _isRunning(seat)) ++count;
        }
    }

    function _open(uint32 motionId) private view returns (Motion storage motion) {
        motion = _motions[motionId];
        if (motion.endsAt == 0) revert MotionUnknown(motionId);
        if (motion.executed) revert MotionAlreadyExecuted(motionId);
        if (block.timestamp >= motion.endsAt) revert MotionOver(motionId, motion.endsAt);
    }

    function _seatOf(address holder) private view returns (uint8) {
        uint256 place = _places[holder];
        if (place == 0) revert NotSeated(holder);
        return uint8(place - 1);
    }

    function _checkVacant() private view {
        uint256 count = seated();
        if (count >= quorum) revert CouncilNotVacant(count, quorum);
    }

    function _isRunning(Seat storage seat) private view returns (bool) {
        return seat.holder != address(0) && block.timestamp < seat.endsAt;
    }

    function _renewal(uint8 seat, bytes32 name, address holder, uint40 endsAt, bytes32 salt)
        private
        view
        returns (bytes memory)
    {
        bytes memory call = abi.encodeCall(this.appoint, (seat, name, holder, endsAt));
        uint256 delay = TimelockController(payable(appointer)).getMinDelay();
        return abi.encodeCall(TimelockController.schedule, (address(this), 0, call, 0, salt, delay));
    }

    function _callHash(address target, uint256 value, bytes memory data) private pure returns (bytes32) {
        return keccak256(abi.encode(target, value, keccak256(data)));
    }
}
