// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {AggregateVote, AggregateVotes} from "./AggregateVotes.sol";
import {CommitteeSignature, CommitteeVotes} from "./CommitteeVotes.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {ModelDisputes} from "./ModelDisputes.sol";

/// @notice What a round's committee decided, as each member's commit vote signs it.
/// @param network Network id.
/// @param epoch Epoch of the committee that voted.
/// @param round Round of the decision.
/// @param viewNumber View in which the votes were cast; named `view` in the signed type.
/// @param outcome 1 accepted, 2 rejected, 3 aborted.
/// @param version Version after the round.
/// @param modelDigest SHA-256 of the weights of that version.
/// @param entryDigest Digest of the round's log entry.
struct RoundDecision {
    bytes32 network;
    uint64 epoch;
    uint64 round;
    uint32 viewNumber;
    uint8 outcome;
    uint64 version;
    bytes32 modelDigest;
    bytes32 entryDigest;
}

/// @notice The next epoch's committee, as the outgoing committee signs it.
/// @param network Network id.
/// @param epoch The new epoch, one above the current.
/// @param version The last version that the outgoing committee certified.
/// @param nextRoot Root of the next committee.
/// @param nextSize Its number of members.
/// @param nextKeys Commitment to its BLS keys; zero when its members vote with ECDSA.
struct CommitteeRotation {
    bytes32 network;
    uint64 epoch;
    uint64 version;
    bytes32 nextRoot;
    uint8 nextSize;
    bytes32 nextKeys;
}

