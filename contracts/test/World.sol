// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedAutonomyController, ParameterUpdate, Recommendation} from "../src/BoundedAutonomyController.sol";
import {CommitteeSignature} from "../src/CommitteeVotes.sol";
import {CommitteeRotation, ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Quorum} from "../src/Quorum.sol";
import {Test} from "./Vm.sol";

/// @notice A network with a committee whose keys the test holds.
abstract contract World is Test {
    bytes32 internal constant NETWORK = keccak256("network");
    bytes32 internal constant GENESIS = keccak256("genesis");
    bytes32 internal constant FEE = keccak256("STABILITY_FEE");
    bytes32 internal constant UNIT = "wad/year";
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant FIRST_FEE = 0.05e18;
    uint128 internal constant MIN = 0.01e18;
    uint128 internal constant MAX = 0.2e18;
    uint128 internal constant STEP_UP = 0.01e18;
    uint128 internal constant STEP_DOWN = 0.005e18;
    uint64 internal constant COOLDOWN = 8 hours;

    address internal governance = address(0x60);
    address internal restorer = address(0x61);
    ModelRegistry internal models;
    ParameterRegistry internal parameters;
    BoundedAutonomyController internal controller;
    uint256[] internal keys;

    function buildWorld(uint256 size) internal {
        vm.warp(START);
        models = new ModelRegistry(governance);
        parameters = new ParameterRegistry(governance);
        controller = new BoundedAutonomyController(governance, models, parameters);
        keys = ascendingKeys(size, 1);
        address[] memory committee = addressesOf(keys);
        vm.prank(governance);
        models.initialise(NETWORK, GENESIS, rootOf(committee), uint8(size), 0, restorer);
    }

    function buildFee() internal {
        vm.prank(governance);
        parameters.fixController(address(controller));
        vm.prank(governance);
        parameters.configure(FEE, UNIT, FIRST_FEE);
        vm.prank(governance);
        controller.configure(FEE, limits());
    }

    function limits() internal pure returns (BoundedAutonomyController.Limits memory) {
        return BoundedAutonomyController.Limits(MIN, MAX, STEP_UP, STEP_DOWN, COOLDOWN);
    }

    /// @notice `size` keys from `first` on, by ascending address.
    function ascendingKeys(uint256 size, uint256 first) internal pure returns (uint256[] memory ordered) {
        ordered = new uint256[](size);
        address[] memory addresses = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            address account = vm.addr(first + i);
            uint256 j = i;
            for (; j > 0 && addresses[j - 1] > account; --j) {
                (addresses[j], ordered[j]) = (addresses[j - 1], ordered[j - 1]);
            }
            (addresses[j], ordered[j]) = (account, first + i);
        }
    }

    function addressesOf(uint256[] memory given) internal pure returns (address[] memory addresses) {
        addresses = new address[](given.length);
        for (uint256 i = 0; i < given.length; ++i) {
            addresses[i] = vm.addr(given[i]);
        }
    }

    function members() internal view returns (address[] memory) {
        return addressesOf(keys);
    }

    function rootOf(address[] memory committee) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(committee));
    }

    function quorum() internal view returns (uint256) {
        return Quorum.required(keys.length);
    }

    function signatureBy(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @notice Votes of the first `count` members.
    function signedBy(uint256 count, bytes32 digest) internal view returns (CommitteeSignature[] memory votes) {
        votes = new CommitteeSignature[](count);
        for (uint256 i = 0; i < count; ++i) {
            votes[i] = CommitteeSignature(uint8(i), signatureBy(keys[i], digest));
        }
    }

    function decisionFor(uint64 version) internal view returns (RoundDecision memory) {
        return RoundDecision({
            network: NETWORK,
            epoch: models.currentEpoch(),
            round: 2 * version,
            viewNumber: 1,
            outcome: 1,
            version: version,
            modelDigest: keccak256(abi.encode("model", version)),
            entryDigest: keccak256(abi.encode("entry", version))
        });
    }

    function publish(RoundDecision memory decision) internal {
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        models.publish(decision, members(), votes);
    }

    function rotationTo(uint256[] memory next) internal view returns (CommitteeRotation memory) {
        (uint64 version,,,) = models.latest();
        return CommitteeRotation({
            network: NETWORK,
            epoch: models.currentEpoch() + 1,
            version: version,
            nextRoot: rootOf(addressesOf(next)),
            nextSize: uint8(next.length),
            nextKeys: 0
        });
    }

    function rotate(uint256[] memory next) internal {
        CommitteeRotation memory rotation = rotationTo(next);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashCommitteeRotation(rotation));
        models.rotateCommittee(rotation, members(), votes);
        keys = next;
    }

    /// @notice An update of the fee that follows on the present state.
    function nextUpdate() internal view returns (ParameterUpdate memory) {
        (uint64 version, bytes32 digest,,) = models.latest();
        return ParameterUpdate({
            network: NETWORK,
            parameterId: FEE,
            sequence: controller.sequenceOf(FEE) + 1,
            expected: parameters.valueOf(FEE),
            modelVersion: version,
            modelDigest: digest,
            expiry: uint64(block.timestamp + 1 hours)
        });
    }

    /// @notice The first `values.length` members recommend these values, in this order.
    function recommend(ParameterUpdate memory update, uint256[] memory values)
        internal
        view
        returns (Recommendation[] memory votes)
    {
        votes = new Recommendation[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            bytes memory signature = signatureBy(keys[i], controller.hashRecommendation(update, values[i]));
            votes[i] = Recommendation(uint8(i), values[i], signature);
        }
    }

    /// @notice A quorum that recommends one value.
    function agree(ParameterUpdate memory update, uint256 value) internal view returns (Recommendation[] memory) {
        uint256[] memory values = new uint256[](quorum());
        for (uint256 i = 0; i < values.length; ++i) {
            values[i] = value;
        }
        return recommend(update, values);
    }

    function sorted(uint256[] memory values) internal pure returns (uint256[] memory) {
        for (uint256 i = 1; i < values.length; ++i) {
            uint256 value = values[i];
            uint256 j = i;
            for (; j > 0 && values[j - 1] > value; --j) {
                values[j] = values[j - 1];
            }
            values[j] = value;
        }
        return values;
    }
}
