// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IContractFigures} from "./interfaces/IContractFigures.sol";

/// @title Implements IContractFigures, which documents every function.
contract ContractFigures is IContractFigures {
    /// @notice What a question may spend: a contract that wants more has no figure.
    uint256 public constant QUESTION_GAS = 200_000;

    mapping(bytes32 name => Question) private _questions;

    constructor(bytes32[] memory names, Question[] memory questions) {
        if (names.length != questions.length) revert LengthsDiffer(names.length, questions.length);
        for (uint256 i = 0; i < names.length; ++i) {
            if (questions[i].target == address(0)) revert ZeroAddress();
            if (_questions[names[i]].target != address(0)) revert FigureTwice(names[i]);
            _questions[names[i]] = questions[i];
        }
    }

    function figureOf(bytes32 name) external view returns (bool isKnown, int256 value, uint64 asOf) {
        Question memory question = _questions[name];
        (address target, bytes memory data) = (question.target, question.data);
        if (target.code.length == 0) return (false, 0, 0);
        uint256 word = 0;
        assembly ("memory-safe") {
            isKnown := staticcall(QUESTION_GAS, target, add(data, 0x20), mload(data), 0x00, 0x20)
            isKnown := and(isKnown, eq(returndatasize(), 0x20))
            word := mload(0x00)
        }
        // An amount beyond the signed half is no figure of this network.
        if (!isKnown || (!question.isSigned && word > uint256(type(int256).max))) return (false, 0, 0);
        return (true, int256(word), uint64(block.timestamp));
    }

    function questionOf(bytes32 name) external view returns (Question memory) {
        return _questions[name];
    }
}
