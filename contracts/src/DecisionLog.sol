// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDecisionLog} from "./interfaces/IDecisionLog.sol";
import {Change, Provenance} from "./ParameterTypes.sol";

/// @title The decisions about parameters, numbered and chained
/// @notice Cannot be changed after deployment. Everything that happens here is an event, and the head is a chain over
/// all of them: head = first 24 bytes of keccak256(head before || hash of the event). Whoever reads the events can
/// tell that none is missing, altered or made up. Records come from the parameter registry and wishes from the
/// governance bridge; reviews come from the reviewer alone, who records nothing.
contract DecisionLog is IDecisionLog {
    /// @notice Who decided: a committee's models, governance, or nobody yet.
    enum Kind {
        Model,
        Governance,
        Wish
    }

    /// @notice What a review finds.
    enum Verdict {
        Upheld,
        Criticised,
        Reversed
    }

    struct Head {
        uint64 count;
        bytes24 digest;
    }

    /// @dev What the hash of an event begins with, so that no event reads as one of another kind.
    uint256 private constant RECORD = 1;
    uint256 private constant STATUS = 2;
    uint256 private constant REVIEW = 3;

    /// @notice The parameter registry: it alone records writes.
    address public immutable REGISTRY;
    /// @notice The governance bridge: it alone records wishes and says what became of them.
    address public immutable BRIDGE;
    /// @notice Governance itself: it alone reviews.
    address public immutable REVIEWER;
    Head private _head;
    /// @dev Status + 1; 0 for a write that stands as it was recorded.
    mapping(uint64 decision => uint8) private _statuses;

    /// @param before Value before; for a wish the current one.
    /// @param value Value after; for a wish the one that is asked for.
    /// @param provenance All zero unless `kind` is Model.
    /// @param explanation Digest of the explanation, or of the justification.
    event DecisionRecorded(
        uint64 indexed decision,
        bytes32 indexed id,
        Kind kind,
        uint64 before,
        uint64 value,
        Provenance provenance,
        bytes32 explanation
    );
    event StatusMoved(uint64 indexed decision, Status from, Status to);
    event DecisionReviewed(
        uint64 indexed decision, uint256 indexed proposal, Verdict verdict, bytes32 justification
    );

    error ZeroAddress(string field);
    error RecorderReviews(address account);
    error NotRegistry(address caller, address registry);
    error NotBridge(address caller, address bridge);
    error NotReviewer(address caller, address reviewer);
    error DecisionUnknown(uint64 decision, uint64 count);
    error StatusTransitionInvalid(uint64 decision, Status from, Status to);

    /// @param registry The parameter registry.
    /// @param bridge The governance bridge.
    /// @param reviewer Governance.
    constructor(address registry, address bridge, address reviewer) {
        if (registry == address(0)) revert ZeroAddress("registry");
        if (bridge == address(0)) revert ZeroAddress("bridge");
        if (reviewer == address(0)) revert ZeroAddress("reviewer");
        if (registry == reviewer) revert RecorderReviews(registry);
        (REGISTRY, BRIDGE, REVIEWER) = (registry, bridge, reviewer);
    }

    modifier onlyRegistry() {
        if (msg.sender != REGISTRY) revert NotRegistry(msg.sender, REGISTRY);
        _;
    }

    modifier onlyBridge() {
        if (msg.sender != BRIDGE) revert NotBridge(msg.sender, BRIDGE);
        _;
    }

    /// @inheritdoc IDecisionLog
    function recordBatch(Provenance calldata provenance, Change[] calldata changes)
        external
        onlyRegistry
        returns (uint64 first)
    {
        Head memory current = _head;
        first = current.count + 1;
        bytes memory entry = _entry(Kind.Model);
        assembly ("memory-safe") {
            // The registry hands the words of a provenance on as they came: two of them are numbers below 2^64.
            if shr(64, or(calldataload(provenance), calldataload(add(provenance, 0x20)))) { revert(0, 0) }
            calldatacopy(add(entry, 0xe0), provenance, 0x80)
        }
        for (uint256 i = 0; i < changes.length; ++i) {
            Change calldata change = changes[i];
            assembly ("memory-safe") {
                // The registry holds both values against their type.
                calldatacopy(add(entry, 0xa0), add(change, 0x20), 0x40)
                mstore(add(entry, 0x160), calldataload(add(change, 0x60)))
            }
            _record(current, entry, change.id);
        }
        _head = current;
    }

    /// @inheritdoc IDecisionLog
    function recordOverride(bytes32 id, uint64 before, uint64 value, bytes32 justification, uint64 overridden)
        external
        onlyRegistry
        returns (uint64 decision)
    {
        Head memory current = _head;
        _recordOne(current, Kind.Governance, id, before, value, justification);
        decision = current.count;
        if (overridden != 0 && statusOf(overridden) == Status.Implemented) {
            _move(current, overridden, Status.Implemented, Status.Overridden);
        }
        _head = current;
    }

    /// @inheritdoc IDecisionLog
    function recordWish(bytes32 id, uint64 current, uint64 wished, bytes32 justification)
        external
        onlyBridge
        returns (uint64 decision)
    {
        Head memory head_ = _head;
        _recordOne(head_, Kind.Wish, id, current, wished, justification);
        decision = head_.count;
        _statuses[decision] = uint8(Status.Pending) + 1;
        _head = head_;
    }

    /// @inheritdoc IDecisionLog
    function resolveWish(uint64 decision, Status status) external onlyBridge {
        Status from = statusOf(decision);
        if (from != Status.Pending || status == Status.Pending) revert StatusTransitionInvalid(decision, from, status);
        Head memory current = _head;
        _move(current, decision, from, status);
        _head = current;
    }

    /// @notice Adds a review of a decision. None replaces another.
    /// @param proposal Number of the proposal that the review belongs to; 0 for none.
    /// @param justification Digest of the published justification.
    function review(uint64 decision, uint256 proposal, Verdict verdict, bytes32 justification) external {
        if (msg.sender != REVIEWER) revert NotReviewer(msg.sender, REVIEWER);
        _requireKnown(decision);
        emit DecisionReviewed(decision, proposal, verdict, justification);
        Head memory current = _head;
        _chain(current, keccak256(abi.encode(REVIEW, decision, proposal, verdict, justification)));
        _head = current;
    }

    /// @inheritdoc IDecisionLog
    function head() external view returns (uint64 count, bytes24 digest) {
        Head memory current = _head;
        return (current.count, current.digest);
    }

    /// @notice Whether an explanation or justification is the one whose digest a record holds. It says that the bytes
    /// are the same, not that they are true.
    function isExplanation(bytes32 digest, bytes calldata data) external pure returns (bool) {
        return keccak256(data) == digest;
    }

    /// @inheritdoc IDecisionLog
    function statusOf(uint64 decision) public view returns (Status) {
        _requireKnown(decision);
        uint8 stored = _statuses[decision];
        return stored == 0 ? Status.Implemented : Status(stored - 1);
    }

    /// @dev abi.encode(RECORD, decision, id, kind, before, value, provenance, explanation), of which the kind alone is
    /// there yet: what a record's hash is of, and from the kind on the event's data.
    function _entry(Kind kind) private pure returns (bytes memory entry) {
        entry = new bytes(0x160);
        assembly ("memory-safe") {
            mstore(add(entry, 0x20), RECORD)
            mstore(add(entry, 0x80), kind)
        }
    }

    /// @dev Records what has no provenance.
    function _recordOne(
        Head memory current,
        Kind kind,
        bytes32 id,
        uint64 before,
        uint64 value,
        bytes32 explanation
    ) private {
        bytes memory entry = _entry(kind);
        assembly ("memory-safe") {
            mstore(add(entry, 0xa0), before)
            mstore(add(entry, 0xc0), value)
            mstore(add(entry, 0x160), explanation)
        }
        _record(current, entry, id);
    }

    function _record(Head memory current, bytes memory entry, bytes32 id) private {
        uint64 decision = ++current.count;
        bytes32 topic = DecisionRecorded.selector;
        bytes32 hash;
        assembly ("memory-safe") {
            mstore(add(entry, 0x40), decision)
            mstore(add(entry, 0x60), id)
            log3(add(entry, 0x80), 0x100, topic, decision, id)
            hash := keccak256(add(entry, 0x20), 0x160)
        }
        _chain(current, hash);
    }

    function _move(Head memory current, uint64 decision, Status from, Status to) private {
        _statuses[decision] = uint8(to) + 1;
        emit StatusMoved(decision, from, to);
        _chain(current, keccak256(abi.encode(STATUS, decision, from, to)));
    }

    function _chain(Head memory current, bytes32 hash) private pure {
        bytes24 digest = current.digest;
        bytes32 next;
        assembly ("memory-safe") {
            // 24 bytes of the one and 32 of the other, as abi.encodePacked lays them.
            mstore(0, digest)
            mstore(0x18, hash)
            next := keccak256(0, 0x38)
        }
        current.digest = bytes24(next);
    }

    function _requireKnown(uint64 decision) private view {
        uint64 count = _head.count;
        if (decision == 0 || decision > count) revert DecisionUnknown(decision, count);
    }
}
