// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Action} from "../src/governance/ActionTable.sol";
import {Electorate} from "../src/governance/Electorate.sol";
import {ProposalType} from "../src/governance/ProposalHeader.sol";
import {Draft, GovernanceWorld} from "./GovernanceWorld.sol";

/// @notice Something that only governance may set.
contract Dial {
    address public immutable OWNER;
    uint256 public value;

    error NotOwner();

    constructor(address owner) {
        OWNER = owner;
    }

    function set(uint256 given) external {
        if (msg.sender != OWNER) revert NotOwner();
        value = given;
    }

    function reset() external {
        value = 0;
    }
}

/// @notice A governor whose proposals turn a dial or admit an identity.
abstract contract DialWorld is GovernanceWorld {
    Dial internal dial;

    function setUp() public {
        vm.warp(NOW);
        build(IDENTITIES);
        assertEq(dial.OWNER(), address(timelock), "owner");
    }

    function setDial(uint256 value) internal view returns (Draft memory) {
        return draft(ProposalType.ParameterAdjustment, address(dial), abi.encodeCall(Dial.set, (value)));
    }

    function build(uint256 size) internal {
        Action[] memory actions = new Action[](2);
        dial = new Dial(upcoming(1));
        actions[0] = Action(ProposalType.ParameterAdjustment, address(dial), Dial.set.selector);
        // The electorate is the second deployment from here.
        actions[1] = Action(ProposalType.PolicyChange, upcoming(1), Electorate.admit.selector);
        buildGovernance(size, actions);
    }
}
