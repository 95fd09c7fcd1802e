// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {PayoutTree} from "./PayoutTree.sol";
import {SumTreeDoor} from "./SumTreeDoor.sol";

contract SumTreeTest is Test {
    SumTreeDoor private door;

    function setUp() public {
        door = new SumTreeDoor();
    }

    /// The encoding, written out once more without the library.
    function test_encodesAsDocumented() public view {
        SumTree.Leaf[] memory leaves = new SumTree.Leaf[](3);
        leaves[0] = SumTree.Leaf(address(1), 10, 100);
        leaves[1] = SumTree.Leaf(address(2), 20, 200);
        leaves[2] = SumTree.Leaf(address(3), 30, 300);
        bytes32 a = keccak256(abi.encodePacked(uint8(0), address(1), uint128(10), uint128(100)));
        bytes32 b = keccak256(abi.encodePacked(uint8(0), address(2), uint128(20), uint128(200)));
        bytes32 c = keccak256(abi.encodePacked(uint8(0), address(3), uint128(30), uint128(300)));
        bytes32 ab = keccak256(abi.encodePacked(uint8(1), a, uint128(10), uint128(100), b, uint128(20), uint128(200)));
        bytes32 none = keccak256(hex"02");
        bytes32 cd = keccak256(abi.encodePacked(uint8(1), c, uint128(30), uint128(300), none, uint128(0), uint128(0)));
        bytes32 top =
            keccak256(abi.encodePacked(uint8(1), ab, uint128(30), uint128(300), cd, uint128(30), uint128(300)));
        bytes32 expected = keccak256(abi.encodePacked(uint8(3), top, uint128(60), uint128(600), uint32(3)));
        (bytes32 root, uint128 credits, uint128 tokens) = door.climb(PayoutTree.proofOf(leaves, 2), 3);
        assertEq(root, expected);
        assertEq(credits, 60);
        assertEq(tokens, 600);
    }

    function test_oneLeafHasDepthZero() public view {
        SumTree.Leaf[] memory leaves = new SumTree.Leaf[](1);
        leaves[0] = SumTree.Leaf(address(7), 5, 6);
        SumTree.LeafProof memory proof = PayoutTree.proofOf(leaves, 0);
        assertEq(proof.siblings.length, 0);
        (bytes32 root,,) = door.climb(proof, 1);
        assertEq(root, PayoutTree.rootOf(leaves));
    }

    function test_depthIsTheLeastThatHoldsTheLeaves() public view {
        uint32[7] memory counts = [uint32(1), 2, 3, 4, 5, 1 << 20, type(uint32).max];
        uint8[7] memory depths = [0, 1, 2, 2, 3, 20, 32];
        for (uint256 i = 0; i < counts.length; ++i) {
            assertEq(door.depthOf(counts[i]), depths[i]);
        }
    }

    function testFuzz_everyLeafLeadsToTheRoot(uint8 count, uint64 seed) public view {
        SumTree.Leaf[] memory leaves = randomLeaves(1 + count % 20, seed);
        SumTree.Node memory top = PayoutTree.topOf(leaves);
        for (uint32 i = 0; i < leaves.length; ++i) {
            (bytes32 root, uint128 credits, uint128 tokens) =
                door.climb(PayoutTree.proofOf(leaves, i), uint32(leaves.length));
            assertEq(root, PayoutTree.rootOf(leaves));
            assertEq(credits, top.credits);
            assertEq(tokens, top.tokens);
        }
    }

    /// Any one field changed leads elsewhere (or is refused): no second leaf, place or sum passes for the first.
    function testFuzz_aMutationLeadsElsewhere(uint8 count, uint64 seed, uint8 field) public view {
        SumTree.Leaf[] memory leaves = randomLeaves(2 + count % 20, seed);
        uint32 leafCount = uint32(leaves.length);
        bytes32 honestRoot = PayoutTree.rootOf(leaves);
        SumTree.LeafProof memory proof = PayoutTree.proofOf(leaves, uint32(seed % leafCount));
        mutate(proof, field % 7); // and the leaf in `leaves` with it: memory is shared
        try door.climb(proof, leafCount) returns (bytes32 root, uint128, uint128) {
            assertNotEq(root, honestRoot);
        } catch {}
    }

    function test_RevertWhen_EmptyTree() public {
        SumTree.LeafProof memory proof;
        vm.expectRevert(SumTree.EmptyTree.selector);
        door.climb(proof, 0);
    }

    function test_RevertWhen_LeafIndexOutOfRange() public {
        SumTree.LeafProof memory proof = PayoutTree.proofOf(randomLeaves(3, 1), 2);
        proof.index = 3; // the padding
        vm.expectRevert(abi.encodeWithSelector(SumTree.LeafIndexOutOfRange.selector, 3, 3));
        door.climb(proof, 3);
    }

    function test_RevertWhen_ProofLengthMismatch() public {
        SumTree.LeafProof memory proof = PayoutTree.proofOf(randomLeaves(4, 1), 2);
        vm.expectRevert(abi.encodeWithSelector(SumTree.ProofLengthMismatch.selector, 3, 2));
        door.climb(proof, 5);
    }

    function test_RevertWhen_SumOverflow() public {
        SumTree.LeafProof memory proof = PayoutTree.proofOf(randomLeaves(2, 1), 0);
        proof.siblings[0].tokens = type(uint128).max;
        vm.expectRevert(
            abi.encodeWithSelector(SumTree.SumOverflow.selector, proof.leaf.tokens, proof.siblings[0].tokens)
        );
        door.climb(proof, 2);
    }

    function randomLeaves(uint256 count, uint64 seed) private pure returns (SumTree.Leaf[] memory leaves) {
        leaves = new SumTree.Leaf[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            leaves[i] = SumTree.Leaf(address(uint160((i + 1) << 64)), uint64(random), uint64(random >> 64) + 1);
        }
    }

    function mutate(SumTree.LeafProof memory proof, uint8 field) private pure {
        if (field == 0) proof.leaf.account = address(uint160(proof.leaf.account) + 1);
        if (field == 1) proof.leaf.credits += 1;
        if (field == 2) proof.leaf.tokens -= 1;
        if (field == 3) proof.index ^= 1;
        if (field == 4) proof.siblings[0].hash = ~proof.siblings[0].hash;
        if (field == 5) proof.siblings[0].credits += 1;
        if (field == 6) proof.siblings[0].tokens += 1;
    }
}
