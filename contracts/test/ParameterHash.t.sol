// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vectors} from "./Vectors.sol";

/// @notice The digests that the registry holds are SHA-256 over the bytes that nodes hash.
contract ParameterHashTest is Vectors {
    string private json;

    function setUp() public {
        json = read("parameters.json");
    }

    function layoutHash(uint256 i) private view returns (bytes32) {
        bytes memory domain = bytes(vm.parseJsonString(json, ".domain"));
        bytes memory canonical = vm.parseJsonBytes(json, string.concat(item(".layouts", i), ".canonical"));
        return sha256(abi.encodePacked(uint8(domain.length), domain, canonical));
    }

    function test_layoutsHashAsOffChain() public view {
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(layoutHash(i), vm.parseJsonBytes32(json, string.concat(item(".layouts", i), ".hash")), "hash");
            for (uint256 j = 0; j < i; ++j) {
                assertTrue(layoutHash(i) != layoutHash(j), "another shape or name has another hash");
            }
        }
    }

    function test_weightsHashAsOffChain() public view {
        for (uint256 i = 0; i < 2; ++i) {
            string memory place = item(".weights", i);
            bytes memory weights = vm.parseJsonBytes(json, string.concat(place, ".bytes"));
            assertEq(sha256(weights), vm.parseJsonBytes32(json, string.concat(place, ".digest")), "digest");
        }
    }
}
