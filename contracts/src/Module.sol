// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IModule} from "./interfaces/IModule.sol";

/// @notice What all replaceable modules share: one address may replace the code.
abstract contract Module is IModule, UUPSUpgradeable, ERC165 {
    /// @notice The module registry; it alone replaces the code.
    address public immutable UPGRADER;

    /// @notice Only the module registry replaces a module's code.
    error NotUpgrader(address caller, address upgrader);
    /// @notice An address that must be given is zero.
    error ZeroAddress(string field);

    /// @param upgrader The module registry.
    constructor(address upgrader) {
        if (upgrader == address(0)) revert ZeroAddress("upgrader");
        UPGRADER = upgrader;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view virtual override(ERC165, IERC165) returns (bool) {
        return interfaceId == type(IModule).interfaceId || super.supportsInterface(interfaceId);
    }

    function _authorizeUpgrade(address) internal view override {
        if (msg.sender != UPGRADER) revert NotUpgrader(msg.sender, UPGRADER);
    }
}
