// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IModule} from "../src/interfaces/IModule.sol";
import {IStabilityOracle} from "../src/interfaces/IStabilityOracle.sol";
import {Failure, Feed, FeedPair, PriceFeeds, Sequencer} from "../src/oracle/PriceFeeds.sol";
import {CollateralSource, OracleSettings, PegSource, StabilityOracle} from "../src/oracle/StabilityOracle.sol";
import {Answering} from "./BreakerWorld.sol";
import {Test} from "./Vm.sol";

/// @notice What the oracle makes of feeds and of what it recorded.
contract StabilityOracleTest is Test {
    uint256 private constant START = 1_800_000_000;
    uint256 private constant INTERVAL = 15 minutes;
    bytes32 private constant ETH = keccak256("ETH-A");
    bytes32 private constant BTC = keccak256("BTC-A");

    address private governance = address(0x60);
    address private modules = address(0x63);
    StabilityOracle private oracle;
    Answering private coin;
    Answering private eth;
    Answering private btc;
    Answering private depth;

    event Recorded(uint256 pegPrice, Failure pegFailure);

    function setUp() external {
        vm.warp(START);
        (coin, eth, btc, depth) = (new Answering(), new Answering(), new Answering(), new Answering());
        declare(coin);
        declare(eth);
        declare(btc);
        declare(depth);
        StabilityOracle code = new StabilityOracle(modules, governance);
        bytes memory call = abi.encodeCall(StabilityOracle.initialise, (settings(), peg()));
        oracle = StabilityOracle(address(new ERC1967Proxy(address(code), call)));
        answer(coin, 1e8);
        answer(eth, 2_000e8);
        answer(btc, 30_000e8);
        answer(depth, 4_000_000e8);
    }

    function settings() private pure returns (OracleSettings memory) {
        return OracleSettings(uint32(INTERVAL), 1 hours, 10, 200, 300, 2_000);
    }

    function feedOf(Answering feed) private pure returns (Feed memory) {
        return Feed(address(feed), 1 days, 8);
    }

    function single(Answering feed) private pure returns (FeedPair memory) {
        return FeedPair(feedOf(feed), Feed(address(0), 0, 0), 0);
    }

    function peg() private view returns (PegSource memory) {
        FeedPair memory none;
        return PegSource(single(coin), none, Sequencer(address(0), 0));
    }

    function collateral(Answering feed, uint16 weight) private view returns (CollateralSource memory) {
        return CollateralSource(single(feed), feedOf(depth), 10_000_000e18, weight);
    }

    function addCollaterals() private {
        declare(eth);
        declare(btc);
        declare(depth);
        vm.prank(governance);
        oracle.setCollateralSource(ETH, collateral(eth, 3));
        vm.prank(governance);
        oracle.setCollateralSource(BTC, collateral(btc, 1));
        answer(eth, 2_000e8);
        answer(btc, 30_000e8);
        answer(depth, 4_000_000e8);
    }

    function declare(Answering feed) private {
        feed.set(abi.encode(8));
    }

    function answer(Answering feed, uint256 value) private {
        feed.set(abi.encode(1, value, block.timestamp, block.timestamp, 1));
    }

    /// @notice Records a price of the coin, in basis points of its target, an interval later.
    function record(uint256 basisPoints) private {
        vm.warp(block.timestamp + INTERVAL);
        answer(coin, basisPoints * 1e4);
        oracle.record();
    }

    function metrics() private view returns (IStabilityOracle.StabilityMetrics memory) {
        return oracle.getStabilityMetrics();
    }

    function test_thePriceIsThatOfTheFeedsNow() external {
        record(10_000);
        answer(coin, 0.97e8);
        IStabilityOracle.StabilityMetrics memory given = metrics();
        assertEq(given.pegPrice, 0.97e18, "price");
        assertEq(given.pegVolatility, 0, "volatility");
        assertEq(given.updatedAt, block.timestamp, "time");
        assertTrue(given.isUsable && given.pegTrend == 0, "usable");
        assertEq(given.marketStress, 100, "3 % of 2 %");
    }

    function test_isUsableWhileTheRecordIsFresh() external {
        assertTrue(!metrics().isUsable, "not before the first record");
        assertEq(metrics().updatedAt, 0, "nor dated");
        record(10_000);
        uint256 recordedAt = block.timestamp;
        vm.warp(recordedAt + 1 hours);
        answer(coin, 1e8);
        assertTrue(metrics().isUsable, "as old as it may be");
        assertEq(metrics().updatedAt, recordedAt, "the oldest ingredient");
        vm.warp(recordedAt + 1 hours + 1);
        assertTrue(!metrics().isUsable, "too old");
    }

    function test_R24_aFailedFeedIsNoPrice() external {
        record(10_000);
        coin.fail(Answering.Way.Revert);
        IStabilityOracle.StabilityMetrics memory given = metrics();
        assertTrue(!given.isUsable && given.pegPrice == 0 && given.updatedAt == 0, "nothing in its place");
        assertEq(uint256(oracle.pegFailure()), uint256(Failure.CallFailed), "why");
        vm.warp(block.timestamp + INTERVAL);
        vm.expectEmit(address(oracle));
        emit Recorded(0, Failure.CallFailed);
        oracle.record();
        answer(coin, 1e8);
        assertTrue(metrics().isUsable, "back within its age");
    }

    function test_recordsOnceAnInterval() external {
        assertEq(oracle.nextRecordAt(), INTERVAL, "at once");
        oracle.record();
        vm.warp(START + INTERVAL - 1);
        vm.expectRevert(abi.encodeWithSelector(StabilityOracle.RecordTooEarly.selector, START + INTERVAL));
        oracle.record();
        vm.warp(START + INTERVAL);
        vm.expectEmit(address(oracle));
        emit Recorded(1e18, Failure.None);
        oracle.record();
    }

    /// @dev One step of 1 % in four periods of 900 s: sqrt(1e-4 * 86400 / 3600) = 4.898979485566356 %.
    function test_volatilityIsRealisedVolatilityADay() external {
        for (uint256 i = 0; i < 3; ++i) {
            record(10_000);
        }
        record(10_100);
        record(10_100);
        assertEq(metrics().pegVolatility, 48_989_794_855_663_561, "in 18 decimals");
    }

    function test_volatilityForgetsAfter24Records() external {
        for (uint256 i = 0; i < 3; ++i) {
            record(10_000);
        }
        record(10_100);
        for (uint256 i = 0; i < 24; ++i) {
            record(10_100);
        }
        uint256 held = metrics().pegVolatility;
        assertEq(held, 19_999_999_999_999_999 + 1, "one step of 1 % in 24 periods is 2 % a day");
        record(10_100);
        assertEq(metrics().pegVolatility, 0, "forgotten");
    }

    /// forge-config: default.fuzz.runs = 32
    function testFuzz_aSinglePrintLeavesNoTrace(uint256 print, uint256 when) external {
        when = bound(when, 2, 8);
        for (uint256 i = 0; i < 12; ++i) {
            record(i == when ? bound(print, 1, 50_000) : 10_000);
        }
        assertEq(metrics().pegVolatility, 0, "volatility");
        assertTrue(metrics().pegTrend == 0, "trend");
    }

    /// @dev A coin that multiplies: 200 % in five periods of 900 s is 2 * sqrt(86400 / 4500) a day.
    function test_aReturnCountsAsAtMost200Percent() external {
        for (uint256 i = 0; i < 4; ++i) {
            record(10_000);
        }
        record(100_000_000);
        record(100_000_000);
        assertEq(metrics().pegVolatility, 8_763_560_920_082_657_815, "200 % of 999,900 %");
    }

    /// @dev With five feeds that take all of their 150,000 the breaker's million suffices.
    function test_readingTakesLittleBesideTheFeeds() external {
        addCollaterals();
        walk(false, 26);
        uint256 before = gasleft();
        metrics();
        assertTrue(before - gasleft() < 150_000, "gas");
    }

    function test_aMissingSampleIsCoveredByTheNext() external {
        for (uint256 i = 0; i < 4; ++i) {
            record(10_000);
        }
        coin.fail(Answering.Way.Revert);
        vm.warp(block.timestamp + INTERVAL);
        oracle.record();
        record(10_100);
        record(10_100);
        // Six periods hold one step of 1 %.
        assertEq(metrics().pegVolatility, 39_999_999_999_999_999 + 1, "1 % in an hour and a half");
    }

    function test_trendHasADeadBand() external {
        for (uint256 i = 0; i < 3; ++i) {
            record(10_000);
        }
        record(10_010);
        record(10_010);
        assertTrue(metrics().pegTrend == 0, "within 10 basis points");
        record(10_021);
        record(10_021);
        assertTrue(metrics().pegTrend == 1, "rising");
        for (uint256 i = 0; i < 8; ++i) {
            record(10_021);
        }
        assertTrue(metrics().pegTrend == 0, "eight records later");
        record(10_000);
        record(10_000);
        assertTrue(metrics().pegTrend == -1, "falling");
    }

    function test_stressIsTheGreatestShareOfAScale() external {
        record(10_000);
        assertEq(metrics().marketStress, 0, "calm");
        answer(coin, 0.99e8);
        assertEq(metrics().marketStress, 50, "1 % of 2 %, below");
        answer(coin, 1.01e8);
        assertEq(metrics().marketStress, 50, "1 % of 2 %, above");
        answer(coin, 0.9801e8);
        assertEq(metrics().marketStress, 99, "rounded down");
        answer(coin, 0.5e8);
        assertEq(metrics().marketStress, 100, "no more than all");
        for (uint256 i = 0; i < 26; ++i) {
            record(10_000);
        }
        record(10_100);
        record(10_100);
        answer(coin, 1e8);
        assertEq(metrics().marketStress, 66, "2 % of 3 % a day, within an hour of the last record");
    }

    function test_stressKnowsThePool() external {
        addCollaterals();
        for (uint256 i = 0; i < 26; ++i) {
            record(10_000);
        }
        // 4 % of three quarters of the pool: 3 % in 24 periods, 6 % a day, of 20 %.
        answer(eth, 2_080e8);
        record(10_000);
        record(10_000);
        assertEq(oracle.poolVolatility(), 0.06e18, "pool");
        assertEq(metrics().marketStress, 30, "stress");
    }

    /// @notice A walk of both collaterals: returns of the second are `sign` times those of the first.
    function walk(bool isOpposite, uint256 steps) private {
        (uint256 a, uint256 b) = (2_000e8, 30_000e8);
        for (uint256 i = 0; i < steps; ++i) {
            bool isUp = (i / 2) % 2 == 0;
            a = isUp ? (a * 102) / 100 : (a * 98) / 100;
            b = isUp != isOpposite ? (b * 102) / 100 : (b * 98) / 100;
            answer(eth, a);
            answer(btc, b);
            record(10_000);
        }
        answer(depth, 4_000_000e8);
    }

    function test_correlationIsWithThePool() external {
        addCollaterals();
        walk(false, 20);
        assertEq(uint8(oracle.getCollateralMetrics(ETH).correlation), 100, "one of it");
        assertEq(uint8(oracle.getCollateralMetrics(BTC).correlation), 100, "the other too");
        vm.prank(governance);
        oracle.removeCollateral(BTC);
        vm.prank(governance);
        oracle.removeCollateral(ETH);
        addCollaterals();
        walk(true, 30);
        assertEq(uint8(oracle.getCollateralMetrics(ETH).correlation), 100, "three quarters of the pool");
        assertTrue(oracle.getCollateralMetrics(BTC).correlation == -100, "a quarter against it");
    }

    function test_collateralMetrics() external {
        addCollaterals();
        walk(false, 8);
        assertTrue(!oracle.getCollateralMetrics(ETH).isUsable, "seven returns");
        record(10_000);
        answer(eth, 2_100e8);
        IStabilityOracle.CollateralMetrics memory given = oracle.getCollateralMetrics(ETH);
        assertTrue(given.isUsable, "eight returns");
        assertEq(given.price, 2_100e18, "price");
        assertEq(given.liquidity, 40, "4 of 10 million");
        assertTrue(given.volatility > 0, "volatility");
        assertEq(given.updatedAt, block.timestamp - INTERVAL, "the depth is the oldest");
        answer(depth, 50_000_000e8);
        assertEq(oracle.getCollateralMetrics(ETH).liquidity, 100, "no more than all");
        depth.fail(Answering.Way.Revert);
        given = oracle.getCollateralMetrics(ETH);
        assertTrue(!given.isUsable && given.price == 0 && given.liquidity == 0, "no depth, no answer");
        answer(depth, 1e8);
        eth.fail(Answering.Way.Revert);
        assertTrue(!oracle.getCollateralMetrics(ETH).isUsable, "no price");
        assertTrue(oracle.getCollateralMetrics(BTC).isUsable, "the other goes on");
        vm.warp(block.timestamp + 1 hours + 1);
        assertTrue(!oracle.getCollateralMetrics(BTC).isUsable, "record too old");
        vm.expectRevert(abi.encodeWithSelector(StabilityOracle.CollateralUnknown.selector, keccak256("DOGE")));
        oracle.getCollateralMetrics(keccak256("DOGE"));
    }

    function test_aCollateralsFailureLeavesThePegAlone() external {
        addCollaterals();
        eth.fail(Answering.Way.BurnGas);
        record(10_000);
        assertTrue(metrics().isUsable, "usable");
    }

    function test_inAnotherUnit() external {
        declare(btc);
        declare(coin);
        PegSource memory source = peg();
        source.target = single(btc);
        vm.prank(governance);
        oracle.setPegSource(source);
        answer(btc, 1.25e8);
        answer(coin, 1e8);
        oracle.record();
        assertEq(metrics().pegPrice, 0.8e18, "coin / target");
        btc.fail(Answering.Way.Revert);
        assertTrue(!metrics().isUsable, "no target, no peg");
    }

    function test_poolHasAtMostEight() external {
        for (uint256 i = 1; i <= 8; ++i) {
            declare(eth);
            declare(depth);
            vm.prank(governance);
            oracle.setCollateralSource(bytes32(i), collateral(eth, 1));
        }
        vm.prank(governance);
        oracle.setCollateralSource(bytes32(uint256(8)), collateral(eth, 2));
        assertEq(oracle.collaterals().length, 8, "set again");
        vm.expectRevert(abi.encodeWithSelector(StabilityOracle.TooManyCollaterals.selector, 8));
        vm.prank(governance);
        oracle.setCollateralSource(bytes32(uint256(9)), collateral(eth, 1));
        vm.prank(governance);
        oracle.removeCollateral(bytes32(uint256(3)));
        bytes32[] memory left = oracle.collaterals();
        assertEq(left.length, 7, "removed");
        assertEq(left[2], bytes32(uint256(8)), "the last takes its place");
        assertEq(oracle.collateralSource(bytes32(uint256(8))).weight, 2, "weight");
        vm.expectRevert(abi.encodeWithSelector(StabilityOracle.CollateralUnknown.selector, bytes32(uint256(3))));
        vm.prank(governance);
        oracle.removeCollateral(bytes32(uint256(3)));
    }

    function test_collateralSourcesAreChecked() external {
        CollateralSource memory source = collateral(eth, 1);
        declare(eth);
        declare(depth);
        vm.expectRevert(abi.encodeWithSelector(StabilityOracle.ZeroCollateral.selector));
        vm.prank(governance);
        oracle.setCollateralSource(0, source);
        source.weight = 0;
        vm.expectRevert(outOfRange("weight", 0, 1, 10_000));
        vm.prank(governance);
        oracle.setCollateralSource(ETH, source);
        source.weight = 10_001;
        vm.expectRevert(outOfRange("weight", 10_001, 1, 10_000));
        vm.prank(governance);
        oracle.setCollateralSource(ETH, source);
        (source.weight, source.fullDepth) = (1, 0);
        vm.expectRevert(outOfRange("fullDepth", 0, 1, type(uint128).max));
        vm.prank(governance);
        oracle.setCollateralSource(ETH, source);
        source.depth.aggregator = address(0);
        vm.expectRevert(abi.encodeWithSelector(PriceFeeds.ZeroAggregator.selector));
        vm.prank(governance);
        oracle.setCollateralSource(ETH, source);
    }

    function outOfRange(bytes32 setting, uint256 given, uint256 least, uint256 most)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(StabilityOracle.SettingOutOfRange.selector, setting, given, least, most);
    }

    function changed(uint256 index, uint256 value) private pure returns (OracleSettings memory given) {
        given = settings();
        if (index == 0) (given.interval, given.maxAge) = (uint32(value), 1 days);
        else if (index == 1) given.maxAge = uint32(value);
        else if (index == 2) given.trendBand = uint16(value);
        else if (index == 3) given.fullDeviation = uint16(value);
        else if (index == 4) given.fullVolatility = uint16(value);
        else given.fullPoolVolatility = uint16(value);
    }

    function test_everySettingHasHardLimits() external {
        bytes32[6] memory names = [
            bytes32("interval"), "maxAge", "trendBand", "fullDeviation", "fullVolatility", "fullPoolVolatility"
        ];
        uint256[6] memory least = [uint256(1), INTERVAL, 1, 1, 1, 1];
        uint256[6] memory most = [uint256(6 hours), 2 days, 10_000, 10_000, 10_000, 10_000];
        for (uint256 i = 0; i < 6; ++i) {
            for (uint256 side = 0; side < 2; ++side) {
                uint256 edge = side == 0 ? least[i] : most[i];
                vm.prank(governance);
                oracle.setSettings(changed(i, edge));
                uint256 beyond = side == 0 ? edge - 1 : edge + 1;
                vm.expectRevert(outOfRange(names[i], beyond, least[i], most[i]));
                vm.prank(governance);
                oracle.setSettings(changed(i, beyond));
            }
        }
        (OracleSettings memory given, PegSource memory source) = oracle.configuration();
        assertEq(given.fullPoolVolatility, 10_000, "the last that passed");
        assertEq(source.coin.primary.aggregator, address(coin), "coin");
    }

    function testFuzz_onlyGovernanceSets(address caller) external {
        vm.assume(caller != governance);
        bytes[4] memory calls = [
            abi.encodeCall(StabilityOracle.setSettings, (settings())),
            abi.encodeCall(StabilityOracle.setPegSource, (peg())),
            abi.encodeCall(StabilityOracle.setCollateralSource, (ETH, collateral(eth, 1))),
            abi.encodeCall(StabilityOracle.removeCollateral, (ETH))
        ];
        bytes memory refusal = abi.encodeWithSelector(StabilityOracle.NotGovernance.selector, caller, governance);
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool isDone, bytes memory data) = address(oracle).call(calls[i]);
            assertTrue(!isDone && keccak256(data) == keccak256(refusal), "refused");
        }
    }

    function test_isInitialisedOnce() external {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        oracle.initialise(settings(), peg());
        StabilityOracle code = new StabilityOracle(modules, governance);
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        code.initialise(settings(), peg());
        refusesToDeploy(
            "StabilityOracle",
            abi.encode(modules, address(0)),
            abi.encodeWithSelector(StabilityOracle.ZeroGovernance.selector)
        );
    }

    function test_isAModuleThatTheModuleRegistryAloneReplaces() external {
        assertEq(oracle.moduleKey(), keccak256("STABILITY_ORACLE"), "key");
        assertEq(oracle.moduleVersion(), 1 << 64, "version");
        assertTrue(oracle.supportsInterface(type(IStabilityOracle).interfaceId), "oracle");
        assertTrue(oracle.supportsInterface(type(IModule).interfaceId), "module");
        assertTrue(oracle.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        assertTrue(!oracle.supportsInterface(0xffffffff), "nothing else");
        record(10_000);
        StabilityOracle next = new StabilityOracle(modules, address(0x64));
        (bool isDone,) = address(oracle).call(abi.encodeCall(oracle.upgradeToAndCall, (address(next), "")));
        assertTrue(!isDone, "not by anyone");
        vm.prank(governance);
        (isDone,) = address(oracle).call(abi.encodeCall(oracle.upgradeToAndCall, (address(next), "")));
        assertTrue(!isDone, "not by governance itself");
        vm.prank(modules);
        oracle.upgradeToAndCall(address(next), "");
        assertEq(oracle.GOVERNANCE(), address(0x64), "new code");
        assertTrue(metrics().isUsable, "what was recorded stays");
    }
}
