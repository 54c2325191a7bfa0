// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "./Vm.sol";

/// @notice Reads the vectors that TypeScript makes (`npm run contracts`).
abstract contract Vectors is Test {
    function read(string memory file) internal view returns (string memory) {
        return vm.readFile(string.concat("contracts/test/vectors/", file));
    }

    /// @notice Path of an array's item.
    function item(string memory array, uint256 index) internal pure returns (string memory) {
        return string.concat(array, "[", vm.toString(index), "]");
    }
}
