// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEraChallenges} from "../src/interfaces/IEraChallenges.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EraLeaf} from "../src/libraries/EraLeaf.sol";
import {SignedMessage} from "../src/libraries/SignedMessage.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Sums} from "../src/libraries/Sums.sol";
import {EraFixture} from "./EraFixture.sol";
import {LeafTree} from "./LeafTree.sol";

/// What shows an era wrong, and leaves changed so that it is.
abstract contract ChallengeFixture is EraFixture {
    uint256 internal constant VOIDS = uint256(EraLeaf.Tree.Void);
    uint256 internal constant DIRECT = uint256(EraLeaf.Tree.Direct);
    uint256 internal constant PAYOUT = uint256(EraLeaf.Tree.Payout);
    uint256 internal constant PARAMS = uint256(EraLeaf.Tree.Params);

    function posted(Era memory era) internal returns (Era memory) {
        post(headerOf(era));
        return era;
    }

    function second(Era memory first) internal view returns (Era memory) {
        return secondEra(first);
    }

    function postedHeader(Era memory era) internal returns (ISettlement.EraHeader memory header) {
        header = headerOf(era);
        post(header);
    }

    /// Posts with a leaf whose inputs were changed.
    function postedWithInputs(Era memory era, uint256 at) internal returns (ISettlement.EraHeader memory) {
        bytes memory hash = abi.encodePacked(keccak256(abi.encode(era.inputs[at])));
        era.leaves[0][at] = changed(era.leaves[0][at], 62, hash, 32);
        return postedHeader(era);
    }

    /// Keeps the header's equation where a leaf was raised, so that only a challenge finds it.
    function balance(ISettlement.EraHeader memory header, Era memory first, uint8 tree, uint64 by, bool ofTokens)
        internal
        pure
    {
        (uint128 credits, uint128 tokens) = ofTokens ? (uint128(0), uint128(by)) : (uint128(by), uint128(0));
        // 0: voids, 1: direct, 2: payout. Totals that the root does not have are another challenge's.
        if (tree == 0) {
            (header.payout.credits, header.payout.tokens) =
            (header.payout.credits - credits, header.payout.tokens - tokens);
        }
        if (tree == 1) {
            (header.payout.credits, header.payout.tokens) =
            (header.payout.credits + credits, header.payout.tokens + tokens);
        }
        if (tree == 2) {
            (header.direct.credits, header.direct.tokens) =
            (header.direct.credits + credits, header.direct.tokens + tokens);
        }
        assert(first.number == 0);
    }

    function expectVoid(ISettlement.EraHeader memory header, ISettlement.Ground ground) internal {
        bytes32 headerHash = settlement.headerHashOf(header);
        uint64 lastEra = settlement.postedEras() - 1;
        vm.expectEmit(address(settlement));
        emit ISettlement.EraVoided(header.era, headerHash, stranger, lastEra, ground);
        vm.prank(stranger);
    }

    function ask(ISettlement.EraHeader memory header, EraLeaf.Tree tree, uint32 index) internal {
        vm.prank(operator);
        assertTrue(workToken.transfer(consumer, ASK_FEE));
        vm.startPrank(consumer);
        workToken.approve(address(challenges), ASK_FEE);
        challenges.ask(header, tree, index);
        vm.stopPrank();
    }

    function accountProof(Era memory era, Era memory first, address account)
        internal
        pure
        returns (IEraChallenges.AccountProof memory proof)
    {
        proof.account = account;
        proof.payout = rangeOf(era.leaves[PAYOUT], account);
        proof.parent = rangeOf(first.leaves[PAYOUT], account);
        proof.accrual = rangeOf(first.leaves[0], account);
        proof.direct = rangeOf(era.leaves[DIRECT], account);
        proof.voids = rangeOf(era.leaves[VOIDS], account);
    }

    function accrualProof(Era memory era, uint256 at)
        internal
        pure
        returns (SumTree.Span memory span, IEraChallenges.ParamsProof memory rules)
    {
        span = LeafTree.spanOf(era.leaves[0], uint32(at));
        uint32 epoch = uint32(uint8(era.leaves[0][at][59]) % EPOCHS);
        rules = IEraChallenges.ParamsProof(era.rules[epoch], LeafTree.spanOf(era.leaves[PARAMS], epoch));
    }

    /// The leaf of some node, not of a take.
    function nodeLeaf(Era memory era, uint256 which) internal pure returns (uint256 at) {
        at = which % era.leaves[0].length;
        while (nodeIdOf(era.leaves[0][at]) == EraLeaf.TAKE_NODE) at = (at + 1) % era.leaves[0].length;
    }

    function otherThan(Node memory node) internal view returns (Node memory) {
        return nodes[0].nodeId == node.nodeId ? nodes[1] : nodes[0];
    }

    /// A batch of the first epoch and the leaf of its node's last epoch in the second era.
    function omittedBatch(Era memory era) internal view returns (uint256 at, SignedMessage.Message memory batch) {
        at = lastOf(era.leaves[0], stranger);
        batch = batchOf(nodeOf(nodeIdOf(era.leaves[0][at])), 0, 77);
    }

    /// The place behind or before a leaf, where a void of another epoch would be.
    function around(bytes[] memory leaves, uint32 at, uint32) internal pure returns (SumTree.Span memory) {
        return at + 1 < leaves.length ? LeafTree.spanOf(leaves, at, at + 1) : LeafTree.spanOf(leaves, at);
    }

    function two(ISettlement.EraHeader memory header, ISettlement.EraHeader memory parent)
        internal
        pure
        returns (ISettlement.EraHeader[] memory headers)
    {
        headers = new ISettlement.EraHeader[](2);
        (headers[0], headers[1]) = (header, parent);
    }

    function rootOf(SumTree.Node memory top, uint32 leafCount) internal pure returns (SumTree.Root memory) {
        bytes32 root = SumTree.hashRoot(top.hash, Sums.pack(top.credits, top.tokens), leafCount);
        return SumTree.Root(root, top.credits, top.tokens, leafCount);
    }

    function nodeIdOf(bytes memory leaf) internal pure returns (bytes32 nodeId) {
        assembly ("memory-safe") {
            nodeId := mload(add(leaf, 52))
        }
    }

    function changed(bytes memory leaf, uint256 at, bytes memory from, uint256 length)
        internal
        pure
        returns (bytes memory copy)
    {
        copy = bytes.concat(leaf);
        for (uint256 i = 0; i < length; ++i) {
            copy[at + i] = from[i];
        }
    }

    function raised(bytes memory leaf, uint128 by, bool ofTokens) internal pure returns (bytes memory copy) {
        SumTree.Node memory sums = LeafTree.leafNode(leaf);
        bytes memory amounts = ofTokens
            ? abi.encodePacked(sums.credits, sums.tokens + by)
            : abi.encodePacked(sums.credits + by, sums.tokens);
        return changed(leaf, leaf.length - 32, amounts, 32);
    }
}
