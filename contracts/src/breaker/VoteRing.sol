// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The last 32 observations of one question, a bit each, the newest lowest
library VoteRing {
    /// @notice The ring after one more observation; the oldest falls out.
    function push(uint32 ring, bool vote) internal pure returns (uint32) {
        return (ring << 1) | (vote ? 1 : 0);
    }

    /// @notice How many of the last `window` observations said yes.
    /// @param window 1 to 32.
    function count(uint32 ring, uint256 window) internal pure returns (uint256 votes) {
        uint256 left = uint256(ring) & ((1 << window) - 1);
        for (; left != 0; left &= left - 1) {
            ++votes;
        }
    }
}
