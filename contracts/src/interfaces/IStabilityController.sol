// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What all votes on one batch have in common.
/// @param network Network id.
/// @param sequence Number of the batch, one above the controller's last.
/// @param modelVersion Model version that the values come from.
/// @param modelDigest SHA-256 of that version's weights.
/// @param transcript Digest of the log entry of the round that the values follow on.
/// @param expiry Unix time in seconds after which the votes are void; at most 6 hours ahead.
/// @param parameterIds keccak256 of the parameters' names in strictly ascending order, 1 to 16.
/// @param expected Values that the parameters have before the batch.
struct ParameterUpdate {
    bytes32 network;
    uint64 sequence;
    uint64 modelVersion;
    bytes32 modelDigest;
    bytes32 transcript;
    uint64 expiry;
    bytes32[] parameterIds;
    uint64[] expected;
}

/// @notice One member's own values.
/// @param index Position of the member in the committee.
/// @param explanation Digest of the member's explanation.
/// @param r First half of the member's signature over the EIP-712 digest of the update with these values.
/// @param vs Second half with the parity of v in its highest bit (ERC-2098): 64 bytes cost less than 65.
/// @param values Values that the member recommends, one for each parameter, in its unit.
struct Recommendation {
    uint8 index;
    bytes32 explanation;
    bytes32 r;
    bytes32 vs;
    uint64[] values;
}

/// @title The one door for changes of parameters by models
/// @notice There is no success flag: whatever is refused reverts with an error that names the rule. Which parameter is
/// meant is one id, collateral included. A value is a uint64 in the parameter's unit; a quantity that may be negative
/// is stored with an offset that its unit states. What lies beyond the limits is asked of governance through
/// `IGovernanceConnector`.
interface IStabilityController {
    /// @notice Applies, for each parameter, the lower median of a quorum's values, or reverts as a whole. Anyone may
    /// call it; the signatures decide.
    /// @param votes Votes of distinct members, in any order; sorted by value they cost least.
    /// @param committee The current committee in strictly ascending order.
    function applyUpdate(
        ParameterUpdate calldata update,
        Recommendation[] calldata votes,
        address[] calldata committee
    ) external;

    /// @notice A parameter's value, and the lowest and highest that a batch may write now.
    function bounds(bytes32 id) external view returns (uint64 current, uint64 lowest, uint64 highest);

    /// @notice Number of the last batch; 0 before the first.
    function sequence() external view returns (uint64);

    /// @notice EIP-712 digest that a member signs to recommend `values` with an explanation of this digest.
    function hashRecommendation(ParameterUpdate calldata update, uint64[] calldata values, bytes32 explanation)
        external
        view
        returns (bytes32);
}
