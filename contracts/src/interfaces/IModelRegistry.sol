// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a protocol reads of a network's models
interface IModelRegistry {
    /// @notice Where the network stands: the last version and who may sign now.
    /// @param network Network id, zero before initialisation.
    /// @param version Last published version; 0 is the genesis model.
    /// @param modelDigest SHA-256 of the weights of that version.
    /// @param epoch Current committee epoch.
    /// @param committeeRoot Root of that epoch's committee.
    /// @param committeeSize Its number of members.
    struct Head {
        bytes32 network;
        uint64 version;
        bytes32 modelDigest;
        uint64 epoch;
        bytes32 committeeRoot;
        uint8 committeeSize;
    }

    /// @notice What decisions may rest on: the model that may be cited and who may sign now.
    /// @param version Last Active version; 0 is the genesis model.
    /// @param modelDigest SHA-256 of the weights of that version.
    /// @param committeeRoot Root of the current epoch's committee.
    /// @param committeeSize Its number of members.
    /// @param isContested Whether a later version is disputed: then only what reduces risk may be done.
    struct Authority {
        uint64 version;
        bytes32 modelDigest;
        bytes32 committeeRoot;
        uint8 committeeSize;
        bool isContested;
    }

    /// @notice Network id, zero before initialisation; it never changes after it.
    function network() external view returns (bytes32);

    /// @notice The last Active version and the current committee in one call. The committee is empty before
    /// initialisation.
    function authority() external view returns (Authority memory);

    /// @notice Network, last version and current committee in one call.
    function head() external view returns (Head memory);

    /// @notice The last published version.
    /// @return version Its number.
    /// @return modelDigest SHA-256 of its weights.
    /// @return round The round that produced it; 0 for the genesis model.
    /// @return publishedAt Unix time in seconds of its publication: what a consumer judges staleness by.
    function latest() external view returns (uint64 version, bytes32 modelDigest, uint64 round, uint64 publishedAt);

    /// @notice Digest of a published version; reverts for a version that does not exist.
    function versions(uint64 version) external view returns (bytes32 modelDigest);
}
