// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Hot, ParameterRules} from "../src/ParameterRules.sol";
import {Change, Limits, Provenance, Risk} from "../src/ParameterTypes.sol";
import {RulesWorld} from "./RulesWorld.sol";

/// @notice Keeps what it was told and what the registry said then; may call back or refuse.
contract ConsumerDouble {
    ParameterRegistry private immutable REGISTRY;
    bytes32 public id;
    uint256 public before;
    uint256 public value;
    uint256 public seen;
    uint256 public calls;
    bytes public call;

    error Refused();

    constructor(ParameterRegistry registry) {
        REGISTRY = registry;
    }

    function callBack(bytes calldata given) external {
        call = given;
    }

    function onParameterChanged(bytes32 id_, uint256 before_, uint256 value_) external {
        if (value_ == 0.052e18) revert Refused();
        (id, before, value, seen) = (id_, before_, value_, REGISTRY.valueOf(id_));
        ++calls;
        if (call.length == 0) return;
        (bool done, bytes memory reason) = address(REGISTRY).call(call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}

/// @notice Who may do what to the parameters, what governance may not either, and who is told.
contract ParameterRegistryTest is RulesWorld {
    uint64 private constant RISEN = FIRST_FEE + STEP_UP;

    function setUp() public {
        buildRules();
    }

    /// forge-config: default.fuzz.runs = 8
    function test_R20_onlyTheControllerApplies(address caller) public {
        vm.assume(caller != address(controller));
        Change[] memory changes = changesTo(FEE, RISEN);
        vm.expectRevert(
            abi.encodeWithSelector(ParameterRegistry.NotController.selector, caller, address(controller))
        );
        vm.prank(caller);
        parameters.applyBatch(provenance(), false, changes);
    }

    /// forge-config: default.fuzz.runs = 8
    function test_R20_onlyTheBridgeConfigures(address caller) public {
        vm.assume(caller != governance);
        bytes memory reason = abi.encodeWithSelector(ParameterRegistry.NotGovernance.selector, caller, governance);
        vm.expectRevert(reason);
        vm.prank(caller);
        parameters.configure(FEE, UNIT, 1, limits(), address(0));
        vm.expectRevert(reason);
        vm.prank(caller);
        parameters.setLimits(FEE, limits());
        vm.expectRevert(reason);
        vm.prank(caller);
        parameters.setConsumer(FEE, caller);
        vm.expectRevert(reason);
        vm.prank(caller);
        parameters.setValue(FEE, RISEN, WHY);
    }

    /// forge-config: default.fuzz.runs = 8
    function test_R20_onlyTheOverrideModuleOverrides(address caller) public {
        vm.assume(caller != address(overrides));
        bytes memory reason =
            abi.encodeWithSelector(ParameterRegistry.NotOverrideModule.selector, caller, address(overrides));
        vm.expectRevert(reason);
        vm.prank(caller);
        parameters.setOverride(FEE, RISEN, uint40(block.timestamp + 1), WHY);
        vm.expectRevert(reason);
        vm.prank(caller);
        parameters.endOverride(FEE);
    }

    function test_R20_theConstructorKeepsTheRolesApart() public {
        address other = address(0xA);
        refusesToDeploy(
            "ParameterRegistry",
            abi.encode(other, other, address(0xB), breaker, log),
            abi.encodeWithSelector(ParameterRegistry.RolesNotApart.selector, other)
        );
        refusesToDeploy(
            "ParameterRegistry",
            abi.encode(other, address(0xB), other, breaker, log),
            abi.encodeWithSelector(ParameterRegistry.RolesNotApart.selector, other)
        );
        missing("controller", address(0), other, other, breaker, log);
        missing("governance", other, address(0), address(0xB), breaker, log);
        missing("overrides", other, address(0xB), address(0), breaker, log);
        missing("breaker", other, address(0xB), address(0xB), ICircuitBreaker(address(0)), log);
        missing("log", other, address(0xB), address(0xB), breaker, IDecisionLog(address(0)));
    }

    function missing(
        string memory field,
        address door,
        address bridge,
        address overriding,
        ICircuitBreaker halts,
        IDecisionLog records
    ) private {
        refusesToDeploy(
            "ParameterRegistry",
            abi.encode(door, bridge, overriding, halts, records),
            abi.encodeWithSelector(ParameterRegistry.ZeroAddress.selector, field)
        );
    }

    function configureRefused(bytes32 id, bytes32 unit, uint64 value, Limits memory given, bytes memory reason)
        private
    {
        vm.expectRevert(reason);
        vm.prank(governance);
        parameters.configure(id, unit, value, given, address(0));
    }

    function test_configureRefuses() public {
        bytes32 id = keccak256("NEW");
        Limits memory given = limits();
        configureRefused(0, UNIT, 1, given, abi.encodeWithSelector(ParameterRegistry.ZeroParameterId.selector));
        configureRefused(id, 0, 1, given, abi.encodeWithSelector(ParameterRegistry.ZeroUnit.selector, id));
        configureRefused(
            FEE, UNIT, FIRST_FEE, given, abi.encodeWithSelector(ParameterRegistry.AlreadyConfigured.selector, FEE)
        );
        configureRefused(
            id,
            UNIT,
            MAX + 1,
            given,
            abi.encodeWithSelector(ParameterRegistry.ValueOutOfBounds.selector, id, MAX + 1, MIN, MAX)
        );
        configureRefused(
            id,
            UNIT,
            MIN - 1,
            given,
            abi.encodeWithSelector(ParameterRegistry.ValueOutOfBounds.selector, id, MIN - 1, MIN, MAX)
        );
        given.window = 0;
        configureRefused(
            id, UNIT, 1, given, abi.encodeWithSelector(ParameterRegistry.WindowInvalid.selector, id, 0, 365 days)
        );
    }

    function test_limitsThatMakeNoSenseAreRefused() public {
        Limits memory given = limits();
        given.min = MAX + 1;
        limitsRefused(given, abi.encodeWithSelector(ParameterRegistry.LimitsInverted.selector, FEE, MAX + 1, MAX));
        given = limits();
        given.cooldown = 365 days + 1;
        limitsRefused(
            given, abi.encodeWithSelector(ParameterRegistry.CooldownTooLong.selector, FEE, 365 days + 1, 365 days)
        );
        given = limits();
        given.window = 0;
        limitsRefused(given, abi.encodeWithSelector(ParameterRegistry.WindowInvalid.selector, FEE, 0, 365 days));
        given.window = 365 days + 1;
        limitsRefused(
            given, abi.encodeWithSelector(ParameterRegistry.WindowInvalid.selector, FEE, 365 days + 1, 365 days)
        );
        given = limits();
        given.class = 32;
        limitsRefused(given, abi.encodeWithSelector(ParameterRegistry.ClassInvalid.selector, FEE, 32, 31));
        given = limits();
        given.isWired = true;
        limitsRefused(given, abi.encodeWithSelector(ParameterRegistry.ConsumerMissing.selector, FEE));
    }

    function limitsRefused(Limits memory given, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(governance);
        parameters.setLimits(FEE, given);
    }

    /// @dev Limits are kept in two packed words: whatever governance may set comes back, and no direction's step,
    /// bound or budget is the other's.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_limitsAreKeptAsTheyAreSet(uint64[6] memory n, uint32[2] memory spans, uint8 kind) public {
        Limits memory given = limits();
        (given.min, given.max) = n[0] < n[1] ? (n[0], n[1]) : (n[1], n[0]);
        (given.stepUp, given.stepDown, given.budgetUp, given.budgetDown) = (n[2], n[3], n[4], n[5]);
        given.cooldown = uint32(bound(spans[0], 0, 365 days));
        given.window = uint32(bound(spans[1], 1, 365 days));
        (given.risk, given.class) = (Risk(kind % 3), kind % 32);
        relimit(FEE, given);
        assertEq(keccak256(abi.encode(parameters.limitsOf(FEE))), keccak256(abi.encode(given)), "limits");
        (given.cooldown, given.window, given.class) = (365 days, 365 days, 31);
        relimit(FEE, given);
        assertEq(keccak256(abi.encode(parameters.limitsOf(FEE))), keccak256(abi.encode(given)), "the largest");
    }

    /// @dev What the controller hands on is read as its type: set bits above the 64th are refused, not cut off.
    function test_wordsBeyondTheirTypeAreRefused() public {
        Change[] memory changes = changesTo(FEE, FIRST_FEE + 1);
        bytes memory data = abi.encodeCall(parameters.applyBatch, (provenance(), false, changes));
        // Number and version of the provenance, the expected value and the value.
        uint256[4] memory places = [uint256(0x24), 0x44, 0x124, 0x144];
        for (uint256 i = 0; i < places.length; ++i) {
            bytes memory dirty = abi.encodePacked(data);
            uint256 place = places[i];
            assembly ("memory-safe") {
                let word := add(dirty, place)
                mstore(word, or(mload(word), shl(64, 1)))
            }
            vm.prank(address(controller));
            (bool done,) = address(parameters).call(dirty);
            assertTrue(!done, "a dirty word was taken");
        }
        vm.prank(address(controller));
        (bool clean,) = address(parameters).call(data);
        assertTrue(clean, "the clean one");
    }

    function test_governanceConfiguresAndTheEventsSayWhat() public {
        bytes32 id = keccak256("NEW");
        vm.expectEmit(address(parameters));
        emit ParameterRegistry.ParameterConfigured(id, UNIT, MIN, limits(), address(0xC));
        vm.prank(governance);
        parameters.configure(id, UNIT, MIN, limits(), address(0xC));
        (uint256 value, bytes32 unit, bool configured) = parameters.parameters(id);
        assertTrue(value == MIN && unit == UNIT && configured, "configured");
        (address consumer, uint64 anchor) = parameters.wiringOf(id);
        assertTrue(consumer == address(0xC) && anchor == MIN, "wiring");
        bytes memory blank = abi.encode(Hot(MIN, uint40(block.timestamp), 0, 0, 0, 0));
        assertEq(keccak256(abi.encode(parameters.stateOf(id))), keccak256(blank), "nothing has moved it");
        Limits memory given = limits();
        given.max = MAX - 1;
        vm.expectEmit(address(parameters));
        emit ParameterRegistry.LimitsSet(id, given);
        relimit(id, given);
        assertEq(keccak256(abi.encode(parameters.limitsOf(id))), keccak256(abi.encode(given)), "limits");
        vm.expectEmit(address(parameters));
        emit ParameterRegistry.ConsumerSet(id, address(0xD));
        vm.prank(governance);
        parameters.setConsumer(id, address(0xD));
        vm.prank(governance);
        parameters.setConsumer(id, address(0));
        (consumer,) = parameters.wiringOf(id);
        assertEq(consumer, address(0), "nobody is told any more");
    }

    function test_R01_governanceWritesWithinTheBoundsToo() public {
        bytes memory reason = abi.encodeWithSelector(ParameterRegistry.ValueOutOfBounds.selector, FEE, MAX + 1, MIN, MAX);
        vm.expectRevert(reason);
        vm.prank(governance);
        parameters.setValue(FEE, MAX + 1, WHY);
        vm.expectRevert(reason);
        vm.prank(address(overrides));
        parameters.setOverride(FEE, MAX + 1, uint40(block.timestamp + 1), WHY);
        vm.expectRevert(abi.encodeWithSelector(ParameterRules.NoChange.selector, FEE, FIRST_FEE));
        vm.prank(governance);
        parameters.setValue(FEE, FIRST_FEE, WHY);
        vm.expectEmit(address(parameters));
        emit ParameterRegistry.ParameterWritten(FEE, 1, FIRST_FEE, MAX);
        vm.prank(governance);
        parameters.setValue(FEE, MAX, WHY);
        assertEq(parameters.valueOf(FEE), MAX, "an approved value passes step, budget and cooldown");
        bytes memory waiting =
            abi.encodeWithSelector(ParameterRules.CooldownActive.selector, FEE, block.timestamp + COOLDOWN);
        refused(FEE, MAX - 1, waiting);
    }

    function test_unknownParametersAreRefusedToGovernanceToo() public {
        bytes32 other = keccak256("OTHER");
        bytes memory reason = abi.encodeWithSelector(ParameterRegistry.ParameterUnknown.selector, other);
        vm.expectRevert(reason);
        vm.prank(governance);
        parameters.setLimits(other, limits());
        vm.expectRevert(reason);
        vm.prank(governance);
        parameters.setConsumer(other, address(1));
        vm.expectRevert(reason);
        vm.prank(governance);
        parameters.setValue(other, 1, WHY);
        vm.expectRevert(reason);
        vm.prank(address(overrides));
        parameters.setOverride(other, 1, uint40(block.timestamp + 1), WHY);
        vm.expectRevert(reason);
        vm.prank(address(overrides));
        parameters.endOverride(other);
    }

    function wire() private returns (ConsumerDouble consumer) {
        consumer = new ConsumerDouble(parameters);
        vm.prank(governance);
        parameters.setConsumer(FEE, address(consumer));
        Limits memory wired = limits();
        (wired.isWired, wired.cooldown) = (true, 0);
        relimit(FEE, wired);
    }

    function test_R21_aWiredConsumerIsToldLast() public {
        ConsumerDouble consumer = wire();
        applied(FEE, RISEN);
        assertEq(consumer.id(), FEE, "id");
        assertEq(consumer.before(), FIRST_FEE, "before");
        assertEq(consumer.value(), RISEN, "value");
        assertEq(consumer.seen(), RISEN, "the value stands when the consumer is told");
        vm.prank(governance);
        parameters.setValue(FEE, FIRST_FEE, WHY);
        assertEq(consumer.value(), FIRST_FEE, "told of governance's writes");
        vm.prank(address(overrides));
        parameters.setOverride(FEE, MIN, uint40(block.timestamp + 1), WHY);
        assertEq(consumer.value(), MIN, "told of overrides");
        consumer = new ConsumerDouble(parameters);
        vm.prank(governance);
        parameters.setConsumer(FEE, address(consumer));
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ConsumerMissing.selector, FEE));
        vm.prank(governance);
        parameters.setConsumer(FEE, address(0));
    }

    function test_nothingIsWrittenWhereNoBreakerAnswers() public {
        ICircuitBreaker nobody = ICircuitBreaker(address(0xdead));
        ParameterRegistry alone = new ParameterRegistry(address(this), address(0xB), address(0xC), nobody, log);
        Change[] memory changes = changesTo(FEE, RISEN);
        vm.expectRevert(bytes(""));
        alone.applyBatch(Provenance(1, 7, 0, 0), false, changes);
    }

    /// @dev Whichever places of a batch are wired: those are told, once each, and no others.
    function test_R21_wiredParametersOfABatchAreToldAndNoOthers() public {
        bytes32[4] memory ids = [bytes32(uint256(1)), FEE, bytes32(type(uint256).max - 1), bytes32(type(uint256).max)];
        for (uint256 wired = 0; wired < 16; ++wired) {
            buildRules();
            Change[] memory changes = new Change[](4);
            ConsumerDouble[4] memory consumers;
            for (uint256 i = 0; i < 4; ++i) {
                if (ids[i] != FEE) addParameter(ids[i], Risk.Both, 0);
                consumers[i] = new ConsumerDouble(parameters);
                vm.prank(governance);
                parameters.setConsumer(ids[i], address(consumers[i]));
                Limits memory given = limits();
                (given.isWired, given.cooldown) = ((wired >> i) & 1 == 1, 0);
                relimit(ids[i], given);
                changes[i] = Change(ids[i], FIRST_FEE, RISEN, WHY);
            }
            write(changes);
            for (uint256 i = 0; i < 4; ++i) {
                assertEq(consumers[i].calls(), (wired >> i) & 1, "told once, or not at all");
                if (consumers[i].calls() != 0) assertEq(consumers[i].id(), ids[i], "of its own parameter");
            }
        }
    }

    function test_R21_aConsumerThatRefusesUndoesTheWrite() public {
        wire();
        refused(FEE, 0.052e18, abi.encodeWithSelector(ConsumerDouble.Refused.selector));
        assertEq(parameters.valueOf(FEE), FIRST_FEE, "value");
        (uint64 count,) = log.head();
        assertEq(count, 0, "records");
    }

    /// @dev The consumer stands in for the controller and for governance, the worst that it could be.
    function test_R21_aConsumerCannotWriteWhileItIsTold() public {
        ConsumerDouble consumer = wire();
        Change[] memory changes = new Change[](1);
        changes[0] = Change(FEE, RISEN, RISEN + 1, WHY);
        bytes[3] memory calls = [
            abi.encodeCall(parameters.applyBatch, (provenance(), false, changes)),
            abi.encodeCall(parameters.setValue, (FEE, FIRST_FEE, WHY)),
            abi.encodeCall(parameters.setOverride, (FEE, FIRST_FEE, uint40(block.timestamp + 1), WHY))
        ];
        // The guard stands before the caller's check in `applyBatch`, and after it in the others.
        consumer.callBack(calls[0]);
        refused(FEE, RISEN, abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        consumer.callBack(calls[1]);
        refused(
            FEE,
            RISEN,
            abi.encodeWithSelector(ParameterRegistry.NotGovernance.selector, address(consumer), governance)
        );
        consumer.callBack(calls[2]);
        refused(
            FEE,
            RISEN,
            abi.encodeWithSelector(
                ParameterRegistry.NotOverrideModule.selector, address(consumer), address(overrides)
            )
        );
    }

    function status(bool all, bool riskRaising, uint32 classes, uint8 severity) private {
        breaker.tell(ICircuitBreaker.Status(all, riskRaising, false, classes, severity));
    }

    function test_haltsRefuseModelsAndNotGovernance() public {
        status(true, false, 0, 4);
        refused(FEE, RISEN, abi.encodeWithSelector(ParameterRegistry.WritesHalted.selector, 4));
        status(false, true, 0, 3);
        bytes memory raising = abi.encodeWithSelector(ParameterRegistry.RiskRaisingHalted.selector, FEE, 3);
        refused(FEE, RISEN, raising);
        refused(FEE, FIRST_FEE - 1, raising);
        refused(RATIO, FIRST_FEE - 1, abi.encodeWithSelector(ParameterRegistry.RiskRaisingHalted.selector, RATIO, 3));
        applied(RATIO, RISEN);
        applied(CEILING, FIRST_FEE - 1);
        status(false, false, 1 << 4, 0);
        refused(CEILING, FIRST_FEE - 2, abi.encodeWithSelector(ParameterRegistry.ClassHalted.selector, CEILING, 4));
        applied(RATIO, RISEN - 1);
        status(false, false, 0, 0);
        breaker.haltParameter(FEE, true);
        refused(FEE, RISEN, abi.encodeWithSelector(ParameterRegistry.ParameterHalted.selector, FEE));
        applied(CEILING, FIRST_FEE - 2);
        status(true, true, type(uint32).max, 4);
        vm.prank(governance);
        parameters.setValue(FEE, RISEN, WHY);
        assertEq(parameters.valueOf(FEE), RISEN, "governance acts while models are halted");
    }

    function test_haltsCloseWhatIsAllowed() public {
        closed(FEE, false);
        status(true, false, 0, 4);
        closed(FEE, true);
        status(false, true, 0, 0);
        closed(FEE, true);
        assertEq(parameters.allowed(RATIO).highest, FIRST_FEE + STEP_UP, "a safer ratio");
        assertEq(parameters.allowed(RATIO).lowest, FIRST_FEE, "a riskier ratio");
        status(false, false, 1, 0);
        closed(FEE, true);
        status(false, false, 0, 0);
        breaker.haltParameter(FEE, true);
        closed(FEE, true);
        closed(RATIO, false);
    }

    function closed(bytes32 id, bool expected) private view {
        uint64 current = parameters.allowed(id).current;
        bool isClosed = parameters.allowed(id).lowest == current && parameters.allowed(id).highest == current;
        assertTrue(isClosed == expected, "closed");
        assertTrue((parameters.allowed(id).riseReadyAt == type(uint40).max) == expected, "nobody knows");
    }

    /// @dev Only the direction that raises risk is narrowed; writes by models do not move what the range shrinks to.
    function test_anAlarmNarrowsTheRangeTowardGovernancesValue() public {
        status(false, false, 0, 2);
        uint64 high = FIRST_FEE + (MAX - FIRST_FEE) / 2;
        uint64 low = FIRST_FEE - (FIRST_FEE - MIN) / 2;
        for (uint64 value = FIRST_FEE; value + STEP_UP < high; value += STEP_UP) {
            applied(FEE, value + STEP_UP);
            vm.warp(block.timestamp + 2 days);
        }
        uint64 current = feeValue();
        refused(
            FEE, high + 1, abi.encodeWithSelector(ParameterRules.ValueAboveMaximum.selector, FEE, high + 1, high)
        );
        assertEq(parameters.allowed(FEE).highest, high, "highest");
        assertTrue(current > FIRST_FEE && low < FIRST_FEE, "the lower end is far");
        applied(RATIO, FIRST_FEE - STEP_DOWN);
        status(false, false, 0, 4);
        vm.warp(block.timestamp + COOLDOWN);
        refused(
            RATIO,
            FIRST_FEE - STEP_DOWN - 1,
            abi.encodeWithSelector(
                ParameterRules.ValueBelowMinimum.selector, RATIO, FIRST_FEE - STEP_DOWN - 1, FIRST_FEE
            )
        );
        applied(RATIO, FIRST_FEE + 1);
        refused(
            FEE, current + 1, abi.encodeWithSelector(ParameterRules.ValueAboveMaximum.selector, FEE, current + 1, FIRST_FEE)
        );
        applied(FEE, current - 1);
    }

    function test_R07_aContestedModelOnlyReducesRisk() public {
        Change[] memory changes = changesTo(CEILING, RISEN);
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.RiskRaisingContested.selector, CEILING, 7));
        vm.prank(address(controller));
        parameters.applyBatch(provenance(), true, changes);
        changes = changesTo(CEILING, FIRST_FEE - 1);
        vm.prank(address(controller));
        parameters.applyBatch(provenance(), true, changes);
        assertEq(parameters.valueOf(CEILING), FIRST_FEE - 1, "value");
    }
}
