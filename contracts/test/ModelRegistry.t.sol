// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {CommitteeSignature, CommitteeVotes} from "../src/CommitteeVotes.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ModelDisputes} from "../src/ModelDisputes.sol";
import {CommitteeRotation, ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {Quorum} from "../src/Quorum.sol";
import {World} from "./World.sol";

contract ModelRegistryTest is World {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public {
        buildWorld(7);
    }

    function refused(RoundDecision memory decision, bytes memory reason) private {
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        vm.expectRevert(reason);
        models.publish(decision, members(), votes);
    }

    function test_genesisIsVersionZero() public view {
        (uint64 version, bytes32 digest, uint64 round, uint64 publishedAt) = models.latest();
        assertEq(version, 0, "version");
        assertEq(digest, GENESIS, "digest");
        assertEq(round, 0, "round");
        assertEq(publishedAt, START, "published at");
        assertEq(models.versions(0), GENESIS, "version 0");
        assertEq(models.committeeRoot(0), rootOf(members()), "root");
        assertEq(models.committeeSize(0), 7, "size");
        IModelRegistry.Head memory head = models.head();
        assertEq(head.network, NETWORK, "network");
        assertEq(head.committeeRoot, rootOf(members()), "root in head");
    }

    function test_initialiseRefuses() public {
        bytes32 root = rootOf(members());
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.AlreadyInitialised.selector, NETWORK));
        vm.prank(governance);
        models.initialise(NETWORK, GENESIS, root, 7, 0, restorer);

        ModelRegistry fresh = new ModelRegistry(governance, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        fresh.initialise(NETWORK, GENESIS, root, 7, 0, restorer);

        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.ZeroValue.selector, "network"));
        vm.prank(governance);
        fresh.initialise(0, GENESIS, root, 7, 0, restorer);

        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.ZeroValue.selector, "genesisDigest"));
        vm.prank(governance);
        fresh.initialise(NETWORK, 0, root, 7, 0, restorer);

        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.ZeroValue.selector, "committeeRoot"));
        vm.prank(governance);
        fresh.initialise(NETWORK, GENESIS, 0, 7, 0, restorer);

        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeSizeInvalid.selector, 0, 255));
        vm.prank(governance);
        fresh.initialise(NETWORK, GENESIS, root, 0, 0, restorer);

        RoundDecision memory decision = decisionFor(1);
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.NotInitialised.selector));
        fresh.publish(decision, members(), new CommitteeSignature[](0));
    }

    function test_publishAddsTheNextVersionForAnySubmitter(address submitter) public {
        RoundDecision memory decision = decisionFor(1);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        vm.warp(START + 60);
        vm.expectEmit(address(models));
        emit ModelRegistry.Published(1, decision.modelDigest, decision.entryDigest, 0, decision.round, 1, submitter);
        vm.prank(submitter);
        models.publish(decision, members(), votes);
        (uint64 version, bytes32 digest, uint64 round, uint64 publishedAt) = models.latest();
        assertEq(version, 1, "version");
        assertEq(digest, decision.modelDigest, "digest");
        assertEq(round, decision.round, "round");
        assertEq(publishedAt, START + 60, "published at");
        assertEq(models.versions(0), GENESIS, "version 0 stays");
    }

    function test_aRepeatIsToldApartFromAConflict() public {
        RoundDecision memory decision = decisionFor(1);
        publish(decision);
        refused(
            decision, abi.encodeWithSelector(ModelRegistry.AlreadyPublished.selector, uint64(1), decision.modelDigest)
        );
        publish(decisionFor(2));
        refused(
            decision, abi.encodeWithSelector(ModelRegistry.AlreadyPublished.selector, uint64(1), decision.modelDigest)
        );

        bytes32 published = decision.modelDigest;
        decision.modelDigest = keccak256("other");
        refused(
            decision,
            abi.encodeWithSelector(ModelRegistry.VersionConflict.selector, uint64(1), published, decision.modelDigest)
        );
    }

    function test_publishRefusesADecisionThatDoesNotFollow() public {
        publish(decisionFor(1));
        RoundDecision memory decision = decisionFor(2);

        decision.network = keccak256("elsewhere");
        refused(
            decision, abi.encodeWithSelector(ModelRegistry.NetworkMismatch.selector, NETWORK, keccak256("elsewhere"))
        );
        decision = decisionFor(2);
        decision.epoch = 1;
        refused(decision, abi.encodeWithSelector(ModelRegistry.EpochMismatch.selector, 0, 1));
        decision = decisionFor(3);
        refused(decision, abi.encodeWithSelector(ModelRegistry.VersionMismatch.selector, 2, 3));
        decision = decisionFor(2);
        decision.round = 2;
        refused(decision, abi.encodeWithSelector(ModelRegistry.RoundNotLater.selector, 2, 2));
        decision.round = 1;
        refused(decision, abi.encodeWithSelector(ModelRegistry.RoundNotLater.selector, 2, 1));
        decision = decisionFor(2);
        decision.modelDigest = 0;
        refused(decision, abi.encodeWithSelector(ModelDisputes.ZeroValue.selector, "modelDigest"));
    }

    function testFuzz_onlyAcceptedRoundsArePublishable(uint8 outcome) public {
        vm.assume(outcome != 1);
        RoundDecision memory decision = decisionFor(1);
        decision.outcome = outcome;
        refused(decision, abi.encodeWithSelector(ModelRegistry.OutcomeNotPublishable.selector, outcome));
    }

    function test_publishRefusesAnotherCommittee() public {
        RoundDecision memory decision = decisionFor(1);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));

        address[] memory six = new address[](6);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeSizeMismatch.selector, 7, 6));
        models.publish(decision, six, votes);

        address[] memory swapped = members();
        (swapped[2], swapped[3]) = (swapped[3], swapped[2]);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeNotAscending.selector, 3));
        models.publish(decision, swapped, votes);

        address[] memory doubled = members();
        doubled[3] = doubled[2];
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeNotAscending.selector, 3));
        models.publish(decision, doubled, votes);

        address[] memory strangers = members();
        strangers[6] = address(type(uint160).max);
        vm.expectRevert(
            abi.encodeWithSelector(CommitteeVotes.CommitteeRootMismatch.selector, rootOf(members()), rootOf(strangers))
        );
        models.publish(decision, strangers, votes);
    }

    function test_publishRefusesBadVotes() public {
        RoundDecision memory decision = decisionFor(1);
        bytes32 digest = models.hashRoundDecision(decision);

        CommitteeSignature[] memory few = signedBy(4, digest);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 4, 5));
        models.publish(decision, members(), few);

        CommitteeSignature[] memory votes = signedBy(5, digest);
        votes[4].index = 7;
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.MemberIndexOutOfRange.selector, 7, 7));
        models.publish(decision, members(), votes);

        votes = signedBy(5, digest);
        votes[4] = votes[0];
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.DuplicateVote.selector, 0));
        models.publish(decision, members(), votes);

        votes = signedBy(5, digest);
        votes[3].signature = signatureBy(0xBAD, digest);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.SignerMismatch.selector, 3, members()[3], vm.addr(0xBAD)));
        models.publish(decision, members(), votes);

        votes = signedBy(5, digest);
        votes[3].signature = new bytes(64);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.SignatureInvalid.selector, 3));
        models.publish(decision, members(), votes);

        votes[3].signature = new bytes(65);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.SignatureInvalid.selector, 3));
        models.publish(decision, members(), votes);
    }

    /// @dev The same signature with s' = n - s verifies in plain ECDSA; it would be a second form of one vote.
    function test_publishRefusesAHighS() public {
        RoundDecision memory decision = decisionFor(1);
        bytes32 digest = models.hashRoundDecision(decision);
        CommitteeSignature[] memory votes = signedBy(5, digest);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], digest);
        votes[0].signature = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.SignatureInvalid.selector, 0));
        models.publish(decision, members(), votes);
    }

    /// @dev A vote is for one decision: with any field changed it is somebody else's signature.
    function testFuzz_aVoteBindsEveryField(uint256 field, uint64 salt) public {
        RoundDecision memory decision = decisionFor(1);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        bytes32 before = models.hashRoundDecision(decision);
        field = bound(field, 0, 7);
        if (field == 0) decision.network = bytes32(uint256(salt));
        if (field == 1) decision.epoch = salt;
        if (field == 2) decision.round = salt;
        if (field == 3) decision.viewNumber = uint32(salt);
        if (field == 4) decision.outcome = uint8(salt);
        if (field == 5) decision.version = salt;
        if (field == 6) decision.modelDigest = bytes32(uint256(salt));
        if (field == 7) decision.entryDigest = bytes32(uint256(salt));
        vm.assume(models.hashRoundDecision(decision) != before);
        try models.publish(decision, members(), votes) {
            assertTrue(false, "published with another decision's votes");
        } catch {}
    }

    /// forge-config: default.fuzz.runs = 40
    function testFuzz_everyCommitteeSizeNeedsExactlyItsQuorum(uint256 seed) public {
        buildWorld(bound(seed, 1, 40));
        RoundDecision memory decision = decisionFor(1);
        bytes32 digest = models.hashRoundDecision(decision);
        uint256 needed = Quorum.required(keys.length);
        CommitteeSignature[] memory few = signedBy(needed - 1, digest);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, needed - 1, needed));
        models.publish(decision, members(), few);
        publish(decision);
        assertEq(models.versions(1), decision.modelDigest, "published");
    }

    function test_theRestorerAsksForACertifiedVersionAndNobodyElse() public {
        for (uint64 version = 1; version <= 3; ++version) {
            publish(decisionFor(version));
        }
        assertEq(models.restoreRequest().nonce, 0, "none yet");
        vm.roll(77);
        vm.expectEmit(address(models));
        emit ModelRegistry.RestoreRequested(1, 2, models.versions(2), "drift");
        vm.prank(restorer);
        assertEq(models.requestRestore(2, "drift"), 1, "nonce");
        vm.roll(99);
        vm.prank(restorer);
        assertEq(models.requestRestore(3, ""), 2, "a later request replaces it");
        ModelRegistry.RestoreRequest memory request = models.restoreRequest();
        assertEq(request.version, 3, "version");
        assertEq(request.nonce, 2, "nonce");
        assertEq(request.requestedAt, 99, "height");
        (uint64 latest, bytes32 digest,,) = models.latest();
        assertEq(latest, 3, "nothing is published");
        assertEq(digest, decisionFor(3).modelDigest, "no digest changes");
    }

    function test_restoreRefuses() public {
        publish(decisionFor(1));
        address[3] memory strangers = [governance, address(this), address(0)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NotRestorer.selector, restorer, strangers[i]));
            vm.prank(strangers[i]);
            models.requestRestore(1, "");
        }
        for (uint64 version = 0; version <= 2; version += 2) {
            vm.expectRevert(abi.encodeWithSelector(ModelRegistry.VersionNotCertified.selector, version, 1));
            vm.prank(restorer);
            models.requestRestore(version, "");
        }
        string memory long = string(new bytes(201));
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.ReasonTooLong.selector, 201, 200));
        vm.prank(restorer);
        models.requestRestore(1, long);
        vm.prank(restorer);
        models.requestRestore(1, string(new bytes(200)));
    }

    /// @dev The digests as EIP-712 says them, from the types' texts alone.
    function typed(bytes memory struct_) private view returns (bytes32) {
        bytes32 kind = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 domain =
            keccak256(abi.encode(kind, keccak256("Ballast"), keccak256("1"), block.chainid, address(models)));
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(struct_)));
    }

    function test_digestsAreThoseOfTheirTypes() public view {
        RoundDecision memory decision = RoundDecision(NETWORK, 2, 3, 4, 5, 6, bytes32("digest"), bytes32("entry"));
        bytes32 kind = keccak256(
            "RoundDecision(bytes32 network,uint64 epoch,uint64 round,uint32 view,uint8 outcome,uint64 version,bytes32 modelDigest,bytes32 entryDigest)"
        );
        bytes memory data = abi.encode(kind, NETWORK, 2, 3, 4, 5, 6, bytes32("digest"), bytes32("entry"));
        assertEq(models.hashRoundDecision(decision), typed(data), "decision");
        CommitteeRotation memory rotation = CommitteeRotation(NETWORK, 2, 3, bytes32("root"), 5, bytes32("keys"));
        kind = keccak256(
            "CommitteeRotation(bytes32 network,uint64 epoch,uint64 version,bytes32 nextRoot,uint8 nextSize,bytes32 nextKeys)"
        );
        data = abi.encode(kind, NETWORK, 2, 3, bytes32("root"), 5, bytes32("keys"));
        assertEq(models.hashCommitteeRotation(rotation), typed(data), "rotation");
    }

    function test_initialisingSaysWithWhat() public {
        ModelRegistry fresh = new ModelRegistry(governance, 0, 0);
        bytes32 root = keccak256("root");
        vm.expectEmit(address(fresh));
        emit ModelRegistry.Initialised(NETWORK, GENESIS, root, 7, keccak256("keys"), address(0));
        vm.prank(governance);
        fresh.initialise(NETWORK, GENESIS, root, 7, keccak256("keys"), address(0));
        assertEq(fresh.committeeKeys(0), keccak256("keys"), "keys");
        assertEq(fresh.restorer(), address(0), "nobody restores");
    }

    /// @dev What the committee then publishes is a new version with the old digest.
    function test_anOldDigestIsPublishedAsANewVersion() public {
        publish(decisionFor(1));
        publish(decisionFor(2));
        RoundDecision memory decision = decisionFor(3);
        decision.modelDigest = models.versions(1);
        publish(decision);
        assertEq(models.versions(3), models.versions(1), "restored");
        assertTrue(models.versions(2) != models.versions(1), "the one between stays");
    }

    function test_viewsRefuseWhatDoesNotExist() public {
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.VersionUnknown.selector, 1, 0));
        models.versions(1);
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.EpochUnknown.selector, 1, 0));
        models.committeeRoot(1);
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.EpochUnknown.selector, 2, 0));
        models.committeeSize(2);
    }

    function test_digestIsTheOneOfEip712() public view {
        RoundDecision memory d = decisionFor(1);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Ballast"),
                keccak256("1"),
                block.chainid,
                address(models)
            )
        );
        // All members are static, so the struct encodes like the list of them.
        bytes32 body = keccak256(abi.encodePacked(models.ROUND_DECISION_TYPEHASH(), abi.encode(d)));
        assertEq(models.hashRoundDecision(d), keccak256(abi.encodePacked(hex"1901", domain, body)), "digest");
    }
}
