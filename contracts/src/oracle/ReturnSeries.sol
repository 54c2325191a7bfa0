// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice The clock that all series of an oracle share.
/// @param seconds_ Lengths of the last 24 periods, 32 bits each.
/// @param head Place of the next period.
/// @param recordedAt End of the last period, Unix seconds.
struct Clock {
    uint256[3] seconds_;
    uint8 head;
    uint40 recordedAt;
}

/// @notice Prices of one thing as its returns over the periods of the clock.
/// @param returns_ The last 24 returns in 1e-9, 32 bits each, at the places of the clock.
/// @param lastPrint The last price, 18 decimals.
/// @param printBefore The one before it.
/// @param median The last median of three prices.
/// @param printedAt When the last price was seen, Unix seconds.
/// @param count Number of returns held.
struct Series {
    uint256[3] returns_;
    uint128 lastPrint;
    uint128 printBefore;
    uint128 median;
    uint40 printedAt;
    uint8 count;
}

/// @title Volatility, trend and correlation of what an oracle has seen
/// @notice A return is that of the median of three successive prices, so that a single misprint leaves no trace. A price
/// that fails is a sample that is missing: its period's return is 0 and the next covers both. All in integers; every
/// division rounds toward zero.
library ReturnSeries {
    uint256 internal constant LENGTH = 24;
    /// @notice Returns over which the trend is taken.
    uint256 internal constant TREND_LENGTH = 8;
    /// @notice Returns below which there is no correlation.
    uint256 internal constant MIN_CORRELATED = 8;
    int256 private constant UNIT = 1e9;
    /// @notice Returns beyond +-200 % count as that.
    int256 private constant MAX_RETURN = 2e9;
    uint256 private constant PER_WORD = 8;

    /// @notice Moves the clock on to now.
    /// @return place Where the returns of the period that ends now belong.
    function tick(Clock storage clock) internal returns (uint256 place) {
        place = clock.head;
        uint256 elapsed = clock.recordedAt == 0 ? 0 : block.timestamp - clock.recordedAt;
        _put(clock.seconds_, place, uint32(Math.min(elapsed, type(uint32).max)));
        clock.head = uint8((place + 1) % LENGTH);
        clock.recordedAt = uint40(block.timestamp);
    }

    /// @notice Adds a price.
    /// @param price 18 decimals, not 0, below 2^128; 0 when it failed.
    /// @return return_ The return of this period.
    function print(Series storage series, uint256 place, uint256 price) internal returns (int256 return_) {
        uint256 before = series.median;
        if (price == 0) {
            if (before != 0) _append(series, place, 0);
            return 0;
        }
        series.printedAt = uint40(block.timestamp);
        if (before == 0) {
            (series.lastPrint, series.printBefore, series.median) = (uint128(price), uint128(price), uint128(price));
            return 0;
        }
        uint256 middle = _median(price, series.lastPrint, series.printBefore);
        (series.lastPrint, series.printBefore) = (uint128(price), series.lastPrint);
        series.median = uint128(middle);
        return_ = ((int256(middle) - int256(before)) * UNIT) / int256(before);
        return_ = return_ > MAX_RETURN ? MAX_RETURN : return_;
        _append(series, place, return_);
    }

    /// @notice Adds a return that is known, within +-200 %.
    function append(Series storage series, uint256 place, int256 return_) internal {
        series.printedAt = uint40(block.timestamp);
        _append(series, place, return_);
    }

    /// @notice Standard deviation over a day: sqrt(sum of r^2 * 86400 / sum of seconds), 18 decimals; realised volatility
    /// with mean zero (Andersen and Bollerslev 1998). 0 before the first return.
    function volatility(Series storage series, Clock storage clock) internal view returns (uint256) {
        uint256 count = series.count;
        uint256 squares = 0;
        uint256 elapsed = 0;
        for (uint256 back = 1; back <= count; ++back) {
            uint256 place = _place(clock, back);
            int256 given = _returnAt(series.returns_, place);
            squares += uint256(given * given);
            elapsed += _at(clock.seconds_, place);
        }
        return elapsed == 0 ? 0 : Math.sqrt((squares * 1e18 * 1 days) / elapsed);
    }

    /// @notice -1, 0 or 1: the sign of the sum of the last eight returns where that is beyond the band.
    /// @param band Basis points.
    function trend(Series storage series, Clock storage clock, uint256 band) internal view returns (int8) {
        uint256 count = Math.min(series.count, TREND_LENGTH);
        int256 sum = 0;
        for (uint256 back = 1; back <= count; ++back) {
            sum += _returnAt(series.returns_, _place(clock, back));
        }
        int256 limit = (int256(band) * UNIT) / 10_000;
        return sum > limit ? int8(1) : sum < -limit ? int8(-1) : int8(0);
    }

    /// @notice Pearson's correlation of two series over the returns that both hold, in percent; 0 where one never moved.
    function correlation(Series storage left, Series storage right, Clock storage clock)
        internal
        view
        returns (int8)
    {
        uint256 count = Math.min(left.count, right.count);
        if (count < MIN_CORRELATED) return 0;
        int256 n = int256(count);
        (int256 x, int256 y, int256 xx, int256 yy, int256 xy) = (0, 0, 0, 0, 0);
        for (uint256 back = 1; back <= count; ++back) {
            uint256 place = _place(clock, back);
            (int256 a, int256 b) = (_returnAt(left.returns_, place), _returnAt(right.returns_, place));
            (x, y) = (x + a, y + b);
            (xx, yy, xy) = (xx + a * a, yy + b * b, xy + a * b);
        }
        uint256 product = uint256(n * xx - x * x) * uint256(n * yy - y * y);
        return product == 0 ? int8(0) : int8(((n * xy - x * y) * 100) / int256(Math.sqrt(product)));
    }

    function _append(Series storage series, uint256 place, int256 return_) private {
        _put(series.returns_, place, uint32(int32(return_)));
        if (series.count < LENGTH) ++series.count;
    }

    function _put(uint256[3] storage words, uint256 place, uint32 value) private {
        uint256 shift = (place % PER_WORD) * 32;
        uint256 rest = words[place / PER_WORD] & ~(uint256(type(uint32).max) << shift);
        words[place / PER_WORD] = rest | (uint256(value) << shift);
    }

    function _at(uint256[3] storage words, uint256 place) private view returns (uint32) {
        return uint32(words[place / PER_WORD] >> ((place % PER_WORD) * 32));
    }

    function _returnAt(uint256[3] storage words, uint256 place) private view returns (int256) {
        return int32(_at(words, place));
    }

    /// @dev The place of the period that ended `back` periods ago, 1 being the last.
    function _place(Clock storage clock, uint256 back) private view returns (uint256) {
        return (uint256(clock.head) + LENGTH - back) % LENGTH;
    }

    function _median(uint256 a, uint256 b, uint256 c) private pure returns (uint256) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
