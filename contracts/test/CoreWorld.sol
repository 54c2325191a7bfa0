// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {IParameterConsumer} from "../src/interfaces/IParameterConsumer.sol";
import {IParameterRegistry} from "../src/interfaces/IParameterRegistry.sol";
import {Coin} from "../src/reference/Coin.sol";
import {DevnetToken} from "../src/reference/DevnetToken.sol";
import {IPriceSource} from "../src/reference/IPriceSource.sol";
import {ReferenceCore} from "../src/reference/ReferenceCore.sol";
import {Test} from "./Vm.sol";

/// @notice Holds values, and tells a core of changes when the test says so.
contract RegistryDouble {
    mapping(bytes32 id => uint256) private _values;
    mapping(bytes32 id => bool) private _configured;

    error ParameterUnknown(bytes32 id);

    function put(bytes32 id, uint256 value) public {
        (_values[id], _configured[id]) = (value, true);
    }

    function change(IParameterConsumer consumer, bytes32 id, uint256 value) external {
        uint256 before = _values[id];
        put(id, value);
        consumer.onParameterChanged(id, before, value);
    }

    function valueOf(bytes32 id) external view returns (uint256) {
        if (!_configured[id]) revert ParameterUnknown(id);
        return _values[id];
    }

    function parameters(bytes32 id) external view returns (uint256, bytes32, bool) {
        return (_values[id], 0, _configured[id]);
    }
}

/// @notice A breaker that only knows of minting.
contract MintingBreakerDouble {
    mapping(bytes32 collateral => bool) public isMintingHalted;

    function put(bytes32 collateral, bool halted) external {
        isMintingHalted[collateral] = halted;
    }
}

/// @notice A price that the test writes.
contract PriceDouble is IPriceSource {
    uint256 private _wad;
    bool private _usable;

    constructor(uint256 wad) {
        put(wad, true);
    }

    function put(uint256 wad, bool usable) public {
        (_wad, _usable) = (wad, usable);
    }

    function price() external view returns (uint256, bool) {
        return (_wad, _usable);
    }
}

