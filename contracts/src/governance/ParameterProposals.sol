// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NodeRegistry} from "../NodeRegistry.sol";
import {Limits} from "../ParameterTypes.sol";
import {IDecisionLog} from "../interfaces/IDecisionLog.sol";
import {IGovernanceConnector} from "../interfaces/IGovernanceConnector.sol";
import {IParameterRegistry} from "../interfaces/IParameterRegistry.sol";
import {Electorate} from "./Electorate.sol";
import {LimitChanges} from "./LimitChanges.sol";
import {LimitComparison} from "./LimitComparison.sol";

/// @title Wishes beyond the limits, until governance has decided
/// @notice An admitted identity or an active node opens a proposal; the parameter's value is read here, and a parameter
/// has one open proposal at most. Approval executes it in the same transaction, unless it comes with wider limits:
/// those wait as all widening does, and then anybody executes limits and value at once or neither. A proposal never
/// leaves a final state, and one that nobody decides or executes in time is void without anybody's call.
abstract contract ParameterProposals is LimitChanges, IGovernanceConnector {
    using LimitComparison for Limits;

    /// @param limits Digest of the limits that come with the value; 0 for none.
    /// @param base Digest of the limits at the approval.
    /// @param status As written; `checkProposalStatus` also tells what time has made of it.
    struct ParameterProposal {
        bytes32 id;
        bytes32 justification;
        bytes32 limits;
        bytes32 base;
        address proposer;
        uint64 decision;
        uint8 urgency;
        Status status;
        uint64 before;
        uint64 value;
        uint64 submittedAt;
        uint64 approvedAt;
        uint32 delay;
    }

    /// @notice How long governance may take to decide.
    uint256 public constant PENDING_LIFETIME = 30 days;
    /// @notice Seconds between two proposals of one identity or operator.
    uint256 public constant SUBMIT_INTERVAL = 1 days;
    /// @notice Most bytes of the address of a justification.
    uint256 public constant MAX_URI_BYTES = 256;
    uint8 private constant MAX_URGENCY = 3;
    /// @dev Less might starve the registry or a consumer of gas and pass for its refusal.
    uint256 private constant LEAST_EXECUTION_GAS = 600_000;

    IDecisionLog public immutable LOG;
    Electorate public immutable ELECTORATE;
    NodeRegistry public immutable NODES;
    /// @notice Number of proposals; the last one's number.
    uint256 public proposalCount;
    mapping(uint256 proposalId => ParameterProposal) private _proposals;
    mapping(bytes32 id => uint256 proposalId) private _open;
    mapping(address proposer => uint256) private _submittedAt;
    uint256[46] private _gap;

    event ProposalSubmitted(
        uint256 indexed proposalId,
        bytes32 indexed id,
        address indexed proposer,
        uint64 before,
        uint64 value,
        bytes32 justification,
        string uri,
        uint8 urgency,
        uint64 decision
    );
    event ProposalApproved(uint256 indexed proposalId, bytes32 limits, uint256 readyAt);
    event ProposalExecuted(uint256 indexed proposalId);
    event ProposalFailed(uint256 indexed proposalId, bytes reason);
    event ProposalRejected(uint256 indexed proposalId, bytes32 reason);
    event ProposalCancelled(uint256 indexed proposalId, address by);
    event ProposalExpired(uint256 indexed proposalId);

    error ProposalUnknown(uint256 proposalId, uint256 count);
    error ProposalOpen(bytes32 id, uint256 proposalId);
    error ProposalStatusInvalid(uint256 proposalId, Status status);
    error NotProposer(address caller);
    error SubmittedTooSoon(address proposer, uint256 readyAt);
    error ValueTooLarge(bytes32 id, uint256 value, uint64 maximum);
    /// @notice A model may write this value, now or in time: it needs no proposal.
    error WithinLimits(bytes32 id, uint256 value);
    error JustificationMissing(bytes32 id);
    error UriLengthInvalid(uint256 length, uint256 maximum);
    error UrgencyInvalid(uint8 urgency, uint8 maximum);
    error ValueOutsideLimits(bytes32 id, uint64 value, uint64 min, uint64 max);
    error LimitsMismatch(uint256 proposalId, bytes32 approved, bytes32 given);
    /// @notice Why a proposal failed; nothing reverts with it.
    error StoppedByCouncil(address council);
    error OnlySelf(address caller);
    error GasTooLow(uint256 given, uint256 needed);

    constructor(IDecisionLog log, Electorate electorate, NodeRegistry nodes) {
        if (address(log) == address(0)) revert ZeroAddress("log");
        if (address(electorate) == address(0)) revert ZeroAddress("electorate");
        if (address(nodes) == address(0)) revert ZeroAddress("nodes");
        (LOG, ELECTORATE, NODES) = (log, electorate, nodes);
    }

    /// @inheritdoc IGovernanceConnector
    /// @dev Open to admitted identities, and to the owners and signers of active nodes; each once a day.
    function submitParameterProposal(
        bytes32 id,
        uint256 proposedValue,
        bytes32 justification,
        string calldata uri,
        uint8 urgency
    ) external returns (uint256 proposalId) {
        _chargeProposer();
        if (proposedValue > type(uint64).max) revert ValueTooLarge(id, proposedValue, type(uint64).max);
        if (justification == 0) revert JustificationMissing(id);
        uint256 length = bytes(uri).length;
        if (length == 0 || length > MAX_URI_BYTES) revert UriLengthInvalid(length, MAX_URI_BYTES);
        if (urgency > MAX_URGENCY) revert UrgencyInvalid(urgency, MAX_URGENCY);
        _closeStale(id);

        uint64 value = uint64(proposedValue);
        uint64 before = _requireBeyond(id, value);
        proposalId = ++proposalCount;
        _open[id] = proposalId;
        uint64 decision = LOG.recordWish(id, before, value, justification);
        ParameterProposal storage proposal = _proposals[proposalId];
        (proposal.id, proposal.justification, proposal.proposer) = (id, justification, msg.sender);
        (proposal.decision, proposal.urgency, proposal.before) = (decision, urgency, before);
        (proposal.value, proposal.submittedAt) = (value, uint64(block.timestamp));
        emit ProposalSubmitted(proposalId, id, msg.sender, before, value, justification, uri, urgency, decision);
    }

    /// @notice Writes a value within [min, max] that nobody wished for: no open proposal can stand in governance's way.
    /// @param justification Digest of the published justification.
    function setValue(bytes32 id, uint64 value, bytes32 justification) external onlyGovernance {
        if (justification == 0) revert JustificationMissing(id);
        PARAMETERS.setValue(id, value, justification);
    }

    /// @notice Approves a value that lies within [min, max], and writes it in the same transaction.
    function approve(uint256 proposalId) external onlyGovernance {
        ParameterProposal storage proposal = _requirePending(proposalId);
        Limits memory limits = PARAMETERS.limitsOf(proposal.id);
        _requireInside(proposal, limits);
        _approve(proposalId, proposal, 0, 0);
        _execute(proposalId, proposal, limits);
    }

    /// @notice Approves a value together with limits that admit it. Narrower ones take effect in the same transaction;
    /// wider ones wait for `executeProposal`.
    function approveWithLimits(uint256 proposalId, Limits calldata limits) external onlyGovernance {
        ParameterProposal storage proposal = _requirePending(proposalId);
        _requireInside(proposal, limits);
        Limits memory current = PARAMETERS.limitsOf(proposal.id);
        bool waits = !limits.isWithin(current);
        proposal.base = current.digestOf();
        _approve(proposalId, proposal, limits.digestOf(), waits ? delay() : 0);
        if (!waits) _execute(proposalId, proposal, limits);
    }

    /// @notice Carries out an approved proposal with the limits that were approved with it. Anyone, once it is ready.
    /// @dev A refusal by the registry or a consumer makes the proposal Failed.
    function executeProposal(uint256 proposalId, Limits calldata limits) external {
        ParameterProposal storage proposal = _requireStatus(proposalId, Status.Approved);
        bytes32 given = limits.digestOf();
        if (given != proposal.limits) revert LimitsMismatch(proposalId, proposal.limits, given);
        _requireReady(_readyAt(proposal.approvedAt, proposal.delay));
        bytes32 base = PARAMETERS.limitsOf(proposal.id).digestOf();
        if (base != proposal.base) revert BaseMoved(proposal.id, proposal.base, base);
        _execute(proposalId, proposal, limits);
    }

    /// @notice Rejects a pending proposal.
    /// @param reason Digest of the published reason.
    function reject(uint256 proposalId, bytes32 reason) external onlyGovernance {
        ParameterProposal storage proposal = _requirePending(proposalId);
        _close(proposalId, proposal, Status.Rejected);
        emit ProposalRejected(proposalId, reason);
    }

    /// @notice Withdraws a pending proposal (its proposer, the council), stops an approved one that waits (the council),
    /// or writes down that time has ended one (anyone).
    function cancelProposal(uint256 proposalId) external {
        ParameterProposal storage proposal = _proposals[proposalId];
        Status written = proposal.status;
        (Status status,) = checkProposalStatus(proposalId);
        if (written != status) {
            _closeStale(proposal.id);
        } else if (status == Status.Pending && (msg.sender == proposal.proposer || _isCouncil(msg.sender))) {
            _close(proposalId, proposal, Status.Cancelled);
            emit ProposalCancelled(proposalId, msg.sender);
        } else if (status == Status.Approved && _isCouncil(msg.sender)) {
            _close(proposalId, proposal, Status.Failed);
            emit ProposalFailed(proposalId, abi.encodeWithSelector(StoppedByCouncil.selector, msg.sender));
        } else if (status == Status.Pending || status == Status.Approved) {
            revert NotProposer(msg.sender);
        } else {
            revert ProposalStatusInvalid(proposalId, status);
        }
    }

    /// @notice Writes limits and value of an approved proposal. Only this contract calls it, so as to undo both together.
    function writeApproved(uint256 proposalId, Limits calldata limits) external {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
        ParameterProposal storage proposal = _proposals[proposalId];
        if (proposal.limits != 0) PARAMETERS.setLimits(proposal.id, limits);
        PARAMETERS.setValue(proposal.id, proposal.value, proposal.justification);
    }

    /// @inheritdoc IGovernanceConnector
    /// @dev A pending proposal is Cancelled once its lifetime is over, an approved one Expired after its grace, even
    /// before anybody has written it down.
    function checkProposalStatus(uint256 proposalId) public view returns (Status status, uint64 approvalTime) {
        if (proposalId == 0 || proposalId > proposalCount) revert ProposalUnknown(proposalId, proposalCount);
        ParameterProposal storage proposal = _proposals[proposalId];
        (status, approvalTime) = (proposal.status, proposal.approvedAt);
        if (status == Status.Pending && block.timestamp > proposal.submittedAt + PENDING_LIFETIME) {
            status = Status.Cancelled;
        } else if (status == Status.Approved) {
            if (block.timestamp > _readyAt(proposal.approvedAt, proposal.delay) + GRACE) status = Status.Expired;
        }
    }

    /// @notice What is known of a proposal; reverts for an unknown one.
    function proposalOf(uint256 proposalId) external view returns (ParameterProposal memory proposal) {
        if (proposalId == 0 || proposalId > proposalCount) revert ProposalUnknown(proposalId, proposalCount);
        return _proposals[proposalId];
    }

    /// @notice The open proposal of a parameter; 0 while there is none.
    function openProposalOf(bytes32 id) external view returns (uint256 proposalId) {
        proposalId = _open[id];
        if (proposalId == 0) return 0;
        (Status status,) = checkProposalStatus(proposalId);
        if (status != Status.Pending && status != Status.Approved) return 0;
    }

    /// @notice The delay that an approved proposal with wider limits waits, and the grace after it, in Unix time.
    function executionWindow(uint256 proposalId) external view returns (uint256 readyAt, uint256 expiresAt) {
        ParameterProposal storage proposal = _requireStatus(proposalId, Status.Approved);
        readyAt = _readyAt(proposal.approvedAt, proposal.delay);
        expiresAt = readyAt + GRACE;
    }

    function _approve(uint256 proposalId, ParameterProposal storage proposal, bytes32 limits, uint32 wait) private {
        (proposal.status, proposal.approvedAt) = (Status.Approved, uint64(block.timestamp));
        (proposal.limits, proposal.delay) = (limits, wait);
        emit ProposalApproved(proposalId, limits, block.timestamp + wait);
    }

    function _execute(uint256 proposalId, ParameterProposal storage proposal, Limits memory limits) private {
        if (gasleft() < LEAST_EXECUTION_GAS) revert GasTooLow(gasleft(), LEAST_EXECUTION_GAS);
        try this.writeApproved(proposalId, limits) {
            _close(proposalId, proposal, Status.Executed);
            emit ProposalExecuted(proposalId);
        } catch (bytes memory reason) {
            _close(proposalId, proposal, Status.Failed);
            emit ProposalFailed(proposalId, reason);
        }
    }

    /// @dev Ends the parameter's last proposal if time has; refuses while it is open.
    function _closeStale(bytes32 id) private {
        uint256 proposalId = _open[id];
        if (proposalId == 0) return;
        ParameterProposal storage proposal = _proposals[proposalId];
        (Status status,) = checkProposalStatus(proposalId);
        if (status == proposal.status) revert ProposalOpen(id, proposalId);
        _close(proposalId, proposal, status);
        if (status == Status.Expired) emit ProposalExpired(proposalId);
        else emit ProposalCancelled(proposalId, msg.sender);
    }

    function _close(uint256 proposalId, ParameterProposal storage proposal, Status status) private {
        proposal.status = status;
        if (_open[proposal.id] == proposalId) delete _open[proposal.id];
        LOG.resolveWish(proposal.decision, _decisionStatus(status));
    }

    function _chargeProposer() private {
        address key = msg.sender;
        if (!ELECTORATE.isAdmitted(key)) {
            address owner = NODES.ownerOfSigner(key);
            if (owner != address(0)) key = owner;
            NodeRegistry.Operator memory operator = NODES.operators(key);
            bool isActive = operator.status == NodeRegistry.Status.Active;
            if (!isActive || (key != msg.sender && operator.signer != msg.sender)) revert NotProposer(msg.sender);
        }
        uint256 last = _submittedAt[key];
        if (last != 0 && block.timestamp < last + SUBMIT_INTERVAL) {
            revert SubmittedTooSoon(msg.sender, last + SUBMIT_INTERVAL);
        }
        _submittedAt[key] = block.timestamp;
    }

    /// @return before The parameter's value.
    function _requireBeyond(bytes32 id, uint64 value) private view returns (uint64 before) {
        before = uint64(IParameterRegistry(address(PARAMETERS)).valueOf(id));
        Limits memory limits = PARAMETERS.limitsOf(id);
        bool rises = value > before;
        uint64 size = rises ? value - before : before - value;
        bool isInside = value >= limits.min && value <= limits.max;
        if (size == 0 || (isInside && size <= (rises ? limits.stepUp : limits.stepDown))) {
            revert WithinLimits(id, value);
        }
    }

    function _requireInside(ParameterProposal storage proposal, Limits memory limits) private view {
        uint64 value = proposal.value;
        if (value < limits.min || value > limits.max) {
            revert ValueOutsideLimits(proposal.id, value, limits.min, limits.max);
        }
    }

    function _requirePending(uint256 proposalId) private view returns (ParameterProposal storage) {
        return _requireStatus(proposalId, Status.Pending);
    }

    function _requireStatus(uint256 proposalId, Status expected) private view returns (ParameterProposal storage) {
        (Status status,) = checkProposalStatus(proposalId);
        if (status != expected) revert ProposalStatusInvalid(proposalId, status);
        return _proposals[proposalId];
    }

    function _decisionStatus(Status status) private pure returns (IDecisionLog.Status) {
        if (status == Status.Executed) return IDecisionLog.Status.Implemented;
        if (status == Status.Failed || status == Status.Expired) return IDecisionLog.Status.Failed;
        return IDecisionLog.Status.Rejected;
    }
}
