// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecisionLog} from "../src/DecisionLog.sol";
import {IParameterRegistry} from "../src/interfaces/IParameterRegistry.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Hot, ParameterRules} from "../src/ParameterRules.sol";
import {BatchSizeInvalid, Change, Limits, Risk} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

/// @notice R1 to R9 and R14, each by the error that it is refused with.
contract ParameterRulesTest is RulesWorld {
    uint64 private constant RISEN = FIRST_FEE + STEP_UP;

    function setUp() public {
        buildRules();
    }

    function narrowed(uint64 min, uint64 max) private {
        Limits memory given = limits();
        (given.min, given.max) = (min, max);
        relimit(FEE, given);
        vm.warp(block.timestamp + COOLDOWN);
    }

    function test_R01_boundsHoldAndAreNotClampedTo() public {
        narrowed(0.046e18, 0.055e18);
        refused(
            FEE,
            0.046e18 - 1,
            abi.encodeWithSelector(ParameterRules.ValueBelowMinimum.selector, FEE, uint64(0.046e18 - 1), uint64(0.046e18))
        );
        refused(
            FEE,
            0.055e18 + 1,
            abi.encodeWithSelector(ParameterRules.ValueAboveMaximum.selector, FEE, uint64(0.055e18 + 1), uint64(0.055e18))
        );
        applied(FEE, 0.055e18);
        vm.warp(block.timestamp + COOLDOWN);
        applied(FEE, 0.05e18);
        vm.warp(block.timestamp + COOLDOWN);
        applied(FEE, 0.046e18);
    }

    function test_R02_stepsAreLimitedPerDirection() public {
        refused(
            FEE,
            RISEN + 1,
            abi.encodeWithSelector(ParameterRules.StepExceeded.selector, FEE, FIRST_FEE, RISEN + 1, STEP_UP)
        );
        uint64 low = FIRST_FEE - STEP_DOWN - 1;
        refused(FEE, low, abi.encodeWithSelector(ParameterRules.StepExceeded.selector, FEE, FIRST_FEE, low, STEP_DOWN));
        applied(FEE, RISEN);
        vm.warp(block.timestamp + COOLDOWN);
        applied(FEE, RISEN - STEP_DOWN);
    }

    function test_R02_aStepOfZeroClosesItsDirection() public {
        Limits memory oneWay = limits();
        oneWay.stepDown = 0;
        relimit(FEE, oneWay);
        vm.warp(block.timestamp + COOLDOWN);
        refused(
            FEE,
            FIRST_FEE - 1,
            abi.encodeWithSelector(ParameterRules.StepExceeded.selector, FEE, FIRST_FEE, FIRST_FEE - 1, 0)
        );
        applied(FEE, RISEN);
    }

    function test_R03_changesThatRaiseRiskAreACooldownApart() public {
        applied(FEE, RISEN);
        uint256 ready = block.timestamp + COOLDOWN;
        vm.warp(ready - 1);
        bytes memory reason = abi.encodeWithSelector(ParameterRules.CooldownActive.selector, FEE, ready);
        refused(FEE, RISEN - 1, reason);
        refused(FEE, RISEN + 1, reason);
        vm.warp(ready);
        applied(FEE, RISEN + 1);
    }

    function test_R03_cooldownsOfTwoParametersAreIndependent() public {
        applied(FEE, RISEN);
        applied(CEILING, RISEN);
        assertEq(parameters.stateOf(RATIO).raisedAt, START, "the third's clock");
    }

    function test_R04_aBudgetOfRisesIsExhaustedAndDrains() public {
        Limits memory tight = limits();
        (tight.budgetUp, tight.budgetDown) = (0.03e18, 0.03e18);
        relimit(FEE, tight);
        vm.warp(START + 10 days);
        for (uint64 i = 1; i <= 3; ++i) {
            applied(FEE, FIRST_FEE + i * STEP_UP);
            vm.warp(block.timestamp + COOLDOWN);
        }
        // Three steps of a third of the budget, a day in: a seventh of it has drained, and one more would not fit.
        uint64 current = FIRST_FEE + 3 * STEP_UP;
        uint64 left = uint64(uint256(0.03e18) * 1 days / WINDOW);
        refused(
            FEE,
            current + left + 1,
            abi.encodeWithSelector(ParameterRules.BudgetExceeded.selector, FEE, current, current + left + 1, left)
        );
        applied(FEE, current + left);
        vm.warp(block.timestamp + COOLDOWN);
        applied(FEE, current);
    }

    /// @dev Whatever is tried, a window admits one budget and what drains meanwhile.
    /// forge-config: default.fuzz.runs = 8
    function testFuzz_R04_noWindowAdmitsMoreThanItsBudgetAndItsDrain(uint256 seed) public {
        Limits memory tight = limits();
        (tight.cooldown, tight.budgetUp, tight.budgetDown, tight.min) = (0, 0.03e18, 0.03e18, 0);
        relimit(FEE, tight);
        uint256 rises = 0;
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + seed % (WINDOW / 24));
            IParameterRegistry.Allowance memory allowance = parameters.allowed(FEE);
            if (allowance.highest == allowance.current) continue;
            uint64 value = uint64(bound(seed >> 64, allowance.current + 1, allowance.highest));
            rises += value - allowance.current;
            applied(FEE, value);
        }
        assertTrue(rises <= 2 * uint256(tight.budgetUp), "rises in one window");
    }

    function test_R05_aNoOpRevertsAndConsumesNothing() public {
        Hot memory before = parameters.stateOf(FEE);
        refused(FEE, FIRST_FEE, abi.encodeWithSelector(ParameterRules.NoChange.selector, FEE, FIRST_FEE));
        assertEq(keccak256(abi.encode(parameters.stateOf(FEE))), keccak256(abi.encode(before)), "state");
    }

    function test_R06_theFirstChangeAfterAConfigurationWaitsTheCooldown() public {
        relimit(FEE, limits());
        uint256 ready = block.timestamp + COOLDOWN;
        vm.warp(ready - 1);
        refused(FEE, RISEN, abi.encodeWithSelector(ParameterRules.CooldownActive.selector, FEE, ready));
        vm.warp(ready);
        applied(FEE, RISEN);
    }

    function test_R07_changesThatReduceRiskSkipTheCooldownButHaveABudget() public {
        applied(CEILING, RISEN);
        applied(CEILING, RISEN - STEP_DOWN);
        applied(RATIO, FIRST_FEE + STEP_UP);
        applied(RATIO, FIRST_FEE + 2 * STEP_UP);
        assertEq(parameters.stateOf(RATIO).raisedAt, START, "a safer ratio starts no cooldown");
        applied(RATIO, FIRST_FEE + 2 * STEP_UP - STEP_DOWN);
        Limits memory tight = limits();
        (tight.risk, tight.budgetDown) = (Risk.Up, STEP_DOWN + 1);
        relimit(CEILING, tight);
        uint64 current = RISEN - STEP_DOWN;
        uint64 left = parameters.allowed(CEILING).current - parameters.allowed(CEILING).lowest;
        assertTrue(left < STEP_DOWN, "the fall before has used its share");
        refused(
            CEILING,
            current - left - 1,
            abi.encodeWithSelector(ParameterRules.BudgetExceeded.selector, CEILING, current, current - left - 1, left)
        );
        applied(CEILING, current - left);
    }

    function test_R08_idsOfABatchAreStrictlyAscending() public {
        (bytes32 low, bytes32 high) = CEILING < RATIO ? (CEILING, RATIO) : (RATIO, CEILING);
        Change[] memory changes = new Change[](2);
        changes[0] = Change(high, FIRST_FEE, RISEN, WHY);
        changes[1] = Change(low, FIRST_FEE, RISEN, WHY);
        refusedBatch(changes, abi.encodeWithSelector(ParameterRegistry.IdsNotAscending.selector, 1, high, low));
        changes[1] = changes[0];
        refusedBatch(changes, abi.encodeWithSelector(ParameterRegistry.IdsNotAscending.selector, 1, high, high));
        changes[0] = Change(0, FIRST_FEE, RISEN, WHY);
        refusedBatch(changes, abi.encodeWithSelector(ParameterRegistry.IdsNotAscending.selector, 0, bytes32(0), bytes32(0)));
    }

    function test_R08_R21_aBatchHasOneToSixteenEntries() public {
        refusedBatch(new Change[](0), abi.encodeWithSelector(BatchSizeInvalid.selector, 0, 16));
        refusedBatch(new Change[](17), abi.encodeWithSelector(BatchSizeInvalid.selector, 17, 16));
        Change[] memory changes = new Change[](16);
        for (uint256 i = 0; i < 16; ++i) {
            bytes32 id = bytes32(i + 1);
            addParameter(id, Risk.Both, 0);
            changes[i] = Change(id, FIRST_FEE, RISEN, WHY);
        }
        vm.warp(block.timestamp + COOLDOWN);
        write(changes);
        for (uint256 i = 0; i < 16; ++i) {
            assertEq(parameters.valueOf(bytes32(i + 1)), RISEN, "value");
        }
        assertEq(parameters.valueOf(FEE), FIRST_FEE, "a parameter outside the batch");
    }

    function test_R08_oneBadChangeRefusesTheBatch() public {
        (bytes32 low, bytes32 high) = CEILING < RATIO ? (CEILING, RATIO) : (RATIO, CEILING);
        Change[] memory changes = new Change[](2);
        changes[0] = Change(low, FIRST_FEE, RISEN, WHY);
        changes[1] = Change(high, FIRST_FEE, FIRST_FEE, WHY);
        refusedBatch(changes, abi.encodeWithSelector(ParameterRules.NoChange.selector, high, FIRST_FEE));
        assertEq(parameters.valueOf(low), FIRST_FEE, "value");
        (uint64 count,) = log.head();
        assertEq(count, 0, "records");
    }

    function test_R09_aStaleExpectationIsRefused() public {
        Change[] memory changes = changesTo(FEE, RISEN);
        changes[0].expected = FIRST_FEE - 1;
        refusedBatch(
            changes, abi.encodeWithSelector(ParameterRegistry.ExpectedMismatch.selector, FEE, FIRST_FEE - 1, FIRST_FEE)
        );
    }

    function test_R14_aValueBelowTheLimitsOnlyWalksTowardThem() public {
        narrowed(0.07e18, 0.08e18);
        refused(
            FEE,
            FIRST_FEE - 1,
            abi.encodeWithSelector(ParameterRules.ValueBelowMinimum.selector, FEE, FIRST_FEE - 1, uint64(0.07e18))
        );
        refused(
            FEE,
            0.07e18,
            abi.encodeWithSelector(ParameterRules.StepExceeded.selector, FEE, FIRST_FEE, uint64(0.07e18), STEP_UP)
        );
        refused(
            FEE,
            0.08e18 + 1,
            abi.encodeWithSelector(ParameterRules.ValueAboveMaximum.selector, FEE, uint64(0.08e18 + 1), uint64(0.08e18))
        );
        applied(FEE, 0.06e18);
        vm.warp(block.timestamp + COOLDOWN);
        applied(FEE, 0.07e18);
    }

    function test_R14_aValueAboveTheLimitsOnlyWalksTowardThem() public {
        narrowed(0.03e18, 0.042e18);
        refused(
            FEE,
            FIRST_FEE + 1,
            abi.encodeWithSelector(ParameterRules.ValueAboveMaximum.selector, FEE, FIRST_FEE + 1, uint64(0.042e18))
        );
        refused(
            FEE,
            0.042e18,
            abi.encodeWithSelector(ParameterRules.StepExceeded.selector, FEE, FIRST_FEE, uint64(0.042e18), STEP_DOWN)
        );
        applied(FEE, 0.045e18);
        vm.warp(block.timestamp + COOLDOWN);
        applied(FEE, 0.042e18);
    }

    function test_aParameterThatIsNotConfiguredCannotMove() public {
        bytes32 other = keccak256("OTHER");
        bytes memory reason = abi.encodeWithSelector(ParameterRegistry.ParameterUnknown.selector, other);
        Change[] memory changes = new Change[](1);
        changes[0] = Change(other, 0, 1, WHY);
        refusedBatch(changes, reason);
        vm.expectRevert(reason);
        parameters.valueOf(other);
        vm.expectRevert(reason);
        parameters.limitsOf(other);
        vm.expectRevert(reason);
        parameters.stateOf(other);
        vm.expectRevert(reason);
        parameters.wiringOf(other);
        vm.expectRevert(reason);
        parameters.allowed(other);
        (uint256 value, bytes32 unit, bool configured) = parameters.parameters(other);
        assertTrue(value == 0 && unit == 0 && !configured, "a stranger is not configured");
    }

    /// @dev What `allowed` says is what a write meets: both ends pass, and one beyond either does not.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_R23_allowedIsExact(uint256 seed) public {
        Limits memory given = limits();
        given.risk = Risk(seed % 3);
        given.budgetUp = uint64(bound(seed >> 8, 0, 0.03e18));
        given.budgetDown = uint64(bound(seed >> 72, 0, 0.03e18));
        given.cooldown = uint32(bound(seed >> 136, 0, 1 days));
        relimit(FEE, given);
        for (uint256 i = 0; i < 8; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + seed % 2 days);
            IParameterRegistry.Allowance memory a = parameters.allowed(FEE);
            assertTrue(a.lowest <= a.current && a.current <= a.highest, "order");
            assertTrue(!passes(a.highest + 1), "one above");
            assertTrue(!passes(a.lowest - 1), "one below");
            assertTrue(a.highest == a.current || passes(a.highest), "the highest");
            a = parameters.allowed(FEE);
            assertTrue(a.lowest == a.current || passes(a.lowest), "the lowest");
        }
    }

    function passes(uint64 value) private returns (bool) {
        Change[] memory changes = changesTo(FEE, value);
        vm.prank(address(controller));
        try parameters.applyBatch(provenance(), false, changes) {
            return true;
        } catch {
            return false;
        }
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_aWriteChangesExactlyOneParameter(uint64 value) public {
        value = uint64(bound(value, FIRST_FEE + 1, RISEN));
        bytes32 others = keccak256(abi.encode(parameters.stateOf(RATIO), parameters.stateOf(CEILING)));
        vm.expectEmit(address(log));
        emit DecisionLog.DecisionRecorded(1, FEE, DecisionLog.Kind.Model, FIRST_FEE, value, provenance(), WHY);
        applied(FEE, value);
        assertEq(
            keccak256(abi.encode(parameters.stateOf(RATIO), parameters.stateOf(CEILING))), others, "the other parameters"
        );
        Hot memory hot = parameters.stateOf(FEE);
        assertEq(hot.raisedAt, block.timestamp, "raised at");
        assertEq(hot.lastDecision, 1, "decision");
        uint256 seconds_ = (uint256(value - FIRST_FEE) * WINDOW + BUDGET_UP - 1) / BUDGET_UP;
        assertEq(hot.upDrainedAt, block.timestamp + seconds_, "drained at");
        assertEq(hot.downDrainedAt, 0, "the other direction");
    }
}
