// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title Who signed
/// @notice An account signs by ECDSA (65 bytes, lower s) or by ERC-1271. A foreign contract is asked with bounded gas and one
/// word is read of its answer, so it cannot hold up a batch.
library SignerCheck {
    uint256 private constant WALLET_GAS_MAX = 300_000;

    /// @dev The lower half of the curve's order: of the two values of s that verify, the lower one counts.
    uint256 private constant S_MAX = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @dev The key before the code: it costs less, and an account with delegated code (EIP-7702) still has its key.
    function isSignedBy(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        return isSignedByKey(account, digest, signature) || isSignedByCode(account, digest, signature);
    }

    /// @dev r, s, v. The precompile answers nothing where v is neither 27 nor 28 or there is no such point; the zero account
    /// has signed nothing.
    function isSignedByKey(address account, bytes32 digest, bytes calldata signature)
        internal
        view
        returns (bool isSigned)
    {
        if (signature.length != 65) return false;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, digest)
            mstore(add(start, 0x20), byte(0, calldataload(add(signature.offset, 0x40))))
            calldatacopy(add(start, 0x40), signature.offset, 0x40)
            mstore(0x00, 0)
            if iszero(gt(mload(add(start, 0x60)), S_MAX)) {
                pop(staticcall(gas(), 1, start, 0x80, 0x00, 0x20))
            }
            let recovered := mload(0x00)
            isSigned := and(iszero(iszero(recovered)), eq(recovered, shr(96, shl(96, account))))
        }
    }

    /// @dev An account without code answers nothing. The question is isValidSignature(digest, signature), written past the
    /// memory in use, which the answer does not outlive.
    function isSignedByCode(address account, bytes32 digest, bytes calldata signature)
        internal
        view
        returns (bool isSigned)
    {
        bytes32 selector = IERC1271.isValidSignature.selector;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, selector)
            mstore(add(start, 0x04), digest)
            mstore(add(start, 0x24), 0x40)
            mstore(add(start, 0x44), signature.length)
            calldatacopy(add(start, 0x64), signature.offset, signature.length)
            let size := and(add(signature.length, 0x1f), not(0x1f))
            // What follows the signature up to a whole word is zero.
            mstore(add(add(start, 0x64), signature.length), 0)
            mstore(0x00, 0)
            isSigned := staticcall(WALLET_GAS_MAX, account, start, add(size, 0x64), 0x00, 0x20)
            isSigned := and(isSigned, gt(returndatasize(), 0x1f))
            isSigned := and(isSigned, eq(mload(0x00), selector))
        }
    }

    /// @notice The first word of a contract's answer. Nothing that it does can fail the caller.
    function boundedWord(address target, bytes memory question, uint256 gasMax)
        internal
        view
        returns (bool isAnswered, uint256 answer)
    {
        assembly ("memory-safe") {
            mstore(0x00, 0)
            isAnswered := staticcall(gasMax, target, add(question, 0x20), mload(question), 0x00, 0x20)
            isAnswered := and(isAnswered, gt(returndatasize(), 0x1f))
            answer := mload(0x00)
        }
    }
}
