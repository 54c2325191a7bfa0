// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NodeRegistry} from "../src/NodeRegistry.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Limits} from "../src/ParameterTypes.sol";
import {BridgeDelay} from "../src/governance/BridgeDelay.sol";
import {LimitChanges} from "../src/governance/LimitChanges.sol";
import {ParameterProposals} from "../src/governance/ParameterProposals.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {IGovernanceConnector} from "../src/interfaces/IGovernanceConnector.sol";
import {BridgeWorld} from "./BridgeWorld.sol";

/// @notice A consumer that refuses, with reasons or by running out of gas.
contract Stubborn {
    bool public isGreedy;

    error No();

    function setGreedy(bool given) external {
        isGreedy = given;
    }

    function onParameterChanged(bytes32, uint256, uint256) external view {
        if (isGreedy) {
            while (true) {}
        }
        revert No();
    }
}

contract ParameterProposalsTest is BridgeWorld {
    uint64 internal constant BEYOND_STEP = 0.1e18;
    uint64 internal constant BEYOND_MAX = 0.25e18;

    function setUp() public {
        buildSuite();
    }

    function statusOf(uint256 id) internal view returns (IGovernanceConnector.Status status) {
        (status,) = bridge.checkProposalStatus(id);
    }

    function checkStatus(uint256 id, IGovernanceConnector.Status status, IDecisionLog.Status decision)
        internal
        view
    {
        assertEq(uint256(statusOf(id)), uint256(status), "status");
        assertEq(uint256(log.statusOf(bridge.proposalOf(id).decision)), uint256(decision), "its record");
    }

    function expectStatusInvalid(uint256 id, IGovernanceConnector.Status status) internal {
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.ProposalStatusInvalid.selector, id, status));
    }

    function reaching(uint64 max) internal pure returns (Limits memory given) {
        given = limits();
        given.max = max;
    }

    function approve(uint256 id) internal {
        asGovernance();
        bridge.approve(id);
    }

    function approveWith(uint256 id, Limits memory given) internal {
        asGovernance();
        bridge.approveWithLimits(id, given);
    }

    function test_GV09_aWishBecomesOneOpenProposal() public {
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalSubmitted(1, FEE, identity(0), FIRST_FEE, BEYOND_MAX, REASON, URI, 1, 1);
        uint256 id = submit(identity(0), BEYOND_MAX);
        ParameterProposals.ParameterProposal memory proposal = bridge.proposalOf(id);
        assertTrue(id == 1 && proposal.before == FIRST_FEE && proposal.value == BEYOND_MAX, "record");
        assertTrue(proposal.proposer == identity(0) && proposal.id == FEE && proposal.urgency == 1, "whose");
        assertEq(bridge.openProposalOf(FEE), 1, "open");
        checkStatus(id, IGovernanceConnector.Status.Pending, IDecisionLog.Status.Pending);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.ProposalOpen.selector, FEE, 1));
        submit(identity(1), BEYOND_STEP);
    }

    function test_D19_unknownProposals() public {
        for (uint256 id = 0; id < 2; ++id) {
            bytes memory refusal = abi.encodeWithSelector(ParameterProposals.ProposalUnknown.selector, id, 0);
            vm.expectRevert(refusal);
            bridge.checkProposalStatus(id);
            vm.expectRevert(refusal);
            bridge.proposalOf(id);
            vm.expectRevert(refusal);
            approve(id);
            vm.expectRevert(refusal);
            bridge.executeProposal(id, limits());
            vm.expectRevert(refusal);
            bridge.cancelProposal(id);
            vm.expectRevert(refusal);
            bridge.executionWindow(id);
        }
    }

    function test_submissionsRefuse() public {
        vmx.startPrank(identity(0));
        vm.expectRevert(
            abi.encodeWithSelector(ParameterProposals.ValueTooLarge.selector, FEE, 1 << 64, type(uint64).max)
        );
        bridge.submitParameterProposal(FEE, 1 << 64, REASON, URI, 1);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.JustificationMissing.selector, FEE));
        bridge.submitParameterProposal(FEE, BEYOND_MAX, 0, URI, 1);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.UriLengthInvalid.selector, 0, 256));
        bridge.submitParameterProposal(FEE, BEYOND_MAX, REASON, "", 1);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.UriLengthInvalid.selector, 257, 256));
        bridge.submitParameterProposal(FEE, BEYOND_MAX, REASON, string(new bytes(257)), 1);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.UrgencyInvalid.selector, 4, 3));
        bridge.submitParameterProposal(FEE, BEYOND_MAX, REASON, URI, 4);
        vm.expectRevert(
            abi.encodeWithSelector(ParameterRegistry.ParameterUnknown.selector, keccak256("no such thing"))
        );
        bridge.submitParameterProposal(keccak256("no such thing"), 1, REASON, URI, 1);
        vmx.stopPrank();
    }

    function test_whatAModelMayWriteNeedsNoProposal() public {
        uint64[4] memory inside = [FIRST_FEE, FIRST_FEE + 0.01e18, FIRST_FEE - 0.005e18, FIRST_FEE + 1];
        for (uint256 i = 0; i < inside.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ParameterProposals.WithinLimits.selector, FEE, inside[i]));
            submit(identity(0), inside[i]);
        }
        submit(identity(0), FIRST_FEE + 0.01e18 + 1);
        asGovernance();
        bridge.reject(1, REASON);
        submit(identity(1), FIRST_FEE - 0.005e18 - 1);
        asGovernance();
        bridge.reject(2, REASON);
        submit(identity(2), 0.01e18 - 1);
    }

    function registerNode(uint256 key, address owner, bytes32 nodeKey) internal returns (address signer) {
        signer = vm.addr(key);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, nodes.hashSignerProof(owner, signer, nodeKey, nodes.signerNonce(owner)));
        vm.deal(owner, 2 ether);
        vm.prank(owner);
        nodes.register{value: 1 ether}(nodeKey, new bytes(64), signer, abi.encodePacked(r, s, v));
    }

    function test_nodesAndIdentitiesPropose() public {
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.NotProposer.selector, address(0xBAD)));
        submit(address(0xBAD), BEYOND_MAX);
        address owner = address(0xF00D);
        address signer = registerNode(77, owner, "node");
        uint256 id = submit(signer, BEYOND_MAX);
        vm.prank(signer);
        bridge.cancelProposal(id);

        // Owner and signer are one operator, once a day.
        uint256 readyAt = block.timestamp + 1 days;
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.SubmittedTooSoon.selector, owner, readyAt));
        submit(owner, BEYOND_MAX);
        vm.warp(readyAt);
        id = submit(owner, BEYOND_MAX);
        vm.prank(owner);
        bridge.cancelProposal(id);

        vm.warp(readyAt + 1 days);
        vm.prank(owner);
        nodes.exit();
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.NotProposer.selector, signer));
        submit(signer, BEYOND_MAX);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.NotProposer.selector, owner));
        submit(owner, BEYOND_MAX);
    }

    function test_aFormerSignerDoesNotPropose() public {
        address owner = address(0xF00D);
        address former = registerNode(77, owner, "node");
        address signer = vm.addr(78);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(78, nodes.hashSignerProof(owner, signer, "node", nodes.signerNonce(owner)));
        vm.prank(owner);
        nodes.rotateSigner(signer, abi.encodePacked(r, s, v));
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.NotProposer.selector, former));
        submit(former, BEYOND_MAX);
        submit(signer, BEYOND_MAX);
    }

    function test_anIdentityProposesOnceADay() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        uint256 readyAt = block.timestamp + 1 days;
        asGovernance();
        bridge.reject(id, REASON);
        vm.expectRevert(
            abi.encodeWithSelector(ParameterProposals.SubmittedTooSoon.selector, identity(0), readyAt)
        );
        submit(identity(0), BEYOND_MAX);
        vm.warp(readyAt);
        submit(identity(0), BEYOND_MAX);
    }

    function test_anApprovedValueIsWrittenInTheSameTransaction() public {
        uint256 id = submit(identity(0), BEYOND_STEP);
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalApproved(id, 0, block.timestamp);
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalExecuted(id);
        approve(id);
        assertEq(parameters.valueOf(FEE), BEYOND_STEP, "written");
        checkStatus(id, IGovernanceConnector.Status.Executed, IDecisionLog.Status.Implemented);
        (, uint64 approvedAt) = bridge.checkProposalStatus(id);
        assertEq(approvedAt, block.timestamp, "approved");
        assertEq(bridge.openProposalOf(FEE), 0, "none open");
        (uint64 count,) = log.head();
        assertEq(count, 2, "the wish and the write");
        expectStatusInvalid(id, IGovernanceConnector.Status.Executed);
        approve(id);
        expectStatusInvalid(id, IGovernanceConnector.Status.Executed);
        bridge.executeProposal(id, limits());
        expectStatusInvalid(id, IGovernanceConnector.Status.Executed);
        bridge.cancelProposal(id);
        expectStatusInvalid(id, IGovernanceConnector.Status.Executed);
        asGovernance();
        bridge.reject(id, REASON);
    }

    function test_anOpenProposalDoesNotStandInGovernancesWay() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.JustificationMissing.selector, FEE));
        asGovernance();
        bridge.setValue(FEE, BEYOND_STEP, 0);
        Limits memory now_ = limits();
        vm.expectRevert(
            abi.encodeWithSelector(
                ParameterRegistry.ValueOutOfBounds.selector, FEE, BEYOND_MAX, now_.min, now_.max
            )
        );
        asGovernance();
        bridge.setValue(FEE, BEYOND_MAX, REASON);
        asGovernance();
        bridge.setValue(FEE, BEYOND_STEP, REASON);
        assertEq(parameters.valueOf(FEE), BEYOND_STEP, "written");
        checkStatus(id, IGovernanceConnector.Status.Pending, IDecisionLog.Status.Pending);
    }

    function test_aValueBeyondTheBoundsNeedsLimitsThatAdmitIt() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        Limits memory now_ = limits();
        vm.expectRevert(
            abi.encodeWithSelector(
                ParameterProposals.ValueOutsideLimits.selector, FEE, BEYOND_MAX, now_.min, now_.max
            )
        );
        approve(id);
        vm.expectRevert(
            abi.encodeWithSelector(
                ParameterProposals.ValueOutsideLimits.selector, FEE, BEYOND_MAX, now_.min, BEYOND_MAX - 1
            )
        );
        approveWith(id, reaching(BEYOND_MAX - 1));

        uint256 readyAt = block.timestamp + DELAY;
        approveWith(id, reaching(BEYOND_MAX));
        checkStatus(id, IGovernanceConnector.Status.Approved, IDecisionLog.Status.Pending);
        (uint256 from, uint256 until) = bridge.executionWindow(id);
        assertTrue(from == readyAt && until == readyAt + 14 days, "window");
        vm.expectRevert(
            abi.encodeWithSelector(
                ParameterProposals.LimitsMismatch.selector,
                id,
                digestOf(reaching(BEYOND_MAX)),
                digestOf(limits())
            )
        );
        bridge.executeProposal(id, limits());
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NotReady.selector, readyAt, block.timestamp));
        bridge.executeProposal(id, reaching(BEYOND_MAX));
        vm.warp(readyAt);
        bridge.executeProposal(id, reaching(BEYOND_MAX));
        assertEq(parameters.valueOf(FEE), BEYOND_MAX, "written");
        assertEq(digestOf(parameters.limitsOf(FEE)), digestOf(reaching(BEYOND_MAX)), "limits");
        checkStatus(id, IGovernanceConnector.Status.Executed, IDecisionLog.Status.Implemented);
    }

    function test_narrowerLimitsComeWithTheValueAtOnce() public {
        uint256 id = submit(identity(0), BEYOND_STEP);
        approveWith(id, reaching(BEYOND_STEP));
        assertEq(parameters.valueOf(FEE), BEYOND_STEP, "written");
        assertEq(digestOf(parameters.limitsOf(FEE)), digestOf(reaching(BEYOND_STEP)), "limits");
    }

    function test_anApprovedProposalIsVoidWhenTheLimitsHaveMoved() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        approveWith(id, reaching(BEYOND_MAX));
        vm.prank(COUNCIL);
        bridge.tighten(FEE, reaching(0.15e18));
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(
                LimitChanges.BaseMoved.selector, FEE, digestOf(limits()), digestOf(reaching(0.15e18))
            )
        );
        bridge.executeProposal(id, reaching(BEYOND_MAX));
    }

    function test_D42_expiryNeedsNobody() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        approveWith(id, reaching(BEYOND_MAX));
        (, uint256 until) = bridge.executionWindow(id);
        vm.warp(until + 1);
        assertEq(uint256(statusOf(id)), uint256(IGovernanceConnector.Status.Expired), "expired");
        expectStatusInvalid(id, IGovernanceConnector.Status.Expired);
        bridge.executeProposal(id, reaching(BEYOND_MAX));
        assertEq(bridge.openProposalOf(FEE), 0, "none open");
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalExpired(id);
        bridge.cancelProposal(id);
        checkStatus(id, IGovernanceConnector.Status.Expired, IDecisionLog.Status.Failed);
        expectStatusInvalid(id, IGovernanceConnector.Status.Expired);
        bridge.cancelProposal(id);
    }

    function test_whatNobodyDecidesLapsesAndMakesRoom() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        vm.warp(block.timestamp + 30 days + 1);
        assertEq(uint256(statusOf(id)), uint256(IGovernanceConnector.Status.Cancelled), "lapsed");
        expectStatusInvalid(id, IGovernanceConnector.Status.Cancelled);
        approve(id);
        uint256 next = submit(identity(1), BEYOND_STEP);
        checkStatus(id, IGovernanceConnector.Status.Cancelled, IDecisionLog.Status.Rejected);
        checkStatus(next, IGovernanceConnector.Status.Pending, IDecisionLog.Status.Pending);
        assertEq(bridge.openProposalOf(FEE), next, "open");
    }

    function test_whoMayWithdraw() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.NotProposer.selector, identity(1)));
        vm.prank(identity(1));
        bridge.cancelProposal(id);
        vm.prank(identity(0));
        bridge.cancelProposal(id);
        checkStatus(id, IGovernanceConnector.Status.Cancelled, IDecisionLog.Status.Rejected);

        id = submit(identity(1), BEYOND_MAX);
        vm.prank(COUNCIL);
        bridge.cancelProposal(id);
        checkStatus(id, IGovernanceConnector.Status.Cancelled, IDecisionLog.Status.Rejected);

        id = submit(identity(2), BEYOND_MAX);
        approveWith(id, reaching(BEYOND_MAX));
        vm.expectRevert(abi.encodeWithSelector(ParameterProposals.NotProposer.selector, identity(2)));
        vm.prank(identity(2));
        bridge.cancelProposal(id);
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalFailed(
            id, abi.encodeWithSelector(ParameterProposals.StoppedByCouncil.selector, COUNCIL)
        );
        vm.prank(COUNCIL);
        bridge.cancelProposal(id);
        checkStatus(id, IGovernanceConnector.Status.Failed, IDecisionLog.Status.Failed);
    }

    function test_rejection() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalRejected(id, "reason");
        asGovernance();
        bridge.reject(id, "reason");
        checkStatus(id, IGovernanceConnector.Status.Rejected, IDecisionLog.Status.Rejected);
        expectStatusInvalid(id, IGovernanceConnector.Status.Rejected);
        approve(id);
    }

    /// @notice Wires the fee to a consumer that refuses.
    function wire() internal returns (Stubborn stubborn) {
        stubborn = new Stubborn();
        asGovernance();
        bridge.setConsumer(FEE, address(stubborn));
        vm.warp(block.timestamp + DELAY);
        bridge.executeConsumer(FEE, address(stubborn));
        Limits memory wired = limits();
        wired.isWired = true;
        setLimits(wired);
        vm.warp(block.timestamp + DELAY);
        bridge.executeLimits(FEE, wired);
    }

    function test_aRefusalMakesAProposalFail() public {
        wire();
        uint256 id = submit(identity(0), BEYOND_STEP);
        vm.expectEmit(address(bridge));
        emit ParameterProposals.ProposalFailed(id, abi.encodeWithSelector(Stubborn.No.selector));
        approve(id);
        assertEq(parameters.valueOf(FEE), FIRST_FEE, "nothing written");
        checkStatus(id, IGovernanceConnector.Status.Failed, IDecisionLog.Status.Failed);
    }

    function test_limitsAndValueComeTogetherOrNotAtAll() public {
        wire();
        uint256 id = submit(identity(0), BEYOND_MAX);
        Limits memory wired = reaching(BEYOND_MAX);
        wired.isWired = true;
        approveWith(id, wired);
        vm.warp(block.timestamp + DELAY);
        bridge.executeProposal(id, wired);
        assertEq(parameters.limitsOf(FEE).max, limits().max, "limits undone with the value");
        checkStatus(id, IGovernanceConnector.Status.Failed, IDecisionLog.Status.Failed);
    }

    function test_gasCannotBeStarvedIntoAFailure() public {
        uint256 id = submit(identity(0), BEYOND_MAX);
        approveWith(id, reaching(BEYOND_MAX));
        vm.warp(block.timestamp + DELAY);
        bytes memory call = abi.encodeCall(ParameterProposals.executeProposal, (id, reaching(BEYOND_MAX)));
        uint256 refusals = 0;
        for (uint256 gas_ = 50_000; gas_ < 700_000; gas_ += 10_000) {
            (bool taken, bytes memory reason) = address(bridge).call{gas: gas_}(call);
            if (bytes4(reason) == ParameterProposals.GasTooLow.selector) {
                (uint256 given, uint256 needed) = this.wordsOf(reason);
                assertTrue(given < gas_ && given > gas_ - 50_000 && needed == 600_000, "what was left and is needed");
                ++refusals;
            }
            IGovernanceConnector.Status status = statusOf(id);
            assertTrue(taken || status == IGovernanceConnector.Status.Approved, "refused as a whole");
            assertTrue(!taken || status == IGovernanceConnector.Status.Executed, "executed, never failed");
            if (taken) return assertTrue(refusals > 10, "refused by its own check");
        }
        revert NotTrue("700,000 suffice");
    }

    function wordsOf(bytes calldata reason) external pure returns (uint256, uint256) {
        return abi.decode(reason[4:], (uint256, uint256));
    }
}
