// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {Coin} from "./Coin.sol";
import {CoreParameters} from "./CoreParameters.sol";
import {Collateral, Vault} from "./CoreTypes.sol";
import {RayMath} from "./RayMath.sol";

/// @title Positions of collateral and debt
/// @notice What lowers risk is always possible: depositing, repaying, withdrawing from a vault without debt. Those need
/// no price and know no breaker and no ceiling. Minting, and withdrawing under debt, need a usable price and leave the
/// vault at or above the collateral ratio; minting also heeds the breaker, both ceilings and the debt floor.
/// Debts round up, what a payment or a price buys rounds down: a digit that is lost is lost to the caller.
abstract contract Vaults is CoreParameters, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Most coins of one call, wad: as many as a ceiling can allow.
    uint256 public constant MAX_COINS = uint256(type(uint64).max) * RayMath.WAD;

    /// @notice The coin that vaults mint.
    Coin public immutable COIN;
    /// @notice Halts minting.
    ICircuitBreaker public immutable BREAKER;
    /// @notice Least debt after minting, wad: below it nobody would pay the gas of a liquidation.
    uint256 public immutable DEBT_FLOOR;

    /// @notice Number of vaults; ids go from 1 on.
    uint256 public vaultCount;
    mapping(uint256 id => Vault) internal _vaults;

    event Opened(uint256 indexed vault, address indexed owner, bytes32 indexed collateral);
    event Deposited(uint256 indexed vault, uint256 amount);
    event Withdrawn(uint256 indexed vault, uint256 amount);
    event Minted(uint256 indexed vault, uint256 coins);
    event Repaid(uint256 indexed vault, uint256 coins);

    error ZeroAmount();
    error VaultUnknown(uint256 vault);
    error NotVaultOwner(uint256 vault, address caller);
    /// @notice The token kept part of the transfer.
    error TransferShort(bytes32 collateral, uint256 expected, uint256 received);
    error CollateralInsufficient(uint256 vault, uint256 wanted, uint256 available);
    error AmountTooLarge(uint256 amount, uint256 maximum);
    error PriceUnusable(bytes32 collateral);
    /// @notice The vault would be below the collateral ratio. Value in wad of the target unit.
    error RatioTooLow(uint256 vault, uint256 value, uint256 debt, uint256 ratio);
    error MintingHalted(bytes32 collateral);
    error DebtBelowFloor(uint256 vault, uint256 debt, uint256 floor);
    error CeilingExceeded(bytes32 collateral, uint256 debt, uint256 ceiling);
    error TotalCeilingExceeded(uint256 debt, uint256 ceiling);

    constructor(Coin coin, ICircuitBreaker breaker, uint256 debtFloor) {
        if (address(coin) == address(0) || address(breaker) == address(0)) revert ZeroAddress();
        (COIN, BREAKER, DEBT_FLOOR) = (coin, breaker, debtFloor);
    }

    /// @notice Opens an empty vault of the caller.
    /// @param collateral keccak256 of the collateral's name.
    function open(bytes32 collateral) external returns (uint256 vault) {
        uint256 position = _position(collateral);
        vault = ++vaultCount;
        (_vaults[vault].owner, _vaults[vault].collateral) = (msg.sender, uint8(position));
        emit Opened(vault, msg.sender, collateral);
    }

    /// @notice Puts the caller's tokens into a vault, whose ever it is.
    /// @param amount In the token's own decimals.
    function deposit(uint256 vault, uint256 amount) external nonReentrant {
        (Vault storage position, Collateral storage collateral) = _find(vault);
        if (amount == 0) revert ZeroAmount();
        uint256 sum = collateral.amount + _scaled(collateral, amount);
        if (sum > type(uint128).max) revert AmountTooLarge(sum, type(uint128).max);
        collateral.amount = uint128(sum);
        position.amount += uint128(_scaled(collateral, amount));
        emit Deposited(vault, amount);
        uint256 before = collateral.token.balanceOf(address(this));
        collateral.token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = collateral.token.balanceOf(address(this)) - before;
        if (received < amount) revert TransferShort(collateral.key, amount, received);
    }

    /// @notice Sends collateral of the caller's vault to the caller. Under debt the rest must keep the collateral ratio.
    /// @param amount In the token's own decimals.
    function withdraw(uint256 vault, uint256 amount) external nonReentrant {
        (Vault storage position, Collateral storage collateral) = _find(vault);
        if (msg.sender != position.owner) revert NotVaultOwner(vault, msg.sender);
        if (amount == 0) revert ZeroAmount();
        uint256 available = _unscaled(collateral, position.amount);
        if (amount > available) revert CollateralInsufficient(vault, amount, available);
        _release(position, collateral, amount);
        if (position.normalizedDebt != 0) {
            _accrue();
            _checkSafe(vault, position, collateral);
        }
        emit Withdrawn(vault, amount);
        collateral.token.safeTransfer(msg.sender, amount);
    }

    /// @notice Mints coins to the caller against its vault.
    /// @param coins Wad.
    function mint(uint256 vault, uint256 coins) external nonReentrant {
        (Vault storage position, Collateral storage collateral) = _find(vault);
        if (msg.sender != position.owner) revert NotVaultOwner(vault, msg.sender);
        if (coins == 0) revert ZeroAmount();
        if (coins > MAX_COINS) revert AmountTooLarge(coins, MAX_COINS);
        if (BREAKER.isMintingHalted(0) || BREAKER.isMintingHalted(collateral.key)) revert MintingHalted(collateral.key);
        _accrue();
        uint256 normalized = RayMath.ceilDiv(coins * RayMath.RAY, collateral.index);
        position.normalizedDebt += uint128(normalized);
        collateral.normalizedDebt += uint128(normalized);
        // What rounding adds to the debt belongs to the surplus.
        _surplus += int256(normalized * collateral.index) - int256(coins * RayMath.RAY);
        uint256 debt = _debt(position.normalizedDebt, collateral.index);
        if (debt < DEBT_FLOOR) revert DebtBelowFloor(vault, debt, DEBT_FLOOR);
        _checkCeilings(collateral);
        _checkSafe(vault, position, collateral);
        emit Minted(vault, coins);
        COIN.mint(msg.sender, coins);
    }

    /// @notice Repays debt with the caller's coins, whose ever the vault is. It may leave less than the debt floor.
    /// @param coins Wad; more than the debt repays the debt.
    /// @return burned Coins that it took.
    function repay(uint256 vault, uint256 coins) external nonReentrant returns (uint256 burned) {
        (Vault storage position, Collateral storage collateral) = _find(vault);
        _accrue();
        uint256 debt = _debt(position.normalizedDebt, collateral.index);
        burned = coins < debt ? coins : debt;
        if (burned == 0) revert ZeroAmount();
        _settle(position, collateral, burned, debt, burned);
        emit Repaid(vault, burned);
        COIN.burn(msg.sender, burned);
    }

    /// @notice A vault as it is stored; reverts for one that was never opened.
    function vaultOf(uint256 vault) external view returns (Vault memory position) {
        (position,) = _find(vault);
    }

    /// @notice Coins that repay a vault's whole debt now, interest included; wad.
    function debtOf(uint256 vault) external view returns (uint256) {
        (Vault storage position,) = _find(vault);
        return _debt(position.normalizedDebt, _indexNow(position.collateral));
    }

    /// @notice Debt of a collateral's vaults now, wad.
    function debtAgainst(bytes32 collateral) external view returns (uint256) {
        uint256 position = _position(collateral);
        return _debt(_collaterals[position].normalizedDebt, _indexNow(position));
    }

    /// @dev Takes `cleared` of the debt off a vault for `paid` coins; what is paid beyond the debt that goes, less what
    /// goes unpaid, is surplus.
    /// @param debt The vault's whole debt: clearing it leaves nothing behind.
    function _settle(
        Vault storage position,
        Collateral storage collateral,
        uint256 cleared,
        uint256 debt,
        uint256 paid
    ) internal {
        uint256 index = collateral.index;
        uint256 normalized = cleared == debt ? position.normalizedDebt : cleared * RayMath.RAY / index;
        position.normalizedDebt -= uint128(normalized);
        collateral.normalizedDebt -= uint128(normalized);
        _surplus += int256(paid * RayMath.RAY) - int256(normalized * index);
    }

    /// @param amount In the token's own decimals.
    function _release(Vault storage position, Collateral storage collateral, uint256 amount) internal {
        uint128 scaled = uint128(_scaled(collateral, amount));
        position.amount -= scaled;
        collateral.amount -= scaled;
    }

    function _find(uint256 vault) internal view returns (Vault storage position, Collateral storage collateral) {
        position = _vaults[vault];
        if (position.owner == address(0)) revert VaultUnknown(vault);
        collateral = _collaterals[position.collateral];
    }

    /// @dev Wad, rounded up.
    function _debt(uint256 normalized, uint256 index) internal pure returns (uint256) {
        return RayMath.ceilDiv(normalized * index, RayMath.RAY);
    }

    /// @dev Amounts and prices are below 2^128 and ratios below 2^64, so no product of theirs leaves 256 bits.
    function _priceOf(Collateral storage collateral) internal view returns (uint256 price) {
        bool usable;
        (price, usable) = collateral.source.price();
        if (!usable || price == 0 || price >> 128 != 0) revert PriceUnusable(collateral.key);
    }

    function _scaled(Collateral storage collateral, uint256 amount) internal view returns (uint256) {
        if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
        return amount * 10 ** (18 - collateral.decimals);
    }

    function _unscaled(Collateral storage collateral, uint256 amount) internal view returns (uint256) {
        return amount / 10 ** (18 - collateral.decimals);
    }

    /// @dev Value and debt are compared as products, without a division that could round.
    function _checkSafe(uint256 vault, Vault storage position, Collateral storage collateral) private view {
        uint256 value = position.amount * _priceOf(collateral);
        uint256 debt = _debt(position.normalizedDebt, collateral.index);
        uint256 ratio = collateral.ratio;
        if (value < debt * ratio) revert RatioTooLow(vault, value / RayMath.WAD, debt, ratio);
    }

    function _checkCeilings(Collateral storage collateral) private view {
        uint256 total;
        for (uint256 i = 0; i < _rates.collaterals; ++i) {
            total += _debt(_collaterals[i].normalizedDebt, _collaterals[i].index);
        }
        uint256 debt = _debt(collateral.normalizedDebt, collateral.index);
        uint256 ceiling = collateral.ceiling * RayMath.WAD;
        if (debt > ceiling) revert CeilingExceeded(collateral.key, debt, ceiling);
        ceiling = _totals.ceiling * RayMath.WAD;
        if (total > ceiling) revert TotalCeilingExceeded(total, ceiling);
    }
}
