// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Where the reference core learns a collateral's price
interface IPriceSource {
    /// @notice The price of one whole token in the coin's target unit. Never reverts.
    /// @return wad 18 decimals; of no meaning unless usable.
    /// @return usable Whether the price is fresh, positive and not in dispute.
    function price() external view returns (uint256 wad, bool usable);
}
