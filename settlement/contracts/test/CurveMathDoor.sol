// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommitteeDraw} from "../src/libraries/CommitteeDraw.sol";
import {CurveMath} from "../src/libraries/CurveMath.sol";
import {PowerMath} from "../src/libraries/PowerMath.sol";

/// Doors to internal libraries, so that their reverts can be expected and their gas read.
contract CurveMathDoor {
    function powerDown(uint256 numerator, uint256 denominator, uint256 exponent, uint256 ofExponent)
        external
        pure
        returns (uint256)
    {
        return PowerMath.powerDown(numerator, denominator, exponent, ofExponent);
    }

    function boughtDown(uint256 ratioPpm, uint256 supply, uint256 reserve, uint256 paid)
        external
        pure
        returns (uint256)
    {
        return CurveMath.boughtDown(ratioPpm, supply, reserve, paid);
    }

    function soldDown(uint256 ratioPpm, uint256 supply, uint256 reserve, uint256 tokens)
        external
        pure
        returns (uint256)
    {
        return CurveMath.soldDown(ratioPpm, supply, reserve, tokens);
    }

    function positions(bytes32 seed, uint256 poolSize, uint256 count) external pure returns (uint256[] memory drawn) {
        CommitteeDraw.Walk memory walk = CommitteeDraw.start(seed, poolSize, count);
        drawn = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            drawn[i] = CommitteeDraw.next(walk);
        }
    }
}
