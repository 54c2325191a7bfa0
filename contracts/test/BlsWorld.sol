// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateVote, AggregateVotes} from "../src/AggregateVotes.sol";
import {Bls} from "../src/Bls.sol";
import {Vectors} from "./Vectors.sol";
import {World} from "./World.sol";

/// @notice Committees of the shared vectors; the test signs with the sum of their signers' secrets.
abstract contract BlsWorld is World, Vectors {
    string internal json;

    function readVectors() internal {
        json = read("bls.json");
    }

    function word(string memory path) internal view returns (bytes32) {
        return vm.parseJsonBytes32(json, path);
    }

    function blob(string memory path) internal view returns (bytes memory) {
        return vm.parseJsonBytes(json, path);
    }

    function keysOf(uint256 i) internal view returns (bytes32) {
        return word(string.concat(item(".cases", i), ".keys"));
    }

    function sizeOf(uint256 i) internal view returns (uint8) {
        return uint8(vm.parseJsonUint(json, string.concat(item(".cases", i), ".size")));
    }

    /// @notice The vector's vote, whose signature is of `.digest`.
    function voteOf(uint256 i) internal view returns (AggregateVote memory) {
        string memory path = item(".cases", i);
        return AggregateVote(
            uint256(word(string.concat(path, ".signers"))),
            blob(string.concat(path, ".signature")),
            blob(string.concat(path, ".aggregateKey")),
            word(string.concat(path, ".keysRoot")),
            blob(string.concat(path, ".absentKeys")),
            vm.parseJsonBytes32Array(json, string.concat(path, ".siblings"))
        );
    }

    /// @notice The same signers' vote for another digest.
    function voteFor(uint256 i, bytes32 digest) internal view returns (AggregateVote memory vote) {
        vote = voteOf(i);
        bytes32 secret = word(string.concat(item(".cases", i), ".secret"));
        vote.signature = signWith(secret, AggregateVotes.DOMAIN, digest);
    }

    function signWith(bytes32 secret, bytes memory domain, bytes32 digest) internal view returns (bytes memory) {
        return multiply(address(0x0e), Bls.hashToG2(domain, abi.encodePacked(digest)), secret);
    }

    /// @notice A point of G1 (0x0c) or G2 (0x0e) times a scalar.
    function multiply(address precompile, bytes memory point, bytes32 scalar) internal view returns (bytes memory) {
        (bool done, bytes memory product) = precompile.staticcall(abi.encodePacked(point, scalar));
        assertTrue(done, "multiplied");
        return product;
    }
}
