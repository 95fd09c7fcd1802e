// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Credit} from "../src/Credit.sol";
import {ICredit} from "../src/interfaces/ICredit.sol";
import {Fixture} from "./Fixture.sol";

contract CreditTest is Fixture {
    function test_issuerMintsAndHolderBurns() public {
        vm.prank(issuer);
        credit.mint(consumer, 10);
        vm.prank(consumer);
        credit.burn(4);
        assertEq(credit.balanceOf(consumer), 6);
        assertEq(credit.totalSupply(), 6);
        assertEq(credit.decimals(), 6);
    }

    function test_RevertWhen_NotIssuer() public {
        vm.expectRevert(abi.encodeWithSelector(ICredit.NotIssuer.selector, stranger, issuer));
        vm.prank(stranger);
        credit.mint(stranger, 1);
    }

    function test_RevertWhen_ZeroAddress() public {
        vm.expectRevert(ICredit.ZeroAddress.selector);
        new Credit(address(0));
    }
}
