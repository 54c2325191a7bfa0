// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

/// @title What modules require of each other
/// @notice A row says that one module needs another to have an interface. No upgrade of the other may lose it. Rows
/// make no cycles, so there is always an order in which modules can be upgraded.
abstract contract ModuleDependencies {
    /// @param dependent Key of the module that requires.
    /// @param on Key of the module that is required.
    /// @param interfaceId ERC-165 id of what it must have.
    struct Dependency {
        bytes32 dependent;
        bytes32 on;
        bytes4 interfaceId;
    }

    /// @notice Most modules.
    uint256 public constant MAX_MODULES = 32;
    /// @notice Most rows of a module, as dependent and as required.
    uint256 public constant MAX_DEPENDENCIES = 16;

    /// @notice The timelock.
    address public immutable GOVERNANCE;
    /// @dev The rows in which a module is the required one.
    mapping(bytes32 on => Dependency[]) private _dependents;
    /// @dev The rows in which it is the dependent.
    mapping(bytes32 dependent => Dependency[]) private _requirements;

    event DependencyAdded(bytes32 indexed dependent, bytes32 indexed on, bytes4 interfaceId);
    event DependencyRemoved(bytes32 indexed dependent, bytes32 indexed on, bytes4 interfaceId);

    error ZeroGovernance();
    error NotGovernance(address caller, address governance);
    error ModuleUnknown(bytes32 key);
    error TooManyModules(uint256 given, uint256 maximum);
    error DependencyExists(bytes32 dependent, bytes32 on, bytes4 interfaceId);
    error DependencyUnknown(bytes32 dependent, bytes32 on, bytes4 interfaceId);
    error DependencyCycle(bytes32 dependent, bytes32 on);
    error TooManyDependencies(bytes32 key, uint256 maximum);
    /// @notice A dependent would lose an interface that it requires.
    error InterfaceRequired(bytes32 dependent, bytes32 on, bytes4 interfaceId);

    constructor(address governance) {
        if (governance == address(0)) revert ZeroGovernance();
        GOVERNANCE = governance;
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender, GOVERNANCE);
        _;
    }

    /// @notice Adds a row. Both modules are registered, and the required one has the interface now.
    function addDependency(Dependency calldata row) external onlyGovernance {
        _addDependency(row);
    }

    /// @notice Removes a row.
    function removeDependency(Dependency calldata row) external onlyGovernance {
        if (!_remove(_dependents[row.on], row) || !_remove(_requirements[row.dependent], row)) {
            revert DependencyUnknown(row.dependent, row.on, row.interfaceId);
        }
        emit DependencyRemoved(row.dependent, row.on, row.interfaceId);
    }

    /// @notice The rows in which a module is the dependent.
    function requirementsOf(bytes32 key) external view returns (Dependency[] memory) {
        return _requirements[key];
    }

    /// @notice The rows in which a module is the required one.
    function dependentsOf(bytes32 key) external view returns (Dependency[] memory) {
        return _dependents[key];
    }

    function _addDependency(Dependency memory row) internal {
        (bytes32 dependent, bytes32 on) = (row.dependent, row.on);
        if (_addressOf(dependent) == address(0)) revert ModuleUnknown(dependent);
        if (_addressOf(on) == address(0)) revert ModuleUnknown(on);
        if (_find(_requirements[dependent], row) < MAX_DEPENDENCIES) {
            revert DependencyExists(dependent, on, row.interfaceId);
        }
        if (_requirements[dependent].length == MAX_DEPENDENCIES) {
            revert TooManyDependencies(dependent, MAX_DEPENDENCIES);
        }
        if (_dependents[on].length == MAX_DEPENDENCIES) revert TooManyDependencies(on, MAX_DEPENDENCIES);
        if (_reaches(on, dependent)) revert DependencyCycle(dependent, on);
        if (!ERC165Checker.supportsInterface(_addressOf(on), row.interfaceId)) {
            revert InterfaceRequired(dependent, on, row.interfaceId);
        }
        _requirements[dependent].push(row);
        _dependents[on].push(row);
        emit DependencyAdded(dependent, on, row.interfaceId);
    }

    /// @dev Refuses code that lacks what a dependent requires of the module.
    function _requireDependentsServed(bytes32 key, address implementation) internal view {
        Dependency[] storage rows = _dependents[key];
        for (uint256 i = 0; i < rows.length; ++i) {
            if (!ERC165Checker.supportsInterface(implementation, rows[i].interfaceId)) {
                revert InterfaceRequired(rows[i].dependent, key, rows[i].interfaceId);
            }
        }
    }

    /// @dev Address of a module's proxy; zero for an unknown one.
    function _addressOf(bytes32 key) internal view virtual returns (address);

    /// @dev Whether `from` requires `to`, itself or through others. Looks at each module once.
    function _reaches(bytes32 from, bytes32 to) private view returns (bool) {
        bytes32[] memory seen = new bytes32[](MAX_MODULES);
        seen[0] = from;
        uint256 length = 1;
        for (uint256 i = 0; i < length; ++i) {
            if (seen[i] == to) return true;
            Dependency[] storage rows = _requirements[seen[i]];
            for (uint256 j = 0; j < rows.length; ++j) {
                if (!_contains(seen, length, rows[j].on)) seen[length++] = rows[j].on;
            }
        }
        return false;
    }

    function _contains(bytes32[] memory keys, uint256 length, bytes32 key) private pure returns (bool) {
        for (uint256 i = 0; i < length; ++i) {
            if (keys[i] == key) return true;
        }
        return false;
    }

    function _remove(Dependency[] storage rows, Dependency calldata row) private returns (bool) {
        uint256 position = _find(rows, row);
        if (position >= rows.length) return false;
        rows[position] = rows[rows.length - 1];
        rows.pop();
        return true;
    }

    /// @return position The largest integer when the row is not among them.
    function _find(Dependency[] storage rows, Dependency memory row) private view returns (uint256 position) {
        for (uint256 i = 0; i < rows.length; ++i) {
            Dependency storage candidate = rows[i];
            if (
                candidate.dependent == row.dependent && candidate.on == row.on
                    && candidate.interfaceId == row.interfaceId
            ) return i;
        }
        return type(uint256).max;
    }
}
