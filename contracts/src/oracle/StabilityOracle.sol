// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Module} from "../Module.sol";
import {IModule} from "../interfaces/IModule.sol";
import {IStabilityOracle} from "../interfaces/IStabilityOracle.sol";
import {Failure, Feed, FeedPair, PriceFeeds, Sequencer} from "./PriceFeeds.sol";
import {Clock, ReturnSeries, Series} from "./ReturnSeries.sol";

/// @notice How the oracle records and what its scales are.
/// @param interval Least seconds between two records.
/// @param maxAge Seconds after a record for which volatility counts.
/// @param trendBand Basis points within which the coin neither rises nor falls.
/// @param fullDeviation Deviation of the coin from its target that is full stress, basis points.
/// @param fullVolatility Daily volatility of the coin that is full stress, basis points.
/// @param fullPoolVolatility Daily volatility of the collateral pool that is full stress, basis points.
struct OracleSettings {
    uint32 interval;
    uint32 maxAge;
    uint16 trendBand;
    uint16 fullDeviation;
    uint16 fullVolatility;
    uint16 fullPoolVolatility;
}

/// @notice Where the coin's price comes from.
/// @param coin Price of the coin.
/// @param target Price of the target unit in the same money; 1.00 where its primary aggregator is 0.
/// @param sequencer Of the chain that the feeds are on.
struct PegSource {
    FeedPair coin;
    FeedPair target;
    Sequencer sequencer;
}

/// @notice Where a collateral's metrics come from.
/// @param price Its price, in the same money as the coin's.
/// @param depth What can be sold within 2 % of the price, in that money.
/// @param fullDepth The depth that is a liquidity of 100, 18 decimals.
/// @param weight Its share of the pool, relative to the other weights.
struct CollateralSource {
    FeedPair price;
    Feed depth;
    uint128 fullDepth;
    uint16 weight;
}

