// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Change, Provenance} from "../ParameterTypes.sol";

/// @title Where every write of a parameter leaves its record
/// @notice The parameter registry records in the transaction of the write, so that no write lacks its record. A record
/// is an event; storage keeps the number of records and a chain over their hashes, one slot a batch.
interface IDecisionLog {
    /// @notice What became of a decision.
    enum Status {
        Pending,
        Implemented,
        Rejected,
        Overridden,
        Failed
    }

    /// @notice Records a batch of writes by a model as implemented. Only the parameter registry may call it.
    /// @return first Number of the first record; the others follow by one.
    function recordBatch(Provenance calldata provenance, Change[] calldata changes) external returns (uint64 first);

    /// @notice Records a write by governance, which overrides the parameter's last decision if there is one. Only the
    /// parameter registry may call it.
    /// @param justification Digest of the published justification.
    function recordOverride(bytes32 id, uint64 before, uint64 value, bytes32 justification)
        external
        returns (uint64 decision);

    /// @notice Number of records and the head of the chain over them.
    function head() external view returns (uint64 count, bytes24 digest);
}
