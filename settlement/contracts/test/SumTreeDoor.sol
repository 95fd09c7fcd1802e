// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SumTree} from "../src/libraries/SumTree.sol";

/// Gives the library's internal functions an outside.
contract SumTreeDoor {
    function climb(SumTree.LeafProof calldata proof, uint32 leafCount)
        external
        pure
        returns (bytes32 root, uint128 credits, uint128 tokens)
    {
        return SumTree.climb(proof, leafCount);
    }

    function depthOf(uint32 leafCount) external pure returns (uint8) {
        return SumTree.depthOf(leafCount);
    }
}
