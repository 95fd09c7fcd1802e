// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IChannels} from "../interfaces/IChannels.sol";

/// @title EIP-712 structs of payment channels
/// @notice The same strings stand in the wire package; test/vectors/voucher.json holds both to each other.
library ChannelTypes {
    bytes32 internal constant CHANNEL_TYPEHASH = keccak256(
        "Channel(address payer,bytes payerSigner,address payee,address payeeOperator,address token,"
        "uint64 exitDelaySeconds,uint32 minConfirmations,bytes32 policyHash,bytes32 salt)"
    );
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256(
        "Voucher(bytes32 channelId,address payee,uint128 cumulativeGrains,uint64 deadlineMs,bytes32 conditionHash)"
    );
    bytes32 internal constant CHARGE_TYPEHASH = keccak256("Charge(bytes32 voucherDigest,uint128 chargedGrains)");
    bytes32 internal constant CLOSE_TYPEHASH =
        keccak256("Close(bytes32 channelId,uint128 paidGrains,uint64 deadlineMs)");

    /// @dev A service lies in calldata as it is hashed. Bits that a field's type does not have make another hash, and so
    /// no channel. A signer that is not named is the payer's account.
    function hashOf(IChannels.Service calldata service, address payer, bytes calldata signer, bytes32 salt)
        internal
        pure
        returns (bytes32 hash)
    {
        bytes32 typeHash = CHANNEL_TYPEHASH;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, shl(96, payer))
            let signerLength := 20
            if signer.length {
                calldatacopy(start, signer.offset, signer.length)
                signerLength := signer.length
            }
            let signerHash := keccak256(start, signerLength)
            mstore(start, typeHash)
            mstore(add(start, 0x20), payer)
            mstore(add(start, 0x40), signerHash)
            calldatacopy(add(start, 0x60), service, 0xc0)
            mstore(add(start, 0x120), salt)
            hash := keccak256(start, 0x140)
        }
    }

    function hashOf(bytes32 id, IChannels.Voucher calldata voucher) internal pure returns (bytes32 hash) {
        bytes32 typeHash = VOUCHER_TYPEHASH;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typeHash)
            mstore(add(start, 0x20), id)
            calldatacopy(add(start, 0x40), voucher, 0x80)
            hash := keccak256(start, 0xc0)
        }
    }

    /// @dev What is signed of a struct with that hash.
    function digestOf(bytes32 domain, bytes32 structHash) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, hex"1901")
            mstore(add(start, 0x02), domain)
            mstore(add(start, 0x22), structHash)
            digest := keccak256(start, 0x42)
        }
    }

    function hashOfCharge(bytes32 voucherDigest, uint128 chargedGrains) internal pure returns (bytes32) {
        return keccak256(abi.encode(CHARGE_TYPEHASH, voucherDigest, chargedGrains));
    }

    function hashOfClose(bytes32 id, uint128 paidGrains, uint64 deadlineMs) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSE_TYPEHASH, id, paidGrains, deadlineMs));
    }
}
