// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Quorum} from "../src/Quorum.sol";

/// @notice What the quorum's arithmetic owes, for every size of committee.
contract QuorumProof {
    function twoQuorumsShareAnHonestMember(uint256 size) public pure {
        require(size >= 1 && size <= Quorum.MAX_COMMITTEE);
        (uint256 faults, uint256 quorum) = (Quorum.faultsTolerated(size), Quorum.required(size));
        assert(3 * faults < size);
        assert(quorum <= size);
        assert(2 * quorum >= size + faults + 1);
        assert(quorum >= 2 * faults + 1);
        assert(size - faults >= quorum);
    }
}
