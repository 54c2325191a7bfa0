// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Halts} from "../src/breaker/Halts.sol";

/// @notice Who halts, who names and who asks, for every state of the breaker. The functions are called as the
/// contract's own, so that `msg.sender` is anyone.
contract HaltsProof is Halts {
    constructor() Halts(address(1), 1 days, new address[](0)) {}

    function onlyGuardiansHalt(uint8 class) public {
        (uint8 scopes, uint32 classes) = (_state.scopes, _state.classes);
        haltClass(class);
        assert(isGuardian[msg.sender] || msg.sender == GOVERNANCE);
        assert(_state.scopes == scopes);
        assert(_state.classes >= classes);
    }

    function onlyGuardiansHaltAParameter(bytes32 id) public {
        uint16 parameters = _state.parameters;
        haltParameter(id);
        assert(isGuardian[msg.sender] || msg.sender == GOVERNANCE);
        assert(isParameterHalted[id]);
        assert(_state.parameters >= parameters);
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
        require(block.timestamp < 2 ** 39 && RESUME_DELAY <= MAX_RESUME_DELAY);
        requestResume(Scope.Parameter, id);
        assert(msg.sender == GOVERNANCE);
        assert(_resumptions[Scope.Parameter][id].readyAt == block.timestamp + RESUME_DELAY);
    }

    function _requireCalm(Scope, bytes32) internal view override {}
}
