// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Liquidation} from "../src/reference/Liquidation.sol";
import {ReferenceCore} from "../src/reference/ReferenceCore.sol";
import {Savings} from "../src/reference/Savings.sol";
import {Vaults} from "../src/reference/Vaults.sol";
import {CoreWorld} from "./CoreWorld.sol";

/// @notice Liquidation, bad debt, savings and the surplus.
contract ReferenceLiquidationTest is CoreWorld {
    uint256 private vault;

    function setUp() public {
        buildCore(false);
        vault = vaultOf(alice, 0.75e18, 1000e18);
        vaultOf(bob, 100e18, 50_000e18);
    }

    function refuse(bytes memory reason) private {
        vm.expectRevert(reason);
    }

    function liquidate(uint256 coins) private returns (uint256 paid, uint256 seized) {
        vm.prank(bob);
        return core.liquidate(vault, coins, 0);
    }

    function test_aSafeVaultIsLeftAlone() public {
        uint256 price = uint256(1300e18) * 100 / 75;
        ethPrice.put(price + 1, true);
        refuse(abi.encodeWithSelector(Liquidation.VaultSafe.selector, vault, 1300e18, 1000e18, 1.3e18));
        liquidate(type(uint256).max);
        ethPrice.put(price - 1, true);
        liquidate(type(uint256).max);
        assertEq(core.debtOf(vault), 0, "at once below");
    }

    function test_aLiquidatorGetsHalfThePenalty() public {
        ethPrice.put(1600e18, true);
        int256 before = core.surplus();
        (uint256 paid, uint256 seized) = liquidate(type(uint256).max);
        assertEq(paid, 1065e18, "debt and half the penalty");
        assertEq(seized, 0.70625e18, "1,130 coins' worth");
        assertEq(uint256(core.surplus() - before), 65e18 * RAY, "the other half");
        assertEq(core.vaultOf(vault).amount, 0.04375e18, "the rest is the owner's");
        assertConserved();
        vm.prank(alice);
        core.withdraw(vault, 0.04375e18);
    }

    function test_partOfADebtMayBeLiquidated() public {
        ethPrice.put(1600e18, true);
        refuse(abi.encodeWithSelector(Vaults.DebtBelowFloor.selector, vault, FLOOR - 1, FLOOR));
        liquidate(900e18 + 1);
        (uint256 paid,) = liquidate(500e18);
        assertEq(paid, 532.5e18, "half");
        assertEq(core.debtOf(vault), 500e18, "half remains");
        assertConserved();
        // It is now worth 635 for 500: 127 % is still unsafe; a little less debt makes it safe.
        liquidate(200e18);
        refuse(abi.encodeWithSelector(Liquidation.VaultSafe.selector, vault, 409e18, 300e18, 1.3e18));
        liquidate(1);
    }

    function test_whatAVaultDoesNotCoverIsBadDebt() public {
        ethPrice.put(1000e18, true);
        refuse(abi.encodeWithSelector(Liquidation.WholeVaultOnly.selector, vault, 999e18, 1000e18));
        liquidate(999e18);
        (uint256 paid, uint256 seized) = liquidate(1000e18);
        // 750 of value at the discount of 106.5 / 113.
        assertEq(paid, uint256(750e18 * 1.065e18) / 1.13e18 + 1, "paid");
        assertEq(seized, 0.75e18, "all");
        assertEq(uint256(-core.surplus()), (1000e18 - paid) * RAY, "bad debt");
        assertEq(core.debtOf(vault), 0, "no debt");
        assertConserved();
        // Interest covers it again, and nothing may be skimmed nor earned by savers meanwhile.
        vm.prank(bob);
        core.save(10_000e18);
        vm.warp(START + 10 days);
        core.accrue();
        (uint256 index,) = core.savings();
        assertTrue(core.surplus() < 0, "still bad debt");
        assertEq(index, RAY, "no interest on savings");
        int256 surplus = core.surplus() / int256(RAY);
        refuse(abi.encodeWithSelector(ReferenceCore.SurplusWithinBuffer.selector, surplus, 10_000e18));
        core.skim();
        vm.warp(START + 200 days);
        core.accrue();
        assertTrue(core.surplus() > 0, "covered");
        assertConserved();
    }

    function test_aLiquidatorBoundsWhatItGets() public {
        ethPrice.put(1600e18, true);
        vm.prank(bob);
        refuse(abi.encodeWithSelector(Liquidation.SeizedTooLittle.selector, vault, 0.70625e18, 0.70625e18 + 1));
        core.liquidate(vault, 1000e18, 0.70625e18 + 1);
        refuse(abi.encodeWithSelector(Vaults.ZeroAmount.selector));
        liquidate(0);
        liquidate(1000e18);
        refuse(abi.encodeWithSelector(Vaults.ZeroAmount.selector));
        liquidate(1000e18);
    }

    function test_aWorthlessVaultIsCleared() public {
        ethPrice.put(1, true);
        (uint256 paid, uint256 seized) = liquidate(1000e18);
        assertEq(paid, 1, "rounded up");
        assertEq(seized, 0.75e18, "all");
        assertConserved();
    }

    function test_savingsEarnTheirRateOutOfTheSurplus() public {
        vm.prank(bob);
        assertEq(core.save(10_000e18), 10_000e18, "shares");
        assertEq(coin.balanceOf(bob), 40_000e18, "saved coins are burned");
        vm.warp(START + 365 days);
        vm.prank(bob);
        uint256 coins = core.unsave(10_000e18);
        // 2 % a year, compounded by the second: e^0.02 = 1.020201.
        assertTrue(coins > 10_202.01e18 && coins < 10_202.02e18, "a year's interest");
        assertConserved();
        refuse(abi.encodeWithSelector(Savings.SharesInsufficient.selector, bob, 1, 0));
        vm.prank(bob);
        core.unsave(1);
        refuse(abi.encodeWithSelector(Vaults.ZeroAmount.selector));
        core.unsave(0);
        refuse(abi.encodeWithSelector(Vaults.ZeroAmount.selector));
        core.save(0);
        uint256 most = core.MAX_COINS();
        refuse(abi.encodeWithSelector(Vaults.AmountTooLarge.selector, most + 1, most));
        core.save(most + 1);
    }

    /// @dev Interest never makes a coin that no debt stands against.
    function test_savingsEarnNoMoreThanThereIs() public {
        change(STABILITY_FEE, 0.002e18);
        change(ETH_MODIFIER, OFFSET - 0.001e18);
        change(SAVINGS_RATE, WAD);
        vm.prank(bob);
        core.save(50_000e18);
        vm.warp(START + 365 days);
        core.accrue();
        assertTrue(core.surplus() >= 0 && core.surplus() < int256(50_000e18), "used up but for rounding");
        assertConserved();
        (uint256 index,) = core.savings();
        assertTrue(index > RAY && index < 1.0011e27, "what 0.1 % on 51,000 of debt brings");
    }

    function test_theSurplusAboveTheBufferGoesToTheTreasury() public {
        change(SURPLUS_BUFFER, 100);
        refuse(abi.encodeWithSelector(ReferenceCore.SurplusWithinBuffer.selector, int256(0), 100e18));
        core.skim();
        vm.warp(START + 30 days);
        core.accrue();
        uint256 expected = uint256(core.surplus()) / RAY - 100e18;
        assertEq(core.skim(), expected, "skimmed");
        assertEq(coin.balanceOf(treasury), expected, "minted");
        assertEq(uint256(core.surplus()) / RAY, 100e18, "the buffer stays");
        assertConserved();
    }
}
