// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {IParameterRegistry} from "../src/interfaces/IParameterRegistry.sol";
import {Hot} from "../src/ParameterRules.sol";
import {Change, Limits, Risk} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";
import {Vectors} from "./Vectors.sol";

/// @notice The registry does what the rules in TypeScript say, to the arguments of every refusal.
contract RuleVectorsTest is RulesWorld, Vectors {
    struct Step {
        uint40 at;
        uint64 value;
        uint8 severity;
        bytes32 refusal;
        uint40 raisedAt;
        uint40 upDrainedAt;
        uint40 downDrainedAt;
    }

    uint256 private constant SEQUENCES = 12;
    string[9] private names = [
        "STABILITY_FEE",
        "SAVINGS_RATE",
        "LIQUIDATION_PENALTY",
        "DEBT_CEILING",
        "SURPLUS_BUFFER",
        "COLLATERAL_RATIO/ETH",
        "LIQUIDATION_GAP/ETH",
        "STABILITY_FEE_MODIFIER/ETH",
        "DEBT_CEILING/ETH"
    ];
    string private json;

    function setUp() public {
        json = read("rules.json");
    }

    function configured(bytes32 id, uint64 value, Limits memory given) private {
        vm.prank(governance);
        parameters.configure(id, UNIT, value, given, address(0));
    }

    function test_R23_sequencesEndAsInTypeScript() public {
        uint256 accepted = 0;
        uint256 refusals = 0;
        for (uint256 i = 0; i < SEQUENCES; ++i) {
            buildWorld(1);
            (Limits memory given, uint64 initial, Step[] memory steps) =
                abi.decode(vm.parseJsonBytes(json, item(".sequences", i)), (Limits, uint64, Step[]));
            configured(FEE, initial, given);
            for (uint256 j = 0; j < steps.length; ++j) {
                if (taken(steps[j])) ++accepted;
                else ++refusals;
            }
        }
        assertTrue(accepted > 60 && refusals > 120, "both happen");
    }

    function taken(Step memory step) private returns (bool isTaken) {
        vm.warp(step.at);
        breaker.tell(ICircuitBreaker.Status(false, false, false, 0, step.severity));
        Change[] memory changes = changesTo(FEE, step.value);
        vm.prank(address(controller));
        try parameters.applyBatch(provenance(), false, changes) {
            isTaken = true;
            assertEq(step.refusal, bytes32(0), "refused in TypeScript");
            assertEq(parameters.valueOf(FEE), step.value, "value");
        } catch (bytes memory reason) {
            assertEq(keccak256(reason), step.refusal, "reason");
        }
        Hot memory hot = parameters.stateOf(FEE);
        assertEq(hot.raisedAt, step.raisedAt, "raised at");
        assertEq(hot.upDrainedAt, step.upDrainedAt, "up drained at");
        assertEq(hot.downDrainedAt, step.downDrainedAt, "down drained at");
    }

    /// @dev An adversary quorum pushes one way for 30 days, as far as `allowed` lets it, under the default settings. Fails
    /// when governance would begin with settings whose drift is beyond what they declare.
    function test_driftOfTheDefaultSettingsIsWithinWhatIsDeclared() public {
        for (uint256 i = 0; i < names.length; ++i) {
            string memory place = item(".drifts", i);
            string memory name = vm.parseJsonString(json, string.concat(place, ".name"));
            assertEq(keccak256(bytes(name)), keccak256(bytes(names[i])), "name");
            (Limits memory given, uint64 initial, uint64[6] memory drifts, uint64[2] memory declared) = abi.decode(
                vm.parseJsonBytes(json, string.concat(place, ".vector")), (Limits, uint64, uint64[6], uint64[2])
            );
            buildWorld(1);
            bytes32 id = keccak256(bytes(name));
            configured(id, initial, given);
            pushed(id, given, initial, true, [drifts[0], drifts[1], drifts[2]], declared);
            buildWorld(1);
            configured(id, initial, given);
            pushed(id, given, initial, false, [drifts[3], drifts[4], drifts[5]], declared);
        }
    }

    function pushed(
        bytes32 id,
        Limits memory given,
        uint64 initial,
        bool rises,
        uint64[3] memory drifts,
        uint64[2] memory declared
    ) private {
        bool raises = given.risk == Risk.Both || (given.risk == Risk.Up) == rises;
        uint256 pause = raises && given.cooldown > 0 ? given.cooldown : 6 hours;
        uint256 first = block.timestamp + given.cooldown;
        uint40[3] memory ends = [uint40(first + 1 days), uint40(first + 7 days), uint40(first + 30 days)];
        uint256 reached = 0;
        for (uint256 now_ = first; now_ <= ends[2]; now_ += pause) {
            while (now_ > ends[reached]) {
                assertEq(distance(id, initial), drifts[reached++], "drift");
            }
            vm.warp(now_);
            IParameterRegistry.Allowance memory a = parameters.allowed(id);
            uint64 value = rises ? a.highest : a.lowest;
            if (value != a.current) applied(id, value);
        }
        for (; reached < 3; ++reached) {
            assertEq(distance(id, initial), drifts[reached], "drift at the end");
        }
        assertTrue(drifts[1] <= declared[0], "a week's drift is beyond what is declared");
        assertTrue(drifts[2] <= declared[1], "a month's drift is beyond what is declared");
    }

    function distance(bytes32 id, uint64 initial) private view returns (uint64) {
        uint64 value = uint64(parameters.valueOf(id));
        return value > initial ? value - initial : initial - value;
    }
}
