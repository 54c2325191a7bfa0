// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecisionLog} from "../src/DecisionLog.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {Change, Provenance} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

contract DecisionLogTest is RulesWorld {
    uint64 private constant RISEN = FIRST_FEE + STEP_UP;

    function setUp() public {
        buildRules();
    }

    function count() private view returns (uint64 records) {
        (records,) = log.head();
    }

    function wish() private returns (uint64 decision) {
        vm.prank(governance);
        decision = log.recordWish(FEE, FIRST_FEE, MAX + 1, WHY);
    }

    function test_everyWriteHasExactlyOneRecord() public {
        assertEq(count(), 0, "before");
        applied(FEE, RISEN);
        assertEq(count(), 1, "a model's write");
        vm.prank(governance);
        parameters.setValue(FEE, FIRST_FEE, WHY);
        assertEq(count(), 2, "governance's write");
        vm.prank(address(overrides));
        parameters.setOverride(FEE, RISEN, uint40(block.timestamp + 1), WHY);
        assertEq(count(), 3, "an override");
        assertEq(parameters.stateOf(FEE).lastDecision, 3, "the last decision");
    }

    /// @dev The head is the chain over the hashes of what happened, in order.
    function test_theHeadIsAChainOverTheRecords() public {
        (bytes32 low, bytes32 high) = CEILING < RATIO ? (CEILING, RATIO) : (RATIO, CEILING);
        Change[] memory changes = new Change[](2);
        changes[0] = Change(low, FIRST_FEE, RISEN, WHY);
        changes[1] = Change(high, FIRST_FEE, RISEN, keccak256("another"));
        Provenance memory origin = provenance();
        write(changes);
        bytes24 expected;
        for (uint64 i = 0; i < 2; ++i) {
            bytes memory record = abi.encode(
                1, i + 1, changes[i].id, DecisionLog.Kind.Model, FIRST_FEE, RISEN, origin, changes[i].explanation
            );
            expected = linked(expected, record);
        }
        head(2, expected);

        vm.prank(governance);
        parameters.setValue(low, FIRST_FEE, WHY);
        Provenance memory none;
        expected =
            linked(expected, abi.encode(1, 3, low, DecisionLog.Kind.Governance, RISEN, FIRST_FEE, none, WHY));
        uint256 overridden = low == changes[0].id ? 1 : 2;
        expected = linked(
            expected, abi.encode(2, overridden, IDecisionLog.Status.Implemented, IDecisionLog.Status.Overridden)
        );
        head(3, expected);

        vm.prank(timelock);
        log.review(2, 9, DecisionLog.Verdict.Criticised, WHY);
        expected = linked(expected, abi.encode(3, 2, 9, DecisionLog.Verdict.Criticised, WHY));
        head(3, expected);

        uint64 decision = wish();
        expected = linked(expected, abi.encode(1, decision, FEE, DecisionLog.Kind.Wish, FIRST_FEE, MAX + 1, none, WHY));
        head(4, expected);

        vm.prank(governance);
        log.resolveWish(decision, IDecisionLog.Status.Rejected);
        expected =
            linked(expected, abi.encode(2, decision, IDecisionLog.Status.Pending, IDecisionLog.Status.Rejected));
        head(4, expected);
    }

    /// @dev The two numbers of a provenance, of which the registry hands on what it was given.
    function test_R20_aProvenanceWhoseNumbersAreTooLongIsNotRecorded() public {
        bytes memory data = abi.encodeCall(log.recordBatch, (provenance(), new Change[](0)));
        for (uint256 place = 0x24; place <= 0x44; place += 0x20) {
            bytes memory dirty = abi.encodePacked(data);
            assembly ("memory-safe") {
                let word := add(dirty, place)
                mstore(word, or(mload(word), shl(64, 1)))
            }
            vm.prank(address(parameters));
            (bool done,) = address(log).call(dirty);
            assertTrue(!done, "recorded");
        }
    }

    function linked(bytes24 previous, bytes memory entry) private pure returns (bytes24) {
        return bytes24(keccak256(abi.encodePacked(previous, keccak256(entry))));
    }

    function head(uint64 records, bytes24 digest) private view {
        (uint64 given, bytes24 link) = log.head();
        assertEq(given, records, "records");
        assertEq(bytes32(link), bytes32(digest), "link");
    }

    function test_anOverrideMarksTheLastDecision() public {
        applied(FEE, RISEN);
        applied(CEILING, RISEN);
        assertTrue(log.statusOf(1) == IDecisionLog.Status.Implemented, "implemented");
        vm.expectEmit(address(log));
        emit DecisionLog.StatusMoved(1, IDecisionLog.Status.Implemented, IDecisionLog.Status.Overridden);
        vm.prank(address(overrides));
        parameters.setOverride(FEE, FIRST_FEE, uint40(block.timestamp + 1), WHY);
        assertTrue(log.statusOf(1) == IDecisionLog.Status.Overridden, "overridden");
        assertTrue(log.statusOf(2) == IDecisionLog.Status.Implemented, "the other parameter's");
        assertTrue(log.statusOf(3) == IDecisionLog.Status.Implemented, "the override's own");
    }

    /// @dev A decision in each status, by the ways that the log knows.
    function decisionWith(IDecisionLog.Status status) private returns (uint64 decision) {
        if (status == IDecisionLog.Status.Implemented) {
            vm.prank(address(parameters));
            return log.recordOverride(FEE, 1, 2, WHY, 0);
        }
        decision = wish();
        if (status == IDecisionLog.Status.Pending) return decision;
        vm.prank(governance);
        log.resolveWish(decision, status);
    }

    function test_allTwentyFivePairsOfStatuses() public {
        for (uint256 from = 0; from < 5; ++from) {
            for (uint256 to = 0; to < 5; ++to) {
                uint64 decision = decisionWith(IDecisionLog.Status(from));
                assertTrue(log.statusOf(decision) == IDecisionLog.Status(from), "as made");
                bool isAllowed = from == 0 && to != 0;
                if (!isAllowed) {
                    vm.expectRevert(
                        abi.encodeWithSelector(DecisionLog.StatusTransitionInvalid.selector, decision, from, to)
                    );
                }
                vm.prank(governance);
                log.resolveWish(decision, IDecisionLog.Status(to));
                assertTrue(log.statusOf(decision) == IDecisionLog.Status(isAllowed ? to : from), "after");
            }
        }
    }

    /// @dev The way of an override: it moves Implemented to Overridden, and leaves every other status alone.
    function test_anOverrideMovesNoOtherStatus() public {
        for (uint256 from = 0; from < 5; ++from) {
            uint64 decision = decisionWith(IDecisionLog.Status(from));
            vm.prank(address(parameters));
            log.recordOverride(FEE, 1, 2, WHY, decision);
            uint256 expected = from == uint256(IDecisionLog.Status.Implemented)
                ? uint256(IDecisionLog.Status.Overridden)
                : from;
            assertTrue(log.statusOf(decision) == IDecisionLog.Status(expected), "after");
        }
    }

    /// forge-config: default.fuzz.runs = 8
    function test_R20_onlyTheRegistryRecords(address caller) public {
        vm.assume(caller != address(parameters));
        bytes memory reason =
            abi.encodeWithSelector(DecisionLog.NotRegistry.selector, caller, address(parameters));
        vm.expectRevert(reason);
        vm.prank(caller);
        log.recordBatch(provenance(), new Change[](1));
        vm.expectRevert(reason);
        vm.prank(caller);
        log.recordOverride(FEE, 1, 2, WHY, 0);
    }

    /// forge-config: default.fuzz.runs = 8
    function test_onlyTheBridgeRecordsWishes(address caller) public {
        vm.assume(caller != governance);
        bytes memory reason = abi.encodeWithSelector(DecisionLog.NotBridge.selector, caller, governance);
        vm.expectRevert(reason);
        vm.prank(caller);
        log.recordWish(FEE, 1, 2, WHY);
        wish();
        vm.expectRevert(reason);
        vm.prank(caller);
        log.resolveWish(1, IDecisionLog.Status.Rejected);
    }

    function test_recordersCannotReview() public {
        applied(FEE, RISEN);
        address[4] memory callers = [address(parameters), address(controller), address(overrides), governance];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(DecisionLog.NotReviewer.selector, callers[i], timelock));
            vm.prank(callers[i]);
            log.review(1, 1, DecisionLog.Verdict.Upheld, WHY);
        }
        refusesToDeploy(
            "DecisionLog",
            abi.encode(address(1), address(2), address(1)),
            abi.encodeWithSelector(DecisionLog.RecorderReviews.selector, address(1))
        );
    }

    function test_reviewsAreAppended() public {
        applied(FEE, RISEN);
        (, bytes24 first) = log.head();
        vm.expectEmit(address(log));
        emit DecisionLog.DecisionReviewed(1, 5, DecisionLog.Verdict.Upheld, WHY);
        vm.prank(timelock);
        log.review(1, 5, DecisionLog.Verdict.Upheld, WHY);
        (, bytes24 second) = log.head();
        vm.prank(timelock);
        log.review(1, 6, DecisionLog.Verdict.Reversed, WHY);
        (, bytes24 third) = log.head();
        assertTrue(first != second && second != third, "each is in the chain");
        assertTrue(log.statusOf(1) == IDecisionLog.Status.Implemented, "a review moves no status");
    }

    function test_unknownDecisionsAreRefused() public {
        bytes memory none = abi.encodeWithSelector(DecisionLog.DecisionUnknown.selector, 0, 0);
        vm.expectRevert(none);
        log.statusOf(0);
        applied(FEE, RISEN);
        bytes memory later = abi.encodeWithSelector(DecisionLog.DecisionUnknown.selector, 2, 1);
        vm.expectRevert(later);
        log.statusOf(2);
        vm.expectRevert(later);
        vm.prank(timelock);
        log.review(2, 1, DecisionLog.Verdict.Upheld, WHY);
        vm.expectRevert(later);
        vm.prank(governance);
        log.resolveWish(2, IDecisionLog.Status.Failed);
        vm.expectRevert(abi.encodeWithSelector(DecisionLog.DecisionUnknown.selector, 3, 1));
        vm.prank(address(parameters));
        log.recordOverride(FEE, 1, 2, WHY, 3);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_anExplanationIsRecognisedByEveryByte(bytes memory text, uint256 place) public view {
        bytes32 digest = keccak256(text);
        assertTrue(log.isExplanation(digest, text), "the text itself");
        if (text.length == 0) return;
        text[place % text.length] ^= 0x01;
        assertTrue(!log.isExplanation(digest, text), "one bit changed");
    }

    function test_constructorRefusesMissingAddresses() public {
        refusesToDeploy(
            "DecisionLog",
            abi.encode(address(0), governance, timelock),
            abi.encodeWithSelector(DecisionLog.ZeroAddress.selector, "registry")
        );
        refusesToDeploy(
            "DecisionLog",
            abi.encode(address(1), address(0), timelock),
            abi.encodeWithSelector(DecisionLog.ZeroAddress.selector, "bridge")
        );
        refusesToDeploy(
            "DecisionLog",
            abi.encode(address(1), governance, address(0)),
            abi.encodeWithSelector(DecisionLog.ZeroAddress.selector, "reviewer")
        );
    }
}
