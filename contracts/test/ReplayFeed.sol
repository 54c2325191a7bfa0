// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IAggregatorV3} from "../src/interfaces/IAggregatorV3.sol";

interface IKeeperWork {
    function record() external;
    function nextRecordAt() external view returns (uint256);
    function observe() external returns (uint8);
}

/// @notice A feed that plays a series, and the keeper that has an oracle and a breaker look at each of its prices: one
/// transaction for an observation. It stands in for the decision log too, with no decision in it.
contract ReplayFeed is IAggregatorV3 {
    uint8 public constant decimals = 8;
    IKeeperWork public oracle;
    int256 private answer;
    uint256 private updatedAt;

    /// @notice Puts an oracle's code behind a proxy, set up with this feed.
    function deployOracle(address code, bytes calldata initialisation) external {
        oracle = IKeeperWork(address(new ERC1967Proxy(code, initialisation)));
    }

    /// @notice Shows a price and has it looked at; with no breaker it is only recorded.
    /// @param age Seconds since the feed had it.
    function step(IKeeperWork breaker, int256 price, uint256 age) external {
        (answer, updatedAt) = (price, block.timestamp - age);
        if (block.timestamp >= oracle.nextRecordAt()) oracle.record();
        if (address(breaker) != address(0)) breaker.observe();
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, answer, updatedAt, updatedAt, 1);
    }

    /// @notice Number of decisions and head of their chain.
    function head() external pure returns (uint64, bytes24) {
        return (0, 0);
    }
}
