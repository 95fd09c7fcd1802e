// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What a claim reads and writes of a channel, in one word: deposited grains (112 bits), claimed grains (112),
/// whether it was opened, is closed, had its signer revoked, has a contract for its signer (a bit each). Zero: no such
/// channel.
type Purse is uint256;

using PurseFields for Purse global;

/// @title The fields of a purse
/// @dev One word by hand: from a struct the compiler reads the slot once a field.
library PurseFields {
    uint256 private constant GRAINS_MASK = type(uint112).max;
    uint256 private constant OPENED = 1 << 224;
    uint256 private constant CLOSED = 1 << 225;
    uint256 private constant SIGNER_REVOKED = 1 << 226;
    uint256 private constant SIGNER_CONTRACT = 1 << 227;

    function openedWith(uint112 deposit, bool isContracts) internal pure returns (Purse) {
        return Purse.wrap(uint256(deposit) | OPENED | (isContracts ? SIGNER_CONTRACT : 0));
    }

    function depositedGrains(Purse purse) internal pure returns (uint112) {
        return uint112(Purse.unwrap(purse));
    }

    function claimedGrains(Purse purse) internal pure returns (uint112) {
        return uint112(Purse.unwrap(purse) >> 112);
    }

    /// @notice Deposited and not claimed.
    function leftGrains(Purse purse) internal pure returns (uint256) {
        uint256 deposited = Purse.unwrap(purse) & GRAINS_MASK;
        uint256 claimed = Purse.unwrap(purse) >> 112 & GRAINS_MASK;
        if (claimed >= deposited) return 0;
        unchecked {
            return deposited - claimed;
        }
    }

    function isThere(Purse purse) internal pure returns (bool) {
        return Purse.unwrap(purse) != 0;
    }

    function isClosed(Purse purse) internal pure returns (bool) {
        return Purse.unwrap(purse) & CLOSED != 0;
    }

    function isSignerRevoked(Purse purse) internal pure returns (bool) {
        return Purse.unwrap(purse) & SIGNER_REVOKED != 0;
    }

    function isSignerContract(Purse purse) internal pure returns (bool) {
        return Purse.unwrap(purse) & SIGNER_CONTRACT != 0;
    }

    function withDeposited(Purse purse, uint112 grains) internal pure returns (Purse) {
        return Purse.wrap(Purse.unwrap(purse) & ~GRAINS_MASK | grains);
    }

    function withClaimed(Purse purse, uint112 grains) internal pure returns (Purse) {
        return Purse.wrap(Purse.unwrap(purse) & ~(GRAINS_MASK << 112) | uint256(grains) << 112);
    }

    function closed(Purse purse) internal pure returns (Purse) {
        return Purse.wrap(Purse.unwrap(purse) | CLOSED);
    }

    function signerRevoked(Purse purse) internal pure returns (Purse) {
        return Purse.wrap(Purse.unwrap(purse) | SIGNER_REVOKED);
    }
}
