// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Where a wish beyond the limits becomes a proposal
/// @notice A justification is a digest everywhere; its text lies at the address that the event names. There is one
/// open proposal for a parameter at most, and its current value is read from the chain, not taken from the caller.
interface IGovernanceConnector {
    /// @notice What became of a proposal. It moves Pending to Approved to Executed, Failed or Expired; or Pending to
    /// Rejected or Cancelled; and never back.
    enum Status {
        Pending,
        Approved,
        Rejected,
        Executed,
        Cancelled,
        Expired,
        Failed
    }

    /// @notice Opens a proposal to set a parameter beyond what its limits allow a model.
    /// @param id keccak256 of the parameter's name.
    /// @param proposedValue In the parameter's unit.
    /// @param justification Digest of the justification.
    /// @param uri Where its text lies.
    /// @param urgency 0 routine, 1 elevated, 2 high, 3 critical.
    /// @return proposalId Never 0.
    function submitParameterProposal(
        bytes32 id,
        uint256 proposedValue,
        bytes32 justification,
        string calldata uri,
        uint8 urgency
    ) external returns (uint256 proposalId);

    /// @notice Reverts for an unknown proposal.
    /// @return status What became of it.
    /// @return approvalTime Unix time in seconds; 0 unless it was approved.
    function checkProposalStatus(uint256 proposalId) external view returns (Status status, uint64 approvalTime);
}
