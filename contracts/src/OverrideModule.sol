// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IParameterGovernance} from "./interfaces/IParameterGovernance.sol";
import {Module} from "./Module.sol";

/// @title Governance's own value in place of the models', for a while
/// @notice While an override lasts, models cannot write the parameter, and what they recommend is only recorded by the
/// nodes. It ends by itself, after 30 days at most, or when it is cancelled; the value then stays and models move it
/// on within the limits, so that it never jumps. The parameter registry keeps the value within [min, max] and marks
/// the decision that is overridden in the same transaction.
contract OverrideModule is Module {
    /// @param number 1 for the module's first override, one more for each after it; 0 while there was none.
    /// @param decision Number of the record in the decision log.
    struct Override {
        uint64 number;
        uint64 value;
        uint40 startedAt;
        uint40 endsAt;
        uint64 decision;
        bytes32 justification;
    }

    bytes32 public constant MODULE_KEY = keccak256("OVERRIDE_MODULE");

    /// @notice Governance: it alone overrides.
    address public immutable GOVERNANCE;
    IParameterGovernance public immutable PARAMETERS;
    mapping(bytes32 id => Override) private _overrides;
    /// @notice Overrides so far.
    uint64 public count;
    uint256[48] private _gap;

    event ParameterOverridden(
        uint64 indexed number,
        bytes32 indexed id,
        uint64 value,
        uint40 until,
        uint64 decision,
        bytes32 justification
    );
    event OverrideCancelled(uint64 indexed number, bytes32 indexed id, bytes32 justification);

    error NotGovernance(address caller, address governance);
    error JustificationMissing(bytes32 id);
    /// @notice Cancel the one that lasts before another.
    error OverrideLasts(bytes32 id, uint64 number, uint40 endsAt);
    error OverrideOver(bytes32 id, uint64 number);

    /// @param upgrader The module registry.
    /// @param governance Governance.
    /// @param parameters The parameter registry, known before its deployment.
    constructor(address upgrader, address governance, IParameterGovernance parameters) Module(upgrader) {
        if (governance == address(0)) revert ZeroAddress("governance");
        if (address(parameters) == address(0)) revert ZeroAddress("parameters");
        (GOVERNANCE, PARAMETERS) = (governance, parameters);
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender, GOVERNANCE);
        _;
    }

    /// @notice Overrides a parameter. Only governance may call it.
    /// @param value Within [min, max]; the current one only keeps models away.
    /// @param until Unix time in seconds; at most 30 days ahead.
    /// @param justification Digest of the published justification.
    function overrideParameter(bytes32 id, uint64 value, uint40 until, bytes32 justification)
        external
        onlyGovernance
        returns (uint64 number)
    {
        if (justification == 0) revert JustificationMissing(id);
        Override storage last = _overrides[id];
        if (last.endsAt > block.timestamp) revert OverrideLasts(id, last.number, last.endsAt);
        number = ++count;
        _overrides[id] = Override(number, value, uint40(block.timestamp), until, 0, justification);
        uint64 decision = PARAMETERS.setOverride(id, value, until, justification);
        last.decision = decision;
        emit ParameterOverridden(number, id, value, until, decision, justification);
    }

    /// @notice Ends an override at once. The value stays. Only governance may call it.
    function cancelOverride(bytes32 id, bytes32 justification) external onlyGovernance {
        if (justification == 0) revert JustificationMissing(id);
        Override storage last = _overrides[id];
        if (last.endsAt <= block.timestamp) revert OverrideOver(id, last.number);
        last.endsAt = uint40(block.timestamp);
        emit OverrideCancelled(last.number, id, justification);
        PARAMETERS.endOverride(id);
    }

    /// @notice The last override of a parameter and whether it lasts.
    function overrideOf(bytes32 id) external view returns (Override memory last, bool isActive) {
        last = _overrides[id];
        isActive = last.endsAt > block.timestamp;
    }

    function moduleKey() external pure returns (bytes32) {
        return MODULE_KEY;
    }

    function moduleVersion() external pure returns (uint96) {
        return 1 << 64;
    }
}
