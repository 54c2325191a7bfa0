// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Halts} from "../src/breaker/Halts.sol";
import {Answering, BreakerWorld} from "./BreakerWorld.sol";

/// @notice A market, an oracle, a guardian, governance and strangers do what comes. Every refusal is taken, and whatever
/// resumes is compared with what was asked for.
contract Actors is BreakerWorld {
    uint256 public constant SCOPES = 9;
    /// @notice What must never be.
    uint256 public resumedUnasked;
    uint256 public resumedEarly;
    uint256 public resumedAfterATrip;
    uint256 public resumedWhileSevere;
    uint256 public refusedHalts;
    uint256 public haltsByStrangers;
    /// @notice That the run reached what it is about.
    uint256 public resumptions;
    uint256 public trips;

    mapping(uint256 index => uint256) private _askedAt;
    mapping(uint256 index => uint256) private _tripsWhenAsked;

    constructor() {
        buildBreaker();
    }

    function scopeOf(uint256 index) public pure returns (Halts.Scope scope, bytes32 key) {
        if (index == 0) return (Halts.Scope.All, 0);
        if (index == 1) return (Halts.Scope.RiskRaising, 0);
        if (index == 2) return (Halts.Scope.Minting, 0);
        if (index == 3) return (Halts.Scope.VulnerableMinting, 0);
        if (index == 4) return (Halts.Scope.Burning, 0);
        if (index == 5) return (Halts.Scope.Class, bytes32(uint256(7)));
        if (index == 6) return (Halts.Scope.Parameter, keccak256("STABILITY_FEE"));
        if (index == 7) return (Halts.Scope.Minting, keccak256("ETH-A"));
        return (Halts.Scope.Burning, keccak256("ETH-A"));
    }

    function callOf(uint256 index) private pure returns (bytes memory) {
        (, bytes32 key) = scopeOf(index);
        if (index == 0) return abi.encodeCall(Halts.haltAll, ());
        if (index == 1 || index == 3) return abi.encodeCall(Halts.haltRiskRaising, ());
        if (index == 5) return abi.encodeCall(Halts.haltClass, (7));
        if (index == 6) return abi.encodeCall(Halts.haltParameter, (key));
        return index == 2 || index == 7
            ? abi.encodeCall(Halts.haltMinting, (key))
            : abi.encodeCall(Halts.haltBurning, (key));
    }

    function halt(uint256 seed, bool isGuardian) external {
        vm.prank(isGuardian ? guardian : address(0xbad));
        (bool isDone,) = address(breaker).call(callOf(seed % SCOPES));
        if (isDone && !isGuardian) ++haltsByStrangers;
        if (!isDone && isGuardian) ++refusedHalts;
    }

    function ask(uint256 seed, bool isGovernance) external {
        (Halts.Scope scope, bytes32 key) = scopeOf(seed % SCOPES);
        vm.prank(isGovernance ? governance : guardian);
        try breaker.requestResume(scope, key) {
            if (!isGovernance) ++resumedUnasked;
            (_askedAt[seed % SCOPES], _tripsWhenAsked[seed % SCOPES]) = (block.timestamp, tripsNow());
        } catch {}
    }

    function resume(uint256 seed, bool isPatient) external {
        uint256 index = seed % SCOPES;
        (Halts.Scope scope, bytes32 key) = scopeOf(index);
        if (isPatient) {
            vm.warp(block.timestamp + RESUME_DELAY);
            try breaker.observe() {} catch {}
        }
        uint256 tripsBefore = tripsNow();
        try breaker.resume(scope, key) {
            ++resumptions;
            if (_askedAt[index] == 0) ++resumedUnasked;
            if (block.timestamp < _askedAt[index] + RESUME_DELAY) ++resumedEarly;
            if (tripsBefore != _tripsWhenAsked[index]) ++resumedAfterATrip;
            uint8 most = scope == Halts.Scope.Minting ? 3 : 2;
            bool isOfPrices = key == 0 && index >= 1 && index <= 3;
            if (isOfPrices && severityNow() > most) ++resumedWhileSevere;
            _askedAt[index] = 0;
        } catch {}
    }

    function market(uint256 seed, uint256 count) external {
        uint256 kind = seed % 6;
        if (kind == 0) oracle.fail(Answering.Way.Revert);
        else if (kind == 1) setPeg(0.95e18 + seed % 0.1e18, 0);
        else setPeg(0.998e18 + seed % 0.004e18, 0);
        observe(bound(count, 1, 4));
        trips = tripsNow();
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 0, 2 days));
    }

    function isScopeHalted(Halts.Scope scope) external view returns (bool) {
        return isHalted(scope);
    }

    function severity() external view returns (uint8) {
        return severityNow();
    }

    function classes() external view returns (uint32) {
        return breaker.status().classes;
    }

    function isSomeParameterHalted() external view returns (bool flag, bool mapped) {
        return (breaker.status().anyParameter, breaker.isParameterHalted(keccak256("STABILITY_FEE")));
    }
}

contract CircuitBreakerInvariants is BreakerWorld {
    Actors private actors;

    function setUp() external {
        actors = new Actors();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = one(address(actors));
    }

    /// @notice Nothing resumes but what governance asked for, after its delay, with no trip in between (R19). A guardian
    /// is never refused, a stranger always (R18). A severity of 3 goes with a halt. The word of the state holds its
    /// parts apart.
    /// forge-config: default.invariant.runs = 16
    function invariant_R18_R19_haltsAtOnceAndResumesByGovernanceAlone() external view {
        assertEq(actors.resumedUnasked(), 0, "resumed unasked");
        assertEq(actors.resumedEarly(), 0, "resumed early");
        assertEq(actors.resumedAfterATrip(), 0, "resumed after a trip");
        assertEq(actors.resumedWhileSevere(), 0, "resumed while its cause stands");
        assertEq(actors.refusedHalts(), 0, "refused a guardian");
        assertEq(actors.haltsByStrangers(), 0, "halted by a stranger");
        if (actors.severity() >= 3) assertTrue(actors.isScopeHalted(Halts.Scope.RiskRaising), "risk-raising");
        assertTrue(actors.severity() <= 4, "severity");
        assertTrue(actors.classes() & ~uint32(1 << 7) == 0, "classes");
        (bool flag, bool mapped) = actors.isSomeParameterHalted();
        assertTrue(flag == mapped, "parameters");
    }
}
