// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IParameterRegistry} from "../interfaces/IParameterRegistry.sol";

/// @title How a protocol consumes a network
/// @notice An example: reads the stability fee and refuses it once the model behind it is stale, and tells which
/// weights belong to a version. It holds no key and cannot be changed.
contract StabilityFeeReader {
    /// @notice keccak256 of the parameter's name.
    bytes32 public constant STABILITY_FEE = keccak256("STABILITY_FEE");
    /// @notice The unit that is expected: 1e18 is 100 % a year.
    bytes32 public constant UNIT = "wad/year";

    /// @notice The network whose models count.
    bytes32 public immutable NETWORK;
    IModelRegistry public immutable MODELS;
    IParameterRegistry public immutable PARAMETERS;
    /// @notice Seconds after its publication for which a version counts.
    uint256 public immutable MAX_AGE;

    /// @notice The registry is of another network, or not initialised.
    error NetworkUnexpected(bytes32 expected, bytes32 given);
    /// @notice No version has been certified: the genesis model has seen no data.
    error NoCertifiedVersion();
    /// @notice The last version was published too long ago.
    error ModelStale(uint64 version, uint256 publishedAt, uint256 maxAge);
    /// @notice Governance has not configured the fee in the expected unit.
    error UnitUnexpected(bytes32 expected, bytes32 given);

    /// @param network Network id, as the network publishes it.
    /// @param models Its model registry.
    /// @param parameters Its parameter registry.
    /// @param maxAge Seconds for which a version counts; several rounds, so that one missed round breaks nothing.
    constructor(bytes32 network, IModelRegistry models, IParameterRegistry parameters, uint256 maxAge) {
        bytes32 given = models.head().network;
        if (network == 0 || given != network) revert NetworkUnexpected(network, given);
        (NETWORK, MODELS, PARAMETERS, MAX_AGE) = (network, models, parameters, maxAge);
    }

    /// @notice The last certified version and the SHA-256 of its weights; reverts when it is stale.
    function freshModel() public view returns (uint64 version, bytes32 modelDigest) {
        uint64 publishedAt;
        (version, modelDigest,, publishedAt) = MODELS.latest();
        if (version == 0) revert NoCertifiedVersion();
        if (block.timestamp - publishedAt > MAX_AGE) revert ModelStale(version, publishedAt, MAX_AGE);
    }

    /// @notice The yearly fee, 1e18 being 100 %; reverts when the model behind it is stale.
    /// @dev A caller should have a fallback of its own for the revert, such as the last fee that it used.
    function stabilityFee() external view returns (uint256 fee) {
        freshModel();
        bytes32 unit;
        (fee, unit,) = PARAMETERS.parameters(STABILITY_FEE);
        if (unit != UNIT) revert UnitUnexpected(UNIT, unit);
    }

    /// @notice Whether a statement about weights with this SHA-256, such as the public input of a proof about them, is
    /// about this version; reverts for a version that is not published.
    function isDigestOf(uint64 version, bytes32 modelDigest) public view returns (bool) {
        return MODELS.versions(version) == modelDigest;
    }

    /// @notice Whether these are the weights of a version: float64, little-endian, in layout order.
    function isWeightsOf(uint64 version, bytes calldata weights) external view returns (bool) {
        return isDigestOf(version, sha256(weights));
    }
}
