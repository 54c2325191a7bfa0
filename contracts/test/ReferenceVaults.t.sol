// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Coin} from "../src/reference/Coin.sol";
import {CoreParameters} from "../src/reference/CoreParameters.sol";
import {DevnetToken} from "../src/reference/DevnetToken.sol";
import {ReferenceCore} from "../src/reference/ReferenceCore.sol";
import {Vaults} from "../src/reference/Vaults.sol";
import {CoreWorld, PriceDouble} from "./CoreWorld.sol";

/// @notice A token that keeps one hundredth of every transfer.
contract TollToken is DevnetToken("Toll", "TOLL", 18) {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, from == address(0) ? amount : amount - amount / 100);
    }
}

contract ReferenceVaultsTest is CoreWorld {
    function setUp() public {
        buildCore(false);
    }

    function refuse(bytes memory reason) private {
        vm.expectRevert(reason);
    }

    function test_aVaultIsOpenedFilledDrawnRepaidAndEmptied() public {
        uint256 vault = vaultOf(alice, 10e18, 10_000e18);
        assertEq(vault, 1, "id");
        assertEq(coin.balanceOf(alice), 10_000e18, "coins");
        assertEq(core.debtOf(vault), 10_000e18, "debt");
        assertEq(core.debtAgainst(ETH), 10_000e18, "debt of the collateral");
        vm.warp(START + 365 days);
        // 5.1 % a year, compounded by the second: e^0.051 = 1.0523229.
        uint256 debt = core.debtOf(vault);
        assertTrue(debt > 10_523.22e18 && debt < 10_523.23e18, "a year's interest");
        vm.prank(address(core));
        coin.mint(alice, 1000e18);
        vm.prank(alice);
        assertEq(core.repay(vault, type(uint256).max), debt, "all of it");
        assertEq(core.debtOf(vault), 0, "nothing left");
        vm.prank(alice);
        core.withdraw(vault, 10e18);
        assertEq(eth.balanceOf(alice), 10e18, "collateral back");
        assertEq(uint256(core.surplus()) / RAY, debt - 10_000e18, "interest is surplus");
    }

    function test_coinsAreMadeByTheCoreAlone() public {
        refuse(abi.encodeWithSelector(Coin.NotCore.selector, address(this)));
        coin.mint(alice, 1);
        refuse(abi.encodeWithSelector(Coin.NotCore.selector, address(this)));
        coin.burn(alice, 1);
        refusesToDeploy("Coin", abi.encode("", "", address(0)), abi.encodeWithSelector(Coin.ZeroCore.selector));
    }

    function test_aDeploymentWithoutItsPeersIsRefused() public {
        ReferenceCore.Setup memory given = setup(false);
        given.ramp = 7 days - 1;
        refusesToDeploy(
            "ReferenceCore",
            abi.encode(given),
            abi.encodeWithSelector(CoreParameters.RampTooShort.selector, 7 days - 1, 7 days)
        );
        for (uint256 i = 0; i < 5; ++i) {
            given = setup(false);
            if (i == 0) given.governance = address(0);
            if (i == 1) given.treasury = address(0);
            if (i == 2) given.coin = Coin(address(0));
            if (i == 3) delete given.registry;
            if (i == 4) delete given.breaker;
            refusesToDeploy(
                "ReferenceCore", abi.encode(given), abi.encodeWithSelector(CoreParameters.ZeroAddress.selector)
            );
        }
    }

    function test_onlyTheOwnerWithdrawsAndMints_anyoneDepositsAndRepays() public {
        uint256 vault = vaultOf(alice, 10e18, 1000e18);
        refuse(abi.encodeWithSelector(Vaults.NotVaultOwner.selector, vault, bob));
        vm.prank(bob);
        core.withdraw(vault, 1);
        refuse(abi.encodeWithSelector(Vaults.NotVaultOwner.selector, vault, bob));
        vm.prank(bob);
        core.mint(vault, 1e18);
        eth.mint(bob, 1e18);
        vm.prank(bob);
        eth.approve(address(core), 1e18);
        vm.prank(bob);
        core.deposit(vault, 1e18);
        vm.prank(alice);
        coin.transfer(bob, 400e18);
        vm.prank(bob);
        assertEq(core.repay(vault, 400e18), 400e18, "of another's debt");
        assertEq(core.debtOf(vault), 600e18, "the rest");
        assertEq(core.vaultOf(vault).amount, 11e18, "more collateral");
    }

    function test_whatIsUnknownIsRefused() public {
        refuse(abi.encodeWithSelector(CoreParameters.CollateralUnknown.selector, bytes32("x")));
        core.open("x");
        refuse(abi.encodeWithSelector(Vaults.VaultUnknown.selector, 7));
        core.deposit(7, 1);
        refuse(abi.encodeWithSelector(Vaults.VaultUnknown.selector, 0));
        core.debtOf(0);
    }

    function test_amountsHaveLimits() public {
        uint256 vault = vaultOf(alice, 10e18, 1000e18);
        uint256 most = core.MAX_COINS();
        bytes memory zero = abi.encodeWithSelector(Vaults.ZeroAmount.selector);
        refuse(zero);
        core.deposit(vault, 0);
        vm.prank(alice);
        refuse(zero);
        core.withdraw(vault, 0);
        vm.prank(alice);
        refuse(zero);
        core.mint(vault, 0);
        refuse(zero);
        core.repay(vault, 0);
        vm.prank(alice);
        refuse(abi.encodeWithSelector(Vaults.AmountTooLarge.selector, most + 1, most));
        core.mint(vault, most + 1);
        refuse(abi.encodeWithSelector(Vaults.AmountTooLarge.selector, 1 << 128, type(uint128).max));
        core.deposit(vault, 1 << 128);
        refuse(abi.encodeWithSelector(Vaults.AmountTooLarge.selector, (1 << 128) - 1 + 10e18, type(uint128).max));
        core.deposit(vault, (1 << 128) - 1);
        vm.prank(alice);
        refuse(abi.encodeWithSelector(Vaults.CollateralInsufficient.selector, vault, 10e18 + 1, 10e18));
        core.withdraw(vault, 10e18 + 1);
    }

    function test_newDebtNeedsTheCollateralRatio() public {
        uint256 vault = vaultOf(alice, 0.75e18, 0);
        refuse(abi.encodeWithSelector(Vaults.RatioTooLow.selector, vault, 1500e18, 1000e18 + 1, 1.5e18));
        vm.prank(alice);
        core.mint(vault, 1000e18 + 1);
        vm.prank(alice);
        core.mint(vault, 1000e18);
        refuse(abi.encodeWithSelector(Vaults.RatioTooLow.selector, vault, 1500e18 - 2000, 1000e18, 1.5e18));
        vm.prank(alice);
        core.withdraw(vault, 1);
    }

    function test_newDebtNeedsTheFloor_repayingDoesNot() public {
        uint256 vault = vaultOf(alice, 10e18, 0);
        refuse(abi.encodeWithSelector(Vaults.DebtBelowFloor.selector, vault, FLOOR - 1, FLOOR));
        vm.prank(alice);
        core.mint(vault, FLOOR - 1);
        vm.prank(alice);
        core.mint(vault, FLOOR);
        vm.prank(alice);
        core.repay(vault, FLOOR - 1);
        assertEq(core.debtOf(vault), 1, "less than the floor remains");
    }

    /// @dev D47: the lower of the collateral's ceiling and the global one holds; interest may grow beyond them.
    function test_R17_ceilingsBindNewDebtAlone() public {
        change(ETH_CEILING, 10_000);
        uint256 vault = vaultOf(alice, 100e18, 10_000e18);
        refuse(abi.encodeWithSelector(Vaults.CeilingExceeded.selector, ETH, 10_000e18 + 1, 10_000e18));
        vm.prank(alice);
        core.mint(vault, 1);
        change(ETH_CEILING, 20_000);
        change(DEBT_CEILING, 12_000);
        refuse(abi.encodeWithSelector(Vaults.TotalCeilingExceeded.selector, 12_000e18 + 1, 12_000e18));
        vm.prank(alice);
        core.mint(vault, 2000e18 + 1);
        vm.prank(alice);
        core.mint(vault, 2000e18);
        // Lowering both below the debt forces nothing: all that lowers risk goes on.
        change(ETH_CEILING, 1);
        change(DEBT_CEILING, 0);
        vm.warp(START + 30 days);
        vm.prank(alice);
        core.repay(vault, 1000e18);
        vm.prank(alice);
        core.withdraw(vault, 1e18);
        eth.mint(address(this), 1e18);
        eth.approve(address(core), 1e18);
        core.deposit(vault, 1e18);
        ethPrice.put(100e18, true);
        vm.prank(alice);
        core.liquidate(vault, type(uint256).max, 0);
    }

    /// @dev D36: minting pauses, for one collateral or all; what lowers risk, withdrawing and liquidating do not.
    function test_theBreakerHaltsMintingAlone() public {
        uint256 vault = vaultOf(alice, 10e18, 5000e18);
        breaker.put(ETH, true);
        refuse(abi.encodeWithSelector(Vaults.MintingHalted.selector, ETH));
        vm.prank(alice);
        core.mint(vault, 1e18);
        breaker.put(ETH, false);
        breaker.put(0, true);
        refuse(abi.encodeWithSelector(Vaults.MintingHalted.selector, ETH));
        vm.prank(alice);
        core.mint(vault, 1e18);
        breaker.put(ETH, true);
        vm.prank(alice);
        core.repay(vault, 1000e18);
        vm.prank(alice);
        core.withdraw(vault, 1e18);
        vm.prank(alice);
        core.save(100e18);
        vm.prank(alice);
        core.unsave(100e18);
        ethPrice.put(550e18, true);
        vm.prank(alice);
        core.liquidate(vault, 1000e18, 0);
        breaker.put(ETH, false);
        breaker.put(0, false);
        ethPrice.put(2000e18, true);
        vm.prank(alice);
        core.mint(vault, 1e18);
    }

    /// @dev R24: failure means no change. Nothing that needs a price happens at an old one.
    function test_R24_withoutAUsablePriceNothingThatNeedsOneHappens() public {
        uint256 vault = vaultOf(alice, 10e18, 5000e18);
        uint256 empty = vaultOf(alice, 1e18, 0);
        for (uint256 i = 0; i < 3; ++i) {
            ethPrice.put(i == 0 ? 500e18 : i == 1 ? 0 : 1 << 128, i != 0);
            bytes memory unusable = abi.encodeWithSelector(Vaults.PriceUnusable.selector, ETH);
            refuse(unusable);
            vm.prank(alice);
            core.mint(vault, 1e18);
            refuse(unusable);
            vm.prank(alice);
            core.withdraw(vault, 1);
            refuse(unusable);
            vm.prank(alice);
            core.liquidate(vault, type(uint256).max, 0);
            vm.prank(alice);
            core.repay(vault, 1000e18);
            vm.prank(alice);
            core.withdraw(empty, 1);
            eth.mint(alice, 1);
            vm.prank(alice);
            eth.approve(address(core), 1);
            vm.prank(alice);
            core.deposit(vault, 1);
        }
    }

    function test_tokensWithATollAreRefused() public {
        TollToken toll = new TollToken();
        putCollateral("TOLL", OFFSET, 1000, 1.5e18, 0.2e18);
        PriceDouble source = new PriceDouble(1e18);
        vm.prank(governance);
        core.addCollateral("TOLL", toll, source);
        uint256 vault = core.open(keccak256("TOLL"));
        toll.mint(address(this), 1000);
        toll.approve(address(core), 1000);
        refuse(abi.encodeWithSelector(Vaults.TransferShort.selector, keccak256("TOLL"), 1000, 990));
        core.deposit(vault, 1000);
    }

    function test_tokensOfFewerDecimalsAreScaled() public {
        btc.mint(alice, 1e8);
        vm.prank(alice);
        btc.approve(address(core), 1e8);
        vm.prank(alice);
        uint256 vault = core.open(BTC);
        vm.prank(alice);
        core.deposit(vault, 1e8);
        assertEq(core.vaultOf(vault).amount, 1e18, "scaled");
        vm.prank(alice);
        core.mint(vault, 20_000e18);
        vm.prank(alice);
        core.withdraw(vault, 0.06e8);
        assertEq(btc.balanceOf(alice), 0.06e8, "in its own decimals");
        assertEq(core.vaultOf(vault).amount, 0.94e18, "scaled");
    }
}
