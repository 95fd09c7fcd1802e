// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Credit} from "../src/Credit.sol";
import {Deployer} from "../src/Deployer.sol";
import {LocalAsset} from "../src/LocalAsset.sol";
import {ICredit} from "../src/interfaces/ICredit.sol";

contract DeployerTest is Test {
    Deployer private deployer = new Deployer(address(this), keccak256("plan"));

    function creditOf(address issuer) private view returns (bytes memory) {
        return abi.encodePacked(type(Credit).creationCode, abi.encode(issuer));
    }

    function test_CreatesInOrderAtItsOwnAddresses() public {
        bytes[] memory codes = new bytes[](2);
        (codes[0], codes[1]) = (creditOf(address(1)), creditOf(address(2)));
        deployer.create(codes);
        assertEq(Credit(vm.computeCreateAddress(address(deployer), 1)).issuer(), address(1));
        assertEq(Credit(vm.computeCreateAddress(address(deployer), 2)).issuer(), address(2));
        assertEq(vm.getNonce(address(deployer)), 3);
    }

    function test_RevertWhen_AConstructorReverts() public {
        bytes[] memory codes = new bytes[](2);
        (codes[0], codes[1]) = (creditOf(address(1)), creditOf(address(0)));
        vm.expectRevert(ICredit.ZeroAddress.selector);
        deployer.create(codes);
        assertEq(vm.getNonce(address(deployer)), 1, "all or none");
    }

    function test_RevertWhen_CreationFailed() public {
        bytes[] memory codes = new bytes[](1);
        codes[0] = hex"fe";
        vm.expectRevert(abi.encodeWithSelector(Deployer.CreationFailed.selector, 0));
        deployer.create(codes);
    }

    function test_RevertWhen_NotOwner() public {
        vm.expectRevert(abi.encodeWithSelector(Deployer.NotOwner.selector, address(7), address(this)));
        vm.prank(address(7));
        deployer.create(new bytes[](0));
    }

    function test_AnyoneMintsTheLocalAssetOnALocalChain() public {
        LocalAsset asset = new LocalAsset();
        vm.prank(address(7));
        asset.mint(address(8), 5);
        assertEq(asset.balanceOf(address(8)), 5);
    }

    function test_RevertWhen_OnlyOnLocalChain() public {
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(LocalAsset.OnlyOnLocalChain.selector, 1));
        new LocalAsset();
    }
}
