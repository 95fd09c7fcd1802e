// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimedCondition} from "./TimedCondition.sol";

/// @notice Whatever publishes values.
interface IValueSource {
    function valueOf(bytes32 key) external view returns (uint256 value, uint64 updatedAt);
}

/// @title Met while a published value is fresh and on the right side of a bound
/// @notice No evidence: the source that the terms name is asked.
contract OracleValue is TimedCondition {
    enum Comparison {
        AtLeast,
        AtMost
    }

    /// @param ageSecondsMax A value that is older is none.
    struct Terms {
        uint64 endsAt;
        IValueSource source;
        bytes32 key;
        Comparison comparison;
        uint256 bound;
        uint64 ageSecondsMax;
    }

    function _isMet(bytes calldata terms_, bytes calldata) internal view override returns (bool) {
        Terms memory terms = abi.decode(terms_, (Terms));
        (uint256 value, uint64 updatedAt) = terms.source.valueOf(terms.key);
        if (updatedAt > block.timestamp || block.timestamp - updatedAt > terms.ageSecondsMax) return false;
        return terms.comparison == Comparison.AtLeast ? value >= terms.bound : value <= terms.bound;
    }
}
