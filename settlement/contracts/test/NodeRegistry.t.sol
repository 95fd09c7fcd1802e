// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {NodeRegistry} from "../src/NodeRegistry.sol";
import {INodeRegistry} from "../src/interfaces/INodeRegistry.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";
import {Fixture} from "./Fixture.sol";

contract NodeRegistryTest is Fixture {
    function test_registersTheCallersNodeAndBurnsTheFee() public {
        Device memory device = deviceOf(deviceKey, operator);
        bytes32 nodeId = registry.nodeIdOf(device.x, device.y);
        uint256 supply = workToken.totalSupply();
        vm.startPrank(operator);
        workToken.approve(address(registry), FEE);
        vm.expectEmit(address(registry));
        emit INodeRegistry.NodeRegistered(nodeId, operator, CLASS_NAME, 2, 500, device.x, device.y);
        assertEq(registry.register(device.x, device.y, CLASS_NAME, 2, 500, device.r, device.s), nodeId);
        assertEq(workToken.totalSupply(), supply - FEE);
        INodeRegistry.Node memory node = registry.nodeOf(nodeId);
        assertEq(node.operator, operator);
        assertEq(node.className, CLASS_NAME);
        assertEq(node.evidenceLevel, 2);
        assertEq(node.milliNcu, 500);
        assertFalse(node.suspended);
    }

    /// SHA-256 of the DER that `openssl pkey -pubout -outform DER` writes for this key.
    function test_nodeIdIsTheHashOfTheSubjectPublicKeyInfo() public view {
        bytes memory spki = abi.encodePacked(
            hex"3059301306072a8648ce3d020106082a8648ce3d030107034200", hex"04", bytes32(P256.GX), bytes32(P256.GY)
        );
        assertEq(spki.length, 91);
        assertEq(registry.nodeIdOf(bytes32(P256.GX), bytes32(P256.GY)), sha256(spki));
    }

    function test_registersWithoutAFeeWhereThereIsNone() public {
        registry = new NodeRegistry(workToken, 0);
        Device memory device = deviceOf(deviceKey, stranger);
        vm.prank(stranger);
        registry.register(device.x, device.y, CLASS_NAME, 1, 1, device.r, device.s);
    }

    function test_operatorSuspendsAndResumes() public {
        bytes32 nodeId = registerNode(deviceKey, operator);
        vm.startPrank(operator);
        registry.suspend(nodeId);
        assertTrue(registry.nodeOf(nodeId).suspended);
        registry.resume(nodeId);
        assertFalse(registry.nodeOf(nodeId).suspended);
    }

    function test_RevertWhen_ZeroAddress() public {
        vm.expectRevert(INodeRegistry.ZeroAddress.selector);
        new NodeRegistry(IWorkToken(address(0)), FEE);
    }

    function test_RevertWhen_MalformedClassName() public {
        bytes32[5] memory names = [bytes32(0), "Edge", "ed ge", bytes32("edge\x00x"), bytes32(uint256(1))];
        for (uint256 i = 0; i < names.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(INodeRegistry.MalformedClassName.selector, names[i]));
            registry.register(0, 0, names[i], 1, 1, 0, 0);
        }
    }

    function test_acceptsTheLongestClassName() public {
        bytes32 longest = "abcdefghijklmnopqrstuvwxyz-01234";
        vm.expectPartialRevert(INodeRegistry.ProofOfPossessionInvalid.selector);
        registry.register(0, 0, longest, 1, 1, 0, 0);
    }

    function test_RevertWhen_UnknownEvidenceLevel() public {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.UnknownEvidenceLevel.selector, 0));
        registry.register(0, 0, CLASS_NAME, 0, 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.UnknownEvidenceLevel.selector, 4));
        registry.register(0, 0, CLASS_NAME, 4, 1, 0, 0);
    }

    function test_RevertWhen_ZeroCapacity() public {
        vm.expectRevert(INodeRegistry.ZeroCapacity.selector);
        registry.register(0, 0, CLASS_NAME, 1, 0, 0, 0);
    }

    function test_RevertWhen_NodeAlreadyRegistered() public {
        bytes32 nodeId = registerNode(deviceKey, operator);
        Device memory device = deviceOf(deviceKey, stranger);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeAlreadyRegistered.selector, nodeId, operator));
        vm.prank(stranger);
        registry.register(device.x, device.y, CLASS_NAME, 1, 1, device.r, device.s);
    }

    function test_RevertWhen_ProofOfPossessionInvalid() public {
        Device memory device = deviceOf(deviceKey, operator);
        bytes32 nodeId = registry.nodeIdOf(device.x, device.y);
        bytes4 selector = INodeRegistry.ProofOfPossessionInvalid.selector;
        // Somebody else copies the operator's proof out of the mempool.
        vm.expectRevert(abi.encodeWithSelector(selector, nodeId, stranger));
        vm.prank(stranger);
        registry.register(device.x, device.y, CLASS_NAME, 1, 1, device.r, device.s);
        vm.startPrank(operator);
        // The same signature with the other s.
        bytes32 highS = bytes32(P256.N - uint256(device.s));
        vm.expectRevert(abi.encodeWithSelector(selector, nodeId, operator));
        registry.register(device.x, device.y, CLASS_NAME, 1, 1, device.r, highS);
        // A point off the curve.
        bytes32 otherId = registry.nodeIdOf(device.x, device.x);
        vm.expectRevert(abi.encodeWithSelector(selector, otherId, operator));
        registry.register(device.x, device.x, CLASS_NAME, 1, 1, device.r, device.s);
        // The proof for another chain.
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(selector, nodeId, operator));
        registry.register(device.x, device.y, CLASS_NAME, 1, 1, device.r, device.s);
    }

    function test_RevertWhen_NodeUnknown() public {
        bytes memory expected = abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, bytes32("none"));
        vm.expectRevert(expected);
        registry.nodeOf("none");
        vm.expectRevert(expected);
        registry.suspend("none");
        vm.expectRevert(expected);
        registry.resume("none");
    }

    function test_RevertWhen_NotOperator() public {
        bytes32 nodeId = registerNode(deviceKey, operator);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotOperator.selector, nodeId, stranger, operator));
        vm.prank(stranger);
        registry.suspend(nodeId);
    }

    function test_RevertWhen_NodeAlreadySuspended() public {
        bytes32 nodeId = registerNode(deviceKey, operator);
        vm.startPrank(operator);
        registry.suspend(nodeId);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeAlreadySuspended.selector, nodeId));
        registry.suspend(nodeId);
    }

    function test_RevertWhen_NodeNotSuspended() public {
        bytes32 nodeId = registerNode(deviceKey, operator);
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeNotSuspended.selector, nodeId));
        registry.resume(nodeId);
    }
}
