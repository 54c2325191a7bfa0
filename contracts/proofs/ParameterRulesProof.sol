// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hot, ParameterRules} from "../src/ParameterRules.sol";
import {Limits} from "../src/ParameterTypes.sol";

/// @notice What holds of every change that the rules accept, for all values, limits and times.
contract ParameterRulesProof {
    function theValueKeepsTheBoundAndTheStep(Hot memory hot, Limits memory limits, uint64 low, uint64 high, uint64 value)
        public
        view
    {
        uint64 current = hot.value;
        Hot memory next = ParameterRules.change("id", hot, limits, low, high, value);
        assert(next.value == value);
        assert(value != current);
        assert(value < current || value <= high);
        assert(value > current || value >= low);
        assert(value < current || value - current <= limits.stepUp);
        assert(value > current || current - value <= limits.stepDown);
    }
}
