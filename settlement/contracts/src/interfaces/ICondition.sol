// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a voucher waits for
/// @notice A resolver says whether terms have come true. It is asked when a voucher is claimed or committed; once
/// committed, the money is the payee's and nobody asks again. Terms name their own end: after it they are not met by
/// anything, so the payer's money is free again at the end of an exit, or of the provider's part of a task wallet.
interface ICondition {
    enum Outcome {
        /// Not yet, or not by this evidence.
        Pending,
        Met,
        /// The time is over: never again.
        Expired
    }

    /// @param terms What the payer signed: keccak256(resolver || terms) is the voucher's conditionHash.
    /// @param evidence What the payee shows.
    function outcomeOf(bytes calldata terms, bytes calldata evidence) external view returns (Outcome);
}
