// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {CommitteeVotes} from "./CommitteeVotes.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IParameterRegistry} from "./interfaces/IParameterRegistry.sol";
import {IStabilityController, ParameterUpdate, Recommendation} from "./interfaces/IStabilityController.sol";
import {Module} from "./Module.sol";
import {TrustedRead} from "./TrustedRead.sol";
import {BatchSizeInvalid, MAX_BATCH} from "./ParameterTypes.sol";

/// @title What a committee may ask of the parameters
/// @notice A quorum of the current committee recommends values; the contract takes the lower median of each
/// parameter's and hands exactly that to the parameter registry, which applies or refuses it. It never clamps. It
/// decides who may ask and holds no power over the limits: replacing it cannot widen them.
contract BoundedAutonomyController is IStabilityController, Module, EIP712 {
    /// @notice How far ahead an expiry may lie.
    uint256 public constant MAX_LIFETIME = 6 hours;
    bytes32 public constant MODULE_KEY = keccak256("BOUNDED_AUTONOMY_CONTROLLER");
    bytes32 public constant RECOMMENDATION_TYPEHASH = keccak256(
        "Recommendation(bytes32 network,uint64 sequence,bytes32[] parameterIds,uint64[] expected,uint64[] values,uint64 modelVersion,bytes32 modelDigest,bytes32 transcript,bytes32 explanation,uint64 expiry)"
    );

    /// @notice Says which version may be cited and who may sign.
    IModelRegistry public immutable MODELS;
    /// @notice Holds the values and the limits.
    IParameterRegistry public immutable PARAMETERS;
    /// @dev One slot: the number of the last batch in the low 64 bits, above it the first 24 bytes of keccak256 of the
    /// network id once the first batch was applied. An id never changes, and no two have these bytes in common.
    uint256 private _head;
    uint256[47] private _gap;

    error NetworkMismatch(bytes32 expected, bytes32 given);
    error SequenceMismatch(uint64 expected, uint64 given);
    error Expired(uint64 expiry, uint256 timestamp);
    error ExpiryTooFar(uint64 expiry, uint256 latestAllowed);
    error ModelMismatch(uint64 version, bytes32 digest, uint64 givenVersion, bytes32 givenDigest);
    /// @notice An update has another number of expected values than of parameters.
    error LengthMismatch(uint256 expected, uint256 given);
    /// @notice The vote at `position` has another number of values than there are parameters, or no member's position.
    error VoteMalformed(uint256 position);
    /// @notice A value is below 2^64.
    error ValueTooLarge(uint256 value);

    /// @param upgrader The module registry.
    /// @param models Registry of the network's models.
    /// @param parameters The parameter registry, known before its deployment.
    constructor(address upgrader, IModelRegistry models, IParameterRegistry parameters)
        Module(upgrader)
        EIP712("Ballast", "1")
    {
        if (address(models) == address(0)) revert ZeroAddress("models");
        if (address(parameters) == address(0)) revert ZeroAddress("parameters");
        (MODELS, PARAMETERS) = (models, parameters);
    }

    /// @inheritdoc IStabilityController
    /// @dev Checked in this order: expiry, sequence, lengths, network, cited version, committee, quorum, votes; then what
    /// the registry checks. The submitter chooses which votes to hand in, yet at most F of them are faulty and
    /// q >= 2F+1, so each median lies within the values of honest members.
    function applyUpdate(
        ParameterUpdate calldata update,
        Recommendation[] calldata votes,
        address[] calldata committee
    ) external {
        _requireTimely(update);
        uint256 next = _requireNext(update);
        bool isContested = _requireCommittee(update, committee);
        uint256[] memory places = _requireVotes(update, votes, committee);
        bytes memory batch = _batchCall(update, isContested);
        _addChanges(batch, update, votes, places);
        _head = next;
        _send(batch);
    }

    /// @inheritdoc IStabilityController
    function sequence() public view returns (uint64) {
        return uint64(_head);
    }

    /// @inheritdoc IStabilityController
    function bounds(bytes32 id) external view returns (uint64 current, uint64 lowest, uint64 highest) {
        IParameterRegistry.Allowance memory allowance = PARAMETERS.allowed(id);
        return (allowance.current, allowance.lowest, allowance.highest);
    }

    /// @inheritdoc IStabilityController
    function hashRecommendation(ParameterUpdate calldata update, uint64[] calldata values, bytes32 explanation)
        external
        view
        returns (bytes32)
    {
        uint256 place;
        assembly ("memory-safe") {
            place := values.offset
        }
        return _hash(_domainSeparatorV4(), _encoded(update), place, values.length, explanation);
    }

    function moduleKey() external pure returns (bytes32) {
        return MODULE_KEY;
    }

    function moduleVersion() external pure returns (uint96) {
        return 1 << 64;
    }

    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IStabilityController).interfaceId || super.supportsInterface(interfaceId);
    }

    function _requireTimely(ParameterUpdate calldata update) private view {
        uint64 expiry = update.expiry;
        if (expiry < block.timestamp) revert Expired(expiry, block.timestamp);
        if (expiry > block.timestamp + MAX_LIFETIME) revert ExpiryTooFar(expiry, block.timestamp + MAX_LIFETIME);
    }

    /// @return head What `_head` is after the batch.
    function _requireNext(ParameterUpdate calldata update) private view returns (uint256 head) {
        head = _head;
        uint64 next = uint64(head) + 1;
        if (update.sequence != next) revert SequenceMismatch(next, update.sequence);
        (uint256 count,, uint256 expected,) = _lists(update);
        if (count == 0 || count > MAX_BATCH) revert BatchSizeInvalid(count, MAX_BATCH);
        if (expected != count) revert LengthMismatch(count, expected);
        bytes32 network = update.network;
        uint256 mark;
        assembly ("memory-safe") {
            mstore(0, network)
            mark := shr(64, keccak256(0, 0x20))
        }
        if (head >> 64 != mark) {
            bytes32 known = MODELS.network();
            if (known == 0 || network != known) revert NetworkMismatch(known, network);
        }
        return (mark << 64) | next;
    }

    /// @return isContested Whether a version after the cited one is disputed.
    function _requireCommittee(ParameterUpdate calldata update, address[] calldata committee)
        private
        view
        returns (bool isContested)
    {
        IModelRegistry.Authority memory models;
        uint256 place;
        assembly ("memory-safe") {
            place := models
        }
        TrustedRead.into(address(MODELS), IModelRegistry.authority.selector, place, 0xa0);
        if (update.modelVersion != models.version || update.modelDigest != models.modelDigest) {
            revert ModelMismatch(models.version, models.modelDigest, update.modelVersion, update.modelDigest);
        }
        CommitteeVotes.requireCommittee(committee, models.committeeRoot, models.committeeSize);
        return models.isContested;
    }

    /// @dev Bounds need no check here either: these words are what is signed and what is applied.
    /// @return count Number of parameters.
    /// @return ids Where their ids lie in calldata.
    /// @return expectedCount Number of values before.
    /// @return expected Where they lie.
    function _lists(ParameterUpdate calldata update)
        private
        pure
        returns (uint256 count, uint256 ids, uint256 expectedCount, uint256 expected)
    {
        assembly ("memory-safe") {
            ids := add(update, calldataload(add(update, 0xc0)))
            count := calldataload(ids)
            ids := add(ids, 0x20)
            expected := add(update, calldataload(add(update, 0xe0)))
            expectedCount := calldataload(expected)
            expected := add(expected, 0x20)
        }
    }

    /// @return places Where each vote's values lie in calldata, its member's position and its own: what medians need.
    function _requireVotes(
        ParameterUpdate calldata update,
        Recommendation[] calldata votes,
        address[] calldata committee
    ) private view returns (uint256[] memory places) {
        CommitteeVotes.requireCount(votes.length, committee.length);
        (uint256 count,,,) = _lists(update);
        places = new uint256[](votes.length);
        bytes32 domain = _domainSeparatorV4();
        bytes memory encoded = _encoded(update);
        uint256 voted = 0;
        for (uint256 i = 0; i < places.length;) {
            Recommendation calldata vote;
            uint256 place;
            uint256 index;
            assembly ("memory-safe") {
                // Bounds need no check: whatever is read here is what the signature must be of.
                vote := add(votes.offset, calldataload(add(votes.offset, shl(5, i))))
                place := add(vote, calldataload(add(vote, 0x80)))
                index := calldataload(vote)
                if iszero(eq(calldataload(place), count)) { index := not(0) }
                place := add(place, 0x20)
            }
            if (index > type(uint8).max) revert VoteMalformed(i);
            bytes32 digest = _hash(domain, encoded, place, count, vote.explanation);
            voted = CommitteeVotes.requireShortVote(digest, committee, index, vote.r, vote.vs, voted);
            unchecked {
                // There are fewer votes than members, or one of them would vote twice.
                places[i] = (place << 16) | (index << 8) | i;
                ++i;
            }
        }
    }

    /// @dev The call of `applyBatch` as the ABI lays it out, with room for the changes. The provenance is four
    /// neighbours of the update: sequence, version, its digest, transcript.
    function _batchCall(ParameterUpdate calldata update, bool isContested) private pure returns (bytes memory batch) {
        (uint256 count,,,) = _lists(update);
        bytes4 selector = IParameterRegistry.applyBatch.selector;
        assembly ("memory-safe") {
            batch := mload(0x40)
            let size := add(0xe4, shl(7, count))
            mstore(batch, size)
            mstore(add(batch, 0x20), selector)
            calldatacopy(add(batch, 0x24), add(update, 0x20), 0x80)
            mstore(add(batch, 0xa4), isContested)
            mstore(add(batch, 0xc4), 0xc0)
            mstore(add(batch, 0xe4), count)
            mstore(0x40, add(batch, add(0x3c, size)))
        }
    }

    /// @dev Writes each change with its median. Equal values are ordered by their members' positions, so that the
    /// explanation, which is that of the first member whose value was taken, does not depend on the order in which votes
    /// are handed in.
    function _addChanges(
        bytes memory batch,
        ParameterUpdate calldata update,
        Recommendation[] calldata votes,
        uint256[] memory places
    ) private pure {
        (uint256 count, uint256 ids,, uint256 expected) = _lists(update);
        uint256[] memory ordered = new uint256[](places.length);
        for (uint256 p = 0; p < count; ++p) {
            (uint256 value, uint256 voice) = _median(places, ordered, p);
            assembly ("memory-safe") {
                let change := add(batch, add(0x104, shl(7, p)))
                mstore(change, calldataload(add(ids, shl(5, p))))
                mstore(add(change, 0x20), calldataload(add(expected, shl(5, p))))
                mstore(add(change, 0x40), value)
                let vote := add(votes.offset, calldataload(add(votes.offset, shl(5, voice))))
                mstore(add(change, 0x60), calldataload(add(vote, 0x20)))
            }
        }
    }

    /// @dev Hands the batch on, and a refusal back.
    function _send(bytes memory batch) private {
        address registry = address(PARAMETERS);
        assembly ("memory-safe") {
            if iszero(extcodesize(registry)) { revert(0, 0) }
            if iszero(call(gas(), registry, 0, add(batch, 0x20), mload(batch), 0, 0)) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
    }

    /// @param ordered Room for the votes by value.
    /// @return value The lower median of the values of parameter `p`.
    /// @return voice The vote of the first member with that value.
    function _median(uint256[] memory places, uint256[] memory ordered, uint256 p)
        private
        pure
        returns (uint256 value, uint256 voice)
    {
        uint256 tooLarge = 0;
        uint256 first = (places.length - 1) / 2;
        assembly ("memory-safe") {
            let size := shl(5, mload(places))
            let begin := add(ordered, 0x20)
            for { let i := 0x20 } iszero(gt(i, size)) { i := add(i, 0x20) } {
                let key := mload(add(places, i))
                let given := calldataload(add(shr(16, key), shl(5, p)))
                if shr(64, given) {
                    tooLarge := given
                    break
                }
                key := or(shl(16, given), and(key, 0xffff))
                let at := add(ordered, i)
                for {} gt(at, begin) {} {
                    let before := mload(sub(at, 0x20))
                    if iszero(gt(before, key)) { break }
                    mstore(at, before)
                    at := sub(at, 0x20)
                }
                mstore(at, key)
            }
            let at := add(begin, shl(5, first))
            value := shr(16, mload(at))
            for {} gt(at, begin) { at := sub(at, 0x20) } {
                if iszero(eq(shr(16, mload(sub(at, 0x20))), value)) { break }
            }
            voice := and(mload(at), 0xff)
        }
        if (tooLarge != 0) revert ValueTooLarge(tooLarge);
    }

    /// @dev The encoded struct with zeros where a vote's values and explanation belong. What is a list is hashed as the
    /// words that it is; the registry refuses those that are too large for their type.
    function _encoded(ParameterUpdate calldata update) private pure returns (bytes memory encoded) {
        (uint256 count, uint256 ids, uint256 expectedCount, uint256 expected) = _lists(update);
        (bytes32 idsHash, bytes32 expectedHash) = (_hashWords(ids, count), _hashWords(expected, expectedCount));
        bytes32 typeHash = RECOMMENDATION_TYPEHASH;
        assembly ("memory-safe") {
            encoded := mload(0x40)
            mstore(0x40, add(encoded, 0x180))
            mstore(encoded, 0x160)
            mstore(add(encoded, 0x20), typeHash)
            // Network and sequence.
            calldatacopy(add(encoded, 0x40), update, 0x40)
            mstore(add(encoded, 0x80), idsHash)
            mstore(add(encoded, 0xa0), expectedHash)
            mstore(add(encoded, 0xc0), 0)
            // Version, its digest and the transcript.
            calldatacopy(add(encoded, 0xe0), add(update, 0x40), 0x60)
            mstore(add(encoded, 0x140), 0)
            mstore(add(encoded, 0x160), calldataload(add(update, 0xa0)))
        }
    }

    /// @param place Where the words lie in calldata.
    function _hashWords(uint256 place, uint256 count) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, place, shl(5, count))
            digest := keccak256(free, shl(5, count))
        }
    }

    /// @dev Values with set bits above the 64th are refused where they are read.
    /// @param place Where the values lie in calldata.
    function _hash(bytes32 domain, bytes memory encoded, uint256 place, uint256 count, bytes32 explanation)
        private
        pure
        returns (bytes32 digest)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, count)
            calldatacopy(free, place, size)
            mstore(add(encoded, 0xc0), keccak256(free, size))
            mstore(add(encoded, 0x140), explanation)
            mstore(free, hex"1901")
            mstore(add(free, 0x02), domain)
            mstore(add(free, 0x22), keccak256(add(encoded, 0x20), mload(encoded)))
            digest := keccak256(free, 0x42)
        }
    }
}
