// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RewardMath} from "../../src/libraries/RewardMath.sol";

/// Laws of what a node earns, for all inputs up to 2^64 - 1. Each assertion is one law.
contract RewardProofs {
    uint256 private constant MILLION = 1_000_000;

    /// Of a charge never more is earned than is charged.
    function nothingIsEarnedBeyondTheCharge(uint64 charge, uint64 takePpm) external pure {
        assert(RewardMath.earned(charge, takePpm) <= charge);
    }

    /// The take is the network's part, to the grain, in the network's favour.
    function theTakeIsWhatItSays(uint64 charge, uint64 takePpm) external pure {
        require(takePpm <= MILLION);
        uint256 take = charge - RewardMath.earned(charge, takePpm);
        assert(take * MILLION >= uint256(charge) * takePpm);
        assert(take * MILLION < uint256(charge) * takePpm + MILLION);
    }

    /// No part is larger than the whole.
    function aShareIsAtMostTheWhole(uint64 emission, uint64 weight, uint64 classWeight) external pure {
        require(weight <= classWeight);
        assert(RewardMath.share(emission, weight, classWeight) <= emission);
    }

    /// Parts together are at most the whole: two here, and so any number.
    function sharesAreAtMostTheWhole(uint64 emission, uint64 one, uint64 other, uint64 classWeight) external pure {
        require(uint256(one) + other <= classWeight);
        uint256 both = RewardMath.share(emission, one, classWeight) + RewardMath.share(emission, other, classWeight);
        assert(both <= RewardMath.share(emission, uint256(one) + other, classWeight));
    }

    /// More weight never earns less.
    function moreWeightNeverEarnsLess(uint64 emission, uint64 one, uint64 other, uint64 classWeight) external pure {
        require(one <= other);
        uint256 less = RewardMath.share(emission, one, classWeight);
        assert(less <= RewardMath.share(emission, other, classWeight));
    }

    /// A cap takes and never gives.
    function aCapNeverGives(uint64 weight, uint64 operatorWeight, uint64 cap) external pure {
        assert(RewardMath.cappedWeight(weight, operatorWeight, cap) <= weight);
    }

    /// No node weighs more than its operator may.
    function noNodePassesItsOperatorsCap(uint64 weight, uint64 operatorWeight, uint64 cap) external pure {
        require(weight <= operatorWeight);
        assert(RewardMath.cappedWeight(weight, operatorWeight, cap) <= cap);
    }

    /// A cap is a part of the class.
    function aCapIsAPart(uint64 classWeight, uint64 capPpm) external pure {
        require(capPpm <= MILLION);
        assert(RewardMath.operatorCap(capPpm, classWeight) <= classWeight);
    }
}
