// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IChannels} from "../interfaces/IChannels.sol";

/// @title The fields of a row, read where they lie in calldata
/// @dev The compiler checks a field each time that it is read, 60 to 150 gas; a claim reads thirty. Here a row's words are
/// checked once, by `requireTyped`. Offsets are not: they only say which bytes of its own calldata a caller means, and what
/// lies past the end reads as zero. A row is ten words: payer, offset of its signer, salt, the voucher's four, charge,
/// offsets of signature and extras, each offset counted from the row.
library RowFields {
    /// @dev Ends the call with the array as it lies in memory, which is how a call's answer lies too. Nothing after it runs,
    /// a modifier's second half neither. The word before the array is written over: nobody reads it any more.
    function answer(IChannels.Skip[] memory skips) internal pure {
        assembly ("memory-safe") {
            let start := sub(skips, 0x20)
            mstore(start, 0x20)
            return(start, add(0x40, shl(5, mload(skips))))
        }
    }

    /// @dev As the compiler: a word with bits that its type does not have reverts.
    function requireTyped(IChannels.Row calldata row) internal pure {
        assembly ("memory-safe") {
            let excess := shr(160, or(calldataload(row), calldataload(add(row, 0x60))))
            excess := or(excess, shr(64, calldataload(add(row, 0xa0))))
            excess := or(excess, shr(128, or(calldataload(add(row, 0x80)), calldataload(add(row, 0xe0)))))
            if excess { revert(0, 0) }
        }
    }

    /// @dev Element `index` of an array whose length the caller has looked at.
    function at(IChannels.Batch[] calldata batches, uint256 index)
        internal
        pure
        returns (IChannels.Service calldata service, IChannels.Row[] calldata rows)
    {
        assembly ("memory-safe") {
            service := add(batches.offset, calldataload(add(batches.offset, shl(5, index))))
            let start := add(service, calldataload(add(service, 0xc0)))
            rows.length := calldataload(start)
            rows.offset := add(start, 0x20)
        }
    }

    /// @dev As above.
    function at(IChannels.Row[] calldata rows, uint256 index) internal pure returns (IChannels.Row calldata row) {
        assembly ("memory-safe") {
            row := add(rows.offset, calldataload(add(rows.offset, shl(5, index))))
        }
    }

    /// @dev These two of a service whose channel is there: an opening has checked their words.
    function payeeOf(IChannels.Service calldata service) internal pure returns (address payee) {
        assembly ("memory-safe") {
            payee := calldataload(service)
        }
    }

    function tokenOf(IChannels.Service calldata service) internal pure returns (address token) {
        assembly ("memory-safe") {
            token := calldataload(add(service, 0x40))
        }
    }

    function payerOf(IChannels.Row calldata row) internal pure returns (address payer) {
        assembly ("memory-safe") {
            payer := calldataload(row)
        }
    }

    function signerOf(IChannels.Row calldata row) internal pure returns (bytes calldata signer) {
        assembly ("memory-safe") {
            let start := add(row, calldataload(add(row, 0x20)))
            signer.length := calldataload(start)
            signer.offset := add(start, 0x20)
        }
    }

    function saltOf(IChannels.Row calldata row) internal pure returns (bytes32 salt) {
        assembly ("memory-safe") {
            salt := calldataload(add(row, 0x40))
        }
    }

    function payeeOf(IChannels.Row calldata row) internal pure returns (address payee) {
        assembly ("memory-safe") {
            payee := calldataload(add(row, 0x60))
        }
    }

    function ceilingOf(IChannels.Row calldata row) internal pure returns (uint256 cumulativeGrains) {
        assembly ("memory-safe") {
            cumulativeGrains := calldataload(add(row, 0x80))
        }
    }

    /// @dev In seconds, rounded down.
    function deadlineOf(IChannels.Row calldata row) internal pure returns (uint256 deadlineSeconds) {
        assembly ("memory-safe") {
            deadlineSeconds := div(calldataload(add(row, 0xa0)), 1000)
        }
    }

    function conditionHashOf(IChannels.Row calldata row) internal pure returns (bytes32 conditionHash) {
        assembly ("memory-safe") {
            conditionHash := calldataload(add(row, 0xc0))
        }
    }

    function chargedOf(IChannels.Row calldata row) internal pure returns (uint256 chargedGrains) {
        assembly ("memory-safe") {
            chargedGrains := calldataload(add(row, 0xe0))
        }
    }

    function signatureOf(IChannels.Row calldata row) internal pure returns (bytes calldata signature) {
        assembly ("memory-safe") {
            let start := add(row, calldataload(add(row, 0x100)))
            signature.length := calldataload(start)
            signature.offset := add(start, 0x20)
        }
    }

    function hasExtra(IChannels.Row calldata row) internal pure returns (bool has) {
        assembly ("memory-safe") {
            has := iszero(iszero(calldataload(add(row, calldataload(add(row, 0x120))))))
        }
    }
}
