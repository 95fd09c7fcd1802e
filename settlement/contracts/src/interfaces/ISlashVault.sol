// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What arbitration needs of a vault of bonds
/// @notice A slash is proposed and held; its arbiter may take it back until `appealSeconds` later.
interface ISlashVault {
    function proposeSlash(bytes32 nodeId, uint128 grains, bytes32 offence, bytes32 evidenceHash, address challenger)
        external
        returns (uint64 slashId);
    /// @notice All that could be taken of a node: also what is on its way in, and on its way out.
    function slashableOf(bytes32 nodeId) external view returns (uint128);
    function reverseSlash(uint64 slashId) external;
    function appealSeconds() external view returns (uint64);
}
