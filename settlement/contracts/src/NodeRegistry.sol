// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";
import {IWorkToken} from "./interfaces/IWorkToken.sol";

/// @title Implements INodeRegistry, which documents every function.
contract NodeRegistry is INodeRegistry {
    /// @dev DER of a SubjectPublicKeyInfo up to the point: SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 },
    /// BIT STRING } (RFC 5480), then 0x04 for an uncompressed point.
    bytes private constant SPKI_PREFIX = hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004";
    string private constant PROOF_TAG = "stannary/node-registration/v1";
    uint8 private constant EVIDENCE_LEVEL_MAX = 3;

    IWorkToken public immutable workToken;
    uint128 public immutable registrationFeeGrains;

    mapping(bytes32 nodeId => Node) private _nodes;

    constructor(IWorkToken workToken_, uint128 registrationFeeGrains_) {
        if (address(workToken_) == address(0)) revert ZeroAddress();
        workToken = workToken_;
        registrationFeeGrains = registrationFeeGrains_;
    }

    function register(
        bytes32 x,
        bytes32 y,
        bytes32 className,
        uint8 evidenceLevel,
        uint32 milliNcu,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 nodeId) {
        if (!_isName(className)) revert MalformedClassName(className);
        if (evidenceLevel == 0 || evidenceLevel > EVIDENCE_LEVEL_MAX) revert UnknownEvidenceLevel(evidenceLevel);
        if (milliNcu == 0) revert ZeroCapacity();
        nodeId = nodeIdOf(x, y);
        address operator = _nodes[nodeId].operator;
        if (operator != address(0)) revert NodeAlreadyRegistered(nodeId, operator);
        // The message names the caller, so a proof seen in the mempool is of no use to anybody else.
        if (!P256.verify(sha256(registrationMessage(msg.sender)), r, s, x, y)) {
            revert ProofOfPossessionInvalid(nodeId, msg.sender);
        }
        _nodes[nodeId] = Node(msg.sender, false, evidenceLevel, milliNcu, className);
        emit NodeRegistered(nodeId, msg.sender, className, evidenceLevel, milliNcu, x, y);
        if (registrationFeeGrains > 0) workToken.burnFrom(msg.sender, registrationFeeGrains);
    }

    function suspend(bytes32 nodeId) external {
        Node storage node = _ownNode(nodeId);
        if (node.suspended) revert NodeAlreadySuspended(nodeId);
        node.suspended = true;
        emit NodeSuspended(nodeId);
    }

    function resume(bytes32 nodeId) external {
        Node storage node = _ownNode(nodeId);
        if (!node.suspended) revert NodeNotSuspended(nodeId);
        node.suspended = false;
        emit NodeResumed(nodeId);
    }

    function registrationMessage(address operator) public view returns (bytes memory) {
        return abi.encodePacked(PROOF_TAG, block.chainid, address(this), operator);
    }

    function nodeIdOf(bytes32 x, bytes32 y) public pure returns (bytes32) {
        return sha256(abi.encodePacked(SPKI_PREFIX, x, y));
    }

    function operatorOf(bytes32 nodeId) external view returns (address) {
        return _nodes[nodeId].operator;
    }

    function nodeOf(bytes32 nodeId) external view returns (Node memory) {
        if (_nodes[nodeId].operator == address(0)) revert NodeUnknown(nodeId);
        return _nodes[nodeId];
    }

    function _ownNode(bytes32 nodeId) private view returns (Node storage node) {
        node = _nodes[nodeId];
        if (node.operator == address(0)) revert NodeUnknown(nodeId);
        if (node.operator != msg.sender) revert NotOperator(nodeId, msg.sender, node.operator);
    }

    /// @dev Off-chain readers take the name as text: one to 32 of [a-z0-9-], then zero bytes only.
    function _isName(bytes32 name) private pure returns (bool) {
        uint256 length = 0;
        while (length < 32 && name[length] != 0) {
            bytes1 letter = name[length];
            if (!(letter >= "a" && letter <= "z") && !(letter >= "0" && letter <= "9") && letter != "-") return false;
            ++length;
        }
        return length > 0 && (length == 32 || (name << (8 * length)) == 0);
    }
}
