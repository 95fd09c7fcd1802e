// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReserveMath} from "../../src/libraries/ReserveMath.sol";

/// Laws of the throttle, for all inputs that do not revert.
contract ReserveProofs {
    /// From the warning line up nothing is slowed, from the halt line down nothing is issued.
    function paceKeepsToItsLines(uint256 coverage, uint256 warn, uint256 halt, uint256 step) external pure {
        (ReserveMath.Pace pace,) = ReserveMath.paceOf(coverage, warn, halt, step);
        assert((pace == ReserveMath.Pace.Open) == (coverage >= warn));
        assert(coverage >= warn || (pace == ReserveMath.Pace.Halted) == (coverage <= halt));
    }

    /// More coverage never slows.
    function paceRisesWithCoverage(uint256 low, uint256 high, uint256 warn, uint256 halt, uint256 step) external pure {
        require(low <= high);
        (ReserveMath.Pace atLow,) = ReserveMath.paceOf(low, warn, halt, step);
        (ReserveMath.Pace atHigh,) = ReserveMath.paceOf(high, warn, halt, step);
        assert(atHigh <= atLow);
    }

    /// A step is counted only when it is whole.
    function stepsAreWhole(uint256 coverage, uint256 warn, uint256 halt) external pure {
        (ReserveMath.Pace pace, uint256 steps) = ReserveMath.paceOf(coverage, warn, halt, 5_000);
        assert(
            pace != ReserveMath.Pace.Slow
                || (steps * 5_000 <= warn - coverage && warn - coverage - steps * 5_000 < 5_000)
        );
        assert(pace == ReserveMath.Pace.Slow || steps == 0);
    }
}
