// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Change, Provenance} from "../ParameterTypes.sol";

/// @title What a protocol reads of its parameters, and the one call by which models move them
interface IParameterRegistry {
    /// @notice What a model may write now.
    /// @param current The value.
    /// @param lowest Lowest value that is acceptable now; the current one while falls are not.
    /// @param highest Highest value that is acceptable now; the current one while rises are not.
    /// @param fallReadyAt Unix time in seconds from which a fall may be acceptable; the largest uint40 while nobody
    /// knows.
    /// @param riseReadyAt The same for a rise.
    struct Allowance {
        uint64 current;
        uint64 lowest;
        uint64 highest;
        uint40 fallReadyAt;
        uint40 riseReadyAt;
    }

    /// @notice A parameter's value; reverts unless it is configured.
    function valueOf(bytes32 id) external view returns (uint256);

    /// @notice A parameter's value, its unit label and whether governance has configured it.
    function parameters(bytes32 id) external view returns (uint256 value, bytes32 unit, bool configured);

    /// @notice What a model may write now: limits, cooldown, budgets, override and circuit breaker counted in. Reverts
    /// unless the parameter is configured.
    function allowed(bytes32 id) external view returns (Allowance memory);

    /// @notice Applies a batch, or reverts as a whole. Only the controller may call it.
    /// @param isContested Whether a newer version than the cited one is disputed: then only changes that reduce risk
    /// pass.
    /// @param changes 1 to 16 by strictly ascending id.
    function applyBatch(Provenance calldata provenance, bool isContested, Change[] calldata changes) external;
}
