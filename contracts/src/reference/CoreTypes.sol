// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPriceSource} from "./IPriceSource.sol";

/// @notice What a parameter of the registry governs here. Those after `Savings` exist once for each collateral, under
/// the name `<NAME>/<collateral>`.
enum Kind {
    Unknown,
    StabilityFee,
    LiquidationPenalty,
    DebtCeiling,
    SurplusBuffer,
    SavingsRate,
    FeeModifier,
    CollateralCeiling,
    CollateralRatio,
    LiquidationGap
}

/// @notice Where a parameter's value goes.
struct Target {
    Kind kind;
    uint8 collateral;
}

/// @notice What every accrual reads, in one slot.
/// @param accruedAt Unix time in seconds up to which interest has been settled.
/// @param fee Base stability fee, wad a year.
/// @param savingsRate Wad a year.
/// @param penalty Liquidation penalty, wad of the debt.
/// @param collaterals Number of collaterals.
struct Rates {
    uint40 accruedAt;
    uint64 fee;
    uint64 savingsRate;
    uint64 penalty;
    uint8 collaterals;
}

/// @notice Limits of the whole, in whole coins.
/// @param ceiling Largest total debt that minting may reach.
/// @param buffer Surplus that stays before any may be skimmed.
struct Totals {
    uint64 ceiling;
    uint64 buffer;
}

/// @notice One collateral.
/// @param index Debt that a normalised debt of 1 has grown to, ray.
/// @param normalizedDebt Sum over its vaults, wad; times the index it is the debt.
/// @param feeModifier Stability fee beside the base, wad a year, stored with an offset of 0.5e18.
/// @param ceiling Largest debt that minting may reach, whole coins; the global ceiling holds as well.
/// @param ratio Value by debt that new debt needs, wad.
/// @param gap How far the liquidation ratio lies below it, wad.
/// @param amount Sum over its vaults, wad.
/// @param rampFrom Liquidation ratio at `rampStart`, from where it rises to its target.
/// @param rampStart Unix time in seconds.
/// @param token The collateral's ERC-20.
/// @param decimals Of the token, at most 18.
/// @param source Its price.
/// @param key keccak256 of its name.
struct Collateral {
    uint128 index;
    uint128 normalizedDebt;
    uint64 feeModifier;
    uint64 ceiling;
    uint64 ratio;
    uint64 gap;
    uint128 amount;
    uint64 rampFrom;
    uint40 rampStart;
    IERC20 token;
    uint8 decimals;
    IPriceSource source;
    bytes32 key;
}

/// @notice One position.
/// @param owner Who may withdraw and mint.
/// @param collateral Position of its collateral.
/// @param amount Collateral, wad (18 decimals whatever the token has).
/// @param normalizedDebt Wad; times the collateral's index it is the debt.
struct Vault {
    address owner;
    uint8 collateral;
    uint128 amount;
    uint128 normalizedDebt;
}
