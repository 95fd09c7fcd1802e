// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title The stable asset of a developer's own chain
/// @notice Stands behind the credits of a local network, where there is no money. Anyone mints; it exists nowhere else.
contract LocalAsset is ERC20 {
    uint256 private constant LOCAL_CHAIN_ID = 31337;
    uint8 private constant DECIMALS = 6;

    error OnlyOnLocalChain(uint256 chainId);

    constructor() ERC20("Local asset", "LOCAL") {
        if (block.chainid != LOCAL_CHAIN_ID) revert OnlyOnLocalChain(block.chainid);
    }

    function mint(address to, uint256 units) external {
        _mint(to, units);
    }

    function decimals() public pure override returns (uint8) {
        return DECIMALS;
    }
}
