// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Collateral, Vault} from "./CoreTypes.sol";
import {RayMath} from "./RayMath.sol";
import {Vaults} from "./Vaults.sol";

/// @title Liquidation at the oracle's price
/// @notice Below its liquidation ratio anyone may buy a vault's collateral: for a debt of x it gives x * (1 + penalty)
/// worth of collateral and takes x * (1 + penalty / 2) coins; half the penalty is the liquidator's, half the surplus's.
/// Part of a debt may be liquidated while what remains is not below the debt floor. A vault worth less than its debt
/// with the penalty is sold as a whole, at the same discount on its value; what that does not cover is bad debt, borne
/// by the surplus. No breaker stops a liquidation; without a usable price there is none.
abstract contract Liquidation is Vaults {
    using SafeERC20 for IERC20;

    event Liquidated(
        uint256 indexed vault, address indexed liquidator, uint256 debt, uint256 paid, uint256 seized, uint256 badDebt
    );

    error VaultSafe(uint256 vault, uint256 value, uint256 debt, uint256 ratio);
    /// @notice The vault is worth less than its debt with the penalty: it is sold as a whole.
    error WholeVaultOnly(uint256 vault, uint256 given, uint256 debt);
    error SeizedTooLittle(uint256 vault, uint256 seized, uint256 expected);

    /// @dev A sale: debt that goes, coins to pay, collateral to hand over, what that is worth, debt that nobody pays; wad.
    struct Sale {
        uint256 cleared;
        uint256 paid;
        uint256 seized;
        uint256 sold;
        uint256 lost;
    }

    /// @notice Buys collateral of an unsafe vault with the caller's coins.
    /// @param coins Debt to clear, wad; more than the debt clears the debt.
    /// @param leastSeized The caller's bound on what it gets, in the token's own decimals.
    /// @return paid Coins that it took.
    /// @return seized Collateral that it gave, in the token's own decimals.
    function liquidate(uint256 vault, uint256 coins, uint256 leastSeized)
        external
        nonReentrant
        returns (uint256 paid, uint256 seized)
    {
        (Vault storage position, Collateral storage collateral) = _find(vault);
        _accrue();
        uint256 debt = _debt(position.normalizedDebt, collateral.index);
        uint256 cleared = coins < debt ? coins : debt;
        if (cleared == 0) revert ZeroAmount();
        Sale memory sale = _saleOf(vault, position, collateral, debt, cleared);
        (paid, seized) = (sale.paid, _unscaled(collateral, sale.seized));
        if (seized < leastSeized) revert SeizedTooLittle(vault, seized, leastSeized);
        _release(position, collateral, seized);
        _noteSale(sale.sold);
        _settle(position, collateral, sale.cleared, debt, paid);
        emit Liquidated(vault, msg.sender, sale.cleared, paid, seized, sale.lost);
        COIN.burn(msg.sender, paid);
        if (seized != 0) collateral.token.safeTransfer(msg.sender, seized);
    }

    /// @dev Keeps account of what is liquidated.
    function _noteSale(uint256 sold) internal virtual;

    function _saleOf(
        uint256 vault,
        Vault storage position,
        Collateral storage collateral,
        uint256 debt,
        uint256 cleared
    ) private view returns (Sale memory) {
        uint256 price = _priceOf(collateral);
        uint256 value = position.amount * price;
        uint256 ratio = _liquidationRatio(collateral);
        if (value >= debt * ratio) revert VaultSafe(vault, value / RayMath.WAD, debt, ratio);
        uint256 grossed = RayMath.WAD + _rates.penalty;
        if (value < debt * grossed) {
            if (cleared < debt) revert WholeVaultOnly(vault, cleared, debt);
            uint256 half = RayMath.WAD + RayMath.ceilDiv(_rates.penalty, 2);
            uint256 proceeds = RayMath.ceilDiv(RayMath.ceilDiv(value, RayMath.WAD) * half, grossed);
            return Sale(debt, proceeds, position.amount, value / RayMath.WAD, proceeds < debt ? debt - proceeds : 0);
        }
        if (cleared < debt && debt - cleared < DEBT_FLOOR) revert DebtBelowFloor(vault, debt - cleared, DEBT_FLOOR);
        uint256 share = RayMath.ceilDiv(cleared * _rates.penalty, 2 * RayMath.WAD);
        return Sale(cleared, cleared + share, cleared * grossed / price, cleared * grossed / RayMath.WAD, 0);
    }
}
