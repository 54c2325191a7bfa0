// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A protocol that is told of a parameter's change
/// @notice Called last, after the value stands in the registry, and only for wired parameters. It settles what has
/// accrued under `before` first: a change is never retroactive.
interface IParameterConsumer {
    /// @notice Only the parameter registry may call it. A revert undoes the change.
    function onParameterChanged(bytes32 id, uint256 before, uint256 value) external;
}
