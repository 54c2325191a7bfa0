// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecisionLog} from "../src/DecisionLog.sol";
import {GovernanceBridge} from "../src/GovernanceBridge.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {ModuleProxy} from "../src/ModuleProxy.sol";
import {ModuleEntry, ModuleRegistry} from "../src/ModuleRegistry.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Change, Limits, Provenance, Risk} from "../src/ParameterTypes.sol";
import {Action} from "../src/governance/ActionTable.sol";
import {Electorate} from "../src/governance/Electorate.sol";
import {Configuration, LimitChanges} from "../src/governance/LimitChanges.sol";
import {ModuleDependencies} from "../src/governance/ModuleDependencies.sol";
import {ParameterProposals} from "../src/governance/ParameterProposals.sol";
import {ProposalType} from "../src/governance/ProposalHeader.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {IGovernanceConnector} from "../src/interfaces/IGovernanceConnector.sol";
import {IParameterGovernance} from "../src/interfaces/IParameterGovernance.sol";
import {BreakerDouble} from "./BreakerDouble.sol";
import {GovernanceWorld} from "./GovernanceWorld.sol";
import {ModelsOf} from "./ModelsOf.sol";

/// @notice Governance, the bridge behind its proxy, and the real registry and log that it writes to.
abstract contract BridgeWorld is GovernanceWorld {
    bytes32 internal constant FEE = keccak256("STABILITY_FEE");
    bytes32 internal constant UNIT = "wad/year";
    uint64 internal constant FIRST_FEE = 0.05e18;
    uint32 internal constant DELAY = 3 days;
    string internal constant URI = "ipfs://justification";
    address internal constant CONTROLLER = address(0xC0);
    address internal constant OVERRIDES = address(0xC1);
    address internal constant COUNCIL = address(0xC2);

    NodeRegistry internal nodes;
    ModelRegistry internal models;
    ParameterRegistry internal parameters;
    DecisionLog internal log;
    GovernanceBridge internal bridge;
    ModuleRegistry internal modules;

    function buildSuite() internal {
        vm.warp(NOW);
        Action[] memory actions = new Action[](5);
        // Timelock, electorate, governor, nodes, breaker, log, parameters, code, proxy, modules.
        ModelsOf maker = new ModelsOf();
        models = maker.build(upcoming(0));
        address proxy = upcoming(8);
        address registry = upcoming(9);
        actions[0] = Action(ProposalType.ParameterAdjustment, proxy, LimitChanges.setLimits.selector);
        actions[1] = Action(ProposalType.ParameterAdjustment, proxy, ParameterProposals.approve.selector);
        actions[2] = Action(ProposalType.ParameterAdjustment, proxy, ParameterProposals.approveWithLimits.selector);
        actions[3] = Action(ProposalType.ProtocolUpgrade, registry, ModuleRegistry.upgrade.selector);
        actions[4] = Action(ProposalType.ProtocolUpgrade, address(models), ModelRegistry.requestRestore.selector);
        buildGovernance(IDENTITIES, actions);
        nodes = new NodeRegistry(1 ether, 7 days, address(0));
        BreakerDouble breaker = new BreakerDouble();
        log = new DecisionLog(upcoming(1), proxy, address(timelock));
        parameters = new ParameterRegistry(CONTROLLER, proxy, OVERRIDES, breaker, log);
        GovernanceBridge code = new GovernanceBridge(
            registry,
            address(timelock),
            IParameterGovernance(address(parameters)),
            IDecisionLog(address(log)),
            electorate,
            nodes
        );
        Configuration[] memory genesis = new Configuration[](1);
        genesis[0] = Configuration(FEE, UNIT, FIRST_FEE, limits(), address(0));
        bytes memory start =
            abi.encodeCall(GovernanceBridge.initialise, (DELAY, COUNCIL, uint64(NOW + 90 days), genesis));
        bridge = GovernanceBridge(address(new ModuleProxy(address(code), start)));
        assertEq(address(bridge), proxy, "predicted proxy");
        ModuleEntry[] memory entries = new ModuleEntry[](1);
        entries[0] =
            ModuleEntry(proxy, address(code), address(code).codehash, type(IGovernanceConnector).interfaceId);
        modules = new ModuleRegistry(address(timelock), entries, new ModuleDependencies.Dependency[](0));
        assertEq(address(modules), registry, "predicted registry");
    }

    function limits() internal pure returns (Limits memory) {
        return Limits({
            min: 0.01e18,
            max: 0.2e18,
            stepUp: 0.01e18,
            stepDown: 0.005e18,
            budgetUp: 0.03e18,
            budgetDown: 0.02e18,
            cooldown: 8 hours,
            window: 7 days,
            risk: Risk.Both,
            class: 3,
            isWired: false
        });
    }

    function asGovernance() internal {
        vm.prank(address(timelock));
    }

    function setLimits(Limits memory given) internal {
        asGovernance();
        bridge.setLimits(FEE, given);
    }

    function submit(address who, uint256 value) internal returns (uint256) {
        vm.prank(who);
        return bridge.submitParameterProposal(FEE, value, REASON, URI, 1);
    }

    /// @notice A model's write, as the controller makes it.
    function move(uint64 value) internal {
        Change[] memory changes = new Change[](1);
        changes[0] = Change(FEE, uint64(parameters.valueOf(FEE)), value, keccak256("explanation"));
        vm.prank(CONTROLLER);
        parameters.applyBatch(Provenance(1, 1, 0, 0), false, changes);
    }

    function digestOf(Limits memory given) internal pure returns (bytes32) {
        return keccak256(abi.encode(given));
    }
}
