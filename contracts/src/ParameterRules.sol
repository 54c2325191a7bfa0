// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits, Risk} from "./ParameterTypes.sol";

/// @notice What moves with a parameter's writes.
/// @param value The value.
/// @param raisedAt When its last change that raised risk, its last write by governance or its last configuration was.
/// @param upDrainedAt When its budget for rises will be whole again.
/// @param downDrainedAt The same for falls.
/// @param overriddenUntil Until when models may not write.
/// @param lastDecision Number of its last record; 0 for none.
struct Hot {
    uint64 value;
    uint40 raisedAt;
    uint40 upDrainedAt;
    uint40 downDrainedAt;
    uint40 overriddenUntil;
    uint32 lastDecision;
}

/// @title How far a model may move a parameter
/// @notice Pure integer rules, the same in TypeScript (contracts/client/parameter-rules.ts). A budget is a generic
/// cell rate algorithm (ITU-T I.371): a direction's level is the time until it has drained; a change by d adds
/// ceil(d * window / budget) seconds to it, and the level must not pass the window. In any window at most one budget
/// passes at once, and as much again as drains meanwhile.
library ParameterRules {
    /// @notice Severity at which models may not raise risk at all.
    uint8 internal constant CRITICAL = 4;

    error NoChange(bytes32 id, uint64 value);
    error ValueBelowMinimum(bytes32 id, uint64 value, uint64 min);
    error ValueAboveMaximum(bytes32 id, uint64 value, uint64 max);
    error StepExceeded(bytes32 id, uint64 current, uint64 value, uint64 step);
    error CooldownActive(bytes32 id, uint256 readyAt);
    /// @notice The change would take more of its direction's budget than is left: `available` is.
    error BudgetExceeded(bytes32 id, uint64 current, uint64 value, uint64 available);

    /// @notice Whether a change in this direction raises risk.
    function raisesRisk(Risk risk, bool rises) internal pure returns (bool) {
        return risk == Risk.Both || (risk == Risk.Up) == rises;
    }

    /// @notice The range for changes that raise risk: it shrinks toward the value that governance set last, by a
    /// quarter of its width for every step of severity. Writes by models do not move what it shrinks toward.
    /// @param anchor The value that governance set last.
    /// @param severity 0 to 4.
    function band(Limits memory limits, uint64 anchor, uint8 severity)
        internal
        pure
        returns (uint64 lowest, uint64 highest)
    {
        (lowest, highest) = (limits.min, limits.max);
        if (severity == 0) return (lowest, highest);
        uint256 share = severity >= CRITICAL ? 0 : CRITICAL - severity;
        uint256 centre = anchor < lowest ? lowest : anchor > highest ? highest : anchor;
        if (limits.risk != Risk.Up) lowest = uint64(centre - ((centre - lowest) * share) / CRITICAL);
        if (limits.risk != Risk.Down) highest = uint64(centre + ((highest - centre) * share) / CRITICAL);
    }

    /// @notice Accepts a change or reverts.
    /// @dev Checked in this order: no change, bounds, step, cooldown, budget. A value beyond a bound is accepted only as a
    /// step back toward it, from further beyond it.
    /// @param limits Those of the change's direction; the others are not read.
    /// @param lowest Lower end of the band.
    /// @param highest Upper end of the band.
    /// @return next The parameter after the change.
    function change(bytes32 id, Hot memory hot, Limits memory limits, uint64 lowest, uint64 highest, uint64 value)
        internal
        view
        returns (Hot memory next)
    {
        uint64 current = hot.value;
        if (value == current) revert NoChange(id, value);
        if (value > highest && value > current) revert ValueAboveMaximum(id, value, highest);
        if (value < lowest && value < current) revert ValueBelowMinimum(id, value, lowest);
        bool rises = value > current;
        uint64 size = rises ? value - current : current - value;
        uint64 step = rises ? limits.stepUp : limits.stepDown;
        if (size > step) revert StepExceeded(id, current, value, step);
        next = hot;
        next.value = value;
        if (raisesRisk(limits.risk, rises)) {
            uint256 readyAt = uint256(hot.raisedAt) + limits.cooldown;
            if (block.timestamp < readyAt) revert CooldownActive(id, readyAt);
            next.raisedAt = uint40(block.timestamp);
        }
        uint64 budget = rises ? limits.budgetUp : limits.budgetDown;
        uint256 drainedAt = rises ? hot.upDrainedAt : hot.downDrainedAt;
        uint64 left = available(drainedAt, budget, limits.window);
        if (size > left) revert BudgetExceeded(id, current, value, left);
        drainedAt = (drainedAt > block.timestamp ? drainedAt : block.timestamp) + cost(size, budget, limits.window);
        if (rises) next.upDrainedAt = uint40(drainedAt);
        else next.downDrainedAt = uint40(drainedAt);
    }

    /// @notice Seconds that a change by `size` adds to its direction's level, rounded up.
    function cost(uint64 size, uint64 budget, uint32 window) internal pure returns (uint256) {
        return (uint256(size) * window + budget - 1) / budget;
    }

    /// @notice The largest change that a direction's budget admits now. It is exact: one more would pass the window.
    function available(uint256 drainedAt, uint64 budget, uint32 window) internal view returns (uint64) {
        uint256 level = drainedAt > block.timestamp ? drainedAt - block.timestamp : 0;
        return level >= window ? 0 : uint64(((window - level) * budget) / window);
    }

    /// @notice From when a direction's budget admits a change by 1.
    function budgetReadyAt(uint256 drainedAt, uint64 budget, uint32 window) internal pure returns (uint256) {
        if (budget == 0) return type(uint40).max;
        uint256 ends = drainedAt + cost(1, budget, window);
        return ends > window ? ends - window : 0;
    }
}
