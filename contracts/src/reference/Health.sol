// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralHealth} from "../interfaces/ICollateralHealth.sol";
import {Collateral} from "./CoreTypes.sol";
import {Liquidation} from "./Liquidation.sol";
import {RayMath} from "./RayMath.sol";

/// @title How well the vaults are covered, for a circuit breaker to see
/// @notice Of the vaults together: one that is short of collateral can hide behind others, until it is liquidated.
abstract contract Health is Liquidation, ICollateralHealth {
    /// @dev Value of what was liquidated, in units of 1e-6: since `since`, and in the day before that.
    struct Sales {
        uint40 since;
        uint104 current;
        uint104 previous;
    }

    uint256 private constant UNIT = 1e12;

    Sales private _sales;

    /// @inheritdoc ICollateralHealth
    /// @dev Health is the value beyond the debts as a share of what the collateral ratios ask for, in percent. The last
    /// day's sales are the running window's, and that part of the window before which it has not yet left behind.
    function collateralHealth() external view returns (uint8 health, uint256 liquidated, bool isUsable) {
        uint256 value;
        uint256 debts;
        uint256 asked;
        for (uint256 i = 0; i < _rates.collaterals; ++i) {
            Collateral storage collateral = _collaterals[i];
            uint256 debt = _debt(collateral.normalizedDebt, _indexNow(i));
            if (debt == 0) continue;
            (uint256 price, bool isPriced) = collateral.source.price();
            if (!isPriced || price == 0 || price >> 128 != 0) return (0, 0, false);
            value += collateral.amount * price / RayMath.WAD;
            debts += debt;
            asked += debt * (collateral.ratio - RayMath.WAD) / RayMath.WAD;
        }
        uint256 spare = value > debts ? value - debts : 0;
        health = spare >= asked ? 100 : uint8(spare * 100 / asked);
        uint256 sold = _soldLately();
        liquidated = sold == 0 ? 0 : sold * RayMath.WAD / (value + sold);
        isUsable = true;
    }

    function _noteSale(uint256 sold) internal override {
        Sales memory sales = _rolled();
        uint256 sum = sales.current + sold / UNIT;
        sales.current = sum > type(uint104).max ? type(uint104).max : uint104(sum);
        _sales = sales;
    }

    /// @dev Wad.
    function _soldLately() private view returns (uint256) {
        Sales memory sales = _rolled();
        uint256 left = 1 days - (block.timestamp - sales.since);
        return (sales.current + sales.previous * left / 1 days) * UNIT;
    }

    /// @dev The account, with the window that now lies in.
    function _rolled() private view returns (Sales memory sales) {
        sales = _sales;
        uint256 windows = (block.timestamp - sales.since) / 1 days;
        if (windows == 0) return sales;
        sales.previous = windows == 1 ? sales.current : 0;
        (sales.since, sales.current) = (uint40(block.timestamp - block.timestamp % 1 days), 0);
    }
}
