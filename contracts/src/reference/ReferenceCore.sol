// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {IParameterRegistry} from "../interfaces/IParameterRegistry.sol";
import {Coin} from "./Coin.sol";
import {CoreParameters} from "./CoreParameters.sol";
import {Health} from "./Health.sol";
import {RayMath} from "./RayMath.sol";
import {Savings} from "./Savings.sol";
import {Vaults} from "./Vaults.sol";

/// @title A small stablecoin core, so that adjustments act on something real
/// @notice A reference for devnets, simulations and integrators: not audited, not for money. It has no owner. Its
/// parameters are those of the registry; governance adds collaterals and receives the surplus above the buffer.
contract ReferenceCore is Health, Savings {
    /// @notice What a core is made of.
    /// @param registry Holds the parameters, and tells of their changes.
    /// @param breaker Halts minting.
    /// @param coin Whose core this is.
    /// @param governance Adds collaterals.
    /// @param treasury Receives the surplus above the buffer.
    /// @param debtFloor Least debt after minting, wad.
    /// @param ramp Seconds over which a raised liquidation ratio reaches existing vaults, at least 7 days.
    /// @param pulls Whether the rates are read from the registry at every accrual.
    struct Setup {
        IParameterRegistry registry;
        ICircuitBreaker breaker;
        Coin coin;
        address governance;
        address treasury;
        uint256 debtFloor;
        uint256 ramp;
        bool pulls;
    }

    /// @notice Receives the surplus above the buffer.
    address public immutable TREASURY;

    event Skimmed(address indexed treasury, uint256 coins);

    error SurplusWithinBuffer(int256 surplus, uint256 buffer);

    constructor(Setup memory setup)
        CoreParameters(setup.registry, setup.governance, setup.ramp, setup.pulls)
        Vaults(setup.coin, setup.breaker, setup.debtFloor)
    {
        if (setup.treasury == address(0)) revert ZeroAddress();
        TREASURY = setup.treasury;
    }

    /// @notice Mints the surplus above the buffer to the treasury. Anyone may call it.
    /// @return coins Wad, rounded down.
    function skim() external nonReentrant returns (uint256 coins) {
        _accrue();
        uint256 buffer = _totals.buffer * RayMath.WAD;
        int256 whole = _surplus / int256(RayMath.RAY);
        if (whole <= int256(buffer)) revert SurplusWithinBuffer(whole, buffer);
        coins = uint256(whole) - buffer;
        _surplus -= int256(coins * RayMath.RAY);
        emit Skimmed(TREASURY, coins);
        COIN.mint(TREASURY, coins);
    }

    /// @notice What debts have earned beyond coins and savings, as of the last accrual, in coins with 45 decimals.
    /// Below zero it is bad debt.
    function surplus() external view returns (int256) {
        return _surplus;
    }
}
