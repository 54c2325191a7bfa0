// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {ParameterRules} from "../src/ParameterRules.sol";
import {Change, Limits} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

/// @notice What a refusal says. That no contract reverts with a text or without a reason is checked over all sources by
/// `typed-errors.test.ts`.
contract TypedRefusalsTest is RulesWorld {
    /// @notice The selectors of refusals that were seen.
    mapping(bytes32 selector => bool) private _isSeen;
    uint256 private _seen;

    function setUp() public {
        buildRules();
    }

    /// @notice The words of the refusal of a change, after its selector.
    function refusalOf(Change memory change) private returns (bytes4 selector, uint256[] memory words) {
        Change[] memory changes = new Change[](1);
        changes[0] = change;
        vm.prank(address(controller));
        (bool done, bytes memory reason) =
            address(parameters).call(abi.encodeCall(parameters.applyBatch, (provenance(), false, changes)));
        if (done) return (0, words);
        assertTrue(reason.length >= 36 && reason.length % 32 == 4, "R22: a selector and words");
        selector = bytes4(reason);
        assertTrue(selector != bytes4(0x08c379a0) && selector != bytes4(0x4e487b71), "R22: neither a text nor a panic");
        words = new uint256[](reason.length / 32);
        for (uint256 i = 0; i < words.length; ++i) {
            assembly ("memory-safe") {
                mstore(add(words, mul(32, add(i, 1))), mload(add(reason, add(36, mul(32, i)))))
            }
        }
    }

    /// @dev Whatever is asked for in whatever state: the first word is the parameter, and the value that was given is
    /// among the words wherever the refusal is about it.
    function check(Change memory change) private {
        (bytes4 selector, uint256[] memory words) = refusalOf(change);
        if (selector == 0) return;
        if (!_isSeen[selector]) (_isSeen[selector], _seen) = (true, _seen + 1);
        if (selector == ParameterRegistry.WritesHalted.selector) {
            assertEq(words[0], breaker.status().severity, "R22: the severity");
            return;
        }
        assertEq(bytes32(words[0]), change.id, "R22: the parameter");
        if (selector == ParameterRegistry.ExpectedMismatch.selector) {
            assertEq(words[1], change.expected, "R22: what was expected");
            assertEq(words[2], parameters.valueOf(change.id), "R22: what stands");
        } else if (
            selector == ParameterRules.NoChange.selector || selector == ParameterRules.ValueAboveMaximum.selector
                || selector == ParameterRules.ValueBelowMinimum.selector
        ) {
            assertEq(words[1], change.value, "R22: the value");
        } else if (
            selector == ParameterRules.StepExceeded.selector || selector == ParameterRules.BudgetExceeded.selector
        ) {
            assertEq(words[1], parameters.valueOf(change.id), "R22: what stands");
            assertEq(words[2], change.value, "R22: the value");
        }
    }

    function changeOf(uint256 seed) private view returns (Change memory) {
        bytes32 id = [FEE, RATIO, CEILING, keccak256("UNKNOWN")][seed % 16 == 0 ? 3 : (seed >> 8) % 3];
        uint64 current = seed % 16 == 0 ? 0 : uint64(parameters.valueOf(id));
        uint64 size = uint64(bound(seed >> 16, 0, 2 * STEP_UP));
        uint64 value = seed & 32 == 0 ? current + size : current > size ? current - size : 0;
        if (seed & 0x1c0 == 0) value = current;
        if (seed & 0xe00 == 0) value = uint64(bound(seed >> 80, 0, 2 * MAX));
        return Change(id, seed >> 252 == 0 ? current + 1 : current, value, WHY);
    }

    function disturb(uint256 seed) private {
        ICircuitBreaker.Status memory status;
        if (seed % 4 == 0) {
            status.all = seed & 0x70 == 0;
            status.riskRaising = seed & 0x80 != 0;
            status.classes = uint32(seed >> 32) & 0x19;
            status.severity = uint8(seed >> 64) % 5;
        }
        breaker.tell(status);
        vm.warp(block.timestamp + seed % (2 * COOLDOWN));
    }

    /// forge-config: default.fuzz.runs = 32
    function testFuzz_R22_aRefusalNamesTheParameterAndItsValues(uint256 seed) public {
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            disturb(seed);
            check(changeOf(uint256(keccak256(abi.encode(seed, i)))));
        }
    }

    /// @dev Without refusals of many kinds the test above would say nothing.
    function test_R22_manyKindsOfRefusalAreSeen() public {
        Limits memory narrow = limits();
        (narrow.stepUp, narrow.stepDown) = (MAX, MAX);
        (narrow.budgetUp, narrow.budgetDown) = (STEP_UP, STEP_DOWN);
        relimit(FEE, narrow);
        for (uint256 seed = 0; seed < 200; ++seed) {
            uint256 draw = uint256(keccak256(abi.encode(seed)));
            disturb(draw);
            check(changeOf(draw >> 3));
        }
        assertTrue(_seen >= 9, "kinds");
    }
}
