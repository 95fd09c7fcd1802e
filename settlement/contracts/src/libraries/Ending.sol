// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A channel's second word: committed grains (112 bits), the ends of its exit and of its revoked signer (40 each, on
/// the active clock; zero: none), the block of its opening (48), whether its exit was extended (1).
type Ending is uint256;

using EndingFields for Ending global;

/// @title The fields of an ending
/// @dev One word by hand, as the purse is.
library EndingFields {
    uint256 private constant GRAINS_MASK = type(uint112).max;
    uint256 private constant TIME_MASK = type(uint40).max;
    uint256 private constant EXIT = 112;
    uint256 private constant SIGNER = 152;
    uint256 private constant OPENED = 192;
    uint256 private constant EXTENDED = 1 << 240;

    function openedAt(uint256 blockNumber) internal pure returns (Ending) {
        return Ending.wrap(uint256(uint48(blockNumber)) << OPENED);
    }

    function committedGrains(Ending ending) internal pure returns (uint112) {
        return uint112(Ending.unwrap(ending));
    }

    function exitEndsAt(Ending ending) internal pure returns (uint40) {
        return uint40(Ending.unwrap(ending) >> EXIT);
    }

    function signerEndsAt(Ending ending) internal pure returns (uint40) {
        return uint40(Ending.unwrap(ending) >> SIGNER);
    }

    function openedAtBlock(Ending ending) internal pure returns (uint48) {
        return uint48(Ending.unwrap(ending) >> OPENED);
    }

    function isExitExtended(Ending ending) internal pure returns (bool) {
        return Ending.unwrap(ending) & EXTENDED != 0;
    }

    function withCommitted(Ending ending, uint112 grains) internal pure returns (Ending) {
        return Ending.wrap(Ending.unwrap(ending) & ~GRAINS_MASK | grains);
    }

    function withExit(Ending ending, uint40 endsAt) internal pure returns (Ending) {
        return Ending.wrap(Ending.unwrap(ending) & ~(TIME_MASK << EXIT) | uint256(endsAt) << EXIT);
    }

    function withSigner(Ending ending, uint40 endsAt) internal pure returns (Ending) {
        return Ending.wrap(Ending.unwrap(ending) & ~(TIME_MASK << SIGNER) | uint256(endsAt) << SIGNER);
    }

    function extended(Ending ending) internal pure returns (Ending) {
        return Ending.wrap(Ending.unwrap(ending) | EXTENDED);
    }
}
