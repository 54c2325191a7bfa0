// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedCall} from "../src/BoundedCall.sol";
import {CircuitBreaker} from "../src/CircuitBreaker.sol";
import {Halts} from "../src/breaker/Halts.sol";
import {Settings} from "../src/breaker/Settings.sol";
import {Level} from "../src/breaker/Severity.sol";
import {ICollateralHealth} from "../src/interfaces/ICollateralHealth.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {IModelDisputes} from "../src/interfaces/IModelDisputes.sol";
import {IStabilityOracle} from "../src/interfaces/IStabilityOracle.sol";
import {Answering, BreakerWorld} from "./BreakerWorld.sol";

/// @notice What the breaker makes of its observations.
contract CircuitBreakerTest is BreakerWorld {
    bytes32 private constant ETH = keccak256("ETH-A");
    bytes32 private constant STURDY = keccak256("USD-A");

    event Observed(uint8 level, uint8 severity, bool isUsable, uint256 pegPrice);
    event Tripped(CircuitBreaker.Cause indexed cause, uint8 severity);
    event RiskRaisingHalted();
    event VulnerableMintingHalted();

    function setUp() external {
        buildBreaker();
        vm.prank(governance);
        breaker.setSturdy(STURDY, true);
    }

    /// @notice Sets one metric and leaves the others calm: 0 peg (below), 1 health, 2 liquidations, 3 volatility.
    function setMetric(uint256 metric, uint256 value) private {
        setPeg(1e18 - (metric == 0 ? value * 1e14 : 0), metric == 3 ? value * 1e14 : 0);
        setHealth(metric == 1 ? value : 100, metric == 2 ? value * 1e14 : 0);
    }

    function threshold(uint256 metric, uint256 level) private pure returns (uint256) {
        Level memory given = defaultLevels()[level - 1];
        if (metric == 0) return given.pegDeviation;
        if (metric == 1) return given.collateralHealth;
        return metric == 2 ? given.liquidations : given.volatility;
    }

    function test_all16ThresholdsAreInclusive() external {
        for (uint256 metric = 0; metric < 4; ++metric) {
            for (uint256 level = 1; level <= 4; ++level) {
                buildBreaker();
                uint256 limit = threshold(metric, level);
                setMetric(metric, metric == 1 ? limit + 1 : limit - 1);
                assertEq(observe(5), level - 1, "just short of it");
                setMetric(metric, limit);
                assertEq(observe(2), level - 1, "two votes of five");
                vm.expectEmit(address(breaker));
                emit Observed(uint8(level), uint8(level), true, metric == 0 ? 1e18 - limit * 1e14 : 1e18);
                assertEq(observe(1), level, "three votes of five");
            }
        }
    }

    function test_oneUnitShortOfABasisPointIsShort() external {
        setPeg(1e18 - 100e14 + 1, 0);
        assertEq(observe(5), 2, "below the target");
        setPeg(1e18 + 100e14 - 1, 0);
        assertEq(observe(5), 2, "above the target");
        setPeg(1e18 + 100e14, 0);
        assertEq(observe(3), 3, "at it");
    }

    function test_severityIsTheHighestOfTheMetrics() external {
        setPeg(1e18 - 30e14, 260e14);
        setHealth(65, 100e14);
        assertEq(observe(3), 3, "volatility");
    }

    function test_levelsBelowSevereHaltNothing() external {
        setPeg(0.9901e18, 0);
        assertEq(observe(20), 2, "high");
        assertEq(tripsNow(), 0, "no trip");
    }

    function test_severeHaltsRiskRaisingAndVulnerableMinting() external {
        setPeg(0.989e18, 0);
        observe(2);
        assertEq(tripsNow(), 0, "not yet");
        vm.warp(block.timestamp + INTERVAL);
        vm.expectEmit(address(breaker));
        emit Tripped(CircuitBreaker.Cause.Severity, 3);
        vm.expectEmit(address(breaker));
        emit RiskRaisingHalted();
        vm.expectEmit(address(breaker));
        emit VulnerableMintingHalted();
        vm.expectEmit(address(breaker));
        emit Observed(3, 3, true, 0.989e18);
        breaker.observe();
        assertTrue(breaker.status().riskRaising && !breaker.status().all, "risk-raising");
        assertTrue(breaker.isMintingHalted(ETH), "an unknown collateral is vulnerable");
        assertTrue(!breaker.isMintingHalted(STURDY) && !breaker.isMintingHalted(0), "sturdy goes on");
        assertTrue(!breaker.isBurningHalted(ETH) && !breaker.isBurningHalted(0), "redemption goes on");
    }

    function test_criticalHaltsMintingAsAWhole() external {
        setPeg(0.97e18, 0);
        assertEq(observe(3), 4, "critical");
        assertTrue(breaker.isMintingHalted(STURDY) && breaker.isMintingHalted(0), "minting");
        assertTrue(!breaker.isBurningHalted(0), "redemption goes on");
    }

    function test_mintingHaltsAtTheVeryThreshold() external {
        setPeg(0.99e18, 0);
        observe(3);
        assertTrue(breaker.isMintingHalted(ETH) && !breaker.isMintingHalted(0), "severe");
        setPeg(0.98e18, 0);
        observe(3);
        assertTrue(breaker.isMintingHalted(0), "critical");
    }

    function test_oneCriticalPrintAmongSevereOnesHaltsNoMoreThanThose() external {
        setPeg(0.989e18, 0);
        observe(3);
        setPeg(0.5e18, 0);
        assertEq(observe(2), 3, "two votes for critical");
        assertTrue(!breaker.isMintingHalted(0), "minting as a whole goes on");
        observe(1);
        assertTrue(breaker.isMintingHalted(0), "three");
    }

    function test_aCoinAboveItsTargetHaltsNoMinting() external {
        setPeg(1.05e18, 0);
        assertEq(observe(3), 4, "critical");
        assertTrue(isHalted(Halts.Scope.RiskRaising), "risk-raising");
        assertTrue(!breaker.isMintingHalted(ETH) && !breaker.isMintingHalted(0), "minting brings it back");
        setHealth(55, 0);
        observe(1);
        assertTrue(breaker.isMintingHalted(ETH) && !breaker.isMintingHalted(0), "another metric is severe");
        setHealth(100, 0);
        setPeg(0.97e18, 0);
        observe(1);
        assertTrue(breaker.isMintingHalted(0), "below the target");
    }

    /// forge-config: default.fuzz.runs = 32
    function testFuzz_oneOrTwoPrintsTripNothing(uint256 price, uint256 gap) external {
        observe(5);
        setPeg(bound(price, 1, 5e18), 0);
        observe(1);
        setPeg(1e18, 0);
        observe(bound(gap, 0, 6));
        setPeg(bound(price, 1, 5e18), 0);
        observe(1);
        setPeg(1e18, 0);
        observe(6);
        assertEq(tripsNow(), 0, "no trip");
        assertEq(severityNow(), 0, "normal");
    }

    function testFuzz_tripsByTheThirdObservationOfAStep(uint256 price, uint256 before) external {
        setPeg(bound(before, 0.9976e18, 1.0024e18), 0);
        observe(bound(before, 0, 7));
        setPeg(bound(price, 0.01e18, 0.99e18), 0);
        observe(2);
        assertEq(tripsNow(), 0, "two votes");
        observe(1);
        assertTrue(isHalted(Halts.Scope.RiskRaising), "three votes");
    }

    /// @dev k of n: every pattern of n observations trips exactly when some n in a row hold k votes.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_tripsExactlyAtKOfN(uint32 pattern) external {
        uint256 ring = 0;
        bool isTripped = false;
        for (uint256 i = 0; i < 24; ++i) {
            bool bad = (pattern >> i) & 1 == 1;
            setPeg(bad ? 0.985e18 : 1e18, 0);
            observe(1);
            ring = ((ring << 1) | (bad ? 1 : 0)) & 31;
            uint256 votes = 0;
            for (uint256 j = 0; j < 5; ++j) {
                votes += (ring >> j) & 1;
            }
            isTripped = isTripped || votes >= 3;
            assertTrue(isHalted(Halts.Scope.RiskRaising) == isTripped, "tripped");
            uint32[5] memory votes_ = breaker.votes();
            assertEq(votes_[2] & 31, ring, "votes for severe");
            assertEq(uint256(votes_[3]) + votes_[4], 0, "none for critical, no failure");
        }
    }

    function test_severityFallsAfterTheDwellOfCalmOnly() external {
        setPeg(0.99e18, 0);
        observe(3);
        setPeg(0.992e18, 0);
        assertEq(observe(50), 3, "80 basis points hold what 100 entered");
        setPeg(0.9921e18, 0);
        assertEq(observe(12), 3, "55 minutes of calm");
        assertEq(observe(1), 2, "an hour, and the level that it held");
        setPeg(1e18, 0);
        assertEq(observe(12), 2, "calm begins anew");
        assertEq(observe(1), 0, "normal");
        assertTrue(isHalted(Halts.Scope.RiskRaising), "what tripped stays halted");
    }

    function test_severityFallsToTheHighestLevelOfTheDwell() external {
        setPeg(0.99e18, 0);
        observe(3);
        setPeg(0.9955e18, 0);
        observe(1);
        setPeg(1e18, 0);
        assertEq(observe(12), 2, "80 percent of 50 basis points at its beginning");
    }

    function test_aLongDwellIsObservedToItsEnd() external {
        Settings memory settings = defaultSettings();
        settings.dwell = 1 days;
        vm.prank(governance);
        breaker.setSettings(settings);
        setPeg(0.99e18, 0);
        observe(3);
        setPeg(1e18, 0);
        assertEq(observe(288), 3, "one observation short of a day");
        assertEq(observe(1), 0, "a day");
    }

    function test_onePrintBeginsTheDwellAnew() external {
        setPeg(0.99e18, 0);
        observe(3);
        setPeg(1e18, 0);
        observe(12);
        setPeg(0.99e18, 0);
        observe(1);
        setPeg(1e18, 0);
        assertEq(observe(12), 3, "not yet");
        assertEq(observe(1), 0, "a whole dwell");
    }

    function test_R24_aFailureBeginsTheDwellAnew() external {
        setPeg(0.99e18, 0);
        observe(3);
        setPeg(1e18, 0);
        observe(6);
        oracle.fail(Answering.Way.Revert);
        observe(1);
        setPeg(1e18, 0);
        assertEq(observe(12), 3, "not yet");
        assertEq(observe(1), 0, "a whole dwell");
    }

    function test_aDwellWithoutObservationsIsNoCalm() external {
        setPeg(0.99e18, 0);
        observe(3);
        setPeg(1e18, 0);
        observe(1);
        vm.warp(block.timestamp + 55 minutes);
        assertEq(observe(1), 3, "two observations, an hour apart");
        assertEq(observe(2), 3, "four");
        assertEq(observe(1), 0, "as many as the window");
    }

    /// @dev Oscillation at the threshold: the severity is raised once and does not flap.
    function test_doesNotFlapAtTheThreshold() external {
        uint256 changes = 0;
        uint8 last = 0;
        for (uint256 i = 0; i < 120; ++i) {
            setPeg(i % 2 == 0 ? 0.99499e18 : 0.99501e18, 0);
            uint8 severity = observe(1);
            if (severity != last) ++changes;
            last = severity;
        }
        assertEq(last, 2, "high");
        assertEq(changes, 2, "elevated, then high");
        assertEq(tripsNow(), 0, "no trip");
    }

    function test_aGapForgetsVotesAndCalm() external {
        setPeg(0.98e18, 0);
        observe(2);
        vm.warp(block.timestamp + 1 hours + 1 - INTERVAL);
        observe(1);
        assertEq(severityNow(), 0, "two votes died");
        observe(2);
        assertEq(severityNow(), 4, "three new ones");
        setPeg(1e18, 0);
        observe(4);
        vm.warp(block.timestamp + 2 hours);
        observe(4);
        assertEq(severityNow(), 4, "no calm through a gap");
    }

    function test_onceAnInterval() external {
        observe(1);
        uint256 readyAt = block.timestamp + INTERVAL;
        assertEq(breaker.nextObservationAt(), readyAt, "next");
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(CircuitBreaker.ObservationTooEarly.selector, readyAt));
        breaker.observe();
        vm.warp(readyAt);
        breaker.observe();
    }

    function sourceOf(uint256 source) private view returns (Answering) {
        if (source == 0) return oracle;
        if (source == 1) return health;
        return source == 2 ? log : models;
    }

    function test_eachSourceIsAskedWhatItIsFor() external {
        vm.expectCall(address(oracle), abi.encodeCall(IStabilityOracle.getStabilityMetrics, ()), 1);
        vm.expectCall(address(health), abi.encodeCall(ICollateralHealth.collateralHealth, ()), 1);
        vm.expectCall(address(log), abi.encodeCall(IDecisionLog.head, ()), 1);
        vm.expectCall(address(models), abi.encodeCall(IModelDisputes.isContested, ()), 1);
        observe(1);
    }

    function test_R24_aFailedSourceIsAFailureAndNoPrice() external {
        for (uint256 source = 0; source < 4; ++source) {
            for (uint8 way = 1; way <= 3; ++way) {
                buildBreaker();
                setPeg(0.95e18, 0);
                observe(2);
                sourceOf(source).fail(Answering.Way(way));
                vm.warp(block.timestamp + INTERVAL);
                vm.expectEmit(address(breaker));
                emit Observed(0, 0, false, 0);
                breaker.observe();
                assertEq(observe(1), 0, "two failures");
                assertEq(tripsNow(), 0, "no trip yet");
                observe(1);
                assertTrue(isHalted(Halts.Scope.RiskRaising) && breaker.isMintingHalted(0), "three failures");
                assertTrue(!breaker.status().all && !breaker.isBurningHalted(0), "no more than that");
                assertEq(severityNow(), 0, "severity is that of prices");
            }
        }
    }

    function test_R24_whatSaysThatItIsNotUsableFails() external {
        oracle.set(abi.encode(1e18, 0, 0, 0, block.timestamp, false));
        assertTrue(observe(3) == 0 && isHalted(Halts.Scope.Minting), "oracle");
        buildBreaker();
        health.set(abi.encode(100, 0, false));
        assertTrue(observe(3) == 0 && isHalted(Halts.Scope.Minting), "health");
        buildBreaker();
        health.set(abi.encode(101, 0, true));
        assertTrue(observe(3) == 0 && isHalted(Halts.Scope.Minting), "health out of range");
        buildBreaker();
        setPeg(0, 0);
        assertTrue(observe(3) == 0 && isHalted(Halts.Scope.Minting), "price zero");
        buildBreaker();
        setPeg(1 << 128, 0);
        assertTrue(observe(3) == 0 && isHalted(Halts.Scope.Minting), "price beyond reason");
        buildBreaker();
        log.set(abi.encode(1 << 64, 0));
        assertTrue(observe(3) == 0 && isHalted(Halts.Scope.Minting), "count beyond reason");
    }

    function test_R24_failuresVoteAmongObservations() external {
        for (uint256 i = 0; i < 10; ++i) {
            if (i % 3 == 0) oracle.fail(Answering.Way.Revert);
            else setPeg(1e18, 0);
            observe(1);
        }
        assertEq(tripsNow(), 0, "two of any five");
        oracle.fail(Answering.Way.Revert);
        observe(1);
        assertEq(tripsNow(), 1, "three of five");
    }

    /// @dev EIP-150: with little gas the inner call would fail and look like a failed oracle.
    function testFuzz_R24_littleGasFakesNoFailure(uint256 gasGiven) external {
        vm.warp(block.timestamp + INTERVAL);
        gasGiven = bound(gasGiven, 30_000, 3_000_000);
        try breaker.observe{gas: gasGiven}() {
            assertEq(breaker.votes()[4], 0, "no failure");
        } catch (bytes memory reason) {
            assertTrue(
                reason.length == 0 || bytes4(reason) == BoundedCall.InsufficientGas.selector, "refused for gas"
            );
        }
        assertEq(tripsNow(), 0, "no trip");
    }

    /// @dev Little gas is refused by a check of its own, before a source is asked.
    function test_R24_littleGasIsRefusedForWhatItIs() external {
        vm.warp(block.timestamp + INTERVAL);
        uint256 refusals = 0;
        for (uint256 gasGiven = 50_000; gasGiven < 3_000_000; gasGiven += 25_000) {
            try breaker.observe{gas: gasGiven}() {
                break;
            } catch (bytes memory reason) {
                if (bytes4(reason) != BoundedCall.InsufficientGas.selector) continue;
                ++refusals;
                (uint256 left, uint256 needed) = this.wordsOf(reason);
                assertTrue(left < needed && left < gasGiven, "what was left");
                // 64/63 of what a source may use, and 10,000 beside it: a count or a dispute, the oracle, the vaults.
                assertTrue(needed == 314_761 || needed == 1_025_873 || needed == 2_041_746, "what is needed");
            }
        }
        assertTrue(refusals > 10, "refused");
    }

    function wordsOf(bytes calldata reason) external pure returns (uint256, uint256) {
        return abi.decode(reason[4:], (uint256, uint256));
    }

    /// @dev A count of 64 bits is a count, and one of more is a failed log.
    function test_R24_aCountOfWritesHas64Bits() external {
        setWrites(type(uint64).max);
        observe(1);
        assertEq(breaker.votes()[4], 0, "read");
        log.set(abi.encode(uint256(type(uint64).max) + 1, bytes32(0)));
        observe(1);
        assertEq(breaker.votes()[4], 1, "failed");
    }

    function test_R24_aPriceHas128Bits() external {
        setPeg(type(uint128).max, 0);
        observe(1);
        assertEq(breaker.votes()[4], 0, "read");
        setPeg(uint256(type(uint128).max) + 1, 0);
        observe(1);
        assertEq(breaker.votes()[4], 1, "failed");
    }

    function test_aDisputedModelHaltsRiskRaising() external {
        models.set(abi.encode(true));
        vm.warp(block.timestamp + INTERVAL);
        vm.expectEmit(address(breaker));
        emit Tripped(CircuitBreaker.Cause.ModelDispute, 0);
        breaker.observe();
        assertTrue(breaker.status().riskRaising && !breaker.isMintingHalted(ETH), "risk-raising alone");
        buildBreaker();
        Settings memory settings = defaultSettings();
        settings.tripsOnDispute = false;
        vm.prank(governance);
        breaker.setSettings(settings);
        models.set(abi.encode(true));
        observe(5);
        assertEq(tripsNow(), 0, "switched off");
    }

    function test_worksWithoutHealthAndModels() external {
        CircuitBreaker bare = new CircuitBreaker(
            governance,
            CircuitBreaker.Sources(address(oracle), address(0), address(log), address(0)),
            RESUME_DELAY,
            one(guardian),
            defaultSettings(),
            defaultLevels()
        );
        health.fail(Answering.Way.Revert);
        setPeg(0.98e18, 0);
        for (uint256 i = 0; i < 3; ++i) {
            vm.warp(block.timestamp + INTERVAL);
            bare.observe();
        }
        assertEq(bare.status().severity, 4, "critical");
    }
}
