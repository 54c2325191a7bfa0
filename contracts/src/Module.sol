// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IModule} from "./interfaces/IModule.sol";

/// @title What every module behind a proxy has in common
/// @notice The module registry alone replaces the code. Peers and settings that never change are immutables of the
/// code, and a new version must name the same.
/// @dev Storage is plain: each module declares its variables once and ends with `uint256[n] private __gap`, so that
/// `variables + gap` is 50 slots. A later version appends in place of the gap; `contracts/client/storage-layout.ts`
/// refuses anything else. This base has no storage of its own: OpenZeppelin keeps the initialiser's in a namespace.
abstract contract Module is IModule, Initializable, UUPSUpgradeable, ERC165 {
    /// @notice The module registry.
    address public immutable MODULES;

    error ZeroModuleRegistry();
    error NotModuleRegistry(address caller, address modules);

    /// @param modules The module registry.
    constructor(address modules) {
        if (modules == address(0)) revert ZeroModuleRegistry();
        MODULES = modules;
        _disableInitializers();
    }

    /// @notice Which interfaces this module has (ERC-165). A module adds its own and falls back to this.
    function supportsInterface(bytes4 interfaceId) public view virtual override(ERC165, IERC165) returns (bool) {
        return interfaceId == type(IModule).interfaceId || super.supportsInterface(interfaceId);
    }

    function _authorizeUpgrade(address) internal view override {
        if (msg.sender != MODULES) revert NotModuleRegistry(msg.sender, MODULES);
    }

    /// @dev Semantic version as `IModule.moduleVersion` writes it.
    function _version(uint96 major, uint96 minor, uint96 patch) internal pure returns (uint96) {
        return (major << 64) | (minor << 32) | patch;
    }
}
