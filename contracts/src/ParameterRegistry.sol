// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICircuitBreaker} from "./interfaces/ICircuitBreaker.sol";
import {IDecisionLog} from "./interfaces/IDecisionLog.sol";
import {IParameterConsumer} from "./interfaces/IParameterConsumer.sol";
import {IParameterGovernance} from "./interfaces/IParameterGovernance.sol";
import {IParameterRegistry} from "./interfaces/IParameterRegistry.sol";
import {PackedLimits} from "./PackedLimits.sol";
import {Hot, ParameterRules} from "./ParameterRules.sol";
import {TrustedRead} from "./TrustedRead.sol";
import {BatchSizeInvalid, Change, Limits, MAX_BATCH, Provenance} from "./ParameterTypes.sol";

/// @title The parameters that models may move, and the bounds that no model can widen
/// @notice Cannot be changed after deployment. The controller moves values inside the limits; governance sets the
/// limits and cannot make the controller pass them; whoever may do the one may not do the other. Nothing is clamped: a
/// batch that breaks a rule reverts as a whole.
contract ParameterRegistry is IParameterRegistry, IParameterGovernance, ReentrancyGuardTransient {
    /// @param rises The limits of rises, as `PackedLimits` has them; zero until configured.
    /// @param falls The limits of falls.
    /// @param unit Zero until configured.
    /// @param consumer Who is told of changes while the limits say `isWired`.
    /// @param anchor The value that governance wrote last: what the range shrinks toward when the breaker is alarmed.
    struct Parameter {
        Hot hot;
        uint256 rises;
        uint256 falls;
        bytes32 unit;
        address consumer;
        uint64 anchor;
    }

    /// @notice How long a cooldown may last.
    uint32 public constant MAX_COOLDOWN = 365 days;
    /// @notice How long a window may last.
    uint32 public constant MAX_WINDOW = 365 days;
    /// @notice How long an override may last.
    uint40 public constant MAX_OVERRIDE = 30 days;
    uint40 private constant NOBODY_KNOWS = type(uint40).max;

    /// @notice The bounded autonomy controller: it alone calls `applyBatch`.
    address public immutable CONTROLLER;
    /// @notice The governance bridge: it alone configures.
    address public immutable GOVERNANCE;
    /// @notice The override module: it alone overrides.
    address public immutable OVERRIDES;
    ICircuitBreaker public immutable BREAKER;
    IDecisionLog public immutable LOG;
    mapping(bytes32 id => Parameter) private _parameters;

    event ParameterConfigured(bytes32 indexed id, bytes32 unit, uint64 value, Limits limits, address consumer);
    event LimitsSet(bytes32 indexed id, Limits limits);
    event ConsumerSet(bytes32 indexed id, address consumer);
    /// @notice A write by governance. One by a model is the event of the decision log alone.
    event ParameterWritten(bytes32 indexed id, uint64 indexed decision, uint64 before, uint64 value);
    event OverrideSet(bytes32 indexed id, uint64 indexed decision, uint64 before, uint64 value, uint40 until);
    event OverrideEnded(bytes32 indexed id);

    error ZeroAddress(string field);
    /// @notice Two roles that must be apart are one address.
    error RolesNotApart(address account);
    error NotController(address caller, address controller);
    error NotGovernance(address caller, address governance);
    error NotOverrideModule(address caller, address overrides);
    error ParameterUnknown(bytes32 id);
    error AlreadyConfigured(bytes32 id);
    error ZeroParameterId();
    error ZeroUnit(bytes32 id);
    error LimitsInverted(bytes32 id, uint64 min, uint64 max);
    error CooldownTooLong(bytes32 id, uint32 cooldown, uint32 maximum);
    error WindowInvalid(bytes32 id, uint32 window, uint32 maximum);
    error ClassInvalid(bytes32 id, uint8 class, uint8 maximum);
    error ConsumerMissing(bytes32 id);
    /// @notice A write by governance lies outside [min, max].
    error ValueOutOfBounds(bytes32 id, uint64 value, uint64 min, uint64 max);
    /// @notice The id at `position` is not above the one before it.
    error IdsNotAscending(uint256 position, bytes32 previous, bytes32 id);
    error ExpectedMismatch(bytes32 id, uint64 expected, uint64 current);
    error OverrideActive(bytes32 id, uint40 until);
    error OverrideNotActive(bytes32 id);
    error OverrideUntilInvalid(bytes32 id, uint40 until, uint256 latest);
    error WritesHalted(uint8 severity);
    error RiskRaisingHalted(bytes32 id, uint8 severity);
    error ClassHalted(bytes32 id, uint8 class);
    error ParameterHalted(bytes32 id);
    /// @notice A newer model is disputed: only changes that reduce risk pass.
    error RiskRaisingContested(bytes32 id, uint64 modelVersion);

    /// @param controller Its address, known before its deployment.
    /// @param governance The governance bridge.
    /// @param overrides The override module.
    constructor(
        address controller,
        address governance,
        address overrides,
        ICircuitBreaker breaker,
        IDecisionLog log
    ) {
        if (controller == address(0)) revert ZeroAddress("controller");
        if (governance == address(0)) revert ZeroAddress("governance");
        if (overrides == address(0)) revert ZeroAddress("overrides");
        if (address(breaker) == address(0)) revert ZeroAddress("breaker");
        if (address(log) == address(0)) revert ZeroAddress("log");
        if (controller == governance || controller == overrides) revert RolesNotApart(controller);
        (CONTROLLER, GOVERNANCE, OVERRIDES, BREAKER, LOG) = (controller, governance, overrides, breaker, log);
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender, GOVERNANCE);
        _;
    }

    modifier onlyOverrides() {
        if (msg.sender != OVERRIDES) revert NotOverrideModule(msg.sender, OVERRIDES);
        _;
    }

    /// @inheritdoc IParameterRegistry
    /// @dev Checked in this order: caller, size, full halt; then for each change: order of ids, configuration, expected
    /// value, override, halts, dispute, and the rules of `ParameterRules`. The log, which is fixed and calls nobody, numbers
    /// the records before that, so that a parameter is written once; a refusal takes them back. Consumers are called last.
    function applyBatch(Provenance calldata provenance, bool isContested, Change[] calldata changes)
        external
        nonReentrant
    {
        if (msg.sender != CONTROLLER) revert NotController(msg.sender, CONTROLLER);
        if (changes.length == 0 || changes.length > MAX_BATCH) revert BatchSizeInvalid(changes.length, MAX_BATCH);
        ICircuitBreaker.Status memory status = _status();
        if (status.all) revert WritesHalted(status.severity);
        uint256 decision = _record(provenance, changes);
        uint64 cited = provenance.modelVersion;
        bytes32 previous = 0;
        uint256 wired = 0;
        for (uint256 i = 0; i < changes.length; ++i) {
            Change calldata change = changes[i];
            if (change.id <= previous) revert IdsNotAscending(i, previous, change.id);
            previous = change.id;
            if (_move(change, isContested, cited, status, _decision(decision + i))) wired |= 1 << i;
        }
        for (uint256 i = 0; wired >> i != 0; ++i) {
            if ((wired >> i) & 1 != 0) _tell(changes[i].id, changes[i].expected, changes[i].value);
        }
    }

    /// @inheritdoc IParameterGovernance
    function configure(bytes32 id, bytes32 unit, uint64 value, Limits calldata limits, address consumer)
        external
        onlyGovernance
    {
        if (id == 0) revert ZeroParameterId();
        if (unit == 0) revert ZeroUnit(id);
        Parameter storage parameter = _parameters[id];
        if (parameter.unit != 0) revert AlreadyConfigured(id);
        _requireValid(id, limits, consumer);
        _requireWithin(id, value, limits.min, limits.max);
        (parameter.unit, parameter.consumer, parameter.anchor) = (unit, consumer, value);
        (parameter.rises, parameter.falls) = PackedLimits.pack(limits);
        parameter.hot = Hot(value, uint40(block.timestamp), 0, 0, 0, 0);
        emit ParameterConfigured(id, unit, value, limits, consumer);
    }

    /// @inheritdoc IParameterGovernance
    function setLimits(bytes32 id, Limits calldata limits) external onlyGovernance {
        Parameter storage parameter = _configured(id);
        _requireValid(id, limits, parameter.consumer);
        (parameter.rises, parameter.falls) = PackedLimits.pack(limits);
        parameter.hot.raisedAt = uint40(block.timestamp);
        emit LimitsSet(id, limits);
    }

    /// @inheritdoc IParameterGovernance
    function setConsumer(bytes32 id, address consumer) external onlyGovernance {
        Parameter storage parameter = _configured(id);
        if (_limits(parameter).isWired && consumer == address(0)) revert ConsumerMissing(id);
        parameter.consumer = consumer;
        emit ConsumerSet(id, consumer);
    }

    /// @inheritdoc IParameterGovernance
    function setValue(bytes32 id, uint64 value, bytes32 justification)
        external
        onlyGovernance
        nonReentrant
        returns (uint64 decision)
    {
        Parameter storage parameter = _configured(id);
        uint64 before = parameter.hot.value;
        if (value == before) revert ParameterRules.NoChange(id, value);
        decision = _write(id, parameter, value, justification);
        emit ParameterWritten(id, decision, before, value);
        if (_limits(parameter).isWired) _tell(id, before, value);
    }

    /// @inheritdoc IParameterGovernance
    function setOverride(bytes32 id, uint64 value, uint40 until, bytes32 justification)
        external
        onlyOverrides
        nonReentrant
        returns (uint64 decision)
    {
        Parameter storage parameter = _configured(id);
        if (until <= block.timestamp || until > block.timestamp + MAX_OVERRIDE) {
            revert OverrideUntilInvalid(id, until, block.timestamp + MAX_OVERRIDE);
        }
        uint64 before = parameter.hot.value;
        decision = _write(id, parameter, value, justification);
        parameter.hot.overriddenUntil = until;
        emit OverrideSet(id, decision, before, value, until);
        if (value != before && _limits(parameter).isWired) _tell(id, before, value);
    }

    /// @inheritdoc IParameterGovernance
    function endOverride(bytes32 id) external onlyOverrides {
        Parameter storage parameter = _configured(id);
        if (parameter.hot.overriddenUntil <= block.timestamp) revert OverrideNotActive(id);
        parameter.hot.overriddenUntil = uint40(block.timestamp);
        emit OverrideEnded(id);
    }

    /// @inheritdoc IParameterRegistry
    function valueOf(bytes32 id) external view returns (uint256) {
        return _configured(id).hot.value;
    }

    /// @inheritdoc IParameterRegistry
    function parameters(bytes32 id) external view returns (uint256 value, bytes32 unit, bool configured) {
        Parameter storage parameter = _parameters[id];
        return (parameter.hot.value, parameter.unit, parameter.unit != 0);
    }

    /// @inheritdoc IParameterGovernance
    function limitsOf(bytes32 id) external view returns (Limits memory) {
        return _limits(_configured(id));
    }

    /// @notice What moves with a parameter's writes; reverts unless it is configured.
    function stateOf(bytes32 id) external view returns (Hot memory) {
        return _configured(id).hot;
    }

    /// @notice Who is told of a parameter's changes, and the value that governance wrote last.
    function wiringOf(bytes32 id) external view returns (address consumer, uint64 anchor) {
        Parameter storage parameter = _configured(id);
        return (parameter.consumer, parameter.anchor);
    }

    /// @inheritdoc IParameterRegistry
    function allowed(bytes32 id) external view returns (Allowance memory allowance) {
        Parameter storage parameter = _configured(id);
        (Hot memory hot, Limits memory limits) = (parameter.hot, _limits(parameter));
        ICircuitBreaker.Status memory status = _status();
        bool isHalted = status.all || (status.classes >> limits.class) & 1 != 0
            || (status.anyParameter && BREAKER.isParameterHalted(id));
        (uint64 low, uint64 high) = ParameterRules.band(limits, parameter.anchor, status.severity);
        allowance.current = hot.value;
        uint256 reach;
        (reach, allowance.riseReadyAt) = _reach(hot, limits, true, isHalted, status.riskRaising);
        uint256 highest = hot.value + reach;
        if (highest > high) highest = high;
        allowance.highest = highest > hot.value ? uint64(highest) : hot.value;
        (reach, allowance.fallReadyAt) = _reach(hot, limits, false, isHalted, status.riskRaising);
        uint256 lowest = hot.value > reach ? hot.value - reach : 0;
        if (lowest < low) lowest = low;
        allowance.lowest = lowest < hot.value ? uint64(lowest) : hot.value;
    }

    /// @dev How far a direction goes now but for the bounds, and from when it goes at all.
    function _reach(Hot memory hot, Limits memory limits, bool rises, bool isHalted, bool riskRaisingHalted)
        private
        view
        returns (uint256 reach, uint40 readyAt)
    {
        bool raises = ParameterRules.raisesRisk(limits.risk, rises);
        uint64 step = rises ? limits.stepUp : limits.stepDown;
        if (isHalted || (raises && riskRaisingHalted) || step == 0) return (0, NOBODY_KNOWS);
        uint64 budget = rises ? limits.budgetUp : limits.budgetDown;
        uint256 drainedAt = rises ? hot.upDrainedAt : hot.downDrainedAt;
        uint256 ready = ParameterRules.budgetReadyAt(drainedAt, budget, limits.window);
        if (raises && ready < uint256(hot.raisedAt) + limits.cooldown) ready = uint256(hot.raisedAt) + limits.cooldown;
        if (ready < hot.overriddenUntil) ready = hot.overriddenUntil;
        if (ready > block.timestamp) return (0, uint40(ready));
        reach = ParameterRules.available(drainedAt, budget, limits.window);
        return (reach < step ? reach : step, uint40(ready));
    }

    /// @param isContested Whether a newer version than the cited one is disputed.
    /// @param cited The genesis model is version 0 and can be cited too.
    /// @param decision Number of the change's record.
    /// @return isWired Whether the parameter's consumer is to be told.
    function _move(
        Change calldata change,
        bool isContested,
        uint64 cited,
        ICircuitBreaker.Status memory status,
        uint32 decision
    ) private returns (bool isWired) {
        (bytes32 id, uint64 value) = (change.id, change.value);
        Parameter storage parameter = _parameters[id];
        Hot memory hot = parameter.hot;
        bool rises = value > hot.value;
        Limits memory limits = PackedLimits.unpackOne(rises ? parameter.rises : parameter.falls, rises);
        if (limits.window == 0) revert ParameterUnknown(id);
        if (change.expected != hot.value) revert ExpectedMismatch(id, change.expected, hot.value);
        if (block.timestamp < hot.overriddenUntil) revert OverrideActive(id, hot.overriddenUntil);
        if ((status.classes >> limits.class) & 1 != 0) revert ClassHalted(id, limits.class);
        if (status.anyParameter && BREAKER.isParameterHalted(id)) revert ParameterHalted(id);
        if (ParameterRules.raisesRisk(limits.risk, rises)) {
            if (status.riskRaising) revert RiskRaisingHalted(id, status.severity);
            if (isContested) revert RiskRaisingContested(id, cited);
        }
        hot.lastDecision = decision;
        isWired = limits.isWired;
        (uint64 low, uint64 high) = (limits.min, limits.max);
        if (status.severity != 0) {
            (low, high) = ParameterRules.band(_limits(parameter), parameter.anchor, status.severity);
        }
        _keep(parameter, ParameterRules.change(id, hot, limits, low, high, value));
    }

    /// @dev `parameter.hot = hot`, without the read that the compiler makes of a word whose every bit is written.
    function _keep(Parameter storage parameter, Hot memory hot) private {
        uint256 word = uint256(hot.value) | (uint256(hot.raisedAt) << 64) | (uint256(hot.upDrainedAt) << 104)
            | (uint256(hot.downDrainedAt) << 144) | (uint256(hot.overriddenUntil) << 184)
            | (uint256(hot.lastDecision) << 224);
        assembly ("memory-safe") {
            sstore(parameter.slot, word)
        }
    }

    function _status() private view returns (ICircuitBreaker.Status memory status) {
        uint256 place;
        assembly ("memory-safe") {
            place := status
        }
        TrustedRead.into(address(BREAKER), ICircuitBreaker.status.selector, place, 0xa0);
    }

    /// @dev Hands provenance and changes on as they came: the log checks the one, `_move` the others.
    /// @return first Number of the first record.
    function _record(Provenance calldata provenance, Change[] calldata changes) private returns (uint64 first) {
        address log = address(LOG);
        bytes4 selector = IDecisionLog.recordBatch.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(7, changes.length)
            mstore(free, selector)
            calldatacopy(add(free, 0x04), provenance, 0x80)
            mstore(add(free, 0x84), 0xa0)
            mstore(add(free, 0xa4), changes.length)
            calldatacopy(add(free, 0xc4), changes.offset, size)
            let done := call(gas(), log, 0, free, add(0xc4, size), free, 0x20)
            if or(iszero(done), lt(returndatasize(), 0x20)) {
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            first := mload(free)
        }
    }

    function _write(bytes32 id, Parameter storage parameter, uint64 value, bytes32 justification)
        private
        returns (uint64 decision)
    {
        Hot storage hot = parameter.hot;
        Limits memory limits = _limits(parameter);
        _requireWithin(id, value, limits.min, limits.max);
        decision = LOG.recordOverride(id, hot.value, value, justification, hot.lastDecision);
        (hot.value, hot.raisedAt, hot.lastDecision) = (value, uint40(block.timestamp), _decision(decision));
        parameter.anchor = value;
    }

    function _tell(bytes32 id, uint64 before, uint64 value) private {
        IParameterConsumer(_parameters[id].consumer).onParameterChanged(id, before, value);
    }

    /// @dev A number that no longer fits is forgotten rather than mistaken for another: a write must never freeze.
    function _decision(uint256 number) private pure returns (uint32) {
        return number > type(uint32).max ? 0 : uint32(number);
    }

    function _requireValid(bytes32 id, Limits calldata limits, address consumer) private pure {
        if (limits.min > limits.max) revert LimitsInverted(id, limits.min, limits.max);
        if (limits.cooldown > MAX_COOLDOWN) revert CooldownTooLong(id, limits.cooldown, MAX_COOLDOWN);
        if (limits.window == 0 || limits.window > MAX_WINDOW) revert WindowInvalid(id, limits.window, MAX_WINDOW);
        if (limits.class >= PackedLimits.CLASSES) {
            revert ClassInvalid(id, limits.class, uint8(PackedLimits.CLASSES - 1));
        }
        if (limits.isWired && consumer == address(0)) revert ConsumerMissing(id);
    }

    function _requireWithin(bytes32 id, uint64 value, uint64 min, uint64 max) private pure {
        if (value < min || value > max) revert ValueOutOfBounds(id, value, min, max);
    }

    function _configured(bytes32 id) private view returns (Parameter storage parameter) {
        parameter = _parameters[id];
        if (parameter.rises == 0) revert ParameterUnknown(id);
    }

    function _limits(Parameter storage parameter) private view returns (Limits memory) {
        return PackedLimits.unpack(parameter.rises, parameter.falls);
    }
}
