// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Test} from "./Vm.sol";

contract ParameterRegistryTest is Test {
    bytes32 private constant FEE = keccak256("STABILITY_FEE");
    bytes32 private constant UNIT = "wad/year";
    address private constant GOVERNANCE = address(0x60);
    address private constant CONTROLLER = address(0xC0);
    ParameterRegistry private registry;

    function setUp() public {
        registry = new ParameterRegistry(GOVERNANCE);
    }

    function test_onlyTheOwnerConfigures(address caller) public {
        vm.assume(caller != GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        registry.configure(FEE, UNIT, 1);

        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        registry.fixController(CONTROLLER);
    }

    function test_onlyTheControllerSets(address caller) public {
        vm.assume(caller != CONTROLLER);
        vm.prank(GOVERNANCE);
        registry.configure(FEE, UNIT, 1);
        vm.prank(GOVERNANCE);
        registry.fixController(CONTROLLER);
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.NotController.selector, caller, CONTROLLER));
        vm.prank(caller);
        registry.set(FEE, 2);
        assertEq(registry.valueOf(FEE), 1, "value");
    }

    function test_nobodySetsBeforeTheControllerIsFixed(address caller) public {
        vm.assume(caller != address(0));
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.NotController.selector, caller, address(0)));
        vm.prank(caller);
        registry.set(FEE, 2);
    }

    function test_theControllerIsFixedOnce() public {
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ZeroController.selector));
        vm.prank(GOVERNANCE);
        registry.fixController(address(0));

        vm.expectEmit(address(registry));
        emit ParameterRegistry.ControllerFixed(CONTROLLER);
        vm.prank(GOVERNANCE);
        registry.fixController(CONTROLLER);

        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ControllerAlreadyFixed.selector, CONTROLLER));
        vm.prank(GOVERNANCE);
        registry.fixController(address(0xDD));
    }

    function test_configureRefuses() public {
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ZeroParameterId.selector));
        vm.prank(GOVERNANCE);
        registry.configure(0, UNIT, 1);

        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ZeroUnit.selector, FEE));
        vm.prank(GOVERNANCE);
        registry.configure(FEE, 0, 1);

        vm.prank(GOVERNANCE);
        registry.configure(FEE, UNIT, 1);
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.UnitMismatch.selector, FEE, UNIT, bytes32("ray/s")));
        vm.prank(GOVERNANCE);
        registry.configure(FEE, "ray/s", 1);
    }

    function test_unknownParametersAreRefused() public {
        (uint256 value, bytes32 unit, bool configured) = registry.parameters(FEE);
        assertTrue(value == 0 && unit == 0 && !configured, "a stranger is not configured");
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ParameterUnknown.selector, FEE));
        registry.valueOf(FEE);

        vm.prank(GOVERNANCE);
        registry.fixController(CONTROLLER);
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ParameterUnknown.selector, FEE));
        vm.prank(CONTROLLER);
        registry.set(FEE, 1);
    }

    function testFuzz_setChangesExactlyOneParameter(uint256 before, uint256 value, bytes32 other) public {
        vm.assume(other != FEE && other != 0);
        vm.prank(GOVERNANCE);
        registry.fixController(CONTROLLER);
        vm.prank(GOVERNANCE);
        registry.configure(FEE, UNIT, before);
        vm.prank(GOVERNANCE);
        registry.configure(other, "bps", before);

        vm.expectEmit(address(registry));
        emit ParameterRegistry.ParameterSet(FEE, before, value);
        vm.prank(CONTROLLER);
        registry.set(FEE, value);

        (uint256 now_, bytes32 unit, bool configured) = registry.parameters(FEE);
        assertEq(now_, value, "value");
        assertEq(unit, UNIT, "unit");
        assertTrue(configured, "configured");
        assertEq(registry.valueOf(other), before, "the other parameter");
    }

    function test_governanceOverridesAValue() public {
        vm.prank(GOVERNANCE);
        registry.configure(FEE, UNIT, 1);
        vm.expectEmit(address(registry));
        emit ParameterRegistry.ParameterConfigured(FEE, UNIT, 1, 7);
        vm.prank(GOVERNANCE);
        registry.configure(FEE, UNIT, 7);
        assertEq(registry.valueOf(FEE), 7, "value");
    }
}