/// @notice A core with two collaterals: ETH of 18 decimals at 2,000, BTC of 8 at 30,000.
abstract contract CoreWorld is Test {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant WAD = 1e18;
    uint256 internal constant RAY = 1e27;
    uint256 internal constant FLOOR = 100e18;
    uint256 internal constant RAMP = 14 days;
    uint256 internal constant OFFSET = 0.5e18;

    bytes32 internal constant ETH = keccak256("ETH");
    bytes32 internal constant BTC = keccak256("BTC");
    bytes32 internal constant STABILITY_FEE = keccak256("STABILITY_FEE");
    bytes32 internal constant SAVINGS_RATE = keccak256("SAVINGS_RATE");
    bytes32 internal constant LIQUIDATION_PENALTY = keccak256("LIQUIDATION_PENALTY");
    bytes32 internal constant DEBT_CEILING = keccak256("DEBT_CEILING");
    bytes32 internal constant SURPLUS_BUFFER = keccak256("SURPLUS_BUFFER");
    bytes32 internal constant ETH_MODIFIER = keccak256("STABILITY_FEE_MODIFIER/ETH");
    bytes32 internal constant ETH_CEILING = keccak256("DEBT_CEILING/ETH");
    bytes32 internal constant ETH_RATIO = keccak256("COLLATERAL_RATIO/ETH");
    bytes32 internal constant ETH_GAP = keccak256("LIQUIDATION_GAP/ETH");

    address internal governance = address(0x60);
    address internal treasury = address(0x61);
    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);

    RegistryDouble internal registry;
    MintingBreakerDouble internal breaker;
    Coin internal coin;
    ReferenceCore internal core;
    DevnetToken internal eth;
    DevnetToken internal btc;
    PriceDouble internal ethPrice;
    PriceDouble internal btcPrice;

    function buildCore(bool pulls) internal {
        vm.warp(START);
        (registry, breaker) = (new RegistryDouble(), new MintingBreakerDouble());
        coin = new Coin("Reference coin", "RFC", createdNext());
        core = new ReferenceCore(setup(pulls));
        (eth, btc) = (new DevnetToken("Ether", "ETH", 18), new DevnetToken("Bitcoin", "BTC", 8));
        (ethPrice, btcPrice) = (new PriceDouble(2000e18), new PriceDouble(30_000e18));
        registry.put(STABILITY_FEE, 0.05e18);
        registry.put(SAVINGS_RATE, 0.02e18);
        registry.put(LIQUIDATION_PENALTY, 0.13e18);
        registry.put(DEBT_CEILING, 1_000_000);
        registry.put(SURPLUS_BUFFER, 10_000);
        putCollateral("ETH", OFFSET + 0.001e18, 600_000, 1.5e18, 0.2e18);
        putCollateral("BTC", OFFSET - 0.002e18, 500_000, 1.4e18, 0.15e18);
        core.sync(globals());
        vm.prank(governance);
        core.addCollateral("ETH", eth, ethPrice);
        vm.prank(governance);
        core.addCollateral("BTC", btc, btcPrice);
    }

    function setup(bool pulls) internal view returns (ReferenceCore.Setup memory) {
        return ReferenceCore.Setup({
            registry: IParameterRegistry(address(registry)),
            breaker: ICircuitBreaker(address(breaker)),
            coin: coin,
            governance: governance,
            treasury: treasury,
            debtFloor: FLOOR,
            ramp: RAMP,
            pulls: pulls
        });
    }

    function globals() internal pure returns (bytes32[] memory ids) {
        ids = new bytes32[](5);
        (ids[0], ids[1], ids[2]) = (STABILITY_FEE, SAVINGS_RATE, LIQUIDATION_PENALTY);
        (ids[3], ids[4]) = (DEBT_CEILING, SURPLUS_BUFFER);
    }

    function putCollateral(string memory name, uint256 modifier_, uint256 ceiling, uint256 ratio, uint256 gap)
        internal
    {
        registry.put(parameter("STABILITY_FEE_MODIFIER/", name), modifier_);
        registry.put(parameter("DEBT_CEILING/", name), ceiling);
        registry.put(parameter("COLLATERAL_RATIO/", name), ratio);
        registry.put(parameter("LIQUIDATION_GAP/", name), gap);
    }

    function parameter(string memory prefix, string memory name) internal pure returns (bytes32) {
        return keccak256(bytes(string.concat(prefix, name)));
    }

    /// @notice Address of the contract that this one creates after the next.
    function createdNext() internal view returns (address) {
        return vmCore.computeCreateAddress(address(this), vmCore.getNonce(address(this)) + 1);
    }

    VmCore internal constant vmCore = VmCore(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice A vault of an account with ether and debt.
    function vaultOf(address owner, uint256 amount, uint256 coins) internal returns (uint256 vault) {
        eth.mint(owner, amount);
        vm.prank(owner);
        eth.approve(address(core), amount);
        vm.prank(owner);
        vault = core.open(ETH);
        vm.prank(owner);
        core.deposit(vault, amount);
        if (coins == 0) return vault;
        vm.prank(owner);
        core.mint(vault, coins);
    }

    function change(bytes32 id, uint256 value) internal {
        registry.change(core, id, value);
    }

    /// @notice coins * RAY + savings + surplus = debts, exactly.
    function assertConserved() internal view {
        (uint256 index, uint256 shares) = core.savings();
        uint256 debts;
        bytes32[2] memory keys = [ETH, BTC];
        for (uint256 i = 0; i < 2; ++i) {
            debts += uint256(core.collateralOf(keys[i]).normalizedDebt) * core.collateralOf(keys[i]).index;
        }
        int256 claims = int256(coin.totalSupply() * RAY + index * shares) + core.surplus();
        assertEq(uint256(claims), debts, "coins, savings and surplus are the debts");
    }
}

/// @notice Further cheat codes.
interface VmCore {
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function getNonce(address account) external view returns (uint64);
    function parseJsonUintArray(string calldata json, string calldata key) external pure returns (uint256[] memory);
    function parseJsonIntArray(string calldata json, string calldata key) external pure returns (int256[] memory);
}
