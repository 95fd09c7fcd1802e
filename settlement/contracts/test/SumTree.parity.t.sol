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
        assertEq(trees, 5);
    }

    function checkTree(string memory tree) private view {
        SumTree.Root memory root;
        root.root = vm.parseJsonBytes32(vectors, string.concat(tree, ".root"));
        root.credits = uint128(vm.parseJsonUint(vectors, string.concat(tree, ".totalCredits")));
        root.tokens = uint128(vm.parseJsonUint(vectors, string.concat(tree, ".totalTokens")));
        root.leafCount = uint32(vm.parseJsonUint(vectors, string.concat(tree, ".leafCount")));
        for (uint32 index = 0; index < root.leafCount; ++index) {
            string memory key = string.concat(tree, ".leaves[", vm.toString(index), "]");
            bytes memory leaf = readLeaf(key);
            bytes memory path = readPath(key);
            (uint128 credits, uint128 tokens) = door.climbLeaf(root, leaf, index, path);
            assertEq(credits, root.credits);
            assertEq(tokens, root.tokens);
            door.sumOf(root, SumTree.Span(index, index, leaf, "", path), leaf.length);
        }
    }

    function readLeaf(string memory key) private view returns (bytes memory) {
        return abi.encodePacked(
            vm.parseJsonAddress(vectors, string.concat(key, ".account")),
            uint128(vm.parseJsonUint(vectors, string.concat(key, ".credits"))),
            uint128(vm.parseJsonUint(vectors, string.concat(key, ".tokens")))
        );
    }

    function readPath(string memory key) private view returns (bytes memory path) {
        bytes32[] memory hashes = vm.parseJsonBytes32Array(vectors, string.concat(key, ".siblingHashes"));
        uint256[] memory credits = vm.parseJsonUintArray(vectors, string.concat(key, ".siblingCredits"));
        uint256[] memory tokens = vm.parseJsonUintArray(vectors, string.concat(key, ".siblingTokens"));
        for (uint256 level = 0; level < hashes.length; ++level) {
            path = abi.encodePacked(path, hashes[level], uint128(credits[level]), uint128(tokens[level]));
        }
    }

    function treeKey(uint256 tree) private pure returns (string memory) {
        return string.concat(".trees[", vm.toString(tree), "]");
    }
}
