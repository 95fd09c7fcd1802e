// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PowerMath} from "./PowerMath.sol";

/// @title A bonding curve of constant reserve ratio
/// @notice price = reserve / (supply * ratio). Every result is rounded against the one who trades. Twin of the kernel's
/// `buyOnCurve` and `sellOnCurve`.
library CurveMath {
    uint256 internal constant PPM = 1_000_000;

    /// @notice Of what is paid in, rounded up.
    function taxUp(uint256 paid, uint256 taxPpm) internal pure returns (uint256) {
        return Math.mulDiv(paid, taxPpm, PPM, Math.Rounding.Ceil);
    }

    /// @notice supply ((1 + paid / reserve)^ratio - 1), rounded down. Supply and reserve above 0.
    function boughtDown(uint256 ratioPpm, uint256 supply, uint256 reserve, uint256 paid)
        internal
        pure
        returns (uint256)
    {
        if (ratioPpm == PPM) return Math.mulDiv(supply, paid, reserve);
        uint256 growth = PowerMath.powerDown(reserve + paid, reserve, ratioPpm, PPM);
        return Math.mulShr(growth - PowerMath.ONE, supply, PowerMath.PLACES);
    }

    /// @notice reserve (1 - (1 - tokens / supply)^(1 / ratio)), rounded down. Tokens up to the supply, which takes all.
    function soldDown(uint256 ratioPpm, uint256 supply, uint256 reserve, uint256 tokens)
        internal
        pure
        returns (uint256)
    {
        if (tokens == supply) return reserve;
        if (ratioPpm == PPM) return Math.mulDiv(reserve, tokens, supply);
        // With the power from below, reserve (1 - 1 / power) is from below too.
        uint256 growth = PowerMath.powerDown(supply, supply - tokens, PPM, ratioPpm);
        return Math.mulDiv(growth - PowerMath.ONE, reserve, growth);
    }
}
