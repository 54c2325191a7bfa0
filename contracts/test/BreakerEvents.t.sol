// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CircuitBreaker} from "../src/CircuitBreaker.sol";
import {Settings} from "../src/breaker/Settings.sol";
import {Level} from "../src/breaker/Severity.sol";
import {BreakerWorld} from "./BreakerWorld.sol";

interface LogsVm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
}

/// @notice Who reads the events alone knows what is halted, and how the breaker observes.
contract BreakerEventsTest is BreakerWorld {
    LogsVm private constant vmLogs = LogsVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function setUp() external {
        buildBreaker();
    }

    /// @return counts Of the halts of all, of what raises risk, of minting and of vulnerable minting, then of trips.
    function saidByTheNextObservation() private returns (uint256[5] memory counts) {
        vmLogs.recordLogs();
        observe(1);
        LogsVm.Log[] memory logs = vmLogs.getRecordedLogs();
        bytes32[5] memory topics = [
            keccak256("AllHalted()"),
            keccak256("RiskRaisingHalted()"),
            keccak256("MintingHalted(bytes32)"),
            keccak256("VulnerableMintingHalted()"),
            CircuitBreaker.Tripped.selector
        ];
        for (uint256 i = 0; i < logs.length; ++i) {
            for (uint256 j = 0; j < 5; ++j) {
                if (logs[i].topics[0] == topics[j]) ++counts[j];
            }
        }
    }

    function says(uint256[5] memory expected) private {
        assertEq(keccak256(abi.encode(saidByTheNextObservation())), keccak256(abi.encode(expected)), "events");
    }

    function test_aTripSaysWhatItHaltsOnceAndNothingElse() external {
        setPeg(0.985e18, 0);
        observe(2);
        says([uint256(0), 1, 0, 1, 1]);
        says([uint256(0), 0, 0, 0, 1]);
        setPeg(0.97e18, 0);
        says([uint256(0), 0, 0, 0, 1]);
        observe(1);
        says([uint256(0), 0, 1, 0, 1]);
        setPeg(1e18, 0);
        setWrites(65);
        says([uint256(1), 0, 0, 0, 1]);
    }

    function test_anObservationSaysItsOwnLevelAndTheSeverity() external {
        setPeg(0.985e18, 0);
        vm.warp(block.timestamp + INTERVAL);
        vm.expectEmit(address(breaker));
        emit CircuitBreaker.Observed(3, 0, true, 0.985e18);
        breaker.observe();
    }

    function test_settingsAndLevelsAreSaid() external {
        Settings memory settings = defaultSettings();
        settings.maxWrites = 1;
        vm.expectEmit(address(breaker));
        emit CircuitBreaker.SettingsChanged(settings);
        vm.prank(governance);
        breaker.setSettings(settings);
        Level[4] memory levels = defaultLevels();
        levels[0].votes = 2;
        vm.expectEmit(address(breaker));
        emit CircuitBreaker.LevelsChanged(levels);
        vm.prank(governance);
        breaker.setLevels(levels);
    }
}
