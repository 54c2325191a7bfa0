// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {VersionStatus} from "../src/interfaces/IModelDisputes.sol";
import {ParameterUpdate, Recommendation} from "../src/interfaces/IStabilityController.sol";
import {BoundedAutonomyController} from "../src/BoundedAutonomyController.sol";
import {ModelDisputes} from "../src/ModelDisputes.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Limits, Risk} from "../src/ParameterTypes.sol";
import {DisputesWorld} from "./DisputesWorld.sol";

/// @notice Takes no payment.
contract Unpayable {
    function dispute(ModelRegistry models, uint64 version) external payable {
        models.dispute{value: msg.value}(version, keccak256("evidence"));
    }

    function collect(ModelRegistry models) external {
        models.collect();
    }
}

contract ModelDisputesTest is DisputesWorld {
    function setUp() public {
        buildDisputes(4);
    }

    function assertStatus(uint64 version, VersionStatus status) private view {
        assertEq(uint256(models.statusOf(version)), uint256(status), "status");
    }

    function assertAuthority(uint64 version, bool contested) private view {
        IModelRegistry.Authority memory given = models.authority();
        assertEq(given.version, version, "version");
        assertEq(given.modelDigest, models.versions(version), "digest");
        assertEq(given.committeeRoot, rootOf(members()), "root");
        assertEq(given.committeeSize, 4, "size");
        assertTrue(given.isContested == contested, "contested");
        assertTrue(models.isContested() == contested, "isContested");
    }

    function test_aVersionIsActiveAfterItsWindowAndNotBefore() public {
        assertStatus(0, VersionStatus.Active);
        publishNext();
        assertStatus(1, VersionStatus.Published);
        assertAuthority(0, false);
        wait(DISPUTE_WINDOW - 1);
        assertAuthority(0, false);
        wait(1);
        assertStatus(1, VersionStatus.Active);
        assertAuthority(1, false);
        (uint64 latest,,,) = models.latest();
        assertEq(latest, 1, "latest");
    }

    /// @dev One version at a time is under review; what it was made from comes with it.
    function test_publishingNeverWaitsAndEachVersionHasAWindowOfItsOwn() public {
        publishNext();
        wait(DISPUTE_WINDOW / 2);
        publishMany(2);
        wait(DISPUTE_WINDOW / 2);
        assertAuthority(1, false);
        assertStatus(2, VersionStatus.Published);
        publishNext();
        wait(DISPUTE_WINDOW - 1);
        assertAuthority(1, false);
        wait(1);
        assertAuthority(4, false);
        for (uint64 version = 0; version <= 4; ++version) {
            assertStatus(version, VersionStatus.Active);
        }
    }

    /// forge-config: default.fuzz.runs = 12
    function testFuzz_noVersionIsActiveBeforeItsWindowNorLongAfterTwice(uint256 seed) public {
        uint256[] memory publishedAt = new uint256[](13);
        for (uint64 i = 1; i <= 12; ++i) {
            wait(bound(uint256(keccak256(abi.encode(seed, i))), 0, DISPUTE_WINDOW));
            publishNext();
            publishedAt[i] = block.timestamp;
            for (uint64 version = 1; version <= i; ++version) {
                uint256 age = block.timestamp - publishedAt[version];
                bool active = models.statusOf(version) == VersionStatus.Active;
                assertTrue(!active || age >= DISPUTE_WINDOW, "too early");
                // A publication at the end of each window takes the next version into review.
                assertTrue(active || age < 3 * DISPUTE_WINDOW, "too late");
            }
        }
    }

    function test_withoutAWindowEveryVersionIsActiveAtOnce() public {
        models = new ModelRegistry(governance, 0, 0);
        vm.prank(governance);
        models.initialise(NETWORK, GENESIS, rootOf(members()), 4, 0, restorer);
        publishMany(2);
        assertAuthority(2, false);
        assertStatus(2, VersionStatus.Active);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.VersionSettled.selector, 2, 2));
        models.dispute(2, EVIDENCE);
        assertEq(models.currentReview().candidate, 0, "no review");
    }

    function test_aWindowOfOneSecondIsAWindow() public {
        models = new ModelRegistry(governance, 1, 1);
        vm.prank(governance);
        models.initialise(NETWORK, GENESIS, rootOf(members()), 4, 0, restorer);
        publishNext();
        assertAuthority(0, false);
        wait(1);
        assertAuthority(1, false);
    }

    function test_aDisputeHoldsBackTheVersionAndWhatWasMadeFromIt() public {
        publishMany(3);
        vm.expectEmit(address(models));
        emit ModelDisputes.Disputed(2, alice, EVIDENCE, DISPUTE_BOND);
        disputeAs(alice, 2);
        publishNext();
        wait(3 * DISPUTE_WINDOW);
        assertStatus(2, VersionStatus.Disputed);
        assertStatus(3, VersionStatus.Published);
        assertStatus(4, VersionStatus.Published);
        // Version 1 was under review when 2 was disputed, and is before it.
        assertAuthority(1, true);
        assertEq(address(models).balance, DISPUTE_BOND, "bond");
    }

    function test_dismissedTheVersionIsActiveAndGovernanceKeepsTheBond() public {
        publishMany(3);
        disputeAs(alice, 2);
        vm.expectEmit(address(models));
        emit ModelDisputes.DisputeResolved(2, false, 2, "checked");
        resolve(2, false);
        assertStatus(2, VersionStatus.Active);
        assertStatus(3, VersionStatus.Published);
        assertAuthority(2, false);
        wait(DISPUTE_WINDOW);
        assertAuthority(3, false);
        assertEq(models.owed(restorer), DISPUTE_BOND, "owed to governance");
        assertEq(models.owed(alice), 0, "not to the disputer");
        vm.expectEmit(address(models));
        emit ModelDisputes.Collected(restorer, DISPUTE_BOND);
        vm.prank(restorer);
        models.collect();
        assertEq(restorer.balance, DISPUTE_BOND, "paid");
    }

    function test_upheldAllThatIsNotActiveIsRevokedAndTheLastActiveModelAskedFor() public {
        publishNext();
        wait(DISPUTE_WINDOW);
        publishMany(3);
        disputeAs(alice, 3);
        vm.expectEmit(address(models));
        emit ModelDisputes.Revoked(2, 4);
        vm.expectEmit(address(models));
        emit ModelDisputes.DisputeResolved(3, true, 1, "checked");
        vm.expectEmit(address(models));
        emit ModelRegistry.RestoreRequested(1, 1, models.versions(1), "checked");
        resolve(3, true);
        assertStatus(1, VersionStatus.Active);
        for (uint64 version = 2; version <= 4; ++version) {
            assertStatus(version, VersionStatus.Revoked);
        }
        assertAuthority(1, false);
        assertEq(models.restoreRequest().version, 1, "asked for");

        // What is still made from the revoked model is revoked as well.
        vm.expectEmit(address(models));
        emit ModelDisputes.Revoked(5, 5);
        publishNext();
        assertStatus(5, VersionStatus.Revoked);
        wait(2 * DISPUTE_WINDOW);
        assertAuthority(1, false);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.VersionRevoked.selector, 5));
        vm.prank(bob);
        models.dispute{value: DISPUTE_BOND}(5, EVIDENCE);

        publishAgain(1);
        assertStatus(6, VersionStatus.Published);
        publishNext();
        wait(DISPUTE_WINDOW);
        assertAuthority(6, false);
        assertStatus(5, VersionStatus.Revoked);
        publishNext();
        wait(DISPUTE_WINDOW);
        assertAuthority(8, false);
        vm.prank(alice);
        models.collect();
        assertEq(alice.balance, 1000 ether, "bond back");
    }

    function test_whatBecameActiveDuringADisputeIsNotRevokedByIt() public {
        publishMany(3);
        disputeAs(alice, 3);
        wait(DISPUTE_WINDOW);
        assertStatus(1, VersionStatus.Active);
        vm.expectEmit(address(models));
        emit ModelDisputes.Revoked(2, 3);
        resolve(3, true);
        assertStatus(1, VersionStatus.Active);
        assertAuthority(1, false);
        assertEq(models.restoreRequest().version, 1, "asked for");
    }

    /// @dev Neither time nor a publication makes it Active.
    function test_aDisputedVersionUnderReviewWaitsForGovernance() public {
        publishNext();
        disputeAs(alice, 1);
        wait(2 * DISPUTE_WINDOW);
        assertAuthority(0, true);
        publishNext();
        wait(2 * DISPUTE_WINDOW);
        assertAuthority(0, true);
        assertStatus(1, VersionStatus.Disputed);
    }

    function test_governanceMayAskForAnotherModelThanTheLastActiveButForNoRevokedOne() public {
        for (uint256 i = 0; i < 2; ++i) {
            publishNext();
            wait(DISPUTE_WINDOW);
        }
        publishNext();
        disputeAs(alice, 3);
        resolve(3, true);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.VersionRevoked.selector, 3));
        vm.prank(restorer);
        models.requestRestore(3, "no");
        vm.prank(restorer);
        models.requestRestore(1, "older");
        publishAgain(2);
        assertStatus(4, VersionStatus.Revoked);
        publishAgain(1);
        assertStatus(5, VersionStatus.Published);
    }

    /// @dev The restored version is not Active yet when what follows it is found bad as well.
    function test_revocationsFollowOnEachOther() public {
        publishNext();
        wait(DISPUTE_WINDOW);
        publishNext();
        disputeAs(alice, 2);
        resolve(2, true);
        publishNext();
        publishAgain(1);
        publishNext();
        disputeAs(bob, 5);
        vm.expectEmit(address(models));
        emit ModelDisputes.Revoked(4, 5);
        resolve(5, true);
        for (uint64 version = 2; version <= 5; ++version) {
            assertStatus(version, VersionStatus.Revoked);
        }
        publishAgain(1);
        wait(DISPUTE_WINDOW);
        assertAuthority(6, false);
        assertStatus(5, VersionStatus.Revoked);
    }

    /// @dev The genesis model cannot be asked for; the committee's next versions are reviewed like any others.
    function test_upheldBeforeAnythingIsActiveAsksForNothing() public {
        publishMany(2);
        disputeAs(alice, 1);
        resolve(1, true);
        assertEq(models.restoreRequest().nonce, 0, "no request");
        assertStatus(2, VersionStatus.Revoked);
        publishNext();
        assertStatus(3, VersionStatus.Published);
        wait(DISPUTE_WINDOW);
        assertAuthority(3, false);
    }

    /// @dev A dispute about a late version, perhaps by whoever made an earlier one bad, does not shield that one.
    function test_lowerVersionsCanBeDisputedWhileAHigherOneIs() public {
        publishMany(4);
        disputeAs(alice, 4);
        disputeAs(bob, 2);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NotNextDispute.selector, 4, 2));
        vm.prank(restorer);
        models.resolveDispute(4, true, "");
        resolve(2, false);
        assertAuthority(2, true);
        assertStatus(3, VersionStatus.Published);
        assertStatus(4, VersionStatus.Disputed);
        wait(DISPUTE_WINDOW);
        assertAuthority(3, true);
        resolve(4, false);
        assertAuthority(4, false);
        assertEq(models.owed(restorer), 2 * DISPUTE_BOND, "both bonds");
    }

    function test_whatCameAfterARejectedDisputeIsReviewedAnew() public {
        publishMany(3);
        disputeAs(alice, 1);
        wait(2 * DISPUTE_WINDOW);
        resolve(1, false);
        assertEq(activeVersion(), 1, "the disputed one");
        wait(DISPUTE_WINDOW - 1);
        assertEq(activeVersion(), 1, "not yet");
        wait(1);
        assertEq(activeVersion(), 3, "all that came after");
    }

    function test_whoDisputedAVersionThatFallsWithALowerOneGetsItsBondBack() public {
        publishMany(4);
        disputeAs(alice, 4);
        disputeAs(bob, 2);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NothingToReclaim.selector, 4));
        models.reclaimBond(4);
        resolve(2, true);
        assertStatus(4, VersionStatus.Revoked);
        models.reclaimBond(4);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NothingToReclaim.selector, 4));
        models.reclaimBond(4);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NothingToReclaim.selector, 2));
        models.reclaimBond(2);
        assertEq(models.owed(alice), DISPUTE_BOND, "alice");
        assertEq(models.owed(bob), DISPUTE_BOND, "bob");
    }

    function test_disputeRefuses() public {
        publishNext();
        wait(DISPUTE_WINDOW);
        publishMany(2);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.ZeroValue.selector, "evidence"));
        models.dispute(2, 0);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.BondMismatch.selector, DISPUTE_BOND, DISPUTE_BOND - 1));
        vm.prank(alice);
        models.dispute{value: DISPUTE_BOND - 1}(2, EVIDENCE);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.VersionUnknown.selector, 4, 3));
        vm.prank(alice);
        models.dispute{value: DISPUTE_BOND}(4, EVIDENCE);
        for (uint64 version = 0; version <= 1; ++version) {
            vm.expectRevert(abi.encodeWithSelector(ModelDisputes.VersionSettled.selector, version, 1));
            vm.prank(alice);
            models.dispute{value: DISPUTE_BOND}(version, EVIDENCE);
        }
        disputeAs(alice, 2);
        for (uint64 version = 2; version <= 3; ++version) {
            vm.expectRevert(abi.encodeWithSelector(ModelDisputes.AlreadyContested.selector, version, 2));
            vm.prank(bob);
            models.dispute{value: DISPUTE_BOND}(version, EVIDENCE);
        }
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.VersionUnknown.selector, 4, 3));
        models.statusOf(4);
    }

    function test_onlyTheRestorerDecides() public {
        publishNext();
        disputeAs(alice, 1);
        address[3] memory strangers = [governance, alice, address(0)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NotRestorer.selector, restorer, strangers[i]));
            vm.prank(strangers[i]);
            models.resolveDispute(1, true, "");
        }
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NotNextDispute.selector, 0, 1));
        vm.prank(restorer);
        models.resolveDispute(0, true, "");
        resolve(1, true);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NotNextDispute.selector, 1, 0));
        vm.prank(restorer);
        models.resolveDispute(1, true, "");
    }

    function test_deploymentAndInitialisationRefuse() public {
        refusesToDeploy(
            "ModelRegistry",
            abi.encode(governance, 30 days + 1, 1),
            abi.encodeWithSelector(ModelDisputes.DisputeWindowTooLong.selector, 30 days + 1, 30 days)
        );
        refusesToDeploy(
            "ModelRegistry",
            abi.encode(governance, 1, 0),
            abi.encodeWithSelector(ModelDisputes.ZeroValue.selector, "disputeBond")
        );
        assertEq(new ModelRegistry(governance, 30 days, 1).DISPUTE_WINDOW(), 30 days, "the longest window");
        ModelRegistry fresh = new ModelRegistry(governance, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.ZeroValue.selector, "restorer"));
        vm.prank(governance);
        fresh.initialise(NETWORK, GENESIS, keccak256("root"), 4, 0, address(0));
    }

    function test_collectPaysOnceAndSaysWhoTakesNoPayment() public {
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NothingOwed.selector, alice));
        vm.prank(alice);
        models.collect();
        publishNext();
        Unpayable unpayable = new Unpayable();
        vm.deal(address(this), DISPUTE_BOND);
        unpayable.dispute{value: DISPUTE_BOND}(models, 1);
        resolve(1, true);
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.PaymentFailed.selector, address(unpayable), DISPUTE_BOND));
        unpayable.collect(models);
        assertEq(models.owed(address(unpayable)), DISPUTE_BOND, "still owed");
        publishNext();
        disputeAs(alice, 2);
        resolve(2, true);
        vm.prank(alice);
        models.collect();
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.NothingOwed.selector, alice));
        vm.prank(alice);
        models.collect();
        assertEq(address(models).balance, DISPUTE_BOND, "what is owed to others stays");
    }

    /// @dev R13: a newer version that is not Active yet carries no batch.
    function test_R13_onlyTheLastActiveVersionMayBeCited() public {
        buildFee();
        publishNext();
        wait(DISPUTE_WINDOW);
        publishNext();
        wait(COOLDOWN);
        publishNext();
        ParameterUpdate memory update = nextUpdate();
        (update.modelVersion, update.modelDigest) = (3, models.versions(3));
        Recommendation[] memory votes = agree(update, FIRST_FEE + STEP_UP);
        vm.expectRevert(
            abi.encodeWithSelector(
                BoundedAutonomyController.ModelMismatch.selector, 2, models.versions(2), 3, models.versions(3)
            )
        );
        controller.applyUpdate(update, votes, members());
        (update.modelVersion, update.modelDigest) = (2, models.versions(2));
        controller.applyUpdate(update, agree(update, FIRST_FEE + STEP_UP), members());
        assertEq(feeValue(), FIRST_FEE + STEP_UP, "fee");
    }

    /// @dev R7: with a newer version disputed only changes that reduce risk pass, the genesis model cited or a later one.
    function test_R07_onlyChangesThatReduceRiskPassWhileANewerVersionIsDisputed() public {
        bytes32 ceiling = keccak256("DEBT_CEILING:ETH");
        Limits memory given = limits();
        given.risk = Risk.Up;
        vm.prank(governance);
        parameters.configure(ceiling, UNIT, FIRST_FEE, given, address(0));
        wait(COOLDOWN);
        for (uint64 cited = 0; cited <= 1; ++cited) {
            publishNext();
            disputeAs(alice, cited + 1);
            ParameterUpdate memory update = updateOf(single(ceiling));
            (update.modelVersion, update.modelDigest) = (cited, models.versions(cited));
            uint64 value = update.expected[0];
            Recommendation[] memory votes = agree(update, value + 1);
            vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.RiskRaisingContested.selector, ceiling, cited));
            controller.applyUpdate(update, votes, members());
            controller.applyUpdate(update, agree(update, value - 1), members());
            assertEq(parameters.valueOf(ceiling), value - 1, "reduced");
            resolve(cited + 1, false);
        }
    }
}
