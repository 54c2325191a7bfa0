// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the parameter registry and a protocol ask of the circuit breaker
/// @notice A guardian halts at once; only governance resumes, after its delay. Liquidation and repayment have no
/// breaker: stopping them in a crash grows bad debt.
interface ICircuitBreaker {
    /// @notice What is halted now, in one word of storage.
    /// @param all Whether every write by a model is halted.
    /// @param riskRaising Whether writes that raise risk are halted.
    /// @param anyParameter Whether some single parameter is halted: then ask `isParameterHalted`.
    /// @param classes Bit c is set when the parameters of class c are halted.
    /// @param severity 0 normal, 1 elevated, 2 high, 3 severe, 4 critical.
    struct Status {
        bool all;
        bool riskRaising;
        bool anyParameter;
        uint32 classes;
        uint8 severity;
    }

    /// @notice What is halted now. One storage read, never reverts.
    function status() external view returns (Status memory);

    /// @notice Whether this one parameter is halted.
    function isParameterHalted(bytes32 id) external view returns (bool);

    /// @notice Whether coins may be minted against a collateral; `collateral` 0 asks for minting as a whole.
    function isMintingHalted(bytes32 collateral) external view returns (bool);

    /// @notice Whether coins may be redeemed (burned for collateral beyond repayment) against a collateral.
    function isBurningHalted(bytes32 collateral) external view returns (bool);
}
