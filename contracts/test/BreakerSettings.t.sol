// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Settings, SettingsLimits} from "../src/breaker/Settings.sol";
import {CircuitBreaker} from "../src/CircuitBreaker.sol";
import {Level} from "../src/breaker/Severity.sol";
import {BreakerWorld} from "./BreakerWorld.sol";

/// @notice Governance cannot set what would keep the breaker from tripping, or trip it on a single print.
contract BreakerSettingsTest is BreakerWorld {
    function setUp() external {
        buildBreaker();
    }

    /// @notice The defaults with one setting changed; the others follow where they must.
    function changed(uint256 index, uint256 value) private pure returns (Settings memory settings) {
        settings = defaultSettings();
        if (index == 0) (settings.interval, settings.timeToLive, settings.dwell) = (uint32(value), 1 days, 1 days);
        else if (index == 1) settings.timeToLive = uint32(value);
        else if (index == 2) settings.window = uint8(value);
        else if (index == 3) settings.failureVotes = uint8(value);
        else if (index == 4) settings.holdPercent = uint8(value);
        else if (index == 5) settings.dwell = uint32(value);
        else if (index == 6) settings.rateWindow = uint32(value);
        else settings.maxWrites = uint16(value);
    }

    function set(Settings memory settings) private {
        vm.prank(governance);
        breaker.setSettings(settings);
    }

    function set(Level[4] memory levels) private {
        vm.prank(governance);
        breaker.setLevels(levels);
    }

    function refusal(bytes32 setting, uint256 given, uint256 least, uint256 most) private pure returns (bytes memory) {
        return abi.encodeWithSelector(SettingsLimits.SettingOutOfRange.selector, setting, given, least, most);
    }

    function test_everySettingHasHardLimits() external {
        bytes32[8] memory names = [
            bytes32("interval"), "timeToLive", "window", "failureVotes", "holdPercent", "dwell", "rateWindow", "maxWrites"
        ];
        uint256[8] memory least = [uint256(1), INTERVAL, 3, 2, 50, INTERVAL, 1 minutes, 1];
        uint256[8] memory most = [uint256(6 hours), 1 days, 32, 5, 95, 7 days, 7 days, 10_000];
        for (uint256 i = 0; i < 8; ++i) {
            set(changed(i, least[i]));
            set(changed(i, most[i]));
            vm.expectRevert(refusal(names[i], least[i] - 1, least[i], most[i]));
            set(changed(i, least[i] - 1));
            vm.expectRevert(refusal(names[i], most[i] + 1, least[i], most[i]));
            set(changed(i, most[i] + 1));
        }
    }

    function levelsWith(uint256 index, uint256 value) private pure returns (Level[4] memory levels) {
        levels = defaultLevels();
        // The least of a rising metric at level 1, the greatest at level 4, so that the others need not follow.
        Level memory level = value < 30 ? levels[0] : levels[3];
        if (index == 1) level = value < 30 ? levels[3] : levels[0];
        if (index == 0) level.pegDeviation = uint16(value);
        else if (index == 1) level.collateralHealth = uint8(value);
        else if (index == 2) level.liquidations = uint16(value);
        else if (index == 3) level.volatility = uint16(value);
        else level.votes = uint8(value);
    }

    function test_everyThresholdHasHardLimits() external {
        bytes32[5] memory names = [bytes32("pegDeviation"), "collateralHealth", "liquidations", "volatility", "votes"];
        uint256[5] memory least = [uint256(5), 0, 1, 1, 2];
        uint256[5] memory most = [uint256(1_000), 99, 10_000, 10_000, 5];
        for (uint256 i = 0; i < 5; ++i) {
            set(levelsWith(i, least[i]));
            set(levelsWith(i, most[i]));
            if (least[i] > 0) {
                vm.expectRevert(refusal(names[i], least[i] - 1, least[i], most[i]));
                set(levelsWith(i, least[i] - 1));
            }
            vm.expectRevert(refusal(names[i], most[i] + 1, least[i], most[i]));
            set(levelsWith(i, most[i] + 1));
        }
        (Settings memory settings,) = breaker.configuration();
        settings.window = 3;
        Level[4] memory levels = defaultLevels();
        levels[2].votes = 4;
        set(levels);
        vm.expectRevert(refusal("votes", 4, 2, 3));
        set(settings);
    }

    /// @dev 84 percent of a shortfall of 60 is 50.4: one of 50 holds nothing.
    function test_theShareThatHoldsALevelIsNotRounded() external {
        set(changed(4, 84));
        Level[4] memory levels = defaultLevels();
        for (uint8 i = 0; i < 4; ++i) {
            levels[i].collateralHealth = 43 - i;
        }
        set(levels);
        setHealth(40, 0);
        assertEq(observe(3), 4, "critical");
        setHealth(50, 0);
        assertEq(observe(13), 3, "held by the threshold of 59 alone");
    }

    function test_levelsRiseInEveryMetric() external {
        for (uint256 level = 1; level < 4; ++level) {
            for (uint256 metric = 0; metric < 4; ++metric) {
                Level[4] memory levels = defaultLevels();
                Level memory lower = levels[level - 1];
                if (metric == 0) levels[level].pegDeviation = lower.pegDeviation;
                else if (metric == 1) levels[level].collateralHealth = lower.collateralHealth;
                else if (metric == 2) levels[level].liquidations = lower.liquidations;
                else levels[level].volatility = lower.volatility;
                vm.expectRevert(abi.encodeWithSelector(SettingsLimits.LevelsNotRising.selector, level + 1));
                set(levels);
            }
        }
    }

    function test_theConstructorChecksToo() external {
        Settings memory settings = changed(2, 33);
        Level[4] memory levels = defaultLevels();
        refusesToDeploy(
            "CircuitBreaker",
            abi.encode(governance, sources(), RESUME_DELAY, one(guardian), settings, levels),
            refusal("window", 33, 3, 32)
        );
        levels[1].pegDeviation = 25;
        settings = defaultSettings();
        refusesToDeploy(
            "CircuitBreaker",
            abi.encode(governance, sources(), RESUME_DELAY, one(guardian), settings, levels),
            abi.encodeWithSelector(SettingsLimits.LevelsNotRising.selector, 2)
        );
        CircuitBreaker.Sources memory none = sources();
        none.oracle = address(0);
        refusesToDeploy(
            "CircuitBreaker",
            abi.encode(governance, none, RESUME_DELAY, one(guardian), settings, defaultLevels()),
            abi.encodeWithSelector(CircuitBreaker.ZeroSource.selector)
        );
        none = sources();
        none.log = address(0);
        refusesToDeploy(
            "CircuitBreaker",
            abi.encode(governance, none, RESUME_DELAY, one(guardian), settings, defaultLevels()),
            abi.encodeWithSelector(CircuitBreaker.ZeroSource.selector)
        );
    }
}
