// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IChannels} from "./IChannels.sol";

/// @title Task wallets
/// @notice One deposit pays many providers. A task wallet is a channel whose payee is this contract; its payer gives each
/// provider a part with an end, and no grain is promised to two. Vouchers name their provider, and their task by its
/// condition; a receipt releases them. After a part's end, what nobody showed a voucher for is free again.
interface ITaskWallets {
    /// @param capGrains Most that the provider can be paid.
    /// @param endsAt After it, whatever is neither claimed nor committed can be taken back.
    struct Part {
        uint128 capGrains;
        uint64 endsAt;
    }

    event Allotted(bytes32 indexed id, address indexed provider, uint128 capGrains, uint64 endsAt);
    event Released(bytes32 indexed id, address indexed provider, uint128 freedGrains);

    error NotPayer(address caller, address payer);
    error NotOfThisRouter(address payee);
    error WrongPhase(bytes32 id, IChannels.Phase phase);
    error ZeroAddress();
    error ZeroAmount();
    /// @notice A part's end is in the future and never comes nearer.
    error EndTooEarly(uint64 endsAt, uint64 earliestAt);
    error NotFunded(uint256 allottedGrains, uint256 depositedGrains);
    error PartNotOver(bytes32 id, address provider, uint64 endsAt);
    error NothingToRelease(bytes32 id, address provider);

    /// @notice Promises `grains` more of the deposit to a provider until `endsAt`. Only the payer.
    /// @dev Errors: NotPayer, NotOfThisRouter, ZeroAddress, ZeroAmount, WrongPhase, EndTooEarly, NotFunded.
    function allot(IChannels.Config calldata config, address provider, uint128 grains, uint64 endsAt) external;
    /// @notice After the part's end, which a pause puts off as it does a voucher's, frees what the provider has shown no voucher
    /// for. Anyone may call.
    /// @dev Errors: PartNotOver, NothingToRelease.
    function release(IChannels.Config calldata config, address provider) external returns (uint128 freedGrains);
    function channels() external view returns (IChannels);
    function partOf(bytes32 id, address provider) external view returns (Part memory);
    /// @notice Sum of all caps, spent or not.
    function allottedOf(bytes32 id) external view returns (uint128);
}
