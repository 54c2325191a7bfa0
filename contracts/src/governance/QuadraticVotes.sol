// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Electorate} from "./Electorate.sol";

/// @title Quadratic voting with equal credits
/// @notice Every admitted identity has the same voice credits in a season. Casting v votes on a proposal costs v²
/// of them, so that strong feelings are said at a rising price (S. P. Lalley and E. G. Weyl, "Quadratic Voting",
/// 2018). The credits are those of the season in which the proposal's snapshot lies, whenever the vote is cast: waiting
/// for another season gains nothing.
/// @dev A proposal carries with FOR ≥ 67 % of FOR + AGAINST, and with votes of any kind worth a third of what all
/// identities at the snapshot could cast on one proposal.
abstract contract QuadraticVotes is Governor {
    /// @notice What a vote says, in the numbers that wallets know.
    enum Support {
        Against,
        For,
        Abstain
    }

    struct Tally {
        uint64 against;
        uint64 inFavour;
        uint64 abstaining;
        mapping(address identity => uint256 votes) cast;
    }

    /// @notice Percent of the eligible power that must vote; abstaining counts.
    uint256 public constant QUORUM_PERCENT = 33;
    /// @notice Percent of the votes for and against that must be for.
    uint256 public constant MAJORITY_PERCENT = 67;
    uint256 private constant LEAST_SEASON = 1 days;
    uint256 private constant MOST_CREDITS = 1_000_000;

    /// @notice Who may vote.
    Electorate public immutable ELECTORATE;
    /// @notice Voice credits of an identity in a season.
    uint256 public immutable CREDITS;
    /// @notice Seconds in a season; seasons are counted from Unix time 0.
    uint256 public immutable SEASON;
    /// @notice Most votes that one identity can cast on one proposal: the root of its credits.
    uint256 public immutable POWER;

    mapping(uint256 proposalId => Tally) private _tallies;
    mapping(uint256 season => mapping(address identity => uint256)) private _spent;

    event CreditsSpent(
        address indexed identity, uint256 indexed proposalId, uint256 season, uint256 votes, uint256 credits
    );

    error ZeroElectorate();
    error CreditsOutOfRange(uint256 credits, uint256 minimum, uint256 maximum);
    error SeasonTooShort(uint256 season, uint256 minimum);
    /// @notice The account was not admitted at the proposal's snapshot, or is not any more.
    error NoVoice(address account, uint256 snapshot);
    error VotesOutOfRange(uint256 votes, uint256 maximum);
    error CreditsExceeded(address account, uint256 season, uint256 cost, uint256 left);

    /// @param electorate Who may vote.
    /// @param credits Voice credits of an identity in a season.
    /// @param season Seconds.
    constructor(Electorate electorate, uint256 credits, uint256 season) {
        if (address(electorate) == address(0)) revert ZeroElectorate();
        if (credits == 0 || credits > MOST_CREDITS) revert CreditsOutOfRange(credits, 1, MOST_CREDITS);
        if (season < LEAST_SEASON) revert SeasonTooShort(season, LEAST_SEASON);
        (ELECTORATE, CREDITS, SEASON) = (electorate, credits, season);
        POWER = Math.sqrt(credits);
    }

    /// @notice Unix time in seconds (ERC-6372).
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice What `clock` counts (ERC-6372).
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice How votes are counted. The parameters of a vote are its number of votes as one ABI-encoded integer; none
    /// means one vote.
    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override returns (string memory) {
        return "support=bravo&quorum=against,for,abstain&params=quadratic";
    }

    /// @notice Votes that a proposal with this snapshot needs, of any kind: a third of all power, rounded up.
    /// @param timepoint Unix time in seconds, before now.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return Math.ceilDiv(ELECTORATE.countAt(timepoint) * POWER * QUORUM_PERCENT, 100);
    }

    /// @inheritdoc IGovernor
    function hasVoted(uint256 proposalId, address account) public view override returns (bool) {
        return _tallies[proposalId].cast[account] != 0;
    }

    /// @notice The votes on a proposal so far.
    function proposalVotes(uint256 proposalId)
        external
        view
        returns (uint256 against, uint256 inFavour, uint256 abstaining)
    {
        Tally storage tally = _tallies[proposalId];
        return (tally.against, tally.inFavour, tally.abstaining);
    }

    /// @notice The season of a time.
    function seasonOf(uint256 timepoint) public view returns (uint256) {
        return timepoint / SEASON;
    }

    /// @notice Credits that an account may still spend on proposals of a season, if it is admitted.
    function creditsLeft(address account, uint256 season) public view returns (uint256) {
        return CREDITS - _spent[season][account];
    }

    /// @dev The most votes that the account can cast on a proposal of this snapshot.
    function _getVotes(address account, uint256 timepoint, bytes memory) internal view override returns (uint256) {
        return ELECTORATE.wasAdmitted(account, timepoint) ? POWER : 0;
    }

    function _countVote(uint256 proposalId, address account, uint8 support, uint256 power, bytes memory params)
        internal
        override
        returns (uint256 votes)
    {
        Tally storage tally = _tallies[proposalId];
        uint256 snapshot = proposalSnapshot(proposalId);
        if (tally.cast[account] != 0) revert GovernorAlreadyCastVote(account);
        if (power == 0 || !ELECTORATE.isAdmitted(account)) revert NoVoice(account, snapshot);
        votes = _votesIn(params);
        if (votes == 0 || votes > power) revert VotesOutOfRange(votes, power);
        tally.cast[account] = votes;
        _spend(account, proposalId, seasonOf(snapshot), votes);
        if (support == uint8(Support.Against)) tally.against += uint64(votes);
        else if (support == uint8(Support.For)) tally.inFavour += uint64(votes);
        else if (support == uint8(Support.Abstain)) tally.abstaining += uint64(votes);
        else revert GovernorInvalidVoteType();
    }

    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        Tally storage tally = _tallies[proposalId];
        uint256 all = uint256(tally.against) + tally.inFavour + tally.abstaining;
        return all >= quorum(proposalSnapshot(proposalId));
    }

    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        Tally storage tally = _tallies[proposalId];
        uint256 inFavour = tally.inFavour;
        return inFavour > 0 && inFavour * 100 >= (inFavour + tally.against) * MAJORITY_PERCENT;
    }

    function _votesIn(bytes memory params) private pure returns (uint256) {
        if (params.length == 0) return 1;
        if (params.length != 32) revert GovernorInvalidVoteParams();
        return abi.decode(params, (uint256));
    }

    function _spend(address account, uint256 proposalId, uint256 season, uint256 votes) private {
        uint256 cost = votes * votes;
        uint256 left = creditsLeft(account, season);
        if (cost > left) revert CreditsExceeded(account, season, cost, left);
        _spent[season][account] += cost;
        emit CreditsSpent(account, proposalId, season, votes, cost);
    }
}
