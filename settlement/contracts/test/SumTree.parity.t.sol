// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {SumTreeDoor} from "./SumTreeDoor.sol";

/// Trees that the wire package built: the same leaves lead to the same roots here.
contract SumTreeParityTest is Test {
    string private vectors;
    SumTreeDoor private door;

    function setUp() public {
        vectors = vm.readFile("../../test/vectors/payout-tree.json");
        door = new SumTreeDoor();
    }

    function test_everyLeafOfEveryTreeLeadsToItsRoot() public view {
        uint256 trees = 0;
        for (; vm.keyExistsJson(vectors, treeKey(trees)); ++trees) {
            checkTree(treeKey(trees));
        }
        assertGt(trees, 3);
    }

    function checkTree(string memory tree) private view {
        uint32 leafCount = uint32(vm.parseJsonUint(vectors, string.concat(tree, ".leafCount")));
        bytes32 expectedRoot = vm.parseJsonBytes32(vectors, string.concat(tree, ".root"));
        uint256 expectedCredits = vm.parseJsonUint(vectors, string.concat(tree, ".totalCredits"));
        uint256 expectedTokens = vm.parseJsonUint(vectors, string.concat(tree, ".totalTokens"));
        for (uint32 index = 0; index < leafCount; ++index) {
            SumTree.LeafProof memory proof = readProof(tree, index);
            (bytes32 root, uint128 credits, uint128 tokens) = door.climb(proof, leafCount);
            assertEq(root, expectedRoot);
            assertEq(credits, expectedCredits);
            assertEq(tokens, expectedTokens);
        }
    }

    function readProof(string memory tree, uint32 index) private view returns (SumTree.LeafProof memory proof) {
        string memory leaf = string.concat(tree, ".leaves[", vm.toString(index), "]");
        proof.index = index;
        proof.leaf.account = vm.parseJsonAddress(vectors, string.concat(leaf, ".account"));
        proof.leaf.credits = uint128(vm.parseJsonUint(vectors, string.concat(leaf, ".credits")));
        proof.leaf.tokens = uint128(vm.parseJsonUint(vectors, string.concat(leaf, ".tokens")));
        bytes32[] memory hashes = vm.parseJsonBytes32Array(vectors, string.concat(leaf, ".siblingHashes"));
        uint256[] memory credits = vm.parseJsonUintArray(vectors, string.concat(leaf, ".siblingCredits"));
        uint256[] memory tokens = vm.parseJsonUintArray(vectors, string.concat(leaf, ".siblingTokens"));
        proof.siblings = new SumTree.Node[](hashes.length);
        for (uint256 level = 0; level < hashes.length; ++level) {
            proof.siblings[level] = SumTree.Node(hashes[level], uint128(credits[level]), uint128(tokens[level]));
        }
    }

    function treeKey(uint256 tree) private pure returns (string memory) {
        return string.concat(".trees[", vm.toString(tree), "]");
    }
}
