// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFigureSource} from "./IFigureSource.sol";

/// @title Figures that other contracts show
/// @notice Which contract is asked what is fixed at deployment. What does not answer with one word has no figure.
interface IContractFigures is IFigureSource {
    /// @param data The whole call: selector and arguments.
    struct Question {
        address target;
        bool isSigned;
        bytes data;
    }

    error ZeroAddress();
    error LengthsDiffer(uint256 names, uint256 questions);
    error FigureTwice(bytes32 name);

    /// @notice Zeros where there is none.
    function questionOf(bytes32 name) external view returns (Question memory);
}
