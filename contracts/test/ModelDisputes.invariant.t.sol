// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VersionStatus} from "../src/interfaces/IModelDisputes.sol";
import {DisputesWorld} from "./DisputesWorld.sol";

/// @notice Publishes, disputes and decides, and remembers what it saw.
contract DisputesHandler is DisputesWorld {
    bytes32[] public digests;
    uint256[] public publishedAt;
    VersionStatus[] public seen;
    uint256 public paidIn;
    uint256 public disputes;
    uint256 public decisions;

    constructor() {
        buildDisputes(1);
        digests.push(GENESIS);
        publishedAt.push(0);
        seen.push(VersionStatus.Active);
    }

    function publishOne() external {
        note(publishNext());
    }

    function restoreAsked() external {
        uint64 asked = models.restoreRequest().version;
        if (asked != 0) note(publishAgain(asked));
    }

    function pass(uint256 time) external {
        wait(bound(time, 1, 2 * DISPUTE_WINDOW));
    }

    function disputeLatest() external {
        (uint64 latest,,,) = models.latest();
        disputeOne(latest);
    }

    function disputeOne(uint256 seed) public {
        (uint64 latest,,,) = models.latest();
        uint64 version = uint64(bound(seed, 0, latest));
        vm.deal(alice, DISPUTE_BOND);
        vm.prank(alice);
        try models.dispute{value: DISPUTE_BOND}(version, EVIDENCE) {
            (paidIn, disputes) = (paidIn + DISPUTE_BOND, disputes + 1);
        } catch {}
    }

    function decide(bool isUpheld) external {
        uint64 next = models.currentReview().disputed;
        if (next == 0) return;
        resolve(next, isUpheld);
        ++decisions;
    }

    function reclaim(uint256 seed) external {
        try models.reclaimBond(uint64(bound(seed, 0, digests.length))) {} catch {}
    }

    /// @notice Whether every version has its digest, and moved forward alone since the last look. What is once wrong
    /// stays wrong, so not every call is followed by it.
    function look() public {
        for (uint64 version = 0; version < digests.length; ++version) {
            assertEq(models.versions(version), digests[version], "a digest changed");
            VersionStatus status = models.statusOf(version);
            bool stays = status == seen[version];
            bool isFinal = seen[version] == VersionStatus.Active || seen[version] == VersionStatus.Revoked;
            assertTrue(stays || !isFinal, "a final status changed");
            assertTrue(stays || status > seen[version], "a status went back");
            seen[version] = status;
        }
    }

    function lookNowAndThen(uint256 seed) external {
        if (seed % 8 == 0) look();
    }

    /// @notice What holds after each call.
    function check() external view {
        uint64 active = models.authority().version;
        assertTrue(models.statusOf(active) == VersionStatus.Active, "the cited version is not active");
        assertTrue(address(models).balance == paidIn, "bonds are missing");
        assertTrue(models.owed(alice) + models.owed(restorer) <= paidIn, "more is owed than was paid in");
    }

    function note(uint64 version) private {
        digests.push(models.versions(version));
        publishedAt.push(block.timestamp);
        seen.push(models.statusOf(version));
    }
}

contract ModelDisputesInvariant {
    /// @dev What forge calls of a contract.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    DisputesHandler private handler;

    error Idle(uint256 disputes, uint256 decisions);

    function setUp() public {
        handler = new DisputesHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @notice forge asks here which functions to call.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), new bytes4[](7));
        bytes4[] memory each = targets[0].selectors;
        (each[0], each[1], each[2]) = (handler.publishOne.selector, handler.restoreAsked.selector, handler.pass.selector);
        (each[3], each[4]) = (handler.disputeOne.selector, handler.decide.selector);
        (each[5], each[6]) = (handler.reclaim.selector, handler.lookNowAndThen.selector);
    }

    /// @notice The long run is `FOUNDRY_PROFILE=long forge test --match-contract ModelDisputesInvariant`.
    /// forge-config: default.invariant.runs = 200
    /// forge-config: default.invariant.depth = 52
    /// forge-config: long.invariant.runs = 20000
    /// forge-config: long.invariant.depth = 52
    function invariant_versionsAreAppendOnlyAndTheirStatusMovesForward() public view {
        handler.check();
    }

    /// @notice forge calls it at the end of each run.
    function afterInvariant() public {
        handler.look();
    }

    /// @dev Without disputes and decisions the invariant would say nothing.
    function test_theHandlerDisputesAndDecides() public {
        for (uint256 seed = 0; seed < 48; ++seed) {
            handler.restoreAsked();
            handler.publishOne();
            if (seed % 3 == 0) handler.disputeLatest();
            else if (seed % 3 == 1) handler.decide(seed % 2 == 0);
            else handler.pass(seed << 8);
            handler.check();
        }
        if (handler.disputes() < 4 || handler.decisions() < 4) revert Idle(handler.disputes(), handler.decisions());
        handler.look();
    }
}
