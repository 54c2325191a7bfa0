// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedAutonomyController} from "../src/BoundedAutonomyController.sol";
import {CommitteeVotes} from "../src/CommitteeVotes.sol";
import {DecisionLog} from "../src/DecisionLog.sol";
import {ParameterUpdate, Recommendation} from "../src/interfaces/IStabilityController.sol";
import {ParameterRules} from "../src/ParameterRules.sol";
import {Provenance} from "../src/ParameterTypes.sol";
import {Quorum} from "../src/Quorum.sol";
import {World} from "./World.sol";

contract RecommendationsTest is World {
    uint64 private constant RISEN = FIRST_FEE + 0.004e18;
    bytes32 private constant OTHER = keccak256("OTHER");

    function setUp() public {
        buildWorld(7);
        buildFee();
        vm.prank(governance);
        parameters.configure(OTHER, UNIT, FIRST_FEE, limits(), address(0));
        publish(decisionFor(1));
        vm.warp(START + COOLDOWN);
    }

    function refused(ParameterUpdate memory update, Recommendation[] memory votes, bytes memory reason) private {
        vm.expectRevert(reason);
        controller.applyUpdate(update, votes, members());
    }

    function test_R12_badVotesAreRefused() public {
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = recommend(update, new uint64[](4));
        refused(update, votes, abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 4, 5));

        votes = agree(update, RISEN);
        votes[4] = votes[1];
        refused(update, votes, abi.encodeWithSelector(CommitteeVotes.DuplicateVote.selector, 1));

        votes = agree(update, RISEN);
        votes[4].index = 9;
        refused(update, votes, abi.encodeWithSelector(CommitteeVotes.MemberIndexOutOfRange.selector, 9, 7));

        votes[4].index = 255;
        refused(update, votes, abi.encodeWithSelector(CommitteeVotes.MemberIndexOutOfRange.selector, 255, 7));

        votes = agree(update, RISEN);
        votes[4].vs = bytes32(type(uint256).max);
        refused(update, votes, abi.encodeWithSelector(CommitteeVotes.SignatureInvalid.selector, 4));

        votes = agree(update, RISEN);
        bytes32 digest = controller.hashRecommendation(update, one(RISEN), explanationOf(4));
        (votes[4].r, votes[4].vs) = shortSignatureBy(0xBAD, digest);
        refused(
            update,
            votes,
            abi.encodeWithSelector(CommitteeVotes.SignerMismatch.selector, 4, members()[4], vm.addr(0xBAD))
        );

        votes = agree(update, RISEN);
        address[] memory swapped = members();
        (swapped[0], swapped[1]) = (swapped[1], swapped[0]);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeNotAscending.selector, 1));
        controller.applyUpdate(update, votes, swapped);
    }

    function test_whatTheRegistryRefusesIsRefusedWithItsReason() public {
        uint64 value = FIRST_FEE + STEP_UP + 1;
        ParameterUpdate memory update = nextUpdate();
        bytes4 exceeded = ParameterRules.StepExceeded.selector;
        refused(update, agree(update, value), abi.encodeWithSelector(exceeded, FEE, FIRST_FEE, value, STEP_UP));
    }

    function test_R12_anOutgoingCommitteeMovesNothing() public {
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        address[] memory outgoing = members();
        rotate(ascendingKeys(7, 100));
        vm.expectRevert(
            abi.encodeWithSelector(CommitteeVotes.CommitteeRootMismatch.selector, rootOf(members()), rootOf(outgoing))
        );
        controller.applyUpdate(update, votes, outgoing);
        update = nextUpdate();
        controller.applyUpdate(update, agree(update, RISEN), members());
        assertEq(parameters.valueOf(FEE), RISEN, "value");
    }

    /// @dev After an apply the value is the lower median, within bounds and step; else nothing has changed. The order of
    /// the votes changes neither the value nor whose explanation is recorded.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_theValueIsTheMedianInAnyOrderOrNothingChanges(uint64[7] memory seeds, uint256 count) public {
        count = bound(count, quorum(), 7);
        uint64[] memory values = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) {
            values[i] = uint64(bound(seeds[i], FIRST_FEE - 2 * STEP_DOWN, FIRST_FEE + 2 * STEP_UP));
        }
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = recommend(update, values);
        uint256 turn = seeds[0] % count;
        (votes[0], votes[turn]) = (votes[turn], votes[0]);
        uint256 first = 0;
        uint64 median = sorted(copyOf(values))[(count - 1) / 2];
        while (values[first] != median) ++first;
        bool acceptable = median != FIRST_FEE && median <= FIRST_FEE + STEP_UP && median >= FIRST_FEE - STEP_DOWN;
        if (acceptable) expectRecord(update, FEE, median, 1, explanationOf(first));
        try controller.applyUpdate(update, votes, members()) {
            assertTrue(acceptable, "an unacceptable median was applied");
            assertEq(parameters.valueOf(FEE), median, "value");
            assertEq(controller.sequence(), 1, "sequence");
        } catch {
            assertTrue(!acceptable, "an acceptable median was refused");
            assertEq(parameters.valueOf(FEE), FIRST_FEE, "value");
            assertEq(controller.sequence(), 0, "sequence");
        }
    }

    function test_ofMembersWhoAgreeTheFirstIsHeardInAnyOrder() public {
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        (votes[0], votes[1], votes[3], votes[4]) = (votes[4], votes[3], votes[1], votes[0]);
        expectRecord(update, FEE, RISEN, 1, explanationOf(0));
        controller.applyUpdate(update, votes, members());
    }

    function test_ofMembersWithTheMedianTheFirstIsHeard() public {
        uint64[] memory values = new uint64[](5);
        (values[0], values[1], values[2], values[3], values[4]) = (RISEN - 1, RISEN, RISEN, RISEN + 1, RISEN + 1);
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = recommend(update, values);
        expectRecord(update, FEE, RISEN, 1, explanationOf(1));
        controller.applyUpdate(update, votes, members());
    }

    /// @dev 170 of 255 members vote, and the median is the last one's.
    function test_theLastMemberOfTheLargestCommitteeIsHeard() public {
        buildWorld(255);
        buildFee();
        vm.warp(START + COOLDOWN);
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = new Recommendation[](170);
        for (uint256 i = 0; i < 170; ++i) {
            uint64 value = i == 169 ? RISEN : i < 84 ? RISEN - 1 : RISEN + 1;
            votes[i] = voteOf(update, 85 + i, one(value));
        }
        Recommendation[] memory fewer = new Recommendation[](169);
        refused(update, fewer, abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 169, 170));
        expectRecord(update, FEE, RISEN, 1, explanationOf(254));
        controller.applyUpdate(update, votes, members());
    }

    function test_aCommitteeOfOneDecidesAlone() public {
        buildWorld(1);
        buildFee();
        vm.warp(START + COOLDOWN);
        ParameterUpdate memory update = nextUpdate();
        controller.applyUpdate(update, agree(update, RISEN), members());
        assertEq(feeValue(), RISEN, "value");
    }

    function copyOf(uint64[] memory values) private pure returns (uint64[] memory copy) {
        copy = new uint64[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            copy[i] = values[i];
        }
    }

    function expectRecord(ParameterUpdate memory update, bytes32 id, uint64 value, uint64 decision, bytes32 why)
        private
    {
        vm.expectEmit(address(log));
        emit DecisionLog.DecisionRecorded(
            decision,
            id,
            DecisionLog.Kind.Model,
            FIRST_FEE,
            value,
            Provenance(update.sequence, update.modelVersion, update.modelDigest, update.transcript),
            why
        );
    }

    /// @dev Two parameters, whose medians are of different members.
    function test_eachParameterHasItsOwnMedianAndExplanation() public {
        (bytes32 low, bytes32 high) = FEE < OTHER ? (FEE, OTHER) : (OTHER, FEE);
        bytes32[] memory ids = new bytes32[](2);
        (ids[0], ids[1]) = (low, high);
        ParameterUpdate memory update = updateOf(ids);
        Recommendation[] memory votes = new Recommendation[](5);
        for (uint64 i = 0; i < 5; ++i) {
            uint64[] memory values = new uint64[](2);
            (values[0], values[1]) = (FIRST_FEE + 1 + i, FIRST_FEE + 11 + (i + 3) % 5);
            votes[i] = voteOf(update, i, values);
        }
        expectRecord(update, low, FIRST_FEE + 3, 1, explanationOf(2));
        expectRecord(update, high, FIRST_FEE + 13, 2, explanationOf(4));
        controller.applyUpdate(update, votes, members());
        assertEq(parameters.valueOf(low), FIRST_FEE + 3, "the first median");
        assertEq(parameters.valueOf(high), FIRST_FEE + 13, "the second median");
    }

    /// @dev F liars who say anything cannot move the median out of the honest members' range.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_liarsStayWithinTheHonestRange(uint64[2] memory lies, uint256 seed) public {
        uint256 faults = Quorum.faultsTolerated(keys.length);
        uint64[] memory values = new uint64[](quorum());
        (uint64 low, uint64 high) = (type(uint64).max, 0);
        for (uint256 i = 0; i < values.length; ++i) {
            if (i < faults) {
                values[i] = lies[i];
                continue;
            }
            values[i] = FIRST_FEE + 1 + uint64(uint256(keccak256(abi.encode(seed, i))) % STEP_UP);
            if (values[i] < low) low = values[i];
            if (values[i] > high) high = values[i];
        }
        ParameterUpdate memory update = nextUpdate();
        controller.applyUpdate(update, recommend(update, values), members());
        uint64 value = feeValue();
        assertTrue(low <= value && value <= high, "a liar decided");
    }

    /// forge-config: default.fuzz.runs = 40
    function testFuzz_R11_aVoteBindsEveryField(uint256 field, uint64 salt) public {
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        bytes32 before = controller.hashRecommendation(update, one(RISEN), 0);
        field = bound(field, 0, 9);
        if (field == 0) update.network = bytes32(uint256(salt));
        if (field == 1) update.parameterIds[0] = bytes32(uint256(salt));
        if (field == 2) update.sequence = salt;
        if (field == 3) update.expected[0] = salt;
        if (field == 4) update.modelVersion = salt;
        if (field == 5) update.modelDigest = bytes32(uint256(salt));
        if (field == 6) update.expiry = salt;
        if (field == 7) update.transcript = bytes32(uint256(salt));
        if (field == 8) votes[4].values[0] = RISEN ^ (salt | 1);
        if (field == 9) votes[4].explanation = bytes32(uint256(salt));
        vm.assume(field > 7 || controller.hashRecommendation(update, one(RISEN), 0) != before);
        try controller.applyUpdate(update, votes, members()) {
            assertTrue(false, "applied with votes for something else");
        } catch {}
    }

    /// @dev The hash is over whole words: set bits above the 64th are refused though they are signed, not cut off.
    function test_valuesBeyondTheirTypeAreRefused() public {
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        uint256 dirty = uint256(RISEN) | (1 << 64);
        for (uint256 i = 0; i < votes.length; ++i) {
            (votes[i].r, votes[i].vs) = shortSignatureBy(keys[i], dirtyDigest(update, explanationOf(i), dirty));
        }
        bytes memory data = abi.encodeCall(controller.applyUpdate, (update, votes, members()));
        uint256 found = 0;
        for (uint256 i = 4; i + 32 <= data.length; i += 32) {
            uint256 word;
            assembly ("memory-safe") {
                word := mload(add(add(data, 0x20), i))
            }
            if (word != RISEN) continue;
            ++found;
            assembly ("memory-safe") {
                mstore(add(add(data, 0x20), i), or(word, shl(64, 1)))
            }
        }
        assertEq(found, 5, "words found");
        (bool done, bytes memory reason) = address(controller).call(data);
        assertTrue(!done, "a dirty word was taken");
        bytes memory expected = abi.encodeWithSelector(BoundedAutonomyController.ValueTooLarge.selector, dirty);
        assertEq(keccak256(reason), keccak256(expected), "reason");
    }

    function dirtyDigest(ParameterUpdate memory u, bytes32 why, uint256 dirty) private view returns (bytes32) {
        bytes32 body = keccak256(
            abi.encode(
                controller.RECOMMENDATION_TYPEHASH(),
                u.network,
                u.sequence,
                keccak256(abi.encode(FEE)),
                keccak256(abi.encode(FIRST_FEE)),
                keccak256(abi.encode(dirty)),
                u.modelVersion,
                u.modelDigest,
                u.transcript,
                why,
                u.expiry
            )
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Ballast"),
                keccak256("1"),
                block.chainid,
                address(controller)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, body));
    }

    function test_digestIsTheOneOfEip712() public view {
        ParameterUpdate memory u = nextUpdate();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Ballast"),
                keccak256("1"),
                block.chainid,
                address(controller)
            )
        );
        bytes32 body = keccak256(
            abi.encode(
                controller.RECOMMENDATION_TYPEHASH(),
                u.network,
                u.sequence,
                keccak256(abi.encode(FEE)),
                keccak256(abi.encode(FIRST_FEE)),
                keccak256(abi.encode(RISEN)),
                u.modelVersion,
                u.modelDigest,
                u.transcript,
                WHY,
                u.expiry
            )
        );
        assertEq(
            controller.hashRecommendation(u, one(RISEN), WHY),
            keccak256(abi.encodePacked(hex"1901", domain, body)),
            "digest"
        );
    }
}
