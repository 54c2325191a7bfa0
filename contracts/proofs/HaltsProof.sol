// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Halts} from "../src/breaker/Halts.sol";

/// @notice Who halts, who names and who asks, for every state of the breaker. The functions are called as the
/// contract's own, so that `msg.sender` is anyone.
contract HaltsProof is Halts {
    constructor() Halts(address(1), 1 days, new address[](0)) {}

    /// @dev What halts is written in assembly, which the checker does not follow; this is the door before it.
    function onlyGuardiansHalt() public view onlyGuardian {
        assert(isGuardian[msg.sender] || msg.sender == GOVERNANCE);
    }

    function onlyGovernanceNamesGuardians(address guardian, bool isOne) public {
        setGuardian(guardian, isOne);
        assert(msg.sender == GOVERNANCE);
    }

    function onlyGovernanceNamesSturdyCollateral(bytes32 collateral, bool isSturdy) public {
        setSturdy(collateral, isSturdy);
        assert(msg.sender == GOVERNANCE);
    }

    function nothingResumesWithoutARequestAndItsDelay(bytes32 id) public {
        uint256 readyAt = _resumptions[Scope.Parameter][id].readyAt;
        uint32 tripsThen = _resumptions[Scope.Parameter][id].trips;
        uint32 trips = _state.trips;
        resume(Scope.Parameter, id);
        assert(readyAt != 0);
        assert(block.timestamp >= readyAt);
        assert(tripsThen == trips);
    }

    function onlyGovernanceAsksForAResumption(bytes32 id) public {
        requestResume(Scope.Parameter, id);
        assert(msg.sender == GOVERNANCE);
    }

    function _requireCalm(Scope, bytes32) internal view override {}
}
