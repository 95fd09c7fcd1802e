// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IWorkToken} from "./interfaces/IWorkToken.sol";

/// @title Implements IWorkToken, which documents every function.
contract WorkToken is IWorkToken, ERC20, ERC20Permit, ERC20Votes, ERC20Burnable {
    uint8 private constant DECIMALS = 6;

    address public immutable settlement;
    uint128 public immutable capGrains;
    uint128 public immutable eraMintGrainsMax;

    uint128 public mintedGrains;
    /// @notice The lowest era that may still mint.
    uint64 public nextEra;

    /// @param settlement_ Address at which the settlement contract will be deployed; it checks this link itself.
    constructor(address settlement_, uint128 capGrains_, uint128 eraMintGrainsMax_, Allocation[] memory genesis)
        ERC20("Stannary Work", "WORK")
        ERC20Permit("Stannary Work")
    {
        if (settlement_ == address(0)) revert ZeroAddress();
        settlement = settlement_;
        capGrains = capGrains_;
        eraMintGrainsMax = eraMintGrainsMax_;
        for (uint256 i = 0; i < genesis.length; ++i) {
            _mintWithinCap(genesis[i].account, genesis[i].grains);
        }
    }

    function mint(uint64 era, uint128 grains) external {
        if (msg.sender != settlement) revert NotSettlement(msg.sender, settlement);
        if (era < nextEra) revert EraAlreadyMinted(era, nextEra);
        if (grains > eraMintGrainsMax) revert MintAboveEraLimit(grains, eraMintGrainsMax);
        nextEra = era + 1;
        _mintWithinCap(msg.sender, grains);
        emit EraMinted(era, grains);
    }

    function burn(uint256 grains) public override(IWorkToken, ERC20Burnable) {
        super.burn(grains);
    }

    function burnFrom(address account, uint256 grains) public override(IWorkToken, ERC20Burnable) {
        super.burnFrom(account, grains);
    }

    function decimals() public pure override returns (uint8) {
        return DECIMALS;
    }

    /// @notice Votes are counted at timestamps (ERC-6372), so that they mean the same on chains of any block time.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _mintWithinCap(address account, uint128 grains) private {
        uint256 minted = uint256(mintedGrains) + grains;
        if (minted > capGrains) revert CapExceeded(minted, capGrains);
        mintedGrains = uint128(minted);
        _mint(account, grains);
    }

    function _update(address from, address to, uint256 grains) internal override(ERC20, ERC20Votes) {
        super._update(from, to, grains);
    }
}
