// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Limits} from "../src/ParameterTypes.sol";

/// @notice Who writes what, for every state of the registry and every answer of the contracts that it calls.
contract ParameterRegistryProof is ParameterRegistry {
    constructor()
        ParameterRegistry(address(1), address(2), address(3), ICircuitBreaker(address(4)), IDecisionLog(address(5)))
    {}

    function onlyGovernanceSetsLimitsAndNeverTheValue(bytes32 id, Limits memory limits) public {
        uint64 value = _parameters[id].hot.value;
        setLimits(id, limits);
        assert(msg.sender == GOVERNANCE);
        assert(_parameters[id].hot.value == value);
    }

    function onlyGovernanceConfigures(bytes32 id, bytes32 unit, uint64 value, Limits memory limits, address consumer)
        public
    {
        bytes32 before = _parameters[id].unit;
        configure(id, unit, value, limits, consumer);
        assert(msg.sender == GOVERNANCE);
        assert(before == 0);
        assert(value >= limits.min && value <= limits.max);
    }

    function onlyGovernanceWiresConsumers(bytes32 id, address consumer) public {
        setConsumer(id, consumer);
        assert(msg.sender == GOVERNANCE);
    }

    function onlyTheOverrideModuleEndsOverrides(bytes32 id) public {
        uint64 value = _parameters[id].hot.value;
        endOverride(id);
        assert(msg.sender == OVERRIDES);
        assert(_parameters[id].hot.value == value);
    }

    function whatIsWrittenLiesWithinTheLimits(bytes32 id, uint64 value, uint64 min, uint64 max) public pure {
        _requireWithin(id, value, min, max);
        assert(value >= min && value <= max);
    }
}
