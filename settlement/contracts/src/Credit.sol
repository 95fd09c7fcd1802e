// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ICredit} from "./interfaces/ICredit.sol";

/// @title Implements ICredit, which documents every function.
contract Credit is ICredit, ERC20, ERC20Permit, ERC20Burnable, ERC3009 {
    uint8 private constant DECIMALS = 6;

    address public immutable issuer;

    /// @param issuer_ Address at which the reserve is or will be deployed; it checks this link itself.
    constructor(address issuer_) ERC20("Stannary Credit", "CREDIT") ERC20Permit("Stannary Credit") {
        if (issuer_ == address(0)) revert ZeroAddress();
        issuer = issuer_;
    }

    function mint(address to, uint256 grains) external {
        if (msg.sender != issuer) revert NotIssuer(msg.sender, issuer);
        _mint(to, grains);
    }

    function burn(uint256 grains) public override(ICredit, ERC20Burnable) {
        super.burn(grains);
    }

    function decimals() public pure override returns (uint8) {
        return DECIMALS;
    }
}
