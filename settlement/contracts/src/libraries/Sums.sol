// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Sums of both assets in one word
/// @notice Credits stand above tokens, 128 bits each.
/// @dev Division where a shift would do the same, and is what the compiler makes of it: so that the laws of these three can
/// be proved (test/proofs/SumsProofs.sol).
library Sums {
    uint256 private constant CREDIT = 1 << 128;

    /// @notice Two sums of one asset do not fit 128 bits together.
    error SumOverflow(uint256 left, uint256 right);

    function pack(uint128 credits, uint128 tokens) internal pure returns (uint256) {
        unchecked {
            return uint256(credits) * CREDIT + tokens;
        }
    }

    function unpack(uint256 sums) internal pure returns (uint128 credits, uint128 tokens) {
        return (uint128(sums / CREDIT), uint128(sums));
    }

    /// @dev Of both assets at once: neither may carry into the other, nor out of the word.
    function add(uint256 left, uint256 right) internal pure returns (uint256 sums) {
        unchecked {
            sums = left + right;
        }
        if (sums < left || uint128(sums) < uint128(left)) revert SumOverflow(left, right);
    }
}
