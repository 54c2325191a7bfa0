// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "../MerkleProofs.sol";
import {UpdateInclusion} from "../UpdateInclusion.sol";

/// @title Who has shown that its update was selected
/// @notice An example: someone who trusts nobody's word but a round's root lets nodes show that the rule gave
/// their update weight, once each. Whoever deploys it takes the root and the count (`updates.root` and
/// `updates.sealed`) from the entry whose digest the registry's `Published` event names.
contract UpdateReceipt {
    bytes32 public immutable ROOT;
    uint32 public immutable COUNT;
    mapping(bytes32 nodeKey => bool) public wasSelected;

    event Selected(bytes32 indexed nodeKey, bytes32 updateDigest);

    /// @notice The proof is of a tree with another number of rows.
    error CountMismatch(uint32 expected, uint32 given);
    /// @notice The roll has no such row.
    error NotIncluded(bytes32 nodeKey, bytes32 updateDigest);

    constructor(bytes32 root, uint32 count) {
        (ROOT, COUNT) = (root, count);
    }

    /// @notice Records that the node's update was selected.
    function show(bytes32 nodeKey, bytes32 updateDigest, MerkleProof calldata proof) external {
        if (proof.count != COUNT) revert CountMismatch(COUNT, proof.count);
        if (!UpdateInclusion.isIncluded(ROOT, nodeKey, updateDigest, "selected", proof)) {
            revert NotIncluded(nodeKey, updateDigest);
        }
        wasSelected[nodeKey] = true;
        emit Selected(nodeKey, updateDigest);
    }
}
