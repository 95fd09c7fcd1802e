// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {IEconomyRegistry} from "./interfaces/IEconomyRegistry.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";

/// @title Implements ITreasury, which documents every function.
contract Treasury is ITreasury, AccessManaged {
    using SafeERC20 for IERC20;
    using RateLimiter for RateLimiter.SlidingWindow;

    uint256 private constant PPM = 1_000_000;
    bytes32 private constant PER_DAY = "governance.treasuryPerDay";

    IEconomyRegistry public immutable economy;

    /// @dev Keyed by asset. Its limit is told anew before each payment, from what the treasury has.
    RateLimiter.SlidingWindow private _paid;

    constructor(address authority, IEconomyRegistry economy_) AccessManaged(authority) {
        if (authority == address(0) || address(economy_) == address(0)) revert ZeroAddress();
        economy = economy_;
        _paid.updateSettings(1 days, 0);
    }

    function pay(address asset, address to, uint256 amount) external restricted {
        if (to == address(0)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        (uint256 limit, uint256 available) = _limitOf(asset);
        _paid.updateSettings(1 days, uint208(limit));
        if (!_paid.tryConsume(_keyOf(asset), amount)) revert DayLimitExceeded(asset, amount, available);
        emit Paid(asset, to, amount);
        IERC20(asset).safeTransfer(to, amount);
    }

    function availableOf(address asset) external view returns (uint256 available) {
        (, available) = _limitOf(asset);
    }

    /// @dev The share is of what there was a day ago: what is left and what was paid since.
    function _limitOf(address asset) private view returns (uint256 limit, uint256 available) {
        uint256 paid = _paid.used(_keyOf(asset));
        uint256 had = IERC20(asset).balanceOf(address(this)) + paid;
        limit = Math.min(Math.mulDiv(had, economy.valueOf(PER_DAY), PPM), type(uint208).max);
        available = Math.saturatingSub(limit, paid);
    }

    function _keyOf(address asset) private pure returns (bytes32) {
        return bytes32(uint256(uint160(asset)));
    }
}
