// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernanceBridge} from "../src/GovernanceBridge.sol";
import {ModuleProxy} from "../src/ModuleProxy.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Limits, Risk} from "../src/ParameterTypes.sol";
import {BridgeDelay} from "../src/governance/BridgeDelay.sol";
import {Configuration, LimitChanges} from "../src/governance/LimitChanges.sol";
import {ParameterProposals} from "../src/governance/ParameterProposals.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {IParameterGovernance} from "../src/interfaces/IParameterGovernance.sol";
import {BridgeWorld} from "./BridgeWorld.sol";

/// @notice What an indexer reads of the bridge.
contract BridgeEventsTest is BridgeWorld {
    bytes32 private constant CEILING = keccak256("DEBT_CEILING");
    address private constant CONSUMER = address(0xC3);

    function setUp() public {
        buildSuite();
    }

    function next() private {
        vm.expectEmit(address(bridge));
    }

    function expectNoDelayQueued() private view {
        (uint32 delay, uint64 readyAt) = bridge.queuedDelay();
        assertTrue(delay == 0 && readyAt == 0, "no delay is queued");
    }

    function test_delays() public {
        next();
        emit BridgeDelay.DelayQueued(DELAY, 1 days, block.timestamp + DELAY);
        asGovernance();
        bridge.setDelay(1 days);
        next();
        emit BridgeDelay.DelayCancelled(1 days, COUNCIL);
        vm.prank(COUNCIL);
        bridge.cancelDelay();
        expectNoDelayQueued();
        asGovernance();
        bridge.setDelay(2 days);
        next();
        emit BridgeDelay.DelaySet(DELAY, 4 days);
        asGovernance();
        bridge.setDelay(4 days);
        expectNoDelayQueued();
        asGovernance();
        bridge.setDelay(0);
        vm.warp(block.timestamp + 4 days);
        next();
        emit BridgeDelay.DelaySet(4 days, 0);
        bridge.executeDelay();
        expectNoDelayQueued();
        assertEq(bridge.delay(), 0, "none");
        asGovernance();
        bridge.setDelay(60 days);
        assertEq(bridge.delay(), 60 days, "the longest");
    }

    function test_configurationsAndConsumers() public {
        Limits memory given = Limits(0, 2_000_000, 1_000, 1_000, 5_000, 5_000, 1 hours, 1 days, Risk.Up, 1, false);
        Configuration memory ceiling = Configuration(CEILING, "coin", 1_000_000, given, CONSUMER);
        uint256 readyAt = block.timestamp + DELAY;
        next();
        emit LimitChanges.ConfigurationQueued(CEILING, ceiling, readyAt);
        asGovernance();
        bridge.configure(ceiling);
        next();
        emit LimitChanges.ConsumerQueued(FEE, CONSUMER, readyAt);
        asGovernance();
        bridge.setConsumer(FEE, CONSUMER);
        vm.warp(readyAt);
        next();
        emit LimitChanges.ChangeExecuted(CEILING, LimitChanges.Kind.Configuration, keccak256(abi.encode(ceiling)));
        bridge.executeConfiguration(ceiling);
        next();
        emit LimitChanges.ChangeExecuted(FEE, LimitChanges.Kind.Consumer, keccak256(abi.encode(CONSUMER)));
        bridge.executeConsumer(FEE, CONSUMER);
        (address consumer,) = parameters.wiringOf(FEE);
        assertEq(consumer, CONSUMER, "the fee's consumer");
        (consumer,) = parameters.wiringOf(CEILING);
        assertEq(consumer, CONSUMER, "the ceiling's");
    }

    function test_theStart() public {
        GovernanceBridge code = new GovernanceBridge(
            address(modules),
            address(timelock),
            IParameterGovernance(address(parameters)),
            IDecisionLog(address(log)),
            electorate,
            nodes
        );
        bytes memory start =
            abi.encodeCall(GovernanceBridge.initialise, (60 days, address(0), 0, new Configuration[](0)));
        vm.expectEmit(upcoming(0));
        emit BridgeDelay.DelaySet(0, 60 days);
        bridge = GovernanceBridge(address(new ModuleProxy(address(code), start)));
        assertEq(bridge.delay(), 60 days, "the longest");
        // The registry obeys the other bridge, so it is the registry that refuses the first of as many as there may be.
        start = abi.encodeCall(GovernanceBridge.initialise, (DELAY, address(0), 0, new Configuration[](64)));
        bytes memory reason =
            abi.encodeWithSelector(ParameterRegistry.NotGovernance.selector, upcoming(0), parameters.GOVERNANCE());
        refusesToDeploy("ModuleProxy", abi.encode(address(code), start), reason);
    }

    function test_aCouncilOfNobodyActsForNobody() public {
        asGovernance();
        bridge.setDelay(1 days);
        uint64 until = uint64(block.timestamp + 1 days);
        asGovernance();
        bridge.setCouncil(address(0), until);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NotCouncil.selector, address(0), address(0), until));
        vm.prank(address(0));
        bridge.cancelDelay();
    }

    function test_withdrawnProposals() public {
        uint256 first = submit(identity(0), 0.1e18);
        next();
        emit ParameterProposals.ProposalCancelled(first, identity(0));
        vm.prank(identity(0));
        bridge.cancelProposal(first);
        uint256 second = submit(identity(1), 0.1e18);
        vm.warp(block.timestamp + 30 days);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.NotProposer.selector, identity(2)));
        vm.prank(identity(2));
        bridge.cancelProposal(second);
        vm.warp(block.timestamp + 1);
        next();
        emit ParameterProposals.ProposalCancelled(second, identity(2));
        vm.prank(identity(2));
        bridge.cancelProposal(second);
        assertEq(bridge.openProposalOf(FEE), 0, "none is open");
    }
}
