// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IMessageVerifier} from "./interfaces/IMessageVerifier.sol";

/// @title P-256 signatures of secure elements
/// @notice ERC-7913 verifier of r || s over sha256(hash): enclaves, TPMs, WebCrypto and Node hash before they sign. Only
/// the lower s is accepted, so a signature has one form. Whether the chain has the EIP-7951 precompile is found out once,
/// at deployment.
contract P256Sha256Verifier is IMessageVerifier {
    address private constant PRECOMPILE = address(0x100);
    /// @dev A valid signature with r = 5, s = 1 of SHA-256("123400"): Wycheproof, ecdsa_secp256r1_sha256_p1363.
    bytes32 private constant PROBE_HASH = 0xbb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023;
    bytes32 private constant PROBE_X = 0xa71af64de5126a4a4e02b7922d66ce9415ce88a4c9d25514d91082c8725ac957;
    bytes32 private constant PROBE_Y = 0x5d47723c8fbe580bb369fec9c2665d8e30a435b9932645482e7c9f11e872296b;

    /// @notice Whether the precompile is asked; else the verification runs as contract code, at about 250k gas.
    bool public immutable usesPrecompile;

    /// @dev A precompile that says yes to the wrong hash as well is none.
    constructor() {
        usesPrecompile = _probe(PROBE_HASH) && !_probe(~PROBE_HASH);
    }

    function verify(bytes calldata key, bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        bool isValid = _isSigned(key, sha256(abi.encodePacked(hash)), signature);
        return isValid ? IERC7913SignatureVerifier.verify.selector : bytes4(0xffffffff);
    }

    function verifyMessage(bytes calldata key, bytes calldata message, bytes calldata signature)
        external
        view
        returns (bool)
    {
        return _isSigned(key, sha256(message), signature);
    }

    function _isSigned(bytes calldata key, bytes32 digest, bytes calldata signature) private view returns (bool) {
        if (key.length != 64 || signature.length != 64) return false;
        bytes32 r = bytes32(signature[:32]);
        bytes32 s = bytes32(signature[32:]);
        return usesPrecompile
            ? P256.verifyNative(digest, r, s, bytes32(key[:32]), bytes32(key[32:]))
            : P256.verifySolidity(digest, r, s, bytes32(key[:32]), bytes32(key[32:]));
    }

    function _probe(bytes32 hash) private view returns (bool) {
        (bool isCalled, bytes memory answer) =
            PRECOMPILE.staticcall(abi.encode(hash, uint256(5), uint256(1), PROBE_X, PROBE_Y));
        return isCalled && answer.length == 32 && abi.decode(answer, (uint256)) == 1;
    }
}
