// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1967} from "@openzeppelin/contracts/interfaces/IERC1967.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {BoundedAutonomyController} from "../src/BoundedAutonomyController.sol";
import {CommitteeVotes} from "../src/CommitteeVotes.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {IModule} from "../src/interfaces/IModule.sol";
import {IParameterRegistry} from "../src/interfaces/IParameterRegistry.sol";
import {IStabilityController, ParameterUpdate, Recommendation} from "../src/interfaces/IStabilityController.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Module} from "../src/Module.sol";
import {BatchSizeInvalid} from "../src/ParameterTypes.sol";
import {World} from "./World.sol";

contract BoundedAutonomyControllerTest is World {
    uint64 private constant RISEN = FIRST_FEE + 0.004e18;

    function setUp() public {
        buildWorld(7);
        buildFee();
        publish(decisionFor(1));
        vm.warp(START + COOLDOWN);
    }

    function refused(ParameterUpdate memory update, bytes memory reason) private {
        uint64[] memory values = new uint64[](update.parameterIds.length);
        for (uint256 i = 0; i < values.length; ++i) {
            values[i] = RISEN;
        }
        Recommendation[] memory votes = agreeAll(update, values);
        vm.expectRevert(reason);
        controller.applyUpdate(update, votes, members());
        assertEq(parameters.valueOf(FEE), FIRST_FEE, "the value moved");
        assertEq(controller.sequence(), 0, "the sequence moved");
    }

    function test_R12_theCommitteeIsGivenAsAWhole() public {
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        address[] memory committee = members();
        address[] memory fewer = new address[](6);
        for (uint256 i = 0; i < 6; ++i) {
            fewer[i] = committee[i];
        }
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.CommitteeSizeMismatch.selector, 7, 6));
        controller.applyUpdate(update, votes, fewer);
        votes[3] = Recommendation(7, votes[3].explanation, votes[3].r, votes[3].vs, votes[3].values);
        vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.MemberIndexOutOfRange.selector, 7, 7));
        controller.applyUpdate(update, votes, committee);
    }

    /// forge-config: default.fuzz.runs = 4
    function test_theLowerMedianIsAppliedForAnySubmitter(address submitter) public {
        ParameterUpdate memory update = nextUpdate();
        uint64[] memory values = new uint64[](6);
        for (uint64 i = 0; i < 6; ++i) {
            values[i] = FIRST_FEE + 0.001e18 * (i + 1);
        }
        Recommendation[] memory votes = recommend(update, values);
        vm.prank(submitter);
        controller.applyUpdate(update, votes, members());
        assertEq(parameters.valueOf(FEE), values[2], "value");
        assertEq(controller.sequence(), 1, "sequence");
    }

    function test_constructorRefusesMissingAddresses() public {
        refusesToDeploy(
            "BoundedAutonomyController",
            abi.encode(address(0), models, parameters),
            abi.encodeWithSelector(Module.ZeroAddress.selector, "upgrader")
        );
        refusesToDeploy(
            "BoundedAutonomyController",
            abi.encode(upgrader, IModelRegistry(address(0)), parameters),
            abi.encodeWithSelector(Module.ZeroAddress.selector, "models")
        );
        refusesToDeploy(
            "BoundedAutonomyController",
            abi.encode(upgrader, models, IParameterRegistry(address(0))),
            abi.encodeWithSelector(Module.ZeroAddress.selector, "parameters")
        );
    }

    function test_R10_expiryLiesBetweenNowAndSixHours() public {
        ParameterUpdate memory update = nextUpdate();
        update.expiry = uint64(block.timestamp - 1);
        refused(
            update,
            abi.encodeWithSelector(BoundedAutonomyController.Expired.selector, block.timestamp - 1, block.timestamp)
        );
        update.expiry = uint64(block.timestamp + 6 hours + 1);
        refused(
            update,
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

    function test_R11_sequenceIsTheNextOneAndABatchServesOnce() public {
        ParameterUpdate memory update = nextUpdate();
        update.sequence = 2;
        refused(update, abi.encodeWithSelector(BoundedAutonomyController.SequenceMismatch.selector, 1, 2));

        update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        controller.applyUpdate(update, votes, members());
        vm.warp(block.timestamp + COOLDOWN);
        update.expiry = uint64(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(BoundedAutonomyController.SequenceMismatch.selector, 2, 1));
        controller.applyUpdate(update, votes, members());
    }

    function test_R08_theListsOfAnUpdateAreOfOneLength() public {
        ParameterUpdate memory update = nextUpdate();
        update.expected = new uint64[](2);
        refused(update, abi.encodeWithSelector(BoundedAutonomyController.LengthMismatch.selector, 1, 2));
        update = nextUpdate();
        (update.parameterIds, update.expected) = (new bytes32[](0), new uint64[](0));
        refused(update, abi.encodeWithSelector(BatchSizeInvalid.selector, 0, 16));
        (update.parameterIds, update.expected) = (new bytes32[](17), new uint64[](17));
        refused(update, abi.encodeWithSelector(BatchSizeInvalid.selector, 17, 16));
        address[] memory committee = members();
        vm.expectRevert(abi.encodeWithSelector(BatchSizeInvalid.selector, 17, 16));
        controller.applyUpdate(update, new Recommendation[](0), committee);
        update = nextUpdate();
        Recommendation[] memory votes = agree(update, RISEN);
        votes[3] = voteOf(update, 3, new uint64[](2));
        vm.expectRevert(abi.encodeWithSelector(BoundedAutonomyController.VoteMalformed.selector, 3));
        controller.applyUpdate(update, votes, members());
    }

    function test_R08_aBatchHoldsSixteenParameters() public {
        bytes32[] memory ids = new bytes32[](16);
        uint64[] memory values = new uint64[](16);
        for (uint256 i = 0; i < 16; ++i) {
            (ids[i], values[i]) = (bytes32(i + 1), RISEN);
            vm.prank(governance);
            parameters.configure(ids[i], UNIT, FIRST_FEE + uint64(i), limits(), address(0));
        }
        vm.warp(START + 2 * COOLDOWN);
        ParameterUpdate memory update = updateOf(ids);
        controller.applyUpdate(update, agreeAll(update, values), members());
        for (uint256 i = 0; i < 16; ++i) {
            assertEq(parameters.valueOf(ids[i]), RISEN, "the value");
        }
    }

    function test_anotherNetworkIsRefused() public {
        ParameterUpdate memory update = nextUpdate();
        update.network = keccak256("elsewhere");
        refused(
            update, abi.encodeWithSelector(BoundedAutonomyController.NetworkMismatch.selector, NETWORK, update.network)
        );
    }

    /// @dev The controller keeps a part of the id's hash, so that no part of the id can differ.
    /// forge-config: default.fuzz.runs = 4
    function test_anotherNetworkIsRefusedAfterTheFirstBatchToo(uint8 bit) public {
        ParameterUpdate memory update = nextUpdate();
        controller.applyUpdate(update, agree(update, RISEN), members());
        vm.warp(block.timestamp + COOLDOWN);
        update = nextUpdate();
        update.network = bytes32(uint256(NETWORK) ^ (1 << bit));
        Recommendation[] memory votes = agree(update, FIRST_FEE);
        vm.expectRevert(
            abi.encodeWithSelector(BoundedAutonomyController.NetworkMismatch.selector, NETWORK, update.network)
        );
        controller.applyUpdate(update, votes, members());
        update.network = NETWORK;
        controller.applyUpdate(update, agree(update, FIRST_FEE), members());
        assertEq(controller.sequence(), 2, "sequence");
    }

    function test_aNetworkIsAskedForItsNameOnce() public {
        vm.expectCall(address(models), abi.encodeCall(IModelRegistry.network, ()), 1);
        for (uint64 i = 1; i <= 2; ++i) {
            ParameterUpdate memory update = nextUpdate();
            controller.applyUpdate(update, agree(update, FIRST_FEE + i), members());
            vm.warp(block.timestamp + COOLDOWN);
        }
    }

    /// @dev Neither a model registry nor a parameter registry that is not there yet is taken for one that agrees.
    function test_nothingAnswersForARegistryThatIsNotThere() public {
        ParameterUpdate memory update = nextUpdate();
        BoundedAutonomyController away =
            new BoundedAutonomyController(upgrader, models, IParameterRegistry(address(0xdead)));
        controller = away;
        Recommendation[] memory votes = agreeAll(update, one(RISEN));
        vm.expectRevert(bytes(""));
        away.applyUpdate(update, votes, members());
        assertEq(away.sequence(), 0, "sequence");
        away = new BoundedAutonomyController(upgrader, IModelRegistry(address(0xdead)), parameters);
        vm.expectRevert(bytes(""));
        away.applyUpdate(update, votes, members());
    }

    function test_nothingMovesBeforeTheNetworkHasAName() public {
        models = new ModelRegistry(governance, 0, 0);
        buildHeart();
        buildFee();
        vm.warp(block.timestamp + COOLDOWN);
        ParameterUpdate memory update = nextUpdate();
        update.network = 0;
        refused(
            update, abi.encodeWithSelector(BoundedAutonomyController.NetworkMismatch.selector, bytes32(0), bytes32(0))
        );
    }

    function test_R13_onlyTheActiveModelMayBeCited() public {
        ParameterUpdate memory update = nextUpdate();
        bytes32 digest = update.modelDigest;
        update.modelVersion = 0;
        update.modelDigest = GENESIS;
        refused(update, abi.encodeWithSelector(BoundedAutonomyController.ModelMismatch.selector, 1, digest, 0, GENESIS));
        update = nextUpdate();
        update.modelVersion = 2;
        refused(update, abi.encodeWithSelector(BoundedAutonomyController.ModelMismatch.selector, 1, digest, 2, digest));
        update = nextUpdate();
        update.modelDigest = GENESIS;
        refused(update, abi.encodeWithSelector(BoundedAutonomyController.ModelMismatch.selector, 1, digest, 1, GENESIS));
    }

    function test_R20_governanceHasNoWayAroundTheVotes() public {
        ParameterUpdate memory update = nextUpdate();
        address[3] memory callers = [governance, timelock, upgrader];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(CommitteeVotes.QuorumNotReached.selector, 0, 5));
            vm.prank(callers[i]);
            controller.applyUpdate(update, new Recommendation[](0), members());
        }
    }

    /// forge-config: default.fuzz.runs = 4
    function test_aModuleSaysWhatItIsAndOnlyTheUpgraderReplacesIt(address caller) public {
        vm.assume(caller != upgrader);
        assertEq(controller.moduleKey(), keccak256("BOUNDED_AUTONOMY_CONTROLLER"), "key");
        assertEq(controller.moduleVersion(), 1 << 64, "version");
        assertTrue(controller.supportsInterface(type(IModule).interfaceId), "a module");
        assertTrue(controller.supportsInterface(type(IStabilityController).interfaceId), "a controller");
        assertTrue(controller.supportsInterface(type(IERC165).interfaceId), "says so");
        assertTrue(!controller.supportsInterface(0xffffffff), "nothing else");
        address code = address(new BoundedAutonomyController(upgrader, models, parameters));
        vm.expectRevert(abi.encodeWithSelector(Module.NotUpgrader.selector, caller, upgrader));
        vm.prank(caller);
        controller.upgradeToAndCall(code, "");
        ParameterUpdate memory update = nextUpdate();
        controller.applyUpdate(update, agree(update, RISEN), members());
        vm.expectEmit(address(controller));
        emit IERC1967.Upgraded(code);
        vm.prank(upgrader);
        controller.upgradeToAndCall(code, "");
        assertEq(controller.sequence(), 1, "the sequence outlives the code");
    }

    function test_boundsAreWhatTheRegistryAllows() public view {
        (uint64 current, uint64 lowest, uint64 highest) = controller.bounds(FEE);
        assertEq(current, FIRST_FEE, "current");
        assertEq(lowest, FIRST_FEE - STEP_DOWN, "lowest");
        assertEq(highest, FIRST_FEE + STEP_UP, "highest");
    }
}
