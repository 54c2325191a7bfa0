// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Reads of contracts that may fail, lie about their types or burn all gas
/// @notice Each read gets a fixed amount of gas, or the whole transaction reverts. So whether it fails is the
/// contract's own doing: a caller cannot fake a failure by sending little gas (EIP-150 would pass on 63/64 of it in
/// silence), and a contract that burns all it is given cannot keep its failure from being noted.
library BoundedCall {
    /// @notice The transaction has too little gas left for a read.
    error InsufficientGas(uint256 left, uint256 needed);

    uint256 private constant OVERHEAD = 10_000;

    /// @notice Reads words from a contract; never reverts save for the caller's lack of gas.
    /// @param target The contract; an account without code fails.
    /// @param data Selector and arguments.
    /// @param gasGiven Gas that it may use.
    /// @param count Words expected; it may return more, and those are not copied.
    /// @return isRead Whether it answered with at least so many words.
    /// @return words The answer, not checked for the ranges of narrower types; meaningless unless `isRead`.
    function read(address target, bytes memory data, uint256 gasGiven, uint256 count)
        internal
        view
        returns (bool isRead, uint256[] memory words)
    {
        words = new uint256[](count);
        uint256 needed = (gasGiven * 64) / 63 + OVERHEAD;
        if (gasleft() < needed) revert InsufficientGas(gasleft(), needed);
        assembly ("memory-safe") {
            let size := shl(5, count)
            isRead := staticcall(gasGiven, target, add(data, 32), mload(data), add(words, 32), size)
            isRead := and(isRead, iszero(lt(returndatasize(), size)))
        }
    }
}
