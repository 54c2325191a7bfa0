// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommitteeVotes} from "../../src/CommitteeVotes.sol";

/// @title Bounds, a budget and a quorum, and nothing else
/// @notice What the suite is weighed against by `npm run bench:gas`; no network deploys it. One contract without a proxy,
/// one slot a parameter, one event a change. Members sign the very values: there is no median, no model to cite, no
/// step or cooldown, no breaker, override, log or governance.
contract MinimalController {
    /// @dev One slot. Values are below 2^48; a budget drains evenly over the window.
    struct Parameter {
        uint48 value;
        uint48 min;
        uint48 max;
        uint48 budget;
        uint40 drainedAt;
        uint24 window;
    }

    struct Change {
        bytes32 id;
        uint48 expected;
        uint48 value;
    }

    /// @param vs Second half of the signature with the parity in its highest bit (ERC-2098).
    struct Vote {
        uint256 index;
        bytes32 r;
        bytes32 vs;
    }

    uint256 private constant MAX_LIFETIME = 6 hours;

    bytes32 private _root;
    uint64 public sequence;
    uint8 private _size;
    mapping(bytes32 id => Parameter) public parameters;

    event Changed(bytes32 indexed id, uint64 sequence, uint48 value);

    error Untimely(uint64 expiry);
    error Refused(bytes32 id);

    constructor(bytes32 root, uint8 size, bytes32[] memory ids, Parameter memory first) {
        (_root, _size) = (root, size);
        for (uint256 i = 0; i < ids.length; ++i) {
            parameters[ids[i]] = first;
        }
    }

    function applyUpdate(
        uint64 expiry,
        Change[] calldata changes,
        Vote[] calldata votes,
        address[] calldata committee
    ) external {
        if (expiry < block.timestamp || expiry > block.timestamp + MAX_LIFETIME) revert Untimely(expiry);
        uint64 next = sequence + 1;
        CommitteeVotes.requireCommittee(committee, _root, _size);
        CommitteeVotes.requireCount(votes.length, committee.length);
        bytes32 digest = hashUpdate(next, expiry, changes);
        uint256 voted = 0;
        for (uint256 i = 0; i < votes.length; ++i) {
            voted = CommitteeVotes.requireShortVote(
                digest, committee, votes[i].index, votes[i].r, votes[i].vs, voted
            );
        }
        sequence = next;
        for (uint256 i = 0; i < changes.length; ++i) {
            _move(changes[i], next);
        }
    }

    function hashUpdate(uint64 next, uint64 expiry, Change[] calldata changes) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), next, expiry, keccak256(abi.encode(changes))));
    }

    function _move(Change calldata change, uint64 next) private {
        bytes32 id = change.id;
        Parameter memory parameter = parameters[id];
        (uint256 current, uint256 value) = (parameter.value, change.value);
        uint256 size = value > current ? value - current : current - value;
        if (change.expected != current || size == 0 || value < parameter.min || value > parameter.max) {
            revert Refused(id);
        }
        uint256 level = parameter.drainedAt > block.timestamp ? parameter.drainedAt - block.timestamp : 0;
        level += (size * parameter.window + parameter.budget - 1) / parameter.budget;
        if (level > parameter.window) revert Refused(id);
        (parameter.value, parameter.drainedAt) = (uint48(value), uint40(block.timestamp + level));
        parameters[id] = parameter;
        emit Changed(id, next, uint48(value));
    }
}