/// @title The certified versions of a network's model
/// @notice An append-only list of digests. A quorum of the epoch's committee adds to it; anyone may carry the
/// signatures here. The owner initialises the registry and has no power afterwards. A restorer, if there is one, may
/// ask for an earlier version; the committee carries that out as a new version, and no digest ever changes. It also
/// decides disputes about versions, where the registry has a dispute window.
contract ModelRegistry is IModelRegistry, ModelDisputes, Ownable, EIP712 {
    /// @notice Who may sign in an epoch, and whether with BLS.
    struct Committee {
        bytes32 root;
        uint8 size;
        uint40 beganAt;
        bytes32 keys;
    }

    /// @notice The last request to return to an earlier version.
    /// @param version The version to return to.
    /// @param nonce 1 for the first request, one more for each after it; 0 while there is none.
    /// @param requestedAt Height of the block that took the request.
    struct RestoreRequest {
        uint64 version;
        uint64 nonce;
        uint64 requestedAt;
    }

    /// @dev One slot. What most readers need of the current committee stands here too.
    struct Latest {
        uint64 version;
        uint64 round;
        uint64 epoch;
        uint40 publishedAt;
        uint8 size;
        bool isAggregated;
    }

    /// @notice The outcome that makes a version.
    uint8 public constant ACCEPTED = 1;

    bytes32 public constant ROUND_DECISION_TYPEHASH = keccak256(
        "RoundDecision(bytes32 network,uint64 epoch,uint64 round,uint32 view,uint8 outcome,uint64 version,bytes32 modelDigest,bytes32 entryDigest)"
    );
    bytes32 public constant COMMITTEE_ROTATION_TYPEHASH =
        keccak256(
            "CommitteeRotation(bytes32 network,uint64 epoch,uint64 version,bytes32 nextRoot,uint8 nextSize,bytes32 nextKeys)"
        );

    /// @inheritdoc IModelRegistry
    bytes32 public network;
    /// @notice Who may ask for an earlier version: governance; zero for nobody. Fixed when initialised.
    address public restorer;
    Latest private _latest;
    mapping(uint64 version => bytes32 modelDigest) private _digests;
    mapping(uint64 epoch => Committee) private _committees;
    RestoreRequest private _restore;

    event Initialised(
        bytes32 indexed network,
        bytes32 genesisDigest,
        bytes32 committeeRoot,
        uint8 committeeSize,
        bytes32 committeeKeys,
        address restorer
    );
    event Published(
        uint64 indexed version,
        bytes32 indexed modelDigest,
        bytes32 entryDigest,
        uint64 epoch,
        uint64 round,
        uint32 viewNumber,
        address submitter
    );
    event CommitteeRotated(
        uint64 indexed epoch, bytes32 root, uint8 size, bytes32 keys, uint64 version, address submitter
    );
    event RestoreRequested(uint64 indexed nonce, uint64 indexed version, bytes32 modelDigest, string reason);

    error AlreadyInitialised(bytes32 network);
    error NotInitialised();
    error NetworkMismatch(bytes32 expected, bytes32 given);
    error EpochMismatch(uint64 expected, uint64 given);
    error EpochUnknown(uint64 epoch, uint64 current);
    error VersionMismatch(uint64 expected, uint64 given);
    /// @notice This very version is published. A submitter who meets this has nothing left to do.
    error AlreadyPublished(uint64 version, bytes32 modelDigest);
    /// @notice The version is published with another digest.
    error VersionConflict(uint64 version, bytes32 published, bytes32 given);
    error RoundNotLater(uint64 last, uint64 given);
    error OutcomeNotPublishable(uint8 outcome);
    /// @notice The committee votes in the other way: with BLS where `aggregated`, else one by one.
    error SchemeMismatch(uint64 epoch, bool aggregated);
    /// @notice No quorum has certified this version here.
    error VersionNotCertified(uint64 version, uint64 latest);
    error ReasonTooLong(uint256 length, uint256 maximum);

    uint256 private constant MAX_REASON_BYTES = 200;

    /// @param owner Who may initialise the registry.
    /// @param disputeWindow Seconds in which a version can be disputed, at least; 0 for Active at once.
    /// @param disputeBond Wei that a dispute takes.
    constructor(address owner, uint64 disputeWindow, uint256 disputeBond)
        ModelDisputes(disputeWindow, disputeBond)
        Ownable(owner)
        EIP712("Ballast", "1")
    {}

    /// @notice Names the network and its first committee, once. The network id is the hash of a document that
    /// holds this contract's address, hence it cannot be known at deployment.
    /// @param networkId Hash of the network document.
    /// @param genesisDigest SHA-256 of the genesis weights: version 0.
    /// @param root Root of the committee of epoch 0.
    /// @param size Its number of members.
    /// @param keys Commitment to its BLS keys; zero when its members vote with ECDSA.
    /// @param restorer_ Who may ask for an earlier version and decides disputes; zero for nobody, where there is no
    /// dispute window.
    function initialise(
        bytes32 networkId,
        bytes32 genesisDigest,
        bytes32 root,
        uint8 size,
        bytes32 keys,
        address restorer_
    ) external onlyOwner {
        if (network != 0) revert AlreadyInitialised(network);
        if (networkId == 0) revert ZeroValue("network");
        if (genesisDigest == 0) revert ZeroValue("genesisDigest");
        if (restorer_ == address(0) && DISPUTE_WINDOW != 0) revert ZeroValue("restorer");
        network = networkId;
        _digests[0] = genesisDigest;
        _latest.publishedAt = uint40(block.timestamp);
        restorer = restorer_;
        _setCommittee(0, root, size, keys);
        emit Initialised(networkId, genesisDigest, root, size, keys, restorer_);
    }

    /// @notice Adds the next version. Anyone may call it; the signatures decide.
    /// @dev Checked in this order: network, published before, outcome, epoch, version, round, digest, committee,
    /// votes. A version that is published with the same digest reverts with `AlreadyPublished`.
    /// @param decision What the committee decided.
    /// @param committee The epoch's committee in strictly ascending order.
    /// @param signatures A quorum of votes by distinct members.
    function publish(
        RoundDecision calldata decision,
        address[] calldata committee,
        CommitteeSignature[] calldata signatures
    ) external {
        Latest memory last = _requirePublishable(decision);
        _requireSigned(last, hashRoundDecision(decision), committee, signatures);
        _append(decision, last);
    }

    /// @notice Adds the next version as `publish` does, with the votes of a committee that signs with BLS.
    function publishAggregated(RoundDecision calldata decision, AggregateVote calldata vote) external {
        Latest memory last = _requirePublishable(decision);
        _requireAggregated(last, hashRoundDecision(decision), vote);
        _append(decision, last);
    }

    /// @notice Hands over to the next committee. Anyone may call it; the outgoing committee's signatures decide.
    /// @dev The rotation names the last version, so that it cannot overtake a certified version of its epoch,
    /// which nobody could publish afterwards.
    /// @param rotation The next epoch, its committee, and the last version of this one.
    /// @param committee The outgoing committee in strictly ascending order.
    /// @param signatures A quorum of the outgoing committee.
    function rotateCommittee(
        CommitteeRotation calldata rotation,
        address[] calldata committee,
        CommitteeSignature[] calldata signatures
    ) external {
        Latest memory last = _requireNext(rotation);
        _requireSigned(last, hashCommitteeRotation(rotation), committee, signatures);
        _rotate(rotation);
    }

    /// @notice Hands over as `rotateCommittee` does, with the votes of an outgoing committee that signs with BLS.
    function rotateCommitteeAggregated(CommitteeRotation calldata rotation, AggregateVote calldata vote) external {
        Latest memory last = _requireNext(rotation);
        _requireAggregated(last, hashCommitteeRotation(rotation), vote);
        _rotate(rotation);
    }

    /// @notice Asks the network to return to a certified version. The committee publishes its digest again, as a
    /// new version; until then nothing changes. A later request replaces one that is not carried out.
    /// @param version The version to return to, from 1 to the last, and not revoked.
    /// @param reason At most 200 bytes, for the log.
    /// @return nonce Number of the request.
    function requestRestore(uint64 version, string calldata reason) external returns (uint64 nonce) {
        if (msg.sender != restorer) revert NotRestorer(restorer, msg.sender);
        if (version == 0 || version > _latest.version) revert VersionNotCertified(version, _latest.version);
        if (_isRevoked(version)) revert VersionRevoked(version);
        return _requestRestore(version, reason);
    }

    /// @notice The last request to return to an earlier version, carried out or not; nonce 0 while there is none.
    function restoreRequest() external view returns (RestoreRequest memory) {
        return _restore;
    }

    /// @inheritdoc IModelRegistry
    function head() external view returns (Head memory) {
        Latest memory last = _latest;
        bytes32 root = _committees[last.epoch].root;
        return Head(network, last.version, _digests[last.version], last.epoch, root, last.size);
    }

    /// @inheritdoc IModelRegistry
    function authority() external view returns (Authority memory) {
        Latest memory last = _latest;
        (uint64 active, bool contested) = _standing(last.version);
        return Authority(active, _digests[active], _committees[last.epoch].root, last.size, contested);
    }

    /// @inheritdoc IModelRegistry
    function latest() external view returns (uint64 version, bytes32 modelDigest, uint64 round, uint64 publishedAt) {
        Latest memory last = _latest;
        return (last.version, _digests[last.version], last.round, last.publishedAt);
    }

    /// @inheritdoc IModelRegistry
    function versions(uint64 version) external view returns (bytes32 modelDigest) {
        modelDigest = _digests[version];
        if (modelDigest == 0) revert VersionUnknown(version, _latest.version);
    }

    /// @notice Root of an epoch's committee; reverts for an epoch that has not begun.
    function committeeRoot(uint64 epoch) external view returns (bytes32) {
        return _committee(epoch).root;
    }

    /// @notice Number of members of an epoch's committee; reverts for an epoch that has not begun.
    function committeeSize(uint64 epoch) external view returns (uint8) {
        return _committee(epoch).size;
    }

    /// @notice Commitment to the BLS keys of an epoch's committee; zero when its members vote with ECDSA.
    function committeeKeys(uint64 epoch) external view returns (bytes32) {
        return _committee(epoch).keys;
    }

    /// @notice When an epoch's committee came in, in Unix seconds; reverts for an epoch that has not begun.
    function epochBeganAt(uint64 epoch) external view returns (uint40) {
        return _committee(epoch).beganAt;
    }

    /// @notice The epoch whose committee may sign now.
    function currentEpoch() external view returns (uint64) {
        return _latest.epoch;
    }

    /// @notice EIP-712 digest that a commit vote signs.
    function hashRoundDecision(RoundDecision calldata decision) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    ROUND_DECISION_TYPEHASH,
                    decision.network,
                    decision.epoch,
                    decision.round,
                    decision.viewNumber,
                    decision.outcome,
                    decision.version,
                    decision.modelDigest,
                    decision.entryDigest
                )
            )
        );
    }

    /// @notice EIP-712 digest that a vote for the next committee signs.
    function hashCommitteeRotation(CommitteeRotation calldata rotation) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    COMMITTEE_ROTATION_TYPEHASH,
                    rotation.network,
                    rotation.epoch,
                    rotation.version,
                    rotation.nextRoot,
                    rotation.nextSize,
                    rotation.nextKeys
                )
            )
        );
    }

    function _requireNetwork(bytes32 given) private view {
        bytes32 expected = network;
        if (expected == 0) revert NotInitialised();
        if (given != expected) revert NetworkMismatch(expected, given);
    }

    function _requirePublishable(RoundDecision calldata decision) private view returns (Latest memory last) {
        last = _latest;
        _requireNetwork(decision.network);
        if (decision.version <= last.version) {
            bytes32 published = _digests[decision.version];
            if (published == decision.modelDigest) revert AlreadyPublished(decision.version, published);
            revert VersionConflict(decision.version, published, decision.modelDigest);
        }
        if (decision.outcome != ACCEPTED) revert OutcomeNotPublishable(decision.outcome);
        if (decision.epoch != last.epoch) revert EpochMismatch(last.epoch, decision.epoch);
        if (decision.version != last.version + 1) revert VersionMismatch(last.version + 1, decision.version);
        if (decision.round <= last.round) revert RoundNotLater(last.round, decision.round);
        if (decision.modelDigest == 0) revert ZeroValue("modelDigest");
    }

    function _append(RoundDecision calldata decision, Latest memory last) private {
        _digests[decision.version] = decision.modelDigest;
        (last.version, last.round, last.publishedAt) = (decision.version, decision.round, uint40(block.timestamp));
        _latest = last;
        emit Published(
            decision.version,
            decision.modelDigest,
            decision.entryDigest,
            decision.epoch,
            decision.round,
            decision.viewNumber,
            msg.sender
        );
        _noteVersion(decision.version, decision.modelDigest);
    }

    function _requireNext(CommitteeRotation calldata rotation) private view returns (Latest memory last) {
        last = _latest;
        _requireNetwork(rotation.network);
        if (rotation.epoch != last.epoch + 1) revert EpochMismatch(last.epoch + 1, rotation.epoch);
        if (rotation.version != last.version) revert VersionMismatch(last.version, rotation.version);
    }

    function _rotate(CommitteeRotation calldata rotation) private {
        _setCommittee(rotation.epoch, rotation.nextRoot, rotation.nextSize, rotation.nextKeys);
        emit CommitteeRotated(
            rotation.epoch, rotation.nextRoot, rotation.nextSize, rotation.nextKeys, rotation.version, msg.sender
        );
    }

    function _requireSigned(
        Latest memory last,
        bytes32 digest,
        address[] calldata committee,
        CommitteeSignature[] calldata signatures
    ) private view {
        if (last.isAggregated) revert SchemeMismatch(last.epoch, true);
        CommitteeVotes.requireCommittee(committee, _committees[last.epoch].root, last.size);
        CommitteeVotes.requireQuorum(digest, committee, signatures);
    }

    function _requireAggregated(Latest memory last, bytes32 digest, AggregateVote calldata vote) private view {
        if (!last.isAggregated) revert SchemeMismatch(last.epoch, false);
        AggregateVotes.requireQuorum(digest, _committees[last.epoch].keys, last.size, vote);
    }

    function _setCommittee(uint64 epoch, bytes32 root, uint8 size, bytes32 keys) private {
        CommitteeVotes.requireSize(size);
        if (root == 0) revert ZeroValue("committeeRoot");
        _committees[epoch] = Committee(root, size, uint40(block.timestamp), keys);
        (_latest.epoch, _latest.size, _latest.isAggregated) = (epoch, size, keys != 0);
    }

    function _committee(uint64 epoch) private view returns (Committee memory committee) {
        committee = _committees[epoch];
        if (committee.size == 0) revert EpochUnknown(epoch, _latest.epoch);
    }

    function _latestVersion() internal view override returns (uint64) {
        return _latest.version;
    }

    function _judge() internal view override returns (address) {
        return restorer;
    }

    function _requestRestore(uint64 version, string calldata reason) internal override returns (uint64 nonce) {
        if (bytes(reason).length > MAX_REASON_BYTES) revert ReasonTooLong(bytes(reason).length, MAX_REASON_BYTES);
        nonce = _restore.nonce + 1;
        _restore = RestoreRequest(version, nonce, uint64(block.number));
        emit RestoreRequested(nonce, version, _digests[version], reason);
    }

    function _requestedDigest() internal view override returns (bytes32) {
        return _digests[_restore.version];
    }
}
