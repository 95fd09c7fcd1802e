// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFigureSource} from "./IFigureSource.sol";

/// @title Figures that named parties attest
/// @notice The median of what at least a quorum of attestors said lately.
interface IAttestedFigures is IFigureSource {
    struct Report {
        int192 value;
        uint64 asOf;
    }

    event Attested(bytes32 indexed name, address indexed attestor, int192 value, uint64 asOf);

    error ZeroAddress();
    error ZeroDuration();
    error AttestorsOutOfRange(uint256 count, uint256 max);
    error AttestorTwice(address attestor);
    /// @notice More than half, so that no minority moves the median at will.
    error QuorumOutOfRange(uint8 quorum, uint256 attestors);
    error NotAttestor(address caller);
    error ReportFromFuture(uint64 asOf, uint64 now_);
    error ReportNotNewer(uint64 asOf, uint64 last);

    /// @notice Errors: NotAttestor, ReportFromFuture, ReportNotNewer.
    function attest(bytes32 name, int192 value, uint64 asOf) external;
    function reportOf(bytes32 name, address attestor) external view returns (Report memory);
}
