// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMessageVerifier} from "../interfaces/IMessageVerifier.sol";
import {Cose} from "../libraries/Cose.sol";
import {TimedCondition} from "./TimedCondition.sol";

/// @title Met by a device's signed receipt of the task that was ordered
/// @notice The evidence is the receipt as it went over the wire: what the device signed, byte for byte.
contract TaskReceipt is TimedCondition {
    /// @param keyX,keyY The device's P-256 key.
    /// @param taskId Zero for any task of that module and input.
    /// @param aadHash keccak256 of the receipt's external_aad: chain, settlement and economy.
    struct Terms {
        uint64 endsAt;
        bytes32 keyX;
        bytes32 keyY;
        bytes32 taskId;
        bytes32 moduleHash;
        bytes32 inputHash;
        bytes32 aadHash;
    }

    struct Evidence {
        bytes aad;
        bytes receipt;
        bytes signature;
    }

    error ZeroAddress();

    IMessageVerifier public immutable verifier;

    constructor(IMessageVerifier verifier_) {
        if (address(verifier_) == address(0)) revert ZeroAddress();
        verifier = verifier_;
    }

    function _isMet(bytes calldata terms_, bytes calldata evidence_) internal view override returns (bool) {
        Terms memory terms = abi.decode(terms_, (Terms));
        Evidence memory evidence = abi.decode(evidence_, (Evidence));
        if (keccak256(evidence.aad) != terms.aadHash) return false;
        // A receipt is a map of eight whose first three members are ids: each a key, 58 20, and 32 bytes.
        (bytes32 head, bytes32 taskId, bytes32 moduleHash, bytes32 inputHash) = _firstIds(evidence.receipt);
        if (head != hex"a8015820025820035820") return false;
        if (terms.taskId != 0 && taskId != terms.taskId) return false;
        if (moduleHash != terms.moduleHash || inputHash != terms.inputHash) return false;
        bytes memory key = abi.encodePacked(terms.keyX, terms.keyY);
        return verifier.verifyMessage(key, Cose.toBeSigned(evidence.aad, evidence.receipt), evidence.signature);
    }

    /// @return head The bytes between the ids, one after the other.
    function _firstIds(bytes memory receipt)
        private
        pure
        returns (bytes32 head, bytes32 taskId, bytes32 moduleHash, bytes32 inputHash)
    {
        if (receipt.length < 109) return (0, 0, 0, 0);
        bytes32 first;
        bytes32 second;
        bytes32 third;
        assembly ("memory-safe") {
            first := mload(add(receipt, 0x20))
            taskId := mload(add(receipt, 0x24))
            second := mload(add(receipt, 0x44))
            moduleHash := mload(add(receipt, 0x47))
            third := mload(add(receipt, 0x67))
            inputHash := mload(add(receipt, 0x6a))
        }
        head = bytes32(abi.encodePacked(bytes4(first), bytes3(second), bytes3(third)));
    }
}
