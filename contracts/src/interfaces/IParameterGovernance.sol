// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "../ParameterTypes.sol";

/// @title What governance may do to the parameters
/// @notice None of these calls is open to the controller, and `apply` is open to nobody but the controller: no role
/// both moves values by a model and decides how far a model may move them. Values stay within [min, max] on every path.
interface IParameterGovernance {
    /// @notice Adds a parameter. Its cooldown starts now. Only the governance bridge may call it.
    /// @param id keccak256 of the parameter's name.
    /// @param unit Label of the unit, such as `wad/year`, as a left-aligned string; it never changes.
    /// @param value First value, within the limits.
    /// @param limits What models may do to it.
    /// @param consumer Who is told of changes when `limits.isWired`; otherwise anything.
    function configure(bytes32 id, bytes32 unit, uint64 value, Limits calldata limits, address consumer) external;

    /// @notice Replaces a parameter's limits, and starts its cooldown anew. The value may lie outside them afterwards:
    /// then models can only walk it back. Only the governance bridge may call it.
    function setLimits(bytes32 id, Limits calldata limits) external;

    /// @notice Replaces who is told of changes. Only the governance bridge may call it.
    function setConsumer(bytes32 id, address consumer) external;

    /// @notice Writes an approved value within [min, max], without regard to step, budget and cooldown, and records it.
    /// Only the governance bridge may call it.
    /// @param justification Digest of the published justification.
    /// @return decision Number of its record.
    function setValue(bytes32 id, uint64 value, bytes32 justification) external returns (uint64 decision);

    /// @notice Writes a value within [min, max], records it, and refuses writes by models until the override ends. Only
    /// the override module may call it.
    /// @param until Unix time in seconds from which models may write again.
    function setOverride(bytes32 id, uint64 value, uint40 until, bytes32 justification)
        external
        returns (uint64 decision);

    /// @notice Ends an override at once. The value stays. Only the override module may call it.
    function endOverride(bytes32 id) external;

    /// @notice A parameter's limits; reverts unless it is configured.
    function limitsOf(bytes32 id) external view returns (Limits memory);
}
