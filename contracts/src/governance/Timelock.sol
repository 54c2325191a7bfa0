// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Governance itself: what every other contract obeys
/// @notice Only the governor schedules, cancels and executes; anyone may ask it to execute what is ready and has not
/// expired. Nobody administers the timelock but itself. A change of its delay waits the present delay, as all it does.
contract Timelock is TimelockController {
    /// @param delay Seconds.
    /// @param governor Its address, known before its deployment.
    constructor(uint256 delay, address governor)
        TimelockController(delay, _only(governor), _only(governor), address(0))
    {}

    function _only(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }
}
