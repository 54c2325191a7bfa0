// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {Module} from "./Module.sol";
import {NodeRegistry} from "./NodeRegistry.sol";
import {BridgeDelay} from "./governance/BridgeDelay.sol";
import {Electorate} from "./governance/Electorate.sol";
import {Configuration, LimitChanges} from "./governance/LimitChanges.sol";
import {ParameterProposals} from "./governance/ParameterProposals.sol";
import {IDecisionLog} from "./interfaces/IDecisionLog.sol";
import {IGovernanceConnector} from "./interfaces/IGovernanceConnector.sol";
import {IParameterGovernance} from "./interfaces/IParameterGovernance.sol";

/// @title The only door from governance to the parameters
/// @notice The parameter registry obeys nobody else, and this contract obeys the timelock: for limits (`LimitChanges`)
/// and for values beyond them (`ParameterProposals`). It moves no parameter on behalf of a model.
contract GovernanceBridge is ParameterProposals, Initializable {
    bytes32 public constant MODULE_KEY = keccak256("GOVERNANCE_BRIDGE");
    /// @notice Most parameters at deployment.
    uint256 public constant MAX_GENESIS_PARAMETERS = 64;

    error TooManyParameters(uint256 given, uint256 maximum);

    /// @param upgrader The module registry.
    /// @param governance The timelock.
    /// @param parameters The parameter registry.
    /// @param log The decision log.
    /// @param electorate Who may vote, and may open proposals.
    /// @param nodes Whose active operators may open proposals.
    constructor(
        address upgrader,
        address governance,
        IParameterGovernance parameters,
        IDecisionLog log,
        Electorate electorate,
        NodeRegistry nodes
    )
        Module(upgrader)
        BridgeDelay(governance)
        LimitChanges(parameters)
        ParameterProposals(log, electorate, nodes)
    {
        _disableInitializers();
    }

    /// @notice Sets delay and council and adds the first parameters, in the transaction that makes the proxy.
    /// @param delay_ Seconds that what widens waits.
    /// @param council_ The emergency council; zero for none.
    /// @param until End of its mandate, Unix time in seconds.
    /// @param genesis The first parameters.
    function initialise(uint32 delay_, address council_, uint64 until, Configuration[] calldata genesis)
        external
        initializer
    {
        _initialiseDelay(delay_);
        _setCouncil(council_, until);
        if (genesis.length > MAX_GENESIS_PARAMETERS) {
            revert TooManyParameters(genesis.length, MAX_GENESIS_PARAMETERS);
        }
        for (uint256 i = 0; i < genesis.length; ++i) {
            _configure(genesis[i]);
        }
    }

    /// @inheritdoc Module
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IGovernanceConnector).interfaceId || super.supportsInterface(interfaceId);
    }

    function moduleKey() external pure returns (bytes32) {
        return MODULE_KEY;
    }

    function moduleVersion() external pure virtual returns (uint96) {
        return 1 << 64;
    }
}
