// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimedCondition} from "./TimedCondition.sol";

/// @title Met by whoever knows the 32 bytes behind a SHA-256 hash
/// @notice Terms: (uint64 endsAt, bytes32 hash). Evidence: the preimage.
contract HashPreimage is TimedCondition {
    function _isMet(bytes calldata terms, bytes calldata evidence) internal pure override returns (bool) {
        (, bytes32 hash) = abi.decode(terms, (uint64, bytes32));
        return evidence.length == 32 && sha256(evidence) == hash;
    }
}
