// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits, Risk} from "./ParameterTypes.sol";

/// @title Limits in two words of storage: what a rise needs, and what a fall needs
/// @notice A change reads the word of its own direction alone. What both need stands in both. From the lowest bit up:
/// bound, step and budget with 64 bits each, cooldown and window with 25, risk with 2, class with 5, isWired with 1.
/// Both words are zero exactly while the parameter is unknown, since a window is not zero.
library PackedLimits {
    /// @notice What a cooldown and a window are below.
    uint256 internal constant SECONDS_BELOW = 1 << 25;
    /// @notice What a class is below.
    uint256 internal constant CLASSES = 1 << 5;

    uint256 private constant STEP_AT = 64;
    uint256 private constant BUDGET_AT = 128;
    uint256 private constant COOLDOWN_AT = 192;
    uint256 private constant WINDOW_AT = 217;
    uint256 private constant RISK_AT = 242;
    uint256 private constant CLASS_AT = 244;
    uint256 private constant WIRED_AT = 249;

    /// @param limits Cooldown, window and class must be below what they are below here: checked by the caller.
    function pack(Limits memory limits) internal pure returns (uint256 rises, uint256 falls) {
        uint256 shared = (uint256(limits.cooldown) << COOLDOWN_AT) | (uint256(limits.window) << WINDOW_AT)
            | (uint256(limits.risk) << RISK_AT) | (uint256(limits.class) << CLASS_AT)
            | (limits.isWired ? 1 << WIRED_AT : 0);
        rises = shared | limits.max | (uint256(limits.stepUp) << STEP_AT) | (uint256(limits.budgetUp) << BUDGET_AT);
        falls = shared | limits.min | (uint256(limits.stepDown) << STEP_AT)
            | (uint256(limits.budgetDown) << BUDGET_AT);
    }

    function unpack(uint256 rises, uint256 falls) internal pure returns (Limits memory limits) {
        _unpackShared(limits, rises);
        _unpackRises(limits, rises);
        _unpackFalls(limits, falls);
    }

    /// @notice The limits of one direction; those of the other are zero.
    /// @param word Of that direction.
    function unpackOne(uint256 word, bool rises) internal pure returns (Limits memory limits) {
        _unpackShared(limits, word);
        if (rises) _unpackRises(limits, word);
        else _unpackFalls(limits, word);
    }

    function _unpackShared(Limits memory limits, uint256 word) private pure {
        limits.cooldown = uint32((word >> COOLDOWN_AT) & (SECONDS_BELOW - 1));
        limits.window = uint32((word >> WINDOW_AT) & (SECONDS_BELOW - 1));
        limits.risk = Risk((word >> RISK_AT) & 3);
        limits.class = uint8((word >> CLASS_AT) & (CLASSES - 1));
        limits.isWired = (word >> WIRED_AT) & 1 != 0;
    }

    function _unpackRises(Limits memory limits, uint256 word) private pure {
        (limits.max, limits.stepUp, limits.budgetUp) =
            (uint64(word), uint64(word >> STEP_AT), uint64(word >> BUDGET_AT));
    }

    function _unpackFalls(Limits memory limits, uint256 word) private pure {
        (limits.min, limits.stepDown, limits.budgetDown) =
            (uint64(word), uint64(word >> STEP_AT), uint64(word >> BUDGET_AT));
    }
}
