// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CircuitBreaker} from "../src/CircuitBreaker.sol";
import {Halts} from "../src/breaker/Halts.sol";
import {ICircuitBreaker} from "../src/interfaces/ICircuitBreaker.sol";
import {BreakerWorld} from "./BreakerWorld.sol";

/// @notice Guardians halt, governance resumes after its delay (R18, R19).
contract HaltsTest is BreakerWorld {
    bytes32 private constant FEE = keccak256("STABILITY_FEE");
    bytes32 private constant ETH = keccak256("ETH-A");

    event AllHalted();
    event RiskRaisingHalted();
    event MintingHalted(bytes32 collateral);
    event BurningHalted(bytes32 collateral);
    event ClassHalted(uint8 class);
    event ParameterHalted(bytes32 id);
    event ResumeRequested(Halts.Scope indexed scope, bytes32 key, uint256 readyAt);
    event Resumed(Halts.Scope indexed scope, bytes32 key);
    event GuardianSet(address indexed guardian, bool isGuardian);
    event SturdySet(bytes32 indexed collateral, bool isSturdy);

    function setUp() external {
        buildBreaker();
    }

    function halt(Halts.Scope scope, bytes32 key) private {
        vm.prank(guardian);
        if (scope == Halts.Scope.All) breaker.haltAll();
        else if (scope == Halts.Scope.RiskRaising) breaker.haltRiskRaising();
        else if (scope == Halts.Scope.Class) breaker.haltClass(uint8(uint256(key)));
        else if (scope == Halts.Scope.Parameter) breaker.haltParameter(key);
        else if (scope == Halts.Scope.Minting) breaker.haltMinting(key);
        else breaker.haltBurning(key);
    }

    function request(Halts.Scope scope, bytes32 key) private {
        vm.prank(governance);
        breaker.requestResume(scope, key);
    }

    /// @notice All that a guardian may halt: scope and key by number.
    function haltable(uint256 index) private pure returns (Halts.Scope, bytes32) {
        if (index == 0) return (Halts.Scope.All, 0);
        if (index == 1) return (Halts.Scope.RiskRaising, 0);
        if (index == 2) return (Halts.Scope.Class, bytes32(0));
        if (index == 3) return (Halts.Scope.Class, bytes32(uint256(31)));
        if (index == 4) return (Halts.Scope.Parameter, FEE);
        if (index == 5) return (Halts.Scope.Minting, 0);
        if (index == 6) return (Halts.Scope.Minting, ETH);
        if (index == 7) return (Halts.Scope.Burning, 0);
        return (Halts.Scope.Burning, ETH);
    }

    function test_R18_aGuardianHaltsAtOnceAndNothingElse() external {
        for (uint256 i = 0; i < 9; ++i) {
            buildBreaker();
            (Halts.Scope scope, bytes32 key) = haltable(i);
            vm.expectEmit(address(breaker));
            if (scope == Halts.Scope.All) emit AllHalted();
            else if (scope == Halts.Scope.RiskRaising) emit RiskRaisingHalted();
            else if (scope == Halts.Scope.Class) emit ClassHalted(uint8(uint256(key)));
            else if (scope == Halts.Scope.Parameter) emit ParameterHalted(key);
            else if (scope == Halts.Scope.Minting) emit MintingHalted(key);
            else emit BurningHalted(key);
            halt(scope, key);
            for (uint256 j = 0; j < 9; ++j) {
                (Halts.Scope other, bytes32 otherKey) = haltable(j);
                assertTrue(breaker.isHalted(other, otherKey) == (i == j), "halted exactly this");
            }
            assertEq(tripsNow(), 1, "trips");
        }
    }

    function test_R18_statusSaysWhatIsHalted() external {
        ICircuitBreaker.Status memory status = breaker.status();
        assertTrue(!status.all && !status.riskRaising && !status.anyParameter, "nothing at first");
        assertEq(status.classes, 0, "no class");
        assertEq(status.severity, 0, "normal");
        halt(Halts.Scope.All, 0);
        assertTrue(breaker.status().all && !breaker.status().riskRaising, "all");
        halt(Halts.Scope.RiskRaising, 0);
        assertTrue(breaker.status().riskRaising, "risk-raising");
        halt(Halts.Scope.Class, bytes32(uint256(5)));
        halt(Halts.Scope.Class, bytes32(uint256(31)));
        assertEq(breaker.status().classes, (1 << 5) | (1 << 31), "classes");
        halt(Halts.Scope.Parameter, FEE);
        halt(Halts.Scope.Parameter, FEE);
        assertTrue(breaker.status().anyParameter && breaker.isParameterHalted(FEE), "parameter");
        request(Halts.Scope.Parameter, FEE);
        vm.warp(block.timestamp + RESUME_DELAY);
        breaker.resume(Halts.Scope.Parameter, FEE);
        assertTrue(!breaker.status().anyParameter, "halted twice, resumed once");
    }

    function test_R18_mintingAndBurningByCollateralAndAsAWhole() external {
        halt(Halts.Scope.Minting, ETH);
        assertTrue(breaker.isMintingHalted(ETH), "minting against it");
        assertTrue(!breaker.isMintingHalted(FEE) && !breaker.isMintingHalted(0), "not against others");
        assertTrue(!breaker.isBurningHalted(ETH), "burning goes on");
        halt(Halts.Scope.Minting, 0);
        assertTrue(breaker.isMintingHalted(FEE) && breaker.isMintingHalted(0), "minting as a whole");
        halt(Halts.Scope.Burning, ETH);
        assertTrue(breaker.isBurningHalted(ETH) && !breaker.isBurningHalted(0), "burning of one");
        halt(Halts.Scope.Burning, 0);
        assertTrue(breaker.isBurningHalted(FEE) && breaker.isBurningHalted(0), "burning as a whole");
    }

    function test_R18_governanceHaltsToo() external {
        vm.prank(governance);
        breaker.haltAll();
        assertTrue(breaker.status().all, "all");
    }

    function testFuzz_R18_nobodyElseHalts(address caller) external {
        vm.assume(caller != guardian && caller != governance);
        bytes memory refusal = abi.encodeWithSelector(Halts.NotGuardian.selector, caller);
        bytes[6] memory calls = [
            abi.encodeCall(Halts.haltAll, ()),
            abi.encodeCall(Halts.haltRiskRaising, ()),
            abi.encodeCall(Halts.haltClass, (0)),
            abi.encodeCall(Halts.haltParameter, (FEE)),
            abi.encodeCall(Halts.haltMinting, (ETH)),
            abi.encodeCall(Halts.haltBurning, (ETH))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool isDone, bytes memory data) = address(breaker).call(calls[i]);
            assertTrue(!isDone && keccak256(data) == keccak256(refusal), "refused");
        }
        assertEq(tripsNow(), 0, "no halt");
    }

    function testFuzz_R19_nobodyButGovernanceAsksOrSets(address caller) external {
        vm.assume(caller != governance);
        halt(Halts.Scope.All, 0);
        bytes memory refusal = abi.encodeWithSelector(Halts.NotGovernance.selector, caller, governance);
        bytes[5] memory calls = [
            abi.encodeCall(Halts.requestResume, (Halts.Scope.All, 0)),
            abi.encodeCall(Halts.setGuardian, (caller, true)),
            abi.encodeCall(Halts.setSturdy, (ETH, true)),
            abi.encodeCall(CircuitBreaker.setSettings, (defaultSettings())),
            abi.encodeCall(CircuitBreaker.setLevels, (defaultLevels()))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool isDone, bytes memory data) = address(breaker).call(calls[i]);
            assertTrue(!isDone && keccak256(data) == keccak256(refusal), "refused");
        }
    }

    function test_R19_resumesOnlyAfterTheDelay() external {
        for (uint256 i = 0; i < 9; ++i) {
            (Halts.Scope scope, bytes32 key) = haltable(i);
            halt(scope, key);
            vm.expectRevert(abi.encodeWithSelector(Halts.ResumptionUnknown.selector, scope, key));
            breaker.resume(scope, key);
            uint256 readyAt = block.timestamp + RESUME_DELAY;
            vm.expectEmit(address(breaker));
            emit ResumeRequested(scope, key, readyAt);
            request(scope, key);
            vm.warp(readyAt - 1);
            vm.expectRevert(abi.encodeWithSelector(Halts.ResumptionTooEarly.selector, scope, key, readyAt));
            breaker.resume(scope, key);
            vm.warp(readyAt);
            if (scope == Halts.Scope.RiskRaising || (scope == Halts.Scope.Minting && key == 0)) breaker.observe();
            vm.expectEmit(address(breaker));
            emit Resumed(scope, key);
            breaker.resume(scope, key);
            assertTrue(!breaker.isHalted(scope, key), "resumed");
            vm.expectRevert(abi.encodeWithSelector(Halts.ResumptionUnknown.selector, scope, key));
            breaker.resume(scope, key);
        }
        ICircuitBreaker.Status memory status = breaker.status();
        assertTrue(!status.all && !status.riskRaising && !status.anyParameter, "nothing is left");
        assertEq(status.classes, 0, "no class is left");
    }

    function testFuzz_R19_anyHaltTakesTheResumptionBack(uint256 index) external {
        (Halts.Scope scope, bytes32 key) = haltable(index % 9);
        halt(Halts.Scope.All, 0);
        request(Halts.Scope.All, 0);
        (uint256 readyAt, bool isCancelled) = breaker.resumption(Halts.Scope.All, 0);
        assertTrue(readyAt == block.timestamp + RESUME_DELAY && !isCancelled, "waits");
        halt(scope, key);
        vm.warp(block.timestamp + RESUME_DELAY);
        (, isCancelled) = breaker.resumption(Halts.Scope.All, 0);
        assertTrue(isCancelled, "cancelled");
        vm.expectRevert(
            abi.encodeWithSelector(Halts.ResumptionCancelled.selector, Halts.Scope.All, bytes32(0), 1, 2)
        );
        breaker.resume(Halts.Scope.All, 0);
        request(Halts.Scope.All, 0);
        vm.warp(block.timestamp + RESUME_DELAY);
        breaker.resume(Halts.Scope.All, 0);
        assertTrue(!breaker.status().all, "asked for again");
    }

    function test_R19_aResumptionExpires() external {
        halt(Halts.Scope.All, 0);
        request(Halts.Scope.All, 0);
        uint256 expiry = block.timestamp + RESUME_DELAY + 7 days;
        vm.warp(expiry + 1);
        vm.expectRevert(
            abi.encodeWithSelector(Halts.ResumptionExpired.selector, Halts.Scope.All, bytes32(0), expiry)
        );
        breaker.resume(Halts.Scope.All, 0);
        vm.warp(expiry);
        breaker.resume(Halts.Scope.All, 0);
    }

    function test_R19_whatNobodyAskedForIsNoCancelledResumption() external {
        halt(Halts.Scope.All, 0);
        (uint256 readyAt, bool isCancelled) = breaker.resumption(Halts.Scope.All, 0);
        assertTrue(readyAt == 0 && !isCancelled, "nothing was asked for");
    }

    function test_theFirstHaltPaysForNoNewSlot() external {
        vm.prank(guardian);
        uint256 left = gasleft();
        breaker.haltAll();
        assertTrue(left - gasleft() < 20_000, "as dear as a new slot");
    }

    function test_R19_asksOnlyForWhatIsHalted() external {
        for (uint256 i = 0; i < 9; ++i) {
            (Halts.Scope scope, bytes32 key) = haltable(i);
            vm.expectRevert(abi.encodeWithSelector(Halts.NotHalted.selector, scope, key));
            request(scope, key);
        }
        bytes32 beyond = bytes32(uint256(32));
        vm.expectRevert(abi.encodeWithSelector(Halts.NotHalted.selector, Halts.Scope.Class, beyond));
        request(Halts.Scope.Class, beyond);
        vm.expectRevert(abi.encodeWithSelector(Halts.KeyUnexpected.selector, Halts.Scope.All, FEE));
        request(Halts.Scope.All, FEE);
        vm.expectRevert(abi.encodeWithSelector(Halts.KeyUnexpected.selector, Halts.Scope.VulnerableMinting, ETH));
        request(Halts.Scope.VulnerableMinting, ETH);
    }

    /// @dev A breaker that keeps votes over a reset trips once (D05), one with a cool-down after it leaves a relapse open (D07).
    function test_R19_haltsAndResumesAHundredTimes() external {
        for (uint256 i = 0; i < 100; ++i) {
            halt(Halts.Scope.All, 0);
            assertTrue(breaker.status().all, "halted");
            request(Halts.Scope.All, 0);
            vm.warp(block.timestamp + RESUME_DELAY);
            breaker.resume(Halts.Scope.All, 0);
            assertTrue(!breaker.status().all, "resumed");
        }
        assertEq(tripsNow(), 100, "trips");
    }

    function test_refusesKeysThatNameNothing() external {
        vm.expectRevert(abi.encodeWithSelector(Halts.ClassOutOfRange.selector, 32, 31));
        halt(Halts.Scope.Class, bytes32(uint256(32)));
        vm.expectRevert(abi.encodeWithSelector(Halts.ZeroKey.selector, Halts.Scope.Parameter));
        halt(Halts.Scope.Parameter, 0);
        vm.expectRevert(abi.encodeWithSelector(Halts.ZeroKey.selector, Halts.Scope.Minting));
        vm.prank(governance);
        breaker.setSturdy(0, true);
    }

    function test_governanceNamesAndRemovesGuardiansAtOnce() external {
        address other = address(0x62);
        vm.expectEmit(address(breaker));
        emit GuardianSet(other, true);
        vm.prank(governance);
        breaker.setGuardian(other, true);
        vm.prank(other);
        breaker.haltAll();
        vm.prank(governance);
        breaker.setGuardian(other, false);
        vm.expectRevert(abi.encodeWithSelector(Halts.NotGuardian.selector, other));
        vm.prank(other);
        breaker.haltAll();
        vm.expectRevert(abi.encodeWithSelector(Halts.ZeroGuardian.selector));
        vm.prank(governance);
        breaker.setGuardian(address(0), true);
    }

    function test_sturdyCollateralIsNamedByGovernance() external {
        vm.expectEmit(address(breaker));
        emit SturdySet(ETH, true);
        vm.prank(governance);
        breaker.setSturdy(ETH, true);
        (,, bool isSturdy) = breaker.collaterals(ETH);
        assertTrue(isSturdy, "sturdy");
    }

    function argumentsOf(address by, uint256 delay, address[] memory guardians) private view returns (bytes memory) {
        return abi.encode(by, sources(), delay, guardians, defaultSettings(), defaultLevels());
    }

    function build(uint256 delay, address[] memory guardians) private {
        new CircuitBreaker(governance, sources(), delay, guardians, defaultSettings(), defaultLevels());
    }

    function test_refusesToBeBuiltWrong() external {
        bytes memory wrong = argumentsOf(address(0), RESUME_DELAY, one(guardian));
        refusesToDeploy("CircuitBreaker", wrong, abi.encodeWithSelector(Halts.ZeroGovernance.selector));
        (uint256 least, uint256 most) = (1 minutes, 30 days);
        bytes4 selector = Halts.ResumeDelayOutOfRange.selector;
        wrong = argumentsOf(governance, least - 1, one(guardian));
        refusesToDeploy("CircuitBreaker", wrong, abi.encodeWithSelector(selector, least - 1, least, most));
        wrong = argumentsOf(governance, most + 1, one(guardian));
        refusesToDeploy("CircuitBreaker", wrong, abi.encodeWithSelector(selector, most + 1, least, most));
        build(least, one(guardian));
        build(most, new address[](0));
        wrong = argumentsOf(governance, RESUME_DELAY, new address[](17));
        refusesToDeploy("CircuitBreaker", wrong, abi.encodeWithSelector(Halts.TooManyGuardians.selector, 17, 16));
        wrong = argumentsOf(governance, RESUME_DELAY, new address[](16));
        refusesToDeploy("CircuitBreaker", wrong, abi.encodeWithSelector(Halts.ZeroGuardian.selector));
    }
}
