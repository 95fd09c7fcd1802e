// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestedFigures} from "./interfaces/IAttestedFigures.sol";

/// @title Implements IAttestedFigures, which documents every function.
contract AttestedFigures is IAttestedFigures {
    uint256 public constant ATTESTORS_MAX = 16;

    uint8 public immutable quorum;
    /// @notice Reports older than this do not count.
    uint32 public immutable ageSecondsMax;

    address[] private _attestors;
    mapping(address attestor => bool) public isAttestor;
    mapping(bytes32 name => mapping(address attestor => Report)) private _reports;

    constructor(address[] memory attestors_, uint8 quorum_, uint32 ageSecondsMax_) {
        if (attestors_.length == 0 || attestors_.length > ATTESTORS_MAX) {
            revert AttestorsOutOfRange(attestors_.length, ATTESTORS_MAX);
        }
        if (uint256(quorum_) * 2 <= attestors_.length || quorum_ > attestors_.length) {
            revert QuorumOutOfRange(quorum_, attestors_.length);
        }
        if (ageSecondsMax_ == 0) revert ZeroDuration();
        for (uint256 i = 0; i < attestors_.length; ++i) {
            if (attestors_[i] == address(0)) revert ZeroAddress();
            if (isAttestor[attestors_[i]]) revert AttestorTwice(attestors_[i]);
            isAttestor[attestors_[i]] = true;
        }
        (_attestors, quorum, ageSecondsMax) = (attestors_, quorum_, ageSecondsMax_);
    }

    function attest(bytes32 name, int192 value, uint64 asOf) external {
        if (!isAttestor[msg.sender]) revert NotAttestor(msg.sender);
        if (asOf > block.timestamp) revert ReportFromFuture(asOf, uint64(block.timestamp));
        Report storage last = _reports[name][msg.sender];
        if (asOf <= last.asOf) revert ReportNotNewer(asOf, last.asOf);
        (last.value, last.asOf) = (value, asOf);
        emit Attested(name, msg.sender, value, asOf);
    }

    /// @dev Of an even number the lower middle one. `asOf` is the oldest report's that counts.
    function figureOf(bytes32 name) external view returns (bool isKnown, int256 value, uint64 asOf) {
        int256[] memory sorted = new int256[](_attestors.length);
        uint256 count = 0;
        asOf = type(uint64).max;
        for (uint256 i = 0; i < sorted.length; ++i) {
            Report storage report = _reports[name][_attestors[i]];
            if (report.asOf == 0 || uint256(report.asOf) + ageSecondsMax < block.timestamp) continue;
            if (report.asOf < asOf) asOf = report.asOf;
            uint256 place = count++;
            for (; place > 0 && sorted[place - 1] > report.value; --place) {
                sorted[place] = sorted[place - 1];
            }
            sorted[place] = report.value;
        }
        if (count < quorum) return (false, 0, 0);
        return (true, sorted[(count - 1) / 2], asOf);
    }

    function attestors() external view returns (address[] memory) {
        return _attestors;
    }

    function reportOf(bytes32 name, address attestor) external view returns (Report memory) {
        return _reports[name][attestor];
    }
}
