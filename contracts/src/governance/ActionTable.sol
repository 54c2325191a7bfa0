// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {ProposalType} from "./ProposalHeader.sol";

/// @notice A function that proposals of a type may call.
struct Action {
    ProposalType kind;
    address target;
    bytes4 selector;
}

/// @title What each type of proposal may call
/// @notice What is not listed cannot be proposed. Only a policy change may alter the list, and only a policy change may
/// ever call the governor or its timelock; that the list can be altered cannot be taken from the list.
/// @dev Coin may be sent by an allocation of funds alone: to a listed function, or to anyone as a plain transfer.
abstract contract ActionTable is Governor {
    /// @notice Most entries at deployment.
    uint256 public constant MAX_GENESIS_ACTIONS = 128;

    mapping(ProposalType kind => mapping(address target => mapping(bytes4 selector => bool))) private _isPermitted;

    event ActionSet(ProposalType indexed kind, address indexed target, bytes4 indexed selector, bool permitted);

    error TooManyActions(uint256 given, uint256 maximum);
    error ZeroTarget();
    /// @notice The governor and the timelock are for policy changes, and those may always alter the list.
    error ActionReserved(ProposalType kind, address target, bytes4 selector);
    error ActionNotPermitted(ProposalType kind, address target, bytes4 selector);
    error ValueNotPermitted(ProposalType kind, address target, uint256 value);
    /// @notice Calldata is empty (a plain transfer) or has at least a selector.
    error CalldataTooShort(address target, uint256 length);

    /// @notice Permits a type of proposal to call a function, or forbids it. Only governance, by a policy change.
    function setAction(ProposalType kind, address target, bytes4 selector, bool permitted) external onlyGovernance {
        if (target == address(this) && selector == ActionTable.setAction.selector) {
            revert ActionReserved(kind, target, selector);
        }
        _setAction(kind, target, selector, permitted);
    }

    /// @notice Whether a type of proposal may call a function.
    function isPermitted(ProposalType kind, address target, bytes4 selector) public view returns (bool) {
        return _isPermitted[kind][target][selector];
    }

    /// @dev Called by the constructor when the executor is known.
    function _listActions(Action[] memory genesis) internal {
        if (genesis.length > MAX_GENESIS_ACTIONS) revert TooManyActions(genesis.length, MAX_GENESIS_ACTIONS);
        for (uint256 i = 0; i < genesis.length; ++i) {
            _setAction(genesis[i].kind, genesis[i].target, genesis[i].selector, true);
        }
        _setAction(ProposalType.PolicyChange, address(this), ActionTable.setAction.selector, true);
    }

    function _requirePermitted(
        ProposalType kind,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas
    ) internal view {
        for (uint256 i = 0; i < targets.length; ++i) {
            (address target, uint256 value, bytes memory data) = (targets[i], values[i], calldatas[i]);
            if (value != 0 && kind != ProposalType.FundsAllocation) revert ValueNotPermitted(kind, target, value);
            if (data.length == 0 && value != 0) continue;
            if (data.length < 4) revert CalldataTooShort(target, data.length);
            bytes4 selector = bytes4(data);
            if (!_isPermitted[kind][target][selector]) revert ActionNotPermitted(kind, target, selector);
        }
    }

    function _setAction(ProposalType kind, address target, bytes4 selector, bool permitted) private {
        if (target == address(0)) revert ZeroTarget();
        bool isOurs = target == address(this) || target == _executor();
        if (isOurs && kind != ProposalType.PolicyChange) revert ActionReserved(kind, target, selector);
        _isPermitted[kind][target][selector] = permitted;
        emit ActionSet(kind, target, selector, permitted);
    }
}
