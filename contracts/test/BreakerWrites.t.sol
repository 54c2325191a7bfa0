// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CircuitBreaker} from "../src/CircuitBreaker.sol";
import {Answering, BreakerWorld} from "./BreakerWorld.sol";

/// @notice How many writes the breaker lets pass in a window.
contract BreakerWritesTest is BreakerWorld {
    function setUp() external {
        buildBreaker();
    }

    function test_tooManyWritesHaltAll() external {
        setWrites(1_000);
        observe(1);
        setWrites(1_064);
        observe(1);
        assertEq(tripsNow(), 0, "as many as allowed");
        setWrites(1_065);
        vm.warp(block.timestamp + INTERVAL);
        vm.expectEmit(address(breaker));
        emit CircuitBreaker.Tripped(CircuitBreaker.Cause.UpdateRate, 0);
        breaker.observe();
        assertTrue(breaker.status().all && !breaker.status().riskRaising, "all");
        observe(3);
        assertEq(tripsNow(), 1, "the count begins anew");
    }

    function test_theWindowOfWritesMovesOn() external {
        observe(1);
        for (uint64 day = 1; day <= 5; ++day) {
            setWrites(64 * day);
            vm.warp(block.timestamp + 1 days - INTERVAL);
            observe(1);
        }
        assertEq(tripsNow(), 0, "64 a day");
        setWrites(64 * 5 + 64 * 4);
        vm.warp(block.timestamp + 3 days - INTERVAL);
        observe(1);
        assertEq(tripsNow(), 0, "a gap of three days admits four windows' worth");
        setWrites(64 * 9 + 64 * 4 + 1);
        vm.warp(block.timestamp + 3 days - INTERVAL);
        observe(1);
        assertEq(tripsNow(), 1, "and no more");
    }

    function test_aWindowThatIsOverLeavesNothingToTheNext() external {
        observe(1);
        vm.warp(block.timestamp + 1 days - INTERVAL);
        observe(1);
        setWrites(65);
        observe(1);
        assertEq(tripsNow(), 1, "65 in the second window");
    }

    function test_writesAreCountedWhileTheOracleFails() external {
        observe(1);
        oracle.fail(Answering.Way.Revert);
        setWrites(65);
        observe(1);
        assertTrue(breaker.status().all, "all");
    }

    function test_theFirstCountOfWritesIsWhereCountingBegins() external {
        setWrites(1 << 40);
        observe(1);
        assertEq(tripsNow(), 0, "they were before");
        setWrites((1 << 40) + 65);
        observe(1);
        assertEq(tripsNow(), 1, "65 since");
    }

    function test_aLogThatFailsBeginsNoWindowOfWrites() external {
        setWrites(1_000);
        observe(1);
        log.fail(Answering.Way.Revert);
        vm.warp(block.timestamp + 1 days);
        observe(1);
        setWrites(1_000);
        observe(1);
        assertEq(tripsNow(), 0, "none was written");
    }
}
