// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IParameterRegistry} from "./interfaces/IParameterRegistry.sol";

/// @title The parameters that models may move
/// @notice Governance (the owner) decides which parameters exist, their units and starting values, and names the
/// controller once. From then on the controller moves values inside its bounds. Every other caller is refused.
contract ParameterRegistry is IParameterRegistry, Ownable {
    struct Parameter {
        uint256 value;
        bytes32 unit;
    }

    /// @notice The one contract that may call `set`; zero until named.
    address public controller;
    mapping(bytes32 id => Parameter) private _parameters;

    event ControllerFixed(address indexed controller);
    event ParameterConfigured(bytes32 indexed id, bytes32 unit, uint256 before, uint256 value);
    event ParameterSet(bytes32 indexed id, uint256 before, uint256 value);

    error ZeroController();
    error ControllerAlreadyFixed(address controller);
    error NotController(address caller, address controller);
    error ParameterUnknown(bytes32 id);
    error ZeroParameterId();
    error ZeroUnit(bytes32 id);
    error UnitMismatch(bytes32 id, bytes32 expected, bytes32 given);

    /// @param owner Governance.
    constructor(address owner) Ownable(owner) {}

    /// @notice Names the controller, once and for ever.
    function fixController(address given) external onlyOwner {
        if (given == address(0)) revert ZeroController();
        if (controller != address(0)) revert ControllerAlreadyFixed(controller);
        controller = given;
        emit ControllerFixed(given);
    }

    /// @notice Adds a parameter, or overrides the value of one. A unit never changes.
    /// @param id keccak256 of the parameter's name.
    /// @param unit Label of the unit, such as `wad/year`, as a left-aligned string.
    /// @param value Value in that unit.
    function configure(bytes32 id, bytes32 unit, uint256 value) external onlyOwner {
        if (id == 0) revert ZeroParameterId();
        if (unit == 0) revert ZeroUnit(id);
        Parameter storage parameter = _parameters[id];
        if (parameter.unit != 0 && parameter.unit != unit) revert UnitMismatch(id, parameter.unit, unit);
        uint256 before = parameter.value;
        parameter.unit = unit;
        parameter.value = value;
        emit ParameterConfigured(id, unit, before, value);
    }

    /// @inheritdoc IParameterRegistry
    function set(bytes32 id, uint256 value) external {
        if (msg.sender != controller) revert NotController(msg.sender, controller);
        Parameter storage parameter = _parameters[id];
        if (parameter.unit == 0) revert ParameterUnknown(id);
        uint256 before = parameter.value;
        parameter.value = value;
        emit ParameterSet(id, before, value);
    }

    /// @inheritdoc IParameterRegistry
    function valueOf(bytes32 id) external view returns (uint256) {
        Parameter storage parameter = _parameters[id];
        if (parameter.unit == 0) revert ParameterUnknown(id);
        return parameter.value;
    }

    /// @inheritdoc IParameterRegistry
    function parameters(bytes32 id) external view returns (uint256 value, bytes32 unit, bool configured) {
        Parameter storage parameter = _parameters[id];
        return (parameter.value, parameter.unit, parameter.unit != 0);
    }
}
