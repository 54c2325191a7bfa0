// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Electorate} from "../src/governance/Electorate.sol";
import {GovernanceWorld} from "./GovernanceWorld.sol";

contract ElectorateTest is GovernanceWorld {
    address internal constant GOVERNANCE = address(0x60);
    Electorate internal voters;

    function setUp() public {
        vm.warp(NOW);
        voters = new Electorate(GOVERNANCE, identities(5));
    }

    function test_genesisRefuses() public {
        refusesToDeploy(
            "Electorate",
            abi.encode(address(0), identities(5)),
            abi.encodeWithSelector(Electorate.ZeroGovernance.selector)
        );
        refusesToDeploy(
            "Electorate",
            abi.encode(GOVERNANCE, identities(3)),
            abi.encodeWithSelector(Electorate.TooFewIdentities.selector, 3, 4)
        );

        address[] memory genesis = identities(5);
        genesis[4] = address(0);
        refusesToDeploy(
            "Electorate", abi.encode(GOVERNANCE, genesis), abi.encodeWithSelector(Electorate.ZeroIdentity.selector)
        );
        genesis[4] = genesis[0];
        refusesToDeploy(
            "Electorate",
            abi.encode(GOVERNANCE, genesis),
            abi.encodeWithSelector(Electorate.AlreadyAdmitted.selector, genesis[0])
        );
    }

    function testFuzz_onlyGovernanceAdmitsAndRemoves(address caller) public {
        vm.assume(caller != GOVERNANCE);
        bytes memory refusal = abi.encodeWithSelector(Electorate.NotGovernance.selector, caller, GOVERNANCE);
        vm.expectRevert(refusal);
        vm.prank(caller);
        voters.admit(address(0xA1), 0);
        vm.expectRevert(refusal);
        vm.prank(caller);
        voters.remove(identity(0), 0);
    }

    function test_admissionAndRemovalLeaveTheirHistory() public {
        vm.warp(NOW + 10);
        vm.expectEmit(address(voters));
        emit Electorate.Admitted(address(0xA1), "evidence", 6);
        vm.prank(GOVERNANCE);
        voters.admit(address(0xA1), "evidence");
        vm.warp(NOW + 20);
        vm.expectEmit(address(voters));
        emit Electorate.Removed(identity(0), "reason", 5);
        vm.prank(GOVERNANCE);
        voters.remove(identity(0), "reason");
        vm.warp(NOW + 30);

        assertTrue(!voters.wasAdmitted(address(0xA1), NOW + 9), "before its admission");
        assertTrue(voters.wasAdmitted(address(0xA1), NOW + 10), "from its admission on");
        assertTrue(voters.wasAdmitted(identity(0), NOW + 19), "before its removal");
        assertTrue(!voters.wasAdmitted(identity(0), NOW + 20), "from its removal on");
        assertTrue(!voters.isAdmitted(identity(0)) && voters.isAdmitted(address(0xA1)), "now");
        assertEq(voters.countAt(NOW + 9), 5, "count before");
        assertEq(voters.countAt(NOW + 19), 6, "count between");
        assertEq(voters.countAt(NOW + 29), 5, "count after");

        vm.expectRevert(abi.encodeWithSelector(Electorate.TimepointNotPast.selector, NOW + 30, NOW + 30));
        voters.wasAdmitted(identity(0), NOW + 30);
        vm.expectRevert(abi.encodeWithSelector(Electorate.TimepointNotPast.selector, NOW + 31, NOW + 30));
        voters.countAt(NOW + 31);
    }

    function test_refusesWhomItHasAndWhomItHasNot() public {
        vm.expectRevert(abi.encodeWithSelector(Electorate.AlreadyAdmitted.selector, identity(0)));
        vm.prank(GOVERNANCE);
        voters.admit(identity(0), 0);
        vm.expectRevert(abi.encodeWithSelector(Electorate.NotAdmitted.selector, address(0xA1)));
        vm.prank(GOVERNANCE);
        voters.remove(address(0xA1), 0);
    }

    function test_theLastFourStay() public {
        vm.prank(GOVERNANCE);
        voters.remove(identity(4), 0);
        vm.expectRevert(abi.encodeWithSelector(Electorate.TooFewIdentities.selector, 3, 4));
        vm.prank(GOVERNANCE);
        voters.remove(identity(3), 0);
        assertEq(voters.count(), 4, "identities");
    }

    function test_refusesMoreThanItsLimit() public {
        // The first slot is the length of the list.
        vmx.store(address(voters), 0, bytes32(voters.MAX_IDENTITIES()));
        vm.expectRevert(abi.encodeWithSelector(Electorate.TooManyIdentities.selector, 10_001, 10_000));
        vm.prank(GOVERNANCE);
        voters.admit(address(0xA1), 0);
    }

    function test_pages() public {
        assertEq(voters.identities(0, 50).length, 5, "all");
        address[] memory page = voters.identities(3, 50);
        assertTrue(page.length == 2 && page[0] == identity(3) && page[1] == identity(4), "the rest");
        assertEq(voters.identities(5, 50).length, 0, "beyond the end");
        vm.expectRevert(abi.encodeWithSelector(Electorate.PageTooLarge.selector, 51, 50));
        voters.identities(0, 51);
    }

    function test_GO01_admissionCostsTheSameAmongTenAndAThousand() public {
        (uint256 few, uint256 fewRemoved) = _gasAmong(10);
        (uint256 many, uint256 manyRemoved) = _gasAmong(1_000);
        assertTrue(many * 10 < few * 11 && few * 10 < many * 11, "admission within 10 %");
        assertTrue(manyRemoved * 10 < fewRemoved * 11 && fewRemoved * 10 < manyRemoved * 11, "removal within 10 %");
    }

    function _gasAmong(uint256 size) private returns (uint256 admission, uint256 removal) {
        Electorate among = new Electorate(GOVERNANCE, identities(size));
        vm.warp(block.timestamp + 10);
        vm.prank(GOVERNANCE);
        uint256 before = gasleft();
        among.admit(address(0xA1), 0);
        admission = before - gasleft();
        vm.warp(block.timestamp + 10);
        vm.prank(GOVERNANCE);
        before = gasleft();
        among.remove(identity(2), 0);
        removal = before - gasleft();
    }
}
