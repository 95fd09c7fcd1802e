// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicy} from "./IPolicy.sol";

/// @title The gate at regulated borders
/// @notice Where money leaves the network, a contract pays through the gate. With no policy everything passes. With one,
/// what it does not clear is held for its payee until it is cleared, or until the payee names an account that is: never
/// forfeited, and nobody but the payee decides where it goes.
/// For each asset: the sum of what is held = the gate's balance, but for what was sent to it without being paid.
interface IComplianceGate {
    /// @param from Whoever pays, as the border says.
    struct Hold {
        bytes32 op;
        address from;
        address to;
        address asset;
        uint128 amount;
        uint64 since;
    }

    event PolicySet(address indexed policy);
    event Passed(bytes32 indexed op, address indexed from, address indexed to, address asset, uint256 amount);
    event Held(
        uint256 indexed holdId, bytes32 indexed op, address indexed to, address from, address asset, uint256 amount
    );
    event Released(uint256 indexed holdId, address indexed to, address asset, uint256 amount);

    error ZeroAddress();
    /// @notice Nothing was asked for, or nothing of it arrived.
    error ZeroAmount();
    error PayeeIsGate();
    error PolicyWithoutCode(address policy);
    /// @notice So little that the policy could not have its allowance: the caller must not decide its answer.
    error GasTooLow(uint256 gas, uint256 needed);
    error HoldUnknown(uint256 holdId);
    error NotPayee(uint256 holdId, address caller, address payee);
    error StillBlocked(uint256 holdId, address to);

    /// @notice Zero: none, and everything passes.
    function policy() external view returns (IPolicy);
    /// @notice Sets the policy; the zero address: none. restricted. Errors: PolicyWithoutCode.
    function setPolicy(IPolicy policy) external;
    /// @notice Takes `amount` of the caller's `asset` (by allowance) to `to`, or holds it for `to`: where the policy does
    /// not clear it, and where the asset itself refuses the payee. What the asset keeps as a fee on its way here is
    /// neither paid nor held.
    /// @return holdId 0 where it passed.
    /// @dev Errors: ZeroAddress, PayeeIsGate, ZeroAmount, GasTooLow, and the asset's own.
    function pay(bytes32 op, address from, address to, address asset, uint128 amount) external returns (uint256 holdId);
    /// @notice Pays out what the policy clears by now; anyone may. Errors: HoldUnknown, GasTooLow, StillBlocked, and the
    /// asset's own.
    function release(uint256 holdId) external;
    /// @notice The payee sends what is held to another account that the policy clears: its custodian, its court.
    /// @dev Errors: HoldUnknown, NotPayee, ZeroAddress, PayeeIsGate, GasTooLow, StillBlocked, and the asset's own.
    function releaseTo(uint256 holdId, address to) external;

    /// @notice Whether a payment would pass: for borders that take money in, and refuse instead of holding.
    /// @dev Errors: GasTooLow.
    function clears(bytes32 op, address from, address to, address asset, uint256 amount) external view returns (bool);
    /// @notice Zeros where it was released or never was.
    function holdOf(uint256 holdId) external view returns (Hold memory);
    function holdCount() external view returns (uint256);
    function heldOf(address to, address asset) external view returns (uint256);
    function heldTotal(address asset) external view returns (uint256);
}
