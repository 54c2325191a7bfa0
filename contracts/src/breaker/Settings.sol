// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Level} from "./Severity.sol";

/// @notice How the breaker observes.
/// @param interval Least seconds between two observations.
/// @param timeToLive Seconds without an observation after which the votes of earlier ones count no more.
/// @param window Number of last observations that are counted.
/// @param failureVotes Failed observations among them that trip.
/// @param holdPercent A level is held while a metric is above this share of the threshold that entered it.
/// @param dwell Least seconds of calm before the severity falls.
/// @param rateWindow Seconds in which at most `maxWrites` decisions are recorded.
/// @param maxWrites More than so many trip.
/// @param tripsOnDispute Whether a disputed model trips.
struct Settings {
    uint32 interval;
    uint32 timeToLive;
    uint8 window;
    uint8 failureVotes;
    uint8 holdPercent;
    uint32 dwell;
    uint32 rateWindow;
    uint16 maxWrites;
    bool tripsOnDispute;
}

/// @title What governance may set, and what it may not
/// @notice The limits keep every trigger able to trip and keep a single print from tripping one.
library SettingsLimits {
    uint256 internal constant MAX_INTERVAL = 6 hours;
    uint256 internal constant MAX_TIME_TO_LIVE = 1 days;
    uint256 internal constant MIN_WINDOW = 3;
    uint256 internal constant MAX_WINDOW = 32;
    uint256 internal constant MIN_VOTES = 2;
    uint256 internal constant MIN_HOLD_PERCENT = 50;
    uint256 internal constant MAX_HOLD_PERCENT = 95;
    uint256 internal constant MAX_DWELL = 7 days;
    uint256 internal constant MIN_RATE_WINDOW = 1 minutes;
    uint256 internal constant MAX_RATE_WINDOW = 7 days;
    uint256 internal constant MAX_WRITES = 10_000;
    uint256 internal constant MIN_PEG_DEVIATION = 5;
    uint256 internal constant MAX_PEG_DEVIATION = 1_000;

    error SettingOutOfRange(bytes32 setting, uint256 given, uint256 least, uint256 most);
    /// @notice A level must begin beyond the one below it in every metric.
    error LevelsNotRising(uint256 level);

    /// @notice Reverts unless settings and levels are within the limits and fit one another.
    function check(Settings memory settings, Level[4] memory levels) internal pure {
        _within("interval", settings.interval, 1, MAX_INTERVAL);
        _within("timeToLive", settings.timeToLive, settings.interval, MAX_TIME_TO_LIVE);
        _within("window", settings.window, MIN_WINDOW, MAX_WINDOW);
        _within("failureVotes", settings.failureVotes, MIN_VOTES, settings.window);
        _within("holdPercent", settings.holdPercent, MIN_HOLD_PERCENT, MAX_HOLD_PERCENT);
        _within("dwell", settings.dwell, settings.interval, MAX_DWELL);
        _within("rateWindow", settings.rateWindow, MIN_RATE_WINDOW, MAX_RATE_WINDOW);
        _within("maxWrites", settings.maxWrites, 1, MAX_WRITES);
        for (uint256 i = 0; i < levels.length; ++i) {
            Level memory level = levels[i];
            _within("pegDeviation", level.pegDeviation, MIN_PEG_DEVIATION, MAX_PEG_DEVIATION);
            _within("collateralHealth", level.collateralHealth, 0, 99);
            _within("liquidations", level.liquidations, 1, 10_000);
            _within("volatility", level.volatility, 1, 10_000);
            _within("votes", level.votes, MIN_VOTES, settings.window);
            if (i > 0 && !_isAbove(level, levels[i - 1])) revert LevelsNotRising(i + 1);
        }
    }

    function _isAbove(Level memory level, Level memory lower) private pure returns (bool) {
        return level.pegDeviation > lower.pegDeviation && level.collateralHealth < lower.collateralHealth
            && level.liquidations > lower.liquidations && level.volatility > lower.volatility;
    }

    function _within(bytes32 setting, uint256 given, uint256 least, uint256 most) private pure {
        if (given < least || given > most) revert SettingOutOfRange(setting, given, least, most);
    }
}
