// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {BoundedAutonomyController, ParameterUpdate, Recommendation} from "../src/BoundedAutonomyController.sol";
import {CommitteeVotes} from "../src/CommitteeVotes.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {IParameterRegistry} from "../src/interfaces/IParameterRegistry.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {World} from "./World.sol";

contract BoundedAutonomyControllerTest is World {
    uint256 private constant RISEN = FIRST_FEE + 0.004e18;

    function setUp() public {
        buildWorld(7);
        buildFee();
        publish(decisionFor(1));
        vm.warp(START + COOLDOWN);
    }

    function refused(ParameterUpdate memory update, uint256 value, bytes memory reason) private {
        Recommendation[] memory votes = agree(update, value);
        vm.expectRevert(reason);
        controller.applyUpdate(update, votes, members());
        assertEq(parameters.valueOf(FEE), FIRST_FEE, "the value moved");
    }

    function applied(uint256 value) private {
        ParameterUpdate memory update = nextUpdate();
        controller.applyUpdate(update, agree(update, value), members());
        assertEq(parameters.valueOf(FEE), value, "value");
    }

    function relimit(uint128 min, uint128 max) private {
        BoundedAutonomyController.Limits memory changed = limits();
        (changed.min, changed.max) = (min, max);
        vm.prank(governance);
        controller.configure(FEE, changed);
        vm.warp(block.timestamp + COOLDOWN);
    }

    function test_theLowerMedianIsAppliedForAnySubmitter(address submitter) public {
        ParameterUpdate memory update = nextUpdate();
        uint256[] memory values = new uint256[](6);
        for (uint256 i = 0; i < 6; ++i) {
            values[i] = FIRST_FEE + 0.001e18 * (i + 1);
        }
        Recommendation[] memory votes = recommend(update, values);
        vm.expectEmit(address(controller));
        emit BoundedAutonomyController.ParameterApplied(FEE, FIRST_FEE, values[2], 1, 1, 6, submitter);
        vm.prank(submitter);
        controller.applyUpdate(update, votes, members());
        assertEq(parameters.valueOf(FEE), values[2], "value");
        assertEq(controller.sequenceOf(FEE), 1, "sequence");
        assertEq(controller.readyAt(FEE), block.timestamp + COOLDOWN, "ready at");
    }

    function test_constructorRefusesMissingRegistries() public {
        vm.expectRevert(abi.encodeWithSelector(BoundedAutonomyController.ZeroRegistry.selector));
        new BoundedAutonomyController(governance, IModelRegistry(address(0)), parameters);
        vm.expectRevert(abi.encodeWithSelector(BoundedAutonomyController.ZeroRegistry.selector));
        new BoundedAutonomyController(governance, models, IParameterRegistry(address(0)));
    }

    function test_onlyTheOwnerConfigures(address caller) public {
        vm.assume(caller != governance);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        controller.configure(FEE, limits());
    }

    function test_theOwnerHasNoWayAroundTheVotes() public {
        ParameterUpdate memory update = nextUpdate();
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 0, 5));
        vm.prank(governance);
        controller.applyUpdate(update, new Recommendation[](0), members());

        vm.expectRevert(
            abi.encodeWithSelector(ParameterRegistry.NotController.selector, governance, address(controller))
        );
        vm.prank(governance);
        parameters.set(FEE, RISEN);
    }

    function test_configureRefuses() public {
        BoundedAutonomyController.Limits memory inverted = limits();
        inverted.min = MAX + 1;
        vm.expectRevert(
            abi.encodeWithSelector(BoundedAutonomyController.LimitsInverted.selector, FEE, uint256(MAX) + 1, MAX)
        );
        vm.prank(governance);
        controller.configure(FEE, inverted);

        BoundedAutonomyController.Limits memory slow = limits();
        slow.cooldown = 365 days + 1;
        vm.expectRevert(
            abi.encodeWithSelector(BoundedAutonomyController.CooldownTooLong.selector, FEE, 365 days + 1, 365 days)
        );
        vm.prank(governance);
        controller.configure(FEE, slow);

        bytes32 other = keccak256("OTHER");
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ParameterUnknown.selector, other));
        vm.prank(governance);
        controller.configure(other, limits());
    }

    function test_aParameterWithoutLimitsCannotMove() public {
        bytes32 other = keccak256("OTHER");
        vm.prank(governance);
        parameters.configure(other, UNIT, FIRST_FEE);
        ParameterUpdate memory update = nextUpdate();
        update.parameterId = other;
        bytes memory reason = abi.encodeWithSelector(BoundedAutonomyController.ParameterNotConfigured.selector, other);
        refused(update, RISEN, reason);
        vm.expectRevert(reason);
        controller.limitsOf(other);
        vm.expectRevert(reason);
        controller.sequenceOf(other);
        vm.expectRevert(reason);
        controller.readyAt(other);
    }

    function test_expiryLiesBetweenNowAndSixHours() public {
        ParameterUpdate memory update = nextUpdate();
        update.expiry = uint64(block.timestamp - 1);
        refused(
            update,
            RISEN,
            abi.encodeWithSelector(BoundedAutonomyController.Expired.selector, block.timestamp - 1, block.timestamp)
        );
        update.expiry = uint64(block.timestamp + 6 hours + 1);
        refused(
            update,
            RISEN,
            abi.encodeWithSelector(
                BoundedAutonomyController.ExpiryTooFar.selector, update.expiry, block.timestamp + 6 hours
            )
        );
        update.expiry = uint64(block.timestamp + 6 hours);
        controller.applyUpdate(update, agree(update, RISEN), members());
        vm.warp(block.timestamp + COOLDOWN);
        update = nextUpdate();
        update.expiry = uint64(block.timestamp);
        controller.applyUpdate(update, agree(update, FIRST_FEE), members());
    }

    function test_sequenceIsTheNextOne() public {
        ParameterUpdate memory update = nextUpdate();
        update.sequence = 2;
        refused(update, RISEN, abi.encodeWithSelector(BoundedAutonomyController.SequenceMismatch.selector, FEE, 1, 2));

        update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        controller.applyUpdate(update, votes, members());
        vm.warp(block.timestamp + COOLDOWN);
        update.expiry = uint64(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(BoundedAutonomyController.SequenceMismatch.selector, FEE, 2, 1));
        controller.applyUpdate(update, votes, members());
    }

    function test_aStaleExpectationIsRefused() public {
        ParameterUpdate memory update = nextUpdate();
        update.expected = FIRST_FEE - 1;
        refused(
            update,
            RISEN,
            abi.encodeWithSelector(BoundedAutonomyController.ExpectedMismatch.selector, FEE, FIRST_FEE - 1, FIRST_FEE)
        );
    }

    function test_anotherNetworkIsRefused() public {
        ParameterUpdate memory update = nextUpdate();
        update.network = keccak256("elsewhere");
        refused(
            update,
            RISEN,
            abi.encodeWithSelector(BoundedAutonomyController.NetworkMismatch.selector, NETWORK, update.network)
        );
    }

    function test_nothingMovesBeforeTheNetworkHasAName() public {
        ModelRegistry nameless = new ModelRegistry(governance);
        controller = new BoundedAutonomyController(governance, nameless, parameters);
        vm.prank(governance);
        controller.configure(FEE, limits());
        vm.warp(block.timestamp + COOLDOWN);
        ParameterUpdate memory update = nextUpdate();
        update.network = 0;
        refused(
            update,
            RISEN,
            abi.encodeWithSelector(BoundedAutonomyController.NetworkMismatch.selector, bytes32(0), bytes32(0))
        );
    }

    function test_onlyTheLastPublishedModelMayBeCited() public {
        ParameterUpdate memory update = nextUpdate();
        bytes32 digest = update.modelDigest;
        update.modelVersion = 0;
        update.modelDigest = GENESIS;
        refused(
            update,
            RISEN,
            abi.encodeWithSelector(BoundedAutonomyController.ModelMismatch.selector, 1, digest, 0, GENESIS)
        );
        update = nextUpdate();
        update.modelVersion = 2;
        refused(
            update,
            RISEN,
            abi.encodeWithSelector(BoundedAutonomyController.ModelMismatch.selector, 1, digest, 2, digest)
        );
        update = nextUpdate();
        update.modelDigest = GENESIS;
        refused(
            update,
            RISEN,
            abi.encodeWithSelector(BoundedAutonomyController.ModelMismatch.selector, 1, digest, 1, GENESIS)
        );
    }

    function test_cooldownCountsFromConfigurationAndFromEachChange() public {
        vm.warp(START + COOLDOWN - 1);
        refused(
            nextUpdate(),
            RISEN,
            abi.encodeWithSelector(BoundedAutonomyController.CooldownActive.selector, FEE, START + COOLDOWN)
        );
        vm.warp(START + COOLDOWN);
        applied(RISEN);
        uint256 ready = START + 2 * uint256(COOLDOWN);
        vm.warp(ready - 1);
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = agree(update, FIRST_FEE);
        vm.expectRevert(abi.encodeWithSelector(BoundedAutonomyController.CooldownActive.selector, FEE, ready));
        controller.applyUpdate(update, votes, members());
        vm.warp(ready);
        applied(FIRST_FEE);
    }

    function test_cooldownsOfTwoParametersAreIndependent() public {
        bytes32 other = keccak256("OTHER");
        vm.prank(governance);
        parameters.configure(other, UNIT, FIRST_FEE);
        vm.prank(governance);
        controller.configure(other, limits());
        applied(RISEN);
        assertEq(controller.readyAt(other), block.timestamp + COOLDOWN, "the other's clock");
        assertEq(controller.sequenceOf(other), 0, "the other's sequence");
        assertEq(parameters.valueOf(other), FIRST_FEE, "the other's value");
    }

    function test_aNoOpRevertsAndConsumesNothing() public {
        refused(
            nextUpdate(), FIRST_FEE, abi.encodeWithSelector(BoundedAutonomyController.NoChange.selector, FEE, FIRST_FEE)
        );
        assertEq(controller.sequenceOf(FEE), 0, "sequence");
        assertEq(controller.readyAt(FEE), START + COOLDOWN, "ready at");
    }

    function test_stepsAreLimitedPerDirection() public {
        uint256 high = FIRST_FEE + STEP_UP + 1;
        refused(
            nextUpdate(),
            high,
            abi.encodeWithSelector(BoundedAutonomyController.StepExceeded.selector, FEE, FIRST_FEE, high, STEP_UP)
        );
        uint256 low = FIRST_FEE - STEP_DOWN - 1;
        refused(
            nextUpdate(),
            low,
            abi.encodeWithSelector(BoundedAutonomyController.StepExceeded.selector, FEE, FIRST_FEE, low, STEP_DOWN)
        );
        applied(FIRST_FEE + STEP_UP);
        vm.warp(block.timestamp + COOLDOWN);
        applied(FIRST_FEE + STEP_UP - STEP_DOWN);
    }

    function test_boundsHoldAndAreNotClampedTo() public {
        relimit(0.046e18, 0.055e18);
        uint256 low = 0.046e18 - 1;
        refused(
            nextUpdate(),
            low,
            abi.encodeWithSelector(BoundedAutonomyController.ValueBelowMinimum.selector, FEE, low, 0.046e18)
        );
        uint256 high = 0.055e18 + 1;
        refused(
            nextUpdate(),
            high,
            abi.encodeWithSelector(BoundedAutonomyController.ValueAboveMaximum.selector, FEE, high, 0.055e18)
        );
        applied(0.055e18);
        vm.warp(block.timestamp + COOLDOWN);
        applied(0.05e18);
        vm.warp(block.timestamp + COOLDOWN);
        applied(0.046e18);
    }

    /// @dev Governance may leave the value outside the limits; then it walks back, each time by a step at most.
    function test_aValueBelowTheLimitsOnlyWalksTowardThem() public {
        relimit(0.07e18, 0.08e18);
        refused(
            nextUpdate(),
            FIRST_FEE - 1,
            abi.encodeWithSelector(
                BoundedAutonomyController.ValueBelowMinimum.selector, FEE, FIRST_FEE - 1, uint256(0.07e18)
            )
        );
        refused(
            nextUpdate(),
            0.07e18,
            abi.encodeWithSelector(
                BoundedAutonomyController.StepExceeded.selector, FEE, FIRST_FEE, uint256(0.07e18), STEP_UP
            )
        );
        refused(
            nextUpdate(),
            0.08e18 + 1,
            abi.encodeWithSelector(
                BoundedAutonomyController.ValueAboveMaximum.selector, FEE, uint256(0.08e18) + 1, uint256(0.08e18)
            )
        );
        applied(0.06e18);
        vm.warp(block.timestamp + COOLDOWN);
        applied(0.07e18);
    }

    function test_aValueAboveTheLimitsOnlyWalksTowardThem() public {
        relimit(0.03e18, 0.042e18);
        refused(
            nextUpdate(),
            FIRST_FEE + 1,
            abi.encodeWithSelector(
                BoundedAutonomyController.ValueAboveMaximum.selector, FEE, FIRST_FEE + 1, uint256(0.042e18)
            )
        );
        refused(
            nextUpdate(),
            0.042e18,
            abi.encodeWithSelector(
                BoundedAutonomyController.StepExceeded.selector, FEE, FIRST_FEE, uint256(0.042e18), STEP_DOWN
            )
        );
        applied(0.045e18);
        vm.warp(block.timestamp + COOLDOWN);
        applied(0.042e18);
    }

    function test_aStepOfZeroClosesItsDirection() public {
        BoundedAutonomyController.Limits memory oneWay = limits();
        oneWay.stepDown = 0;
        vm.prank(governance);
        controller.configure(FEE, oneWay);
        vm.warp(block.timestamp + COOLDOWN);
        refused(
            nextUpdate(),
            FIRST_FEE - 1,
            abi.encodeWithSelector(BoundedAutonomyController.StepExceeded.selector, FEE, FIRST_FEE, FIRST_FEE - 1, 0)
        );
        applied(RISEN);
    }
}
