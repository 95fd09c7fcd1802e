// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A reserve asset with everything that such assets have done to somebody: any decimals, a fee on transfer, accounts that
/// it blocks, and balances that its issuer takes away.
contract TestAsset is ERC20 {
    error Blocked(address account);

    uint8 private immutable _decimals;
    uint256 public feePpm;
    mapping(address account => bool) public isBlocked;
    /// Called before each payment out of `hookedAt`, as tokens with hooks do; its revert is the payment's.
    address private _hookedAt;
    bytes private _hook;

    constructor(uint8 decimals_) ERC20("Test asset", "TEST") {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function mint(address to, uint256 units) external {
        _mint(to, units);
    }

    function seize(address from, uint256 units) external {
        _burn(from, units);
    }

    function setFeePpm(uint256 ppm) external {
        feePpm = ppm;
    }

    function block_(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function setHook(address at, bytes calldata hook) external {
        (_hookedAt, _hook) = (at, hook);
    }

    function _update(address from, address to, uint256 units) internal override {
        if (isBlocked[from] || isBlocked[to]) revert Blocked(isBlocked[to] ? to : from);
        if (from == _hookedAt && from != address(0)) {
            (bool succeeded, bytes memory reason) = from.call(_hook);
            if (!succeeded) {
                assembly {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
        uint256 fee = from == address(0) || to == address(0) ? 0 : units * feePpm / 1_000_000;
        super._update(from, to, units - fee);
        if (fee > 0) super._update(from, address(0), fee);
    }
}
