// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Quorum} from "./Quorum.sol";

/// @notice One member's vote.
/// @param index Position of the member in the committee.
/// @param signature 65 bytes r, s, v with a low s and v of 27 or 28.
struct CommitteeSignature {
    uint8 index;
    bytes signature;
}

/// @title Votes of a committee that is known by its root
/// @notice The root is keccak256 of the members' addresses in strictly ascending order, 32 bytes each. Callers hand
/// in the addresses; a contract keeps only the root.
library CommitteeVotes {
    /// @dev Half of the order of secp256k1, rounded down (SEC 2, section 2.4.1).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice A committee must have 1 to `maximum` members.
    error CommitteeSizeInvalid(uint256 size, uint256 maximum);
    /// @notice The epoch's committee has another number of members.
    error CommitteeSizeMismatch(uint256 expected, uint256 given);
    /// @notice The address at `index` is not above the one before it.
    error CommitteeNotAscending(uint256 index);
    /// @notice The addresses are not the epoch's committee.
    error CommitteeRootMismatch(bytes32 expected, bytes32 given);
    /// @notice Fewer votes than the committee's quorum.
    error QuorumNotReached(uint256 given, uint256 required);
    /// @notice A vote names a position that the committee does not have.
    error MemberIndexOutOfRange(uint256 index, uint256 size);
    /// @notice A member's vote stands twice.
    error DuplicateVote(uint256 index);
    /// @notice The signature is not 65 bytes, has a high s, a wrong v, or recovers to nobody.
    error SignatureInvalid(uint256 index);
    /// @notice The signature is by somebody else, or of another message.
    error SignerMismatch(uint256 index, address expected, address recovered);

    /// @notice Refuses a size that no committee may have.
    function requireSize(uint256 size) internal pure {
        if (size == 0 || size > Quorum.MAX_COMMITTEE) revert CommitteeSizeInvalid(size, Quorum.MAX_COMMITTEE);
    }

    /// @notice Refuses addresses other than those of `root`.
    /// @dev Whole words are compared and hashed: one with set bits above the 160th is nobody's address.
    /// @param committee Addresses in strictly ascending order.
    function requireCommittee(address[] calldata committee, bytes32 root, uint256 size) internal pure {
        if (committee.length != size) revert CommitteeSizeMismatch(size, committee.length);
        bytes32 given;
        uint256 unordered = 0;
        assembly ("memory-safe") {
            let bytesOfAll := shl(5, size)
            let end := add(committee.offset, bytesOfAll)
            let previous := 0
            for { let at := committee.offset } lt(at, end) { at := add(at, 0x20) } {
                let member := calldataload(at)
                if iszero(gt(member, previous)) {
                    unordered := add(at, 1)
                    break
                }
                previous := member
            }
            let free := mload(0x40)
            calldatacopy(free, committee.offset, bytesOfAll)
            given := keccak256(free, bytesOfAll)
        }
        if (unordered != 0) revert CommitteeNotAscending(_position(committee, unordered - 1));
        if (given != root) revert CommitteeRootMismatch(root, given);
    }

    /// @return position Of the member that lies there in calldata.
    function _position(address[] calldata committee, uint256 place) private pure returns (uint256 position) {
        assembly ("memory-safe") {
            position := shr(5, sub(place, committee.offset))
        }
    }

    /// @notice Refuses fewer votes than a quorum of a committee of `size`.
    function requireCount(uint256 votes, uint256 size) internal pure {
        uint256 needed = Quorum.required(size);
        if (votes < needed) revert QuorumNotReached(votes, needed);
    }

    /// @notice Refuses unless a quorum of distinct members signed `digest`. One bad vote refuses them all.
    function requireQuorum(bytes32 digest, address[] calldata committee, CommitteeSignature[] calldata signatures)
        internal
        pure
    {
        requireCount(signatures.length, committee.length);
        uint256 voted = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            voted = requireVote(digest, committee, signatures[i].index, signatures[i].signature, voted);
        }
    }

    /// @notice Refuses unless the member at `index`, who has not voted yet, signed `digest`.
    /// @param voted Bitmap of the members who voted before.
    /// @return The bitmap with this member in it.
    function requireVote(
        bytes32 digest,
        address[] calldata committee,
        uint256 index,
        bytes calldata signature,
        uint256 voted
    ) internal pure returns (uint256) {
        if (index >= committee.length) revert MemberIndexOutOfRange(index, committee.length);
        uint256 bit = 1 << index;
        if (voted & bit != 0) revert DuplicateVote(index);
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError) revert SignatureInvalid(index);
        if (recovered != committee[index]) revert SignerMismatch(index, committee[index], recovered);
        return voted | bit;
    }

    /// @notice As `requireVote`, for a signature of 64 bytes (ERC-2098) and a committee that has been checked.
    function requireShortVote(
        bytes32 digest,
        address[] calldata committee,
        uint256 index,
        bytes32 r,
        bytes32 vs,
        uint256 voted
    ) internal view returns (uint256) {
        if (index >= committee.length) revert MemberIndexOutOfRange(index, committee.length);
        uint256 bit = 1 << index;
        if (voted & bit != 0) revert DuplicateVote(index);
        address recovered;
        address expected;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let s := shr(1, shl(1, vs))
            mstore(free, digest)
            mstore(add(free, 0x20), add(27, shr(255, vs)))
            mstore(add(free, 0x40), r)
            mstore(add(free, 0x60), s)
            mstore(0, 0)
            // A high s is nobody's; so is what the precompile answers with nothing.
            if iszero(gt(s, HALF_ORDER)) { pop(staticcall(gas(), 1, free, 0x80, 0, 0x20)) }
            recovered := mload(0)
            expected := calldataload(add(committee.offset, shl(5, index)))
        }
        if (recovered == address(0)) revert SignatureInvalid(index);
        if (recovered != expected) revert SignerMismatch(index, expected, recovered);
        return voted | bit;
    }
}
