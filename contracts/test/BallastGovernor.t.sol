// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Action, ActionTable} from "../src/governance/ActionTable.sol";
import {BallastGovernor, GovernorConfig} from "../src/governance/BallastGovernor.sol";
import {Electorate} from "../src/governance/Electorate.sol";
import {ProposalHeader, ProposalType} from "../src/governance/ProposalHeader.sol";
import {QuadraticVotes} from "../src/governance/QuadraticVotes.sol";
import {Draft, GovernanceWorld} from "./GovernanceWorld.sol";

/// @notice Something that only governance may set.
contract Dial {
    address public immutable OWNER;
    uint256 public value;

    error NotOwner();

    constructor(address owner) {
        OWNER = owner;
    }

    function set(uint256 given) external {
        if (msg.sender != OWNER) revert NotOwner();
        value = given;
    }

    function reset() external {
        value = 0;
    }
}

contract BallastGovernorTest is GovernanceWorld {
    Dial internal dial;

    function setUp() public {
        vm.warp(NOW);
        build(IDENTITIES);
        assertEq(dial.OWNER(), address(timelock), "owner");
    }

    function setDial(uint256 value) internal view returns (Draft memory) {
        return draft(ProposalType.ParameterAdjustment, address(dial), abi.encodeCall(Dial.set, (value)));
    }

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
        vm.expectRevert(
            abi.encodeWithSelector(
                ActionTable.ActionReserved.selector,
                ProposalType.FundsAllocation,
                address(timelock),
                bytes4("any1")
            )
        );
        new BallastGovernor(timelock, electorate, config(), actions);
        actions[0].target = address(0);
        vm.expectRevert(abi.encodeWithSelector(ActionTable.ZeroTarget.selector));
        new BallastGovernor(timelock, electorate, config(), actions);
        vm.expectRevert(abi.encodeWithSelector(ActionTable.TooManyActions.selector, 129, 128));
        new BallastGovernor(timelock, electorate, config(), new Action[](129));
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

    function test_X11_splittingAStakeGainsNothing() public {
        uint256 id = proposeAndOpen(setDial(7));
        uint256 snapshot = governor.proposalSnapshot(id);
        uint256 whole = governor.getVotes(identity(0), snapshot);
        uint256 split = 0;
        for (uint256 i = 0; i < 100; ++i) {
            // 10,000 coins in a hundred wallets, as a bonded deposit that anyone can see: none of them has a voice.
            address wallet = address(uint160(0x900000 + i));
            vm.deal(wallet, 100 ether);
            vm.prank(wallet);
            governor.depositBond{value: 100 ether}();
            split += governor.getVotes(wallet, snapshot);
            vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.NoVoice.selector, wallet, snapshot));
            vote(id, wallet, FOR, 1);
        }
        assertEq(whole, 10, "an identity's power, whatever it holds");
        assertEq(split, 0, "gained by splitting");
    }

    function test_X12_noIdentityIsAQuorum() public {
        uint8[5] memory sizes = [4, 5, 7, 13, 40];
        for (uint256 i = 0; i < sizes.length; ++i) {
            uint256 size = sizes[i];
            Electorate some = new Electorate(address(timelock), identities(size));
            BallastGovernor other = new BallastGovernor(timelock, some, config(), new Action[](0));
            vm.warp(block.timestamp + 1);
            uint256 quorum = other.quorum(block.timestamp - 1);
            assertEq(quorum, (size * 10 * 33 + 99) / 100, "a third of all power, rounded up");
            assertTrue(quorum > other.POWER(), "one identity alone");
        }
    }

    function test_X12_quorumOfAThird() public {
        uint256 id = proposeAndOpen(setDial(7));
        vote(id, identity(0), FOR, 10);
        vote(id, identity(1), FOR, 10);
        vote(id, identity(2), FOR, 10);
        vote(id, identity(3), FOR, 2);
        close(id);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Defeated), "32 of 100");

        // A new season, so that all have their credits.
        vm.warp(block.timestamp + SEASON);
        id = proposeAndOpen(setDial(8));
        vote(id, identity(0), ABSTAIN, 10);
        vote(id, identity(1), ABSTAIN, 10);
        vote(id, identity(2), ABSTAIN, 10);
        vote(id, identity(3), FOR, 3);
        close(id);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Succeeded), "33 of 100, 30 abstaining");
    }

    function test_X12_majorityOfSixtySevenPercent() public {
        build(12);
        uint256 id = proposeAndOpen(setDial(7));
        cast(id, 6, 4);
        close(id);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Defeated), "66 to 34");
        vm.warp(block.timestamp + SEASON);
        id = proposeAndOpen(setDial(8));
        cast(id, 7, 3);
        close(id);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Succeeded), "67 to 33");

        vm.warp(block.timestamp + SEASON);
        id = proposeAndOpen(setDial(9));
        for (uint256 i = 0; i < 4; ++i) {
            vote(id, identity(i), ABSTAIN, 10);
        }
        close(id);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Defeated), "nobody in favour");
    }

    /// @notice 60 + `more` votes in favour, 30 + `rest` against.
    function cast(uint256 id, uint256 more, uint256 rest) internal {
        for (uint256 i = 0; i < 9; ++i) {
            vote(id, identity(i), i < 6 ? FOR : AGAINST, 10);
        }
        vote(id, identity(9), FOR, more);
        vote(id, identity(10), AGAINST, rest);
        (uint256 against, uint256 inFavour, uint256 abstaining) = governor.proposalVotes(id);
        assertTrue(against == 30 + rest && inFavour == 60 + more && abstaining == 0, "votes");
    }

    function test_votesCostTheirSquare() public {
        uint256 first = propose(setDial(1));
        uint256 second = propose(setDial(2));
        uint256 third = propose(setDial(3));
        uint256 snapshot = governor.proposalSnapshot(first);
        uint256 season = governor.seasonOf(snapshot);
        vm.warp(snapshot + 1);
        vm.expectEmit(address(governor));
        emit QuadraticVotes.CreditsSpent(identity(0), first, season, 8, 64);
        vote(first, identity(0), FOR, 8);
        assertEq(governor.creditsLeft(identity(0), season), 36, "left of 100");
        vm.expectRevert(
            abi.encodeWithSelector(QuadraticVotes.CreditsExceeded.selector, identity(0), season, 49, 36)
        );
        vote(second, identity(0), FOR, 7);
        vote(second, identity(0), FOR, 6);
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.CreditsExceeded.selector, identity(0), season, 1, 0));
        vote(third, identity(0), FOR, 1);
        assertTrue(governor.hasVoted(second, identity(0)) && !governor.hasVoted(third, identity(0)), "who has voted");

        // In the next season the credits of a proposal's own season are spent still.
        vm.warp((season + 1) * SEASON + 1);
        if (block.timestamp <= governor.proposalDeadline(third)) {
            vm.expectRevert(
                abi.encodeWithSelector(QuadraticVotes.CreditsExceeded.selector, identity(0), season, 1, 0)
            );
            vote(third, identity(0), FOR, 1);
        }
        vm.prank(proposer);
        governor.depositBond{value: BOND}();
        uint256 later = proposeAndOpen(setDial(4));
        vote(later, identity(0), FOR, 10);
    }

    function test_aVoteAtTheTurnOfASeasonIsChargedToTheSnapshots() public {
        uint256 turn = (governor.seasonOf(block.timestamp) + 1) * SEASON;
        vm.warp(turn - VOTING_DELAY - 1 hours);
        uint256 early = propose(setDial(1));
        uint256 season = governor.seasonOf(governor.proposalSnapshot(early));
        vm.warp(turn + 1 hours);
        assertEq(governor.seasonOf(block.timestamp), season + 1, "another season");
        vote(early, identity(0), FOR, 10);
        assertEq(governor.creditsLeft(identity(0), season), 0, "the snapshot's season pays");
        assertEq(governor.creditsLeft(identity(0), season + 1), 100, "this one does not");
    }

    function testFuzz_nobodySpendsMoreThanItsCredits(uint256 seed) public {
        uint256[] memory ids = new uint256[](3);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = propose(setDial(i));
        }
        vm.warp(governor.proposalSnapshot(ids[0]) + 1);
        uint256 spent = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 votes = uint256(keccak256(abi.encode(seed, i))) % 12;
            vm.prank(identity(0));
            (bool taken,) = address(governor).call(
                abi.encodeCall(IGovernor.castVoteWithReasonAndParams, (ids[i], FOR, "", abi.encode(votes)))
            );
            assertTrue(
                taken == (votes > 0 && votes <= 10 && spent + votes * votes <= 100), "accepted what it can pay"
            );
            if (taken) spent += votes * votes;
        }
        uint256 season = governor.seasonOf(governor.proposalSnapshot(ids[0]));
        assertEq(governor.creditsLeft(identity(0), season), 100 - spent, "left");
    }

    function test_aVoteIsOneUnlessItSays() public {
        uint256 id = proposeAndOpen(setDial(7));
        vm.prank(identity(0));
        governor.castVote(id, FOR);
        (, uint256 inFavour,) = governor.proposalVotes(id);
        assertEq(inFavour, 1, "one vote");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, identity(0)));
        vote(id, identity(0), FOR, 1);
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.VotesOutOfRange.selector, 0, 10));
        vote(id, identity(1), FOR, 0);
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.VotesOutOfRange.selector, 11, 10));
        vote(id, identity(1), FOR, 11);
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.VotesOutOfRange.selector, type(uint256).max, 10));
        vote(id, identity(1), FOR, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidVoteType.selector));
        vote(id, identity(1), 3, 1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidVoteParams.selector));
        vm.prank(identity(1));
        governor.castVoteWithReasonAndParams(id, FOR, "", hex"01");
    }

    function test_whoComesAfterTheSnapshotOrIsRemovedHasNoVoice() public {
        uint256 admission =
            proposeAndOpen(draft(ProposalType.PolicyChange, address(electorate), abi.encodeCall(Electorate.admit, (address(0xA1), REASON))));
        carry(admission);
        uint256 id = proposeAndOpen(setDial(7));
        uint256 snapshot = governor.proposalSnapshot(id);
        vm.prank(address(timelock));
        electorate.admit(address(0xA2), REASON);
        vm.prank(address(timelock));
        electorate.remove(identity(0), REASON);
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.NoVoice.selector, address(0xA2), snapshot));
        vote(id, address(0xA2), FOR, 1);
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.NoVoice.selector, identity(0), snapshot));
        vote(id, identity(0), FOR, 1);
        vote(id, identity(1), FOR, 1);
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
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.ZeroElectorate.selector));
        new BallastGovernor(timelock, Electorate(address(0)), wrong, new Action[](0));
        wrong.credits = 0;
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.CreditsOutOfRange.selector, 0, 1, 1_000_000));
        new BallastGovernor(timelock, electorate, wrong, new Action[](0));
        wrong.credits = 1_000_001;
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.CreditsOutOfRange.selector, 1_000_001, 1, 1_000_000));
        new BallastGovernor(timelock, electorate, wrong, new Action[](0));
        wrong = config();
        wrong.season = 1 days - 1;
        vm.expectRevert(abi.encodeWithSelector(QuadraticVotes.SeasonTooShort.selector, 1 days - 1, 1 days));
        new BallastGovernor(timelock, electorate, wrong, new Action[](0));
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

    function build(uint256 size) internal {
        Action[] memory actions = new Action[](2);
        dial = new Dial(upcoming(1));
        actions[0] = Action(ProposalType.ParameterAdjustment, address(dial), Dial.set.selector);
        // The electorate is the second deployment from here.
        actions[1] = Action(ProposalType.PolicyChange, upcoming(1), Electorate.admit.selector);
        buildGovernance(size, actions);
    }
}
