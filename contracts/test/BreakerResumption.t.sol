// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CircuitBreaker} from "../src/CircuitBreaker.sol";
import {Halts} from "../src/breaker/Halts.sol";
import {Settings} from "../src/breaker/Settings.sol";
import {Level} from "../src/breaker/Severity.sol";
import {Answering, BreakerWorld} from "./BreakerWorld.sol";

/// @notice What observations have tripped resumes when its cause is over, and trips again at once (R19).
contract BreakerResumptionTest is BreakerWorld {
    bytes32 private constant ETH = keccak256("ETH-A");

    function setUp() external {
        buildBreaker();
    }

    function resumeRequest(Halts.Scope scope) private {
        vm.prank(governance);
        breaker.requestResume(scope, 0);
    }

    function test_R19_doesNotResumeWhileTheCauseStands() external {
        setPeg(0.97e18, 0);
        observe(3);
        Halts.Scope[3] memory scopes =
            [Halts.Scope.RiskRaising, Halts.Scope.VulnerableMinting, Halts.Scope.Minting];
        // Held by hysteresis, but no longer at the level: such observations take no resumption back.
        setPeg(0.983e18, 0);
        observe(5);
        for (uint256 i = 0; i < 3; ++i) {
            observe(1);
        }
        setPeg(0.9915e18, 0);
        observe(1);
        for (uint256 i = 0; i < 3; ++i) {
            resumeRequest(scopes[i]);
        }
        vm.warp(block.timestamp + RESUME_DELAY);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(CircuitBreaker.ObservationStale.selector, block.timestamp - RESUME_DELAY));
            breaker.resume(scopes[i], 0);
        }
        observe(1);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(standing(scopes[i], CircuitBreaker.Cause.Severity, 4));
            breaker.resume(scopes[i], 0);
        }
        observe(13);
        assertEq(severityNow(), 3, "held at severe");
        breaker.resume(Halts.Scope.Minting, 0);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(standing(scopes[i], CircuitBreaker.Cause.Severity, 3));
            breaker.resume(scopes[i], 0);
        }
        setPeg(1e18, 0);
        observe(14);
        breaker.resume(Halts.Scope.RiskRaising, 0);
        breaker.resume(Halts.Scope.VulnerableMinting, 0);
        assertTrue(!breaker.status().riskRaising && !breaker.isMintingHalted(ETH), "all is open");
    }

    function standing(Halts.Scope scope, CircuitBreaker.Cause cause, uint8 severity)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(CircuitBreaker.CauseStands.selector, scope, bytes32(0), cause, severity);
    }

    function test_R19_anObservationServesAResumptionAsLongAsItsVotesLive() external {
        setPeg(0.99e18, 0);
        observe(3);
        setPeg(1e18, 0);
        observe(13);
        resumeRequest(Halts.Scope.RiskRaising);
        vm.warp(block.timestamp + RESUME_DELAY);
        observe(1);
        vm.warp(block.timestamp + 1 hours);
        breaker.resume(Halts.Scope.RiskRaising, 0);
        assertTrue(!breaker.status().riskRaising, "resumed");
    }

    function test_R19_doesNotResumeOnAFailingOracle() external {
        oracle.fail(Answering.Way.Revert);
        observe(3);
        setPeg(1e18, 0);
        observe(1);
        resumeRequest(Halts.Scope.Minting);
        vm.warp(block.timestamp + RESUME_DELAY - 2 * INTERVAL);
        oracle.fail(Answering.Way.Revert);
        observe(2);
        setPeg(1e18, 0);
        observe(1);
        breaker.resume(Halts.Scope.Minting, 0);
        oracle.fail(Answering.Way.Revert);
        resumeRequest(Halts.Scope.RiskRaising);
        observe(1);
        vm.expectRevert(
            abi.encodeWithSelector(Halts.ResumptionCancelled.selector, Halts.Scope.RiskRaising, bytes32(0), 1, 2)
        );
        breaker.resume(Halts.Scope.RiskRaising, 0);
        setPeg(1e18, 0);
        observe(1);
        resumeRequest(Halts.Scope.RiskRaising);
        vm.warp(block.timestamp + RESUME_DELAY - 10 minutes);
        observe(1);
        oracle.fail(Answering.Way.Revert);
        observe(1);
        vm.warp(block.timestamp + INTERVAL);
        breaker.resume(Halts.Scope.RiskRaising, 0);
    }

    /// @dev Failures that a wide window still counts hold what they halted, after the delay too.
    function test_R19_doesNotResumeWhileFailuresAreCounted() external {
        Settings memory settings = defaultSettings();
        (settings.window, settings.timeToLive, settings.dwell) = (32, 1 days, 1 days);
        vm.prank(governance);
        breaker.setSettings(settings);
        oracle.fail(Answering.Way.Revert);
        observe(3);
        setPeg(1e18, 0);
        resumeRequest(Halts.Scope.RiskRaising);
        resumeRequest(Halts.Scope.Minting);
        vm.warp(block.timestamp + RESUME_DELAY - INTERVAL);
        observe(29);
        vm.expectRevert(standing(Halts.Scope.RiskRaising, CircuitBreaker.Cause.OracleFailure, 0));
        breaker.resume(Halts.Scope.RiskRaising, 0);
        vm.expectRevert(standing(Halts.Scope.Minting, CircuitBreaker.Cause.OracleFailure, 0));
        breaker.resume(Halts.Scope.Minting, 0);
        observe(1);
        breaker.resume(Halts.Scope.RiskRaising, 0);
        breaker.resume(Halts.Scope.Minting, 0);
        assertTrue(!breaker.status().riskRaising, "resumed");
    }

    function test_R19_aRelapseTakesTheResumptionBackAndTripsAgain() external {
        setPeg(0.97e18, 0);
        observe(3);
        setPeg(1e18, 0);
        observe(13);
        resumeRequest(Halts.Scope.Minting);
        vm.warp(block.timestamp + RESUME_DELAY / 2);
        setPeg(0.97e18, 0);
        observe(3);
        setPeg(1e18, 0);
        vm.warp(block.timestamp + RESUME_DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(Halts.ResumptionCancelled.selector, Halts.Scope.Minting, bytes32(0), 1, 2)
        );
        breaker.resume(Halts.Scope.Minting, 0);
    }

    /// @dev No cool-down (D07), and no vote that is left over (D05).
    function test_tripsAgainAtOnceAfterResuming() external {
        for (uint256 i = 0; i < 20; ++i) {
            setPeg(0.97e18, 0);
            observe(3);
            assertTrue(isHalted(Halts.Scope.Minting) && isHalted(Halts.Scope.RiskRaising), "tripped");
            setPeg(1e18, 0);
            observe(13);
            resumeRequest(Halts.Scope.Minting);
            resumeRequest(Halts.Scope.RiskRaising);
            vm.warp(block.timestamp + RESUME_DELAY);
            observe(1);
            breaker.resume(Halts.Scope.Minting, 0);
            breaker.resume(Halts.Scope.RiskRaising, 0);
            assertTrue(!isHalted(Halts.Scope.Minting) && !isHalted(Halts.Scope.RiskRaising), "resumed");
        }
    }

    /// @dev A breaker that looks idle after a reconfiguration while the protocol stays paused hides its halt (D06).
    function test_settingsResumeNothing() external {
        setPeg(0.97e18, 0);
        observe(3);
        vm.prank(guardian);
        breaker.haltParameter(ETH);
        Settings memory settings = defaultSettings();
        settings.window = 3;
        Level[4] memory levels = defaultLevels();
        levels[3].pegDeviation = 900;
        vm.prank(governance);
        breaker.setSettings(settings);
        vm.prank(governance);
        breaker.setLevels(levels);
        (Settings memory nowSettings, Level[4] memory nowLevels) = breaker.configuration();
        assertEq(nowSettings.window, 3, "window");
        assertEq(nowLevels[3].pegDeviation, 900, "level");
        assertEq(severityNow(), 4, "severity");
        assertTrue(isHalted(Halts.Scope.Minting) && isHalted(Halts.Scope.RiskRaising), "halts");
        assertTrue(breaker.isParameterHalted(ETH), "parameter");
    }

    /// @dev A wider window lets votes count that the narrower one had let go.
    function test_aSeverityThatSettingsRaiseTripsToo() external {
        Settings memory settings = defaultSettings();
        settings.window = 3;
        vm.prank(governance);
        breaker.setSettings(settings);
        for (uint256 i = 0; i < 4; ++i) {
            setPeg(i == 2 ? 1e18 : 0.985e18, 0);
            observe(1);
        }
        assertEq(severityNow(), 0, "two of three");
        vm.prank(governance);
        breaker.setSettings(defaultSettings());
        setPeg(1e18, 0);
        assertEq(observe(1), 3, "three of five");
        assertTrue(isHalted(Halts.Scope.RiskRaising), "no severity of 3 without a halt");
    }
}
