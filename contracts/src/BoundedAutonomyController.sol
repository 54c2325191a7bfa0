// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {CommitteeVotes} from "./CommitteeVotes.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IParameterRegistry} from "./interfaces/IParameterRegistry.sol";

/// @notice What all votes on one change have in common.
/// @param network Network id.
/// @param parameterId keccak256 of the parameter's name.
/// @param sequence Number of the change, one above the parameter's last.
/// @param expected Value that the parameter has before the change.
/// @param modelVersion Model version that the values come from: the last published one.
/// @param modelDigest SHA-256 of that version's weights.
/// @param expiry Unix time in seconds after which the votes are void.
struct ParameterUpdate {
    bytes32 network;
    bytes32 parameterId;
    uint64 sequence;
    uint256 expected;
    uint64 modelVersion;
    bytes32 modelDigest;
    uint64 expiry;
}

/// @notice One member's own value.
/// @param index Position of the member in the committee.
/// @param value Value that the member recommends, in the parameter's unit.
/// @param signature 65 bytes over the EIP-712 digest of the update with this value.
struct Recommendation {
    uint8 index;
    uint256 value;
    bytes signature;
}

/// @title Moves parameters inside bounds that no model can widen
/// @notice A quorum of the current committee recommends values; the contract takes their lower median and applies
/// exactly that, or reverts. It never clamps. The owner (governance) sets the limits and can do nothing else here;
/// the committee moves values and cannot touch the limits.
contract BoundedAutonomyController is Ownable, EIP712 {
    /// @notice Limits of one parameter, in its unit. A step of zero closes its direction.
    /// @param min Lowest value.
    /// @param max Highest value.
    /// @param stepUp Largest rise in one change.
    /// @param stepDown Largest fall in one change.
    /// @param cooldown Seconds between two changes, and between a configuration and the first.
    struct Limits {
        uint128 min;
        uint128 max;
        uint128 stepUp;
        uint128 stepDown;
        uint64 cooldown;
    }

    /// @dev The members of Limits and what changes with every update, laid out in three slots.
    struct State {
        uint128 min;
        uint128 max;
        uint128 stepUp;
        uint128 stepDown;
        uint64 cooldown;
        uint64 changedAt;
        uint64 sequence;
    }

    /// @notice How far ahead an expiry may lie.
    uint256 public constant MAX_LIFETIME = 6 hours;
    /// @notice How long a cooldown may last.
    uint64 public constant MAX_COOLDOWN = 365 days;

    bytes32 public constant RECOMMENDATION_TYPEHASH = keccak256(
        "Recommendation(bytes32 network,bytes32 parameterId,uint64 sequence,uint256 expected,uint256 value,uint64 modelVersion,bytes32 modelDigest,uint64 expiry)"
    );

    /// @notice Says which version is the last and who may sign.
    IModelRegistry public immutable MODELS;
    /// @notice Holds the values.
    IParameterRegistry public immutable PARAMETERS;
    mapping(bytes32 id => State) private _states;

    event LimitsConfigured(
        bytes32 indexed id, uint128 min, uint128 max, uint128 stepUp, uint128 stepDown, uint64 cooldown
    );
    event ParameterApplied(
        bytes32 indexed id,
        uint256 before,
        uint256 value,
        uint64 indexed modelVersion,
        uint64 sequence,
        uint256 votes,
        address submitter
    );

    error ZeroRegistry();
    error LimitsInverted(bytes32 id, uint256 min, uint256 max);
    error CooldownTooLong(bytes32 id, uint64 cooldown, uint64 maximum);
    error ParameterNotConfigured(bytes32 id);
    error NetworkMismatch(bytes32 expected, bytes32 given);
    error SequenceMismatch(bytes32 id, uint64 expected, uint64 given);
    error Expired(uint64 expiry, uint256 timestamp);
    error ExpiryTooFar(uint64 expiry, uint256 latestAllowed);
    error ModelMismatch(uint64 version, bytes32 digest, uint64 givenVersion, bytes32 givenDigest);
    error ExpectedMismatch(bytes32 id, uint256 expected, uint256 current);
    error CooldownActive(bytes32 id, uint256 readyAt);
    error ValuesNotAscending(uint256 position, uint256 previous, uint256 value);
    error NoChange(bytes32 id, uint256 value);
    error ValueBelowMinimum(bytes32 id, uint256 value, uint256 min);
    error ValueAboveMaximum(bytes32 id, uint256 value, uint256 max);
    error StepExceeded(bytes32 id, uint256 current, uint256 value, uint256 step);

    /// @param owner Governance.
    /// @param models Registry of the network's models.
    /// @param parameters Registry whose controller this contract is to be.
    constructor(address owner, IModelRegistry models, IParameterRegistry parameters)
        Ownable(owner)
        EIP712("Ballast", "1")
    {
        if (address(models) == address(0) || address(parameters) == address(0)) revert ZeroRegistry();
        MODELS = models;
        PARAMETERS = parameters;
    }

    /// @notice Sets a parameter's limits and starts its cooldown. The sequence goes on.
    /// @dev The parameter must exist in the registry. Its value may lie outside the new limits: then only steps
    /// toward them are accepted.
    function configure(bytes32 id, Limits calldata limits) external onlyOwner {
        PARAMETERS.valueOf(id);
        if (limits.min > limits.max) revert LimitsInverted(id, limits.min, limits.max);
        if (limits.cooldown > MAX_COOLDOWN) revert CooldownTooLong(id, limits.cooldown, MAX_COOLDOWN);
        State storage state = _states[id];
        (state.min, state.max) = (limits.min, limits.max);
        (state.stepUp, state.stepDown) = (limits.stepUp, limits.stepDown);
        (state.cooldown, state.changedAt) = (limits.cooldown, uint64(block.timestamp));
        emit LimitsConfigured(id, limits.min, limits.max, limits.stepUp, limits.stepDown, limits.cooldown);
    }

    /// @notice Applies the lower median of a quorum's values. Anyone may call it; the signatures decide.
    /// @dev Checked in this order: configuration, expiry, sequence, cooldown, expected value, network, cited
    /// version, committee, quorum, votes, no change, bounds, step. The registry is called last. The submitter
    /// chooses which votes to hand in, yet at most F of them are faulty and q >= 2F+1, so the median lies within
    /// the values of honest members.
    /// @param update What the votes have in common.
    /// @param votes Votes of distinct members by non-decreasing value.
    /// @param committee The current committee in strictly ascending order.
    function applyUpdate(ParameterUpdate calldata update, Recommendation[] calldata votes, address[] calldata committee)
        external
    {
        bytes32 id = update.parameterId;
        State storage state = _states[id];
        if (state.changedAt == 0) revert ParameterNotConfigured(id);
        _requireTimely(update, state);
        uint256 current = PARAMETERS.valueOf(id);
        if (update.expected != current) revert ExpectedMismatch(id, update.expected, current);
        _requireCommittee(update, committee);
        uint256 value = _median(update, votes, committee);
        _requireWithin(id, state, current, value);

        state.changedAt = uint64(block.timestamp);
        state.sequence = update.sequence;
        emit ParameterApplied(id, current, value, update.modelVersion, update.sequence, votes.length, msg.sender);
        PARAMETERS.set(id, value);
    }

    /// @notice A parameter's limits.
    function limitsOf(bytes32 id) external view returns (Limits memory) {
        State storage state = _configured(id);
        return Limits(state.min, state.max, state.stepUp, state.stepDown, state.cooldown);
    }

    /// @notice Number of the last change of a parameter; 0 before the first.
    function sequenceOf(bytes32 id) external view returns (uint64) {
        return _configured(id).sequence;
    }

    /// @notice Unix time in seconds from which a parameter may change again.
    function readyAt(bytes32 id) external view returns (uint256) {
        return _readyAt(_configured(id));
    }

    /// @notice EIP-712 digest that a member signs to recommend `value`.
    function hashRecommendation(ParameterUpdate calldata update, uint256 value) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    RECOMMENDATION_TYPEHASH,
                    update.network,
                    update.parameterId,
                    update.sequence,
                    update.expected,
                    value,
                    update.modelVersion,
                    update.modelDigest,
                    update.expiry
                )
            )
        );
    }

    function _requireTimely(ParameterUpdate calldata update, State storage state) private view {
        if (update.expiry < block.timestamp) revert Expired(update.expiry, block.timestamp);
        if (update.expiry > block.timestamp + MAX_LIFETIME) {
            revert ExpiryTooFar(update.expiry, block.timestamp + MAX_LIFETIME);
        }
        if (update.sequence != state.sequence + 1) {
            revert SequenceMismatch(update.parameterId, state.sequence + 1, update.sequence);
        }
        uint256 ready = _readyAt(state);
        if (block.timestamp < ready) revert CooldownActive(update.parameterId, ready);
    }

    function _requireCommittee(ParameterUpdate calldata update, address[] calldata committee) private view {
        IModelRegistry.Head memory head = MODELS.head();
        if (head.network == 0 || update.network != head.network) revert NetworkMismatch(head.network, update.network);
        if (update.modelVersion != head.version || update.modelDigest != head.modelDigest) {
            revert ModelMismatch(head.version, head.modelDigest, update.modelVersion, update.modelDigest);
        }
        CommitteeVotes.requireCommittee(committee, head.committeeRoot, head.committeeSize);
    }

    function _median(ParameterUpdate calldata update, Recommendation[] calldata votes, address[] calldata committee)
        private
        view
        returns (uint256)
    {
        CommitteeVotes.requireCount(votes.length, committee.length);
        uint256 voted = 0;
        uint256 previous = 0;
        for (uint256 i = 0; i < votes.length; ++i) {
            Recommendation calldata vote = votes[i];
            if (vote.value < previous) revert ValuesNotAscending(i, previous, vote.value);
            previous = vote.value;
            bytes32 digest = hashRecommendation(update, vote.value);
            voted = CommitteeVotes.requireVote(digest, committee, vote.index, vote.signature, voted);
        }
        return votes[(votes.length - 1) / 2].value;
    }

    /// @dev A value beyond a bound is accepted only as a step back toward it, from further beyond it.
    function _requireWithin(bytes32 id, State storage state, uint256 current, uint256 value) private view {
        if (value == current) revert NoChange(id, value);
        (uint256 min, uint256 max) = (state.min, state.max);
        if (value > max && value > current) revert ValueAboveMaximum(id, value, max);
        if (value < min && value < current) revert ValueBelowMinimum(id, value, min);
        bool rises = value > current;
        uint256 step = rises ? state.stepUp : state.stepDown;
        if ((rises ? value - current : current - value) > step) revert StepExceeded(id, current, value, step);
    }

    function _readyAt(State storage state) private view returns (uint256) {
        return uint256(state.changedAt) + state.cooldown;
    }

    function _configured(bytes32 id) private view returns (State storage state) {
        state = _states[id];
        if (state.changedAt == 0) revert ParameterNotConfigured(id);
    }
}
