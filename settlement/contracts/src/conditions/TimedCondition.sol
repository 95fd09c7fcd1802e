// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICondition} from "../interfaces/ICondition.sol";

/// @title A condition with an end
/// @notice Terms begin with a word: the last second at which the condition can be met. Choose it a longest pause later
/// than needed: the contract of channels may stand still for so long, and conditions do not know.
abstract contract TimedCondition is ICondition {
    function outcomeOf(bytes calldata terms, bytes calldata evidence) external view returns (Outcome) {
        if (block.timestamp > abi.decode(terms[:32], (uint64))) return Outcome.Expired;
        return _isMet(terms, evidence) ? Outcome.Met : Outcome.Pending;
    }

    /// @dev May revert on what is malformed: for the channels that is not met.
    function _isMet(bytes calldata terms, bytes calldata evidence) internal view virtual returns (bool);
}
