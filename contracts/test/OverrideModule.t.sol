// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {IModule} from "../src/interfaces/IModule.sol";
import {IParameterGovernance} from "../src/interfaces/IParameterGovernance.sol";
import {Module} from "../src/Module.sol";
import {OverrideModule} from "../src/OverrideModule.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {RulesWorld} from "./RulesWorld.sol";

contract OverrideModuleTest is RulesWorld {
    uint64 private constant RISEN = FIRST_FEE + STEP_UP;

    function setUp() public {
        buildRules();
    }

    function overridden(uint64 value, uint256 lasts) private returns (uint40 until) {
        until = uint40(block.timestamp + lasts);
        vm.prank(timelock);
        overrides.overrideParameter(FEE, value, until, WHY);
    }

    function test_anOverrideBlocksModelsUntilItEndsAndTheValueStays() public {
        applied(FEE, RISEN);
        uint64 far = MAX;
        uint40 until = uint40(block.timestamp + 3 days);
        vm.expectEmit(address(parameters));
        emit ParameterRegistry.OverrideSet(FEE, 2, RISEN, far, until);
        vm.expectEmit(address(overrides));
        emit OverrideModule.ParameterOverridden(1, FEE, far, until, 2, WHY);
        overridden(far, 3 days);
        assertEq(parameters.valueOf(FEE), far, "value");
        assertTrue(log.statusOf(1) == IDecisionLog.Status.Overridden, "marked in the same transaction");
        bytes memory reason = abi.encodeWithSelector(ParameterRegistry.OverrideActive.selector, FEE, until);
        refused(FEE, far - 1, reason);
        applied(CEILING, RISEN);
        assertEq(parameters.allowed(FEE).lowest, far, "nothing is allowed");
        assertEq(parameters.allowed(FEE).fallReadyAt, until, "until it ends");
        vm.warp(until - 1);
        refused(FEE, far - 1, reason);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.OverrideNotActive.selector, FEE));
        vm.prank(address(overrides));
        parameters.endOverride(FEE);
        assertEq(parameters.valueOf(FEE), far, "the value stays");
        applied(FEE, far - STEP_DOWN);
    }

    function test_aCancelledOverrideEndsAtOnceAndTheValueStays() public {
        overridden(RISEN, 3 days);
        vm.warp(block.timestamp + COOLDOWN);
        vm.expectEmit(address(overrides));
        emit OverrideModule.OverrideCancelled(1, FEE, WHY);
        vm.expectEmit(address(parameters));
        emit ParameterRegistry.OverrideEnded(FEE);
        vm.prank(timelock);
        overrides.cancelOverride(FEE, WHY);
        assertEq(parameters.valueOf(FEE), RISEN, "value");
        (OverrideModule.Override memory last, bool isActive) = overrides.overrideOf(FEE);
        assertTrue(!isActive && last.endsAt == block.timestamp && last.number == 1, "over");
        applied(FEE, RISEN + 1);
        vm.expectRevert(abi.encodeWithSelector(OverrideModule.OverrideOver.selector, FEE, 1));
        vm.prank(timelock);
        overrides.cancelOverride(FEE, WHY);
        overridden(FIRST_FEE, 1 days);
        (last, isActive) = overrides.overrideOf(FEE);
        assertTrue(isActive && last.number == 2 && last.value == FIRST_FEE && last.decision == 3, "the next");
    }

    function test_expiryIsMandatoryAndThirtyDaysAtMost() public {
        uint256 latest = block.timestamp + 30 days;
        uint256[3] memory bad = [uint256(0), block.timestamp, latest + 1];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ParameterRegistry.OverrideUntilInvalid.selector, FEE, bad[i], latest)
            );
            vm.prank(timelock);
            overrides.overrideParameter(FEE, RISEN, uint40(bad[i]), WHY);
        }
        overridden(RISEN, 30 days);
    }

    function test_boundsHoldForOverridesToo() public {
        vm.expectRevert(
            abi.encodeWithSelector(ParameterRegistry.ValueOutOfBounds.selector, FEE, MIN - 1, MIN, MAX)
        );
        vm.prank(timelock);
        overrides.overrideParameter(FEE, MIN - 1, uint40(block.timestamp + 1), WHY);
    }

    function test_anOverrideNeedsAJustificationAndWaitsForTheLast() public {
        vm.expectRevert(abi.encodeWithSelector(OverrideModule.JustificationMissing.selector, FEE));
        vm.prank(timelock);
        overrides.overrideParameter(FEE, RISEN, uint40(block.timestamp + 1), 0);
        uint40 until = overridden(RISEN, 1 days);
        vm.expectRevert(abi.encodeWithSelector(OverrideModule.OverrideLasts.selector, FEE, 1, until));
        vm.prank(timelock);
        overrides.overrideParameter(FEE, FIRST_FEE, until, WHY);
        vm.expectRevert(abi.encodeWithSelector(OverrideModule.JustificationMissing.selector, FEE));
        vm.prank(timelock);
        overrides.cancelOverride(FEE, 0);
    }

    function test_anOverrideOfTheSameValueOnlyKeepsModelsAway() public {
        uint40 until = overridden(FIRST_FEE, 1 days);
        refused(FEE, RISEN, abi.encodeWithSelector(ParameterRegistry.OverrideActive.selector, FEE, until));
    }

    /// forge-config: default.fuzz.runs = 8
    function test_onlyGovernanceOverrides(address caller) public {
        vm.assume(caller != timelock);
        bytes memory reason = abi.encodeWithSelector(OverrideModule.NotGovernance.selector, caller, timelock);
        vm.expectRevert(reason);
        vm.prank(caller);
        overrides.overrideParameter(FEE, RISEN, uint40(block.timestamp + 1), WHY);
        vm.expectRevert(reason);
        vm.prank(caller);
        overrides.cancelOverride(FEE, WHY);
    }

    function test_theRegistryKnowsNoOverrideToEnd() public {
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.OverrideNotActive.selector, FEE));
        vm.prank(address(overrides));
        parameters.endOverride(FEE);
    }

    function test_aModuleSaysWhatItIs() public view {
        assertEq(overrides.moduleKey(), keccak256("OVERRIDE_MODULE"), "key");
        assertEq(overrides.moduleVersion(), 1 << 64, "version");
        assertTrue(overrides.supportsInterface(type(IModule).interfaceId), "a module");
        assertTrue(overrides.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(!overrides.supportsInterface(0xffffffff), "nothing else");
    }

    function test_theUpgraderAloneReplacesIt() public {
        OverrideModule next = new OverrideModule(upgrader, address(0x64), parameters);
        vm.expectRevert(abi.encodeWithSelector(Module.NotUpgrader.selector, timelock, upgrader));
        vm.prank(timelock);
        overrides.upgradeToAndCall(address(next), "");
        vm.prank(upgrader);
        overrides.upgradeToAndCall(address(next), "");
        assertEq(overrides.GOVERNANCE(), address(0x64), "new code");
        assertEq(overrides.UPGRADER(), upgrader, "upgrader");
    }

    function test_constructorRefusesMissingAddresses() public {
        bytes memory nobody = abi.encode(address(0), timelock, parameters);
        refusesToDeploy(
            "OverrideModule", nobody, abi.encodeWithSelector(Module.ZeroAddress.selector, "upgrader")
        );
        refusesToDeploy(
            "OverrideModule",
            abi.encode(upgrader, address(0), parameters),
            abi.encodeWithSelector(Module.ZeroAddress.selector, "governance")
        );
        refusesToDeploy(
            "OverrideModule",
            abi.encode(upgrader, timelock, IParameterGovernance(address(0))),
            abi.encodeWithSelector(Module.ZeroAddress.selector, "parameters")
        );
    }
}
