// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecisionLog} from "../src/DecisionLog.sol";
import {ModelDisputes} from "../src/ModelDisputes.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {ModuleRegistry} from "../src/ModuleRegistry.sol";
import {Limits} from "../src/ParameterTypes.sol";
import {BridgeDelay} from "../src/governance/BridgeDelay.sol";
import {LimitChanges} from "../src/governance/LimitChanges.sol";
import {ParameterProposals} from "../src/governance/ParameterProposals.sol";
import {ProposalType} from "../src/governance/ProposalHeader.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {IGovernanceConnector} from "../src/interfaces/IGovernanceConnector.sol";
import {IParameterGovernance} from "../src/interfaces/IParameterGovernance.sol";
import {BridgeWorld} from "./BridgeWorld.sol";
import {GovernanceBridgeV2} from "./GovernanceBridgeV2.sol";
import {Draft} from "./GovernanceWorld.sol";

/// @notice The whole way of a proposal of each kind, through the real contracts.
contract GovernanceTest is BridgeWorld {
    function setUp() public {
        buildSuite();
    }

    function test_aParameterProposalEndToEnd() public {
        // A node's wish beyond the step becomes a proposal; governance approves it after the vote and 48 hours.
        uint256 wish = submit(identity(3), 0.1e18);
        Draft memory made = draft(
            ProposalType.ParameterAdjustment,
            address(bridge),
            abi.encodeCall(ParameterProposals.approve, (wish))
        );
        uint256 proposed = block.timestamp;
        decide(made);
        assertEq(block.timestamp, proposed + VOTING_DELAY + VOTING_PERIOD + 1 + TIMELOCK_DELAY, "ten days");
        assertEq(parameters.valueOf(FEE), 0.1e18, "value");
        (IGovernanceConnector.Status status,) = bridge.checkProposalStatus(wish);
        assertTrue(status == IGovernanceConnector.Status.Executed, "status");
        assertTrue(log.statusOf(1) == IDecisionLog.Status.Implemented, "the wish's record");
        (uint64 count,) = log.head();
        assertEq(count, 2, "records");
        // The model goes on from there, within its limits.
        vm.warp(block.timestamp + 8 hours);
        move(0.11e18);
        assertEq(parameters.valueOf(FEE), 0.11e18, "moved");
    }

    function test_limitsEndToEnd() public {
        Limits memory wide = limits();
        wide.max = 0.3e18;
        decide(
            draft(
                ProposalType.ParameterAdjustment, address(bridge), abi.encodeCall(LimitChanges.setLimits, (FEE, wide))
            )
        );
        vm.expectRevert(
            abi.encodeWithSelector(BridgeDelay.NotReady.selector, block.timestamp + DELAY, block.timestamp)
        );
        bridge.executeLimits(FEE, wide);
        vm.warp(block.timestamp + DELAY);
        bridge.executeLimits(FEE, wide);
        assertEq(parameters.limitsOf(FEE).max, 0.3e18, "wider after vote, timelock and delay");
    }

    function test_aModelRollbackEndToEnd() public {
        bytes memory call = abi.encodeCall(ModelRegistry.requestRestore, (1, "version 2 trades against the peg"));
        vm.expectRevert(
            abi.encodeWithSelector(ModelDisputes.NotRestorer.selector, address(timelock), address(this))
        );
        models.requestRestore(1, "");
        decide(draft(ProposalType.ProtocolUpgrade, address(models), call));
        assertTrue(
            models.restoreRequest().version == 1 && models.restoreRequest().nonce == 1, "the committee is asked"
        );
    }

    function test_anUpgradeEndToEnd() public {
        uint256 wish = submit(identity(3), 0.25e18);
        GovernanceBridgeV2 code = newCode(address(modules));
        bytes memory call = abi.encodeCall(
            ModuleRegistry.upgrade,
            (
                bridge.MODULE_KEY(),
                address(code),
                address(code).codehash,
                abi.encodeCall(GovernanceBridgeV2.setAnswer, (42))
            )
        );
        decide(draft(ProposalType.ProtocolUpgrade, address(modules), call));
        GovernanceBridgeV2 next = GovernanceBridgeV2(address(bridge));
        assertTrue(next.moduleVersion() == 2 << 64 && next.answer() == 42, "the new code");
        assertEq(modules.moduleOf(bridge.MODULE_KEY()).implementation, address(code), "recorded");
        assertTrue(
            next.delay() == DELAY && next.council() == COUNCIL && next.councilUntil() == NOW + 90 days, "delays"
        );
        ParameterProposals.ParameterProposal memory kept = next.proposalOf(wish);
        assertTrue(kept.value == 0.25e18 && kept.proposer == identity(3) && next.openProposalOf(FEE) == wish, "kept");
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        next.setAnswer(43);
    }

    function test_GV11_codeThatChangedAfterTheVoteIsRefused() public {
        GovernanceBridgeV2 code = newCode(address(modules));
        bytes memory call = abi.encodeCall(
            ModuleRegistry.upgrade, (bridge.MODULE_KEY(), address(code), address(code).codehash, "")
        );
        Draft memory made = draft(ProposalType.ProtocolUpgrade, address(modules), call);
        uint256 id = proposeAndOpen(made);
        carry(id);
        queue(made);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        bytes32 voted = address(code).codehash;
        GovernanceBridgeV2 other = newCode(address(0xBAD));
        vmx.etch(address(code), address(other).code);
        vm.expectRevert(
            abi.encodeWithSelector(
                ModuleRegistry.CodeHashMismatch.selector, address(code), voted, address(other).codehash
            )
        );
        execute(made);
    }

    function test_theTimelockIsTheOnlyOwner() public view {
        assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)), "proposer");
        assertTrue(!timelock.hasRole(timelock.PROPOSER_ROLE(), address(this)), "not the deployer");
        assertTrue(!timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)), "nor an admin");
        assertTrue(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(timelock)), "itself");
        assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(governor)), "executor");
        assertTrue(!timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)), "nothing past the governor's expiry");
        assertEq(timelock.getMinDelay(), 48 hours, "delay");
        assertEq(log.REVIEWER(), address(timelock), "reviewer");
        assertEq(electorate.GOVERNANCE(), address(timelock), "electorate");
        assertEq(DecisionLog(address(bridge.LOG())).BRIDGE(), address(bridge), "log");
    }

    function newCode(address upgrader) internal returns (GovernanceBridgeV2) {
        return new GovernanceBridgeV2(
            upgrader,
            address(timelock),
            IParameterGovernance(address(parameters)),
            IDecisionLog(address(log)),
            electorate,
            nodes
        );
    }
}
