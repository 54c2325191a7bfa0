// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title A part of the suite whose code can be replaced
/// @notice Lives behind an ERC-1967 proxy. The module registry alone replaces the code and notes it in the same
/// transaction.
interface IModule is IERC165 {
    /// @notice Key of the module, such as keccak256("BOUNDED_AUTONOMY_CONTROLLER").
    function moduleKey() external view returns (bytes32);

    /// @notice Semantic version of the code as major * 2^64 + minor * 2^32 + patch.
    function moduleVersion() external pure returns (uint96);
}
