// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecisionLog} from "../src/DecisionLog.sol";
import {Limits, Provenance} from "../src/ParameterTypes.sol";
import {BridgeDelay} from "../src/governance/BridgeDelay.sol";
import {LimitChanges} from "../src/governance/LimitChanges.sol";
import {ParameterProposals} from "../src/governance/ParameterProposals.sol";
import {IGovernanceConnector} from "../src/interfaces/IGovernanceConnector.sol";
import {BridgeWorld} from "./BridgeWorld.sol";

/// @notice The last value, length or second that is still accepted, and the first that is not.
contract BridgeBoundsTest is BridgeWorld {
    uint64 private constant BEYOND_MAX = 0.25e18;

    function setUp() public {
        buildSuite();
    }

    function reaching(uint64 max) private pure returns (Limits memory given) {
        given = limits();
        given.max = max;
    }

    function test_whatIsQueuedMayBeExecutedUntilTheLastSecondOfItsGrace() public {
        (, uint256 readyAt, uint256 expiresAt) = bridge.queuedChange(FEE);
        assertTrue(readyAt == 0 && expiresAt == 0, "nothing is queued");
        setLimits(reaching(BEYOND_MAX));
        (,, expiresAt) = bridge.queuedChange(FEE);
        vm.warp(expiresAt);
        vm.expectRevert(
            abi.encodeWithSelector(LimitChanges.ChangePending.selector, FEE, LimitChanges.Kind.Limits, expiresAt)
        );
        setLimits(reaching(BEYOND_MAX + 1));
        bridge.executeLimits(FEE, reaching(BEYOND_MAX));
        assertEq(parameters.limitsOf(FEE).max, BEYOND_MAX, "executed");
    }

    function test_theCouncilMayTightenDownToTheValue() public {
        Limits memory given = limits();
        (given.min, given.max) = (FIRST_FEE, FIRST_FEE);
        vm.prank(COUNCIL);
        bridge.tighten(FEE, given);
        assertEq(digestOf(parameters.limitsOf(FEE)), digestOf(given), "tightened");
    }

    function test_theLargestSubmissionIsAccepted() public {
        Provenance memory none;
        vm.expectEmit(address(log));
        emit DecisionLog.DecisionRecorded(
            1, FEE, DecisionLog.Kind.Wish, FIRST_FEE, type(uint64).max, none, REASON
        );
        vm.prank(identity(0));
        uint256 id = bridge.submitParameterProposal(FEE, type(uint64).max, REASON, string(new bytes(256)), 3);
        assertEq(bridge.proposalOf(id).value, type(uint64).max, "value");
    }

    function test_aPendingProposalLivesToItsLastSecond() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        vm.warp(block.timestamp + 30 days);
        (IGovernanceConnector.Status status,) = bridge.checkProposalStatus(id);
        assertTrue(status == IGovernanceConnector.Status.Pending, "pending");
    }

    /// @dev A delay that is shortened meanwhile shortens nothing that is approved.
    function test_approvedLimitsWaitAsLongAsWasAnnounced() public {
        asGovernance();
        bridge.setDelay(1 days);
        vm.warp(block.timestamp + DELAY - 1);
        uint256 id = submit(identity(0), BEYOND_MAX);
        uint256 readyAt = block.timestamp + DELAY;
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalApproved(id, digestOf(reaching(BEYOND_MAX)), readyAt);
        asGovernance();
        bridge.approveWithLimits(id, reaching(BEYOND_MAX));
        vm.warp(block.timestamp + 1);
        bridge.executeDelay();
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NotReady.selector, readyAt, readyAt - 1));
        bridge.executeProposal(id, reaching(BEYOND_MAX));
        (uint256 from, uint256 until) = bridge.executionWindow(id);
        assertTrue(from == readyAt && until == readyAt + 14 days, "window");
        vm.warp(until);
        bridge.executeProposal(id, reaching(BEYOND_MAX));
        assertEq(parameters.valueOf(FEE), BEYOND_MAX, "executed in the last second");
    }

    function test_narrowerLimitsAreAnnouncedForNow() public {
        uint256 id = submit(identity(0), 0.1e18);
        Limits memory given = reaching(0.1e18);
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalApproved(id, digestOf(given), block.timestamp);
        asGovernance();
        bridge.approveWithLimits(id, given);
        assertEq(parameters.valueOf(FEE), 0.1e18, "at once");
    }

    function test_aStepToABoundIsNoWishAndOneBeyondItIs() public {
        Limits memory given = limits();
        (given.min, given.max) = (FIRST_FEE - 1_000, FIRST_FEE + 1_000);
        setLimits(given);
        uint64[2] memory bounds = [given.min, given.max];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ParameterProposals.WithinLimits.selector, FEE, bounds[i]));
            submit(identity(0), bounds[i]);
        }
        uint256 id = submit(identity(0), given.max + 1);
        asGovernance();
        bridge.reject(id, REASON);
        submit(identity(1), given.min - 1);
    }

    function test_aValueThatTheBoundsHaveLeftIsNoWishItself() public {
        Limits memory given = limits();
        given.max = FIRST_FEE - 1;
        setLimits(given);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.WithinLimits.selector, FEE, FIRST_FEE));
        submit(identity(0), FIRST_FEE);
        submit(identity(0), FIRST_FEE + 1);
    }

    function test_aValueMayBeItsNewBound() public {
        uint256 id = submit(identity(0), 0.005e18);
        Limits memory given = limits();
        given.min = 0.005e18;
        asGovernance();
        bridge.approveWithLimits(id, given);
        vm.warp(block.timestamp + DELAY);
        bridge.executeProposal(id, given);
        assertEq(parameters.valueOf(FEE), 0.005e18, "value");
    }

    function test_anApprovalOfAValueAloneTouchesNoLimits() public {
        uint256 id = submit(identity(0), 0.1e18);
        vm.expectCall(address(parameters), abi.encodeWithSelector(parameters.setLimits.selector), 0);
        asGovernance();
        bridge.approve(id);
        assertEq(parameters.valueOf(FEE), 0.1e18, "value");
    }
}
