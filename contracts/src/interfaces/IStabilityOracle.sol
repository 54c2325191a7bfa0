// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How the coin and its collateral stand, as the protocol sees it
/// @notice Every answer carries the time of its oldest ingredient, and says whether it may be used. A source that
/// fails makes an answer unusable; nothing falls back to a default. Correlation is that of a collateral's returns with
/// the pool's, not with the unit that prices are quoted in.
interface IStabilityOracle {
    /// @param pegPrice Price of the coin in the target unit, 18 decimals.
    /// @param pegVolatility Standard deviation of its returns over a day, from those observed, 18 decimals.
    /// @param pegTrend -1 falling, 0 within the dead band, 1 rising.
    /// @param marketStress 0 to 100.
    /// @param updatedAt Unix time in seconds of the oldest ingredient.
    /// @param isUsable Whether every source answered and is fresh.
    struct StabilityMetrics {
        uint256 pegPrice;
        uint256 pegVolatility;
        int8 pegTrend;
        uint8 marketStress;
        uint64 updatedAt;
        bool isUsable;
    }

    /// @param price Price in the target unit, 18 decimals.
    /// @param volatility As `pegVolatility`.
    /// @param liquidity 0 to 100.
    /// @param correlation -100 to 100, of its returns with the pool's.
    struct CollateralMetrics {
        uint256 price;
        uint256 volatility;
        uint8 liquidity;
        int8 correlation;
        uint64 updatedAt;
        bool isUsable;
    }

    function getStabilityMetrics() external view returns (StabilityMetrics memory);

    function getCollateralMetrics(bytes32 collateral) external view returns (CollateralMetrics memory);
}
