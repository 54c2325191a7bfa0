// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StabilityFeeReader} from "../src/examples/StabilityFeeReader.sol";
import {ModelDisputes} from "../src/ModelDisputes.sol";
import {ModelRegistry, RoundDecision} from "../src/ModelRegistry.sol";
import {World} from "./World.sol";

contract StabilityFeeReaderTest is World {
    uint256 private constant MAX_AGE = 1 days;
    bytes private weights = hex"000000000000f03f00000000000000c0";
    StabilityFeeReader private reader;

    function setUp() external {
        buildWorld(4);
        buildFee();
        reader = new StabilityFeeReader(NETWORK, models, parameters, MAX_AGE);
    }

    function publishWeights() private {
        RoundDecision memory decision = decisionFor(1);
        decision.modelDigest = sha256(weights);
        publish(decision);
    }

    function test_readsTheFeeOfAFreshModel() external {
        publishWeights();
        assertEq(reader.stabilityFee(), FIRST_FEE, "fee");
        (uint64 version, bytes32 digest) = reader.freshModel();
        assertEq(version, 1, "version");
        assertEq(digest, sha256(weights), "digest");
    }

    function test_followsTheController() external {
        publishWeights();
        vm.warp(block.timestamp + COOLDOWN);
        controller.applyUpdate(nextUpdate(), agree(nextUpdate(), FIRST_FEE + 1e15), members());
        assertEq(reader.stabilityFee(), FIRST_FEE + 1e15, "fee");
    }

    function testFuzz_refusesAStaleModel(uint256 age) external {
        publishWeights();
        vm.warp(START + bound(age, 0, MAX_AGE));
        assertEq(reader.stabilityFee(), FIRST_FEE, "fee up to the greatest age");
        vm.warp(START + bound(age, MAX_AGE + 1, 3650 days));
        bytes memory stale = abi.encodeWithSelector(StabilityFeeReader.ModelStale.selector, 1, START, MAX_AGE);
        vm.expectRevert(stale);
        reader.stabilityFee();
        vm.expectRevert(stale);
        reader.freshModel();
    }

    function test_refusesTheGenesisModel() external {
        vm.expectRevert(abi.encodeWithSelector(StabilityFeeReader.NoCertifiedVersion.selector));
        reader.stabilityFee();
    }

    function test_refusesAFeeThatIsNotConfigured() external {
        buildHeart();
        StabilityFeeReader other = new StabilityFeeReader(NETWORK, models, parameters, MAX_AGE);
        publishWeights();
        vm.expectRevert(abi.encodeWithSelector(StabilityFeeReader.UnitUnexpected.selector, UNIT, bytes32(0)));
        other.stabilityFee();
    }

    function test_refusesAnotherNetwork() external {
        bytes32 other = keccak256("other");
        refusesToDeploy(
            "StabilityFeeReader",
            abi.encode(other, models, parameters, MAX_AGE),
            abi.encodeWithSelector(StabilityFeeReader.NetworkUnexpected.selector, other, NETWORK)
        );
        ModelRegistry empty = new ModelRegistry(governance, 0, 0);
        refusesToDeploy(
            "StabilityFeeReader",
            abi.encode(0, empty, parameters, MAX_AGE),
            abi.encodeWithSelector(StabilityFeeReader.NetworkUnexpected.selector, bytes32(0), bytes32(0))
        );
    }

    function test_tellsWhoseWeightsTheyAre() external {
        publishWeights();
        assertTrue(reader.isWeightsOf(1, weights), "weights of version 1");
        assertTrue(reader.isDigestOf(1, sha256(weights)), "digest of version 1");
        assertTrue(!reader.isWeightsOf(0, weights), "not of genesis");
        bytes memory forged = weights;
        forged[0] ^= 0x01;
        assertTrue(!reader.isWeightsOf(1, forged), "one bit changed");
        assertTrue(!reader.isDigestOf(1, GENESIS), "another digest");
        vm.expectRevert(abi.encodeWithSelector(ModelDisputes.VersionUnknown.selector, 2, 1));
        reader.isDigestOf(2, GENESIS);
    }
}
