// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedCall} from "./BoundedCall.sol";
import {Halts} from "./breaker/Halts.sol";
import {Settings, SettingsLimits} from "./breaker/Settings.sol";
import {Level, Measurement, Severity} from "./breaker/Severity.sol";
import {VoteRing} from "./breaker/VoteRing.sol";
import {ICollateralHealth} from "./interfaces/ICollateralHealth.sol";
import {IDecisionLog} from "./interfaces/IDecisionLog.sol";
import {IModelDisputes} from "./interfaces/IModelDisputes.sol";
import {IStabilityOracle} from "./interfaces/IStabilityOracle.sol";

/// @title Halts what a model may do when the coin, its oracle or the model itself is in trouble
/// @notice Anyone may have it observe, at most once an interval. It reads the measurements itself; nobody asserts them.
/// A level of severity is reached when k of the last n observations are at it or above, and left when all of a dwell
/// time were clearly below. What was tripped on the way stays halted until governance resumes it. Nothing here pauses
/// repayment or liquidation, and no observation halts redemption.
///
/// | cause | halts |
/// |---|---|
/// | severity 3 | writes that raise risk; minting against collateral that is not sturdy |
/// | severity 4 | minting as a whole too |
/// | oracle failed k of n times | writes that raise risk; minting |
/// | too many writes in a window | all writes |
/// | model disputed | writes that raise risk |
///
/// A coin above its target halts no minting: that is what brings it back.
contract CircuitBreaker is Halts {
    using VoteRing for uint32;

    /// @notice What made the breaker trip by itself.
    enum Cause {
        Severity,
        OracleFailure,
        UpdateRate,
        ModelDispute
    }

    /// @notice Where the breaker looks.
    /// @param oracle Peg and volatility.
    /// @param health Health of the vaults; 0 where there is none.
    /// @param log Number of decisions recorded.
    /// @param models Whether a version is disputed; 0 where that cannot be.
    struct Sources {
        address oracle;
        address health;
        address log;
        address models;
    }

    /// @dev One observation. It is usable when every source answered.
    struct Seen {
        bool isUsable;
        bool isBelowTarget;
        bool isLogRead;
        bool isDisputed;
        uint64 writes;
        uint256 pegPrice;
        Measurement measured;
    }

    /// @param since When the window began; 0 before the first observation, which only takes the count.
    /// @param writes Number of decisions recorded by then.
    struct Rate {
        uint40 since;
        uint64 writes;
    }

    /// @notice Gas that reading the oracle may take: two prices of two sources and a sequencer's status each.
    uint256 public constant ORACLE_GAS = 1_000_000;
    /// @notice Gas that reading the vaults' health may take: the prices of every collateral.
    uint256 public constant HEALTH_GAS = 2_000_000;
    /// @notice Gas that reading any other source may take.
    uint256 public constant SOURCE_GAS = 300_000;
    uint256 private constant TARGET = 1e18;
    uint256 private constant BASIS_POINT = 1e14;
    uint256 private constant FAILURES = 4;

    address public immutable ORACLE;
    address public immutable HEALTH;
    address public immutable LOG;
    address public immutable MODELS;

    Settings private _settings;
    Level[4] private _levels;
    /// @dev Rings of the levels 1 to 4, then that of failures: one slot.
    uint32[5] private _rings;
    Rate private _rate;

    /// @param level Level of this observation alone; 0 where it is not usable.
    /// @param severity Severity after it.
    /// @param pegPrice 18 decimals; 0 where it is not usable.
    event Observed(uint8 level, uint8 severity, bool isUsable, uint256 pegPrice);
    event Tripped(Cause indexed cause, uint8 severity);
    event SettingsChanged(Settings settings);
    event LevelsChanged(Level[4] levels);

    error ZeroSource();
    error ObservationTooEarly(uint256 readyAt);
    /// @notice The breaker has not looked for longer than its votes live: have it observe first.
    error ObservationStale(uint256 observedAt);
    /// @notice What trips this scope still stands.
    error CauseStands(Scope scope, bytes32 key, Cause cause, uint8 severity);

    /// @param governance A timelock.
    /// @param sources Oracle and log are required.
    /// @param resumeDelay Seconds; fixed for ever.
    constructor(
        address governance,
        Sources memory sources,
        uint256 resumeDelay,
        address[] memory guardians,
        Settings memory settings,
        Level[4] memory levels
    ) Halts(governance, resumeDelay, guardians) {
        if (sources.oracle == address(0) || sources.log == address(0)) revert ZeroSource();
        (ORACLE, HEALTH, LOG, MODELS) = (sources.oracle, sources.health, sources.log, sources.models);
        _setSettings(settings, levels);
        _setLevels(levels);
    }

    /// @notice Looks at every source and acts on what it sees. Anyone may call it, once an interval. Have a limit of 4
    /// million gas: what the sources leave is not used.
    /// @return severity 0 to 4.
    function observe() external returns (uint8 severity) {
        State memory state = _state;
        Settings memory settings = _settings;
        uint256 readyAt = uint256(state.observedAt) + settings.interval;
        if (block.timestamp < readyAt) revert ObservationTooEarly(readyAt);
        uint32[5] memory rings = _rings;
        if (block.timestamp > uint256(state.observedAt) + settings.timeToLive) {
            delete rings;
            state.calmSince = 0;
        }
        state.observedAt = uint40(block.timestamp);

        Seen memory seen = _look();
        uint8 level = seen.isUsable ? _weigh(state, rings, settings, seen) : _noteFailure(state, rings, settings);
        if (seen.isLogRead) _checkWrites(state, settings, seen.writes);
        if (seen.isDisputed && settings.tripsOnDispute) _trip(state, Cause.ModelDispute, _bit(Scope.RiskRaising));
        _rings = rings;
        _state = state;
        emit Observed(level, state.severity, seen.isUsable, seen.pegPrice);
        return state.severity;
    }

    /// @notice Changes how it observes. Nothing that is halted resumes by it, and no vote is lost.
    function setSettings(Settings calldata settings) external onlyGovernance {
        _setSettings(settings, _levels);
    }

    /// @notice Changes where the levels of severity begin. Nothing that is halted resumes by it.
    function setLevels(Level[4] calldata levels) external onlyGovernance {
        SettingsLimits.check(_settings, levels);
        _setLevels(levels);
    }

    /// @notice How it observes, and where the levels 1 to 4 begin.
    function configuration() external view returns (Settings memory, Level[4] memory) {
        return (_settings, _levels);
    }

    /// @notice When it may observe next, Unix seconds.
    function nextObservationAt() external view returns (uint256) {
        return uint256(_state.observedAt) + _settings.interval;
    }

    /// @notice The last 32 observations, the newest lowest: at the levels 1 to 4 or above, and failed ones.
    function votes() external view returns (uint32[5] memory) {
        return _rings;
    }

    /// @dev A source that fails makes the observation unusable; nothing is put in its place (R24).
    function _look() private view returns (Seen memory seen) {
        seen.isLogRead = _lookAtLog(seen);
        bool areModelsRead = _lookAtModels(seen);
        seen.isUsable = _lookAtPeg(seen) && _lookAtHealth(seen) && seen.isLogRead && areModelsRead;
        if (!seen.isUsable) seen.pegPrice = 0;
    }

    function _lookAtPeg(Seen memory seen) private view returns (bool) {
        bytes memory call = abi.encodeCall(IStabilityOracle.getStabilityMetrics, ());
        (bool isRead, uint256[] memory words) = BoundedCall.read(ORACLE, call, ORACLE_GAS, 6);
        (uint256 price, uint256 volatility, bool isUsable) = (words[0], words[1], words[5] == 1);
        if (!isRead || !isUsable || price == 0 || price > type(uint128).max) return false;
        seen.pegPrice = price;
        seen.isBelowTarget = price < TARGET;
        seen.measured.pegDeviation = (seen.isBelowTarget ? TARGET - price : price - TARGET) / BASIS_POINT;
        seen.measured.volatility = volatility / BASIS_POINT;
        return true;
    }

    function _lookAtHealth(Seen memory seen) private view returns (bool) {
        if (HEALTH == address(0)) return true;
        bytes memory call = abi.encodeCall(ICollateralHealth.collateralHealth, ());
        (bool isRead, uint256[] memory words) = BoundedCall.read(HEALTH, call, HEALTH_GAS, 3);
        if (!isRead || words[2] != 1 || words[0] > 100) return false;
        seen.measured.shortfall = 100 - words[0];
        seen.measured.liquidations = words[1] / BASIS_POINT;
        return true;
    }

    function _lookAtLog(Seen memory seen) private view returns (bool) {
        (bool isRead, uint256[] memory words) =
            BoundedCall.read(LOG, abi.encodeCall(IDecisionLog.head, ()), SOURCE_GAS, 2);
        if (!isRead || words[0] > type(uint64).max) return false;
        seen.writes = uint64(words[0]);
        return true;
    }

    function _lookAtModels(Seen memory seen) private view returns (bool) {
        if (MODELS == address(0)) return true;
        (bool isRead, uint256[] memory words) =
            BoundedCall.read(MODELS, abi.encodeCall(IModelDisputes.isContested, ()), SOURCE_GAS, 1);
        seen.isDisputed = isRead && words[0] != 0;
        return isRead;
    }

    /// @dev Counts a usable observation and acts on the severity.
    function _weigh(State memory state, uint32[5] memory rings, Settings memory settings, Seen memory seen)
        private
        returns (uint8 level)
    {
        Level[4] memory levels = _levels;
        level = Severity.levelOf(levels, seen.measured, 100);
        uint8 voted = 0;
        for (uint8 i = 1; i <= Severity.CRITICAL; ++i) {
            rings[i - 1] = rings[i - 1].push(level >= i);
            if (rings[i - 1].count(settings.window) >= levels[i - 1].votes) voted = i;
        }
        rings[FAILURES] = rings[FAILURES].push(false);
        bool isRaised = voted > state.severity;
        if (isRaised) {
            (state.severity, state.calmSince) = (voted, 0);
        } else {
            _relax(state, settings, Severity.levelOf(levels, seen.measured, settings.holdPercent));
        }
        // Settings that let old votes count can raise the severity while this observation is calm.
        if (voted < Severity.SEVERE || (level < Severity.SEVERE && !isRaised)) return level;

        uint8 scopes = _bit(Scope.RiskRaising);
        if (!seen.isBelowTarget) seen.measured.pegDeviation = 0;
        uint8 minting = Severity.levelOf(levels, seen.measured, 100);
        if (minting >= Severity.SEVERE) scopes |= _bit(Scope.VulnerableMinting);
        if (minting >= Severity.CRITICAL && voted >= Severity.CRITICAL) scopes |= _bit(Scope.Minting);
        _trip(state, Cause.Severity, scopes);
    }

    /// @dev The severity falls to the highest level of a dwell time in which nothing held it. The dwell covers the whole
    /// window, so no vote in it is above that level.
    function _relax(State memory state, Settings memory settings, uint8 held) private view {
        if (held >= state.severity) {
            state.calmSince = 0;
            return;
        }
        if (state.calmSince == 0) {
            (state.calmSince, state.calmVotes, state.calmLevel) = (uint40(block.timestamp), 0, 0);
        }
        if (held > state.calmLevel) state.calmLevel = held;
        if (state.calmVotes < type(uint8).max) ++state.calmVotes;
        bool isOver = block.timestamp - state.calmSince >= settings.dwell && state.calmVotes >= settings.window;
        if (isOver) (state.severity, state.calmSince) = (state.calmLevel, 0);
    }

    /// @dev A failed observation is no price: it votes in a ring of its own, and no calm goes on through it.
    function _noteFailure(State memory state, uint32[5] memory rings, Settings memory settings)
        private
        returns (uint8)
    {
        rings[FAILURES] = rings[FAILURES].push(true);
        state.calmSince = 0;
        if (rings[FAILURES].count(settings.window) >= settings.failureVotes) {
            _trip(state, Cause.OracleFailure, _bit(Scope.RiskRaising) | _bit(Scope.Minting));
        }
        return 0;
    }

    /// @dev Counts are exact, so one observation suffices. Over a longer gap as many windows' worth are allowed.
    function _checkWrites(State memory state, Settings memory settings, uint64 writes) private {
        Rate memory rate = _rate;
        if (rate.since == 0) rate = Rate(uint40(block.timestamp), writes);
        uint256 elapsed = block.timestamp - rate.since;
        uint256 allowed = uint256(settings.maxWrites) * (1 + elapsed / settings.rateWindow);
        bool isExceeded = writes > rate.writes + allowed;
        if (isExceeded) _trip(state, Cause.UpdateRate, _bit(Scope.All));
        if (isExceeded || elapsed >= settings.rateWindow) rate = Rate(uint40(block.timestamp), writes);
        _rate = rate;
    }

    /// @dev Halts also what is halted already: that takes back resumptions that wait.
    function _trip(State memory state, Cause cause, uint8 scopes) private {
        uint8 fresh = scopes & ~state.scopes;
        (state.scopes, state.trips) = (state.scopes | scopes, state.trips + 1);
        emit Tripped(cause, state.severity);
        if (_has(fresh, Scope.All)) emit AllHalted();
        if (_has(fresh, Scope.RiskRaising)) emit RiskRaisingHalted();
        if (_has(fresh, Scope.Minting)) emit MintingHalted(0);
        if (_has(fresh, Scope.VulnerableMinting)) emit VulnerableMintingHalted();
    }

    /// @inheritdoc Halts
    function _requireCalm(Scope scope, bytes32 key) internal view override {
        bool isMinting = scope == Scope.Minting || scope == Scope.VulnerableMinting;
        if (key != 0 || (scope != Scope.RiskRaising && !isMinting)) return;
        State memory state = _state;
        Settings memory settings = _settings;
        if (block.timestamp > uint256(state.observedAt) + settings.timeToLive) {
            revert ObservationStale(state.observedAt);
        }
        if (_rings[FAILURES].count(settings.window) >= settings.failureVotes) {
            revert CauseStands(scope, key, Cause.OracleFailure, state.severity);
        }
        uint8 limit = scope == Scope.Minting ? Severity.CRITICAL : Severity.SEVERE;
        if (state.severity >= limit) revert CauseStands(scope, key, Cause.Severity, state.severity);
    }

    function _setSettings(Settings memory settings, Level[4] memory levels) private {
        SettingsLimits.check(settings, levels);
        _settings = settings;
        emit SettingsChanged(settings);
    }

    function _setLevels(Level[4] memory levels) private {
        for (uint256 i = 0; i < levels.length; ++i) {
            _levels[i] = levels[i];
        }
        emit LevelsChanged(levels);
    }
}
