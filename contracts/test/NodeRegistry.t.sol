// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NodeRegistry} from "../src/NodeRegistry.sol";
import {Test} from "./Vm.sol";

/// @notice Refuses every payment.
contract Miser {
    function register(NodeRegistry registry, bytes32 nodeKey) external payable {
        registry.register{value: msg.value}(nodeKey, new bytes(64));
    }

    function quit(NodeRegistry registry) external {
        registry.exit();
    }

    function collect(NodeRegistry registry) external {
        registry.withdraw();
    }
}

/// @notice Withdraws again when it is paid.
contract Thief {
    bytes public reason;

    function register(NodeRegistry registry, bytes32 nodeKey) external payable {
        registry.register{value: msg.value}(nodeKey, new bytes(64));
        registry.exit();
    }

    function collect(NodeRegistry registry) external {
        registry.withdraw();
    }

    receive() external payable {
        try NodeRegistry(msg.sender).withdraw() {
            reason = "paid twice";
        } catch (bytes memory data) {
            reason = data;
        }
    }
}

contract NodeRegistryTest is Test {
    uint256 private constant BOND = 1 ether;
    uint64 private constant DELAY = 7 days;
    bytes32 private constant KEY = keccak256("node key");
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);
    NodeRegistry private registry;

    function setUp() public {
        vm.warp(1_800_000_000);
        registry = new NodeRegistry(BOND, DELAY);
        vm.deal(ALICE, 10 ether);
        vm.deal(BOB, 10 ether);
    }

    function register(address operator, bytes32 key) private {
        vm.prank(operator);
        registry.register{value: BOND}(key, new bytes(64));
    }

    function test_registerKeepsARecordAndEmitsTheProof() public {
        bytes memory proof = abi.encodePacked(bytes32("left"), bytes32("right"));
        vm.expectEmit(address(registry));
        emit NodeRegistry.Registered(ALICE, KEY, proof, 2 * BOND);
        vm.prank(ALICE);
        registry.register{value: 2 * BOND}(KEY, proof);

        NodeRegistry.Operator memory operator = registry.operators(ALICE);
        assertEq(operator.nodeKey, KEY, "node key");
        assertEq(uint256(operator.status), uint256(NodeRegistry.Status.Active), "status");
        assertEq(operator.registeredAt, block.timestamp, "registered at");
        assertEq(operator.bond, 2 * BOND, "bond");
        assertEq(registry.operatorOf(KEY), ALICE, "operator of the key");
        assertEq(registry.activeCount(), 1, "active");
    }

    function test_registerRefuses() public {
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.ZeroNodeKey.selector));
        registry.register{value: BOND}(0, new bytes(64));

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.ProofLengthInvalid.selector, 63, 64));
        registry.register{value: BOND}(KEY, new bytes(63));

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.BondTooSmall.selector, BOND - 1, BOND));
        registry.register{value: BOND - 1}(KEY, new bytes(64));

        register(ALICE, KEY);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.AlreadyRegistered.selector, ALICE));
        register(ALICE, keccak256("another key"));

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NodeKeyTaken.selector, KEY, ALICE));
        register(BOB, KEY);
    }

    function test_delayHasACeiling() public {
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.UnbondingDelayTooLong.selector, 365 days + 1, 365 days));
        new NodeRegistry(BOND, 365 days + 1);
    }

    function test_exitAndWithdrawRefuseOutOfTurn() public {
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotActive.selector, ALICE));
        vm.prank(ALICE);
        registry.exit();

        register(ALICE, KEY);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotExiting.selector, ALICE));
        vm.prank(ALICE);
        registry.withdraw();

        uint64 ready = uint64(block.timestamp) + DELAY;
        vm.expectEmit(address(registry));
        emit NodeRegistry.ExitStarted(ALICE, KEY, ready);
        vm.prank(ALICE);
        registry.exit();
        assertEq(registry.activeCount(), 0, "active after exit");

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotActive.selector, ALICE));
        vm.prank(ALICE);
        registry.exit();

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.AlreadyRegistered.selector, ALICE));
        register(ALICE, KEY);

        vm.warp(ready - 1);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.StillBonded.selector, ALICE, ready));
        vm.prank(ALICE);
        registry.withdraw();
    }

    function test_withdrawPaysTheBondBackAndFreesTheOperator() public {
        register(ALICE, KEY);
        vm.prank(ALICE);
        registry.exit();
        vm.warp(block.timestamp + DELAY);
        vm.expectEmit(address(registry));
        emit NodeRegistry.Withdrawn(ALICE, BOND);
        vm.prank(ALICE);
        registry.withdraw();
        assertEq(ALICE.balance, 10 ether, "balance");
        assertEq(address(registry).balance, 0, "held");
        assertEq(uint256(registry.operators(ALICE).status), uint256(NodeRegistry.Status.None), "status");

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NodeKeyTaken.selector, KEY, ALICE));
        register(BOB, KEY);
        register(ALICE, KEY);
        assertEq(registry.activeCount(), 1, "active again");
    }

    function test_withdrawRevertsWhenThePaymentIsRefused() public {
        Miser miser = new Miser();
        miser.register{value: BOND}(registry, KEY);
        miser.quit(registry);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.TransferFailed.selector, address(miser), BOND));
        miser.collect(registry);
        assertEq(registry.operators(address(miser)).bond, BOND, "bond is still owed");
    }

    function test_withdrawPaysOnceToAReentrantOperator() public {
        register(ALICE, keccak256("alice"));
        Thief thief = new Thief();
        thief.register{value: BOND}(registry, KEY);
        vm.warp(block.timestamp + DELAY);
        thief.collect(registry);
        assertEq(address(thief).balance, BOND, "paid");
        assertEq(
            keccak256(thief.reason()),
            keccak256(abi.encodeWithSelector(NodeRegistry.NotExiting.selector, address(thief))),
            "second withdrawal"
        );
    }

    function test_proofMessageBindsDomainChainRegistryAndOperator() public view {
        assertEq(
            keccak256(registry.proofMessage(ALICE)),
            keccak256(abi.encodePacked("ballast/node-registration/1", block.chainid, address(registry), ALICE)),
            "message"
        );
    }

    /// @dev After any order of exits the pages hold exactly those who stayed.
    function testFuzz_activePagesHoldExactlyThoseWhoStay(uint256 leaving, uint256 page) public {
        uint256 count = 12;
        page = bound(page, 1, count + 1);
        uint256 staying = 0;
        for (uint256 i = 0; i < count; ++i) {
            vm.deal(address(uint160(100 + i)), BOND);
            register(address(uint160(100 + i)), bytes32(i + 1));
        }
        for (uint256 i = 0; i < count; ++i) {
            if ((leaving >> i) & 1 == 1) {
                vm.prank(address(uint160(100 + i)));
                registry.exit();
            } else {
                ++staying;
            }
        }
        assertEq(registry.activeCount(), staying, "count");
        uint256 seen = 0;
        uint256 found = 0;
        for (uint256 offset = 0; offset < count; offset += page) {
            (address[] memory addresses, NodeRegistry.Operator[] memory records) =
                registry.activeOperators(offset, page);
            for (uint256 i = 0; i < addresses.length; ++i) {
                uint256 bit = uint256(uint160(addresses[i])) - 100;
                assertEq((seen >> bit) & 1, 0, "twice");
                assertEq((leaving >> bit) & 1, 0, "left, yet listed");
                assertEq(records[i].nodeKey, bytes32(bit + 1), "record");
                seen |= 1 << bit;
                ++found;
            }
        }
        assertEq(found, staying, "listed");
    }
}
