// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "../ParameterTypes.sol";

/// @title What the governance bridge does to the parameter registry
/// @notice Only the bridge may call the functions that write. The registry checks that limits are consistent, keeps
/// what its budgets have used, and leaves a record of every value.
interface IGovernedParameters {
    /// @notice Adds a parameter, or gives one a new consumer. A unit never changes.
    /// @param id keccak256 of the parameter's name.
    /// @param unit Label of the unit, such as `wad/year`, as a left-aligned string.
    /// @param value Value in that unit, within the limits; for a parameter that exists, its present one.
    /// @param limits What it may do.
    /// @param consumer Who is told of its changes when it is wired; else zero.
    function configure(bytes32 id, bytes32 unit, uint64 value, Limits calldata limits, address consumer) external;

    /// @notice Gives a parameter other limits.
    function setLimits(bytes32 id, Limits calldata limits) external;

    /// @notice Sets a value by decision of governance: within the limits, whatever step, cooldown, budget and breaker
    /// say, and not while an override stands. The record overrides the parameter's last decision.
    /// @param justification Digest of the published justification.
    function setValue(bytes32 id, uint64 value, bytes32 justification) external;

    /// @notice A parameter's limits; reverts unless it is configured.
    function limitsOf(bytes32 id) external view returns (Limits memory);

    /// @notice A parameter's value; reverts unless it is configured.
    function valueOf(bytes32 id) external view returns (uint256);

    /// @notice A parameter's value, its unit label and whether governance has configured it.
    function parameters(bytes32 id) external view returns (uint256 value, bytes32 unit, bool configured);
}
