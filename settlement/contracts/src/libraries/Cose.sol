// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What devices sign
/// @notice Rebuilds the bytes under a COSE_Sign1 of the wire package (RFC 9052, ES256, deterministic CBOR) from fields.
library Cose {
    /// @notice Sig_structure: ["Signature1", h'a10126', aad, payload]. Both at most 65535 bytes.
    function toBeSigned(bytes memory aad, bytes memory payload) internal pure returns (bytes memory) {
        return abi.encodePacked(hex"846a5369676e61747572653143a10126", _head(aad), aad, _head(payload), payload);
    }

    /// @dev The head of a byte string, in the shortest form of its length.
    function _head(bytes memory content) private pure returns (bytes memory) {
        if (content.length < 24) return abi.encodePacked(uint8(0x40 + content.length));
        if (content.length <= type(uint8).max) return abi.encodePacked(uint8(0x58), uint8(content.length));
        return abi.encodePacked(uint8(0x59), uint16(content.length));
    }
}
