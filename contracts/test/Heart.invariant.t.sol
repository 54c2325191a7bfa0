// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import {World} from "./World.sol";

/// @notice What holds whatever quorum, minority, guardian, governance, outsiders and time do. The long run is
/// `FOUNDRY_PROFILE=long forge test --match-contract HeartInvariant`.
contract HeartInvariantTest is World {
    Actors private actors;

    function setUp() public {
        actors = new Actors();
    }

    /// @notice forge asks here which contracts to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actors);
    }

    /// forge-config: default.invariant.runs = 64
    /// forge-config: default.invariant.depth = 160
    /// forge-config: long.invariant.runs = 2000
    /// forge-config: long.invariant.depth = 500
    function invariant_R01_R02_R03_R04_R07_R09_R11_R12_R20_hold() public view {
        string memory broken = actors.broken();
        assertTrue(bytes(broken).length == 0, broken);
    }

    /// @notice forge calls it at the end of each run: what is once wrong here stays wrong.
    function afterInvariant() public view {
        assertEq(actors.records(), actors.recorded(), "a record for every write, and no other");
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 id = actors.ids(i);
            assertTrue(actors.areLimitsAsGoverned(id), "R20: limits that governance did not set");
            int256 moved = int256(actors.valueNow(id)) - int256(uint256(FIRST_FEE));
            assertTrue(moved == actors.sumOfDrifts(id), "the value is the sum of its drifts");
        }
    }

    /// @dev Without writes and refusals of each kind the invariant would say nothing.
    function test_theActorsReachBoth() public {
        uint256 seed = 7;
        for (uint256 i = 0; i < 160; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (i % 16 == 0) actors.committeeSigns(seed << 8);
            else if (i % 5 == 0) actors.quorumWritesABatch(seed);
            else if (i % 23 == 0) actors.governanceWrites(seed);
            else if (i % 29 == 0) actors.governanceOverrides(seed);
            else actors.quorumWrites(seed);
        }
        assertTrue(actors.applied() > 20, "applied");
        assertTrue(actors.refused() > 20, "refused");
        assertTrue(actors.signedBatches() > 2, "signed");
        assertEq(bytes(actors.broken()).length, 0, actors.broken());
        afterInvariant();
    }
}
