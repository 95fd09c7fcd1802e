// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {WorkToken} from "../src/WorkToken.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";
import {Fixture} from "./Fixture.sol";

contract WorkTokenTest is Fixture {
    function test_genesisIsMintedInsideTheCap() public view {
        assertEq(workToken.balanceOf(operator), GENESIS / 2);
        assertEq(workToken.totalSupply(), GENESIS);
        assertEq(workToken.mintedGrains(), GENESIS);
        assertEq(workToken.decimals(), 6);
    }

    function test_votesAreCountedAtTimestamps() public {
        assertEq(workToken.clock(), block.timestamp);
        assertEq(workToken.CLOCK_MODE(), "mode=timestamp");
        vm.prank(operator);
        workToken.delegate(operator);
        assertEq(workToken.getVotes(operator), GENESIS / 2);
    }

    function test_mintsEachEraOnce() public {
        vm.startPrank(address(settlement));
        vm.expectEmit(address(workToken));
        emit IWorkToken.EraMinted(3, 10);
        workToken.mint(3, 10);
        workToken.mint(4, ERA_MINT_MAX);
        assertEq(workToken.balanceOf(address(settlement)), 10 + ERA_MINT_MAX);
    }

    function test_burningMakesNoRoomUnderTheCap() public {
        vm.prank(operator);
        workToken.burn(GENESIS / 2);
        assertEq(workToken.totalSupply(), GENESIS / 2);
        assertEq(workToken.mintedGrains(), GENESIS);
    }

    function test_permitApprovesBySignature() public {
        (address owner, uint256 key) = makeAddrAndKey("owner");
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                stranger,
                5,
                workToken.nonces(owner),
                block.timestamp
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", workToken.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        workToken.permit(owner, stranger, 5, block.timestamp, v, r, s);
        assertEq(workToken.allowance(owner, stranger), 5);
    }

    function testFuzz_neverMintsBeyondTheCap(uint128[8] memory grains) public {
        vm.startPrank(address(settlement));
        for (uint64 era = 0; era < grains.length; ++era) {
            try workToken.mint(era, grains[era] % (2 * ERA_MINT_MAX)) {} catch {}
            assertLe(workToken.mintedGrains(), CAP);
            assertEq(workToken.totalSupply(), workToken.mintedGrains());
        }
    }

    function test_RevertWhen_ZeroAddress() public {
        vm.expectRevert(IWorkToken.ZeroAddress.selector);
        new WorkToken(address(0), CAP, ERA_MINT_MAX, genesis());
    }

    function test_RevertWhen_NotSettlement() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkToken.NotSettlement.selector, stranger, address(settlement)));
        vm.prank(stranger);
        workToken.mint(0, 1);
    }

    function test_RevertWhen_EraAlreadyMinted() public {
        vm.startPrank(address(settlement));
        workToken.mint(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkToken.EraAlreadyMinted.selector, 1, 2));
        workToken.mint(1, 1);
    }

    function test_RevertWhen_MintAboveEraLimit() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkToken.MintAboveEraLimit.selector, ERA_MINT_MAX + 1, ERA_MINT_MAX));
        vm.prank(address(settlement));
        workToken.mint(0, ERA_MINT_MAX + 1);
    }

    function test_RevertWhen_CapExceeded() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkToken.CapExceeded.selector, GENESIS, GENESIS - 1));
        new WorkToken(address(this), GENESIS - 1, ERA_MINT_MAX, genesis());
        WorkToken full = new WorkToken(address(this), GENESIS, ERA_MINT_MAX, genesis());
        vm.expectRevert(abi.encodeWithSelector(IWorkToken.CapExceeded.selector, GENESIS + 1, GENESIS));
        full.mint(0, 1);
    }
}
