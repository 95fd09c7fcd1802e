// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a jurisdiction asks at a border
interface IPolicy {
    /// @notice Whether the payment may pass. Must answer within ComplianceGate.POLICY_GAS; everything but a clean `true`
    /// is a no.
    /// @param op Which border: "claim", "redeem", "withdraw".
    function check(bytes32 op, address from, address to, address asset, uint256 amount) external view returns (bool);
}
