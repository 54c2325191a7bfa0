// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Reading a struct of whole words from a contract that is fixed at deployment
/// @notice The answer is taken as it is, without a check of each word's type: for contracts whose code is known alone.
library TrustedRead {
    /// @param selector Of a function without arguments.
    /// @param place Where the struct lies in memory.
    /// @param size Its bytes.
    function into(address target, bytes4 selector, uint256 place, uint256 size) internal view {
        assembly ("memory-safe") {
            mstore(0, selector)
            let done := staticcall(gas(), target, 0, 0x04, place, size)
            // Nothing answers where there is no code.
            if or(iszero(done), lt(returndatasize(), size)) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
    }
}
