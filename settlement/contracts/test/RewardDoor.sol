// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RewardMath} from "../src/libraries/RewardMath.sol";

/// Gives the library's internal functions an outside.
contract RewardDoor {
    function accrual(RewardMath.ClassParams calldata params, RewardMath.AccrualInputs calldata inputs)
        external
        pure
        returns (uint256 credits, uint256 tokens, bool areTokensKnown)
    {
        return RewardMath.accrual(params, inputs);
    }

    function curveWeight(RewardMath.Curve calldata curve, uint256 work, uint256 bond) external pure returns (uint256) {
        return RewardMath.curveWeight(curve, work, bond);
    }

    function isWellFormed(RewardMath.Curve calldata curve) external pure returns (bool) {
        return RewardMath.isWellFormed(curve);
    }

    function operatorCap(uint256 operatorCapPpm, uint256 classWeight) external pure returns (uint256) {
        return RewardMath.operatorCap(operatorCapPpm, classWeight);
    }

    function cappedWeight(uint256 weight, uint256 operatorWeight, uint256 cap) external pure returns (uint256) {
        return RewardMath.cappedWeight(weight, operatorWeight, cap);
    }
}
