// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Cose} from "./Cose.sol";

/// @title Batches and receipts, as their signers signed them
/// @notice Reads what a contract needs of a message of the wire package and names it by its id, which is the SHA-256 of
/// the bytes under its signature.
library SignedMessage {
    /// @param aad external_aad: CBOR[chain text, Settlement's 20 bytes, economyHash's 32 bytes].
    struct Message {
        bytes aad;
        bytes payload;
    }

    function idOf(Message calldata message) internal pure returns (bytes32) {
        return sha256(toBeSigned(message));
    }

    function toBeSigned(Message calldata message) internal pure returns (bytes memory) {
        return Cose.toBeSigned(message.aad, message.payload);
    }

    /// @notice The first three members of a map in which they are an id and two integers: of a batch header its node,
    /// epoch and sequence number, of a receipt its batch, sequence number and code.
    function read(bytes calldata payload)
        internal
        pure
        returns (bool isRead, bytes32 id, uint256 second, uint256 third)
    {
        // Map, key 1, head of 32 bytes; the id; key 2.
        if (payload.length < 39 || bytes3(payload[1:]) != 0x015820 || payload[36] != 0x02) return (false, 0, 0, 0);
        id = bytes32(payload[4:]);
        uint256 at;
        (at, second) = _readUnsigned(payload, 37);
        if (at == 0 || at >= payload.length || payload[at] != 0x03) return (false, 0, 0, 0);
        (at, third) = _readUnsigned(payload, at + 1);
        return (at != 0, id, second, third);
    }

    /// @return next Where the integer ends; 0 where none is.
    function _readUnsigned(bytes calldata payload, uint256 at) private pure returns (uint256 next, uint256 value) {
        if (at >= payload.length) return (0, 0);
        uint256 head = uint8(payload[at]);
        if (head < 24) return (at + 1, head);
        if (head > 27) return (0, 0);
        uint256 size = 1 << (head - 24);
        next = at + 1 + size;
        if (next > payload.length) return (0, 0);
        for (uint256 i = at + 1; i < next; ++i) {
            value = value << 8 | uint8(payload[i]);
        }
    }
}
