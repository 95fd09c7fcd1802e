// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Sums} from "./Sums.sol";

/// @title Merkle sum trees of an era
/// @notice Checks leaves against a root. Every inner node commits to both children's hashes and both children's sums, so
/// a tree cannot owe more than its root says.
/// @dev Twin of `genericSumTree` in the wire package, equal byte for byte on test/vectors/payout-tree.json:
///   leaf  = keccak256(0x00 | key | data | credits (16) | tokens (16))
///   node  = keccak256(0x01 | left hash (32) | left credits (16) | left tokens (16) | right hash | right sums)
///   empty = keccak256(0x02), sums 0: pads the leaves on the right to a power of two
///   root  = keccak256(0x03 | top hash (32) | credits (16) | tokens (16) | leaf count (4))
/// The four tags keep one kind from passing for another.
library SumTree {
    /// @notice What is posted of a tree. A tree without leaves is all zeros.
    struct Root {
        bytes32 root;
        uint128 credits;
        uint128 tokens;
        uint32 leafCount;
    }

    /// @notice A subtree: its hash and what all its leaves add up to.
    struct Node {
        bytes32 hash;
        uint128 credits;
        uint128 tokens;
    }

    /// @notice The leaves from `first` to `last`, of which the two at the ends are shown.
    /// @param firstLeaf,lastLeaf As they are hashed, without the tag; with `first` = `last`, the second is not read.
    /// @param path Siblings from the leaves' own level upwards, 64 bytes each (hash, credits, tokens): of the first end
    /// and then of the last, as long as the ends stand under different nodes; of their common node from there on. Where
    /// the two are siblings of each other, none.
    struct Span {
        uint32 first;
        uint32 last;
        bytes firstLeaf;
        bytes lastLeaf;
        bytes path;
    }

    bytes1 private constant LEAF_TAG = 0x00;
    bytes1 private constant NODE_TAG = 0x01;
    bytes1 private constant ROOT_TAG = 0x03;
    uint256 private constant RECORD_BYTES = 64;
    bytes32 internal constant EMPTY_HASH = keccak256(hex"02");

    /// @notice A tree has at least one leaf.
    error EmptyTree();
    /// @notice Padding is not a leaf: expected `first` up to `last`, and `last` below `leafCount`.
    error SpanOutOfRange(uint32 first, uint32 last, uint32 leafCount);
    /// @notice Expected as many bytes of siblings as lie on the way.
    error PathLengthMismatch(uint256 expected, uint256 got);
    error LeafLengthMismatch(uint256 expected, uint256 got);
    /// @notice What was shown is not in the tree.
    error RootMismatch(bytes32 root, bytes32 expected);

    /// @notice keccak256 of the encoded root, which is how it lies in calldata. Bits that a field's type does not have make
    /// another hash.
    function hashOf(Root calldata tree) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let start := mload(0x40)
            calldatacopy(start, tree, 0x80)
            hash := keccak256(start, 0x80)
        }
    }

    /// @notice Levels between the leaves and the top: the least d with 2^d >= leafCount.
    function depthOf(uint32 leafCount) internal pure returns (uint8) {
        if (leafCount == 0) revert EmptyTree();
        return uint8(Math.log2(leafCount, Math.Rounding.Ceil));
    }

    /// @notice What the leaves of a span add up to, both sums in one word; the span is in the tree.
    function sumOf(Root calldata tree, Span calldata span, uint256 leafBytes) internal pure returns (uint256 inside) {
        (uint32 first, uint32 last) = (span.first, span.last);
        if (first > last || last >= tree.leafCount) revert SpanOutOfRange(first, last, tree.leafCount);
        (bytes32 hash, uint256 sums) = readLeaf(span.firstLeaf, leafBytes);
        if (first == last) {
            _requireRoot(tree, hash, sums, first, depthOf(tree.leafCount), span.path);
            return sums;
        }
        return _sumOfRange(tree, span, leafBytes);
    }

    /// @notice The totals of the tree in which a leaf stands at `index`.
    function climbLeaf(Root calldata tree, bytes32 hash, uint256 sums, uint32 index, bytes calldata path)
        internal
        pure
        returns (uint128 credits, uint128 tokens)
    {
        if (index >= tree.leafCount) revert SpanOutOfRange(index, index, tree.leafCount);
        return Sums.unpack(_requireRoot(tree, hash, sums, index, depthOf(tree.leafCount), path));
    }

    /// @notice Whether the record of a node stands at `index` of the level `level` above the leaves.
    function holds(Root calldata tree, Node calldata node, uint256 level, uint256 index, bytes calldata path)
        internal
        pure
        returns (bool)
    {
        uint256 depth = depthOf(tree.leafCount);
        if (level > depth || path.length != (depth - level) * RECORD_BYTES) return false;
        if (index >> (depth - level) != 0) return false;
        (bytes32 top, uint256 sums) = _rise(node.hash, Sums.pack(node.credits, node.tokens), index, path);
        return hashRoot(top, sums, tree.leafCount) == tree.root;
    }

    /// @notice Whether a node is what `level` levels of padding come to.
    function isEmpty(Node calldata node, uint256 level) internal pure returns (bool) {
        bytes32 hash = EMPTY_HASH;
        for (; level > 0; --level) {
            (hash,) = join(hash, 0, hash, 0);
        }
        return node.hash == hash && node.credits == 0 && node.tokens == 0;
    }

    /// @notice Whether a node has other sums than its children, or at level 0 than its leaf.
    /// @param content The children's records, or the leaf.
    function isFalse(Node calldata node, uint256 level, bytes calldata content) internal pure returns (bool) {
        bytes32 hash = keccak256(abi.encodePacked(level == 0 ? LEAF_TAG : NODE_TAG, content));
        if (hash != node.hash || content.length < (level == 0 ? 32 : 2 * RECORD_BYTES)) {
            revert RootMismatch(hash, node.hash);
        }
        uint256 own = Sums.pack(node.credits, node.tokens);
        if (level == 0) return own != uint256(bytes32(content[content.length - 32:]));
        (, uint256 left) = _record(content, 0);
        (, uint256 right) = _record(content, RECORD_BYTES);
        unchecked {
            // Sums that do not fit are false whatever the node says.
            return left + right != own || own < left || uint128(own) < uint128(left);
        }
    }

    /// @notice A leaf's hash and its sums, which are its last 32 bytes.
    function readLeaf(bytes calldata leaf, uint256 leafBytes) internal pure returns (bytes32 hash, uint256 sums) {
        if (leaf.length != leafBytes) revert LeafLengthMismatch(leafBytes, leaf.length);
        hash = keccak256(abi.encodePacked(LEAF_TAG, leaf));
        sums = uint256(bytes32(leaf[leafBytes - 32:]));
    }

    function join(bytes32 left, uint256 leftSums, bytes32 right, uint256 rightSums)
        internal
        pure
        returns (bytes32 hash, uint256 sums)
    {
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            mstore8(preimage, 1)
            mstore(add(preimage, 1), left)
            mstore(add(preimage, 33), leftSums)
            mstore(add(preimage, 65), right)
            mstore(add(preimage, 97), rightSums)
            hash := keccak256(preimage, 129)
        }
        sums = Sums.add(leftSums, rightSums);
    }

    function hashRoot(bytes32 top, uint256 sums, uint32 leafCount) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(ROOT_TAG, top, sums, leafCount));
    }

    /// @dev Both ends of a span on their way up. `read`: bytes of the path so far; `levels`: those above.
    struct Climb {
        bytes32 hash;
        uint256 sums;
        bytes32 lastHash;
        uint256 lastSums;
        uint256 inside;
        uint256 first;
        uint256 last;
        uint256 read;
        uint256 levels;
    }

    function _sumOfRange(Root calldata tree, Span calldata span, uint256 leafBytes) private pure returns (uint256) {
        Climb memory at;
        (at.first, at.last, at.levels) = (span.first, span.last, depthOf(tree.leafCount));
        (at.hash, at.sums) = readLeaf(span.firstLeaf, leafBytes);
        (at.lastHash, at.lastSums) = readLeaf(span.lastLeaf, leafBytes);
        at.inside = Sums.add(at.sums, at.lastSums);
        _meet(at, span.path);
        _requireRoot(tree, at.hash, at.sums, at.first, at.levels, span.path[at.read:]);
        return at.inside;
    }

    /// @dev The two ends climb side by side until they meet; a sibling between them is inside, any other is not.
    function _meet(Climb memory at, bytes calldata path) private pure {
        for (; at.first >> 1 != at.last >> 1; --at.levels) {
            _riseFirst(at, path);
            _riseLast(at, path);
            (at.first, at.last) = (at.first >> 1, at.last >> 1);
        }
        (at.hash, at.sums) = join(at.hash, at.sums, at.lastHash, at.lastSums);
        at.first >>= 1;
        --at.levels;
    }

    /// @dev The tree's totals, where the node with `levels` above it leads to its root.
    function _requireRoot(
        Root calldata tree,
        bytes32 hash,
        uint256 sums,
        uint256 index,
        uint256 levels,
        bytes calldata path
    ) private pure returns (uint256 totals) {
        if (path.length != levels * RECORD_BYTES) {
            revert PathLengthMismatch(levels * RECORD_BYTES, path.length);
        }
        (hash, totals) = _rise(hash, sums, index, path);
        bytes32 root = hashRoot(hash, totals, tree.leafCount);
        if (root != tree.root) revert RootMismatch(root, tree.root);
    }

    function _riseFirst(Climb memory at, bytes calldata path) private pure {
        (bytes32 sibling, uint256 sums) = _next(at, path);
        if (at.first & 1 == 1) {
            (at.hash, at.sums) = join(sibling, sums, at.hash, at.sums);
        } else {
            at.inside = Sums.add(at.inside, sums);
            (at.hash, at.sums) = join(at.hash, at.sums, sibling, sums);
        }
    }

    function _riseLast(Climb memory at, bytes calldata path) private pure {
        (bytes32 sibling, uint256 sums) = _next(at, path);
        if (at.last & 1 == 1) {
            at.inside = Sums.add(at.inside, sums);
            (at.lastHash, at.lastSums) = join(sibling, sums, at.lastHash, at.lastSums);
        } else {
            (at.lastHash, at.lastSums) = join(at.lastHash, at.lastSums, sibling, sums);
        }
    }

    /// @dev `join` with every sibling of the path, without its copies: claims and proofs are mostly this.
    function _rise(bytes32 hash, uint256 sums, uint256 index, bytes calldata path)
        private
        pure
        returns (bytes32 top, uint256 totals)
    {
        (top, totals) = (hash, sums);
        bytes4 overflow = Sums.SumOverflow.selector;
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            mstore8(preimage, 1)
            let end := add(path.offset, path.length)
            for { let at := path.offset } lt(at, end) { at := add(at, 64) } {
                let own := mul(and(index, 1), 64)
                mstore(add(add(preimage, 1), own), top)
                mstore(add(add(preimage, 33), own), totals)
                calldatacopy(add(add(preimage, 1), sub(64, own)), at, 64)
                top := keccak256(preimage, 129)
                let siblingSums := calldataload(add(at, 32))
                let next := add(totals, siblingSums)
                if or(lt(next, totals), lt(shl(128, next), shl(128, totals))) {
                    mstore(0x00, overflow)
                    mstore(0x04, totals)
                    mstore(0x24, siblingSums)
                    revert(0x00, 0x44)
                }
                totals := next
                index := shr(1, index)
            }
        }
    }

    function _next(Climb memory at, bytes calldata path) private pure returns (bytes32 hash, uint256 sums) {
        uint256 from = at.read;
        at.read = from + RECORD_BYTES;
        if (at.read > path.length) revert PathLengthMismatch(at.read, path.length);
        return _record(path, from);
    }

    function _record(bytes calldata path, uint256 at) private pure returns (bytes32 hash, uint256 sums) {
        assembly ("memory-safe") {
            hash := calldataload(add(path.offset, at))
            sums := calldataload(add(path.offset, add(at, 32)))
        }
    }
}
