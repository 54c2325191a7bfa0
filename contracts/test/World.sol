// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BoundedAutonomyController} from "../src/BoundedAutonomyController.sol";
import {CommitteeSignature} from "../src/CommitteeVotes.sol";
import {DecisionLog} from "../src/DecisionLog.sol";
import {ParameterUpdate, Recommendation} from "../src/interfaces/IStabilityController.sol";
import {CommitteeRotation, ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {ModuleProxy} from "../src/ModuleProxy.sol";
import {OverrideModule} from "../src/OverrideModule.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Limits, Risk} from "../src/ParameterTypes.sol";
import {Quorum} from "../src/Quorum.sol";
import {BreakerDouble} from "./BreakerDouble.sol";
import {Test} from "./Vm.sol";

/// @notice A network with a committee whose keys the test holds.
abstract contract World is Test {
    bytes32 internal constant NETWORK = keccak256("network");
    bytes32 internal constant GENESIS = keccak256("genesis");
    bytes32 internal constant FEE = keccak256("STABILITY_FEE");
    bytes32 internal constant UNIT = "wad/year";
    uint256 internal constant START = 1_800_000_000;
    uint64 internal constant FIRST_FEE = 0.05e18;
    uint64 internal constant MIN = 0.01e18;
    uint64 internal constant MAX = 0.2e18;
    uint64 internal constant STEP_UP = 0.01e18;
    uint64 internal constant STEP_DOWN = 0.005e18;
    uint64 internal constant BUDGET_UP = 0.2e18;
    uint64 internal constant BUDGET_DOWN = 0.1e18;
    uint32 internal constant COOLDOWN = 8 hours;
    uint32 internal constant WINDOW = 7 days;
    bytes32 internal constant WHY = keccak256("because");

    /// @notice The governance bridge.
    address internal governance = address(0x60);
    address internal restorer = address(0x61);
    /// @notice Governance itself.
    address internal timelock = address(0x62);
    address internal upgrader = address(0x63);
    ModelRegistry internal models;
    BreakerDouble internal breaker;
    DecisionLog internal log;
    ParameterRegistry internal parameters;
    BoundedAutonomyController internal controller;
    OverrideModule internal overrides;
    uint256[] internal keys;

    function buildWorld(uint256 size) internal {
        vm.warp(START);
        models = new ModelRegistry(governance, 0, 0);
        breaker = new BreakerDouble();
        buildHeart();
        keys = ascendingKeys(size, 1);
        address[] memory committee = addressesOf(keys);
        vm.prank(governance);
        models.initialise(NETWORK, GENESIS, rootOf(committee), uint8(size), 0, restorer);
    }

    /// @notice Log, parameters, controller and overrides, which name each other before they exist.
    function buildHeart() internal {
        uint256 nonce = vm.getNonce(address(this));
        address registry = vm.computeCreateAddress(address(this), nonce + 1);
        address door = vm.computeCreateAddress(address(this), nonce + 3);
        address overriding = vm.computeCreateAddress(address(this), nonce + 5);
        log = new DecisionLog(registry, governance, timelock);
        parameters = new ParameterRegistry(door, governance, overriding, breaker, log);
        address code = address(new BoundedAutonomyController(upgrader, models, parameters));
        controller = BoundedAutonomyController(address(new ModuleProxy(code, "")));
        code = address(new OverrideModule(upgrader, timelock, parameters));
        overrides = OverrideModule(address(new ModuleProxy(code, "")));
        assertEq(address(parameters), registry, "the registry's address");
        assertEq(address(controller), door, "the controller's address");
        assertEq(address(overrides), overriding, "the override module's address");
    }

    function buildFee() internal {
        vm.prank(governance);
        parameters.configure(FEE, UNIT, FIRST_FEE, limits(), address(0));
    }

    function limits() internal pure returns (Limits memory) {
        return Limits({
            min: MIN,
            max: MAX,
            stepUp: STEP_UP,
            stepDown: STEP_DOWN,
            budgetUp: BUDGET_UP,
            budgetDown: BUDGET_DOWN,
            cooldown: COOLDOWN,
            window: WINDOW,
            risk: Risk.Both,
            class: 0,
            isWired: false
        });
    }

    function feeValue() internal view returns (uint64) {
        return uint64(parameters.valueOf(FEE));
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

    /// @notice A signature of 64 bytes (ERC-2098).
    function shortSignatureBy(uint256 key, bytes32 digest) internal pure returns (bytes32, bytes32) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return (r, bytes32((uint256(v - 27) << 255) | uint256(s)));
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
        return updateOf(single(FEE));
    }

    function single(bytes32 id) internal pure returns (bytes32[] memory ids) {
        ids = new bytes32[](1);
        ids[0] = id;
    }

    function one(uint64 value) internal pure returns (uint64[] memory values) {
        values = new uint64[](1);
        values[0] = value;
    }

    /// @notice An update of these parameters, which are configured, that follows on the present state.
    function updateOf(bytes32[] memory ids) internal view returns (ParameterUpdate memory) {
        (uint64 version, bytes32 digest,,) = models.latest();
        uint64[] memory expected = new uint64[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            expected[i] = uint64(parameters.valueOf(ids[i]));
        }
        return ParameterUpdate({
            network: NETWORK,
            sequence: controller.sequence() + 1,
            modelVersion: version,
            modelDigest: digest,
            transcript: keccak256(abi.encode("entry", version)),
            expiry: uint64(block.timestamp + 1 hours),
            parameterIds: ids,
            expected: expected
        });
    }

    /// @notice Digest of the explanation that member `i` gives.
    function explanationOf(uint256 i) internal pure returns (bytes32) {
        return keccak256(abi.encode("explanation", i));
    }

    function voteOf(ParameterUpdate memory update, uint256 i, uint64[] memory values)
        internal
        view
        returns (Recommendation memory)
    {
        bytes32 digest = controller.hashRecommendation(update, values, explanationOf(i));
        (bytes32 r, bytes32 vs) = shortSignatureBy(keys[i], digest);
        return Recommendation(uint8(i), explanationOf(i), r, vs, values);
    }

    /// @notice The first `values.length` members recommend these values for one parameter, in this order.
    function recommend(ParameterUpdate memory update, uint64[] memory values)
        internal
        view
        returns (Recommendation[] memory votes)
    {
        votes = new Recommendation[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            votes[i] = voteOf(update, i, one(values[i]));
        }
    }

    /// @notice A quorum that recommends one value for one parameter.
    function agree(ParameterUpdate memory update, uint64 value) internal view returns (Recommendation[] memory) {
        return agreeAll(update, one(value));
    }

    /// @notice A quorum that recommends the same values.
    function agreeAll(ParameterUpdate memory update, uint64[] memory values)
        internal
        view
        returns (Recommendation[] memory votes)
    {
        votes = new Recommendation[](quorum());
        for (uint256 i = 0; i < votes.length; ++i) {
            votes[i] = voteOf(update, i, values);
        }
    }

    function sorted(uint64[] memory values) internal pure returns (uint64[] memory) {
        for (uint256 i = 1; i < values.length; ++i) {
            uint64 value = values[i];
            uint256 j = i;
            for (; j > 0 && values[j - 1] > value; --j) {
                values[j] = values[j - 1];
            }
            values[j] = value;
        }
        return values;
    }
}
