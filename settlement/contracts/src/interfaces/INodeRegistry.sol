// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The register of nodes
/// @notice Binds a device key (P-256) to the operator that owns it and to what it says it is.
/// A node's id is SHA-256 of its key's SubjectPublicKeyInfo, so the device, the gateway and the chain name it alike.
interface INodeRegistry {
    /// @param operator Owner of the node and of its bond.
    /// @param suspended Taken out of work by its operator.
    /// @param evidenceLevel 1 software key, 2 hardware key, 3 trusted execution: what the operator claims. Whoever
    /// relies on it checks the attestation itself.
    /// @param milliNcu Claimed capacity in thousandths of a normalised compute unit.
    /// @param className Lower-case ASCII letters, digits and hyphens, padded with zero bytes on the right.
    struct Node {
        address operator;
        bool suspended;
        uint8 evidenceLevel;
        uint32 milliNcu;
        bytes32 className;
    }

    event NodeRegistered(
        bytes32 indexed nodeId,
        address indexed operator,
        bytes32 indexed className,
        uint8 evidenceLevel,
        uint32 milliNcu,
        bytes32 x,
        bytes32 y
    );
    event NodeSuspended(bytes32 indexed nodeId);
    event NodeResumed(bytes32 indexed nodeId);

    error ZeroAddress();
    error MalformedClassName(bytes32 className);
    error UnknownEvidenceLevel(uint8 evidenceLevel);
    error ZeroCapacity();
    error NodeAlreadyRegistered(bytes32 nodeId, address operator);
    error NodeUnknown(bytes32 nodeId);
    /// @notice The device did not sign for this operator: wrong key or message, a high s, or a point off the curve.
    error ProofOfPossessionInvalid(bytes32 nodeId, address operator);
    error NotOperator(bytes32 nodeId, address caller, address operator);
    error NodeAlreadySuspended(bytes32 nodeId);
    error NodeNotSuspended(bytes32 nodeId);

    /// @notice Work tokens burnt for each registration, so that identities are not free.
    function registrationFeeGrains() external view returns (uint128);
    /// @notice What the device signs (ES256: SHA-256 first) so that `operator` may register it here and nowhere else.
    function registrationMessage(address operator) external view returns (bytes memory);
    /// @notice SHA-256 of the SubjectPublicKeyInfo of the P-256 point (x, y).
    function nodeIdOf(bytes32 x, bytes32 y) external pure returns (bytes32);
    /// @notice Zero for a node that nobody registered.
    function operatorOf(bytes32 nodeId) external view returns (address);
    /// @notice Error: NodeUnknown.
    function nodeOf(bytes32 nodeId) external view returns (Node memory);

    /// @notice Registers a node for the caller, who pays the fee (by allowance).
    /// @param r,s The device's signature over `registrationMessage(caller)`, s in the lower half.
    /// @dev Errors: MalformedClassName, UnknownEvidenceLevel, ZeroCapacity, NodeAlreadyRegistered,
    /// ProofOfPossessionInvalid, and the token's own.
    function register(
        bytes32 x,
        bytes32 y,
        bytes32 className,
        uint8 evidenceLevel,
        uint32 milliNcu,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 nodeId);
    /// @notice Takes a node out of work. Errors: NodeUnknown, NotOperator, NodeAlreadySuspended.
    function suspend(bytes32 nodeId) external;
    /// @notice Brings it back. Errors: NodeUnknown, NotOperator, NodeNotSuspended.
    function resume(bytes32 nodeId) external;
}
