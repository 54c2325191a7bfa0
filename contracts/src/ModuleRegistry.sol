// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1822Proxiable} from "@openzeppelin/contracts/interfaces/draft-IERC1822.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {ModuleDependencies} from "./governance/ModuleDependencies.sol";
import {IModule} from "./interfaces/IModule.sol";

/// @notice A module as it is registered.
/// @param proxy Where callers find it, for ever.
/// @param implementation Its code.
/// @param codeHash keccak256 of that code.
/// @param interfaceId ERC-165 id of what callers rely on; every version has it.
struct ModuleEntry {
    address proxy;
    address implementation;
    bytes32 codeHash;
    bytes4 interfaceId;
}

/// @title Which code the modules run, and the only way to replace it
/// @notice Governance (the timelock) registers and upgrades. An upgrade switches the proxy and writes the record in one
/// transaction, so the two agree always. The new code must be the one whose hash was decided on, be of the same module
/// and of a later version, and still have the interface that was registered and those that dependent modules require.
/// The events are the journal.
/// @dev Whether a new version keeps the storage of the old one cannot be seen from here: it is checked before a
/// proposal (contracts/client/storage-layout.ts). Pausing a module is the circuit breaker's, not this contract's.
contract ModuleRegistry is ModuleDependencies {
    using EnumerableSet for EnumerableSet.Bytes32Set;

    /// @param version As `IModule.moduleVersion`.
    /// @param upgradedAt Unix time in seconds of the last upgrade, or of the registration.
    struct Record {
        address proxy;
        uint96 version;
        address implementation;
        bytes4 interfaceId;
        uint64 upgradedAt;
        bytes32 codeHash;
    }

    /// @notice Most entries of a page.
    uint256 public constant MAX_PAGE = 50;
    /// @dev Where ERC-1967 keeps the implementation, which `proxiableUUID` answers.
    bytes32 private constant IMPLEMENTATION_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    /// @dev What the code of an account begins with that delegates to another by EIP-7702, and can change its mind.
    bytes1 private constant DELEGATION = 0xef;

    EnumerableSet.Bytes32Set private _keys;
    mapping(bytes32 key => Record) private _records;

    event ModuleRegistered(
        bytes32 indexed key,
        address indexed proxy,
        address implementation,
        uint96 version,
        bytes32 codeHash,
        bytes4 interfaceId
    );
    event ModuleUpgraded(
        bytes32 indexed key,
        uint96 indexed version,
        uint96 from,
        address previous,
        address implementation,
        bytes32 codeHash
    );

    error AlreadyRegistered(bytes32 key, address proxy);
    error NoCode(address implementation);
    /// @notice The account delegates to other code, and may change that at any time.
    error CodeDelegated(address implementation);
    error CodeHashMismatch(address implementation, bytes32 expected, bytes32 codeHash);
    error NotProxiable(address implementation, bytes32 uuid);
    error KeyMismatch(address implementation, bytes32 expected, bytes32 key);
    error VersionNotLater(bytes32 key, uint96 current, uint96 given);
    error InterfaceMissing(address implementation, bytes4 interfaceId);
    error InterfaceIdInvalid(bytes4 interfaceId);
    /// @notice The proxy does not show the new code after the switch.
    error UpgradeNotTaken(bytes32 key, address proxy);
    error PageTooLarge(uint256 limit, uint256 maximum);

    /// @param governance The timelock.
    /// @param genesis The first modules.
    /// @param dependencies What they require of each other.
    constructor(address governance, ModuleEntry[] memory genesis, Dependency[] memory dependencies)
        ModuleDependencies(governance)
    {
        for (uint256 i = 0; i < genesis.length; ++i) {
            _register(genesis[i]);
        }
        for (uint256 i = 0; i < dependencies.length; ++i) {
            _addDependency(dependencies[i]);
        }
    }

    /// @notice Registers a module under its own key. Its proxy must obey this registry.
    function register(ModuleEntry calldata entry) external onlyGovernance {
        _register(entry);
    }

    /// @notice Replaces a module's code and writes it down, or does neither.
    /// @param key Key of the module.
    /// @param implementation The new code.
    /// @param codeHash keccak256 of that code, as it was decided on.
    /// @param data Call that the proxy makes to the new code after the switch; empty for none.
    function upgrade(bytes32 key, address implementation, bytes32 codeHash, bytes calldata data)
        external
        onlyGovernance
    {
        Record storage record = _records[key];
        if (record.proxy == address(0)) revert ModuleUnknown(key);
        uint96 version = _requireModule(key, implementation, codeHash, record.interfaceId);
        (uint96 from, address previous) = (record.version, record.implementation);
        if (version <= from) revert VersionNotLater(key, from, version);
        _requireDependentsServed(key, implementation);
        (record.version, record.implementation) = (version, implementation);
        (record.codeHash, record.upgradedAt) = (codeHash, uint64(block.timestamp));
        emit ModuleUpgraded(key, version, from, previous, implementation, codeHash);
        _switch(key, record.proxy, implementation, data);
    }

    /// @notice What is known of a module; reverts for an unknown one.
    function moduleOf(bytes32 key) external view returns (Record memory) {
        if (_records[key].proxy == address(0)) revert ModuleUnknown(key);
        return _records[key];
    }

    /// @notice Number of modules.
    function count() external view returns (uint256) {
        return _keys.length();
    }

    /// @notice A page of the modules in the order of registration; empty beyond the end.
    /// @param offset First position.
    /// @param limit Most entries to return, at most `MAX_PAGE`.
    function modules(uint256 offset, uint256 limit)
        external
        view
        returns (bytes32[] memory keys, Record[] memory records)
    {
        if (limit > MAX_PAGE) revert PageTooLarge(limit, MAX_PAGE);
        uint256 length = _keys.length();
        uint256 start = offset < length ? offset : length;
        keys = _keys.values(start, start + limit < length ? start + limit : length);
        records = new Record[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            records[i] = _records[keys[i]];
        }
    }

    function _register(ModuleEntry memory entry) private {
        if (entry.interfaceId == 0 || entry.interfaceId == 0xffffffff) revert InterfaceIdInvalid(entry.interfaceId);
        _requireInterface(entry.implementation, type(IModule).interfaceId);
        bytes32 key = IModule(entry.implementation).moduleKey();
        if (!_keys.add(key)) revert AlreadyRegistered(key, _records[key].proxy);
        if (_keys.length() > MAX_MODULES) revert TooManyModules(_keys.length(), MAX_MODULES);
        uint96 version = _requireModule(key, entry.implementation, entry.codeHash, entry.interfaceId);
        _records[key] = Record(
            entry.proxy, version, entry.implementation, entry.interfaceId, uint64(block.timestamp), entry.codeHash
        );
        emit ModuleRegistered(key, entry.proxy, entry.implementation, version, entry.codeHash, entry.interfaceId);
        // The proxy's slot cannot be read from here. Writing it shows that the proxy obeys, and makes the record true.
        _switch(key, entry.proxy, entry.implementation, "");
    }

    function _switch(bytes32 key, address proxy, address implementation, bytes memory data) private {
        UUPSUpgradeable(proxy).upgradeToAndCall(implementation, data);
        if (
            IModule(proxy).moduleKey() != key
                || IModule(proxy).moduleVersion() != IModule(implementation).moduleVersion()
        ) revert UpgradeNotTaken(key, proxy);
    }

    /// @dev Checked in this order: code, its hash, interfaces, proxiability, key.
    function _requireModule(bytes32 key, address implementation, bytes32 codeHash, bytes4 interfaceId)
        private
        view
        returns (uint96 version)
    {
        if (implementation.code.length == 0) revert NoCode(implementation);
        if (bytes1(implementation.code) == DELEGATION) revert CodeDelegated(implementation);
        if (implementation.codehash != codeHash) {
            revert CodeHashMismatch(implementation, codeHash, implementation.codehash);
        }
        _requireInterface(implementation, type(IModule).interfaceId);
        _requireInterface(implementation, interfaceId);
        try IERC1822Proxiable(implementation).proxiableUUID() returns (bytes32 uuid) {
            if (uuid != IMPLEMENTATION_SLOT) revert NotProxiable(implementation, uuid);
        } catch {
            revert NotProxiable(implementation, 0);
        }
        bytes32 own = IModule(implementation).moduleKey();
        if (own != key) revert KeyMismatch(implementation, key, own);
        return IModule(implementation).moduleVersion();
    }

    function _requireInterface(address implementation, bytes4 interfaceId) private view {
        if (!ERC165Checker.supportsInterface(implementation, interfaceId)) {
            revert InterfaceMissing(implementation, interfaceId);
        }
    }

    function _addressOf(bytes32 key) internal view override returns (address proxy) {
        return _records[key].proxy;
    }
}
