// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A collateral for devnets and tests
/// @notice An ERC-20 that anyone may mint: worth nothing.
contract DevnetToken is ERC20 {
    uint8 private immutable _DECIMALS;

    constructor(string memory name, string memory symbol, uint8 decimals_) ERC20(name, symbol) {
        _DECIMALS = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _DECIMALS;
    }

    /// @notice Makes tokens out of nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
