// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SumTree} from "../src/libraries/SumTree.sol";
import {Sums} from "../src/libraries/Sums.sol";

/// Builds whole trees of leaves as they are hashed, which the contracts never do: they only check ways to the root.
library LeafTree {
    function rootOf(bytes[] memory leaves) internal pure returns (SumTree.Root memory root) {
        if (leaves.length == 0) return root;
        SumTree.Node memory top = nodeOf(leaves, SumTree.depthOf(uint32(leaves.length)), 0);
        root = SumTree.Root(0, top.credits, top.tokens, uint32(leaves.length));
        root.root = SumTree.hashRoot(top.hash, Sums.pack(top.credits, top.tokens), root.leafCount);
    }

    function spanOf(bytes[] memory leaves, uint32 first, uint32 last) internal pure returns (SumTree.Span memory span) {
        span.first = first;
        span.last = last;
        span.firstLeaf = leaves[first];
        if (first != last) span.lastLeaf = leaves[last];
        SumTree.Node[] memory level = bottomOf(leaves);
        for (uint256 i = 0; level.length > 1; ++i) {
            (uint256 left, uint256 right) = (first >> i, last >> i);
            if (left == right || left >> 1 != right >> 1) {
                span.path = bytes.concat(span.path, recordOf(level[left ^ 1]));
                if (left != right) span.path = bytes.concat(span.path, recordOf(level[right ^ 1]));
            }
            level = above(level);
        }
    }

    function spanOf(bytes[] memory leaves, uint32 index) internal pure returns (SumTree.Span memory) {
        return spanOf(leaves, index, index);
    }

    function pathOf(bytes[] memory leaves, uint256 height, uint256 index) internal pure returns (bytes memory path) {
        SumTree.Node[] memory level = bottomOf(leaves);
        for (uint256 i = 0; level.length > 1; ++i) {
            if (i >= height) path = bytes.concat(path, recordOf(level[(index >> (i - height)) ^ 1]));
            level = above(level);
        }
    }

    function nodeOf(bytes[] memory leaves, uint256 height, uint256 index) internal pure returns (SumTree.Node memory) {
        SumTree.Node[] memory level = bottomOf(leaves);
        for (uint256 i = 0; i < height; ++i) {
            level = above(level);
        }
        return level[index];
    }

    function recordOf(SumTree.Node memory node) internal pure returns (bytes memory) {
        return abi.encodePacked(node.hash, node.credits, node.tokens);
    }

    function leafNode(bytes memory leaf) internal pure returns (SumTree.Node memory node) {
        uint256 sums;
        assembly ("memory-safe") {
            sums := mload(add(leaf, mload(leaf)))
        }
        (node.credits, node.tokens) = Sums.unpack(sums);
        node.hash = keccak256(abi.encodePacked(bytes1(0), leaf));
    }

    function join(SumTree.Node memory left, SumTree.Node memory right)
        internal
        pure
        returns (SumTree.Node memory node)
    {
        uint256 sums;
        (node.hash, sums) = SumTree.join(
            left.hash, Sums.pack(left.credits, left.tokens), right.hash, Sums.pack(right.credits, right.tokens)
        );
        (node.credits, node.tokens) = Sums.unpack(sums);
    }

    function bottomOf(bytes[] memory leaves) private pure returns (SumTree.Node[] memory level) {
        level = new SumTree.Node[](1 << SumTree.depthOf(uint32(leaves.length)));
        for (uint256 i = 0; i < level.length; ++i) {
            level[i] = i < leaves.length ? leafNode(leaves[i]) : SumTree.Node(SumTree.EMPTY_HASH, 0, 0);
        }
    }

    function above(SumTree.Node[] memory level) private pure returns (SumTree.Node[] memory next) {
        next = new SumTree.Node[](level.length / 2);
        for (uint256 i = 0; i < next.length; ++i) {
            next[i] = join(level[2 * i], level[2 * i + 1]);
        }
    }
}
