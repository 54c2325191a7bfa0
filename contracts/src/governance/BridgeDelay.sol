// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Module} from "../Module.sol";

/// @title Whom the governance bridge obeys, and how long what widens waits
/// @notice Governance is the timelock. What is queued waits the longer of the delay at that time and the delay at its
/// execution, so that neither order of two proposals gets round it; a shorter delay itself waits the present one.
abstract contract BridgeDelay is Module {
    /// @notice How long a change may be executed after it is ready.
    uint256 public constant GRACE = 14 days;
    /// @notice The longest delay.
    uint32 public constant MAX_DELAY = 60 days;
    /// @notice The longest mandate of a council.
    uint64 public constant MAX_MANDATE = 180 days;

    /// @notice The timelock.
    address public immutable GOVERNANCE;
    uint32 private _delay;
    uint32 private _nextDelay;
    uint64 private _nextDelayReadyAt;
    /// @notice The emergency council: it may narrow and cancel, nothing else.
    address public council;
    /// @notice Unix time in seconds at which its mandate ends.
    uint64 public councilUntil;
    uint256[48] private _gap;

    event DelaySet(uint32 before, uint32 delay);
    event DelayQueued(uint32 before, uint32 delay, uint256 readyAt);
    event DelayCancelled(uint32 delay, address by);
    event CouncilSet(address indexed council, uint64 until);

    error NotGovernance(address caller, address governance);
    /// @notice Not the council, or its mandate is over.
    error NotCouncil(address caller, address council, uint64 until);
    error DelayTooLong(uint32 delay, uint32 maximum);
    error DelayUnchanged(uint32 delay);
    error NoDelayQueued();
    error MandateTooLong(uint64 until, uint256 latest);
    error NotReady(uint256 readyAt, uint256 timestamp);
    error GraceOver(uint256 expiresAt, uint256 timestamp);

    constructor(address governance) {
        if (governance == address(0)) revert ZeroAddress("governance");
        GOVERNANCE = governance;
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender, GOVERNANCE);
        _;
    }

    modifier onlyCouncil() {
        if (!_isCouncil(msg.sender)) revert NotCouncil(msg.sender, council, councilUntil);
        _;
    }

    modifier onlyGovernanceOrCouncil() {
        if (msg.sender != GOVERNANCE && !_isCouncil(msg.sender)) revert NotCouncil(msg.sender, council, councilUntil);
        _;
    }

    /// @notice Names the council and the end of its mandate; a time not ahead ends it at once.
    /// @param until Unix time in seconds, at most `MAX_MANDATE` ahead.
    function setCouncil(address given, uint64 until) external onlyGovernance {
        _setCouncil(given, until);
    }

    /// @notice Sets the delay: a longer one at once; a shorter one is queued for as long as the present one.
    /// @param given Seconds.
    function setDelay(uint32 given) external onlyGovernance {
        if (given > MAX_DELAY) revert DelayTooLong(given, MAX_DELAY);
        uint32 current = _delay;
        if (given == current) revert DelayUnchanged(given);
        if (given > current) {
            _delay = given;
            // What was queued is shorter still: it would undo this one after too short a wait.
            (_nextDelay, _nextDelayReadyAt) = (0, 0);
            emit DelaySet(current, given);
        } else {
            (_nextDelay, _nextDelayReadyAt) = (given, uint64(block.timestamp + current));
            emit DelayQueued(current, given, block.timestamp + current);
        }
    }

    /// @notice Carries out a queued shortening. Anyone, once it is ready.
    function executeDelay() external {
        (uint32 current, uint32 next, uint64 readyAt) = (_delay, _nextDelay, _nextDelayReadyAt);
        if (readyAt == 0) revert NoDelayQueued();
        _requireReady(readyAt);
        (_delay, _nextDelay, _nextDelayReadyAt) = (next, 0, 0);
        emit DelaySet(current, next);
    }

    /// @notice Drops a queued shortening. Governance or the council.
    function cancelDelay() external onlyGovernanceOrCouncil {
        if (_nextDelayReadyAt == 0) revert NoDelayQueued();
        emit DelayCancelled(_nextDelay, msg.sender);
        (_nextDelay, _nextDelayReadyAt) = (0, 0);
    }

    /// @notice Seconds that what widens waits.
    function delay() public view returns (uint32) {
        return _delay;
    }

    /// @notice The queued shortening.
    /// @return next Seconds.
    /// @return readyAt Unix time in seconds from which it may be executed; 0 while there is none.
    function queuedDelay() external view returns (uint32 next, uint64 readyAt) {
        return (_nextDelay, _nextDelayReadyAt);
    }

    function _initialiseDelay(uint32 given) internal {
        if (given > MAX_DELAY) revert DelayTooLong(given, MAX_DELAY);
        _delay = given;
        emit DelaySet(0, given);
    }

    function _setCouncil(address given, uint64 until) internal {
        if (until > block.timestamp + MAX_MANDATE) revert MandateTooLong(until, block.timestamp + MAX_MANDATE);
        (council, councilUntil) = (given, until);
        emit CouncilSet(given, until);
    }

    function _isCouncil(address account) internal view returns (bool) {
        return account == council && account != address(0) && block.timestamp < councilUntil;
    }

    /// @dev The longer of the delay when it was queued and the present one.
    function _readyAt(uint256 queuedAt, uint32 delayThen) internal view returns (uint256) {
        return queuedAt + (delayThen > _delay ? delayThen : _delay);
    }

    function _requireReady(uint256 readyAt) internal view {
        if (block.timestamp < readyAt) revert NotReady(readyAt, block.timestamp);
        if (block.timestamp > readyAt + GRACE) revert GraceOver(readyAt + GRACE, block.timestamp);
    }
}
