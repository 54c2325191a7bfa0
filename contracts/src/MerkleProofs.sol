// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Where a leaf stands in a tree and the siblings on its way to the root, the lowest first.
/// @param index Place of the leaf.
/// @param count The tree's number of leaves.
/// @param path One hash for each level on which the node has a sibling.
struct MerkleProof {
    uint32 index;
    uint32 count;
    bytes32[] path;
}

/// @title SHA-256 Merkle trees of the round log
/// @notice leaf = H(0x00 ‖ data), node = H(0x01 ‖ left ‖ right); the last node of an odd level moves up as it is.
/// The same trees as `protocol/merkle.ts`, with the same vectors.
library MerkleProofs {
    /// @notice Whether the tree of this root holds the leaf. Reverts for nothing.
    /// @dev The root fixes what the leaf says. It fixes the place only with the true number of leaves: whoever
    /// relies on the place compares `proof.count` with a count that it trusts.
    function verify(bytes32 root, bytes memory leaf, MerkleProof calldata proof) internal pure returns (bool) {
        uint256 place = proof.index;
        uint256 width = proof.count;
        if (place >= width) return false;
        bytes32 hash = sha256(abi.encodePacked(bytes1(0x00), leaf));
        uint256 used = 0;
        for (; width > 1; width = (width + 1) / 2) {
            if (place % 2 == 1 || place + 1 < width) {
                if (used == proof.path.length) return false;
                bytes32 sibling = proof.path[used++];
                hash = place % 2 == 1 ? _node(sibling, hash) : _node(hash, sibling);
            }
            place /= 2;
        }
        return used == proof.path.length && hash == root;
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
