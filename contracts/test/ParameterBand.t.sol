// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {ParameterRules} from "../src/ParameterRules.sol";
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
}
