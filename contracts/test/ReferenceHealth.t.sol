// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CoreWorld} from "./CoreWorld.sol";

contract ReferenceHealthTest is CoreWorld {
    uint256 private vault;

    function setUp() public {
        buildCore(false);
        change(STABILITY_FEE, 0.002e18);
        change(ETH_MODIFIER, OFFSET - 0.002e18);
        vault = vaultOf(alice, 0.75e18, 1000e18);
    }

    function health() private view returns (uint256) {
        (uint8 given,, bool isUsable) = core.collateralHealth();
        assertTrue(isUsable, "usable");
        return given;
    }

    function liquidatedLately() private view returns (uint256 share) {
        (, share,) = core.collateralHealth();
    }

    function test_healthIsTheShareOfTheMarginThatIsThere() public {
        assertEq(health(), 100, "as well covered as asked");
        ethPrice.put(1800e18, true);
        assertEq(health(), 70, "350 of the 500 asked for");
        ethPrice.put(1333e18, true);
        assertEq(health(), 0, "insolvent");
        ethPrice.put(3000e18, true);
        assertEq(health(), 100, "no more than 100");
        ethPrice.put(3000e18, false);
        (uint8 given, uint256 share, bool isUsable) = core.collateralHealth();
        assertTrue(given == 0 && share == 0 && !isUsable, "no price, no health");
        ethPrice.put(0, true);
        (,, isUsable) = core.collateralHealth();
        assertTrue(!isUsable, "nor at a price of nothing");
        btcPrice.put(0, false);
        ethPrice.put(2000e18, true);
        assertEq(health(), 100, "a collateral without debt needs no price");
    }

    function test_liquidationsCountForADay() public {
        uint256 other = vaultOf(bob, 100e18, 50_000e18);
        assertEq(liquidatedLately(), 0, "none");
        vm.warp(START / 1 days * 1 days + 1 days);
        ethPrice.put(1600e18, true);
        vm.prank(bob);
        core.liquidate(vault, 1000e18, 0);
        uint256 all = 100.04375e18 * 1600 + 1130e18;
        assertEq(liquidatedLately(), 1130e18 * WAD / all, "1,130 of all");
        vm.warp(block.timestamp + 1 days);
        assertEq(liquidatedLately(), 1130e18 * WAD / all, "the window before counts whole");
        vm.warp(block.timestamp + 12 hours);
        assertEq(liquidatedLately(), 565e18 * WAD / (all - 565e18), "then by half");
        ethPrice.put(600e18, true);
        vm.prank(bob);
        core.liquidate(other, 10_000e18, 0);
        assertTrue(liquidatedLately() > 0.15e18, "with what is new");
        vm.warp(block.timestamp + 2 days);
        assertEq(liquidatedLately(), 0, "over");
    }
}
