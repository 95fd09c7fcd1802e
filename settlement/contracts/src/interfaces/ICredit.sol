// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The credit: unit of account
/// @notice Consumers pay in it and prices are quoted in it. 6 decimals: amounts are grains. Its issuer stands for
/// every credit with an asset of its own; this contract knows only who may issue. Transfers may be authorised by a
/// signature, one by one and in any order (ERC-3009), so that whoever is paid can bring the payment in.
interface ICredit is IERC20 {
    error ZeroAddress();
    /// @notice Only the issuer mints.
    error NotIssuer(address caller, address issuer);

    /// @notice The only minter: the reserve.
    function issuer() external view returns (address);
    /// @notice Issues credits. Error: NotIssuer.
    function mint(address to, uint256 grains) external;
    /// @notice Destroys the caller's credits.
    function burn(uint256 grains) external;
}
