// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bls} from "./Bls.sol";
import {CommitteeVotes} from "./CommitteeVotes.sol";

/// @notice The votes of a committee as one BLS signature.
/// @param signers Bit i is set when the member at position i signed.
/// @param signature Sum of their signatures, 256 bytes.
/// @param aggregateKey Sum of all members' keys, 128 bytes.
/// @param keysRoot Root of the tree over the members' keys.
/// @param absentKeys Keys of the members who did not sign, in order, 128 bytes each.
/// @param siblings The hashes that lead from those keys to the root, level by level and from left to right.
struct AggregateVote {
    uint256 signers;
    bytes signature;
    bytes aggregateKey;
    bytes32 keysRoot;
    bytes absentKeys;
    bytes32[] siblings;
}

/// @title Votes of a committee that is known by a commitment to its BLS keys
/// @notice The commitment is keccak256(sum of all keys ‖ root), the root that of a Merkle tree over the keys in the
/// committee's order: leaf = keccak256(0x00 ‖ key), node = keccak256(0x01 ‖ left ‖ right), an odd node moves up.
/// The signers' key is the sum less the absent members' keys, which the caller hands in with one proof for them
/// all. Whoever signs a commitment vouches that each key's owner proved possession of it.
library AggregateVotes {
    /// @notice Domain separation tag of votes.
    bytes internal constant DOMAIN = "BALLAST-V1-VOTE-BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

    /// @notice The keys are not the epoch's committee.
    error KeysMismatch(bytes32 expected, bytes32 given);
    /// @notice A bit beyond the committee's members is set.
    error SignersOutOfRange(uint256 signers, uint256 size);
    /// @notice There is not exactly one key for each absent member.
    error AbsentKeysMismatch(uint256 expected, uint256 given);
    /// @notice The proof has too few or too many hashes.
    error SiblingsMismatch(uint256 given);
    /// @notice The signature is not of the signers, or of another message.
    error AggregateInvalid();

    /// @notice Refuses unless a quorum of the committee signed `digest`.
    /// @param keys Commitment to the committee's keys.
    /// @param size Its number of members.
    function requireQuorum(bytes32 digest, bytes32 keys, uint256 size, AggregateVote calldata vote) internal view {
        if (vote.signers >> size != 0) revert SignersOutOfRange(vote.signers, size);
        uint256 voted = _bits(vote.signers);
        CommitteeVotes.requireCount(voted, size);
        Bls.requirePoint(vote.aggregateKey, Bls.KEY_LENGTH);
        bytes32 given = keccak256(abi.encodePacked(vote.aggregateKey, vote.keysRoot));
        if (given != keys) revert KeysMismatch(keys, given);
        uint256 absent = size - voted;
        if (vote.absentKeys.length != absent * Bls.KEY_LENGTH) {
            revert AbsentKeysMismatch(absent * Bls.KEY_LENGTH, vote.absentKeys.length);
        }
        if (absent == 0) {
            if (vote.siblings.length != 0) revert SiblingsMismatch(vote.siblings.length);
        } else {
            bytes32 root = rootOf(size, vote.signers, vote.absentKeys, vote.siblings);
            if (root != vote.keysRoot) revert KeysMismatch(vote.keysRoot, root);
        }
        bytes memory key = Bls.subtract(vote.aggregateKey, vote.absentKeys);
        if (!Bls.isSigned(key, DOMAIN, abi.encodePacked(digest), vote.signature)) revert AggregateInvalid();
    }

    /// @notice The root that the absent members' keys and the siblings lead to.
    /// @dev Known nodes of a level stand in order in `places` and `hashes`; each level overwrites the one below.
    function rootOf(uint256 size, uint256 signers, bytes calldata absentKeys, bytes32[] calldata siblings)
        internal
        pure
        returns (bytes32)
    {
        uint256 known = absentKeys.length / Bls.KEY_LENGTH;
        uint256[] memory places = new uint256[](known);
        bytes32[] memory hashes = new bytes32[](known);
        uint256 found = 0;
        for (uint256 i = 0; i < size; ++i) {
            if ((signers >> i) & 1 == 1) continue;
            places[found] = i;
            hashes[found] = _leaf(absentKeys, found * Bls.KEY_LENGTH);
            ++found;
        }
        uint256 used = 0;
        // No number here exceeds 255.
        unchecked {
            for (uint256 width = size; width > 1; width = (width + 1) / 2) {
                uint256 above = 0;
                for (uint256 i = 0; i < known; ++i) {
                    uint256 place = places[i];
                    bytes32 hash = hashes[i];
                    if (place % 2 == 1) {
                        hash = _node(_sibling(siblings, used++), hash);
                    } else if (i + 1 < known && places[i + 1] == place + 1) {
                        hash = _node(hash, hashes[++i]);
                    } else if (place + 1 < width) {
                        hash = _node(hash, _sibling(siblings, used++));
                    }
                    places[above] = place / 2;
                    hashes[above++] = hash;
                }
                known = above;
            }
        }
        if (used != siblings.length) revert SiblingsMismatch(siblings.length);
        return hashes[0];
    }

    function _sibling(bytes32[] calldata siblings, uint256 i) private pure returns (bytes32) {
        if (i >= siblings.length) revert SiblingsMismatch(siblings.length);
        return siblings[i];
    }

    // Both hash in memory beyond what is allocated and allocate none: a proof has hundreds of nodes.

    function _leaf(bytes calldata keys, uint256 start) private pure returns (bytes32 hash) {
        uint256 length = Bls.KEY_LENGTH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 0x00)
            calldatacopy(add(free, 1), add(keys.offset, start), length)
            hash := keccak256(free, add(length, 1))
        }
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 0x01)
            mstore(add(free, 1), left)
            mstore(add(free, 33), right)
            hash := keccak256(free, 65)
        }
    }

    function _bits(uint256 word) private pure returns (uint256 count) {
        for (; word != 0; word &= word - 1) {
            ++count;
        }
    }
}
