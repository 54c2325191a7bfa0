// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecisionLog} from "../src/DecisionLog.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Change, Limits, Provenance} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

/// @notice What a write leaves in the registry and in the log.
contract ParameterRecordsTest is RulesWorld {
    function setUp() public {
        buildRules();
    }

    function test_aWriteOfGovernanceIsRecordedAndMovesTheAnchor() public {
        Provenance memory none;
        vm.expectEmit(address(log));
        emit DecisionLog.DecisionRecorded(1, FEE, DecisionLog.Kind.Governance, FIRST_FEE, MAX, none, WHY);
        vm.prank(governance);
        parameters.setValue(FEE, MAX, WHY);
        (, uint64 anchor) = parameters.wiringOf(FEE);
        assertEq(anchor, MAX, "anchor");
    }

    function test_aWriteOfAModelIsRecordedAndMovesNoAnchor() public {
        vm.expectEmit(address(log));
        emit DecisionLog.DecisionRecorded(
            1, FEE, DecisionLog.Kind.Model, FIRST_FEE, FIRST_FEE + 1, provenance(), WHY
        );
        applied(FEE, FIRST_FEE + 1);
        (, uint64 anchor) = parameters.wiringOf(FEE);
        assertEq(anchor, FIRST_FEE, "anchor");
    }

    /// @dev One more unit than the budget admits in a second costs two seconds.
    function test_R04_theCostOfAChangeIsRoundedUp() public {
        Limits memory given = limits();
        (given.budgetUp, given.cooldown) = (WINDOW - 1, 0);
        relimit(FEE, given);
        applied(FEE, FIRST_FEE + 1);
        assertEq(parameters.stateOf(FEE).upDrainedAt, block.timestamp + 2, "drained at");
    }

    function test_R04_aSpentBudgetSaysWhenItAdmitsAgain() public {
        Limits memory given = limits();
        (given.stepUp, given.budgetUp, given.cooldown) = (10, 10, 0);
        relimit(FEE, given);
        applied(FEE, FIRST_FEE + 10);
        uint256 readyAt = block.timestamp + WINDOW / 10;
        assertEq(parameters.allowed(FEE).riseReadyAt, readyAt, "ready at");
        vm.warp(readyAt - 1);
        assertEq(parameters.allowed(FEE).highest, FIRST_FEE + 10, "not yet");
        vm.warp(readyAt);
        applied(FEE, FIRST_FEE + 11);
    }

    /// @dev A write without its record is none: a log that refuses, and one that is not there.
    function test_nothingIsWrittenWithoutARecord() public {
        Change[] memory changes = changesTo(FEE, FIRST_FEE + 1);
        address other = address(parameters);
        parameters = new ParameterRegistry(address(this), address(0xB), address(0xC), breaker, log);
        vm.expectRevert(abi.encodeWithSelector(DecisionLog.NotRegistry.selector, address(parameters), other));
        parameters.applyBatch(Provenance(1, 7, 0, 0), false, changes);
        IDecisionLog nobody = IDecisionLog(address(0xdead));
        parameters = new ParameterRegistry(address(this), address(0xB), address(0xC), breaker, nobody);
        vm.expectRevert(bytes(""));
        parameters.applyBatch(Provenance(1, 7, 0, 0), false, changes);
    }

    function test_modelsWriteOnAfterAnOverride() public {
        uint40 until = uint40(block.timestamp + 1 days);
        vm.prank(address(overrides));
        parameters.setOverride(FEE, FIRST_FEE, until, WHY);
        vm.warp(until);
        for (uint64 i = 1; i <= 2; ++i) {
            applied(FEE, FIRST_FEE + i);
            assertEq(parameters.stateOf(FEE).overriddenUntil, until, "when it ended");
            vm.warp(block.timestamp + COOLDOWN);
        }
    }

    /// @dev The registry keeps 32 bits of a decision's number. One of more bits is forgotten, and writes go on.
    function test_aNumberThatNoLongerFitsIsForgotten() public {
        vm.store(address(log), 0, bytes32(uint256(type(uint32).max) - 1));
        uint32[3] memory kept = [type(uint32).max, 0, 0];
        for (uint64 i = 0; i < 3; ++i) {
            applied(FEE, FIRST_FEE + 1 + i);
            (uint64 count,) = log.head();
            assertEq(count, uint64(type(uint32).max) + i, "number");
            assertEq(parameters.stateOf(FEE).lastDecision, kept[i], "kept");
            vm.warp(block.timestamp + COOLDOWN);
        }
        vm.prank(governance);
        parameters.setValue(FEE, FIRST_FEE, WHY);
        assertEq(parameters.valueOf(FEE), FIRST_FEE, "value");
    }
}
