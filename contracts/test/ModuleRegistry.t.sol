// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {ModuleProxy} from "../src/ModuleProxy.sol";
import {ModuleEntry, ModuleRegistry} from "../src/ModuleRegistry.sol";
import {ModuleDependencies} from "../src/governance/ModuleDependencies.sol";
import {IModule} from "../src/interfaces/IModule.sol";
import {GovernanceWorld} from "./GovernanceWorld.sol";

/// @notice A module whose key, version and interfaces a test chooses.
contract Probe is UUPSUpgradeable, ERC165 {
    address private immutable UPGRADER;
    bytes32 public immutable moduleKey;
    uint96 public immutable moduleVersion;
    bytes4 private immutable FIRST;
    bytes4 private immutable SECOND;
    uint256 public value;

    error NotUpgrader(address caller);

    constructor(address upgrader, bytes32 key, uint96 version, bytes4 first, bytes4 second) {
        (UPGRADER, moduleKey, moduleVersion, FIRST, SECOND) = (upgrader, key, version, first, second);
    }

    function setValue(uint256 given) external {
        value = given;
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == type(IModule).interfaceId || id == FIRST || id == SECOND || super.supportsInterface(id);
    }

    function _authorizeUpgrade(address) internal view override {
        if (msg.sender != UPGRADER) revert NotUpgrader(msg.sender);
    }
}

/// @notice Code that answers as a module, but with another slot.
contract OtherSlot is ERC165 {
    bytes32 public constant proxiableUUID = keccak256("another slot");

    function supportsInterface(bytes4 id) public pure override returns (bool) {
        return id != 0xffffffff;
    }
}

/// @notice Code that says yes to everything, even to the id that nothing has.
contract Yes {
    function supportsInterface(bytes4) public pure returns (bool) {
        return true;
    }
}

/// @notice A module's code that no proxy can hold.
contract Unproxied is ERC165 {
    bytes32 public constant moduleKey = keccak256("A");
    uint96 public constant moduleVersion = 9;

    function supportsInterface(bytes4 id) public pure override returns (bool) {
        return id != 0xffffffff;
    }
}

/// @notice A proxy that takes the order and does nothing.
contract Deaf {
    bytes32 public constant moduleKey = keccak256("D");
    uint96 public constant moduleVersion = 1;

    function upgradeToAndCall(address, bytes calldata) external {}
}

