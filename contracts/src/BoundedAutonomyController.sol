// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {CommitteeVotes} from "./CommitteeVotes.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IParameterRegistry} from "./interfaces/IParameterRegistry.sol";
import {IStabilityController, ParameterUpdate, Recommendation} from "./interfaces/IStabilityController.sol";
import {Module} from "./Module.sol";
import {BatchSizeInvalid, Change, MAX_BATCH, Provenance} from "./ParameterTypes.sol";

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
    /// @inheritdoc IStabilityController
    uint64 public sequence;
    uint256[47] private _gap;

    /// @notice A batch was applied; each of its changes is an event of the parameter registry.
    event UpdateApplied(uint64 indexed sequence, uint64 indexed modelVersion, uint256 votes, address submitter);

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
        bool isContested = _requireCommittee(update, committee);
        uint256[] memory places = _requireVotes(update, votes, committee);
        Change[] memory changes = _medians(update, votes, places);

        sequence = update.sequence;
        emit UpdateApplied(update.sequence, update.modelVersion, votes.length, msg.sender);
        Provenance memory provenance =
            Provenance(update.sequence, update.modelVersion, update.modelDigest, update.transcript);
        PARAMETERS.applyBatch(provenance, isContested, changes);
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
        if (update.expiry < block.timestamp) revert Expired(update.expiry, block.timestamp);
        if (update.expiry > block.timestamp + MAX_LIFETIME) {
            revert ExpiryTooFar(update.expiry, block.timestamp + MAX_LIFETIME);
        }
        uint64 next = sequence + 1;
        if (update.sequence != next) revert SequenceMismatch(next, update.sequence);
        uint256 count = update.parameterIds.length;
        if (count == 0 || count > MAX_BATCH) revert BatchSizeInvalid(count, MAX_BATCH);
        if (update.expected.length != count) revert LengthMismatch(count, update.expected.length);
    }

    /// @return isContested Whether a version after the cited one is disputed.
    function _requireCommittee(ParameterUpdate calldata update, address[] calldata committee)
        private
        view
        returns (bool isContested)
    {
        IModelRegistry.Authority memory models = MODELS.authority();
        if (models.network == 0 || update.network != models.network) {
            revert NetworkMismatch(models.network, update.network);
        }
        if (update.modelVersion != models.version || update.modelDigest != models.modelDigest) {
            revert ModelMismatch(models.version, models.modelDigest, update.modelVersion, update.modelDigest);
        }
        CommitteeVotes.requireCommittee(committee, models.committeeRoot, models.committeeSize);
        return models.isContested;
    }

    /// @return places Where each vote's values lie in calldata, its member's position and its own: what medians need.
    function _requireVotes(
        ParameterUpdate calldata update,
        Recommendation[] calldata votes,
        address[] calldata committee
    ) private view returns (uint256[] memory places) {
        CommitteeVotes.requireCount(votes.length, committee.length);
        uint256 count = update.parameterIds.length;
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

    /// @dev Equal values are ordered by their members' positions, so that the explanation, which is that of the first
    /// member whose value was taken, does not depend on the order in which votes are handed in.
    function _medians(ParameterUpdate calldata update, Recommendation[] calldata votes, uint256[] memory places)
        private
        pure
        returns (Change[] memory changes)
    {
        uint256 count = update.parameterIds.length;
        changes = new Change[](count);
        uint256[] memory ordered = new uint256[](places.length);
        for (uint256 p = 0; p < count; ++p) {
            (uint256 value, uint256 voice) = _median(places, ordered, p);
            Change memory change = changes[p];
            change.id = update.parameterIds[p];
            change.expected = update.expected[p];
            change.value = uint64(value);
            change.explanation = votes[voice].explanation;
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
        unchecked {
            // No index here passes the number of votes, which is below 256.
            for (uint256 i = 0; i < places.length; ++i) {
                uint256 key = places[i];
                uint256 given;
                assembly ("memory-safe") {
                    given := calldataload(add(shr(16, key), shl(5, p)))
                }
                if (given > type(uint64).max) revert ValueTooLarge(given);
                key = (given << 16) | (key & 0xffff);
                uint256 j = i;
                for (; j > 0 && ordered[j - 1] > key; --j) {
                    ordered[j] = ordered[j - 1];
                }
                ordered[j] = key;
            }
            uint256 first = (places.length - 1) / 2;
            value = ordered[first] >> 16;
            while (first > 0 && ordered[first - 1] >> 16 == value) --first;
            voice = ordered[first] & 0xff;
        }
    }

    /// @dev The encoded struct with zeros where a vote's values and explanation belong.
    function _encoded(ParameterUpdate calldata update) private pure returns (bytes memory) {
        return abi.encode(
            RECOMMENDATION_TYPEHASH,
            update.network,
            update.sequence,
            keccak256(abi.encodePacked(update.parameterIds)),
            keccak256(abi.encodePacked(update.expected)),
            bytes32(0),
            update.modelVersion,
            update.modelDigest,
            update.transcript,
            bytes32(0),
            update.expiry
        );
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
