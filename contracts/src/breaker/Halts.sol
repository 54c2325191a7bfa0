// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";

/// @title What is halted, who halts and how it resumes
/// @notice Any guardian halts at once, without a call to another contract (R18). Governance alone asks for a resumption,
/// which may be carried out after a fixed delay (R19); whatever halts or trips in between takes it back. Halting is
/// possible at any time, also while a resumption waits.
abstract contract Halts is ICircuitBreaker {
    /// @notice What can be halted. Parameters, classes and collaterals are named by a key; the others have key 0.
    enum Scope {
        All,
        RiskRaising,
        Minting,
        VulnerableMinting,
        Burning,
        Class,
        Parameter
    }

    /// @param isSet Always true: a slot that is never zero is cheap to write in an emergency.
    /// @param scopes Bit s is set when the scope s, up to Burning, is halted as a whole.
    /// @param classes Bit c is set when class c is halted.
    /// @param parameters Number of parameters that are halted one by one.
    /// @param severity Of the observations, 0 to 4.
    /// @param trips Number of halts so far, by whomever.
    /// @param observedAt Time of the last observation.
    /// @param calmSince Since when observations have been below what holds the severity; 0 when they are not.
    /// @param calmVotes Number of observations since then, at most 255.
    /// @param calmLevel The highest level among them.
    struct State {
        bool isSet;
        uint8 scopes;
        uint32 classes;
        uint16 parameters;
        uint8 severity;
        uint32 trips;
        uint40 observedAt;
        uint40 calmSince;
        uint8 calmVotes;
        uint8 calmLevel;
    }

    /// @param isSturdy Whether minting against it goes on at severity 3. What governance has not named is vulnerable.
    struct Collateral {
        bool isMintingHalted;
        bool isBurningHalted;
        bool isSturdy;
    }

    /// @param readyAt From when it may be carried out; 0 when there is none.
    /// @param trips Number of halts when it was asked for.
    struct Resumption {
        uint40 readyAt;
        uint32 trips;
    }

    /// @notice Seconds after its readiness in which a resumption may be carried out.
    uint256 public constant RESUME_PERIOD = 7 days;
    uint256 public constant MIN_RESUME_DELAY = 1 minutes;
    uint256 public constant MAX_RESUME_DELAY = 30 days;
    uint256 public constant MAX_FIRST_GUARDIANS = 16;
    // Where members begin in the word of the state, in bits.
    uint256 private constant SCOPES_AT = 8;
    uint256 private constant CLASSES_AT = 16;
    uint256 private constant PARAMETERS_AT = 48;
    uint256 private constant SEVERITY_AT = 64;
    uint256 private constant TRIPS_AT = 72;

    /// @notice Who asks for resumptions and names guardians: a timelock.
    address public immutable GOVERNANCE;
    /// @notice Seconds between asking for a resumption and carrying it out.
    uint256 public immutable RESUME_DELAY;

    State internal _state;
    /// @notice Who may halt, beside governance.
    mapping(address account => bool) public isGuardian;
    /// @inheritdoc ICircuitBreaker
    mapping(bytes32 id => bool) public isParameterHalted;
    /// @notice What is halted for one collateral.
    mapping(bytes32 collateral => Collateral) public collaterals;
    mapping(Scope scope => mapping(bytes32 key => Resumption)) private _resumptions;

    // Halted, or halted again; a collateral of 0 is all of them. Nothing is indexed, each scope has an event of its own,
    // and who halted is the caller, whom the transaction names, because halting is to be cheap. Where an observation
    // tripped the breaker, `Tripped` stands before.
    event AllHalted();
    event RiskRaisingHalted();
    event MintingHalted(bytes32 collateral);
    event VulnerableMintingHalted();
    event BurningHalted(bytes32 collateral);
    event ClassHalted(uint8 class);
    event ParameterHalted(bytes32 id);
    event ResumeRequested(Scope indexed scope, bytes32 key, uint256 readyAt);
    event Resumed(Scope indexed scope, bytes32 key);
    event GuardianSet(address indexed guardian, bool isGuardian);
    event SturdySet(bytes32 indexed collateral, bool isSturdy);

    error ZeroGovernance();
    error ResumeDelayOutOfRange(uint256 given, uint256 least, uint256 most);
    error TooManyGuardians(uint256 given, uint256 most);
    error ZeroGuardian();
    error NotGuardian(address caller);
    error NotGovernance(address caller, address governance);
    error ClassOutOfRange(uint256 class, uint256 most);
    error ZeroKey(Scope scope);
    error KeyUnexpected(Scope scope, bytes32 key);
    error NotHalted(Scope scope, bytes32 key);
    error ResumptionUnknown(Scope scope, bytes32 key);
    /// @notice Something halted since the resumption was asked for.
    error ResumptionCancelled(Scope scope, bytes32 key, uint256 tripsThen, uint256 trips);
    error ResumptionTooEarly(Scope scope, bytes32 key, uint256 readyAt);
    error ResumptionExpired(Scope scope, bytes32 key, uint256 expiredAt);

    modifier onlyGuardian() {
        if (!isGuardian[msg.sender] && msg.sender != GOVERNANCE) revert NotGuardian(msg.sender);
        _;
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender, GOVERNANCE);
        _;
    }

    constructor(address governance, uint256 resumeDelay, address[] memory guardians) {
        if (governance == address(0)) revert ZeroGovernance();
        if (resumeDelay < MIN_RESUME_DELAY || resumeDelay > MAX_RESUME_DELAY) {
            revert ResumeDelayOutOfRange(resumeDelay, MIN_RESUME_DELAY, MAX_RESUME_DELAY);
        }
        if (guardians.length > MAX_FIRST_GUARDIANS) revert TooManyGuardians(guardians.length, MAX_FIRST_GUARDIANS);
        (GOVERNANCE, RESUME_DELAY) = (governance, resumeDelay);
        _state.isSet = true;
        for (uint256 i = 0; i < guardians.length; ++i) {
            _setGuardian(guardians[i], true);
        }
    }

    /// @notice Halts every write by a model.
    function haltAll() external onlyGuardian {
        _setBits(1 << (SCOPES_AT + uint8(Scope.All)));
        emit AllHalted();
    }

    /// @notice Halts every write by a model that raises risk.
    function haltRiskRaising() external onlyGuardian {
        _setBits(1 << (SCOPES_AT + uint8(Scope.RiskRaising)));
        emit RiskRaisingHalted();
    }

    /// @notice Halts writes by a model to the parameters of a class, 0 to 31.
    function haltClass(uint8 class) external onlyGuardian {
        if (class > 31) revert ClassOutOfRange(class, 31);
        _setBits((1 << CLASSES_AT) << class);
        emit ClassHalted(class);
    }

    /// @notice Halts writes by a model to one parameter.
    function haltParameter(bytes32 id) external onlyGuardian {
        if (id == 0) revert ZeroKey(Scope.Parameter);
        if (!isParameterHalted[id]) {
            isParameterHalted[id] = true;
            ++_state.parameters;
        }
        _setBits(0);
        emit ParameterHalted(id);
    }

    /// @notice Halts minting against a collateral, or against all with key 0.
    function haltMinting(bytes32 collateral) external onlyGuardian {
        if (collateral == 0) {
            _setBits(1 << (SCOPES_AT + uint8(Scope.Minting)));
        } else {
            collaterals[collateral].isMintingHalted = true;
            _setBits(0);
        }
        emit MintingHalted(collateral);
    }

    /// @notice Halts redemption against a collateral, or against all with key 0. No observation ever does.
    function haltBurning(bytes32 collateral) external onlyGuardian {
        if (collateral == 0) {
            _setBits(1 << (SCOPES_AT + uint8(Scope.Burning)));
        } else {
            collaterals[collateral].isBurningHalted = true;
            _setBits(0);
        }
        emit BurningHalted(collateral);
    }

    /// @notice Asks for a resumption; a second request for the same starts the delay anew.
    /// @param key The class, the parameter's id, the collateral; 0 for a scope as a whole.
    function requestResume(Scope scope, bytes32 key) external onlyGovernance {
        if (!isHalted(scope, key)) revert NotHalted(scope, key);
        uint256 readyAt = block.timestamp + RESUME_DELAY;
        _resumptions[scope][key] = Resumption(uint40(readyAt), _state.trips);
        emit ResumeRequested(scope, key, readyAt);
    }

    /// @notice Carries out what governance asked for. Anyone may call it; it decides nothing.
    function resume(Scope scope, bytes32 key) external {
        Resumption memory asked = _resumptions[scope][key];
        if (asked.readyAt == 0) revert ResumptionUnknown(scope, key);
        uint32 trips = _state.trips;
        if (asked.trips != trips) revert ResumptionCancelled(scope, key, asked.trips, trips);
        if (block.timestamp < asked.readyAt) revert ResumptionTooEarly(scope, key, asked.readyAt);
        if (block.timestamp > asked.readyAt + RESUME_PERIOD) {
            revert ResumptionExpired(scope, key, asked.readyAt + RESUME_PERIOD);
        }
        _requireCalm(scope, key);
        delete _resumptions[scope][key];
        _clear(scope, key);
        emit Resumed(scope, key);
    }

    /// @notice Names a guardian, or takes one away, at once. Governance's own delay comes before.
    function setGuardian(address guardian, bool isOne) external onlyGovernance {
        _setGuardian(guardian, isOne);
    }

    /// @notice Says whether minting against a collateral goes on at severity 3.
    function setSturdy(bytes32 collateral, bool isSturdy) external onlyGovernance {
        if (collateral == 0) revert ZeroKey(Scope.Minting);
        collaterals[collateral].isSturdy = isSturdy;
        emit SturdySet(collateral, isSturdy);
    }

    /// @inheritdoc ICircuitBreaker
    function status() external view returns (Status memory) {
        uint256 word = _word();
        return Status({
            all: (word >> (SCOPES_AT + uint8(Scope.All))) & 1 != 0,
            riskRaising: (word >> (SCOPES_AT + uint8(Scope.RiskRaising))) & 1 != 0,
            anyParameter: uint16(word >> PARAMETERS_AT) != 0,
            classes: uint32(word >> CLASSES_AT),
            severity: uint8(word >> SEVERITY_AT)
        });
    }

    /// @notice Number of halts so far, and when the breaker last observed.
    function history() external view returns (uint32 trips, uint40 observedAt) {
        return (_state.trips, _state.observedAt);
    }

    /// @notice When a resumption may be carried out, 0 when none was asked for, and whether a halt has taken it back.
    function resumption(Scope scope, bytes32 key) external view returns (uint256 readyAt, bool isCancelled) {
        Resumption memory asked = _resumptions[scope][key];
        return (asked.readyAt, asked.readyAt != 0 && asked.trips != _state.trips);
    }

    /// @inheritdoc ICircuitBreaker
    function isMintingHalted(bytes32 collateral) external view returns (bool) {
        uint8 scopes = _state.scopes;
        if (_has(scopes, Scope.Minting)) return true;
        if (collateral == 0) return false;
        Collateral memory known = collaterals[collateral];
        return known.isMintingHalted || (!known.isSturdy && _has(scopes, Scope.VulnerableMinting));
    }

    /// @inheritdoc ICircuitBreaker
    function isBurningHalted(bytes32 collateral) external view returns (bool) {
        return _has(_state.scopes, Scope.Burning) || collaterals[collateral].isBurningHalted;
    }

    /// @notice Whether exactly this is halted; a wider halt does not count.
    function isHalted(Scope scope, bytes32 key) public view returns (bool) {
        if (scope == Scope.Class) return uint256(key) < 32 && _state.classes & (1 << uint256(key)) != 0;
        if (scope == Scope.Parameter) return isParameterHalted[key];
        if (key == 0) return _has(_state.scopes, scope);
        if (scope == Scope.Minting) return collaterals[key].isMintingHalted;
        if (scope == Scope.Burning) return collaterals[key].isBurningHalted;
        revert KeyUnexpected(scope, key);
    }

    /// @dev Reverts while what would trip this scope still stands.
    function _requireCalm(Scope scope, bytes32 key) internal view virtual;

    function _has(uint8 scopes, Scope scope) internal pure returns (bool) {
        return scopes & _bit(scope) != 0;
    }

    function _bit(Scope scope) internal pure returns (uint8) {
        return uint8(1 << uint8(scope));
    }

    function _word() private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(_state.slot)
        }
    }

    /// @dev Sets bits of the state and counts a trip: one read and one write, where the compiler would make several of
    /// each. 2^32 trips cannot be had.
    function _setBits(uint256 bits) private {
        assembly ("memory-safe") {
            sstore(_state.slot, add(or(sload(_state.slot), bits), shl(TRIPS_AT, 1)))
        }
    }

    function _clear(Scope scope, bytes32 key) private {
        if (scope == Scope.Class) {
            _state.classes &= ~uint32(1 << uint256(key));
        } else if (scope == Scope.Parameter) {
            isParameterHalted[key] = false;
            --_state.parameters;
        } else if (key == 0) {
            _state.scopes &= ~_bit(scope);
        } else if (scope == Scope.Minting) {
            collaterals[key].isMintingHalted = false;
        } else {
            collaterals[key].isBurningHalted = false;
        }
    }

    function _setGuardian(address guardian, bool isOne) private {
        if (guardian == address(0)) revert ZeroGuardian();
        isGuardian[guardian] = isOne;
        emit GuardianSet(guardian, isOne);
    }
}
