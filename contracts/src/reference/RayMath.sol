// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Fixed-point arithmetic of the reference core
/// @notice A wad has 18 decimals, a ray 27. Every function says which way it rounds; contracts/client/reference-math.ts
/// computes the same bits.
library RayMath {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant RAY = 1e27;
    /// @notice Seconds of a year, as yearly rates count them.
    uint256 internal constant YEAR = 31_536_000;

    /// @notice A factor left 128 bits.
    error RateOverflow(uint256 value);

    /// @notice Factor by which a debt grows in a second at a nominal yearly rate, rounded up.
    /// @param yearly Wad; 1e18 is 100 % a year.
    /// @return Ray, at least 1.
    function perSecondUp(uint256 yearly) internal pure returns (uint256) {
        return RAY + ceilDiv(yearly * (RAY / WAD), YEAR);
    }

    /// @notice Factor by which savings grow in a second at a nominal yearly rate, rounded down.
    function perSecondDown(uint256 yearly) internal pure returns (uint256) {
        return RAY + (yearly * (RAY / WAD)) / YEAR;
    }

    /// @notice base^n in ray by squaring, each product rounded up.
    function powUp(uint256 base, uint256 n) internal pure returns (uint256) {
        return _pow(base, n, RAY - 1);
    }

    /// @notice base^n in ray by squaring, each product rounded down.
    function powDown(uint256 base, uint256 n) internal pure returns (uint256) {
        return _pow(base, n, 0);
    }

    /// @notice a / b rounded up.
    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return a == 0 ? 0 : (a - 1) / b + 1;
    }

    /// @dev Factors stay below 2^128, so that no product of two, plus RAY, leaves 256 bits.
    function _pow(uint256 x, uint256 n, uint256 add) private pure returns (uint256 z) {
        if (x >> 128 != 0) revert RateOverflow(x);
        z = RAY;
        while (true) {
            unchecked {
                if (n & 1 == 1) {
                    z = (z * x + add) / RAY;
                    if (z >> 128 != 0) revert RateOverflow(z);
                }
                n >>= 1;
                if (n == 0) return z;
                x = (x * x + add) / RAY;
                if (x >> 128 != 0) revert RateOverflow(x);
            }
        }
    }
}
