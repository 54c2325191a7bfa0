// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";

/// @notice A breaker that says what a test tells it to.
contract BreakerDouble is ICircuitBreaker {
    Status private _status;
    mapping(bytes32 id => bool) public isParameterHalted;

    function tell(Status calldata given) external {
        _status = given;
    }

    function haltParameter(bytes32 id, bool isHalted) external {
        isParameterHalted[id] = isHalted;
        _status.anyParameter = isHalted;
    }

    function status() external view returns (Status memory) {
        return _status;
    }

    function isMintingHalted(bytes32) external view returns (bool) {
        return _status.all;
    }

    function isBurningHalted(bytes32) external view returns (bool) {
        return _status.all;
    }
}
