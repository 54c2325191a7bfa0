// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateVotes} from "../src/AggregateVotes.sol";
import {Bls} from "../src/Bls.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {BlsWorld} from "./BlsWorld.sol";

contract BlsKeysTest is BlsWorld {
    uint256 private constant HOT = 77;
    NodeRegistry private registry;
    address private signer;
    bytes private key;
    bytes32 private secret;
    bytes private domain;

    function setUp() public {
        readVectors();
        registry = new NodeRegistry(0, 60, address(0));
        domain = registry.BLS_POSSESSION_DOMAIN();
        signer = vm.addr(HOT);
        key = voteOf(0).aggregateKey;
        secret = word(".cases[0].secret");
        join(HOT, bytes32(uint256(1)));
    }

    /// @dev The test is the owner's stand-in: each signer has an owner of its own.
    function join(uint256 hot, bytes32 nodeKey) private {
        address owner = address(uint160(0xabc0 + hot));
        bytes memory proof = signatureBy(hot, registry.hashSignerProof(owner, vm.addr(hot), nodeKey, 0));
        address account = vm.addr(hot);
        vm.prank(owner);
        registry.register(nodeKey, new bytes(64), account, proof);
    }

    function possession(address of_) private view returns (bytes memory) {
        return signWith(secret, domain, registry.hashBlsPossession(of_, key));
    }

    function test_aSignerNamesItsKey() public {
        bytes memory proof = possession(signer);
        vm.expectEmit(address(registry));
        emit NodeRegistry.BlsKeyRegistered(signer, key);
        vm.prank(signer);
        registry.registerBlsKey(key, proof);
        assertEq(registry.signerOfBlsKey(keccak256(key)), signer, "signer");
        vm.prank(signer);
        registry.registerBlsKey(key, proof);
    }

    function test_theDomainIsTheClients() public view {
        assertEq(keccak256(domain), keccak256(bytes(vm.parseJsonString(json, ".possessionDomain"))), "domain");
    }

    function test_refusesProofsForOthersAndVotes() public {
        bytes memory others = possession(address(this));
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.BlsPossessionInvalid.selector, signer));
        vm.prank(signer);
        registry.registerBlsKey(key, others);
        bytes memory vote = signWith(secret, AggregateVotes.DOMAIN, registry.hashBlsPossession(signer, key));
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.BlsPossessionInvalid.selector, signer));
        vm.prank(signer);
        registry.registerBlsKey(key, vote);
        vm.expectRevert(abi.encodeWithSelector(Bls.PointAtInfinity.selector));
        vm.prank(signer);
        registry.registerBlsKey(new bytes(128), others);
    }

    function test_refusesStrangersAndKeysOfOthers() public {
        bytes memory proof = possession(address(this));
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotSigner.selector, address(this)));
        registry.registerBlsKey(key, proof);
        proof = possession(signer);
        vm.prank(signer);
        registry.registerBlsKey(key, proof);
        join(78, bytes32(uint256(2)));
        address second = vm.addr(78);
        proof = possession(second);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.BlsKeyTaken.selector, keccak256(key), signer));
        vm.prank(second);
        registry.registerBlsKey(key, proof);
    }
}
