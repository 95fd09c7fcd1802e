// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Powers that are never above the truth
/// @notice (numerator / denominator)^(exponent / ofExponent) for a base from 1 to 2^64, on 2^192: never above the true
/// power and never falling as base or exponent rise. Twin of the kernel's `powerDown`, to the bit.
/// @dev ln by 2 atanh((m - 1) / (m + 1)) within a power of two, e by Taylor's series within a multiple of ln 2. All
/// terms are positive and every division rounds down; ln 2 is taken from below where it is added and from above where
/// it is taken off. About 100 multiplications, 60,000 gas; approximations of 18 places have no such direction.
library PowerMath {
    uint8 internal constant PLACES = 192;
    uint256 internal constant ONE = 1 << 192;
    /// @dev So that base and power fit a word.
    uint256 internal constant DOUBLINGS_MAX = 62;
    uint256 private constant LN2_DOWN = 4350955369971217654477563090224794165364344896676135745069;
    uint256 private constant LN2_UP = LN2_DOWN + 1;

    /// @notice The base or the power is past 2^63, or the base is below 1.
    error PowerOutOfRange(uint256 numerator, uint256 denominator);

    function powerDown(uint256 numerator, uint256 denominator, uint256 exponent, uint256 ofExponent)
        internal
        pure
        returns (uint256)
    {
        if (denominator == 0 || numerator < denominator || numerator / denominator >> 63 != 0) {
            revert PowerOutOfRange(numerator, denominator);
        }
        uint256 log = Math.mulDiv(_lnDown(Math.mulDiv(numerator, ONE, denominator)), exponent, ofExponent);
        uint256 doublings = log / LN2_UP;
        if (doublings > DOUBLINGS_MAX) revert PowerOutOfRange(numerator, denominator);
        uint256 rest = log - doublings * LN2_UP;
        uint256 sum = 0;
        uint256 term = ONE;
        for (uint256 index = 1; term > 0; ++index) {
            sum += term;
            term = Math.mulShr(term, rest, PLACES) / index;
        }
        return sum << doublings;
    }

    /// @dev ln x for x from 1 to 2^64, both on 2^192.
    function _lnDown(uint256 x) private pure returns (uint256) {
        uint256 doublings = Math.log2(x) - PLACES;
        uint256 mantissa = x >> doublings;
        uint256 power = Math.mulDiv(mantissa - ONE, ONE, mantissa + ONE);
        uint256 square = Math.mulShr(power, power, PLACES);
        uint256 sum = 0;
        for (uint256 index = 1; power > 0; index += 2) {
            sum += power / index;
            power = Math.mulShr(power, square, PLACES);
        }
        return doublings * LN2_DOWN + 2 * sum;
    }
}
