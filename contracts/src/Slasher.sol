// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateVote, AggregateVotes} from "./AggregateVotes.sol";
import {CommitteeSignature, CommitteeVotes} from "./CommitteeVotes.sol";
import {EntryOffences, Offence} from "./EntryOffences.sol";
import {Equivocation} from "./Equivocation.sol";
import {ModelRegistry, RoundDecision} from "./ModelRegistry.sol";
import {NodeRegistry} from "./NodeRegistry.sol";

/// @title Takes from the bonds of operators that are proven to have broken a rule
/// @notice Two kinds of proof count. Two commit votes of one key that exclude each other prove themselves: they take
/// the whole bond. Offences that a round's committee certified in its log entry rest on a quorum's word, since the
/// chain cannot check the messages behind them: they take a share, and at most one of them counts for an operator in
/// an epoch, so that a corrupt quorum cannot empty a bond by repeating itself. A body that was not served is no
/// offence here: a bad link looks the same. Anyone may report. A tenth of what is taken goes to the owner of the active
/// operator that reports another, so that reporting oneself through another account still loses nine tenths, and who
/// copies a report that waits for a block has to have a bond of its own at stake; the rest, or all, goes to the
/// treasury, or is locked here for ever where there is none. Nobody owns this contract, and nothing of it can be changed.
contract Slasher {
    /// @notice Parts of a bond are counted in ten-thousandths.
    uint256 public constant WHOLE = 10_000;
    /// @notice Two commit votes for different decisions in one view: an attack on agreement that no fault explains,
    /// since votes are on disk before they are sent.
    uint256 public constant COMMIT_EQUIVOCATION_SHARE = 10_000;
    /// @notice Part of what is taken that the reporting operator's owner gets.
    uint256 public constant REWARD_SHARE = 1_000;

    ModelRegistry public immutable MODELS;
    NodeRegistry public immutable NODES;
    /// @notice Who gets what the reporter does not; zero for nobody.
    address public immutable TREASURY;
    /// @notice Seconds after the end of an epoch in which proofs about it count: the unbonding delay, after which bonds
    /// may be gone, and past which a committee of old has nothing to lose by what it certifies.
    uint64 public immutable MAX_AGE;

    /// @notice Offences that were acted on.
    mapping(bytes32 id => bool) public isPunished;
    /// @notice Wei that an address may collect.
    mapping(address account => uint256) public owed;

    event Punished(
        address indexed owner,
        bytes32 indexed offence,
        bytes32 indexed kind,
        uint256 taken,
        address reporter,
        uint256 reward
    );
    event Collected(address indexed account, uint256 amount);

    error ZeroAddress(string field);
    /// @notice The node registry names another contract that may take from bonds.
    error SlasherMismatch(address expected, address given);
    error NetworkMismatch(bytes32 expected, bytes32 given);
    error EvidenceTooOld(uint64 epoch, uint256 endedAt, uint64 maxAge);
    /// @notice The signer was not in the epoch's committee.
    error NotAMember(address signer, uint64 epoch);
    /// @notice The BLS key, or the node's key, is no operator's.
    error KeyUnknown(bytes32 key);
    error AlreadyPunished(bytes32 offence);
    /// @notice One certified offence counts for an operator in an epoch.
    error AlreadyPunishedInEpoch(address owner, uint64 epoch);
    /// @notice The bytes are not those of the entry that the committee decided on.
    error EntryMismatch(bytes32 expected, bytes32 given);
    /// @notice Offences of this kind, by its hash, cost nothing.
    error KindNotPunishable(bytes32 kind);
    error NotNodes(address caller);
    error NothingOwed(address account);
    error PaymentFailed(address account, uint256 amount);

    /// @param models Says who was in a committee.
    /// @param nodes Holds the bonds, and names this contract as the one that may take from them.
    /// @param treasury Who gets what the reporter does not; zero for nobody.
    constructor(ModelRegistry models, NodeRegistry nodes, address treasury) {
        if (address(models) == address(0)) revert ZeroAddress("models");
        if (nodes.SLASHER() != address(this)) revert SlasherMismatch(nodes.SLASHER(), address(this));
        (MODELS, NODES, TREASURY) = (models, nodes, treasury);
        MAX_AGE = nodes.UNBONDING_DELAY();
    }

    /// @notice Bonds arrive from the node registry alone.
    receive() external payable {
        if (msg.sender != address(NODES)) revert NotNodes(msg.sender);
    }

    /// @notice Takes the bond of a member that signed two different decisions of one view with ECDSA.
    /// @param committee Signers of the decisions' epoch in ascending order.
    function punishEquivocation(
        RoundDecision calldata first,
        RoundDecision calldata second,
        bytes calldata firstVote,
        bytes calldata secondVote,
        address[] calldata committee
    ) external {
        address signer =
            Equivocation.signerOf(block.chainid, address(MODELS), first, second, firstVote, secondVote);
        _punishVotes(first, signer, committee);
    }

    /// @notice The same for votes with BLS. A key is its signer's for ever, so it need not be shown in which epochs it
    /// was in use: its owner signed both decisions in any case.
    /// @param key 128 bytes.
    function punishAggregatedEquivocation(
        RoundDecision calldata first,
        RoundDecision calldata second,
        bytes calldata key,
        bytes calldata firstVote,
        bytes calldata secondVote,
        address[] calldata committee
    ) external {
        Equivocation.requireSignedTwice(
            block.chainid, address(MODELS), first, second, key, firstVote, secondVote
        );
        address signer = NODES.signerOfBlsKey(keccak256(key));
        if (signer == address(0)) revert KeyUnknown(keccak256(key));
        _punishVotes(first, signer, committee);
    }

    /// @notice Takes a share of the bond of an operator that a round's committee certified an offence of.
    /// @param decision What the committee decided, whatever the outcome.
    /// @param committee Signers of its epoch in ascending order.
    /// @param signatures A quorum of their votes for it.
    /// @param entry Canonical bytes of the round's entry.
    /// @param index Place of the offence in the entry's list.
    function punishCertified(
        RoundDecision calldata decision,
        address[] calldata committee,
        CommitteeSignature[] calldata signatures,
        bytes calldata entry,
        uint256 index
    ) external {
        _requireCommittee(decision.epoch, committee);
        CommitteeVotes.requireQuorum(MODELS.hashRoundDecision(decision), committee, signatures);
        _punishOffence(decision, entry, index);
    }

    /// @notice The same where the committee voted with BLS.
    function punishCertifiedAggregated(
        RoundDecision calldata decision,
        AggregateVote calldata vote,
        bytes calldata entry,
        uint256 index
    ) external {
        bytes32 keys = MODELS.committeeKeys(decision.epoch);
        if (keys == 0) revert ModelRegistry.SchemeMismatch(decision.epoch, false);
        bytes32 digest = MODELS.hashRoundDecision(decision);
        AggregateVotes.requireQuorum(digest, keys, MODELS.committeeSize(decision.epoch), vote);
        _punishOffence(decision, entry, index);
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

    /// @notice What an offence of a certified kind costs, in ten-thousandths of the bond; 0 for one that costs nothing.
    /// @dev Two votes or proposals attack agreement, and half is the most that a quorum's word can take. Two headers
    /// and a false ledger harm a round or one's own clients, and may come from a restored backup. A failed audit
    /// may come from a machine that computes wrongly.
    function shareOf(bytes32 kind) public pure returns (uint256) {
        if (kind == keccak256("equivocation-vote") || kind == keccak256("equivocation-proposal")) return 5_000;
        if (kind == keccak256("equivocation-header") || kind == keccak256("false-ledger")) return 1_000;
        if (kind == keccak256("failed-audit")) return 500;
        return 0;
    }

    function _punishVotes(RoundDecision calldata decision, address signer, address[] calldata committee) private {
        _requireTimely(decision);
        _requireCommittee(decision.epoch, committee);
        if (!_isIn(committee, signer)) revert NotAMember(signer, decision.epoch);
        address owner = NODES.ownerOfSigner(signer);
        if (owner == address(0)) revert KeyUnknown(bytes32(uint256(uint160(signer))));
        // Three votes in one view are one offence, whichever two are shown.
        bytes32 id = keccak256(
            abi.encode("commit", signer, decision.network, decision.epoch, decision.round, decision.viewNumber)
        );
        _punish(owner, id, keccak256("equivocation-commit"), COMMIT_EQUIVOCATION_SHARE);
    }

    function _punishOffence(RoundDecision calldata decision, bytes calldata entry, uint256 index) private {
        _requireTimely(decision);
        bytes32 digest = EntryOffences.digestOf(entry);
        if (digest != decision.entryDigest) revert EntryMismatch(decision.entryDigest, digest);
        Offence memory offence = EntryOffences.offenceAt(entry, index);
        uint256 share = shareOf(offence.kind);
        if (share == 0) revert KindNotPunishable(offence.kind);
        address owner = NODES.ownerOfNode(offence.nodeKey);
        if (owner == address(0)) revert KeyUnknown(offence.nodeKey);
        bytes32 id = keccak256(abi.encode("certified", offence.nodeKey, offence.evidence));
        if (isPunished[id]) revert AlreadyPunished(id);
        bytes32 turn = keccak256(abi.encode("epoch", owner, decision.epoch));
        if (isPunished[turn]) revert AlreadyPunishedInEpoch(owner, decision.epoch);
        isPunished[turn] = true;
        _punish(owner, id, offence.kind, share);
    }

    function _requireTimely(RoundDecision calldata decision) private view {
        bytes32 network = MODELS.network();
        if (decision.network != network) revert NetworkMismatch(network, decision.network);
        if (decision.epoch >= MODELS.currentEpoch()) return;
        uint256 endedAt = MODELS.epochBeganAt(decision.epoch + 1);
        if (block.timestamp > endedAt + MAX_AGE) revert EvidenceTooOld(decision.epoch, endedAt, MAX_AGE);
    }

    function _requireCommittee(uint64 epoch, address[] calldata committee) private view {
        CommitteeVotes.requireCommittee(committee, MODELS.committeeRoot(epoch), MODELS.committeeSize(epoch));
    }

    function _isIn(address[] calldata committee, address signer) private pure returns (bool) {
        for (uint256 i = 0; i < committee.length; ++i) {
            if (committee[i] == signer) return true;
        }
        return false;
    }

    /// @dev The owner of the active operator whose signer or owner reports; zero for a stranger, for who is leaving and
    /// for who reports itself.
    function _rewarded(address punished) private view returns (address owner) {
        owner = NODES.ownerOfSigner(msg.sender);
        if (owner == address(0)) owner = msg.sender;
        if (owner == punished || NODES.operators(owner).status != NodeRegistry.Status.Active) return address(0);
    }

    function _punish(address owner, bytes32 id, bytes32 kind, uint256 share) private {
        if (isPunished[id]) revert AlreadyPunished(id);
        isPunished[id] = true;
        uint256 due = NODES.operators(owner).bond * share / WHOLE;
        uint256 taken = NODES.slash(owner, due);
        address rewarded = _rewarded(owner);
        uint256 reward = rewarded == address(0) ? 0 : taken * REWARD_SHARE / WHOLE;
        if (reward != 0) owed[rewarded] += reward;
        if (TREASURY != address(0)) owed[TREASURY] += taken - reward;
        emit Punished(owner, id, kind, taken, msg.sender, reward);
    }
}
