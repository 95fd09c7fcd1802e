// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Sums} from "../../src/libraries/Sums.sol";

/// Laws of sums, for all inputs: proved, not tried (tools/proofs.ts). Each assertion is one law.
contract SumsProofs {
    /// A node's sums are its children's, exactly: nothing wraps, in either asset.
    function nodeAddsUp(uint256 left, uint256 right) external pure {
        (uint128 credits, uint128 tokens) = Sums.unpack(Sums.add(left, right));
        (uint128 leftCredits, uint128 leftTokens) = Sums.unpack(left);
        (uint128 rightCredits, uint128 rightTokens) = Sums.unpack(right);
        assert(uint256(credits) == uint256(leftCredits) + uint256(rightCredits));
        assert(uint256(tokens) == uint256(leftTokens) + uint256(rightTokens));
    }

    /// A tree owes at least what each subtree does.
    function nodeOwesAtLeastItsChildren(uint256 left, uint256 right) external pure {
        (uint128 credits, uint128 tokens) = Sums.unpack(Sums.add(left, right));
        (uint128 leftCredits, uint128 leftTokens) = Sums.unpack(left);
        (uint128 rightCredits, uint128 rightTokens) = Sums.unpack(right);
        assert(credits >= leftCredits && credits >= rightCredits);
        assert(tokens >= leftTokens && tokens >= rightTokens);
    }

    /// One word holds both and nothing else.
    function packedIsUnpacked(uint128 credits, uint128 tokens) external pure {
        (uint128 creditsAgain, uint128 tokensAgain) = Sums.unpack(Sums.pack(credits, tokens));
        assert(creditsAgain == credits && tokensAgain == tokens);
    }
}
