// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Whether the models are contested, as a circuit breaker asks
interface IModelDisputes {
    /// @notice Whether a published version is disputed and not yet decided on.
    function isContested() external view returns (bool);
}
