// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Committees by lot
/// @notice Draws positions of a pool one after the other, without repetition, each left one as likely as any other: the
/// walk of Fisher and Yates over a list that is never written down. Twin of arbitration's `drawPositions`.
/// @dev Draw i takes SHA-256(seed, i) modulo what is left. The pool is far below 2^32, so no position is more than
/// 2^-224 off its share.
library CommitteeDraw {
    /// @notice What the walk has moved so far: `values[k]` stands at position `keys[k]`.
    struct Walk {
        bytes32 seed;
        uint256 poolSize;
        uint256 drawn;
        uint256 moved;
        uint256[] keys;
        uint256[] values;
    }

    /// @param drawsMax Most draws that will be asked for.
    function start(bytes32 seed, uint256 poolSize, uint256 drawsMax) internal pure returns (Walk memory) {
        return Walk(seed, poolSize, 0, 0, new uint256[](drawsMax), new uint256[](drawsMax));
    }

    /// @notice The next position. At most `poolSize` times.
    function next(Walk memory walk) internal pure returns (uint256 position) {
        uint256 at = walk.drawn++;
        uint256 word = uint256(sha256(abi.encodePacked(walk.seed, uint32(at))));
        uint256 other = at + word % (walk.poolSize - at);
        position = _valueAt(walk, other);
        // Position `at` is not looked at again: what stood there moves to where the draw came from.
        if (other != at) _put(walk, other, _valueAt(walk, at));
    }

    function _valueAt(Walk memory walk, uint256 key) private pure returns (uint256) {
        for (uint256 i = 0; i < walk.moved; ++i) {
            if (walk.keys[i] == key) return walk.values[i];
        }
        return key;
    }

    function _put(Walk memory walk, uint256 key, uint256 value) private pure {
        uint256 place = 0;
        while (place < walk.moved && walk.keys[place] != key) ++place;
        if (place == walk.moved) walk.keys[walk.moved++] = key;
        walk.values[place] = value;
    }
}
