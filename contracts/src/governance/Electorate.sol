// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title Who may vote
/// @notice Identities are admitted one by one by governance, on evidence that it judges. Nothing here counts stake or
/// coins, so splitting them over many accounts gains nothing: an account that is not admitted has no voice, whatever
/// it holds. Past membership stays readable, since a vote counts as of its proposal's snapshot.
contract Electorate {
    using Checkpoints for Checkpoints.Trace208;
    using EnumerableSet for EnumerableSet.AddressSet;

    /// @notice Fewest identities: with fewer, one of them would be a third of all.
    uint256 public constant MIN_IDENTITIES = 4;
    /// @notice Most identities.
    uint256 public constant MAX_IDENTITIES = 10_000;
    /// @notice Most entries of a page.
    uint256 public constant MAX_PAGE = 50;

    /// @notice Who admits and removes: the timelock.
    address public immutable GOVERNANCE;
    EnumerableSet.AddressSet private _identities;
    mapping(address identity => Checkpoints.Trace208) private _admission;
    Checkpoints.Trace208 private _count;

    /// @param evidence Digest of what showed that the identity is one person or body, and not admitted yet.
    event Admitted(address indexed identity, bytes32 evidence, uint256 count);
    event Removed(address indexed identity, bytes32 reason, uint256 count);

    error ZeroGovernance();
    error NotGovernance(address caller, address governance);
    error ZeroIdentity();
    error AlreadyAdmitted(address identity);
    error NotAdmitted(address identity);
    error TooFewIdentities(uint256 count, uint256 minimum);
    error TooManyIdentities(uint256 count, uint256 maximum);
    error TimepointNotPast(uint256 timepoint, uint256 timestamp);
    error PageTooLarge(uint256 limit, uint256 maximum);

    /// @param governance The timelock.
    /// @param genesis The first identities, at least `MIN_IDENTITIES`.
    constructor(address governance, address[] memory genesis) {
        if (governance == address(0)) revert ZeroGovernance();
        GOVERNANCE = governance;
        if (genesis.length < MIN_IDENTITIES) revert TooFewIdentities(genesis.length, MIN_IDENTITIES);
        for (uint256 i = 0; i < genesis.length; ++i) {
            _admit(genesis[i], 0);
        }
    }

    /// @notice Admits an identity. It votes on proposals whose snapshot is later.
    /// @param evidence Digest of what governance judged.
    function admit(address identity, bytes32 evidence) external {
        _requireGovernance();
        _admit(identity, evidence);
    }

    /// @notice Removes an identity. Votes that it has cast stay; it casts no more, on open proposals either.
    /// @param reason Digest of the published reason.
    function remove(address identity, bytes32 reason) external {
        _requireGovernance();
        if (!_identities.remove(identity)) revert NotAdmitted(identity);
        uint256 left = _identities.length();
        if (left < MIN_IDENTITIES) revert TooFewIdentities(left, MIN_IDENTITIES);
        _admission[identity].push(uint48(block.timestamp), 0);
        _count.push(uint48(block.timestamp), uint208(left));
        emit Removed(identity, reason, left);
    }

    /// @notice Whether an account is admitted now.
    function isAdmitted(address identity) external view returns (bool) {
        return _identities.contains(identity);
    }

    /// @notice Whether an account was admitted at a time in the past.
    /// @param timepoint Unix time in seconds, before now.
    function wasAdmitted(address identity, uint256 timepoint) external view returns (bool) {
        return _admission[identity].upperLookupRecent(_past(timepoint)) == 1;
    }

    /// @notice Number of identities now.
    function count() external view returns (uint256) {
        return _identities.length();
    }

    /// @notice Number of identities at a time in the past.
    /// @param timepoint Unix time in seconds, before now.
    function countAt(uint256 timepoint) external view returns (uint256) {
        return _count.upperLookupRecent(_past(timepoint));
    }

    /// @notice A page of the identities, in no stated order; empty beyond the end.
    /// @param offset First position.
    /// @param limit Most entries to return, at most `MAX_PAGE`.
    function identities(uint256 offset, uint256 limit) external view returns (address[] memory) {
        if (limit > MAX_PAGE) revert PageTooLarge(limit, MAX_PAGE);
        uint256 length = _identities.length();
        uint256 start = offset < length ? offset : length;
        return _identities.values(start, start + limit < length ? start + limit : length);
    }

    function _admit(address identity, bytes32 evidence) private {
        if (identity == address(0)) revert ZeroIdentity();
        if (!_identities.add(identity)) revert AlreadyAdmitted(identity);
        uint256 total = _identities.length();
        if (total > MAX_IDENTITIES) revert TooManyIdentities(total, MAX_IDENTITIES);
        _admission[identity].push(uint48(block.timestamp), 1);
        _count.push(uint48(block.timestamp), uint208(total));
        emit Admitted(identity, evidence, total);
    }

    function _requireGovernance() private view {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender, GOVERNANCE);
    }

    function _past(uint256 timepoint) private view returns (uint48) {
        if (timepoint >= block.timestamp) revert TimepointNotPast(timepoint, block.timestamp);
        return uint48(timepoint);
    }
}
