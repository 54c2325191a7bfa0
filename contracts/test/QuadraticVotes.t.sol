// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Action} from "../src/governance/ActionTable.sol";
import {BallastGovernor} from "../src/governance/BallastGovernor.sol";
import {Electorate} from "../src/governance/Electorate.sol";
import {ProposalType} from "../src/governance/ProposalHeader.sol";
import {QuadraticVotes} from "../src/governance/QuadraticVotes.sol";
import {DialWorld} from "./DialWorld.sol";

contract QuadraticVotesTest is DialWorld {
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

    /// @dev What wallets and indexers ask a governor for.
    function test_saysHowItCounts() public view {
        assertEq(governor.clock(), block.timestamp, "clock");
        assertEq(keccak256(bytes(governor.CLOCK_MODE())), keccak256("mode=timestamp"), "clock mode");
        bytes memory mode = "support=bravo&quorum=against,for,abstain&params=quadratic";
        assertEq(keccak256(bytes(governor.COUNTING_MODE())), keccak256(mode), "counting mode");
        assertEq(governor.proposalThreshold(), 0, "a bond is asked for, and no votes");
        assertTrue(governor.proposalNeedsQueuing(0), "queued");
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
}
