// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Action, ActionTable} from "../src/governance/ActionTable.sol";
import {BallastGovernor, GovernorConfig} from "../src/governance/BallastGovernor.sol";
import {Electorate} from "../src/governance/Electorate.sol";
import {ProposalHeader, ProposalType} from "../src/governance/ProposalHeader.sol";
import {QuadraticVotes} from "../src/governance/QuadraticVotes.sol";
import {Dial, DialWorld} from "./DialWorld.sol";
import {Draft} from "./GovernanceWorld.sol";

contract BallastGovernorTest is DialWorld {
    function bitmap(IGovernor.ProposalState state) internal pure returns (bytes32) {
        return bytes32(1 << uint8(state));
    }

    function expectState(uint256 id, IGovernor.ProposalState current, IGovernor.ProposalState expected) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector, id, current, bitmap(expected)
            )
        );
    }

    function test_GV13_lifecycle() public {
        Draft memory made = setDial(7);
        uint256 id = propose(made);
        (ProposalType kind, bytes32 justification) = governor.matterOf(id);
        assertTrue(kind == ProposalType.ParameterAdjustment && justification == REASON, "matter");

        expectState(id, IGovernor.ProposalState.Pending, IGovernor.ProposalState.Active);
        vote(id, identity(0), FOR, 1);
        vm.warp(NOW + 1 + VOTING_DELAY + 1);
        expectState(id, IGovernor.ProposalState.Active, IGovernor.ProposalState.Succeeded);
        queue(made);
        carry(id);
        expectState(id, IGovernor.ProposalState.Succeeded, IGovernor.ProposalState.Active);
        vote(id, identity(0), FOR, 1);
        expectState(id, IGovernor.ProposalState.Succeeded, IGovernor.ProposalState.Queued);
        execute(made);
        assertEq(block.timestamp, NOW + 1 + VOTING_DELAY + VOTING_PERIOD + 1, "seven days of voting");

        queue(made);
        assertEq(governor.proposalEta(id), block.timestamp + 48 hours, "48 hours of delay");
        vm.warp(block.timestamp + 48 hours - 1);
        vm.expectRevert(
            abi.encodeWithSignature(
                "TimelockUnexpectedOperationState(bytes32,bytes32)",
                timelock.hashOperationBatch(
                    made.targets,
                    made.values,
                    made.calldatas,
                    0,
                    bytes20(address(governor)) ^ keccak256(bytes(made.description))
                ),
                bytes32(uint256(1 << 2))
            )
        );
        execute(made);
        vm.warp(block.timestamp + 1);
        execute(made);
        assertEq(dial.value(), 7, "executed");
        expectState(id, IGovernor.ProposalState.Executed, IGovernor.ProposalState.Queued);
        execute(made);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Executed), "final");
    }

    function test_GV13_whatIsNotQueuedOrExecutedInTimeExpires() public {
        Draft memory made = setDial(7);
        uint256 id = proposeAndOpen(made);
        carry(id);
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline + 14 days);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Succeeded), "in time");
        vm.warp(deadline + 14 days + 1);
        expectState(id, IGovernor.ProposalState.Expired, IGovernor.ProposalState.Succeeded);
        queue(made);
        assertTrue(!governor.settleBond(id), "its bond comes back");

        vm.warp(block.timestamp + SEASON);
        made = setDial(8);
        id = proposeAndOpen(made);
        carry(id);
        queue(made);
        uint256 eta = governor.proposalEta(id);
        vm.warp(eta + 14 days);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Queued), "in time");
        vm.warp(eta + 14 days + 1);
        expectState(id, IGovernor.ProposalState.Expired, IGovernor.ProposalState.Queued);
        execute(made);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(made.description));
        bytes32 role = timelock.EXECUTOR_ROLE();
        vm.expectRevert(
            abi.encodeWithSignature("AccessControlUnauthorizedAccount(address,bytes32)", address(this), role)
        );
        timelock.executeBatch(made.targets, made.values, made.calldatas, 0, salt);
        assertEq(dial.value(), 0, "never executed");
    }

    function test_GV13_theFirstLineIsTheOneThatIsPublished() public view {
        Draft memory made = setDial(7);
        bytes32 digest = keccak256(abi.encode(made.targets, made.values, made.calldatas));
        string memory line = ProposalHeader.line(ProposalType.ParameterAdjustment, digest, bytes32(uint256(0xab)));
        bytes memory head = "ballast-proposal/1 parameter_adjustment 0x";
        bytes memory tail = " 0x00000000000000000000000000000000000000000000000000000000000000ab";
        assertEq(bytes(line).length, head.length + 64 + tail.length, "length");
        for (uint256 i = 0; i < head.length; ++i) {
            assertTrue(bytes(line)[i] == head[i], "head");
        }
        for (uint256 i = 0; i < tail.length; ++i) {
            assertTrue(bytes(line)[head.length + 64 + i] == tail[i], "tail");
        }
    }

    function test_GV13_theDigestIsTypeScripts() public pure {
        address[] memory targets = new address[](1);
        bytes[] memory calldatas = new bytes[](1);
        (targets[0], calldatas[0]) = (address(0xB1), hex"1234");
        assertEq(
            ProposalHeader.digestOf(targets, new uint256[](1), calldatas),
            0xce35557faba5931ae8b758b96b58d187a0e8a1bc24946538860a89daca20f41f,
            "digest of the calls"
        );
    }

    function test_GV13_calldataThatTheDescriptionDoesNotName() public {
        Draft memory made = setDial(7);
        made.calldatas[0] = abi.encodeCall(Dial.set, (8));
        expectMismatch(made);
        made = setDial(7);
        made.targets[0] = address(governor);
        expectMismatch(made);
        made = setDial(7);
        made.values[0] = 1;
        expectMismatch(made);
        made = setDial(7);
        made.description = "please set it to 7";
        expectMismatch(made);
        made = setDial(7);
        made.description = "";
        expectMismatch(made);
        // A digit in the wrong case, text right after the line, and a digit too few.
        made = setDial(7);
        bytes(made.description)[bytes("ballast-proposal/1 parameter_adjustment 0x").length + 66 + 1] = "X";
        expectMismatch(made);
        made = setDial(7);
        bytes(made.description)[bytes("ballast-proposal/1 parameter_adjustment 0x").length + 64 + 67] = " ";
        expectMismatch(made);
    }

    function expectMismatch(Draft memory made) internal {
        bytes32 digest = keccak256(abi.encode(made.targets, made.values, made.calldatas));
        vm.expectRevert(abi.encodeWithSelector(ProposalHeader.DescriptionMismatch.selector, digest));
        propose(made);
    }

    function testFuzz_GV13_anAlteredByteOfTheLineIsRefused(uint256 position, bytes1 flip) public {
        vm.assume(flip != 0);
        Draft memory made = setDial(7);
        uint256 digits = bytes("ballast-proposal/1 parameter_adjustment 0x").length + 64 + 3;
        // The digits of the justification are free; everything before them is not.
        bytes(made.description)[position % digits] ^= flip;
        expectMismatch(made);
    }

    function test_aJustificationIsNeeded() public {
        Draft memory made = setDial(7);
        bytes32 digest = ProposalHeader.digestOf(made.targets, made.values, made.calldatas);
        made.description = ProposalHeader.line(made.kind, digest, 0);
        vm.expectRevert(abi.encodeWithSelector(ProposalHeader.ZeroJustification.selector));
        propose(made);
        made.description = ProposalHeader.line(made.kind, digest, bytes32(uint256(1)));
        propose(made);
    }

    function test_GV05_aTypeCallsWhatIsListedForItAlone() public {
        for (uint8 i = 1; i < 5; ++i) {
            Draft memory made = setDial(7);
            made.kind = ProposalType(i);
            describe(made);
            expectNotPermitted(made, Dial.set.selector);
        }
        Draft memory other = draft(ProposalType.ParameterAdjustment, address(dial), abi.encodeCall(Dial.reset, ()));
        expectNotPermitted(other, Dial.reset.selector);
        other = draft(ProposalType.ParameterAdjustment, address(0xD1), abi.encodeCall(Dial.set, (1)));
        expectNotPermitted(other, Dial.set.selector);
    }

    function expectNotPermitted(Draft memory made, bytes4 selector) internal {
        vm.expectRevert(
            abi.encodeWithSelector(ActionTable.ActionNotPermitted.selector, made.kind, made.targets[0], selector)
        );
        propose(made);
    }

    function test_theListIsChangedByAPolicyChangeAlone() public {
        bytes memory call = abi.encodeCall(
            ActionTable.setAction, (ProposalType.EmergencyAction, address(dial), Dial.reset.selector, true)
        );
        expectNotPermitted(
            draft(ProposalType.ProtocolUpgrade, address(governor), call), ActionTable.setAction.selector
        );
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, address(this)));
        governor.setAction(ProposalType.EmergencyAction, address(dial), Dial.reset.selector, true);

        decide(draft(ProposalType.PolicyChange, address(governor), call));
        assertTrue(
            governor.isPermitted(ProposalType.EmergencyAction, address(dial), Dial.reset.selector), "listed"
        );
        decide(draft(ProposalType.EmergencyAction, address(dial), abi.encodeCall(Dial.reset, ())));
    }

    function test_theListCannotLoseItsKeyNorLendGovernanceToOtherTypes() public {
        bytes4 key = ActionTable.setAction.selector;
        expectReserved(ProposalType.PolicyChange, address(governor), key, false);
        expectReserved(ProposalType.FundsAllocation, address(governor), bytes4("rela"), true);
        expectReserved(ProposalType.ParameterAdjustment, address(timelock), timelock.updateDelay.selector, true);
    }

    function expectReserved(ProposalType kind, address target, bytes4 selector, bool permitted) internal {
        Draft memory made = draft(
            ProposalType.PolicyChange,
            address(governor),
            abi.encodeCall(ActionTable.setAction, (kind, target, selector, permitted))
        );
        uint256 id = proposeAndOpen(made);
        carry(id);
        queue(made);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(ActionTable.ActionReserved.selector, kind, target, selector));
        execute(made);
    }

    function test_genesisActionsRefuse() public {
        Action[] memory actions = new Action[](1);
        actions[0] = Action(ProposalType.FundsAllocation, address(timelock), bytes4("any1"));
        refusesToDeploy("BallastGovernor", abi.encode(timelock, electorate, config(), actions), abi.encodeWithSelector(
                ActionTable.ActionReserved.selector,
                ProposalType.FundsAllocation,
                address(timelock),
                bytes4("any1")
            ));
        actions[0].target = address(0);
        refusesToDeploy(
            "BallastGovernor",
            abi.encode(timelock, electorate, config(), actions),
            abi.encodeWithSelector(ActionTable.ZeroTarget.selector)
        );
        refusesToDeploy(
            "BallastGovernor",
            abi.encode(timelock, electorate, config(), new Action[](129)),
            abi.encodeWithSelector(ActionTable.TooManyActions.selector, 129, 128)
        );
    }

    function test_coinLeavesByAnAllocationOfFundsAlone() public {
        Draft memory made = setDial(7);
        made.values[0] = 5;
        describe(made);
        vm.expectRevert(
            abi.encodeWithSelector(
                ActionTable.ValueNotPermitted.selector, ProposalType.ParameterAdjustment, address(dial), 5
            )
        );
        propose(made);

        made = draft(ProposalType.FundsAllocation, address(0xCAFE), "");
        vm.expectRevert(abi.encodeWithSelector(ActionTable.CalldataTooShort.selector, address(0xCAFE), 0));
        propose(made);
        made.calldatas[0] = hex"010203";
        describe(made);
        vm.expectRevert(abi.encodeWithSelector(ActionTable.CalldataTooShort.selector, address(0xCAFE), 3));
        propose(made);

        vm.deal(address(timelock), 9 ether);
        made = draft(ProposalType.FundsAllocation, address(0xCAFE), "");
        made.values[0] = 5 ether;
        describe(made);
        decide(made);
        assertEq(address(0xCAFE).balance, 5 ether, "paid");
        assertEq(address(timelock).balance, 4 ether, "left");
    }

    function test_sizesOfAProposal() public {
        Draft memory made;
        (made.targets, made.values, made.calldatas) = (new address[](17), new uint256[](17), new bytes[](17));
        describe(made);
        vm.expectRevert(abi.encodeWithSelector(BallastGovernor.TooManyCalls.selector, 17, 16));
        propose(made);

        made = setDial(7);
        made.calldatas[0] = new bytes(32_769);
        describe(made);
        vm.expectRevert(abi.encodeWithSelector(BallastGovernor.CalldataTooLong.selector, 32_769, 32_768));
        propose(made);

        made = setDial(7);
        uint256 length = bytes(made.description).length;
        made.description = string.concat(made.description, string(new bytes(16_385 - length)));
        vm.expectRevert(abi.encodeWithSelector(BallastGovernor.DescriptionTooLong.selector, 16_385, 16_384));
        propose(made);
    }

    function test_aBondIsReturnedUnlessTheQuorumWasMissed() public {
        uint256 missed = propose(setDial(1));
        uint256 defeated = propose(setDial(2));
        Draft memory made = setDial(3);
        uint256 carried = propose(made);
        assertEq(governor.depositOf(proposer), 0, "held");
        vm.expectRevert(
            abi.encodeWithSelector(
                bytes4(keccak256("DepositTooSmall(address,uint256,uint256)")), proposer, 0, BOND
            )
        );
        propose(setDial(4));
        vm.expectRevert(
            abi.encodeWithSelector(
                bytes4(keccak256("ProposalNotEnded(uint256,uint8)")), missed, IGovernor.ProposalState.Pending
            )
        );
        governor.settleBond(missed);

        vm.warp(governor.proposalSnapshot(missed) + 1);
        for (uint256 i = 0; i < IDENTITIES; ++i) {
            vote(defeated, identity(i), AGAINST, 4);
            vote(carried, identity(i), FOR, 4);
        }
        close(carried);
        assertTrue(governor.settleBond(missed), "forfeited");
        assertEq(address(timelock).balance, BOND, "to the treasury");
        assertTrue(!governor.settleBond(defeated) && !governor.settleBond(carried), "released");
        assertEq(governor.depositOf(proposer), 2 * BOND, "deposit");
        vm.expectRevert(abi.encodeWithSelector(bytes4(keccak256("BondNotHeld(uint256)")), missed));
        governor.settleBond(missed);

        uint256 before = proposer.balance;
        vm.prank(proposer);
        governor.withdrawBond(2 * BOND);
        assertEq(proposer.balance, before + 2 * BOND, "paid back");
        vm.expectRevert(
            abi.encodeWithSelector(bytes4(keccak256("DepositTooSmall(address,uint256,uint256)")), proposer, 0, 1)
        );
        vm.prank(proposer);
        governor.withdrawBond(1);
    }

    function test_aBondThatCannotBePaidStays() public {
        vm.deal(address(this), 1);
        governor.depositBond{value: 1}();
        vm.expectRevert(
            abi.encodeWithSelector(bytes4(keccak256("TransferFailed(address,uint256)")), address(this), 1)
        );
        governor.withdrawBond(1);
        assertEq(governor.depositOf(address(this)), 1, "deposit");
    }

    function test_aProposerWithdrawsWhatIsPendingAlone() public {
        Draft memory made = setDial(1);
        uint256 id = propose(made);
        bytes32 hash = keccak256(bytes(made.description));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, address(this)));
        governor.cancel(made.targets, made.values, made.calldatas, hash);
        vm.prank(proposer);
        governor.cancel(made.targets, made.values, made.calldatas, hash);
        assertTrue(!governor.settleBond(id), "bond released");
        made = setDial(2);
        id = proposeAndOpen(made);
        hash = keccak256(bytes(made.description));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, proposer));
        vm.prank(proposer);
        governor.cancel(made.targets, made.values, made.calldatas, hash);
    }

    function test_deploymentRefuses() public {
        GovernorConfig memory wrong = config();
        refusesToDeploy(
            "BallastGovernor",
            abi.encode(timelock, Electorate(address(0)), wrong, new Action[](0)),
            abi.encodeWithSelector(QuadraticVotes.ZeroElectorate.selector)
        );
        wrong.credits = 0;
        refusesToDeploy(
            "BallastGovernor",
            abi.encode(timelock, electorate, wrong, new Action[](0)),
            abi.encodeWithSelector(QuadraticVotes.CreditsOutOfRange.selector, 0, 1, 1_000_000)
        );
        wrong.credits = 1_000_001;
        refusesToDeploy(
            "BallastGovernor",
            abi.encode(timelock, electorate, wrong, new Action[](0)),
            abi.encodeWithSelector(QuadraticVotes.CreditsOutOfRange.selector, 1_000_001, 1, 1_000_000)
        );
        wrong = config();
        wrong.season = 1 days - 1;
        refusesToDeploy(
            "BallastGovernor",
            abi.encode(timelock, electorate, wrong, new Action[](0)),
            abi.encodeWithSelector(QuadraticVotes.SeasonTooShort.selector, 1 days - 1, 1 days)
        );
    }

    function testFuzz_UP05_nobodyActsAsGovernance(address caller) public {
        vm.assume(caller != address(timelock) && caller != address(governor));
        vm.expectRevert(abi.encodeWithSelector(Dial.NotOwner.selector));
        vm.prank(caller);
        dial.set(1);
        bytes32 role = timelock.PROPOSER_ROLE();
        vm.expectRevert(abi.encodeWithSignature("AccessControlUnauthorizedAccount(address,bytes32)", caller, role));
        vm.prank(caller);
        timelock.schedule(address(dial), 0, abi.encodeCall(Dial.set, (1)), 0, 0, TIMELOCK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, caller));
        vm.prank(caller);
        governor.relay(address(dial), 0, "");
    }
}
