// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;
import {Test, console} from "forge-std/Test.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
contract Door { function g(SumTree.LeafProof calldata p, uint32 n) external returns (uint256 used) { uint256 a = gasleft(); SumTree.climb(p, n); return a - gasleft(); } }
contract GasT is Test {
  function test_g() public {
    Door door = new Door();
    SumTree.LeafProof memory p; p.leaf = SumTree.Leaf(address(1), 5, 6); p.index = 5; p.siblings = new SumTree.Node[](10);
    console.log("climb10", door.g(p, 1024));
    p.siblings = new SumTree.Node[](20);
    console.log("climb20", door.g(p, 1 << 20));
  }
}
