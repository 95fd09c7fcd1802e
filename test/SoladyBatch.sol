// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FixedPointMathLib as Solady} from "solady/src/utils/FixedPointMathLib.sol";

/// The functions of Solady that the kernel computes too, each behind a door of its own, and one that goes through a door
/// once for every row of arguments.
contract SoladyBatch {
    /// @param selector of one of the functions below
    /// @param arity how many words each row of arguments has
    /// @param words all rows, one after the other
    /// @return outcomes two words for each row: 1 and the result, or twice 0 where the call reverted
    function batch(bytes4 selector, uint256 arity, uint256[] calldata words)
        external
        view
        returns (uint256[] memory outcomes)
    {
        uint256 rows = words.length / arity;
        outcomes = new uint256[](2 * rows);
        for (uint256 row; row < rows; ++row) {
            bytes memory call = abi.encodePacked(selector, words[row * arity:(row + 1) * arity]);
            (bool succeeded, bytes memory answer) = address(this).staticcall(call);
            if (!succeeded) continue;
            outcomes[2 * row] = 1;
            outcomes[2 * row + 1] = abi.decode(answer, (uint256));
        }
    }

    function expWad(int256 x) external pure returns (int256) {
        return Solady.expWad(x);
    }

    function lnWad(int256 x) external pure returns (int256) {
        return Solady.lnWad(x);
    }

    function powWad(int256 x, int256 y) external pure returns (int256) {
        return Solady.powWad(x, y);
    }

    function sqrt(uint256 x) external pure returns (uint256) {
        return Solady.sqrt(x);
    }

    function sqrtWad(uint256 x) external pure returns (uint256) {
        return Solady.sqrtWad(x);
    }

    function mulWad(uint256 x, uint256 y) external pure returns (uint256) {
        return Solady.mulWad(x, y);
    }

    function mulWadUp(uint256 x, uint256 y) external pure returns (uint256) {
        return Solady.mulWadUp(x, y);
    }

    function divWad(uint256 x, uint256 y) external pure returns (uint256) {
        return Solady.divWad(x, y);
    }

    function divWadUp(uint256 x, uint256 y) external pure returns (uint256) {
        return Solady.divWadUp(x, y);
    }

    function fullMulDiv(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return Solady.fullMulDiv(x, y, d);
    }

    function fullMulDivUp(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return Solady.fullMulDivUp(x, y, d);
    }
}
