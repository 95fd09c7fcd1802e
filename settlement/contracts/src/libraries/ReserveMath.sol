// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What stands behind the credit
/// @notice The arithmetic of a full reserve: twin of the kernel's `mintCredits`, `redeemBatch` and `mintPace`.
/// Amounts in grains.
library ReserveMath {
    uint256 internal constant PPM = 1_000_000;
    /// @notice Coverage where nothing is outstanding.
    uint256 internal constant COVERED = type(uint256).max;

    enum Pace {
        Open,
        Slow,
        Halted
    }

    /// @notice Assets over credits outstanding, rounded down; COVERED where there are none.
    function coveragePpm(uint256 assets, uint256 outstanding) internal pure returns (uint256) {
        return outstanding == 0 ? COVERED : Math.mulDiv(assets, PPM, outstanding);
    }

    /// @notice Credits for what is paid in: (1 - spread), rounded down.
    function creditsDown(uint256 paid, uint256 spreadPpm) internal pure returns (uint256) {
        return Math.mulDiv(paid, PPM - spreadPpm, PPM);
    }

    /// @notice What `credits` are redeemed for at min(1, coverage), rounded down. Outstanding above 0.
    function redeemedDown(uint256 credits, uint256 assets, uint256 outstanding) internal pure returns (uint256) {
        return Math.mulDiv(credits, Math.min(assets, outstanding), outstanding);
    }

    /// @notice Value of work tokens after the haircut, rounded down.
    function haircutDown(uint128 tokens, uint128 priceMicrograins, uint256 haircutPpm) internal pure returns (uint256) {
        return Math.mulDiv(uint256(tokens) * priceMicrograins, PPM - haircutPpm, PPM * PPM);
    }

    /// @notice Whether credits may be issued at a coverage, and below the warning line how many steps below it.
    function paceOf(uint256 coverage, uint256 warnPpm, uint256 haltPpm, uint256 stepPpm)
        internal
        pure
        returns (Pace pace, uint256 steps)
    {
        if (coverage >= warnPpm) return (Pace.Open, 0);
        if (coverage <= haltPpm) return (Pace.Halted, 0);
        return (Pace.Slow, (warnPpm - coverage) / stepPpm);
    }
}
