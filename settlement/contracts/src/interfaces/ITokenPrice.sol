// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The work token's price
interface ITokenPrice {
    /// @notice Millionths of a credit grain for one grain of the work token; 0 while the oracle is halted.
    function tokenPriceMicrograins() external view returns (uint128);
}
