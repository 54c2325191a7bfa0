// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Equivocation} from "../src/Equivocation.sol";
import {ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {Vectors} from "./Vectors.sol";

contract EquivocationTest is Vectors {
    uint256 private constant CASES = 7;
    uint256 private constant CONFLICTS = 2;
    string private json;
    uint256 private chainId;
    address private registry;

    function setUp() public {
        json = read("equivocation.json");
        chainId = vm.parseJsonUint(json, ".chainId");
        registry = vm.parseJsonAddress(json, ".registry");
    }

    function decisionAt(string memory path) private view returns (RoundDecision memory) {
        return RoundDecision(
            word(path, ".network"),
            uint64(number(path, ".epoch")),
            uint64(number(path, ".round")),
            uint32(number(path, ".viewNumber")),
            uint8(number(path, ".outcome")),
            uint64(number(path, ".version")),
            word(path, ".modelDigest"),
            word(path, ".entryDigest")
        );
    }

    function word(string memory path, string memory field) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(path, field));
    }

    function number(string memory path, string memory field) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(path, field));
    }

    function vote(uint256 i, string memory field) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, string.concat(item(".cases", i), field));
    }

    function first(uint256 i) private view returns (RoundDecision memory) {
        return decisionAt(string.concat(item(".cases", i), ".first"));
    }

    function second(uint256 i) private view returns (RoundDecision memory) {
        return decisionAt(string.concat(item(".cases", i), ".second"));
    }

    function digestOf(uint256 chain, address models, RoundDecision calldata decision) public pure returns (bytes32) {
        return Equivocation.digestOf(chain, models, decision);
    }

    function signerOf(
        RoundDecision calldata a,
        RoundDecision calldata b,
        bytes calldata firstVote,
        bytes calldata secondVote
    ) public view returns (address) {
        return Equivocation.signerOf(chainId, registry, a, b, firstVote, secondVote);
    }

    function requireSignedTwice(
        RoundDecision calldata a,
        RoundDecision calldata b,
        bytes calldata key,
        bytes calldata firstVote,
        bytes calldata secondVote
    ) public view {
        Equivocation.requireSignedTwice(chainId, registry, a, b, key, firstVote, secondVote);
    }

    function test_namesWhoVotedTwice() public view {
        for (uint256 i = 0; i < CONFLICTS; ++i) {
            address signer = vm.parseJsonAddress(json, ".signer");
            address found = this.signerOf(first(i), second(i), vote(i, ".firstVote"), vote(i, ".secondVote"));
            assertEq(found, signer, "signer");
            found = this.signerOf(second(i), first(i), vote(i, ".secondVote"), vote(i, ".firstVote"));
            assertEq(found, signer, "in either order");
        }
    }

    function test_refusesWhatAnHonestMemberMaySign() public {
        for (uint256 i = CONFLICTS; i < CASES; ++i) {
            (RoundDecision memory a, RoundDecision memory b) = (first(i), second(i));
            (bytes memory one, bytes memory two) = (vote(i, ".firstVote"), vote(i, ".secondVote"));
            vm.expectRevert(abi.encodeWithSelector(Equivocation.NoConflict.selector));
            this.signerOf(a, b, one, two);
            vm.expectRevert(abi.encodeWithSelector(Equivocation.NoConflict.selector));
            this.requireSignedTwice(a, b, "", "", "");
        }
    }

    function test_refusesVotesOfTwoMembersAndOfNobody() public {
        (RoundDecision memory a, RoundDecision memory b) = (first(0), second(0));
        (bytes memory one, bytes memory theirs) = (vote(0, ".firstVote"), vote(0, ".otherVote"));
        address signer = vm.parseJsonAddress(json, ".signer");
        address other = vm.parseJsonAddress(json, ".other");
        vm.expectRevert(abi.encodeWithSelector(Equivocation.SignersDiffer.selector, signer, other));
        this.signerOf(a, b, one, theirs);
        vm.expectRevert(abi.encodeWithSelector(Equivocation.VoteInvalid.selector, 1));
        this.signerOf(a, b, one, new bytes(65));
        vm.expectRevert(abi.encodeWithSelector(Equivocation.VoteInvalid.selector, 0));
        this.signerOf(a, b, new bytes(64), one);
    }

    function test_takesVotesWithBls() public {
        bytes memory key = vm.parseJsonBytes(json, ".key");
        (RoundDecision memory a, RoundDecision memory b) = (first(1), second(1));
        (bytes memory one, bytes memory two) = (vote(1, ".firstBls"), vote(1, ".secondBls"));
        this.requireSignedTwice(a, b, key, one, two);
        vm.expectRevert(abi.encodeWithSelector(Equivocation.VoteInvalid.selector, 1));
        this.requireSignedTwice(a, b, key, one, one);
        vm.expectRevert(abi.encodeWithSelector(Equivocation.VoteInvalid.selector, 0));
        this.requireSignedTwice(a, b, key, two, two);
    }

    function test_hashesDecisionsAsTheClientAndTheRegistryDo() public {
        ModelRegistry models = new ModelRegistry(address(this), 0, 0);
        for (uint256 i = 0; i < CASES; ++i) {
            bytes32 digest = word(string.concat(item(".cases", i), ".second"), ".digest");
            assertEq(this.digestOf(chainId, registry, second(i)), digest, "as the client");
            bytes32 onChain = models.hashRoundDecision(second(i));
            assertEq(this.digestOf(block.chainid, address(models), second(i)), onChain, "as the registry");
        }
    }
}
