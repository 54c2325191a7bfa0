// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateVote, AggregateVotes} from "../src/AggregateVotes.sol";
import {Bls} from "../src/Bls.sol";
import {CommitteeVotes} from "../src/CommitteeVotes.sol";

/// @notice Two ways to know who signed, side by side, for `npm run bench:gas`.
contract GasProbe {
    event Checked();

    /// @notice The way of the registry: the sum of all keys, less the absent members' keys with a proof.
    function proven(bytes32 digest, bytes32 keys, uint256 size, AggregateVote calldata vote) external {
        AggregateVotes.requireQuorum(digest, keys, size, vote);
        emit Checked();
    }

    /// @notice The way weighed against it: every key in calldata, under the hash of them all.
    function listed(bytes32 digest, bytes32 hash, uint256 signers, bytes calldata keys, bytes calldata signature)
        external
    {
        uint256 size = keys.length / Bls.KEY_LENGTH;
        require(keccak256(keys) == hash, "keys");
        bytes memory sum = new bytes(256);
        uint256 voted = 0;
        for (uint256 i = 0; i < size; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            ++voted;
            bool done;
            assembly ("memory-safe") {
                calldatacopy(add(sum, 160), add(keys.offset, mul(i, 128)), 128)
                done := staticcall(1000, 0x0b, add(sum, 32), 256, add(sum, 32), 128)
            }
            require(done, "sum");
        }
        CommitteeVotes.requireCount(voted, size);
        assembly ("memory-safe") {
            mstore(sum, 128)
        }
        require(Bls.isSigned(sum, AggregateVotes.DOMAIN, abi.encodePacked(digest), signature), "signature");
        emit Checked();
    }
}
