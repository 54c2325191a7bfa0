// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {IParameterRegistry} from "../src/interfaces/IParameterRegistry.sol";
import {Limits} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

/// @notice Where `allowed` ends: at the bounds, at a halt, at a band that has left the value outside.
contract ParameterAllowanceTest is RulesWorld {
    function setUp() public {
        buildRules();
    }

    function allows(bytes32 id, uint64 lowest, uint64 highest) private view {
        IParameterRegistry.Allowance memory given = parameters.allowed(id);
        assertEq(given.lowest, lowest, "lowest");
        assertEq(given.highest, highest, "highest");
    }

    function setValue(uint64 value) private {
        vm.prank(governance);
        parameters.setValue(FEE, value, WHY);
        vm.warp(block.timestamp + COOLDOWN);
    }

    function test_R23_whatIsAllowedEndsAtTheBounds() public {
        setValue(MIN + 1);
        allows(FEE, MIN, MIN + 1 + STEP_UP);
        setValue(MAX - 1);
        allows(FEE, MAX - 1 - STEP_DOWN, MAX);
    }

    function test_R23_boundsThatMeetLeaveNothing() public {
        Limits memory given = limits();
        (given.min, given.max) = (FIRST_FEE, FIRST_FEE);
        relimit(FEE, given);
        vm.warp(block.timestamp + COOLDOWN);
        allows(FEE, FIRST_FEE, FIRST_FEE);
    }

    function test_R23_aStepDownMayBeLongerThanTheValue() public {
        Limits memory given = limits();
        given.min = 0;
        relimit(FEE, given);
        setValue(STEP_DOWN - 1);
        allows(FEE, 0, STEP_DOWN - 1 + STEP_UP);
    }

    function test_R23_aBandThatLeftTheValueOutsideAllowsOnlyTheWayBack() public {
        applied(FEE, FIRST_FEE + STEP_UP);
        vm.warp(block.timestamp + COOLDOWN);
        ICircuitBreaker.Status memory alarm;
        alarm.severity = 4;
        breaker.tell(alarm);
        allows(FEE, FIRST_FEE + STEP_UP - STEP_DOWN, FIRST_FEE + STEP_UP);
        applied(FEE, FIRST_FEE + STEP_UP - STEP_DOWN);
        setValue(MAX);
        breaker.tell(ICircuitBreaker.Status(false, false, false, 0, 0));
        applied(FEE, MAX - STEP_DOWN);
        vm.warp(block.timestamp + COOLDOWN);
        breaker.tell(alarm);
        allows(FEE, MAX - STEP_DOWN, MAX);
    }

    function test_R23_aBandAboveTheValueAllowsOnlyTheWayUp() public {
        applied(RATIO, FIRST_FEE - STEP_DOWN);
        ICircuitBreaker.Status memory alarm;
        alarm.severity = 4;
        breaker.tell(alarm);
        vm.warp(block.timestamp + COOLDOWN);
        allows(RATIO, FIRST_FEE - STEP_DOWN, FIRST_FEE - STEP_DOWN + STEP_UP);
    }

    function test_R23_theSmallestStepIsOne() public {
        Limits memory given = limits();
        (given.stepUp, given.stepDown) = (1, 0);
        relimit(FEE, given);
        vm.warp(block.timestamp + COOLDOWN);
        allows(FEE, FIRST_FEE, FIRST_FEE + 1);
        assertEq(parameters.allowed(FEE).fallReadyAt, type(uint40).max, "never");
    }

    function test_R23_aHaltClosesItsClassOrItsDirectionAlone() public {
        breaker.tell(ICircuitBreaker.Status(false, false, false, 1 << 3, 0));
        allows(RATIO, FIRST_FEE, FIRST_FEE);
        allows(CEILING, FIRST_FEE - STEP_DOWN, FIRST_FEE + STEP_UP);
        breaker.tell(ICircuitBreaker.Status(false, true, false, 0, 0));
        allows(CEILING, FIRST_FEE - STEP_DOWN, FIRST_FEE);
        allows(RATIO, FIRST_FEE, FIRST_FEE + STEP_UP);
    }
}
