// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IParameterConsumer} from "../interfaces/IParameterConsumer.sol";
import {IParameterRegistry} from "../interfaces/IParameterRegistry.sol";
import {Accrual} from "./Accrual.sol";
import {Collateral, Kind, Rates, Target, Totals} from "./CoreTypes.sol";
import {IPriceSource} from "./IPriceSource.sol";
import {RayMath} from "./RayMath.sol";

/// @title The reference core's parameters
/// @notice A wired parameter arrives by `onParameterChanged` in the transaction of its change. One that is not wired is
/// pulled: anyone calls `sync`, and a core that was deployed to pull asks for its two rates at every accrual. All three
/// ways settle interest under the value before and then take the new one, so no rate is ever retroactive.
/// What would break a relation between parameters is refused, which undoes the change in the registry:
///   0 <= fee + modifier <= 100 % a year; collateral ratio >= liquidation ratio + 5 points; liquidation ratio >= 100 % +
///   penalty. A collateral's ceiling has no relation to keep: the lower of it and the global one holds.
abstract contract CoreParameters is Accrual, IParameterConsumer {
    /// @notice How many collaterals there can be: every accrual settles them all.
    uint256 public constant MAX_COLLATERALS = 8;
    /// @notice How many parameters one `sync` may name.
    uint256 public constant MAX_SYNC = 16;
    /// @notice Least distance of the liquidation ratio below the collateral ratio.
    uint256 public constant MIN_GAP = 0.05e18;
    /// @notice Least seconds over which a raised liquidation ratio reaches existing vaults.
    uint256 public constant MIN_RAMP = 7 days;

    /// @notice The base fee, wad a year.
    bytes32 public constant STABILITY_FEE = keccak256("STABILITY_FEE");
    /// @notice The savings rate, wad a year.
    bytes32 public constant SAVINGS_RATE = keccak256("SAVINGS_RATE");

    /// @notice Holds the parameters; it alone tells of their changes.
    IParameterRegistry public immutable REGISTRY;
    /// @notice Adds collaterals, and can do nothing else.
    address public immutable GOVERNANCE;
    /// @notice Seconds over which a raised liquidation ratio reaches existing vaults.
    uint256 public immutable RAMP;
    /// @notice Whether the two rates are read from the registry at every accrual.
    bool public immutable PULLS;

    Totals internal _totals;
    mapping(bytes32 id => Target) internal _targets;
    mapping(bytes32 key => uint256 positionPlusOne) private _positions;

    event ParameterTaken(bytes32 indexed id, uint256 value);
    event CollateralAdded(bytes32 indexed key, string name, address token, address source);

    /// @notice The parameter is none of this core's.
    error ParameterNotUsed(bytes32 id);
    error NotRegistry(address caller);
    error NotGovernance(address caller);
    error ZeroAddress();
    error RampTooShort(uint256 ramp, uint256 minimum);
    error TooManyParameters(uint256 given, uint256 maximum);
    error TooManyCollaterals(uint256 maximum);
    error CollateralKnown(bytes32 key);
    error CollateralUnknown(bytes32 key);
    error DecimalsUnsupported(bytes32 key, uint8 decimals);
    error ValueTooLarge(bytes32 id, uint256 value, uint256 maximum);
    /// @notice Base fee and modifier would be below 0 or above `MAX_RATE`.
    error EffectiveFeeOutOfBand(bytes32 key, uint256 fee, uint256 storedModifier);
    error GapTooSmall(bytes32 key, uint256 gap, uint256 minimum);
    /// @notice The liquidation ratio would not cover debt and penalty.
    error LiquidationRatioTooLow(bytes32 key, uint256 ratio, uint256 minimum);

    constructor(IParameterRegistry registry, address governance, uint256 ramp, bool pulls) {
        if (address(registry) == address(0) || governance == address(0)) revert ZeroAddress();
        if (ramp < MIN_RAMP) revert RampTooShort(ramp, MIN_RAMP);
        (REGISTRY, GOVERNANCE, RAMP, PULLS) = (registry, governance, ramp, pulls);
        _targets[STABILITY_FEE].kind = Kind.StabilityFee;
        _targets[SAVINGS_RATE].kind = Kind.SavingsRate;
        _targets[keccak256("LIQUIDATION_PENALTY")].kind = Kind.LiquidationPenalty;
        _targets[keccak256("DEBT_CEILING")].kind = Kind.DebtCeiling;
        _targets[keccak256("SURPLUS_BUFFER")].kind = Kind.SurplusBuffer;
    }

    /// @inheritdoc IParameterConsumer
    function onParameterChanged(bytes32 id, uint256, uint256 value) external {
        if (msg.sender != address(REGISTRY)) revert NotRegistry(msg.sender);
        _accrue();
        _take(id, value);
    }

    /// @notice Takes the registry's values of these parameters. Anyone may call it.
    /// @param ids At most `MAX_SYNC`.
    function sync(bytes32[] calldata ids) external {
        if (ids.length > MAX_SYNC) revert TooManyParameters(ids.length, MAX_SYNC);
        _accrue();
        for (uint256 i = 0; i < ids.length; ++i) {
            _take(ids[i], REGISTRY.valueOf(ids[i]));
        }
    }

    /// @notice Adds a collateral with the values that the registry holds for its four parameters:
    /// `STABILITY_FEE_MODIFIER/`, `DEBT_CEILING/`, `COLLATERAL_RATIO/` and `LIQUIDATION_GAP/` followed by the name.
    /// @param token An ERC-20 of at most 18 decimals that takes no fee on transfers.
    /// @param source Its price, for good: another feed is another collateral.
    function addCollateral(string calldata name, IERC20Metadata token, IPriceSource source) external {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender);
        if (address(token) == address(0) || address(source) == address(0)) revert ZeroAddress();
        bytes32 key = keccak256(bytes(name));
        if (_positions[key] != 0) revert CollateralKnown(key);
        _accrue();
        uint256 position = _rates.collaterals;
        if (position == MAX_COLLATERALS) revert TooManyCollaterals(MAX_COLLATERALS);
        _positions[key] = position + 1;
        Collateral storage added = _collaterals[position];
        (added.key, added.token, added.source, added.decimals) = (key, token, source, token.decimals());
        if (added.decimals > 18) revert DecimalsUnsupported(key, added.decimals);
        added.index = uint128(RayMath.RAY);
        added.feeModifier = _first(Kind.FeeModifier, position, "STABILITY_FEE_MODIFIER/", name);
        added.ceiling = _first(Kind.CollateralCeiling, position, "DEBT_CEILING/", name);
        added.ratio = _first(Kind.CollateralRatio, position, "COLLATERAL_RATIO/", name);
        added.gap = _first(Kind.LiquidationGap, position, "LIQUIDATION_GAP/", name);
        _rates.collaterals = uint8(position + 1);
        _checkFee(added, _rates.fee, added.feeModifier);
        _checkRatio(added, added.ratio, added.gap);
        added.rampFrom = added.ratio - added.gap;
        added.rampStart = uint40(block.timestamp);
        emit CollateralAdded(key, name, address(token), address(source));
    }

    /// @notice The ratio of value to debt below which a vault may be liquidated now, wad.
    function liquidationRatio(bytes32 key) external view returns (uint256) {
        return _liquidationRatio(_collaterals[_position(key)]);
    }

    /// @notice A collateral's stability fee, base and modifier, wad a year.
    function effectiveFee(bytes32 key) external view returns (uint256) {
        return _effectiveFee(_rates.fee, _collaterals[_position(key)].feeModifier);
    }

    /// @notice What is stored of a collateral; the index is that of the last accrual.
    function collateralOf(bytes32 key) external view returns (Collateral memory) {
        return _collaterals[_position(key)];
    }

    /// @notice Rates, penalty and the time of the last accrual.
    function rates() external view returns (Rates memory) {
        return _rates;
    }

    /// @notice The global ceiling and the buffer, in whole coins.
    function totals() external view returns (Totals memory) {
        return _totals;
    }

    function _position(bytes32 key) internal view returns (uint256) {
        uint256 position = _positions[key];
        if (position == 0) revert CollateralUnknown(key);
        return position - 1;
    }

    /// @dev Falls at once and rises in a line over `RAMP`, rounded up: raising the collateral ratio makes no vault
    /// liquidatable in that moment.
    function _liquidationRatio(Collateral storage collateral) internal view returns (uint256) {
        uint256 target = collateral.ratio - collateral.gap;
        uint256 from = collateral.rampFrom;
        uint256 elapsed = block.timestamp - collateral.rampStart;
        if (from >= target || elapsed >= RAMP) return target;
        return from + RayMath.ceilDiv((target - from) * elapsed, RAMP);
    }

    /// @dev A rate that no longer fits is not taken: interest goes on at the last that did.
    function _afterAccrual() internal override {
        if (!PULLS) return;
        (uint256 fee,, bool isFee) = REGISTRY.parameters(STABILITY_FEE);
        if (isFee && fee != _rates.fee && fee <= MAX_RATE && _isFeeInBand(fee)) _take(STABILITY_FEE, fee);
        (uint256 rate,, bool isRate) = REGISTRY.parameters(SAVINGS_RATE);
        if (isRate && rate != _rates.savingsRate && rate <= MAX_RATE) _take(SAVINGS_RATE, rate);
    }

    function _take(bytes32 id, uint256 value) private {
        Target memory target = _targets[id];
        if (target.kind == Kind.Unknown) revert ParameterNotUsed(id);
        if (value > type(uint64).max) revert ValueTooLarge(id, value, type(uint64).max);
        uint64 taken = uint64(value);
        if (target.kind >= Kind.FeeModifier) {
            _takeFor(_collaterals[target.collateral], target.kind, taken);
        } else if (target.kind == Kind.StabilityFee) {
            if (value > MAX_RATE) revert ValueTooLarge(id, value, MAX_RATE);
            for (uint256 i = 0; i < _rates.collaterals; ++i) {
                _checkFee(_collaterals[i], value, _collaterals[i].feeModifier);
            }
            _rates.fee = taken;
        } else if (target.kind == Kind.SavingsRate) {
            if (value > MAX_RATE) revert ValueTooLarge(id, value, MAX_RATE);
            _rates.savingsRate = taken;
        } else if (target.kind == Kind.LiquidationPenalty) {
            for (uint256 i = 0; i < _rates.collaterals; ++i) {
                _checkPenalty(_collaterals[i], _liquidationRatio(_collaterals[i]), value);
            }
            _rates.penalty = taken;
        } else if (target.kind == Kind.DebtCeiling) {
            _totals.ceiling = taken;
        } else {
            _totals.buffer = taken;
        }
        emit ParameterTaken(id, value);
    }

    function _takeFor(Collateral storage collateral, Kind kind, uint64 value) private {
        if (kind == Kind.FeeModifier) {
            _checkFee(collateral, _rates.fee, value);
            collateral.feeModifier = value;
        } else if (kind == Kind.CollateralCeiling) {
            collateral.ceiling = value;
        } else {
            bool isRatio = kind == Kind.CollateralRatio;
            (uint64 ratio, uint64 gap) = isRatio ? (value, collateral.gap) : (collateral.ratio, value);
            _checkRatio(collateral, ratio, gap);
            collateral.rampFrom = uint64(_liquidationRatio(collateral));
            collateral.rampStart = uint40(block.timestamp);
            (collateral.ratio, collateral.gap) = (ratio, gap);
        }
    }

    /// @dev Registers a parameter of a collateral and reads its first value.
    function _first(Kind kind, uint256 position, string memory prefix, string calldata name) private returns (uint64) {
        bytes32 id = keccak256(bytes.concat(bytes(prefix), bytes(name)));
        _targets[id] = Target(kind, uint8(position));
        uint256 value = REGISTRY.valueOf(id);
        if (value > type(uint64).max) revert ValueTooLarge(id, value, type(uint64).max);
        return uint64(value);
    }

    function _isFeeInBand(uint256 fee) private view returns (bool) {
        for (uint256 i = 0; i < _rates.collaterals; ++i) {
            if (!_fits(fee, _collaterals[i].feeModifier)) return false;
        }
        return true;
    }

    function _fits(uint256 fee, uint256 storedModifier) private pure returns (bool) {
        uint256 sum = fee + storedModifier;
        return MODIFIER_OFFSET <= sum && sum <= MODIFIER_OFFSET + MAX_RATE;
    }

    function _checkFee(Collateral storage collateral, uint256 fee, uint256 storedModifier) private view {
        if (!_fits(fee, storedModifier)) revert EffectiveFeeOutOfBand(collateral.key, fee, storedModifier);
    }

    function _checkRatio(Collateral storage collateral, uint256 ratio, uint256 gap) private view {
        if (gap < MIN_GAP) revert GapTooSmall(collateral.key, gap, MIN_GAP);
        _checkPenalty(collateral, ratio > gap ? ratio - gap : 0, _rates.penalty);
    }

    function _checkPenalty(Collateral storage collateral, uint256 liquidation, uint256 penalty) private view {
        uint256 minimum = RayMath.WAD + penalty;
        if (liquidation < minimum) revert LiquidationRatioTooLow(collateral.key, liquidation, minimum);
    }
}
