// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateVote, AggregateVotes} from "../src/AggregateVotes.sol";
import {CommitteeSignature, CommitteeVotes} from "../src/CommitteeVotes.sol";
import {Equivocation} from "../src/Equivocation.sol";
import {ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {Slasher} from "../src/Slasher.sol";
import {BlsWorld} from "./BlsWorld.sol";

/// @notice Reports, and takes no payment.
contract SilentReporter {
    function report(Slasher slasher, bytes calldata call) external {
        (bool done,) = address(slasher).call(call);
        require(done, "reported");
    }

    function collect(Slasher slasher) external {
        slasher.collect();
    }
}

contract SlasherTest is BlsWorld {
    uint256 private constant BOND = 10 ether;
    uint64 private constant DELAY = 7 days;
    bytes32 private constant COMMIT = keccak256("equivocation-commit");
    uint256 private constant REPORTING_KEY = 0xFEED;
    address private treasury = address(0x7EA5);
    address private reporter = address(0x4E90);
    string private offences;
    NodeRegistry private nodes;
    Slasher private slasher;

    function setUp() public {
        readVectors();
        offences = read("offences.json");
        buildWorld(4);
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        nodes = new NodeRegistry(BOND, DELAY, predicted);
        slasher = new Slasher(models, nodes, treasury);
        // Members have the node keys of the vector's offences, from the second on.
        for (uint256 i = 0; i < keys.length; ++i) {
            join(i, nodeKeyAt(i + 1));
        }
        enrol(reporter, REPORTING_KEY);
    }

    /// @notice An operator beside the committee.
    function enrol(address owner, uint256 key) private {
        bytes32 nodeKey = keccak256(abi.encode(owner));
        bytes32 digest = nodes.hashSignerProof(owner, vm.addr(key), nodeKey, nodes.signerNonce(owner));
        vm.deal(owner, BOND);
        vm.prank(owner);
        nodes.register{value: BOND}(nodeKey, new bytes(64), vm.addr(key), signatureBy(key, digest));
    }

    function nodeKeyAt(uint256 i) private view returns (bytes32) {
        return vm.parseJsonBytes32(offences, string.concat(item(".entries[2].offences", i), ".nodeKey"));
    }

    function ownerOf(uint256 i) private pure returns (address) {
        return address(uint160(0x0E0E00 + i));
    }

    function join(uint256 i, bytes32 nodeKey) private {
        address owner = ownerOf(i);
        address signer = vm.addr(keys[i]);
        bytes32 digest = nodes.hashSignerProof(owner, signer, nodeKey, nodes.signerNonce(owner));
        vm.deal(owner, BOND);
        vm.prank(owner);
        nodes.register{value: BOND}(nodeKey, new bytes(64), signer, signatureBy(keys[i], digest));
    }

    function bondOf(uint256 i) private view returns (uint256) {
        return nodes.operators(ownerOf(i)).bond;
    }

    /// @notice Two decisions of one view.
    function conflict() private view returns (RoundDecision memory first, RoundDecision memory second) {
        (first, second) = (decisionFor(1), decisionFor(1));
        second.modelDigest = keccak256("other");
    }

    function signed(uint256 key, RoundDecision memory decision) private view returns (bytes memory) {
        return signatureBy(key, models.hashRoundDecision(decision));
    }

    function report(uint256 i) private {
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        reportVotes(i, first, second);
    }

    function reportVotes(uint256 i, RoundDecision memory first, RoundDecision memory second) private {
        (bytes memory one, bytes memory two) = (signed(keys[i], first), signed(keys[i], second));
        address[] memory committee = members();
        vm.prank(reporter);
        slasher.punishEquivocation(first, second, one, two, committee);
    }

    function refusedVotes(uint256 key, RoundDecision memory first, RoundDecision memory second, bytes memory reason)
        private
    {
        (bytes memory one, bytes memory two) = (signed(key, first), signed(key, second));
        address[] memory committee = members();
        vm.expectRevert(reason);
        slasher.punishEquivocation(first, second, one, two, committee);
    }

    function offenceOf(uint256 i, RoundDecision memory d) private view returns (bytes32) {
        return keccak256(abi.encode("commit", vm.addr(keys[i]), d.network, d.epoch, d.round, d.viewNumber));
    }

    /// @notice The decision of an entry of the vectors, in this epoch, and the entry's bytes.
    function certified(uint256 i) private view returns (RoundDecision memory decision, bytes memory entry) {
        decision = decisionFor(1);
        decision.outcome = 2;
        decision.entryDigest = vm.parseJsonBytes32(offences, string.concat(item(".entries", i), ".digest"));
        entry = vm.parseJsonBytes(offences, string.concat(item(".entries", i), ".bytes"));
    }

    function reportCertified(uint256 i, uint256 index) private {
        (RoundDecision memory decision, bytes memory entry) = certified(i);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        address[] memory committee = members();
        vm.prank(reporter);
        slasher.punishCertified(decision, committee, votes, entry, index);
    }

    function refusedCertified(uint256 i, uint256 index, bytes memory reason) private {
        (RoundDecision memory decision, bytes memory entry) = certified(i);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        address[] memory committee = members();
        vm.expectRevert(reason);
        slasher.punishCertified(decision, committee, votes, entry, index);
    }

    function test_twoVotesInOneViewTakeTheWholeBond() public {
        (RoundDecision memory first,) = conflict();
        vm.expectEmit(address(nodes));
        emit NodeRegistry.Slashed(ownerOf(2), BOND, 0);
        vm.expectEmit(address(nodes));
        emit NodeRegistry.ExitStarted(ownerOf(2), nodeKeyAt(3), uint64(block.timestamp) + DELAY);
        vm.expectEmit(address(slasher));
        emit Slasher.Punished(ownerOf(2), offenceOf(2, first), COMMIT, BOND, reporter, BOND / 10);
        report(2);
        assertEq(bondOf(2), 0, "bond");
        assertEq(nodes.activeCount(), 4, "active");
        assertEq(slasher.owed(reporter), BOND / 10, "reward");
        assertEq(slasher.owed(treasury), BOND - BOND / 10, "treasury");
        assertEq(address(slasher).balance, BOND, "held");
        for (uint256 i = 0; i < 4; ++i) {
            if (i != 2) assertEq(bondOf(i), BOND, "others keep theirs");
        }
    }

    function test_anOffenceCountsOnceWhicheverVotesAreShown() public {
        report(2);
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        bytes memory known = abi.encodeWithSelector(Slasher.AlreadyPunished.selector, offenceOf(2, first));
        refusedVotes(keys[2], second, first, known);
        second.modelDigest = keccak256("a third");
        refusedVotes(keys[2], first, second, known);
        // Another view is another offence, though nothing is left to take.
        (first.viewNumber, second.viewNumber) = (2, 2);
        reportVotes(2, first, second);
        assertEq(slasher.owed(reporter), BOND / 10, "no second reward");
    }

    function test_aBondIsLostDuringTheExitAndNotAfter() public {
        vm.prank(ownerOf(1));
        nodes.exit();
        vm.warp(block.timestamp + DELAY - 1);
        report(1);
        assertEq(bondOf(1), 0, "bond");
        assertEq(uint256(nodes.operators(ownerOf(1)).status), uint256(NodeRegistry.Status.Exiting), "still leaving");
        vm.prank(ownerOf(3));
        nodes.exit();
        vm.warp(block.timestamp + DELAY);
        vm.prank(ownerOf(3));
        nodes.withdraw();
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        refusedVotes(keys[3], first, second, abi.encodeWithSelector(NodeRegistry.NotRegistered.selector, ownerOf(3)));
    }

    function test_proofsCountForTheUnbondingDelayAfterTheirEpoch() public {
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        uint256[] memory before = keys;
        address[] memory committee = members();
        vm.warp(block.timestamp + 30 days);
        uint256 endedAt = block.timestamp;
        rotate(ascendingKeys(5, 100));
        vm.warp(endedAt + DELAY + 1);
        (bytes memory one, bytes memory two) = (signed(before[0], first), signed(before[0], second));
        vm.expectRevert(abi.encodeWithSelector(Slasher.EvidenceTooOld.selector, 0, endedAt, DELAY));
        slasher.punishEquivocation(first, second, one, two, committee);
        vm.warp(endedAt + DELAY);
        slasher.punishEquivocation(first, second, one, two, committee);
        assertEq(bondOf(0), 0, "bond");
    }

    function test_votesThatProveNothingAreRefused() public {
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        refusedVotes(keys[0], first, first, abi.encodeWithSelector(Equivocation.NoConflict.selector));
        refusedVotes(0xBAD, first, second, abi.encodeWithSelector(Slasher.NotAMember.selector, vm.addr(0xBAD), 0));
        (bytes memory one, bytes memory two) = (signed(keys[0], first), signed(keys[1], second));
        address[] memory committee = members();
        vm.expectRevert(abi.encodeWithSelector(Equivocation.SignersDiffer.selector, committee[0], committee[1]));
        slasher.punishEquivocation(first, second, one, two, committee);
        committee[3] = address(type(uint160).max);
        two = signed(keys[0], second);
        vm.expectRevert(
            abi.encodeWithSelector(
                CommitteeVotes.CommitteeRootMismatch.selector, rootOf(members()), rootOf(committee)
            )
        );
        slasher.punishEquivocation(first, second, one, two, committee);
        (first.network, second.network) = (keccak256("elsewhere"), keccak256("elsewhere"));
        refusedVotes(
            keys[0], first, second, abi.encodeWithSelector(Slasher.NetworkMismatch.selector, NETWORK, first.network)
        );
        (first, second) = conflict();
        (first.epoch, second.epoch) = (1, 1);
        refusedVotes(keys[0], first, second, abi.encodeWithSelector(ModelRegistry.EpochUnknown.selector, 1, 0));
    }

    /// @dev A signer in a committee whom no operator has named: its committee was made elsewhere.
    function test_aMemberWithoutABondHasNothingToLose() public {
        rotate(ascendingKeys(4, 100));
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        bytes32 signer = bytes32(uint256(uint160(vm.addr(keys[0]))));
        refusedVotes(keys[0], first, second, abi.encodeWithSelector(Slasher.KeyUnknown.selector, signer));
    }

    function test_votesWithBlsAreTheSame() public {
        bytes memory key = voteOf(0).aggregateKey;
        bytes32 secret = word(".cases[0].secret");
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        bytes memory one = signWith(secret, AggregateVotes.DOMAIN, models.hashRoundDecision(first));
        bytes memory two = signWith(secret, AggregateVotes.DOMAIN, models.hashRoundDecision(second));
        address[] memory committee = members();
        vm.expectRevert(abi.encodeWithSelector(Slasher.KeyUnknown.selector, keccak256(key)));
        slasher.punishAggregatedEquivocation(first, second, key, one, two, committee);

        address signer = committee[3];
        bytes memory possession =
            signWith(secret, nodes.BLS_POSSESSION_DOMAIN(), nodes.hashBlsPossession(signer, key));
        vm.prank(signer);
        nodes.registerBlsKey(key, possession);
        vm.expectRevert(abi.encodeWithSelector(Equivocation.VoteInvalid.selector, 1));
        slasher.punishAggregatedEquivocation(first, second, key, one, one, committee);
        vm.prank(reporter);
        slasher.punishAggregatedEquivocation(first, second, key, one, two, committee);
        assertEq(bondOf(3), 0, "bond");
        // The same place with ECDSA is the same offence.
        refusedVotes(
            keys[3], first, second, abi.encodeWithSelector(Slasher.AlreadyPunished.selector, offenceOf(3, first))
        );
    }

    /// @dev Offences 1, 2 and 4 of the vector: two votes, two proposals, a false ledger.
    function test_certifiedOffencesTakeTheirShare() public {
        uint256[3] memory taken = [BOND / 2, BOND / 2, BOND / 10];
        uint256[3] memory indices = [uint256(1), 2, 4];
        for (uint256 i = 0; i < 3; ++i) {
            reportCertified(1, indices[i]);
            assertEq(bondOf(indices[i] - 1), BOND - taken[i], "bond");
        }
        assertEq(nodes.activeCount(), 2, "below the minimum they leave");
        assertEq(slasher.owed(reporter), (BOND / 2 + BOND / 2 + BOND / 10) / 10, "reward");
    }

    function test_sharesByKind() public view {
        assertEq(slasher.shareOf(keccak256("equivocation-vote")), 5_000, "votes");
        assertEq(slasher.shareOf(keccak256("equivocation-proposal")), 5_000, "proposals");
        assertEq(slasher.shareOf(keccak256("equivocation-header")), 1_000, "headers");
        assertEq(slasher.shareOf(keccak256("false-ledger")), 1_000, "ledger");
        assertEq(slasher.shareOf(keccak256("failed-audit")), 500, "audit");
        assertEq(slasher.shareOf(keccak256("body-withheld")), 0, "body");
        assertEq(slasher.shareOf(COMMIT), 0, "commit votes prove themselves and are never certified");
    }

    function test_aCertifiedOffenceCountsOnceAndOneInAnEpoch() public {
        reportCertified(1, 1);
        bytes32 evidence = vm.parseJsonBytes32(offences, ".entries[1].offences[1].evidence");
        bytes32 id = keccak256(abi.encode("certified", nodeKeyAt(1), evidence));
        refusedCertified(1, 1, abi.encodeWithSelector(Slasher.AlreadyPunished.selector, id));
        // The third entry names the same offence of the same node again.
        refusedCertified(2, 1, abi.encodeWithSelector(Slasher.AlreadyPunished.selector, id));
        rotate(ascendingKeys(4, 100));
        refusedCertified(2, 1, abi.encodeWithSelector(Slasher.AlreadyPunished.selector, id));
    }

    /// @dev The key of the vector's second member gets another owner's name; the owner's second offence waits an epoch.
    function test_aQuorumTakesFromAnOperatorOnceAnEpoch() public {
        address owner = ownerOf(1);
        vm.prank(owner);
        nodes.exit();
        vm.warp(block.timestamp + DELAY);
        vm.prank(owner);
        nodes.withdraw();
        join(1, nodeKeyAt(2));
        // It leaves, since its bond is below the minimum now.
        reportCertified(1, 2);
        vm.warp(block.timestamp + DELAY);
        vm.prank(owner);
        nodes.withdraw();
        join(1, nodeKeyAt(7));
        refusedCertified(2, 7, abi.encodeWithSelector(Slasher.AlreadyPunishedInEpoch.selector, owner, 0));
        uint256[] memory next = ascendingKeys(4, 100);
        rotate(next);
        reportCertified(2, 7);
    }

    function test_certifiedOffencesAreRefusedWithoutAQuorumItsEntryOrAnOperator() public {
        (RoundDecision memory decision, bytes memory entry) = certified(1);
        CommitteeSignature[] memory votes = signedBy(quorum() - 1, models.hashRoundDecision(decision));
        address[] memory committee = members();
        vm.expectRevert(
            abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, quorum() - 1, quorum())
        );
        slasher.punishCertified(decision, committee, votes, entry, 1);

        votes = signedBy(quorum(), models.hashRoundDecision(decision));
        entry[100] ^= 0x01;
        bytes32 given = sha256(abi.encodePacked(uint8(15), "ballast/entry/3", entry));
        vm.expectRevert(abi.encodeWithSelector(Slasher.EntryMismatch.selector, decision.entryDigest, given));
        slasher.punishCertified(decision, committee, votes, entry, 1);
        entry[100] ^= 0x01;

        decision.network = keccak256("elsewhere");
        votes = signedBy(quorum(), models.hashRoundDecision(decision));
        vm.expectRevert(abi.encodeWithSelector(Slasher.NetworkMismatch.selector, NETWORK, decision.network));
        slasher.punishCertified(decision, committee, votes, entry, 1);

        refusedCertified(
            1, 3, abi.encodeWithSelector(Slasher.KindNotPunishable.selector, keccak256("body-withheld"))
        );
        refusedCertified(1, 5, abi.encodeWithSelector(Slasher.KeyUnknown.selector, nodeKeyAt(5)));
    }

    /// @dev A committee of old has nothing to lose by what it certifies.
    function test_aCommitteeOfOldCertifiesNothing() public {
        (RoundDecision memory decision, bytes memory entry) = certified(1);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        address[] memory committee = members();
        uint256 endedAt = block.timestamp;
        rotate(ascendingKeys(4, 100));
        vm.warp(endedAt + DELAY + 1);
        vm.expectRevert(abi.encodeWithSelector(Slasher.EvidenceTooOld.selector, 0, endedAt, DELAY));
        slasher.punishCertified(decision, committee, votes, entry, 1);
    }

    function test_aCommitteeWithBlsCertifiesToo() public {
        (RoundDecision memory decision, bytes memory entry) = certified(1);
        bytes32 digest = models.hashRoundDecision(decision);
        AggregateVote memory vote = voteFor(0, digest);
        vm.expectRevert(abi.encodeWithSelector(ModelRegistry.SchemeMismatch.selector, 0, false));
        slasher.punishCertifiedAggregated(decision, vote, entry, 1);

        models = new ModelRegistry(governance, 0, 0);
        vm.prank(governance);
        models.initialise(NETWORK, GENESIS, keccak256("root"), sizeOf(0), keysOf(0), restorer);
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        nodes = new NodeRegistry(BOND, DELAY, predicted);
        slasher = new Slasher(models, nodes, treasury);
        join(0, nodeKeyAt(1));
        digest = models.hashRoundDecision(decision);
        slasher.punishCertifiedAggregated(decision, voteFor(0, digest), entry, 1);
        assertEq(bondOf(0), BOND / 2, "bond");
    }

    function test_rewardsAndTheTreasuryAreCollectedOnce() public {
        report(0);
        vm.expectRevert(abi.encodeWithSelector(Slasher.NothingOwed.selector, address(this)));
        slasher.collect();
        vm.expectEmit(address(slasher));
        emit Slasher.Collected(reporter, BOND / 10);
        vm.prank(reporter);
        slasher.collect();
        assertEq(reporter.balance, BOND / 10, "reward");
        vm.expectRevert(abi.encodeWithSelector(Slasher.NothingOwed.selector, reporter));
        vm.prank(reporter);
        slasher.collect();
        vm.prank(treasury);
        slasher.collect();
        assertEq(treasury.balance, BOND - BOND / 10, "treasury");
        assertEq(address(slasher).balance, 0, "all is paid");
    }

    function reportFrom(address sender, uint256 i) private {
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        (bytes memory one, bytes memory two) = (signed(keys[i], first), signed(keys[i], second));
        address[] memory committee = members();
        vm.prank(sender);
        slasher.punishEquivocation(first, second, one, two, committee);
    }

    function test_aSignersReportIsItsOwnersReward() public {
        reportFrom(vm.addr(REPORTING_KEY), 0);
        assertEq(slasher.owed(reporter), BOND / 10, "owner");
        assertEq(slasher.owed(vm.addr(REPORTING_KEY)), 0, "signer");
    }

    function test_aStrangersReportCountsAndEarnsNothing() public {
        (RoundDecision memory first,) = conflict();
        address stranger = address(0x57A6);
        vm.expectEmit(address(slasher));
        emit Slasher.Punished(ownerOf(0), offenceOf(0, first), COMMIT, BOND, stranger, 0);
        reportFrom(stranger, 0);
        assertEq(bondOf(0), 0, "bond");
        assertEq(slasher.owed(stranger), 0, "reward");
        assertEq(slasher.owed(treasury), BOND, "treasury");
    }

    function test_whoLeavesOrReportsItselfEarnsNothing() public {
        vm.prank(reporter);
        nodes.exit();
        reportFrom(reporter, 0);
        reportFrom(ownerOf(1), 1);
        reportFrom(vm.addr(keys[2]), 2);
        assertEq(slasher.owed(reporter), 0, "leaving");
        assertEq(slasher.owed(ownerOf(1)), 0, "itself");
        assertEq(slasher.owed(ownerOf(2)), 0, "its own signer");
        assertEq(slasher.owed(treasury), 3 * BOND, "treasury");
    }

    function test_aReporterThatTakesNoPaymentKeepsItsClaim() public {
        (RoundDecision memory first, RoundDecision memory second) = conflict();
        SilentReporter silent = new SilentReporter();
        enrol(address(silent), 0xFEEE);
        silent.report(
            slasher,
            abi.encodeCall(
                Slasher.punishEquivocation,
                (first, second, signed(keys[0], first), signed(keys[0], second), members())
            )
        );
        vm.expectRevert(abi.encodeWithSelector(Slasher.PaymentFailed.selector, address(silent), BOND / 10));
        silent.collect(slasher);
        assertEq(slasher.owed(address(silent)), BOND / 10, "still owed");
    }

    function test_withoutATreasuryTheRestIsLockedForEver() public {
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        nodes = new NodeRegistry(BOND, DELAY, predicted);
        slasher = new Slasher(models, nodes, address(0));
        join(0, nodeKeyAt(1));
        report(0);
        assertEq(slasher.owed(address(0)), 0, "nobody's");
        assertEq(address(slasher).balance, BOND, "locked");
    }

    /// @dev Whoever reports itself through another account loses nine tenths of what is taken.
    function testFuzz_reportingOneselfNeverPays(uint96 bond) public {
        uint256 extra = bound(bond, 0, 1_000_000 ether);
        address owner = ownerOf(9);
        keys.push(0xABCDEF);
        bytes32 digest = nodes.hashSignerProof(owner, vm.addr(keys[4]), keccak256("ninth"), 0);
        vm.deal(owner, BOND + extra);
        vm.prank(owner);
        nodes.register{value: BOND + extra}(keccak256("ninth"), new bytes(64), vm.addr(keys[4]), signatureBy(keys[4], digest));
        uint256[] memory next = new uint256[](1);
        next[0] = keys[4];
        keys.pop();
        rotate(next);
        report(0);
        assertTrue(slasher.owed(reporter) * 10 <= BOND + extra, "a tenth");
        assertEq(slasher.owed(reporter) + slasher.owed(treasury), BOND + extra, "all is accounted for");
    }

    function test_deploymentRefuses() public {
        refusesToDeploy(
            "Slasher",
            abi.encode(ModelRegistry(address(0)), nodes, treasury),
            abi.encodeWithSelector(Slasher.ZeroAddress.selector, "models")
        );
        address other = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        refusesToDeploy(
            "Slasher",
            abi.encode(models, nodes, treasury),
            abi.encodeWithSelector(Slasher.SlasherMismatch.selector, address(slasher), other)
        );
    }

    function test_nobodyElseTakesFromBondsOrPaysIn() public {
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotSlasher.selector, address(slasher), address(this)));
        nodes.slash(ownerOf(0), 1);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotRegistered.selector, address(this)));
        vm.prank(address(slasher));
        nodes.slash(address(this), 1);
        vm.deal(address(this), 1);
        (bool paid, bytes memory reason) = address(slasher).call{value: 1}("");
        assertTrue(!paid, "refused");
        assertEq(keccak256(reason), keccak256(abi.encodeWithSelector(Slasher.NotNodes.selector, address(this))), "why");
    }
}
