// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SumTree} from "../src/libraries/SumTree.sol";

/// Builds whole payout trees, which the contracts never do: they only check ways from a leaf to the root.
library PayoutTree {
    function topOf(SumTree.Leaf[] memory leaves) internal pure returns (SumTree.Node memory) {
        SumTree.Node[] memory level = bottomOf(leaves);
        while (level.length > 1) level = above(level);
        return level[0];
    }

    function rootOf(SumTree.Leaf[] memory leaves) internal pure returns (bytes32) {
        return SumTree.rootOf(topOf(leaves), uint32(leaves.length));
    }

    function proofOf(SumTree.Leaf[] memory leaves, uint32 index)
        internal
        pure
        returns (SumTree.LeafProof memory proof)
    {
        proof.leaf = leaves[index];
        proof.index = index;
        proof.siblings = new SumTree.Node[](SumTree.depthOf(uint32(leaves.length)));
        SumTree.Node[] memory level = bottomOf(leaves);
        for (uint256 i = 0; level.length > 1; ++i) {
            proof.siblings[i] = level[(index >> i) ^ 1];
            level = above(level);
        }
    }

    function bottomOf(SumTree.Leaf[] memory leaves) private pure returns (SumTree.Node[] memory level) {
        level = new SumTree.Node[](1 << SumTree.depthOf(uint32(leaves.length)));
        for (uint256 i = 0; i < level.length; ++i) {
            level[i] = i < leaves.length
                ? SumTree.Node(SumTree.hashLeaf(leaves[i]), leaves[i].credits, leaves[i].tokens)
                : SumTree.Node(keccak256(hex"02"), 0, 0);
        }
    }

    function above(SumTree.Node[] memory level) private pure returns (SumTree.Node[] memory next) {
        next = new SumTree.Node[](level.length / 2);
        for (uint256 i = 0; i < next.length; ++i) {
            next[i] = SumTree.join(level[2 * i], level[2 * i + 1]);
        }
    }
}
