// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {Action, ActionTable} from "./ActionTable.sol";
import {Electorate} from "./Electorate.sol";
import {ProposalBonds} from "./ProposalBonds.sol";
import {ProposalHeader, ProposalType} from "./ProposalHeader.sol";
import {QuadraticVotes} from "./QuadraticVotes.sol";

/// @notice The numbers of a governor.
/// @param votingDelay Seconds from a proposal to its snapshot.
/// @param votingPeriod Seconds in which votes are taken.
/// @param bond Wei that a proposal holds.
/// @param credits Voice credits of an identity in a season.
/// @param season Seconds.
struct GovernorConfig {
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 bond;
    uint256 credits;
    uint256 season;
}

/// @title Decides what the timelock does
/// @notice Anyone with a bond proposes; admitted identities vote with quadratic costs; what carries waits in the
/// timelock and is then executed by anyone. A proposal has one of five types, which bounds what it may call, and a
/// description whose first line names the type, the digest of the calls and the digest of the justification.
contract BallastGovernor is
    Governor,
    GovernorSettings,
    GovernorTimelockControl,
    QuadraticVotes,
    ProposalBonds,
    ActionTable
{
    /// @notice Most calls of a proposal.
    uint256 public constant MAX_CALLS = 16;
    /// @notice Most bytes of a description.
    uint256 public constant MAX_DESCRIPTION_BYTES = 16_384;
    /// @notice Most bytes of the calldata of all calls together.
    uint256 public constant MAX_CALLDATA_BYTES = 32_768;
    /// @notice Seconds from the end of the vote in which a proposal may be queued, and from the end of its delay in
    /// which it may be executed: nothing is carried out in a world that nobody voted for.
    uint256 public constant GRACE = 14 days;

    struct Matter {
        ProposalType kind;
        bytes32 justification;
    }

    mapping(uint256 proposalId => Matter) private _matters;

    event ProposalTyped(uint256 indexed proposalId, ProposalType indexed kind, bytes32 justification);

    error TooManyCalls(uint256 given, uint256 maximum);
    error DescriptionTooLong(uint256 given, uint256 maximum);
    error CalldataTooLong(uint256 given, uint256 maximum);

    /// @param timelock What executes; its one proposer and canceller is to be this contract.
    /// @param electorate Who may vote.
    /// @param config The numbers.
    /// @param actions What each type of proposal may call.
    constructor(
        TimelockController timelock,
        Electorate electorate,
        GovernorConfig memory config,
        Action[] memory actions
    )
        Governor("Ballast")
        GovernorSettings(config.votingDelay, config.votingPeriod, 0)
        GovernorTimelockControl(timelock)
        QuadraticVotes(electorate, config.credits, config.season)
        ProposalBonds(config.bond)
    {
        _listActions(actions);
    }

    /// @notice Type and justification of a proposal.
    function matterOf(uint256 proposalId) external view returns (ProposalType kind, bytes32 justification) {
        state(proposalId);
        Matter memory matter = _matters[proposalId];
        return (matter.kind, matter.justification);
    }

    /// @notice Where a proposal stands; what is not queued or not executed within its grace is Expired.
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState current)
    {
        current = super.state(proposalId);
        if (current == ProposalState.Succeeded && block.timestamp > proposalDeadline(proposalId) + GRACE) {
            return ProposalState.Expired;
        }
        if (current == ProposalState.Queued && block.timestamp > proposalEta(proposalId) + GRACE) {
            return ProposalState.Expired;
        }
    }

    /// @inheritdoc GovernorTimelockControl
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc GovernorSettings
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        _requireSize(targets.length, calldatas, bytes(description).length);
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        (ProposalType kind, bytes32 justification) =
            ProposalHeader.read(description, ProposalHeader.digestOf(targets, values, calldatas));
        _requirePermitted(kind, targets, values, calldatas);
        _matters[proposalId] = Matter(kind, justification);
        emit ProposalTyped(proposalId, kind, justification);
        _holdBond(proposer, proposalId);
    }

    function _requireSize(uint256 calls, bytes[] memory calldatas, uint256 description) private pure {
        if (calls > MAX_CALLS) revert TooManyCalls(calls, MAX_CALLS);
        if (description > MAX_DESCRIPTION_BYTES) revert DescriptionTooLong(description, MAX_DESCRIPTION_BYTES);
        uint256 total = 0;
        for (uint256 i = 0; i < calldatas.length; ++i) {
            total += calldatas[i].length;
        }
        if (total > MAX_CALLDATA_BYTES) revert CalldataTooLong(total, MAX_CALLDATA_BYTES);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
