// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecisionLog} from "../src/DecisionLog.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Change, Limits} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

/// @notice Passes calls on for anyone, as the controller does with signed votes and the timelock with what is ready.
contract OpenDoor {
    function pass(address target, bytes calldata data) external {
        (bool done, bytes memory reason) = target.call(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}

/// @notice Keeps the value that it is told, but lets a stranger act first.
contract TrustingConsumer {
    uint256 public kept;
    bytes public refusal;
    OpenDoor private door;
    bytes private data;

    function invite(OpenDoor given, bytes calldata call) external {
        (door, data) = (given, call);
    }

    function onParameterChanged(bytes32, uint256, uint256 value) external {
        bytes memory call = data;
        delete data;
        if (call.length != 0) {
            try door.pass(msg.sender, call) {}
            catch (bytes memory reason) {
                refusal = reason;
            }
        }
        kept = value;
    }
}

/// @notice Writes while a consumer is told of another one.
contract ParameterReentrancyTest is RulesWorld {
    TrustingConsumer private consumer;
    OpenDoor[3] private doors;

    function build() private {
        buildWorld(1);
        OpenDoor forModels = new OpenDoor();
        OpenDoor forGovernance = new OpenDoor();
        doors = [forModels, forGovernance, forGovernance];
        address registry = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        address bridge = address(forGovernance);
        log = new DecisionLog(registry, bridge, timelock);
        parameters = new ParameterRegistry(address(forModels), bridge, bridge, breaker, log);
        consumer = new TrustingConsumer();
        Limits memory given = limits();
        (given.isWired, given.cooldown) = (true, 0);
        vm.prank(bridge);
        parameters.configure(FEE, UNIT, FIRST_FEE, given, address(consumer));
    }

    /// @dev By a batch of models, a write of governance and an override.
    function writeOf(uint256 way, uint64 before, uint64 value) private view returns (bytes memory) {
        if (way == 1) return abi.encodeCall(parameters.setValue, (FEE, value, WHY));
        if (way == 2) return abi.encodeCall(parameters.setOverride, (FEE, value, uint40(block.timestamp + 1), WHY));
        Change[] memory changes = new Change[](1);
        changes[0] = Change(FEE, before, value, WHY);
        return abi.encodeCall(parameters.applyBatch, (provenance(), false, changes));
    }

    /// @dev Otherwise the consumer would keep a value that the registry has left behind.
    function test_R21_theValueThatAConsumerWasToldLastStands() public {
        uint64 told = FIRST_FEE + 2;
        for (uint256 outer = 0; outer < 3; ++outer) {
            for (uint256 inner = 0; inner < 3; ++inner) {
                build();
                consumer.invite(doors[inner], writeOf(inner, told, told + 1));
                doors[outer].pass(address(parameters), writeOf(outer, FIRST_FEE, told));
                assertEq(consumer.kept(), parameters.valueOf(FEE), "the consumer's value");
                bytes memory reason = abi.encodeWithSignature("ReentrancyGuardReentrantCall()");
                assertEq(keccak256(consumer.refusal()), keccak256(reason), "refused by the guard");
            }
        }
    }
}
