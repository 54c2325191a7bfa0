// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IModelDisputes, VersionStatus} from "./interfaces/IModelDisputes.sol";

/// @title Disputes about published versions
/// @notice With a dispute window, a version becomes Active when it has stood undisputed for the window at least and
/// twice the window at most: one version at a time is under review, and with it all that it was made from. Publishing
/// never waits. Whoever posts the bond holds back a version and all later ones, which descend from it; governance
/// decides. Upheld, the bond goes back, and every version after the last Active one is Revoked until the committee has
/// published that model again. Dismissed, the bond goes to governance and the version is Active. Without
/// a window every version is Active at once, and nothing can be disputed.
/// @dev Optimistic acceptance with a bonded dispute, as UMA's oracle has it, without a cost while nobody disputes: one
/// slot holds the review, read at each publication and written once a window.
abstract contract ModelDisputes is IModelDisputes {
    using Checkpoints for Checkpoints.Trace160;

    /// @notice A bond that is held.
    /// @param disputer Whose it is.
    /// @param above The next higher version that was disputed before this one; 0 for none.
    struct Dispute {
        address disputer;
        uint64 above;
    }

    /// @notice What is under review.
    /// @param active The last version known to be Active; the candidate may have become it since.
    /// @param candidate The version under review, above `active`, or any other number while there is none.
    /// @param disputed The lowest disputed version; 0 while none is.
    /// @param since Unix time in seconds at which the review began.
    /// @param isRestoring Whether what is published is Revoked until an Active model is restored.
    struct Review {
        uint64 active;
        uint64 candidate;
        uint64 disputed;
        uint40 since;
        bool isRestoring;
    }

    /// @notice How long a dispute window may be at most.
    uint64 public constant MAX_DISPUTE_WINDOW = 30 days;
    /// @notice Seconds in which a version can be disputed, at least; 0 for Active at once.
    uint64 public immutable DISPUTE_WINDOW;
    /// @notice Wei that a dispute costs when it is dismissed.
    uint256 public immutable DISPUTE_BOND;

    /// @notice Wei that an address may collect.
    mapping(address account => uint256) public owed;
    mapping(uint64 version => Dispute) private _disputes;
    Review private _review;
    /// @dev 1 from the first Revoked version on, 0 from the first after them on.
    Checkpoints.Trace160 private _revoked;

    event Disputed(uint64 indexed version, address indexed disputer, bytes32 evidence, uint256 bond);
    event DisputeResolved(uint64 indexed version, bool isUpheld, uint64 active, string reason);
    /// @notice These versions are Revoked, the first and the last counted in.
    event Revoked(uint64 indexed first, uint64 indexed last);
    event Collected(address indexed account, uint256 amount);

    error DisputeWindowTooLong(uint64 window, uint64 maximum);
    error ZeroValue(string field);
    error VersionUnknown(uint64 version, uint64 latest);
    error VersionRevoked(uint64 version);
    /// @notice The version is Active, and nothing takes that back.
    error VersionSettled(uint64 version, uint64 active);
    /// @notice That version, or a lower one, is disputed, which holds back this one too.
    error AlreadyContested(uint64 version, uint64 disputed);
    error BondMismatch(uint256 expected, uint256 given);
    error NotRestorer(address restorer, address caller);
    /// @notice Disputes are decided from the lowest version up; 0 while there is none.
    error NotNextDispute(uint64 version, uint64 next);
    error NothingToReclaim(uint64 version);
    error NothingOwed(address account);
    error PaymentFailed(address account, uint256 amount);

    constructor(uint64 window, uint256 bond) {
        if (window > MAX_DISPUTE_WINDOW) revert DisputeWindowTooLong(window, MAX_DISPUTE_WINDOW);
        if (window != 0 && bond == 0) revert ZeroValue("disputeBond");
        (DISPUTE_WINDOW, DISPUTE_BOND) = (window, bond);
    }

    /// @notice Disputes a version that is not Active yet, with a bond of exactly `DISPUTE_BOND`. While one is disputed
    /// only lower ones can be, since all later ones are held back with it.
    /// @param evidence Digest of what shows that the version is bad.
    function dispute(uint64 version, bytes32 evidence) external payable {
        if (evidence == 0) revert ZeroValue("evidence");
        if (msg.value != DISPUTE_BOND) revert BondMismatch(DISPUTE_BOND, msg.value);
        uint64 latest = _latestVersion();
        if (version > latest) revert VersionUnknown(version, latest);
        if (_isRevoked(version)) revert VersionRevoked(version);
        Review memory review = _review;
        review.active = _activeOf(review, latest);
        if (version <= review.active) revert VersionSettled(version, review.active);
        if (review.disputed != 0 && version >= review.disputed) revert AlreadyContested(version, review.disputed);
        _disputes[version] = Dispute(msg.sender, review.disputed);
        review.disputed = version;
        _review = review;
        emit Disputed(version, msg.sender, evidence, msg.value);
    }

    /// @notice Decides on the lowest disputed version. Only the restorer may call it.
    /// @param isUpheld True revokes every version after the last Active one, and asks for that model; false makes it
    /// Active, with what it was made from, and begins the review of what came after it anew.
    /// @param reason At most 200 bytes, for the log.
    function resolveDispute(uint64 version, bool isUpheld, string calldata reason) external {
        address judge = _judge();
        if (msg.sender != judge) revert NotRestorer(judge, msg.sender);
        Review memory review = _review;
        if (version == 0 || version != review.disputed) revert NotNextDispute(version, review.disputed);
        Dispute memory decided = _disputes[version];
        uint64 latest = _latestVersion();
        review.active = _activeOf(review, latest);
        delete _disputes[version];
        if (isUpheld) {
            owed[decided.disputer] += DISPUTE_BOND;
            (review.disputed, review.candidate) = (0, 0);
            _revokeFrom(review.active + 1, latest);
            review.isRestoring = review.active != 0;
            // Nobody can be asked for the genesis model: what follows is reviewed like any other version.
            if (!review.isRestoring) _revoked.push(latest + 1, 0);
        } else {
            owed[judge] += DISPUTE_BOND;
            (review.active, review.disputed) = (version, decided.above);
            review.candidate = decided.above == 0 ? latest : decided.above - 1;
            review.since = uint40(block.timestamp);
        }
        _review = review;
        emit DisputeResolved(version, isUpheld, review.active, reason);
        if (review.isRestoring) _requestRestore(review.active, reason);
    }

    /// @notice Credits the bond against a version that was revoked with another.
    function reclaimBond(uint64 version) external {
        address disputer = _disputes[version].disputer;
        if (disputer == address(0) || !_isRevoked(version)) revert NothingToReclaim(version);
        delete _disputes[version];
        owed[disputer] += DISPUTE_BOND;
    }

    /// @notice Pays the caller what it is owed.
    function collect() external {
        uint256 amount = owed[msg.sender];
        if (amount == 0) revert NothingOwed(msg.sender);
        owed[msg.sender] = 0;
        emit Collected(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed(msg.sender, amount);
    }

    /// @notice The review as it was last written.
    function currentReview() external view returns (Review memory) {
        return _review;
    }

    /// @inheritdoc IModelDisputes
    function isContested() external view returns (bool) {
        return _review.disputed != 0;
    }

    /// @inheritdoc IModelDisputes
    function statusOf(uint64 version) external view returns (VersionStatus) {
        uint64 latest = _latestVersion();
        if (version > latest) revert VersionUnknown(version, latest);
        if (_isRevoked(version)) return VersionStatus.Revoked;
        (uint64 active,) = _standing(latest);
        if (version <= active) return VersionStatus.Active;
        return _disputes[version].disputer == address(0) ? VersionStatus.Published : VersionStatus.Disputed;
    }

    /// @dev The last Active version, and whether a later one is disputed.
    function _standing(uint64 latest) internal view returns (uint64 active, bool contested) {
        if (DISPUTE_WINDOW == 0) return (latest, false);
        Review memory review = _review;
        return (_activeOf(review, latest), review.disputed != 0);
    }

    /// @dev Takes a new version into the review. Call it once for each, after it became the latest.
    function _noteVersion(uint64 version, bytes32 modelDigest) internal {
        if (DISPUTE_WINDOW == 0) return;
        Review memory review = _review;
        if (review.isRestoring) {
            if (modelDigest != _requestedDigest()) {
                emit Revoked(version, version);
                return;
            }
            review.isRestoring = false;
            _revoked.push(version, 0);
        } else {
            if (review.disputed != 0) return;
            bool isReviewing = review.candidate > review.active;
            if (isReviewing && block.timestamp < uint256(review.since) + DISPUTE_WINDOW) return;
            if (isReviewing) review.active = review.candidate;
        }
        (review.candidate, review.since) = (version, uint40(block.timestamp));
        _review = review;
    }

    function _isRevoked(uint64 version) internal view returns (bool) {
        return _revoked.upperLookup(version) == 1;
    }

    /// @dev What a disputed version was made from may still become Active.
    function _activeOf(Review memory review, uint64 latest) private view returns (uint64) {
        if (DISPUTE_WINDOW == 0) return latest;
        bool isOver = review.candidate > review.active && block.timestamp >= uint256(review.since) + DISPUTE_WINDOW
            && (review.disputed == 0 || review.candidate < review.disputed);
        return isOver ? review.candidate : review.active;
    }

    function _revokeFrom(uint64 first, uint64 latest) private {
        // What was revoked before ends where the restored version begins, which may not be Active yet.
        (, uint96 end,) = _revoked.latestCheckpoint();
        if (end > first) first = uint64(end);
        _revoked.push(first, 1);
        emit Revoked(first, latest);
    }

    function _latestVersion() internal view virtual returns (uint64);

    /// @dev Who decides.
    function _judge() internal view virtual returns (address);

    /// @dev Asks the committee to publish an Active version again.
    function _requestRestore(uint64 version, string calldata reason) internal virtual returns (uint64 nonce);

    /// @dev Digest of the version that was last asked for.
    function _requestedDigest() internal view virtual returns (bytes32);
}
