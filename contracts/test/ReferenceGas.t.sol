// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ParameterUpdate, Recommendation} from "../src/interfaces/IStabilityController.sol";
import {Limits} from "../src/ParameterTypes.sol";
import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {Coin} from "../src/reference/Coin.sol";
import {DevnetToken} from "../src/reference/DevnetToken.sol";
import {ReferenceCore} from "../src/reference/ReferenceCore.sol";
import {PriceDouble} from "./CoreWorld.sol";
import {World} from "./World.sol";

/// @notice A core that is wired to the real registry and controller.
abstract contract WiredWorld is World {
    Coin internal coin;
    ReferenceCore internal core;
    DevnetToken internal token;

    function buildWired(uint256 size, uint256 collaterals) internal {
        buildWorld(size);
        uint256 nonce = vm.getNonce(address(this));
        coin = new Coin("Reference coin", "RFC", vm.computeCreateAddress(address(this), nonce + 1));
        core = new ReferenceCore(
            ReferenceCore.Setup({
                registry: parameters,
                breaker: ICircuitBreaker(address(breaker)),
                coin: coin,
                governance: governance,
                treasury: governance,
                debtFloor: 100e18,
                ramp: 14 days,
                pulls: false
            })
        );
        token = new DevnetToken("Ether", "ETH", 18);
        PriceDouble price = new PriceDouble(2000e18);
        configure(FEE, FIRST_FEE, true);
        configure(keccak256("SAVINGS_RATE"), 0.02e18, true);
        configure(keccak256("LIQUIDATION_PENALTY"), 0.13e18, true);
        configure(keccak256("DEBT_CEILING"), 1_000_000, true);
        configure(keccak256("SURPLUS_BUFFER"), 10_000, true);
        bytes32[] memory ids = new bytes32[](5);
        (ids[0], ids[1], ids[2]) = (FEE, keccak256("SAVINGS_RATE"), keccak256("LIQUIDATION_PENALTY"));
        (ids[3], ids[4]) = (keccak256("DEBT_CEILING"), keccak256("SURPLUS_BUFFER"));
        core.sync(ids);
        for (uint256 i = 0; i < collaterals; ++i) {
            string memory name = string.concat("C", vm.toString(i));
            configure(keccak256(bytes(string.concat("STABILITY_FEE_MODIFIER/", name))), 0.5e18, true);
            configure(keccak256(bytes(string.concat("DEBT_CEILING/", name))), 1_000_000, true);
            configure(keccak256(bytes(string.concat("COLLATERAL_RATIO/", name))), 1.5e18, true);
            configure(keccak256(bytes(string.concat("LIQUIDATION_GAP/", name))), 0.2e18, true);
            vm.prank(governance);
            core.addCollateral(name, token, price);
            borrow(keccak256(bytes(name)), 10e18, 5000e18);
        }
    }

    function configure(bytes32 id, uint64 value, bool isWired) internal {
        Limits memory given = limits();
        (given.min, given.max, given.isWired) = (0, type(uint64).max, isWired);
        vm.prank(governance);
        parameters.configure(id, UNIT, value, given, address(core));
    }

    function borrow(bytes32 collateral, uint256 amount, uint256 coins) internal returns (uint256 vault) {
        token.mint(address(this), amount);
        token.approve(address(core), amount);
        vault = core.open(collateral);
        core.deposit(vault, amount);
        core.mint(vault, coins);
    }
}

/// @notice What a wired change costs, with debts, savings and a day of interest; SP-BEAM's 108,780 is one ilk.
contract ReferenceGasTest is WiredWorld {
    uint256 private constant SP_BEAM = 108_780;

    event Gas(string what, uint256 gas);

    /// @dev Gas of the transaction of a change by `size` members, of whom a quorum votes.
    function gasOf(uint256 size, uint256 collaterals, bool isSaved) private returns (uint256 gas, uint256 votes) {
        buildWired(size, collaterals);
        if (isSaved) core.save(1000e18);
        vm.warp(START + 1 days);
        publish(decisionFor(1));
        ParameterUpdate memory first = nextUpdate();
        controller.applyUpdate(first, agree(first, FIRST_FEE + STEP_UP), members());
        vm.warp(START + 2 days);
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory given = agree(update, FIRST_FEE + 2 * STEP_UP);
        address[] memory committee = members();
        controller.applyUpdate(update, given, committee);
        gas = lastCallGas();
        assertEq(core.rates().fee, FIRST_FEE + 2 * STEP_UP, "taken");
        votes = given.length;
    }

    function lastCallGas() private view returns (uint256) {
        return VmGas(address(vm)).lastCallGas().gasTotalUsed;
    }

    /// @dev Before signatures: the line through two sizes of quorum, at none.
    function beforeSignatures(uint256 collaterals, bool isSaved) private returns (uint256) {
        (uint256 few, uint256 n) = gasOf(4, collaterals, isSaved);
        (uint256 many, uint256 m) = gasOf(13, collaterals, isSaved);
        return few - (many - few) * n / (m - n);
    }

    /// @dev Each call is a transaction of its own.
    /// forge-config: default.isolate = true
    function test_aWiredChangeCostsLittleMoreThanSpBeam() public {
        uint256 one = beforeSignatures(1, true);
        emit Gas("one collateral, with savings", one);
        assertTrue(one <= SP_BEAM + 35_000, "one collateral");
        emit Gas("one collateral, without savings", beforeSignatures(1, false));
        emit Gas("two collaterals, with savings", beforeSignatures(2, true));
        emit Gas("eight collaterals, with savings", beforeSignatures(8, true));
    }
}

interface VmGas {
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function lastCallGas() external view returns (Gas memory);
}
