// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof, MerkleProofs} from "./MerkleProofs.sol";

/// @title Whether a round counted a node's update
/// @notice A round's entry holds the Merkle root over its roll: for each node its key, the digest of its update and
/// the update's fate. The chain knows the entry by its digest alone (`entryDigest` of the `Published` event), so
/// the caller says which root it takes from an entry with that digest; this library shows what lies under it.
library UpdateInclusion {
    /// @notice The leaf of one row: 32 bytes, 32 bytes, and the fate as ASCII to the end.
    /// @param nodeKey The node's Ed25519 public key.
    /// @param updateDigest SHA-256 of the update.
    /// @param fate `selected`, `accepted`, or the code why it dropped out.
    function leafOf(bytes32 nodeKey, bytes32 updateDigest, string memory fate) internal pure returns (bytes memory) {
        return abi.encodePacked(nodeKey, updateDigest, fate);
    }

    /// @notice Whether the roll under `root` has this row.
    function isIncluded(
        bytes32 root,
        bytes32 nodeKey,
        bytes32 updateDigest,
        string memory fate,
        MerkleProof calldata proof
    ) internal pure returns (bool) {
        return MerkleProofs.verify(root, leafOf(nodeKey, updateDigest, fate), proof);
    }
}
