// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SumTree} from "../src/libraries/SumTree.sol";
import {Sums} from "../src/libraries/Sums.sol";

/// Gives the library's internal functions an outside.
contract SumTreeDoor {
    function sumOf(SumTree.Root calldata root, SumTree.Span calldata span, uint256 leafBytes)
        external
        pure
        returns (uint128 credits, uint128 tokens)
    {
        return Sums.unpack(SumTree.sumOf(root, span, leafBytes));
    }

    function climbLeaf(SumTree.Root calldata root, bytes calldata leaf, uint32 index, bytes calldata path)
        external
        pure
        returns (uint128 credits, uint128 tokens)
    {
        (bytes32 hash, uint256 sums) = SumTree.readLeaf(leaf, leaf.length);
        return SumTree.climbLeaf(root, hash, sums, index, path);
    }

    function holds(
        SumTree.Root calldata root,
        SumTree.Node calldata node,
        uint256 level,
        uint256 index,
        bytes calldata path
    ) external pure returns (bool) {
        return SumTree.holds(root, node, level, index, path);
    }

    function depthOf(uint32 leafCount) external pure returns (uint8) {
        return SumTree.depthOf(leafCount);
    }
}
