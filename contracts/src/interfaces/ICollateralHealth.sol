// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How the vaults of a protocol stand, as a circuit breaker asks
interface ICollateralHealth {
    /// @param health 0 (insolvent) to 100 (as well covered as the protocol asks of itself, or better).
    /// @param liquidated Value liquidated within the last day as a share of all collateral, 1e18 = all.
    /// @param isUsable Whether every price behind it is fresh.
    function collateralHealth() external view returns (uint8 health, uint256 liquidated, bool isUsable);
}
