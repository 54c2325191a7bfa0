// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "../ParameterTypes.sol";
import {IParameterGovernance} from "../interfaces/IParameterGovernance.sol";
import {IParameterRegistry} from "../interfaces/IParameterRegistry.sol";
import {BridgeDelay} from "./BridgeDelay.sol";
import {LimitComparison} from "./LimitComparison.sol";

/// @notice A parameter as it is added.
struct Configuration {
    bytes32 id;
    bytes32 unit;
    uint64 value;
    Limits limits;
    address consumer;
}

/// @title How limits change: narrower at once, wider only later
/// @notice Governance's call (which has waited in the timelock) narrows limits in the same transaction. Anything that
/// leaves a model more room, a new parameter and a new consumer included, is queued here for the bridge's own delay,
/// and then executed by anyone within a grace period. It is void when the limits have moved meanwhile. An emergency
/// council may narrow limits at once around the present value and cancel what is queued, while its mandate lasts.
abstract contract LimitChanges is BridgeDelay {
    using LimitComparison for Limits;

    /// @notice What a queued change does.
    enum Kind {
        None,
        Limits,
        Configuration,
        Consumer
    }

    /// @param payload Digest of the change's arguments.
    /// @param base Digest of the limits that it was decided on; 0 for a new parameter.
    struct QueuedChange {
        Kind kind;
        uint64 queuedAt;
        uint32 delay;
        bytes32 payload;
        bytes32 base;
    }

    IParameterGovernance public immutable PARAMETERS;
    mapping(bytes32 id => QueuedChange) private _queued;
    uint256[49] private _gap;

    event LimitsNarrowed(bytes32 indexed id, Limits limits, address by);
    event LimitsQueued(bytes32 indexed id, Limits limits, uint256 readyAt);
    event ConfigurationQueued(bytes32 indexed id, Configuration configuration, uint256 readyAt);
    event ConsumerQueued(bytes32 indexed id, address consumer, uint256 readyAt);
    event ChangeExecuted(bytes32 indexed id, Kind indexed kind, bytes32 payload);
    event ChangeCancelled(bytes32 indexed id, Kind indexed kind, bytes32 payload, address by);

    error LimitsUnchanged(bytes32 id);
    /// @notice The council may only narrow.
    error LimitsWidened(bytes32 id);
    /// @notice Narrowing by the council must leave the present value inside.
    error ValueExcluded(bytes32 id, uint256 value, uint64 min, uint64 max);
    error ParameterExists(bytes32 id);
    error ChangePending(bytes32 id, Kind kind, uint256 expiresAt);
    error NothingQueued(bytes32 id);
    error PayloadMismatch(bytes32 id, bytes32 queued, bytes32 given);
    /// @notice The limits have moved since the change was queued: governance decides anew.
    error BaseMoved(bytes32 id, bytes32 queued, bytes32 current);

    constructor(IParameterGovernance parameters) {
        if (address(parameters) == address(0)) revert ZeroAddress("parameters");
        PARAMETERS = parameters;
    }

    /// @notice Sets limits: at once when they are narrower, else queues them.
    function setLimits(bytes32 id, Limits calldata limits) external onlyGovernance {
        Limits memory current = PARAMETERS.limitsOf(id);
        bytes32 payload = limits.digestOf();
        bytes32 base = current.digestOf();
        if (payload == base) revert LimitsUnchanged(id);
        if (limits.isWithin(current)) {
            _narrow(id, limits);
        } else {
            emit LimitsQueued(id, limits, _queue(id, Kind.Limits, payload, base));
        }
    }

    /// @notice Queues a new parameter.
    function configure(Configuration calldata configuration) external onlyGovernance {
        (,, bool exists) = IParameterRegistry(address(PARAMETERS)).parameters(configuration.id);
        if (exists) revert ParameterExists(configuration.id);
        uint256 readyAt = _queue(configuration.id, Kind.Configuration, keccak256(abi.encode(configuration)), 0);
        emit ConfigurationQueued(configuration.id, configuration, readyAt);
    }

    /// @notice Queues a new consumer.
    function setConsumer(bytes32 id, address consumer) external onlyGovernance {
        bytes32 base = PARAMETERS.limitsOf(id).digestOf();
        emit ConsumerQueued(id, consumer, _queue(id, Kind.Consumer, keccak256(abi.encode(consumer)), base));
    }

    /// @notice Narrows limits at once. Only the council.
    function tighten(bytes32 id, Limits calldata limits) external onlyCouncil {
        Limits memory current = PARAMETERS.limitsOf(id);
        if (limits.digestOf() == current.digestOf()) revert LimitsUnchanged(id);
        if (!limits.isWithin(current)) revert LimitsWidened(id);
        uint256 value = IParameterRegistry(address(PARAMETERS)).valueOf(id);
        if (value < limits.min || value > limits.max) revert ValueExcluded(id, value, limits.min, limits.max);
        _narrow(id, limits);
    }

    /// @notice Carries out queued limits. Anyone, once they are ready.
    function executeLimits(bytes32 id, Limits calldata limits) external {
        _consume(id, Kind.Limits, limits.digestOf());
        PARAMETERS.setLimits(id, limits);
    }

    /// @notice Carries out a queued configuration. Anyone, once it is ready.
    function executeConfiguration(Configuration calldata configuration) external {
        _consume(configuration.id, Kind.Configuration, keccak256(abi.encode(configuration)));
        _configure(configuration);
    }

    /// @notice Carries out a queued change of consumer. Anyone, once it is ready.
    function executeConsumer(bytes32 id, address consumer) external {
        _consume(id, Kind.Consumer, keccak256(abi.encode(consumer)));
        PARAMETERS.setConsumer(id, consumer);
    }

    /// @notice Drops what is queued for a parameter. Governance or the council.
    function cancelChange(bytes32 id) external onlyGovernanceOrCouncil {
        QueuedChange memory queued = _queued[id];
        if (queued.kind == Kind.None) revert NothingQueued(id);
        delete _queued[id];
        emit ChangeCancelled(id, queued.kind, queued.payload, msg.sender);
    }

    /// @notice What is queued for a parameter.
    /// @return change Its kind is None while nothing is.
    /// @return readyAt Unix time in seconds from which it may be executed.
    /// @return expiresAt Unix time in seconds after which it is void.
    function queuedChange(bytes32 id)
        external
        view
        returns (QueuedChange memory change, uint256 readyAt, uint256 expiresAt)
    {
        change = _queued[id];
        if (change.kind != Kind.None) {
            readyAt = _readyAt(change.queuedAt, change.delay);
            expiresAt = readyAt + GRACE;
        }
    }

    function _configure(Configuration calldata configuration) internal {
        PARAMETERS.configure(
            configuration.id,
            configuration.unit,
            configuration.value,
            configuration.limits,
            configuration.consumer
        );
    }

    function _narrow(bytes32 id, Limits calldata limits) private {
        emit LimitsNarrowed(id, limits, msg.sender);
        PARAMETERS.setLimits(id, limits);
    }

    function _queue(bytes32 id, Kind kind, bytes32 payload, bytes32 base) private returns (uint256 readyAt) {
        QueuedChange memory queued = _queued[id];
        if (queued.kind != Kind.None) {
            uint256 expiresAt = _readyAt(queued.queuedAt, queued.delay) + GRACE;
            if (block.timestamp <= expiresAt) revert ChangePending(id, queued.kind, expiresAt);
        }
        uint32 current = delay();
        _queued[id] = QueuedChange(kind, uint64(block.timestamp), current, payload, base);
        return _readyAt(uint64(block.timestamp), current);
    }

    function _consume(bytes32 id, Kind kind, bytes32 payload) private {
        QueuedChange memory queued = _queued[id];
        if (queued.kind != kind) revert NothingQueued(id);
        if (queued.payload != payload) revert PayloadMismatch(id, queued.payload, payload);
        _requireReady(_readyAt(queued.queuedAt, queued.delay));
        bytes32 base = kind == Kind.Configuration ? bytes32(0) : PARAMETERS.limitsOf(id).digestOf();
        if (base != queued.base) revert BaseMoved(id, queued.base, base);
        delete _queued[id];
        emit ChangeExecuted(id, kind, payload);
    }
}
