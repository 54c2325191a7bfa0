// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What is read of a Chainlink-style feed
interface IAggregatorV3 {
    /// @notice Decimals of the answers.
    function decimals() external view returns (uint8);

    /// @notice The last round. For a sequencer's uptime feed the answer is 0 while it is up, and `startedAt` the time of
    /// the last change.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
