// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Change, Limits, Provenance, Risk} from "../src/ParameterTypes.sol";
import {World} from "./World.sol";

/// @notice Speaks to the parameter registry as the controller does, without votes.
abstract contract RulesWorld is World {
    /// @notice A parameter whose falls raise risk, as a collateral ratio's do.
    bytes32 internal constant RATIO = keccak256("COLLATERAL_RATIO:ETH");
    /// @notice A parameter whose rises raise risk, as a debt ceiling's do.
    bytes32 internal constant CEILING = keccak256("DEBT_CEILING:ETH");
    uint64 internal batches;

    function buildRules() internal {
        buildWorld(1);
        buildFee();
        addParameter(RATIO, Risk.Down, 3);
        addParameter(CEILING, Risk.Up, 4);
        vm.warp(START + COOLDOWN);
    }

    function addParameter(bytes32 id, Risk risk, uint8 class) internal {
        Limits memory given = limits();
        (given.risk, given.class) = (risk, class);
        vm.prank(governance);
        parameters.configure(id, UNIT, FIRST_FEE, given, address(0));
    }

    function relimit(bytes32 id, Limits memory given) internal {
        vm.prank(governance);
        parameters.setLimits(id, given);
    }

    function provenance() internal view returns (Provenance memory) {
        return Provenance(batches + 1, 7, keccak256("weights"), keccak256("entry"));
    }

    function changesTo(bytes32 id, uint64 value) internal view returns (Change[] memory changes) {
        changes = new Change[](1);
        changes[0] = Change(id, uint64(parameters.valueOf(id)), value, WHY);
    }

    function write(Change[] memory changes) internal {
        Provenance memory origin = provenance();
        vm.prank(address(controller));
        parameters.applyBatch(origin, false, changes);
        ++batches;
    }

    function applied(bytes32 id, uint64 value) internal {
        write(changesTo(id, value));
        assertEq(parameters.valueOf(id), value, "value");
    }

    function refused(bytes32 id, uint64 value, bytes memory reason) internal {
        refusedBatch(changesTo(id, value), reason);
    }

    function refusedBatch(Change[] memory changes, bytes memory reason) internal {
        Provenance memory origin = provenance();
        vm.expectRevert(reason);
        vm.prank(address(controller));
        parameters.applyBatch(origin, false, changes);
    }
}
