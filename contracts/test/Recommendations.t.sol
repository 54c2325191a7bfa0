// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedAutonomyController, ParameterUpdate, Recommendation} from "../src/BoundedAutonomyController.sol";
import {CommitteeVotes} from "../src/CommitteeVotes.sol";
import {Quorum} from "../src/Quorum.sol";
import {World} from "./World.sol";

contract RecommendationsTest is World {
    uint256 private constant RISEN = FIRST_FEE + 0.004e18;

    function setUp() public {
        buildWorld(7);
        buildFee();
        publish(decisionFor(1));
        vm.warp(START + COOLDOWN);
    }

    function test_badVotesAreRefused() public {
        ParameterUpdate memory update = nextUpdate();
        uint256[] memory four = new uint256[](4);
        Recommendation[] memory votes = recommend(update, four);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 4, 5));
        controller.applyUpdate(update, votes, members());

        votes = agree(update, RISEN);
        votes[2].value = RISEN - 1;
        vm.expectRevert(
            abi.encodeWithSelector(BoundedAutonomyController.ValuesNotAscending.selector, 2, RISEN, RISEN - 1)
        );
        controller.applyUpdate(update, votes, members());

        votes = agree(update, RISEN);
        votes[4] = votes[1];
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.DuplicateVote.selector, 1));
        controller.applyUpdate(update, votes, members());

        votes = agree(update, RISEN);
        votes[4].index = 9;
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.MemberIndexOutOfRange.selector, 9, 7));
        controller.applyUpdate(update, votes, members());

        votes = agree(update, RISEN);
        votes[4].signature = hex"00";
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.SignatureInvalid.selector, 4));
        controller.applyUpdate(update, votes, members());

        votes = agree(update, RISEN);
        votes[4].signature = signatureBy(0xBAD, controller.hashRecommendation(update, RISEN));
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.SignerMismatch.selector, 4, members()[4], vm.addr(0xBAD)));
        controller.applyUpdate(update, votes, members());

        votes = agree(update, RISEN);
        address[] memory swapped = members();
        (swapped[0], swapped[1]) = (swapped[1], swapped[0]);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeNotAscending.selector, 1));
        controller.applyUpdate(update, votes, swapped);
    }

    function test_anOutgoingCommitteeMovesNothing() public {
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

    /// @dev After an apply the value is the lower median, within bounds and step; else nothing has changed.
    function testFuzz_theValueIsTheMedianOrNothingChanges(uint256[7] memory seeds, uint256 count) public {
        count = bound(count, quorum(), 7);
        uint256[] memory values = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            values[i] = bound(seeds[i], FIRST_FEE - 2 * STEP_DOWN, FIRST_FEE + 2 * STEP_UP);
        }
        values = sorted(values);
        uint256 median = values[(count - 1) / 2];
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = recommend(update, values);
        bool acceptable = median != FIRST_FEE && median <= FIRST_FEE + STEP_UP && median >= FIRST_FEE - STEP_DOWN;
        try controller.applyUpdate(update, votes, members()) {
            assertTrue(acceptable, "an unacceptable median was applied");
            assertEq(parameters.valueOf(FEE), median, "value");
            assertEq(controller.sequenceOf(FEE), 1, "sequence");
        } catch {
            assertTrue(!acceptable, "an acceptable median was refused");
            assertEq(parameters.valueOf(FEE), FIRST_FEE, "value");
            assertEq(controller.sequenceOf(FEE), 0, "sequence");
        }
    }

    /// @dev F liars who say anything cannot move the median out of the honest members' range.
    function testFuzz_liarsStayWithinTheHonestRange(uint256[2] memory lies, uint256 seed) public {
        uint256 faults = Quorum.faultsTolerated(keys.length);
        uint256[] memory values = new uint256[](quorum());
        (uint256 low, uint256 high) = (type(uint256).max, 0);
        for (uint256 i = 0; i < values.length; ++i) {
            if (i < faults) {
                values[i] = lies[i];
                continue;
            }
            values[i] = FIRST_FEE + 1 + (uint256(keccak256(abi.encode(seed, i))) % STEP_UP);
            if (values[i] < low) low = values[i];
            if (values[i] > high) high = values[i];
        }
        ParameterUpdate memory update = nextUpdate();
        controller.applyUpdate(update, recommend(update, sorted(values)), members());
        uint256 value = parameters.valueOf(FEE);
        assertTrue(low <= value && value <= high, "a liar decided");
    }

    function testFuzz_aVoteBindsEveryField(uint256 field, uint64 salt) public {
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        bytes32 before = controller.hashRecommendation(update, RISEN);
        field = bound(field, 0, 7);
        if (field == 0) update.network = bytes32(uint256(salt));
        if (field == 1) update.parameterId = bytes32(uint256(salt));
        if (field == 2) update.sequence = salt;
        if (field == 3) update.expected = salt;
        if (field == 4) update.modelVersion = salt;
        if (field == 5) update.modelDigest = bytes32(uint256(salt));
        if (field == 6) update.expiry = salt;
        if (field == 7) votes[4].value = RISEN + 1 + salt;
        vm.assume(field == 7 || controller.hashRecommendation(update, RISEN) != before);
        try controller.applyUpdate(update, votes, members()) {
            assertTrue(false, "applied with votes for something else");
        } catch {}
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
                u.parameterId,
                u.sequence,
                u.expected,
                RISEN,
                u.modelVersion,
                u.modelDigest,
                u.expiry
            )
        );
        assertEq(
            controller.hashRecommendation(u, RISEN), keccak256(abi.encodePacked(hex"1901", domain, body)), "digest"
        );
    }
}
