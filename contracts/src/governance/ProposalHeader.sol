// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @notice What a proposal is about. Each type may call only the functions that the governor's table lists for it.
enum ProposalType {
    ParameterAdjustment,
    EmergencyAction,
    ProtocolUpgrade,
    FundsAllocation,
    PolicyChange
}

/// @title The first line of a proposal's description
/// @notice `ballast-proposal/1 <type> 0x<actions> 0x<justification>`, then a newline or the end. The digest of the
/// actions is keccak256(abi.encode(targets, values, calldatas)): a text that was written for other calls is refused.
/// The justification is the digest of a published document.
library ProposalHeader {
    /// @notice What every first line begins with.
    string internal constant PREFIX = "ballast-proposal/1 ";
    uint256 private constant TYPES = 5;
    uint256 private constant DIGITS = 66;

    /// @notice The description does not begin with the line of these actions.
    error DescriptionMismatch(bytes32 actions);
    error ZeroJustification();

    /// @notice Digest of what a proposal calls.
    function digestOf(address[] memory targets, uint256[] memory values, bytes[] memory calldatas)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(targets, values, calldatas));
    }

    /// @notice The line, without its newline.
    function line(ProposalType kind, bytes32 actions, bytes32 justification) internal pure returns (string memory) {
        return string.concat(_start(kind, actions), Strings.toHexString(uint256(justification), 32));
    }

    /// @notice Reads the first line of a description and refuses it unless it is the line of these actions.
    function read(string memory description, bytes32 actions)
        internal
        pure
        returns (ProposalType kind, bytes32 justification)
    {
        for (uint256 i = 0; i < TYPES; ++i) {
            kind = ProposalType(i);
            uint256 start = bytes(_start(kind, actions)).length;
            uint256 end = start + DIGITS;
            if (bytes(description).length < end) continue;
            (bool isHex, uint256 word) = Strings.tryParseHexUint(description, start, end);
            if (!isHex || !_startsWith(description, line(kind, actions, bytes32(word)))) continue;
            if (bytes(description).length > end && bytes(description)[end] != "\n") continue;
            if (word == 0) revert ZeroJustification();
            return (kind, bytes32(word));
        }
        revert DescriptionMismatch(actions);
    }

    function _start(ProposalType kind, bytes32 actions) private pure returns (string memory) {
        return string.concat(PREFIX, _name(kind), " ", Strings.toHexString(uint256(actions), 32), " ");
    }

    function _name(ProposalType kind) private pure returns (string memory) {
        if (kind == ProposalType.ParameterAdjustment) return "parameter_adjustment";
        if (kind == ProposalType.EmergencyAction) return "emergency_action";
        if (kind == ProposalType.ProtocolUpgrade) return "protocol_upgrade";
        if (kind == ProposalType.FundsAllocation) return "funds_allocation";
        return "policy_change";
    }

    function _startsWith(string memory text, string memory start) private pure returns (bool) {
        bytes32 found;
        uint256 length = bytes(start).length;
        assembly ("memory-safe") {
            found := keccak256(add(text, 0x20), length)
        }
        return found == keccak256(bytes(start));
    }
}
