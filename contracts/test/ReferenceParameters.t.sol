// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Accrual} from "../src/reference/Accrual.sol";
import {CoreParameters} from "../src/reference/CoreParameters.sol";
import {DevnetToken} from "../src/reference/DevnetToken.sol";
import {IPriceSource} from "../src/reference/IPriceSource.sol";
import {RayMath} from "../src/reference/RayMath.sol";
import {CoreWorld, PriceDouble, RegistryDouble} from "./CoreWorld.sol";

contract ReferenceParametersTest is CoreWorld {
    event ParameterTaken(bytes32 indexed id, uint256 value);

    function setUp() public {
        buildCore(false);
    }

    function refuse(bytes memory reason) private {
        vm.expectRevert(reason);
    }

    function grown(uint256 fee, uint256 time) private pure returns (uint256) {
        return RayMath.powUp(RayMath.perSecondUp(fee), time);
    }

    function test_onlyTheRegistryTellsOfChanges() public {
        refuse(abi.encodeWithSelector(CoreParameters.NotRegistry.selector, address(this)));
        core.onParameterChanged(STABILITY_FEE, 0.05e18, 0.06e18);
        vm.expectEmit(address(core));
        emit ParameterTaken(STABILITY_FEE, 0.06e18);
        change(STABILITY_FEE, 0.06e18);
        assertEq(core.rates().fee, 0.06e18, "taken");
        assertEq(core.effectiveFee(ETH), 0.061e18, "with the modifier");
        assertEq(core.effectiveFee(BTC), 0.058e18, "with a negative one");
    }

    function test_everyParameterIsTaken() public {
        change(SAVINGS_RATE, 0.03e18);
        change(LIQUIDATION_PENALTY, 0.1e18);
        change(DEBT_CEILING, 5);
        change(SURPLUS_BUFFER, 6);
        change(ETH_MODIFIER, OFFSET);
        change(ETH_CEILING, 7);
        change(ETH_RATIO, 1.6e18);
        change(ETH_GAP, 0.25e18);
        assertEq(core.rates().savingsRate, 0.03e18, "savings rate");
        assertEq(core.rates().penalty, 0.1e18, "penalty");
        assertEq(core.totals().ceiling, 5, "ceiling");
        assertEq(core.totals().buffer, 6, "buffer");
        assertEq(core.collateralOf(ETH).feeModifier, OFFSET, "modifier");
        assertEq(core.collateralOf(ETH).ceiling, 7, "own ceiling");
        assertEq(core.collateralOf(ETH).ratio, 1.6e18, "ratio");
        assertEq(core.collateralOf(ETH).gap, 0.25e18, "gap");
        assertEq(core.collateralOf(BTC).ratio, 1.4e18, "another's ratio");
    }

    /// @dev R15: whichever way a fee arrives, interest up to then is that of the fee before.
    function test_R15_aFeeIsNeverRetroactive() public {
        uint256 vault = vaultOf(alice, 10e18, 10_000e18);
        vm.warp(START + 100 days);
        uint256 before = core.debtOf(vault);
        change(STABILITY_FEE, 0.15e18);
        assertEq(core.debtOf(vault), before, "the change itself costs nothing");
        uint256 index = grown(0.051e18, 100 days);
        assertEq(core.collateralOf(ETH).index, index, "settled at the fee before");
        vm.warp(START + 101 days);
        core.accrue();
        index = RayMath.ceilDiv(index * grown(0.151e18, 1 days), RAY);
        assertEq(core.collateralOf(ETH).index, index, "and then at the new one");
        registry.put(STABILITY_FEE, 0.01e18);
        vm.warp(START + 102 days);
        core.sync(globals());
        index = RayMath.ceilDiv(index * grown(0.151e18, 1 days), RAY);
        assertEq(core.collateralOf(ETH).index, index, "pulled: the old one counted until it was pulled");
        assertEq(core.rates().fee, 0.01e18, "pulled");
    }

    /// forge-config: default.fuzz.runs = 64
    function test_R15_settlingInPartsIsSettlingAtOnce(uint256 first, uint256 second, uint256 fee) public {
        first = bound(first, 1, 365 days);
        second = bound(second, 1, 365 days);
        fee = bound(fee, 0.002e18, 0.15e18);
        change(STABILITY_FEE, fee);
        vaultOf(alice, 100e18, 10_000e18);
        vm.warp(START + first);
        core.accrue();
        vm.warp(START + first + second);
        core.accrue();
        uint256 atOnce = grown(fee + 0.001e18, first + second);
        uint256 inParts = core.collateralOf(ETH).index;
        assertTrue(inParts + 128 > atOnce && inParts < atOnce + 4 * (first + second + 128), "but for rounding");
        assertConserved();
    }

    function test_whatBreaksARelationIsRefused() public {
        refuse(abi.encodeWithSelector(CoreParameters.EffectiveFeeOutOfBand.selector, BTC, 0.001e18, OFFSET - 0.002e18));
        change(STABILITY_FEE, 0.001e18);
        refuse(abi.encodeWithSelector(CoreParameters.EffectiveFeeOutOfBand.selector, ETH, 0.05e18, OFFSET + 0.95e18 + 1));
        change(ETH_MODIFIER, OFFSET + 0.95e18 + 1);
        refuse(abi.encodeWithSelector(CoreParameters.ValueTooLarge.selector, STABILITY_FEE, WAD + 1, WAD));
        change(STABILITY_FEE, WAD + 1);
        refuse(abi.encodeWithSelector(CoreParameters.ValueTooLarge.selector, SAVINGS_RATE, WAD + 1, WAD));
        change(SAVINGS_RATE, WAD + 1);
        refuse(abi.encodeWithSelector(CoreParameters.ValueTooLarge.selector, ETH_CEILING, 1 << 64, type(uint64).max));
        change(ETH_CEILING, 1 << 64);
        refuse(abi.encodeWithSelector(CoreParameters.GapTooSmall.selector, ETH, 0.05e18 - 1, 0.05e18));
        change(ETH_GAP, 0.05e18 - 1);
        refuse(abi.encodeWithSelector(CoreParameters.LiquidationRatioTooLow.selector, ETH, 1.13e18 - 1, 1.13e18));
        change(ETH_RATIO, 1.33e18 - 1);
        refuse(abi.encodeWithSelector(CoreParameters.LiquidationRatioTooLow.selector, ETH, 0, 1.13e18));
        change(ETH_RATIO, 0.2e18);
        refuse(abi.encodeWithSelector(CoreParameters.LiquidationRatioTooLow.selector, BTC, 1.25e18, 1.25e18 + 1));
        change(LIQUIDATION_PENALTY, 0.25e18 + 1);
        refuse(abi.encodeWithSelector(CoreParameters.ParameterNotUsed.selector, bytes32("x")));
        change("x", 1);
        change(LIQUIDATION_PENALTY, 0.25e18);
        change(ETH_MODIFIER, OFFSET + 0.95e18);
        change(ETH_MODIFIER, OFFSET);
        change(STABILITY_FEE, 0.002e18);
        assertEq(core.effectiveFee(BTC), 0, "the lowest is nothing");
    }

    /// @dev R16: a raised ratio binds new debt at once and reaches existing vaults in a line over the ramp.
    function test_R16_aRaisedRatioReachesVaultsSlowly() public {
        uint256 vault = vaultOf(alice, 0.9e18, 1000e18);
        change(ETH_RATIO, 2e18);
        assertEq(core.liquidationRatio(ETH), 1.3e18, "as before at that moment");
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSignature("RatioTooLow(uint256,uint256,uint256,uint256)", vault, 1800e18, 1001e18, 2e18)
        );
        core.mint(vault, 1e18);
        vm.warp(START + RAMP / 2);
        assertEq(core.liquidationRatio(ETH), 1.55e18, "half of the way");
        // Raised again on the way, it goes on from where it is, with the whole ramp before it.
        change(ETH_RATIO, 2.1e18);
        assertEq(core.liquidationRatio(ETH), 1.55e18, "no jump");
        vm.warp(START + RAMP);
        assertEq(core.liquidationRatio(ETH), 1.725e18, "half of the rest");
        vm.warp(START + 2 * RAMP);
        assertEq(core.liquidationRatio(ETH), 1.9e18, "there");
        change(ETH_RATIO, 1.5e18);
        assertEq(core.liquidationRatio(ETH), 1.3e18, "lowered at once");
        change(ETH_GAP, 0.1e18);
        assertEq(core.liquidationRatio(ETH), 1.3e18, "a smaller gap raises it slowly too");
        vm.warp(START + 3 * RAMP);
        assertEq(core.liquidationRatio(ETH), 1.4e18, "there");
    }

    /// @dev D12, while a ratio rises: the penalty has to fit under the liquidation ratio of now.
    function test_aPenaltyFitsUnderTheRatioOfNow() public {
        change(ETH_RATIO, 2e18);
        change(parameter("COLLATERAL_RATIO/", "BTC"), 2e18);
        vm.warp(START + RAMP / 2);
        bytes4 selector = CoreParameters.LiquidationRatioTooLow.selector;
        refuse(abi.encodeWithSelector(selector, ETH, 1.55e18, 1.55e18 + 1));
        change(LIQUIDATION_PENALTY, 0.55e18 + 1);
        change(LIQUIDATION_PENALTY, 0.55e18);
    }

    function test_syncHasALimitAndAsksForKnownParameters() public {
        refuse(abi.encodeWithSelector(CoreParameters.TooManyParameters.selector, 17, 16));
        core.sync(new bytes32[](17));
        bytes32[] memory one = new bytes32[](1);
        refuse(abi.encodeWithSelector(RegistryDouble.ParameterUnknown.selector, bytes32(0)));
        core.sync(one);
    }

    function test_aCoreThatPullsTakesRatesAtAccrual() public {
        buildCore(true);
        uint256 vault = vaultOf(alice, 10e18, 10_000e18);
        registry.put(STABILITY_FEE, 0.15e18);
        registry.put(SAVINGS_RATE, 0.03e18);
        vm.warp(START + 10 days);
        core.accrue();
        assertEq(core.collateralOf(ETH).index, grown(0.051e18, 10 days), "the fee before, until it is pulled");
        assertEq(core.rates().fee, 0.15e18, "pulled");
        assertEq(core.rates().savingsRate, 0.03e18, "pulled");
        // What does not fit is not taken, and stops nothing.
        registry.put(STABILITY_FEE, 0.001e18);
        registry.put(SAVINGS_RATE, WAD + 1);
        vm.warp(START + 20 days);
        vm.prank(alice);
        core.repay(vault, 1e18);
        assertEq(core.rates().fee, 0.15e18, "the last that fitted");
        assertEq(core.rates().savingsRate, 0.03e18, "the last that fitted");
        registry.put(STABILITY_FEE, 1 << 200);
        vm.warp(START + 21 days);
        core.accrue();
        assertEq(core.rates().fee, 0.15e18, "the last that fitted");
    }

    function test_governanceAloneAddsCollaterals() public {
        DevnetToken token = new DevnetToken("T", "T", 18);
        PriceDouble source = new PriceDouble(1e18);
        refuse(abi.encodeWithSelector(CoreParameters.NotGovernance.selector, address(this)));
        core.addCollateral("T", token, source);
        vm.prank(governance);
        refuse(abi.encodeWithSelector(CoreParameters.CollateralKnown.selector, ETH));
        core.addCollateral("ETH", token, source);
        vm.prank(governance);
        refuse(abi.encodeWithSelector(CoreParameters.ZeroAddress.selector));
        core.addCollateral("T", token, IPriceSource(address(0)));
        vm.prank(governance);
        refuse(abi.encodeWithSelector(CoreParameters.ZeroAddress.selector));
        core.addCollateral("T", DevnetToken(address(0)), source);
        bytes32 missing = parameter("STABILITY_FEE_MODIFIER/", "T");
        vm.prank(governance);
        refuse(abi.encodeWithSelector(RegistryDouble.ParameterUnknown.selector, missing));
        core.addCollateral("T", token, source);
        putCollateral("T", OFFSET, 1 << 64, 1.5e18, 0.2e18);
        bytes32 ceiling = parameter("DEBT_CEILING/", "T");
        vm.prank(governance);
        refuse(abi.encodeWithSelector(CoreParameters.ValueTooLarge.selector, ceiling, 1 << 64, type(uint64).max));
        core.addCollateral("T", token, source);
        putCollateral("T", 0, 1, 1.5e18, 0.2e18);
        vm.prank(governance);
        refuse(abi.encodeWithSelector(CoreParameters.EffectiveFeeOutOfBand.selector, keccak256("T"), 0.05e18, 0));
        core.addCollateral("T", token, source);
        putCollateral("T", OFFSET, 1, 1.3e18, 0.2e18);
        vm.prank(governance);
        refuse(abi.encodeWithSelector(CoreParameters.LiquidationRatioTooLow.selector, keccak256("T"), 1.1e18, 1.13e18));
        core.addCollateral("T", token, source);
        DevnetToken fine = new DevnetToken("T", "T", 19);
        vm.prank(governance);
        refuse(abi.encodeWithSelector(CoreParameters.DecimalsUnsupported.selector, keccak256("T"), 19));
        core.addCollateral("T", fine, source);
    }

    function test_thereAreAtMostEightCollaterals() public {
        string[7] memory names = ["C", "D", "E", "F", "G", "H", "I"];
        for (uint256 i = 0; i < 7; ++i) {
            putCollateral(names[i], OFFSET, 1, 1.5e18, 0.2e18);
            if (i == 6) refuse(abi.encodeWithSelector(CoreParameters.TooManyCollaterals.selector, 8));
            vm.prank(governance);
            core.addCollateral(names[i], eth, ethPrice);
        }
        assertEq(core.rates().collaterals, 8, "eight");
    }
}
