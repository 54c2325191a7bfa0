// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title The coin of the reference core
/// @notice An ERC-20 of 18 decimals. The core alone makes and destroys coins. A reference: not audited.
contract Coin is ERC20 {
    /// @notice The only account that mints and burns.
    address public immutable CORE;

    error NotCore(address caller);
    error ZeroCore();

    /// @param core Address of the core, which is deployed after the coin.
    constructor(string memory name, string memory symbol, address core) ERC20(name, symbol) {
        if (core == address(0)) revert ZeroCore();
        CORE = core;
    }

    modifier onlyCore() {
        if (msg.sender != CORE) revert NotCore(msg.sender);
        _;
    }

    /// @notice Makes coins.
    /// @param amount Wad.
    function mint(address to, uint256 amount) external onlyCore {
        _mint(to, amount);
    }

    /// @notice Destroys coins of an account that has called the core. It needs no allowance.
    /// @param amount Wad.
    function burn(address from, uint256 amount) external onlyCore {
        _burn(from, amount);
    }
}
