// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Merkle sum tree of an era's payouts
/// @notice Checks one leaf against a payout root. Every inner node commits to both children's hashes and both
/// children's sums, so a tree cannot owe more than its root says.
/// @dev Twin of `sumTree` in the wire package, equal byte for byte on test/vectors/payout-tree.json:
///   leaf  = keccak256(0x00 | account (20) | credits (16) | tokens (16))
///   node  = keccak256(0x01 | left hash (32) | left credits (16) | left tokens (16) | right hash | right sums)
///   empty = keccak256(0x02), sums 0: pads the leaves on the right to a power of two
///   root  = keccak256(0x03 | top hash (32) | credits (16) | tokens (16) | leaf count (4))
/// The four tags and the four lengths (53, 129, 1, 69 bytes) keep one kind from passing for another.
library SumTree {
    /// @notice What an account may have claimed by the end of an era, over its lifetime, in grains.
    struct Leaf {
        address account;
        uint128 credits;
        uint128 tokens;
    }

    /// @notice A subtree: its hash and what all its leaves add up to.
    struct Node {
        bytes32 hash;
        uint128 credits;
        uint128 tokens;
    }

    /// @notice A leaf with the way to its root: siblings from the leaf's own upwards.
    struct LeafProof {
        Leaf leaf;
        uint32 index;
        Node[] siblings;
    }

    bytes1 private constant LEAF_TAG = 0x00;
    bytes1 private constant NODE_TAG = 0x01;
    bytes1 private constant ROOT_TAG = 0x03;

    /// @notice A tree has at least one leaf.
    error EmptyTree();
    /// @notice Padding is not a leaf: expected `index` below `leafCount`.
    error LeafIndexOutOfRange(uint32 index, uint32 leafCount);
    /// @notice Expected one sibling for each of the tree's levels.
    error ProofLengthMismatch(uint256 expected, uint256 got);
    /// @notice Two sums of one asset do not fit 128 bits together.
    error SumOverflow(uint128 left, uint128 right);

    /// @notice Levels between the leaves and the top: the least d with 2^d >= leafCount.
    function depthOf(uint32 leafCount) internal pure returns (uint8) {
        if (leafCount == 0) revert EmptyTree();
        return uint8(Math.log2(leafCount, Math.Rounding.Ceil));
    }

    /// @notice The root that `proof` leads to in a tree of `leafCount` leaves, and that tree's totals.
    /// @dev The caller compares the root, and the totals with those it was promised.
    function climb(LeafProof calldata proof, uint32 leafCount)
        internal
        pure
        returns (bytes32 root, uint128 credits, uint128 tokens)
    {
        uint8 depth = depthOf(leafCount);
        if (proof.index >= leafCount) revert LeafIndexOutOfRange(proof.index, leafCount);
        if (proof.siblings.length != depth) revert ProofLengthMismatch(depth, proof.siblings.length);
        Node memory node = Node(hashLeaf(proof.leaf), proof.leaf.credits, proof.leaf.tokens);
        for (uint256 level = 0; level < depth; ++level) {
            Node memory sibling = proof.siblings[level];
            bool isRightChild = (proof.index >> level) & 1 == 1;
            node = isRightChild ? join(sibling, node) : join(node, sibling);
        }
        return (rootOf(node, leafCount), node.credits, node.tokens);
    }

    function hashLeaf(Leaf memory leaf) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(LEAF_TAG, leaf.account, leaf.credits, leaf.tokens));
    }

    function join(Node memory left, Node memory right) internal pure returns (Node memory) {
        bytes32 hash = keccak256(
            abi.encodePacked(NODE_TAG, left.hash, left.credits, left.tokens, right.hash, right.credits, right.tokens)
        );
        return Node(hash, add(left.credits, right.credits), add(left.tokens, right.tokens));
    }

    function rootOf(Node memory top, uint32 leafCount) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(ROOT_TAG, top.hash, top.credits, top.tokens, leafCount));
    }

    function add(uint128 left, uint128 right) private pure returns (uint128) {
        unchecked {
            uint128 sum = left + right;
            if (sum < left) revert SumOverflow(left, right);
            return sum;
        }
    }
}
