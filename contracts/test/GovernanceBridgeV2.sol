// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernanceBridge} from "../src/GovernanceBridge.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {Electorate} from "../src/governance/Electorate.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {IParameterGovernance} from "../src/interfaces/IParameterGovernance.sol";

/// @notice A later version of the bridge, with a variable more.
contract GovernanceBridgeV2 is GovernanceBridge {
    uint256 public answer;

    constructor(
        address upgrader,
        address governance,
        IParameterGovernance parameters,
        IDecisionLog log,
        Electorate electorate,
        NodeRegistry nodes
    ) GovernanceBridge(upgrader, governance, parameters, log, electorate, nodes) {}

    function setAnswer(uint256 given) external reinitializer(2) {
        answer = given;
    }

    function moduleVersion() external pure override returns (uint96) {
        return 2 << 64;
    }
}
