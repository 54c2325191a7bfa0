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

    function disputeOne(uint256 seed) external {
        (uint64 latest,,,) = models.latest();
        uint64 version = uint64(bound(seed, 0, latest));
        vm.deal(alice, DISPUTE_BOND);
        vm.prank(alice);
        try models.dispute{value: DISPUTE_BOND}(version, EVIDENCE) {
            paidIn += DISPUTE_BOND;
        } catch {}
    }

    function decide(bool isUpheld) external {
        uint64 next = models.currentReview().disputed;
        if (next != 0) resolve(next, isUpheld);
    }

    function reclaim(uint256 seed) external {
        try models.reclaimBond(uint64(bound(seed, 0, digests.length))) {} catch {}
    }

    /// @notice Whether every version has its digest, and moved forward alone since the last look.
    function look() external {
        for (uint64 version = 0; version < digests.length; ++version) {
            assertEq(models.versions(version), digests[version], "a digest changed");
            VersionStatus status = models.statusOf(version);
            bool stays = status == seen[version];
            bool isFinal = seen[version] == VersionStatus.Active || seen[version] == VersionStatus.Revoked;
            assertTrue(stays || !isFinal, "a final status changed");
            assertTrue(stays || status > seen[version], "a status went back");
            seen[version] = status;
        }
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
    DisputesHandler private handler;

    function setUp() public {
        handler = new DisputesHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// forge-config: default.invariant.runs = 8
    function invariant_versionsAreAppendOnlyAndTheirStatusMovesForward() public {
        handler.look();
    }
}
