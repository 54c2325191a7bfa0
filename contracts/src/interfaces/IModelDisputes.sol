// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Where a version stands. It only moves forward: Active and Revoked are final.
/// @param Published Its time for disputes is not over; no decision may cite it.
/// @param Disputed Somebody put up a bond against it, and governance has not decided.
/// @param Active Nobody disputed it in time, or governance found it sound.
/// @param Revoked Governance found it bad, or another that was not Active either.
enum VersionStatus {
    Published,
    Disputed,
    Active,
    Revoked
}

/// @title Which versions of a model decisions may rest on
interface IModelDisputes {
    /// @notice Whether a published version is disputed and not yet decided on.
    function isContested() external view returns (bool);

    /// @notice Where a published version stands; reverts for one that does not exist.
    function statusOf(uint64 version) external view returns (VersionStatus);
}
