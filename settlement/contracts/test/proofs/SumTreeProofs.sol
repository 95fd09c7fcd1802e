// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SumTree} from "../../src/libraries/SumTree.sol";

/// Laws of sums, for all inputs: proved, not tried (tools/proofs.ts). Each assertion is one law.
contract SumTreeProofs {
    /// A node's sums are its children's, exactly: nothing wraps, in either asset.
    function nodeAddsUp(SumTree.Node memory left, SumTree.Node memory right) external pure {
        SumTree.Node memory node = SumTree.join(left, right);
        assert(uint256(node.credits) == uint256(left.credits) + uint256(right.credits));
        assert(uint256(node.tokens) == uint256(left.tokens) + uint256(right.tokens));
    }

    /// A tree owes at least what each subtree does.
    function nodeOwesAtLeastItsChildren(SumTree.Node memory left, SumTree.Node memory right) external pure {
        SumTree.Node memory node = SumTree.join(left, right);
        assert(node.credits >= left.credits && node.credits >= right.credits);
        assert(node.tokens >= left.tokens && node.tokens >= right.tokens);
    }
}
