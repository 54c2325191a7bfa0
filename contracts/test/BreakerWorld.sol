// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CircuitBreaker} from "../src/CircuitBreaker.sol";
import {Halts} from "../src/breaker/Halts.sol";
import {Settings} from "../src/breaker/Settings.sol";
import {Level} from "../src/breaker/Severity.sol";
import {Test} from "./Vm.sol";

/// @notice A contract that answers every call with the words it is given, or fails in a way it is told.
contract Answering {
    enum Way {
        Answer,
        Revert,
        BurnGas,
        Short
    }

    bytes private answer;
    Way private way;

    function set(bytes calldata given) external {
        (answer, way) = (given, Way.Answer);
    }

    function fail(Way given) external {
        way = given;
    }

    fallback(bytes calldata) external returns (bytes memory given) {
        if (way == Way.Revert) revert("down");
        if (way == Way.BurnGas) {
            assembly {
                invalid()
            }
        }
        given = answer;
        if (way == Way.Short) {
            assembly {
                mstore(given, sub(mload(given), 1))
            }
        }
    }
}

/// @notice A breaker whose sources say what the test wants, with the defaults of the project.
abstract contract BreakerWorld is Test {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant RESUME_DELAY = 1 days;
    uint256 internal constant INTERVAL = 5 minutes;

    address internal governance = address(0x60);
    address internal guardian = address(0x61);
    Answering internal oracle;
    Answering internal health;
    Answering internal log;
    Answering internal models;
    CircuitBreaker internal breaker;

    function buildBreaker() internal {
        vm.warp(START);
        (oracle, health, log, models) = (new Answering(), new Answering(), new Answering(), new Answering());
        breaker = new CircuitBreaker(
            governance, sources(), RESUME_DELAY, one(guardian), defaultSettings(), defaultLevels()
        );
        setPeg(1e18, 0);
        setHealth(100, 0);
        setWrites(0);
        models.set(abi.encode(false));
    }

    function sources() internal view returns (CircuitBreaker.Sources memory) {
        return CircuitBreaker.Sources(address(oracle), address(health), address(log), address(models));
    }

    function one(address account) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }

    function defaultSettings() internal pure returns (Settings memory) {
        return Settings({
            interval: uint32(INTERVAL),
            timeToLive: 1 hours,
            window: 5,
            failureVotes: 3,
            holdPercent: 80,
            dwell: 1 hours,
            rateWindow: 1 days,
            maxWrites: 64,
            tripsOnDispute: true
        });
    }

    function defaultLevels() internal pure returns (Level[4] memory) {
        return [
            Level(25, 80, 200, 150, 3), Level(50, 70, 500, 200, 3), Level(100, 60, 1_000, 250, 3), Level(200, 50, 1_500, 300, 3)
        ];
    }

    /// @notice What the oracle says: price and daily volatility, both 18 decimals.
    function setPeg(uint256 price, uint256 volatility) internal {
        oracle.set(abi.encode(price, volatility, int256(0), uint256(0), block.timestamp, true));
    }

    function setHealth(uint256 given, uint256 liquidated) internal {
        health.set(abi.encode(given, liquidated, true));
    }

    function setWrites(uint64 count) internal {
        log.set(abi.encode(count, bytes32(0)));
    }

    /// @notice Observes `count` times, an interval apart.
    function observe(uint256 count) internal returns (uint8 severity) {
        for (uint256 i = 0; i < count; ++i) {
            vm.warp(block.timestamp + INTERVAL);
            severity = breaker.observe();
        }
    }

    function severityNow() internal view returns (uint8) {
        return breaker.status().severity;
    }

    function isHalted(Halts.Scope scope) internal view returns (bool) {
        return breaker.isHalted(scope, 0);
    }

    function tripsNow() internal view returns (uint256 trips) {
        (trips,) = breaker.history();
    }
}
