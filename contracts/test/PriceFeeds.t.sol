// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedCall} from "../src/BoundedCall.sol";
import {FeedPriceSource} from "../src/oracle/FeedPriceSource.sol";
import {Failure, Feed, FeedPair, PriceFeeds, Sequencer} from "../src/oracle/PriceFeeds.sol";
import {Answering} from "./BreakerWorld.sol";
import {Test} from "./Vm.sol";

/// @notice A feed that answers with far more than a round.
contract Verbose {
    fallback() external {
        assembly {
            mstore(0, 1)
            return(0, 20000)
        }
    }
}

contract Reader {
    function read(FeedPair memory pair) external view returns (uint256, uint256, Failure) {
        return PriceFeeds.read(pair);
    }

    function check(Sequencer memory sequencer) external view returns (Failure) {
        return PriceFeeds.check(sequencer);
    }

    function validate(FeedPair memory pair) external view {
        PriceFeeds.validate(pair);
    }

    function validate(Sequencer memory sequencer) external pure {
        PriceFeeds.validate(sequencer);
    }
}

/// @notice Oracle reads (R24): whatever a feed does, the answer is a good price or a named failure.
contract PriceFeedsTest is Test {
    uint256 private constant START = 1_800_000_000;
    uint32 private constant HEARTBEAT = 1 days;

    Reader private reader;
    Answering private primary;
    Answering private secondary;
    Answering private uptime;

    function setUp() external {
        vm.warp(START);
        (reader, primary, secondary, uptime) = (new Reader(), new Answering(), new Answering(), new Answering());
        answer(primary, 1e8, START);
        answer(secondary, 1e8, START);
        uptime.set(abi.encode(1, 0, START - 1 days, START, 1));
    }

    function answer(Answering feed, int256 value, uint256 updatedAt) private {
        feed.set(abi.encode(7, value, updatedAt, updatedAt, 7));
    }

    function feedOf(Answering feed, uint8 decimals) private pure returns (Feed memory) {
        return Feed(address(feed), HEARTBEAT, decimals);
    }

    function single(uint8 decimals) private view returns (FeedPair memory) {
        return FeedPair(feedOf(primary, decimals), Feed(address(0), 0, 0), 0);
    }

    function pair() private view returns (FeedPair memory) {
        return FeedPair(feedOf(primary, 8), feedOf(secondary, 8), 50);
    }

    function expectFailure(FeedPair memory given, Failure expected) private view {
        (uint256 price, uint256 updatedAt, Failure failure) = reader.read(given);
        assertEq(uint256(failure), uint256(expected), "failure");
        assertEq(price, 0, "no price");
        assertEq(updatedAt, 0, "no time");
    }

    function expectPrice(FeedPair memory given, uint256 expected, uint256 expectedAt) private view {
        (uint256 price, uint256 updatedAt, Failure failure) = reader.read(given);
        assertEq(uint256(failure), 0, "failure");
        assertEq(price, expected, "price");
        assertEq(updatedAt, expectedAt, "time");
    }

    function testFuzz_R24_scalesToEighteenDecimals(uint8 decimals, uint64 value) external {
        decimals = uint8(bound(decimals, 0, 18));
        vm.assume(value != 0);
        answer(primary, int256(uint256(value)), START - 5);
        expectPrice(single(decimals), uint256(value) * 10 ** (18 - decimals), START - 5);
    }

    function test_R24_anAnswerIsPositive() external {
        answer(primary, 0, START);
        expectFailure(single(8), Failure.NotPositive);
        answer(primary, -1, START);
        expectFailure(single(8), Failure.NotPositive);
        answer(primary, type(int256).min, START);
        expectFailure(single(8), Failure.NotPositive);
    }

    function test_R24_anAnswerIsBelow2To128() external {
        answer(primary, int256(uint256(type(uint128).max)), START);
        expectPrice(single(18), type(uint128).max, START);
        answer(primary, int256(uint256(type(uint128).max)) + 1, START);
        expectFailure(single(18), Failure.TooLarge);
        int256 most = int256(uint256(type(uint128).max) / 1e10);
        answer(primary, most, START);
        expectPrice(single(8), uint256(most) * 1e10, START);
        answer(primary, most + 1, START);
        expectFailure(single(8), Failure.TooLarge);
        answer(primary, type(int256).max, START);
        expectFailure(single(0), Failure.TooLarge);
    }

    function test_R24_staleIsATenthBeyondTheHeartbeat() external {
        answer(primary, 1e8, START - 95_040);
        expectPrice(single(8), 1e18, START - 95_040);
        answer(primary, 1e8, START - 95_041);
        expectFailure(single(8), Failure.Stale);
    }

    function test_R24_timesAreNeitherMissingNorInTheFuture() external {
        answer(primary, 1e8, 0);
        expectFailure(single(8), Failure.TimeInvalid);
        answer(primary, 1e8, START + 1);
        expectFailure(single(8), Failure.TimeInvalid);
        answer(primary, 1e8, type(uint256).max);
        expectFailure(single(8), Failure.TimeInvalid);
    }

    function test_R24_aFeedThatFailsInAnyWay() external {
        for (uint8 way = 1; way <= 3; ++way) {
            primary.fail(Answering.Way(way));
            expectFailure(single(8), Failure.CallFailed);
            expectFailure(pair(), Failure.CallFailed);
        }
        FeedPair memory nobody = single(8);
        nobody.primary.aggregator = address(0xdead);
        expectFailure(nobody, Failure.CallFailed);
    }

    function test_R24_aLongAnswerIsNotCopied() external {
        FeedPair memory verbose = single(8);
        verbose.primary.aggregator = address(new Verbose());
        expectFailure(verbose, Failure.NotPositive);
    }

    function test_R24_theSecondarySourceMustAgree() external {
        answer(secondary, 1.005e8, START - 60);
        expectPrice(pair(), 1e18, START - 60);
        answer(secondary, 1.00500001e8, START);
        expectFailure(pair(), Failure.SourcesDisagree);
        answer(primary, 1.005e8, START - 90);
        answer(secondary, 1e8, START);
        expectPrice(pair(), 1.005e18, START - 90);
        answer(primary, 1.00500001e8, START);
        expectFailure(pair(), Failure.SourcesDisagree);
    }

    function test_R24_aFailedSourceHasNoSubstitute() external {
        secondary.fail(Answering.Way.Revert);
        expectFailure(pair(), Failure.CallFailed);
        answer(secondary, 0, START);
        expectFailure(pair(), Failure.NotPositive);
        answer(secondary, 1e8, START - 95_041);
        expectFailure(pair(), Failure.Stale);
        answer(secondary, 1e8, START);
        answer(primary, 1e8, START - 95_041);
        expectFailure(pair(), Failure.Stale);
    }

    function test_R24_theSequencerIsUpAndHasBeen() external {
        Sequencer memory sequencer = Sequencer(address(uptime), 1 hours);
        assertEq(uint256(reader.check(Sequencer(address(0), 0))), 0, "none");
        assertEq(uint256(reader.check(sequencer)), 0, "up");
        uptime.set(abi.encode(1, 1, START - 1 days, START, 1));
        assertEq(uint256(reader.check(sequencer)), uint256(Failure.SequencerDown), "down");
        uptime.set(abi.encode(1, 0, START - 1 hours + 1, START, 1));
        assertEq(uint256(reader.check(sequencer)), uint256(Failure.SequencerJustUp), "grace");
        uptime.set(abi.encode(1, 0, START - 1 hours, START, 1));
        assertEq(uint256(reader.check(sequencer)), 0, "grace is over");
        uptime.set(abi.encode(1, 0, 0, START, 1));
        assertEq(uint256(reader.check(sequencer)), uint256(Failure.TimeInvalid), "not initialised");
        uptime.set(abi.encode(1, 0, START + 1, START, 1));
        assertEq(uint256(reader.check(sequencer)), uint256(Failure.TimeInvalid), "future");
        uptime.fail(Answering.Way.BurnGas);
        assertEq(uint256(reader.check(sequencer)), uint256(Failure.CallFailed), "failed");
    }

    /// @dev The 1/64 rule: what a caller with little gas gets is a revert, never a failure of the feed.
    function testFuzz_R24_littleGasFakesNoFailure(uint256 gasGiven) external view {
        gasGiven = bound(gasGiven, 3_000, 400_000);
        try reader.read{gas: gasGiven}(pair()) returns (uint256 price, uint256, Failure failure) {
            assertEq(uint256(failure), 0, "no failure");
            assertEq(price, 1e18, "price");
        } catch (bytes memory reason) {
            assertTrue(
                reason.length == 0 || bytes4(reason) == BoundedCall.InsufficientGas.selector, "refused for gas"
            );
        }
    }

    function test_R24_aFeedThatBurnsItsGasIsAFailureStill() external {
        primary.fail(Answering.Way.BurnGas);
        uint256 before = gasleft();
        expectFailure(single(8), Failure.CallFailed);
        uint256 used = before - gasleft();
        assertTrue(used > 150_000 && used < 180_000, "no more than it is given");
    }

    function test_refusesFeedsThatAreNotAsDescribed() external {
        primary.set(abi.encode(8));
        secondary.set(abi.encode(8));
        reader.validate(single(8));
        reader.validate(pair());
        FeedPair memory given = single(18);
        vm.expectRevert(
            abi.encodeWithSelector(PriceFeeds.DecimalsUnexpected.selector, address(primary), 18)
        );
        reader.validate(given);
        primary.set(abi.encode(19));
        given = single(19);
        vm.expectRevert(
            abi.encodeWithSelector(PriceFeeds.DecimalsUnexpected.selector, address(primary), 19)
        );
        reader.validate(given);
        primary.fail(Answering.Way.Revert);
        given = single(8);
        vm.expectRevert(abi.encodeWithSelector(PriceFeeds.DecimalsUnexpected.selector, address(primary), 8));
        reader.validate(given);
        primary.set(abi.encode(8));
        given.primary.heartbeat = 0;
        vm.expectRevert(
            abi.encodeWithSelector(PriceFeeds.HeartbeatOutOfRange.selector, address(primary), 0, 7 days)
        );
        reader.validate(given);
        given.primary.heartbeat = 7 days + 1;
        vm.expectRevert(
            abi.encodeWithSelector(PriceFeeds.HeartbeatOutOfRange.selector, address(primary), 7 days + 1, 7 days)
        );
        reader.validate(given);
        given.primary.aggregator = address(0);
        vm.expectRevert(abi.encodeWithSelector(PriceFeeds.ZeroAggregator.selector));
        reader.validate(given);
        given = pair();
        given.maxDeviation = 0;
        vm.expectRevert(abi.encodeWithSelector(PriceFeeds.DeviationOutOfRange.selector, 0, 2_000));
        reader.validate(given);
        given.maxDeviation = 2_001;
        vm.expectRevert(abi.encodeWithSelector(PriceFeeds.DeviationOutOfRange.selector, 2_001, 2_000));
        reader.validate(given);
        vm.expectRevert(abi.encodeWithSelector(PriceFeeds.GraceOutOfRange.selector, 1 days + 1, 1 days));
        reader.validate(Sequencer(address(uptime), 1 days + 1));
    }

    function test_aSourceGivesThePriceInTheTargetUnit() external {
        primary.set(abi.encode(8));
        secondary.set(abi.encode(8));
        FeedPair memory target = FeedPair(feedOf(secondary, 8), Feed(address(0), 0, 0), 0);
        FeedPair memory none;
        FeedPriceSource inUnit = new FeedPriceSource(single(8), target, Sequencer(address(uptime), 1 hours));
        FeedPriceSource inMoney = new FeedPriceSource(single(8), none, Sequencer(address(0), 0));
        answer(primary, 3e8, START - 1);
        answer(secondary, 2e8, START - 2);
        (uint256 wad, bool usable) = inUnit.price();
        assertTrue(wad == 1.5e18 && usable, "in the unit");
        (wad, usable) = inMoney.price();
        assertTrue(wad == 3e18 && usable, "in money");
        uint256 updatedAt;
        (, updatedAt,) = inUnit.read();
        assertEq(updatedAt, START - 2, "the oldest");
        answer(secondary, type(int128).max, START);
        (wad, usable) = inUnit.price();
        assertTrue(wad == 0 && !usable, "the unit's price is too large");
        answer(secondary, 2e8, START);
        uptime.set(abi.encode(1, 1, START - 1 days, START, 1));
        (wad, usable) = inUnit.price();
        assertTrue(wad == 0 && !usable, "sequencer down");
        (, usable) = inMoney.price();
        assertTrue(usable, "no sequencer");
        answer(primary, -1, START);
        (wad, usable) = inMoney.price();
        assertTrue(wad == 0 && !usable, "not positive");
    }

    function test_aQuotientOutOfRangeIsNoPrice() external {
        primary.set(abi.encode(18));
        secondary.set(abi.encode(18));
        FeedPair memory target = FeedPair(feedOf(secondary, 18), Feed(address(0), 0, 0), 0);
        FeedPriceSource source = new FeedPriceSource(single(18), target, Sequencer(address(0), 0));
        answer(primary, 1, START);
        answer(secondary, 2e18, START);
        (,, Failure failure) = source.read();
        assertEq(uint256(failure), uint256(Failure.NotPositive), "rounds to nothing");
        answer(primary, type(int128).max, START);
        answer(secondary, 1, START);
        (,, failure) = source.read();
        assertEq(uint256(failure), uint256(Failure.TooLarge), "too large");
    }
}
