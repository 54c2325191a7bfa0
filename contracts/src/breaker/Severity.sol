// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Where one level of severity begins; each threshold is inclusive.
/// @param pegDeviation |price / target - 1|, basis points.
/// @param collateralHealth At most this, 0 to 100.
/// @param liquidations Liquidated within a day, basis points of all collateral.
/// @param volatility Standard deviation of the coin's returns over a day, basis points.
/// @param votes Observations among the last few at this level or above that raise the severity to it.
struct Level {
    uint16 pegDeviation;
    uint8 collateralHealth;
    uint16 liquidations;
    uint16 volatility;
    uint8 votes;
}

/// @notice What one observation measured, in the units of `Level`.
/// @param shortfall 100 minus the collateral's health.
struct Measurement {
    uint256 pegDeviation;
    uint256 shortfall;
    uint256 liquidations;
    uint256 volatility;
}

/// @title How grave a measurement is
/// @notice Severity is the highest of four metrics: 0 normal, 1 elevated, 2 high, 3 severe, 4 critical.
library Severity {
    uint8 internal constant SEVERE = 3;
    uint8 internal constant CRITICAL = 4;

    /// @notice The level of a measurement.
    /// @param percent Share of each threshold that counts: 100 to enter a level, less to be held in it.
    function levelOf(Level[4] memory levels, Measurement memory measured, uint256 percent)
        internal
        pure
        returns (uint8)
    {
        for (uint8 level = CRITICAL; level > 0; --level) {
            if (_reaches(levels[level - 1], measured, percent)) return level;
        }
        return 0;
    }

    function _reaches(Level memory level, Measurement memory measured, uint256 percent) private pure returns (bool) {
        return measured.pegDeviation * 100 >= uint256(level.pegDeviation) * percent
            || measured.shortfall * 100 >= uint256(100 - level.collateralHealth) * percent
            || measured.liquidations * 100 >= uint256(level.liquidations) * percent
            || measured.volatility * 100 >= uint256(level.volatility) * percent;
    }
}
