// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Reads the network's canonical encoding
/// @notice The encoding of everything that nodes hash and sign is MessagePack (`protocol/encoding.ts`). This reads the
/// parts that a contract needs of bytes whose digest a quorum has signed, and steps over the others. It checks that
/// nothing lies beyond the bytes, and leaves to the signers that they are canonical.
library CanonicalReader {
    /// @notice At this offset stands something else than was expected, or nothing.
    error EncodingMalformed(uint256 offset);

    /// @notice Number of entries of the map at `offset`, and where its first key stands.
    function mapAt(bytes calldata data, uint256 offset) internal pure returns (uint256 count, uint256 next) {
        uint256 head = _unsigned(data, offset, 1);
        if (head >> 4 == 0x8) return (head & 0x0f, offset + 1);
        if (head == 0xde) return (_unsigned(data, offset + 1, 2), offset + 3);
        revert EncodingMalformed(offset);
    }

    /// @notice Number of items of the array at `offset`, and where its first item stands.
    function arrayAt(bytes calldata data, uint256 offset) internal pure returns (uint256 count, uint256 next) {
        uint256 head = _unsigned(data, offset, 1);
        if (head >> 4 == 0x9) return (head & 0x0f, offset + 1);
        if (head == 0xdc) return (_unsigned(data, offset + 1, 2), offset + 3);
        revert EncodingMalformed(offset);
    }

    /// @notice The text at `offset`, of at most 65,535 bytes, and what stands after it.
    function textAt(bytes calldata data, uint256 offset) internal pure returns (bytes calldata text, uint256 next) {
        uint256 head = _unsigned(data, offset, 1);
        uint256 start = offset + 1;
        uint256 length;
        if (head >> 5 == 0x5) (length, start) = (head & 0x1f, offset + 1);
        else if (head == 0xd9) (length, start) = (_unsigned(data, offset + 1, 1), offset + 2);
        else if (head == 0xda) (length, start) = (_unsigned(data, offset + 1, 2), offset + 3);
        else revert EncodingMalformed(offset);
        next = start + length;
        if (next > data.length) revert EncodingMalformed(offset);
        text = data[start:next];
    }

    /// @notice Where the value of a key of the map at `offset` stands.
    /// @param key keccak256 of the key.
    function valueOf(bytes calldata data, uint256 offset, bytes32 key) internal pure returns (uint256) {
        (uint256 count, uint256 next) = mapAt(data, offset);
        for (; count > 0; --count) {
            bytes calldata name;
            (name, next) = textAt(data, next);
            if (keccak256(name) == key) return next;
            next = skip(data, next);
        }
        revert EncodingMalformed(offset);
    }

    /// @notice Where the item at `index` of the array at `offset` stands.
    function itemOf(bytes calldata data, uint256 offset, uint256 index) internal pure returns (uint256 next) {
        uint256 count;
        (count, next) = arrayAt(data, offset);
        if (index >= count) revert EncodingMalformed(offset);
        for (; index > 0; --index) {
            next = skip(data, next);
        }
    }

    /// @notice Where the value at `offset` ends.
    function skip(bytes calldata data, uint256 offset) internal pure returns (uint256 next) {
        next = offset;
        // Each value takes a byte at least, so the bytes bound the loop.
        for (uint256 pending = 1; pending > 0; --pending) {
            uint256 head = _unsigned(data, next, 1);
            if (head < 0x80 || head >= 0xe0 || head == 0xc0 || head == 0xc2 || head == 0xc3) {
                ++next;
            } else if (head < 0x90 || head == 0xde) {
                uint256 count;
                (count, next) = mapAt(data, next);
                pending += 2 * count;
            } else if (head < 0xa0 || head == 0xdc) {
                uint256 count;
                (count, next) = arrayAt(data, next);
                pending += count;
            } else if (head < 0xc0 || head == 0xd9 || head == 0xda) {
                (, next) = textAt(data, next);
            } else {
                next += 1 + _widthOf(head, next);
            }
        }
        if (next > data.length) revert EncodingMalformed(offset);
    }

    /// @dev Bytes of a number after its head.
    function _widthOf(uint256 head, uint256 offset) private pure returns (uint256) {
        if (head == 0xca) return 4;
        if (head == 0xcb) return 8;
        if (head >= 0xcc && head <= 0xcf) return 1 << (head - 0xcc);
        if (head >= 0xd0 && head <= 0xd3) return 1 << (head - 0xd0);
        revert EncodingMalformed(offset);
    }

    function _unsigned(bytes calldata data, uint256 offset, uint256 width) private pure returns (uint256) {
        if (offset + width > data.length) revert EncodingMalformed(offset);
        return uint256(bytes32(data[offset:offset + width])) >> (256 - 8 * width);
    }
}
