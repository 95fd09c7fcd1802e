// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Sums} from "../src/libraries/Sums.sol";
import {LeafTree} from "./LeafTree.sol";
import {SumTreeDoor} from "./SumTreeDoor.sol";

contract SumTreeTest is Test {
    uint256 private constant LEAF_BYTES = 52;
    SumTreeDoor private door;

    function setUp() public {
        door = new SumTreeDoor();
    }

    /// The encoding, written out once more without the library.
    function test_encodesAsDocumented() public view {
        bytes[] memory leaves = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            leaves[i] = leafOf(address(uint160(i + 1)), uint128(10 * (i + 1)), uint128(100 * (i + 1)));
        }
        bytes32 a = keccak256(abi.encodePacked(uint8(0), address(1), uint128(10), uint128(100)));
        bytes32 b = keccak256(abi.encodePacked(uint8(0), address(2), uint128(20), uint128(200)));
        bytes32 c = keccak256(abi.encodePacked(uint8(0), address(3), uint128(30), uint128(300)));
        bytes32 ab = keccak256(abi.encodePacked(uint8(1), a, uint128(10), uint128(100), b, uint128(20), uint128(200)));
        bytes32 none = keccak256(hex"02");
        bytes32 cd = keccak256(abi.encodePacked(uint8(1), c, uint128(30), uint128(300), none, uint128(0), uint128(0)));
        bytes32 top =
            keccak256(abi.encodePacked(uint8(1), ab, uint128(30), uint128(300), cd, uint128(30), uint128(300)));
        bytes32 expected = keccak256(abi.encodePacked(uint8(3), top, uint128(60), uint128(600), uint32(3)));
        SumTree.Root memory root = SumTree.Root(expected, 60, 600, 3);
        (uint128 credits, uint128 tokens) = door.sumOf(root, LeafTree.spanOf(leaves, 2), LEAF_BYTES);
        assertEq(credits, 30);
        assertEq(tokens, 300);
    }

    function test_depthIsTheLeastThatHoldsTheLeaves() public view {
        uint32[7] memory counts = [uint32(1), 2, 3, 4, 5, 1 << 20, type(uint32).max];
        uint8[7] memory depths = [0, 1, 2, 2, 3, 20, 32];
        for (uint256 i = 0; i < counts.length; ++i) {
            assertEq(door.depthOf(counts[i]), depths[i]);
        }
    }

    /// Of every range of a tree: what its leaves add up to.
    function testFuzz_aSpanHasTheSumOfItsLeaves(uint8 count, uint64 seed) public view {
        bytes[] memory leaves = randomLeaves(1 + count % 20, seed);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        for (uint32 first = 0; first < leaves.length; ++first) {
            (uint128 expectedCredits, uint128 expectedTokens) = (0, 0);
            for (uint32 last = first; last < leaves.length; ++last) {
                SumTree.Node memory leaf = LeafTree.leafNode(leaves[last]);
                (expectedCredits, expectedTokens) = (expectedCredits + leaf.credits, expectedTokens + leaf.tokens);
                (uint128 credits, uint128 tokens) = door.sumOf(root, LeafTree.spanOf(leaves, first, last), LEAF_BYTES);
                assertEq(credits, expectedCredits);
                assertEq(tokens, expectedTokens);
            }
        }
    }

    function testFuzz_everyLeafLeadsToTheTotals(uint8 count, uint64 seed) public view {
        bytes[] memory leaves = randomLeaves(1 + count % 20, seed);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        for (uint32 i = 0; i < leaves.length; ++i) {
            (uint128 credits, uint128 tokens) = door.climbLeaf(root, leaves[i], i, LeafTree.pathOf(leaves, 0, i));
            assertEq(credits, root.credits);
            assertEq(tokens, root.tokens);
        }
    }

    function testFuzz_everyNodeStandsWhereItStands(uint8 count, uint64 seed) public view {
        bytes[] memory leaves = randomLeaves(1 + count % 20, seed);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        uint256 depth = door.depthOf(uint32(leaves.length));
        uint256 height = seed % (depth + 1);
        uint256 index = uint256(seed >> 8) % (1 << (depth - height));
        SumTree.Node memory node = LeafTree.nodeOf(leaves, height, index);
        bytes memory path = LeafTree.pathOf(leaves, height, index);
        assertTrue(door.holds(root, node, height, index, path));
        assertFalse(door.holds(root, node, height, index + (1 << (depth - height)), path));
        assertFalse(door.holds(root, node, height + 1, index, path));
        node.credits += 1;
        assertFalse(door.holds(root, node, height, index, path));
    }

    /// Any one byte of what is shown changed: no second leaf, place or sum passes for the first.
    function testFuzz_aMutationLeadsElsewhere(uint8 count, uint64 seed, uint16 at, bool inPath) public {
        bytes[] memory leaves = randomLeaves(2 + count % 20, seed);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        SumTree.Span memory span = LeafTree.spanOf(leaves, uint32(seed % leaves.length));
        bytes memory mutated = inPath ? span.path : bytes.concat(span.firstLeaf);
        mutated[at % mutated.length] ^= 0x01;
        if (!inPath) span.firstLeaf = mutated;
        vm.expectRevert();
        door.sumOf(root, span, LEAF_BYTES);
    }

    function test_RevertWhen_EmptyTree() public {
        vm.expectRevert(SumTree.EmptyTree.selector);
        door.depthOf(0);
    }

    function test_RevertWhen_SpanOutOfRange() public {
        bytes[] memory leaves = randomLeaves(3, 1);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        SumTree.Span memory span = LeafTree.spanOf(leaves, 2);
        (span.first, span.last) = (3, 3); // the padding
        vm.expectRevert(abi.encodeWithSelector(SumTree.SpanOutOfRange.selector, 3, 3, 3));
        door.sumOf(root, span, LEAF_BYTES);
        (span.first, span.last) = (2, 1);
        vm.expectRevert(abi.encodeWithSelector(SumTree.SpanOutOfRange.selector, 2, 1, 3));
        door.sumOf(root, span, LEAF_BYTES);
        vm.expectRevert(abi.encodeWithSelector(SumTree.SpanOutOfRange.selector, 3, 3, 3));
        door.climbLeaf(root, leaves[2], 3, span.path);
    }

    function test_RevertWhen_PathLengthMismatch() public {
        bytes[] memory leaves = randomLeaves(4, 1);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        SumTree.Span memory span = LeafTree.spanOf(leaves, 2);
        root.leafCount = 5;
        vm.expectRevert(abi.encodeWithSelector(SumTree.PathLengthMismatch.selector, 192, 128));
        door.sumOf(root, span, LEAF_BYTES);
        vm.expectRevert(abi.encodeWithSelector(SumTree.PathLengthMismatch.selector, 192, 128));
        door.climbLeaf(root, leaves[2], 2, span.path);
        root.leafCount = 4;
        span.path = bytes.concat(span.path, span.path);
        vm.expectRevert(abi.encodeWithSelector(SumTree.PathLengthMismatch.selector, 128, 256));
        door.sumOf(root, span, LEAF_BYTES);
    }

    function test_RevertWhen_LeafLengthMismatch() public {
        bytes[] memory leaves = randomLeaves(2, 1);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        SumTree.Span memory span = LeafTree.spanOf(leaves, 0);
        vm.expectRevert(abi.encodeWithSelector(SumTree.LeafLengthMismatch.selector, 126, 52));
        door.sumOf(root, span, 126);
    }

    function test_RevertWhen_RootMismatch() public {
        bytes[] memory leaves = randomLeaves(2, 1);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        bytes32 own = root.root;
        root.root = "other";
        SumTree.Span memory span = LeafTree.spanOf(leaves, 0);
        vm.expectRevert(abi.encodeWithSelector(SumTree.RootMismatch.selector, own, bytes32("other")));
        door.sumOf(root, span, LEAF_BYTES);
        vm.expectRevert(abi.encodeWithSelector(SumTree.RootMismatch.selector, own, bytes32("other")));
        door.climbLeaf(root, leaves[0], 0, span.path);
    }

    function test_RevertWhen_SumOverflow() public {
        bytes[] memory leaves = randomLeaves(2, 1);
        SumTree.Root memory root = LeafTree.rootOf(leaves);
        leaves[1] = leafOf(address(9), 0, type(uint128).max);
        SumTree.Node memory first = LeafTree.leafNode(leaves[0]);
        SumTree.Span memory span;
        (span.firstLeaf, span.path) = (leaves[0], LeafTree.recordOf(LeafTree.leafNode(leaves[1])));
        bytes memory expected = abi.encodeWithSelector(
            Sums.SumOverflow.selector, Sums.pack(first.credits, first.tokens), type(uint128).max
        );
        vm.expectRevert(expected);
        door.sumOf(root, span, LEAF_BYTES);
        (span.last, span.lastLeaf, span.path) = (1, leaves[1], "");
        vm.expectRevert(expected);
        door.sumOf(root, span, LEAF_BYTES);
    }

    function randomLeaves(uint256 count, uint64 seed) private pure returns (bytes[] memory leaves) {
        leaves = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            leaves[i] = leafOf(address(uint160((i + 1) << 64)), uint64(random), uint64(random >> 64) + 1);
        }
    }

    function leafOf(address account, uint128 credits, uint128 tokens) private pure returns (bytes memory) {
        return abi.encodePacked(account, credits, tokens);
    }
}
