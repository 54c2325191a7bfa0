// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title BLS12-381 signatures with keys in G1 and signatures in G2
/// @notice Minimal-pubkey-size signatures (draft-irtf-cfrg-bls-signature) over the precompiles of EIP-2537, with
/// SHA-256 expansion and hashing to G2 as RFC 9380 has it. A point is written as EIP-2537 writes it: 128 bytes in
/// G1, 256 in G2. The pairing checks that its points lie on the curve and in the subgroup; addition checks the
/// curve alone. Keys are therefore sums of keys whose owners proved possession, and every sum ends in a pairing.
library Bls {
    uint256 internal constant KEY_LENGTH = 128;
    uint256 internal constant SIGNATURE_LENGTH = 256;

    address private constant MODEXP = address(0x05);
    address private constant G1_ADD = address(0x0b);
    address private constant G2_ADD = address(0x0d);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_FP2_TO_G2 = address(0x11);

    // A precompile that refuses its input burns all gas that it was given, so each gets about twice its price
    // (EIP-2537: 375, 600, 102,900 for two pairs, 23,800; EIP-2565 and EIP-7883: at most 500).
    uint256 private constant MODEXP_GAS = 2_000;
    uint256 private constant G1_ADD_GAS = 1_000;
    uint256 private constant G2_ADD_GAS = 1_500;
    uint256 private constant PAIRING_GAS = 210_000;
    uint256 private constant MAP_GAS = 50_000;

    /// @dev The field's prime, as the upper 16 and the lower 32 bytes.
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;

    /// @notice A key or signature has another length than its encoding.
    error PointLengthInvalid(uint256 expected, uint256 given);
    /// @notice The point at infinity is nobody's key and no signature.
    error PointAtInfinity();
    /// @notice A precompile refused its input (a point off the curve or outside the subgroup), or the chain has none.
    error PrecompileFailed(address precompile);

    /// @notice Whether `signature` is of `message` by the owner of `key`, or by all owners of the keys that it sums.
    /// @param domain Domain separation tag, at most 255 bytes.
    function isSigned(bytes memory key, bytes memory domain, bytes memory message, bytes memory signature)
        internal
        view
        returns (bool)
    {
        requirePoint(key, KEY_LENGTH);
        requirePoint(signature, SIGNATURE_LENGTH);
        // e(key, H(m)) = e(G, signature), as e(key, H(m)) · e(−G, signature) = 1.
        bytes memory pairs = abi.encodePacked(key, hashToG2(domain, message), _negativeGenerator(), signature);
        return uint256(bytes32(_call(PAIRING, PAIRING_GAS, pairs, 32))) == 1;
    }

    /// @notice Refuses a point of another length, and the one at infinity.
    function requirePoint(bytes memory point, uint256 length) internal pure {
        if (point.length != length) revert PointLengthInvalid(length, point.length);
        uint256 bits = 0;
        for (uint256 i = 32; i <= length; i += 32) {
            assembly ("memory-safe") {
                bits := or(bits, mload(add(point, i)))
            }
        }
        if (bits == 0) revert PointAtInfinity();
    }

    /// @notice `from` less the sum of the points in `keys`, which holds them one after the other.
    function subtract(bytes memory from, bytes calldata keys) internal view returns (bytes memory) {
        if (keys.length % KEY_LENGTH != 0) revert PointLengthInvalid(KEY_LENGTH, keys.length % KEY_LENGTH);
        if (keys.length == 0) return from;
        return _call(G1_ADD, G1_ADD_GAS, abi.encodePacked(from, _negate(_sum(keys))), KEY_LENGTH);
    }

    /// @notice hash_to_curve of RFC 9380, suite BLS12381G2_XMD:SHA-256_SSWU_RO_.
    function hashToG2(bytes memory domain, bytes memory message) internal view returns (bytes memory) {
        bytes32[8] memory uniform = expandMessage(domain, message);
        bytes memory first = _map(_reduce(uniform[0], uniform[1]), _reduce(uniform[2], uniform[3]));
        bytes memory second = _map(_reduce(uniform[4], uniform[5]), _reduce(uniform[6], uniform[7]));
        return _call(G2_ADD, G2_ADD_GAS, abi.encodePacked(first, second), SIGNATURE_LENGTH);
    }

    /// @notice expand_message_xmd of RFC 9380, section 5.3.1, with SHA-256, to 256 bytes.
    function expandMessage(bytes memory domain, bytes memory message)
        internal
        pure
        returns (bytes32[8] memory uniform)
    {
        bytes memory suffix = abi.encodePacked(domain, uint8(domain.length));
        bytes32 seed = sha256(abi.encodePacked(new bytes(64), message, uint16(256), uint8(0), suffix));
        bytes32 block_ = 0;
        for (uint256 i = 0; i < 8; ++i) {
            block_ = sha256(abi.encodePacked(seed ^ block_, uint8(i + 1), suffix));
            uniform[i] = block_;
        }
    }

    /// @notice 64 bytes modulo the field's prime, as 64 bytes.
    function _reduce(bytes32 high, bytes32 low) private view returns (bytes memory) {
        bytes memory input = abi.encodePacked(
            uint256(64), uint256(1), uint256(48), high, low, uint8(1), uint128(P_HIGH), uint256(P_LOW)
        );
        return abi.encodePacked(bytes16(0), _call(MODEXP, MODEXP_GAS, input, 48));
    }

    function _map(bytes memory real, bytes memory imaginary) private view returns (bytes memory) {
        return _call(MAP_FP2_TO_G2, MAP_GAS, abi.encodePacked(real, imaginary), SIGNATURE_LENGTH);
    }

    /// @dev The accumulator and the next point lie side by side, so that the loop allocates nothing.
    function _sum(bytes calldata keys) private view returns (bytes memory sum) {
        sum = new bytes(2 * KEY_LENGTH);
        address precompile = G1_ADD;
        bool done;
        for (uint256 i = 0; i < keys.length; i += KEY_LENGTH) {
            assembly ("memory-safe") {
                let accumulator := add(sum, 32)
                calldatacopy(add(accumulator, KEY_LENGTH), add(keys.offset, i), KEY_LENGTH)
                done := staticcall(G1_ADD_GAS, precompile, accumulator, 256, accumulator, KEY_LENGTH)
                done := and(done, eq(returndatasize(), KEY_LENGTH))
            }
            if (!done) revert PrecompileFailed(G1_ADD);
        }
        assembly ("memory-safe") {
            mstore(sum, KEY_LENGTH)
        }
    }

    /// @notice (x, y) becomes (x, p − y); infinity stays.
    function _negate(bytes memory point) private pure returns (bytes memory) {
        uint256 high;
        uint256 low;
        assembly ("memory-safe") {
            high := mload(add(point, 96))
            low := mload(add(point, 128))
        }
        if (high == 0 && low == 0) return point;
        unchecked {
            high = P_HIGH - high - (low > P_LOW ? 1 : 0);
            low = P_LOW - low;
        }
        assembly ("memory-safe") {
            mstore(add(point, 96), high)
            mstore(add(point, 128), low)
        }
        return point;
    }

    function _negativeGenerator() private pure returns (bytes memory) {
        return abi.encodePacked(
            uint256(0x17f1d3a73197d7942695638c4fa9ac0f),
            uint256(0xc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb),
            uint256(0x114d1d6855d545a8aa7d76c8cf2e21f2),
            uint256(0x67816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca)
        );
    }

    function _call(address precompile, uint256 gasLimit, bytes memory input, uint256 length)
        private
        view
        returns (bytes memory output)
    {
        output = new bytes(length);
        bool done;
        assembly ("memory-safe") {
            done := staticcall(gasLimit, precompile, add(input, 32), mload(input), add(output, 32), length)
            done := and(done, eq(returndatasize(), length))
        }
        if (!done) revert PrecompileFailed(precompile);
    }
}
