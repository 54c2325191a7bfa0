// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NodeRegistry} from "../src/NodeRegistry.sol";
import {Test} from "./Vm.sol";

/// @notice Refuses every payment.
contract Miser {
    function register(NodeRegistry registry, bytes32 nodeKey, address signer, bytes calldata proof) external payable {
        registry.register{value: msg.value}(nodeKey, new bytes(64), signer, proof);
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

    function register(NodeRegistry registry, bytes32 nodeKey, address signer, bytes calldata proof) external payable {
        registry.register{value: msg.value}(nodeKey, new bytes(64), signer, proof);
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
    address private constant SLASHER = address(0x51A5);
    uint256 private constant HOT = 0x4071;
    uint256 private constant NEXT = 0x4072;
    NodeRegistry private registry;

    function setUp() public {
        vm.warp(1_800_000_000);
        registry = new NodeRegistry(BOND, DELAY, SLASHER);
        vm.deal(ALICE, 10 ether);
        vm.deal(BOB, 10 ether);
    }

    /// @dev Each owner has a signer of its own.
    function signerKey(address owner) private pure returns (uint256) {
        return uint256(keccak256(abi.encode("signer", owner))) >> 1;
    }

    function signerProof(uint256 key, address owner, bytes32 nodeKey, uint256 nonce)
        private
        view
        returns (bytes memory)
    {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, registry.hashSignerProof(owner, vm.addr(key), nodeKey, nonce));
        return abi.encodePacked(r, s, v);
    }

    function register(address owner, bytes32 nodeKey) private {
        register(owner, nodeKey, signerKey(owner));
    }

    function register(address owner, bytes32 nodeKey, uint256 key) private {
        bytes memory proof = signerProof(key, owner, nodeKey, registry.signerNonce(owner));
        address signer = vm.addr(key);
        vm.prank(owner);
        registry.register{value: BOND}(nodeKey, new bytes(64), signer, proof);
    }

    function expectInvalidProof(uint256 key, uint256 nonce) private {
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.SignerProofInvalid.selector, vm.addr(key), nonce));
    }

    function test_registerKeepsARecordAndEmitsTheProof() public {
        bytes memory proof = abi.encodePacked(bytes32("left"), bytes32("right"));
        bytes memory accepted = signerProof(HOT, ALICE, KEY, 0);
        address signer = vm.addr(HOT);
        vm.expectEmit(address(registry));
        emit NodeRegistry.Registered(ALICE, KEY, signer, proof, 2 * BOND);
        vm.prank(ALICE);
        registry.register{value: 2 * BOND}(KEY, proof, signer, accepted);

        NodeRegistry.Operator memory operator = registry.operators(ALICE);
        assertEq(operator.signer, signer, "signer");
        assertEq(operator.nodeKey, KEY, "node key");
        assertEq(uint256(operator.status), uint256(NodeRegistry.Status.Active), "status");
        assertEq(operator.registeredAt, block.timestamp, "registered at");
        assertEq(operator.bond, 2 * BOND, "bond");
        assertEq(registry.ownerOfNode(KEY), ALICE, "owner of the node");
        assertEq(registry.ownerOfSigner(signer), ALICE, "owner of the signer");
        assertEq(registry.signerNonce(ALICE), 1, "nonce");
        assertEq(registry.activeCount(), 1, "active");
    }

    function test_registerRefuses() public {
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.ZeroNodeKey.selector));
        registry.register{value: BOND}(0, new bytes(64), BOB, new bytes(65));

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.ProofLengthInvalid.selector, 63, 64));
        registry.register{value: BOND}(KEY, new bytes(63), BOB, new bytes(65));

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.BondTooSmall.selector, BOND - 1, BOND));
        registry.register{value: BOND - 1}(KEY, new bytes(64), BOB, new bytes(65));

        register(ALICE, KEY);
        expectRefusal(
            ALICE,
            keccak256("another key"),
            signerKey(ALICE),
            abi.encodeWithSelector(NodeRegistry.AlreadyRegistered.selector, ALICE)
        );
        expectRefusal(
            BOB, KEY, signerKey(BOB), abi.encodeWithSelector(NodeRegistry.NodeKeyTaken.selector, KEY, ALICE)
        );
        expectRefusal(
            BOB,
            keccak256("bob"),
            signerKey(ALICE),
            abi.encodeWithSelector(NodeRegistry.SignerTaken.selector, vm.addr(signerKey(ALICE)), ALICE)
        );
    }

    function expectRefusal(address owner, bytes32 nodeKey, uint256 key, bytes memory reason) private {
        bytes memory proof = signerProof(key, owner, nodeKey, registry.signerNonce(owner));
        address signer = vm.addr(key);
        vm.expectRevert(reason);
        vm.prank(owner);
        registry.register{value: BOND}(nodeKey, new bytes(64), signer, proof);
    }

    function test_ownerMayNotSignVotesItself() public {
        address owner = vm.addr(HOT);
        vm.deal(owner, BOND);
        expectRefusal(owner, KEY, HOT, abi.encodeWithSelector(NodeRegistry.SignerIsOwner.selector, owner));
    }

    /// @dev Seen in the mempool, or replayed, a signer's proof is worth nothing to anyone else.
    function test_signerProofServesOneOwnerOnce() public {
        address signer = vm.addr(HOT);
        bytes memory proof = signerProof(HOT, ALICE, KEY, 0);
        expectInvalidProof(HOT, 0);
        vm.prank(BOB);
        registry.register{value: BOND}(KEY, new bytes(64), signer, proof);

        vm.prank(ALICE);
        registry.register{value: BOND}(KEY, new bytes(64), signer, proof);
        vm.prank(ALICE);
        registry.exit();
        vm.warp(block.timestamp + DELAY);
        vm.prank(ALICE);
        registry.withdraw();
        expectInvalidProof(HOT, 1);
        vm.prank(ALICE);
        registry.register{value: BOND}(KEY, new bytes(64), signer, proof);
        register(ALICE, KEY, HOT);
    }

    function test_signerProofIsForOneNodeKeyAndOneRegistry() public {
        address signer = vm.addr(HOT);
        bytes memory forAnother = signerProof(HOT, ALICE, keccak256("another key"), 0);
        expectInvalidProof(HOT, 0);
        vm.prank(ALICE);
        registry.register{value: BOND}(KEY, new bytes(64), signer, forAnother);

        bytes memory here = signerProof(HOT, ALICE, KEY, 0);
        NodeRegistry second = new NodeRegistry(BOND, DELAY, SLASHER);
        expectInvalidProof(HOT, 0);
        vm.prank(ALICE);
        second.register{value: BOND}(KEY, new bytes(64), signer, here);
    }

    function test_signerProofMustBeTheSigners() public {
        bytes memory proof = signerProof(HOT, ALICE, KEY, 0);
        address other = vm.addr(NEXT);
        expectInvalidProof(NEXT, 0);
        vm.prank(ALICE);
        registry.register{value: BOND}(KEY, new bytes(64), other, proof);

        address signer = vm.addr(HOT);
        expectInvalidProof(HOT, 0);
        vm.prank(ALICE);
        registry.register{value: BOND}(KEY, new bytes(64), signer, new bytes(64));

        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.SignerProofInvalid.selector, address(0), 0));
        vm.prank(ALICE);
        registry.register{value: BOND}(KEY, new bytes(64), address(0), new bytes(65));
        assertEq(registry.signerNonce(ALICE), 0, "nonce");
    }

    function test_ownerRotatesTheSigner() public {
        register(ALICE, KEY, HOT);
        bytes memory proof = signerProof(NEXT, ALICE, KEY, 1);
        address next = vm.addr(NEXT);
        address hot = vm.addr(HOT);
        vm.expectEmit(address(registry));
        emit NodeRegistry.SignerRotated(ALICE, hot, next);
        vm.prank(ALICE);
        registry.rotateSigner(next, proof);
        NodeRegistry.Operator memory operator = registry.operators(ALICE);
        assertEq(operator.signer, next, "signer");
        assertEq(operator.nodeKey, KEY, "node key");
        assertEq(operator.bond, BOND, "bond");
        assertEq(registry.ownerOfSigner(hot), ALICE, "the previous signer stays hers");
    }

    function test_rotationRefuses() public {
        bytes memory proof = signerProof(NEXT, ALICE, KEY, 0);
        address next = vm.addr(NEXT);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotActive.selector, ALICE));
        vm.prank(ALICE);
        registry.rotateSigner(next, proof);

        register(ALICE, KEY, HOT);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotActive.selector, vm.addr(HOT)));
        vm.prank(vm.addr(HOT));
        registry.rotateSigner(next, proof);

        expectInvalidProof(NEXT, 1);
        vm.prank(ALICE);
        registry.rotateSigner(next, proof);

        proof = signerProof(NEXT, ALICE, KEY, 1);
        vm.prank(ALICE);
        registry.rotateSigner(next, proof);
        expectInvalidProof(NEXT, 2);
        vm.prank(ALICE);
        registry.rotateSigner(next, proof);

        register(BOB, keccak256("bob"));
        proof = signerProof(NEXT, BOB, keccak256("bob"), 1);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.SignerTaken.selector, next, ALICE));
        vm.prank(BOB);
        registry.rotateSigner(next, proof);

        vm.prank(ALICE);
        registry.exit();
        proof = signerProof(HOT, ALICE, KEY, 2);
        address hot = vm.addr(HOT);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotActive.selector, ALICE));
        vm.prank(ALICE);
        registry.rotateSigner(hot, proof);
    }

    /// @dev The hot key can move neither the bond nor the registration.
    function test_signerHasNoPowerOverTheBond() public {
        register(ALICE, KEY, HOT);
        address hot = vm.addr(HOT);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotActive.selector, hot));
        vm.prank(hot);
        registry.exit();
        vm.prank(ALICE);
        registry.exit();
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.NotExiting.selector, hot));
        vm.prank(hot);
        registry.withdraw();
    }

    function test_delayHasACeiling() public {
        refusesToDeploy(
            "NodeRegistry",
            abi.encode(BOND, 365 days + 1, SLASHER),
            abi.encodeWithSelector(NodeRegistry.UnbondingDelayTooLong.selector, 365 days + 1, 365 days)
        );
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

        expectRefusal(
            ALICE, KEY, signerKey(ALICE), abi.encodeWithSelector(NodeRegistry.AlreadyRegistered.selector, ALICE)
        );

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

        expectRefusal(
            BOB, KEY, signerKey(BOB), abi.encodeWithSelector(NodeRegistry.NodeKeyTaken.selector, KEY, ALICE)
        );
        register(ALICE, KEY);
        assertEq(registry.activeCount(), 1, "active again");
    }

    function test_withdrawRevertsWhenThePaymentIsRefused() public {
        Miser miser = new Miser();
        miser.register{value: BOND}(registry, KEY, vm.addr(HOT), signerProof(HOT, address(miser), KEY, 0));
        miser.quit(registry);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.TransferFailed.selector, address(miser), BOND));
        miser.collect(registry);
        assertEq(registry.operators(address(miser)).bond, BOND, "bond is still owed");
    }

    function test_slashRevertsWhenThePaymentIsRefused() public {
        Miser miser = new Miser();
        registry = new NodeRegistry(BOND, DELAY, address(miser));
        register(ALICE, KEY);
        vm.expectRevert(abi.encodeWithSelector(NodeRegistry.TransferFailed.selector, address(miser), BOND / 2));
        vm.prank(address(miser));
        registry.slash(ALICE, BOND / 2);
        assertEq(registry.operators(ALICE).bond, BOND, "nothing is taken");
    }

    function test_withdrawPaysOnceToAReentrantOperator() public {
        register(ALICE, keccak256("alice"));
        Thief thief = new Thief();
        thief.register{value: BOND}(registry, KEY, vm.addr(HOT), signerProof(HOT, address(thief), KEY, 0));
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
