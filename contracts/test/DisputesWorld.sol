// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {World} from "./World.sol";

/// @notice A network whose versions can be disputed.
abstract contract DisputesWorld is World {
    uint64 internal constant DISPUTE_WINDOW = 1 hours;
    uint256 internal constant DISPUTE_BOND = 5 ether;
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);

    function buildDisputes(uint256 size) internal {
        buildWorld(size);
        models = new ModelRegistry(governance, DISPUTE_WINDOW, DISPUTE_BOND);
        buildHeart();
        vm.prank(governance);
        models.initialise(NETWORK, GENESIS, rootOf(members()), uint8(size), 0, restorer);
        vm.deal(alice, 1000 ether);
        vm.deal(bob, 1000 ether);
    }

    function publishNext() internal returns (uint64 version) {
        (uint64 last,,,) = models.latest();
        version = last + 1;
        publish(decisionFor(version));
    }

    function publishMany(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            publishNext();
        }
    }

    /// @notice The committee publishes the model of an earlier version again.
    function publishAgain(uint64 earlier) internal returns (uint64 version) {
        (uint64 last,,,) = models.latest();
        version = last + 1;
        RoundDecision memory decision = decisionFor(version);
        decision.modelDigest = models.versions(earlier);
        publish(decision);
    }

    function wait(uint256 time) internal {
        vm.warp(block.timestamp + time);
    }

    function disputeAs(address disputer, uint64 version) internal {
        vm.prank(disputer);
        models.dispute{value: DISPUTE_BOND}(version, EVIDENCE);
    }

    function resolve(uint64 version, bool isUpheld) internal {
        vm.prank(restorer);
        models.resolveDispute(version, isUpheld, "checked");
    }

    function activeVersion() internal view returns (uint64) {
        return models.authority().version;
    }
}
