// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDecisionLog} from "./IDecisionLog.sol";

/// @title Where a wish beyond the limits leaves its record
/// @notice Only the governance bridge may call. A wish is recorded as pending when its proposal opens, and moves with
/// it: to implemented, rejected or failed.
interface IWishLog {
    /// @notice Records a wish as pending.
    /// @param id keccak256 of the parameter's name.
    /// @param before The parameter's value.
    /// @param value The value wished for.
    /// @param justification Digest of the published justification.
    /// @return decision Number of the record.
    function recordWish(bytes32 id, uint64 before, uint64 value, bytes32 justification)
        external
        returns (uint64 decision);

    /// @notice Moves a wish's record on from pending.
    function settleWish(uint64 decision, IDecisionLog.Status status) external;
}
