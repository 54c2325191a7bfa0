// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommitteeSignature} from "../src/CommitteeVotes.sol";
import {ParameterUpdate, Recommendation} from "../src/interfaces/IStabilityController.sol";
import {RoundDecision} from "../src/ModelRegistry.sol";
import {BreakerWorld} from "./BreakerWorld.sol";
import {World} from "./World.sol";

interface VmSnapshots {
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
}

// What calls cost as transactions of their own. forge writes it to contracts/cache/snapshots;
// `forge.test.ts` holds it against contracts/test/gas/snapshot.json, with a tolerance.
VmSnapshots constant SNAPSHOTS = VmSnapshots(address(uint160(uint256(keccak256("hevm cheat code")))));
string constant GROUP = "gas";

contract UpdateGasTest is World {
    bytes32 private constant OTHER = keccak256("OTHER");

    function setUp() public {
        buildWorld(7);
        buildFee();
        vm.prank(governance);
        parameters.configure(OTHER, UNIT, FIRST_FEE, limits(), address(0));
        publish(decisionFor(1));
        vm.warp(START + COOLDOWN);
        // The first batch fills slots that were empty.
        apply_(both(), FIRST_FEE + 1);
        vm.warp(START + 2 * COOLDOWN);
    }

    function both() private pure returns (bytes32[] memory ids) {
        ids = new bytes32[](2);
        (ids[0], ids[1]) = FEE < OTHER ? (FEE, OTHER) : (OTHER, FEE);
    }

    function apply_(bytes32[] memory ids, uint64 value) private {
        ParameterUpdate memory update = updateOf(ids);
        uint64[] memory values = new uint64[](ids.length);
        for (uint256 i = 0; i < values.length; ++i) {
            values[i] = value;
        }
        Recommendation[] memory votes = agreeAll(update, values);
        address[] memory committee = members();
        controller.applyUpdate(update, votes, committee);
    }

    /// forge-config: default.isolate = true
    function test_gasOfABatch() public {
        apply_(single(FEE), FIRST_FEE + 2);
        SNAPSHOTS.snapshotGasLastCall(GROUP, "applyUpdate, one parameter, 5 votes of 7");
        vm.warp(START + 3 * COOLDOWN);
        apply_(both(), FIRST_FEE + 3);
        SNAPSHOTS.snapshotGasLastCall(GROUP, "applyUpdate, two parameters, 5 votes of 7");
        assertEq(controller.sequence(), 3, "batches");
    }

    /// forge-config: default.isolate = true
    function test_gasOfAPublication() public {
        RoundDecision memory decision = decisionFor(2);
        CommitteeSignature[] memory votes = signedBy(quorum(), models.hashRoundDecision(decision));
        address[] memory committee = members();
        models.publish(decision, committee, votes);
        SNAPSHOTS.snapshotGasLastCall(GROUP, "publish, 5 votes of 7");
    }
}

contract HaltGasTest is BreakerWorld {
    function setUp() public {
        buildBreaker();
    }

    /// forge-config: default.isolate = true
    function test_gasOfHalts() public {
        vm.prank(guardian);
        breaker.haltAll();
        SNAPSHOTS.snapshotGasLastCall(GROUP, "haltAll");
        vm.prank(guardian);
        breaker.haltClass(31);
        SNAPSHOTS.snapshotGasLastCall(GROUP, "haltClass");
        vm.prank(guardian);
        breaker.haltParameter(keccak256("STABILITY_FEE"));
        SNAPSHOTS.snapshotGasLastCall(GROUP, "haltParameter");
        assertTrue(breaker.status().all && breaker.status().anyParameter, "halted");
    }
}
