// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedCall} from "../BoundedCall.sol";
import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @notice A Chainlink-style feed.
/// @param aggregator Its address; 0 where there is none.
/// @param heartbeat Seconds in which it promises an answer. One that is older by a tenth more is stale: real feeds are
/// late by seconds once or twice a week.
/// @param decimals Of its answers, at most 18.
struct Feed {
    address aggregator;
    uint32 heartbeat;
    uint8 decimals;
}

/// @notice One price from one or two feeds.
/// @param primary Gives the price.
/// @param secondary Must agree with it; none when its aggregator is 0.
/// @param maxDeviation How far the two may lie apart, basis points of the lower.
struct FeedPair {
    Feed primary;
    Feed secondary;
    uint16 maxDeviation;
}

/// @notice Tells whether the sequencer of a rollup is up; none when `aggregator` is 0.
/// @param grace Seconds after it came back in which prices do not count yet.
struct Sequencer {
    address aggregator;
    uint32 grace;
}

/// @notice Why a price may not be used.
enum Failure {
    None,
    CallFailed,
    NotPositive,
    TooLarge,
    TimeInvalid,
    Stale,
    SourcesDisagree,
    SequencerDown,
    SequencerJustUp
}

/// @title Prices of Chainlink-style feeds
/// @notice A read never reverts, save for too little gas; it says what failed, and then the price is 0 (R24). There is no
/// last good price, no default and no fallback from one feed to the other.
library PriceFeeds {
    /// @notice Gas that one feed may take. A proxy with its aggregator takes less than 20,000.
    uint256 internal constant FEED_GAS = 150_000;
    uint256 internal constant MAX_HEARTBEAT = 7 days;
    uint256 internal constant MAX_DEVIATION = 2_000;
    uint256 internal constant MAX_GRACE = 1 days;
    uint256 private constant BASIS_POINTS = 10_000;
    uint256 private constant WAD = 1e18;

    error HeartbeatOutOfRange(address aggregator, uint256 given, uint256 most);
    /// @notice The feed does not say that its answers have these decimals, or they are more than 18.
    error DecimalsUnexpected(address aggregator, uint256 given);
    error DeviationOutOfRange(uint256 given, uint256 most);
    error GraceOutOfRange(uint256 given, uint256 most);
    error ZeroAggregator();

    /// @notice Price of a pair in a target unit.
    /// @param target Price of the target unit in the same money; 1.00 where its primary aggregator is 0.
    /// @return price 18 decimals, below 2^128; 0 unless `failure` is none.
    /// @return updatedAt Of the oldest feed, Unix seconds; 0 unless `failure` is none.
    function readIn(FeedPair memory pair, FeedPair memory target, Sequencer memory sequencer)
        internal
        view
        returns (uint256 price, uint256 updatedAt, Failure failure)
    {
        uint256 unit;
        uint256 unitAt;
        (unit, unitAt, failure) = readUnit(target, sequencer);
        if (failure != Failure.None) return (0, 0, failure);
        (price, updatedAt, failure) = read(pair);
        if (failure != Failure.None) return (0, 0, failure);
        price = (price * WAD) / unit;
        if (price == 0) return (0, 0, Failure.NotPositive);
        if (price > type(uint128).max) return (0, 0, Failure.TooLarge);
        return (price, updatedAt < unitAt ? updatedAt : unitAt, Failure.None);
    }

    /// @notice Price of the target unit, once the sequencer is up; as for a pair.
    function readUnit(FeedPair memory target, Sequencer memory sequencer)
        internal
        view
        returns (uint256 price, uint256 updatedAt, Failure failure)
    {
        failure = check(sequencer);
        if (failure != Failure.None) return (0, 0, failure);
        if (target.primary.aggregator == address(0)) return (WAD, block.timestamp, Failure.None);
        return read(target);
    }

    /// @notice Price of a pair.
    /// @return price 18 decimals; 0 unless `failure` is none.
    /// @return updatedAt Of the older feed, Unix seconds; 0 unless `failure` is none.
    function read(FeedPair memory pair)
        internal
        view
        returns (uint256 price, uint256 updatedAt, Failure failure)
    {
        (price, updatedAt, failure) = read(pair.primary);
        if (failure != Failure.None || pair.secondary.aggregator == address(0)) return (price, updatedAt, failure);
        (uint256 other, uint256 otherAt, Failure otherFailure) = read(pair.secondary);
        if (otherFailure != Failure.None) return (0, 0, otherFailure);
        (uint256 low, uint256 high) = price < other ? (price, other) : (other, price);
        if ((high - low) * BASIS_POINTS > low * pair.maxDeviation) return (0, 0, Failure.SourcesDisagree);
        return (price, updatedAt < otherAt ? updatedAt : otherAt, Failure.None);
    }

    /// @notice Price of one feed; as for a pair.
    function read(Feed memory feed) internal view returns (uint256 price, uint256 updatedAt, Failure failure) {
        (bool isRead, uint256[] memory words) = _latestRound(feed.aggregator);
        if (!isRead) return (0, 0, Failure.CallFailed);
        int256 answer = int256(words[1]);
        updatedAt = words[3];
        if (answer <= 0) return (0, 0, Failure.NotPositive);
        if (updatedAt == 0 || updatedAt > block.timestamp) return (0, 0, Failure.TimeInvalid);
        if (block.timestamp - updatedAt > uint256(feed.heartbeat) + feed.heartbeat / 10) return (0, 0, Failure.Stale);
        price = uint256(answer);
        if (price > type(uint128).max / 10 ** (18 - feed.decimals)) return (0, 0, Failure.TooLarge);
        return (price * 10 ** (18 - feed.decimals), updatedAt, Failure.None);
    }

    /// @notice Whether prices of this chain may be used: its sequencer is up, and has been for the grace.
    function check(Sequencer memory sequencer) internal view returns (Failure) {
        if (sequencer.aggregator == address(0)) return Failure.None;
        (bool isRead, uint256[] memory words) = _latestRound(sequencer.aggregator);
        if (!isRead) return Failure.CallFailed;
        (uint256 answer, uint256 startedAt) = (words[1], words[2]);
        if (answer != 0) return Failure.SequencerDown;
        if (startedAt == 0 || startedAt > block.timestamp) return Failure.TimeInvalid;
        return block.timestamp - startedAt < sequencer.grace ? Failure.SequencerJustUp : Failure.None;
    }

    /// @notice Reverts unless a pair can be read as it is described. Its feeds need not be fresh.
    function validate(FeedPair memory pair) internal view {
        validate(pair.primary);
        if (pair.secondary.aggregator == address(0)) return;
        validate(pair.secondary);
        if (pair.maxDeviation == 0 || pair.maxDeviation > MAX_DEVIATION) {
            revert DeviationOutOfRange(pair.maxDeviation, MAX_DEVIATION);
        }
    }

    /// @notice Reverts unless a feed can be read as it is described.
    function validate(Feed memory feed) internal view {
        if (feed.aggregator == address(0)) revert ZeroAggregator();
        if (feed.heartbeat == 0 || feed.heartbeat > MAX_HEARTBEAT) {
            revert HeartbeatOutOfRange(feed.aggregator, feed.heartbeat, MAX_HEARTBEAT);
        }
        bytes memory call = abi.encodeCall(IAggregatorV3.decimals, ());
        (bool isRead, uint256[] memory words) = BoundedCall.read(feed.aggregator, call, FEED_GAS, 1);
        if (!isRead || words[0] != feed.decimals || feed.decimals > 18) {
            revert DecimalsUnexpected(feed.aggregator, feed.decimals);
        }
    }

    /// @notice Reverts when the grace is beyond reason.
    function validate(Sequencer memory sequencer) internal pure {
        if (sequencer.grace > MAX_GRACE) revert GraceOutOfRange(sequencer.grace, MAX_GRACE);
    }

    function _latestRound(address aggregator) private view returns (bool, uint256[] memory) {
        return BoundedCall.read(aggregator, abi.encodeCall(IAggregatorV3.latestRoundData, ()), FEED_GAS, 5);
    }
}
