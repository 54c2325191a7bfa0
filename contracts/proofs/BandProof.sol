// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ParameterRules} from "../src/ParameterRules.sol";
import {Limits} from "../src/ParameterTypes.sol";

/// @notice The range that an alarm leaves lies within the limits, for all limits and anchors.
contract BandProof {
    function anAlarmNeverWidensTheRange(Limits memory limits, uint64 anchor) public pure {
        require(limits.min <= limits.max);
        (uint64 low, uint64 high) = ParameterRules.band(limits, anchor, 3);
        assert(low >= limits.min);
        assert(high <= limits.max);
        assert(low <= high);
    }
}
