// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateVotes} from "../src/AggregateVotes.sol";
import {Bls} from "../src/Bls.sol";
import {BlsWorld} from "./BlsWorld.sol";

contract BlsTest is BlsWorld {
    uint256 private constant ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;

    bytes32 private digest;
    bytes private key;
    bytes private signature;

    function setUp() public {
        readVectors();
        digest = word(".digest");
        key = voteOf(0).aggregateKey;
        signature = voteOf(0).signature;
    }

    function isSigned(bytes memory by, bytes memory domain, bytes32 message, bytes memory signed)
        public
        view
        returns (bool)
    {
        return Bls.isSigned(by, domain, abi.encodePacked(message), signed);
    }

    function subtract(bytes memory from, bytes calldata keys) public view returns (bytes memory) {
        return Bls.subtract(from, keys);
    }

    function test_hashesAsTheStandardHas() public view {
        bytes memory domain = bytes(vm.parseJsonString(json, ".rfcDomain"));
        for (uint256 i = 0; i < 3; ++i) {
            string memory vector = item(".hashes", i);
            bytes memory message = bytes(vm.parseJsonString(json, string.concat(vector, ".message")));
            bytes memory point = Bls.hashToG2(domain, message);
            assertEq(keccak256(point), keccak256(blob(string.concat(vector, ".point"))), "point");
        }
        // RFC 9380, appendix J.10.1, the empty message: the lower 32 bytes of x's real part.
        bytes memory empty = Bls.hashToG2(domain, "");
        bytes32 low;
        assembly ("memory-safe") {
            low := mload(add(empty, 64))
        }
        assertEq(low, 0xc673cf60f1a3e98d69335266f30d9b8d4ac44c1038e9dcdd5393faf5c41fb78a, "RFC 9380");
    }

    function test_domainsAreThoseOfTheClient() public view {
        bytes32 vote = keccak256(bytes(vm.parseJsonString(json, ".voteDomain")));
        assertEq(vote, keccak256(AggregateVotes.DOMAIN), "votes");
    }

    function test_signsAsTheClientDoes() public view {
        bytes32 secret = word(".cases[0].secret");
        assertEq(keccak256(signWith(secret, AggregateVotes.DOMAIN, digest)), keccak256(signature), "signature");
        assertTrue(isSigned(key, AggregateVotes.DOMAIN, digest, signature), "verifies");
    }

    function test_aSignatureIsForItsMessageItsDomainAndItsKeyAlone() public view {
        assertTrue(!isSigned(key, AggregateVotes.DOMAIN, bytes32(uint256(digest) ^ 1), signature), "message");
        bytes memory possession = bytes(vm.parseJsonString(json, ".possessionDomain"));
        assertTrue(!isSigned(key, possession, digest, signature), "domain");
        assertTrue(!isSigned(voteOf(1).aggregateKey, AggregateVotes.DOMAIN, digest, signature), "key");
    }

    /// @dev What a registry would check when a key is registered.
    function test_verifiesAProofOfPossession() public view {
        bytes memory domain = bytes(vm.parseJsonString(json, ".possessionDomain"));
        bytes memory proof = blob(".possession.signature");
        bytes32 statement = word(".possession.digest");
        assertTrue(isSigned(blob(".possession.key"), domain, statement, proof), "proof");
        assertTrue(!isSigned(blob(".possession.key"), AggregateVotes.DOMAIN, statement, proof), "is no vote");
    }

    function test_refusesInfinityAndWrongLengths() public {
        vm.expectRevert(abi.encodeWithSelector(Bls.PointAtInfinity.selector));
        this.isSigned(new bytes(128), AggregateVotes.DOMAIN, digest, signature);
        vm.expectRevert(abi.encodeWithSelector(Bls.PointAtInfinity.selector));
        this.isSigned(key, AggregateVotes.DOMAIN, digest, new bytes(256));
        vm.expectRevert(abi.encodeWithSelector(Bls.PointLengthInvalid.selector, 128, 127));
        this.isSigned(new bytes(127), AggregateVotes.DOMAIN, digest, signature);
        vm.expectRevert(abi.encodeWithSelector(Bls.PointLengthInvalid.selector, 256, 257));
        this.isSigned(key, AggregateVotes.DOMAIN, digest, new bytes(257));
        vm.expectRevert(abi.encodeWithSelector(Bls.PointLengthInvalid.selector, 128, 1));
        this.subtract(key, new bytes(129));
    }

    /// @dev (0, 2) lies on the curve y² = x³ + 4 and has order 3.
    function test_refusesPointsOutsideTheSubgroupAndOffTheCurve() public {
        bytes memory small = new bytes(128);
        small[127] = 0x02;
        vm.expectRevert(abi.encodeWithSelector(Bls.PrecompileFailed.selector, address(0x0f)));
        this.isSigned(small, AggregateVotes.DOMAIN, digest, signature);
        small[127] = 0x03;
        vm.expectRevert(abi.encodeWithSelector(Bls.PrecompileFailed.selector, address(0x0f)));
        this.isSigned(small, AggregateVotes.DOMAIN, digest, signature);
        vm.expectRevert(abi.encodeWithSelector(Bls.PrecompileFailed.selector, address(0x0b)));
        this.subtract(key, small);
        bytes memory off = signature;
        off[255] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(Bls.PrecompileFailed.selector, address(0x0f)));
        this.isSigned(key, AggregateVotes.DOMAIN, digest, off);
    }

    function test_aRefusedPointCostsABoundedAmount() public view {
        bytes memory off = signature;
        off[255] ^= 0x01;
        uint256 before = gasleft();
        try this.isSigned(key, AggregateVotes.DOMAIN, digest, off) {
            assertTrue(false, "refused");
        } catch {}
        assertTrue(before - gasleft() < 400_000, "gas");
    }

    function test_subtractsKeys() public view {
        assertEq(keccak256(this.subtract(key, "")), keccak256(key), "nothing");
        // A point less itself is infinity, which no signature is of.
        assertEq(keccak256(this.subtract(key, key)), keccak256(new bytes(128)), "itself");
        bytes memory twice = multiply(address(0x0c), key, bytes32(uint256(2)));
        bytes memory thrice = multiply(address(0x0c), key, bytes32(uint256(3)));
        assertEq(keccak256(this.subtract(thrice, twice)), keccak256(key), "a difference");
        assertEq(keccak256(this.subtract(thrice, abi.encodePacked(key, key))), keccak256(key), "a sum");
        // The sum of what is taken away may be infinity.
        bytes memory minus = multiply(address(0x0c), key, bytes32(ORDER - 1));
        assertEq(keccak256(this.subtract(thrice, abi.encodePacked(key, minus))), keccak256(thrice), "cancelled");
    }
}
