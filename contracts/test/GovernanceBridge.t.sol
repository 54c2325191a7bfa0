// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernanceBridge} from "../src/GovernanceBridge.sol";
import {ModuleProxy} from "../src/ModuleProxy.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {ParameterRegistry} from "../src/ParameterRegistry.sol";
import {Limits, Risk} from "../src/ParameterTypes.sol";
import {BridgeDelay} from "../src/governance/BridgeDelay.sol";
import {Electorate} from "../src/governance/Electorate.sol";
import {LimitComparison} from "../src/governance/LimitComparison.sol";
import {Configuration, LimitChanges} from "../src/governance/LimitChanges.sol";
import {IDecisionLog} from "../src/interfaces/IDecisionLog.sol";
import {IGovernanceConnector} from "../src/interfaces/IGovernanceConnector.sol";
import {IModule} from "../src/interfaces/IModule.sol";
import {IParameterGovernance} from "../src/interfaces/IParameterGovernance.sol";
import {BridgeWorld} from "./BridgeWorld.sol";

contract GovernanceBridgeTest is BridgeWorld {
    bytes32 internal constant CEILING = keccak256("DEBT_CEILING");

    function setUp() public {
        buildSuite();
    }

    function narrower() internal pure returns (Limits memory given) {
        given = limits();
        (given.min, given.max) = (0.02e18, 0.15e18);
    }

    /// @notice Limits that are wider in one of their members.
    function wider(uint256 member) internal pure returns (Limits memory given) {
        given = limits();
        if (member == 0) given.min -= 1;
        else if (member == 1) given.max += 1;
        else if (member == 2) given.stepUp += 1;
        else if (member == 3) given.stepDown += 1;
        else if (member == 4) given.budgetUp += 1;
        else if (member == 5) given.budgetDown += 1;
        else if (member == 6) given.cooldown -= 1;
        else if (member == 7) given.window -= 1;
        else if (member == 8) given.risk = Risk.Up;
        else given.class = 4;
    }

    function current() internal view returns (bytes32) {
        return digestOf(parameters.limitsOf(FEE));
    }

    function configuration() internal pure returns (Configuration memory) {
        return Configuration(CEILING, "coin", 1_000_000, ceilingLimits(), address(0));
    }

    function ceilingLimits() internal pure returns (Limits memory) {
        return Limits(0, 2_000_000, 1_000, 1_000, 5_000, 5_000, 1 hours, 1 days, Risk.Up, 1, false);
    }

    function test_genesis() public view {
        assertEq(parameters.valueOf(FEE), FIRST_FEE, "first value");
        assertEq(current(), digestOf(limits()), "first limits");
        assertTrue(bridge.delay() == DELAY && bridge.council() == COUNCIL, "delay and council");
        assertEq(bridge.councilUntil(), NOW + 90 days, "mandate");
        assertTrue(bridge.supportsInterface(type(IGovernanceConnector).interfaceId), "connector");
        assertTrue(bridge.supportsInterface(type(IModule).interfaceId), "module");
        assertTrue(bridge.moduleKey() == keccak256("GOVERNANCE_BRIDGE") && bridge.moduleVersion() == 1 << 64, "name");
    }

    function test_initialisesOnce() public {
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        bridge.initialise(0, address(0), 0, new Configuration[](0));
        GovernanceBridge code = newCode();
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        code.initialise(0, address(0), 0, new Configuration[](0));
        expectStartRefused(
            code,
            abi.encodeCall(GovernanceBridge.initialise, (60 days + 1, COUNCIL, 0, new Configuration[](0))),
            abi.encodeWithSelector(BridgeDelay.DelayTooLong.selector, 60 days + 1, 60 days)
        );
        expectStartRefused(
            code,
            abi.encodeCall(
                GovernanceBridge.initialise, (DELAY, COUNCIL, uint64(NOW + 2 + 180 days), new Configuration[](0))
            ),
            abi.encodeWithSelector(BridgeDelay.MandateTooLong.selector, NOW + 2 + 180 days, NOW + 1 + 180 days)
        );
        expectStartRefused(
            code,
            abi.encodeCall(GovernanceBridge.initialise, (DELAY, COUNCIL, 0, new Configuration[](65))),
            abi.encodeWithSelector(GovernanceBridge.TooManyParameters.selector, 65, 64)
        );
    }

    function newCode() internal returns (GovernanceBridge) {
        return new GovernanceBridge(
            address(modules),
            address(timelock),
            IParameterGovernance(address(parameters)),
            IDecisionLog(address(log)),
            electorate,
            nodes
        );
    }

    function expectStartRefused(GovernanceBridge code, bytes memory start, bytes memory refusal) internal {
        refusesToDeploy("ModuleProxy", abi.encode(address(code), start), refusal);
    }

    function test_deploymentRefusesZeroAddresses() public {
        string[6] memory fields = ["upgrader", "governance", "parameters", "log", "electorate", "nodes"];
        for (uint256 i = 0; i < fields.length; ++i) {
            bytes memory arguments = abi.encode(
                i == 0 ? address(0) : address(modules),
                i == 1 ? address(0) : address(timelock),
                i == 2 ? address(0) : address(parameters),
                i == 3 ? address(0) : address(log),
                i == 4 ? address(0) : address(electorate),
                i == 5 ? address(0) : address(nodes)
            );
            bytes memory reason = abi.encodeWithSignature("ZeroAddress(string)", fields[i]);
            refusesToDeploy("GovernanceBridge", arguments, reason);
        }
    }

    function testFuzz_R20_onlyItsGovernance(address caller) public {
        vm.assume(caller != address(timelock) && caller != COUNCIL);
        bytes memory refusal =
            abi.encodeWithSelector(BridgeDelay.NotGovernance.selector, caller, address(timelock));
        bytes memory councilRefusal =
            abi.encodeWithSelector(BridgeDelay.NotCouncil.selector, caller, COUNCIL, uint64(NOW + 90 days));
        vmx.startPrank(caller);
        vm.expectRevert(refusal);
        bridge.setLimits(FEE, narrower());
        vm.expectRevert(refusal);
        bridge.configure(configuration());
        vm.expectRevert(refusal);
        bridge.setConsumer(FEE, caller);
        vm.expectRevert(refusal);
        bridge.setDelay(0);
        vm.expectRevert(refusal);
        bridge.setCouncil(caller, uint64(NOW + 1 days));
        vm.expectRevert(refusal);
        bridge.setValue(FEE, 1, REASON);
        vm.expectRevert(refusal);
        bridge.approve(1);
        vm.expectRevert(refusal);
        bridge.approveWithLimits(1, limits());
        vm.expectRevert(refusal);
        bridge.reject(1, 0);
        vm.expectRevert(councilRefusal);
        bridge.tighten(FEE, narrower());
        vm.expectRevert(councilRefusal);
        bridge.cancelChange(FEE);
        vm.expectRevert(councilRefusal);
        bridge.cancelDelay();
        vm.expectRevert(abi.encodeWithSignature("OnlySelf(address)", caller));
        bridge.writeApproved(1, limits());
        vm.expectRevert(abi.encodeWithSignature("NotUpgrader(address,address)", caller, address(modules)));
        bridge.upgradeToAndCall(address(1), "");
        vmx.stopPrank();
    }

    function test_R20_theCouncilMayNothingElse() public {
        bytes memory refusal =
            abi.encodeWithSelector(BridgeDelay.NotGovernance.selector, COUNCIL, address(timelock));
        vmx.startPrank(COUNCIL);
        vm.expectRevert(refusal);
        bridge.setLimits(FEE, narrower());
        vm.expectRevert(refusal);
        bridge.configure(configuration());
        vm.expectRevert(refusal);
        bridge.setConsumer(FEE, COUNCIL);
        vm.expectRevert(refusal);
        bridge.setDelay(0);
        vm.expectRevert(refusal);
        bridge.setCouncil(COUNCIL, uint64(NOW + 1 days));
        vm.expectRevert(refusal);
        bridge.approve(1);
        vm.expectRevert(refusal);
        bridge.setValue(FEE, 1, REASON);
        vm.expectRevert(refusal);
        bridge.reject(1, 0);
        vmx.stopPrank();
    }

    function test_narrowerLimitsTakeEffectAtOnce() public {
        vm.expectEmit(address(bridge));
        emit LimitChanges.LimitsNarrowed(FEE, narrower(), address(timelock));
        setLimits(narrower());
        assertEq(current(), digestOf(narrower()), "limits");
        vm.expectRevert(abi.encodeWithSelector(LimitChanges.LimitsUnchanged.selector, FEE));
        setLimits(narrower());
    }

    function test_everyWideningWaits() public {
        for (uint256 member = 0; member < 10; ++member) {
            uint256 readyAt = block.timestamp + DELAY;
            vm.expectEmit(address(bridge));
            emit LimitChanges.LimitsQueued(FEE, wider(member), readyAt);
            setLimits(wider(member));
            assertEq(current(), digestOf(limits()), "nothing yet");
            vm.expectRevert(
                abi.encodeWithSelector(BridgeDelay.NotReady.selector, readyAt, block.timestamp)
            );
            bridge.executeLimits(FEE, wider(member));
            asGovernance();
            bridge.cancelChange(FEE);
        }
    }

    /// @notice Limits that differ from the present ones by one up or down, or not, in each member.
    function near(uint256 seed) internal pure returns (Limits memory given, bool narrows) {
        given = limits();
        narrows = true;
        int256[8] memory shift;
        for (uint256 i = 0; i < 8; ++i) {
            uint256 draw = (seed >> (8 * i)) % 8;
            shift[i] = draw == 0 ? int256(-1) : draw < 3 ? int256(1) : int256(0);
            // The first, the cooldown and the window narrow upwards, the others downwards.
            if ((i == 0 || i > 5) ? shift[i] < 0 : shift[i] > 0) narrows = false;
        }
        given.min = uint64(int64(given.min) + int64(shift[0]));
        given.max = uint64(int64(given.max) + int64(shift[1]));
        given.stepUp = uint64(int64(given.stepUp) + int64(shift[2]));
        given.stepDown = uint64(int64(given.stepDown) + int64(shift[3]));
        given.budgetUp = uint64(int64(given.budgetUp) + int64(shift[4]));
        given.budgetDown = uint64(int64(given.budgetDown) + int64(shift[5]));
        given.cooldown = uint32(int32(given.cooldown) + int32(shift[6]));
        given.window = uint32(int32(given.window) + int32(shift[7]));
        if (seed >> 248 == 0) (given.isWired, narrows) = (true, false);
    }

    function testFuzz_whatTakesEffectAtOnceIsNarrower(uint256 seed) public {
        (Limits memory given, bool narrows) = near(seed);
        vm.assume(digestOf(given) != digestOf(limits()));
        setLimits(given);
        (LimitChanges.QueuedChange memory change,,) = bridge.queuedChange(FEE);
        assertEq(current(), digestOf(narrows ? given : limits()), "at once if and only if narrower");
        assertTrue(narrows == (change.kind == LimitChanges.Kind.None), "else queued");
        assertTrue(narrows == LimitComparison.isWithin(given, limits()), "as the library has it");
    }

    function test_aWideningIsExecutedByAnyoneOnce() public {
        setLimits(wider(1));
        (LimitChanges.QueuedChange memory change, uint256 readyAt, uint256 expiresAt) = bridge.queuedChange(FEE);
        assertTrue(change.kind == LimitChanges.Kind.Limits && change.payload == digestOf(wider(1)), "queued");
        assertTrue(readyAt == block.timestamp + DELAY && expiresAt == readyAt + 14 days, "when");
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NotReady.selector, readyAt, readyAt - 1));
        bridge.executeLimits(FEE, wider(1));
        vm.warp(readyAt);
        vm.expectRevert(
            abi.encodeWithSelector(
                LimitChanges.PayloadMismatch.selector, FEE, digestOf(wider(1)), digestOf(wider(2))
            )
        );
        bridge.executeLimits(FEE, wider(2));
        vm.expectRevert(abi.encodeWithSelector(LimitChanges.NothingQueued.selector, FEE));
        bridge.executeConsumer(FEE, address(1));
        vm.prank(address(0xABC));
        bridge.executeLimits(FEE, wider(1));
        assertEq(current(), digestOf(wider(1)), "limits");
        vm.expectRevert(abi.encodeWithSelector(LimitChanges.NothingQueued.selector, FEE));
        bridge.executeLimits(FEE, wider(1));
    }

    function test_aWideningHasAGrace() public {
        setLimits(wider(1));
        (,, uint256 expiresAt) = bridge.queuedChange(FEE);
        vm.warp(expiresAt + 1);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.GraceOver.selector, expiresAt, expiresAt + 1));
        bridge.executeLimits(FEE, wider(1));
        // What is void makes room; what is not does not.
        setLimits(wider(2));
        vm.expectRevert(
            abi.encodeWithSelector(
                LimitChanges.ChangePending.selector,
                FEE,
                LimitChanges.Kind.Limits,
                block.timestamp + DELAY + 14 days
            )
        );
        setLimits(wider(3));
    }

    function test_aWideningIsVoidWhenTheLimitsHaveMoved() public {
        setLimits(wider(1));
        vm.prank(COUNCIL);
        bridge.tighten(FEE, narrower());
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(
                LimitChanges.BaseMoved.selector, FEE, digestOf(limits()), digestOf(narrower())
            )
        );
        bridge.executeLimits(FEE, wider(1));
        assertEq(current(), digestOf(narrower()), "the council's limits stand");
    }

    function test_theLongerOfOldAndNewDelayCounts() public {
        setLimits(wider(1));
        uint256 queuedAt = block.timestamp;
        asGovernance();
        bridge.setDelay(10 days);
        vm.warp(queuedAt + 10 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(BridgeDelay.NotReady.selector, queuedAt + 10 days, queuedAt + 10 days - 1)
        );
        bridge.executeLimits(FEE, wider(1));
        vm.warp(queuedAt + 10 days);
        bridge.executeLimits(FEE, wider(1));

        // The other way round: queued under ten days, shortened to one.
        setLimits(wider(2));
        queuedAt = block.timestamp;
        asGovernance();
        bridge.setDelay(1 days);
        assertEq(bridge.delay(), 10 days, "a shorter delay waits the present one");
        (uint32 next, uint64 readyAt) = bridge.queuedDelay();
        assertTrue(next == 1 days && readyAt == queuedAt + 10 days, "queued delay");
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NotReady.selector, queuedAt + 10 days, queuedAt));
        bridge.executeDelay();
        vm.warp(queuedAt + 9 days);
        setLimitsOfNothing();
        vm.warp(queuedAt + 10 days);
        bridge.executeDelay();
        assertEq(bridge.delay(), 1 days, "shortened");
        bridge.executeLimits(FEE, wider(2));
        vm.warp(queuedAt + 19 days - 1);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NotReady.selector, queuedAt + 19 days, queuedAt + 19 days - 1));
        bridge.executeConfiguration(configuration());
    }

    /// @notice What is queued under the long delay waits it, though the short one comes into force meanwhile.
    function setLimitsOfNothing() internal {
        asGovernance();
        bridge.configure(configuration());
        (, uint256 readyAt,) = bridge.queuedChange(CEILING);
        assertEq(readyAt, block.timestamp + 10 days, "ten days");
    }

    function test_delaysRefuse() public {
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.DelayTooLong.selector, 60 days + 1, 60 days));
        asGovernance();
        bridge.setDelay(60 days + 1);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.DelayUnchanged.selector, DELAY));
        asGovernance();
        bridge.setDelay(DELAY);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NoDelayQueued.selector));
        bridge.executeDelay();
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NoDelayQueued.selector));
        vm.prank(COUNCIL);
        bridge.cancelDelay();

        asGovernance();
        bridge.setDelay(1 days);
        vm.prank(COUNCIL);
        bridge.cancelDelay();
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NoDelayQueued.selector));
        bridge.executeDelay();

        asGovernance();
        bridge.setDelay(1 days);
        asGovernance();
        bridge.setDelay(4 days);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.NoDelayQueued.selector));
        bridge.executeDelay();
        asGovernance();
        bridge.setDelay(1 days);
        uint256 expiresAt = block.timestamp + 4 days + 14 days;
        vm.warp(expiresAt + 1);
        vm.expectRevert(abi.encodeWithSelector(BridgeDelay.GraceOver.selector, expiresAt, expiresAt + 1));
        bridge.executeDelay();
    }

    function test_theCouncilTightensAroundTheValue() public {
        vm.prank(COUNCIL);
        bridge.tighten(FEE, narrower());
        assertEq(current(), digestOf(narrower()), "tightened");
        vmx.startPrank(COUNCIL);
        vm.expectRevert(abi.encodeWithSelector(LimitChanges.LimitsUnchanged.selector, FEE));
        bridge.tighten(FEE, narrower());
        vm.expectRevert(abi.encodeWithSelector(LimitChanges.LimitsWidened.selector, FEE));
        bridge.tighten(FEE, limits());
        Limits memory given = narrower();
        given.max = FIRST_FEE - 1;
        vm.expectRevert(
            abi.encodeWithSelector(LimitChanges.ValueExcluded.selector, FEE, FIRST_FEE, given.min, given.max)
        );
        bridge.tighten(FEE, given);
        (given.min, given.max) = (FIRST_FEE + 1, 0.15e18);
        vm.expectRevert(
            abi.encodeWithSelector(LimitChanges.ValueExcluded.selector, FEE, FIRST_FEE, given.min, given.max)
        );
        bridge.tighten(FEE, given);
        vmx.stopPrank();
    }

    function testFuzz_theCouncilOnlyNarrows(uint256 seed) public {
        (Limits memory given, bool narrows) = near(seed);
        vm.assume(digestOf(given) != digestOf(limits()));
        if (!narrows) vm.expectRevert(abi.encodeWithSelector(LimitChanges.LimitsWidened.selector, FEE));
        vm.prank(COUNCIL);
        bridge.tighten(FEE, given);
        assertEq(current(), digestOf(narrows ? given : limits()), "if and only if narrower");
    }

    function test_aMandateEnds() public {
        bytes memory refusal =
            abi.encodeWithSelector(BridgeDelay.NotCouncil.selector, COUNCIL, COUNCIL, uint64(NOW + 90 days));
        vm.warp(NOW + 90 days);
        vm.expectRevert(refusal);
        vm.prank(COUNCIL);
        bridge.tighten(FEE, narrower());
        vm.expectRevert(
            abi.encodeWithSelector(
                BridgeDelay.MandateTooLong.selector, NOW + 270 days + 1, NOW + 90 days + 180 days
            )
        );
        asGovernance();
        bridge.setCouncil(COUNCIL, uint64(NOW + 270 days + 1));
        vm.expectEmit(address(bridge));
        emit BridgeDelay.CouncilSet(COUNCIL, uint64(NOW + 270 days));
        asGovernance();
        bridge.setCouncil(COUNCIL, uint64(NOW + 270 days));
        vm.prank(COUNCIL);
        bridge.tighten(FEE, narrower());
    }

    function test_theCouncilCancelsWhatIsQueued() public {
        setLimits(wider(1));
        vm.expectEmit(address(bridge));
        emit LimitChanges.ChangeCancelled(FEE, LimitChanges.Kind.Limits, digestOf(wider(1)), COUNCIL);
        vm.prank(COUNCIL);
        bridge.cancelChange(FEE);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(LimitChanges.NothingQueued.selector, FEE));
        bridge.executeLimits(FEE, wider(1));
        vm.expectRevert(abi.encodeWithSelector(LimitChanges.NothingQueued.selector, FEE));
        vm.prank(COUNCIL);
        bridge.cancelChange(FEE);
    }

    function test_aNewParameterWaits() public {
        asGovernance();
        bridge.configure(configuration());
        vm.expectRevert(
            abi.encodeWithSelector(BridgeDelay.NotReady.selector, block.timestamp + DELAY, block.timestamp)
        );
        bridge.executeConfiguration(configuration());
        vm.warp(block.timestamp + DELAY);
        Configuration memory other = configuration();
        other.value += 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                LimitChanges.PayloadMismatch.selector,
                CEILING,
                keccak256(abi.encode(configuration())),
                keccak256(abi.encode(other))
            )
        );
        bridge.executeConfiguration(other);
        bridge.executeConfiguration(configuration());
        assertEq(parameters.valueOf(CEILING), 1_000_000, "configured");
        vm.expectRevert(abi.encodeWithSelector(LimitChanges.ParameterExists.selector, CEILING));
        asGovernance();
        bridge.configure(configuration());
    }

    function test_aNewConsumerWaits() public {
        asGovernance();
        bridge.setConsumer(FEE, address(0xCC));
        vm.warp(block.timestamp + DELAY);
        bridge.executeConsumer(FEE, address(0xCC));
        (address consumer,) = parameters.wiringOf(FEE);
        assertEq(consumer, address(0xCC), "consumer");
    }

    function test_whatTheRegistryRefusesStaysRefused() public {
        Limits memory inverted = narrower();
        (inverted.min, inverted.max) = (0.1e18, 0.09e18);
        vm.expectRevert(
            abi.encodeWithSelector(ParameterRegistry.LimitsInverted.selector, FEE, inverted.min, inverted.max)
        );
        setLimits(inverted);
        vm.expectRevert(abi.encodeWithSelector(ParameterRegistry.ParameterUnknown.selector, CEILING));
        asGovernance();
        bridge.setLimits(CEILING, limits());
    }
}
