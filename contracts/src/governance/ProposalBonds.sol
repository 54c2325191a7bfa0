// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";

/// @title What a proposal costs who wastes the voters' time
/// @notice A proposer deposits beforehand; each proposal holds one bond. It is released when the proposal has ended,
/// and forfeited to the treasury (the timelock) only when the proposal was defeated for want of a quorum.
abstract contract ProposalBonds is Governor {
    /// @notice Wei that a proposal holds.
    uint256 public immutable BOND;

    /// @notice Wei that an account has deposited and no proposal holds.
    mapping(address account => uint256) public depositOf;
    mapping(uint256 proposalId => bool) private _isHeld;

    event BondDeposited(address indexed account, uint256 amount, uint256 balance);
    event BondWithdrawn(address indexed account, uint256 amount, uint256 balance);
    event BondHeld(address indexed proposer, uint256 indexed proposalId);
    event BondSettled(address indexed proposer, uint256 indexed proposalId, bool forfeited);

    error DepositTooSmall(address account, uint256 balance, uint256 needed);
    error ProposalNotEnded(uint256 proposalId, ProposalState state);
    error BondNotHeld(uint256 proposalId);
    error TransferFailed(address owner, uint256 amount);

    /// @param bond Wei.
    constructor(uint256 bond) {
        BOND = bond;
    }

    /// @notice Adds to the caller's deposit.
    function depositBond() external payable {
        depositOf[msg.sender] += msg.value;
        emit BondDeposited(msg.sender, msg.value, depositOf[msg.sender]);
    }

    /// @notice Pays back of the caller's deposit.
    /// @param amount Wei.
    function withdrawBond(uint256 amount) external {
        _take(msg.sender, amount);
        emit BondWithdrawn(msg.sender, amount, depositOf[msg.sender]);
        _pay(msg.sender, amount);
    }

    /// @notice Releases the bond of a proposal that has ended into its proposer's deposit, or forfeits it. Anyone may
    /// call it.
    /// @return forfeited Whether the proposal missed its quorum.
    function settleBond(uint256 proposalId) external returns (bool forfeited) {
        ProposalState current = state(proposalId);
        if (current == ProposalState.Pending || current == ProposalState.Active) {
            revert ProposalNotEnded(proposalId, current);
        }
        if (!_isHeld[proposalId]) revert BondNotHeld(proposalId);
        delete _isHeld[proposalId];
        address proposer = proposalProposer(proposalId);
        forfeited = current == ProposalState.Defeated && !_quorumReached(proposalId);
        emit BondSettled(proposer, proposalId, forfeited);
        if (forfeited) _pay(_executor(), BOND);
        else depositOf[proposer] += BOND;
    }

    function _holdBond(address proposer, uint256 proposalId) internal {
        _take(proposer, BOND);
        _isHeld[proposalId] = true;
        emit BondHeld(proposer, proposalId);
    }

    function _take(address account, uint256 amount) private {
        uint256 balance = depositOf[account];
        if (balance < amount) revert DepositTooSmall(account, balance, amount);
        depositOf[account] = balance - amount;
    }

    function _pay(address to, uint256 amount) private {
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert TransferFailed(to, amount);
    }
}
