// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Entries that a batch may have.
uint256 constant MAX_BATCH = 16;

/// @notice A batch has 1 to `maximum` entries.
error BatchSizeInvalid(uint256 size, uint256 maximum);

/// @notice Which direction of a parameter raises the protocol's risk. For a stability fee both do: too low a fee
/// harms the peg, too high a fee harms borrowers.
enum Risk {
    Both,
    Up,
    Down
}

/// @notice What a parameter may do. Values are below 2^64 in the parameter's unit; amounts of coins count whole
/// coins. A step of zero closes its direction.
/// @param min Lowest value.
/// @param max Highest value.
/// @param stepUp Largest rise in one change.
/// @param stepDown Largest fall in one change.
/// @param budgetUp Sum of rises that a window admits at once; it drains evenly over the window.
/// @param budgetDown The same for falls.
/// @param cooldown Seconds between two changes that raise risk, and from a configuration to the first.
/// @param window Seconds in which a full budget drains.
/// @param risk Which direction raises risk.
/// @param class Which class a circuit breaker halts it with, 0 to 31.
/// @param isWired Whether the parameter's consumer is called after each change.
struct Limits {
    uint64 min;
    uint64 max;
    uint64 stepUp;
    uint64 stepDown;
    uint64 budgetUp;
    uint64 budgetDown;
    uint32 cooldown;
    uint32 window;
    Risk risk;
    uint8 class;
    bool isWired;
}

/// @notice One entry of a batch.
/// @param id keccak256 of the parameter's name.
/// @param expected Value that the parameter has before.
/// @param value Value that it is to have.
/// @param explanation Digest of the explanation of this value.
struct Change {
    bytes32 id;
    uint64 expected;
    uint64 value;
    bytes32 explanation;
}

/// @notice Where a batch comes from.
/// @param sequence Number of the batch, one above the last.
/// @param modelVersion The model version that the values come from.
/// @param modelDigest SHA-256 of its weights.
/// @param transcript Digest of the round's log entry that made the version.
struct Provenance {
    uint64 sequence;
    uint64 modelVersion;
    bytes32 modelDigest;
    bytes32 transcript;
}
