// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {ParameterRules} from "../src/ParameterRules.sol";
import {Limits} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

/// @notice What an alarm leaves to each kind of risk.
contract ParameterBandTest is RulesWorld {
    function setUp() public {
        buildRules();
        breaker.tell(
            ICircuitBreaker.Status({all: false, riskRaising: false, anyParameter: false, classes: 0, severity: 4})
        );
    }

    function test_anAlarmLeavesFallsAloneWhereRisesRaiseRisk() public {
        refused(
            CEILING,
            FIRST_FEE + 1,
            abi.encodeWithSelector(ParameterRules.ValueAboveMaximum.selector, CEILING, FIRST_FEE + 1, FIRST_FEE)
        );
        applied(CEILING, FIRST_FEE - STEP_DOWN);
        assertEq(parameters.allowed(CEILING).lowest, FIRST_FEE - 2 * STEP_DOWN, "lowest");
    }

    function test_anAlarmLeavesRisesAloneWhereFallsRaiseRisk() public {
        refused(
            RATIO,
            FIRST_FEE - 1,
            abi.encodeWithSelector(ParameterRules.ValueBelowMinimum.selector, RATIO, FIRST_FEE - 1, FIRST_FEE)
        );
        applied(RATIO, FIRST_FEE + STEP_UP);
        assertEq(parameters.allowed(RATIO).highest, FIRST_FEE + 2 * STEP_UP, "highest");
    }

    /// @dev The first step of severity takes a quarter of the way to each bound.
    function test_theLowestSeverityNarrowsToo() public {
        Limits memory given = limits();
        (given.stepUp, given.budgetUp, given.cooldown) = (MAX, MAX, 0);
        relimit(FEE, given);
        ICircuitBreaker.Status memory status;
        status.severity = 1;
        breaker.tell(status);
        uint64 highest = FIRST_FEE + ((MAX - FIRST_FEE) * 3) / 4;
        bytes4 above = ParameterRules.ValueAboveMaximum.selector;
        refused(FEE, highest + 1, abi.encodeWithSelector(above, FEE, highest + 1, highest));
        applied(FEE, highest);
    }

    function alarm(uint8 severity) private {
        ICircuitBreaker.Status memory status;
        status.severity = severity;
        breaker.tell(status);
    }

    function narrowed(uint64 lowest, uint64 highest) private {
        bytes4 below = ParameterRules.ValueBelowMinimum.selector;
        bytes4 above = ParameterRules.ValueAboveMaximum.selector;
        refused(FEE, lowest - 1, abi.encodeWithSelector(below, FEE, lowest - 1, lowest));
        refused(FEE, highest + 1, abi.encodeWithSelector(above, FEE, highest + 1, highest));
    }

    function test_bothEndsNarrowByQuarters() public {
        for (uint64 severity = 0; severity <= 5; ++severity) {
            alarm(uint8(severity));
            uint64 quarters = severity < 4 ? 4 - severity : 0;
            narrowed(
                FIRST_FEE - ((FIRST_FEE - MIN) * quarters) / 4, FIRST_FEE + ((MAX - FIRST_FEE) * quarters) / 4
            );
        }
    }

    /// @dev The range then shrinks to the bound that is nearest to what governance wrote.
    function test_theBoundsMayHaveLeftGovernancesValue() public {
        alarm(2);
        Limits memory given = limits();
        (given.min, given.max) = (0.01e18, 0.03e18);
        relimit(FEE, given);
        vm.warp(block.timestamp + COOLDOWN);
        assertEq(parameters.allowed(FEE).lowest, FIRST_FEE - STEP_DOWN, "the way down");
        bytes4 above = ParameterRules.ValueAboveMaximum.selector;
        refused(FEE, FIRST_FEE + 1, abi.encodeWithSelector(above, FEE, FIRST_FEE + 1, given.max));
        (given.min, given.max) = (0.07e18, 0.09e18);
        relimit(FEE, given);
        vm.warp(block.timestamp + COOLDOWN);
        assertEq(parameters.allowed(FEE).highest, FIRST_FEE + STEP_UP, "the way up");
        bytes4 below = ParameterRules.ValueBelowMinimum.selector;
        refused(FEE, FIRST_FEE - 1, abi.encodeWithSelector(below, FEE, FIRST_FEE - 1, given.min));
    }

    function test_noChangeIsRefusedForWhatItIsWhileRiskIsHalted() public {
        breaker.tell(ICircuitBreaker.Status(false, true, false, 0, 3));
        refused(CEILING, FIRST_FEE, abi.encodeWithSelector(ParameterRules.NoChange.selector, CEILING, FIRST_FEE));
    }

    /// @dev A budget is there as a whole at first, and not at all while a shorter window has less than is owed.
    function test_R04_aBudgetIsExact() public {
        ICircuitBreaker.Status memory calm;
        breaker.tell(calm);
        Limits memory given = limits();
        (given.stepUp, given.budgetUp, given.cooldown) = (MAX, STEP_UP, 0);
        relimit(FEE, given);
        uint64 highest = FIRST_FEE + STEP_UP;
        refused(FEE, highest + 1, exceeded(FIRST_FEE, highest + 1, STEP_UP));
        applied(FEE, highest);
        refused(FEE, highest + 1, exceeded(highest, highest + 1, 0));
        given.window = 1 days;
        relimit(FEE, given);
        refused(FEE, highest + 1, exceeded(highest, highest + 1, 0));
    }

    function exceeded(uint64 current, uint64 value, uint64 left) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ParameterRules.BudgetExceeded.selector, FEE, current, value, left);
    }
}
