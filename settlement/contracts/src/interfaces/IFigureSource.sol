// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A figure that a contract can read
interface IFigureSource {
    /// @return isKnown False where there is none that may be acted on.
    /// @return value In the figure's own unit: ppm for coverage and rates, grains for a difference.
    /// @return asOf Second that the figure describes.
    function figureOf(bytes32 name) external view returns (bool isKnown, int256 value, uint64 asOf);
}
