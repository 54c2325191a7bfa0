// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Quorum} from "../src/Quorum.sol";
import {Test} from "./Vm.sol";

contract QuorumTest is Test {
    function test_quorumOfSmallCommittees() public pure {
        uint8[10] memory expected = [1, 2, 2, 3, 4, 4, 5, 6, 6, 7];
        for (uint256 size = 1; size <= expected.length; ++size) {
            assertEq(Quorum.required(size), expected[size - 1], "quorum");
        }
        assertEq(Quorum.required(Quorum.MAX_COMMITTEE), 170, "quorum of 255");
    }

    /// @dev Two sets of q out of N share at least 2q - N members.
    function testFuzz_quorumsShareAnHonestMember(uint256 seed) public pure {
        uint256 size = bound(seed, 1, 1e30);
        (uint256 q, uint256 faults) = (Quorum.required(size), Quorum.faultsTolerated(size));
        assertTrue(2 * q >= size + faults + 1, "two quorums share fewer than F+1 members");
        assertTrue(2 * (q - 1) < size + faults + 1, "a smaller quorum would do");
        assertTrue(q + faults <= size || size < 4, "the honest members alone are no quorum");
        assertTrue(q >= 2 * faults + 1, "the median can be a liar's");
    }
}
