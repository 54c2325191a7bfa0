// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CanonicalReader} from "./CanonicalReader.sol";

/// @notice What a round's committee found proven.
/// @param nodeKey Ed25519 public key of who did it.
/// @param kind keccak256 of the kind of evidence, such as `false-ledger`.
/// @param evidence SHA-256 of the proof.
struct Offence {
    bytes32 nodeKey;
    bytes32 kind;
    bytes32 evidence;
}

/// @title The offences that a round's log entry names
/// @notice The entry is the one of `protocol/round-entry.ts`; its digest, which commit votes sign, is the SHA-256 of
/// its canonical bytes under a domain (`coordinator/entry.ts`). The same vectors in both languages.
library EntryOffences {
    /// @dev The domain's length in one byte, and the domain.
    bytes private constant DOMAIN = "\x0fballast/entry/3";
    /// @dev What the peer id of each Ed25519 key begins with, in base58.
    bytes32 private constant NODE_PREFIX = "12D3KooW";
    uint256 private constant NODE_LENGTH = 52;

    /// @notice The text is no name of a node.
    error NodeNameMalformed();
    /// @notice The text is no digest of 64 lower-case hexadecimal digits.
    error DigestMalformed();

    /// @notice The digest of an entry's canonical bytes.
    function digestOf(bytes calldata entry) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(DOMAIN, entry));
    }

    /// @notice One of the offences that an entry names.
    /// @param entry Its canonical bytes, of which the digest was compared with one that is trusted.
    /// @param index Its place in the entry's list.
    function offenceAt(bytes calldata entry, uint256 index) internal pure returns (Offence memory) {
        uint256 list = CanonicalReader.valueOf(entry, 0, keccak256("offences"));
        uint256 offence = CanonicalReader.itemOf(entry, list, index);
        return Offence(
            nodeKeyOf(_field(entry, offence, keccak256("node"))),
            keccak256(_field(entry, offence, keccak256("kind"))),
            digestFrom(_field(entry, offence, keccak256("evidence")))
        );
    }

    /// @notice The key that a node's name, a libp2p peer id in base58, stands for.
    /// @dev The key is the lowest 32 bytes of the number; the others are the same for all.
    function nodeKeyOf(bytes calldata name) internal pure returns (bytes32) {
        if (name.length != NODE_LENGTH || bytes8(name) != bytes8(NODE_PREFIX)) revert NodeNameMalformed();
        uint256 value = 0;
        for (uint256 i = 0; i < NODE_LENGTH; ++i) {
            uint256 digit = _base58(uint8(name[i]));
            unchecked {
                value = value * 58 + digit;
            }
        }
        return bytes32(value);
    }

    /// @notice The 32 bytes that 64 lower-case hexadecimal digits stand for.
    function digestFrom(bytes calldata text) internal pure returns (bytes32) {
        if (text.length != 64) revert DigestMalformed();
        uint256 value = 0;
        for (uint256 i = 0; i < 64; ++i) {
            uint8 char = uint8(text[i]);
            if (char >= 0x30 && char <= 0x39) value = (value << 4) | (char - 0x30);
            else if (char >= 0x61 && char <= 0x66) value = (value << 4) | (char - 0x57);
            else revert DigestMalformed();
        }
        return bytes32(value);
    }

    function _field(bytes calldata entry, uint256 offence, bytes32 key) private pure returns (bytes calldata text) {
        (text,) = CanonicalReader.textAt(entry, CanonicalReader.valueOf(entry, offence, key));
    }

    /// @dev Digits, capitals and small letters without 0, O, I and l.
    function _base58(uint8 char) private pure returns (uint256) {
        if (char >= 0x31 && char <= 0x39) return char - 0x31;
        if (char >= 0x41 && char <= 0x48) return char - 0x41 + 9;
        if (char >= 0x4a && char <= 0x4e) return char - 0x4a + 17;
        if (char >= 0x50 && char <= 0x5a) return char - 0x50 + 22;
        if (char >= 0x61 && char <= 0x6b) return char - 0x61 + 33;
        if (char >= 0x6d && char <= 0x7a) return char - 0x6d + 44;
        revert NodeNameMalformed();
    }
}
