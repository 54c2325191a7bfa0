// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPriceSource} from "../reference/IPriceSource.sol";
import {Failure, FeedPair, PriceFeeds, Sequencer} from "./PriceFeeds.sol";

/// @title One price in a target unit, as a protocol asks for it
/// @notice The feeds are fixed for ever: who wants others deploys another source and has governance name it.
contract FeedPriceSource is IPriceSource {
    using PriceFeeds for FeedPair;
    using PriceFeeds for Sequencer;

    FeedPair private _price;
    FeedPair private _target;
    Sequencer private _sequencer;

    /// @param price_ Price of the thing.
    /// @param target Price of the target unit in the same money; 1.00 where its primary aggregator is 0.
    /// @param sequencer Of the chain that the feeds are on.
    constructor(FeedPair memory price_, FeedPair memory target, Sequencer memory sequencer) {
        price_.validate();
        if (target.primary.aggregator != address(0)) target.validate();
        sequencer.validate();
        (_price, _target, _sequencer) = (price_, target, sequencer);
    }

    /// @inheritdoc IPriceSource
    /// @dev Reverts where the caller gives too little gas, and only there.
    function price() external view returns (uint256 wad, bool usable) {
        Failure failure;
        (wad,, failure) = read();
        usable = failure == Failure.None;
    }

    /// @notice The same with the time of the oldest feed, and with what failed.
    function read() public view returns (uint256 wad, uint256 updatedAt, Failure failure) {
        return PriceFeeds.readIn(_price, _target, _sequencer);
    }
}
