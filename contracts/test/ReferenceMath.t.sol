// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RayMath} from "../src/reference/RayMath.sol";
import {CoreWorld} from "./CoreWorld.sol";
import {Vectors} from "./Vectors.sol";

/// @notice Lets a revert of the library be expected.
contract RayMathCaller {
    function powUp(uint256 base, uint256 n) external pure returns (uint256) {
        return RayMath.powUp(base, n);
    }
}

/// @notice R23: what Solidity computes is what TypeScript computed (contracts/test/shared/reference.ts), bit for bit.
contract ReferenceMathTest is CoreWorld, Vectors {
    string private json;

    function setUp() public {
        json = read("reference.json");
        buildCore(false);
    }

    function column(string memory table, string memory name) private view returns (uint256[] memory) {
        return vmCore.parseJsonUintArray(json, string.concat(".", table, ".", name));
    }

    function test_R23_ratesCompoundAsInTypeScript() public view {
        uint256[] memory yearly = column("rates", "yearly");
        uint256[] memory time = column("rates", "seconds");
        uint256[] memory up = column("rates", "up");
        uint256[] memory down = column("rates", "down");
        assertEq(yearly.length, 25, "cases");
        for (uint256 i = 0; i < yearly.length; ++i) {
            assertEq(RayMath.powUp(RayMath.perSecondUp(yearly[i]), time[i]), up[i], "up");
            assertEq(RayMath.powDown(RayMath.perSecondDown(yearly[i]), time[i]), down[i], "down");
        }
    }

    /// forge-config: default.fuzz.runs = 200
    function test_R23_roundingIsTowardTheProtocol(uint256 yearly, uint256 time) public pure {
        yearly = bound(yearly, 0, WAD);
        time = bound(time, 0, 3 * 365 days);
        uint256 up = RayMath.powUp(RayMath.perSecondUp(yearly), time);
        uint256 down = RayMath.powDown(RayMath.perSecondDown(yearly), time);
        assertTrue(down <= up, "down is below up");
        // Both are within a relative error that grows with the seconds by one ray each, and with every squaring.
        assertTrue(up - down <= 4 * up * (time + 64) / RAY + 64, "and close to it");
        assertTrue(yearly == 0 || time == 0 || up > RAY, "a debt with a fee grows");
    }

    function test_aFactorBeyond128BitsIsRefused() public {
        RayMathCaller caller = new RayMathCaller();
        uint256 base = uint256(type(uint128).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(RayMath.RateOverflow.selector, base));
        caller.powUp(base, 1);
        // Doubled every second: 38 doublings of a ray fit 128 bits, the 39th does not, nor does the square of 2^32.
        assertEq(caller.powUp(2 * RAY, 32), RAY << 32, "2^32");
        vm.expectRevert(abi.encodeWithSelector(RayMath.RateOverflow.selector, RAY << 39));
        caller.powUp(2 * RAY, 39);
        vm.expectRevert(abi.encodeWithSelector(RayMath.RateOverflow.selector, RAY << 64));
        caller.powUp(2 * RAY, 64);
    }

    /// @dev Interest of centuries stops rather than wrap around.
    function refuseToAccrue() private {
        try core.accrue() {
            assertTrue(false, "accrued");
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(RayMath.RateOverflow.selector), "overflow");
        }
    }

    function test_anIndexBeyond128BitsIsRefused() public {
        etherVault(10e18, 10_000e18);
        vm.warp(START + 400 * 365 days);
        core.accrue();
        vm.warp(START + 800 * 365 days);
        refuseToAccrue();
    }

    function test_aSavingsIndexBeyond128BitsIsRefused() public {
        etherVault(10e18, 10_000e18);
        vm.prank(alice);
        core.save(1);
        vm.warp(START + 100 * 365 days);
        change(SAVINGS_RATE, WAD);
        vm.warp(START + 120 * 365 days);
        core.accrue();
        vm.warp(START + 140 * 365 days);
        refuseToAccrue();
    }

    function test_R23_liquidationsSellAsInTypeScript() public {
        uint256[] memory decimals = column("sales", "decimals");
        uint256[][8] memory sale = [
            column("sales", "amount"),
            column("sales", "debt"),
            column("sales", "penalty"),
            column("sales", "price"),
            column("sales", "cleared"),
            column("sales", "paid"),
            column("sales", "seized"),
            column("sales", "lost")
        ];
        assertEq(decimals.length, 40, "cases");
        change(STABILITY_FEE, 0.002e18);
        change(ETH_MODIFIER, OFFSET - 0.002e18);
        change(parameter("STABILITY_FEE_MODIFIER/", "BTC"), OFFSET - 0.002e18);
        change(DEBT_CEILING, type(uint64).max);
        change(ETH_CEILING, type(uint64).max);
        change(parameter("DEBT_CEILING/", "BTC"), type(uint64).max);
        change(ETH_RATIO, 1.5e18);
        change(ETH_GAP, 0.32e18);
        change(parameter("COLLATERAL_RATIO/", "BTC"), 1.5e18);
        change(parameter("LIQUIDATION_GAP/", "BTC"), 0.32e18);
        for (uint256 i = 0; i < decimals.length; ++i) {
            change(LIQUIDATION_PENALTY, 0.13e18);
            uint256 vault = decimals[i] == 18 ? etherVault(sale[0][i], sale[1][i]) : bitcoinVault(sale[0][i], sale[1][i]);
            assertEq(core.debtOf(vault), sale[1][i], "debt");
            change(LIQUIDATION_PENALTY, sale[2][i]);
            (decimals[i] == 18 ? ethPrice : btcPrice).put(sale[3][i], true);
            // The vault's own coins pay, and as many again.
            int256 before = core.surplus();
            vm.prank(address(core));
            coin.mint(alice, sale[1][i]);
            vm.prank(alice);
            (uint256 paid, uint256 seized) = core.liquidate(vault, sale[4][i], sale[6][i]);
            assertEq(paid, sale[5][i], "paid");
            assertEq(seized, sale[6][i], "seized");
            assertEq(core.debtOf(vault), sale[1][i] - sale[4][i], "the rest of the debt");
            int256 gained = int256(sale[5][i] * RAY) - int256(sale[4][i] * RAY);
            assertEq(uint256(core.surplus() - before), uint256(gained), "surplus, or bad debt");
            assertTrue(sale[7][i] == 0 || gained == -int256(sale[7][i] * RAY), "what is lost");
            ethPrice.put(2000e18, true);
            btcPrice.put(2000e18, true);
        }
    }

    function etherVault(uint256 amount, uint256 debt) private returns (uint256) {
        return vaultOf(alice, amount, debt);
    }

    function bitcoinVault(uint256 amount, uint256 debt) private returns (uint256 vault) {
        btcPrice.put(2000e18, true);
        btc.mint(alice, amount);
        vm.prank(alice);
        btc.approve(address(core), amount);
        vm.prank(alice);
        vault = core.open(BTC);
        vm.prank(alice);
        core.deposit(vault, amount);
        vm.prank(alice);
        core.mint(vault, debt);
    }

    function test_R23_ratioRisesAsInTypeScript() public {
        uint256[] memory from = column("ramps", "from");
        uint256[] memory target = column("ramps", "target");
        uint256[] memory time = column("ramps", "seconds");
        uint256[] memory ratio = column("ramps", "ratio");
        assertEq(from.length, 12, "cases");
        for (uint256 i = 0; i < from.length; ++i) {
            change(ETH_RATIO, 2e18);
            change(ETH_GAP, 2e18 - from[i]);
            vm.warp(block.timestamp + RAMP);
            assertEq(core.liquidationRatio(ETH), from[i], "from");
            change(ETH_GAP, 2e18 - target[i]);
            vm.warp(block.timestamp + time[i]);
            assertEq(core.liquidationRatio(ETH), ratio[i], "ratio");
        }
    }

    /// @dev Sixty steps of one vault and its owner's savings, every number after every step.
    function test_R23_aVaultLivesAsInTypeScript() public {
        uint256[][9] memory life = [
            column("life", "action"),
            column("life", "amount"),
            column("life", "seconds"),
            column("life", "debt"),
            column("life", "index"),
            column("life", "supply"),
            column("life", "savingsIndex"),
            column("life", "shares"),
            new uint256[](0)
        ];
        int256[] memory surplus = vmCore.parseJsonIntArray(json, ".life.surplus");
        assertEq(life[0].length, 60, "steps");
        change(parameter("STABILITY_FEE_MODIFIER/", "BTC"), OFFSET);
        uint256 vault = vaultOf(alice, 1000e18, 0);
        for (uint256 i = 0; i < life[0].length; ++i) {
            vm.warp(block.timestamp + life[2][i]);
            act(vault, life[0][i], life[1][i]);
            assertEq(core.debtOf(vault), life[3][i], "debt");
            assertEq(core.collateralOf(ETH).index, life[4][i], "index");
            assertEq(coin.totalSupply(), life[5][i], "supply");
            (uint256 index, uint256 shares) = core.savings();
            assertEq(index, life[6][i], "savings index");
            assertEq(shares, life[7][i], "shares");
            assertEq(uint256(core.surplus()), uint256(surplus[i]), "surplus");
            assertConserved();
        }
    }

    function act(uint256 vault, uint256 action, uint256 amount) private {
        if (action == 4) return change(STABILITY_FEE, amount);
        if (action == 5) return change(ETH_MODIFIER, amount);
        if (action == 6) return change(SAVINGS_RATE, amount);
        if (action == 7 || amount == 0) return core.accrue();
        vm.prank(alice);
        if (action == 0) core.mint(vault, amount);
        if (action == 1) core.repay(vault, amount);
        if (action == 2) core.save(amount);
        if (action == 3) core.unsave(amount);
    }
}
