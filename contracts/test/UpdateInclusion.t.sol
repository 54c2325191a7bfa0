// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "../src/MerkleProofs.sol";
import {UpdateInclusion} from "../src/UpdateInclusion.sol";
import {UpdateReceipt} from "../src/examples/UpdateReceipt.sol";
import {Vectors} from "./Vectors.sol";

contract UpdateInclusionTest is Vectors {
    string private json;

    struct Row {
        bytes32 nodeKey;
        bytes32 updateDigest;
        string fate;
        MerkleProof proof;
    }

    function setUp() public {
        json = read("merkle.json");
    }

    function row(string memory tree, uint256 i, uint32 count) private view returns (Row memory) {
        string memory path = item(string.concat(tree, ".proofs"), i);
        return Row(
            vm.parseJsonBytes32(json, string.concat(path, ".nodeKey")),
            vm.parseJsonBytes32(json, string.concat(path, ".updateDigest")),
            vm.parseJsonString(json, string.concat(path, ".fate")),
            MerkleProof(
                uint32(vm.parseJsonUint(json, string.concat(path, ".index"))),
                count,
                vm.parseJsonBytes32Array(json, string.concat(path, ".path"))
            )
        );
    }

    function root(string memory tree) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(tree, ".root"));
    }

    function countOf(string memory tree) private view returns (uint32) {
        return uint32(vm.parseJsonUint(json, string.concat(tree, ".count")));
    }

    function isIncluded(
        bytes32 given,
        bytes32 nodeKey,
        bytes32 updateDigest,
        string calldata fate,
        MerkleProof calldata proof
    ) external pure returns (bool) {
        return UpdateInclusion.isIncluded(given, nodeKey, updateDigest, fate, proof);
    }

    function holds(bytes32 given, Row memory r) private view returns (bool) {
        return this.isIncluded(given, r.nodeKey, r.updateDigest, r.fate, r.proof);
    }

    function test_everyRowOfTheSharedRollsIsIncludedAndNothingElse() public view {
        for (uint256 c = 0; c < 7; ++c) {
            string memory tree = item(".cases", c);
            uint32 count = countOf(tree);
            bytes32 expected = root(tree);
            for (uint256 i = 0; i < count; ++i) {
                Row memory r = row(tree, i, count);
                assertTrue(holds(expected, r), "included");
                assertTrue(!holds(keccak256("other"), r), "another root");
                string memory fate = r.fate;
                r.fate = string.concat(fate, "x");
                assertTrue(!holds(expected, r), "another fate");
                r.fate = fate;
                r.updateDigest = r.nodeKey;
                assertTrue(!holds(expected, r), "another digest");
            }
        }
    }

    function test_theProofHasExactlyTheHashesThatItsPlaceNeeds() public view {
        string memory tree = item(".cases", 3);
        bytes32 expected = root(tree);
        Row memory r = row(tree, 4, 5);
        assertEq(r.proof.path.length, 1, "promoted twice");
        bytes32[] memory path = r.proof.path;
        r.proof.path = new bytes32[](2);
        r.proof.path[0] = path[0];
        assertTrue(!holds(expected, r), "one too many");
        r.proof.path = new bytes32[](0);
        assertTrue(!holds(expected, r), "one too few");
        r.proof.path = path;
        r.proof.index = 5;
        assertTrue(!holds(expected, r), "beyond the list");
        r.proof.count = 0;
        assertTrue(!holds(expected, r), "no list");
    }

    /// @dev Two inner nodes, one after the other, do not pass for a leaf.
    function test_anInnerNodeIsNoLeaf() public view {
        string memory tree = item(".cases", 1);
        Row memory left = row(tree, 0, 2);
        Row memory right = row(tree, 1, 2);
        MerkleProof memory alone = MerkleProof(0, 1, new bytes32[](0));
        assertTrue(!this.isIncluded(root(tree), right.proof.path[0], left.proof.path[0], "", alone), "inner node");
    }

    function test_theExampleTakesARowOfItsRoot() public {
        string memory tree = item(".cases", 4);
        UpdateReceipt receipt = new UpdateReceipt(root(tree), 8);
        Row memory r = row(tree, 4, 8);
        receipt.show(r.nodeKey, r.updateDigest, r.proof);
        assertTrue(receipt.wasSelected(r.nodeKey), "selected");

        Row memory accepted = row(tree, 1, 8);
        vm.expectRevert(
            abi.encodeWithSelector(UpdateReceipt.NotIncluded.selector, accepted.nodeKey, accepted.updateDigest)
        );
        receipt.show(accepted.nodeKey, accepted.updateDigest, accepted.proof);
        r.proof.count = 9;
        vm.expectRevert(abi.encodeWithSelector(UpdateReceipt.CountMismatch.selector, 8, 9));
        receipt.show(r.nodeKey, r.updateDigest, r.proof);
    }
}
