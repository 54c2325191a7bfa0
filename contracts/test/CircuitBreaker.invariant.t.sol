// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Halts} from "../src/breaker/Halts.sol";
import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {Answering, BreakerWorld} from "./BreakerWorld.sol";

/// @notice A market, an oracle, a guardian, governance and strangers do what comes. Every refusal is taken, and whatever
/// resumes is compared with what was asked for.
contract Actors is BreakerWorld {
    uint256 public constant SCOPES = 9;
    /// @notice The first thing that must never be; empty while none was.
    string private _broken;
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
        if (isDone && !isGuardian) _break("R18: halted by a stranger");
        if (!isDone && isGuardian) _break("R18: refused a guardian");
    }

    function ask(uint256 seed, bool isGovernance) external {
        (Halts.Scope scope, bytes32 key) = scopeOf(seed % SCOPES);
        vm.prank(isGovernance ? governance : guardian);
        try breaker.requestResume(scope, key) {
            if (!isGovernance) _break("R19: a guardian asked for a resumption");
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
            if (_askedAt[index] == 0) _break("R19: resumed unasked");
            if (block.timestamp < _askedAt[index] + RESUME_DELAY) _break("R19: resumed early");
            if (tripsBefore != _tripsWhenAsked[index]) _break("R19: resumed after a trip");
            uint8 most = scope == Halts.Scope.Minting ? 3 : 2;
            bool isOfPrices = key == 0 && index >= 1 && index <= 3;
            if (isOfPrices && severityNow() > most) _break("R19: resumed while its cause stands");
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

    function _break(string memory what) private {
        if (bytes(_broken).length == 0) _broken = what;
    }

    /// @notice One call says all: forge asks after each of the actors' calls.
    function broken() external view returns (string memory) {
        ICircuitBreaker.Status memory status = breaker.status();
        if (status.severity >= 3 && !status.riskRaising) return "a severity of 3 goes with a halt";
        if (status.severity > 4) return "the severity";
        if (status.classes & ~uint32(1 << 7) != 0) return "classes that nobody halted";
        if (status.anyParameter != breaker.isParameterHalted(keccak256("STABILITY_FEE"))) return "parameters";
        return _broken;
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
    /// forge-config: default.invariant.runs = 64
    /// forge-config: default.invariant.depth = 160
    /// forge-config: long.invariant.runs = 2000
    /// forge-config: long.invariant.depth = 500
    function invariant_R18_R19_haltsAtOnceAndResumesByGovernanceAlone() external view {
        string memory broken = actors.broken();
        assertTrue(bytes(broken).length == 0, broken);
    }

    /// @dev Without trips and resumptions the invariant would say nothing.
    function test_theActorsTripAndResume() external {
        uint256 seed = 7;
        for (uint256 i = 0; i < 300; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 kind = seed % 6;
            if (kind == 0) actors.market(seed >> 8, seed >> 16);
            else if (kind == 1) actors.halt(seed >> 8, seed & 0x100 == 0);
            else if (kind < 4) actors.ask(seed >> 8, true);
            else actors.resume(seed >> 8, true);
        }
        assertTrue(actors.trips() > 5, "trips");
        assertTrue(actors.resumptions() > 5, "resumptions");
        assertEq(bytes(actors.broken()).length, 0, actors.broken());
    }
}
