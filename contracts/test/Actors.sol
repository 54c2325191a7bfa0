// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {IParameterRegistry} from "../src/interfaces/IParameterRegistry.sol";
import {ParameterUpdate, Recommendation} from "../src/interfaces/IStabilityController.sol";
import {Change, Limits, Risk} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

/// @notice Everybody who may touch a parameter, and a few who may not, in any order; and what the rules say of it,
/// written down anew beside the contracts.
contract Actors is RulesWorld {
    struct Moved {
        uint256 at;
        uint256 size;
    }

    uint256 private constant REMEMBERED = 12;
    bytes32[3] public ids = [FEE, RATIO, CEILING];
    uint256 public applied;
    uint256 public refused;
    uint256 public recorded;
    uint256 public signedBatches;
    /// @notice The first rule that was broken; empty while none is.
    string public broken;
    mapping(bytes32 id => int256) public sumOfDrifts;
    mapping(bytes32 id => uint256) private _raisedAt;
    mapping(bytes32 id => uint256) private _blockedUntil;
    mapping(bytes32 id => bytes32) private _limitsHash;
    mapping(bytes32 id => mapping(bool rises => Moved[])) private _moves;

    constructor() {
        buildWorld(4);
        buildFee();
        addParameter(RATIO, Risk.Down, 3);
        addParameter(CEILING, Risk.Up, 4);
        for (uint256 i = 0; i < 3; ++i) {
            _noteLimits(ids[i]);
        }
    }

    function passTime(uint256 seed) public {
        vm.warp(block.timestamp + seed % 3 days);
    }

    /// @notice A quorum that wishes what may just pass, or just not.
    function quorumWrites(uint256 seed) external {
        if (seed & 3 != 0) passTime(seed >> 8);
        bytes32 id = ids[seed % 3];
        Change[] memory changes = new Change[](1);
        changes[0] = _wish(id, seed >> 16);
        _hand(changes);
    }

    function quorumWritesABatch(uint256 seed) external {
        passTime(seed >> 8);
        bytes32[3] memory sorted_ = ids;
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (sorted_[j] < sorted_[i]) (sorted_[i], sorted_[j]) = (sorted_[j], sorted_[i]);
            }
        }
        Change[] memory changes = new Change[](3);
        for (uint256 i = 0; i < 3; ++i) {
            changes[i] = _wish(sorted_[i], uint256(keccak256(abi.encode(seed, i))));
        }
        _hand(changes);
    }

    /// @notice The same with signatures, and once more with one vote too few.
    function committeeSigns(uint256 seed) external {
        if (seed % 16 != 0) return passTime(seed);
        Change memory wish = _wish(FEE, seed >> 16);
        ParameterUpdate memory update = nextUpdate();
        Recommendation[] memory votes = agree(update, wish.value);
        Recommendation[] memory few = new Recommendation[](votes.length - 1);
        for (uint256 i = 0; i < few.length; ++i) {
            few[i] = votes[i];
        }
        try controller.applyUpdate(update, few, members()) {
            _break("R12: a minority wrote");
        } catch {}
        uint256 before = parameters.valueOf(FEE);
        try controller.applyUpdate(update, votes, members()) {
            ++signedBatches;
            ++recorded;
            _check(Change(FEE, uint64(before), wish.value, 0));
        } catch {
            ++refused;
        }
        if (controller.sequence() != signedBatches) _break("R11: the sequence does not count the batches");
    }

    function guardianHalts(uint256 seed) external {
        bool isCalm = seed % 4 != 0;
        ICircuitBreaker.Status memory status = ICircuitBreaker.Status(
            !isCalm && seed & 8 != 0, !isCalm && seed & 16 != 0, false, isCalm ? 0 : uint32(seed >> 32) & 0x18, uint8(seed >> 64) % 5
        );
        if (isCalm) status.severity = 0;
        breaker.tell(status);
    }

    function governanceSetsLimits(uint256 seed) external {
        bytes32 id = ids[seed % 3];
        Limits memory given = parameters.limitsOf(id);
        uint64 low = uint64(bound(seed >> 16, 0, MAX / 2));
        (given.min, given.max) = (low, uint64(bound(seed >> 80, low, MAX)));
        (given.stepUp, given.stepDown) = (uint64(bound(seed >> 32, 0, STEP_UP)), uint64(bound(seed >> 40, 1, STEP_DOWN)));
        (given.budgetUp, given.budgetDown) =
            (uint64(bound(seed >> 48, 0, BUDGET_UP)), uint64(bound(seed >> 56, 1, BUDGET_DOWN)));
        (given.cooldown, given.window) =
            (uint32(bound(seed >> 64, 0, 2 days)), uint32(bound(seed >> 72, 1 hours, 14 days)));
        relimit(id, given);
        _noteLimits(id);
    }

    function governanceWrites(uint256 seed) external {
        bytes32 id = ids[seed % 3];
        Limits memory given = parameters.limitsOf(id);
        uint64 value = uint64(bound(seed >> 16, given.min, given.max));
        uint64 before = uint64(parameters.valueOf(id));
        if (value == before) return;
        vm.prank(governance);
        parameters.setValue(id, value, WHY);
        _noteWrite(id, before, value);
    }

    function governanceOverrides(uint256 seed) external {
        bytes32 id = ids[seed % 3];
        (, bool isActive) = overrides.overrideOf(id);
        if (isActive) {
            vm.prank(timelock);
            overrides.cancelOverride(id, WHY);
            _blockedUntil[id] = 0;
            return;
        }
        Limits memory given = parameters.limitsOf(id);
        uint64 value = uint64(bound(seed >> 16, given.min, given.max));
        uint40 until = uint40(block.timestamp + 1 + (seed >> 80) % 30 days);
        uint64 before = uint64(parameters.valueOf(id));
        vm.prank(timelock);
        overrides.overrideParameter(id, value, until, WHY);
        _blockedUntil[id] = until;
        _noteWrite(id, before, value);
    }

    /// @notice Anybody else, and each role where it has no business.
    function outsiderTries(address caller, uint256 seed) external {
        bytes32 id = ids[seed % 3];
        Change[] memory changes = new Change[](1);
        changes[0] = Change(id, uint64(parameters.valueOf(id)), uint64(parameters.valueOf(id)) + 1, WHY);
        if (caller != address(controller)) {
            _fails(caller, abi.encodeCall(parameters.applyBatch, (provenance(), false, changes)));
        }
        if (seed & 8 != 0) caller = address(controller);
        if (caller != governance) {
            _fails(caller, abi.encodeCall(parameters.setLimits, (id, parameters.limitsOf(id))));
            _fails(caller, abi.encodeCall(parameters.setValue, (id, MIN, WHY)));
        }
        if (caller != address(overrides)) {
            _fails(caller, abi.encodeCall(parameters.setOverride, (id, MIN, uint40(block.timestamp + 1), WHY)));
        }
    }

    function _fails(address caller, bytes memory call) private {
        vm.prank(caller);
        (bool done,) = address(parameters).call(call);
        if (done) _break("R20: somebody did what is another's");
    }

    function _wish(bytes32 id, uint256 seed) private view returns (Change memory) {
        IParameterRegistry.Allowance memory a = parameters.allowed(id);
        uint64 value = uint64(bound(seed >> 8, a.lowest, a.highest));
        uint256 kind = seed % 8;
        if (kind == 0) value = a.highest + 1;
        if (kind == 1) value = a.lowest == 0 ? 0 : a.lowest - 1;
        if (kind == 2) value = uint64(seed >> 16);
        if (kind == 3) value = a.highest;
        if (kind == 4) value = a.lowest;
        uint64 expected = a.current;
        if (seed >> 250 == 0) expected ^= 1;
        return Change(id, expected, value, WHY);
    }

    function _hand(Change[] memory changes) private {
        uint64[] memory before = new uint64[](changes.length);
        bool isStale = false;
        for (uint256 i = 0; i < changes.length; ++i) {
            before[i] = uint64(parameters.valueOf(changes[i].id));
            if (before[i] != changes[i].expected) isStale = true;
        }
        vm.prank(address(controller));
        try parameters.applyBatch(provenance(), false, changes) {
            if (isStale) _break("R9: a stale batch was taken");
            recorded += changes.length;
            for (uint256 i = 0; i < changes.length; ++i) {
                _check(changes[i]);
            }
        } catch {
            ++refused;
            for (uint256 i = 0; i < changes.length; ++i) {
                if (parameters.valueOf(changes[i].id) != before[i]) _break("R8: a refused batch left something");
            }
        }
    }

    /// @dev What R1 to R7 say of an accepted change, from the numbers alone.
    function _check(Change memory change) private {
        ++applied;
        bytes32 id = change.id;
        Limits memory given = parameters.limitsOf(id);
        (uint256 before, uint256 value) = (change.expected, change.value);
        bool rises = value > before;
        uint256 size = rises ? value - before : before - value;
        if (size == 0) _break("R5: nothing changed");
        if (parameters.valueOf(id) != value) _break("the value is not the one that was asked for");
        if (value > given.max && rises) _break("R1: above the maximum");
        if (value < given.min && !rises) _break("R1: below the minimum");
        if (size > (rises ? given.stepUp : given.stepDown)) _break("R2: more than a step");
        if (given.risk == Risk.Both || (given.risk == Risk.Up) == rises) {
            if (block.timestamp < _raisedAt[id] + given.cooldown) _break("R3: within the cooldown");
            if (breaker.status().riskRaising) _break("halted: risk was raised");
            _raisedAt[id] = block.timestamp;
        }
        if (breaker.status().all || (breaker.status().classes >> given.class) & 1 != 0) _break("halted: written");
        if (block.timestamp < _blockedUntil[id]) _break("overridden: written");
        _checkBudget(id, rises, size, given);
        sumOfDrifts[id] += int256(value) - int256(before);
    }

    /// @dev From any earlier change on: one budget, and what drains from then to now.
    function _checkBudget(bytes32 id, bool rises, uint256 size, Limits memory given) private {
        Moved[] storage moves = _moves[id][rises];
        moves.push(Moved(block.timestamp, size));
        uint256 budget = rises ? given.budgetUp : given.budgetDown;
        uint256 sum = 0;
        for (uint256 i = moves.length; i > 0 && i + REMEMBERED > moves.length; --i) {
            sum += moves[i - 1].size;
            uint256 drained = (budget * (block.timestamp - moves[i - 1].at)) / given.window;
            if (sum > budget + drained) _break(rises ? "R4: more rises than the budget" : "R7: more falls than the budget");
        }
    }

    function _noteLimits(bytes32 id) private {
        _raisedAt[id] = block.timestamp;
        _limitsHash[id] = keccak256(abi.encode(parameters.limitsOf(id)));
        delete _moves[id][true];
        delete _moves[id][false];
    }

    function _noteWrite(bytes32 id, uint64 before, uint64 value) private {
        ++recorded;
        _raisedAt[id] = block.timestamp;
        sumOfDrifts[id] += int256(uint256(value)) - int256(uint256(before));
    }

    function _break(string memory rule) private {
        if (bytes(broken).length == 0) broken = rule;
    }

    function records() external view returns (uint64 count) {
        (count,) = log.head();
    }

    function valueNow(bytes32 id) external view returns (uint256) {
        return parameters.valueOf(id);
    }

    function areLimitsAsGoverned(bytes32 id) external view returns (bool) {
        return keccak256(abi.encode(parameters.limitsOf(id))) == _limitsHash[id];
    }
}
