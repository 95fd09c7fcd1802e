// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimedCondition} from "./TimedCondition.sol";

/// @notice The part of the settlement that is asked.
interface IEpochs {
    function batchesRootOf(uint64 epoch) external view returns (bytes32);
}

/// @title Met once the settlement has an epoch
/// @notice Terms: (uint64 endsAt, uint64 epoch, bytes32 batchesRoot); a root of zero stands for any. No evidence.
contract EpochCommitted is TimedCondition {
    error ZeroAddress();

    IEpochs public immutable settlement;

    constructor(IEpochs settlement_) {
        if (address(settlement_) == address(0)) revert ZeroAddress();
        settlement = settlement_;
    }

    function _isMet(bytes calldata terms, bytes calldata) internal view override returns (bool) {
        (, uint64 epoch, bytes32 expectedRoot) = abi.decode(terms, (uint64, uint64, bytes32));
        bytes32 root = settlement.batchesRootOf(epoch);
        return root != 0 && (expectedRoot == 0 || root == expectedRoot);
    }
}
