// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {RewardMath} from "../src/libraries/RewardMath.sol";
import {RewardDoor} from "./RewardDoor.sol";

/// What the kernel made of random nodes: the library makes the same of them. The deep profile reads the cases that
/// `node settlement/contracts/tools/write-vectors.ts 10000` writes.
contract RewardMathParityTest is Test {
    uint256 private constant CURVE_WORDS = 10;
    uint256 private constant LINES = 3;

    RewardDoor private door;

    function setUp() public {
        door = new RewardDoor();
    }

    function test_curvesWeighAsInTheKernel() public view {
        string[] memory rows = rowsOf(".curve");
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256[] memory words = wordsOf(rows[i]);
            RewardMath.Curve memory curve = curveOf(words);
            assertTrue(door.isWellFormed(curve), rows[i]);
            assertEq(door.curveWeight(curve, words[10], words[11]), words[12], rows[i]);
        }
    }

    function test_operatorsAreCappedAsInTheKernel() public view {
        string[] memory rows = rowsOf(".caps");
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256[] memory words = wordsOf(rows[i]);
            assertEq(door.operatorCap(words[0], words[1]), words[4], rows[i]);
            assertEq(door.cappedWeight(words[2], words[3], words[4]), words[5], rows[i]);
        }
    }

    function test_nodesEarnAsInTheKernel() public view {
        string[] memory rows = rowsOf(".accrual");
        for (uint256 i = 0; i < rows.length; ++i) {
            checkAccrual(wordsOf(rows[i]), rows[i]);
        }
    }

    function checkAccrual(uint256[] memory words, string memory row) private view {
        RewardMath.ClassParams memory params;
        params.curve = curveOf(words);
        params.operatorCapPpm = uint64(words[CURVE_WORDS]);
        params.takePpm = uint64(words[CURVE_WORDS + 1]);
        params.emissionGrains = uint64(words[CURVE_WORDS + 2]);
        params.weight = uint64(words[CURVE_WORDS + 3]);
        RewardMath.AccrualInputs memory inputs;
        inputs.auditNcuMs = uint64(words[CURVE_WORDS + 4]);
        inputs.bondGrains = uint64(words[CURVE_WORDS + 5]);
        inputs.operatorWeight = uint64(words[CURVE_WORDS + 6]);
        inputs.lines = new RewardMath.ChargeLine[](LINES);
        uint256 at = CURVE_WORDS + 7;
        for (uint256 line = 0; line < LINES; ++line) {
            inputs.lines[line] =
                RewardMath.ChargeLine(uint64(words[at + 2 * line]), uint64(words[at + 2 * line + 1]), 0, 0);
        }
        (uint256 credits, uint256 tokens, bool areTokensKnown) = door.accrual(params, inputs);
        assertTrue(areTokensKnown);
        assertEq(credits, words[at + 2 * LINES], row);
        assertEq(tokens, words[at + 2 * LINES + 1], row);
    }

    function curveOf(uint256[] memory words) private pure returns (RewardMath.Curve memory curve) {
        curve.kind = RewardMath.CurveKind(words[0]);
        (curve.kappaNumerator, curve.kappaDenominator) = (uint64(words[1]), uint64(words[2]));
        curve.untilPpm = new uint64[](words[3]);
        curve.slopePpm = new uint64[](words[3]);
        for (uint256 i = 0; i < words[3]; ++i) {
            (curve.untilPpm[i], curve.slopePpm[i]) = (uint64(words[4 + 2 * i]), uint64(words[5 + 2 * i]));
        }
    }

    function rowsOf(string memory key) private view returns (string[] memory rows) {
        bool deep = keccak256(bytes(vm.envOr("FOUNDRY_PROFILE", string("default")))) == keccak256("deep");
        string memory file = deep ? "cache/rewards-deep.json" : "../../test/vectors/rewards.json";
        rows = vm.parseJsonStringArray(vm.readFile(file), key);
        assertGe(rows.length, deep ? 10_000 : 200);
    }

    function wordsOf(string memory row) private pure returns (uint256[] memory words) {
        bytes memory text = bytes(row);
        words = new uint256[](32);
        uint256 count = 0;
        for (uint256 i = 0; i < text.length; ++i) {
            if (text[i] == " ") ++count;
            else words[count] = words[count] * 10 + uint8(text[i]) - 48;
        }
    }
}