contract ModuleRegistryTest is GovernanceWorld {
    bytes32 internal constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    address internal constant GOVERNANCE = address(0x60);
    bytes32 internal constant A = keccak256("A");
    bytes32 internal constant B = keccak256("B");
    bytes32 internal constant C = keccak256("C");
    bytes4 internal constant READ = 0x11111111;
    bytes4 internal constant WRITE = 0x22222222;
    ModuleRegistry internal registry;
    address internal proxyA;
    address internal proxyB;

    function setUp() public {
        vm.warp(NOW);
        address upgrader = upcoming(4);
        ModuleEntry[] memory genesis = new ModuleEntry[](2);
        genesis[0] = entryOf(upgrader, A);
        genesis[1] = entryOf(upgrader, B);
        registry = new ModuleRegistry(GOVERNANCE, genesis, new ModuleDependencies.Dependency[](0));
        assertEq(address(registry), upgrader, "predicted");
        (proxyA, proxyB) = (genesis[0].proxy, genesis[1].proxy);
    }

    function entryOf(address upgrader, bytes32 key) internal returns (ModuleEntry memory entry) {
        Probe code = new Probe(upgrader, key, 1, READ, WRITE);
        address proxy = address(new ModuleProxy(address(code), ""));
        return ModuleEntry(proxy, address(code), address(code).codehash, READ);
    }

    function probe(bytes32 key, uint96 version) internal returns (address) {
        return address(new Probe(address(registry), key, version, READ, WRITE));
    }

    function upgrade(bytes32 key, address code) internal {
        bytes32 hash = code.codehash;
        vm.prank(GOVERNANCE);
        registry.upgrade(key, code, hash, "");
    }

    function slotOf(address proxy) internal view returns (address) {
        return address(uint160(uint256(vmx.load(proxy, SLOT))));
    }

    function test_UP01_upgradeSwitchesAndRecords() public {
        Probe(proxyA).setValue(42);
        address before = slotOf(proxyA);
        address code = probe(A, 2);
        vm.expectEmit(address(registry));
        emit ModuleRegistry.ModuleUpgraded(A, 2, 1, before, code, code.codehash);
        vm.prank(GOVERNANCE);
        registry.upgrade(A, code, code.codehash, abi.encodeCall(Probe.setValue, (43)));
        ModuleRegistry.Record memory record = registry.moduleOf(A);
        assertTrue(
            record.proxy == proxyA && record.implementation == code && record.version == 2
                && record.codeHash == code.codehash && record.upgradedAt == NOW && record.interfaceId == READ,
            "record"
        );
        assertEq(slotOf(proxyA), code, "slot");
        assertEq(Probe(proxyA).value(), 43, "the call after the switch");
        assertEq(Probe(proxyA).moduleVersion(), 2, "version");
    }

    function testFuzz_UP01_slotAndRecordAgree(uint256 seed) public {
        for (uint256 i = 0; i < 8; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            bytes32 key = seed & 1 == 0 ? A : B;
            bytes32 codeKey = seed & 6 == 0 ? C : key;
            address code = address(
                new Probe(
                    seed & 24 == 0 ? address(this) : address(registry),
                    codeKey,
                    uint96((seed >> 8) % 6),
                    seed & 96 == 0 ? bytes4(0x33333333) : READ,
                    WRITE
                )
            );
            uint96 version = registry.moduleOf(key).version;
            bytes memory data = (seed >> 32) & 3 == 0 ? abi.encodeWithSignature("missing()") : bytes("");
            vm.prank(GOVERNANCE);
            try registry.upgrade(key, code, code.codehash, data) {
                assertTrue(registry.moduleOf(key).version > version, "only forward");
            } catch {}
            checkAgreement(A, proxyA);
            checkAgreement(B, proxyB);
        }
    }

    function checkAgreement(bytes32 key, address proxy) internal view {
        ModuleRegistry.Record memory record = registry.moduleOf(key);
        assertEq(slotOf(proxy), record.implementation, "slot and record");
        assertEq(record.implementation.codehash, record.codeHash, "code and record");
        assertEq(Probe(proxy).moduleVersion(), record.version, "version and record");
        assertEq(Probe(proxy).moduleKey(), key, "key");
    }

    function test_GV11_onlyALaterVersionOfTheSameModule() public {
        for (uint96 version = 0; version < 2; ++version) {
            address code = probe(A, version);
            vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.VersionNotLater.selector, A, 1, version));
            upgrade(A, code);
        }
        address other = probe(B, 2);
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.KeyMismatch.selector, other, A, B));
        upgrade(A, other);
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.ModuleUnknown.selector, C));
        upgrade(C, other);
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.ModuleUnknown.selector, C));
        registry.moduleOf(C);
    }

    function test_GV11_theCodeThatWasDecidedOn() public {
        address code = probe(A, 2);
        vm.expectRevert(
            abi.encodeWithSelector(
                ModuleRegistry.CodeHashMismatch.selector, code, keccak256("audited"), code.codehash
            )
        );
        vm.prank(GOVERNANCE);
        registry.upgrade(A, code, keccak256("audited"), "");

        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.NoCode.selector, address(0xE0)));
        upgrade(A, address(0xE0));
        vmx.etch(address(0x7702), abi.encodePacked(hex"ef0100", code));
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.CodeDelegated.selector, address(0x7702)));
        upgrade(A, address(0x7702));
    }

    function test_UM02_codeThatNoProxyCanHold() public {
        address other = address(new OtherSlot());
        vm.expectRevert(
            abi.encodeWithSelector(ModuleRegistry.NotProxiable.selector, other, keccak256("another slot"))
        );
        upgrade(A, other);
        address yes = address(new Yes());
        vm.expectRevert(
            abi.encodeWithSelector(ModuleRegistry.InterfaceMissing.selector, yes, type(IModule).interfaceId)
        );
        upgrade(A, yes);
        address unproxied = address(new Unproxied());
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.NotProxiable.selector, unproxied, bytes32(0)));
        upgrade(A, unproxied);
        address stranger = address(this);
        vm.expectRevert(
            abi.encodeWithSelector(ModuleRegistry.InterfaceMissing.selector, stranger, type(IModule).interfaceId)
        );
        upgrade(A, stranger);
    }

    function test_UP02_aWrongInterfaceIsRefused() public {
        address code = address(new Probe(address(registry), A, 2, WRITE, WRITE));
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.InterfaceMissing.selector, code, READ));
        upgrade(A, code);

        ModuleEntry memory entry = entryOf(address(registry), C);
        entry.interfaceId = 0x44444444;
        vm.expectRevert(
            abi.encodeWithSelector(
                ModuleRegistry.InterfaceMissing.selector, entry.implementation, entry.interfaceId
            )
        );
        register(entry);
        entry.interfaceId = 0;
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.InterfaceIdInvalid.selector, bytes4(0)));
        register(entry);
        entry.interfaceId = 0xffffffff;
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.InterfaceIdInvalid.selector, bytes4(0xffffffff)));
        register(entry);
    }

    function register(ModuleEntry memory entry) internal {
        vm.prank(GOVERNANCE);
        registry.register(entry);
    }

    function test_UP01_registrationNeverOverwrites() public {
        ModuleEntry memory again = entryOf(address(registry), A);
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.AlreadyRegistered.selector, A, proxyA));
        register(again);

        ModuleEntry memory third = entryOf(address(registry), C);
        vm.expectEmit(address(registry));
        emit ModuleRegistry.ModuleRegistered(C, third.proxy, third.implementation, 1, third.codeHash, READ);
        register(third);
        assertEq(registry.count(), 3, "modules");
    }

    function test_aProxyMustObey() public {
        ModuleEntry memory entry = entryOf(address(0xE1), C);
        vm.expectRevert(abi.encodeWithSelector(Probe.NotUpgrader.selector, address(registry)));
        register(entry);
        entry = entryOf(address(registry), C);
        entry.proxy = address(new Deaf());
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.UpgradeNotTaken.selector, C, entry.proxy));
        register(entry);
    }

    function test_modulesHaveALimitAndPages() public {
        for (uint256 i = 2; i < 32; ++i) {
            register(entryOf(address(registry), bytes32(i)));
        }
        ModuleEntry memory last = entryOf(address(registry), bytes32("one too many"));
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.TooManyModules.selector, 33, 32));
        register(last);
        (bytes32[] memory keys, ModuleRegistry.Record[] memory records) = registry.modules(30, 50);
        assertTrue(keys.length == 2 && records.length == 2 && keys[1] == bytes32(uint256(31)), "the rest");
        assertEq(records[1].proxy, registry.moduleOf(keys[1]).proxy, "record");
        (keys,) = registry.modules(32, 50);
        assertEq(keys.length, 0, "beyond the end");
        vm.expectRevert(abi.encodeWithSelector(ModuleRegistry.PageTooLarge.selector, 51, 50));
        registry.modules(0, 51);
    }

    function row(bytes32 dependent, bytes32 on, bytes4 id)
        internal
        pure
        returns (ModuleDependencies.Dependency memory)
    {
        return ModuleDependencies.Dependency(dependent, on, id);
    }

    function depend(bytes32 dependent, bytes32 on, bytes4 id) internal {
        vm.prank(GOVERNANCE);
        registry.addDependency(row(dependent, on, id));
    }

    function test_UP03_anUpgradeThatBreaksADependentIsRefused() public {
        depend(A, B, WRITE);
        address code = address(new Probe(address(registry), B, 2, READ, READ));
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.InterfaceRequired.selector, A, B, WRITE));
        upgrade(B, code);
        vm.prank(GOVERNANCE);
        registry.removeDependency(row(A, B, WRITE));
        upgrade(B, code);
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.InterfaceRequired.selector, A, B, WRITE));
        depend(A, B, WRITE);
    }

    function test_UP03_cyclesAreRefused() public {
        register(entryOf(address(registry), C));
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.DependencyCycle.selector, A, A));
        depend(A, A, READ);
        depend(A, B, READ);
        depend(B, C, READ);
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.DependencyCycle.selector, C, A));
        depend(C, A, READ);
        depend(A, C, READ);
        assertEq(registry.requirementsOf(A).length, 2, "requirements");
        assertEq(registry.dependentsOf(C).length, 2, "dependents");
    }

    /// @dev Two ways lead from A to D; the search takes the second for a way that it knows.
    function test_UP03_modulesMayShareWhatTheyNeed() public {
        bytes32 d = keccak256("D");
        register(entryOf(address(registry), C));
        register(entryOf(address(registry), d));
        depend(B, d, READ);
        depend(C, d, READ);
        depend(A, B, READ);
        depend(A, C, READ);
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.DependencyCycle.selector, d, A));
        depend(d, A, READ);
        bytes32 e = keccak256("E");
        register(entryOf(address(registry), e));
        depend(e, A, READ);
        assertEq(registry.dependentsOf(d).length, 2, "dependents");
    }

    function test_UP03_aRegistryBeginsWithItsRows() public {
        address upgrader = upcoming(4);
        ModuleEntry[] memory genesis = new ModuleEntry[](2);
        (genesis[0], genesis[1]) = (entryOf(upgrader, A), entryOf(upgrader, B));
        ModuleDependencies.Dependency[] memory rows = new ModuleDependencies.Dependency[](1);
        rows[0] = row(A, B, READ);
        registry = new ModuleRegistry(GOVERNANCE, genesis, rows);
        assertEq(registry.requirementsOf(A)[0].on, B, "requirement");
        assertEq(registry.dependentsOf(B).length, 1, "dependent");
    }

    function test_UP03_rowsRefuse() public {
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.ModuleUnknown.selector, C));
        depend(C, A, READ);
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.ModuleUnknown.selector, C));
        depend(A, C, READ);
        depend(A, B, READ);
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.DependencyExists.selector, A, B, READ));
        depend(A, B, READ);
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.DependencyUnknown.selector, A, B, WRITE));
        vm.prank(GOVERNANCE);
        registry.removeDependency(row(A, B, WRITE));
    }

    function test_UP03_rowsHaveALimit() public {
        for (uint256 i = 0; i < 16; ++i) {
            register(entryOf(address(registry), bytes32(i + 1)));
            depend(A, bytes32(i + 1), READ);
        }
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.TooManyDependencies.selector, A, 16));
        depend(A, B, READ);
        for (uint256 i = 0; i < 15; ++i) {
            depend(bytes32(i + 1), B, READ);
        }
        depend(bytes32(uint256(16)), B, READ);
        register(entryOf(address(registry), C));
        vm.expectRevert(abi.encodeWithSelector(ModuleDependencies.TooManyDependencies.selector, B, 16));
        depend(C, B, READ);
    }

    function testFuzz_UP05_onlyGovernance(address caller) public {
        vm.assume(caller != GOVERNANCE);
        ModuleEntry memory entry = entryOf(address(registry), C);
        bytes memory refusal = abi.encodeWithSelector(ModuleDependencies.NotGovernance.selector, caller, GOVERNANCE);
        vmx.startPrank(caller);
        vm.expectRevert(refusal);
        registry.register(entry);
        vm.expectRevert(refusal);
        registry.upgrade(A, entry.implementation, entry.codeHash, "");
        vm.expectRevert(refusal);
        registry.addDependency(row(A, B, READ));
        vm.expectRevert(refusal);
        registry.removeDependency(row(A, B, READ));
        vmx.stopPrank();
        if (caller != address(registry)) {
            vm.expectRevert(abi.encodeWithSelector(Probe.NotUpgrader.selector, caller));
            vm.prank(caller);
            Probe(proxyA).upgradeToAndCall(entry.implementation, "");
        }
    }

    function test_aRegistryNeedsGovernance() public {
        refusesToDeploy(
            "ModuleRegistry",
            abi.encode(address(0), new ModuleEntry[](0), new ModuleDependencies.Dependency[](0)),
            abi.encodeWithSelector(ModuleDependencies.ZeroGovernance.selector)
        );
    }
}
