// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RayMath} from "./RayMath.sol";
import {Vaults} from "./Vaults.sol";

/// @title Coins that earn the savings rate
/// @notice Saved coins are burned and owed; taking them out mints them again, which no breaker stops. Interest is paid
/// out of the surplus alone and pauses while that is empty. What rounding leaves belongs to the surplus.
abstract contract Savings is Vaults {
    /// @notice Shares of an account, wad.
    mapping(address account => uint256) public sharesOf;

    event Saved(address indexed account, uint256 coins, uint256 shares);
    event Unsaved(address indexed account, uint256 coins, uint256 shares);

    error SharesInsufficient(address account, uint256 wanted, uint256 available);

    /// @notice Saves coins of the caller.
    /// @param coins Wad.
    /// @return shares What they are worth in shares, rounded down.
    function save(uint256 coins) external nonReentrant returns (uint256 shares) {
        if (coins > MAX_COINS) revert AmountTooLarge(coins, MAX_COINS);
        _accrue();
        shares = coins * RayMath.RAY / _pool.index;
        if (shares == 0) revert ZeroAmount();
        sharesOf[msg.sender] += shares;
        _pool.shares += uint128(shares);
        _surplus += int256(coins * RayMath.RAY) - int256(shares * _pool.index);
        emit Saved(msg.sender, coins, shares);
        COIN.burn(msg.sender, coins);
    }

    /// @notice Gives the caller coins of its savings.
    /// @param shares Wad, at most the caller's.
    /// @return coins What they are worth, rounded down.
    function unsave(uint256 shares) external nonReentrant returns (uint256 coins) {
        if (shares == 0) revert ZeroAmount();
        uint256 available = sharesOf[msg.sender];
        if (shares > available) revert SharesInsufficient(msg.sender, shares, available);
        _accrue();
        coins = shares * _pool.index / RayMath.RAY;
        sharesOf[msg.sender] = available - shares;
        _pool.shares -= uint128(shares);
        _surplus += int256(shares * _pool.index) - int256(coins * RayMath.RAY);
        emit Unsaved(msg.sender, coins, shares);
        COIN.mint(msg.sender, coins);
    }

    /// @notice What a share is worth (ray) and how many there are (wad), as of the last accrual.
    function savings() external view returns (uint256 index, uint256 shares) {
        return (_pool.index, _pool.shares);
    }
}
