// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, Rates} from "./CoreTypes.sol";
import {RayMath} from "./RayMath.sol";

/// @title Interest on debts and savings
/// @notice Debts grow by the second at base fee plus the collateral's modifier, savings at the savings rate. What debts
/// earn goes to the surplus, what savings earn comes out of it and ends where it is empty: interest never makes a coin
/// that no debt stands against. At every moment, to the last digit,
/// coins * RAY + savings + surplus = debts, in coins with 45 decimals (rad); a negative surplus is bad debt.
abstract contract Accrual {
    /// @dev All savings: what a share is worth (ray), and the shares (wad).
    struct Pool {
        uint128 index;
        uint128 shares;
    }

    /// @notice Highest effective stability fee and highest savings rate: 100 % a year.
    uint256 public constant MAX_RATE = 1e18;
    /// @notice What a collateral's modifier is stored with, so that one below the base is a number without sign.
    uint256 public constant MODIFIER_OFFSET = 0.5e18;

    Rates internal _rates;
    Pool internal _pool = Pool(uint128(RayMath.RAY), 0);
    /// @dev Rad. Below zero: coins that nobody owes.
    int256 internal _surplus;
    mapping(uint256 position => Collateral) internal _collaterals;

    constructor() {
        _rates.accruedAt = uint40(block.timestamp);
    }

    /// @notice Settles interest up to now. Anyone may call it; every action that needs it does.
    function accrue() external {
        _accrue();
    }

    /// @dev Every collateral is settled at once, so that no debt is ever at another time than the rest.
    function _accrue() internal {
        Rates memory rates = _rates;
        uint256 elapsed = block.timestamp - rates.accruedAt;
        if (elapsed == 0) return;
        int256 surplus = _surplus;
        for (uint256 i = 0; i < rates.collaterals; ++i) {
            Collateral storage collateral = _collaterals[i];
            (uint256 index, uint256 normalized) = (collateral.index, collateral.normalizedDebt);
            // Without debt there is nothing to settle, and the index may stay.
            if (normalized == 0) continue;
            uint256 next = _grown(index, rates.fee, collateral.feeModifier, elapsed);
            collateral.index = uint128(next);
            surplus += int256(normalized * (next - index));
        }
        _surplus = surplus - int256(_accrueSavings(rates.savingsRate, elapsed, surplus));
        _rates.accruedAt = uint40(block.timestamp);
        _afterAccrual();
    }

    /// @dev Called once interest has been settled: a value taken here is not retroactive.
    function _afterAccrual() internal virtual;

    /// @dev Fee of a collateral, wad a year; the setters keep it within 0 and `MAX_RATE`.
    function _effectiveFee(uint256 fee, uint256 modifier_) internal pure returns (uint256) {
        return fee + modifier_ - MODIFIER_OFFSET;
    }

    /// @dev A collateral's index as it is now, whether or not interest has been settled.
    function _indexNow(uint256 position) internal view returns (uint256) {
        Collateral storage collateral = _collaterals[position];
        uint256 elapsed = block.timestamp - _rates.accruedAt;
        if (collateral.normalizedDebt == 0 || elapsed == 0) return collateral.index;
        return _grown(collateral.index, _rates.fee, collateral.feeModifier, elapsed);
    }

    /// @dev Rounded up, as all debt is. Fits 128 bits.
    function _grown(uint256 index, uint256 fee, uint256 modifier_, uint256 elapsed) private pure returns (uint256 next) {
        uint256 factor = RayMath.powUp(RayMath.perSecondUp(_effectiveFee(fee, modifier_)), elapsed);
        next = RayMath.ceilDiv(index * factor, RayMath.RAY);
        if (next >> 128 != 0) revert RayMath.RateOverflow(next);
    }

    /// @return paid Rad, never more than the surplus.
    function _accrueSavings(uint256 rate, uint256 elapsed, int256 surplus) private returns (uint256 paid) {
        (uint256 index, uint256 shares) = (_pool.index, _pool.shares);
        if (rate == 0 || shares == 0 || surplus <= 0) return 0;
        uint256 growth = index * RayMath.powDown(RayMath.perSecondDown(rate), elapsed) / RayMath.RAY - index;
        uint256 affordable = uint256(surplus) / shares;
        if (growth > affordable) growth = affordable;
        if ((index + growth) >> 128 != 0) revert RayMath.RateOverflow(index + growth);
        _pool.index = uint128(index + growth);
        return growth * shares;
    }
}
