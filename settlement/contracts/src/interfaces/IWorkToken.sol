// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The work token
/// @notice Bonded by providers, earned by emission, and a vote in governance. 6 decimals: amounts are grains.
/// Genesis allocations are minted at deployment; after that only an era's finalisation mints, never beyond the cap.
interface IWorkToken is IERC20 {
    /// @notice Supply that exists from the first block.
    struct Allocation {
        address account;
        uint128 grains;
    }

    /// @notice An era's emission came into being.
    event EraMinted(uint64 indexed era, uint256 grains);

    error ZeroAddress();
    /// @notice Only the settlement contract mints.
    error NotSettlement(address caller, address settlement);
    /// @notice Everything ever minted, burnt or not, counts against the cap.
    error CapExceeded(uint256 mintedGrains, uint256 capGrains);
    error MintAboveEraLimit(uint256 grains, uint256 limitGrains);
    /// @notice Each era mints once, and never after a later one.
    error EraAlreadyMinted(uint64 era, uint64 nextEra);

    /// @notice The only minter.
    function settlement() external view returns (address);
    /// @notice Most that can ever be minted, genesis included.
    function capGrains() external view returns (uint128);
    /// @notice Most that one era can mint.
    function eraMintGrainsMax() external view returns (uint128);
    /// @notice Minted so far, genesis included, burnt tokens too.
    function mintedGrains() external view returns (uint128);

    /// @notice Mints an era's emission to the settlement contract, which calls this.
    /// @dev Errors: NotSettlement, EraAlreadyMinted, MintAboveEraLimit, CapExceeded.
    function mint(uint64 era, uint128 grains) external;
    /// @notice Destroys the caller's tokens.
    function burn(uint256 grains) external;
    /// @notice Destroys tokens of `account` that the caller may spend.
    function burnFrom(address account, uint256 grains) external;
}