/// @title How the coin and its collateral stand, from feeds and from what was recorded of them
/// @notice Prices are those of the feeds now; volatility, trend and correlation are those of the last 24 records. Anyone
/// may record, once an interval. A record with a failed feed misses a sample of that series alone. Stress is the
/// greatest of three shares of a full scale, in percent: |price / target - 1|, the coin's daily volatility, the pool's.
contract StabilityOracle is IStabilityOracle, Initializable, Module {
    using PriceFeeds for FeedPair;
    using PriceFeeds for Feed;
    using PriceFeeds for Sequencer;
    using ReturnSeries for Clock;
    using ReturnSeries for Series;

    uint256 public constant MAX_COLLATERALS = 8;
    uint256 public constant MAX_INTERVAL = 6 hours;
    uint256 public constant MAX_AGE = 2 days;
    uint256 public constant MAX_SCALE = 10_000;
    uint256 private constant WAD = 1e18;
    uint256 private constant BASIS_POINT = 1e14;

    /// @notice Who sets feeds and scales: a timelock.
    address public immutable GOVERNANCE;

    OracleSettings private _settings;
    PegSource private _peg;
    Clock private _clock;
    Series private _coin;
    Series private _pool;
    bytes32[] private _ids;
    mapping(bytes32 id => CollateralSource) private _sources;
    mapping(bytes32 id => Series) private _collaterals;
    /// @dev 1 + 7 + 4 + 5 + 5 + 3 slots lie above.
    uint256[25] private __gap;

    /// @param pegFailure Why the coin's price failed, 0 when it did not.
    /// @param pegPrice 18 decimals.
    event Recorded(uint256 pegPrice, Failure pegFailure);
    event SettingsChanged(OracleSettings settings);
    event PegSourceChanged(PegSource source);
    event CollateralSourceChanged(bytes32 indexed id, CollateralSource source);
    event CollateralRemoved(bytes32 indexed id);

    error ZeroGovernance();
    error NotGovernance(address caller, address governance);
    error RecordTooEarly(uint256 readyAt);
    error SettingOutOfRange(bytes32 setting, uint256 given, uint256 least, uint256 most);
    error TooManyCollaterals(uint256 most);
    error CollateralUnknown(bytes32 id);
    error ZeroCollateral();

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender, GOVERNANCE);
        _;
    }

    /// @param modules The module registry.
    /// @param governance A timelock.
    constructor(address modules, address governance) Module(modules) {
        if (governance == address(0)) revert ZeroGovernance();
        GOVERNANCE = governance;
        _disableInitializers();
    }

    /// @notice Sets up the proxy, in the transaction that makes it.
    function initialise(OracleSettings calldata settings_, PegSource calldata peg) external initializer {
        _setSettings(settings_);
        _setPegSource(peg);
    }

    /// @notice Records the prices of now. Anyone may call it, once an interval; a keeper should.
    function record() external {
        uint256 readyAt = uint256(_clock.recordedAt) + _settings.interval;
        if (block.timestamp < readyAt) revert RecordTooEarly(readyAt);
        uint256 place = _clock.tick();
        PegSource memory peg = _peg;
        (uint256 price,, Failure failure) = PriceFeeds.readIn(peg.coin, peg.target, peg.sequencer);
        _coin.print(place, price);
        int256 weighted = 0;
        uint256 weights = 0;
        for (uint256 i = 0; i < _ids.length; ++i) {
            CollateralSource storage source = _sources[_ids[i]];
            (uint256 given,,) = PriceFeeds.readIn(source.price, peg.target, peg.sequencer);
            weighted += _collaterals[_ids[i]].print(place, given) * int256(uint256(source.weight));
            weights += source.weight;
        }
        _pool.append(place, weights == 0 ? int256(0) : weighted / int256(weights));
        emit Recorded(price, failure);
    }

    /// @notice Sets how it records and its scales.
    function setSettings(OracleSettings calldata settings_) external onlyGovernance {
        _setSettings(settings_);
    }

    /// @notice Sets where the coin's price comes from.
    function setPegSource(PegSource calldata source) external onlyGovernance {
        _setPegSource(source);
    }

    /// @notice Adds a collateral, or sets where its metrics come from.
    function setCollateralSource(bytes32 id, CollateralSource calldata source) external onlyGovernance {
        if (id == 0) revert ZeroCollateral();
        source.price.validate();
        source.depth.validate();
        _within("fullDepth", source.fullDepth, 1, type(uint128).max);
        _within("weight", source.weight, 1, MAX_SCALE);
        if (_sources[id].weight == 0) {
            if (_ids.length == MAX_COLLATERALS) revert TooManyCollaterals(MAX_COLLATERALS);
            _ids.push(id);
        }
        _sources[id] = source;
        emit CollateralSourceChanged(id, source);
    }

    /// @notice Takes a collateral out of the pool, with what was recorded of it.
    function removeCollateral(bytes32 id) external onlyGovernance {
        if (_sources[id].weight == 0) revert CollateralUnknown(id);
        uint256 last = _ids.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (_ids[i] == id) _ids[i] = _ids[last];
        }
        _ids.pop();
        delete _sources[id];
        delete _collaterals[id];
        emit CollateralRemoved(id);
    }

    /// @inheritdoc IStabilityOracle
    function getStabilityMetrics() external view returns (StabilityMetrics memory metrics) {
        (uint256 price, uint256 updatedAt, Failure failure) = _pegPrice();
        uint256 recordedAt = _coin.printedAt;
        metrics.pegVolatility = _coin.volatility(_clock);
        metrics.pegTrend = _coin.trend(_clock, _settings.trendBand);
        metrics.isUsable = failure == Failure.None && _isFresh(recordedAt);
        if (failure != Failure.None) return metrics;
        metrics.pegPrice = price;
        metrics.marketStress = _stress(price, metrics.pegVolatility);
        metrics.updatedAt = uint64(Math.min(updatedAt, recordedAt));
    }

    /// @inheritdoc IStabilityOracle
    /// @dev Reverts for a collateral that governance has not named.
    function getCollateralMetrics(bytes32 collateral) external view returns (CollateralMetrics memory metrics) {
        CollateralSource storage source = _sources[collateral];
        if (source.weight == 0) revert CollateralUnknown(collateral);
        Series storage series = _collaterals[collateral];
        (uint256 price, uint256 updatedAt, Failure failure) = PriceFeeds.readIn(source.price, _peg.target, _peg.sequencer);
        (uint256 depth, uint256 depthAt, Failure depthFailure) = source.depth.read();
        metrics.volatility = series.volatility(_clock);
        metrics.correlation = series.correlation(_pool, _clock);
        bool isRead = failure == Failure.None && depthFailure == Failure.None;
        metrics.isUsable = isRead && _isFresh(series.printedAt) && series.count >= ReturnSeries.MIN_CORRELATED;
        if (!isRead) return metrics;
        metrics.price = price;
        metrics.liquidity = uint8(Math.min(100, (depth * 100) / source.fullDepth));
        metrics.updatedAt = uint64(Math.min(Math.min(updatedAt, depthAt), series.printedAt));
    }

    /// @notice Why the coin's price may not be used now; none when it may.
    function pegFailure() external view returns (Failure failure) {
        (,, failure) = _pegPrice();
    }

    /// @notice When it may record next, Unix seconds.
    function nextRecordAt() external view returns (uint256) {
        return uint256(_clock.recordedAt) + _settings.interval;
    }

    /// @notice The collaterals of the pool.
    function collaterals() external view returns (bytes32[] memory) {
        return _ids;
    }

    /// @notice How it records, and where the coin's price comes from.
    function configuration() external view returns (OracleSettings memory, PegSource memory) {
        return (_settings, _peg);
    }

    /// @notice Where a collateral's metrics come from; all zero for one that is not in the pool.
    function collateralSource(bytes32 id) external view returns (CollateralSource memory) {
        return _sources[id];
    }

    /// @notice The collateral pool's daily volatility, 18 decimals.
    function poolVolatility() public view returns (uint256) {
        return _pool.volatility(_clock);
    }

    /// @inheritdoc IModule
    function moduleKey() external pure returns (bytes32) {
        return keccak256("STABILITY_ORACLE");
    }

    /// @inheritdoc IModule
    function moduleVersion() external pure returns (uint96) {
        return 1 << 64;
    }

    /// @inheritdoc Module
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IStabilityOracle).interfaceId || super.supportsInterface(interfaceId);
    }

    function _pegPrice() private view returns (uint256, uint256, Failure) {
        return PriceFeeds.readIn(_peg.coin, _peg.target, _peg.sequencer);
    }

    function _stress(uint256 price, uint256 volatility) private view returns (uint8) {
        OracleSettings memory scales = _settings;
        uint256 deviation = price > WAD ? price - WAD : WAD - price;
        uint256 stress = (deviation * 100) / (scales.fullDeviation * BASIS_POINT);
        stress = Math.max(stress, (volatility * 100) / (scales.fullVolatility * BASIS_POINT));
        stress = Math.max(stress, (poolVolatility() * 100) / (scales.fullPoolVolatility * BASIS_POINT));
        return uint8(Math.min(100, stress));
    }

    function _isFresh(uint256 recordedAt) private view returns (bool) {
        return recordedAt != 0 && block.timestamp <= recordedAt + _settings.maxAge;
    }

    function _setSettings(OracleSettings calldata given) private {
        _within("interval", given.interval, 1, MAX_INTERVAL);
        _within("maxAge", given.maxAge, given.interval, MAX_AGE);
        _within("trendBand", given.trendBand, 1, MAX_SCALE);
        _within("fullDeviation", given.fullDeviation, 1, MAX_SCALE);
        _within("fullVolatility", given.fullVolatility, 1, MAX_SCALE);
        _within("fullPoolVolatility", given.fullPoolVolatility, 1, MAX_SCALE);
        _settings = given;
        emit SettingsChanged(given);
    }

    function _setPegSource(PegSource calldata given) private {
        given.coin.validate();
        if (given.target.primary.aggregator != address(0)) given.target.validate();
        given.sequencer.validate();
        _peg = given;
        emit PegSourceChanged(given);
    }

    function _within(bytes32 setting, uint256 given, uint256 least, uint256 most) private pure {
        if (given < least || given > most) revert SettingOutOfRange(setting, given, least, most);
    }
}
