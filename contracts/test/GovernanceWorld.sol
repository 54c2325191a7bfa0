// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Action} from "../src/governance/ActionTable.sol";
import {BallastGovernor, GovernorConfig} from "../src/governance/BallastGovernor.sol";
import {Electorate} from "../src/governance/Electorate.sol";
import {ProposalHeader, ProposalType} from "../src/governance/ProposalHeader.sol";
import {Timelock} from "../src/governance/Timelock.sol";
import {Test} from "./Vm.sol";

interface GovernanceVm {
    function load(address account, bytes32 slot) external view returns (bytes32);
    function store(address account, bytes32 slot, bytes32 value) external;
    function etch(address account, bytes calldata code) external;
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function getNonce(address account) external view returns (uint64);
    function startPrank(address sender) external;
    function stopPrank() external;
}

/// @notice What a proposal consists of.
struct Draft {
    ProposalType kind;
    address[] targets;
    uint256[] values;
    bytes[] calldatas;
    string description;
}

/// @notice Ten identities, a governor and its timelock, and the way of a proposal through them.
abstract contract GovernanceWorld is Test {
    GovernanceVm internal constant vmx = GovernanceVm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 internal constant NOW = 1_800_000_000;
    uint48 internal constant VOTING_DELAY = 1 days;
    uint32 internal constant VOTING_PERIOD = 7 days;
    uint256 internal constant TIMELOCK_DELAY = 48 hours;
    uint256 internal constant BOND = 1_000 ether;
    uint256 internal constant CREDITS = 100;
    uint256 internal constant SEASON = 30 days;
    uint256 internal constant IDENTITIES = 10;
    bytes32 internal constant REASON = keccak256("justification");
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    address internal proposer = address(0xBEEF);
    Timelock internal timelock;
    Electorate internal electorate;
    BallastGovernor internal governor;

    function identity(uint256 i) internal pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    function identities(uint256 size) internal pure returns (address[] memory accounts) {
        accounts = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            accounts[i] = identity(i);
        }
    }

    function config() internal pure returns (GovernorConfig memory) {
        return GovernorConfig(VOTING_DELAY, VOTING_PERIOD, BOND, CREDITS, SEASON);
    }

    /// @notice The address of this contract's deployment after `ahead` others.
    function upcoming(uint256 ahead) internal view returns (address) {
        return vmx.computeCreateAddress(address(this), vmx.getNonce(address(this)) + ahead);
    }

    /// @notice Deploys timelock, electorate and governor, in this order.
    function buildGovernance(uint256 size, Action[] memory actions) internal {
        timelock = new Timelock(TIMELOCK_DELAY, upcoming(2));
        electorate = new Electorate(address(timelock), identities(size));
        governor = new BallastGovernor(timelock, electorate, config(), actions);
        vm.deal(proposer, 10 * BOND);
        vm.prank(proposer);
        governor.depositBond{value: 3 * BOND}();
        // An admission counts from the second after it.
        vm.warp(block.timestamp + 1);
    }

    function draft(ProposalType kind, address target, bytes memory data) internal pure returns (Draft memory made) {
        made.kind = kind;
        (made.targets, made.values, made.calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        (made.targets[0], made.calldatas[0]) = (target, data);
        describe(made);
    }

    /// @notice Gives a draft the description of its calls.
    function describe(Draft memory made) internal pure {
        bytes32 digest = ProposalHeader.digestOf(made.targets, made.values, made.calldatas);
        made.description = string.concat(ProposalHeader.line(made.kind, digest, REASON), "\nBecause it is due.");
    }

    function propose(Draft memory made) internal returns (uint256) {
        vm.prank(proposer);
        return governor.propose(made.targets, made.values, made.calldatas, made.description);
    }

    function proposeAndOpen(Draft memory made) internal returns (uint256 proposalId) {
        proposalId = propose(made);
        vm.warp(governor.proposalSnapshot(proposalId) + 1);
    }

    function vote(uint256 proposalId, address voter, uint8 support, uint256 votes) internal {
        vm.prank(voter);
        governor.castVoteWithReasonAndParams(proposalId, support, "", abi.encode(votes));
    }

    function close(uint256 proposalId) internal {
        vm.warp(governor.proposalDeadline(proposalId) + 1);
    }

    /// @notice All identities cast four votes each in favour: 40 % of their power.
    function carry(uint256 proposalId) internal {
        for (uint256 i = 0; i < electorate.count(); ++i) {
            vote(proposalId, identity(i), FOR, 4);
        }
        close(proposalId);
    }

    function queue(Draft memory made) internal {
        governor.queue(made.targets, made.values, made.calldatas, keccak256(bytes(made.description)));
    }

    function execute(Draft memory made) internal {
        governor.execute(made.targets, made.values, made.calldatas, keccak256(bytes(made.description)));
    }

    /// @notice The whole way: proposed, carried, queued, waited for, executed.
    function decide(Draft memory made) internal returns (uint256 proposalId) {
        proposalId = proposeAndOpen(made);
        carry(proposalId);
        queue(made);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        execute(made);
    }
}
