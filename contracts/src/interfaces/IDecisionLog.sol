// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Change, Provenance} from "../ParameterTypes.sol";

/// @title Where every write of a parameter leaves its record
/// @notice The parameter registry records in the transaction of the write, so that no write lacks its record. A record
/// is an event; storage keeps the number of records and a chain over their hashes, one slot a batch.
interface IDecisionLog {
    /// @notice What became of a decision. A write by a model or by governance begins as Implemented, a wish as Pending.
    /// Pending moves to any other; Implemented moves to Overridden, and only in the transaction of the write that
    /// overrides it; the others are final.
    enum Status {
        Pending,
        Implemented,
        Rejected,
        Overridden,
        Failed
    }

    /// @notice Records a batch of writes by a model as implemented. Only the parameter registry may call it.
    /// @return first Number of the first record, from 1; the others follow by one.
    function recordBatch(Provenance calldata provenance, Change[] calldata changes) external returns (uint64 first);

    /// @notice Records a write by governance as implemented. Only the parameter registry may call it.
    /// @param overridden The parameter's last decision, which becomes Overridden; 0 for none.
    /// @param justification Digest of the published justification.
    /// @return decision Number of the record.
    function recordOverride(bytes32 id, uint64 before, uint64 value, bytes32 justification, uint64 overridden)
        external
        returns (uint64 decision);

    /// @notice Records a value that the limits do not allow as pending. Only the governance bridge may call it.
    /// @param current The parameter's value.
    /// @param wished The value that is asked for.
    /// @param justification Digest of the published justification.
    /// @return decision Number of the record.
    function recordWish(bytes32 id, uint64 current, uint64 wished, bytes32 justification)
        external
        returns (uint64 decision);

    /// @notice Says what became of a wish. Only the governance bridge may call it, and only for a pending decision.
    function resolveWish(uint64 decision, Status status) external;

    /// @notice What became of a decision; reverts for one that does not exist.
    function statusOf(uint64 decision) external view returns (Status);

    /// @notice Number of records and the head of the chain over them.
    function head() external view returns (uint64 count, bytes24 digest);
}
