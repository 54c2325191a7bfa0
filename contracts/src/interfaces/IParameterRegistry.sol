// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a protocol reads of its parameters, and the one call that moves them
interface IParameterRegistry {
    /// @notice A parameter's value; reverts unless it is configured.
    function valueOf(bytes32 id) external view returns (uint256);

    /// @notice A parameter's value, its unit label and whether governance has configured it.
    function parameters(bytes32 id) external view returns (uint256 value, bytes32 unit, bool configured);

    /// @notice Moves a parameter. Only the controller may call it.
    function set(bytes32 id, uint256 value) external;
}
