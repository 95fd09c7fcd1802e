// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The network's own money
/// @notice Pays what governance decides, and within any 24 hours at most the share `governance.treasuryPerDay` of what it
/// had of an asset: whoever captures governance gets that much before others can leave.
interface ITreasury {
    event Paid(address indexed asset, address indexed to, uint256 amount);

    error ZeroAddress();
    error ZeroAmount();
    error DayLimitExceeded(address asset, uint256 amount, uint256 available);

    /// @notice restricted. Errors: ZeroAddress, ZeroAmount, DayLimitExceeded, and the asset's own.
    function pay(address asset, address to, uint256 amount) external;
    /// @notice Most that can be paid at this moment, rounded down.
    function availableOf(address asset) external view returns (uint256);
}
