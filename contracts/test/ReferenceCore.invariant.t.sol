// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vault} from "../src/reference/CoreTypes.sol";
import {CoreWorld} from "./CoreWorld.sol";

/// @notice Four users, a market, a registry and a guardian do what comes. Every refusal is taken, and what succeeds is
/// looked at.
contract Users is CoreWorld {
    uint256 public constant VAULTS = 6;
    uint256 public calls;
    uint256 public minted;
    uint256 public liquidated;
    uint256 public raised;
    /// @notice What must never be.
    uint256 public unsafeDebts;
    uint256 public debtsAboveCeilings;
    uint256 public mintedWhileHalted;
    uint256 public soldWithoutPrice;
    uint256 public liquidatedBySafety;
    uint256 public madeUnsafeByARatio;
    uint256 public refusedRepayments;

    bool private _halted;
    bool private _usable = true;
    uint256 private _price = 2000e18;

    constructor() {
        buildCore(false);
        for (uint256 i = 1; i <= VAULTS; ++i) {
            vaultOf(userOf(i), 20e18, 0);
        }
    }

    modifier counted() {
        ++calls;
        _;
    }

    function userOf(uint256 vault) public pure returns (address) {
        return address(uint160(0x1000 + (vault % 4)));
    }

    /// @dev Forge likes small and special numbers; these are spread evenly.
    function spread(uint256 seed, uint256 low, uint256 high) private pure returns (uint256) {
        return bound(mixed(seed), low, high);
    }

    function mixed(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    function pass(uint256 time) external counted {
        vm.warp(block.timestamp + spread(time, 0, 20 days));
    }

    function deposit(uint256 seed, uint256 amount) external counted {
        uint256 vault = spread(seed, 1, VAULTS);
        amount = spread(amount, 1, 5e18);
        eth.mint(address(this), amount);
        eth.approve(address(core), amount);
        core.deposit(vault, amount);
    }

    function withdraw(uint256 seed, uint256 amount) external counted {
        uint256 vault = spread(seed, 1, VAULTS);
        amount = spread(amount, 1, 10e18);
        bool inDebt = core.debtOf(vault) > 0;
        vm.prank(userOf(vault));
        try core.withdraw(vault, amount) {
            if (inDebt) judge(vault);
        } catch {}
    }

    function mint(uint256 seed, uint256 coins) external counted {
        uint256 vault = spread(seed, 1, VAULTS);
        coins = spread(coins, 1e18, 12_000e18);
        if (coins < FLOOR) coins += FLOOR;
        vm.prank(userOf(vault));
        try core.mint(vault, coins) {
            ++minted;
            judge(vault);
            if (_halted) ++mintedWhileHalted;
            uint256 debt = core.debtAgainst(ETH);
            uint256 own = uint256(core.collateralOf(ETH).ceiling) * 1e18;
            uint256 global = uint256(core.totals().ceiling) * 1e18;
            if (debt > own || debt + core.debtAgainst(BTC) > global) ++debtsAboveCeilings;
        } catch {}
    }

    /// @dev Repaying is always possible for whoever has the coins.
    function repay(uint256 seed, uint256 coins) external counted {
        uint256 vault = spread(seed, 1, VAULTS);
        uint256 held = coin.balanceOf(userOf(vault));
        if (held == 0 || core.debtOf(vault) == 0) return;
        vm.prank(userOf(vault));
        try core.repay(vault, spread(coins, 1, held)) {}
        catch {
            ++refusedRepayments;
        }
    }

    function liquidate(uint256 seed, uint256 coins, uint256 by) external counted {
        uint256 vault = spread(seed, 1, VAULTS);
        bool[] memory isUnsafe = unsafeVaults();
        // Mostly an unsafe one where there is one.
        for (uint256 i = 0; i < VAULTS && mixed(by) % 8 != 0; ++i) {
            if (isUnsafe[i]) vault = i + 1;
        }
        uint256 debt = core.debtOf(vault);
        if (debt == 0) return;
        uint256 amount = core.vaultOf(vault).amount;
        bool isSafe = amount * _price >= debt * core.liquidationRatio(ETH);
        vm.prank(userOf(mixed(by) % 4));
        try core.liquidate(vault, mixed(coins) % 2 == 0 ? type(uint256).max : spread(coins, 1, debt), 0) {
            ++liquidated;
            if (!_usable) ++soldWithoutPrice;
            if (isSafe) ++liquidatedBySafety;
        } catch {}
    }

    function save(uint256 seed, uint256 coins) external counted {
        address user = userOf(mixed(seed) % 4);
        uint256 held = coin.balanceOf(user);
        if (held < 1e18) return;
        vm.prank(user);
        core.save(spread(coins, 1e18, held));
    }

    function unsave(uint256 seed, uint256 shares) external counted {
        address user = userOf(mixed(seed) % 4);
        uint256 held = core.sharesOf(user);
        if (held == 0) return;
        vm.prank(user);
        core.unsave(spread(shares, 1, held));
    }

    function move(uint256 price, uint256 usable) external counted {
        (_price, _usable) = (spread(price, 700e18, 2500e18), mixed(usable) % 8 != 0);
        ethPrice.put(_price, _usable);
    }

    function halt(uint256 seed) external counted {
        _halted = mixed(seed) % 8 < 2;
        breaker.put(mixed(seed) % 8 == 0 ? bytes32(0) : ETH, _halted);
        if (!_halted) breaker.put(0, false);
    }

    function setRate(uint256 which, uint256 value) external counted {
        if (mixed(which) % 3 == 0) change(STABILITY_FEE, spread(value, 0.002e18, 0.5e18));
        if (mixed(which) % 3 == 1) change(SAVINGS_RATE, spread(value, 0, 0.5e18));
        if (mixed(which) % 3 == 2) change(ETH_MODIFIER, spread(value, OFFSET - 0.002e18, OFFSET + 0.1e18));
    }

    function setCeiling(uint256 which, uint256 value) external counted {
        change(mixed(which) % 2 == 0 ? ETH_CEILING : DEBT_CEILING, spread(value, 10_000, 200_000));
    }

    /// @dev R16: no vault becomes liquidatable by a change of the ratio.
    function setRatio(uint256 which, uint256 value) external counted {
        bool[] memory before = unsafeVaults();
        bool isRatio = mixed(which) % 2 == 0;
        uint256 ratio = core.collateralOf(ETH).ratio;
        try registry.change(
            core, isRatio ? ETH_RATIO : ETH_GAP, isRatio ? spread(value, 1.2e18, 2e18) : spread(value, 0.01e18, 0.5e18)
        ) {
            if (core.collateralOf(ETH).ratio > ratio) ++raised;
        } catch {}
        bool[] memory afterwards = unsafeVaults();
        for (uint256 i = 0; i < VAULTS; ++i) {
            if (afterwards[i] && !before[i]) ++madeUnsafeByARatio;
        }
    }

    function setPenalty(uint256 value) external counted {
        try registry.change(core, LIQUIDATION_PENALTY, spread(value, 0.05e18, 0.3e18)) {} catch {}
    }

    function skim() external counted {
        try core.skim() {} catch {}
    }

    function unsafeVaults() private view returns (bool[] memory isUnsafe) {
        isUnsafe = new bool[](VAULTS);
        uint256 ratio = core.liquidationRatio(ETH);
        for (uint256 i = 1; i <= VAULTS; ++i) {
            isUnsafe[i - 1] = core.vaultOf(i).amount * _price < core.debtOf(i) * ratio;
        }
    }

    function judge(uint256 vault) private {
        uint256 value = core.vaultOf(vault).amount * _price;
        if (!_usable || value < core.debtOf(vault) * core.collateralOf(ETH).ratio) ++unsafeDebts;
    }

    /// @notice Coins, savings and surplus are the debts, to the last of 45 decimals; sums are those of their parts.
    function check() external view {
        assertConserved();
        uint256 normalized;
        uint256 amount;
        uint256 shares;
        for (uint256 i = 1; i <= VAULTS; ++i) {
            Vault memory vault = core.vaultOf(i);
            normalized += vault.normalizedDebt;
            amount += vault.amount;
        }
        for (uint256 i = 0; i < 4; ++i) {
            shares += core.sharesOf(userOf(i));
        }
        (, uint256 all) = core.savings();
        assertEq(normalized, core.collateralOf(ETH).normalizedDebt, "debts of the vaults");
        assertEq(amount, core.collateralOf(ETH).amount, "collateral of the vaults");
        assertEq(amount, eth.balanceOf(address(core)), "collateral held");
        assertEq(shares, all, "shares");
        uint256 liquidation = core.liquidationRatio(ETH);
        assertTrue(liquidation >= WAD + core.rates().penalty, "D12: the penalty fits under the liquidation ratio");
        assertTrue(liquidation + core.MIN_GAP() <= core.collateralOf(ETH).ratio, "D12: and that under the other");
    }
}

/// @notice 10,000 random calls.
contract ReferenceCoreInvariant is CoreWorld {
    Users private users;

    function setUp() public {
        users = new Users();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(users);
    }

    /// forge-config: default.invariant.runs = 20
    /// forge-config: default.invariant.depth = 500
    /// forge-config: long.invariant.runs = 2000
    /// forge-config: long.invariant.depth = 500
    /// forge-config: default.invariant.shrink-run-limit = 200
    function invariant_theBooksBalanceAndNothingForbiddenHappens() public view {
        // What goes wrong stays wrong: it need not be looked for after every call.
        if (users.calls() % 25 != 0) return;
        users.check();
        assertEq(users.unsafeDebts(), 0, "new debt below the collateral ratio");
        assertEq(users.debtsAboveCeilings(), 0, "new debt above a ceiling");
        assertEq(users.mintedWhileHalted(), 0, "minted while halted");
        assertEq(users.soldWithoutPrice(), 0, "liquidated without a price");
        assertEq(users.liquidatedBySafety(), 0, "a safe vault liquidated");
        assertEq(users.madeUnsafeByARatio(), 0, "R16: made liquidatable by a changed ratio");
        assertEq(users.refusedRepayments(), 0, "a repayment refused");
    }

    /// forge-config: default.invariant.runs = 20
    /// forge-config: default.invariant.depth = 500
    /// forge-config: long.invariant.runs = 2000
    /// forge-config: long.invariant.depth = 500
    /// forge-config: default.invariant.shrink-run-limit = 200
    function afterInvariant() public view {
        if (users.calls() < 500) return;
        assertTrue(users.minted() > 0 && users.raised() > 0, "some minting succeeds, some ratio rises");
    }
}
