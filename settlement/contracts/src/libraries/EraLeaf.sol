// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Leaves of an era's five trees, as they are hashed
/// @dev Twin of settlement/chain/src/era-leaf.ts.
///   accrual, void:   account (20) | node (32) | epoch (8) | class (1) | edges (1) | inputs (32) | credits (16) | tokens (16)
///   direct, payout:  account (20) | credits (16) | tokens (16)
///   params:          epoch (8) | class (1) | hash of the ClassParams (32) | credits (16) | tokens (16)
/// Trees are sorted by the key: the fields before `edges`, the account, epoch and class. `edges` says whether a leaf is
/// the first (1) or the last (2) of its account, so that two leaves show a whole range.
library EraLeaf {
    enum Tree {
        Accrual,
        Void,
        Direct,
        Payout,
        Params
    }

    uint256 internal constant FIRST = 1;
    uint256 internal constant LAST = 2;
    uint256 internal constant ENTRY_BYTES = 126;
    uint256 internal constant ACCOUNT_BYTES = 52;
    uint256 internal constant PARAMS_BYTES = 73;
    /// @notice Stands in the place of a node for the take of a whole era, which is no node's.
    bytes32 internal constant TAKE_NODE = bytes32(type(uint256).max);
    uint8 internal constant TAKE_CLASS = type(uint8).max;

    function lengthOf(Tree tree) internal pure returns (uint256) {
        if (tree == Tree.Params) return PARAMS_BYTES;
        return isOfNodes(tree) ? ENTRY_BYTES : ACCOUNT_BYTES;
    }

    /// @notice Whether an account has a range of leaves, and not one.
    function isOfNodes(Tree tree) internal pure returns (bool) {
        return tree == Tree.Accrual || tree == Tree.Void;
    }

    function accountOf(bytes calldata leaf) internal pure returns (address) {
        return address(bytes20(leaf));
    }

    function nodeOf(bytes calldata entry) internal pure returns (bytes32) {
        return bytes32(entry[20:]);
    }

    function epochOf(bytes calldata entry) internal pure returns (uint64) {
        return uint64(bytes8(entry[52:]));
    }

    function classOf(bytes calldata entry) internal pure returns (uint8) {
        return uint8(entry[60]);
    }

    function edgesOf(bytes calldata entry) internal pure returns (uint256) {
        return uint8(entry[61]);
    }

    function inputsOf(bytes calldata entry) internal pure returns (bytes32) {
        return bytes32(entry[62:]);
    }

    /// @notice Where an entry's parameters are: epoch and class as the params tree has them.
    function paramsKeyOf(bytes calldata entry) internal pure returns (bytes9) {
        return bytes9(entry[52:]);
    }

    /// @notice The key in two words, to be compared one after the other.
    function keyOf(Tree tree, bytes calldata leaf) internal pure returns (bytes32 high, bytes32 low) {
        if (tree == Tree.Params) return (bytes9(leaf), 0);
        if (isOfNodes(tree)) return (bytes32(leaf), bytes29(leaf[32:]));
        return (bytes20(leaf), 0);
    }

    function isBelow(bytes32 high, bytes32 low, bytes32 otherHigh, bytes32 otherLow) internal pure returns (bool) {
        return high < otherHigh || (high == otherHigh && low < otherLow);
    }
}
