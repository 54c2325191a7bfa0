// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Integer arithmetic of Byzantine quorums
/// @notice With F = floor((N-1)/3) faults borne and a quorum of q = ceil((N+F+1)/2), two quorums share at least
/// F+1 members, hence an honest one, for every N; and q >= 2F+1, so that the lower median of q votes lies within
/// the values of honest members.
library Quorum {
    /// @notice The largest committee that a contract accepts; it bounds every loop over members.
    uint256 internal constant MAX_COMMITTEE = 255;

    /// @notice F, the members of a committee of `size` that may be faulty.
    /// @param size N >= 1.
    function faultsTolerated(uint256 size) internal pure returns (uint256) {
        return (size - 1) / 3;
    }

    /// @notice q, the members of a committee of `size` whose votes decide.
    /// @param size N >= 1.
    function required(uint256 size) internal pure returns (uint256) {
        return (size + faultsTolerated(size) + 2) / 2;
    }
}
