// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A price feed for devnets and tests
/// @notice Answers like a Chainlink aggregator what its owner last wrote.
contract DevnetFeed {
    address public immutable OWNER;
    // solhint-disable-next-line immutable-vars-naming
    uint8 public immutable decimals;

    int256 private _answer;
    uint64 private _updatedAt;
    uint80 private _round;

    error NotOwner(address caller);

    /// @param owner Who writes answers.
    /// @param decimals_ Of the answers; Chainlink's USD feeds have 8.
    /// @param answer The first.
    constructor(address owner, uint8 decimals_, int256 answer) {
        (OWNER, decimals) = (owner, decimals_);
        _write(answer);
    }

    /// @notice Writes an answer, dated now.
    function write(int256 answer) external {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        _write(answer);
    }

    /// @notice The last answer, in the form of Chainlink's AggregatorV3Interface.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return (_round, _answer, _updatedAt, _updatedAt, _round);
    }

    function _write(int256 answer) private {
        (_answer, _updatedAt) = (answer, uint64(block.timestamp));
        ++_round;
    }
}
