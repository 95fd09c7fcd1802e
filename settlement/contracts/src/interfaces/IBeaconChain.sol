// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The hash chain whose preimages open the epochs' beacons
/// @notice SHA-256 of epoch 0's preimage is the tip; of each later epoch's, the preimage of the epoch before. Its owner
/// reveals an epoch's preimage once the epoch is committed.
interface IBeaconChain {
    function beaconTip() external view returns (bytes32);
    /// @notice The lowest epoch that may still be committed: nobody but the owner knows its preimage.
    function nextEpoch() external view returns (uint64);
}
