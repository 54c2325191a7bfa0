// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateVote, AggregateVotes} from "../src/AggregateVotes.sol";
import {Bls} from "../src/Bls.sol";
import {CommitteeSignature, CommitteeVotes} from "../src/CommitteeVotes.sol";
import {CommitteeRotation, ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {BlsWorld} from "./BlsWorld.sol";

contract AggregateVotesTest is BlsWorld {
    /// @dev Cases of the shared vectors: committees of 7 without and with absent members, and of 22.
    uint256 private constant ALL = 2;
    uint256 private constant SOME = 3;
    uint256 private constant LARGE = 4;

    function setUp() public {
        readVectors();
        buildWorld(4);
    }

    function requireQuorum(bytes32 digest, bytes32 keys, uint256 size, AggregateVote calldata vote) public view {
        AggregateVotes.requireQuorum(digest, keys, size, vote);
    }

    function handOverTo(uint256 i) private {
        uint256[] memory next = ascendingKeys(sizeOf(i), 100);
        CommitteeRotation memory rotation = rotationTo(next);
        rotation.nextKeys = keysOf(i);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashCommitteeRotation(rotation));
        models.rotateCommittee(rotation, members(), votes);
        keys = next;
    }

    function rootOf(uint256 size, uint256 signers, bytes calldata absentKeys, bytes32[] calldata siblings)
        public
        pure
        returns (bytes32)
    {
        return AggregateVotes.rootOf(size, signers, absentKeys, siblings);
    }

    function test_theVectorsCount() public view {
        for (uint256 i = 0; i < 5; ++i) {
            this.requireQuorum(word(".digest"), keysOf(i), sizeOf(i), voteOf(i));
        }
    }

    function test_aCommitteePublishesWithOneSignature() public {
        handOverTo(SOME);
        assertEq(models.committeeKeys(1), keysOf(SOME), "keys");
        RoundDecision memory decision = decisionFor(1);
        bytes32 digest = models.hashRoundDecision(decision);
        models.publishAggregated(decision, voteFor(SOME, digest));
        assertEq(models.versions(1), decision.modelDigest, "published");

        AggregateVote memory again = voteFor(SOME, digest);
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.AlreadyPublished.selector, 1, decision.modelDigest));
        models.publishAggregated(decision, again);
        decision = decisionFor(2);
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.AggregateInvalid.selector));
        models.publishAggregated(decision, again);
    }

    function refused(RoundDecision memory decision, AggregateVote memory vote, bytes memory reason) private {
        vm.expectRevert(reason);
        models.publishAggregated(decision, vote);
    }

    /// @dev The same refusals as the library's below, where a registry asks for them.
    function test_aRegistryRefusesWhatIsNotTheCommitteesQuorum() public {
        handOverTo(SOME);
        RoundDecision memory decision = decisionFor(1);
        bytes32 digest = models.hashRoundDecision(decision);
        AggregateVote memory vote = voteFor(SOME, digest);
        (uint256 signers, bytes32 root, uint256 hashes) = (vote.signers, vote.keysRoot, vote.siblings.length);
        bytes memory absent = vote.absentKeys;
        vote.signers = 1 << 7;
        refused(decision, vote, abi.encodeWithSelector(AggregateVotes.SignersOutOfRange.selector, 128, 7));
        vote.signers = (1 << 3) - 1;
        refused(decision, vote, abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 3, 5));
        vote.signers = 0x7f;
        refused(decision, vote, abi.encodeWithSelector(AggregateVotes.AbsentKeysMismatch.selector, 0, 256));
        vote.absentKeys = "";
        refused(decision, vote, abi.encodeWithSelector(AggregateVotes.SiblingsMismatch.selector, hashes));
        (vote.signers, vote.absentKeys) = (signers, new bytes(128));
        refused(decision, vote, abi.encodeWithSelector(AggregateVotes.AbsentKeysMismatch.selector, 256, 128));
        vote.absentKeys = absent;
        vote.siblings = new bytes32[](hashes - 1);
        refused(decision, vote, abi.encodeWithSelector(AggregateVotes.SiblingsMismatch.selector, hashes - 1));
        vote.siblings = new bytes32[](hashes + 1);
        refused(decision, vote, abi.encodeWithSelector(AggregateVotes.SiblingsMismatch.selector, hashes + 1));
        vote.siblings = new bytes32[](hashes);
        bytes32 other = this.rootOf(7, signers, absent, vote.siblings);
        refused(decision, vote, abi.encodeWithSelector(AggregateVotes.KeysMismatch.selector, root, other));
        vote.keysRoot = 0;
        other = keccak256(abi.encodePacked(vote.aggregateKey, bytes32(0)));
        refused(decision, vote, abi.encodeWithSelector(AggregateVotes.KeysMismatch.selector, keysOf(SOME), other));
        vote.aggregateKey = new bytes(127);
        refused(decision, vote, abi.encodeWithSelector(Bls.PointLengthInvalid.selector, 128, 127));
    }

    function test_committeesHandOverBothWays() public {
        handOverTo(LARGE);
        uint256[] memory next = ascendingKeys(4, 200);
        CommitteeRotation memory rotation = rotationTo(next);
        AggregateVote memory vote = voteFor(LARGE, models.hashCommitteeRotation(rotation));
        rotation.nextKeys = keysOf(ALL);
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.AggregateInvalid.selector));
        models.rotateCommitteeAggregated(rotation, vote);
        rotation.nextKeys = 0;
        models.rotateCommitteeAggregated(rotation, vote);
        assertEq(models.currentEpoch(), 2, "epoch");
        keys = next;
        publish(decisionFor(1));
        handOverTo(ALL);
        RoundDecision memory decision = decisionFor(2);
        models.publishAggregated(decision, voteFor(ALL, models.hashRoundDecision(decision)));
        assertEq(models.versions(2), decision.modelDigest, "published");
    }

    function test_aCommitteeVotesInOneWay() public {
        RoundDecision memory decision = decisionFor(1);
        AggregateVote memory vote = voteFor(ALL, models.hashRoundDecision(decision));
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.SchemeMismatch.selector, 0, false));
        models.publishAggregated(decision, vote);
        handOverTo(ALL);
        decision = decisionFor(1);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        address[] memory committee = members();
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.SchemeMismatch.selector, 1, true));
        models.publish(decision, committee, votes);
    }

    function test_refusesWhatIsNotTheCommitteesQuorum() public {
        bytes32 digest = word(".digest");
        bytes32 commitment = keysOf(SOME);
        AggregateVote memory vote = voteOf(SOME);
        vote.signers = (1 << 3) - 1;
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 3, 5));
        this.requireQuorum(digest, commitment, 7, vote);
        vote.signers = 1 << 7;
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.SignersOutOfRange.selector, 128, 7));
        this.requireQuorum(digest, commitment, 7, vote);
        vote = voteOf(SOME);
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.KeysMismatch.selector, keysOf(LARGE), commitment));
        this.requireQuorum(digest, keysOf(LARGE), 7, vote);
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.AggregateInvalid.selector));
        this.requireQuorum(keccak256("other"), commitment, 7, vote);
        vote = voteOf(ALL);
        vote.signature = voteOf(SOME).signature;
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.AggregateInvalid.selector));
        this.requireQuorum(digest, commitment, 7, vote);
    }

    /// @dev Who names itself a signer without a signature, or takes away others than the absent, gains nothing.
    function test_refusesOtherAbsentMembers() public {
        bytes32 digest = word(".digest");
        bytes32 commitment = keysOf(SOME);
        AggregateVote memory vote = voteOf(SOME);
        vote.signers = 0x7f;
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.AbsentKeysMismatch.selector, 0, 256));
        this.requireQuorum(digest, commitment, 7, vote);
        vote.absentKeys = "";
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.SiblingsMismatch.selector, vote.siblings.length));
        this.requireQuorum(digest, commitment, 7, vote);
        vote.siblings = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.AggregateInvalid.selector));
        this.requireQuorum(digest, commitment, 7, vote);

        vote = voteOf(SOME);
        vote.signers = 0x7c; // positions 0 and 1 absent in place of 0 and 6
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.SiblingsMismatch.selector, 3));
        this.requireQuorum(digest, commitment, 7, vote);
        vote = voteOf(SOME);
        bytes32[] memory siblings = vote.siblings;
        vote.siblings = new bytes32[](siblings.length - 1);
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.SiblingsMismatch.selector, 2));
        this.requireQuorum(digest, commitment, 7, vote);
        vote.siblings = new bytes32[](siblings.length + 1);
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.SiblingsMismatch.selector, 4));
        this.requireQuorum(digest, commitment, 7, vote);
        vote = voteOf(SOME);
        (bytes memory absent, bytes memory swapped) = (vote.absentKeys, new bytes(256));
        for (uint256 i = 0; i < 256; ++i) {
            swapped[i] = absent[(i + 128) % 256];
        }
        vote.absentKeys = swapped;
        bytes32 root = this.rootOf(7, vote.signers, swapped, vote.siblings);
        vm.expectRevert(abi.encodeWithSelector(AggregateVotes.KeysMismatch.selector, vote.keysRoot, root));
        this.requireQuorum(digest, commitment, 7, vote);
    }

    /// @dev The attack that proofs of possession stop: a last member whose key is its own less all others' signs for
    /// all. The contract cannot tell, since the outgoing quorum vouched for the keys.
    function test_aRogueKeySignsForAllWhereNobodyAskedForPossession() public view {
        bytes32 own = bytes32(uint256(7));
        bytes memory rogueSum = multiply(address(0x0c), generator(), own);
        AggregateVote memory vote = voteOf(ALL);
        vote.aggregateKey = rogueSum;
        vote.signature = signWith(own, AggregateVotes.DOMAIN, word(".digest"));
        bytes32 commitment = keccak256(abi.encodePacked(rogueSum, vote.keysRoot));
        this.requireQuorum(word(".digest"), commitment, 7, vote);
    }

    function test_anAggregateThatCancelsOutIsNobodys() public {
        AggregateVote memory vote = voteOf(1);
        bytes memory key = vote.absentKeys;
        vote.aggregateKey = key;
        bytes32 commitment = keccak256(abi.encodePacked(key, vote.keysRoot));
        vm.expectRevert(abi.encodeWithSelector(Bls.PointAtInfinity.selector));
        this.requireQuorum(word(".digest"), commitment, 4, vote);
    }

    function generator() private pure returns (bytes memory) {
        return abi.encodePacked(
            uint256(0x17f1d3a73197d7942695638c4fa9ac0f),
            uint256(0xc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb),
            uint256(0x08b3f481e3aaa0f1a09e30ed741d8ae4),
            uint256(0xfcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1)
        );
    }
}
