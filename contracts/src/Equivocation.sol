// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {AggregateVotes} from "./AggregateVotes.sol";
import {Bls} from "./Bls.sol";
import {RoundDecision} from "./ModelRegistry.sol";

/// @title Two commit votes of one member that exclude each other
/// @notice An honest member commits to one decision in a view. Two votes of one key for different decisions of the
/// same network, epoch, round and view prove that it is not honest, to anyone, for ever. Whoever acts on the proof
/// checks that the key was a member's in that epoch, and that it has not acted on it before.
library Equivocation {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant ROUND_DECISION_TYPEHASH = keccak256(
        "RoundDecision(bytes32 network,uint64 epoch,uint64 round,uint32 view,uint8 outcome,uint64 version,bytes32 modelDigest,bytes32 entryDigest)"
    );

    /// @notice The decisions are of different places, or the same.
    error NoConflict();
    /// @notice Vote 0 or 1 is nobody's: of another form, with a high s, or of another key.
    error VoteInvalid(uint256 vote);
    /// @notice Two members voted, each once.
    error SignersDiffer(address first, address second);

    /// @notice Who signed both decisions with ECDSA.
    /// @param chainId The chain of the registry.
    /// @param registry The ModelRegistry that the votes are for.
    function signerOf(
        uint256 chainId,
        address registry,
        RoundDecision calldata first,
        RoundDecision calldata second,
        bytes calldata firstVote,
        bytes calldata secondVote
    ) internal pure returns (address signer) {
        requireConflict(first, second);
        signer = _recover(0, digestOf(chainId, registry, first), firstVote);
        address other = _recover(1, digestOf(chainId, registry, second), secondVote);
        if (signer != other) revert SignersDiffer(signer, other);
    }

    /// @notice Refuses unless the owner of the BLS key signed both decisions.
    /// @param key 128 bytes.
    function requireSignedTwice(
        uint256 chainId,
        address registry,
        RoundDecision calldata first,
        RoundDecision calldata second,
        bytes memory key,
        bytes calldata firstVote,
        bytes calldata secondVote
    ) internal view {
        requireConflict(first, second);
        _requireBls(0, key, digestOf(chainId, registry, first), firstVote);
        _requireBls(1, key, digestOf(chainId, registry, second), secondVote);
    }

    /// @notice Refuses two decisions that one honest member may both have voted for.
    function requireConflict(RoundDecision calldata first, RoundDecision calldata second) internal pure {
        bool isSamePlace = first.network == second.network && first.epoch == second.epoch
            && first.round == second.round && first.viewNumber == second.viewNumber;
        if (!isSamePlace || keccak256(abi.encode(first)) == keccak256(abi.encode(second))) revert NoConflict();
    }

    /// @notice The EIP-712 digest that a vote for the decision signs, as the registry has it.
    function digestOf(uint256 chainId, address registry, RoundDecision calldata decision)
        internal
        pure
        returns (bytes32)
    {
        bytes32 domain =
            keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Ballast"), keccak256("1"), chainId, registry));
        // All members are static, so the struct encodes like the list of them.
        bytes32 body = keccak256(abi.encodePacked(ROUND_DECISION_TYPEHASH, abi.encode(decision)));
        return keccak256(abi.encodePacked(hex"1901", domain, body));
    }

    function _recover(uint256 vote, bytes32 digest, bytes calldata signature) private pure returns (address signer) {
        ECDSA.RecoverError failure;
        (signer, failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError) revert VoteInvalid(vote);
    }

    function _requireBls(uint256 vote, bytes memory key, bytes32 digest, bytes calldata signature) private view {
        if (!Bls.isSigned(key, AggregateVotes.DOMAIN, abi.encodePacked(digest), signature)) revert VoteInvalid(vote);
    }
}
