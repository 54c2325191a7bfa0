// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

/// @title The address of a module
/// @notice Passes every call on to the module's code. A module that has nothing to initialise is deployed with empty
/// data: its settings are immutables of its code.
contract ModuleProxy is ERC1967Proxy {
    /// @param implementation The module's first code.
    /// @param data Call that initialises it; empty for none.
    constructor(address implementation, bytes memory data) ERC1967Proxy(implementation, data) {}

    function _unsafeAllowUninitialized() internal pure override returns (bool) {
        return true;
    }
}
