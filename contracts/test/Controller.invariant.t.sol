// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedAutonomyController, ParameterUpdate, Recommendation} from "../src/BoundedAutonomyController.sol";
import {World} from "./World.sol";

/// @notice Lets time pass, hands in every kind of recommendation, and keeps what each change did.
contract Operators is World {
    uint256 public applied;
    uint256 public refused;
    uint256 public largestRise;
    uint256 public largestFall;
    uint256 public shortestPause = type(uint256).max;
    uint256 private _lastChange;

    constructor() {
        buildWorld(4);
        buildFee();
        _lastChange = block.timestamp;
    }

    /// @notice A quorum recommends values around the present one, after a while.
    function recommendAround(uint256 pause, uint256[3] memory seeds) external {
        vm.warp(block.timestamp + bound(pause, 0, 2 * uint256(COOLDOWN)));
        ParameterUpdate memory update = nextUpdate();
        uint256[] memory values = new uint256[](3);
        uint256 low = update.expected > 2 * STEP_DOWN ? update.expected - 2 * STEP_DOWN : 0;
        for (uint256 i = 0; i < 3; ++i) {
            values[i] = bound(seeds[i], low, update.expected + 2 * STEP_UP);
        }
        hand(update, recommend(update, sorted(values)));
    }

    /// @notice A minority recommends.
    function recommendAlone(uint256 value) external {
        ParameterUpdate memory update = nextUpdate();
        uint256[] memory values = new uint256[](2);
        values[0] = values[1] = bound(value, MIN, MAX);
        hand(update, recommend(update, values));
    }

    /// @notice A quorum pushes up by a full step each time.
    function pushUp() external {
        vm.warp(block.timestamp + COOLDOWN);
        ParameterUpdate memory update = nextUpdate();
        hand(update, agree(update, update.expected + STEP_UP));
    }

    function fee() external view returns (uint256) {
        return parameters.valueOf(FEE);
    }

    function sequence() external view returns (uint256) {
        return controller.sequenceOf(FEE);
    }

    function within() external view returns (bool) {
        uint256 value = parameters.valueOf(FEE);
        return
            MIN <= value && value <= MAX && largestRise <= STEP_UP && largestFall <= STEP_DOWN
                && shortestPause >= COOLDOWN;
    }

    function hand(ParameterUpdate memory update, Recommendation[] memory votes) private {
        uint256 before = parameters.valueOf(FEE);
        try controller.applyUpdate(update, votes, members()) {
            ++applied;
            uint256 value = parameters.valueOf(FEE);
            if (value > before && value - before > largestRise) largestRise = value - before;
            if (value < before && before - value > largestFall) largestFall = before - value;
            if (block.timestamp - _lastChange < shortestPause) shortestPause = block.timestamp - _lastChange;
            _lastChange = block.timestamp;
        } catch {
            ++refused;
        }
    }
}

contract ControllerInvariantTest is World {
    Operators private operators;

    function setUp() public {
        operators = new Operators();
    }

    /// @notice forge asks here which contracts to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(operators);
    }

    function invariant_valueStepsAndPausesStayWithinTheLimits() public view {
        assertTrue(operators.within(), "a limit was passed");
        assertEq(operators.sequence(), operators.applied(), "the sequence counts the changes");
    }

    /// @dev Without changes and refusals the invariant would say nothing.
    function test_theHandlerReachesBoth() public {
        for (uint256 i = 0; i < 20; ++i) {
            operators.pushUp();
        }
        operators.recommendAlone(0.1e18);
        assertEq(operators.applied(), 15, "steps of 1 % from 5 % to 20 %");
        assertEq(operators.refused(), 6, "refused");
        assertEq(operators.fee(), MAX, "fee");
    }
}
