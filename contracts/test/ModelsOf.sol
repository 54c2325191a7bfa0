// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModelRegistry} from "../src/ModelRegistry.sol";
import {World} from "./World.sol";

/// @notice A model registry with two published versions, for tests whose world is another.
contract ModelsOf is World {
    /// @param restorer_ Who may ask for an earlier version.
    function build(address restorer_) external returns (ModelRegistry) {
        restorer = restorer_;
        buildWorld(4);
        publish(decisionFor(1));
        publish(decisionFor(2));
        return models;
    }
}
