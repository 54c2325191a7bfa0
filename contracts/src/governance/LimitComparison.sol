// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "../ParameterTypes.sol";

/// @title Whether limits leave a model less room
library LimitComparison {
    /// @notice Whether `next` allows nothing that `current` does not: no bound further out, no larger step or budget, no
    /// shorter cooldown or window, and the same risk, class and wiring.
    function isWithin(Limits memory next, Limits memory current) internal pure returns (bool) {
        return next.min >= current.min && next.max <= current.max && next.stepUp <= current.stepUp
            && next.stepDown <= current.stepDown && next.budgetUp <= current.budgetUp
            && next.budgetDown <= current.budgetDown && next.cooldown >= current.cooldown
            && next.window >= current.window && next.risk == current.risk && next.class == current.class
            && next.isWired == current.isWired;
    }

    /// @notice Digest of limits.
    function digestOf(Limits memory limits) internal pure returns (bytes32) {
        return keccak256(abi.encode(limits));
    }
}
