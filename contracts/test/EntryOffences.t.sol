// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CanonicalReader} from "../src/CanonicalReader.sol";
import {EntryOffences, Offence} from "../src/EntryOffences.sol";
import {Vectors} from "./Vectors.sol";

contract EntryOffencesTest is Vectors {
    uint256[3] private counts = [uint256(0), 6, 16];
    string private json;

    function setUp() public {
        json = read("offences.json");
    }

    function digestOf(bytes calldata data) external pure returns (bytes32) {
        return EntryOffences.digestOf(data);
    }

    function offenceAt(bytes calldata data, uint256 index) external pure returns (Offence memory) {
        return EntryOffences.offenceAt(data, index);
    }

    function nodeKeyOf(bytes calldata name) external pure returns (bytes32) {
        return EntryOffences.nodeKeyOf(name);
    }

    function digestFrom(bytes calldata text) external pure returns (bytes32) {
        return EntryOffences.digestFrom(text);
    }

    function skip(bytes calldata data, uint256 offset) external pure returns (uint256) {
        return CanonicalReader.skip(data, offset);
    }

    function valueOf(bytes calldata data, string calldata key) external pure returns (uint256) {
        return CanonicalReader.valueOf(data, 0, keccak256(bytes(key)));
    }

    function itemOf(bytes calldata data, uint256 index) external pure returns (uint256) {
        return CanonicalReader.itemOf(data, 0, index);
    }

    function textAt(bytes calldata data) external pure returns (bytes memory text, uint256 next) {
        return CanonicalReader.textAt(data, 0);
    }

    function entry(uint256 i) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, string.concat(item(".entries", i), ".bytes"));
    }

    function test_readsTheOffencesThatNodesWrite() public view {
        for (uint256 i = 0; i < counts.length; ++i) {
            string memory path = item(".entries", i);
            bytes memory data = entry(i);
            assertEq(this.digestOf(data), vm.parseJsonBytes32(json, string.concat(path, ".digest")), "digest");
            assertEq(this.skip(data, 0), data.length, "the whole is one value");
            for (uint256 j = 0; j < counts[i]; ++j) {
                string memory each = item(string.concat(path, ".offences"), j);
                Offence memory offence = this.offenceAt(data, j);
                assertEq(offence.nodeKey, vm.parseJsonBytes32(json, string.concat(each, ".nodeKey")), "node");
                string memory kind = vm.parseJsonString(json, string.concat(each, ".kind"));
                assertEq(offence.kind, keccak256(bytes(kind)), "kind");
                assertEq(offence.evidence, vm.parseJsonBytes32(json, string.concat(each, ".evidence")), "evidence");
            }
        }
    }

    function test_refusesAPlaceBeyondTheList() public view {
        for (uint256 i = 0; i < counts.length; ++i) {
            bytes memory data = entry(i);
            try this.offenceAt(data, counts[i]) {
                assertTrue(false, "read beyond the list");
            } catch (bytes memory reason) {
                assertEq(bytes32(bytes4(reason)), bytes32(CanonicalReader.EncodingMalformed.selector), "error");
            }
        }
    }

    /// @dev Cut bytes are refused by a typed error wherever they are cut, before the list or in it.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_refusesBytesThatAreCut(uint256 seed) public view {
        bytes memory data = entry(1);
        uint256 length = bound(seed, 0, data.length - 1);
        assembly ("memory-safe") {
            mstore(data, length)
        }
        try this.skip(data, 0) {
            assertTrue(false, "skipped what is cut");
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(CanonicalReader.EncodingMalformed.selector), "error");
        }
    }

    function test_stepsOverEveryTypeAndRefusesOthers() public {
        assertEq(this.skip(hex"c0", 0), 1, "nil");
        assertEq(this.skip(hex"e0", 0), 1, "a small negative number");
        assertEq(this.skip(hex"d3ffffffffffffffff", 0), 9, "64 bits");
        assertEq(this.skip(hex"cd0100", 0), 3, "16 bits");
        assertEq(this.skip(hex"d1ff00", 0), 3, "16 bits with a sign");
        assertEq(this.skip(hex"ca00000000", 0), 5, "a short float");
        assertEq(this.skip(hex"d90161", 0), 3, "text of one byte for its length");
        assertEq(this.skip(hex"da000161", 0), 4, "text of two bytes for its length");
        assertEq(this.skip(hex"dc000201c2", 0), 5, "a long array");
        assertEq(this.skip(hex"de0001a16101", 0), 6, "a long map");
        bytes[7] memory others = [bytes(hex"c1"), hex"cb00", hex"c40100", hex"c70000", hex"db00000000", hex"dd00000000", hex"d4"];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(CanonicalReader.EncodingMalformed.selector, 0));
            this.skip(others[i], 0);
        }
    }

    function expectMalformed() private {
        vm.expectRevert(abi.encodeWithSelector(CanonicalReader.EncodingMalformed.selector, 0));
    }

    function test_findsKeysAndItemsAndRefusesWhatHoldsNone() public {
        bytes memory map = hex"82a16101cb0000000000000000";
        assertEq(this.valueOf(hex"82a16101a162c3", "b"), 6, "the second key's value");
        assertEq(this.itemOf(hex"93cb0000000000000000ff00", 2), 11, "the third item, beyond eight bytes");
        expectMalformed();
        this.valueOf(hex"81a16101", "c");
        expectMalformed();
        this.valueOf(hex"91a161", "a");
        expectMalformed();
        this.itemOf(hex"81a16101", 0);
        expectMalformed();
        this.itemOf(hex"92c0c0", 2);
        // A key that is no text.
        vm.expectRevert(abi.encodeWithSelector(CanonicalReader.EncodingMalformed.selector, 4));
        this.valueOf(map, "b");
    }

    function test_readsTextOfEachLengthAndNothingElse() public {
        (bytes memory text, uint256 next) = this.textAt(hex"a26162");
        assertEq(keccak256(text), keccak256("ab"), "short");
        assertEq(next, 3, "after the short one");
        (text, next) = this.textAt(hex"d9026162ff");
        assertEq(keccak256(text), keccak256("ab"), "one byte for its length");
        assertEq(next, 4, "after the second");
        (text, next) = this.textAt(hex"da00026162ff");
        assertEq(keccak256(text), keccak256("ab"), "two bytes for its length");
        assertEq(next, 5, "after the third");
        bytes[3] memory others = [bytes(hex"c0"), hex"a261", hex"da000261"];
        for (uint256 i = 0; i < others.length; ++i) {
            expectMalformed();
            this.textAt(others[i]);
        }
    }

    function test_refusesWhatIsNoNameAndNoDigest() public {
        bytes memory name = bytes(vm.parseJsonString(json, ".entries[1].offences[2].node"));
        assertEq(this.nodeKeyOf(name), vm.parseJsonBytes32(json, ".entries[1].offences[2].nodeKey"), "key");
        name[51] = "0";
        vm.expectRevert(abi.encodeWithSelector(EntryOffences.NodeNameMalformed.selector));
        this.nodeKeyOf(name);
        name[51] = "l";
        vm.expectRevert(abi.encodeWithSelector(EntryOffences.NodeNameMalformed.selector));
        this.nodeKeyOf(name);
        (name[51], name[7]) = ("1", "X");
        vm.expectRevert(abi.encodeWithSelector(EntryOffences.NodeNameMalformed.selector));
        this.nodeKeyOf(name);
        vm.expectRevert(abi.encodeWithSelector(EntryOffences.NodeNameMalformed.selector));
        this.nodeKeyOf("12D3KooW");
        vm.expectRevert(abi.encodeWithSelector(EntryOffences.DigestMalformed.selector));
        this.digestFrom("00");
        bytes memory digits = new bytes(64);
        for (uint256 i = 0; i < 64; ++i) {
            digits[i] = "f";
        }
        assertEq(uint256(this.digestFrom(digits)), type(uint256).max, "digits");
        digits[63] = "F";
        vm.expectRevert(abi.encodeWithSelector(EntryOffences.DigestMalformed.selector));
        this.digestFrom(digits);
    }
}
