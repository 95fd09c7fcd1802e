// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";

/// @title A verifier of keys that hash what they sign
/// @notice ERC-7913, and the same for messages that are longer than a hash: `verify(key, hash, signature)` is
/// `verifyMessage(key, hash, signature)`.
interface IMessageVerifier is IERC7913SignatureVerifier {
    function verifyMessage(bytes calldata key, bytes calldata message, bytes calldata signature)
        external
        view
        returns (bool);
}
