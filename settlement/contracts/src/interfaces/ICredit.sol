// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The credit: unit of account
/// @notice Consumers pay in it and prices are quoted in it. 6 decimals: amounts are grains. Its issuer stands for
/// every credit with an asset of its own; this contract knows only who may issue.
interface ICredit is IERC20 {
    error ZeroAddress();
    /// @notice Only the issuer mints.
    error NotIssuer(address caller, address issuer);

    /// @notice The only minter.
    function issuer() external view returns (address);
    /// @notice Issues credits. Error: NotIssuer.
    function mint(address to, uint256 grains) external;
    /// @notice Destroys the caller's credits.
    function burn(uint256 grains) external;
}
