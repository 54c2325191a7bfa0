// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommitteeSignature, CommitteeVotes} from "../src/CommitteeVotes.sol";
import {ModelDisputes} from "../src/ModelDisputes.sol";
import {CommitteeRotation, ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {World} from "./World.sol";

contract CommitteeRotationTest is World {
    uint256[] private next;

    function setUp() public {
        buildWorld(4);
        next = ascendingKeys(7, 100);
    }

    function refused(CommitteeRotation memory rotation, bytes memory reason) private {
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashCommitteeRotation(rotation));
        vm.expectRevert(reason);
        models.rotateCommittee(rotation, members(), votes);
    }

    function test_theNextCommitteePublishesAndTheOldOneNoLonger() public {
        uint256[] memory old = keys;
        vm.expectEmit(address(models));
        emit ModelRegistry.CommitteeRotated(1, rootOf(addressesOf(next)), 7, 0, 0, address(this));
        rotate(next);
        assertEq(models.currentEpoch(), 1, "epoch");
        assertEq(models.committeeSize(1), 7, "size");
        assertEq(models.committeeRoot(0), rootOf(addressesOf(old)), "the old root stays readable");

        RoundDecision memory decision = decisionFor(1);
        publish(decision);

        keys = old;
        decision = decisionFor(2);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeSizeMismatch.selector, 7, 4));
        models.publish(decision, members(), votes);
    }

    function test_rotationRefuses() public {
        CommitteeRotation memory rotation = rotationTo(next);
        rotation.network = 0;
        refused(rotation, abi.encodeWithSelector(ModelRegistry.NetworkMismatch.selector, NETWORK, bytes32(0)));
        rotation = rotationTo(next);
        rotation.epoch = 2;
        refused(rotation, abi.encodeWithSelector(ModelRegistry.EpochMismatch.selector, 1, 2));
        rotation = rotationTo(next);
        rotation.nextSize = 0;
        refused(rotation, abi.encodeWithSelector(CommitteeVotes.CommitteeSizeInvalid.selector, 0, 255));
        rotation = rotationTo(next);
        rotation.nextRoot = 0;
        refused(rotation, abi.encodeWithSelector(ModelDisputes.ZeroValue.selector, "committeeRoot"));
    }

    function test_theNextCommitteeMayHave255Members() public {
        CommitteeRotation memory rotation = rotationTo(next);
        rotation.nextSize = 255;
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashCommitteeRotation(rotation));
        models.rotateCommittee(rotation, members(), votes);
        assertEq(models.committeeSize(1), 255, "size");
    }

    /// @dev Each member but the first: its own vote twice, and a position behind the last.
    function test_aMemberOfTheQuorumVotesOnce() public {
        CommitteeRotation memory rotation = rotationTo(next);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashCommitteeRotation(rotation));
        address[] memory outgoing = members();
        votes[2] = votes[1];
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.DuplicateVote.selector, 1));
        models.rotateCommittee(rotation, outgoing, votes);
        votes[2].index = 9;
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.MemberIndexOutOfRange.selector, 9, 4));
        models.rotateCommittee(rotation, outgoing, votes);
    }

    /// @dev A certified version that nobody has published yet must not be cut off by a rotation.
    function test_rotationWaitsForTheLastVersionOfItsEpoch() public {
        CommitteeRotation memory rotation = rotationTo(next);
        rotation.version = 1;
        refused(rotation, abi.encodeWithSelector(ModelRegistry.VersionMismatch.selector, 0, 1));
        publish(decisionFor(1));
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashCommitteeRotation(rotation));
        models.rotateCommittee(rotation, members(), votes);
        assertEq(models.currentEpoch(), 1, "epoch");
    }

    function test_rotationNeedsTheOutgoingQuorum() public {
        CommitteeRotation memory rotation = rotationTo(next);
        bytes32 digest = models.hashCommitteeRotation(rotation);
        CommitteeSignature[] memory few = signedBy(2, digest);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 2, 3));
        models.rotateCommittee(rotation, members(), few);

        keys = next;
        CommitteeSignature[] memory incoming = signedBy(quorum(), digest);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeSizeMismatch.selector, 4, 7));
        models.rotateCommittee(rotation, members(), incoming);
    }

    function test_aRotationIsNotReplayed() public {
        CommitteeRotation memory rotation = rotationTo(next);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashCommitteeRotation(rotation));
        address[] memory outgoing = members();
        models.rotateCommittee(rotation, outgoing, votes);
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.EpochMismatch.selector, 2, 1));
        models.rotateCommittee(rotation, outgoing, votes);
    }
}
