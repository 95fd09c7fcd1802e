// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Who signed
/// @notice An account signs by ECDSA (65 bytes, lower s) or by ERC-1271. A foreign contract is asked with bounded gas and one
/// word is read of its answer, so it cannot hold up a batch.
library SignerCheck {
    uint256 private constant WALLET_GAS_MAX = 300_000;

    /// @dev The key before the code: it costs less, and an account with delegated code (EIP-7702) still has its key.
    function isSignedBy(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (signature.length == 65) {
            (address recovered, ECDSA.RecoverError fault,) = ECDSA.tryRecoverCalldata(digest, signature);
            if (fault == ECDSA.RecoverError.NoError && recovered == account) return true;
        }
        if (account.code.length == 0) return false;
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        (bool isAnswered, uint256 answer) = boundedWord(account, question, WALLET_GAS_MAX);
        return isAnswered && bytes32(answer) == bytes32(IERC1271.isValidSignature.selector);
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
